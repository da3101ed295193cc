#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ptiscope doctor: of this machine, and of one whose files were copied.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

# put FILE LINE: a file of the copied machine
put() {
	mkdir -p "copy/${1%/*}"
	printf '%b\n' "$2" >"copy/$1"
}

# fact KEY MEMBER: of the JSON in out
fact() {
	sed -n "/^  \"$1\": {/,/}/s/.*\"$2\": //p" out | sed 's/,$//'
}

works "doctor" doctor
ok "the table fits 100 columns" awk 'length > 100 { print; bad = 1 } END { exit bad }' out
has "it ends with what can be measured" out '^  yes round trip of each workload'
# Every answer that is a no says why, but for those that are good news.
# The program is awk's to expand.
# shellcheck disable=SC2016
ok "each no has a reason and a remedy" awk '
	no != "" && !/^      .*[^ ]/ { print no; bad = 1 }
	{ no = "" }
	/^  no  / || (/^  [^ ].* no$/ && !/^  (SMT|turbo) /) { no = $0 }
	END { exit bad || no != "" }' out
works "doctor --json" doctor --json
ok "it is JSON" "$top/userspace/.output/jsonat" out
is "format" "$(grep -c '"format": "ptiscope-doctor"' out)" 1
has "version" out '^ "version": 2$'
is "this machine was tried" "$(grep -c '^ "tried": true' out)" 1
is "the kernel's release" "$(fact kernel value)" "\"$(uname -r)\""
is "the CPUs" "$(fact cpus value)" "$(getconf _NPROCESSORS_ONLN)"
is "every vulnerability that the kernel names" \
	"$(sed -n '/^ "mitigations": {/,/^ }/s/^  "\([^"]*\)": .*/\1/p' out)" \
	"$(ls /sys/devices/system/cpu/vulnerabilities)"
ok "tlb is told of" grep -q '^  "tlb": {' out
for key in module pmu_cycles pmu_tlb tsc_constant btf lockdown turbo smt; do
	ok "there is a $key" test -n "$(fact $key value)"
done

# Root of a user namespace has capabilities that are good there alone.
if unshare -Ur true 2>/dev/null; then
	rc=0
	unshare -Ur "$cli" doctor --json >out 2>err || rc=$?
	ok "doctor in a user namespace" worked
	for key in perfmon bpf sys_admin; do
		is "user namespace: no $key" "$(fact $key value)" false
		is "user namespace: $key: what helps" "$(fact $key remedy)" \
			'"run as root of the machine, outside of this user namespace"'
	done
else
	skip "doctor in a user namespace" "there can be none here"
fi

put proc/cpuinfo 'model name\t: Old CPU\nmicrocode\t: 0x28\nflags\t: tsc pcid pti'
put proc/sys/kernel/osrelease 6.12.0-copied
put proc/kallsyms '0000000000000000 D __tracepoint_pti_switch'
put sys/kernel/pti/switch late
put sys/kernel/pti/marks off
put sys/kernel/pti/skip off
put sys/kernel/security/lockdown 'none [integrity] confidentiality'
put sys/devices/system/cpu/online 0-7
put sys/devices/system/cpu/vulnerabilities/mds 'Vulnerable: no microcode'
works "doctor --root" doctor --root copy --json
is "nothing was tried" "$(grep -c '^ "tried": false' out)" 1
is "the copied kernel" "$(fact kernel value)" '"6.12.0-copied"'
is "its microcode" "$(fact microcode value)" '"0x28"'
is "its switch" "$(fact switch value)" '"late"'
is "its marks" "$(fact marks value)" false
has "why there are none" out 'pti_marks=on'
is "its calls that skip the switch" "$(fact skip value)" false
is "why none does" "$(fact skip remedy)" '"boot with pti_skip=on"'
rm copy/sys/kernel/pti/skip
works "doctor --root without such calls" doctor --root copy --json
is "a kernel that has none is not told to boot with a parameter" "$(fact skip remedy)" \
	'"boot one that has /sys/kernel/pti/skip"'
is "its PCID" "$(fact pcid value)" true
is "its INVPCID" "$(fact invpcid value)" false
is "the remedy for INVPCID" "$(fact invpcid remedy)" \
	"\"use a CPU (or a guest's CPU model) with INVPCID, and boot without noinvpcid\""
is "its lockdown" "$(fact lockdown value)" '"integrity"'
is "its CPUs" "$(fact cpus value)" 8
is "unknown is null" "$(fact governor value)" null
has "its mitigations" out '"mds": "Vulnerable: no microcode"'
is "no module there" "$(fact module value)" ''
works "doctor --root, table" doctor --root copy
has "its kernel" out '^  kernel +6.12.0-copied$'
has "what was not tried says so" out 'not tried'
# Kernels without CONFIG_KALLSYMS_ALL name functions alone.
put proc/kallsyms '0000000000000000 T __traceiter_pti_switch'
works "doctor --root: symbols of functions" doctor --root copy --json
is "the patches are seen" "$(fact patched value) $(fact tracepoint value)" 'true true'

put sys/devices/system/clocksource/clocksource0/current_clocksource hpet
put proc/cmdline 'quiet tsc=unstable'
works "doctor --root: a TSC that the kernel does not trust" doctor --root copy --json
has "is no clock" out '"what": "time in TSC ticks"'
is "why" "$(sed -n '/"tsc_ticks": {/,/}/s/.*"reason": //p' out)" '"tsc=unstable tells the kernel not to trust the TSC",'
put proc/cpuinfo 'model name\t: Evil \033[2J\351 CPU\nflags\t\t: tsc pti'
put sys/devices/system/cpu/vulnerabilities/mds '\033]0;x\a'
works "a name with escape sequences" doctor --root copy
ok "none of them is printed" sh -c '! tr -d "\n" <out | grep -q "[[:cntrl:]]"'
has "what is no UTF-8 is a question mark" out 'Evil  \[2J\? CPU$'
works "a name with escape sequences, JSON" doctor --root copy --json
fails "nothing to read" 1 'nowhere/proc/cpuinfo' doctor --root nowhere
fails "--root without a name" 2 'needs a value' doctor --root
tap_done
