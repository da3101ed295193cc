#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# mitigations.sh [MODE...]: every boot of the table in docs/mitigations.md, in
# these modes: early, late, and late with marks if none is named.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"
# shellcheck source=SCRIPTDIR/../vm/mitigations_lib.sh
. "$here/mitigations_lib.sh"

[ $# -gt 0 ] || set -- early late marks
build_both entries
rows >"$tmp/rows"
ok "the table has rows" test -s "$tmp/rows"
while IFS='|' read -r name cpu parameters conditions lane _; do
	for mode in "$@"; do
		boot_row "$mode" "$name" "$cpu" "$parameters" "$conditions" "$lane"
	done
done <"$tmp/rows"
tap_done
