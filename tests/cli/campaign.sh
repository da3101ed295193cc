#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Campaigns on a machine that is a directory: GRUB's files are real and are edited
# by GRUB's own tool, reboots only choose what /proc and /sys say next.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
release=6.12.9-ptiscope
enabled=etc/systemd/system/multi-user.target.wants/ptiscope-campaign.service

echo 0 >countdown

# What needs no machine
works "--print" campaign --print --boots 5 --seed 3
sed '$d' out >order
is "--print: what so many boots can show" "$(sed -n '$p' out | cut -d ' ' -f 1-15)" \
	'What it can show: with 5 boots of each mode a difference of 2.1 %'
is "--print: 5 boots of each mode" \
	"$(awk '{ print $2 }' order | sort | uniq -c | awk '{ print $1 $2 }' | tr '\n' ' ')" '5early 5late 5off '
is "--print: each round has every mode" \
	"$(awk '{ seen[$2]++ } NR % 3 == 0 { n = 0; for (m in seen) n++; if (n != 3) print NR; delete seen }' order)" ''
is "--print: parameters" "$(awk '$2 == "late" { print $3, $4; exit }' order)" 'pti=on pti_switch=late'
works "--print again" campaign --print --boots 5 --seed 3
ok "the same seed gives the same order" sh -c "sed '\$d' out | cmp - order"
works "--print, another seed" campaign --print --boots 5 --seed 4
ok "another seed gives another order" sh -c "! sed '\$d' out | cmp -s - order"
pti campaign --print --boots 1 --modes late-marks
has "few boots are warned of" err 'with 1 boot of each mode no difference is shown'
is "marks are turned on" "$(cat out)" '  1  late-marks   pti=on pti_switch=late pti_marks=on'
fails "a mode that is none" 2 'no such mode' campaign --print --modes early,lat
fails "a mode twice" 2 'twice' campaign --print --modes early,early
fails "no boots" 2 '--boots' campaign --print --boots 0
fails "nothing to do" 2 'check, start, status' campaign
fails "two things to do" 2 'start, status' campaign --print status
fails "an action that is none" 2 "'begin'" campaign begin
fails "words left over" 2 "'now'" campaign start now
fails "start without -o" 2 '-o DIR' campaign start
fails "a workload that is none" 2 'nonsense' campaign start -o o --workloads nonsense
fails "another root, and the real reboot" 2 '--reboot' campaign start -o o --root here
if [ "$(id -u)" = 0 ]; then
	user() { setpriv --reuid 65534 --clear-groups --inh-caps=-all "$@"; }
else
	user() { "$@"; }
fi
for action in start resume abort; do
	rc=0
	(cd / && user "$cli" campaign $action -o /nowhere) >out 2>err || rc=$?
	ok "$action: not without root" test "$rc" = 3
	has "$action: which is said" err 'needs root'
done

if ! command -v grub-editenv >/dev/null; then
	skip "campaigns" "Debian's package grub-common is not installed"
	tap_done
	exit
fi

# entry TITLE RELEASE OPTIONS: a menuentry as update-grub writes it
entry() {
	cat <<EOT
menuentry '$1' --class debian --class os \$menuentry_id_option 'gnulinux-$2-$1' {
	load_video
	savedefault
	if [ x\$grub_platform = xxen ]; then insmod xzio; insmod lzopio; fi
	search --no-floppy --fs-uuid --set=root 0a1b
	echo	'Loading Linux $2 ...'
	linux	/boot/vmlinuz-$2 root=UUID=0a1b ro quiet $3
	initrd	/boot/initrd.img-$2
}
EOT
}

