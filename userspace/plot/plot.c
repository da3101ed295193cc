// SPDX-License-Identifier: GPL-2.0-only
/*
 * Figures through gnuplot: a script is written once and run once for every
 * format.
 */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyse/windows.h"
#include "base/log.h"
#include "base/stop.h"
#include "plot/plot.h"

extern char **environ;

/**
 * plot_text() - write a quoted string of a gnuplot script
 *
 * Names come from files; what gnuplot could take for syntax, a command
 * substitution included, is replaced.
 */
void plot_text(FILE *f, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	fputc('"', f);
	for (const char *c = text; *c; c++)
		fputc(isalnum((unsigned char)*c) ||
				      strchr(" _-+=.,:;/()[]@%'", *c) ?
			      *c :
			      '_',
		      f);
	fputc('"', f);
}

/** plot_title() - write the title of a figure: what, lane, what the lane claims, CPU */
void plot_title(FILE *f, const struct machine *machine, const char *what)
{
	const struct manifest *m = group_manifest(machine->group);
	char title[128];

	snprintf(title, sizeof(title), "%s, lane %s", what,
		 lane_names[m->lane]);
	plot_text(f, "%s", title);
	fputs(".\"\\n\".", f);
	plot_text(f, "%s (%.60s, PCID %s)", lane_claim(m->lane), m->cpu,
		  m->pcid ? "on" : "off");
}

/**
 * plot_is_first_window() - is a key a window of the workload that stands for its path?
 * @i: which key of the part
 *
 * A window and a switch are those of the path, whatever the kernel does then: the
 * first workload is drawn, the others are in the report.
 */
bool plot_is_first_window(const struct part *part, size_t i)
{
	const struct key *keys = part->keys;

	if (!window_is_shown(&part->machine, keys, part->n_keys, &keys[i]))
		return false;
	for (size_t j = 0; j < i; j++)
		if (keys[j].path == keys[i].path &&
		    keys[j].metric == keys[i].metric &&
		    window_is_shown(&part->machine, keys, part->n_keys,
				    &keys[j]))
			return false;
	return true;
}

/** plot_color() - of a variant: colours that stay apart for colour-blind readers and in print */
unsigned int plot_color(const struct group *group)
{
	const struct manifest *m = group_manifest(group);

	if (m->variant == VARIANT_STOCK)
		return m->switch_mode == SWITCH_OFF ? 0xc8c8c8 : 0x8c8c8c;
	if (m->switch_mode == SWITCH_OFF)
		return 0x7fc8a9;
	if (m->skip)
		return 0xcc79a7;
	return m->switch_mode == SWITCH_LATE ? 0xd55e00 : 0x0072b2;
}

/* File names may hold anything; gnuplot takes '' for a quote within quotes. */
static void write_output(FILE *f, const char *file)
{
	fputs("set output '", f);
	for (; *file; file++)
		fputs(*file == '\'' ? "''" : (char[]){ *file, 0 }, f);
	fputs("'\n", f);
}

