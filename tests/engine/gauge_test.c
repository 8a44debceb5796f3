/* SPDX-License-Identifier: Apache-2.0 */
#include "gauge.h"
#include "near.h"

enum { SECOND = 1000 * 1000 * 1000 };

static int64_t at(int64_t seconds)
{
    return seconds * SECOND;
}

static void an_area_is_the_level_over_time(void **unused)
{
    (void)unused;
    struct gauge gauge = {0};
    gauge_add(&gauge, at(1), 2.0);  /* 0 for 1 s */
    gauge_add(&gauge, at(4), 3.0);  /* 2 for 3 s */
    gauge_add(&gauge, at(5), -4.0); /* 5 for 1 s */
    assert_near(gauge.level, 1.0, 0.0);
    assert_near(gauge_area(&gauge, at(5)), 11.0, 1e-12);
    assert_near(gauge_area(&gauge, at(15)), 21.0, 1e-12);
}

static void reading_an_area_changes_nothing(void **unused)
{
    (void)unused;
    struct gauge gauge = {0};
    gauge_add(&gauge, 0, 1.5);
    assert_near(gauge_area(&gauge, at(2)), 3.0, 1e-12);
    assert_near(gauge_area(&gauge, at(2)), 3.0, 1e-12);
    assert_near(gauge_area(&gauge, at(4)), 6.0, 1e-12);
    assert_int_equal(gauge.since, 0);
}

static void setting_is_adding_the_difference(void **unused)
{
    (void)unused;
    struct gauge set = {0}, added = {0};
    gauge_set(&set, at(1), 4.0);
    gauge_set(&set, at(3), 1.0);
    gauge_add(&added, at(1), 4.0);
    gauge_add(&added, at(3), -3.0);
    assert_near(gauge_area(&set, at(7)), gauge_area(&added, at(7)), 1e-12);
    assert_near(set.peak, 4.0, 0.0);
}

static void a_level_that_is_set_is_exact(void **unused)
{
    (void)unused;
    struct gauge gauge = {0};
    gauge_set(&gauge, at(1), 1e17);
    gauge_set(&gauge, at(2), 0.1); /* the difference alone would leave 0 */
    assert_near(gauge.level, 0.1, 0.0);
}

static void the_peak_is_the_highest_level_and_stays(void **unused)
{
    (void)unused;
    struct gauge gauge = {0};
    gauge_add(&gauge, at(1), 3.0);
    gauge_add(&gauge, at(1), 4.0); /* for no time at all, yet it was there */
    gauge_add(&gauge, at(1), -6.0);
    assert_near(gauge.peak, 7.0, 0.0);
    assert_near(gauge_area(&gauge, at(2)), 1.0, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_area_is_the_level_over_time),
        cmocka_unit_test(reading_an_area_changes_nothing),
        cmocka_unit_test(setting_is_adding_the_difference),
        cmocka_unit_test(a_level_that_is_set_is_exact),
        cmocka_unit_test(the_peak_is_the_highest_level_and_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
