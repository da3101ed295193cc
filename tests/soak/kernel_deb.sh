#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# make kernel-deb as far as the configuration, the guests' and Debian's: the patched
# source takes both, and has what is measured.  A build takes hours.
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
	has "$config: isolation" "$file" '^CONFIG_MITIGATION_PAGE_TABLE_ISOLATION=y$'
	has "$config: name" "$file" '^CONFIG_LOCALVERSION="-ptiscope"$'
	has "$config: no keys of others" "$file" '^CONFIG_SYSTEM_TRUSTED_KEYS=""$'
	ok "$config: the source is patched" test -f "${file%/.config}/arch/x86/entry/pti_switch.c"
done
tap_done
