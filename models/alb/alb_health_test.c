/* SPDX-License-Identifier: Apache-2.0 */
/* Targets that come, fail, recover and go: how a load balancer finds out, and what clients see of it. */
#include "alb_scene.inc"

/* Six tasks in three zones, 100 requests/s, checks every 10 s with a timeout of 3 s; `script` begins at 100
   s. */
static struct scene health_scene(double seconds)
{
    return plain_scene(3, 6, seconds);
}

static void deed(struct scene *scene, double at, int part, enum act act)
{
    struct deed *deed = scene->tasks[0].deed;
    while (deed->at > 0.0) {
        deed++;
    }
    *deed = (struct deed){at, part, act};
}

static void assert_between(double value, double low, double high)
{
    assert_near(value, 0.5 * (low + high), 0.5 * (high - low));
}

/* ---- Health checks ----------------------------------------------------------------------------------- */

static void each_node_checks_each_target_every_interval(void **unused)
{
    (void)unused;
    struct scene scene = health_scene(300.0);
    simulate(&scene);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(tasks(&scene, 0)->checks[i], 3 * 30);
    }
    assert_int_equal(output(&scene, "requests"), 30000); /* checks are none */
    assert_int_equal(driver(&scene)->ended[OUTCOME_OK], 30000);
    assert_near(output(&scene, "healthy_hosts"), 6.0, 1e-9);
    close_scene(&scene);
}

static void a_new_target_is_healthy_after_one_check(void **unused)
{
    (void)unused;
    struct target_group careful = quick;
    careful.healthy_threshold = 5;
    struct scene scene = health_scene(200.0);
    scene.tasks[0].group = &careful;
    deed(&scene, 100.0, 6, COME);
    simulate(&scene);
    const struct tasks_state *state = tasks(&scene, 0);
    assert_int_equal(state->notices, 7); /* six at the start */
    assert_int_equal(state->health[6].part, 6);
    assert_int_equal(state->health[6].health, HEALTH_HEALTHY);
    assert_int_equal(state->health[6].checks, 1);
    assert_between(state->health[6].at, 100.0, 110.0);
    assert_true(state->served[6] > 0);
    close_scene(&scene);
}

/* It gets nothing before: the group has healthy ones. */
static void a_target_gets_nothing_before_its_first_check(void **unused)
{
    (void)unused;
    struct scene scene = health_scene(200.0);
    deed(&scene, 100.0, 6, SICKEN);
    deed(&scene, 100.5, 6, COME);
    simulate(&scene);
    assert_int_equal(tasks(&scene, 0)->served[6], 0);
    assert_between(told(&scene, 6, HEALTH_UNHEALTHY), 110.5, 120.5);
    const struct tasks_state *state = tasks(&scene, 0);
    assert_in_range(state->health[state->notices - 1].checks, 6,
                    8); /* all three nodes have seen it fail twice */
    close_scene(&scene);
}

/* Interval 10 s, timeout 3 s, threshold 2: a hung task fails the check after the event and the next one, each
   by its timeout; that is 13 to 23 s. A refused connection fails at once: 10 to 20 s. */
static void a_hung_target_is_found_in_13_to_23_seconds(void **unused)
{
    (void)unused;
    struct scene scene = health_scene(200.0);
    for (int i = 0; i < 5; i++) {
        deed(&scene, 100.0, i, HANG);
    }
    simulate(&scene);
    for (int i = 0; i < 5; i++) {
        assert_between(told(&scene, i, HEALTH_UNHEALTHY), 113.0, 123.0);
    }
    assert_true(isnan(told(&scene, 5, HEALTH_UNHEALTHY)));
    close_scene(&scene);
}

