/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_RENDER_HTML_STYLE_H
#define PTISCOPE_RENDER_HTML_STYLE_H

/* Style sheet of the page: one column on a phone, answer beside picture on a screen */
#define HTML_STYLE                                                                                \
	":root { color-scheme: light dark; --fg: #1c1c1c; --bg: #ffffff; --dim: #555555; "        \
	"--line: #c8c8c8; --head: #f0f0f0; --link: #00528c; }\n"                                  \
	"@media screen and (prefers-color-scheme: dark) { :root { --fg: #e6e6e6; --bg: #16181a; " \
	"--dim: #b0b0b0; --line: #44484c; --head: #24282c; --link: #8cc8ff; } }\n"                \
	"* { box-sizing: border-box; }\n"                                                         \
	"body { font: 15px/1.4 sans-serif; color: var(--fg); background: var(--bg); "             \
	"margin: 0 auto; padding: 0.6em 1em 2em; max-width: 82em; overflow-wrap: anywhere; }\n"   \
	"a { color: var(--link); }\n"                                                             \
	":focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }\n"               \
	"h1 { font-size: 1.35em; margin: 0.2em 0; }\n"                                            \
	"h2 { border-bottom: 1px solid var(--line); margin-top: 1.6em; }\n"                       \
	"p { margin: 0.4em 0; max-width: 60em; }\n"                                               \
	".verdict { font-size: 1.2em; font-weight: bold; }\n"                                     \
	".wide { overflow-x: auto; }\n"                                                           \
	"table { border-collapse: collapse; margin: 0.5em 0; font-size: 13px; }\n"                \
	"th, td { border-bottom: 1px solid var(--line); padding: 0.12em 0.6em; "                  \
	"text-align: left; white-space: nowrap; font-variant-numeric: tabular-nums; }\n"          \
	"th { background: var(--head); }\nth a { color: inherit; }\n"                             \
	".n { text-align: right; }\n"                                                             \
	"figure { margin: 0.5em 0; padding: 4px; background: #ffffff; color: #1c1c1c; "           \
	"border: 1px solid var(--line); }\n"                                                      \
	"figcaption { font-size: 13px; padding: 0 0.5em; }\n"                                     \
	"svg { display: block; max-width: 100%; height: auto; }\n"                                \
	"details { margin: 0.4em 0; }\n"                                                          \
	"summary { cursor: pointer; font-weight: bold; }\n"                                       \
	"dt { font-weight: bold; }\ndd { margin: 0 0 0.4em 1.5em; }\n"                            \
	"li { color: var(--fg); }\n"                                                              \
	"@media (min-width: 64em) { .answer { display: grid; column-gap: 1.5em; "                 \
	"grid-template-columns: max-content minmax(0, 1fr); align-items: start; }\n"              \
	".answer > h1, .answer > p, .answer > ul { grid-column: 1 / 3; }\n"                       \
	".answer > .wide { grid-column: 1; grid-row: 4; }\n"                                      \
	".answer > figure { grid-column: 2; grid-row: 4; } }\n"                                   \
	"@media (max-width: 40em) { body { padding: 0.4em 0.6em; font-size: 14px; }\n"            \
	".answer table { font-size: 12px; }\n"                                                    \
	".answer th, .answer td { padding: 0.12em 0.3em; white-space: normal; }\n"                \
	".answer .n { white-space: nowrap; overflow-wrap: normal; }\n"                            \
	".answer th { overflow-wrap: normal; } }\n"                                               \
	"@media print { nav { display: none; } details { break-inside: avoid; }\n"                \
	":root { color-scheme: light; --fg: #000000; --bg: #ffffff; } }\n"

#endif /* PTISCOPE_RENDER_HTML_STYLE_H */
