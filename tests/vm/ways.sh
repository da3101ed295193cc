#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# On every way in and out each mode executes what the stock kernel does of all that
# mitigations are made of, whatever the CPU; and each planted difference is found.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
check=$top/tools/.output/ways-check

# same NAME COUNT OPTION...: no difference, in so many lines
same() {
	name=$1 count=$2
	shift 2
	rc=0
	"$check" "$@" "$kernels/stock/vmlinux" "$kernels/patched/vmlinux" >"$tmp/$name" 2>&1 || rc=$?
	[ "$rc" = 0 ] && [ "$(grep -c ' [1-9][0-9]* ways, 0 differences$' "$tmp/$name")" = "$count" ] &&
		return
	echo "exit code $rc"
	cat "$tmp/$name"
	return 1
}

# The list of sets is what it says where there is none.
"$check" --set none a b 2>"$tmp/sets"
ok "every set of mitigations, early and late, with marks and without: as stock" \
	same all "$((4 * $(sed 's/.*among //' "$tmp/sets" | wc -w)))"
ok "and each of them was looked at on its ways out" \
	same list 4 --list --set all
is "among them those by SYSRET and IRET, and of a new task" \
	"$(grep -E '^  (do_syscall_64|ret_from_fork_asm|exc_nmi) -> (SYSRET|IRET), user mode: .*WRMSR SPEC_CTRL .*CR3 user .*VERW$' \
		"$tmp/list" | sed 's/, user mode.*//; s/^  //' | sort | uniq -c | sed 's/^ *//')" \
	"$(printf '8 do_syscall_64 -> IRET\n4 do_syscall_64 -> SYSRET\n8 exc_nmi -> IRET\n8 ret_from_fork_asm -> IRET')"
for set in all all-old; do
	ok "planted in $set: every fault is found, in all four modes" same "$set" 4 --plant --list --set "$set"
	is "planted in $set: some of each kind" \
		"$(grep -E -c ': [1-9][0-9]* of [0-9]+ left out, [1-9][0-9]* of [0-9]+ jumped over, [1-9][0-9]* of .* ways out$' "$tmp/$set")" 4
	is "planted in $set: a new task that gets past the first step of its way out, in all four modes" \
		"$(grep -E -c '^[0-9a-f]{16} ret_from_fork_asm\+0x[0-9a-f]+: jumped over, found$' "$tmp/$set")" 4
done
tap_done
