# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154
#
# For the tests of the command line; sourced with $here set to this directory.
# PTISCOPE, MKRUN and PLANT name other builds than the one in this tree.

top=$(cd "$here/../.." && pwd)
. "$here/../tap.sh"
cli=${PTISCOPE:-$top/userspace/.output/ptiscope}
mkrun=${MKRUN:-$top/userspace/.output/mkrun}
plant=${PLANT:-$top/userspace/.output/plant}
[ -x "$cli" ] || { echo "Bail out! $cli is missing: make cli"; exit 1; }
# Tests run several at once: one of them builds, the others wait for it.
[ -n "${MKRUN:-}" ] ||
	flock "$top/userspace/.output" make -s --no-print-directory -C "$top/userspace" fixture >&2 ||
	exit 1
LC_ALL=C
export LC_ALL
rc=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$tmp" || exit 1

# pti WORD...: run the command; leaves $rc, out and err
pti() {
	rc=0
	"$cli" "$@" >out 2>err || rc=$?
}

# works NAME WORD...: exit code 0, nothing on stderr
works() {
	works_name=$1
	shift
	pti "$@"
	ok "$works_name" worked
}

worked() {
	[ "$rc" = 0 ] && [ ! -s err ] && return
	echo "exit code $rc"
	cat err
	return 1
}

# fails NAME CODE REGEX WORD...: that exit code, nothing on stdout, and on stderr
# one line that matches
fails() {
	fails_name=$1 want_rc=$2 want_err=$3
	shift 3
	pti "$@"
	ok "$fails_name" failed
}

failed() {
	[ "$rc" = "$want_rc" ] && [ ! -s out ] && [ "$(wc -l <err)" = 1 ] &&
		grep -q -E -e "^ptiscope: .*$want_err" err && return
	echo "exit code $rc, wanted $want_rc, and '$want_err' in one line"
	sed 's/^/stdout: /' out | head -n 5
	sed 's/^/stderr: /' err | head -n 5
	return 1
}

# six_runs: every variant of an exact lane, with known medians
six_runs() {
	"$mkrun" stock-early variant=stock kernel=6.12.0-stock
	"$mkrun" stock-off variant=stock switch=off kernel=6.12.0-stock
	"$mkrun" early add=1
	"$mkrun" late switch=late add=15
	"$mkrun" early-marks marks=1 add=210
	"$mkrun" late-marks switch=late marks=1 window=18 add=228
}
