/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "arena.h"
#include "breaker.h"
#include "defaults.h"
#include "placement.h"
#include "policy.h"

static struct policy defaults(struct arena *arena)
{
    struct policy policy = {.name = "policy", .metric = "CPUUtilization"};
    defaults_apply(policy_params, &policy, arena);
    return policy;
}

static void check_table(const struct param *params)
{
    for (const struct param *param = params; param->key; param++) {
        size_t length = strlen(param->help);
        assert_true(length > 10 && param->help[length - 1] == '.');
        assert_true(param->source && *param->source);
        if (param->rows) check_table(param->rows);
    }
}

static void every_row_has_a_help_and_a_source(void **state)
{
    (void)state;
    check_table(policy_scaling_params);
    check_table(breaker_params);
    check_table(placement_strategy_params);
    check_table(placement_constraint_params);
}

static void defaults_are_those_of_aws(void **state)
{
    (void)state;
    struct arena *arena = arena_open();
    struct policy policy = defaults(arena);
    assert_true(policy.scale_out_cooldown == 300);
    assert_true(policy.scale_in_cooldown == 300);
    assert_true(policy.cooldown == 300);
    assert_int_equal(policy.out_periods, 3);
    assert_int_equal(policy.in_periods, 15);
    assert_true(policy.scale_in_margin == 0.1);
    assert_true(isinf(policy.target_value));
    assert_false(policy.disable_scale_in);
    arena_close(arena);
}

static void keys_of_cloudformation_and_terraform_are_known(void **state)
{
    (void)state;
    assert_non_null(param_find(policy_params, "comparison_operator"));
    assert_non_null(param_find(policy_params, "extended_statistic"));
    assert_non_null(param_find(policy_step_params, "metric_interval_lower_bound"));
    assert_non_null(param_find(policy_step_params, "metric_interval_upper_bound"));
    assert_non_null(param_find(policy_step_params, "scaling_adjustment"));
    struct arena *arena = arena_open();
    const struct param *comparison = param_find(policy_params, "comparison");
    const char *const pairs[][2] = {{">", "GreaterThanThreshold"},
                                    {">=", "GreaterThanOrEqualToThreshold"},
                                    {"<", "LessThanThreshold"},
                                    {"<=", "LessThanOrEqualToThreshold"}};
    for (int i = 0; i < 4; i++) {
        int sign = -1, word = -1;
        const char *problem;
        assert_true(param_read(comparison, pairs[i][0], arena, &sign, &problem));
        assert_true(param_read(comparison, pairs[i][1], arena, &word, &problem));
        assert_int_equal(sign % 4, i);
        assert_int_equal(word % 4, i);
    }
    arena_close(arena);
}

static void both_spellings_of_a_metric_measure_the_same(void **state)
{
    (void)state;
    assert_int_equal(policy_metric_find("ECSServiceAverageCPUUtilization")->measure, POLICY_CPU);
    assert_int_equal(policy_metric_find("CPUUtilization")->measure, POLICY_CPU);
    assert_int_equal(policy_metric_find("ALBRequestCountPerTarget")->measure, POLICY_REQUESTS);
    assert_int_equal(policy_metric_find("RequestCountPerTarget")->measure, POLICY_REQUESTS);
    assert_null(policy_metric_find("CPUUtilisation"));
    assert_string_equal(policy_metric_nearest("CPUUtilisation", POLICY_CAN(POLICY_CPU)), "CPUUtilization");
    assert_null(policy_metric_nearest("CPUUtilisation", POLICY_CAN(POLICY_BACKLOG)));
}

static void ecs_metrics_come_once_a_minute(void **state)
{
    (void)state;
    struct arena *arena = arena_open();
    struct policy_scaling scaling = {.min_capacity = 1};
    defaults_apply(policy_scaling_params, &scaling, arena);
    struct policy policy = defaults(arena);
    policy.policy_type = POLICY_TARGET_TRACKING;
    policy.metric = "ECSServiceAverageCPUUtilization";
    struct metric_timing timing = policy_timing(&scaling, &policy);
    assert_true(timing.period == 60 && timing.delay == 150);
    arena_close(arena);
}

