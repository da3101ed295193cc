#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the window touches and where it leads: the kernels as built and as booted
# are clean, and every planted fault is found and named.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

check=$top/tools/.output/window-check
patched=$kernels/patched/vmlinux

# window NAME KERNEL ARGUMENT...: the report in $tmp/NAME, the exit code in $rc
window() {
	report=$1 vmlinux=$2
	shift 2
	rc=0
	"$check" "$@" "$vmlinux" >"$tmp/$report" 2>&1 || rc=$?
}

# faults NAME: the lines of a report that say what is wrong
faults() {
	grep -E '^[0-9a-f]{16} ' "$tmp/$1"
}

# clean NAME: nothing is wrong, and something was looked at
clean() {
	[ "$rc" = 0 ] && grep -q '^entry .* asm_exc_page_fault ' "$tmp/$1" &&
		grep -E -q '^cr3 .*to the user table$' "$tmp/$1" && ! faults "$1" &&
		return
	echo "exit code $rc"
	tail -n 30 "$tmp/$1"
	return 1
}

# planted FAULT WHAT: plant it, expect to read of it, and of nothing but what
# follows from it
planted() {
	cp "$tmp/plain" "$tmp/sick"
	at=$("$programs/window_plant" "$1" "$tmp/sick") || return
	window sick.out "$tmp/sick" --mode late
	others=$(faults sick.out | grep -v -c -F -e "$at:")
	# Without SWAPGS, all that comes after is wrong; two jumps lead to the exit.
	case $1 in gs | exit) others=0 ;; esac
	[ "$rc" = 1 ] && [ "$others" = 0 ] &&
		faults sick.out | grep -q -F -e "$at: $2" && return
	echo "exit code $rc, wanted: $at: $2"
	faults sick.out
	return 1
}

# dump NAME PARAMETERS: boot, and take the entry text of the guest's memory to
# $tmp/NAME.image; its run-time address is in $address.  $rc is the guest's.
dump() {
	rc=0 address=''
	mkdir "$tmp/$1.out"
	"$top/vm/run" --kernel "$kernels/patched" --lane tcg --cpus 1 --append "$2" \
		--timeout 300 --out "$tmp/$1.out" --qmp "$tmp/$1.qmp" -- sh -c '
		grep " __entry_text_[se]" /proc/kallsyms >/out/new && mv /out/new /out/text
		while [ ! -e /out/done ]; do sleep 0.2; done' 2>"$tmp/$1.err" &
	guest=$!
	while [ ! -e "$tmp/$1.out/text" ] && kill -0 "$guest" 2>/dev/null; do
		sleep 0.2
	done
	if [ -e "$tmp/$1.out/text" ]; then
		address=$(sed -n 's/ . __entry_text_start$//p' "$tmp/$1.out/text")
		end=$(sed -n 's/ . __entry_text_end$//p' "$tmp/$1.out/text")
		# The kernel is in the last 2 GiB, and QEMU wants a signed number.
		low=$((0x${address#????????} - 0x100000000))
		"$top/tools/.output/qmp" "$tmp/$1.qmp" memsave "{ \"val\": $low, \"size\": \
$((0x${end#????????} - 0x${address#????????})), \"filename\": \"$tmp/$1.image\" }" \
			>"$tmp/$1.qmpout" 2>&1
		touch "$tmp/$1.out/done"
	fi
	wait "$guest" || rc=$?
}

# booted NAME PARAMETERS ARGUMENT...: the kernel as booted is clean
booted() {
	name=$1 append=$2
	shift 2
	dump "$name" "$append"
	ok "$name: the guest ran and its entry text is saved" \
		[ "$rc" = 0 -a -s "$tmp/$name.image" ]
	window "$name.report" "$patched" --image "$tmp/$name.image@$address" "$@"
	ok "$name: as booted, it is clean" clean "$name.report"
}

mkdir -p "$programs"
gcc -std=gnu11 -O2 -g -Wall -Wextra -Werror -D_GNU_SOURCE -I "$top/tools" \
	-o "$programs/window_plant" "$here/window_plant.c" \
	"$top/tools/window_elf.c" "$top/tools/window_alt.c" -lelf || exit 1

for mode in early late; do
	for marks in off on; do
		window "$mode-$marks" "$patched" --mode "$mode" --marks "$marks"
		ok "$mode, marks $marks: as built, it is clean" clean "$mode-$marks"
	done
done
# every function of the late switch is on some path
wanted=$(nm "$patched" | sed -n "s/.* [Tt] \\(pti_e[nx][a-z]*_[a-z0-9_]*\\)$/\\1/p" | grep -v _marks | sort)
is "late: every C function of the switch is reached" \
	"$(sed -n "s/^cr3 *[0-9a-f]* \\([^+]*\\)+.*/\\1/p" "$tmp/late-off" | sort -u)" "$wanted"
window stock "$kernels/stock/vmlinux"
ok "stock: as built, it is clean" clean stock
window none "$kernels/stock/vmlinux" --mode late
is "stock: it has no late switch" "$rc $(cat "$tmp/none")" \
	"3 window-check: this kernel has no late switch"

objcopy --strip-debug "$patched" "$tmp/plain" || exit 1
while read -r fault what; do
	ok "planted: $fault" planted "$fault" "$what"
done <<'EOF'
percpu reads per-CPU data, pcpu_hot
gs writes per-CPU data, cpu_tss_rw+0x14, while the GS base is the user's
rodata reads x86_cap_flags
alternative reads x86_cap_flags
write writes the entry text
pointer uses memory at RBX
call calls do_syscall_64
thunk RET, by way of __x86_return_thunk
exit RET, by way of __x86_return_thunk
ret RET
table jumps by a table
register jumps to where a register says
trap traps
string rep movsb
segment uses
cr3 writes CR3 in assembly, reachable in late mode
EOF

booted early "nokaslr pti=on pti_switch=early" --mode early
window swapped "$patched" --image "$tmp/early.image@$address" --mode late
has "early, taken for late: the CR3 writes are named" "$tmp/swapped" \
	'entry_SYSCALL_64\+0x[0-9a-f]+: writes CR3 in assembly, reachable in late mode'
booted late "nokaslr pti=on pti_switch=late" --mode late
window swapped "$patched" --image "$tmp/late.image@$address" --mode early
has "late, taken for early: the CR3 writes are named" "$tmp/swapped" \
	'pti_enter_syscall64\+0x[0-9a-f]+: writes CR3 late, reachable in early mode'
window swapped "$patched" --image "$tmp/late.image@$address" --mode late --marks on
has "late, taken for one with marks: the difference is named" "$tmp/swapped" \
	'not what vmlinux and its alternatives have there'
# Where KASLR puts the kernel
booted late-marks "pti=on pti_switch=late pti_marks=on" --mode late --marks on
tap_done
