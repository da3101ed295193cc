/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_STATS_POWER_H
#define PTISCOPE_STATS_POWER_H

#include <stddef.h>

/** POWER_WANTED - chance with which an effect shall be shown that is there */
#define POWER_WANTED 0.9

/** POWER_BOOTS_MOST - boots of each mode beyond which nobody goes */
#define POWER_BOOTS_MOST 1000

/** POWER_PLAN_SIZE - room for power_plan() */
#define POWER_PLAN_SIZE 256

/** POWER_NOISE - by what share of a figure quiet machines' boots differ, before it is known */
#define POWER_NOISE 0.005

/** POWER_FAMILY - workloads that a run measures if it is not told which, in round numbers */
#define POWER_FAMILY 40

/*
 * Effects are in standard deviations of boots of one mode: an effect of 2 % where
 * boots differ by 0.5 % is 4.  A family is how many comparisons are judged together.
 */
double power_of(double effect, size_t na, size_t nb, size_t family);
double power_effect_shown(size_t na, size_t nb, size_t family);
size_t power_boots_needed(double effect, size_t family);
void power_plan(char text[POWER_PLAN_SIZE], size_t boots, size_t family,
		double noise);

#endif /* PTISCOPE_STATS_POWER_H */
