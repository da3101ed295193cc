# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The bochs lane of vm/run, which sources this.
# shellcheck disable=SC2154,SC2034

bochs_code=$here/bochs

# Bochs counts one tick an instruction, and RDTSC reads that; so "ips" is the
# frequency of the TSC and of virtual time, whatever the host makes of it.
bochs_ips=200000000

# bochs_payload: what the guest needs besides the common payload
bochs_payload() {
	mkdir -p "$tmp/root/bin" "$tmp/root/ctl" "$tmp/root/out"
	gcc -O2 -static -s -o "$tmp/root/bin/send" "$bochs_code/send.c" 2>"$tmp/cc" ||
		die 125 "vm/bochs/send.c does not build: $(cat "$tmp/cc")"
	cp "$tmp/ctl/command" "$tmp/root/ctl/command"
	# There is no share: the guest gets a copy and sends its own back.
	[ -z "$out" ] || cp -RL "$out/." "$tmp/root/out/"
}

# bochs_start: build the machine, start it, leave its $pid
bochs_start() {
	{
		gcc -O2 -o "$tmp/image" "$bochs_code/image.c" &&
			gcc -c -o "$tmp/rom.o" "$bochs_code/rom.S" &&
			ld -Ttext 0 --oformat binary -o "$tmp/rom" "$tmp/rom.o"
	} 2>"$tmp/cc" || die 125 "vm/bochs does not build: $(cat "$tmp/cc")"
	[ -f "$kernel/vmlinux" ] || die 125 "no vmlinux in $kernel"
	# reboot=t: panic=-1 then ends in a triple fault, and that ends Bochs.
	"$tmp/image" "$kernel/vmlinux" "$image" "$tmp/initramfs" "$mem" \
		"$parameters nokaslr reboot=t" "$tmp" || die 125 "no image for Bochs"
	cat >"$tmp/bochsrc" <<END
display_library: rfb, options="timeout=0"
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/vgabios/vgabios.bin
optromimage1: file=rom.bin, address=0xd0000
ata0-master: type=disk, path=disk, mode=flat
boot: disk
megs: $mem
cpu: model=$cpu, count=1, ips=$bochs_ips, reset_on_triple_fault=0, ignore_bad_msrs=1
clock: sync=none
com1: enabled=1, mode=file, dev=console
parport1: enabled=1, file=sent
log: log
panic: action=fatal
error: action=ignore
info: action=ignore
debug: action=ignore
speaker: enabled=0
sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy
END
	# Debian's build has the debugger, which waits for a word.
	echo c >"$tmp/bochs.rc"
	# It reads files in its own directory, or else in its user's home.
	set --
	[ -z "$tlb" ] || set -- env "LD_PRELOAD=$here/tlb/.output/shim.so" \
		"PTISCOPE_TLB=$tlb" "PTISCOPE_TLB_REPORT=$tmp/tlb" \
		"PTISCOPE_TLB_MIB=$mem" "PTISCOPE_TLB_PLANT=$tlb_plant"
	[ -z "$tlb_pages" ] || set -- "$@" "PTISCOPE_TLB_PAGES=$tmp/pages" \
		"PTISCOPE_TLB_PERCPU=$(bochs_symbol __per_cpu_offset)"
	(cd "$tmp" && exec timeout -k 5 "$timeout" "$@" \
		bochs-bin -q -f bochsrc -rc bochs.rc >"$tmp/bochs" 2>&1 </dev/null) &
	pid=$!
}

# bochs_receive: put what the guest sent where a share would have it
bochs_receive() {
	[ -s "$tmp/sent" ] || return 0
	mkdir "$tmp/received"
	# Cut off where the guest died: what is whole comes out.
	tar -x --no-same-owner -f "$tmp/sent" -C "$tmp/received" 2>/dev/null || :
	for f in stdout stderr dmesg verdict; do
		[ ! -f "$tmp/received/ctl/$f" ] || mv "$tmp/received/ctl/$f" "$tmp/ctl/"
	done
	[ -z "$out" ] || [ ! -d "$tmp/received/out" ] ||
		cp -R "$tmp/received/out/." "$out/" || die 125 "cannot write $out"
}

