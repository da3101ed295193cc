#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# As tests/vm/skip.sh, 10 million calls.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"

build_skipcheck
guest_tap skip tcg patched "pti=on pti_switch=late pti_skip=on pti_marks=on" --timeout 7200 --payload "$programs" \
	-- env SKIPCHECK_EXPECT=on all "skipcheck 10000000"
tap_done
