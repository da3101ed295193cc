#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Early against early in the tcg lane: 40 boots, as if every other four were of
# another mode, are 5 times 4 comparisons of what is the same.  At most 1 of these
# 20 may come out as different.
#
# p-values are adjusted over a table, so that true null hypotheses are rejected in
# less than 5 % of the tables: this fails by chance in less than 1 run of 40.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"
cli=$top/userspace/.output/ptiscope
tables=${TABLES:-5}
workloads=getppid,read1,page_fault,getppid_int80

# measure DIR: a boot, measured
measure() {
	mkdir -p "$tmp/$1"
	guest boot tcg patched pti_switch=early --out "$tmp/$1" -- \
		ptiscope run -o /out/run --workloads "$workloads" --samples 30 --no-capture
	[ "$rc" = 0 ] || { cat "$tmp/boot.err" >&2; exit 1; }
}

# verdicts TABLE: "workload verdict" of its round trips
verdicts() {
	awk -F, '$4 == "round_trip" { print $3, $NF }' "$tmp/$1/compare.csv"
}

pairs=0 different=0
i=1
while [ "$i" -le "$tables" ]; do
	# What drifts on the host falls on both sides alike.
	for side in a/1 b/1 b/2 a/2 a/3 b/3 b/4 a/4; do
		measure "$i/$side"
	done
	# The report compares early with late: call one side so.
	sed -i 's/"switch": "early"/"switch": "late"/' "$tmp/$i"/b/*/run/manifest.json
	rc=0
	"$cli" report -o "$tmp/$i" "$tmp/$i"/a/*/run "$tmp/$i"/b/*/run >"$tmp/report" 2>&1 || rc=$?
	is "table $i: compared" "$rc" 0
	verdicts "$i" | sed "s/^/# table $i: /"
	is "table $i: eight boots are enough for all verdicts" \
		"$(verdicts "$i" | grep -c -v 'too few boots')" 4
	pairs=$((pairs + $(verdicts "$i" | wc -l)))
	different=$((different + $(verdicts "$i" | grep -c -E ' (slower|faster)$')))
	i=$((i + 1))
done
is "pairs compared" "$pairs" $((4 * tables))
ok "of $pairs pairs of the same kernel $different differ: at most 1" test "$different" -le 1
tap_done
