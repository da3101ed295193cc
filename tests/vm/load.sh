#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Everything that enters the kernel at once, late, for a short while: CPUs go off
# and on, the module comes and goes, NMIs hit 64- and 32-bit programs.
# tests/soak/load.sh does it for longer.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

build_both entries
set -- --payload "$programs/entries64" --payload "$programs/entries32" \
	--payload "$(command -v stress-ng)" --mem 1024
guest_tap late tcg patched "pti=on pti_switch=late" --cpus 4 "$@" -- load 15
guest_tap late-marks tcg patched "pti=on pti_switch=late pti_marks=on" --cpus 3 "$@" -- load 10
tap_done