static void a_refusing_target_is_found_in_10_to_20_seconds(void **unused)
{
    (void)unused;
    struct scene scene = health_scene(200.0);
    for (int i = 0; i < 5; i++) {
        deed(&scene, 100.0, i, CRASH);
    }
    simulate(&scene);
    for (int i = 0; i < 5; i++) {
        assert_between(told(&scene, i, HEALTH_UNHEALTHY), 110.0, 120.0);
    }
    assert_int_equal(driver(&scene)->ended[OUTCOME_RESET], output(&scene, "elb_502"));
    assert_between(driver(&scene)->last_failure, 110.0, 120.0); /* and no more errors after that */
    assert_near(driver(&scene)->latency[OUTCOME_RESET], 0.0, 1e-9);
    close_scene(&scene);
}

static void by_default_a_dead_target_is_found_in_35_to_65_seconds(void **unused)
{
    (void)unused;
    struct scene scene = health_scene(300.0);
    scene.tasks[0].group = NULL;
    deed(&scene, 100.0, 0, HANG);
    deed(&scene, 100.0, 1, LOSE);
    simulate(&scene);
    assert_between(told(&scene, 0, HEALTH_UNHEALTHY), 135.0, 165.0);
    assert_between(told(&scene, 1, HEALTH_UNHEALTHY), 135.0, 165.0);
    assert_int_equal(tasks(&scene, 0)->checks[5], 3 * 10);
    close_scene(&scene);
}

static void a_target_recovers_after_the_healthy_threshold(void **unused)
{
    (void)unused;
    struct target_group careful = quick;
    careful.healthy_threshold = 5;
    struct scene scene = health_scene(300.0);
    scene.tasks[0].group = &careful;
    deed(&scene, 100.0, 0, SICKEN);
    deed(&scene, 200.0, 0, HEAL);
    deed(&scene, 239.0, 0, COUNT);
    simulate(&scene);
    assert_between(told(&scene, 0, HEALTH_UNHEALTHY), 110.0, 120.0);
    assert_between(told(&scene, 0, HEALTH_HEALTHY), 240.0, 250.0);
    assert_true(tasks(&scene, 0)->served[0] < tasks(&scene, 0)->served[1]);
    close_scene(&scene);
}

/* A check of the task that was there before, still unanswered, says nothing of its successor. */
static void a_late_check_does_not_count_for_the_next_occupant(void **unused)
{
    (void)unused;
    struct target_group strict = quick;
    strict.unhealthy_threshold = 1;
    strict.timeout = 9.0;
    struct scene scene = health_scene(200.0);
    scene.tasks[0].group = &strict;
    deed(&scene, 100.0, 0, LOSE);
    deed(&scene, 108.9, 0, GO);
    deed(&scene, 108.95, 0, COME);
    simulate(&scene);
    assert_true(isnan(told(&scene, 0, HEALTH_UNHEALTHY)));
    close_scene(&scene);
}

/* ---- Fail-open, registration, draining --------------------------------------------------------------- */

static void when_all_are_unhealthy_all_get_requests(void **unused)
{
    (void)unused;
    struct scene scene = health_scene(200.0);
    for (int i = 0; i < 6; i++) {
        deed(&scene, 100.0, i, SICKEN);
    }
    deed(&scene, 125.0, 0, COUNT);
    simulate(&scene);
    for (int i = 0; i < 6; i++) {
        assert_between(told(&scene, i, HEALTH_UNHEALTHY), 110.0, 120.0);
        assert_near((double)tasks(&scene, 0)->served[i], 7500.0 / 6, 6.0);
    }
    assert_int_equal(driver(&scene)->ended[OUTCOME_OK], 20000);
    assert_between(output(&scene, "unhealthy_hosts"), 6.0 * 80.0 / 200.0, 6.0 * 90.0 / 200.0);
    close_scene(&scene);
}

static void no_registered_target_is_503(void **unused)
{
    (void)unused;
    struct scene scene = plain_scene(3, 0, 10.0);
    simulate(&scene);
    assert_int_equal(driver(&scene)->ended[OUTCOME_UNAVAILABLE], 1000);
    assert_int_equal(output(&scene, "elb_503"), 1000);
    assert_int_equal(served(&scene, 0), 0);
    close_scene(&scene);
}

