/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "arena.h"
#include "metric.h"

#define SECOND INT64_C(1000000000)

static const struct metric_timing minute = {60, 0}, late = {60, 150}, fine = {20, 20};

static void a_point_is_due_when_its_period_is_over(void **state)
{
    (void)state;
    struct arena *arena = arena_open();
    struct metric metric;
    metric_open(&metric, arena, 7 * SECOND, &minute, 5);
    assert_int_equal(metric_begins(&metric), 7 * SECOND);
    assert_int_equal(metric_ends(&metric), 67 * SECOND);
    assert_false(metric_due(&metric, 67 * SECOND - 1));
    assert_true(metric_due(&metric, 67 * SECOND));
    metric_put(&metric, 1);
    assert_false(metric_due(&metric, 67 * SECOND));
    assert_int_equal(metric_begins(&metric), 67 * SECOND);
    arena_close(arena);
}

static void a_point_is_visible_only_after_its_delay(void **state)
{
    (void)state;
    struct arena *arena = arena_open();
    struct metric metric;
    metric_open(&metric, arena, 0, &late, 5);
    for (int i = 0; i < 5; i++) metric_put(&metric, i);
    assert_int_equal(metric_visible(&metric, 0), 0);
    assert_int_equal(metric_visible(&metric, 210 * SECOND - 1), 0);
    assert_int_equal(metric_visible(&metric, 210 * SECOND), 1);
    assert_int_equal(metric_visible(&metric, 270 * SECOND), 2);
    assert_int_equal(metric_at(&metric, 1).visible, 270 * SECOND);
    assert_int_equal(metric_at(&metric, 1).start, 60 * SECOND);
    arena_close(arena);
}

static void a_point_that_was_not_put_is_not_visible(void **state)
{
    (void)state;
    struct arena *arena = arena_open();
    struct metric metric;
    metric_open(&metric, arena, 0, &minute, 5);
    metric_put(&metric, 1);
    assert_int_equal(metric_visible(&metric, 1000 * SECOND), 1);
    assert_true(isnan(metric_at(&metric, 1).value));
    assert_true(isnan(metric_at(&metric, -1).value));
    arena_close(arena);
}

static void high_resolution_points_come_every_20_seconds(void **state)
{
    (void)state;
    struct arena *arena = arena_open();
    struct metric metric;
    metric_open(&metric, arena, 0, &fine, 5);
    int64_t put = 0;
    for (int64_t now = 0; now <= 60 * SECOND; now += 10 * SECOND)
        if (metric_due(&metric, now)) metric_put(&metric, (double)put++);
    assert_int_equal(put, 3);
    assert_int_equal(metric_visible(&metric, 60 * SECOND), 2);
    arena_close(arena);
}

static void the_ring_keeps_what_is_visible_and_what_is_waiting(void **state)
{
    (void)state;
    struct arena *arena = arena_open();
    struct metric metric;
    metric_open(&metric, arena, 0, &late, 17);
    for (int i = 0; i < 1000; i++) {
        metric_put(&metric, i);
        int64_t visible = metric_visible(&metric, metric_begins(&metric));
        for (int64_t back = 1; back <= 17 && back <= visible; back++)
            assert_true(metric_at(&metric, visible - back).value == (double)(visible - back));
    }
    assert_true(isnan(metric_at(&metric, 0).value));
    arena_close(arena);
}

static void the_mean_skips_missing_points(void **state)
{
    (void)state;
    struct arena *arena = arena_open();
    struct metric metric;
    metric_open(&metric, arena, 0, &minute, 5);
    const double values[] = {10, 90, NAN, 60, NAN};
    for (int i = 0; i < 5; i++) metric_put(&metric, values[i]);
    int64_t now = 300 * SECOND;
    assert_true(metric_mean(&metric, now, 1, 5) == 60);
    assert_true(metric_mean(&metric, now, 2, 5) == 75);
    assert_true(metric_mean(&metric, now, 2, 2) == 60);
    assert_true(isnan(metric_mean(&metric, now, 3, 1)));
    assert_true(isnan(metric_mean(&metric, 0, 3, 5)));
    arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_point_is_due_when_its_period_is_over),
        cmocka_unit_test(a_point_is_visible_only_after_its_delay),
        cmocka_unit_test(a_point_that_was_not_put_is_not_visible),
        cmocka_unit_test(high_resolution_points_come_every_20_seconds),
        cmocka_unit_test(the_ring_keeps_what_is_visible_and_what_is_waiting),
        cmocka_unit_test(the_mean_skips_missing_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
