#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A few boots of the table in docs/mitigations.md, those that differ most in what
# surrounds the CR3 switch.  tests/soak/mitigations.sh boots all of them.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/mitigations_lib.sh"

build_both entries
rows | grep -E '\|(early|late|marks)$' >"$tmp/rows"
ok "the table marks rows for this test" test -s "$tmp/rows"
while IFS='|' read -r name cpu parameters conditions lane mode; do
	boot_row "$mode" "$name" "$cpu" "$parameters" "$conditions" "$lane"
done <"$tmp/rows"
tap_done
