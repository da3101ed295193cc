#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# report on synthetic runs, whose medians are known.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

compare_header='lane,path,workload,metric,unit,n_early,n_late,early,late,diff,ratio,ci_low,ci_high,p_value,verdict,boots_early,boots_late,basis,early_low,early_high,late_low,late_high,p_alone,family,detectable,early_is,late_is'
summary_header='run,kernel,lane,switch,marks,pcid,path,workload,metric,unit,n,lost,min,p05,median,mean,p95,p99,max,ci_low,ci_high,ci_of,skip'

# row FILE PREFIX: the rest of the row that begins so
row() {
	sed -n "s#^$2,##p" "$1"
}

six_runs
works "report of six runs" report -o one stock-early stock-off early late early-marks late-marks
cp out terminal
is "nothing else is written" "$(ls one)" "$(printf '%s\n' baseline.csv compare.csv report.txt summary.csv)"

# The answer: one screen, with the question, the figures, what is missing and where the rest is
ok "30 lines" test "$(wc -l <terminal)" -le 30
ok "80 columns" awk 'length > 80 { print; bad = 1 } END { exit bad }' terminal
is "the question comes first" "$(head -n 1 terminal)" \
	"What does it cost to write CR3 late, in C, instead of early, in assembly?"
has "the answer in a sentence" terminal '^  Late takes 14 instructions more on each of 4 '
has "its lane" terminal '^  Lane icount: instruction counts'
has "its boots" terminal 'Boots: 1 early, 1 late\.'
has "a row" terminal '^  getppid \(sysca.* +265 +266 +280 +\+14  \+5.26 % +1$'
has "what is missing" terminal '^  Not measured: TLB misses'
has "where the rest is" terminal '^  Everything else: one/report.txt'
# shellcheck disable=SC2016
ok "no escapes where it is no terminal" sh -c '! grep -q "$(printf "\033")" terminal'

# All of it
works "report --full" report --full -o full stock-early stock-off early late early-marks late-marks
is "begins with the answer" "$(head -n 2 out)" "$(head -n 2 terminal)"
cp one/report.txt whole
ok "report.txt: 100 columns" awk 'length > 100 { print; bad = 1 } END { exit bad }' whole
has "whole: lane" whole '^== Lane icount, PCID off ='
has "whole: early" whole '^  early  +266  \[266, 266\] .* 200 +0 +1$'
has "whole: late" whole '^  late  +280  \[280, 280\] .* 200 +0 +1$'
has "whole: late minus early" whole '^  late - early +266 +280 +\+14  one boot of each .*one boot$'
has "whole: window" whole '^  late - early +12 +30 +\+18  one boot of each '
has "whole: cost of marks" whole '^  early +266 +475 +\+209 '
has "whole: flushes, without PCID" whole '^  early, marks .*\] +no PCID +[0-9]+ +0$'
has "whole: what is missing" whole '^  .*: entry_window: marks are off'

is "compare.csv: header" "$(head -n 1 one/compare.csv)" "$compare_header"
is "baseline.csv: header" "$(head -n 1 one/baseline.csv)" "$compare_header"
is "summary.csv: header" "$(head -n 1 one/summary.csv)" "$summary_header"
is "compare.csv: round trip" \
	"$(row one/compare.csv icount,syscall64,getppid,round_trip | cut -d, -f 1-9,11)" \
	'instructions,200,200,266,280,14,1.052631579,14,14,one boot'
is "compare.csv: window" \
	"$(row one/compare.csv icount,syscall64,getppid,entry_window | cut -d, -f 1-6,11)" \
	'instructions,200,200,12,30,18,one boot'
is "compare.csv: switch" \
	"$(row one/compare.csv icount,iret,timer,exit_switch)" \
	'instructions,200,200,44,44,0,1,0,0,,one boot,1,1,counts,44,44,44,44,,,,early-marks,late-marks'
is "compare.csv: round trips come with marks off alone" \
	"$(grep -c ',round_trip,' one/compare.csv)" 4
is "baseline.csv: patched early against stock early" \
	"$(row one/baseline.csv stock/icount,syscall64,getppid,round_trip | cut -d, -f 1-6)" \
	'instructions,200,200,265,266,1'
is "baseline.csv: no pair, no row" "$(grep -c '^stock-off/' one/baseline.csv)" 0
is "summary.csv: a run's own file has the same rows" \
	"$(grep '^late,' one/summary.csv)" "$(tail -n +2 late/summary.csv)"
# shellcheck disable=SC2016
ok "every row has its columns" awk -F, 'FNR == 1 { n = NF } NF != n { print FILENAME ": " $0; bad = 1 }
	END { exit bad }' one/summary.csv one/compare.csv one/baseline.csv

works "report again" report -o two stock-early stock-off early late early-marks late-marks
ok "the same runs give the same files" diff -r one two
sed 's#one/#two/#' terminal | cmp -s - out
is "and the same text" $? 0

mkdir -p inner
mv early late inner
works "default output: beside the first run" report inner/early/ inner/late
is "without stock there is no baseline.csv" "$(ls inner)" \
	"$(printf '%s\n' compare.csv early late report.txt summary.csv)"
