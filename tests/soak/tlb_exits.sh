#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel whose exits can be made to ignore a pending flush of the user's TLB, one by
# one: each exit does that flush, early and late, and where it does not the TLB model
# finds the translations that are stale.  SYSEXIT is not among them: a 64-bit kernel
# has none.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"

# The series with one patch more; a cache of its own, so that no other kernel goes.
mkdir "$tmp/patches"
cp "$top"/patches/6.12/* "$tmp/patches/"
cp "$here/../tlb/plants.patch" "$tmp/patches/"
echo plants.patch >>"$tmp/patches/series"
cache=$(cache_root)/planted
mkdir -p "$cache/ptiscope" "$(cache_root)/ccache"
ln -sfn "$(cache_root)/ccache" "$cache/ptiscope/ccache"
planted=$(XDG_CACHE_HOME=$cache "$top/vm/build-kernel" --patches "$tmp/patches" patched) || exit
ln -sfn "$planted" "$kernels/planted"

build_both tlbexit
for mode in early late; do
	boot "$mode" bochs planted "pti_switch=$mode" --payload "$programs" \
		--payload "$here/../tap.sh" --payload "$here/guest" --tlb haswell -- \
		all tlbexit64 tlbexit32
	tap_merge "$mode" "$tmp/$mode.out"
	# The log is judged first.
	is "$mode: the kernel log is clean, and the model found what was planted" \
		"$rc $(grep -c 'the TLB model shows a fault' "$tmp/$mode.err")" '127 1'
done
tap_done
