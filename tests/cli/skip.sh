#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs with pti_skip=on in a report: a variant of their own, beside all others.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

"$mkrun" off switch=off
"$mkrun" early add=1
"$mkrun" late switch=late add=15
"$mkrun" late-skip switch=late skip=1 add=18
"$mkrun" late-skip-marks switch=late skip=1 marks=1 add=200

# row FILE KEY: the row of a CSV that begins so
row() {
	grep "^$2," "$1"
}

works "report" report -o with off early late late-skip late-skip-marks
has "the answer: a call that is skipped" out 'Calls that skip the switch: getppid takes 22 \(PTI off 265, early 266, late'
has "the answer: what the others pay" out '280\); \+3 on 3 others'
has "the section: a row" with/report.txt \
	'^ *getppid +265 +266 +280 +22 +-258 +-92\.14 % .* 1$'
has "the section: a call that is not skipped" with/report.txt '^ *read1 +790 +791 +805 +808 +\+3 .* 0$'
is "compare.csv: late against early is what it is without" \
	"$(row with/compare.csv icount,syscall64,getppid,round_trip | cut -d, -f 8-11)" '266,280,14,1.052631579'
works "report, without" report -o without off early late
is "and so is all of late against early" "$(grep -v '^#' with/compare.csv)" "$(cat without/compare.csv)"
ok "without: no word of it" sh -c '! grep -q -i "skip" without/report.txt'
is "summary.csv: its last column" "$(head -n 1 with/summary.csv | sed 's/.*,//')" skip
is "summary.csv: on in these runs alone" \
	"$(awk -F, 'NR > 1 { print $1, $NF }' with/summary.csv | sort -u)" "early off
late off
late-skip on
late-skip-marks on
off off"
is "summary.csv: skipped calls of an iteration" \
	"$(awk -F, '$9 == "skipped" { print $8, $15 }' with/summary.csv)" "getppid 1
read1 0
page_fault 0
timer 0"
works "csv" report --format csv late late-skip
is "its rows have a lane of their own, and say what they are" \
	"$(row out skip/icount,syscall64,getppid,round_trip | cut -d, -f 8-10,26,27)" '280,22,-258,late,late-skip'
works "json" report --format json off early late late-skip late-skip-marks
has "json: names the variant" out '"variant": "late, skip"'
has "json: the comparison" out '"label": "late, skip - late"|"comparison": "late, skip - late"|late, skip - late'
pti compare late late-skip
is "compare: exit code" "$rc" 0
has "compare: warns" err 'in one some calls skip the switch, in the other none'
works "plot" plot -o plots off early late late-skip
ok "plot: a picture" test -s plots/skip-icount.svg
works "plot without" plot -o plots2 off early late
ok "plot without: none" test ! -e plots2/skip-icount.svg
works "html" report --html page.html off early late late-skip
has "html: has the picture" page.html 'Calls that skip the switch: PTI off, early, late'
sed 's/"switch": "late"/"switch": "early"/' late-skip/manifest.json >manifest
cp manifest late-skip/manifest.json
fails "early cannot skip" 1 "key 'skip' contradicts 'switch'" report late-skip
tap_done
