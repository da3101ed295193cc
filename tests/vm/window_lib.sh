# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
#
# window-check over kernels as built and as booted, for the tests here and in
# tests/soak; sourced after lib.sh.

check=$top/tools/.output/window-check
patched=$kernels/patched/vmlinux

# window NAME KERNEL ARGUMENT...: the report in $tmp/NAME, the exit code in $rc
window() {
	report=$1 vmlinux=$2
	shift 2
	rc=0
	"$check" "$@" "$vmlinux" >"$tmp/$report" 2>&1 || rc=$?
}

# faults NAME: the lines of a report that say what is wrong
faults() {
	grep -E '^[0-9a-f]{16} ' "$tmp/$1"
}

# clean NAME: nothing is wrong, and something was looked at
clean() {
	[ "$rc" = 0 ] && grep -q '^entry .* asm_exc_page_fault ' "$tmp/$1" &&
		grep -E -q '^cr3 .*to the user table$' "$tmp/$1" && ! faults "$1" &&
		return
	echo "exit code $rc"
	tail -n 30 "$tmp/$1"
	return 1
}

# dump NAME CPU PARAMETERS: boot, and take the entry text of the guest's memory
# to $tmp/NAME.image; its run-time address is in $address.  $rc is the guest's.
dump() {
	rc=0 address=''
	mkdir "$tmp/$1.out"
	"$top/vm/run" --kernel "$kernels/patched" --lane tcg --cpus 1 --cpu "$2" \
		--append "$3" --timeout 900 --out "$tmp/$1.out" --qmp "$tmp/$1.qmp" -- sh -c '
		grep " __entry_text_[se]" /proc/kallsyms >/out/new && mv /out/new /out/text
		while [ ! -e /out/done ]; do sleep 0.2; done' 2>"$tmp/$1.err" &
	guest=$!
	while [ ! -e "$tmp/$1.out/text" ] && kill -0 "$guest" 2>/dev/null; do
		sleep 0.2
	done
	if [ -e "$tmp/$1.out/text" ]; then
		address=$(sed -n 's/ . __entry_text_start$//p' "$tmp/$1.out/text")
		end=$(sed -n 's/ . __entry_text_end$//p' "$tmp/$1.out/text")
		# The kernel is in the last 2 GiB, and QEMU wants a signed number.
		low=$((0x${address#????????} - 0x100000000))
		"$top/tools/.output/qmp" "$tmp/$1.qmp" memsave "{ \"val\": $low, \"size\": \
$((0x${end#????????} - 0x${address#????????})), \"filename\": \"$tmp/$1.image\" }" \
			>"$tmp/$1.qmpout" 2>&1
		touch "$tmp/$1.out/done"
	fi
	wait "$guest" || rc=$?
}

# dumped NAME: the guest ended well and its entry text is there
dumped() {
	[ "$rc" = 0 ] && [ -s "$tmp/$1.image" ] && return
	echo "exit code $rc"
	cat "$tmp/$1.err" "$tmp/$1.qmpout"
	return 1
}

# booted NAME CPU PARAMETERS ARGUMENT...: the kernel as booted is clean
booted() {
	name=$1 cpu=$2 append=$3
	shift 3
	dump "$name" "$cpu" "$append"
	ok "$name: the guest ran and its entry text is saved" dumped "$name"
	window "$name.report" "$patched" --image "$tmp/$name.image@$address" "$@"
	ok "$name: as booted, it is clean" clean "$name.report"
}
