#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Every workload five times in the icount lane: its medians must be the same, or
# docs/method.md says within which share they vary, and why.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"
runs=5

mkdir "$tmp/out"
guest spread icount patched "pti_switch=early indirect_target_selection=off" \
	--out "$tmp/out" --timeout 900 --payload "$top/tests/soak/repeat" -- repeat "$runs"
is "the guest ran and its kernel log is clean" "$rc" 0
[ "$rc" = 0 ] || cat "$tmp/spread.err" >&2

# allowed WORKLOAD: the percent by which docs/method.md lets its medians differ
allowed() {
	awk -F '|' -v name="$1" '
	/^\| varies / { on = 1; next }
	!/^\|/ { on = 0 }
	on && (" " $2) ~ "[ ,]" name "[ ,]" { print $3 + 0; found = 1 }
	END { if (!found) print 0 }' "$top/docs/method.md"
}

# "workload runs least greatest percent" of round trips
cat "$tmp"/out/*.csv | awk -F, '$9 == "round_trip" {
	w = $8; m = $15 + 0
	if (!n[w]++) { low[w] = high[w] = m }
	if (m < low[w]) low[w] = m
	if (m > high[w]) high[w] = m
}
END { for (w in n) printf "%s %d %.10g %.10g %.10g\n", w, n[w], low[w], high[w], 100 * (high[w] - low[w]) / low[w] }' |
	sort >"$tmp/spread"
ok "at least 37 workloads were measured" test "$(wc -l <"$tmp/spread")" -ge 37
while read -r name n low high percent; do
	is "$name: runs" "$n" "$runs"
	bar=$(allowed "$name")
	ok "$name: $low to $high is a spread of $percent %, at most $bar %" \
		awk -v p="$percent" -v bar="$bar" 'BEGIN { exit !(p <= bar) }'
done <"$tmp/spread"
tap_done
