/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "scaler_world.h"

#define CPU "CPUUtilization"
#define QUEUE "ApproximateNumberOfMessagesVisible"

enum { HOUR = 3600 };

static void a_step_policy_adds_its_adjustment(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 1);
    struct policy *policy = world_step_above(&world, 0, CPU, 60, 1);
    policy->evaluation_periods = 2;
    policy->cooldown = 180;
    world_start(&world, 3);
    world.value[0] = 60;
    assert_false(world_pass(&world, HOUR));
    world.value[0] = 61;
    assert_true(world_await(&world, HOUR));
    assert_int_equal(world.decision.desired, 4);
    assert_string_equal(world.decision.reason, "CPU 61 % > 60 % for 2 min");
    world_close(&world);
}

static void steps_begin_at_the_running_count(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 1);
    world_step_above(&world, 0, QUEUE, 100, 1)->cooldown = 60;
    world_start(&world, 3);
    world.stuck = true;
    world.value[0] = 500;
    world_pass(&world, HOUR);
    assert_int_equal(world.target.desired, 4); /* not one more each minute */
    world_close(&world);
}

static void a_bigger_step_during_the_cooldown_adds_only_the_difference(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 1);
    struct policy_step steps[] = {{0, 10, 2}, {10, INFINITY, 3}};
    world_step_above(&world, 0, CPU, 60, 0)->step_adjustments = (struct rows){steps, 2};
    world_start(&world, 10);
    world.value[0] = 65;
    assert_true(world_await(&world, HOUR));
    assert_int_equal(world.decision.desired, 12);
    world.value[0] = 75;
    assert_true(world_await(&world, 240));
    assert_int_equal(world.decision.desired, 13);
    world_close(&world);
}

static void the_same_step_waits_for_the_end_of_the_cooldown(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 1);
    world_step_above(&world, 0, CPU, 60, 2)->cooldown = 180;
    world_start(&world, 10);
    world.value[0] = 65;
    assert_true(world_await(&world, HOUR));
    int64_t first = world.changed;
    assert_true(world_await(&world, HOUR));
    assert_int_equal(world.changed - first, 180 * WORLD_SECOND);
    assert_int_equal(world.decision.desired, 14);
    world_close(&world);
}

/* application-auto-scaling-step-scaling-policies: 10 to 11 at 60 %, to 14 at 70 %, to 13 at 40 %, to 10 at 30
   %. */
static void the_documented_example_goes_10_11_14_13_10(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 2);
    struct policy_step out[] = {{0, 10, 0}, {10, 20, 10}, {20, INFINITY, 30}};
    struct policy_step in[] = {{-10, 0, 0}, {-20, -10, -10}, {INFINITY, -20, -30}};
    world_step_above(&world, 0, CPU, 50, 0)->step_adjustments = (struct rows){out, 3};
    world_step_below(&world, 1, CPU, 50, 0)->step_adjustments = (struct rows){in, 3};
    for (int i = 0; i < 2; i++) {
        world.policy[i].adjustment_type = POLICY_PERCENT;
        world.policy[i].cooldown = 60;
    }
    world_start(&world, 10);
    const double values[] = {55, 60, 70, 45, 40, 30};
    const int64_t capacities[] = {10, 11, 14, 14, 13, 10};
    for (int i = 0; i < 6; i++) {
        world.value[0] = values[i];
        world_pass(&world, 60);
        assert_int_equal(world.target.desired, capacities[i]);
    }
    world_close(&world);
}

static void exact_capacity_goes_either_way(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 1);
    world_step_above(&world, 0, QUEUE, 100, 8)->adjustment_type = POLICY_EXACT;
    world_start(&world, 3);
    world.value[0] = 500;
    assert_true(world_await(&world, HOUR));
    assert_int_equal(world.decision.desired, 8);
    assert_false(world_pass(&world, HOUR));
    world.target.desired = world.target.running = 20;
    assert_true(world_await(&world, HOUR));
    assert_int_equal(world.decision.desired, 8);
    world_close(&world);
}

static void a_step_scale_in_waits_for_its_cooldown(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 1);
    struct policy *policy = world_step_below(&world, 0, CPU, 20, -1);
    policy->evaluation_periods = 10;
    policy->cooldown = 180;
    world_start(&world, 5);
    world.value[0] = 10;
    assert_true(world_await(&world, HOUR));
    assert_int_equal(world.now, 10 * WORLD_MINUTE);
    assert_int_equal(world.decision.desired, 4);
    assert_true(world_await(&world, HOUR));
    assert_int_equal(world.now, 13 * WORLD_MINUTE);
    world_pass(&world, HOUR);
    assert_int_equal(world.target.desired, 2); /* the minimum */
    world_close(&world);
}

static void step_scale_in_is_not_blocked_by_target_tracking(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 2);
    world_track(&world, 0, "ECSServiceAverageCPUUtilization", 70);
    world_step_below(&world, 1, QUEUE, 10, -1);
    world_start(&world, 10);
    world.value[0] = 65; /* not ready to scale in */
    world.value[1] = 0;
    assert_true(world_await(&world, HOUR));
    assert_string_equal(world.decision.policy, "second");
    assert_int_equal(world.decision.desired, 9);
    world_close(&world);
}

/* The largest capacity wins: while one policy asks for more, another does not scale in. */
static void a_policy_that_asks_for_more_overrules_a_step_scale_in(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 2);
    world_track(&world, 0, "ECSServiceAverageCPUUtilization", 70);
    world_step_below(&world, 1, QUEUE, 10, -1)->cooldown = 0;
    world.scaling.max_capacity = 10;
    world_start(&world, 10);
    world.value[0] = 90;
    world.value[1] = NAN;
    world_pass(&world, 600);
    world.value[1] = 0;
    assert_false(world_pass(&world, HOUR));
    world_close(&world);
}

