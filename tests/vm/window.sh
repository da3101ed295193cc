#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the window touches and where it leads: the kernels as built and as booted
# are clean, and every planted fault is found and named.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
# shellcheck source=SCRIPTDIR/window_lib.sh
. "$here/window_lib.sh"

# planted FAULT WHAT: plant it, expect to read of it, and of nothing but what
# follows from it
planted() {
	cp "$tmp/plain" "$tmp/sick"
	at=$("$programs/window_plant" "$1" "$tmp/sick") || return
	window sick.out "$tmp/sick" --mode late
	others=$(faults sick.out | grep -v -c -F -e "$at:")
	# Without SWAPGS, all that comes after is wrong.
	[ "$1" != gs ] || others=0
	[ "$rc" = 1 ] && [ "$others" = 0 ] &&
		faults sick.out | grep -q -F -e "$at: $2" && return
	echo "exit code $rc, wanted: $at: $2"
	faults sick.out
	return 1
}

mkdir -p "$programs"
gcc -std=gnu11 -O2 -g -Wall -Wextra -Werror -D_GNU_SOURCE -I "$top/tools" \
	-o "$programs/window_plant" "$here/window_plant.c" \
	"$top/tools/.output/lib.a" -lelf || exit 1

for mode in early late; do
	for marks in off on; do
		window "$mode-$marks" "$patched" --mode "$mode" --marks "$marks"
		ok "$mode, marks $marks: as built, it is clean" clean "$mode-$marks"
	done
done
# every function of the late switch is on some path
wanted=$(nm "$patched" | sed -n "s/.* [Tt] \\(pti_\\(enter\\|exit\\)_[a-z0-9_]*\\)$/\\1/p" | grep -v _marks | sort)
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
percpu reads per-CPU data, cpu_tlbstate
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

booted early Skylake-Client "nokaslr pti=on pti_switch=early" --mode early
window swapped "$patched" --image "$tmp/early.image@$address" --mode late
has "early, taken for late: the CR3 writes are named" "$tmp/swapped" \
	'entry_SYSCALL_64\+0x[0-9a-f]+: writes CR3 in assembly, reachable in late mode'
booted late Skylake-Client "nokaslr pti=on pti_switch=late" --mode late
window swapped "$patched" --image "$tmp/late.image@$address" --mode early
has "late, taken for early: the CR3 writes are named" "$tmp/swapped" \
	'pti_enter_syscall64\+0x[0-9a-f]+: writes CR3 late, reachable in early mode'
window swapped "$patched" --image "$tmp/late.image@$address" --mode late --marks on
has "late, taken for one with marks: the difference is named" "$tmp/swapped" \
	'not what vmlinux and its alternatives have there'
# Where KASLR puts the kernel
booted late-marks Skylake-Client "pti=on pti_switch=late pti_marks=on" --mode late --marks on
tap_done
