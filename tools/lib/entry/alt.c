// SPDX-License-Identifier: GPL-2.0-only
/*
 * Alternatives: which codes can be at an address once the kernel has patched
 * itself, given the features that are known.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "lib/entry/entry.h"

/* As in the kernel's cpufeatures.h; the last two are those of the patches. */
#define FEATURE_ALWAYS ENTRY_FEATURE(3, 21)
#define FEATURE_PTI ENTRY_FEATURE(7, 11)
#define FEATURE_XENPV ENTRY_FEATURE(8, 16)
#define FEATURE_FRED ENTRY_FEATURE(12, 17)
#define FEATURE_PTI_LATE ENTRY_FEATURE(21, 30)
#define FEATURE_PTI_MARKS ENTRY_FEATURE(21, 31)

#define ALT_FLAG_NOT 1
#define ALT_FLAG_DIRECT_CALL 2
#define SITE_ENTRIES 16

/* struct alt_instr of the kernel */
struct record {
	int32_t instr_offset;
	int32_t repl_offset;
	uint16_t feature;
	uint16_t flags;
	uint8_t instrlen;
	uint8_t replacementlen;
} __attribute__((packed));

/* A record, with its addresses */
struct entry {
	uint64_t addr;
	uint64_t src;
	size_t order;
	struct record r;
};

/* 1 on, 0 off, -1 by the CPU and its mitigations */
static int settled(int feature, const struct entry_config *config)
{
	switch (feature) {
	case FEATURE_ALWAYS:
	case FEATURE_PTI:
		return 1;
	case FEATURE_XENPV:
	case FEATURE_FRED:
		return 0;
	case FEATURE_PTI_LATE:
		return config->late;
	case FEATURE_PTI_MARKS:
		return config->marks;
	}
	return -1;
}

/* 1 on, 0 off, -1 either */
static int known(int feature, const struct entry_config *config)
{
	int on = settled(feature, config);

	if (on >= 0 || !config->features)
		return on;
	for (const uint16_t *f = config->features; *f; f++)
		if (*f == feature)
			return 1;
	return 0;
}

