#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The formats of a report, its page, and the comparison of two runs.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
tools=$top/userspace/.output

six_runs
"$mkrun" off switch=off
all="stock-early stock-off early late off early-marks late-marks"

# json PLACE...: of the report in the file out
json() {
	"$tools/jsonat" out "$@"
}

# shellcheck disable=SC2086
works "csv" report -o csv --format csv $all
is "csv: one header" "$(grep -c '^lane,' out)" 1
head -n "$(wc -l <csv/compare.csv)" out >begin
ok "csv: the rows of compare.csv come first" cmp begin csv/compare.csv
is "csv: and those of baseline.csv" "$(tail -n +2 csv/baseline.csv | grep -c -F -x -f out)" \
	"$(tail -n +2 csv/baseline.csv | wc -l)"
is "csv: PTI's cost" "$(grep '^pti-late/icount,syscall64,getppid' out | cut -d, -f 8-10)" '265,280,15'
is "csv: what marks cost" "$(grep '^marks-late/icount,syscall64,getppid' out | cut -d, -f 8-10)" '280,493,213'
ok "csv: every row has its columns" awk -F, 'NR == 1 { n = NF } NF != n { print; bad = 1 } END { exit bad }' out

# shellcheck disable=SC2086
works "json" report -o json --format json $all
is "json: what it is" "$(json format version equivalent)" \
	"$(printf 'ptiscope-report\n1\n{"margin":1.0,"of":"percent"}')"
c=machines/0/round_trip/0/comparisons/0
is "json: late minus early" "$(json $c/comparison $c/diff $c/ci $c/basis $c/verdict)" \
	"$(printf '%s\n' 'late - early' 14.0 '[14.0,14.0]' counts 'one boot')"
is "json: PTI's cost" "$(json machines/0/round_trip/0/pti_cost)" \
	'{"early":1.0,"late":15.0,"late_switch_share":null}'
is "json: no p-value of a count" "$(json $c/p_value $c/p_adjusted $c/family)" \
	"$(printf '%s\n' null null null)"
w=machines/0/windows/0/window
is "json: windows" "$(json $w/0/estimate $w/1/estimate)" "$(printf '12.0\n30.0')"
is "json: the TLB" "$(json machines/0/tlb/measured)" false
is "json: runs" "$(json machines/0/environment/#)" 7
cp out first.json
# shellcheck disable=SC2086
works "json again" report -o json --format json $all
ok "json: the same bytes" cmp out first.json

# A second boot of each, and the share of the late switch can be told.
"$mkrun" off-2 switch=off boot=o2
"$mkrun" early-2 add=1 boot=e2
"$mkrun" late-2 switch=late add=15 boot=l2
works "json of two boots" report -o json --format json off early late off-2 early-2 late-2
is "json: the share of the late switch" "$(json machines/0/round_trip/0/pti_cost)" \
	'{"early":1.0,"late":15.0,"late_switch_share":0.9333333333}'
is "json: two boots" "$(json $c/verdict $c/boots_first $c/range_second)" \
	"$(printf '%s\n' slower 2 '[280.0,280.0]')"

# shellcheck disable=SC2086
works "markdown" report -o md --format markdown $all
has "markdown: the answer" out '^\| getppid \(syscall64\) \| 265 \| 266 \| 280 \| \*\*\+14\*\* \|'
has "markdown: round trip" out '^\| late \| 280 \| \\\[280, 280\\\] \|'
has "markdown: verdict" out '^\| late - early \| 266 \| 280 \| \+14 \| one boot of each \|.* one boot \|$'
for section in Environment 'Round trip of one iteration, instructions' \
	'Window and switch per path, marks on' 'What marks add to round trips' TLB \
	'Cost of measuring' 'Not measured'; do
	has "markdown: $section" out "^### $section$"
done
has "markdown: why there is nothing on the TLB" out '^not measured: '
ok "markdown: every row has the columns of its table" awk -F'|' '
	/^\|/ { gsub(/\\\|/, ""); if (last && NF != last) { print; bad = 1 } last = NF; next }
	{ last = 0 } END { exit bad }' out

fails "a format that is none" 2 "--format: 'xml'" report --format xml early
rc=0
"$cli" report -o md --format json early >/dev/full 2>err || rc=$?
is "full stdout: exit code" "$rc" 1

# What names hold is text, in every format.
"$mkrun" evil cpu='<script>|a`b*"&amp;' marks=1
works "a CPU with a name like a page, markdown" report -o md --format markdown evil
ok "is text" sh -c '! grep "<script>" out'
works "a CPU with a name like a page, json" report -o md --format json evil
is "is text too" "$(json machines/0/cpu)" '<script>|a`b*"&amp;'

# page FILE: well-formed, ids that are unique and found, nothing from elsewhere
page() {
	"$tools/page" "$1"
}

