#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# make kernel-deb: whole with the guests' configuration, and what its packages hold
# boots late and takes the module that is built with the headers of one; as far as the
# configuration with Debian's, since that build takes hours.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
. "$here/../tap.sh"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
XDG_CACHE_HOME=$tmp/cache
export XDG_CACHE_HOME

for config in vm /usr/src/linux-headers-*-amd64/.config; do
	ok "$config: configured" sh -c "'$top/packaging/kernel-deb' --config-only --config '$config' >'$tmp/name'"
	file=$(cat "$tmp/name")
	ok "$config: modules get a key of this build" sh -c "! grep ^CONFIG_MODULE_SIG_KEY= '$file' | grep -v certs/signing_key.pem"
	has "$config: isolation" "$file" '^CONFIG_MITIGATION_PAGE_TABLE_ISOLATION=y$'
	has "$config: name" "$file" '^CONFIG_LOCALVERSION="-ptiscope"$'
	ok "$config: no keys of others" sh -c "! grep '^CONFIG_SYSTEM_TRUSTED_KEYS=\"..' '$file'"
	ok "$config: the source is patched" test -f "${file%/.config}/arch/x86/entry/pti_switch.c"
done

ok "vm: packages are built" "$top/packaging/kernel-deb" --config vm --output "$tmp/deb"
image=$(find "$tmp/deb" -name 'linux-image-*-ptiscope_*.deb')
headers=$(find "$tmp/deb" -name 'linux-headers-*-ptiscope_*.deb')
ok "vm: one with the kernel" test -f "$image"
ok "vm: one with its headers" test -f "$headers"
mkdir "$tmp/kernel"
for deb in "$image" "$headers"; do
	dpkg-deb -x "$deb" "$tmp/root"
done
cp "$tmp"/root/boot/vmlinuz-*-ptiscope "$tmp/kernel/bzImage"
kdir=$(find "$tmp/root/usr/src" -maxdepth 1 -name 'linux-headers-*-ptiscope')
ok "vm: the module builds with the headers" sh -c "'$top/vm/build-module' '$kdir' >'$tmp/module'"
rc=0
"$top/vm/run" --kernel "$tmp/kernel" --lane tcg --append 'pti=on pti_switch=late' \
	--payload "$(tail -n 1 "$tmp/module")" -- \
	sh -c 'insmod /payload/ptiscope.ko && cat /sys/kernel/pti/switch' >"$tmp/out" || rc=$?
is "vm: boots, and the module loads" "$rc" 0
is "vm: switches late" "$(cat "$tmp/out")" late
tap_done
