#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ptiscope audit against QEMU's own view of the same page table, early and late,
# with marks and without; what late mode exposes more than early, and what
# memory it takes for each task.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

build_programs spinner auditcmp
qmp=$top/tools/.output/qmp
# What the spinner has in R15
known=7074697363f7e5a1

# outside NAME: stop the guest while the spinner runs, and ask QEMU
outside() {
	until [ -e "$tmp/$1/ready" ]; do
		[ ! -e "$tmp/$1/over" ] || return
		sleep 0.1
	done
	i=0
	until "$qmp" "$tmp/$1.qmp" --user-stop &&
		"$qmp" "$tmp/$1.qmp" --hmp 'info registers' >"$tmp/$1/registers" &&
		grep -q "R15=$known" "$tmp/$1/registers"; do
		i=$((i + 1))
		"$qmp" "$tmp/$1.qmp" cont
		[ "$i" -lt 50 ] || return
	done
	"$qmp" "$tmp/$1.qmp" --hmp 'info tlb' >"$tmp/$1/tlb"
	"$qmp" "$tmp/$1.qmp" --hmp 'info mem' >"$tmp/$1/mem"
	touch "$tmp/$1/done"
	"$qmp" "$tmp/$1.qmp" cont >"$tmp/$1/cont"
}

# audit NAME PARAMETERS KIND: one boot, seen from inside and from outside
audit() {
	name=$1
	mkdir "$tmp/$name"
	outside "$name" 2>"$tmp/$name/outside.err" &
	witness=$!
	guest_tap "$name" tcg patched "$2" --qmp "$tmp/$name.qmp" --out "$tmp/$name" \
		--payload "$programs" -- all "audit $3"
	touch "$tmp/$name/over"
	wait "$witness"
	has "$name: QEMU was asked in user mode" "$tmp/$name/registers" "R15=$known"
	compare "$name" "$tmp/$name/audit.csv"
	ok "$name: nothing is writable and executable" \
		sh -c "! cut -d, -f4 '$tmp/$name/audit.csv' | grep '^.wx'"
}

# compare NAME CSV
compare() {
	ok "$1: the audit is QEMU's list" "$programs/auditcmp" "$2" "$tmp/$1/tlb" "$tmp/$1/mem"
}

# not COMMAND...: succeeds if COMMAND fails
not() {
	! "$@"
}

# refuses WHAT NAME SED: the comparison must find this fault in the audit
refuses() {
	sed "$3" "$tmp/$2/audit.csv" >"$tmp/planted.csv"
	ok "planted, $1: is found" sh -c "! cmp -s '$tmp/$2/audit.csv' '$tmp/planted.csv' &&
		! '$programs/auditcmp' '$tmp/planted.csv' '$tmp/$2/tlb' '$tmp/$2/mem'"
}

# named NAME REGION ACCESS CPU: the audit has that mapping
named() {
	has "$1: $2 $4 is named, $3" "$tmp/$1/audit.csv" "^0x[0-9a-f]+,[0-9]+,[0-9]+,$3,$4,$2\$"
}

# number KEY FILE: the value of a number in a JSON file
number() {
	sed -n "s/^ *\"$1\": \(-*[0-9]*\),*\$/\1/p" "$2"
}

# difference A B PAGES: that B maps and A does not; nothing is gone
difference() {
	rc=0
	"$top/userspace/.output/ptiscope" audit --diff --json "$tmp/$1/audit.json" \
		"$tmp/$2/audit.json" >"$tmp/diff" || rc=$?
	is "$2 - $1: exit code" "$rc" 0
	is "$2 - $1: pages newly exposed" "$(number exposed_pages "$tmp/diff")" "$3"
	is "$2 - $1: pages gone" "$(number gone_pages "$tmp/diff")" 0
	is "$2 - $1: distinct pages" "$(number pages "$tmp/diff")" "$3"
	is "$2 - $1: page tables of a process" "$(number task_tables "$tmp/diff")" 0
	is "$2 - $1: page tables of the machine" "$(number machine_tables "$tmp/diff")" 0
}

# same_per_thread KEY BYTES: late mode takes as much of it for each of 999 threads
# as early mode does, to less than so many bytes
same_per_thread() {
	awk -v key="$1" -v bar="$2" '
	$1 == key { bytes[FILENAME] = $2 }
	END {
		for (i = 1; i < ARGC; i++)
			if (!(ARGV[i] in bytes)) exit 1
		early = (bytes[ARGV[2]] - bytes[ARGV[1]]) / 999
		late = (bytes[ARGV[4]] - bytes[ARGV[3]]) / 999
		printf "early %.1f, late %.1f bytes\n", early, late
		exit !(early > 0 && late - early < bar && early - late < bar)
	}' "$tmp/early/memory.1" "$tmp/early/memory.1000" \
		"$tmp/late/memory.1" "$tmp/late/memory.1000"
}

audit early "pti=on pti_switch=early" "plain threads"
audit late "pti=on pti_switch=late" "plain threads"
audit early-marks "pti=on pti_switch=early pti_marks=on" plain
audit late-marks "pti=on pti_switch=late pti_marks=on" plain
audit auto "pti_switch=late vsyscall=emulate" ldt

for cpu in 0 1; do
	named late cpu_tss_rw rw--- "$cpu"
	named late GDT r---g "$cpu"
	named late 'NMI stack' rw--g "$cpu"
	named late-marks pti_marks rw--- "$cpu"
done
named late 'entry text' r-x-g ''
ok "early: no LDT without modify_ldt" sh -c "! grep -q LDT '$tmp/early/audit.csv'"
ok "late: no marks" sh -c "! grep -q pti_marks '$tmp/late/audit.csv'"
named auto 'kernel text' r-x-g ''
named auto 'kernel rodata' 'r---[g-]' ''
named auto LDT r---- ''
named auto vsyscall 'r--u[g-]' ''
ok "the table has 100 columns at most" \
	awk 'length > 100 { print; bad = 1 } END { exit bad }' "$tmp/auto/audit.txt"

difference early late 0
difference early-marks late-marks 0
difference early early-marks 2
for key in kernel_stack pagetables; do
	ok "a thread takes as much $key, late as early" same_per_thread "$key" 1
done
# This counter lags by up to a page on each CPU, in each of the four.
ok "a thread takes as much slab, late as early" same_per_thread slab 33
sed -i "s/^slab /&1/" "$tmp/late/memory.1000"
ok "planted, memory of a thread: is found" not same_per_thread slab 33

refuses 'a page too few' late-marks '/pti_marks/{/,1,/d;}'
refuses 'a page too many' late-marks '/,1,pti_marks/{p;s/000,/007,/;}'
refuses 'a large page too few' late-marks '/entry text/d'
refuses 'another frame' late-marks 's/,\([0-9]*\),r---g,1,GDT/,1\1,r---g,1,GDT/'
refuses 'read-only' late-marks '/,0,cpu_tss_rw/s/rw/r-/'
refuses 'writable' late-marks '/,0,GDT/s/r-/rw/'
refuses 'executable' late-marks '/,0,GDT/s/---g/-x-g/'
refuses 'not global' late-marks '/entry text/s/-g/--/'
refuses 'for user mode' late-marks '/,0,GDT/s/--g/-ug/'
tap_done
