# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Completion of ptiscope's command line for bash.  What it offers comes from
# --help, and so from the option tables of the very program that is completed.

# _ptiscope_commands PROGRAM: the words that may follow it
_ptiscope_commands() {
	"$1" --help 2>/dev/null |
		awk '/^Commands:/ { on = 1; next } !NF { on = 0 } on { print $1 }'
}

# _ptiscope_options PROGRAM COMMAND: its options, long and short, one a line
_ptiscope_options() {
	"$1" "$2" --help 2>/dev/null | awk '
	/^Options:/ { on = 1; next }
	on && /^ +-/ {
		for (i = 1; i <= NF && $i ~ /^-/; i++) {
			sub(/,$/, "", $i)
			print $i
		}
	}'
}

# _ptiscope_value PROGRAM COMMAND OPTION: what it takes: first a line with the
# name of its value, empty if it takes none, then the values that --help lists
_ptiscope_value() {
	"$1" "$2" --help 2>/dev/null | awk -v want="$3" '
	/^ +-/ {
		found = 0
		for (i = 1; i <= NF && $i ~ /^-/; i++) {
			sub(/,$/, "", $i)
			found = found || $i == want
		}
		# Capitals are a value where the help text has not begun yet.
		if (found)
			print $i ~ /^[A-Z][A-Z,]*$/ ? $i : ""
		next
	}
	found && /^ +\([^()]*, [^()]*\)$/ {
		gsub(/[(),]/, "")
		for (i = 1; i <= NF; i++)
			print $i
		found = 0
	}'
}

# _ptiscope_paths PROGRAM: by which workloads enter the kernel, one a line
_ptiscope_paths() {
	"$1" run --list 2>/dev/null | sed -n 's/.*\[\(.*\)\]$/\1/p' | tr ',' '\n' | awk 'NF { print $2 }' | sort -u
}

# _ptiscope_names PROGRAM COMMAND OPTION WORD: values of an option, or failure
# if it takes none
_ptiscope_names() {
	local value choices
	{
		read -r value
		choices=$(cat)
	} < <(_ptiscope_value "$1" "$2" "$3")
	case $value in
	'') return 1 ;;
	DIR) compgen -d -- "$4" ;;
	FILE) compgen -f -- "$4" ;;
	NAME | A,B)
		# A list is completed at its last name.
		local before='' names=''
		[[ $value$4 != A,B*,* ]] || before=${4%,*},
		case $2$3 in
		run--paths | run-p | trace--path) names=$(_ptiscope_paths "$1") ;;
		*--workload* | *-w | tlb--entry | tlb-e) names=$("$1" run --list 2>/dev/null | awk '{ print $1 }') ;;
		esac
		compgen -P "$before" -W "$names" -- "${4##*,}" ;;
	*) compgen -W "$choices" -- "$4" ;;
	esac
	return 0
}

_ptiscope() {
	local program=$1 word=$2 before=$3 command=${COMP_WORDS[1]}
	# Bash takes "=" for a word of its own.
	if [[ $word == = ]]; then
		word=''
	elif [[ $before == = ]]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W "$(_ptiscope_commands "$program") --help --version" -- "$word")
		return
	fi
	if [[ $before == -* ]]; then
		local names
		if names=$(_ptiscope_names "$program" "$command" "$before" "$word"); then
			[[ -z $names ]] || mapfile -t COMPREPLY <<<"$names"
			compopt -o filenames 2>/dev/null
			return
		fi
	fi
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_ptiscope_options "$program" "$command")" -- "$word")
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		compopt -o filenames 2>/dev/null
	fi
}

complete -F _ptiscope ptiscope
