#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The names of the paths, as in tests/vm/modes.sh, on an AMD CPU: there the vDSO of
# 32-bit programs uses SYSCALL.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"

build_both pathtest pathtest_irq
for mode in early late; do
	guest_tap "$mode" tcg patched "pti=on pti_switch=$mode pti_marks=on" --cpu EPYC \
		--payload "$programs" -- all pathtest64 pathtest32
	has "$mode: 32-bit SYSCALL" "$tmp/$mode.out" '^ok .* syscall32: '
done
tap_done
