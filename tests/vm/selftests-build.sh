# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Build the kernel's own tests, once for a kernel source.  Sourced by
# selftests-lib.sh; a change of this file makes them anew.
# shellcheck disable=SC2034,SC2154

selftests_version=${KERNEL:-$default_kernel}
selftests_source=$("$top/vm/kernel-source" "$selftests_version") || exit
selftests_suites='x86 ptrace seccomp rseq sigaltstack timers breakpoints
futex/functional membarrier mincore clone3'

# selftests_build: leaves programs, a folder a suite, and their list, in $selftests
selftests_build() {
	selftests_key=$({
		b2sum <"$selftests_source"
		cat "$selftests_here/selftests-build.sh"
		gcc --version
	} | b2sum -l 64 | cut -d ' ' -f 1)
	selftests=$(cache_root)/selftests/$selftests_key
	[ -f "$selftests/list" ] || selftests_make
}

# selftests_make: under a name of its own until it is whole; only then do others
# go, but for those of the last hour, which another run may be using
selftests_make() (
	mkdir -p "$(cache_root)/selftests" "$tmp/src" || return
	new=$(mktemp -d "$(cache_root)/selftests/new.XXXXXX") || return
	trap 'rm -rf "$new"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	names=''
	for part in Makefile Kbuild Kconfig include arch/x86 scripts usr \
		tools/testing/selftests tools/include tools/arch/x86/include \
		tools/scripts tools/build; do
		names="$names linux-source-$selftests_version/$part"
	done
	# shellcheck disable=SC2086
	tar -x -f "$selftests_source" -C "$tmp/src" --strip-components=1 $names || return
	kmake="env -u MAKEFLAGS -u MAKELEVEL make -j$(nproc)"
	$kmake -C "$tmp/src" -s headers >"$tmp/make.log" 2>&1 ||
		{ tail -n 20 "$tmp/make.log" >&2; return 1; }
	for suite in $selftests_suites; do
		out=$new/$(basename "$suite")
		mkdir "$out"
		# What does not build is missed below.
		$kmake -k -C "$tmp/src/tools/testing/selftests/$suite" OUTPUT="$out" \
			KHDR_INCLUDES="-isystem $tmp/src/usr/include" \
			>"$out.log" 2>&1 || :
		selftests_list "$suite" "$out"
	done >"$new/list.new"
	mv "$new/list.new" "$new/list" || return
	# Another run may have made it meanwhile.
	mv -T "$new" "$selftests" 2>/dev/null || [ -f "$selftests/list" ] || return
	find "$(cache_root)/selftests" -mindepth 1 -maxdepth 1 ! -path "$selftests" \
		-mmin +60 -exec rm -rf {} +
)

# selftests_list SUITE DIR: "SUITE NAME" of each program, built or not
selftests_list() {
	{
		find "$2" -maxdepth 1 -type f -perm /111 ! -name '*.so' ! -name '*.sh' \
			-printf '%f\n'
		# What make could not make, by its own words
		sed -n 's|.*\*\*\* .* \(/[^ ]*/\)\([^/ ]*\)\] Error.*|\2|p' "$2.log"
	} | sort -u | sed "s|^|$(basename "$1") |"
}
