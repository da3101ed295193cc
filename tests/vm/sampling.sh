#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# perf samples of the trace event: which readers are refused, and that the rest rest.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

build_programs sampling
guest_tap late tcg patched "pti=on pti_switch=late pti_marks=on" \
	--payload "$programs" -- sampling
sed -n 's/^# \(.* to wake\)$/# \1/p' "$tmp/late.out"
tap_done