# machine ROOT: one that runs the patched kernel, as found
machine() {
	rm -rf "$1"
	mkdir -p "$1/proc/self"
	echo '21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw' >"$1/proc/self/mountinfo"
	mkdir -p "$1/boot/grub" "$1/run/systemd/system" "$1/var/lib" "$1/proc/sys/kernel/random" \
		"$1/sys/kernel" "$1/etc/systemd/system/multi-user.target.wants"
	ln -s /lib/systemd/system/cron.service "$1/etc/systemd/system/multi-user.target.wants"
	{
		# shellcheck disable=SC2016
		printf 'if [ "${next_entry}" ] ; then\n   set default="${next_entry}"\n'
		printf '   set next_entry=\n   save_env next_entry\n   set boot_once=true\nfi\n'
		entry 'Debian GNU/Linux' 6.1.0-20-amd64 ''
		echo "submenu 'Advanced options' {"
		entry "Linux $release (recovery mode)" $release single
		entry "Linux $release" $release 'pti=auto pti_marks=on console=ttyS0'
		echo '}'
		# shellcheck disable=SC2016
		printf 'if [ -f  ${config_directory}/custom.cfg ]; then\n'
		# shellcheck disable=SC2016
		printf '  source ${config_directory}/custom.cfg\nfi\n'
	} >"$1/boot/grub/grub.cfg"
	grub-editenv "$1/boot/grub/grubenv" create
	grub-editenv "$1/boot/grub/grubenv" set saved_entry=0
	boot_as "$1" "quiet"
}

# boot_as ROOT PARAMETERS: what /proc and /sys say after that boot
boot_as() {
	echo "BOOT_IMAGE=/boot/vmlinuz $2" >"$1/proc/cmdline"
	echo $release >"$1/proc/sys/kernel/osrelease"
	boots=$((${boots:-0} + 1))
	echo "boot-$boots" >"$1/proc/sys/kernel/random/boot_id"
	echo "ffffffff82a00000 ${symbols-d __tracepoint_pti_switch}" >"$1/proc/kallsyms"
	rm -rf "$1/sys/kernel/pti"
	case " $2 " in
	*' pti=off '*) flags='' ;;
	*)
		flags=' pti'
		mkdir "$1/sys/kernel/pti"
		case $2 in
		*pti_switch=late*) echo late ;;
		*) echo early ;;
		esac >"$1/sys/kernel/pti/switch"
		case $2 in
		*pti_marks=on*) echo on ;;
		*) echo off ;;
		esac >"$1/sys/kernel/pti/marks" ;;
	esac
	printf 'model name\t: Made up\nflags\t\t: fpu pcid%s\n\n' "$flags" >"$1/proc/cpuinfo"
}

# power_on ROOT: GRUB takes what was chosen for once, or the default; then the unit
# runs if it is enabled
power_on() {
	env=$1/boot/grub/grubenv
	chosen=$(grub-editenv "$env" list | sed -n 's/^next_entry=//p')
	grub-editenv "$env" unset next_entry
	line=$(sed -n "/--id $chosen {/,/^}/s/^.linux.//p" "$1/boot/grub/custom.cfg" 2>/dev/null)
	[ -n "$chosen" ] && [ -n "$line" ] && [ -z "${stubborn:-}" ] || line='vmlinuz quiet'
	boot_as "$1" "${line#* }"
	[ ! -L "$1/$enabled" ] || resume "$1"
}

# resume ROOT: what the unit does
resume() {
	rc=0
	# The command line has no blanks.
	# shellcheck disable=SC2046
	preloaded $(sed -n 's/^ExecStart=//p' "$1/etc/systemd/system/ptiscope-campaign.service") \
		>>resume.out 2>>resume.err || rc=$?
}

# preloaded COMMAND...: killed at the step that the countdown says; nor does fsync wait
# for the disk
preloaded() {
	LD_PRELOAD=$top/userspace/.output/killat.so KILLAT=$tmp/countdown "$@"
}

# found ROOT: all of it that outlives a boot
found() {
	(cd "$1" && find boot etc var \( -type f -exec b2sum {} + \) -o -printf '%p %y %l\n' | sort)
}

# start ROOT: a small campaign, with runs that are soon done
start() {
	rc=0
	preloaded "$cli" campaign start --root "$tmp/$1" --reboot "$tmp/reboot" -o "$1.runs" --boots 1 \
		--modes "${modes:-early,late}" --seed 2 --settle 0 --samples 2 --workloads getppid >out 2>err || rc=$?
}

# walk ROOT: power on again as long as it was asked for
walk() {
	while [ -e "$tmp/rebooting" ]; do
		rm "$tmp/rebooting"
		power_on "$1"
	done
}

# whole ROOT: the runs and the report are there, and the machine is as it was
whole() {
	for f in "$1.runs/001-late/manifest.json" "$1.runs/002-early/manifest.json" \
		"$1.runs/answer.txt" "$1.runs/report.txt" "$1.runs/summary.csv"; do
		[ -s "$f" ] || { echo "$f is missing"; cat resume.err; return 1; }
	done
	is_left=$(find "$1.runs" -name '*.tmp.*')
	[ -z "$is_left" ] || { echo "left: $is_left"; return 1; }
	grep -q '"phase": "done"' "$1.runs/campaign.json" || { echo 'not done'; return 1; }
	restored "$1"
}

