/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_MEASURE_VERIFY_H
#define PTISCOPE_MEASURE_VERIFY_H

#include "measure/record.h"
#include "measure/time.h"

/**
 * struct verdict - did a workload enter the kernel as it declares?
 * @verified: as far as that is known
 * @wrong: what is not as it should be, a sentence; "" where nothing is
 */
struct verdict {
	enum verified verified;
	char wrong[512];
};

struct verdict verify_entries(const struct workload *w,
			      const struct timing *timing,
			      const struct recording *rec);

#endif /* PTISCOPE_MEASURE_VERIFY_H */
