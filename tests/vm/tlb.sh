#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The TLB model of the bochs lane: samples say what a program did, the model's walks
# are Bochs's, instructions stay as they are, no stale translation is used, and
# planted ones are found.  A Bochs that is another one is told, and runs without.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
shim=$top/vm/tlb/.output/shim.so
all=haswell,skylake,ivybridge

# usage_error NAME WHY ARG...
usage_error() {
	name=$1 why=$2
	shift 2
	rc=0
	"$top/vm/run" --kernel "$kernels/stock" "$@" -- true >"$tmp/out" 2>"$tmp/err" || rc=$?
	is "$name: exit code and message" "$rc $(cat "$tmp/err")" "2 vm/run: $why"
}

usage_error "a geometry that is not there" "--tlb: there is no geometry 'zen'" \
	--lane bochs --tlb haswell,zen
echo 'name a' >"$tmp/geometry"
usage_error "a file that is wrong" \
	"--tlb: $tmp/geometry:1: data 4k and code 4k are missing" \
	--lane bochs --tlb "$tmp/geometry"
usage_error "five geometries" "--tlb: more than 4 geometries" \
	--lane bochs --tlb $all,haswell,skylake
usage_error "a lane without" "--tlb is for the bochs lane" --lane icount --tlb haswell
usage_error "a report of nothing" "--tlb is missing" --lane bochs --tlb-report "$tmp/r"
usage_error "pages of nothing" "--tlb is missing" --lane bochs --tlb-pages "$tmp/p"
usage_error "a fault that is none" \
	"--tlb-plant: 'x' is not invpcid, invlpg, noflush or exit:FUNCTION" \
	--lane bochs --tlb haswell --tlb-plant x
for name in haswell skylake ivybridge; do
	"$top/vm/tlb/.output/geometry" $name >"$tmp/geometry"
	"$top/vm/tlb/.output/geometry" "$tmp/geometry" >"$tmp/again"
	is "$name: a file that says the same" "$(sed 1d "$tmp/again")" "$(sed 1d "$tmp/geometry")"
done

# refused PROGRAM: what the shim reports of it
refused() {
	rm -f "$tmp/report"
	PTISCOPE_TLB=haswell PTISCOPE_TLB_REPORT=$tmp/report PTISCOPE_TLB_MIB=1 LD_PRELOAD=$shim \
		"$1" --help >/dev/null 2>&1
	cat "$tmp/report"
}

# patch OFFSET BYTE: a copy of Bochs with one byte changed
patch_bochs() {
	mkdir -p "$tmp/other"
	cp "$(command -v bochs-bin)" "$tmp/other/bochs-bin"
	printf '%b' "$2" | dd of="$tmp/other/bochs-bin" bs=1 seek="$1" conv=notrunc 2>/dev/null
}

bochs=$(command -v bochs-bin)
hook=$(nm -D "$bochs" | sed -n 's/^\([0-9a-f]*\) T _Z18bx_instr_tlb_cntrljjm$/\1/p')
id=$(readelf -SW "$bochs" | sed -n 's/.*\.note\.gnu\.build-id *NOTE *[0-9a-f]* *\([0-9a-f]*\) .*/\1/p')
is "another program is refused" "$(refused /bin/true | cut -c -22)" 'refused: it exports no'
is "Bochs itself is not" "$(refused "$bochs")" ''
patch_bochs $((0x$hook)) '\220'
is "a hook that is not empty is refused" "$(refused "$tmp/other/bochs-bin")" \
	'refused: _Z18bx_instr_tlb_cntrljjm is no empty hook'
patch_bochs $((0x$id + 16)) '\0'
ok "another build ID is refused" test "$(refused "$tmp/other/bochs-bin" | cut -c -31)" = \
	'refused: its build ID is 0089e0'

build_programs tlbtest pcidtest

# samples NAME KERNEL PARAMETERS: tlbtest with three geometries
samples() {
	in_background boot "$1" bochs "$2" "$3" --payload "$programs" \
		--tlb $all --tlb-report "$tmp/$1.report" -- tlbtest haswell skylake ivybridge
}

# samples_checked NAME: its results, and that the model agrees with Bochs
samples_checked() {
	wait_for "$1"
	guest_results "$1"
	has "$1: every walk leads where Bochs goes" "$tmp/$1.report" '^differences 0$'
	is "$1: no stale translation" "$(grep -c 'stale 0$' "$tmp/$1.report")" 3
}

# ticks NAME: of 64 system calls
ticks() {
	sed -n 's/^# ticks //p' "$tmp/$1.out"
}

# runs NAME PARAMETERS: ptiscope run and ptiscope tlb with two geometries
runs() {
	mkdir "$tmp/$1-out"
	in_background guest "$1" bochs patched "$2" --out "$tmp/$1-out" \
		--tlb haswell,skylake --tlb-report "$tmp/$1.report" --tlb-pages "$tmp/$1.pages" -- sh -c "
		ptiscope run -o /out/run --lane bochs --samples 9 \
			--workloads getppid,getppid_p600,getppid_p1600 &&
		ptiscope tlb -o /out/tlb --lane bochs --samples 5"
}

