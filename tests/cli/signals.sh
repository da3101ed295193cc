#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A run that is asked to end ends at once, and its command with it; what was ignored
# when it was started stays ignored.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

# wait_for FILE: until it has something in it
wait_for() {
	wait_n=0
	until [ -s "$1" ] || [ $((wait_n += 1)) -gt 600 ]; do
		sleep 0.1
	done
	[ -s "$1" ]
}

# gone PID
gone() {
	! kill -0 "$1" 2>/dev/null
}

# stopped NAME SIGNAL SCRIPT: a run of a command that tells its PID in the file pid
stopped() {
	rm -f pid
	timeout --foreground -s KILL 60 "$cli" run -o r --lane tcg --samples 2 -- sh -c "$3" >out 2>err &
	timer=$!
	ok "$1: the command runs" wait_for pid
	# timeout passes it on.
	kill -"$2" $timer
	rc=0
	wait $timer || rc=$?
	is "$1: exit code" "$rc" 1
	has "$1: which is said" err 'interrupted; nothing was written'
	ok "$1: the command has ended" gone "$(cat pid)"
	is "$1: nothing stays" "$(find . -name 'r*')" ''
}

# The scripts expand in the shell that runs them.
# shellcheck disable=SC2016
{
	stopped "SIGTERM" TERM 'echo $$ >pid; exec sleep 1000'
	stopped "SIGHUP" HUP 'echo $$ >pid; exec sleep 1000'
	stopped "SIGTERM is passed on" TERM 'trap "echo asked >asked; exit 0" TERM; echo $$ >pid
		while :; do sleep 0.05; done'
	ok "the command was asked" test -s asked
	stopped "a command that ignores it" TERM 'trap "" TERM; echo $$ >pid; while :; do sleep 0.05; done'
}

# As nohup does; timeout would not leave it ignored.
rm -f pid go
(
	trap '' HUP
	# shellcheck disable=SC2016
	exec "$cli" run -o r --lane tcg --samples 2 -- \
		sh -c 'echo $$ >pid; until [ -e go ]; do sleep 0.05; done'
) >out 2>err &
run=$!
ok "nohup: the command runs" wait_for pid
kill -HUP "$(ps -o ppid= -p "$(cat pid)")"
: >go
rc=0
wait $run || rc=$?
is "nohup: goes on after SIGHUP" "$rc" 0
ok "nohup: and writes the run" test -s r/manifest.json

# What is written is whole or not there, whenever the signal comes: here while gnuplot,
# which this stands for, works.
"$mkrun" early
"$mkrun" late switch=late
mkdir bin tmp
printf '#!/bin/sh\necho $$ >"%s/pid"\nexec sleep 1000\n' "$tmp" >bin/gnuplot
chmod +x bin/gnuplot
for words in "plot -o files" "report -o files --html files/page.html"; do
	for signal in INT TERM HUP; do
		rm -rf pid files
		mkdir files
		# The words are arguments.  A command in the background would ignore SIGINT.
		# shellcheck disable=SC2086
		PATH=$tmp/bin:$PATH TMPDIR=$tmp/tmp env --default-signal=INT "$cli" $words early late >out 2>err &
		started=$!
		ok "SIG$signal, $words: gnuplot runs" wait_for pid
		kill -"$signal" $started
		rc=0
		wait $started || rc=$?
		is "SIG$signal, $words: ended by it" "$(kill -l $rc)" $signal
		ok "SIG$signal, $words: gnuplot has ended" gone "$(cat pid)"
		is "SIG$signal, $words: no temporary file stays" "$(find . -name '*.tmp.*' -o -name 'ptiscope-*')" ''
	done
done

tap_done