static void high_resolution_metrics_of_cpu_and_memory_come_every_20_seconds(void **state)
{
    (void)state;
    struct arena *arena = arena_open();
    struct policy_scaling scaling = {.min_capacity = 1};
    defaults_apply(policy_scaling_params, &scaling, arena);
    struct policy policy = defaults(arena);
    policy.policy_type = POLICY_TARGET_TRACKING;
    const char *const names[] = {"ECSServiceAverageCPUUtilizationHighResolution",
                                 "ECSServiceAverageMemoryUtilizationHighResolution"};
    for (int i = 0; i < 2; i++) {
        policy.metric = names[i];
        struct metric_timing timing = policy_timing(&scaling, &policy);
        assert_true(timing.period == 20 && timing.delay == 20);
    }
    policy.policy_type = POLICY_STEP;
    assert_true(policy_timing(&scaling, &policy).period == 60);
    arena_close(arena);
}

static void target_tracking_has_alarms_of_3_and_15_points(void **state)
{
    (void)state;
    struct arena *arena = arena_open();
    struct policy policy = defaults(arena);
    policy.policy_type = POLICY_TARGET_TRACKING;
    policy.target_value = 70;
    struct alarm_rule out, in;
    policy_alarms(&policy, &out, &in);
    assert_int_equal(out.evaluation_periods, 3);
    assert_int_equal(out.datapoints_to_alarm, 3);
    assert_int_equal(out.comparison, ALARM_GREATER);
    assert_true(out.threshold == 70);
    assert_int_equal(in.evaluation_periods, 15);
    assert_int_equal(in.datapoints_to_alarm, 15);
    assert_int_equal(in.comparison, ALARM_LESS);
    assert_true(fabs(in.threshold - 63) < 1e-12);
    arena_close(arena);
}

/* ELB response time: 9 of 15 (cloudformation-coverage-roadmap#2353); capacity providers: 1 of 1 out. */
static void the_shape_of_an_alarm_is_set_for_each_policy(void **state)
{
    (void)state;
    struct arena *arena = arena_open();
    struct policy policy = defaults(arena);
    policy.policy_type = POLICY_TARGET_TRACKING;
    policy.out_periods = 1;
    policy.in_datapoints = 9;
    policy.scale_in_margin = 0.2;
    policy.target_value = 100;
    struct alarm_rule out, in;
    policy_alarms(&policy, &out, &in);
    assert_int_equal(out.datapoints_to_alarm, 1);
    assert_int_equal(in.evaluation_periods, 15);
    assert_int_equal(in.datapoints_to_alarm, 9);
    assert_true(in.threshold == 80);
    policy.disable_scale_in = true;
    policy_alarms(&policy, &out, &in);
    assert_int_equal(in.evaluation_periods, 0);
    arena_close(arena);
}

static void a_step_policy_has_one_alarm_whatever_its_side(void **state)
{
    (void)state;
    struct arena *arena = arena_open();
    struct policy policy = defaults(arena);
    policy.policy_type = POLICY_STEP;
    policy.threshold = 20;
    policy.comparison = 6; /* LessThanThreshold */
    policy.evaluation_periods = 10;
    struct alarm_rule out, in;
    policy_alarms(&policy, &out, &in);
    assert_int_equal(out.comparison, ALARM_LESS);
    assert_int_equal(out.evaluation_periods, 10);
    assert_int_equal(out.datapoints_to_alarm, 10);
    assert_int_equal(in.evaluation_periods, 0);
    arena_close(arena);
}

/* amazon-ec2-auto-scaling-user-guide, as-using-sqs-queue: 1,500 messages on 10 instances, 100 acceptable. */
static void ten_instances_with_a_backlog_of_150_at_target_100_become_15(void **state)
{
    (void)state;
    assert_int_equal(policy_proportional(10, 150, 100), 15);
}

