#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/run: nothing that goes wrong in a test may count as success.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../tap.sh"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# sums NAME EXIT SUMMARY LINE...: a test of these lines of shell gives this
sums() {
	name=$1 want=$2 summary=$3
	shift 3
	{
		echo '#!/bin/sh'
		printf '%s\n' "$@"
	} >"$tmp/test"
	chmod +x "$tmp/test"
	rc=0
	"$here/../run" "$tmp/test" >"$tmp/out" 2>&1 || rc=$?
	is "$name: exit code" "$rc" "$want"
	is "$name: summary" "$(tail -n 1 "$tmp/out")" "$summary"
}

sums "all pass" 0 "2 passed, 0 failed, 0 skipped" 'echo "ok 1 - a"; echo "ok 2 - b"; echo 1..2'
sums "one fails" 1 "1 passed, 1 failed, 0 skipped" \
	'echo "ok 1 - a"; echo "not ok 2 - b"; echo "# why"; echo 1..2; exit 1'
has "one fails: named" "$tmp/out" 'not ok 2 - b'
has "one fails: with the reason" "$tmp/out" '# why'
sums "skip" 0 "1 passed, 0 failed, 1 skipped" \
	'echo "ok 1 - a"; echo "ok 2 - b # SKIP no such CPU"; echo 1..2'
has "skip: named with its reason" "$tmp/out" 'b # SKIP no such CPU'
sums "a whole test skipped" 1 "0 passed, 0 failed, 1 skipped" 'echo "1..0 # SKIP no PTI"; exit 4'
sums "a part skipped as a whole" 0 "1 passed, 0 failed, 1 skipped" \
	'echo "1..0 # SKIP no PTI"; echo "ok 1 - a"; echo 1..1'
sums "no plan" 1 "1 passed, 1 failed, 0 skipped" 'echo "ok 1 - a"'
sums "plan of more" 1 "1 passed, 1 failed, 0 skipped" 'echo "ok 1 - a"; echo 1..2'
sums "silence" 1 "0 passed, 1 failed, 0 skipped" 'exit 0'
sums "exit code without a reason" 1 "1 passed, 1 failed, 0 skipped" \
	'echo "ok 1 - a"; echo 1..1; exit 3'
has "exit code without a reason: what it said" "$tmp/out" 'exit code 3'
sums "several streams" 0 "3 passed, 0 failed, 0 skipped" \
	'echo "ok 1 - a"; echo 1..1; echo 1..2; echo "ok 1 - b"; echo "ok 2 - c"'
sums "nothing but skips" 1 "0 passed, 0 failed, 1 skipped" 'echo "ok 1 - a # SKIP x"; echo 1..1'

# alone NAME EXIT LINE...: tests/one of these lines of shell
alone() {
	name=$1 want=$2
	shift 2
	printf "#!/bin/sh\n%s\n" "$*" >"$tmp/test"
	rc=0
	"$here/../one" "$tmp" "$tmp/test" >"$tmp/out" 2>&1 || rc=$?
	is "$name" "$rc" "$want"
}

alone "one that passes, alone" 0 "echo ok 1; echo 1..1"
alone "one that fails, alone" 1 "echo not ok 1; echo 1..1; exit 1"
alone "one that says nothing, alone" 1 "exit 0"

printf "#!/bin/sh\necho not ok 1; echo 1..1; exit 1\n" >"$tmp/test"
JOBS=1 "$here/../run" "$tmp/test" "$tmp/test" >"$tmp/out" 2>&1
is "one that fails stops no other" "$(tail -n 1 "$tmp/out")" "0 passed, 2 failed, 0 skipped"

printf '#!/bin/sh\necho $$ >%s\nexec sleep 1000\n' "$tmp/pid" >"$tmp/test"
"$here/../run" "$tmp/test" >"$tmp/out" 2>&1 &
run=$!
while [ ! -s "$tmp/pid" ]; do sleep 0.1; done
kill -TERM "$run"
rc=0
wait "$run" 2>/dev/null || rc=$?
is "a run that is killed: exit code" "$rc" 143
# A process that nobody waited for yet is still there, but without arguments.
ok "a run that is killed: so are its tests" \
	sh -c "! grep -q sleep /proc/$(cat "$tmp/pid")/cmdline"
tap_done
