# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
#
# For the tests of vm/peers; sourced behind lib.sh.

# measure REGEX [OPTION...]: these rows, into $tmp/results
measure() {
	only=$1
	shift
	rc=0
	"$top/vm/peers" --only "$only" "$@" --results "$tmp/results" >"$tmp/out" 2>"$tmp/err" || rc=$?
	is "vm/peers --only '$only': exit code" "$rc" 0
	[ "$rc" = 0 ] || cat "$tmp/err" >&2
}

# peer NAME COLUMN [FILE]: of peers.csv
peer() {
	awk -F, -v name="$1" -v column="$2" '
	NR == 1 { for (i = 1; i <= NF; i++) n[$i] = i }
	$1 == name { print $n[column] }' "${3:-$tmp/results/peers.csv}"
}

# at_most NAME BAR: what is added
at_most() {
	added=$(peer "$1" added)
	ok "$1: adds at most $2 (is: $added)" awk -v added="$added" -v bar="$2" \
		'BEGIN { exit !(added > 0 && added <= bar + 0) }'
}

# bars FILE: what ptiscope may add, by what bpftrace's latency histogram adds in FILE
bars() {
	other=$(peer bpftrace_latency added "$1")
	ok "bpftrace_latency: adds something" test "${other%.*}" -gt 0
	at_most marks 60
	at_most module "$(echo "$other" | awk '{ print $1 / 8 }')"
	at_most bpf_histogram "$(echo "$other" | awk '{ print $1 / 4 }')"
}
