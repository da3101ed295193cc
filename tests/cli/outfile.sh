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
# What is closed is not what a file is opened as.
works "a report" report -o open early late
for closed in ">&-" ">&- 2>&-" "<&- >&- 2>&-"; do
	rc=0
	eval "\"$cli\" report -o shut early late $closed" 2>err || rc=$?
	is "$closed: exit code" "$rc" 1
	ok "$closed: the files hold what is theirs" diff -r open shut
	rm -r shut
done
"$cli" report own/early own/late >&- 2>err
is "closed standard output: which is said" "$(cat err)" "ptiscope: can't write to standard output: Bad file descriptor"
rc=0
"$cli" run -o closed --lane tcg --samples 1 -- cat <&- >&- 2>err || rc=$?
is "a command whose runner had nothing open" "$rc$(cat err)" 0

# A limit of the size of files ends neither this program at once nor leaves half a file.
rc=0
(ulimit -f 1; exec "$cli" report -o limit early late) >out 2>err || rc=$?
is "a limit of size: exit code" "$rc" 1
has "a limit of size: which is said" err "File too large$"
is "a limit of size: nothing stays" "$(ls limit)" ""
rc=0
(ulimit -f 4; exec "$cli" run -o limited --lane tcg --samples 1 -- sh -c "ulimit -f 0; echo >too-large") >out 2>err || rc=$?
has "a limit of size: a command dies by it, as without ptiscope" err "sh: was killed by signal 25"
if command -v gnuplot >/dev/null; then
	(ulimit -f 16; exec "$cli" plot -o limit early late) >out 2>err || rc=$?
	is "a figure that is cut off: exit code" "$rc" 1
	has "a figure that is cut off: which is said" err "gnuplot (failed|has left it cut off)"
	is "a figure that is cut off: nothing stays" "$(ls limit)" ""
	if [ "$(id -u)" = 0 ] && mkdir small && unshare -m mount -t tmpfs none small 2>/dev/null; then
		# The shell that unshare starts expands it.
		# shellcheck disable=SC2016
		unshare -m sh -c 'mount -t tmpfs -o size=12k none small && "$1" plot -o small early late; echo $? >rc
			ls small >left' sh "$cli" >out 2>err
		is "a figure on a full disk: exit code" "$(cat rc)" 1
		has "a figure on a full disk: which is said" err "difference.*gnuplot has left it cut off"
		is "a figure on a full disk: nothing stays" "$(cat left)" ""
	else
		skip "a figure on a full disk" "no root, or no mounts"
	fi
fi

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
