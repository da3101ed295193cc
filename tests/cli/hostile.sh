#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Run directories that somebody made to be read: they agree with themselves, or are
# huge, or no files at all.  One line, exit code 1, nothing written.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
reseal=${RESEAL:-$top/userspace/.output/reseal}

"$mkrun" good n=4
"$mkrun" late n=4 switch=late

# fresh: bad is a copy of good
fresh() {
	rm -rf bad
	cp -r good bad
}

# refused NAME REGEX: by every command that reads runs, in little time
refused() {
	for c in report plot compare; do
		set -- "$1" "$2" "$c" -o result
		[ "$c" != compare ] || set -- "$1" "$2" "$c"
		name=$1 regex=$2
		shift 2
		rc=0
		timeout 20 "$cli" "$@" late bad >out 2>err || rc=$?
		want_rc=1 want_err=$regex
		ok "$c: $name" failed
		ok "$c: $name: nothing is written" test ! -e result
		set -- "$name" "$regex"
	done
	fresh
}

fresh
"$reseal" bad set 0 50
works "the tool that seals again does not harm" report -o sound bad late
rm -rf sound

# magic 0-7, version 8-11, series 12-15, then path 16-17, metric 18-19, unit 20, length 21,
# "getppid" 22-28, lost 29-36, divisor 37-40, n 41-48, values from 49
"$reseal" bad truncate 40
refused "samples cut off, and the manifest agrees" 'samples.gz: truncated'
"$reseal" bad truncate 12
refused "samples cut off before the first series" 'samples.gz: truncated'
"$reseal" bad set 8 00 00 00 01
refused "the other byte order" 'wrong byte order'
"$reseal" bad set 8 02
refused "samples of a newer version" 'newer ptiscope'
"$reseal" bad set 41 ff ff ff ff ff ff ff ff
refused "more samples than a file can hold" 'wrong number of samples'
"$reseal" bad set 41 03
refused "fewer samples than there are" 'samples.gz: '
"$reseal" bad set 12 ff ff ff ff
refused "more series than there can be" 'too many series'
"$reseal" bad swap 16 49 8
refused "fields in another order" 'samples.gz: '
"$reseal" bad set 22 2e 2e 2f
refused "a workload with a slash in its name" 'bad workload name'
"$reseal" bad set 37 00 00 00 00
refused "no iterations" 'divisor is 0'

rm bad/samples.gz
truncate -s 10G bad/samples.gz
refused "samples of 10 GB, sparse" 'samples.gz: is too large'
rm bad/manifest.json
truncate -s 10G bad/manifest.json
refused "a manifest of 10 GB, sparse" 'manifest.json: is too large'
# 64 MiB of nothing, compressed to 64 KiB
head -c 67108864 /dev/zero | gzip -9 >bad/samples.gz
refused "samples that grow when they are unpacked" 'more samples than the manifest says'
rm bad/samples.gz && mkfifo bad/samples.gz
refused "samples that are a pipe" 'samples.gz: is no regular file'
rm bad/manifest.json && mkfifo bad/manifest.json
refused "a manifest that is a pipe" 'manifest.json: is no regular file'
rm bad/samples.gz && mkdir bad/samples.gz
refused "samples that are a directory" 'samples.gz: is a directory'
sed 's/"ticks_per_unit": 1.0/"ticks_per_unit": 1e999/' good/manifest.json >bad/manifest.json
refused "a number that no machine has" 'manifest.json: '
for ticks in 0 -1 5e-324 1e308; do
	sed "s/\"ticks_per_unit\": 1.0/\"ticks_per_unit\": $ticks/" good/manifest.json >bad/manifest.json
	refused "$ticks ticks a unit" "key .ticks_per_unit. is that of no clock"
done
head -c 4000000 /dev/zero | tr '\0' '[' >bad/manifest.json
refused "a manifest that is deep" 'manifest.json: '
printf '\357\273\277' >bad/manifest.json
refused "a manifest of a byte order mark" 'manifest.json: '

# Keys may come in any order.
{
	echo '{'
	sed -n '/^ "run"/,/^ },/p' good/manifest.json
	sed -n '/^ "switch"/,/^ "workloads"/p' good/manifest.json | sed '$d'
	sed -n '/^ "calibration"/,/^ "pinned_cpu"/p' good/manifest.json
	sed -n '/^ "pti"/p' good/manifest.json
	sed -n '/^ "workloads"/,/^ \]/p' good/manifest.json | sed '$s/$/,/'
	sed -n '/^ "boot"/p' good/manifest.json | sed 's/,$//'
	echo '}'
} >bad/manifest.json
works "keys in another order" report -o other --format csv bad late
cp out other.csv
works "the same in theirs" report -o theirs --format csv good late
ok "make the same report" cmp out other.csv
tap_done