static void proportions_are_rounded_up(void **state)
{
    (void)state;
    assert_int_equal(policy_proportional(3, 100, 70), 5);
    assert_int_equal(policy_proportional(5, 84, 70), 6);
    assert_int_equal(policy_proportional(3, 71, 70), 4);
    assert_int_equal(policy_proportional(10, 49, 70), 7);
    assert_int_equal(policy_proportional(7, 70 * (1 + 1e-12), 70), 7);
    assert_int_equal(policy_proportional(0, 100, 70), 0);
    assert_int_equal(policy_proportional(4, 1e300, 70), 1000000000000000);
}

static void a_scale_in_never_ends_above_the_target(void **state)
{
    (void)state;
    for (int64_t running = 1; running <= 200; running++)
        for (double value = 1; value < 63; value += 0.5) {
            int64_t wanted = policy_proportional(running, value, 70);
            assert_true(wanted <= running);
            assert_true((double)running * value / (double)wanted <= 70 * (1 + 1e-9));
            if (wanted > 1) assert_true((double)running * value / (double)(wanted - 1) > 70 * (1 - 1e-9));
        }
}

static void percentages_are_rounded_as_documented(void **state)
{
    (void)state;
    assert_int_equal(policy_percent_round(12.7), 12);
    assert_int_equal(policy_percent_round(0.67), 1);
    assert_int_equal(policy_percent_round(-0.58), -1);
    assert_int_equal(policy_percent_round(-6.67), -6);
    assert_int_equal(policy_percent_round(0), 0);
    assert_int_equal(policy_percent_round(1), 1);
    assert_int_equal(policy_percent_round(-1), -1);
    assert_int_equal(policy_percent_round(100 * 1.1 - 107), 3); /* 3.0000000000000142 and 2.9999... alike */
    assert_int_equal(policy_percent_round(2.9999999999999996), 3);
}

static int64_t change(int type, double adjustment, int64_t least, int64_t capacity)
{
    struct policy policy = {.adjustment_type = type, .min_adjustment_magnitude = least};
    struct policy_step step = {0, INFINITY, adjustment};
    return policy_step_change(&policy, &step, capacity);
}

static void the_three_adjustment_types_change_capacity_as_documented(void **state)
{
    (void)state;
    assert_int_equal(change(POLICY_CHANGE, 5, 0, 3), 5);
    assert_int_equal(change(POLICY_CHANGE, -1, 0, 3), -1);
    assert_int_equal(change(POLICY_EXACT, 5, 0, 3), 2);
    assert_int_equal(change(POLICY_EXACT, 2, 0, 3), -1);
    assert_int_equal(change(POLICY_PERCENT, 10, 0, 10), 1);
    assert_int_equal(change(POLICY_PERCENT, 30, 0, 11), 3);   /* 3.3 */
    assert_int_equal(change(POLICY_PERCENT, -10, 0, 14), -1); /* -1.4 */
    assert_int_equal(change(POLICY_PERCENT, -30, 0, 13), -3); /* -3.9 */
}

static void a_percentage_is_raised_to_the_minimum_magnitude(void **state)
{
    (void)state;
    assert_int_equal(change(POLICY_PERCENT, 25, 0, 4), 1);
    assert_int_equal(change(POLICY_PERCENT, 25, 2, 4), 2);
    assert_int_equal(change(POLICY_PERCENT, -25, 2, 4), -2);
    assert_int_equal(change(POLICY_PERCENT, 100, 2, 4), 4);
    assert_int_equal(change(POLICY_PERCENT, 0, 2, 4), 0);
    assert_int_equal(change(POLICY_CHANGE, 1, 2, 4), 1);
}

