/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_ANALYSE_SENSITIVITY_H
#define PTISCOPE_ANALYSE_SENSITIVITY_H

#include "analyse/model.h"

/** SENSITIVITY_SIZE - room for sensitivity_tell() */
#define SENSITIVITY_SIZE 512

/**
 * struct sensitivity - what the boots that were measured could show
 * @typical: the comparison of median @detectable share
 * @worst: the one of the greatest
 * @boots: boots of each mode that show 1 % of the typical one, alone among the family,
 *	in 9 campaigns of 10; 0 for more than POWER_BOOTS_MOST
 */
struct sensitivity {
	const struct row *typical;
	const struct row *worst;
	size_t boots;
};

bool part_sensitivity(const struct part *part, struct sensitivity *s);
double row_detectable_share(const struct row *row);
bool sensitivity_tell(const struct part *part, char text[SENSITIVITY_SIZE]);

#endif /* PTISCOPE_ANALYSE_SENSITIVITY_H */
