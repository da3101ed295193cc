#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ptiscope beside the tools of others, each in a boot of its own: the module's
# capture adds at most an eighth of what the latency histogram of bpftrace adds,
# ptiscope's own histograms at most a fourth; marks alone at most 60 instructions.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"
# shellcheck source=SCRIPTDIR/../vm/peers_lib.sh
. "$here/peers_lib.sh"

measure '.*'
for name in $("$top/vm/peers" --list); do
	is "$name: measured" "$(peer "$name" reason)" ''
	is "$name: lost" "$(peer "$name" lost)" 0
done
bars "$tmp/results/peers.csv"
tap_done