# bochs_excuse DMESG: cut out the warnings that Bochs itself deserves, whatever the
# kernel.  With one CPU its CPUID leaves contradict each other on their number.  And
# after a SYSCALL with TF set it delivers #DB, though the flag is masked.
bochs_excuse() {
	awk '
	/ cut here / { block = $0; inside = 1; next }
	!inside { print; next }
	{ block = block "\n" $0 }
	/ end trace / {
		if (block !~ / WARNING: [^\n]* parse_legacy\+/ &&
		    !(block ~ / WARNING: [^\n]* exc_debug_kernel\+/ &&
		      block ~ /RIP: 0010:entry_SYS[A-Z]*_(64|compat)\+0x0\//))
			print block
		inside = 0
	}
	END { if (inside) print block }' "$1" >"$1.judged" && mv "$1.judged" "$1"
}

# bochs_tlb_code FUNCTION: exit:START-END, where the kernel has it
bochs_tlb_code() {
	sort "$kernel/System.map" 2>/dev/null | awk -v name="$1" '
	start && $1 != start { print "exit:" start "-" $1; found = 1; exit }
	$3 == name { start = $1 }
	END { exit !found }' || die 2 "--tlb-plant: the kernel has no function '$1'"
}

# bochs_tlb_options: check --tlb and what belongs to it; files by their whole names
bochs_tlb_options() {
	if [ -z "$tlb" ]; then
		[ -z "$tlb_report$tlb_pages$tlb_plant" ] || die 2 "--tlb is missing"
		return 0
	fi
	case $tlb_plant in
	'' | invpcid | invlpg | noflush) ;;
	exit:*) tlb_plant=$(bochs_tlb_code "${tlb_plant#exit:}") || exit ;;
	*) die 2 "--tlb-plant: '$tlb_plant' is not invpcid, invlpg, noflush or exit:FUNCTION" ;;
	esac
	need make flock
	# Guests may start at the same time.
	tlb_said=$(flock "$here/tlb/Makefile" make -s -C "$here/tlb" 2>&1) ||
		die 125 "vm/tlb does not build: $tlb_said"
	tlb_all=''
	for tlb_one in $(printf '%s' "$tlb" | tr , ' '); do
		case $tlb_one in
		*/*) tlb_one=$(realpath -m "$tlb_one") ;;
		esac
		tlb_said=$("$here/tlb/.output/geometry" "$tlb_one" 2>&1 >/dev/null) ||
			die 2 "--tlb: ${tlb_said#geometry: }"
		tlb_all=$tlb_all,$tlb_one
	done
	tlb=${tlb_all#,}
	[ "$(printf '%s' "$tlb" | tr -cd , | wc -c)" -lt 4 ] || die 2 "--tlb: more than 4 geometries"
}

# bochs_symbol NAME: its address
bochs_symbol() {
	sed -n "s/^\([0-9a-f]*\) . $1\$/\1/p" "$kernel/System.map" 2>/dev/null
}

# bochs_tlb_pages: what the shim left of pages, with names for addresses, into $tlb_pages.
# Addresses have 16 digits, so that strings are in their order.
bochs_tlb_pages() {
	[ -s "$tmp/pages" ] || die 125 "the TLB model left no pages"
	sort "$kernel/System.map" 2>/dev/null | awk -F '[, ]' -v OFS=, '
	# symbol(A): the last one that is not behind A
	function symbol(a,   low, high, middle) {
		low = 0
		high = symbols + 1
		while (high - low > 1) {
			middle = int((low + high) / 2)
			if (at[middle] "" <= a "") low = middle; else high = middle
		}
		return low ? name[low] : "?"
	}
	# The page of the CPU entry area, of the only CPU, that has the last digits D
	function entry_area(d) {
		if (d ~ /^00000/) return "IDT"
		if (d ~ /^00001/) return "GDT"
		if (d ~ /^00002/) return "entry stack"
		return d ~ /^0000[345]/ ? "TSS" : "exception stacks"
	}
	function where(a) {
		if (a == "stack") return "kernel stack"
		if (a ~ /^00000000/) return "per-CPU " symbol(a)
		if (a ~ /^0/) return "user"
		if (a ~ /^fffffe00/) return "CPU entry area: " entry_area(substr(a, 9))
		if (a ~ /^ffffff/) return a ~ /^ffffffff[89a]/ ? symbol(a) : "module"
		if (a ~ /^ffffea/) return "struct page"
		return a ~ /^ffff88[89]/ ? "direct map" : "vmalloc"
	}
	NR == FNR { at[++symbols] = $1; name[symbols] = $3; next }
	FNR > 1 {
		$10 = where($10)
		$9 = $9 ~ /^f/ ? symbol($9) : "user"
	}
	{ print }' - "$tmp/pages" >"$tmp/pages.named"
	keep "$tmp/pages.named" "$tlb_pages"
}

# bochs_tlb_verdict: say if there was no TLB model, and what it found
bochs_tlb_verdict() {
	tlb_why=$(sed -n 's/^refused: //p' "$tmp/tlb" 2>/dev/null)
	[ -n "$tlb_why" ] || [ -s "$tmp/tlb" ] || tlb_why='it left no report'
	if [ -n "$tlb_why" ]; then
		note "this ran without the TLB model: $tlb_why"
		return 0
	fi
	[ "$judge" = yes ] || return 0
	awk '
	/^stale:/ { print "  " $0; bad = 1 }
	/^differences [1-9]/ { print "  accesses that the model translates otherwise:", $0; bad = 1 }
	/^geometry / && $NF > 0 { print "  stale translations used, " $2 ": " $NF; bad = 1 }
	END { exit bad }' "$tmp/tlb" >"$tmp/tlb.bad" && return
	note "the TLB model shows a fault:"
	cat "$tmp/tlb.bad" >&2
	return 1
}
