#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# vm/build-kernel with a stand-in for the kernel source that "builds" at once:
# refusals, cache, broken cache, interruption, concurrency.
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
cache=$XDG_CACHE_HOME/ptiscope

# A source tree of a few files.  Its "vmlinux" takes $(DELAY) seconds.
fake_source() {
	src=$tmp/src/linux-source
	mkdir -p "$src/scripts/kconfig" "$src/scripts/package" "$src/arch/x86/boot" \
		"$src/tools/testing/selftests/x86" "$src/tools/include/uapi"
	printf 'one\ntwo\nthree\nfour\nfive\nsix\n' >"$src/file"
	touch "$src/tools/testing/selftests/lib.mk" "$src/tools/testing/selftests/kselftest.h"
	cat >"$src/Makefile" <<'EOF'
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
	exec "$top/vm/build-kernel" --source "$tmp/source.tar.xz" --patches "$tmp/patches" \
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
tap_done
