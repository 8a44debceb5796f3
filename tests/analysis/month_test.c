/* SPDX-License-Identifier: Apache-2.0 */
#include "workshop.h"

#include <math.h>
#include <string.h>

#include "month.h"

/* From 1 at midnight down to 0 at noon and up again: mean 0.5. */
static const double corner_time[] = {0.0, 43200.0}, corner_factor[] = {1.0, 0.0};
static const struct curve corner = {corner_time, corner_factor, 2, 86400.0};

/* A week that is busy on its first day alone. */
static const double week_time[] = {0.0, 86400.0, 86401.0, 604799.0};
static const double week_factor[] = {1.0, 1.0, 0.0, 0.0};
static const struct curve week = {week_time, week_factor, 4, 604800.0};

static void test_curve_mean(void **state)
{
    (void)state;
    workshop_near(month_curve_mean(&corner, 0.0, 86400.0), 0.5, 1e-12);
    workshop_near(month_curve_mean(&corner, 0.0, 43200.0), 0.5, 1e-12);
    workshop_near(month_curve_mean(&corner, 0.0, 3600.0), 1.0 - 0.5 * 3600.0 / 43200.0, 1e-12);
    workshop_near(month_curve_mean(&corner, 43200.0, 46800.0), 0.5 * 3600.0 / 43200.0, 1e-12);
    /* over midnight, on another day, and before the first one */
    workshop_near(month_curve_mean(&corner, 86400.0 - 3600.0, 86400.0 + 3600.0), 1.0 - 0.5 / 12.0, 1e-12);
    workshop_near(month_curve_mean(&corner, -3600.0, 3600.0), 1.0 - 0.5 / 12.0, 1e-12);
    workshop_near(month_curve_mean(&corner, 864000.0, 864000.0 + 3600.0), 1.0 - 0.5 / 12.0, 1e-12);
}

static struct month month_with(struct workshop *workshop, const struct curve *curve, double horizon,
                               double from)
{
    workshop->clients.profile = curve;
    workshop->environment.plan.horizon = horizon;
    workshop->environment.plan.from = from;
    return month_of(&workshop->environment.plan, workshop->arena);
}

static void test_whole_days(void **state)
{
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    struct month month = month_with(&workshop, &corner, 86400.0, 0.0);
    workshop_near(month.time, 730.0 / 24.0, 1e-12);
    workshop_near(month.load, 730.0 / 24.0, 1e-12);
    assert_null(month.note);
    month = month_with(&workshop, &corner, 2.0 * 86400.0, 0.0);
    workshop_near(month.load, 730.0 / 48.0, 1e-12);
    assert_null(month.note);
    workshop_close(&workshop);
}

/* An hour at the peak: its counts are half as many again as the mean hour's, its levels are taken as they are. */
static void test_peak_hour(void **state)
{
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    struct month month = month_with(&workshop, &corner, 3600.0, 0.0);
    double window = 1.0 - 0.5 / 12.0;
    workshop_near(month.time, 730.0, 1e-9);
    workshop_near(month.load, 730.0 * 0.5 / window, 1e-9);
    workshop_holds(month.note, "bill extrapolated from 1 h of the day");
    workshop_holds(month.note, "0.522"); /* 0.5 / 0.9583 */
    /* the clock's own midnight and --from both move the window */
    workshop.environment.plan.clock = 40000.0;
    month = month_with(&workshop, &corner, 3600.0, 3200.0);
    workshop_near(month.load, 730.0 * 0.5 / (0.5 / 12.0), 1e-6);
    workshop_close(&workshop);
}

static void test_constant_load(void **state)
{
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    struct month month = month_with(&workshop, NULL, 600.0, 0.0);
    workshop_near(month.load, month.time, 1e-9);
    workshop_holds(month.note, "bill extrapolated from 10min of the day");
    workshop_close(&workshop);
}

/* A day of a week is a whole day, but not a whole week. */
static void test_week(void **state)
{
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    struct month month = month_with(&workshop, &week, 86400.0, 0.0);
    workshop_near(month.load, 730.0 / 24.0 / 7.0, 1e-3);
    workshop_holds(month.note, "bill extrapolated from 1d of the profile");
    month = month_with(&workshop, &week, 604800.0, 0.0);
    assert_null(month.note);
    workshop_close(&workshop);
}

static void test_quantities(void **state)
{
    const struct month month = {730.0, 365.0, NULL};
    const struct meter level = {.kind = METER_GAUGE}, count = {.kind = METER_COUNT},
                       sum = {.kind = METER_SUM};
    const struct meter fixed = {.kind = METER_MONTHLY, .monthly = 3.0};
    (void)state;
    workshop_near(month_quantity(&month, &level, 2.0), 1460.0, 0.0);
    workshop_near(month_quantity(&month, &count, 2.0), 730.0, 0.0);
    workshop_near(month_quantity(&month, &sum, 2.0), 730.0, 0.0);
    workshop_near(month_quantity(&month, &fixed, 99.0), 3.0, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_curve_mean), cmocka_unit_test(test_whole_days),
        cmocka_unit_test(test_peak_hour),  cmocka_unit_test(test_constant_load),
        cmocka_unit_test(test_week),       cmocka_unit_test(test_quantities)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
