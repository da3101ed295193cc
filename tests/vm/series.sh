#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The series of the kernels that this run is not for: each applies without fuzz to what
# Debian has of that kernel, what it changes compiles, and so does the module.  What
# vm/check-series says of series that do not is seen with a stand-in for a kernel.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

# compiles NAME KDIR: the module in this tree, with every warning an error; there is no
# kernel to link it with
compiles() {
	mkdir "$tmp/$1"
	cp -r "$top/Kbuild" "$top/module" "$tmp/$1/"
	rm -rf "$tmp/$1/module/.output"
	env -u MAKEFLAGS make -s -C "$2" M="$tmp/$1" KCFLAGS=-Werror KBUILD_MODPOST_WARN=1 \
		modules >"$tmp/$1.log" 2>&1 && [ -f "$tmp/$1/module/ptiscope.ko" ] && return
	tail -n 20 "$tmp/$1.log"
	return 1
}

# check ARG...: vm/check-series; leaves $rc, out and err
check() {
	rc=0
	"$top/vm/check-series" "$@" >"$tmp/out" 2>"$tmp/err" || rc=$?
}

# stand_in: a tree whose "objects" are made at once, with what the file "says" has
stand_in() {
	tree=$tmp/tree
	mkdir -p "$tree/scripts/kconfig" "$tree/scripts/package" "$tree/arch/x86/kernel"
	echo 'int old;' >"$tree/arch/x86/kernel/a.c"
	cat >"$tree/Makefile" <<'EOF'
VERSION = 7
PATCHLEVEL = 3
srctree := .
tinyconfig olddefconfig:
	touch .config
modules_prepare:
	touch prepared
arch/x86/entry/:
	touch entry
%.o: %.c
	@cat says
	$(CC) -c -o $@ $<
run-command:
	$(KBUILD_RUN_COMMAND)
EOF
	: >"$tree/says"
	printf ':\n' >"$tree/scripts/kconfig/merge_config.sh"
	cat >"$tree/scripts/package/install-extmod-build" <<'EOF'
mkdir -p "$1" && cp Module.symvers prepared entry arch/x86/kernel/a.o "$1/"
EOF
	chmod +x "$tree"/scripts/*/*
}

# patch_to OLD NEW: a series of one patch, of arch/x86/kernel/a.c
patch_to() {
	mkdir -p "$tmp/patches"
	echo a.patch >"$tmp/patches/series"
	printf '%s\n' '--- a/arch/x86/kernel/a.c' '+++ b/arch/x86/kernel/a.c' '@@ -1 +1 @@' \
		"-int $1;" "+int $2;" >"$tmp/patches/a.patch"
}

this=${KERNEL:-$default_kernel}
unset KERNEL KSRC
for series in "$top"/patches/*/; do
	version=$(basename "$series")
	[ "$version" != "$this" ] || continue
	check --kernel "$version"
	if [ "$rc" = 3 ]; then
		skip "$version: the series and the module" "$(tail -n 1 "$tmp/err")"
		continue
	fi
	is "$version: the series applies without fuzz, and what it changes compiles" "$rc" 0
	[ "$rc" = 0 ] || { sed 's/^/# /' "$tmp/err"; continue; }
	ok "$version: the module compiles with -Werror" compiles "$version" "$(cat "$tmp/out")"
done

XDG_CACHE_HOME=$tmp/cache
export XDG_CACHE_HOME
stand_in
patch_to old new
check --source "$tree" --patches "$tmp/patches"
is "a stand-in: passes" "$rc" 0
dir=$(cat "$tmp/out")
ok "a stand-in: has what was compiled" test -f "$dir/a.o" -a -f "$dir/entry" -a -f "$dir/prepared"
nm "$dir/a.o" >"$tmp/symbols"
has "a stand-in: with the patch" "$tmp/symbols" ' B new$'
check --source "$tree" --patches "$tmp/patches"
is "again: the same, of the cache" "$(cat "$tmp/out") $(grep -c unpacking "$tmp/err")" "$dir 0"
patch_to other new
check --source "$tree" --patches "$tmp/patches"
is "planted: a patch that does not apply: exit 1" "$rc" 1
has "planted: a patch that does not apply: its hunk" "$tmp/err" 'Hunk #1 FAILED at 1'
patch_to old '='
check --source "$tree" --patches "$tmp/patches"
is "planted: a patch that does not compile: exit 1" "$rc" 1
has "planted: a patch that does not compile: the error" "$tmp/err" 'a\.c:1:.*error'
patch_to old newer
echo 'a.o: warning: objtool: f+0x1: unreachable' >"$tree/says"
check --source "$tree" --patches "$tmp/patches"
is "planted: a warning of objtool: exit 1" "$rc" 1
has "planted: a warning of objtool: it is shown" "$tmp/err" 'a\.o: warning: objtool'
is "what failed is not in the cache" "$(ls "$tmp/cache/ptiscope/series")" lock
check --frob
is "an option that is none: exit 2" "$rc" 2
check --kernel 5.9
is "a kernel without a series: exit 2" "$rc" 2
tap_done
