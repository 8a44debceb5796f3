/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "scaler_world.h"

#define ECS_CAN                                                                                              \
    (POLICY_CAN(POLICY_CPU) | POLICY_CAN(POLICY_MEMORY) | POLICY_CAN(POLICY_REQUESTS) |                      \
     POLICY_CAN(POLICY_RESPONSE_TIME) | POLICY_CAN(POLICY_MESSAGES) | POLICY_CAN(POLICY_BACKLOG))

struct desk {
    struct world world;
    struct places *places;
    char *text; /* what diag_print writes */
    size_t size;
    int errors, warnings;
};

static void open_desk(struct desk *desk, int policies)
{
    memset(desk, 0, sizeof *desk);
    world_open(&desk->world, policies);
    desk->places = places_open(desk->world.arena);
    for (int i = 0; i < policies; i++) world_track(&desk->world, i, "CPUUtilization", 70);
}

static void run(struct desk *desk)
{
    struct diag *diag = diag_open(desk->world.arena);
    struct check check = {diag, desk->places, "orders"};
    policy_check(&desk->world.scaling, &check, ECS_CAN);
    desk->errors = diag_errors(diag);
    desk->warnings = diag_warnings(diag);
    FILE *out = open_memstream(&desk->text, &desk->size);
    assert_non_null(out);
    diag_print(diag, out);
    fclose(out);
}

static void close_desk(struct desk *desk)
{
    free(desk->text);
    world_close(&desk->world);
}

static void expect(struct desk *desk, int errors, int warnings, const char *part)
{
    run(desk);
    if (!strstr(desk->text, part)) print_error("%s", desk->text);
    assert_non_null(strstr(desk->text, part));
    assert_int_equal(desk->errors, errors);
    assert_int_equal(desk->warnings, warnings);
    close_desk(desk);
}

static void set_steps(struct desk *desk, const char *comparison, struct policy_step *steps, int count)
{
    bool above = comparison[0] == '>';
    (above ? world_step_above : world_step_below)(&desk->world, 0, "CPUUtilization", 50, 1);
    desk->world.policy[0].step_adjustments = (struct rows){steps, count};
}

static void sound_policies_pass(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, 4);
    world_track(&desk.world, 1, "ECSServiceAverageMemoryUtilization", 80);
    struct policy_step out[] = {{0, 10, 0}, {10, 20, 10}, {20, INFINITY, 30}};
    struct policy_step in[] = {{-10, 0, 0}, {-20, -10, -10}, {INFINITY, -20, -30}};
    world_step_above(&desk.world, 2, "TargetResponseTime", 0.5, 1)->step_adjustments = (struct rows){out, 3};
    world_step_below(&desk.world, 3, "TargetResponseTime", 0.4, -1)->step_adjustments = (struct rows){in, 3};
    expect(&desk, 0, 0, "");
}

static void the_maximum_is_not_below_the_minimum(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, 0);
    desk.world.scaling.max_capacity = 1;
    places_note(desk.places, &desk.world.scaling.max_capacity, (struct place){"shop.yaml", 9, 7},
                "orders.scaling");
    expect(&desk, 1, 0, "shop.yaml:9:7: error: orders: max_capacity 1 is below min_capacity 2");
}

static void an_unknown_metric_is_an_error_with_a_way_out(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, 1);
    desk.world.policy[0].metric = "ECSServiceAverageCPUUtilisation";
    expect(&desk, 1, 0, "did you mean ECSServiceAverageCPUUtilization?");
}

static void a_metric_that_the_model_cannot_measure_is_an_error(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, 1);
    desk.world.policy[0].metric = "RDSReaderAverageDatabaseConnections";
    expect(&desk, 1, 0, "is not measured here");
}

static void a_queue_metric_needs_its_queue(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, 1);
    desk.world.policy[0].metric = "BacklogPerTask";
    expect(&desk, 1, 0, "dimensions: {QueueName: NODE}");
}

static void a_statistic_must_be_one(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, 1);
    desk.world.policy[0].statistic = "p999";
    expect(&desk, 1, 0, "p999 is not a statistic");
}

static void target_tracking_needs_a_target(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, 1);
    desk.world.policy[0].target_value = INFINITY;
    expect(&desk, 1, 0, "needs a target_value");
    open_desk(&desk, 1);
    desk.world.policy[0].target_value = 0;
    expect(&desk, 1, 0, "must be above 0");
}

/* The bookstore's cpu-up and cpu-down. */
static void two_target_tracking_policies_on_one_metric_are_refused_by_aws(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, 2);
    desk.world.policy[1].metric = "ECSServiceAverageCPUUtilization";
    desk.world.policy[1].target_value = 30;
    expect(&desk, 0, 1, "policy second tracks the same metric as first, which AWS refuses");
}

static void policies_have_names_of_their_own(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, 2);
    desk.world.policy[1].name = "first";
    expect(&desk, 1, 0, "two scaling policies are called first");
}

static void a_queue_length_is_no_metric_to_track(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, 1);
    desk.world.policy[0].metric = "ApproximateNumberOfMessagesVisible";
    desk.world.policy[0].dimensions.QueueName.index = 3;
    expect(&desk, 0, 1, "track BacklogPerTask instead");
}

static void fields_of_the_other_type_are_pointed_out(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, 1);
    places_note(desk.places, &desk.world.policy[0].cooldown, (struct place){"shop.yaml", 4, 1}, "cooldown");
    expect(&desk, 0, 1, "cooldown has no effect on a policy of type TargetTrackingScaling");
}

