// SPDX-License-Identifier: GPL-2.0-only
/* Of a step that takes more than 2 s: what it is, how far, how long still. */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/terminal.h"

#define SECOND 1000000000ULL
#define QUIET (2 * SECOND)
#define PAUSE (SECOND / 4)

/**
 * progress_begin() - a step begins
 * @what: is used as long as @p is
 */
void progress_begin(struct progress *p, const char *what)
{
	*p = (struct progress){ .what = what,
				.start = clock_ns(),
				.on = terminal_has_escapes(stderr) };
}

/**
 * progress_text() - how far it is
 * @now: ns
 * @done: of @most, which is above 0
 * Return: is it time to say so?
 */
bool progress_text(char text[PROGRESS_SIZE], const struct progress *p,
		   uint64_t now, uint64_t done, uint64_t most)
{
	double left = done ? (double)(now - p->start) / (double)done *
				      (double)(most - done) / SECOND :
			     0;
	int n;

	if (now - p->start < QUIET || (p->shown && now - p->shown < PAUSE))
		return false;
	n = snprintf(text, PROGRESS_SIZE, "%.80s: %" PRIu64 " of %" PRIu64,
		     p->what, done, most);
	if (done && left < 120)
		snprintf(text + n, PROGRESS_SIZE - (size_t)n, ", %.0f s left",
			 left);
	else if (done)
		snprintf(text + n, PROGRESS_SIZE - (size_t)n, ", %.0f min left",
			 left / 60);
	return true;
}

/**
 * progress_show() - so much is done
 *
 * Where nobody watches it costs a comparison.
 */
void progress_show(struct progress *p, uint64_t done, uint64_t most)
{
	char text[PROGRESS_SIZE];
	uint64_t now;

	if (!p->on)
		return;
	now = clock_ns();
	if (!progress_text(text, p, now, done, most))
		return;
	p->shown = now;
	log_progress("%s", text);
}
