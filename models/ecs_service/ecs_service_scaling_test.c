/* SPDX-License-Identifier: Apache-2.0 */
/* Service auto scaling: what is measured, what the policies make of it, and how long capacity takes. The arithmetic of the
   policies themselves is tested in tests/control. */
#include "ecs_scene.inc"

#define STEADY "provisioning=20s; image_size=121MB; startup=5s; health_check.interval=10s; "

static double at(const struct run *run, int event)
{
    return (double)run->scaling[event].at * 1e-9;
}

static void add_policy(struct scene *scene, int service, const char *settings, const char *step)
{
    scene_set(scene, service, "scaling.policies[0].", settings);
    if (step != NULL) {
        scene_set(scene, service, "scaling.policies[0].step_adjustments[0].", step);
    }
}

/* A service that gets `rate` requests a second, each with one step. */
static int loaded(struct scene *scene, const char *settings, int kind, const char *seconds, double rate)
{
    int service = scene_add(scene, "service", &model_ecs_service, settings);
    scene_endpoint(scene, service, "GET /item", kind, seconds);
    if (rate > 0.0) {
        scene_driver(scene, (struct driver_config){service, "GET /item", 0.0, 1.0 / rate, 0.0, true});
    }
    return service;
}

/* Worked by hand: 4.2 vCPU asked of three tasks of one each with a target of 70 %: 5 = ceil(3 x 100 / 70), then
   6 = ceil(5 x 84 / 70). Requests of 10 ms that find eight in a task are refused, so that no backlog builds up. */
static void target_tracking_takes_two_steps_to_meet_a_doubled_load(void **state)
{
    (void)state;
    struct scene *scene = scene_open(3600.0);
    int service = loaded(scene, STEADY "cpu=1024; memory=2GiB; desired_count=3; threads=8; queue_limit=0",
                         STEP_COMPUTE, "10ms", 420.0);
    scene_set(scene, service, "", "scaling.min_capacity=3; scaling.max_capacity=10; scaling.metric_delay=0s");
    add_policy(scene, service,
               "name=cpu; policy_type=TargetTrackingScaling; target_value=70; scale_out_cooldown=300s; "
               "metric=ECSServiceAverageCPUUtilization",
               NULL);
    struct run *run = scene_run(scene);
    assert_true(run->scaling_count >= 2);
    assert_int_equal(run->scaling[0].from, 3);
    assert_int_equal(run->scaling[0].to, 5);
    assert_int_equal(run->scaling[1].from, 5);
    assert_int_equal(run->scaling[1].to, 6);
    /* Three points of a minute, then the next evaluation of the alarm; after the cooldown all three are of five tasks. */
    assert_in_range((int)at(run, 0), 180, 240);
    assert_true(at(run, 1) >= at(run, 0) + 300.0);
    assert_near(output_of(run, service, "desired"), 6.0, 0.7);
    scene_done(scene, run);
}

/* The account of a scale-out: from the load to the first new task in service, in parts that add up. */
static void time_to_capacity_is_split_into_its_parts(void **state)
{
    (void)state;
    struct scene *scene = scene_open(900.0);
    int service = loaded(scene, STEADY "desired_count=2", STEP_WAIT, "1ms", 0.0);
    int balancer = scene_checker(scene, service);
    scene_driver(scene, (struct driver_config){balancer, "GET /item", 120.5, 0.5, 0.0, false});
    scene_set(scene, service, "",
              "scaling.min_capacity=2; scaling.max_capacity=3; scaling.metric_delay=120s");
    add_policy(scene, service,
               "name=requests; policy_type=TargetTrackingScaling; target_value=50; "
               "metric=ALBRequestCountPerTarget",
               NULL);
    struct run *run = scene_run(scene);
    assert_int_equal(run->scaling_count, 1);
    assert_string_equal(run->scaling[0].policy, "requests");
    assert_int_equal(run->capacity_count, 1);
    const struct run_capacity_time *time = &run->capacity[0];
    /* 60 requests a minute and task from 120 s on: the first point is seen at 300 s, the third at 420 s. */
    assert_near(time->metric, 180.0, 1e-6);
    assert_near(at(run, 0), 120.0 + time->metric + time->alarm + time->cooldown, 1e-6);
    assert_in_range((int)at(run, 0), 420, 480);
    assert_near(time->launch, 30.0, 1e-6);
    assert_near(time->warm, 5.0, 1e-6);
    assert_near(time->health, 5.004,
                1e-6); /* checks are 10 s apart, the first 10 s after the container's start */
    scene_done(scene, run);
}