static void a_draining_target_gets_nothing_new_and_ends_what_it_has(void **unused)
{
    (void)unused;
    struct scene scene = health_scene(200.0);
    scene.tasks[0].service = (struct dist)SERVICE(5.0);
    deed(&scene, 100.0, 0, DRAIN);
    deed(&scene, 100.0, 0, COUNT);
    simulate(&scene);
    assert_int_equal(tasks(&scene, 0)->served[0], 0);
    assert_int_equal(driver(&scene)->ended[OUTCOME_OK], 19500); /* all but those of the last 5 s */
    assert_near(output(&scene, "healthy_hosts"), 5.5, 1e-3);
    close_scene(&scene);
}

static void a_crash_breaks_what_is_in_flight_with_502(void **unused)
{
    (void)unused;
    struct scene scene = health_scene(100.0);
    scene.tasks[0].service = (struct dist)SERVICE(0.6);
    deed(&scene, 99.9, 0, CRASH);
    simulate(&scene);
    assert_near((double)driver(&scene)->ended[OUTCOME_RESET], 10.0 + 10.0 / 6,
                4.0); /* 0.6 s and then 0.1 s of 1/6 */
    assert_int_equal(driver(&scene)->ended[OUTCOME_RESET], output(&scene, "elb_502"));
    close_scene(&scene);
}

static void an_unreachable_target_costs_ten_seconds_and_504(void **unused)
{
    (void)unused;
    struct scene scene = health_scene(200.0);
    deed(&scene, 100.0, 0, LOSE);
    simulate(&scene);
    assert_near(driver(&scene)->latency[OUTCOME_TIMEOUT], 10.0, 1e-9);
    assert_between((double)driver(&scene)->ended[OUTCOME_TIMEOUT], 1300.0 / 6, 2300.0 / 6);
    assert_int_equal(driver(&scene)->ended[OUTCOME_TIMEOUT], output(&scene, "elb_504"));
    assert_between(driver(&scene)->last_failure, 123.0, 133.0);
    close_scene(&scene);
}

/* ---- Slow start -------------------------------------------------------------------------------------- */

static struct target_group slow_group(void)
{
    struct target_group slow = quick;
    slow.slow_start = 100.0;
    return slow;
}

/* A share of w/(2 + w) beside two others, w growing from 0 to 1 in 100 s: 1 - 2 ln 1.5 of the requests
   meanwhile, a third after that. */
static void slow_start_grows_linearly(void **unused)
{
    (void)unused;
    struct target_group slow = slow_group();
    struct scene scene = plain_scene(1, 2, 300.0);
    scene.tasks[0].group = &slow;
    deed(&scene, 100.0, 2, COME);
    simulate(&scene);
    double healthy = told(&scene, 2, HEALTH_HEALTHY);
    assert_between(healthy, 100.0, 110.0);
    double after = 300.0 - healthy - 100.0;
    double expected = 100.0 * (100.0 * (1.0 - 2.0 * log(1.5)) + after / 3.0);
    assert_near((double)tasks(&scene, 0)->served[2], expected, 5.0 * sqrt(expected));
    close_scene(&scene);
}

static void targets_registered_together_start_at_once(void **unused)
{
    (void)unused;
    struct target_group slow = slow_group();
    struct scene scene = plain_scene(1, 0, 200.0);
    scene.tasks[0].group = &slow;
    deed(&scene, 100.0, 0, COME);
    deed(&scene, 100.0, 1, COME);
    deed(&scene, 110.0, 0, COUNT);
    simulate(&scene);
    assert_near((double)tasks(&scene, 0)->served[0], 4500.0, 1.0);
    assert_near((double)tasks(&scene, 0)->served[1], 4500.0, 1.0);
    close_scene(&scene);
}

static void slow_start_does_nothing_with_least_outstanding_requests(void **unused)
{
    (void)unused;
    struct target_group slow = slow_group();
    slow.algorithm = TARGET_LEAST_OUTSTANDING;
    struct scene scene = plain_scene(1, 2, 200.0);
    scene.tasks[0].group = &slow;
    deed(&scene, 100.0, 2, COME);
    deed(&scene, 110.0, 0, COUNT);
    simulate(&scene);
    assert_near((double)tasks(&scene, 0)->served[2], 3000.0, 1.0);
    close_scene(&scene);
}

