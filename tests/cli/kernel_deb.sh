#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# make kernel-deb without a build: what it would do, and what it refuses.
# tests/soak/kernel_deb.sh configures a kernel.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
. "$here/../tap.sh"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
unset KERNEL KSRC

# deb WORD...: leaves $rc, out and err
deb() {
	rc=0
	XDG_CACHE_HOME=$tmp/cache "$top/packaging/kernel-deb" "$@" >out 2>err || rc=$?
}

# refused NAME CODE REGEX WORD...: that exit code, and one line that matches
refused() {
	name=$1 code=$2 regex=$3
	shift 3
	deb "$@"
	is "$name: exit code" "$rc" "$code"
	has "$name: why" err "$regex"
	is "$name: in one line" "$(cat out err | wc -l)" 1
}

touch source config
deb --dry-run --kernel 6.12 --source source --config config --jobs 3 --output here
is "dry run: exit code" "$rc" 0
has "dry run: source" out '^unpack source into .*/cache/ptiscope/deb/linux$'
has "dry run: series" out '^apply the series of .*/patches/6\.12$'
has "dry run: configuration" out '^configure with config:$'
has "dry run: isolation is built in" out '--enable MITIGATION_PAGE_TABLE_ISOLATION$'
has "dry run: a distribution's keys are not needed" out '--set-str SYSTEM_TRUSTED_KEYS$'
has "dry run: the kernel's own packaging" out '^make -j3 bindeb-pkg$'
has "dry run: where the packages go" out '^move the packages to here$'
ok "dry run: writes nothing" test ! -e cache
deb --dry-run --source source --config config
has "a source alone: the newest series that applies" out '^apply the series of (.*/patches/[0-9.]+, or )*.*/patches/6\.12$'
KERNEL=6.12 KSRC=source deb --dry-run --config config
has "KERNEL= and KSRC=: that source" out '^unpack source into '
has "KERNEL= and KSRC=: that series" out '^apply the series of [^,]*/patches/6\.12$'
refused "a kernel without a series" 2 "there is no series for the kernel '5\.9'" --dry-run --kernel 5.9
deb --dry-run --source source --config vm
has "the guests' configuration" out '^configure with vm:$'
refused "no configuration" 3 'nowhere is missing: name one with KCONFIG=' \
	--dry-run --source source --config nowhere
refused "no source" 3 'nowhere is missing: run make deps' --dry-run --source nowhere --config config
mkdir empty
refused "no series" 1 'there is no empty/series' --dry-run --source source --config config --patches empty
refused "an option that is none" 2 "unknown option '--frob'" --frob
refused "an option without its value" 2 '--config needs a value' --config
refused "jobs that are no number" 2 '--jobs' --jobs many
rc=0
make -s -n -C "$top" kernel-deb KCONFIG=vm 2>err >out || rc=$?
has "make kernel-deb KCONFIG=vm" out "packaging/kernel-deb --config 'vm'$"

# A source that is none: said, with the log
deb --config-only --source source --config config
ok "a source that is no archive fails" test "$rc" != 0
has "and is named" err 'source cannot be unpacked'
tap_done
