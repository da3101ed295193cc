#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# vm/run: exit codes, the guest's output, hung and dead guests, the dmesg gate,
# signals.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

TMPDIR=$tmp/tmp
export TMPDIR
mkdir "$TMPDIR" "$tmp/share"

# usage_error NAME ARG...
usage_error() {
	name=$1
	shift
	rc=0
	"$top/vm/run" "$@" >"$tmp/out" 2>"$tmp/err" || rc=$?
	is "$name: exit 2" "$rc" 2
	is "$name: one line" "$(wc -l <"$tmp/err")" 1
}

usage_error "no lane" --kernel "$kernels/stock" -- true
usage_error "unknown lane" --kernel "$kernels/stock" --lane fast -- true
usage_error "no kernel" --lane tcg -- true
usage_error "no command" --kernel "$kernels/stock" --lane tcg
usage_error "bad number" --kernel "$kernels/stock" --lane tcg --timeout 1x -- true
usage_error "two CPUs with icount" --kernel "$kernels/stock" --lane icount --cpus 2 -- true
usage_error "share that is not there" --kernel "$kernels/stock" --lane tcg --out "$tmp/no" -- true
rc=0
"$top/vm/run" --kernel "$tmp" --lane tcg -- true 2>"$tmp/err" || rc=$?
is "no bzImage: exit 125" "$rc" 125
rc=0
TMPDIR=$tmp/no "$top/vm/run" --kernel "$kernels/stock" --lane tcg -- true 2>"$tmp/err" || rc=$?
is "no room for temporary files: exit 125" "$rc" 125

mkdir -p "$tmp/payload/folder"
touch "$tmp/payload/a"
# The guest's shell expands these.
# shellcheck disable=SC2016
boot words icount stock "" --out "$tmp/share" --log "$tmp/console" \
	--payload "$tmp/payload" -- \
	sh -c 'echo "$1|$2|$PTISCOPE_LANE"; echo x >/out/f; echo e >&2; id -u; ls /payload; exit 7' \
	sh "it's" 'two  words;'
is "the command's exit code" "$rc" 7
is "its words and output" "$(cat "$tmp/words.out")" "it's|two  words;|icount
0
a"
is "its stderr" "$(cat "$tmp/words.err")" e
is "its file on the share" "$(cat "$tmp/share/f")" x
ok "the console log is kept" test -f "$tmp/console"
has "the kernel log is kept" "$tmp/words.dmesg" 'Linux version'
is "nothing is left" "$(ls "$TMPDIR")" ""

boot no-share icount stock "" --no-share --out "$tmp/share" -- \
	sh -c 'cat /out/f; echo y >/out/g; echo e >&2; mount | grep 9p; exit 7'
is "without shares: the command's exit code" "$rc" 7
is "without shares: its output, and the file that it was given" "$(cat "$tmp/no-share.out")" x
is "without shares: its stderr" "$(cat "$tmp/no-share.err")" e
is "without shares: its file comes back" "$(cat "$tmp/share/g")" y

boot hung tcg stock "" --timeout 10 -- sh -c 'echo hung >/dev/kmsg; sleep 1000'
is "hung guest: exit 124" "$rc" 124
has "hung guest: says so" "$tmp/hung.err" 'killed after 10 seconds'

boot dead tcg stock "" -- sh -c 'echo c >/proc/sysrq-trigger'
is "dead guest: exit 126" "$rc" 126
has "dead guest: the panic is shown" "$tmp/dead.err" 'sysrq triggered crash'

boot gate tcg stock "" -- sh -c 'echo "BUG: planted" >/dev/kmsg'
is "gate: exit 127 though the command succeeded" "$rc" 127
has "gate: the line is shown" "$tmp/gate.err" 'BUG: planted'

"$top/vm/run" --kernel "$kernels/stock" --lane tcg -- sleep 1000 >"$tmp/out" 2>"$tmp/err" &
pid=$!
sleep 2
kill -TERM "$pid"
rc=0
wait "$pid" 2>/dev/null || rc=$?
is "signal: exit 143" "$rc" 143
ok "signal: no QEMU lives on" sh -c "! pgrep -f '[q]emu-system-x86_64.*$TMPDIR'"
is "signal: nothing is left" "$(ls "$TMPDIR")" ""
tap_done