/* ---- Stickiness -------------------------------------------------------------------------------------- */

/* Thirty clients, each with a request every 0.3 s. */
static struct scene sticky_scene(const struct target_group *group, double seconds)
{
    struct scene scene = plain_scene(3, 3, seconds);
    scene.driver.clients = 30;
    scene.tasks[0].group = group;
    return scene;
}

static struct target_group sticky_group(double duration)
{
    struct target_group sticky = quick;
    sticky.cookie_duration = duration;
    return sticky;
}

static void a_client_keeps_its_target(void **unused)
{
    (void)unused;
    struct target_group sticky = sticky_group(86400.0);
    struct scene scene = sticky_scene(&sticky, 200.0);
    deed(&scene, 100.0, 3, COME);
    simulate(&scene);
    assert_int_equal(tasks(&scene, 0)->moves, 0);
    assert_int_equal(tasks(&scene, 0)->served[3], 0); /* a new target gets new clients only */
    close_scene(&scene);
}

static void a_client_moves_for_good_when_its_target_is_unhealthy(void **unused)
{
    (void)unused;
    struct target_group sticky = sticky_group(86400.0);
    struct scene scene = sticky_scene(&sticky, 300.0);
    deed(&scene, 100.0, 0, SICKEN);
    deed(&scene, 125.0, 0, HEAL);
    deed(&scene, 160.0, 0, COUNT);
    simulate(&scene);
    assert_between(told(&scene, 0, HEALTH_HEALTHY), 135.0, 145.0);
    assert_int_equal(tasks(&scene, 0)->served[0], 0);
    assert_int_equal(tasks(&scene, 0)->moves, 0);
    close_scene(&scene);
}

/* Its slot has another occupant when the client comes back, 30 s later. */
static void a_client_does_not_stick_to_a_successor(void **unused)
{
    (void)unused;
    struct target_group sticky = sticky_group(86400.0);
    struct scene scene = sticky_scene(&sticky, 200.0);
    scene.driver.every = 0.5;
    scene.driver.clients = 60;
    deed(&scene, 90.25, 0, COUNT);
    deed(&scene, 100.25, 0, GO);
    deed(&scene, 100.25, 0, COME);
    simulate(&scene);
    assert_in_range(tasks(&scene, 0)->moves, 8, 19); /* two thirds of its twenty */
    close_scene(&scene);
}

/* The cookie is renewed with each request: 0.2 s are too short for a request every 0.3 s, 0.4 s suffice for
   ever. */
static void a_cookie_is_renewed_with_every_request(void **unused)
{
    (void)unused;
    struct target_group sticky = sticky_group(0.4);
    struct scene scene = sticky_scene(&sticky, 100.0);
    simulate(&scene);
    assert_int_equal(tasks(&scene, 0)->moves, 0);
    close_scene(&scene);
    sticky.cookie_duration = 0.2;
    simulate(&scene);
    assert_share(tasks(&scene, 0)->moves, 9970.0, 2.0 / 3);
    close_scene(&scene);
}

static void stickiness_without_cross_zone_is_ignored_with_a_warning(void **unused)
{
    (void)unused;
    struct target_group sticky = sticky_group(86400.0);
    struct scene scene = sticky_scene(&sticky, 100.0);
    scene.key[0] = "enable_cross_zone_load_balancing", scene.value[0] = "false";
    simulate(&scene);
    assert_int_equal(diag_warnings(scene.diag), 1);
    assert_true(tasks(&scene, 0)->moves > 0);
    close_scene(&scene);
}

/* ---- A lost zone ------------------------------------------------------------------------------------- */

/* A third of the clients turn to the lost node until their resolvers ask again, evenly within 60 s: 30 s of a
   third of 100 requests/s. The others meet the two lost tasks until these are found. */
