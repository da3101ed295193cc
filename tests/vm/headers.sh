#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The tree as it is builds the module without a warning, for the kernels that Debian
# has headers of and for both of the guests; DKMS builds it from module/ as it is.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
version=$(cat "$top/module/VERSION")

# built NAME KDIR: make -C KDIR M=TREE modules compiles, with every warning an error,
# says what it is, and names that kernel
built() {
	mkdir "$tmp/$1"
	cp -r "$top/Kbuild" "$top/module" "$tmp/$1/"
	rm -rf "$tmp/$1/module/.output"
	if env -u MAKEFLAGS make -s -C "$2" M="$tmp/$1" KCFLAGS=-Werror modules >"$tmp/$1.log" 2>&1; then
		ok "$1: builds with -Werror" true
	else
		ok "$1: builds with -Werror" sh -c "tail -n 20 '$tmp/$1.log'; false"
		return
	fi
	modinfo "$tmp/$1/module/ptiscope.ko" >"$tmp/$1.info"
	has "$1: license" "$tmp/$1.info" '^license: +GPL'
	has "$1: version" "$tmp/$1.info" "^version: +$version\$"
	has "$1: made for that kernel" "$tmp/$1.info" \
		"^vermagic: +$(sed -n 's/^#define UTS_RELEASE "\(.*\)"/\1/p' \
			"$2/include/generated/utsrelease.h") "
}

built stock "$kernels/stock"
built patched "$kernels/patched"
found=$(find /usr/src -maxdepth 1 -name 'linux-headers-*-amd64' ! -name '*-rt-*' ! -name '*-cloud-*' | sort)
for kdir in $found; do
	built "${kdir##*/linux-headers-}" "$kdir"
done
[ -n "$found" ] || skip "Debian's headers" "there are none in /usr/src"

# Headers as of 6.15, where hrtimer_init() is gone: this one call is what the module
# uses of what changed there.
cp -rs "$(realpath "$kernels/stock")" "$tmp/newer"
timer=$tmp/newer/include/linux/hrtimer.h
sed 's/^extern void hrtimer_init(struct hrtimer \*timer, clockid_t which_clock,$/extern void hrtimer_setup(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *), clockid_t which_clock,/
s/^\(\thrtimer_\)init(timer, which_clock, mode);$/\1setup(timer, NULL, which_clock, mode);/' \
	"$(realpath "$timer")" >"$tmp/hrtimer.h"
mv "$tmp/hrtimer.h" "$timer"
ok "planted: headers without hrtimer_init()" sh -c "! grep -w hrtimer_init '$timer'"
rm -rf "$tmp/stock/module"/*.o
ok "headers without hrtimer_init(): compiles" env -u MAKEFLAGS \
	make -s -C "$tmp/newer" M="$tmp/stock/module" KCFLAGS=-Werror trigger.o
nm "$tmp/stock/module/trigger.o" >"$tmp/symbols"
has "headers without hrtimer_init(): calls hrtimer_setup()" "$tmp/symbols" " U hrtimer_setup$"

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
is "the version is that of the command" "ptiscope $version" "$("$top/userspace/.output/ptiscope" --version)"
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

# accepts RELEASE MACHINE KDIR: as dkms asks, which is in bash
accepts() {
	# shellcheck disable=SC2016
	bash -c '
	. "$1"
	[[ $2 =~ $BUILD_EXCLUSIVE_KERNEL && $3 =~ $BUILD_EXCLUSIVE_ARCH ]] || exit 1
	for name in $BUILD_EXCLUSIVE_CONFIG; do
		grep -q -E "^$name=[ym]" "$4/.config" || exit 1
	done' bash "$conf" "$@"
}

for release in 6.1.0-56-amd64 6.12.117-ptiscope 6.15.0 7.0-rc1 10.2.3; do
	ok "dkms.conf: serves $release" accepts $release x86_64 "$kernels/stock"
done
# passes_over ARGUMENT_OF_ACCEPTS...
passes_over() {
	! accepts "$@"
}

for release in 4.19.0-27-amd64 5.10.0-33-amd64 6.0.12; do
	ok "dkms.conf: passes over $release" passes_over $release x86_64 "$kernels/stock"
done
ok "dkms.conf: passes over other CPUs" passes_over 6.12.117 aarch64 "$kernels/stock"
mkdir "$tmp/single"
grep -v '^CONFIG_SMP=' "$kernels/stock/.config" >"$tmp/single/.config"
ok "dkms.conf: passes over a kernel for one CPU" passes_over 6.12.117 x86_64 "$tmp/single"
tap_done
