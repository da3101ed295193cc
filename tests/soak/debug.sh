#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The patched kernel with lockdep, KASAN, UBSAN, kmemleak and the checks of the
# entry code: its build without a warning of objtool (noinstr, unret), then the
# load and the module's tests, late and early; the gate of vm/run judges the log.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"

debug=$("$top/vm/build-debug-kernel") || exit
ln -sfn "$debug" "$kernels/debug"
"$top/vm/build-module" "$debug" >"$tmp/module" || exit
build_both entries
build_programs devtest rectest modstress nmitest
set -- --mem 2048 --cpus 2 --timeout 1500 --payload "$programs" \
	--payload "$(command -v stress-ng)"
# With all these checks on, ACPI's interpreter runs into its own time limit over
# the interrupt routing; and 256 terminals of old take as long as the rest.
quick='acpi=noirq pty.legacy_count=0'
# BPF needs the types of this kernel, which has none; so no trace, and marks only
# where the module reads them.
for mode in late early; do
	guest_tap "$mode" tcg debug "pti=on pti_switch=$mode $quick" "$@" \
		-- all "load 120" devtest nmitest leaks
	guest_tap "$mode-marks" tcg debug "pti=on pti_switch=$mode pti_marks=on $quick" "$@" \
		-- all devtest rectest "modstress /payload/ptiscope.ko 20" leaks
done
tap_done