works "a single run" report -o single inner/early
is "compare.csv of a single run has no row" "$(wc -l <single/compare.csv)" 1

# Counts: three boots of each mode in which all are the same, or one has one more
counts='' k=0
while [ $k -lt 3 ]; do
	"$mkrun" count-early-$k boot=e$k
	"$mkrun" count-late-$k boot=l$k switch=late add=12
	counts="$counts count-early-$k count-late-$k" k=$((k + 1))
done
# shellcheck disable=SC2086
works "three boots of an exact lane" report -o counts $counts
is "the same in all of them" "$(cut -d, -f 10,12-18 counts/compare.csv | sort -u)" \
	"$(printf '%s\n' 12,12,12,,slower,3,3,counts diff,ci_low,ci_high,p_value,verdict,boots_early,boots_late,basis)"
has "and said so" counts/report.txt '^  late - early +265 +277 +\+12  in 3 boots of 3 +\+4.53 % +3, 3 +slower$'
ok "an exact lane has no p-value" sh -c '! grep -E "p [=<]" out'
"$mkrun" count-late-1 boot=l1 switch=late add=13 force=1
# shellcheck disable=SC2086
works "one boot that has one more" report -o counts $counts
is "has a range" "$(row counts/compare.csv icount,syscall64,getppid,round_trip | cut -d, -f 6-22)" \
	'12,1.045283019,12,13,,slower,3,3,counts,265,265,277,278,,,,early'
has "and said so" counts/report.txt '^  late - early +265 +277 +\+12  \[\+12, \+13\] +\+4.53 % +3, 3 +slower$'
has "and in the answer" out '^  getppid .* \+12 +\+4.53 % +\[\+12, \+13\]$'

# A/A: the same samples under both names, in two boots each
"$mkrun" a jitter=40
"$mkrun" b jitter=40 switch=late
"$mkrun" a2 jitter=40
"$mkrun" b2 jitter=40 switch=late
works "A/A" report -o aa a b a2 b2
is "A/A shows no difference" "$(tail -n +2 aa/compare.csv | cut -d, -f 10,14 | sort -u)" '0,'
is "nor do its verdicts" "$(tail -n +2 aa/compare.csv | cut -d, -f 15 | sort -u)" 'equivalent within 1 %'

# A/A of boots that differ: nothing is shown, but what is planted is.
same='' planted='' k=1
while [ $k -le 6 ]; do
	"$mkrun" same-a-$k lane=tcg boot=a$k jitter=20 seed=$k add=$((k * 7919 % 9))
	"$mkrun" same-b-$k lane=tcg boot=b$k jitter=20 seed=$((90 + k)) add=$((k * 1447 % 9)) switch=late
	"$plant" same-b-$k planted-$k getppid 14
	same="$same same-a-$k" planted="$planted planted-$k" k=$((k + 1))
done
# shellcheck disable=SC2086
works "A/A of boots" report -o aab $same same-b-*
is "shows no difference" "$(tail -n +2 aab/compare.csv | grep -c -E ',(slower|faster),')" 0
has "what could have been is told" aab/report.txt 'tcg: 6 and 6 boots that differ as these do show a difference of one workload of 4 in'
# shellcheck disable=SC2086
works "5 % more of one of four workloads" report -o planted $same $planted
is "are shown, and nothing else" "$(grep -E ',(slower|faster),' planted/compare.csv | cut -d, -f 3)" getppid

# Lanes, CPUs and PCID states are never pooled.
"$mkrun" tcg-early lane=tcg jitter=90
"$mkrun" tcg-late lane=tcg jitter=90 switch=late add=500 seed=4
works "two lanes" report -o lanes inner/early inner/late tcg-early tcg-late
is "a part for each lane" "$(grep -c '^== Lane' lanes/report.txt)" 2
has "the lane that counts answers" out '^  Lane icount: '
has "the other is told" out '^  Lane tcg, PCID off, late against early: '

is "rows of each lane" "$(grep -c '^icount,' lanes/compare.csv) $(grep -c '^tcg,' lanes/compare.csv)" '4 4'
has "one boot each is no comparison, and that is said" lanes/report.txt "boots can't be compared"
is "tcg counts its own samples" \
	"$(row lanes/compare.csv tcg,timer,timer,round_trip | cut -d, -f 1-3,11)" 'ns,200,200,one boot'
works "lanes that do not match" report -o apart inner/early tcg-late
is "make no rows" "$(wc -l <apart/compare.csv)" 1
"$mkrun" late-pcid switch=late pcid=1
works "PCID states that do not match" report -o apart inner/early late-pcid
is "make no rows" "$(wc -l <apart/compare.csv)" 1

# Boots are what is compared.
early='' late='' k=0
while [ $k -lt 6 ]; do
	"$mkrun" boot-early-$k lane=hardware boot=e$k jitter=20 seed=$((10 + k)) add=$((k * 3))
	"$mkrun" boot-late-$k lane=hardware boot=l$k jitter=20 seed=$((20 + k)) add=$((k * 3 + 90)) \
		switch=late
	early="$early boot-early-$k" late="$late boot-late-$k" k=$((k + 1))
