#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# As tests/vm/skip.sh, 10 million calls.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"

build_program skipcheck skipcheck_calls skipcheck_ids skipcheck_seen skipcheck_state
guest_tap late tcg patched "pti=on pti_switch=late" --timeout 7200 --payload "$programs" \
	-- skipcheck 10000000
tap_done
