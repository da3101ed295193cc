# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
#
# Small kernels for the programs that follow the entry text; sourced after
# tools_lib.sh.

cat >"$tmp/lds" <<'END'
SECTIONS {
	.data..percpu 0 : { *(.data..percpu) }
	. = 0xffffffff81000000;
	.text : { *(.text) }
	.altinstr_replacement : { *(.altinstr_replacement) }
	.rodata : { *(.rodata) }
	.altinstructions : { *(.altinstructions) }
}
END

# image NAME OPTION...: entry_fixture.S at the kernel's addresses, as $tmp/NAME
image() {
	image_name=$1
	shift
	gcc -c "$@" -o "$tmp/fixture.o" "$here/entry_fixture.S" &&
		ld -e entry_SYSCALL_64 -z max-page-size=4096 -z noexecstack -T "$tmp/lds" \
			-o "$tmp/$image_name" "$tmp/fixture.o"
}
