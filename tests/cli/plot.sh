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
PATH=$tmp/empty "$cli" plot -o none early >out 2>err || rc=$?
is "no gnuplot: exit code" "$rc" 3
has "no gnuplot: remedy" err 'apt install gnuplot-nox'
is "no gnuplot: nothing is written" "$(ls none)" ''

# A gnuplot that fails is no success either.
printf '#!/bin/sh\nexit 7\n' >empty/gnuplot
chmod +x empty/gnuplot
rc=0
PATH=$tmp/empty:$PATH "$cli" plot -o none early >out 2>err || rc=$?
is "gnuplot fails: exit code" "$rc" 1
is "gnuplot fails: nothing is written" "$(ls none)" ''

if ! command -v gnuplot >/dev/null; then
	skip "figures" "gnuplot is not installed"
	tap_done
	exit
fi

# shellcheck disable=SC2086
works "plot" plot -o one $all
is "the figures are named" "$(cat out)" \
	"$(printf 'one/%s\n' round_trip-icount.png round_trip-icount.svg \
		anatomy-icount.png anatomy-icount.svg \
		switch_ecdf-icount.png switch_ecdf-icount.svg windows-icount.png windows-icount.svg)"
is "nothing else is written" "$(ls one)" "$(sed 's#one/##' out | sort)"
for f in round_trip anatomy switch_ecdf windows; do
	is "$f: PNG" "$(head -c 8 one/$f-icount.png | od -An -c | tr -d ' ')" '211PNG\r\n032\n'
	ok "$f: SVG is XML" "$top/userspace/.output/page" --svg "one/$f-icount.svg"
	has "$f: the lane is in the title" "one/$f-icount.svg" 'lane icount'
done
has "round_trip: values" one/round_trip-icount.svg '280 +\(n 200, lost 0\)'
has "windows: values" one/windows-icount.svg '30 \+ 41 +\(n 200, lost 0\)'
# 493 in all: a window, a write, the rest, a window and a write
has "anatomy: the parts of a round trip" one/anatomy-icount.svg '30 \+ 41 \+ 343 \+ 35 \+ 44 = 493'
has "switch_ecdf: samples" one/switch_ecdf-icount.svg "late, marks \\(n 200, lost 0\\)"

# shellcheck disable=SC2086
works "plot again" plot -o two $all
ok "the same runs give the same figures" diff -r one two

"$mkrun" boot-a lane=hardware jitter=9 boot=a
"$mkrun" boot-b lane=hardware jitter=9 boot=b
works "two boots" plot -o boots boot-a boot-b
has "are counted" boots/round_trip-hardware.svg "\\(2 boots, n 400, lost 0\\)"

works "no marks, no figure of windows" plot -o three early late
is "round trips alone" "$(ls three)" "$(printf '%s\n' round_trip-icount.png round_trip-icount.svg)"

"$mkrun" set-early chase=1
"$mkrun" set-late switch=late add=15 chase=1
works "working sets" plot -o sets set-early set-late
is "have a figure of their own" "$(ls sets)" "$(printf '%s\n' chase-icount.png chase-icount.svg \
	round_trip-icount.png round_trip-icount.svg)"
has "chase: over their size" sets/chase-icount.svg 'over the working set'
has "chase: over the loads" sets/chase-icount.svg 'over the loads from one call to the next'

"$mkrun" tcg-early lane=tcg jitter=90
works "two lanes" plot -o lanes early tcg-early
is "a figure for each" "$(ls lanes)" "$(printf '%s\n' round_trip-icount.png \
	round_trip-icount.svg round_trip-tcg.png round_trip-tcg.svg)"

# Names are text, never commands.
# shellcheck disable=SC2016
"$mkrun" evil cpu='`touch pwned`"; system "touch pwned"'
works "a CPU with a name like a script" plot -o evil-out evil
ok "runs nothing" test ! -e pwned
works "a directory with quotes in its name" plot -o "it's \"here\"" early
ok "is written to" test -s "it's \"here\"/round_trip-icount.png"

# What gnuplot's user has set for himself
mkdir home
printf "set datafile separator ','\nset logscale y\n" >home/.gnuplot
works "plain" plot -o plain early late
rc=0
HOME=$tmp/home "$cli" plot -o own early late >out 2>err || rc=$?
ok "settings of gnuplot's user" worked
ok "change no figure" cmp plain/round_trip-icount.svg own/round_trip-icount.svg

tap_done
