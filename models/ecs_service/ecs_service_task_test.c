/* SPDX-License-Identifier: Apache-2.0 */
/* The life of the tasks of an ECS service: launch, service, failure, replacement, draining, and what is billed. Times are
   exact where nothing is drawn. */
#include "ecs_scene.inc"

/* 20 s of provisioning, 10 s of pull, 5 s until it answers. */
#define STEADY "provisioning=20s; image_size=121MB; startup=5s; attachment=5s; "
#define CHECKS "health_check.interval=10s; health_check.timeout=3s; health_check.healthy_threshold=2; "

#define AT(seconds) ((seconds)*INT64_C(1000000000))

static int service_of(struct scene *scene, const char *settings)
{
    int service = scene_add(scene, "service", &model_ecs_service, settings);
    scene_endpoint(scene, service, "GET /item", STEP_WAIT, "1ms");
    return service;
}

/* Seconds from the fault to a stage. */
static double reached(const struct run *run, enum recovery_stage stage)
{
    int64_t at = run->recovery.reached[stage];
    return at < 0 ? NAN : (double)(at - run->recovery.struck) * 1e-9;
}

static int tasks_in_zone(const struct run *run, int service, int zone)
{
    int count = 0;
    for (int i = 0; i < run->node[service].part_limit; i++) {
        const struct part *part = run->node[service].part[i];
        count += part->life == PART_RUNNING && part->zone == zone;
    }
    return count;
}

/* ---- Launch ------------------------------------------------------------------------------------------ */

/* Fargate starts a container of 413 MB in 57 s on average, in 53 to 62 s of ten times. 90 tasks die together, ECS sees it
   after 3 s; the mean of 90 starts has a standard deviation of 0.34 s. */
static void an_image_of_413_megabytes_starts_after_57_seconds(void **state)
{
    (void)state;
    struct scene *scene = scene_open(300.0);
    int service = service_of(scene, "desired_count=90; image_size=413MB");
    struct fault fault = {.kind = FAULT_NODE, .node = service, .part = -1, .zone = -1, .at = AT(10)};
    struct run *run = scene_run_with(scene, (struct run_options){.fault = &fault});
    double sum = 0.0, within = 0.0;
    int count = 0;
    for (int i = 0; i < run->node[service].part_limit; i++) {
        const struct part *part = run->node[service].part[i];
        double took = (double)(part->since - AT(13)) * 1e-9;
        if (part->life == PART_RUNNING) {
            count++;
            sum += took;
            within += took >= 52.0 && took <= 63.0;
        }
    }
    assert_int_equal(count, 90);
    assert_near(sum / count, 57.0, 1.1);
    assert_true(within / count > 0.85);
    scene_done(scene, run);
}

/* A token bucket of 100, filled by 20 a second: of 140 launches the last waits 2 s. */
static void fargate_launches_a_hundred_at_once_and_twenty_a_second(void **state)
{
    (void)state;
    struct scene *scene = scene_open(100.0);
    int service = service_of(scene, STEADY "desired_count=140");
    struct fault fault = {.kind = FAULT_NODE, .node = service, .part = -1, .zone = -1, .at = AT(10)};
    struct run *run = scene_run_with(scene, (struct run_options){.fault = &fault});
    int64_t first = INT64_MAX, last = 0;
    for (int i = 0; i < run->node[service].part_limit; i++) {
        const struct part *part = run->node[service].part[i];
        if (part->life == PART_RUNNING) {
            first = part->since < first ? part->since : first;
            last = part->since > last ? part->since : last;
        }
    }
    assert_near((double)first * 1e-9, 43.0, 1e-6);
    assert_near((double)(last - first) * 1e-9, 2.0, 1e-6);
    scene_done(scene, run);
}

static void tasks_are_spread_over_the_zones(void **state)
{
    (void)state;
    struct scene *scene = scene_open(10.0);
    int service = service_of(scene, "desired_count=9");
    struct run *run = scene_run(scene);
    for (int zone = 0; zone < 3; zone++) {
        assert_int_equal(tasks_in_zone(run, service, zone), 3);
    }
    scene_done(scene, run);
}

