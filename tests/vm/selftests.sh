#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's own tests, from the same source: in late mode each ends as it does in
# early mode and on the stock kernel.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/selftests-lib.sh"

selftests_build || exit 1

# three LANE: stock, early and late, two at once
three() {
	selftests_start "$1-stock" "$1" stock ""
	selftests_start "$1-early" "$1" patched "pti_switch=early"
	selftests_wait "$1-stock"
	selftests_start "$1-late" "$1" patched "pti_switch=late"
	selftests_wait "$1-early"
	selftests_wait "$1-late"
	selftests_judge "$1" "$1-stock" "$1-early" "$1-late"
}

selftests_names tcg
three tcg
selftests_names icount
three icount

# Those that have most to do with entries, where there is PCID
selftests_names bochs mov_ss_trap_32 mov_ss_trap_64 ptrace_syscall_32 \
	sigreturn_32 sigreturn_64 single_step_syscall_32 single_step_syscall_64 \
	syscall_arg_fault_32 syscall_arg_fault_64 syscall_nt_32 syscall_nt_64 \
	sysret_rip_64 sysret_ss_attrs_64 test_vsyscall_64 fsgsbase_64
selftests_start bochs-late bochs patched "pti_switch=late"
selftests_wait bochs-late
selftests_judge bochs bochs-late
tap_done
