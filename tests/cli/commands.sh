#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ptiscope run of programs: several in turns, what they read, exit codes that are fine,
# and how far a long step is.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

# run ARG...: three samples of each
run() {
	pti run -f -o dir --lane tcg --samples 3 "$@"
}

# Five of each warm up, then one after the other.
works "two commands" run -f -o dir --lane tcg --samples 3 \
	--command "sh -c 'printf b >>order'" -- sh -c 'printf a >>order'
is "in turns" "$(cat order)" aaaaabbbbbababab
is "each is a workload" "$(cut -d, -f 8,11 dir/summary.csv | tail -n +2)" \
	"$(printf '%s\n' command,3 command_2,3)"
has "which is told" dir/manifest.json "\"note\": \"sh -c printf b >>order: "
works "and reported" report -o report dir
ok "as two" sh -c 'grep -q "command_2" out && grep -q "command " out'
NAME='a b' run --command "test \"\$NAME\" = 'a b'"
is "quotes and variables, without a shell" "$rc$(cat err)" 0
fails "more than words" 2 "'a \| b' is no command with words" run -f -o dir --lane tcg --command 'a | b'
fails "a command substitution" 2 'is no command with words' run -f -o dir --lane tcg --command "a \$(b)"
fails "an empty command" 2 'is no command with words' run -f -o dir --lane tcg --command ' '
fails "the second fails" 1 'false: ended with exit code 1' run -f -o dir --lane tcg --command false -- true
fails "a command and a workload" 2 'goes with neither' run -f -o dir --lane tcg --command true -w getppid
set --
while [ $# -lt 34 ]; do
	set -- "$@" --command true
done
fails "too many" 2 "more than 16 times" run -f -o dir --lane tcg "$@"

printf 'one\ntwo\n' >two
run --input two -- sh -c "test \$(wc -l) = 2"
is "--input: each run reads it from its beginning" "$rc$(cat err)" 0
run -- sh -c "test \$(wc -l) = 0"
is "without it there is nothing to read" "$rc$(cat err)" 0
fails "--input of what is not there" 1 'nosuch: can.t read' run -f -o dir --lane tcg --input nosuch -- true
fails "--input without a command" 2 'with a command alone' run -f -o dir --lane tcg --input two
run --ok-exit 0,3 -- sh -c 'exit 3'
is "--ok-exit: a code that is fine" "$rc$(cat err)" 0
fails "--ok-exit: one that is not" 1 'ended with exit code 4' run -f -o dir --lane tcg --ok-exit 0,3 -- sh -c 'exit 4'
fails "--ok-exit: 0 is not among them" 1 'ended with exit code 0' run -f -o dir --lane tcg --ok-exit 3 -- true
for codes in 256 1,,2 -1 x "1,"; do
	fails "--ok-exit $codes" 2 'no list of exit codes' run -f -o dir --lane tcg --ok-exit=$codes -- true
done

# A step of more than two seconds tells a terminal how far it is, and nobody else.
run -- sleep 0.5
is "no terminal: not a word" "$(cat err)" ''
if command -v script >/dev/null; then
	TERM=xterm script -qec "$cli run -f -o dir --lane tcg --samples 8 -- sleep 0.5" /dev/null >said </dev/null
	tr '\r' '\n' <said >lines
	has "a terminal: what, how far, how long still" lines 'command, samples: [1-8] of 8, [0-9]+ s left'
	TERM=dumb script -qec "$cli run -f -o dir --lane tcg --samples 8 -- sleep 0.5" /dev/null >said </dev/null
	ok "a dumb one: not a word" sh -c '! grep -q "left" said'
else
	skip "progress on a terminal" "there is no script(1)"
fi
tap_done
