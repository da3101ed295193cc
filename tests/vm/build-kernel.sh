#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# vm/build-kernel with a stand-in for the kernel source that "builds" at once:
# refusals, cache, broken cache, interruption, concurrency, choice of the series.
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
. "$here/../tap.sh"

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
XDG_CACHE_HOME=$tmp/cache
export XDG_CACHE_HOME
unset KERNEL KSRC
cache=$XDG_CACHE_HOME/ptiscope

# A source tree of a few files.  Its "vmlinux" takes $(DELAY) seconds.
fake_source() {
	src=$tmp/src/linux-source
	mkdir -p "$src/scripts/kconfig" "$src/scripts/package" "$src/arch/x86/boot" \
		"$src/tools/testing/selftests/x86" "$src/tools/include/uapi"
	printf 'one\ntwo\nthree\nfour\nfive\nsix\n' >"$src/file"
	touch "$src/arch/x86/boot/setup" "$src/tools/testing/selftests/lib.mk" "$src/tools/testing/selftests/kselftest.h"
	cat >"$src/Makefile" <<'EOF'
VERSION = 7
PATCHLEVEL = 3
srctree := .
tinyconfig olddefconfig:
	touch .config
bzImage:
	@echo '  CC      thing.o'
	sleep "$$(cat delay)"
	@test ! -f broken || { echo 'thing.c:1: error: broken'; false; }
	cp file vmlinux; cp file arch/x86/boot/bzImage; cp file System.map
modules: bzImage
	cp file Module.symvers
run-command:
	$(KBUILD_RUN_COMMAND)
EOF
	cat >"$src/scripts/kconfig/merge_config.sh" <<'EOF'
grep -v NOT_THERE "$3" >.config || :
EOF
	cat >"$src/scripts/package/install-extmod-build" <<'EOF'
mkdir -p "$1" && cp Module.symvers "$1/"
EOF
	chmod +x "$src/scripts/kconfig/merge_config.sh" "$src/scripts/package/install-extmod-build"
	echo 0 >"$src/delay"
}

pack() {
	tar -C "$tmp/src" -caf "$tmp/source.tar.xz" linux-source
}

# build ARG...: in place of this shell, so that a signal to it arrives
build() {
	exec "$top/vm/build-kernel" --kernel 6.12 --source "$tmp/source.tar.xz" --patches "$tmp/patches" \
		--config "$tmp/config" "$@"
}

# status COMMAND...: run it, leave its exit code in $rc, output in out and err
status() {
	rc=0
	("$@") >"$tmp/out" 2>"$tmp/err" || rc=$?
}

leftovers() {
	find "$cache" -name '*.new' -o -name work
}

no_trash() {
	for i in 1 2 3 4 5 6 7 8 9 10; do
		find "$cache" -name 'trash.*' | grep -q . || return 0
		sleep 0.2
	done
	return 1
}

make_patch() {
	mkdir -p "$tmp/patches"
	printf '# a comment\n\n0001-%s.patch\n' "$1" >"$tmp/patches/series"
	printf '%s\n' 'Subject: x' '---' '--- a/file' '+++ b/file' "$2" " $3" "-$4" "+X" " $5" \
		>"$tmp/patches/0001-$1.patch"
}

fake_source
pack
echo 'CONFIG_A=y' >"$tmp/config"
make_patch good '@@ -2,3 +2,3 @@' two three four

status build
is "no variant: usage error" "$rc" 2
status build nonsense
is "unknown variant: usage error" "$rc" 2
status build --source
is "option without value: usage error" "$rc" 2
status build --source "$tmp/absent" stock
is "no kernel source: exit 3" "$rc" 3
has "no kernel source: remedy" "$tmp/err" 'make deps'

