/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "scaler_world.h"

#define CPU "ECSServiceAverageCPUUtilization"
#define MEMORY "ECSServiceAverageMemoryUtilization"

enum { HOUR = 3600 };

/* Seconds from a step of CPU from 30 to 100 % until the first decision, averaged over where the step falls in
   the metric's period and over the moments of evaluation. */
static double mean_time_to_trigger(const char *metric, double period)
{
    double sum = 0;
    int runs = 0;
    for (double into = 1; into < period; into += period / 20)
        for (uint64_t seed = 0; seed < 6; seed++) {
            struct world world;
            world_open(&world, 1);
            world_track(&world, 0, metric, 70);
            world.scaling.metric_delay = 150;
            world.scaling.high_resolution_delay = 20;
            world_start(&world, 4);
            world.scaler.rule[0].out.phase = (int64_t)(period < 60 ? 0 : seed) * SCALER_TICK * WORLD_SECOND;
            world.value[0] = 65;
            world_pass(&world, 600);
            world.value[0] = 30 * into / period + 100 * (1 - into / period); /* the period of the step */
            world_pass(&world, period);
            world.value[0] = 100;
            assert_true(world_await(&world, 1200));
            sum += (double)world.changed / (double)WORLD_SECOND - 600 - into;
            runs++;
            world_close(&world);
        }
    return sum / runs;
}

/* containers-roadmap#2113: 363 s to trigger with metrics of a minute. */
static void a_step_of_load_triggers_after_six_minutes(void **state)
{
    (void)state;
    double mean = mean_time_to_trigger(CPU, 60);
    assert_true(fabs(mean - 363) < 15);
}

/* The same source: 86 s with metrics of 20 s. */
static void a_step_of_load_triggers_after_86_seconds_with_high_resolution(void **state)
{
    (void)state;
    double mean = mean_time_to_trigger("ECSServiceAverageCPUUtilizationHighResolution", 20);
    assert_true(fabs(mean - 86) < 6);
}

/* "15+ min with default 5-min metrics": containers-roadmap#2113. */
static void five_minute_metrics_take_a_quarter_of_an_hour(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 1);
    world_track(&world, 0, "ASGAverageCPUUtilization", 70)->period = 300;
    world_start(&world, 4);
    world.value[0] = 100;
    assert_false(world_pass(&world, 890));
    assert_true(world_pass(&world, 10));
    world_close(&world);
}

static void target_tracking_does_nothing_without_data(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 1);
    world_track(&world, 0, CPU, 70);
    world_start(&world, 10);
    assert_false(world_pass(&world, HOUR));
    assert_int_equal(world.scaler.rule[0].in.state, ALARM_INSUFFICIENT_DATA);
    world.value[0] = 100;
    assert_true(world_pass(&world, 180));
    world_close(&world);
}

static void a_policy_without_data_keeps_the_others_from_scaling_in_not_out(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 2);
    world_track(&world, 0, CPU, 70);
    world_track(&world, 1, MEMORY, 80);
    world_start(&world, 10);
    world.value[0] = 10;
    assert_false(world_pass(&world, HOUR));
    world.value[0] = 140;
    assert_true(world_await(&world, HOUR));
    assert_int_equal(world.decision.desired, 20);
    world_close(&world);
}

static void a_burst_of_two_minutes_never_scales(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 1);
    world_track(&world, 0, CPU, 70);
    world_start(&world, 4);
    for (int i = 0; i < 30; i++) {
        world.value[0] = 100;
        assert_false(world_pass(&world, 120));
        world.value[0] = 65;
        assert_false(world_pass(&world, 60));
    }
    world_close(&world);
}

static void the_time_to_capacity_is_split_into_metric_alarm_and_cooldown(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 1);
    world_track(&world, 0, CPU, 70);
    world.scaling.metric_delay = 150;
    world_start(&world, 10);
    world.value[0] = 65;
    world_pass(&world, 600);
    world.value[0] = 100;
    assert_true(world_await(&world, HOUR));
    assert_true(world.decision.first);
    assert_int_equal(world.decision.breached, 600 * WORLD_SECOND);
    assert_int_equal(world.decision.seen, 810 * WORLD_SECOND); /* a period and the delay */
    assert_int_equal(world.decision.alarmed,
                     960 * WORLD_SECOND); /* two periods more, then the next full minute */
    assert_int_equal(world.now, world.decision.alarmed);
    assert_true(world_await(&world, HOUR));
    assert_false(world.decision.first);
    assert_int_equal(world.now - world.decision.alarmed, 300 * WORLD_SECOND);
    world_close(&world);
}

static void the_moments_of_evaluation_come_from_the_stream_alone(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 2);
    world_track(&world, 0, CPU, 70);
    world_track(&world, 1, MEMORY, 80);
    int seen[6] = {0};
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct stream one = {seed}, two = {seed};
        struct scaler a, b;
        scaler_open(&a, &world.scaling, 7, world.arena, &one);
        scaler_open(&b, &world.scaling, 7, world.arena, &two);
        assert_int_equal(a.rule[1].in.phase, b.rule[1].in.phase);
        seen[(a.rule[0].out.phase - 7) / (10 * WORLD_SECOND)]++;
    }
    for (int i = 0; i < 6; i++) assert_true(seen[i] > 10);
    world_close(&world);
}

static void a_target_without_policies_is_left_alone(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 0);
    world_start(&world, 10);
    assert_int_equal(world.scaler.metric_count, 0);
    assert_false(world_pass(&world, HOUR));
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_of_load_triggers_after_six_minutes),
        cmocka_unit_test(a_step_of_load_triggers_after_86_seconds_with_high_resolution),
        cmocka_unit_test(five_minute_metrics_take_a_quarter_of_an_hour),
        cmocka_unit_test(target_tracking_does_nothing_without_data),
        cmocka_unit_test(a_policy_without_data_keeps_the_others_from_scaling_in_not_out),
        cmocka_unit_test(a_burst_of_two_minutes_never_scales),
        cmocka_unit_test(the_time_to_capacity_is_split_into_metric_alarm_and_cooldown),
        cmocka_unit_test(the_moments_of_evaluation_come_from_the_stream_alone),
        cmocka_unit_test(a_target_without_policies_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