/* The example of application-auto-scaling-step-scaling-policies: threshold 50, out by 0/10/30 %. */
static void bounds_above_the_threshold_include_the_lower_one(void **state)
{
    (void)state;
    struct policy_step steps[] = {{0, 10, 0}, {10, 20, 10}, {20, INFINITY, 30}};
    struct policy policy = {
        .comparison = ALARM_GREATER_OR_EQUAL, .threshold = 50, .step_adjustments = {steps, 3}};
    assert_ptr_equal(policy_step_at(&policy, 50), &steps[0]);
    assert_ptr_equal(policy_step_at(&policy, 59.9), &steps[0]);
    assert_ptr_equal(policy_step_at(&policy, 60), &steps[1]);
    assert_ptr_equal(policy_step_at(&policy, 70), &steps[2]);
    assert_ptr_equal(policy_step_at(&policy, 1e9), &steps[2]);
    assert_null(policy_step_at(&policy, 49));
    assert_null(policy_step_at(&policy, NAN));
}

static void bounds_below_the_threshold_include_the_upper_one(void **state)
{
    (void)state;
    struct policy_step steps[] = {{-10, 0, 0}, {-20, -10, -10}, {INFINITY, -20, -30}};
    struct policy policy = {
        .comparison = ALARM_LESS_OR_EQUAL, .threshold = 50, .step_adjustments = {steps, 3}};
    assert_ptr_equal(policy_step_at(&policy, 50), &steps[0]);
    assert_ptr_equal(policy_step_at(&policy, 40.1), &steps[0]);
    assert_ptr_equal(policy_step_at(&policy, 40), &steps[1]);
    assert_ptr_equal(policy_step_at(&policy, 30), &steps[2]);
    assert_ptr_equal(policy_step_at(&policy, -1e9), &steps[2]);
    assert_null(policy_step_at(&policy, 51));
}

static void statistics_are_words_or_percentiles(void **state)
{
    (void)state;
    struct policy policy = {.metric = "TargetResponseTime"};
    struct policy_statistic statistic;
    assert_true(policy_statistic_of(&policy, &statistic));
    assert_int_equal(statistic.kind, POLICY_AVERAGE);
    policy.metric = "ALBRequestCountPerTarget";
    assert_true(policy_statistic_of(&policy, &statistic));
    assert_int_equal(statistic.kind, POLICY_SUM);
    policy.statistic = "Maximum";
    assert_true(policy_statistic_of(&policy, &statistic));
    assert_int_equal(statistic.kind, POLICY_MAXIMUM);
    policy.statistic = "p99";
    assert_true(policy_statistic_of(&policy, &statistic));
    assert_int_equal(statistic.kind, POLICY_PERCENTILE);
    assert_true(statistic.level == 0.99);
    policy.statistic = "p99.9";
    assert_true(policy_statistic_of(&policy, &statistic));
    assert_true(statistic.level == 0.999);
    const char *const refused[] = {"p", "p101", "p0", "p9.", "p.9", "99", "p99x", "Median", ""};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        policy.statistic = refused[i];
        assert_false(policy_statistic_of(&policy, &statistic));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_a_help_and_a_source),
        cmocka_unit_test(defaults_are_those_of_aws),
        cmocka_unit_test(keys_of_cloudformation_and_terraform_are_known),
        cmocka_unit_test(both_spellings_of_a_metric_measure_the_same),
        cmocka_unit_test(ecs_metrics_come_once_a_minute),
        cmocka_unit_test(high_resolution_metrics_of_cpu_and_memory_come_every_20_seconds),
        cmocka_unit_test(target_tracking_has_alarms_of_3_and_15_points),
        cmocka_unit_test(the_shape_of_an_alarm_is_set_for_each_policy),
        cmocka_unit_test(a_step_policy_has_one_alarm_whatever_its_side),
        cmocka_unit_test(ten_instances_with_a_backlog_of_150_at_target_100_become_15),
        cmocka_unit_test(proportions_are_rounded_up),
        cmocka_unit_test(a_scale_in_never_ends_above_the_target),
        cmocka_unit_test(percentages_are_rounded_as_documented),
        cmocka_unit_test(the_three_adjustment_types_change_capacity_as_documented),
        cmocka_unit_test(a_percentage_is_raised_to_the_minimum_magnitude),
        cmocka_unit_test(bounds_above_the_threshold_include_the_lower_one),
        cmocka_unit_test(bounds_below_the_threshold_include_the_upper_one),
        cmocka_unit_test(statistics_are_words_or_percentiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