done
# shellcheck disable=SC2086
works "six boots of each mode" report -o boots $early $late
is "late is slower" \
	"$(row boots/compare.csv hardware,syscall64,getppid,round_trip | cut -d, -f 2,3,11-14)" \
	'1200,1200,slower,6,6,boots'
is "the four workloads are one family" "$(tail -n +2 boots/compare.csv | cut -d, -f 24 | sort -u)" 4
has "boots are counted" out 'Boots: 6 early, 6 late\.'
has "an interval and a verdict stand with a difference" out '^  getppid .* \[\+[0-9.]+, \+[0-9.]+\] +slower$'
ok "no word on too few boots" sh -c "! grep 'be compared:' boots/report.txt"
ok "80 columns" awk 'length > 80 { print; bad = 1 } END { exit bad }' out
# shellcheck disable=SC2086
works "the other way round" report -o boots2 $late $early
ok "gives the same" cmp boots/compare.csv boots2/compare.csv
works "three boots of each mode" report -o few boot-early-0 boot-early-1 boot-early-2 \
	boot-late-0 boot-late-1 boot-late-2
is "are too few" "$(tail -n +2 few/compare.csv | cut -d, -f 15 | sort -u)" 'too few boots'
has "and that is said" out '^  Too few boots to tell late from early'
has "and what is needed" few/report.txt "boots can't be compared: there are 3 of early and 3 of late"
fails "a margin that is none" 2 '--equivalent' report --equivalent 1x boot-early-0
fails "a margin without a number" 2 '--equivalent' report --equivalent % boot-early-0

# Runs of one variant are one group, whose boots have a range.
"$mkrun" early-2 add=1
"$mkrun" early-3 add=4
works "repeated runs" report -o repeat inner/early early-2 early-3
has "have a range" repeat/report.txt '^  early +266  \[266, 269\] .* 600 +0 +3$'
# What else differs but modes is no matter of modes.
"$mkrun" other-kernel switch=late kernel=6.1.0 add=70
"$mkrun" other-stock variant=stock kernel=6.1.0-stock
"$mkrun" other-cmdline switch=late cmdline='quiet, "quoted" mitigations=off pti=on'
"$mkrun" shorter-cmdline switch=late cmdline='pti=on BOOT_IMAGE=/vmlinuz quiet,'
"$mkrun" other-iterations switch=late iterations=64
"$mkrun" microcode-b4 microcode=0xb4
"$mkrun" microcode-b8 switch=late microcode=0xb8
"$mkrun" config-1 config=01234567
"$mkrun" config-2 switch=late config=89abcdef
mkdir -p none
for pair in 'inner/early other-kernel kernel .6.12.0-fixture, 6.1.0.' \
	'stock-early other-stock kernel .6.12.0-stock, 6.1.0-stock.' \
	'inner/early other-cmdline the kernel command line .mitigations=off.' \
	'inner/early shorter-cmdline the kernel command line .\"quoted\".' \
	'inner/early other-iterations the iterations of getppid .256, 64.' \
	'microcode-b4 microcode-b8 microcode .0xb4, 0xb8.' \
	"config-1 config-2 the kernel's configuration .01234567, 89abcdef."; do
	a=${pair%% *} b=${pair#* } what=${b#* } b=${b%% *}
	for command in 'report -o none' compare 'plot -o none'; do
		# shellcheck disable=SC2086
		fails "$command: $b" 1 "$a and $b differ in $what; --force" $command "$a" "$b"
	done
	works "report --force: $b" report --force -o force "$a" "$b"
	ok "and the difference is told" sh -c "sed -n '/^Warnings/,\$p' force/report.txt | xargs -0 | tr -s ' \n' '  ' |
		grep -q \"$b: differs from ${a##*/} in $what, and is compared all the same\""
done
is "nothing was written" "$(ls none)" ''
works "what is not known, or makes the variant, or names files" report -o same inner/early microcode-b4 config-1
"$mkrun" own switch=late cmdline='BOOT_IMAGE=/vmlinuz pti=on pti_switch=late nopti "quoted" quiet, pti_skip=on'
works "own parameters, in any order" report -o same inner/early own

"$mkrun" lossy marks=1 lost=5
"$mkrun" with-pcid marks=1 pcid=1
works "report with PCID" report -o pcid with-pcid
has "with PCID: the share of flushes" pcid/report.txt '^  early, marks .*\] +100 % +[0-9]+ +0$'
works "markdown with PCID" report --format markdown with-pcid
has "markdown with PCID: the share" out '\| 100 % \|'
works "markdown without" report --format markdown early-marks
has "markdown without PCID: says so" out '\| no PCID \|'
works "lost records" report -o loss lossy
has "are a warning" loss/report.txt 'lossy: 5 records were lost'
is "are in every row of the run" "$(tail -n +2 loss/summary.csv | cut -d, -f 12 | sort -u)" 5

fails "a run given twice" 1 'given twice' report -o twice a ./a/
ok "writes nothing" test ! -e twice

tap_done