/* Facts, 1.2: a desired count below the minimum stays there until something scales out, and then is raised to it. */
static void a_desired_count_below_the_minimum_is_raised_by_a_scale_out(void **state)
{
    (void)state;
    const double rate[] = {10.0, 90.0}, desired[] = {1.0, 3.0};
    for (int i = 0; i < 2; i++) {
        struct scene *scene = scene_open(1200.0);
        int service = loaded(scene, STEADY "cpu=1024; memory=2GiB; desired_count=1; threads=8; queue_limit=0",
                             STEP_COMPUTE, "10ms", rate[i]);
        scene_set(scene, service, "", "scaling.min_capacity=3; scaling.max_capacity=10");
        add_policy(scene, service,
                   "name=cpu; policy_type=TargetTrackingScaling; target_value=70; "
                   "metric=ECSServiceAverageCPUUtilization",
                   NULL);
        struct run *run = scene_run(scene);
        assert_int_equal(part_count(&run->node[service], PART_RUNNING), (int)desired[i]);
        scene_done(scene, run);
    }
}

/* Six tasks in three zones, an idle service: what is left after each step differs by at most one between the zones. */
static void scaling_in_keeps_the_zones_balanced(void **state)
{
    (void)state;
    for (int steps = 1; steps <= 3; steps++) {
        struct scene *scene = scene_open(200.0 + 60.0 * steps);
        int service = loaded(scene, STEADY "desired_count=6; scaling.metric_delay=0s", STEP_WAIT, "1ms", 1.0);
        scene_set(scene, service, "", "scaling.min_capacity=1; scaling.max_capacity=6");
        add_policy(scene, service,
                   "name=idle; policy_type=StepScaling; metric=CPUUtilization; comparison=<; threshold=20; "
                   "cooldown=0s",
                   "upper=0; adjustment=-1");
        struct run *run = scene_run(scene);
        int least = 6, most = 0;
        for (int zone = 0; zone < 3; zone++) {
            int count = 0;
            for (int i = 0; i < run->node[service].part_limit; i++) {
                const struct part *part = run->node[service].part[i];
                count += part->life == PART_RUNNING && part->zone == zone;
            }
            least = count < least ? count : least;
            most = count > most ? count : most;
        }
        assert_true(run->scaling_count >= steps);
        assert_true(most - least <= 1);
        scene_done(scene, run);
    }
}

/* ---- Metrics ----------------------------------------------------------------------------------------- */

/* A policy that adds one task as soon as the metric is beyond the threshold; what it saw is in the reason. */
static const char *reason_of(struct scene *scene, int service, const char *settings)
{
    scene_set(scene, service, "", "scaling.min_capacity=1; scaling.max_capacity=20");
    add_policy(scene, service,
               arena_printf(scene->arena, "name=policy; policy_type=StepScaling; %s", settings),
               "lower=0; adjustment=1");
    struct run *run = scene_run(scene);
    assert_true(run->scaling_count >= 1);
    const char *reason = arena_printf(scene->arena, "%s", run->scaling[0].reason);
    run_close(run);
    return reason;
}

/* 256 of 512 MiB, and 100 requests of 0.6 MiB each in two tasks: 286 of 512 MiB. */
static void memory_grows_with_the_requests_inside(void **state)
{
    (void)state;
    struct scene *scene = scene_open(400.0);
    int service =
        loaded(scene, STEADY "desired_count=2; memory_use.base=256MiB; memory_use.per_request=0.6MiB",
               STEP_WAIT, "1h", 0.0);
    scene_driver(scene, (struct driver_config){service, "GET /item", 0.0, 0.0001, 0.00995, false});
    assert_says(reason_of(scene, service, "metric=MemoryUtilization; threshold=50"), "memory 55.9 % > 50 %");
    scene_close(scene);
}

/* One request in a hundred takes 600 ms: not the mean, but the p99 and beyond is above 500 ms. */
static void a_percentile_of_the_response_time_is_measured(void **state)
{
    (void)state;
    struct scene *scene = scene_open(400.0);
    int service = loaded(scene, STEADY "desired_count=2", STEP_WAIT, "600ms", 10.0);
    scene_set(scene, service, "endpoints[1].", "request=GET /fast");
    scene_steps(scene, service, "endpoints[1].steps", step_of(scene, STEP_WAIT, "10ms"), 1);
    scene_driver(scene, (struct driver_config){service, "GET /fast", 0.0, 0.005, 0.0, false});
    const char *reason = reason_of(
        scene, service, "metric=TargetResponseTime; statistic=p99; threshold=500ms; evaluation_periods=2");
    assert_says(reason, "response time 600 ms > 500 ms for 2 min");
    scene_close(scene);
}

