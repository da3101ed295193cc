#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# vm/deps with stand-ins for dpkg-query, apt-get and id.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
. "$here/../tap.sh"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$tmp/bin"

# stand_in NAME LINE: a program of one line of shell
stand_in() {
	printf '#!/bin/sh\n%s\n' "$2" >"$tmp/bin/$1"
	chmod +x "$tmp/bin/$1"
}

deps() {
	rc=0
	PATH="$tmp/bin:$PATH" "$top/vm/deps" >"$tmp/out" 2>"$tmp/err" || rc=$?
}

stand_in apt-get "echo \"\$*\" >>$tmp/apt"
stand_in id 'echo 1000'
# The last argument is the package; sparse is the one that is not installed.
# shellcheck disable=SC2016
stand_in dpkg-query 'shift 2; for p; do
[ "$p" = sparse ] || printf "installed\n"; done'
deps
is "not root: exit 1" "$rc" 1
has "not root: the line to run" "$tmp/err" \
	'apt-get update && apt-get install --no-install-recommends sparse $'
ok "not root: nothing was installed" test ! -e "$tmp/apt"
stand_in id 'echo 0'
deps
is "root: exit 0" "$rc" 0
has "root: installs what is missing" "$tmp/apt" 'install .*--no-install-recommends sparse$'
rm "$tmp/apt"
stand_in dpkg-query 'shift 2; for p; do echo installed; done'
deps
is "complete: exit 0" "$rc" 0
ok "complete: apt-get is not called" test ! -e "$tmp/apt"
is "complete: says nothing" "$(cat "$tmp/out" "$tmp/err")" ""
tap_done
