#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the TLB model adds to Bochs' time: at most 1.6 times with one geometry and 2.2
# with three, for a boot and for a boot with samples of getppid.  In CPU time of Bochs
# alone, the least of several turns: another load on the host only ever adds to it, by
# caches and memory that are shared.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=SCRIPTDIR/../vm/lib.sh
. "$here/lib.sh"
turns=3

# In place of Bochs: it, and what it took in user mode
mkdir "$tmp/bin"
cat >"$tmp/bin/bochs-bin" <<EOF
#!/bin/sh
$(command -v bochs-bin) "\$@"
rc=\$?
times >"$tmp/times"
exit \$rc
EOF
chmod 755 "$tmp/bin/bochs-bin"

# turn NAME COMMAND [OPTION...]: a boot; its seconds go to $tmp/NAME.seconds
turn() {
	turn_name=$1 turn_command=$2
	shift 2
	rc=0
	PATH=$tmp/bin:$PATH "$top/vm/run" --kernel "$kernels/patched" --lane bochs \
		--append pti_switch=late --timeout 1800 \
		--payload "$top/userspace/.output/ptiscope" "$@" -- \
		sh -c "$turn_command" >"$tmp/out" 2>"$tmp/err" || rc=$?
	if [ "$rc" != 0 ]; then
		cat "$tmp/err" >&2
		ok "$turn_name: a turn" false
		return
	fi
	# 1m2.345s of the children, in user mode
	sed -n '2s/^\([0-9]*\)m\([0-9.]*\)s .*/\1 \2/p' "$tmp/times" |
		awk '{ print 60 * $1 + $2 }' >>"$tmp/$turn_name.seconds"
}

# least NAME: of its turns
least() {
	sort -n "$tmp/$1.seconds" | head -n 1
}

# within NAME BAR: of the plain turns' time
within() {
	awk -v plain="$(least "${1%-*}-plain")" -v with="$(least "$1")" -v bar="$2" 'BEGIN {
		printf "# %s s to %s s: %.2f times\n", plain, with, with / plain
		exit !(plain > 0 && with <= bar * plain) }'
}

samples='ptiscope run -o /tmp/r --lane bochs --no-capture --samples 10000 --workloads getppid >/dev/null'
i=0
while [ "$i" -lt "$turns" ]; do
	i=$((i + 1))
	for what in boot samples; do
		command=true
		[ "$what" = boot ] || command=$samples
		turn "$what-plain" "$command"
		turn "$what-one" "$command" --tlb haswell
		turn "$what-three" "$command" --tlb haswell,skylake,ivybridge
	done
done
for what in boot samples; do
	ok "$what: at most 1.6 times with one geometry" within "$what-one" 1.6
	ok "$what: at most 2.2 times with three" within "$what-three" 2.2
	echo "# $what: $(least "$what-plain") s, with one $(least "$what-one") s, with three $(least "$what-three") s"
done
tap_done