/* A hundred and fifty messages that nobody works on. */
static void messages_waiting_in_a_queue_are_measured(void **state)
{
    (void)state;
    const char *const metric[] = {"metric=ApproximateNumberOfMessagesVisible; threshold=100",
                                  "metric=BacklogPerTask; threshold=70"};
    const char *const reason[] = {"messages 150 > 100", "backlog per task 75 > 70"};
    for (int i = 0; i < 2; i++) {
        struct scene *scene = scene_open(600.0);
        scene_add(scene, "queue", &model_sqs_queue, "latency=0s; capacity=1000");
        int service = loaded(scene, STEADY "desired_count=2", STEP_WAIT, "1ms", 0.0);
        scene_driver(scene, (struct driver_config){0, "*", 0.0, 0.0001, 0.01495, false});
        const char *settings = arena_printf(scene->arena, "dimensions.QueueName=queue; %s", metric[i]);
        assert_says(reason_of(scene, service, settings), reason[i]);
        scene_close(scene);
    }
}

static void a_metric_of_messages_needs_a_queue(void **state)
{
    (void)state;
    struct scene *scene = scene_open(10.0);
    int service = loaded(scene, "scaling.min_capacity=1; scaling.max_capacity=2", STEP_WAIT, "1ms", 0.0);
    add_policy(scene, service,
               "name=backlog; policy_type=TargetTrackingScaling; target_value=10; metric=BacklogPerTask",
               NULL);
    struct run_options options = {.seed = 1};
    struct run *run = run_open(&scene->plan, &options, scene->diag);
    assert_int_equal(diag_errors(scene->diag), 1);
    scene_done(scene, run);
}

/* A service scales by one while more than 100 messages wait, a minute apart, and never in. */
static void step_scaling_on_a_backlog_adds_a_task_a_minute(void **state)
{
    (void)state;
    struct scene *scene = scene_open(1500.0);
    scene_add(scene, "queue", &model_sqs_queue, "latency=1ms; capacity=100000");
    int service = scene_add(scene, "service", &model_ecs_service, STEADY "desired_count=2");
    scene_set(scene, service, "consumes[0].", "queue=queue; workers=5; batch=10; wait_time=20s");
    scene_steps(scene, service, "consumes[0].steps", step_of(scene, STEP_WAIT, "10s"), 1);
    scene_driver(scene, (struct driver_config){0, "*", 0.0, 0.1, 1200.0, false});
    scene_set(scene, service, "", "scaling.min_capacity=2; scaling.max_capacity=8");
    add_policy(scene, service,
               "name=backlog; policy_type=StepScaling; metric=ApproximateNumberOfMessagesVisible; "
               "threshold=100; period=60s; evaluation_periods=1; cooldown=60s",
               "lower=0; adjustment=1");
    struct run *run = scene_run(scene);
    assert_int_equal(run->scaling_count, 6);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(run->scaling[i].to, 3 + i);
        assert_true(i == 0 || at(run, i) - at(run, i - 1) >= 60.0 - 1e-6);
    }
    assert_near(output_of(run, service, "messages_failed"), 0.0, 0.0);
    scene_done(scene, run);
}

/* ---- Common random numbers --------------------------------------------------------------------------- */

/* Message i needs the same work whoever does it: with one worker or with five the same sum of it. */
static void a_message_brings_its_own_random_numbers(void **state)
{
    (void)state;
    double used[2];
    for (int i = 0; i < 2; i++) {
        struct scene *scene = scene_open(2000.0);
        scene_add(scene, "queue", &model_sqs_queue, "latency=1ms; capacity=1000");
        int service = scene_add(scene, "service", &model_ecs_service, STEADY "cpu=1024; memory=2GiB");
        scene_set(scene, service, "consumes[0].",
                  arena_printf(scene->arena, "queue=queue; wait_time=20s; workers=%d", i == 0 ? 1 : 5));
        scene_steps(scene, service, "consumes[0].steps", step_of(scene, STEP_COMPUTE, "exponential(1s)"), 1);
        scene_driver(scene, (struct driver_config){0, "*", 0.0, 1.0, 999.5, false});
        struct run *run = scene_run(scene);
        assert_near(output_of(run, 0, "deleted"), 1000.0, 0.0);
        used[i] = output_of(run, service, "cpu_seconds");
        scene_done(scene, run);
    }
    assert_near(used[0], used[1], 1e-5);
    assert_near(used[0], 1000.0, 4.0 * sqrt(1000.0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(target_tracking_takes_two_steps_to_meet_a_doubled_load),
        cmocka_unit_test(time_to_capacity_is_split_into_its_parts),
        cmocka_unit_test(a_desired_count_below_the_minimum_is_raised_by_a_scale_out),
        cmocka_unit_test(scaling_in_keeps_the_zones_balanced),
        cmocka_unit_test(memory_grows_with_the_requests_inside),
        cmocka_unit_test(a_percentile_of_the_response_time_is_measured),
        cmocka_unit_test(messages_waiting_in_a_queue_are_measured),
        cmocka_unit_test(a_metric_of_messages_needs_a_queue),
        cmocka_unit_test(step_scaling_on_a_backlog_adds_a_task_a_minute),
        cmocka_unit_test(a_message_brings_its_own_random_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