mkdir empty
rc=0
PATH=$tmp/empty "$cli" report -o none --html none.html early late >out 2>err || rc=$?
is "page without gnuplot: exit code" "$rc" 3
has "page without gnuplot: remedy" err 'apt install gnuplot-nox'
is "page without gnuplot: nothing is written" "$(ls none) $(ls none.html* 2>/dev/null)" ' '
if command -v gnuplot >/dev/null; then
	# shellcheck disable=SC2086
	works "page" report -o html --html page.html $all
	has "it is named" out 'page.html$'
	ok "it is well-formed and whole" page page.html
	is "it has the figures" "$(grep -c '<figure>' page.html)" 2
	has "a figure's values" page.html '\+14 +\(\+5.26 %\)'
	has "a table's values" page.html '<td>late</td><td class="n">280</td>'
	# shellcheck disable=SC2086
	works "page again" report -o html --html again.html $all
	ok "the same runs give the same page" cmp page.html again.html
	works "a page of two lanes and an evil name" report -o html --html evil.html early evil
	ok "it is well-formed and whole" page evil.html
	# What this looks for, planted
	for plant in 's#<h1>#<h1 href="http://example.org/">#=loads http' \
		's#<h1>#<h1><img alt=""/>#=has a <img>' \
		's#</h1>##=closes nothing' \
		's#figure-1-1-gpPt1#figure-1-1-gpPt0#=occurs twice' \
		's#<svg#<svg fill="url(\#gone)"#=no id .gone' \
		's#<tr><td>late</td>#<tr>#=a row of' \
		's#<h1>#<h1>a \& b#=bare'; do
		sed "${plant%=*}" page.html >planted.html
		page planted.html 2>err
		has "a page that has this fault is found: ${plant##*=}" err "${plant##*=}"
	done
	fails "a page that can't be written" 1 "can't write" report -o html --html no/such/page.html early
	if command -v chromium >/dev/null; then
		chromium --headless --no-sandbox --disable-gpu --virtual-time-budget=2000 \
			--dump-dom "file://$tmp/page.html" >dom 2>/dev/null
		has "chromium draws it" dom 'id="figure-1-1-gnuplot_canvas"'
	else
		skip "chromium draws the page" "Debian's package chromium is not installed"
	fi
else
	skip "page" "gnuplot is not installed"
fi

works "compare" compare early late
has "compare: the answer" out '^  The second takes 14 instructions more on each of 4 '
has "compare: figures" out '^  getppid .* +266 +280 +\+14  \+5.26 % +1$'
ok "compare: 30 lines" test "$(wc -l <out)" -le 30
ok "compare: 80 columns" awk 'length > 80 { print; bad = 1 } END { exit bad }' out
works "compare --full" compare --full early late
has "compare --full: difference" out '^  second - first +266 +280 +\+14  one boot of each .* one boot$'
ok "compare --full: 100 columns" awk 'length > 100 { print; bad = 1 } END { exit bad }' out
pti compare early early-marks --format csv
is "compare: with marks and without is possible" "$rc" 0
has "compare: and that is said" err "one is with marks and one without"
works "compare, json" compare --format json late early
is "compare, json: second minus first" \
	"$(json machines/0/second_against_first/0/diff)" -14.0
works "compare, markdown" compare --format markdown early late
has "compare, markdown: title" out '^# One run against another$'
ok "compare writes no file" sh -c '! ls compare.csv summary.csv'
"$mkrun" tcg-early lane=tcg jitter=90
"$mkrun" tcg-late lane=tcg jitter=90 switch=late add=500 seed=4
works "compare two boots of the tcg lane" compare --full tcg-early tcg-late
has "that can't tell modes apart is said" out "boots can't be compared: there is 1 of early and 1 of late"
has "by the verdict too" out ' one boot$'
has "and in the answer" out '^  Too few boots to tell more than these two apart'
# For a CI: an exit code of its own
for met in 'round_trip > 2%' 'round_trip > 13' 'round_trip>13.5' 'round_trip < 99'; do
	pti compare --fail-if "$met" early late
	is "--fail-if $met: exit code" "$rc" 4
	is "--fail-if $met: one line" "$(wc -l <err)" 1
done
pti compare --fail-if 'round_trip > 2%' early late
has "--fail-if: how many, and which most of all" err 'round_trip > 2%: true of 1, most of all of getppid: \+14 \(\+5.26 %\)'
has "--fail-if: the comparison is printed all the same" out '^  getppid '
for kept in 'round_trip > 6%' 'round_trip > 14' 'round_trip < 0' 'entry_window > 0'; do
	works "--fail-if $kept" compare --fail-if "$kept" early late
done
for bad in '' round_trip 'round_trip > x' 'frob > 1' 'round_trip > 1 %x' 'round_trip = 2' 'round_trip > inf'; do
	fails "--fail-if '$bad'" 2 '--fail-if' compare --fail-if "$bad" early late
done
fails "compare two lanes" 1 'different lanes' compare early tcg-late
fails "compare one run" 2 'two run directories' compare early
fails "compare three runs" 2 'two run directories' compare early late off
fails "compare a run with itself" 1 'given twice' compare early ./early
fails "compare what is not there" 1 'No such file' compare early nowhere
tap_done
