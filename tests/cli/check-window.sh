#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the patched kernel's own build refuses: the check of the series, on objects that
# have what must not run on the user page table.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../tap.sh"
top=$(cd "$here/../.." && pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

cd "$tmp" || exit 1
check=arch/x86/entry/check_window.awk
while read -r p; do
	git apply --include="$check" "$top/patches/6.12/$p" 2>/dev/null
done <"$top/patches/6.12/series"
ok "the series has the check" test -s "$check"
cat "$top"/patches/6.12/0*.patch >series
for o in pti_switch pti_switch_marks; do
	has "KCSAN, which has no sibling calls, leaves $o.o alone" series "^[+]KCSAN_SANITIZE_$o\\.o[[:space:]]*:= n\$"
done

# object FUNCTION CODE: an object of a function, CODE with ; between instructions
object() {
	{
		echo '.section .entry.text, "ax"'
		echo ".globl $1; .type $1, @function"
		echo "$1: $2"
		echo ".size $1, . - $1"
	} >code.S
	gcc -c -o code.o code.S
}

# refused FUNCTION CODE WHAT: with exactly that line
refused() {
	object "$1" "$2" || return 1
	rc=0
	objdump -dr --no-show-raw-insn code.o | awk -f "$check" 2>err || rc=$?
	[ "$rc" = 1 ] && grep -q -F -e "$1: $3" err && return
	echo "exit code $rc, wanted: $1: $3"
	cat err
	return 1
}

passes() {
	object "$1" "$2" || return 1
	objdump -dr --no-show-raw-insn code.o | awk -f "$check"
}

# shellcheck disable=SC2016 # these are immediate operands
ok "a sound function passes" passes pti_enter_x \
	'push %rax; mov %cr3, %rax; and $0xe7, %ah; mov %rax, %cr3; pop %rax; jmp pti_entered_x'
ok "an exit may ask the flush mask" passes pti_exit_x \
	'btr %rax, %gs:cpu_tlbstate+22(%rip); jmp pti_exited_x'
ok "an exit may ask it where per-CPU data is plain data, with SMP=n" passes pti_exit_x \
	'btr %rax, cpu_tlbstate+22(%rip); jmp pti_exited_x'
# shellcheck disable=SC2016
ok "a stub passes" passes pti_late_enter_x 'push $pti_entered_x; jmp pti_enter_x; int3'
while IFS='|' read -r what function code said; do
	ok "$what is refused" refused "$function" "$code" "$said"
done <<'EOF2'
a CALL|pti_enter_x|call f; jmp pti_entered_x|must not be there: call
a RET|pti_enter_x|ret|must not be there: ret
a jump to a return thunk|pti_enter_x|jmp __x86_return_thunk|leads to __x86_return_thunk instead of pti_entered_x
an indirect jump|pti_enter_x|jmp *%rax|an indirect branch
a jump table|pti_enter_x|jmp *table(,%rax,8)|an indirect branch
another function's label|pti_enter_x|jmp pti_entered_y|leads to pti_entered_y instead of pti_entered_x
a way in that leads out|pti_enter_x|jmp pti_exited_x|leads to pti_exited_x instead of pti_entered_x
an end without a jump|pti_enter_x|mov %cr3, %rax|does not end at pti_entered_x
memory at a register|pti_enter_x|mov (%rbx), %rax; jmp pti_entered_x|memory other than the stack
a variable|pti_enter_x|mov jiffies(%rip), %rax; jmp pti_entered_x|memory other than the stack
other per-CPU data|pti_enter_x|mov %gs:pcpu_hot(%rip), %rax; jmp pti_entered_x|not what the user page table maps
the flush mask on the way in|pti_enter_x|mov %gs:cpu_tlbstate(%rip), %rax; jmp pti_entered_x|not what the user page table maps
the flush mask on the way in, with SMP=n|pti_enter_x|mov cpu_tlbstate(%rip), %rax; jmp pti_entered_x|memory other than the stack
an array of what may be asked|pti_exit_x|mov cpu_tlbstate(%rax), %rax; jmp pti_exited_x|memory other than the stack
a stub that pushes another label|pti_late_enter_x|push $pti_entered_y; jmp pti_enter_x|goes on at pti_entered_y
UD2|pti_enter_x|ud2|must not be there: ud2
EOF2

# What a compiler makes of such a function, with the flag and without
cat >c.c <<'EOF2'
void __attribute__((section(".entry.text"))) pti_entered_x(void);
void __attribute__((section(".entry.text"))) pti_enter_x(void)
{
	asm volatile("mov %%cr3, %%rdi; mov %%rdi, %%cr3" : : : "rdi");
	pti_entered_x();
}
EOF2
compiled() {
	gcc -O2 -fno-pie -mcmodel=kernel -mno-red-zone -fomit-frame-pointer "$@" -c -o c.o c.c &&
		objdump -dr --no-show-raw-insn c.o | awk -f "$check" 2>err
}
ok "with sibling calls a compiled function passes" compiled -foptimize-sibling-calls
rc=0
compiled -fno-optimize-sibling-calls || rc=$?
is "without, it is refused" "$rc" 1
has "and the CALL is named" err '^pti_enter_x: must not be there: call'
tap_done
