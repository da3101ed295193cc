#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The unwinder in NMIs that hit the entry code while programs go in and out of
# the kernel: from the late switch it finds its way as from the rest.  Where the
# NMIs hit is left to chance; orc-check looks at every instruction.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

# build_unwindtest: unwindtest.ko for the patched kernel, in $programs/unwind
build_unwindtest() {
	rm -rf "$programs/unwind"
	mkdir -p "$programs/unwind"
	cp "$here/unwind"/* "$programs/unwind/"
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -C "$kernels/patched" \
		M="$programs/unwind" modules
}

build_both entries
ok "the test's module builds" build_unwindtest
set -- --payload "$programs/unwind/unwindtest.ko" --payload "$programs/entries64" \
	--payload "$programs/entries32"
guest_tap late tcg patched "pti=on pti_switch=late" "$@" -- unwind 8
guest_tap late-marks tcg patched "pti=on pti_switch=late pti_marks=on" "$@" -- unwind 8
tap_done
