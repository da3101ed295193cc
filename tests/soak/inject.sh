#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Injection torture: an NMI or a machine check at every instruction boundary of
# every way into the kernel and out of it, in both modes, and in stock.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"
# shellcheck source=SCRIPTDIR/../vm/inject_lib.sh
. "$here/inject_lib.sh"

# A guest has thousands of points to live through.
guest_timeout=3600
torture_modes 1
survived=$(survived_in_all)
ok "at least 2000 points survived in both modes ($survived)" test "$survived" -ge 2000
torture_marks 1
torture stock stock '' Skylake-Client
tortured stock stock
torture_planted
tap_done
