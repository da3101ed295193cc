#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The calls that may skip the switch: right answers, and none that a filter, tracer or
# tracepoint misses; tests/soak/skip.sh makes 10 million.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

build_program skipcheck skipcheck_calls skipcheck_ids skipcheck_seen skipcheck_state
guest_tap late tcg patched "pti=on pti_switch=late" --payload "$programs" \
	-- all "skipcheck 20000" skip-faults
tap_done