# by_page NAME WORKLOAD PART COLUMN: what its pages have together in a call, Haswell
by_page() {
	awk -F, -v w="$2" -v p="$3" -v m="$4" '
	NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
	$1 == w && $2 == "syscall64" && $3 == p && $4 == "haswell" {
		n = $col["entries"]
		if (m != "misses" || $5 == "data")
			sum += $col[m]
	}
	END { printf "%.4g", n ? sum / n : 0 }' "$tmp/$1.pages"
}

# median NAME RUN WORKLOAD METRIC: of its summary.csv
median() {
	awk -F, -v w="$3" -v m="$4" 'NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
	$col["workload"] == w && $col["metric"] == m && $col["path"] == "syscall64" {
		print $col["median"] }' "$tmp/$1-out/$2/summary.csv"
}

samples late patched pti_switch=late
in_background boot plain bochs patched pti_switch=late --payload "$programs" -- tlbtest
samples_checked late
wait_for plain
guest_results plain
is "a system call executes as many instructions as without the model" \
	"$(ticks late)" "$(ticks plain)"
samples nopcid patched 'pti_switch=late nopcid'
samples_checked nopcid
samples off patched pti=off
runs run-late pti_switch=late

# Bochs as it is, but not known to be: the lane runs, and says what is missing.
rc=0
PATH=$tmp/other:$PATH "$top/vm/run" --kernel "$kernels/stock" --lane bochs --timeout 900 \
	--tlb haswell -- echo ran >"$tmp/out" 2>"$tmp/err" || rc=$?
is "without the model the guest runs" "$rc $(cat "$tmp/out")" '0 ran'
has "and the lane says so" "$tmp/err" '^vm/run: this ran without the TLB model: its build ID is 00'
samples_checked off
wait_for run-late
is "run: exit code" "$rc" 0
is "run: a getppid writes CR3 once in each direction, and keeps the TLB" \
	"$(median run-late run getppid tlb_cr3_noflush_entry) $(median run-late run getppid tlb_cr3_noflush_kernel)" "1 1"
is "run: behind 600 pages no walk in the kernel" \
	"$(median run-late run getppid_p600 tlb_walks_kernel_haswell)" 0
ok "run: 1600 pages do not fit into Haswell's TLB" awk \
	-v walks="$(median run-late run getppid_p1600 tlb_walks_user_haswell)" \
	'BEGIN { exit !(walks >= 1600 && walks < 1610) }'
for part in entry kernel exit; do
	is "pages: together they have the misses of $part" \
		"$(by_page run-late getppid_p1600 $part misses) $(by_page run-late getppid_p1600 $part walks)" \
		"$(median run-late run getppid_p1600 tlb_data_miss_${part}_haswell) $(median run-late run getppid_p1600 tlb_walks_${part}_haswell)"
done
is "pages: late touches the TSS page and the entry stack before it writes CR3" \
	"$(sed -n 's/^getppid_p1600,syscall64,entry,haswell,data,4k,.*,entry_SYSCALL_64,\([^,]*\),.*/\1/p' "$tmp/run-late.pages" | sort | tr '\n' ';')" \
	'CPU entry area: entry stack;per-CPU cpu_tss_rw;'
ok "tlb: a working set of 512 pages outlives a system call" awk \
	-v walks="$(median run-late tlb tlb_data_4k_512 tlb_walks_user_haswell)" \
	'BEGIN { exit !(walks != "" && walks < 0.1) }'
ok "tlb: one of 4096 does not" awk \
	-v walks="$(median run-late tlb tlb_data_4k_4096 tlb_walks_user_haswell)" \
	'BEGIN { exit !(walks > 0.9) }'
"$top/userspace/.output/ptiscope" report --full "$tmp/run-late-out/run" >"$tmp/out" 2>"$tmp/err"
has "run: the report has a line for it" "$tmp/out" "^ *getppid_p1600 \(syscall64\), haswell"
has "run: and says what was not measured" "$tmp/out" "getppid_p1600: PTI off not measured"

# planted NAME COMMAND: with that fault in the CPU.  Booting is enough for two of them.
planted() {
	in_background boot "$1" bochs patched pti_switch=late --payload "$programs" \
		--tlb haswell --tlb-plant "$1" -- "$2"
}

planted_found() {
	wait_for "$1"
	is "planted: $1: exit 127" "$rc" 127
	has "planted: $1: said" "$tmp/$1.err" '^  stale translations used, haswell: [1-9]'
}

planted noflush true
planted invpcid pcidtest
planted_found noflush
planted invlpg true
planted_found invpcid
planted_found invlpg
tap_done
