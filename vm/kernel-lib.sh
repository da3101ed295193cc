# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154
#
# From a kernel's source to a patched tree and its options, for vm/build-kernel and
# packaging/kernel-deb.  Sourced behind lib.sh, with $here set to this directory; who
# sources it sets $start, $variant, $work, $log and $leave_out.

# Options, or what make exports to all that it calls
kernel=${KERNEL:-}
source=${KSRC:-}
patches=''
refused=''

kernel_options() {
	cat <<EOF
  --kernel VERSION  the kernel that the series patches/VERSION is for, from Debian's
                    package linux-source-VERSION (default \$KERNEL, or $default_kernel)
  --source PATH     kernel source (default \$KSRC): an archive, or a tree, of which a git
                    checkout gives what is tracked or new; without --kernel the newest
                    series that applies is taken
  --patches DIR     patch series
EOF
}

elapsed() {
	echo $(($(date +%s) - start))
}

step() {
	note "$variant: $* ($(elapsed) s)"
}

# fail TEXT: with what the log says
fail() {
	note "$variant: $*; the log says:"
	grep -E 'rror|No space|Stop' "$log" | head -n 20 | sed 's/^/  /' >&2 || :
	die 1 "the whole log: $log"
}

# find_source: leaves the source in $source, and the series that may apply to it in
# $candidates, the newest kernel's first
find_source() {
	if [ -n "$patches" ]; then
		candidates=$patches
	elif [ -n "$source" ] && [ -z "$kernel" ]; then
		candidates=$(find "$here/../patches" -name series -printf '%h\n' | sort -rV)
	else
		candidates=$here/../patches/${kernel:-$default_kernel}
		[ -d "$candidates" ] || die 2 "there is no series for the kernel '$kernel'"
	fi
	for patches in $candidates; do
		[ -f "$patches/series" ] || die 1 "there is no $patches/series"
	done
	[ -n "$source" ] || source=$("$here/kernel-source" "${kernel:-$default_kernel}") || exit
	[ -e "$source" ] || die 3 "$source is missing: run make deps, or name another with KSRC="
	[ ! -d "$source" ] || [ -f "$source/Makefile" ] || die 3 "$source is no kernel's source"
}

# source_tree: the tree $source as an archive, which is the same for the same content
source_tree() {
	if [ -e "$source/.git" ]; then
		git -C "$source" ls-files -z --cached --others --exclude-standard
	else
		(cd "$source" && find . -type f -print0 -o -type l -print0)
	fi | sort -z | tar -C "$source" -c --null -T - --ignore-failed-read \
		--mtime=2000-01-01 --owner=0 --group=0 --numeric-owner 2>/dev/null
}

# source_sum: a hash of the source
source_sum() {
	if [ -d "$source" ]; then
		source_tree | b2sum
	else
		b2sum <"$source"
	fi
}

unpack() {
	step "unpacking $source"
	mkdir -p "$work"
	if [ -d "$source" ]; then
		source_tree | tar -x -C "$work" >>"$log" 2>&1 || fail "$source cannot be copied"
		return
	fi
	for part in $leave_out; do
		set -- "$@" "--exclude=linux-*/$part/*.[chS]" "--exclude=linux-*/$part/*.dts*"
	done
	tar --anchored -x -f "$source" -C "$work" --strip-components=1 "$@" >>"$log" 2>&1 ||
		fail "$source cannot be unpacked"
}

# series: names of the patches, in order
series() {
	sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$patches/series"
}

# apply_patches: no fuzz, an offset is fine; the first that fails ends it
apply_patches() {
	series | while read -r p; do
		step "patch $p"
		[ -f "$patches/$p" ] || die 1 "$p is in the series, but not there"
		if ! patch -d "$work" -p1 --fuzz=0 --forward --batch \
			--no-backup-if-mismatch -r - <"$patches/$p" >"$work.patch" 2>&1; then
			cat "$work.patch" >>"$log"
			note "$p does not apply:"
			grep -B 1 -E 'FAILED|malformed|can.t find|ignored|Reversed' \
				"$work.patch" | sed 's/^/  /' >&2 || cat "$work.patch" >&2
			rm -f "$work.patch"
			exit 1
		fi
		rm -f "$work.patch"
	done
}

# try_series: does all of $patches apply?  Tried on copies of the files that it changes;
# what was said is in $tree.said.
try_series() {
	tree=$work
	work=$tree.try
	rm -rf "$work"
	mkdir -p "$work"
	series | while read -r p; do sed -n 's|^--- a/||p' "$patches/$p"; done | sort -u |
	while read -r f; do
		[ ! -f "$tree/$f" ] || (cd "$tree" && cp --parents "$f" "$work/")
	done
	status=0
	(apply_patches) 2>"$tree.said" || status=$?
	rm -rf "$work"
	work=$tree
	return "$status"
}

# choose_series: leaves the first of $candidates that applies in $patches.  If none
# does, the hunk that the newest fails on is named.
choose_series() {
	[ "$patches" != "$candidates" ] || return 0
	for patches in $candidates; do
		if try_series; then
			step "the series is that of ${patches##*/}"
			rm -f "$work.said"
			return
		fi
		[ -n "$refused" ] || refused=$(grep -v ': patch ' "$work.said")
	done
	rm -f "$work.said"
	printf '%s\n' "$refused" >&2
	die 1 "no series applies to $source"
}

# kernel_version: VERSION.PATCHLEVEL of the tree
kernel_version() {
	sed -n '1,/^PATCHLEVEL/s/^[VP][A-Z]* = \([0-9]*\)$/\1/p' "$work/Makefile" | paste -s -d .
}

# fragment FILE: its options, without the remarks behind them
fragment() {
	sed 's/^\(CONFIG_[^#]*[^#[:space:]]\)[[:space:]]*#.*$/\1/' "$1"
}

# not_later A B: version A is B or before
not_later() {
	[ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

# expected REMARK: does an option with this remark have to take effect in this kernel?
# Others have it, which is what the remark says.
expected() {
	case $1 in
	'') return 0 ;;
	'up to '*) not_later "$(kernel_version)" "${1#up to }" ;;
	'from '*) not_later "${1#from }" "$(kernel_version)" ;;
	*) die 1 "'# $1' is neither 'up to VERSION' nor 'from VERSION'" ;;
	esac
}
