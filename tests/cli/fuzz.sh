#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The readers of files under libFuzzer with ASan and UBSan: first the corpus, then
# FUZZ_SECONDS of what it makes of it, all targets at once.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
. "$here/../tap.sh"
fuzz=$top/tests/fuzz
bin=$top/userspace/.output/fuzz
seconds=${FUZZ_SECONDS:-10}
found=$bin/found
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if ! clang-14 --version >/dev/null 2>&1; then
	echo "1..0 # SKIP clang-14 is not installed"
	exit 4
fi
make -s --no-print-directory -C "$top/userspace" fuzz >&2 || exit 1
mkdir -p "$found"

# run TARGET [OPTION...]: one target; its exit code goes to TARGET.rc
run() {
	target=$1
	shift
	mkdir -p "$tmp/$target"
	set -- "$@" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=1024 \
		-artifact_prefix="$found/$target-" "$tmp/$target"
	[ ! -d "$fuzz/corpus/$target" ] || set -- "$@" "$fuzz/corpus/$target"
	rc=0
	"$bin/$target" "$@" >"$tmp/$target.log" 2>&1 || rc=$?
	echo "$rc" >"$tmp/$target.rc"
}

# clean TARGET: it ran, and found nothing
clean() {
	[ "$(cat "$tmp/$1.rc")" = 0 ] && grep -q '^Done [1-9]' "$tmp/$1.log" && return
	tail -n 30 "$tmp/$1.log"
	return 1
}

targets=$(find "$fuzz" -name 'fuzz_*.c' | sed 's/.*fuzz_\(.*\)\.c$/\1/' | sort)
run planted
for t in $targets; do
	case $t in
	manifest | audit | campaign) run "$t" -dict="$fuzz/json.dict" & ;;
	*) run "$t" & ;;
	esac
done
wait
ok "a planted overflow is found" grep -q 'AddressSanitizer: heap-buffer-overflow' "$tmp/planted.log"
rm -f "$found"/planted-*
for t in $targets; do
	ok "$t: has a corpus" test -n "$(ls "$fuzz/corpus/$t")"
	ok "$t: $(sed -n 's/^Done \([0-9]* runs\) in .*/\1/p' "$tmp/$t.log"): no crash, no leak, one line for what is refused" \
		clean "$t"
done
tap_done
