#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# No stale translation is used: mappings that change in many ways and processes, the
# module's memory that comes and goes, and every way in and out, early and late, marks
# on and off, by the TLB model.  An exit that does not flush when it has to is found.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"

build_both tlbtorture
build_both pathtest pathtest_irq
build_programs pcidtest modstress

# torture NAME PARAMETERS COMMAND.  A 32-bit program would die of Bochs's SYSRETL, as
# tests/vm/selftests-lib.sh tells, so that its vDSO is to use INT 0x80 (clearcpuid=111).
torture() {
	guest_tap "$1" bochs patched "$2 clearcpuid=111" --payload "$programs" \
		--tlb haswell,skylake,ivybridge --tlb-report "$tmp/$1.report" -- \
		all "tlbtorture64 5" "tlbtorture32 5" pcidtest "modstress /payload/ptiscope.ko 20" "$3"
	is "$1: no stale translation" "$(grep -c 'stale 0$' "$tmp/$1.report")" 3
	has "$1: every walk leads where Bochs goes" "$tmp/$1.report" '^differences 0$'
}

for mode in early late; do
	torture "$mode" "pti_switch=$mode" true
	torture "$mode-marks" "pti_switch=$mode pti_marks=on" pathtest64
	torture "$mode-nopcid" "pti_switch=$mode nopcid" true
	torture "$mode-noinvpcid" "pti_switch=$mode noinvpcid" true
done

# The flush that is pending is not done, by one exit after another; the others are not
# taken here with a flush pending.
for exit in sysret iret; do
	guest "exit-$exit" bochs patched "pti_switch=late noinvpcid" --payload "$programs" \
		--tlb haswell --tlb-plant "exit:pti_exit_$exit" -- \
		all "tlbtorture64 3" pcidtest
	is "planted: no flush by $exit: exit 127" "$rc" 127
	has "planted: no flush by $exit: said" "$tmp/exit-$exit.err" \
		'^  stale translations used, haswell: [1-9]'
done
tap_done
