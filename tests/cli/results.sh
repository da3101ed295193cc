#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The reference results: rebuilt from their raw samples, they are the same bytes.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

# As vm/bench has them: in the order of its variants.
set --
for name in $("$top/vm/bench" --lanes icount,bochs --boots 99 --list | cut -d '|' -f 1); do
	[ ! -f "$top/results/reference/$name/manifest.json" ] || set -- "$@" "$top/results/reference/$name"
done
ok "there are reference runs" test $# -gt 0
works "report" report -o new "$@"
ok "the answer is 30 lines at most" test "$(wc -l <out)" -le 30
# Of the command alone, whatever else the host does
# shellcheck disable=SC2016
seconds=$(sh -c '"$@" >/dev/null; times' - "$cli" report -o timed "$@" | awk -F '[ms ]+' 'END { print $1 * 60 + $2 + $3 * 60 + $4 }')
ok "it takes at most 1 s of the CPU ($seconds s)" awk -v s="$seconds" 'BEGIN { exit !(s > 0 && s <= 1) }'
if strace -o reads -e trace=read "$cli" report -o traced "$@" >/dev/null 2>&1; then
	ok "files are read in blocks" test "$(wc -l <reads)" -lt 5000
else
	skip "files are read in blocks" "strace may not trace here"
fi
# The summary of all runs is in those of each.
for f in compare.csv baseline.csv report.txt; do
	ok "$f" diff "$top/results/reference/$f" "new/$f"
done
for run in "$@"; do
	ok "summary.csv of ${run##*/}" sh -c \
		"{ head -n 1 new/summary.csv; grep '^${run##*/},' new/summary.csv; } | cmp - '$run/summary.csv'"
done
ok "3 MB in all" sh -c "find '$top/results/reference' -type f -printf '%s\n' | awk '{ n += \$1 } END { exit n > 3000000 }'"
is "no plot of more than 200 KB" "$(find "$top/results/reference" \( -name "*.png" -o -name "*.svg" \) -size +200000c)" ""
# What is drawn of them: of a size to look at
works "plot" plot -o drawn "$@"
# small: "WIDTH HEIGHT" on stdin, at most 1200 x 900
small() {
	awk "{ exit !(\$1 > 0 && \$1 <= 1200 && \$2 > 0 && \$2 <= 900) }"
}
small_png() {
	od -A n -t u1 -j 16 -N 8 "$1" | awk "{ print \$3 * 256 + \$4, \$7 * 256 + \$8 }" | small
}
small_svg() {
	sed -n "s/^ *width=.\([0-9]*\). height=.\([0-9]*\).\$/\1 \2/p" "$1" | head -n 1 | grep . | small
}
for f in drawn/*.png; do
	ok "${f#drawn/}: at most 1200 x 900" small_png "$f"
	ok "${f#drawn/}: its SVG, too" small_svg "${f%.png}.svg"
done
is "none of more than 200 KB" "$(find drawn -size +200000c)" ""
is "exact lanes alone" "$(sed -n "s/^ \"lane\": \"\(.*\)\",*/\1/p" "$top"/results/reference/*/manifest.json | sort -u | xargs)" "bochs icount"
ok "100 columns" awk 'length > 100 { print; bad = 1 } END { exit bad }' new/report.txt
# The answer that the README quotes, between lines of three backquotes
# shellcheck disable=SC2016
sed -n '/^```$/,/^```$/p' "$top/README.md" | grep -v '^```$' >quoted
ok "the README quotes the answer" grep -q 'late - early' quoted
# shellcheck disable=SC2016
ok "as it is in the reference results" awk 'NR == FNR { is[$0] = 1; next }
	!($0 in is) { print; bad = 1 } END { exit bad }' new/report.txt quoted
# The page on it and the README show what was measured.
while read -r row; do
	ok "docs/method.md: $row" grep -q -x -F -e "$row" "$top/docs/method.md"
done <"$top/results/reference/peers.md"
# shellcheck disable=SC2016
ok "README.md: what watching adds" awk '
	NR == FNR { text = text " " $0; next }
	$1 ~ /^(marks|module|bpf_histogram|bpftrace_latency)$/ {
		n++
		want = sprintf(" %.0f[ ,]", $8)
		if (text !~ want) { print "not there:" want; bad = 1 }
	}
	END { exit bad || n != 4 }' FS='\n' "$top/README.md" FS=, "$top/results/reference/peers.csv"
tap_done
