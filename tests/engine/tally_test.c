/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"
#include "near.h"
#include "stream.h"
#include "tally.h"

#include <stdlib.h>
#include <string.h>

enum { SAMPLE = 20000 };

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void quantiles_are_those_of_the_sorted_sample_within_three_digits(void **unused)
{
    (void)unused;
    struct arena *arena = arena_open();
    struct tally tally = tally_open(arena);
    struct stream stream = stream_open(1, 0, "n", "tally");
    int64_t *value = arena_array(arena, int64_t, SAMPLE);
    for (int i = 0; i < SAMPLE; i++) {
        value[i] = (int64_t)(2e7 * stream_exponential(&stream)) + 1000;
        tally_add(&tally, value[i]);
    }
    qsort(value, SAMPLE, sizeof *value, by_size);
    static const double shares[] = {0.001, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0};
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        int64_t exact = value[(int)ceil(shares[i] * SAMPLE) - 1];
        double width = fmax((double)exact / 1024.0, TALLY_UNIT_NS);
        assert_near(tally_quantile(&tally, shares[i]), (double)exact * 1e-9, width * 1e-9);
    }
    arena_close(arena);
}

static void durations_off_the_scale_are_exact_in_count_sum_and_extremes(void **unused)
{
    (void)unused;
    struct arena *arena = arena_open();
    struct tally tally = tally_open(arena);
    tally_add(&tally, 0);
    tally_add(&tally, INT64_C(90000000000000)); /* 25 h */
    assert_int_equal(tally.count, 2);
    assert_near(tally_mean(&tally), 45000.0, 1e-6);
    assert_near(tally_quantile(&tally, 1.0), 90000.0, 1e-6);
    assert_near(tally_quantile(&tally, 0.5), 0.0, 1e-6);
    arena_close(arena);
}

static void an_empty_tally_has_no_quantile(void **unused)
{
    (void)unused;
    struct arena *arena = arena_open();
    struct tally tally = tally_open(arena);
    assert_true(isnan(tally_quantile(&tally, 0.5)));
    assert_true(isnan(tally_mean(&tally)));
    arena_close(arena);
}

static void merging_in_any_grouping_gives_the_same_bytes(void **unused)
{
    (void)unused;
    struct arena *arena = arena_open();
    struct tally part[3], left = tally_open(arena), right = tally_open(arena), pair = tally_open(arena);
    for (int i = 0; i < 3; i++) {
        struct stream stream = stream_open(1, i, "n", "merge");
        part[i] = tally_open(arena);
        for (int j = 0; j < 1000; j++) {
            tally_add(&part[i], (int64_t)(1e6 * stream_exponential(&stream)));
        }
    }
    tally_merge(&left, &part[0]);
    tally_merge(&left, &part[1]);
    tally_merge(&left, &part[2]);
    tally_merge(&pair, &part[1]);
    tally_merge(&pair, &part[2]);
    tally_merge(&right, &part[0]);
    tally_merge(&right, &pair);
    assert_int_equal(left.count, right.count);
    assert_true(left.sum == right.sum);
    assert_memory_equal(left.bucket, right.bucket, TALLY_BUCKETS * sizeof(int64_t));
    arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_those_of_the_sorted_sample_within_three_digits),
        cmocka_unit_test(durations_off_the_scale_are_exact_in_count_sum_and_extremes),
        cmocka_unit_test(an_empty_tally_has_no_quantile),
        cmocka_unit_test(merging_in_any_grouping_gives_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
