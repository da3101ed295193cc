#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Every command that the README shows is run as it stands there: those for a
# patched machine in guests, those that read results here.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

# commands: all that README.md shows in indented blocks, without comments
commands() {
	sed -n 's/^    *\([a-z].*\)$/\1/p' "$top/README.md" |
		sed -e 's/ *#.*//' -e 's/ *$//' |
		grep -E '^(make|ptiscope|insmod|rmmod) ' | sort -u
}

# script MODE: what the README has a machine in that mode do, a shell script; with
# few samples, and less patience
script() {
	printf '#!/bin/sh\nset -ex\ncd /out\n'
	sed -n 's|^insmod .*|insmod /payload/ptiscope.ko|p' "$tmp/commands"
	grep -E "^ptiscope (doctor|trace|audit|probe|(run|tlb) -o $1)" "$tmp/commands" |
		sed -e 's/^ptiscope run /&--samples 5 /' -e 's/^ptiscope tlb /&--samples 5 --most 16 /' -e 's/--duration 10$/--duration 2/'
	grep '^rmmod ' "$tmp/commands"
}

# entry_of RUN WORKLOAD: its entry in the manifest, on one line
entry_of() {
	awk -v name="\"name\": \"$2\"" '
	/"workloads": / { on = 1 }
	!on { next }
	/^  \{/ { entry = "" }
	{ entry = entry $0 }
	/^  \},?$/ && index(entry, name) { print entry; exit }' "$tmp/out/$1/manifest.json"
}

# declared RUN: every workload entered the kernel as it declares
declared() {
	"$top/userspace/.output/ptiscope" run --list | awk '{ print $1 }' >"$tmp/names"
	ok "there are workloads" test -s "$tmp/names"
	while read -r name; do
		entry_of "$1" "$name" >"$tmp/entry"
		has "$1: $name: entries verified" "$tmp/entry" '"verified": "yes"'
		has "$1: $name: what disturbed it" "$tmp/entry" \
			'"interference": *\{ *"interrupts": [0-9]'
	done <"$tmp/names"
}

commands >"$tmp/commands"
tested=$(grep -cE "^(make (bench|test|soak|module)|ptiscope (doctor|trace|audit|probe|report|compare|plot|campaign --print)|\
ptiscope (run|tlb) -o early|insmod|rmmod)( |-|\$)" "$tmp/commands")
ok "the README shows commands" test -s "$tmp/commands"
is "this test knows all of them" "$tested" "$(wc -l <"$tmp/commands")"

make -s -C "$top" help >"$tmp/help"
sed -n 's/^make \([a-z]*\).*/\1/p' "$tmp/commands" >"$tmp/targets"
while read -r target; do
	has "make help names $target" "$tmp/help" "^make $target"
done <"$tmp/targets"

# shown: the output that the README quotes, between lines of three backquotes
# shellcheck disable=SC2016
shown() {
	sed -n '/^```$/,/^```$/p' "$top/README.md" | grep -v '^```$'
}

if git -C "$top" show HEAD:results/reference/report.txt >"$tmp/report" 2>/dev/null; then
	shown >"$tmp/shown"
	ok "the README shows output" test -s "$tmp/shown"
	is "its output is that of the committed results" \
		"$(grep -c -v -x -F -f "$tmp/report" "$tmp/shown")" 0
else
	skip "the README's output is that of the results" "not a git checkout"
fi

# The README measures early; late is the same in the other mode.
mkdir "$tmp/out"
sed -n 's/^\(ptiscope [rt][a-z]* -o \)early/\1late/p' "$tmp/commands" >"$tmp/late"
cat "$tmp/late" >>"$tmp/commands"
for mode in early late; do
	script $mode >"$tmp/readme.sh"
	chmod +x "$tmp/readme.sh"
	guest "docs-$mode" tcg patched "pti_switch=$mode pti_marks=on" --mem 768 \
		--out "$tmp/out" --payload "$tmp/readme.sh" -- readme.sh
	is "what the README has one do in $mode mode succeeds" "$rc" 0
	[ "$rc" = 0 ] || tail -n 20 "$tmp/docs-$mode.out" "$tmp/docs-$mode.err" >&2
	declared "$mode-marks"
done
grep -E "^ptiscope (report|compare|plot|campaign --print)" "$tmp/commands" >"$tmp/host"
while read -r line; do
	ok "$line" sh -c "cd '$tmp/out' && PATH='$top/userspace/.output':\$PATH && $line"
done <"$tmp/host"
tap_done
