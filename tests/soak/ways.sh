#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The sets of mitigations of ways-check are what kernels choose: the entry text as
# booted, late with marks, with parameters of the table of docs/mitigations.md, executes
# on each way what the stock kernel would with the features of the set.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"
# shellcheck source=SCRIPTDIR/../vm/window_lib.sh
. "$here/window_lib.sh"
# shellcheck source=SCRIPTDIR/../vm/mitigations_lib.sh
. "$here/mitigations_lib.sh"

# as_stock ROW SET: as booted, ways-check finds no difference with that set
as_stock() {
	rc=0
	"$top/tools/.output/ways-check" --image "$tmp/$1.image@$address" --mode late --marks on \
		--set "$2" "$kernels/stock/vmlinux" "$patched" >"$tmp/$1.ways" 2>&1 || rc=$?
	[ "$rc" = 0 ] && grep -q ': [1-9][0-9]* ways, 0 differences$' "$tmp/$1.ways" && return
	echo "exit code $rc"
	cat "$tmp/$1.ways"
	return 1
}

# differs ROW SET: with another set it does find some
differs() {
	! as_stock "$@" && [ "$rc" = 1 ]
}

rows >"$tmp/rows"
while read -r row set other; do
	case " ${*:-$row} " in *" $row "*) ;; *) continue ;; esac
	grep "^$row|" "$tmp/rows" >"$tmp/row"
	IFS='|' read -r name cpu parameters _ <"$tmp/row"
	dump "$row" "$(cpu_model "$cpu")" "pti=on pti_switch=late pti_marks=on $parameters"
	ok "$row: the guest ran and its entry text is saved" dumped "$row"
	ok "$name, $cpu, $parameters: is $set" as_stock "$row" "$set"
	ok "$row: is not $other" differs "$row" "$other"
done <<'END'
default intel-mds intel-off
ibrs intel intel-mds
mds-full intel-mds intel
only-pti intel-off intel-mds
no-fsgsbase intel-old intel-mds
unret amd-unret amd-ibpb
entry-ibpb amd-retbleed-ibpb amd-unret
safe-ret amd-safe-ret amd-unret
safe-ret-alias amd amd-unret
END
tap_done
