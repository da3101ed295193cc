#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# window-check: options, what it refuses, and that it takes alternatives
# as the kernel does, in a small image of each kind.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/tools_lib.sh"
. "$here/entry_lib.sh"
check=$tools/window-check

# fixture CASE [OPTION]: an image with that alternative, as $tmp/CASE
fixture() {
	name=$1
	shift
	image "$name" "-DCASE=CASE_$name" "$@"
}

# window ARGUMENT...: exit code in $rc, output in $tmp/out and $tmp/err
window() {
	rc=0
	"$check" "$@" >"$tmp/out" 2>"$tmp/err" || rc=$?
}

# faults: what is wrong, without the CR3 writes, none of which is late here
faults() {
	sed -n 's/^[0-9a-f]\{16\} //p' "$tmp/out" | grep -v 'writes CR3 in assembly'
}

marks=off
# finds CASE MODE [WHAT]: what it says, or that it says nothing
finds() {
	what=''
	[ $# -lt 3 ] || what="planted+0${3:+: $3}"
	window --mode "$2" --marks "$marks" "$tmp/$1"
	is "$1, $2: ${3:-nothing is wrong}" "$(faults)" "$what"
	# Of what could not be looked at, nothing would be wrong either.
	has "$1, $2: the walk came to its end" "$tmp/out" '^exit +leave .*leaves by SYSRET$'
}

# refused CODE TEXT ARGUMENT...: that exit code and one line
refused() {
	code=$1 text=$2
	shift 2
	window "$@"
	is "refused: $text" "$rc $(cat "$tmp/err")" "$code window-check: $text"
}

window --help
is "--help" "$rc" 0
has "--help tells the exit codes" "$tmp/out" '^Exit code: 0 nothing is wrong, 1 '
refused 2 "no VMLINUX"
refused 2 "one VMLINUX" a b
refused 2 "--mode: 'soon' is not early or late" --mode soon a
refused 2 "--marks: '' is not off or on" --marks '' a
refused 2 "--image: 'file' is not FILE@ADDRESS" --image file a
refused 2 "--image: '@1' is not FILE@ADDRESS" --image @1 a
refused 2 "--image: 'file@x' is not FILE@ADDRESS" --image file@x a
refused 1 "/nonexistent: No such file or directory" /nonexistent
refused 3 "$0: not an x86-64 vmlinux" "$0"
printf 'int main(void) { return 0; }' | gcc -xc -o "$tmp/program" -
refused 3 "$tmp/program: no __entry_text_start and __entry_text_end with code between" \
	"$tmp/program"

ok "the plain image builds" fixture PLAIN
refused 1 "/nonexistent: No such file or directory" --image /nonexistent@0 "$tmp/PLAIN"
head -c 64 /dev/zero >"$tmp/short"
window --image "$tmp/short@ffffffff81001000" "$tmp/PLAIN"
has "refused: an image that is too short" "$tmp/err" 'do not hold the entry text'
refused 3 "this kernel has no pti_marks" --marks on "$tmp/PLAIN"
finds PLAIN early
is "PLAIN, early: exit code" "$rc" 0
window --list "$tmp/PLAIN"
has "--list shows instruction, page and data" "$tmp/out" \
	'^ +ffffffff81001003 entry_SYSCALL_64\+0x3 +page ffffffff81001000  movq %rsp, %gs:0x14  \[data: cpu_tss_rw at cpu_tss_rw\+0x14\]$'
finds PLAIN late
is "PLAIN, late: exit code" "$rc" 1
has "PLAIN, late: the CR3 writes are in assembly" "$tmp/out" \
	'^ffffffff8100[0-9a-f]{4} planted\+0xa: writes CR3 in assembly, reachable in late mode$'

rodata='reads rodata+0: the user page table does not map it'
for c in FREE NOT NESTED NESTED_LAST SAME_FEATURE LONGEST INSIDE DATA CALL MIDDLE; do
	ok "$c: the image builds" fixture "$c"
done
finds FREE early "$rodata"
finds NOT early
finds NOT late "$rodata"
finds NESTED early
finds NESTED_LAST early "$rodata"
finds SAME_FEATURE early
finds LONGEST early
finds INSIDE early
window --list "$tmp/INSIDE"
has "INSIDE: a jump within the replacement stays in it" "$tmp/out" \
	'planted\+0x2 .* je .*\[alternative 1\]  \[to planted\+0x9: entry text\]'
has "INSIDE: a jump out of it leads to its target" "$tmp/out" \
	'planted\+0x4 .* jmp .*\[alternative 1\]  \[to out\+0: entry text\]'
finds DATA early
window --list "$tmp/DATA"
has "DATA: the data that moved along is named" "$tmp/out" \
	'verw .*\[alternative 1\]  \[data: entry text at constant\+0\]'
window "$tmp/CALL"
is "CALL: it is what the pointer says" "$(faults)" "$(printf '%s\n%s' \
	"planted+0: uses the stack while RSP is the user's" \
	'planted+0: calls do_syscall_64+0, out of the entry text')"
ok "CALL: the image of a call that does nothing builds" fixture CALL -DNOP
finds CALL early
finds MIDDLE early 'leads into the middle of an instruction'

for c in BOUNDED UNBOUNDED FAR SUM; do
	ok "$c: the image builds" fixture "$c"
done
loose='writes per-CPU data at an offset in RSI: nothing keeps it in what the user page table maps'
marks=on
finds BOUNDED early
finds UNBOUNDED early "$loose"
finds FAR early "$loose"
finds SUM early "$loose"
tap_done
