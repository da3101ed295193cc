#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The module's probes, on several CPUs under NMIs and where each instruction
# counts, without PCID; tests/vm/pcid.sh has those with.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

build_programs probetest
guest_tap late tcg patched "pti=on pti_switch=late" --payload "$programs/probetest" \
	-- all probetest probes
guest_tap exact icount stock "pti=on" --payload "$programs/probetest" \
	-- all "probetest exact" probes
tap_done
