#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# One boot per mode: what names the mode, what the module and BPF record.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

build_both pathtest pathtest_irq
build_programs devtest ipitest rectest filtertest overload modstress audittest
# It ends as soon as nobody asks it for calls.
cp "$top/userspace/.output/helper32-sysenter" "$programs/exit32"
set -- --payload "$programs"
stress='modstress /payload/ptiscope.ko'

for mode in early late; do
	[ $mode = late ] && times=100 || times=20
	guest_tap "$mode-marks" tcg patched "pti_switch=$mode pti_marks=on" "$@" \
		-- all "modes $mode on" "records $mode" devtest rectest pathtest64 pathtest32 ipitest \
		filtertest overload "$stress $times"
	guest_tap "$mode" tcg patched "pti_switch=$mode" "$@" \
		-- all "modes $mode off" "no-records $mode patched" "tlb flushed" devtest
done
guest_tap "bad-value" tcg patched "pti_switch=sometimes" "$@" -- modes early off
has "bad-value: dmesg reports it" "$tmp/bad-value.dmesg" \
	'pti_switch=sometimes is not known, ignored'
guest_tap "default" icount patched "" "$@" -- modes early off
guest_tap "pti-off" tcg patched "pti=off pti_switch=late pti_marks=on" "$@" \
	-- all "modes off off" "no-records off patched" "tlb kept" devtest audittest
guest_tap "stock" tcg stock "" "$@" \
	-- all "no-records early stock" devtest audittest "$stress 20"
tap_done
