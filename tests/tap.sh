# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Test Anything Protocol for shell tests: source it, call these, end with
# tap_done.  A failed check shows what was seen, and the test goes on.

tap_count=0
tap_failed=0

# ok NAME COMMAND...: passes if COMMAND succeeds
ok() {
	tap_name=$1
	shift
	tap_count=$((tap_count + 1))
	if tap_out=$("$@" 2>&1); then
		echo "ok $tap_count - $tap_name"
	else
		tap_failed=$((tap_failed + 1))
		echo "not ok $tap_count - $tap_name"
		echo "# failed: $*"
		[ -z "$tap_out" ] || printf '%s\n' "$tap_out" | sed 's/^/# /'
	fi
}

# is NAME SEEN WANTED: passes if both are the same text
is() {
	tap_seen=$2 tap_want=$3
	ok "$1" tap_same
}

tap_same() {
	[ "$tap_seen" = "$tap_want" ] && return
	printf 'seen:   %s\nwanted: %s\n' "$tap_seen" "$tap_want"
	return 1
}

# has NAME FILE REGEX: passes if a line of FILE matches
has() {
	tap_file=$2 tap_regex=$3
	ok "$1" tap_match
}

tap_match() {
	grep -E -q -e "$tap_regex" "$tap_file" && return
	printf 'no line of %s matches: %s\n' "$tap_file" "$tap_regex"
	tail -n 20 "$tap_file"
	return 1
}

# skip NAME REASON: counted and named at the end of the run
skip() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

# tap_done: the plan; exit code 1 if a check failed
tap_done() {
	echo "1..$tap_count"
	[ "$tap_failed" = 0 ]
}

# tap_merge PREFIX FILE: take over the results of another test's TAP, numbered
# anew; a plan that is absent or does not match its results is a failure.
tap_merge() {
	tap_merged=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$2" | awk '{ n += $1 } END { print n + 0 }')
	tap_before=$tap_count
	while IFS= read -r tap_line; do
		case $tap_line in
		'ok '*) tap_rest=${tap_line#ok } tap_verdict=ok ;;
		'not ok '*) tap_rest=${tap_line#not ok } tap_verdict='not ok' ;;
		'1..0 # SKIP '*)
			skip "$1: a whole test" "${tap_line#1..0 \# SKIP }"
			tap_before=$((tap_before + 1))
			continue ;;
		'#'*) echo "$tap_line"; continue ;;
		*) continue ;;
		esac
		tap_count=$((tap_count + 1))
		echo "$tap_verdict $tap_count - $1: ${tap_rest#* - }"
		case $tap_line in
		*'# SKIP'* | ok*) ;;
		*) tap_failed=$((tap_failed + 1)) ;;
		esac
	done <"$2"
	[ "$tap_merged" -gt 0 ] || tap_merged='a plan'
	is "$1: every check of the plan ran" "$((tap_count - tap_before))" "$tap_merged"
}
