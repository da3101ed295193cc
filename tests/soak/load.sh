#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The load of tests/vm/load.sh, for ten minutes late, and early to compare.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"

build_both entries
# load NAME CPUS SECONDS PARAMETERS
load() {
	guest_tap "$1" tcg patched "pti=on $4" --cpus "$2" --mem 1024 \
		--timeout $(($3 * 2 + 300)) --payload "$programs/entries64" \
		--payload "$programs/entries32" \
		--payload "$(command -v stress-ng)" -- load "$3"
}

load late-4 4 240 "pti_switch=late"
load late-2 2 180 "pti_switch=late"
load late-marks-2 2 180 "pti_switch=late pti_marks=on"
load early-4 4 120 "pti_switch=early"
load early-2 2 60 "pti_switch=early"
tap_done
