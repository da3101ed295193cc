#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The module's NMIs, on several CPUs and on one that a watchdog barks at; and
# what run says where a workload cannot run.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

build_programs nmitest

# claimed NAME: the kernel found an owner for every NMI of that guest
claimed() {
	ok "$1: no NMI was of unknown reason" \
		sh -c "! grep -E 'Uhhuh|Dazed' '$tmp/$1.dmesg'"
}

guest_tap late tcg patched "pti=on pti_switch=late vdso32=0" \
	--payload "$programs/nmitest" -- all nmitest "unsupported vdso32"
claimed late
guest_tap one-cpu icount patched "pti=on pti_switch=late" \
	--payload "$programs/nmitest" -- all nmitest
claimed one-cpu
guest_tap no-ia32 tcg stock "pti=on ia32_emulation=off" --cpus 1 \
	-- all "unsupported ia32"
claimed no-ia32
tap_done