static void the_largest_capacity_wins_when_scaling_in(void **state)
{
    (void)state;
    for (int64_t wanted = 3; wanted <= 9; wanted += 6) {
        struct world world;
        world_open(&world, 2);
        world_track(&world, 0, "ECSServiceAverageCPUUtilization", 70)->in_periods = 5;
        struct policy *policy = world_step_below(&world, 1, QUEUE, 10, (double)wanted);
        policy->adjustment_type = POLICY_EXACT;
        policy->evaluation_periods = 5;
        world_start(&world, 10);
        world.value[0] = 35; /* 5 would do */
        world.value[1] = 0;
        assert_true(world_await(&world, HOUR));
        assert_int_equal(world.decision.desired, wanted < 5 ? 5 : wanted);
        world_close(&world);
    }
}

/* What the first scale-out of the cooldown added counts as part of the next, even when another policy has
   taken it away. */
static void a_scale_in_does_not_make_room_for_the_same_scale_out(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 2);
    world_step_above(&world, 0, CPU, 60, 2);
    world_step_below(&world, 1, QUEUE, 10, -1)->cooldown = 0;
    world_start(&world, 10);
    world.value[0] = 80;
    assert_true(world_await(&world, HOUR));
    assert_int_equal(world.decision.desired, 12);
    world.value[0] = 40;
    world.value[1] = 0;
    assert_true(world_await(&world, 60));
    assert_int_equal(world.decision.desired, 11);
    world.value[0] = 80;
    world.value[1] = 50;
    assert_false(world_pass(&world, 170));
    assert_true(world_await(&world, HOUR));
    assert_int_equal(world.decision.desired, 13);
    world_close(&world);
}

static void of_two_steps_at_once_the_larger_counts_not_the_sum(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 2);
    world_step_above(&world, 0, CPU, 60, 1);
    world_step_above(&world, 1, "TargetResponseTime", 0.5, 2);
    world.policy[1].statistic = "p99";
    world_start(&world, 3);
    world.value[0] = 80;
    world.value[1] = 0.7421;
    assert_true(world_pass(&world, 290));
    assert_int_equal(world.decisions, 1);
    assert_int_equal(world.target.desired, 5);
    assert_string_equal(world.decision.reason, "response time 742 ms > 500 ms for 1 min");
    world_close(&world);
}

static void scaling_in_is_off_during_a_deployment(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 1);
    world_step_below(&world, 0, CPU, 20, -1);
    world_start(&world, 10);
    world.target.deploying = true;
    world.value[0] = 5;
    assert_false(world_pass(&world, HOUR));
    world_close(&world);
}

static void a_desired_count_outside_the_bounds_is_first_moved_to_them(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 2);
    world_step_above(&world, 0, CPU, 60, 1);
    world_step_below(&world, 1, CPU, 20, -1);
    world.scaling.min_capacity = 4;
    world.scaling.max_capacity = 10;
    world_start(&world, 1);
    world.value[0] = 80;
    assert_true(world_await(&world, HOUR));
    assert_int_equal(world.decision.desired, 5); /* raised to 4, then 1 more */
    world.value[0] = 40;
    world_pass(&world, 600);
    world.target.desired = world.target.running = 15;
    world.value[0] = 10;
    assert_true(world_await(&world, HOUR));
    assert_int_equal(world.decision.desired, 9); /* lowered to 10, then 1 less */
    world_close(&world);
}

static void m_of_n_is_said_in_the_reason(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 1);
    struct policy *policy = world_step_above(&world, 0, QUEUE, 100.5, 1);
    policy->evaluation_periods = 3;
    policy->datapoints_to_alarm = 2;
    world_start(&world, 3);
    const double values[] = {200, 50, 1234};
    for (int i = 0; i < 3; i++) {
        world.value[0] = values[i];
        world_pass(&world, 60);
    }
    assert_int_equal(world.decisions, 1);
    assert_string_equal(world.decision.reason, "messages 1234 > 101 in 2 of 3 points");
    assert_int_equal(world.decision.breached, 0);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_policy_adds_its_adjustment),
        cmocka_unit_test(steps_begin_at_the_running_count),
        cmocka_unit_test(a_bigger_step_during_the_cooldown_adds_only_the_difference),
        cmocka_unit_test(the_same_step_waits_for_the_end_of_the_cooldown),
        cmocka_unit_test(the_documented_example_goes_10_11_14_13_10),
        cmocka_unit_test(exact_capacity_goes_either_way),
        cmocka_unit_test(a_step_scale_in_waits_for_its_cooldown),
        cmocka_unit_test(step_scale_in_is_not_blocked_by_target_tracking),
        cmocka_unit_test(a_policy_that_asks_for_more_overrules_a_step_scale_in),
        cmocka_unit_test(the_largest_capacity_wins_when_scaling_in),
        cmocka_unit_test(a_scale_in_does_not_make_room_for_the_same_scale_out),
        cmocka_unit_test(of_two_steps_at_once_the_larger_counts_not_the_sum),
        cmocka_unit_test(scaling_in_is_off_during_a_deployment),
        cmocka_unit_test(a_desired_count_outside_the_bounds_is_first_moved_to_them),
        cmocka_unit_test(m_of_n_is_said_in_the_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
