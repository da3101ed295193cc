#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's own tests where there is PCID, in Bochs: in late mode each ends as it
# does in early mode and on the stock kernel.  Two of the three guests at once.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"
# shellcheck source=SCRIPTDIR/../vm/selftests-lib.sh
. "$here/selftests-lib.sh"

selftests_build || exit 1
selftests_names bochs
selftests_start bochs-late bochs patched "pti_switch=late"
selftests_start bochs-stock bochs stock ""
selftests_wait bochs-stock
selftests_start bochs-early bochs patched "pti_switch=early"
selftests_wait bochs-late
selftests_wait bochs-early
selftests_judge bochs bochs-stock bochs-early bochs-late
tap_done
