/* SPDX-License-Identifier: Apache-2.0 */
#include "workshop.h"

#include <math.h>

#include "restoration.h"

enum { WINDOWS = 300, FAST = 30, SLOW = 60 };

/* A drill without any trouble: `rate` answers in each window, all as fast. */
static void fill(struct run_window *windows, int64_t rate)
{
    for (int i = 0; i < WINDOWS; i++) {
        windows[i] = (struct run_window){.ok = rate};
        windows[i].latency[FAST] = (uint32_t)rate;
    }
}

static void fail_some(struct run_window *window, int64_t failed)
{
    window->ok -= failed;
    window->failed += failed;
    window->latency[FAST] -= (uint32_t)failed;
}

static void slow_some(struct run_window *window, uint32_t slow)
{
    window->latency[FAST] -= slow;
    window->latency[SLOW] += slow;
}

static struct restoration verdict(const struct run_window *windows)
{
    return restoration_of(windows, WINDOWS, 0.01, NULL);
}

static void test_never_broken(void **state)
{
    struct run_window windows[WINDOWS];
    (void)state;
    fill(windows, 200);
    struct restoration restoration = verdict(windows);
    assert_int_equal(restoration.end, RESTORATION_DONE);
    assert_int_equal(restoration.window, 0);
    assert_int_equal(restoration.seen, 30);
    /* not decided before five minutes are over */
    assert_int_equal(restoration_of(windows, 59, 0.01, NULL).end, RESTORATION_OPEN);
    assert_int_equal(restoration_of(windows, 60, 0.01, NULL).end, RESTORATION_DONE);
    assert_int_equal(restoration_of(windows, 29, 0.01, NULL).end, RESTORATION_OPEN);
}

static void test_outage(void **state)
{
    struct run_window windows[WINDOWS];
    (void)state;
    fill(windows, 200);
    for (int i = 30; i < 37; i++) {
        fail_some(&windows[i], 100);
    }
    slow_some(&windows[40], 7); /* 2 of 200 lie above a p99; 7 is beyond 2 + 3 sqrt(2) */
    struct restoration restoration = verdict(windows);
    assert_int_equal(restoration.end, RESTORATION_DONE);
    assert_int_equal(restoration.window, 11); /* after the slow one */
    assert_int_equal(restoration.seen, 41);
}

/* Five good minutes on end are asked for: one that comes back counts from its end. */
static void test_relapse(void **state)
{
    struct run_window windows[WINDOWS];
    (void)state;
    fill(windows, 200);
    fail_some(&windows[31], 50);
    fail_some(&windows[60], 50);
    assert_int_equal(verdict(windows).window, 31);
    fill(windows, 200);
    fail_some(&windows[31], 50);
    fail_some(&windows[62], 50); /* thirty good ones lie between */
    assert_int_equal(verdict(windows).window, 2);
}

/* 1 % of 200 is 2; with a bound of its own more may fail. */
static void test_bounds(void **state)
{
    struct run_window windows[WINDOWS];
    (void)state;
    fill(windows, 200);
    fail_some(&windows[35], 1);
    slow_some(&windows[36], 1);
    assert_int_equal(verdict(windows).window, 0);
    fail_some(&windows[35], 1);
    assert_int_equal(verdict(windows).window, 6);
    assert_int_equal(restoration_of(windows, WINDOWS, 0.05, NULL).window, 0);
}

/* Answers that never come spoil a window as well; a quiet hour does not. */
static void test_silence(void **state)
{
    struct run_window windows[WINDOWS];
    double load[WINDOWS];
    (void)state;
    fill(windows, 200);
    for (int i = 0; i < WINDOWS; i++) {
        load[i] = i < 100 ? 5.0 : 1.0;
        if (30 <= i && i < 45) {
            windows[i] = (struct run_window){0};
        }
    }
    assert_int_equal(verdict(windows).window, 15);
    fill(windows, 200);
    for (int i = 50; i < WINDOWS; i++) {
        load[i] = 0.2;
        windows[i] = (struct run_window){.ok = 40};
        windows[i].latency[FAST] = 40;
    }
    for (int i = 0; i < 50; i++) {
        load[i] = 1.0;
    }
    assert_int_equal(verdict(windows).end, RESTORATION_OPEN);
    assert_int_equal(restoration_of(windows, WINDOWS, 0.01, load).window, 0);
}

static void test_unhealthy(void **state)
{
    struct run_window windows[WINDOWS];
    (void)state;
    fill(windows, 200);
    fail_some(&windows[3], 100);
    assert_int_equal(verdict(windows).end, RESTORATION_UNHEALTHY);
}

static void test_never_restored(void **state)
{
    struct run_window windows[WINDOWS];
    (void)state;
    fill(windows, 200);
    for (int i = 30; i < WINDOWS; i += 25) {
        fail_some(&windows[i], 20);
    }
    assert_int_equal(verdict(windows).end, RESTORATION_OPEN);
}

/* At 10 requests in a window two are judged together, looking forward, so an outage ends when it ends. */
static void test_low_traffic(void **state)
{
    struct run_window windows[WINDOWS];
    (void)state;
    fill(windows, 10);
    for (int i = 32; i < 36; i++) {
        fail_some(&windows[i], 10);
    }
    struct restoration restoration = verdict(windows);
    assert_int_equal(restoration.window, 6);
    assert_int_equal(restoration.seen, 6 + 29 + 2);
    /* a single failure is chance */
    fill(windows, 10);
    fail_some(&windows[33], 1);
    assert_int_equal(verdict(windows).window, 0);
}

static void test_thin_traffic(void **state)
{
    struct run_window windows[WINDOWS] = {{0}};
    (void)state;
    for (int i = 0; i < WINDOWS; i += 2) {
        windows[i].ok = 1;
        windows[i].latency[FAST] = 1;
    }
    assert_int_equal(verdict(windows).end, RESTORATION_THIN);
    windows[1].ok = 5;
    windows[1].latency[FAST] = 5;
    assert_int_equal(verdict(windows).end, RESTORATION_DONE);
}

/* The engine's buckets are a quarter octave of latency + 100 us wide. */
static void test_buckets(void **state)
{
    struct run_window windows[1] = {{0}};
    (void)state;
    workshop_near(restoration_bucket(0), 12.5e-6, 1e-12);
    workshop_near(restoration_bucket(7), 275e-6, 1e-12);
    for (int i = 1; i < 160; i++) {
        assert_true(restoration_bucket(i) > restoration_bucket(i - 1));
    }
    assert_int_equal(restoration_p99(windows, 1), -1);
    windows[0].latency[20] = 99;
    windows[0].latency[90] = 1;
    assert_int_equal(restoration_p99(windows, 1), 20);
    windows[0].latency[90] = 2;
    assert_int_equal(restoration_p99(windows, 1), 90);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_never_broken),   cmocka_unit_test(test_outage),
        cmocka_unit_test(test_relapse),        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_silence),        cmocka_unit_test(test_unhealthy),
        cmocka_unit_test(test_never_restored), cmocka_unit_test(test_low_traffic),
        cmocka_unit_test(test_thin_traffic),   cmocka_unit_test(test_buckets)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
