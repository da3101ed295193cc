#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ptiscope trace: filters, live tables, how it ends, the run that it writes, and
# what it does without marks.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

guest_tap late-marks tcg patched "pti=on pti_switch=late pti_marks=on" -- trace marks
guest_tap stock tcg stock "pti=on" -- trace none
tap_done