static void a_lost_zone_takes_its_node_until_dns_is_asked_again(void **unused)
{
    (void)unused;
    struct fault fault = {.kind = FAULT_ZONE, .node = -1, .part = -1, .zone = 1, .at = INT64_C(100000000000)};
    struct scene scene = health_scene(300.0);
    scene.fault = &fault;
    simulate(&scene);
    assert_near(output(&scene, "zone_losses"), 1000.0, 5.0 * sqrt(1000.0));
    double stranded = output(&scene, "zone_losses"), unreached = output(&scene, "elb_504");
    assert_near((double)driver(&scene)->ended[OUTCOME_TIMEOUT], stranded + unreached, 2.0);
    assert_between(driver(&scene)->last_failure, 150.0, 170.0);
    assert_between(told(&scene, 1, HEALTH_UNHEALTHY), 113.0, 123.0);
    for (int i = 0; i < 6; i++) {
        bool lost = i % 3 == 1;
        assert_int_equal(tasks(&scene, 0)->served[i] < 3000, lost);
    }
    assert_int_equal(tasks(&scene, 0)->checks[0], 3 * 10 + 2 * 20); /* the lost node checks no more */
    close_scene(&scene);
}

static void a_lost_zone_breaks_the_requests_in_its_node(void **unused)
{
    (void)unused;
    struct fault fault = {.kind = FAULT_ZONE, .node = -1, .part = -1, .zone = 1, .at = INT64_C(100000000000)};
    struct scene scene = health_scene(105.0);
    scene.fault = &fault;
    scene.tasks[0].service =
        (struct dist)SERVICE(6.0); /* 600 in flight: those in the node and those at the tasks */
    simulate(&scene);
    assert_share(driver(&scene)->ended[OUTCOME_RESET], 600.0, 5.0 / 9);
    close_scene(&scene);
    scene.driver.again =
        true; /* 200 come back before the tasks are struck: of two thirds one third meets these */
    scene.horizon = 115.0;
    simulate(&scene);
    assert_share(driver(&scene)->ended[OUTCOME_RESET], 200.0, 2.0 / 9);
    close_scene(&scene);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(each_node_checks_each_target_every_interval),
        cmocka_unit_test(a_new_target_is_healthy_after_one_check),
        cmocka_unit_test(a_target_gets_nothing_before_its_first_check),
        cmocka_unit_test(a_hung_target_is_found_in_13_to_23_seconds),
        cmocka_unit_test(a_refusing_target_is_found_in_10_to_20_seconds),
        cmocka_unit_test(by_default_a_dead_target_is_found_in_35_to_65_seconds),
        cmocka_unit_test(a_target_recovers_after_the_healthy_threshold),
        cmocka_unit_test(a_late_check_does_not_count_for_the_next_occupant),
        cmocka_unit_test(when_all_are_unhealthy_all_get_requests),
        cmocka_unit_test(no_registered_target_is_503),
        cmocka_unit_test(a_draining_target_gets_nothing_new_and_ends_what_it_has),
        cmocka_unit_test(a_crash_breaks_what_is_in_flight_with_502),
        cmocka_unit_test(an_unreachable_target_costs_ten_seconds_and_504),
        cmocka_unit_test(slow_start_grows_linearly),
        cmocka_unit_test(targets_registered_together_start_at_once),
        cmocka_unit_test(slow_start_does_nothing_with_least_outstanding_requests),
        cmocka_unit_test(a_client_keeps_its_target),
        cmocka_unit_test(a_client_moves_for_good_when_its_target_is_unhealthy),
        cmocka_unit_test(a_client_does_not_stick_to_a_successor),
        cmocka_unit_test(a_cookie_is_renewed_with_every_request),
        cmocka_unit_test(stickiness_without_cross_zone_is_ignored_with_a_warning),
        cmocka_unit_test(a_lost_zone_takes_its_node_until_dns_is_asked_again),
        cmocka_unit_test(a_lost_zone_breaks_the_requests_in_its_node),
    };
    return cmocka_run_group_tests_name("alb health", all, NULL, NULL);
}