status build stock
is "stock builds" "$rc" 0
dir=$(cat "$tmp/out")
[ -f "$dir/manifest" ] || { cat "$tmp/err" >&2; exit 1; }
ok "stock: the directory has a kernel" test -f "$dir/bzImage"
ok "stock: stdout is the directory alone" test "$(wc -l <"$tmp/out")" = 1
is "stock: source is not patched" "$(sed -n 3p "$dir/vmlinux")" three
is "stock: nothing left over" "$(leftovers)" ""
ok "stock: the build tree is deleted" no_trash
status build stock
has "stock again: from the cache" "$tmp/err" 'in the cache'
is "stock again: the same directory" "$(cat "$tmp/out")" "$dir"

echo broken >>"$dir/bzImage"
status build stock
has "damaged file: noticed" "$tmp/err" 'broken'
ok "damaged file: built again" cmp "$dir/bzImage" "$dir/vmlinux"
rm "$dir/tools/testing/selftests/lib.mk"
status build stock
has "missing file: noticed" "$tmp/err" 'broken'

status build patched
is "patched builds" "$rc" 0
is "patched: the patch is in" "$(sed -n 3p "$(cat "$tmp/out")/vmlinux")" X
make_patch offset '@@ -1,3 +1,3 @@' two three four
status build patched
is "a patch with an offset applies" "$rc" 0
make_patch fuzzy '@@ -2,3 +2,3 @@' two three FUZZ
status build patched
is "a patch that needs fuzz is refused" "$rc" 1
has "refusal names the patch" "$tmp/err" '0001-fuzzy.patch does not apply'
has "refusal names the file and hunk" "$tmp/err" 'Hunk #1 FAILED at 2'
is "refusal leaves nothing" "$(leftovers)" ""
echo absent.patch >"$tmp/patches/series"
status build patched
has "a patch of the series that is absent is named" "$tmp/err" 'absent.patch'
is "a patch of the series that is absent: exit 1" "$rc" 1
make_patch good '@@ -2,3 +2,3 @@' two three four

echo 'CONFIG_NOT_THERE=y' >>"$tmp/config"
status build stock
is "an option that does not stick is refused" "$rc" 1
has "the option is named" "$tmp/err" 'CONFIG_NOT_THERE=y did not stick'
echo 'CONFIG_NOT_THERE=y # up to 7.3' >>"$tmp/config"
status build stock
is "an option that this kernel should still have is refused" "$rc" 1
echo 'CONFIG_NOT_THERE=y # from 7.3' >"$tmp/config"
status build stock
is "an option that this kernel should have by now is refused" "$rc" 1
printf 'CONFIG_NOT_THERE=%s\n' 'y # up to 6.12' 'y # from 7.10' >"$tmp/config"
status build stock
is "options of earlier and later kernels may be absent" "$rc" 0
echo 'CONFIG_A=y # maybe' >"$tmp/config"
status build stock
is "any other remark is refused" "$rc" 1
has "and named" "$tmp/err" "'# maybe' is neither"
echo 'CONFIG_A=y' >"$tmp/config"

touch "$tmp/src/linux-source/broken"
pack
status build stock
is "a build that fails: exit 1" "$rc" 1
has "a build that fails: the error is shown" "$tmp/err" 'thing.c:1: error: broken'
log=$(sed -n 's/.*the whole log: //p' "$tmp/err")
has "a build that fails: the log is there" "$log" 'error: broken'
is "a build that fails: nothing left over" "$(leftovers)" ""
rm "$tmp/src/linux-source/broken"

echo 30 >"$tmp/src/linux-source/delay"
pack
build stock >"$tmp/out" 2>"$tmp/err" &
pid=$!
i=0
until grep -q '  CC ' "$cache/log/stock.log" 2>/dev/null && [ -d "$cache/work" ]; do
	sleep 0.2
	i=$((i + 1))
	[ "$i" -lt 100 ] || break
done
kill -TERM "$pid"
rc=0
wait "$pid" 2>/dev/null || rc=$?
is "interrupted: exit 143" "$rc" 143
is "interrupted: nothing left over" "$(leftovers)" ""
ok "interrupted: no make lives on" sh -c "! pgrep -f '[m]ake -C $cache/work'"

