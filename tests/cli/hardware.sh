#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What docs/hardware.md has one type: every line is known here, its options exist,
# and what needs no machine is run.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

sed -n 's/^    *\([a-z].*\)$/\1/p' "$top/docs/hardware.md" >lines
ok "there are commands" test "$(wc -l <lines)" -gt 15
make -s -C "$top" help >targets
six_runs
version=$("$cli" --version | sed 's/.* //')

# known_options COMMAND LINE: each option of the line is in --help
known_options() {
	"$cli" "$1" --help >"$1.help"
	for word in $2; do
		case $word in
		--*) grep -q -e "$word " "$1.help" || return ;;
		-*) grep -q -e "^  $word, " "$1.help" || return ;;
		esac
	done
}

while read -r line; do
	case $line in
	'ptiscope report '* | 'ptiscope plot '* | 'ptiscope campaign --print '*)
		ok "$line" sh -c "PATH=$(dirname "$cli"):\$PATH && $line" ;;
	'ptiscope '*)
		command=${line#ptiscope }
		command=${command%% *}
		ok "$line: its options" known_options "$command" "$line" ;;
	'make '*)
		target=${line#make }
		has "$line: make help has it" targets "make ${target%% *}" ;;
	packaging/*) ok "$line: is there" test -x "$top/${line%% *}" ;;
	'dkms '*"ptiscope/$version"*) ;;
	'dpkg '* | reboot | 'modprobe ptiscope' | 'rmmod ptiscope') ;;
	*) ok "this test knows: $line" false ;;
	esac
done <lines
sed -n 's/.*](\([a-z]*\.md\)).*/\1/p' "$top/docs/hardware.md" >files
while read -r file; do
	ok "$file is there" test -f "$top/docs/$file"
done <files
tap_done
