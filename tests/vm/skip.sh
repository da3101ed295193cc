#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Calls that skip the switch: right answers, and none that a filter, tracer or
# tracepoint misses; tests/soak/skip.sh makes 10 million.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

if ! grep -q pti_skip "$top"/patches/6.12/[0-9]*.patch; then
	echo "1..0 # SKIP the series has no pti_skip"
	exit 4
fi

need perf strace
build_skipcheck
build_programs skiploop
skip='pti=on pti_switch=late pti_skip=on'
# With SKIPCHECK_EXPECT=on it is a failure that no call was skipped.
guest_tap skip tcg patched "$skip pti_marks=on" --payload "$programs" \
	-- env SKIPCHECK_EXPECT=on all "skipcheck 20000"
guest_tap no-marks tcg patched "$skip" --payload "$programs" -- all "skipcheck 5000" skip-faults
# One CPU: see tests/vm/trace.sh
guest_tap seen tcg patched "$skip pti_marks=on" --cpus 1 --payload "$programs" \
	--payload "$(command -v perf)" --payload "$(command -v strace)" -- skip-seen
guest late tcg patched "pti=on pti_switch=late pti_marks=on" --payload "$programs" \
	-- env SKIPCHECK_EXPECT=on all "skipcheck 500 registers"
has "no call skipped, though it was expected: a failure" "$tmp/late.out" '^not ok .* calls were skipped'
has "and all else is as it should be" "$tmp/late.out" '^ok .* registers: .* 0 skipped, 0 wrong'
tap_done
