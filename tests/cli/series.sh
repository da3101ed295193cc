#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The series as mail: sizes that it is held to, figures that letters and documents give of
# it, authors.  tests/soak/series.sh builds each step.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
. "$here/../tap.sh"
cd "$top/patches/6.12" || exit 1

# part LETTER SKIP: the patches that this cover letter is of, behind SKIP others
part() {
	count=$(sed -n 's/^Subject: \[PATCH 0\/\([0-9]*\)\].*/\1/p' "$1")
	grep '^[0-9]' series | tail -n "+$(($2 + 1))" | head -n "$count"
}

# entry_lines PATCH...: lines of entry assembly that these add, net
entry_lines() {
	cat "$@" | awk '
	/^diff --git / { entry = $3 ~ /^a\/arch\/x86\/entry\/(calling\.h|[^\/]*\.S)$/; hunk = 0 }
	/^@@ / { hunk = 1; next }
	/^-- $/ { hunk = 0 }
	entry && hunk && /^\+/ { lines++ }
	entry && hunk && /^-/ { lines-- }
	END { print lines + 0 }'
}

late=$(part 0000-cover-letter-late.patch 0)
marks=$(part 0000-cover-letter-marks.patch "$(echo "$late" | wc -l)")
# Names of patches are words.
# shellcheck disable=SC2086
{
	late_lines=$(entry_lines $late)
	marks_lines=$(entry_lines $marks)
	all_lines=$(cat $late $marks | wc -l)
}
ok "late: $late_lines lines of entry assembly, at most 130" \
	test "$late_lines" -gt 0 -a "$late_lines" -le 130
ok "late and marks: $all_lines lines of patches, at most 3300" test "$all_lines" -le 3300
has "the cover letter says how much assembly it is" 0000-cover-letter-late.patch \
	" $late_lines lines more"
has "docs/instructions.md says it, too" "$top/docs/instructions.md" \
	"late $late_lines, marks $marks_lines more"
set -- [0-9]*.patch
is "every file is a letter or in the series" "$#" "$((2 + $(grep -c '^[0-9]' series)))"
for p in 0000-*.patch $(grep '^[0-9]' series); do
	author=$(sed -n 's/^From: //p' "$p" | head -n 1)
	case $p in
	0000-*) is "$p: has an author" "$(echo "$author" | grep -c '<.*@.*>')" 1 ;;
	*) is "$p: its author signs it off" "$(sed -n 's/^Signed-off-by: //p' "$p")" "$author" ;;
	esac
	has "$p: has a subject" "$p" '^Subject: \[PATCH( 0/[0-9]+)?\] x86/[a-z]+: '
done
tap_done
