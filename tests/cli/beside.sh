#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# vm/beside: two kernels in one table, and never one kernel twice.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

# The reference, and the same as if it were of another kernel with other figures
mkdir this other
for dir in this other; do
	cp "$top/results/reference/compare.csv" "$top/results/reference/baseline.csv" $dir/
	mkdir $dir/icount-early
	cp "$top/results/reference/icount-early/manifest.json" $dir/icount-early/
done
sed -i 's/^ "kernel": ".*"/ "kernel": "9.9.1-other"/' other/icount-early/manifest.json
awk -F, -v OFS=, '$1 ~ /icount$/ && $3 == "getppid" && $4 == "round_trip" { $8 = 1000; $10 = -7 } { print }' \
	this/compare.csv >other/compare.csv
grep -v ',timer,timer,' this/compare.csv >this/less
mv this/less this/compare.csv

# beside DIR...: leaves $rc, out and err
beside() {
	rc=0
	"$top/vm/beside" "$@" >out 2>err || rc=$?
}

# figure FIELD: of getppid, round trip of the lane icount, in a CSV of the reference
figure() {
	awk -F, -v field="$2" 'NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i }
		$1 ~ /(^|stock\/)icount$/ && $3 == "getppid" && $4 == "round_trip" { print $col[field] }' "$1"
}

beside this other
is "two kernels: exit code" "$rc" 0
release=$(sed -n 's/^ "kernel": "\(.*\)",*$/\1/p' this/icount-early/manifest.json)
has "two kernels: both are named" out "^\| round trip, instructions \| $release: early .* \| 9\.9\.1-other: early "
early=$(figure this/compare.csv early)
late=$(figure this/compare.csv diff)
stock=$(figure this/baseline.csv diff)
has "two kernels: the figures of each in its columns" out \
	"^\| getppid \(syscall64\) \| $early \| \+$late \| \+$stock \| 1000 \| -7 \| \+$stock \|$"
ok "two kernels: what one of them has not is no row" sh -c "! grep -q '^| timer ' out"
is "two kernels: every line has the same columns" "$(awk -F '|' '{ print NF }' out | sort -u)" 9
beside this this
is "one kernel: refused" "$rc" 1
has "one kernel: named" err "both are of $release\$"
rm other/baseline.csv
beside this other
is "no CSV: refused" "$rc" 1
has "no CSV: named" err 'there is no other/baseline\.csv'
beside this "$tmp"
has "no results: named" err 'has no run icount-early'
beside this
is "one directory: usage error" "$rc" 2
tap_done
