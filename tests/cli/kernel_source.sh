#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# vm/kernel-source with a stand-in for apt: what it fetches, what apt may touch
# meanwhile, and what it says where there is nothing to be had.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
. "$here/../tap.sh"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
XDG_CACHE_HOME=$tmp/cache
export XDG_CACHE_HOME
cd "$tmp" || exit 1

# A package as Debian's are
mkdir -p package/DEBIAN package/usr/src bin
printf 'Package: linux-source-9.9\nVersion: 9.9.1-1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n' \
	>package/DEBIAN/control
echo 'an archive' >package/usr/src/linux-source-9.9.tar.xz
dpkg-deb --root-owner-group -b package package.deb >/dev/null

# Each call of apt leaves its words; "archive" says what the archive has.
cat >bin/apt-get <<'EOT'
#!/bin/sh
[ "$1" != indextargets ] || { cat "$FAKE/mirrors"; exit 0; }
echo "$0" "$@" >>"$FAKE/calls"
for word in "$@"; do
	case $word in
	Dir::Etc::SourceList=*) cat "${word#*=}" >"$FAKE/list" ;;
	update) ! grep -q offline "$FAKE/archive" || { echo 'E: no network'; exit 100; } ;;
	linux-source-*) cp "$FAKE/package.deb" "${word}_1_all.deb" ;;
	esac
done
EOT
cat >bin/apt-cache <<'EOT'
#!/bin/sh
echo "$0" "$@" >>"$FAKE/calls"
for word in "$@"; do :; done
grep -qx "$word" "$FAKE/archive"
EOT
chmod +x bin/*
FAKE=$tmp
PATH=$tmp/bin:$PATH
export FAKE PATH
echo 'http://mirror.example.org/debian/' >mirrors

# source_of WORD...: leaves $rc, out and err
source_of() {
	rc=0
	"$top/vm/kernel-source" "$@" >out 2>err || rc=$?
}

# refused NAME CODE REGEX: it was, in one line that says so
refused() {
	is "$1: exit code" "$rc" "$2"
	has "$1: why" err "$3"
	is "$1: nothing on stdout" "$(wc -c <out)" 0
	is "$1: nothing left over" "$(find cache -mindepth 3 ! -name lock 2>/dev/null)" ""
}

source_of
refused "no version" 2 'which version'
source_of ../../etc
refused "a version that is none" 2 "'../../etc' is not a version"
echo offline >archive
source_of 9.9
refused "no network" 3 'cannot be read \(E: no network\): name a source with KSRC='
echo linux-source-9.8 >archive
source_of 9.9
refused "a package that is gone" 3 'has no linux-source-9\.9, or no more: name a source with KSRC='

echo linux-source-9.9 >archive
: >calls
source_of 9.9
is "a package: exit code" "$rc" 0
file=$(cat out)
is "a package: its archive" "$(cat "$file")" 'an archive'
ok "a package: in the cache" test "$file" = "$tmp/cache/ptiscope/source/linux-source-9.9.tar.xz"
has "from the mirror of this machine, with Debian's keys" list \
	'^deb \[signed-by=/usr/share/keyrings/debian-archive-keyring\.gpg\] http://mirror\.example\.org/debian/ [a-z-]+ main$'
# Every place where apt keeps anything: of a directory of its own, or nowhere
for place in Dir::State= Dir::Cache= Dir::State::Status= Dir::Etc::SourceList=; do
	is "apt: each call has its own $place" \
		"$(grep -c -F " $place$tmp/cache/ptiscope/source/new." calls)" "$(wc -l <calls)"
done
for place in SourceParts Preferences PreferencesParts; do
	is "apt: no call has the system's $place" \
		"$(grep -c -F " Dir::Etc::$place=/dev/null" calls)" "$(wc -l <calls)"
done
is "nothing else is left in the cache" "$(ls cache/ptiscope/source)" "linux-source-9.9.tar.xz
lock"
: >calls
source_of 9.9
is "again: the same" "$(cat out)" "$file"
is "again: without apt" "$(wc -l <calls)" 0

rm "$file"
rm -r package/usr/src/*
dpkg-deb --root-owner-group -b package package.deb >/dev/null
source_of 9.9
refused "a package without the archive" 1 'has no linux-source-9\.9\.tar\.xz'
: >mirrors
source_of 9.9
has "a machine that names no mirror: Debian's own" list ' http://deb\.debian\.org/debian/ '
tap_done