/* @mask: of signals, as it was before some of them were made to wait */
static int spawn_gnuplot(FILE *script, const sigset_t *mask, pid_t *pid)
{
	static char *const argv[] = { "gnuplot", "-d", "-", NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int err;

	if (posix_spawn_file_actions_init(&actions))
		return ENOMEM;
	if (posix_spawnattr_init(&attr)) {
		posix_spawn_file_actions_destroy(&actions);
		return ENOMEM;
	}
	posix_spawnattr_setsigmask(&attr, mask);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	err = posix_spawn_file_actions_adddup2(&actions, fileno(script),
					       STDIN_FILENO);
	if (!err)
		err = posix_spawnp(pid, argv[0], &actions, &attr, argv,
				   environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return err;
}

/* Waits for it; who asks this process to end asks it too. Returns 0 or an errno. */
static int gnuplot(FILE *script, int *status)
{
	struct stop_child wait;
	sigset_t mask;
	pid_t pid;
	int err;

	sigprocmask(SIG_BLOCK, NULL, &mask);
	stop_init();
	err = spawn_gnuplot(script, &mask, &pid);
	if (!err && !stop_child_open(&wait, pid)) {
		stop_child_wait(&wait);
		stop_child_close(&wait);
	}
	while (!err && waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return err;
}

/* The script is a file, not a pipe: a gnuplot that dies early can't kill the writer. */
static int run_gnuplot(FILE *script)
{
	int err, status = 0;

	rewind(script);
	lseek(fileno(script), 0, SEEK_SET);
	err = gnuplot(script, &status);
	if (err == ENOENT) {
		log_error(
			"gnuplot is not installed (Debian: apt install gnuplot-nox)");
		return -ENOSYS;
	}
	if (err) {
		log_error("can't run gnuplot: %s", strerror(err));
		return -err;
	}
	if (status) {
		log_error("gnuplot failed");
		return -EIO;
	}
	return 0;
}

/*
 * Does a file end as one of its kind does?  gnuplot says nothing of a disk that is full.
 * What is not a regular file, such as a pipe, can't be looked at.
 */
static bool ends_with(const char *file, const char *end)
{
	char last[16];
	struct stat st;
	size_t n = 0;
	FILE *f;

	if (!stat(file, &st) && !S_ISREG(st.st_mode))
		return true;
	f = fopen(file, "r");
	if (!f)
		return false;
	if (!fseek(f, -(long)sizeof(last), SEEK_END))
		n = fread(last, 1, sizeof(last), f);
	fclose(f);
	return memmem(last, n, end, strlen(end));
}

static int check_whole(const char *png, const char *svg)
{
	const char *cut = png && !ends_with(png, "IEND\xae\x42\x60\x82") ? png :
			  !ends_with(svg, "</svg>")			 ? svg :
									   NULL;

	if (!cut)
		return 0;
	log_error(
		"can't write %s: gnuplot has left it cut off; is the disk full?",
		cut);
	return -EIO;
}

static int run_script(const char *body, unsigned int height, const char *png,
		      const char *svg)
{
	FILE *script = tmpfile();
	int err;

	if (!script) {
		log_error("can't create a temporary file: %m");
		return -EIO;
	}
	if (png) {
		fprintf(script,
			"set terminal pngcairo noenhanced size %d,%u font 'Sans,10'\n",
			PLOT_WIDTH, height);
		write_output(script, png);
		fputs(body, script);
		fputs("reset\n", script);
	}
	fprintf(script,
		"set terminal svg noenhanced size %d,%u font 'Sans,13' background 'white'\n",
		PLOT_WIDTH, height);
	write_output(script, svg);
	fputs(body, script);
	fputs("unset output\n", script);
	err = fflush(script) | ferror(script) ? -EIO : 0;
	if (err)
		log_error("can't write a temporary file: %m");
	else
		err = run_gnuplot(script);
	fclose(script);
	return err ? err : check_whole(png, svg);
}

/**
 * plot_draw() - draw a figure of one machine
 * @part: the machine
 * @png: file to write, or NULL for none
 * @svg: file to write
 * Return: 0, -ENOENT when there is nothing to draw, -ENODATA when nothing would
 * vary, -ENOSYS when gnuplot is missing, or another -errno; after one line on
 * stderr but for the first two
 */
int plot_draw(const struct plot *plot, const struct part *part, const char *png,
	      const char *svg)
{
	unsigned int height = 0;
	size_t length;
	char *body;
	FILE *f = open_memstream(&body, &length);
	int err;

	if (!f) {
		log_error("out of memory");
		return -ENOMEM;
	}
	err = plot->write(part, f, &height);
	if (fclose(f) || err == -ENOMEM) {
		log_error("out of memory");
		err = -ENOMEM;
	}
	if (!err)
		err = run_script(body,
				 height < PLOT_HEIGHT ? height : PLOT_HEIGHT,
				 png, svg);
	free(body);
	return err;
}
