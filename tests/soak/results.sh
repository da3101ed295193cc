#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# README's two commands in clean clones, in either order: both pass, and git sees no
# change.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
. "$here/../tap.sh"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# both NAME TARGET TARGET: make them one after the other in a clone of its own
both() {
	git clone -q "$top" "$tmp/$1" || exit 1
	for target in "$2" "$3"; do
		rc=0
		make -C "$tmp/$1" "$target" QUICK=1 >"$tmp/log" 2>&1 || rc=$?
		is "$1: make $target" "$rc" 0
		[ "$rc" = 0 ] || tail -n 40 "$tmp/log" >&2
		is "$1: git status behind make $target" "$(git -C "$tmp/$1" status --porcelain)" ''
	done
	ok "$1: the results are there" test -s "$tmp/$1/results/latest/report.txt"
	rm -rf "${tmp:?}/$1"
}

both bench-test bench test
both test-bench test bench
tap_done
