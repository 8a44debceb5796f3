/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "budget.h"
#include "stream.h"

static void a_retry_costs_5_and_10_after_a_timeout(void **state)
{
    (void)state;
    struct budget budget;
    budget_open(&budget, &budget_standard);
    assert_int_equal(budget.tokens, 500);
    assert_int_equal(budget_take(&budget, BUDGET_TRANSIENT), 5);
    assert_int_equal(budget_take(&budget, BUDGET_THROTTLED), 5);
    assert_int_equal(budget_take(&budget, BUDGET_TIMEOUT), 10);
    assert_int_equal(budget.tokens, 480);
}

static void with_the_2026_rules_a_retry_costs_14_and_5_when_throttled(void **state)
{
    (void)state;
    struct budget budget;
    budget_open(&budget, &budget_2026);
    assert_int_equal(budget_take(&budget, BUDGET_TRANSIENT), 14);
    assert_int_equal(budget_take(&budget, BUDGET_TIMEOUT), 14);
    assert_int_equal(budget_take(&budget, BUDGET_THROTTLED), 5);
}

static void a_success_at_the_first_attempt_gives_1_back(void **state)
{
    (void)state;
    struct budget budget;
    budget_open(&budget, &budget_standard);
    budget_take(&budget, BUDGET_TIMEOUT);
    budget_succeed(&budget, 0);
    assert_int_equal(budget.tokens, 491);
}

static void a_success_after_retries_gives_the_last_cost_back(void **state)
{
    (void)state;
    struct budget budget;
    budget_open(&budget, &budget_standard);
    budget_take(&budget, BUDGET_TIMEOUT);
    int64_t last = budget_take(&budget, BUDGET_TRANSIENT);
    budget_succeed(&budget, last);
    assert_int_equal(budget.tokens, 490);
}

static void the_quota_never_exceeds_its_capacity(void **state)
{
    (void)state;
    struct budget budget;
    budget_open(&budget, &budget_standard);
    budget_succeed(&budget, 0);
    assert_int_equal(budget.tokens, 500);
    budget_take(&budget, BUDGET_TRANSIENT);
    budget_succeed(&budget, 10);
    assert_int_equal(budget.tokens, 500);
}

static void an_empty_quota_refuses_retries(void **state)
{
    (void)state;
    struct budget budget;
    budget_open(&budget, &budget_standard);
    for (int i = 0; i < 100; i++) assert_int_equal(budget_take(&budget, BUDGET_TRANSIENT), 5);
    assert_int_equal(budget_take(&budget, BUDGET_TRANSIENT), 0);
    assert_int_equal(budget.tokens, 0);
    for (int i = 0; i < 4; i++) budget_succeed(&budget, 0);
    assert_int_equal(budget_take(&budget, BUDGET_TRANSIENT), 0); /* 4 are too few, and stay */
    budget_succeed(&budget, 0);
    assert_int_equal(budget_take(&budget, BUDGET_TRANSIENT), 5);
}

static void delays_double_up_to_20_seconds_with_full_jitter(void **state)
{
    (void)state;
    const double longest[] = {1, 2, 4, 8, 16, 20, 20};
    for (int i = 0; i < 7; i++) {
        assert_true(budget_delay(&budget_standard, BUDGET_TRANSIENT, i + 1, 1) == longest[i]);
        assert_true(budget_delay(&budget_standard, BUDGET_TRANSIENT, i + 1, 0.25) == longest[i] / 4);
        assert_true(budget_delay(&budget_standard, BUDGET_TRANSIENT, i + 1, 0) == 0);
    }
}

static void with_the_2026_rules_delays_begin_at_50_ms_or_1_s_when_throttled(void **state)
{
    (void)state;
    assert_true(budget_delay(&budget_2026, BUDGET_TRANSIENT, 1, 1) == 0.05);
    assert_true(budget_delay(&budget_2026, BUDGET_TRANSIENT, 2, 1) == 0.1);
    assert_true(budget_delay(&budget_2026, BUDGET_THROTTLED, 1, 1) == 1);
    assert_true(budget_delay(&budget_2026, BUDGET_THROTTLED, 9, 1) == 20);
    assert_true(budget_delay(&budget_2026_dynamodb, BUDGET_TRANSIENT, 1, 1) == 0.025);
    assert_int_equal(budget_standard.attempts, 3);
    assert_int_equal(budget_2026_dynamodb.attempts, 4);
}

static void retry_after_is_held_within_5_seconds_of_the_delay(void **state)
{
    (void)state;
    assert_true(budget_retry_after(2, 1) == 2);
    assert_true(budget_retry_after(2, 4) == 4);
    assert_true(budget_retry_after(2, 60) == 7);
}

/* 10: 24.6 %, 14: 21.5 %, 5: 32.1 %; AWS says about 22 % and 32 %. */
static void the_quota_drains_above_22_and_32_per_cent_of_failures(void **state)
{
    (void)state;
    assert_true(fabs(budget_drain(&budget_2026, BUDGET_TRANSIENT) - 0.215) < 0.0005);
    assert_true(fabs(budget_drain(&budget_2026, BUDGET_THROTTLED) - 0.321) < 0.0005);
    assert_true(fabs(budget_drain(&budget_standard, BUDGET_TIMEOUT) - 0.246) < 0.0005);
}

/* Tokens left after many calls whose attempts fail with probability p. */
static int64_t left_after(double p)
{
    struct stream stream = {7};
    struct budget budget;
    budget_open(&budget, &budget_2026);
    for (int call = 0; call < 50000; call++) {
        int64_t cost = 0, retries = 0;
        bool failed = stream_uniform(&stream) < p;
        while (failed && retries < 2) {
            int64_t taken = budget_take(&budget, BUDGET_TRANSIENT);
            if (taken == 0) break;
            cost = taken;
            retries++;
            failed = stream_uniform(&stream) < p;
        }
        if (!failed) budget_succeed(&budget, cost);
    }
    return budget.tokens;
}

static void a_simulated_client_agrees_with_the_drain_threshold(void **state)
{
    (void)state;
    assert_true(left_after(0.19) > 250);
    assert_true(left_after(0.24) < 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_retry_costs_5_and_10_after_a_timeout),
        cmocka_unit_test(with_the_2026_rules_a_retry_costs_14_and_5_when_throttled),
        cmocka_unit_test(a_success_at_the_first_attempt_gives_1_back),
        cmocka_unit_test(a_success_after_retries_gives_the_last_cost_back),
        cmocka_unit_test(the_quota_never_exceeds_its_capacity),
        cmocka_unit_test(an_empty_quota_refuses_retries),
        cmocka_unit_test(delays_double_up_to_20_seconds_with_full_jitter),
        cmocka_unit_test(with_the_2026_rules_delays_begin_at_50_ms_or_1_s_when_throttled),
        cmocka_unit_test(retry_after_is_held_within_5_seconds_of_the_delay),
        cmocka_unit_test(the_quota_drains_above_22_and_32_per_cent_of_failures),
        cmocka_unit_test(a_simulated_client_agrees_with_the_drain_threshold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
