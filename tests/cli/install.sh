#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# make install and uninstall, in a tree of their own; the manual pages and the
# bash completion say what --help says.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

# mk WORD...: make, with DESTDIR and PREFIX of this test; leaves $rc, out and err
mk() {
	rc=0
	make -s --no-print-directory -C "$top" "$@" >out 2>err || rc=$?
}

# tree: all of it, with contents
tree() {
	(cd "$tmp/$1" && find . -printf '%y %m %p\n' | sort && find . -type f -exec b2sum {} + | sort)
}

# commands: those that ptiscope --help lists
commands() {
	"$cli" --help | awk '/^Commands:/ { on = 1; next } !NF { on = 0 } on { print $1 }'
}

mkdir -p dest/usr/share/man/man1 dest/usr/bin
echo mine >dest/usr/share/man/man1/other.1
tree dest >before
mk install DESTDIR="$tmp/dest" PREFIX=/usr
is "install: exit code" "$rc" 0
is "install: says nothing" "$(cat out err)" ''
ok "the command is the one that was built" cmp dest/usr/bin/ptiscope "$top/userspace/.output/ptiscope"
version=$("$cli" --version | sed 's/.* //')
ok "the module's sources are there for DKMS" test -f "dest/usr/src/ptiscope-$version/dkms.conf"
is "and have the version of the command" "$(cat "dest/usr/src/ptiscope-$version/VERSION")" "$version"
is "and no file is missing that the module is built from" \
	"$(cd "$top/module" && printf "%s\n" *.[ch] uapi/*.h Kbuild VERSION dkms.conf | sort)" \
	"$(cd "dest/usr/src/ptiscope-$version" && find . -type f | sed 's#^\./##' | sort)"
tree dest >installed
mk install DESTDIR="$tmp/dest" PREFIX=/usr
tree dest >again
ok "installed twice it is the same" cmp installed again
pages=dest/usr/share/man/man1
is "a page for each command, and one of them all" \
	"$(find $pages -name 'ptiscope*' | sed 's#.*/##' | sort)" \
	"$({ echo ptiscope.1; commands | sed 's/.*/ptiscope-&.1/'; } | sort)"

# rendered PAGE: as text, without hyphenation
rendered() {
	MANWIDTH=200 man --no-hyphenation -l "$1" 2>/dev/null | col -bx
}

option='(-., )?--[-a-z0-9]+'
if command -v man >/dev/null; then
	for page in "$pages"/ptiscope*; do
		is "$(basename "$page"): no warning" "$(man --warnings -l "$page" 2>&1 >/dev/null)" ''
	done
	for c in $(commands); do
		"$cli" "$c" --help | sed -n '/^Options:/,$s/^ *\(-.*\)/\1/p' |
			sed -E 's/^((-., )?--[-a-z0-9]+( [A-Z][A-Z,]*)?)( .*|$)/\1/' | sort >help
		rendered $pages/ptiscope-"$c".1 | sed -n '/^OPTIONS/,/^[A-NP-Z]/p' |
			sed -n -E -e "s/^ {7}($option [A-Z][A-Z,]*)( .*)?$/\\1/p" -e t \
			-e "s/^ {7}($option)( .*)?$/\\1/p" | sort >page
		ok "$c: its page has options" test -s page
		ok "$c: the options of --help, with their values" diff help page
		has "ptiscope(1) points at ptiscope-$c(1)" $pages/ptiscope.1 "^\\.BR ptiscope.-$c \\(1\\)"
	done
else
	skip "manual pages" "Debian's package man-db is not installed"
fi

# offers WORD...: what bash offers for the last word of that command line
offers() {
	PATH=$tmp/dest/usr/bin:$PATH bash -c '
	. "$1"; shift
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	_ptiscope "$1" "${@:$#}" "${@:$#-1:1}" 2>/dev/null
	printf "%s\n" "${COMPREPLY[@]}"' bash \
		"$tmp/dest/usr/share/bash-completion/completions/ptiscope" "$@" | sort
}

is "completion: commands" "$(offers ptiscope '' | grep -v '^--')" "$(commands | sort)"
is "completion: a command begun" "$(offers ptiscope comp)" compare
for c in $(commands); do
	is "completion: the options of $c" "$(offers ptiscope "$c" -)" \
		"$("$cli" "$c" --help | sed -n '/^Options:/,$p' |
			grep -o -E '^ +(-., )?--[-a-z0-9]+' | tr -d ' ' | tr , '\n' | sort)"
done
is "completion: choices" "$(offers ptiscope run --lane '')" \
	"$(printf '%s\n' bochs hardware icount kvm tcg)"
is "completion: choices, of a letter, begun" "$(offers ptiscope run -l h)" hardware
is "completion: choices, after =" "$(offers ptiscope run --lane = i)" icount
is "completion: a number has none" "$(offers ptiscope run --samples '')" ''
is "completion: workloads, in a list" "$(offers ptiscope run -w getppid,ti)" 'getppid,timer'
is "completion: paths, in a list" "$(offers ptiscope run --paths syscall64,tim)" 'syscall64,timer'
is "completion: paths to trace" "$(offers ptiscope trace --path pag)" page_fault
is "completion: an entry" "$(offers ptiscope tlb --entry getppid_i)" getppid_int80
for free in --comm --syscall --events; do
	is "completion: $free takes no workload" "$(offers ptiscope trace $free '')" ''
done
is "completion: directories" "$(cd dest/usr && offers ptiscope run -o b)" bin
touch 'a file'
is "completion: files, with blanks" "$(offers ptiscope audit -o a | grep file)" 'a file'
is "completion: what is no option is a file" "$(offers ptiscope report des)" dest
is "completion: after a flag too" "$(offers ptiscope audit --diff des)" dest

mk uninstall DESTDIR="$tmp/dest" PREFIX=/usr
is "uninstall: exit code" "$rc" 0
is "uninstall: says nothing" "$(cat out err)" ''
tree dest >after
ok "uninstall leaves the tree as it was found" diff before after
mk uninstall DESTDIR="$tmp/dest" PREFIX=/usr
has "there is nothing to uninstall then" err 'make uninstall: nothing of it is installed below'

mk install DESTDIR="$tmp/new tree" PREFIX=/opt/pti
is "into a tree that is not there, with a blank in its name" "$rc" 0
ok "the module's sources are where dkms looks, whatever the prefix" \
	test -f "new tree/usr/src/ptiscope-$version/dkms.conf"
mv 'new tree' moved
echo mine >moved/opt/pti/mine
mk uninstall DESTDIR="$tmp/moved" PREFIX=/opt/pti
is "a tree that was moved is cleared, but for what others put there" \
	"$(cd moved && find . | sort | tr '\n' ' ')" '. ./opt ./opt/pti ./opt/pti/mine '
mk install DESTDIR="$tmp/plain" DKMS_SRC=
is "DKMS_SRC= leaves the module's sources out" "$rc $(find plain -name dkms.conf)" "0 "
mk install DESTDIR="$tmp/dest" PREFIX=usr
has "a relative PREFIX is refused" err 'is not an absolute path'
tree dest >after
mkdir dest/usr/lib
echo file >dest/usr/src
tree dest >before
mk install DESTDIR="$tmp/dest" PREFIX=/usr
ok "an install that fails fails" test "$rc" != 0
has "and says where" err 'cannot create .*/dest/usr/src'
tree dest >after
ok "and takes back what it had installed" diff before after
tap_done
