#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The module compiles without a warning for the kernels that Debian has headers
# of, and for stock 6.12; DKMS builds it from module/ as it is.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

# build NAME KDIR SOURCE: a copy of SOURCE, with every warning an error
build() {
	rm -rf "${tmp:?}/$1"
	mkdir "$tmp/$1"
	(cd "$3" && find . -name .output -prune -o -type f -print | cpio --quiet -pd "$tmp/$1")
	env -u MAKEFLAGS make -s -C "$2" M="$tmp/$1" KCFLAGS=-Werror modules \
		>"$tmp/$1.log" 2>&1
}

# built NAME KDIR: it compiles, says what it is, and names that kernel
built() {
	if build "$1" "$2" "$top/module"; then
		ok "$1: builds with -Werror" true
	else
		ok "$1: builds with -Werror" sh -c "tail -n 20 '$tmp/$1.log'; false"
		return
	fi
	modinfo "$tmp/$1/ptiscope.ko" >"$tmp/$1.info"
	has "$1: license" "$tmp/$1.info" '^license: +GPL'
	has "$1: made for that kernel" "$tmp/$1.info" \
		"^vermagic: +$(sed -n 's/^#define UTS_RELEASE "\(.*\)"/\1/p' \
			"$2/include/generated/utsrelease.h") "
}

built stock "$kernels/stock"
found=$(find /usr/src -maxdepth 1 -name 'linux-headers-*-amd64' ! -name '*-rt-*' ! -name '*-cloud-*' | sort)
for kdir in $found; do
	built "${kdir##*/linux-headers-}" "$kdir"
done
[ -n "$found" ] || skip "Debian's headers" "there are none in /usr/src"

# A warning is not overlooked.
cp -r "$top/module" "$tmp/warns"
rm -rf "$tmp/warns/.output"
echo 'static void unused(void) { }' >>"$tmp/warns/main.c"
ok "planted: a warning fails the build" \
	sh -c "! make -s -C '$kernels/stock' M='$tmp/warns' KCFLAGS=-Werror modules \
		>'$tmp/warns.log' 2>&1 && grep -q unused '$tmp/warns.log'"
rc=0
"$top/vm/build-module" "$tmp" >"$tmp/out" 2>"$tmp/err" || rc=$?
is "no kernel there: exit 3" "$rc" 3
has "no kernel there: says what to install" "$tmp/err" 'linux-headers'

# DKMS, in trees of this test's own.  Its build would make a key for signing on
# the host, so what it would run is run here.
conf=$top/module/dkms.conf
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$conf")
is "dkms.conf: the version is that of the command" "$version" \
	"$(sed -n 's/^#define PTISCOPE_VERSION "\(.*\)"/\1/p' "$top/userspace/base/command.h")"
mkdir -p "$tmp/tree" "$tmp/src" "$tmp/dkms/ptiscope/$version"
cp -r "$top/module" "$tmp/src/ptiscope-$version"
rm -rf "$tmp/src/ptiscope-$version/.output"
if command -v dkms >/dev/null; then
	ok "dkms add accepts it" dkms add --dkmstree "$tmp/tree" \
		--sourcetree "$tmp/src" -m ptiscope -v "$version"
	dkms status --dkmstree "$tmp/tree" --sourcetree "$tmp/src" >"$tmp/status" 2>&1
	has "dkms status knows it" "$tmp/status" "^ptiscope/$version"
else
	skip "dkms add" "dkms is not installed"
fi
cp -r "$tmp/src/ptiscope-$version" "$tmp/dkms/ptiscope/$version/build"
# bash: what dkms is, and dkms.conf has arrays.  It expands these, not this shell.
# shellcheck disable=SC2016
ok "what it runs builds the module" env -u MAKEFLAGS dkms_tree="$tmp/dkms" \
	kernel_source_dir="$kernels/stock" conf="$conf" bash -c \
	'. "$conf"; ${MAKE[0]} && test -f "$dkms_tree/$PACKAGE_NAME/$PACKAGE_VERSION/build/${BUILT_MODULE_NAME[0]}.ko"'
tap_done