restored() {
	found "$1" >after
	diff before after
}

# The program expands them.
# shellcheck disable=SC2016
printf '#!/bin/sh\necho >"%s/rebooting"\necho "$SYSTEMCTL_SKIP_AUTO_KEXEC $SYSTEMCTL_SKIP_AUTO_SOFT_REBOOT" >"%s/skipped"\n' "$tmp" "$tmp" >reboot
chmod +x reboot

machine m
found m >before
start m
is "start: exit code" "$rc" 0
is "start: asks for a reboot" "$(ls rebooting)" rebooting
is "start: neither kexec nor a soft reboot" "$(cat skipped)" '1 1'
has "start: few boots are warned of" err 'with 1 boot of each mode no difference is shown'
is "start: the default of GRUB stays" "$(grub-editenv m/boot/grub/grubenv list | grep saved)" 'saved_entry=0'
is "start: late is next, once" "$(grub-editenv m/boot/grub/grubenv list | grep next)" \
	'next_entry=ptiscope-campaign-late'
is "start: entries" "$(grep -c '^menuentry' m/boot/grub/custom.cfg)" 2
is "start: the kernel's own entry, the user's choice of PTI left out" \
	"$(sed -n 's/^.linux.//p' m/boot/grub/custom.cfg | tail -n 1)" \
	"/boot/vmlinuz-$release root=UUID=0a1b ro quiet console=ttyS0 pti=on pti_switch=late"
ok "start: nothing makes these entries the default" sh -c '! grep savedefault m/boot/grub/custom.cfg'
ok "start: GRUB can read them" grub-script-check m/boot/grub/custom.cfg
has "start: the unit" m/etc/systemd/system/ptiscope-campaign.service "^ExecStart=$cli campaign resume"
if command -v systemd-analyze >/dev/null; then
	ok "start: systemd takes the unit" systemd-analyze verify \
		m/etc/systemd/system/ptiscope-campaign.service
fi
works "status" campaign status --root m
has "status: how far" out '^Boots: 0 of 2 done$'
fails "a second campaign" 1 'a campaign already' campaign start --root m --reboot "$tmp/reboot" -o other
ok "leaves nothing" test ! -e other
rm rebooting
power_on m
is "a boot: the unit asks for the next" "$(ls rebooting)" rebooting
works "status" campaign status --root m
has "status: how far" out '^Boots: 1 of 2 done$'
has "status: what is done" out '^  1  late .*\(done\)$'
walk m
ok "walked through: runs, report, machine as found" whole m
works "status at the end" campaign status --root m
is "says so" "$(cat out)" 'There is no campaign.'
is "the modes of the boots were measured in their order" "$(cd m.runs && echo 0*)" '001-late 002-early'

# custom.cfg of the user's own stays, and so does its mode
machine own
printf "menuentry 'mine' {\n\tchainloader +1\n}\n" >own/boot/grub/custom.cfg
chmod 600 own/boot/grub/custom.cfg
found own >before
start own
ok "custom.cfg: what was there stays" grep -q "^menuentry 'mine'" own/boot/grub/custom.cfg
is "custom.cfg: so does its mode" "$(stat -c %a own/boot/grub/custom.cfg)" 600
walk own
ok "custom.cfg: and is left as found" whole own
is "custom.cfg: with its mode" "$(stat -c %a own/boot/grub/custom.cfg)" 600

# abort
machine ab
found ab >before
start ab
rm rebooting
works "abort before the first boot" campaign abort --root ab
ok "leaves the machine as found" restored ab
ok "and no runs" test ! -e ab.runs
start ab
rm rebooting
power_on ab
works "abort after it" campaign abort --root ab
rm rebooting
ok "leaves the machine as found" restored ab
is "and the run" "$(ls ab.runs)" "$(printf '001-late\ncampaign.json')"
has "and why there is no more" ab.runs/campaign.json '"reason": "aborted by the user"'
fails "abort without a campaign" 1 'there is no campaign' campaign abort --root ab
fails "runs of two campaigns do not mix" 1 'Directory not empty' \
	campaign start --root ab --reboot "$tmp/reboot" -o ab.runs

