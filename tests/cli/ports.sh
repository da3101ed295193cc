#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The series of each kernel is that of 6.12, or so much of it, but for what its file
# "differences" says and gives a reason for: a change of one is not forgotten in the other.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
. "$here/../tap.sh"
. "$top/vm/lib.sh"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

# patches_of SERIES: the names, in order
patches_of() {
	sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$1/series"
}

# bare PATCH: its message, and what it changes in which file, without context and places
bare() {
	awk '
	/^---$/ { stat = 1 }
	/^diff --git / { code = 1; stat = 0; next }
	/^-- $/ { exit }
	stat || /^(From|Date:|index|@@) ?/ && !/^From:/ { next }
	code && !/^([-+]|new file|deleted file)/ { next }
	{ print }' "$1"
}

# found FROM TO: where the series in directory TO differs, as differences has it
found() {
	{ cd "$1" && ls 0000-* && patches_of .; } | while read -r p; do
		[ -f "$2/$p" ] || { echo "$p"; echo absent; }
	done
	patches_of "$2" | while read -r p; do
		[ -f "$2/$p" ] || continue
		bare "$1/$p" >"$tmp/from"
		bare "$2/$p" >"$tmp/to"
		diff "$tmp/from" "$tmp/to" | grep '^[<>]' >"$tmp/diff"
		[ ! -s "$tmp/diff" ] || { echo "$p"; cat "$tmp/diff"; }
	done
}

# in_both FROM TO: the patches of FROM that TO has, too
in_both() {
	patches_of "$1" | while read -r p; do [ ! -f "$2/$p" ] || echo "$p"; done
}

# told TO: what its list says, without blank lines and reasons
told() {
	grep -v -e '^#' -e '^$' "$1/differences"
}

# reasoned TO: each patch in the list has a reason, right below its name
reasoned() {
	awk '
	named { if (!/^# ./) { print "no reason: " name; bad = 1 } named = 0 }
	/\.patch$/ && !/^[<>#]/ { name = $0; named = 1 }
	END { exit bad }' "$1/differences"
}

unreasoned() {
	! reasoned "$1"
}

# differ FROM TO: leaves in $tmp/out what is not told, and is told and not so
differ() {
	found "$1" "$2" >"$tmp/found"
	told "$2" >"$tmp/told"
	diff "$tmp/told" "$tmp/found" >"$tmp/out" && return
	cat "$tmp/out"
	return 1
}

base=$top/patches/$default_kernel
n=0
for series in "$top"/patches/*/; do
	series=${series%/}
	[ "$series" != "$base" ] || continue
	name=${series##*/}
	n=$((n + 1))
	is "$name: the same patches in the same order, or fewer" "$(patches_of "$series")" "$(in_both "$base" "$series")"
	ok "$name: differs as its list says" differ "$base" "$series"
	ok "$name: each difference has its reason" reasoned "$series"

	# A line that is changed in one of the two alone, and a reason that is missing
	p=$(patches_of "$series" | head -n 1)
	cp -r "$series" "$tmp/$name"
	sed 's/^+.*pushq.*\\way\\.*/&\n+	nop/' "$series/$p" >"$tmp/$name/$p"
	ok "planted: a line more in a patch of $name is found" \
		sh -c "! cmp -s '$series/$p' '$tmp/$name/$p'"
	differ "$base" "$tmp/$name" >/dev/null
	has "planted: it is named" "$tmp/out" '^> > \+	nop$'
	rm "$tmp/$name/$p"
	differ "$base" "$tmp/$name" >/dev/null
	has "planted: a patch that is not there is found" "$tmp/out" '^> absent$'
	sed '/^# /d' "$series/differences" >"$tmp/$name/differences"
	ok "planted: a difference without a reason is found" unreasoned "$tmp/$name"
done
ok "there is another series than that of $default_kernel" test "$n" -gt 0
tap_done
