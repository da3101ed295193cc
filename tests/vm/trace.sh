#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ptiscope trace: filters, live tables, how it ends, the run that it writes, and
# what it does without marks; and a record by perf (tests/soak/perf.sh has more).
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

need perf
build_programs caps
perf_commands | head -n 1 >"$tmp/commands"
# One CPU: where a second listener comes to a tracepoint, or leaves it, the kernel
# rewrites a call that other CPUs execute, behind an INT3.  QEMU's TCG was seen to run
# that INT3 on another CPU after all of them had been told that it is gone, in
# flush_tlb_func() as well as in pti_marks_publish(): "Oops: int3".
guest_tap late-marks tcg patched "pti=on pti_switch=late pti_marks=on" --cpus 1 \
	--payload "$programs" --payload "$(command -v perf)" --payload "$tmp/commands" -- all "trace marks" perf-marks
guest_tap stock tcg stock "pti=on" -- trace none
tap_done