# A mode that never comes up, as when the machine hangs in it and is turned off
machine hang
found hang >before
start hang
stubborn=1
walk hang
stubborn=''
ok "a mode that does not come up ends it after 3 boots" grep -q 'failed 3 times' resume.err
has "and it is said what came up instead" resume.err 'should be .* late: it is .* early'
ok "leaves the machine as found" restored hang

# A kernel that names functions alone, and one that names nothing: with PTI off only the release tells.
for symbol in 'T __traceiter_pti_switch' ''; do
	machine bare
	found bare >before
	symbols=$symbol modes=off,late
	start bare
	walk bare
	unset symbols
	modes=''
	ok "symbols '$symbol': every mode is measured" test -s bare.runs/001-late/manifest.json -a \
		-s bare.runs/002-off/manifest.json
	rm -rf bare.runs
done

# marks, for which the module is loaded
mkdir -p bin
# shellcheck disable=SC2016
printf '#!/bin/sh\necho "$*" >>%s/modprobed\n' "$tmp" >bin/modprobe
chmod +x bin/modprobe
machine marks
modes=late-marks
PATH=$tmp/bin:$PATH
start marks
walk marks
modes=''
is "marks: the module is loaded" "$(cat modprobed)" ptiscope
ok "marks: it is measured" test -s marks.runs/001-late-marks/manifest.json

# What is asked of the campaign is asked of its runs.
machine verbose
modes=late
start verbose
modes=''
sed -i '/^ExecStart=/s/ resume/& --verbose/' verbose/etc/systemd/system/ptiscope-campaign.service
: >resume.err
walk verbose
has "--verbose: what a run does is told" resume.err 'getppid: getppid\(2\)'

# What a campaign can't do without
machine lacks
refuse() {
	fails "$1" 3 "$2" campaign start --root "$tmp/lacks" --reboot "$tmp/reboot" -o lacks.runs
}
rm -r lacks/run/systemd
refuse "no systemd" 'needs systemd'
machine lacks
rm lacks/boot/grub/grub.cfg
refuse "no GRUB" 'needs GRUB'
machine lacks
sed -i /custom.cfg/d lacks/boot/grub/grub.cfg
refuse "a GRUB without custom.cfg" 'does not read custom.cfg'
machine lacks
grub-editenv lacks/boot/grub/grubenv set next_entry=mine
refuse "a GRUB that is told already what to boot" "boot 'mine' next"
machine lacks
rm lacks/proc/kallsyms
rm -r lacks/sys/kernel/pti
refuse "a kernel without the patches" 'has no ptiscope patches'
machine lacks
echo 6.13 >lacks/proc/sys/kernel/osrelease
found lacks >before
fails "a kernel that GRUB does not know" 3 'no entry of .* boots the kernel 6.13' \
	campaign start --root "$tmp/lacks" --reboot "$tmp/reboot" -o lacks.runs
ok "leaves the machine as found" restored lacks
ok "and no directory" test ! -e lacks.runs
machine lacks
fails "a program to reboot that is not there" 3 "there is no program .*/none" \
	campaign start --root "$tmp/lacks" --reboot "$tmp/none" -o lacks.runs --boots 9
ok "leaves the machine as found" restored lacks
fails "a machine that can't reboot" 1 "failed with exit code 1" \
	campaign start --root "$tmp/lacks" --reboot false -o lacks.runs --boots 9
ok "leaves the machine as found" restored lacks

# Every condition, one by one: told by check, and by start before anything is changed
# lacks NAME REGEX COMMAND...: what it does to the machine is in the way
lacks() {
	lacks_name=$1 lacks_regex=$2
	shift 2
	machine lacks
	"$@"
	found lacks >before
	refuse "$lacks_name" "$lacks_regex"
	ok "$lacks_name: leaves the machine as found" restored lacks
	ok "$lacks_name: and no directory" test ! -e lacks.runs
	pti campaign check --root "$tmp/lacks" --reboot "$tmp/reboot" -o lacks.runs
	is "$lacks_name: check: exit code" "$rc" 3
	is "$lacks_name: check: one thing is in the way" "$(grep -c '^  no  ' out)" 1
	ok "$lacks_name: check: what" sh -c "tr -s ' \n' ' ' <out | grep -E -q -e '$lacks_regex'"
}

