#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Run directories that are incomplete, damaged or somebody else's, and output
# that can't be written: exit code 1, one line, nothing written.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

"$mkrun" good
"$mkrun" other seed=5 jitter=9
works "the reference run is sound" report -o sound good

# damaged NAME REGEX: bad, beside a sound run, is refused by report and by plot
damaged() {
	for c in report plot; do
		fails "$c: $1" 1 "$2" "$c" -o result bad
		fails "$c: $1, after a sound run" 1 "$2" "$c" -o result good bad
		ok "$c: $1: nothing is written" test ! -e result
	done
	rm -rf bad
	cp -r good bad
}

# edit SCRIPT: change the manifest by sed
edit() {
	sed "$1" good/manifest.json >bad/manifest.json
	if cmp -s good/manifest.json bad/manifest.json; then
		echo "# no change: $1"
		bad_edit=1
	fi
}
bad_edit=0

damaged "no such directory" 'bad/manifest.json: .*No such file'
rm -rf bad && mkdir bad
damaged "an empty directory" 'manifest.json'
rm -rf bad && cp good/manifest.json bad
damaged "a file" 'Not a directory'
rm bad/manifest.json
damaged "no manifest" 'manifest.json'
rm bad/samples.gz
damaged "no samples" 'samples.gz: .*No such file'
: >bad/manifest.json
damaged "an empty manifest" 'manifest.json: line'
head -c 700 good/manifest.json >bad/manifest.json
damaged "a truncated manifest" 'manifest.json: line'
head -c 100 /dev/zero >bad/manifest.json
damaged "a manifest of zeroes" 'manifest.json: line'
: >bad/samples.gz
damaged "empty samples" 'samples.gz'
size=$(wc -c <good/samples.gz)
for n in 1 10 $((size / 2)) $((size - 9)) $((size - 1)); do
	head -c "$n" good/samples.gz >bad/samples.gz
	damaged "samples truncated to $n of $size bytes" 'samples.gz'
done
printf 'XX' | dd of=bad/samples.gz bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
damaged "corrupted samples" 'samples.gz'
cp other/samples.gz bad
damaged "samples of another run" 'samples.gz'
gzip -dc good/samples.gz >bad/samples.gz
damaged "samples that are not compressed" 'samples.gz'

edit '/"lane"/d'
damaged "a missing key" "key 'lane' is missing"
edit 's/"lane": "icount"/"lane": "mars"/'
damaged "an unknown lane" "key 'lane'"
edit 's/"version": 1/"version": 2/'
damaged "a newer version" "key 'version'"
edit 's/"ptiscope-run"/"something-else"/'
damaged "another format" "key 'format'"
edit 's/"pcid": false/"pcid": "no"/'
damaged "a key of the wrong type" "key 'pcid'"
edit 's/"file": "samples.gz"/"file": "..\/other\/samples.gz"/'
damaged "samples elsewhere" "leads out"
edit 's/"unit": "instructions"/"unit": "TSC ticks"/'
damaged "a unit that is not the lane's" "key 'unit' is not that of the lane"
edit 's/"lane": "icount"/"lane": "hardware"/'
damaged "a lane that has not that unit" "key 'unit' is not that of the lane"
edit 's/"lane": "icount"/"lane": "hardware"/; s/"unit": "instructions"/"unit": "TSC ticks"/'
damaged "units that disagree" 'instructions'
edit 's/"name": "getppid"/"name": "write1"/'
damaged "workloads that disagree" "'getppid'"
is "every edit changed something" "$bad_edit" 0

# Output that can't be written; root is refused by none but these.
: >file
fails "report into a file" 1 "can't" report -o file good
fails "report into a directory of nobody's" 1 "can't" report -o /proc/ptiscope good
fails "report into a directory that is two deep" 1 "can't" report -o no/such good
fails "plot into a file" 1 "can't" plot -o file good
fails "plot into a directory of nobody's" 1 "can't" plot -o /proc/ptiscope good
mkdir -p blocked/compare.csv/x
pti report -o blocked good
is "report over a directory: exit code" "$rc" 1
is "report over a directory: no temporary file stays" "$(find blocked -name '*tmp*')" ''

# The fixture writes through the library: an existing directory is kept.
cp -r good keep
rc=0
"$mkrun" keep 2>err || rc=$?
is "an existing run is not overwritten: exit code" "$rc" 1
has "an existing run is not overwritten: why" err 'exists already'
ok "an existing run is not overwritten: intact" diff -r good keep

tap_done