static int by_site(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

/* The features of a site of which either setting must be followed */
static unsigned int free_features(const struct entry *entries, size_t count,
				  const struct entry_config *config,
				  int features[SITE_ENTRIES])
{
	unsigned int n = 0;

	for (size_t e = 0; e < count; e++) {
		unsigned int f = 0;

		if (known(entries[e].r.feature, config) >= 0)
			continue;
		while (f < n && features[f] != entries[e].r.feature)
			f++;
		if (f == n)
			features[n++] = entries[e].r.feature;
	}
	return n;
}

static bool is_on(int feature, const struct entry_config *config,
		  const int *features, unsigned int settings)
{
	int on = known(feature, config);

	if (on >= 0)
		return on;
	for (unsigned int f = 0;; f++)
		if (features[f] == feature)
			return settings & (1U << f);
}

/*
 * ALT_FLAG_DIRECT_CALL: an indirect call becomes a direct one, to what its
 * pointer held while the kernel patched itself.
 */
static bool direct_call(const struct entry_kernel *k, const struct entry *e,
			struct entry_variant *v)
{
	const struct entry_symbol *nop = entry_find(&k->text, "nop_func");
	const uint8_t *insn = entry_file_bytes(k, e->addr, 6);
	const uint8_t *pointer;
	int32_t displacement;
	uint64_t target;

	if (!insn || insn[0] != 0xff || insn[1] != 0x15)
		return false;
	memcpy(&displacement, insn + 2, sizeof(displacement));
	pointer = entry_file_bytes(k, e->addr + 6 + displacement, 8);
	if (!pointer)
		return false;
	memcpy(&target, pointer, sizeof(target));
	if (nop && target == nop->addr)
		v->len = 0;
	else
		v->call = target;
	return true;
}

static int add_variant(const struct entry_kernel *k, struct entry_site *site,
		       const struct entry *e)
{
	struct entry_variant v = { .src = site->addr,
				   .len = site->len,
				   .feature = -1 };

	if (e)
		v = (struct entry_variant){ .src = e->src,
					    .len = e->r.replacementlen,
					    .feature = e->r.feature };
	for (unsigned int n = 0; n < site->count; n++)
		if (site->variant[n].src == v.src &&
		    site->variant[n].feature == v.feature)
			return EXIT_OK;
	if (site->count == ENTRY_VARIANTS ||
	    (e && e->r.flags & ALT_FLAG_DIRECT_CALL &&
	     !direct_call(k, e, &v)) ||
	    !entry_file_bytes(k, v.src, v.len)) {
		warnx("the alternatives at %#lx are of a kind that is not known",
		      (unsigned long)site->addr);
		return EXIT_UNSUPPORTED;
	}
	site->variant[site->count++] = v;
	return EXIT_OK;
}

/*
 * The kernel goes through the entries of an address in order, and each whose
 * condition holds overwrites the whole of it: the last one stays.
 */
static int add_site(struct entry_alts *alts, const struct entry_kernel *k,
		    const struct entry_config *config,
		    const struct entry *entries, size_t count)
{
	struct entry_site *site = &alts->sites[alts->count];
	int features[SITE_ENTRIES];
	unsigned int n;

	*site = (struct entry_site){ .addr = entries[0].addr };
	n = count > SITE_ENTRIES ?
		    SITE_ENTRIES :
		    free_features(entries, count, config, features);
	for (size_t e = 0; e < count; e++)
		if (entries[e].r.instrlen > site->len)
			site->len = entries[e].r.instrlen;
	if (n == SITE_ENTRIES ||
	    (alts->count && site[-1].addr + site[-1].len > site->addr)) {
		warnx("the alternatives at %#lx overlap others, or are too many",
		      (unsigned long)site->addr);
		return EXIT_UNSUPPORTED;
	}
	for (unsigned int settings = 0; settings < 1U << n; settings++) {
		const struct entry *last = NULL;
		int code;

		for (size_t e = 0; e < count; e++)
			if (is_on(entries[e].r.feature, config, features,
				  settings) !=
			    (bool)(entries[e].r.flags & ALT_FLAG_NOT))
				last = &entries[e];
		code = add_variant(k, site, last);
		if (code != EXIT_OK)
			return code;
	}
	alts->count++;
	return EXIT_OK;
}

/* The numbers of the features are those of this kernel if the name of PTI's is. */
static bool numbers_hold(const struct entry_kernel *k)
{
	const struct entry_symbol *names =
		entry_find(&k->text, "x86_cap_flags");
	const uint8_t *bytes;
	uint64_t name;

	if (!names)
		return false;
	bytes = entry_file_bytes(k, names->addr + 8 * FEATURE_PTI, 8);
	if (!bytes)
		return false;
	memcpy(&name, bytes, sizeof(name));
	bytes = entry_file_bytes(k, name, 4);
	return bytes && !memcmp(bytes, "pti", 4);
}

static int read_entries(const struct entry_kernel *k, struct entry **entries,
			size_t *count, bool *late, bool *marks)
{
	const struct entry_symbol *start =
		entry_find(&k->text, "__alt_instructions");
	const struct entry_symbol *end =
		entry_find(&k->text, "__alt_instructions_end");
	const uint8_t *bytes = NULL;
	size_t all = 0;

	if (start && end && end->addr > start->addr &&
	    (end->addr - start->addr) % sizeof(struct record) == 0) {
		all = (end->addr - start->addr) / sizeof(struct record);
		bytes = entry_file_bytes(k, start->addr,
					 end->addr - start->addr);
	}
	if (!bytes || !numbers_hold(k)) {
		warnx("no alternatives, or not those of a kernel that is known");
		return EXIT_UNSUPPORTED;
	}
	*entries = calloc(all, sizeof(**entries));
	if (!*entries) {
		warn("alternatives");
		return EXIT_RUNTIME;
	}
	*count = 0;
	for (size_t n = 0; n < all; n++) {
		uint64_t at = start->addr + n * sizeof(struct record);
		struct entry e = { .order = n };

		memcpy(&e.r, bytes + n * sizeof(e.r), sizeof(e.r));
		e.addr = at + e.r.instr_offset;
		e.src = at + offsetof(struct record, repl_offset) +
			e.r.repl_offset;
		*late |= e.r.feature == FEATURE_PTI_LATE;
		*marks |= e.r.feature == FEATURE_PTI_MARKS;
		(*entries)[(*count)++] = e;
	}
	qsort(*entries, *count, sizeof(**entries), by_site);
	return EXIT_OK;
}

/* Does one of the codes of a place outside the entry text branch into it? */
static bool leads_in(const struct entry_kernel *k, const struct entry *entries,
		     size_t count)
{
	uint64_t target;

	for (size_t e = 0; e < count; e++) {
		const struct record *r = &entries[e].r;

		for (unsigned int n = 0; n < r->instrlen; n++)
			if (entry_branches_in(k, entries[e].addr + n, &target))
				return true;
		for (unsigned int n = 0; n < r->replacementlen; n++)
			if (entry_branches_in(k, entries[e].src + n, &target))
				return true;
	}
	return false;
}

/* Take note of what decides at a site. */
static int add_features(struct entry_alts *alts,
			const struct entry_config *config,
			const struct entry *entries, size_t count)
{
	for (size_t e = 0; e < count; e++) {
		uint16_t feature = entries[e].r.feature;
		size_t n = 0;

		if (settled(feature, config) >= 0)
			continue;
		while (n < alts->feature_count && alts->feature[n] != feature)
			n++;
		if (n == ENTRY_FEATURES) {
			warnx("the alternatives depend on too many features");
			return EXIT_UNSUPPORTED;
		}
		alts->feature[n] = feature;
		alts->feature_count += n == alts->feature_count;
	}
	return EXIT_OK;
}

/* What was booted is patched already, and the image has it. */
static bool is_wanted(const struct entry_kernel *k, const struct entry *entries,
		      size_t count)
{
	if (entry_text_has(k, entries->addr))
		return !k->image;
	return leads_in(k, entries, count);
}

/**
 * entry_alts_load() - the alternatives of the entry text, and of what branches into it
 * @config: what the kernel is booted with
 * Return: EXIT_OK; EXIT_RUNTIME or EXIT_UNSUPPORTED after one line on stderr
 */
int entry_alts_load(struct entry_alts *alts, const struct entry_kernel *k,
		    const struct entry_config *config)
{
	struct entry *entries = NULL;
	bool late = false, marks = false;
	size_t count = 0;
	int code;

	*alts = (struct entry_alts){ 0 };
	code = read_entries(k, &entries, &count, &late, &marks);
	if (code == EXIT_OK &&
	    ((config->late && !late) || (config->marks && !marks))) {
		warnx("this kernel has no %s", late ? "marks" : "late switch");
		code = EXIT_UNSUPPORTED;
	}
	if (code == EXIT_OK) {
		alts->sites = calloc(count + 1, sizeof(*alts->sites));
		if (!alts->sites) {
			warn("alternatives");
			code = EXIT_RUNTIME;
		}
	}
	for (size_t n = 0, next; code == EXIT_OK && n < count; n = next) {
		for (next = n;
		     next < count && entries[next].addr == entries[n].addr;)
			next++;
		if (!is_wanted(k, entries + n, next - n))
			continue;
		code = add_site(alts, k, config, entries + n, next - n);
		if (code == EXIT_OK)
			code = add_features(alts, config, entries + n,
					    next - n);
	}
	free(entries);
	return code;
}

/**
 * entry_branches_in() - may this be a branch from elsewhere into the entry text?
 * @addr: of vmlinux; any bytes that look like one count
 * @target: out: where it leads
 */
bool entry_branches_in(const struct entry_kernel *k, uint64_t addr,
		       uint64_t *target)
{
	const uint8_t *bytes = entry_file_bytes(k, addr, 2);
	unsigned int offset;
	int32_t displacement;

	if (!bytes || entry_text_has(k, addr))
		return false;
	if (bytes[0] == 0xe8 || bytes[0] == 0xe9)
		offset = 1;
	else if (bytes[0] == 0x0f && bytes[1] >= 0x80 && bytes[1] <= 0x8f)
		offset = 2;
	else
		return false;
	bytes = entry_file_bytes(k, addr + offset, sizeof(displacement));
	if (!bytes)
		return false;
	memcpy(&displacement, bytes, sizeof(displacement));
	*target = addr + offset + sizeof(displacement) + displacement;
	return entry_text_has(k, *target);
}

/** entry_alts_free() - free what entry_alts_load() took */
void entry_alts_free(struct entry_alts *alts)
{
	free(alts->sites);
}

/** entry_alts_site() - the site that an address lies in, -1 for none */
int entry_alts_site(const struct entry_alts *alts, uint64_t addr)
{
	size_t low = 0, high = alts->count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct entry_site *s = &alts->sites[middle];

		if (addr < s->addr)
			high = middle;
		else if (addr >= s->addr + s->len)
			low = middle + 1;
		else
			return (int)middle;
	}
	return -1;
}

/**
 * entry_alt_target() - where a branch of a replacement leads once it is patched in
 * @target: where it leads from .altinstr_replacement
 *
 * The kernel moves what leads out of the replacement by the distance of the
 * copy, so that it leads to the same place, and leaves alone what stays inside.
 */
uint64_t entry_alt_target(const struct entry_site *site,
			  const struct entry_variant *v, uint64_t target)
{
	if (target < v->src || target > v->src + v->len)
		return target;
	return site->addr + (target - v->src);
}
