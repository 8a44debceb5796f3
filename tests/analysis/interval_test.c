/* SPDX-License-Identifier: Apache-2.0 */
#include "workshop.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "interval.h"
#include "observation.h"

/* Quantiles of t as every table has them. */
static void test_student(void **state)
{
    (void)state;
    workshop_near(interval_student(2), 12.706, 5e-4);
    workshop_near(interval_student(4), 3.182, 5e-4);
    workshop_near(interval_student(10), 2.262, 5e-4);
    workshop_near(interval_student(121), 1.980, 5e-4);
    for (int count = 2; count < 200; count += 7) {
        workshop_near(interval_student(count), gsl_cdf_tdist_Pinv(0.975, count - 1), 1e-9);
    }
}

/* By hand: mean 5, sum of squares 20, so s = sqrt(20/3), and half the width 3.182446305 s / 2. */
static void test_by_hand(void **state)
{
    const double values[] = {2.0, 4.0, 6.0, 8.0};
    (void)state;
    struct interval interval = interval_of(values, 4);
    workshop_near(interval.value, 5.0, 0.0);
    workshop_near(interval_half(interval), 3.182446305 * sqrt(20.0 / 3.0) / 2.0, 1e-8);
    workshop_near(interval.high - interval.value, interval.value - interval.low, 1e-15);
}

static void test_few_values(void **state)
{
    const double some[] = {NAN, 3.0, NAN, 5.0}, one[] = {NAN, 3.0}, none[] = {NAN}, never[] = {1.0, INFINITY};
    (void)state;
    workshop_near(interval_of(some, 4).value, 4.0, 0.0);
    workshop_near(interval_half(interval_of(some, 4)), 12.706204736, 1e-6);
    workshop_near(interval_of(one, 2).value, 3.0, 0.0);
    assert_false(interval_known(interval_of(one, 2)));
    assert_true(isnan(interval_of(none, 1).value));
    assert_true(isnan(interval_of(NULL, 0).value));
    assert_true(isinf(interval_of(never, 2).value));
    assert_false(interval_known(interval_of(never, 2)));
}

static void test_equal_values_are_exact(void **state)
{
    const double values[] = {0.1, 0.1, 0.1};
    (void)state;
    struct interval interval = interval_of(values, 3);
    assert_true(interval.value == 0.1 && interval.low == 0.1 && interval.high == 0.1);
}

static void test_amounts_end_at_zero(void **state)
{
    const double amounts[] = {0.0, 0.0, 1.0}, differences[] = {-1.0, 0.0, 1.0};
    (void)state;
    assert_true(interval_of(amounts, 3).low < 0.0);
    workshop_near(interval_of_amount(amounts, 3).low, 0.0, 0.0);
    assert_true(interval_of_amount(differences, 3).low < 0.0);
}

/* For six values the median lies between the least and the largest with 1 - 2/64 = 96.9 %; five carry 93.8 %. */
static void test_quantiles(void **state)
{
    const double values[] = {5.0, 1.0, 4.0, 2.0, 6.0, 3.0}, never[] = {10.0, INFINITY, NAN, 20.0};
    (void)state;
    struct interval median = interval_of_quantile(values, 6, 0.5);
    workshop_near(median.value, 3.0, 0.0);
    workshop_near(median.low, 1.0, 0.0);
    workshop_near(median.high, 6.0, 0.0);
    assert_false(interval_known(interval_of_quantile(values, 5, 0.5)));
    workshop_near(interval_of_quantile(values, 6, 0.95).value, 6.0, 0.0);
    workshop_near(interval_of_quantile(values, 6, 1.0).value, 6.0, 0.0);
    assert_false(interval_known(interval_of_quantile(values, 6, 1.0)));
    workshop_near(interval_of_quantile(never, 4, 0.5).value, 20.0, 0.0);
    assert_true(isinf(interval_of_quantile(never, 4, 0.95).value));
    assert_true(isnan(interval_of_quantile(never, 0, 0.5).value));
}

/* Against published ranks: for the median of 20 the 95 % interval is the 6th to the 15th value. */
static void test_ranks(void **state)
{
    double values[20];
    (void)state;
    for (int i = 0; i < 20; i++) {
        values[i] = i + 1;
    }
    struct interval median = interval_of_quantile(values, 20, 0.5);
    workshop_near(median.low, 6.0, 0.0);
    workshop_near(median.high, 15.0, 0.0);
}

/* The interval holds the true mean about 95 times in 100. */
static void test_coverage(void **state)
{
    struct stream stream = stream_open(1, 0, "test", "coverage");
    int inside = 0, trials = 4000;
    (void)state;
    for (int i = 0; i < trials; i++) {
        double values[5];
        for (int k = 0; k < 5; k++) {
            values[k] = 10.0 + stream_normal(&stream);
        }
        struct interval interval = interval_of(values, 5);
        inside += interval.low <= 10.0 && 10.0 <= interval.high;
    }
    workshop_near((double)inside / trials, 0.95, 0.012);
}

/* ---- Observations ---- */

static void test_observations(void **state)
{
    struct arena *arena = arena_open();
    struct observations table = observation_open(arena);
    (void)state;
    for (int r = 0; r < 20; r++) {
        observation_note(&table, r, "a", UNIT_SECOND, r);
        if (r >= 10) {
            observation_note(&table, r, "b", UNIT_COUNT, 1.0);
        }
    }
    assert_int_equal(table.count, 2);
    assert_int_equal(table.replications, 20);
    workshop_near(observation_interval(&table, "a").value, 9.5, 0.0);
    workshop_near(observation_sum(&table, "b"), 10.0, 0.0);
    assert_true(isnan(observation_find(&table, "b")->value[9]));
    assert_null(observation_find(&table, "c"));
    assert_true(isnan(observation_interval(&table, "c").value));
    arena_close(arena);
}

static void test_names(void **state)
{
    struct arena *arena = arena_open();
    (void)state;
    const char *name = observation_name(arena, "latency.p99", "request", "GET /a\"b\\c, {d=\"e\"}");
    assert_string_equal(name, "latency.p99{request=\"GET /a\\\"b\\\\c, {d=\\\"e\\\"}\"}");
    assert_string_equal(observation_scope(arena, name, "request"), "GET /a\"b\\c, {d=\"e\"}");
    assert_null(observation_scope(arena, name, "d"));
    name = observation_drill_name(arena, "recovery.rto", "orders", "task_crash");
    assert_string_equal(name, "recovery.rto{component=\"orders\", drill=\"task_crash\"}");
    assert_string_equal(observation_scope(arena, name, "component"), "orders");
    assert_string_equal(observation_scope(arena, name, "drill"), "task_crash");
    assert_null(observation_scope(arena, "latency.p99", "request"));
    assert_null(observation_scope(arena, "broken{request", "request"));
    assert_null(observation_scope(arena, "broken{request=", "request"));
    assert_string_equal(observation_name(arena, "latency.p99", "request", NULL), "latency.p99");
    arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_student),
                                       cmocka_unit_test(test_by_hand),
                                       cmocka_unit_test(test_few_values),
                                       cmocka_unit_test(test_equal_values_are_exact),
                                       cmocka_unit_test(test_amounts_end_at_zero),
                                       cmocka_unit_test(test_quantiles),
                                       cmocka_unit_test(test_ranks),
                                       cmocka_unit_test(test_coverage),
                                       cmocka_unit_test(test_observations),
                                       cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
