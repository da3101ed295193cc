#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Every write of the user's CR3, in assembly and in C, flushes what is pending and
# only that: run from the kernels' own bytes, since no lane here has a TLB that
# would tell.  And a fault in any of them is found.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
check=$top/tools/.output/exit-check

for kernel in stock patched; do
	vmlinux=$kernels/$kernel/vmlinux
	rc=0
	"$check" "$vmlinux" >"$tmp/out" 2>&1 || rc=$?
	is "$kernel: no place is at fault" "$rc" 0
	[ "$rc" = 0 ] || sed 's/^/# /' "$tmp/out"
	tail -n 1 "$tmp/out" | sed "s/^/# $kernel: /"
	# Mainline has 4 exits, 2 that restore what was found, and 8 entries.
	for kind in exit restore entry; do
		n=$(grep -c "+.*($kind, .*: sound" "$tmp/out")
		least=$(case $kind in exit) echo 4 ;; restore) echo 2 ;; *) echo 8 ;; esac)
		ok "$kernel: $n places of kind $kind in assembly are checked" \
			test "$n" -ge "$least"
	done
	nm "$vmlinux" | sed -n 's/.* [Tt] \(pti_\(enter\|exit\)_.*\)/\1/p' |
		sort >"$tmp/functions"
	sed -n 's/^\(pti_[a-z0-9_]*\) .*: sound$/\1/p' "$tmp/out" | sort >"$tmp/checked"
	is "$kernel: every C function is checked" "$(cat "$tmp/checked")" \
		"$(cat "$tmp/functions")"
	rc=0
	"$check" --plant "$vmlinux" >"$tmp/out" 2>&1 || rc=$?
	is "$kernel: every planted fault is found" "$rc" 0
	[ "$rc" = 0 ] || sed 's/^/# /' "$tmp/out"
	n=$(grep -c 'the bit: leaves the flush pending' "$tmp/out")
	ok "$kernel: among them a bit that stays, in $n places" test "$n" -ge 6
done
ok "patched: there are such functions" test -s "$tmp/functions"
rc=0
"$check" "$here/tap.h" >"$tmp/out" 2>&1 || rc=$?
is "no kernel: exit 1" "$rc" 1
rc=0
"$check" >"$tmp/out" 2>&1 || rc=$?
is "no argument: exit 2" "$rc" 2
tap_done
