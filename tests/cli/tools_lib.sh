# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154
#
# For the tests of what `make tools` builds; sourced with $here set to this
# directory.

top=$(cd "$here/../.." && pwd)
. "$here/../tap.sh"
tools=$top/tools/.output
# Tests run several at once: one of them builds, the others wait for it.
flock "$top/tools" make -s --no-print-directory -C "$top/tools" >&2 || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