/* Two on Fargate first, then one there for every three on Spot: of ten, four and six. */
static void a_strategy_fills_bases_then_goes_by_weight(void **state)
{
    (void)state;
    struct scene *scene = scene_open(3600.0);
    int service = service_of(scene, "desired_count=10; cpu=512; memory=1GiB");
    scene_set(scene, service, "capacity_provider_strategy[0].",
              "capacity_provider=FARGATE; base=2; weight=1");
    scene_set(scene, service, "capacity_provider_strategy[1].", "capacity_provider=FARGATE_SPOT; weight=3");
    struct run *run = scene_run(scene);
    assert_near(billed(run, "Fargate-vCPU-Hours:perCPU"), 4 * 0.5, 1e-9);
    assert_near(billed(run, "Fargate-GB-Hours"), 4 * 1.0, 1e-9);
    assert_near(billed(run, "SpotUsage-Fargate-vCPU-Hours:perCPU"), 6 * 0.5, 1e-9);
    assert_near(billed(run, "SpotUsage-Fargate-GB-Hours"), 6 * 1.0, 1e-9);
    scene_done(scene, run);
}

/* ---- What is billed ---------------------------------------------------------------------------------- */

/* From the beginning of the pull until the task ends. One task crashes at 600 s: 3 s until ECS sees it and 20 s until the next
   pull are not paid. Fargate Spot is not on the bill of a service that does not use it. */
static void fargate_bills_from_the_pull_to_the_end(void **state)
{
    (void)state;
    struct scene *scene = scene_open(7200.0);
    int service = service_of(scene, STEADY "cpu=1024; memory=2GiB");
    struct fault fault = {.kind = FAULT_PART, .node = service, .part = -1, .zone = -1, .at = AT(600)};
    struct run *run = scene_run_with(scene, (struct run_options){.fault = &fault});
    assert_near(billed(run, "Fargate-vCPU-Hours:perCPU"), (7200.0 - 23.0) / 3600.0, 1e-9);
    assert_near(billed(run, "Fargate-GB-Hours"), 2.0 * (7200.0 - 23.0) / 3600.0, 1e-9);
    assert_true(isnan(billed(run, "SpotUsage-Fargate-GB-Hours")));
    scene_done(scene, run);
}

/* ---- Failure and replacement ------------------------------------------------------------------------- */

/* A container's exit is seen after 3 s; the next one needs 20 + 10 s to start and 5 s to answer. */
static void a_crashed_task_is_replaced(void **state)
{
    (void)state;
    struct scene *scene = scene_open(300.0);
    int service = service_of(scene, STEADY "desired_count=2");
    struct fault fault = {.kind = FAULT_PART, .node = service, .part = -1, .zone = -1, .at = AT(100)};
    struct run *run = scene_run_with(scene, (struct run_options){.fault = &fault});
    assert_near(reached(run, RECOVERY_DETECTION), 3.0, 1e-6);
    assert_near(reached(run, RECOVERY_DECISION), 3.0, 1e-6);
    assert_near(reached(run, RECOVERY_REPLACEMENT), 33.0, 1e-6);
    assert_near(reached(run, RECOVERY_WARM_UP), 38.0, 1e-6);
    assert_near(output_of(run, service, "running"), 2.0 - 33.0 / 300.0, 1e-9);
    assert_near(output_of(run, service, "replaced"), 1.0, 0.0);
    scene_done(scene, run);
}

/* Behind a load balancer the new task is in service with the first check it passes, whatever healthy_threshold says:
   registered at 33 s, answering at 38 s, checked at 43 s with 1 ms of work on a quarter of a vCPU. */
static void a_new_task_needs_one_passed_check(void **state)
{
    (void)state;
    struct scene *scene = scene_open(300.0);
    int service = service_of(scene, STEADY CHECKS "desired_count=2");
    scene_checker(scene, service);
    struct fault fault = {.kind = FAULT_PART, .node = service, .part = -1, .zone = -1, .at = AT(102)};
    struct run *run = scene_run_with(scene, (struct run_options){.fault = &fault});
    assert_near(reached(run, RECOVERY_WARM_UP), 43.004, 1e-6);
    scene_done(scene, run);
}

