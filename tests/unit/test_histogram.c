// SPDX-License-Identifier: GPL-2.0-only
/* The slots that BPF counts in, and what is made of them. */
#include "unit.h"

#include "analyse/histogram.h"

/* Every value lies within the bounds of its slot; slots follow one another. */
static void test_slots(void **state)
{
	uint64_t value, step;
	unsigned int slot, i;

	(void)state;
	for (value = 0, step = 1; value < 1ULL << 33; value += step) {
		slot = pti_bpf_slot(value);
		assert_in_range(slot, 0, PTI_BPF_SLOT_LAST);
		assert_true(histogram_low(slot) <= value);
		assert_true(histogram_high(slot) >= value);
		step = value < 1 << 20 ? 1 : value >> 12;
	}
	assert_int_equal(pti_bpf_slot(UINT64_MAX), PTI_BPF_SLOT_LAST);
	assert_int_equal(pti_bpf_slot(UINT32_MAX), PTI_BPF_SLOT_LAST);
	for (i = 0; i < 16; i++) {
		assert_int_equal(histogram_low(i), i);
		assert_int_equal(histogram_high(i), i);
	}
	for (i = 1; i <= PTI_BPF_SLOT_LAST; i++)
		assert_true(histogram_low(i) == histogram_high(i - 1) + 1);
}

static void test_quantiles(void **state)
{
	__u64 slots[PTI_BPF_SLOTS] = { 0 };
	uint64_t value;
	double got;

	(void)state;
	assert_true(histogram_quantile(slots, 0.5) == 0);
	slots[7] = 1;
	assert_true(histogram_quantile(slots, 0) == 7);
	assert_true(histogram_quantile(slots, 1) == 7);
	slots[7] = 0;
	for (value = 1; value <= 100000; value++)
		slots[pti_bpf_slot(value)]++;
	assert_int_equal(histogram_count(slots), 100000);
	got = histogram_quantile(slots, 0.5);
	assert_true(got > 50000 * 15.0 / 16 && got < 50000 * 17.0 / 16);
	got = histogram_quantile(slots, 0.99);
	assert_true(got > 99000 * 15.0 / 16 && got < 99000 * 17.0 / 16);
	assert_true(histogram_quantile(slots, 0) == 1);
}

static void test_push(void **state)
{
	__u64 slots[PTI_BPF_SLOTS] = { [3] = 3, [5] = 1, [9] = 4 };
	struct sample_set set;
	struct series *all, *half;

	(void)state;
	sample_set_init(&set);
	all = sample_set_add(&set, PTI_PATH_SYSCALL64, METRIC_ENTRY_WINDOW,
			     UNIT_TICKS, "all", 1);
	assert_non_null(all);
	assert_int_equal(histogram_push(slots, 100, all), 0);
	assert_int_equal(all->n, 8);
	assert_int_equal(all->values[0], 3);
	assert_int_equal(all->values[2], 3);
	assert_int_equal(all->values[3], 5);
	assert_int_equal(all->values[4], 9);
	assert_int_equal(all->values[7], 9);

	half = sample_set_add(&set, PTI_PATH_SYSCALL64, METRIC_ENTRY_WINDOW,
			      UNIT_TICKS, "half", 1);
	assert_non_null(half);
	assert_int_equal(histogram_push(slots, 4, half), 0);
	assert_int_equal(half->n, 4);
	assert_int_equal(half->values[0], 3);
	assert_int_equal(half->values[1], 5);
	assert_int_equal(half->values[2], 9);
	assert_int_equal(half->values[3], 9);
	sample_set_deinit(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slots),
		cmocka_unit_test(test_quantiles),
		cmocka_unit_test(test_push),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
