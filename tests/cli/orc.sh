#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# orc-check: it finds each fault that is planted in a small image, and none
# in a sound one, nor in the patched kernel.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/tools_lib.sh"
check=$tools/orc-check

# orc IMAGE: leave what the check says in $tmp/out and its exit code in $rc
orc() {
	rc=0
	"$check" "$1" >"$tmp/out" 2>"$tmp/err" || rc=$?
}

# fixture PLANT: an image at the kernel's addresses
fixture() {
	gcc -c "-DPLANT_$1" -o "$tmp/fixture.o" "$here/orc_fixture.S" &&
		ld -Ttext-segment=0xffffffff81000000 -o "$tmp/fixture" "$tmp/fixture.o"
}

# planted PLANT REGEX: exactly one fault, and this one
planted() {
	ok "$1: the fixture builds" fixture "$1"
	orc "$tmp/fixture"
	is "$1: exit 1" "$rc" 1
	has "$1: the fault is named" "$tmp/out" "$2"
	has "$1: and no other" "$tmp/out" ': 1 faults$'
}

ok "sound: the fixture builds" fixture NOTHING
orc "$tmp/fixture"
is "sound: exit 0" "$rc" 0
is "sound: everything was looked at" "$(cat "$tmp/out")" \
	'11 instructions, 1 return addresses, 2 jumps to and from other entry code, '\
'0 of them not comparable: 0 faults'
planted RETURN 'stub\+.*: as return address: regs at sp\+16, not regs at sp\+8'
planted DONE 'stub_done\+0: where the function returns to: regs at sp\+8, not regs at sp\+16'
planted HOLE 'stub\+.*: the unwinder stops here: undefined'
planted SITE 'entry\+0: differs from where it jumps to'
planted BACK 'stub_done\+.*: differs from where it jumps to: regs at sp\+0'
planted TAIL 'pti_enter_fixture\+.*: jump to what no stub pushed'
fixture CALLER
orc "$tmp/fixture"
has "CALLER: the function is no end of the stack" "$tmp/out" \
	'pti_enter_fixture\+0: the caller is not found: end of stack'
has "CALLER: nor its entry" "$tmp/out" 'pti_enter_fixture\+0: entry of the function'
fixture STRAY
orc "$tmp/fixture"
has "STRAY: a jump to what nobody pushed" "$tmp/out" \
	'pti_enter_fixture\+.*: jump to what no stub pushed'
fixture NONE
orc "$tmp/fixture"
is "a kernel without the late switch: exit 3" "$rc" 3
is "it says so" "$(wc -l <"$tmp/err")" 1
. "$top/vm/lib.sh"
orc "$(kernels_dir)/patched/vmlinux"
is "the patched kernel: exit 0" "$rc" 0
has "the patched kernel: no fault" "$tmp/out" ' 0 faults$'
orc /dev/null
is "not ELF: exit 1" "$rc" 1
is "not ELF: one line" "$(wc -l <"$tmp/err")" 1
rc=0
"$check" >"$tmp/out" 2>"$tmp/err" || rc=$?
is "no file: exit 2" "$rc" 2
tap_done