/* A task that cannot be reached fails two checks, at 20 and 30 s, each 3 s long: seen 18 s after its loss at 15 s, long
   before ECS misses its host. */
static void a_lost_task_is_seen_by_the_health_checks(void **state)
{
    (void)state;
    struct scene *scene = scene_open(300.0);
    int service = service_of(scene, STEADY CHECKS "desired_count=2");
    scene_checker(scene, service);
    struct fault fault = {.kind = FAULT_HOST, .node = service, .part = -1, .zone = -1, .at = AT(15)};
    struct run *run = scene_run_with(scene, (struct run_options){.fault = &fault});
    assert_near(reached(run, RECOVERY_DETECTION), 18.0, 1e-6);
    assert_near(reached(run, RECOVERY_DECISION), 18.0, 1e-6);
    scene_done(scene, run);
}

/* Without a load balancer nobody sees it until ECS misses the host after 60 s; callers wait 10 s for a connection. */
static void a_lost_task_without_checks_is_seen_late(void **state)
{
    (void)state;
    struct scene *scene = scene_open(300.0);
    int service = service_of(scene, STEADY "desired_count=1");
    int clients = scene_driver(scene, (struct driver_config){service, "GET /item", 1.0, 1.0, 0.0, false});
    struct fault fault = {.kind = FAULT_HOST, .node = service, .part = -1, .zone = -1, .at = AT(100) + 1};
    struct run *run = scene_run_with(scene, (struct run_options){.fault = &fault});
    assert_near(reached(run, RECOVERY_DETECTION), 60.0, 1e-6);
    const struct driver_state *seen = seen_by(run, clients);
    assert_int_equal(seen->ended[OUTCOME_TIMEOUT], 60);
    assert_int_equal(seen->ended[OUTCOME_UNAVAILABLE], 35); /* 20 + 10 + 5 s until there is somebody again */
    for (int i = 0; i < seen->count; i++) {
        if (seen->seen[i].outcome == OUTCOME_TIMEOUT) {
            assert_near(seen->seen[i].took, 10.0, 1e-6);
        }
    }
    scene_done(scene, run);
}

/* Every third task is in the lost zone. They are replaced in the two that are left. */
static void tasks_of_a_lost_zone_come_back_elsewhere(void **state)
{
    (void)state;
    struct scene *scene = scene_open(300.0);
    int service = service_of(scene, STEADY "desired_count=6");
    struct fault fault = {.kind = FAULT_ZONE, .node = -1, .part = -1, .zone = 1, .at = AT(100)};
    struct run *run = scene_run_with(scene, (struct run_options){.fault = &fault});
    assert_int_equal(tasks_in_zone(run, service, 0), 3);
    assert_int_equal(tasks_in_zone(run, service, 1), 0);
    assert_int_equal(tasks_in_zone(run, service, 2), 3);
    assert_near(reached(run, RECOVERY_WARM_UP), 95.0, 1e-6);
    scene_done(scene, run);
}

/* A task that starts for 100 s fails its second check 20 s after its container has started. Without a grace period ECS gives
   it up again and again; with one it comes into service. */
static void the_grace_period_lets_a_slow_task_start(void **state)
{
    (void)state;
    const char *const grace[] = {"health_check_grace_period=0s", "health_check_grace_period=2min"};
    for (int i = 0; i < 2; i++) {
        struct scene *scene = scene_open(3600.0);
        int service = service_of(
            scene, arena_printf(scene->arena, STEADY CHECKS "desired_count=1; startup=100s; %s", grace[i]));
        scene_checker(scene, service);
        struct fault fault = {.kind = FAULT_PART, .node = service, .part = -1, .zone = -1, .at = AT(100)};
        struct run *run = scene_run_with(scene, (struct run_options){.fault = &fault});
        assert_int_equal(isnan(reached(run, RECOVERY_WARM_UP)), i == 0);
        if (i == 0) {
            assert_true(output_of(run, service, "replaced") > 10.0);
        } else {
            assert_near(output_of(run, service, "replaced"), 1.0, 0.0);
        }
        scene_done(scene, run);
    }
}