# in_file FILE SCRIPT: edited by sed
in_file() {
	sed -i "$2" "lacks/$1"
}

# mounted LINE: one more file system, which each boot mounts
mounted() {
	echo "$1" >>lacks/proc/self/mountinfo
	echo "$1" | awk '{ print "UUID=2", $5, "auto defaults 0 2" }' >>lacks/etc/fstab
}

# on LAYER WORD: /boot is on a device of that kind
on() {
	mounted '30 21 253:0 / /boot rw - ext4 /dev/dm-0 rw'
	mkdir -p "lacks/sys/dev/block/253:0/$1"
	[ -z "$2" ] || echo "$2" >"lacks/sys/dev/block/253:0/$1/uuid"
}

put() {
	mkdir -p "lacks/${1%/*}"
	printf '%s\n' "$2" >"lacks/$1"
}

default_target() {
	ln -s "/usr/lib/systemd/system/$1" lacks/etc/systemd/system/default.target
}

machine lacks
default_target graphical.target
printf 'swap /dev/sda2 /dev/urandom swap\ndata UUID=1 none luks,tpm2-device=auto\n' >lacks/etc/crypttab
works "check: nothing is in the way" campaign check --root "$tmp/lacks" --reboot "$tmp/reboot" -o lacks.runs
ok "check: every condition is told" test "$(grep -c '^  yes ' out)" -gt 15
has "check: what the boots will show" out 'with 6 boots of each mode a difference of'
ok "check: makes nothing" test ! -e lacks.runs
lacks "mitigations=off" 'mitigations=off' in_file boot/grub/grub.cfg 's/console=ttyS0/& mitigations=off/'
lacks "mitigations=off, built in" 'built with mitigations=off' \
	put boot/config-$release 'CONFIG_CMDLINE="quiet mitigations=off"'
lacks "a kernel that hears nothing" 'CONFIG_CMDLINE_OVERRIDE' put boot/config-$release CONFIG_CMDLINE_OVERRIDE=y
lacks "a boot to a rescue shell" 'starts no multi-user.target' \
	in_file boot/grub/grub.cfg 's/console=ttyS0/& systemd.unit=rescue.target/'
lacks "a default target of another kind" 'boots to rescue.target' default_target rescue.target
lacks "a unit that is masked" masked ln -s /dev/null lacks/etc/systemd/system/ptiscope-campaign.service
lacks "GRUB that waits" 'timeout=-1' in_file boot/grub/grub.cfg '1i set timeout=-1'
lacks "GRUB that asks for a disk's passphrase" cryptomount in_file boot/grub/grub.cfg '1i cryptomount -u 0a1b'
lacks "GRUB that asks for a password" superusers in_file boot/grub/grub.cfg '1i set superusers="root"'
lacks "a disk's passphrase" 'passphrase .*root_crypt' put etc/crypttab 'root_crypt UUID=1 none luks'
lacks "/boot on LVM" 'environment on LVM' on dm LVM-abc
lacks "/boot on LUKS" 'environment on LUKS' on dm CRYPT-LUKS2-abc
lacks "/boot on RAID" 'environment on RAID' on md ''
for type in btrfs zfs; do
	lacks "/boot on $type" "environment on $type" mounted "30 21 0:40 / /boot rw - $type pool rw"
done
lacks "runs on tmpfs" 'runs is on tmpfs' mounted "31 21 0:41 / $(pwd -P) rw - tmpfs tmpfs rw"
lacks "a state on an overlay" 'var/lib is on overlay' mounted '31 21 0:41 / /var rw - overlay overlay rw'
lacks "a program on ramfs" 'is on ramfs' mounted "31 21 0:41 / $(dirname "$(readlink -f "$cli")") rw - ramfs none rw"

