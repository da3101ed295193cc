#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ways-check: options, and that it finds in small images what one of them does on
# its ways in and out and the other does not.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/tools_lib.sh"
. "$here/entry_lib.sh"
check=$tools/ways-check

# ways ARGUMENT...: exit code in $rc, output in $tmp/out and $tmp/err
ways() {
	rc=0
	"$check" "$@" >"$tmp/out" 2>"$tmp/err" || rc=$?
}

# refused CODE TEXT ARGUMENT...: that exit code and one line
refused() {
	code=$1 text=$2
	shift 2
	ways "$@"
	is "refused: $text" "$rc $(cat "$tmp/err")" "$code ways-check: $text"
}

# stock, own OPTION...: the two images, with marks
stock() {
	ok "the stock image builds" image stock -DMARKS "$@"
}

own() {
	ok "the other image builds" image own -DMARKS "$@"
}

# differs NAME SET MODE MARKS [DIFFERENCE...]: exactly these lines, or none
differs() {
	name="$1, $2, $3, marks $4"
	ways --set "$2" --mode "$3" --marks "$4" "$tmp/stock" "$tmp/own"
	shift 4
	is "$name: exit code" "$rc" "$(($# > 0))"
	is "$name: what differs" "$(grep '^[-+]' "$tmp/out" | sed 's/  (to .*//')" \
		"$([ $# = 0 ] || printf '%s\n' "$@")"
}

# An alternative of one code that a FEATURE puts there
alternative() {
	echo "701: .nops 12; 702:; REPLACEMENT $2, $3; RECORD 701b 702b $2 $2_end $1;"
}

ways --help
is "--help" "$rc" 0
has "--help tells the exit codes" "$tmp/out" '^Exit code: 0 no difference, '
refused 2 "STOCK and VMLINUX are needed" a
refused 2 "'c' is one word too many" a b c
refused 2 "--mode: 'soon' is not early or late" --mode soon a b
refused 2 "--marks: '' is not off or on" --marks '' a b
ways --set none a b
is "--set none: exit code" "$rc" 2
has "--set none: names those that there are" "$tmp/err" "no 'none' among intel .* amd"
refused 2 "--image: 'file' is not FILE@ADDRESS" --image file a b
refused 2 "--image goes with --set, --mode and --marks, and without --plant" --image file@1 a b
refused 1 "/nonexistent: No such file or directory" /nonexistent a
refused 3 "$0: not an x86-64 vmlinux" "$0" a
ok "an image without marks builds" image plain
refused 3 "this kernel has no pti_marks" --marks on --set amd "$tmp/plain" "$tmp/plain"

in='entry_SYSCALL_64 -> do_syscall_64, user mode: SWAPGS CR3 kernel'
out='do_syscall_64 -> SYSRET, user mode: CR3 user'
verw=$(alternative FEATURE_VERW new1 'verw constant(%rip)')
stock "-DAT_EXIT=$verw"
own "-DAT_EXIT=$verw"
ways "$tmp/stock" "$tmp/own"
is "the same: exit code" "$rc" 0
is "the same: every set, in four modes" "$(grep -c ' ways, 0 differences$' "$tmp/out")" \
	"$((4 * $(ways --set none a b; sed 's/.*among //' "$tmp/err" | wc -w)))"
ways --list --set intel --mode early --marks off "$tmp/stock" "$tmp/own"
has "--list: a way in" "$tmp/out" "^  $in\$"
has "--list: and one out" "$tmp/out" "^  $out VERW SWAPGS\$"

own
differs 'no VERW' intel-mds late on "+ $out SWAPGS" "- $out VERW SWAPGS"
differs 'no VERW' intel-ibrs late on
own "-DAT_EXIT=$verw $(echo "$verw" | sed 's/70\([12]\)/71\1/g; s/new1/new2/g')"
differs 'VERW twice' intel-mds early off "- $out VERW SWAPGS" "+ $out VERW VERW SWAPGS"
own "-DAT_EXIT=$(alternative FEATURE_LATE new1 'verw constant(%rip)')"
differs 'VERW of the mode' intel-mds early off "+ $out SWAPGS" "- $out VERW SWAPGS"
differs 'VERW of the mode' intel-ibrs early off
differs 'VERW of the mode' intel-mds late off
differs 'VERW of the mode' intel-ibrs late off "- $out SWAPGS" "+ $out VERW SWAPGS"