/* A task too slow for its checks: 4 s of work on every check that may take 3 s. Its replacement is launched while it goes
   on; of the two, both unhealthy, the older is stopped; so never fewer than one runs. With a maximum of 100 % it has to go
   first. */
static void an_unhealthy_task_gets_its_replacement_first(void **state)
{
    (void)state;
    const char *const most[] = {"200", "100"};
    for (int i = 0; i < 2; i++) {
        struct scene *scene = scene_open(600.0);
        int service =
            service_of(scene, arena_printf(scene->arena,
                                           STEADY CHECKS "desired_count=1; health_check.work=4s; cpu=1024; "
                                                         "memory=2GiB; deployment_maximum_percent=%s",
                                           most[i]));
        scene_checker(scene, service);
        struct run *run = scene_run(scene);
        assert_true(output_of(run, service, "replaced") >= 5.0);
        if (i == 0) {
            assert_true(output_of(run, service, "running") > 1.1);
        } else {
            assert_true(output_of(run, service, "running") < 0.9);
        }
        scene_done(scene, run);
    }
}

/* 400 of 512 MiB are taken, each request adds 10: room for 11. The twelfth, at 12 s, kills the task with all of them. */
static void a_task_that_uses_more_than_its_memory_is_killed(void **state)
{
    (void)state;
    struct scene *scene = scene_open(60.0);
    int service = scene_add(scene, "service", &model_ecs_service,
                            STEADY "memory_use.base=400MiB; memory_use.per_request=10MiB");
    scene_endpoint(scene, service, "GET /item", STEP_WAIT, "100s");
    int clients = scene_driver(scene, (struct driver_config){service, "GET /item", 1.0, 1.0, 12.5, false});
    struct run *run = scene_run(scene);
    assert_near(output_of(run, service, "memory_kills"), 1.0, 0.0);
    assert_int_equal(seen_by(run, clients)->ended[OUTCOME_RESET], 12);
    for (int i = 0; i < 12; i++) {
        assert_near(seen_by(run, clients)->seen[i].sent + seen_by(run, clients)->seen[i].took, 12.0, 1e-6);
    }
    assert_near(output_of(run, service, "in_flight_peak"), 12.0, 0.0);
    scene_done(scene, run);
}

/* ---- Draining ---------------------------------------------------------------------------------------- */

/* Two tasks of which a policy on idle CPUs stops one. Requests take `seconds`, one arrives every second until 200 s. */
static struct run *scale_in(struct scene *scene, const char *settings, const char *seconds, bool balancer)
{
    int service = scene_add(scene, "service", &model_ecs_service, settings);
    scene_set(scene, service, "", "desired_count=2; scaling.min_capacity=1; scaling.max_capacity=2");
    scene_set(scene, service, "scaling.policies[0].",
              "name=idle; policy_type=StepScaling; metric=CPUUtilization; comparison=<; threshold=20");
    scene_set(scene, service, "scaling.policies[0].step_adjustments[0].", "upper=0; adjustment=-1");
    scene_endpoint(scene, service, "GET /item", STEP_WAIT, seconds);
    int to = balancer ? scene_checker(scene, service) : service;
    scene_driver(scene, (struct driver_config){to, "GET /item", 1.0, 1.0, 200.0, false});
    struct run *run = scene_run(scene);
    assert_int_equal(run->scaling_count, 1);
    return run;
}

/* With a load balancer the requests of a task that is to stop have 300 s. Those that take 100 s end well, and the task is
   paid for all that time. */
static void a_task_drains_for_the_deregistration_delay(void **state)
{
    (void)state;
    struct scene *scene = scene_open(1200.0);
    struct run *run = scale_in(scene, CHECKS, "100s", true);
    const struct driver_state *seen = seen_by(run, 2);
    double at = (double)run->scaling[0].at * 1e-9;
    assert_int_equal(seen->ended[OUTCOME_OK], 199);
    assert_near(billed(run, "Fargate-vCPU-Hours:perCPU"), 0.25 * (1200.0 + at + 300.0) / 3600.0, 1e-6);
    assert_near(output_of(run, 0, "running"), 1.0 + at / 1200.0, 1e-6);
    scene_done(scene, run);
}

