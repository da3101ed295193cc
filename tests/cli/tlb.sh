#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ptiscope tlb needs no patched kernel and no root: what it writes, and its figure.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

pti tlb -o run --most 4 --samples 5
is "tlb: exit code" "$rc" 0
for w in tlb_data_4k_1 tlb_data_4k_4 tlb_code_4k_4; do
	for m in retouch retouch_idle; do
		has "summary.csv: $w, $m" run/summary.csv ",syscall64,$w,$m,[A-Za-z ]*,5,0,"
	done
done
ok "no larger working set" sh -c '! grep -q _8, run/summary.csv'
if ! grep -q tlb_data_2m_4, run/summary.csv; then
	has "no huge pages: the manifest says so" run/manifest.json 'no huge pages|no memory'
fi
pti tlb -o run
is "a run that exists: exit code" "$rc" 1
pti tlb -o fault --force --entry page_fault --most 1 --samples 5
is "another entry: exit code" "$rc" 0
has "another entry: its path" fault/summary.csv ',page_fault,tlb_data_4k_1,retouch,'
works "plot" plot -o figures run fault
has "plot: names the figure" out '^figures/survival-[a-z]*\.png$'
ok "plot: no figure of what was not measured" sh -c '! ls figures | grep -v "^survival-"'
works "report takes it" report -o figures run
tap_done
