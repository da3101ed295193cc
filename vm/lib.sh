# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the scripts of this directory and of tests/ share.  Sourced with $prog
# set to the name that messages carry.
# shellcheck disable=SC2154

# note TEXT: one line for the user, on stderr; stdout is for results
note() {
	printf '%s: %s\n' "$prog" "$*" >&2
}

# die STATUS TEXT: say why and leave
die() {
	die_status=$1
	shift
	note "$*"
	exit "$die_status"
}

# need COMMAND...: every command must be there; names the first that is not
need() {
	for need_cmd in "$@"; do
		command -v "$need_cmd" >/dev/null 2>&1 ||
			die 3 "$need_cmd is missing: run make deps"
	done
}

# number NAME VALUE: VALUE must be a positive decimal number of at most 6 digits
number() {
	case $2 in
	'' | 0* | *[!0-9]* | ???????*) die 2 "$1: '$2' is not a positive number" ;;
	esac
}

# on_exit FUNCTION: run it once when the script ends, signals included; it finds
# the exit code in $exit_status
on_exit() {
	# The function's name is meant to be expanded now.
	# shellcheck disable=SC2064
	trap "exit_status=\$?; trap '' HUP INT TERM; $1" EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

# Series and kernel that everything is for, if KERNEL= and KSRC= name no other
default_kernel=6.12

# kernel_suffix KERNEL SOURCE: tells that kernel's files from those of the default
kernel_suffix() {
	case ${1:-${2:+own}} in
	'' | "$default_kernel") ;;
	*) printf -- '-%s' "${1:-own}" ;;
	esac
}

# kernels_dir: where make kernel leaves links to the kernels, stock and patched
kernels_dir() {
	printf '%s/.output/kernel%s\n' "$top" "$(kernel_suffix "${KERNEL:-}" "${KSRC:-}")"
}

# cache_root: directory that holds what is built once and used often
cache_root() {
	printf '%s/ptiscope\n' "${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}"
}

# kernel_release KDIR: what uname -r says where that kernel runs.  Debian's headers
# have another text in include/config/kernel.release.
kernel_release() {
	sed -n 's/^#define UTS_RELEASE "\(.*\)"/\1/p' \
		"$1/include/generated/utsrelease.h" 2>/dev/null | grep .
}

# module_dir KDIR: where vm/build-module puts ptiscope.ko for that kernel: by its
# release, or by its name in the cache, which holds several of one release
module_dir() {
	module_kdir=$(realpath "$1")
	case $module_kdir in
	"$(realpath -m "$(cache_root)")"/kernel/*) module_name=${module_kdir##*/} ;;
	*) module_name=$(kernel_release "$module_kdir") || return ;;
	esac
	printf '%s/module/.output/%s\n' "$top" "$module_name"
}