/* What is not done by then ends with its connection: 502 to the client. */
static void requests_longer_than_the_deregistration_delay_break(void **state)
{
    (void)state;
    struct scene *scene = scene_open(1200.0);
    struct run *run = scale_in(scene, CHECKS "deregistration_delay=30s", "900s", true);
    const struct driver_state *seen = seen_by(run, 2);
    double at = (double)run->scaling[0].at * 1e-9;
    assert_true(seen->ended[OUTCOME_RESET] > 20);
    for (int i = 0; i < seen->count; i++) {
        if (seen->seen[i].outcome == OUTCOME_RESET) {
            assert_near(seen->seen[i].sent + seen->seen[i].took, at + 30.0, 1e-6);
        }
    }
    scene_done(scene, run);
}

/* Without one it gets SIGTERM at once and SIGKILL after 30 s, or ends as soon as it is idle. */
static void without_a_load_balancer_the_stop_timeout_counts(void **state)
{
    (void)state;
    struct scene *scene = scene_open(1200.0);
    struct run *run = scale_in(scene, "", "900s", false);
    const struct driver_state *seen = seen_by(run, 1);
    double at = (double)run->scaling[0].at * 1e-9;
    assert_true(seen->ended[OUTCOME_RESET] > 20);
    assert_near(billed(run, "Fargate-vCPU-Hours:perCPU"), 0.25 * (1200.0 + at + 30.0) / 3600.0, 1e-6);
    scene_done(scene, run);
    scene = scene_open(1200.0);
    run = scale_in(scene, "", "1ms", false);
    at = (double)run->scaling[0].at * 1e-9;
    assert_int_equal(seen_by(run, 1)->ended[OUTCOME_RESET], 0);
    assert_near(billed(run, "Fargate-vCPU-Hours:perCPU"), 0.25 * (1200.0 + at) / 3600.0, 2.0 / 3600.0);
    scene_done(scene, run);
}

/* ---- Hosts ------------------------------------------------------------------------------------------- */

/* A cluster of three t3.2xlarge and a service that runs there. */
static int hosted(struct scene *scene, const char *settings)
{
    int cluster = scene_add(scene, "cluster", &model_ecs_cluster, "");
    scene_set(scene, cluster, "capacity_providers[0].",
              "name=hosts; instance_type=t3.2xlarge; min_size=3; max_size=3; tasks_per_instance=4");
    int service =
        service_of(scene, arena_printf(scene->arena, "cluster=cluster; cpu=1024; memory=2GiB; %s", settings));
    scene_set(scene, service, "capacity_provider_strategy[0].", "capacity_provider=hosts; weight=1");
    return service;
}

/* Worked by hand: four network interfaces less one on each of three hosts take 9 of 14 tasks. The others wait. */
static void network_interfaces_limit_the_tasks_of_a_host(void **state)
{
    (void)state;
    struct scene *scene = scene_open(600.0);
    int service = hosted(scene, "desired_count=14");
    struct run *run = scene_run(scene);
    assert_near(output_of(run, service, "running"), 9.0, 1e-9);
    assert_near(output_of(run, service, "unplaced"), 5.0, 1e-9);
    assert_near(output_of(run, 0, "tasks"), 9.0, 1e-9);
    assert_near(output_of(run, 0, "reserved_cpu"), 9.0 * 1024.0 / (3.0 * 8192.0), 1e-9);
    assert_true(isnan(billed(run, "Fargate-vCPU-Hours:perCPU")));
    scene_done(scene, run);
}

