#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's own tests of its x86 entry code, from the same source: in late
# mode each ends as it does in early mode.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

source=$kernels/patched/tools/testing/selftests/x86
built=$programs/selftests

# left_out NAME: why this test can't be compared in this lane, if it can't
left_out() {
	case $1 in
	mov_ss_trap_*) echo "QEMU's TCG delivers #DB after MOV SS, which crashes any kernel" ;;
	syscall_arg_fault_32) echo "QEMU's TCG keeps TF over SYSENTER, which crashes any kernel" ;;
	syscall_numbering_64) echo "takes minutes in an emulator" ;;
	esac
}

build_selftests() {
	# Beside the cache's files nothing may appear, hence a copy of the sources;
	# they include headers of the kernel by relative path.
	stamp=$(realpath "$kernels/patched")
	[ "$(cat "$built/.kernel" 2>/dev/null)" != "$stamp" ] || return 0
	rm -rf "$built"
	mkdir -p "$built"
	mkdir -p "$tmp/src/tools/testing/selftests" "$tmp/src/arch/x86"
	cp -r "$source" "$source"/../*.h "$source"/../lib.mk "$tmp/src/tools/testing/selftests/"
	cp -r "$kernels/patched/arch/x86/include" "$tmp/src/arch/x86/"
	env -u MAKEFLAGS -u MAKELEVEL make -C "$tmp/src/tools/testing/selftests/x86" \
		-j"$(nproc)" OUTPUT="$built" KHDR_INCLUDES= >"$tmp/make.log" 2>&1 ||
		{ tail -n 30 "$tmp/make.log" >&2; return 1; }
	echo "$stamp" >"$built/.kernel"
}

# result MODE NAME: exit code of a test in that mode
result() {
	sed -n "s/^$2 //p" "$tmp/$1.out"
}

build_selftests || exit 1
names=''
for f in "$built"/*_32 "$built"/*_64; do
	name=${f##*/}
	why=$(left_out "$name")
	if [ -n "$why" ]; then
		skip "$name" "$why"
	else
		names="$names $name"
	fi
done
for mode in early late; do
	mkdir "$tmp/$mode"
	# TCG reads the stack of a far return in user mode as the kernel would, so
	# SMAP would fault there.
	# shellcheck disable=SC2086
	boot "$mode" tcg patched "pti_switch=$mode clearcpuid=smap" --timeout 600 \
		--out "$tmp/$mode" --payload "$built" --payload "$here/guest" \
		-- selftests $names
	is "$mode: the guest ran and its kernel log is clean" "$rc" 0
	[ "$rc" = 0 ] || cat "$tmp/$mode.err" >&2
done
for name in $names; do
	early=$(result early "$name") late=$(result late "$name")
	if [ "${early:-0}" != 0 ] && [ "$early" = "$late" ]; then
		skip "$name" "exit code $early in both modes"
	else
		is "$name: late ends as early" "${late:-no result}" "${early:-none}"
	fi
done
tap_done