echo 2 >"$tmp/src/linux-source/delay"
pack
build stock >"$tmp/out1" 2>"$tmp/err1" &
pid=$!
sleep 1
status build stock
wait "$pid"
has "two at once: the second waits" "$tmp/err" 'waiting for another build'
has "two at once: and takes the first's" "$tmp/err" 'in the cache'
ok "two at once: both name the same" cmp "$tmp/out" "$tmp/out1"

for n in 1 2 3 4 5; do
	echo "CONFIG_B$n=y" >"$tmp/config"
	echo 0 >"$tmp/src/linux-source/delay"
	[ "$n" -gt 1 ] || pack
	status build stock
done
is "old kernels are pruned" "$(find "$cache/kernel" -maxdepth 1 -name 'stock-*' | wc -l)" 3
# A copy with series of its own, for a tree instead of an archive
echo 'CONFIG_A=y' >"$tmp/config"
copy=$tmp/copy
mkdir -p "$copy/vm" "$copy/patches"
cp "$top"/vm/*.sh "$top/vm/build-kernel" "$top/vm/kernel-source" "$copy/vm/"
# put_series KERNEL HUNK LINE...: a series of one patch there
put_series() {
	v=$1
	shift
	make_patch "$@"
	rm -rf "$copy/patches/$v"
	mv "$tmp/patches" "$copy/patches/$v"
}

# own ARG...: build with these series
own() {
	exec "$copy/vm/build-kernel" --config "$tmp/config" "$@"
}

tree=$tmp/src/linux-source
put_series 6.9 old '@@ -2,3 +2,3 @@' two three four
put_series 6.10 new '@@ -2,3 +2,3 @@' two three four
status own --source "$tree" patched
is "a tree: builds" "$rc" 0
dir=$(cat "$tmp/out")
has "a tree: the newest series that applies" "$tmp/err" 'the series is that of 6\.10 '
is "a tree: the patch is in" "$(sed -n 3p "$dir/vmlinux")" X
is "a tree: stays as it was" "$(sed -n 3p "$tree/file")" three
touch "$tree/file"
status own --source "$tree" patched
has "a tree: of the same content comes from the cache" "$tmp/err" 'in the cache'
put_series 6.10 new '@@ -2,3 +2,3 @@' two THREE four
status own --source "$tree" patched
is "the newest series does not apply: builds" "$rc" 0
has "the newest series does not apply: the next" "$tmp/err" 'the series is that of 6\.9 '
put_series 6.9 old '@@ -2,3 +2,3 @@' TWO three four
status own --source "$tree" patched
is "no series applies: exit 1" "$rc" 1
has "no series applies: the newest is named" "$tmp/err" '0001-new.patch does not apply'
has "no series applies: and its hunk" "$tmp/err" 'Hunk #1 FAILED at 2'
is "no series applies: nothing left over" "$(leftovers)" ""
status own --kernel 6.8 --source "$tree" patched
is "a kernel without a series: usage error" "$rc" 2
status own --source "$tmp/patches/.." patched
is "a directory that is no source: exit 3" "$rc" 3
put_series 6.9 old '@@ -2,3 +2,3 @@' two three four
git -C "$tree" init -q
printf 'ignored\n' >"$tree/.gitignore"
git -C "$tree" add -A
KSRC=$tree KERNEL=6.9 status own patched
is "a checkout, by KSRC= and KERNEL=: builds" "$rc" 0
is "a checkout: in a place of its own" "$(basename "$(cat "$tmp/out")" | sed 's|-[0-9a-f]*$||')" patched-6.9
touch "$tree/ignored"
KSRC=$tree KERNEL=6.9 status own patched
has "a checkout: what git ignores is no part of it" "$tmp/err" 'in the cache'
touch "$tree/added"
KSRC=$tree KERNEL=6.9 status own patched
ok "a checkout: a new file is" sh -c "! grep -q 'in the cache' '$tmp/err'"
tap_done