/* The host has the image already: 3 s until the exit is seen, 5 s for the network interface, 5 s to answer. */
static void a_host_pulls_an_image_once(void **state)
{
    (void)state;
    struct scene *scene = scene_open(300.0);
    int service = hosted(scene, STEADY "desired_count=3");
    struct fault fault = {.kind = FAULT_PART, .node = service, .part = -1, .zone = -1, .at = AT(100)};
    struct run *run = scene_run_with(scene, (struct run_options){.fault = &fault});
    assert_near(reached(run, RECOVERY_REPLACEMENT), 8.0, 1e-6);
    assert_near(reached(run, RECOVERY_WARM_UP), 13.0, 1e-6);
    scene_done(scene, run);
}

/* A lost host takes its tasks with it; ECS misses them after 60 s. They come back on the two that are left, as far as there is
   room: of nine tasks six. */
static void tasks_die_with_their_host(void **state)
{
    (void)state;
    struct scene *scene = scene_open(1000.0);
    int service = hosted(scene, STEADY "desired_count=6");
    struct fault fault = {.kind = FAULT_HOST, .node = 0, .part = 0, .zone = -1, .at = AT(100)};
    struct run *run = scene_run_with(scene, (struct run_options){.fault = &fault});
    assert_near(reached(run, RECOVERY_DETECTION), 60.0, 1e-6);
    assert_near(reached(run, RECOVERY_WARM_UP), 70.0, 1e-6);
    assert_near(output_of(run, service, "crashed"), 2.0, 0.0);
    assert_int_equal(part_count(&run->node[service], PART_RUNNING), 6);
    assert_int_equal(tasks_in_zone(run, service, 0), 0);
    scene_done(scene, run);
    scene = scene_open(1000.0);
    service = hosted(scene, STEADY "desired_count=9");
    run = scene_run_with(scene, (struct run_options){.fault = &fault});
    assert_int_equal(part_count(&run->node[service], PART_RUNNING), 6);
    assert_near(output_of(run, service, "unplaced"), 3.0 * (1000.0 - 160.0) / 1000.0, 1e-6);
    scene_done(scene, run);
}

/* CPU used by tasks is used on their hosts: 3 tasks that are busy all the time on 24 vCPUs. */
static void hosts_know_what_their_tasks_use(void **state)
{
    (void)state;
    struct scene *scene = scene_open(1000.0);
    int service = hosted(scene, "desired_count=3");
    scene_endpoint(scene, service, "GET /item", STEP_COMPUTE, "1h");
    scene_driver(scene, (struct driver_config){service, "GET /item", 0.0, 1.0, 20.0, false});
    struct run *run = scene_run(scene);
    assert_near(output_of(run, 0, "utilisation"), 3.0 / 24.0, 0.002);
    assert_near(output_of(run, service, "utilisation"), 1.0, 0.02);
    scene_done(scene, run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_image_of_413_megabytes_starts_after_57_seconds),
        cmocka_unit_test(fargate_launches_a_hundred_at_once_and_twenty_a_second),
        cmocka_unit_test(tasks_are_spread_over_the_zones),
        cmocka_unit_test(a_strategy_fills_bases_then_goes_by_weight),
        cmocka_unit_test(fargate_bills_from_the_pull_to_the_end),
        cmocka_unit_test(a_crashed_task_is_replaced),
        cmocka_unit_test(a_new_task_needs_one_passed_check),
        cmocka_unit_test(a_lost_task_is_seen_by_the_health_checks),
        cmocka_unit_test(a_lost_task_without_checks_is_seen_late),
        cmocka_unit_test(tasks_of_a_lost_zone_come_back_elsewhere),
        cmocka_unit_test(the_grace_period_lets_a_slow_task_start),
        cmocka_unit_test(an_unhealthy_task_gets_its_replacement_first),
        cmocka_unit_test(a_task_that_uses_more_than_its_memory_is_killed),
        cmocka_unit_test(a_task_drains_for_the_deregistration_delay),
        cmocka_unit_test(requests_longer_than_the_deregistration_delay_break),
        cmocka_unit_test(without_a_load_balancer_the_stop_timeout_counts),
        cmocka_unit_test(network_interfaces_limit_the_tasks_of_a_host),
        cmocka_unit_test(a_host_pulls_an_image_once),
        cmocka_unit_test(tasks_die_with_their_host),
        cmocka_unit_test(hosts_know_what_their_tasks_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
