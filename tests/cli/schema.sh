#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# report and compare --format json, against docs/report.schema.json, which lists
# every key that there is.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

if ! perl -MJSON::Validator -e 1 2>/dev/null; then
	skip "JSON against its schema" "Debian's package libjson-validator-perl is not installed"
	tap_done
	exit
fi

# valid FILE: as the schema says
valid() {
	perl -MJSON::Validator -MMojo::File=path -MMojo::JSON=decode_json -e '
		my $schema = JSON::Validator->new->schema("file://$ARGV[0]");
		my @wrong = $schema->validate(decode_json(path($ARGV[1])->slurp));
		print "$_\n" for @wrong[0 .. ($#wrong < 4 ? $#wrong : 4)];
		exit !!@wrong;' \
		"$top/docs/report.schema.json" "$1"
}

# refused NAME SED WORD: a copy of the report with that change is not, because of WORD
refused() {
	sed "$2" first.json >changed.json
	rc=0
	valid changed.json >why || rc=$?
	ok "$1: is refused" test "$rc" = 1
	has "$1: and that is why" why "$3"
}

six_runs
"$mkrun" off switch=off
works "every variant" report -o json --format json off stock-early early late early-marks late-marks
cp out first.json
ok "every variant: valid" valid first.json
set --
for name in $("$top/vm/bench" --lanes icount,bochs --boots 99 --list | cut -d '|' -f 1); do
	[ ! -f "$top/results/reference/$name/manifest.json" ] || set -- "$@" "$top/results/reference/$name"
done
works "the reference runs" report -o json --format json "$@"
ok "the reference runs: valid" valid out
works "two runs" compare --format json early late
ok "two runs: valid" valid out
k=0
while [ $k -lt 4 ]; do
	"$mkrun" hard-early-$k lane=hardware boot=e$k jitter=20 seed=$k add=$((k * 3))
	"$mkrun" hard-late-$k lane=hardware boot=l$k jitter=20 seed=$((9 + k)) add=$((k * 3 + 90)) switch=late
	k=$((k + 1))
done
works "boots of hardware" report -o json --format json hard-*
ok "boots of hardware: valid" valid out

# What this looks for, planted
refused "a key with another name" '0,/"verdict"/s//"judgement"/' 'judgement|Missing property'
refused "a verdict that is none" '0,/"verdict": "[^"]*"/s//"verdict": "good"/' 'verdict.*match'
refused "a figure in words" '0,/"estimate": [0-9.]*/s//"estimate": "266"/' 'estimate.*[Ee]xpected'
refused "another version" 's/"version": 1/"version": 2/' 'version'
tap_done