# by_hand [OPTIONS]: the runs are on a disk of their own, which fstab has with these OPTIONS or not at all
by_hand() {
	mounted "32 21 8:17 / $(pwd -P) rw - ext4 /dev/sdb1 rw"
	if [ $# = 0 ]; then
		: >lacks/etc/fstab
	else
		sed -i "s/auto defaults/auto $1/" lacks/etc/fstab
	fi
}

# unit KIND: systemd mounts it at each boot, or would if it were told
unit() {
	by_hand
	unit=$(systemd-escape --path "$(pwd -P)").$1
	put "etc/systemd/system/$unit" [Unit]
}

lacks "runs on a disk that was mounted by hand" 'runs is on .*, which no boot mounts' by_hand
lacks "runs on a disk that is mounted on demand" 'which no boot mounts' by_hand noauto
for options in nofail noauto,x-systemd.automount; do
	machine lacks
	by_hand $options
	works "check: a disk that is mounted $options" campaign check --root "$tmp/lacks" --reboot "$tmp/reboot" -o lacks.runs
done
if command -v systemd-escape >/dev/null; then
	lacks "runs on a disk with a unit that nothing wants" 'which no boot mounts' unit mount
	for kind in mount automount; do
		machine lacks
		unit $kind
		mkdir lacks/etc/systemd/system/local-fs.target.wants
		ln -s "../$unit" lacks/etc/systemd/system/local-fs.target.wants
		works "check: a disk with a unit that is wanted, $kind" \
			campaign check --root "$tmp/lacks" --reboot "$tmp/reboot" -o lacks.runs
	done
else
	skip "mount units" "there is no systemd-escape"
fi
machine lacks
in_file boot/grub/grub.cfg 's/console=ttyS0/& mitigations=off/'
default_target rescue.target
fails "two things in the way" 3 'mitigations=off .*1 more: see campaign check' \
	campaign start --root "$tmp/lacks" --reboot "$tmp/reboot" -o lacks.runs
for damage in '' '{' '[]' '{"format":"ptiscope-campaign"}'; do
	printf '%s' "$damage" >lacks/var/lib/ptiscope-campaign.json
	fails "a state that is none: '$damage'" 1 'ptiscope-campaign.json: ' campaign status --root lacks
done

# Killed before each of its steps in turn, it goes on to the same end.

# The runs are made up now: a real one takes half a second.
# shellcheck disable=SC2016
printf '#!/bin/sh\n[ "$1" = run ] || exec %s "$@"\nmode=${3##*-}\nexec %s "$3" lane=hardware switch=$mode boot=$mode\n' \
	"$cli" "$mkrun" >made-up
chmod +x made-up

# go_on ROOT HOW: what comes after a kill: the power goes, or somebody resumes
go_on() {
	state=$1/var/lib/ptiscope-campaign.json
	[ ! -e "$state" ] || sed -i "s#\"program\": .*#\"program\": \"$tmp/made-up\",#" "$state"
	if [ -e rebooting ]; then
		rm rebooting
		power_on "$1"
	elif [ ! -e "$state" ] && [ ! -e "$1.runs/campaign.json" ]; then
		start "$1"
	elif [ "$2" = resumed ] || [ ! -L "$1/$enabled" ]; then
		preloaded "$cli" campaign resume --root "$1" >>resume.out 2>>resume.err
	else
		power_on "$1"
	fi
}

# to_the_end ROOT HOW: until nothing is left to do
to_the_end() {
	turn=0
	while [ $((turn += 1)) -lt 10 ]; do
		go_on "$1" "$2"
		[ -e rebooting ] || ! whole "$1" >/dev/null || return 0
	done
	whole "$1"
}

# is_left: so many steps of the countdown were not reached
is_left() {
	[ "$(cat countdown)" -gt 0 ]
}

step=0
until [ $step -gt 0 ] && is_left || [ $step -ge 99 ]; do
	step=$((step + 1))
	how=$([ $((step % 2)) = 0 ] && echo resumed || echo 'turned off')
	rm -rf k.runs rebooting
	: >resume.err
	machine k
	found k >before
	echo $step >countdown
	ok "killed before step $step, and $how" to_the_end k "$how"
done
ok "there were steps, and an end of them" test $step -gt 30 -a $step -lt 99

step=0
until [ $step -gt 0 ] && is_left || [ $step -ge 99 ]; do
	step=$((step + 1))
	rm -rf k.runs rebooting
	machine k
	found k >before
	echo 0 >countdown
	start k
	rm rebooting
	power_on k
	rm rebooting
	echo $step >countdown
	preloaded "$cli" campaign abort --root k >out 2>err
	cp countdown left
	echo 0 >countdown
	[ $((step % 2)) = 0 ] || power_on k
	"$cli" campaign abort --root k >out 2>err
	cp left countdown
	ok "an abort that is killed before step $step can be had again" restored k
done
ok "there were steps, and an end of them" test $step -gt 5 -a $step -lt 99
tap_done
