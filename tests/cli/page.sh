#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The page of a report as a browser shows it.  One window holds a frame for each
# screen, since a window of its own can't be as narrow as a phone's; a script that is
# put into copies of the page measures what a reader would see there.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

if ! command -v chromium >/dev/null || ! command -v gnuplot >/dev/null; then
	skip "the page in a browser" "Debian's packages chromium and gnuplot-nox are not both installed"
	tap_done
	exit
fi

# measuring: the script, for a page to say what it looks like
measuring() {
	cat <<'EOF'
<script>
addEventListener("load", () => {
	const say = [], all = s => [...document.querySelectorAll(s)];
	const seen = e => !!e && e.getBoundingClientRect().bottom <= innerHeight;
	const rgb = text => text.match(/[\d.]+/g).map(Number);
	const light = c => { const [r, g, b] = rgb(c).map(x => (x /= 255) <= 0.04045 ? x / 12.92 :
		((x + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	const behind = e => { for (; e; e = e.parentElement) {
		const c = getComputedStyle(e).backgroundColor; if (rgb(c)[3] !== 0) return c; }
		return "rgb(255, 255, 255)"; };
	const contrast = e => { const a = light(getComputedStyle(e).color), b = light(behind(e));
		return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); };
	const words = () => Math.min(...all("h1, h2, p, li, td, th, a, summary, dt, dd, figcaption")
		.map(contrast)) >= 4.5;
	const reached = e => { e.focus(); return document.activeElement === e &&
		getComputedStyle(e).outlineStyle !== "none"; };
	const fits = () => document.documentElement.scrollWidth <= innerWidth;
	say.push("size " + innerWidth + "x" + innerHeight);
	say.push("verdict " + seen(document.querySelector(".verdict")));
	say.push("figures " + seen(document.querySelector(".answer tbody tr")));
	say.push("picture " + seen(document.querySelector(".answer figure")));
	say.push("dark " + (light(behind(document.body)) < 0.2));
	say.push("folded " + fits());
	for (const d of all("details")) d.open = true;
	say.push("unfolded " + fits());
	say.push("contrast " + words());
	say.push("unnamed " + all("svg, img").filter(s => !s.closest("[aria-label], [alt]")).length);
	say.push("headless " + all("table").filter(t => !t.querySelector("th[scope=col]")).length);
	say.push("unreached " + all("a, summary").filter(e => !reached(e)).length);
	say.push("nowhere " + all("a").filter(a => !document.querySelector(a.getAttribute("href"))).length);
	for (const sheet of document.styleSheets)
		for (const rule of sheet.cssRules)
			if (rule.media?.mediaText === "print") rule.media.mediaText = "all";
			else if (/screen/.test(rule.media?.mediaText)) rule.media.mediaText = "not all";
	say.push("paper " + (light(behind(document.body)) === 1 && words() &&
		getComputedStyle(document.querySelector("nav")).display === "none"));
	parent.postMessage(say.map(s => decodeURI(location.hash.slice(1)) + ": " + s).join("\n"), "*");
});
</script>
EOF
}

# with_script PAGE COPY: COPY says of itself what it looks like
with_script() {
	sed "/<\/body>/{ s///; r script
}" "$1" >"$2"
	echo "</body></html>" >>"$2"
}

# frame NAME FILE SIZE: one more of the page's copies in the window
frame() {
	printf '<iframe src="%s#%s" width="%s" height="%s" style="border: 0"></iframe>\n' \
		"$2" "$1" "${3%x*}" "${3#*x}" >>window.html
	frames=$((frames + 1))
}

# plant NAME SIZE SED: a frame with a fault
plant_fault() {
	planted=$((planted + 1))
	sed "$3" copy.html >"planted-$planted.html"
	cmp -s copy.html "planted-$planted.html" && echo "$1: nothing was planted" >>nothing
	frame "$1" "planted-$planted.html" "$2"
}

# browse [OPTION...]: what the frames say of themselves, in the file measured; the console in log
browse() {
	timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync \
		--user-data-dir="$(mktemp -d "$tmp/profile.XXXXXX")" --window-size=1280,800 \
		--enable-logging=stderr --virtual-time-budget=5000 --dump-dom "$@" "file://$tmp/window.html" \
		>dom 2>log
	sed -n '/<pre id="measured">/,/<\/pre>/p' dom >measured
}

# window: an empty one
window() {
	frames=0
	cat >window.html <<'EOF'
<!DOCTYPE html>
<pre id="measured"></pre>
<script>
addEventListener("message", e => document.getElementById("measured").append("\n" + e.data + "\n"));
</script>
EOF
}

# says NAME KEY VALUE: what the frame NAME measured
says() {
	is "$1: $2" "$(sed -n "s/^$1: $2 //p" measured)" "$3"
}

six_runs
"$mkrun" off switch=off
works "page" report -o html --html page.html off stock-early early late early-marks late-marks
set --
for name in $("$top/vm/bench" --lanes icount,bochs --boots 99 --list | cut -d "|" -f 1); do
	[ ! -f "$top/results/reference/$name/manifest.json" ] || set -- "$@" "$top/results/reference/$name"
done
works "page of the reference runs" report -o html --html reference.html "$@"
measuring >script
with_script page.html copy.html
with_script reference.html measured.html

planted=0
: >nothing
window
frame screen copy.html 1280x800
frame phone copy.html 390x844
frame reference-screen measured.html 1280x800
frame reference-phone measured.html 390x844
plant_fault wide 390x844 's/<h1>/<h1 style="width: 500px">/'
plant_fault table 1280x800 's/<table>/<table style="width: 2000px">/; s/class="wide"//'
plant_fault pale 1280x800 's/--fg: #1c1c1c;/--fg: #999999;/'
plant_fault low 390x844 's/<h1>/<h1 style="margin-top: 900px">/'
plant_fault error 1280x800 's/<script>/<script>console.error("planted");/'
plant_fault nameless 1280x800 's/ aria-label="[^"]*"//'
plant_fault mouse 1280x800 's/<summary>/<summary tabindex="-1" style="outline: none">/'
plant_fault astray 1280x800 's/href="#s1"/href="#nowhere"/'
plant_fault ink 1280x800 's/--bg: #ffffff; } }$/--bg: #202020; } }/'
browse
is "every frame spoke" "$(grep -c ': size ' measured)" "$frames"
is "every fault was planted" "$(cat nothing)" ""
says screen size 1280x800
says phone size 390x844
for name in screen phone reference-screen reference-phone; do
	says $name verdict true
	says $name figures true
	says $name folded true
	says $name unfolded true
	says $name contrast true
	says $name dark false
	says $name unnamed 0
	says $name headless 0
	says $name unreached 0
	says $name nowhere 0
	says $name paper true
done
says screen picture true
says reference-screen picture true
is "the console is silent" "$(grep CONSOLE log | grep -v planted)" ""
says wide folded false
says table unfolded false
says pale contrast false
says low verdict false
is "error: is heard" "$(grep -c 'CONSOLE.*planted' log)" 1
ok "nameless: unnamed" test "$(sed -n 's/^nameless: unnamed //p' measured)" -gt 0
ok "mouse: unreached" test "$(sed -n 's/^mouse: unreached //p' measured)" -gt 0
says astray nowhere 1
says ink paper false

window
frame night copy.html 1280x800
browse --blink-settings=preferredColorScheme=0
says night dark true
says night contrast true
says night paper true
tap_done
