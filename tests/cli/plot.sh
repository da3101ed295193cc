#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# plot writes figures of the right kind, the same ones every time.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

six_runs
all="stock-early stock-off early late early-marks late-marks"

# Without gnuplot: said, exit code 3, nothing left.
mkdir empty
rc=0
PATH=$tmp/empty "$cli" plot -o none early late >out 2>err || rc=$?
is "no gnuplot: exit code" "$rc" 3
has "no gnuplot: remedy" err 'apt install gnuplot-nox'
is "no gnuplot: nothing is written" "$(ls none)" ''

# A gnuplot that fails is no success either.
printf '#!/bin/sh\nexit 7\n' >empty/gnuplot
chmod +x empty/gnuplot
rc=0
PATH=$tmp/empty:$PATH "$cli" plot -o none early late >out 2>err || rc=$?
is "gnuplot fails: exit code" "$rc" 1
is "gnuplot fails: nothing is written" "$(ls none)" ''

if ! command -v gnuplot >/dev/null; then
	skip "figures" "gnuplot is not installed"
	tap_done
	exit
fi

# size FILE: width and height of a PNG
size() {
	od -An -t u1 -j 16 -N 8 "$1" | awk '{ print $3 * 256 + $4, $7 * 256 + $8 }'
}

# fits FILE: at most 1200 x 900 pixels and 200 KB
fits() {
	# shellcheck disable=SC2046
	set -- "$1" $(size "$1")
	[ "$2" -gt 0 ] && [ "$2" -le 1200 ] && [ "$3" -gt 0 ] && [ "$3" -le 900 ] &&
		[ "$(wc -c <"$1")" -le 204800 ] && [ "$(wc -c <"${1%.png}.svg")" -le 204800 ]
}

# shellcheck disable=SC2086
works "plot" plot -o one $all
is "the figures are named" "$(cat out)" \
	"$(printf 'one/%s\n' difference-icount.png difference-icount.svg anatomy-icount.png anatomy-icount.svg)"
is "nothing else is written" "$(ls one)" "$(sed 's#one/##' out | sort)"
for f in difference anatomy; do
	is "$f: PNG" "$(head -c 8 one/$f-icount.png | od -An -c | tr -d ' ')" '211PNG\r\n032\n'
	ok "$f: of a size to look at" fits one/$f-icount.png
	ok "$f: SVG is XML" "$top/userspace/.output/page" --svg "one/$f-icount.svg"
	has "$f: the lane is in the title" "one/$f-icount.svg" 'lane icount'
done
has "difference: values" one/difference-icount.svg '\+14 +\(\+5.26 %\)'
has "difference: a path of several workloads" one/difference-icount.svg 'syscall64'
has "anatomy: values" one/anatomy-icount.svg '30 \+ 41 +\(n 200, lost 0\)'

# shellcheck disable=SC2086
works "plot again" plot -o two $all
ok "the same runs give the same figures" diff -r one two

works "no marks, no figure of windows" plot -o three early late
is "the difference alone" "$(ls three)" "$(printf '%s\n' difference-icount.png difference-icount.svg)"
works "early alone" plot -o alone early
is "differs from nothing" "$(ls alone)" ''

"$mkrun" set-early chase=1
"$mkrun" set-late switch=late add=15 chase=1
works "working sets" plot -o sets set-early set-late
is "have a figure of their own" "$(ls sets)" "$(printf '%s\n' chase-icount.png chase-icount.svg \
	difference-icount.png difference-icount.svg)"
has "chase: over their size" sets/chase-icount.svg 'over the working set'
has "chase: over the loads" sets/chase-icount.svg 'over the loads from one call to the next'

"$mkrun" flat-early chase=2
"$mkrun" flat-late switch=late add=15 chase=2
works "working sets that do not matter" plot -o flat flat-early flat-late
ok "have no figure" test ! -e flat/chase-icount.png
has "and that is said" out '^chase-icount is not drawn: nothing in it varies$'

"$mkrun" tcg-early lane=tcg jitter=90
"$mkrun" tcg-late lane=tcg jitter=90 switch=late
works "two lanes" plot -o lanes early late tcg-early tcg-late
is "a figure for each" "$(ls lanes)" "$(printf '%s\n' difference-icount.png \
	difference-icount.svg difference-tcg.png difference-tcg.svg)"

# Names are text, never commands.
# shellcheck disable=SC2016
"$mkrun" evil cpu='`touch pwned`"; system "touch pwned"'
# shellcheck disable=SC2016
"$mkrun" evil-late switch=late cpu='`touch pwned`"; system "touch pwned"'
works "a CPU with a name like a script" plot -o evil-out evil evil-late
ok "runs nothing" test ! -e pwned
works "a directory with quotes in its name" plot -o "it's \"here\"" early late
ok "is written to" test -s "it's \"here\"/difference-icount.png"

# What gnuplot's user has set for himself
mkdir home
printf "set datafile separator ','\nset logscale y\n" >home/.gnuplot
works "plain" plot -o plain early late
rc=0
HOME=$tmp/home "$cli" plot -o own early late >out 2>err || rc=$?
ok "settings of gnuplot's user" worked
ok "change no figure" cmp plain/difference-icount.svg own/difference-icount.svg

tap_done
