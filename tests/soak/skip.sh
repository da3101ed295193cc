#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# As tests/vm/skip.sh, 10 million calls.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"

if ! grep -q pti_skip "$top"/patches/6.12/[0-9]*.patch; then
	echo "1..0 # SKIP the series has no pti_skip"
	exit 4
fi

build_skipcheck
guest_tap skip tcg patched "pti=on pti_switch=late pti_skip=on pti_marks=on" --timeout 7200 --payload "$programs" \
	-- env SKIPCHECK_EXPECT=on all "skipcheck 10000000"
tap_done
