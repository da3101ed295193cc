#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The command lines of qmp and inject, and what they say where no guest is.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/tools_lib.sh"

. "$top/vm/lib.sh"
kernel=$(kernels_dir)/patched/vmlinux

# fails STATUS TEXT COMMAND...: exits so, and says so
fails() {
	fails_status=$1 fails_text=$2
	shift 2
	rc=0
	"$@" >"$tmp/out" 2>"$tmp/err" || rc=$?
	is "${1##*/} $2 ...: exit code" "$rc" "$fails_status"
	has "${1##*/} $2 ...: says why" "$tmp/err" "$fails_text"
}

inject() {
	fails_want=$1 fails_say=$2
	shift 2
	fails "$fails_want" "$fails_say" "$tools/inject" "$@"
}

all="--gdb $tmp/no --qmp $tmp/no --vmlinux $kernel --guest $tools/inject-guest64"
fails 2 'which socket' "$tools/qmp" --cpu 0
fails 2 'one of COMMAND, --hmp and --user-stop' "$tools/qmp" "$tmp/no"
fails 2 'no JSON object' "$tools/qmp" "$tmp/no" stop nonsense
fails 1 "can't connect" "$tools/qmp" --timeout 0 "$tmp/no" stop
fails 2 'not a number' "$tools/qmp" --cpu -1
inject 2 'are needed' --gdb "$tmp/no"
# The options are words.
# shellcheck disable=SC2086
{
	inject 2 "no path 'nonsense'" $all --path int80,nonsense
	inject 2 "no event 'nonsense'" $all --event nonsense
	inject 2 'phase less' $all --every 3 --phase 3
	inject 2 'cannot be planted' $all --plant nonsense
	inject 2 'what is' $all nonsense
}
inject 1 "can't read" --gdb "$tmp/no" --qmp "$tmp/no" --vmlinux "$tmp/no" \
	--guest "$tools/inject-guest64"
inject 1 'no symbol inject_control' --gdb "$tmp/no" --qmp "$tmp/no" \
	--vmlinux "$kernel" --guest "$kernel"
"$tools/inject" --list >"$tmp/list"
for path in syscall64 sysenter32 int80 page_fault espfix nmi_window double_fault timer irq; do
	has "inject knows $path" "$tmp/list" "^$path\$"
done
tap_done
