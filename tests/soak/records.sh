#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Two CPUs run nothing but getppid for a minute, and no record is lost.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"

build_programs overload
for mode in early late; do
	guest_tap "$mode" tcg patched "pti=on pti_switch=$mode pti_marks=on" \
		--payload "$programs/overload" -- all "overload 60"
	grep "^ok.*keeps up" "$tmp/$mode.out" | sed 's/^/# /'
done
tap_done
