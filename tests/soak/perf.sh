#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# perf on the marks: every command that docs/perf.md shows, in a guest.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"

perf=$(command -v perf) || die 3 "perf is missing: run make deps"
perf_commands >"$tmp/commands"
ok "docs/perf.md shows commands" test -s "$tmp/commands"
guest_tap perf tcg patched "pti=on pti_marks=on" --mem 768 --payload "$perf" \
	--payload "$tmp/commands" -- perf-marks
tap_done
