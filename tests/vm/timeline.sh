#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ptiscope trace --timeline: what it writes of the module's records is read back.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

mkdir -p "$programs"
gcc -std=gnu11 -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -o "$programs/timelinecheck" \
	"$here/timelinecheck.c" -ljansson || exit 1
guest_tap late-marks tcg patched "pti=on pti_switch=late pti_marks=on" --payload "$programs" -- timeline
tap_done
