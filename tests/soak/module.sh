#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The module comes and goes five hundred times, with and without marks, on the
# patched kernel and on the stock one.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"

build_programs modstress
for boot in 'patched pti_switch=late pti_marks=on' 'patched pti_switch=late' stock; do
	kernel=${boot%% *}
	guest_tap "$(echo "$boot" | tr -c 'a-z_=\n' -)" tcg "$kernel" "pti=on ${boot#"$kernel"}" \
		--timeout 1200 --payload "$programs" -- modstress /payload/ptiscope.ko 500
done
tap_done