static void periods_are_those_of_cloudwatch(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, 1);
    desk.world.policy[0].period = 90;
    expect(&desk, 0, 1, "AWS refuses this period");
    open_desk(&desk, 1);
    desk.world.policy[0].period = 65;
    expect(&desk, 1, 0, "multiple of 10 s");
    open_desk(&desk, 1);
    desk.world.policy[0].period = 3600;
    desk.world.policy[0].in_periods = 25;
    expect(&desk, 0, 1, "more than a day");
    const double known[] = {10, 20, 30, 60, 300};
    for (int i = 0; i < 5; i++) {
        open_desk(&desk, 1);
        desk.world.policy[0].period = known[i];
        expect(&desk, 0, 0, "");
    }
}

static void no_more_datapoints_than_are_looked_at(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, 1);
    desk.world.policy[0].out_datapoints = 4;
    expect(&desk, 1, 0, "than the 3 that are looked at");
}

static void step_scaling_needs_a_threshold_and_steps(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, 1);
    set_steps(&desk, ">", NULL, 0);
    desk.world.policy[0].threshold = INFINITY;
    run(&desk);
    assert_non_null(strstr(desk.text, "needs a threshold"));
    assert_non_null(strstr(desk.text, "needs step_adjustments"));
    assert_int_equal(desk.errors, 2);
    close_desk(&desk);
}

static void steps_have_no_gaps(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, 1);
    struct policy_step steps[] = {{0, 10, 1}, {20, INFINITY, 2}};
    set_steps(&desk, ">", steps, 2);
    expect(&desk, 0, 1, "AWS refuses a gap between steps");
}

static void steps_have_no_overlaps(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, 1);
    struct policy_step steps[] = {{0, 20, 1}, {10, INFINITY, 2}};
    set_steps(&desk, ">", steps, 2);
    expect(&desk, 0, 1, "AWS refuses steps that overlap");
}

static void the_outermost_steps_are_open(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, 1);
    struct policy_step above[] = {{0, 10, 1}, {10, 20, 2}};
    set_steps(&desk, ">", above, 2);
    expect(&desk, 0, 1, "leave the last upper bound out");
    open_desk(&desk, 1);
    struct policy_step below[] = {{-10, 0, -1}, {-20, -10, -2}};
    set_steps(&desk, "<", below, 2);
    expect(&desk, 0, 1, "leave the first lower bound out");
}

static void a_step_lies_between_its_bounds(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, 1);
    struct policy_step steps[] = {{10, 5, 1}};
    set_steps(&desk, ">", steps, 1);
    expect(&desk, 1, 0, "lower bound must be below its upper bound");
    open_desk(&desk, 1);
    struct policy_step open[] = {{INFINITY, INFINITY, 1}};
    set_steps(&desk, ">", open, 1);
    expect(&desk, 0, 1, "AWS refuses a step without bounds");
}

static void steps_on_the_wrong_side_never_act(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, 1);
    struct policy_step steps[] = {{INFINITY, 0, -1}};
    set_steps(&desk, ">", steps, 1);
    expect(&desk, 0, 1, "policy first never acts");
}

static void a_scale_in_above_the_target_of_another_policy_flaps(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, 2);
    world_step_below(&desk.world, 1, "CPUUtilization", 75, -1);
    expect(&desk, 0, 1, "policy second removes capacity below 75 where first still adds it above 70");
}

static void limits_of_aws_are_50_policies_and_20_steps(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, 1);
    struct policy_step steps[21];
    for (int i = 0; i < 21; i++) steps[i] = (struct policy_step){i, i < 20 ? i + 1.0 : HUGE_VAL, 1};
    set_steps(&desk, ">", steps, 21);
    expect(&desk, 0, 1, "more than 20 steps");

    open_desk(&desk, 1);
    static struct policy many[51];
    static char names[51][16];
    for (int i = 0; i < 51; i++) {
        many[i] = desk.world.policy[0];
        snprintf(names[i], sizeof names[i], "p%d", i);
        many[i].name = names[i];
        many[i].dimensions.LoadBalancer.index = i;
    }
    desk.world.scaling.policies = (struct rows){many, 51};
    expect(&desk, 0, 1, "more than 50 scaling policies");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_policies_pass),
        cmocka_unit_test(the_maximum_is_not_below_the_minimum),
        cmocka_unit_test(an_unknown_metric_is_an_error_with_a_way_out),
        cmocka_unit_test(a_metric_that_the_model_cannot_measure_is_an_error),
        cmocka_unit_test(a_queue_metric_needs_its_queue),
        cmocka_unit_test(a_statistic_must_be_one),
        cmocka_unit_test(target_tracking_needs_a_target),
        cmocka_unit_test(two_target_tracking_policies_on_one_metric_are_refused_by_aws),
        cmocka_unit_test(policies_have_names_of_their_own),
        cmocka_unit_test(a_queue_length_is_no_metric_to_track),
        cmocka_unit_test(fields_of_the_other_type_are_pointed_out),
        cmocka_unit_test(periods_are_those_of_cloudwatch),
        cmocka_unit_test(no_more_datapoints_than_are_looked_at),
        cmocka_unit_test(step_scaling_needs_a_threshold_and_steps),
        cmocka_unit_test(steps_have_no_gaps),
        cmocka_unit_test(steps_have_no_overlaps),
        cmocka_unit_test(the_outermost_steps_are_open),
        cmocka_unit_test(a_step_lies_between_its_bounds),
        cmocka_unit_test(steps_on_the_wrong_side_never_act),
        cmocka_unit_test(a_scale_in_above_the_target_of_another_policy_flaps),
        cmocka_unit_test(limits_of_aws_are_50_policies_and_20_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
