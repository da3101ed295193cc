#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The entry text as booted is clean, late, in each boot of QEMU in the table of
# docs/mitigations.md; or in those named on the command line.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"
# shellcheck source=SCRIPTDIR/../vm/window_lib.sh
. "$here/window_lib.sh"
# shellcheck source=SCRIPTDIR/../vm/mitigations_lib.sh
. "$here/mitigations_lib.sh"

rows | grep '|tcg|' | grep -v 'meltdown: Vulnerable' >"$tmp/rows"
ok "the table has rows" test -s "$tmp/rows"
while IFS='|' read -r row cpu parameters _; do
	case " ${*:-$row} " in *" $row "*) ;; *) continue ;; esac
	booted "$row" "$(cpu_model "$cpu")" "pti=on pti_switch=late $parameters" \
		--mode late
done <"$tmp/rows"
tap_done
