// SPDX-License-Identifier: GPL-2.0-only
/* The state of a campaign as a file, which is read as if somebody else had written it. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "campaign/campaign.h"
#include "base/infile.h"
#include "base/json_out.h"
#include "base/log.h"
#include "base/outfile.h"
#include "base/text.h"

#define FORMAT "ptiscope-campaign"
#define VERSION 1
#define MAX_BYTES (1U << 20)

const char *const campaign_phase_names[] = { "install", "boot",	   "report",
					     "done",	"aborted", NULL };

/* Strings and numbers as JSON has them, before they are checked. */
struct raw {
	const char *format, *phase, *kernel, *output, *program, *reboot,
		*workloads, *armed_in, *reason;
	json_int_t version, samples, settle, seed, done, attempts;
	int module, had_custom, had_wants;
	json_t *order;
};

static int name_index(const char *const *names, const char *name)
{
	for (int i = 0; names[i]; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

static const char *copy(char *to, size_t size, const char *from,
			const char *what)
{
	if (strlen(from) >= size)
		return what;
	strcpy(to, from);
	text_clean(to);
	/* Names of files are taken as they are, or not at all. */
	return strcmp(to, from) ? what : NULL;
}

static const char *take_texts(struct campaign *c, const struct raw *raw)
{
	const struct {
		char *to;
		size_t size;
		const char *from, *what;
	} texts[] = {
		{ c->kernel, sizeof(c->kernel), raw->kernel, "kernel" },
		{ c->output, sizeof(c->output), raw->output, "output" },
		{ c->program, sizeof(c->program), raw->program, "program" },
		{ c->reboot, sizeof(c->reboot), raw->reboot, "reboot" },
		{ c->workloads, sizeof(c->workloads), raw->workloads,
		  "workloads" },
		{ c->armed_in, sizeof(c->armed_in), raw->armed_in, "armed_in" },
		{ c->reason, sizeof(c->reason), raw->reason, "reason" },
	};
	const char *bad = NULL;

	for (size_t i = 0; !bad && i < sizeof(texts) / sizeof(texts[0]); i++)
		bad = copy(texts[i].to, texts[i].size, texts[i].from,
			   texts[i].what);
	if (!bad && c->output[0] != '/')
		bad = "output";
	return !bad && c->program[0] != '/' ? "program" : bad;
}

static const char *take_order(struct campaign *c, const struct raw *raw)
{
	size_t n = json_array_size(raw->order);

	if (!json_is_array(raw->order) || !n || n > CAMPAIGN_BOOTS_MAX)
		return "order";
	for (size_t i = 0; i < n; i++) {
		const char *name =
			json_string_value(json_array_get(raw->order, i));
		int mode = name ? name_index(campaign_mode_names, name) : -1;

		if (mode < 0)
			return "order";
		c->order[i] = (enum campaign_mode)mode;
	}
	c->boots = n;
	if (raw->done < 0 || (size_t)raw->done > n)
		return "done";
	c->done = (size_t)raw->done;
	return NULL;
}

/* Returns the key whose value makes no sense, or NULL. */
static const char *take(struct campaign *c, const struct raw *raw)
{
	int phase = name_index(campaign_phase_names, raw->phase);
	const char *bad;

	if (strcmp(raw->format, FORMAT))
		return "format";
	if (raw->version != VERSION)
		return "version";
	if (phase < 0)
		return "phase";
	if (raw->samples < 0 || raw->settle < 0 || raw->seed < 0 ||
	    raw->attempts < 0)
		return "samples, settle, seed or attempts";
	c->phase = (enum campaign_phase)phase;
	c->samples = (uint64_t)raw->samples;
	c->settle = (uint64_t)raw->settle;
	c->seed = (uint64_t)raw->seed;
	c->attempts = (uint64_t)raw->attempts;
	c->module = raw->module;
	c->had_custom = raw->had_custom;
	c->had_wants = raw->had_wants;
	bad = take_texts(c, raw);
	if (!bad)
		bad = take_order(c, raw);
	if (!bad && c->phase == CAMPAIGN_BOOT && c->done == c->boots)
		bad = "done";
	return bad;
}

static int take_json(const char *file, json_t *json, struct campaign *c)
{
	struct raw raw;
	json_error_t error;
	const char *bad;

	if (json_unpack_ex(
		    json, &error, JSON_STRICT,
		    "{s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:b, s:o, s:I, "
		    "s:I, s:s, s:b, s:b, s:s}",
		    "format", &raw.format, "version", &raw.version, "phase",
		    &raw.phase, "kernel", &raw.kernel, "output", &raw.output,
		    "program", &raw.program, "reboot", &raw.reboot, "workloads",
		    &raw.workloads, "samples", &raw.samples, "settle",
		    &raw.settle, "seed", &raw.seed, "module", &raw.module,
		    "order", &raw.order, "done", &raw.done, "attempts",
		    &raw.attempts, "armed_in", &raw.armed_in, "had_custom",
		    &raw.had_custom, "had_wants", &raw.had_wants, "reason",
		    &raw.reason)) {
		log_error("%s: is no state of a campaign: %s", file,
			  error.text);
		return -EINVAL;
	}
	bad = take(c, &raw);
	if (!bad)
		return 0;
	log_error("%s: is no state of a campaign: '%s' makes no sense", file,
		  bad);
	return -EINVAL;
}

/**
 * campaign_load() - read the state of a campaign
 * @c: out
 * Return: 0, -ENOENT silently where there is no such file, or another -errno
 * after one line on stderr
 */
int campaign_load(const char *file, struct campaign *c)
{
	json_error_t error;
	json_t *json;
	int fd, err;

	memset(c, 0, sizeof(*c));
	if (access(file, F_OK) && errno == ENOENT)
		return -ENOENT;
	fd = infile_open(file, MAX_BYTES);
	if (fd < 0)
		return fd;
	json = json_loadfd(fd, JSON_REJECT_DUPLICATES, &error);
	close(fd);
	if (!json) {
		log_error("%s: line %d: %s", file, error.line, error.text);
		return -EINVAL;
	}
	err = take_json(file, json, c);
	json_decref(json);
	return err;
}

static json_t *order_json(const struct campaign *c)
{
	json_t *order = json_array();

	for (size_t i = 0; order && i < c->boots; i++)
		if (json_array_append_new(
			    order,
			    json_string(campaign_mode_names[c->order[i]]))) {
			json_decref(order);
			return NULL;
		}
	return order;
}

static json_t *campaign_json(const struct campaign *c)
{
	return json_pack(
		"{s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:b, s:o, s:I, "
		"s:I, s:s, s:b, s:b, s:s}",
		"format", FORMAT, "version", VERSION, "phase",
		campaign_phase_names[c->phase], "kernel", c->kernel, "output",
		c->output, "program", c->program, "reboot", c->reboot,
		"workloads", c->workloads, "samples", (json_int_t)c->samples,
		"settle", (json_int_t)c->settle, "seed", (json_int_t)c->seed,
		"module", c->module, "order", order_json(c), "done",
		(json_int_t)c->done, "attempts", (json_int_t)c->attempts,
		"armed_in", c->armed_in, "had_custom", c->had_custom,
		"had_wants", c->had_wants, "reason", c->reason);
}

/**
 * campaign_save() - write the state of a campaign, whole or not at all
 * Return: 0, or -errno after one line on stderr
 */
int campaign_save(const struct campaign *c, const char *file)
{
	struct outfile out;
	int err = outfile_open(&out, NULL, file);

	if (err)
		return err;
	err = json_out(campaign_json(c), JSON_OUT_FLAGS,
		       "the state of the campaign", out.f);
	if (!err)
		return outfile_commit(&out);
	outfile_abort(&out);
	return err;
}
