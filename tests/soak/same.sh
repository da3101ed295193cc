#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Early against early in the tcg lane: boots of one mode, half of them called late.
# A table of TABLES shows a difference by chance in 5 %, so that 1 of 5 may.  What
# could have been seen is said, and is seen where it is planted.
#
# BOOTS=N: so many each (default 4, the least that is judged)
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"
cli=$top/userspace/.output/ptiscope
make -s -C "$top/userspace" fixture >&2 || exit 1
plant=$top/userspace/.output/plant
tables=${TABLES:-5} boots=${BOOTS:-4}
workloads=getppid,read1,page_fault,getppid_int80

# measure DIR: a boot, measured
measure() {
	mkdir -p "$tmp/$1"
	guest boot tcg patched pti_switch=early --out "$tmp/$1" -- \
		ptiscope run -o /out/run --workloads "$workloads" --samples 30 --no-capture
	[ "$rc" = 0 ] || { cat "$tmp/boot.err" >&2; exit 1; }
}

# judge TABLE RUN...: compare; leaves $rc and compare.csv
judge() {
	judged=$1
	shift
	rc=0
	"$cli" report -o "$tmp/$judged" "$@" >"$tmp/report" 2>&1 || rc=$?
	[ "$rc" = 0 ] || cat "$tmp/report" >&2
}

# verdict TABLE WORKLOAD: in a word
verdict() {
	awk -F, -v w="$2" '$3 == w && $4 == "round_trip" { print $15 }' "$tmp/$1/compare.csv"
}

# differing TABLE: how many of its workloads differ
differing() {
	awk -F, '$15 == "slower" || $15 == "faster" { n++ } END { print n + 0 }' "$tmp/$1/compare.csv"
}

# detectable TABLE WORKLOAD: the figure, and the least difference that would be shown
detectable() {
	awk -F, -v w="$2" '$3 == w { print $8, $25 }' "$tmp/$1/compare.csv"
}

different=0 i=1
while [ "$i" -le "$tables" ]; do
	# What drifts on the host falls on both sides alike.
	k=1
	while [ "$k" -le "$boots" ]; do
		if [ $((k % 2)) = 1 ]; then measure "$i/a/$k"; measure "$i/b/$k"
		else measure "$i/b/$k"; measure "$i/a/$k"; fi
		k=$((k + 1))
	done
	# The report compares early with late: call one side so.
	sed -i 's/"switch": "early"/"switch": "late"/' "$tmp/$i"/b/*/run/manifest.json
	judge "$i" "$tmp/$i"/a/*/run "$tmp/$i"/b/*/run
	is "table $i: compared" "$rc" 0
	is "table $i: $boots and $boots boots are judged" \
		"$(grep -c -E ',(too few boots|one boot),' "$tmp/$i/compare.csv")" 0
	[ "$(differing "$i")" = 0 ] || different=$((different + 1))
	for w in $(echo "$workloads" | tr , ' '); do
		could=$(detectable "$i" "$w")
		echo "# table $i: $w: $(verdict "$i" "$w"); of ${could% *} ns ${could#* } more would be shown in 9 of 10"
		twice=$(awk -v c="${could#* }" 'BEGIN { print 2 * c }')
		for run in "$tmp/$i"/b/*/run; do
			"$plant" "$run" "$run.$w" "$w" "$twice" || exit 1
		done
		judge "$i.$w" "$tmp/$i"/a/*/run "$tmp/$i"/b/*/run."$w"
		is "table $i: $twice ns more in $w are shown" "$(verdict "$i.$w" "$w")" slower
	done
	i=$((i + 1))
done
ok "of $tables tables of the same kernel $different show a difference: at most 1" \
	test "$different" -le 1
tap_done
