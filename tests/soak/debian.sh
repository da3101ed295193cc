#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The module on the kernel that Debian ships, as it is: what it lacks is
# reported, the rest works, and lockdown is obeyed.  Downloads that kernel.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"

debian=$("$top/vm/debian-kernel" 2>"$tmp/err") || rc=$?
case $rc in
0) ;;
3) echo "1..0 # SKIP $(tail -n 1 "$tmp/err")"; exit 4 ;;
*) cat "$tmp/err" >&2; exit 1 ;;
esac
kernel=${debian% *}
ok "the module builds for it" "$top/vm/build-module" "${debian#* }"
build_programs devtest probetest audittest locktest modstress
rc=0
"$top/vm/run" --kernel "$kernel" --lane tcg --mem 1024 --timeout 600 --append "pti=on" \
	--dmesg "$tmp/debian.dmesg" --payload "$here/../tap.sh" --payload "$here/guest" \
	--payload "$programs" --payload "$top/userspace/.output/ptiscope" \
	--payload "$(module_dir "${debian#* }")/ptiscope.ko" \
	-- all devtest probetest audittest "no-records early stock" probes \
	"modstress /payload/ptiscope.ko 20" lockdown >"$tmp/debian.out" 2>"$tmp/debian.err" || rc=$?
guest_results debian
tap_done
