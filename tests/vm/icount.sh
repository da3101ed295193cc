#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What late switching and the patches may cost: instructions per iteration in
# the icount lane, where a repeated run must give the same number.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

rc=0
# The workloads that a bar is for, and those of the tests below; all of them run in
# tests/vm/docs.sh.
workloads=getppid,getpid,read1,write1,page_fault,timer,getppid_int80,getppid_sysenter32,nmi_user
"$top/vm/bench" --quick --results "$tmp/results" --only 'icount-.*' --workloads "$workloads" \
	>"$tmp/out" 2>"$tmp/err" || rc=$?
is "vm/bench: exit code" "$rc" 0
[ "$rc" = 0 ] || cat "$tmp/err" >&2

# median RUN PATH WORKLOAD METRIC: from summary.csv
median() {
	awk -F, -v p="$2" -v w="$3" -v m="$4" '
	NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
	$col["workload"] == w && $col["metric"] == m && (p == "" || $col["path"] == p) {
		print $col["median"]
	}' "$tmp/results/latest/$1/summary.csv"
}

# at_most NAME A B BAR: A - B <= BAR; both must be numbers
at_most() {
	ok "$1: at most +$4 (is: $2 - $3)" awk -v a="$2" -v b="$3" -v bar="$4" \
		'BEGIN { exit !(a + 0 > 0 && b + 0 > 0 && a - b <= bar) }'
}

getppid() {
	median "$1" "" getppid round_trip
}

# One workload for each of the paths, and its bar
for row in syscall64:getppid:8 int80:getppid_int80:9 sysenter32:getppid_sysenter32:14 \
	page_fault:page_fault:9 timer:timer:9 nmi_user:nmi_user:11; do
	path=${row%%:*} bar=${row##*:}
	workload=${row#*:}
	workload=${workload%:*}
	at_most "$path ($workload): late minus early" \
		"$(median icount-late "$path" "$workload" round_trip)" \
		"$(median icount-early "$path" "$workload" round_trip)" "$bar"
done
# What the series costs where it is not used
for row in getppid:1 page_fault:2 timer:2; do
	workload=${row%:*} bar=${row#*:}
	for mode in early off; do
		at_most "$workload: patched $mode minus stock $mode" \
			"$(median "icount-$mode" "" "$workload" round_trip)" \
			"$(median "icount-stock-$mode" "" "$workload" round_trip)" "$bar"
	done
done
ok "PTI costs something: early is above off" awk -v a="$(getppid icount-early)" \
	-v b="$(getppid icount-off)" 'BEGIN { exit !(b > 0 && a > b) }'

while IFS=, read -r run workload _ _ runs min max spread; do
	[ "$run" != variant ] || continue
	is "$run $workload: spread over $runs runs ($min to $max)" "$spread" 0
done <"$tmp/results/latest/spread.csv"
is "spread.csv: 6 workloads in 7 variants, 5 runs each in one boot" \
	"$(awk -F, '$4 == 1 && $5 == 5 { n++ } END { print n + 0 }' "$tmp/results/latest/spread.csv")" 42
for workload in getppid_int80 getppid_sysenter32; do
	is "spread.csv: $workload in every variant" \
		"$(grep -c ",$workload,round_trip,1,5," "$tmp/results/latest/spread.csv")" 7
done

# manifest_of RUN WORKLOAD: the workload's entry in the manifest, on one line
manifest_of() {
	awk -v name="\"$2\"" '
	/"workloads": / { on = 1 }
	!on { next }
	/^  \{/ { entry = "" }
	{ entry = entry $0 }
	/"name": / && index($0, name) { wanted = 1 }
	/^  \},?$/ && wanted { print entry; exit }' "$tmp/results/latest/$1/manifest.json"
}

for run in icount-early icount-late icount-early-marks icount-late-marks; do
	manifest_of "$run" nmi_user >"$tmp/entry"
	has "$run: every NMI hit user mode" "$tmp/entry" '"nmi_user": 384[^0-9].*"verified": "yes"'
done
for run in icount-early-marks icount-late-marks; do
	manifest_of "$run" getppid_int80 >"$tmp/entry"
	has "$run: INT 0x80 enters as declared" "$tmp/entry" '"int80": [0-9]+.*"verified": "yes"'
	manifest_of "$run" getppid_sysenter32 >"$tmp/entry"
	has "$run: SYSENTER enters as declared" "$tmp/entry" '"sysenter32": [0-9]+.*"verified": "yes"'
done

for path in syscall64 timer; do
	workload=$([ $path = timer ] && echo timer || echo getppid)
	early=$(median icount-early-marks $path "$workload" entry_window)
	late=$(median icount-late-marks $path "$workload" entry_window)
	ok "$path: late enters with the user table for longer ($early, $late)" \
		awk -v e="$early" -v l="$late" 'BEGIN { exit !(e > 0 && l > e) }'
done
for workload in page_fault timer; do
	for run in icount-early icount-late; do
		ok "$run: $workload is measured" test -n "$(median $run "" $workload round_trip)"
	done
done
has "compare.csv has getppid" "$tmp/results/latest/compare.csv" '^icount,.*getppid,round_trip,'
has "baseline.csv has stock" "$tmp/results/latest/baseline.csv" '^stock/icount,.*getppid,round_trip,'

# state: names and contents of all results
state() {
	(cd "$tmp/results" && ls -A && readlink latest && find . -type f -exec b2sum {} + | sort)
}

before=$(state)
"$top/vm/bench" --quick --results "$tmp/results" --only icount-early \
	>"$tmp/out" 2>"$tmp/err" &
pid=$!
sleep 3
kill -TERM "$pid"
rc=0
wait "$pid" 2>/dev/null || rc=$?
is "interrupted bench: exit code" "$rc" 143
is "interrupted bench: earlier results are as they were" "$(state)" "$before"
ok "interrupted bench: no guest lives on" \
	sh -c "! pgrep -f '[q]emu-system-x86_64.*$tmp/results'"
is "bench --list: two boots of each variant" "$("$top/vm/bench" --list | wc -l)" 32
is "bench --list: a variant is all of its boots" \
	"$("$top/vm/bench" --list --boots 3 | grep -c "^icount-late[.|]")" 3
is "bench --lanes tcg --list: four, as time differs" "$("$top/vm/bench" --list --lanes tcg | grep -c "^tcg-late[.|]")" 4
is "bench --quick --list: one boot each" "$("$top/vm/bench" --quick --list | wc -l)" 16
rc=0
"$top/vm/bench" --lanes icount,sparc --list 2>"$tmp/err" || rc=$?
is "bench, unknown lane: exit 2" "$rc" 2
has "bench, unknown lane: says so" "$tmp/err" "no lane 'sparc'"
rc=0
"$top/vm/bench" --only nothing 2>"$tmp/err" || rc=$?
is "bench of an unknown variant: exit code" "$rc" 2
tap_done
