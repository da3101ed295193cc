#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ptiscope audit: its command line, and differences of audits.  What needs the
# module is in tests/vm/audit.sh.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

fails "--diff without files" 2 'two files' audit --diff
fails "--diff with one file" 2 'two files' audit --diff a.json
fails "--diff with three files" 2 'two files' audit --diff a.json b.json c.json
fails "--diff --pid" 2 '--json alone' audit --diff a.json b.json --pid 1
fails "--diff -o" 2 '--json alone' audit --diff a.json b.json -o c.json
fails "words left over" 2 "'word'" audit word
fails "-o without a name" 2 'needs a value' audit -o
for bad in 0 -1 x '' 4194305 1.5; do
	fails "--pid '$bad'" 2 '--pid' audit --pid "$bad"
done
if [ -e /dev/ptiscope ]; then
	skip "without the module" "it is loaded here"
else
	fails "without the module" 3 'module is not loaded' audit -o a.json --csv a.csv
	ok "it leaves no file" sh -c '! ls a.json* a.csv*'
fi

# row REGION CPU PAGES ACCESS: one row of an audit
row() {
	printf '{"region": "%s", "cpu": %s, "address": "0xffffffff81000000", "page_size": 4096, ' \
		"$1" "$2"
	printf '"mappings": %s, "places": 1, "pages": %s, "access": "%s", "fault": false}' \
		"$3" "$3" "$4"
}

# audit SWITCH MARKS PAGES ROW...: an audit with these rows
audit() {
	printf '{"format": "ptiscope-audit", "version": 1, "kernel": "6.12.0", "switch": "%s",' "$1"
	printf '"marks": %s, "pages": %s, "cpus": 2, "pid": 1, "threads": 1, ' "$2" "$3"
	printf '"task_tables": 1, "machine_tables": 5, "rows": ['
	shift 3
	comma=
	for r in "$@"; do
		printf '%s\n%s' "$comma" "$r"
		comma=,
	done
	echo ']}'
}

idt=$(row IDT -1 1 r---g)
audit early false 3 "$idt" "$(row GDT 0 1 r---g)" "$(row GDT 1 1 r---g)" >early.json
audit late true 5 "$idt" "$(row GDT 0 1 r---g)" "$(row GDT 1 1 rw--g)" \
	"$(row pti_marks 0 1 rw---)" "$(row pti_marks 1 1 rw---)" >late.json

works "a difference" audit --diff early.json late.json
has "it names what is new" out '^  rw---  pti_marks, CPU 0  *\+1 *\+4096$'
has "other access is new" out '^  rw--g  GDT, CPU 1  *\+1 *\+4096$'
has "and the old one gone" out '^  r---g  GDT, CPU 1  *-1 *-4096$'
has "the sum of what is new" out '^Newly exposed  *\+3 *\+12288$'
has "the sum of what is gone" out '^Gone  *-1 *-4096$'
ok "100 columns" awk 'length > 100 { print; bad = 1 } END { exit bad }' out
works "no difference" audit --diff late.json late.json
has "nothing is new" out '^Newly exposed  *\+0 *\+0$'
ok "nothing is named" sh -c '! grep -E "IDT|GDT|marks," out'
works "a difference in JSON" audit --diff --json early.json late.json
ok "it is JSON" "$top/userspace/.output/jsonat" out
has "with the sum" out '"exposed_pages": 3'

# JSON may hold what moves a cursor or ends a line.
sed 's/6.12.0/\\u001b[2J6.12\\n/; s/pti_marks/\\u001b]0;x\\u0007marks\\u009b1m/' late.json >escapes.json
works "a difference to a file with escape sequences" audit --diff early.json escapes.json
# The shell that is called expands it.
# shellcheck disable=SC2016
ok "none of them is printed" sh -c '! tr -d "\n" <out | grep -q "[[:cntrl:]]\|$(printf "\302\233")"'
lines=$(wc -l <out)
pti audit --diff early.json late.json
is "nor does a name end a line" "$lines" "$(wc -l <out)"

fails "a file that is not there" 1 'no.json' audit --diff no.json late.json
fails "the second is not there" 1 'no.json' audit --diff early.json no.json
head -c 200 late.json >short.json
fails "a file that is cut off" 1 'short.json' audit --diff early.json short.json
echo '{"format": "ptiscope-doctor", "version": 1}' >doctor.json
fails "a file of another command" 1 'no audit' audit --diff doctor.json late.json
sed 's/"version": 1/"version": 9/' late.json >new.json
fails "a file of another version" 1 'another version' audit --diff early.json new.json
rc=0
"$cli" audit --diff early.json late.json >/dev/full 2>err || rc=$?
is "full stdout: exit code" "$rc" 1

# Kept in run directories, audits are two lines of the answer.
"$mkrun" run-early add=1
"$mkrun" run-late switch=late add=15
works "a report of runs without" report -o out-none run-early run-late
ok "has no line on it" sh -c '! grep -E "Exposure|Memory" out'
cp early.json run-early/audit.json
works "a report where one run has an audit" report -o out-one run-early run-late
ok "compares it with nothing" sh -c '! grep -E "Exposure|Memory" out'
cp late.json run-late/audit.json
works "a report of runs with audits" report -o out-both run-early run-late
tr -s ' \n' ' ' <out-both/report.txt >words
has "exposure" words 'Exposure: pages of the kernel in the user page table: early 3, late 5; late maps 3 that early'
has "memory" words 'own in user mode: early 1, late 1; pages'
has "for each CPU" words 'mapped for each CPU: early 1, late 2 '
echo "{" >run-late/audit.json
fails "a report of a damaged audit" 1 'the audit run-late/audit.json' report -o out-bad run-early run-late
tap_done
