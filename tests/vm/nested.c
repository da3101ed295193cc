// SPDX-License-Identifier: GPL-2.0-only
/*
 * Until SIGINT, claim and count NMIs of unknown reason, as ptiscope nmi --unknown
 * does, and record the paranoid entries that hit the kernel on the user CR3; then
 * say how many there were.  Exit code 0 if all records are right, none lost.
 * Needs a patched kernel with pti=on pti_marks=on, root, the module loaded.
 */
#include "records.h"

#define USER_TABLE (1ULL << 12)
#define NOFLUSH (1ULL << 63)

/* The way out leads back to where the way in came from. */
static bool restored(const struct ptiscope_record *r)
{
	return r->exit_path == PTI_PATH_PARANOID && r->old_cr3 & USER_TABLE &&
	       !(r->new_cr3 & USER_TABLE) &&
	       (r->exit_cr3 & ~NOFLUSH) == r->old_cr3;
}

int main(void)
{
	struct ptiscope_filter filter = { .version = PTISCOPE_ABI_VERSION,
					  .size = sizeof(filter),
					  .paths = 1ULL << PTI_PATH_PARANOID,
					  .cpu = PTISCOPE_NO_CPU };
	struct ptiscope_nmi nmi = { .version = PTISCOPE_ABI_VERSION,
				    .size = sizeof(nmi),
				    .op = PTISCOPE_NMI_START,
				    .flags = PTISCOPE_NMI_UNKNOWN };
	static struct ptiscope_record buf[256];
	unsigned int n[PTI_PATH_COUNT] = { 0 }, bad = 0;
	int fd = open(DEV, O_RDWR), sig;
	sigset_t set;
	ssize_t size;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (fd < 0 || ioctl(fd, PTISCOPE_IOC_FILTER, &filter) ||
	    ioctl(fd, PTISCOPE_IOC_NMI, &nmi) || start(fd, 0))
		return 2;
	sigwait(&set, &sig);
	stop(fd);
	nmi.op = PTISCOPE_NMI_STOP;
	if (ioctl(fd, PTISCOPE_IOC_NMI, &nmi))
		return 2;
	while ((size = read(fd, buf, sizeof(buf))) > 0)
		for (size_t i = 0; i < size / RECORD; i++) {
			n[buf[i].entry_path % PTI_PATH_COUNT]++;
			bad += !sound(&buf[i], 0) || !restored(&buf[i]);
		}
	printf("unknown %llu\nnmi_kernel %u\nmce %u\ndebug %u\nbad %u\nlost %llu\n",
	       (unsigned long long)nmi.unknown, n[PTI_PATH_NMI_KERNEL],
	       n[PTI_PATH_MCE], n[PTI_PATH_DEBUG], bad,
	       (unsigned long long)stats(fd).lost);
	return bad || stats(fd).lost;
}
