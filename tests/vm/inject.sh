#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Injection torture, a part of it: an NMI or a machine check at each 24th
# instruction boundary of every way into the kernel and out of it, the two modes
# side by side; and of them a half with marks.  tests/soak/inject.sh is the whole.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/inject_lib.sh"

every=${INJECT_EVERY:-24}
torture_modes "$every"
torture_marks $((every * 2))
torture_planted
tap_done
