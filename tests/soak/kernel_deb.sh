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
	ok "$config: modules get a key of this build" sh -c "! grep ^CONFIG_MODULE_SIG_KEY= '$file' | grep -v certs/signing_key.pem"
	has "$config: isolation" "$file" '^CONFIG_MITIGATION_PAGE_TABLE_ISOLATION=y$'
	has "$config: name" "$file" '^CONFIG_LOCALVERSION="-ptiscope"$'
	ok "$config: no keys of others" sh -c "! grep '^CONFIG_SYSTEM_TRUSTED_KEYS=\"..' '$file'"
	ok "$config: the source is patched" test -f "${file%/.config}/arch/x86/entry/pti_switch.c"
done
tap_done