stock '-DAT_EXIT=lfence; verw constant(%rip)'
own '-DAT_EXIT=verw constant(%rip); lfence'
differs 'the order' intel-off late on "- $out LFENCE VERW SWAPGS" "+ $out VERW LFENCE SWAPGS"
# The registers are the assembler's.
# shellcheck disable=SC2016
stock '-DAT_ENTRY=movl $0x48, %ecx; wrmsr'
# shellcheck disable=SC2016
own '-DAT_ENTRY=movl $0x49, %ecx; wrmsr'
differs 'the MSR' intel-off late on "+ $in WRMSR PRED_CMD" "- $in WRMSR SPEC_CTRL"
stock "-DAT_ENTRY=$(alternative FEATURE_UNRET new1 'call entry_untrain_ret')"
own
differs 'no untraining' amd-unret early on "+ $in" "- $in call entry_untrain_ret"
differs 'no untraining' intel early on
stock "-DAT_ENTRY=$(alternative FEATURE_DEPTH new1 'movq %rax, %gs:cpu_tss_rw')"
differs 'no call depth' intel-stuff early on "+ $in" "- $in call-depth"
stock '-DAT_ENTRY=call do_syscall_64'
own '-DAT_ENTRY=call do_syscall_64; lfence'
differs 'between two calls' intel-off late on "- do_syscall_64 -> do_syscall_64, user mode: -" \
	"+ do_syscall_64 -> do_syscall_64, user mode: LFENCE"

# The LFENCE of a mark, and what is none
stock
own "-DAT_EXIT=$(alternative FEATURE_MARKS new1 'lfence; rdtsc')"
differs "a mark's own" intel-off late on
differs "a mark's own" intel-off late off
own '-DAT_EXIT=lfence; rdtsc'
differs "no mark's" intel-off late off "+ $out LFENCE SWAPGS" "- $out SWAPGS"
own '-DAT_EXIT=lfence; nop; rdtsc'
differs 'not directly before' intel-off late on "+ $out LFENCE SWAPGS" "- $out SWAPGS"

own "-DAT_EXIT=$(alternative FEATURE_FREE new1 lfence) $(alternative FEATURE_NEW new2 lfence)"
refused 3 "no set has feature 5*32+1, which alternatives depend on" --set amd "$tmp/stock" "$tmp/own"

# From elsewhere to behind what others execute
fork='function -> SYSRET, user mode:'
stock '-DOUTSIDE=jmp leave' '-DAT_EXIT=verw constant(%rip)'
own '-DOUTSIDE=jmp swap' '-DAT_EXIT=verw constant(%rip)'
differs 'a jump over it' amd late off "- $fork CR3 user VERW SWAPGS" "+ $fork SWAPGS"
own "-DOUTSIDE=$(alternative FEATURE_MARKS new1 'jmp swap'); jmp leave" \
	'-DAT_EXIT=verw constant(%rip)'
differs 'a jump over it, with marks' amd late off
differs 'a jump over it, with marks' amd late on "+ $fork SWAPGS"

stock
own '-DAT_EXIT=jmp *%rax'
differs 'a way that is lost' amd late off "+ do_syscall_64 -> ?, user mode: CR3 user" \
	"- $out SWAPGS"
own '-DAT_EXIT=jmp leave + 1'
ways --set amd "$tmp/stock" "$tmp/own"
is 'into an instruction: exit code' "$rc" 1

code="-DAT_EXIT=.nops 1; .nops 1; .nops 1; jmp 9f; .skip 128, 0xcc; 9: $verw"
stock "$code"
own "$code"
ways --plant --set intel-mds --mode late --marks on "$tmp/stock" "$tmp/own"
is "--plant: all are found" "$rc $(sed -n "s/.*: \([0-9]* of .*\)/\1/p" "$tmp/out")" \
	"0 7 of 7 left out, 2 of 2 jumped over, 1 of 1 added found, on 1 of 1 ways out"
code='-DAT_EXIT=.nops 1; .nops 1; .nops 1; rdtsc'
stock "$code"
own "$code"
ways --plant --set intel-mds --mode late --marks on "$tmp/stock" "$tmp/own"
is "--plant: what is not found: exit code" "$rc" 1
has "--plant: it is named" "$tmp/out" '^[0-9a-f]{16} leave\+0x[0-9a-f]+: added, not found$'

# As booted: the image of the entry text has what its alternatives would put there.
stock "-DAT_EXIT=$verw"
own "-DAT_EXIT=$verw"
start=$(nm "$tmp/own" | sed -n 's/ T __entry_text_start$//p')
objcopy -O binary -j .text "$tmp/own" "$tmp/text"
tail -c +4097 "$tmp/text" >"$tmp/image"
ways --image "$tmp/image@$start" --set intel-off --mode late --marks off "$tmp/stock" "$tmp/own"
is "--image: what is not patched is as without the feature" "$rc" 0
ways --image "$tmp/image@$start" --set intel-mds --mode late --marks off "$tmp/stock" "$tmp/own"
is "--image: and differs from what is with it" "$rc $(grep -c "^- $out VERW SWAPGS" "$tmp/out")" '1 1'
tap_done
