#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What a command writes goes where its name says: a regular file is replaced when the
# new one is whole, a device, a pipe and standard output are written to.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

"$mkrun" early
"$mkrun" late switch=late

# page FILE: the report as a page
page() {
	pti report -o csv --html "$1" early late
}

is_page() {
	grep -q '</html>' "$1"
}

# The page needs gnuplot, the other files do not.
if command -v gnuplot >/dev/null; then
	echo old >target
	ln -s target link
	page link
	ok "a link stays" test -L link
	ok "its file is replaced" is_page target
	mkfifo pipe
	cat pipe >piped &
	reader=$!
	page pipe
	# Where nothing wrote to it, the reader would wait.
	[ -p pipe ] || kill "$reader"
	wait "$reader" 2>/dev/null
	ok "a pipe stays one" test -p pipe
	ok "and gets the page" is_page piped
	ln -s /dev/full full
	fails "a device that takes nothing" 1 "can't write full: No space left on device" \
		report -o csv --html full early late
	ok "the link to it stays" test -L full
	for name in - /dev/stdout; do
		page "$name"
		is "$name: exit code" "$rc" 0
		ok "$name is standard output" is_page out
		is "$name: nothing else is there" "$(tail -n 1 out)" '</html>'
		is "$name: nor before it" "$(head -n 1 out)" '<!DOCTYPE html>'
	done
	ok "no file is called -" test ! -e -
	if [ "$(id -u)" = 0 ] && mknod node c 1 3 2>/dev/null; then
		page node
		is "a device: exit code" "$rc" 0
		ok "a device stays one" test -c node
	else
		skip "a device stays one" "not root, or no mknod"
	fi
	ln -s nowhere dangling
	fails "a link to nothing" 1 "can't write dangling" report -o csv --html dangling early late
	ok "stays one" test -L dangling -a ! -e nowhere
else
	skip "pages that are written to links, pipes and devices" "Debian's package gnuplot-nox is not installed"
fi

mkdir files
ln -s /dev/full files/compare.csv
fails "one of several files can't be written" 1 'compare.csv: No space left' report -o files early late
is "no temporary file stays" "$(find . -name '*.tmp.*')" ''

# Beside the runs, where nobody named a place, nothing of the user's own is replaced.
mkdir own
cp -r early late own
for f in summary.csv compare.csv report.txt; do
	echo 'mine, not yours' >own/$f
	fails "$f of the user's own" 1 "own/$f is there, and no file of a report" report own/early own/late
	is "$f of the user's own: stays" "$(cat own/$f)" 'mine, not yours'
	rm own/$f
	is "$f of the user's own: nothing else is written" "$(cd own && echo *)" 'early late'
done
works "a report beside its runs" report own/early own/late
works "replaces an earlier one" report own/early own/late
echo mine >own/compare.csv
works "a place that was named" report -o own own/early own/late
has "is written to" own/compare.csv '^lane,path'

# What a run keeps of the machine
works "a run" run -o r --lane tcg --samples 1 -- true
is "the kernel's messages are for their owner" "$(stat -c %a r/env/dmesg)" 600
is "the rest is for all" "$(stat -c %a r/env/cmdline r/manifest.json r/samples.gz r | sort -u | tr '\n' ' ')" '644 755 '
for how in "report early late" "doctor --json" "compare --format json early late"; do
	# Words
	# shellcheck disable=SC2086
	"$cli" $how >/dev/full 2>err
	has "$how, a full disk" err 'No space left on device$'
	is "$how, a full disk: one line" "$(wc -l <err)" 1
done
# A terminal that takes no escape sequences
if command -v script >/dev/null; then
	for term in xterm dumb; do
		TERM=$term script -qec "'$cli' run -o $term --lane tcg --samples 1 -w getppid" /dev/null |
			tr -c "\033" . >$term.out
	done
	has "a terminal: a line is erased" xterm.out "$(printf "\033")"
	ok "a dumb terminal gets no escape sequence" sh -c '! grep -q "[^.]" dumb.out'
else
	skip "terminals" "Debian's package bsdutils is not installed"
fi

tap_done
