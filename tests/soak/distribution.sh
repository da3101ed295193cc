#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's programs on the patched kernel, late with marks and early: gdb, strace, perf,
# hackbench and random system calls of 64 and 32 bits do their work and leave no fault in
# the kernel log.  Downloads Debian.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"

archive=$("$top/vm/distribution" 2>"$tmp/err") || rc=$?
case $rc in
0) ;;
3) echo "1..0 # SKIP $(tail -n 1 "$tmp/err")"; exit 4 ;;
*) cat "$tmp/err" >&2; exit 1 ;;
esac
build_both callfuzz
mkdir -p "$tmp/out/debian"
tar -xf "$archive" -C "$tmp/out/debian" || exit
for mode in 'late pti_marks=on' early; do
	guest_tap "${mode%% *}" tcg patched "pti=on pti_switch=$mode" --mem 1024 --timeout 6000 \
		--out "$tmp/out" --payload "$programs" -- in-debian /payload/programs
done
tap_done
