// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that skip the switch: a bar for each of them with PTI off, early, late, and
 * late with the switch skipped.
 */
#include <errno.h>
#include <math.h>

#include "analyse/skip.h"
#include "plot/plot.h"

#define TITLE_HEIGHT 130
#define BAR_HEIGHT 18
#define MOST_BARS 40
#define GAP 0.5

static const char *const side_names[SKIP_SIDES] = { "PTI off", "early", "late",
						    "skipped" };

/* Where the next bar goes, and how far to the right the longest one reaches */
struct bars {
	const struct part *part;
	FILE *f;
	double y;
	double most;
	size_t n;
};

static int write_bars(void *to, const struct skip_line *line)
{
	char text[NUMBER_SIZE];
	struct bars *bars = to;
	bool first = true;

	if (!line->faster || bars->n >= MOST_BARS)
		return 0;
	for (int side = 0; side < SKIP_SIDES; side++) {
		double value = line->value[side];

		if (isnan(value))
			continue;
		fprintf(bars->f, "%.10g %.10g %u ", bars->y++, value,
			plot_color(skip_group(bars->part, side)));
		plot_text(bars->f, "%s%s%s",
			  first ? line->row->key.workload : "",
			  first ? ":  " : "", side_names[side]);
		fputc(' ', bars->f);
		plot_text(bars->f, "%s", format_number(text, value));
		fputc('\n', bars->f);
		bars->most = fmax(bars->most, value);
		bars->n++;
		first = false;
	}
	bars->y += GAP;
	return 0;
}

static int write_skip(const struct part *part, FILE *f, unsigned int *height)
{
	struct bars bars = { .part = part, .f = f };
	int err;

	fputs("$bars << EOD\n", f);
	err = skip_lines_each(part, write_bars, &bars);
	fputs("EOD\n", f);
	if (err || !bars.n)
		return err ? err : -ENOENT;
	*height = TITLE_HEIGHT + BAR_HEIGHT * (bars.y + 1);
	fputs("set multiplot layout 1,1 title ", f);
	plot_title(f, &part->machine,
		   "Round trips of calls that skip the switch");
	fprintf(f,
		".\"\\n \"\nset style fill solid 1 border lc rgb '#202020'\nset border 3\n"
		"set tics nomirror out\nset lmargin 24\nset rmargin 4\nunset key\n"
		"set xlabel '%s'\nset yrange [%.10g:-1]\nset xrange [0:%.10g]\n"
		"plot $bars using (0):1:(0):2:($1-0.4):($1+0.4):3:ytic(4) with boxxyerror lc rgb variable, \\\n"
		"     '' using 2:1:5 with labels left offset 1,0\n"
		"unset multiplot\n",
		unit_name(group_manifest(part->machine.group)->unit), bars.y,
		bars.most > 0 ? bars.most * 1.15 : 1);
	return 0;
}

const struct plot plot_skip = {
	.name = "skip",
	.caption =
		"Calls that skip the switch: PTI off, early, late, and late with the switch skipped.",
	.write = write_skip,
};
