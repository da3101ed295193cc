# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
#
# Boots of the table in docs/mitigations.md, for the tests here and in
# tests/soak; sourced after lib.sh.  The table is the list of what to boot, so it
# cannot say what no test has seen.

table=$top/docs/mitigations.md

# rows: "NAME|CPU|PARAMETERS|CONDITIONS|LANE|TEST" of each row, without blanks
# around the bars and without the marks of Markdown
rows() {
	sed -n '/^| boot |/,/^$/p' "$table" | sed '1,2d' | tr -d '`' |
		sed -e 's/ *| */|/g' -e 's/^|//' -e 's/|$//' | grep .
}

# cpu_model CPU: what QEMU takes for "MODEL +FEATURE...".  A feature that TCG
# doesn't know has to be forced, and then those that it lacks must go by name.
cpu_model() {
	case $1 in
	*+*) ;;
	*) echo "$1"; return ;;
	esac
	model=${1%% *}
	printf '%s,x-force-features=on' "$model"
	printf '{"execute":"qmp_capabilities"}{"execute":"quit"}' |
		qemu-system-x86_64 -machine pc -accel tcg -cpu "$model" -display none \
			-nodefaults -qmp stdio -S 2>&1 >/dev/null |
		sed -n 's/.*requested feature: [^ ]*\.\([a-z0-9-]*\) \[bit.*/\1/p' |
	while read -r feature; do
		# A minus would win over the plus of the same feature.
		case " $1 " in *" +$feature "*) ;; *) printf ',-%s' "$feature" ;; esac
	done
	printf '%s\n' "${1#* }" | tr -s ' ' '\n' | sed 's/^/,/' | tr -d '\n'
	echo
}

# boot_row MODE NAME CPU PARAMETERS CONDITIONS LANE: boot one row and judge it;
# MODE is early, late or marks, which is late with them
boot_row() {
	row_mode=$1 row_switch=$1 row_marks=off
	[ "$1" != marks ] || { row_switch=late row_marks='on'; }
	row_append="pti=on $4 pti_switch=$row_switch pti_marks=$row_marks"
	# Where even pti=on is ignored there is no switch, and nothing to mark.
	case $5 in
	*'meltdown: Vulnerable'*)
		row_switch=none row_marks=off ;;
	esac
	row_cpu=$3
	[ "$6" = bochs ] || row_cpu=$(cpu_model "$3")
	printf '%s\n' "$5" | sed 's/; */\n/g' >"$tmp/conditions"
	guest_tap "$2-$row_mode" "$6" patched "$row_append" --cpu "$row_cpu" \
		--payload "$programs/entries64" \
		--payload "$programs/entries32" --payload "$(command -v stress-ng)" \
		--payload "$tmp/conditions" -- mitigation "$row_switch" "$row_marks"
}
