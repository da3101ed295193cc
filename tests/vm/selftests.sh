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

selftests_names tcg
selftests_start stock tcg stock ""
selftests_start early tcg patched "pti_switch=early"
selftests_wait stock
selftests_start late tcg patched "pti_switch=late"
selftests_wait early
selftests_wait late
selftests_judge tcg stock early late

# Those that have most to do with entries, where there is PCID
selftests_names bochs mov_ss_trap_32 mov_ss_trap_64 ptrace_syscall_32 \
	sigreturn_32 sigreturn_64 single_step_syscall_32 single_step_syscall_64 \
	syscall_arg_fault_32 syscall_arg_fault_64 syscall_nt_32 syscall_nt_64 \
	sysret_rip_64 sysret_ss_attrs_64 test_vsyscall_64 fsgsbase_64
selftests_start bochs-late bochs patched "pti_switch=late"
selftests_wait bochs-late
selftests_judge bochs bochs-late
tap_done
