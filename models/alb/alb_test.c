/* SPDX-License-Identifier: Apache-2.0 */
/* Rules, routing, outcomes and the bill of a load balancer. */
#include "alb_scene.inc"

/* ---- Rules ------------------------------------------------------------------------------------------- */

static struct scene rules_scene(const char *request)
{
    return (struct scene){.zones = 2,
                          .horizon = 10.05,
                          .rule = {{"/api/v1/orders*", NULL, 2},
                                   {"/api/*", "GET", 3},
                                   {"/api/*", NULL, 2},
                                   {"/static/*", NULL, 3}},
                          .driver = {.request = request, .every = 0.1},
                          .tasks = {{.running = 2, .service = SERVICE(0.01)},
                                    {.tasks = 2, .running = 2, .service = SERVICE(0.01)}}};
}

static void assert_goes_to(const char *request, int service)
{
    struct scene scene = rules_scene(request);
    simulate(&scene);
    assert_int_equal(served(&scene, service), service < 0 ? 0 : 100);
    assert_int_equal(served(&scene, 1 - service), 0);
    close_scene(&scene);
}

static void the_first_rule_that_matches_decides(void **unused)
{
    (void)unused;
    assert_goes_to("GET /api/v1/orders/7", 0);
    assert_goes_to("GET /api/v1/search", 1);
    assert_goes_to("POST /api/v1/search", 0); /* the second rule wants GET */
    assert_goes_to("/api/v1/search", 0);      /* so it does here, where no method is said */
    assert_goes_to("GET /static/*", 1);
}

static void what_no_rule_matches_gets_the_fixed_response(void **unused)
{
    (void)unused;
    struct scene scene = rules_scene("GET /other");
    simulate(&scene);
    assert_int_equal(driver(&scene)->ended[OUTCOME_NOT_FOUND], 100);
    assert_int_equal(output(&scene, "fixed_responses"), 100);
    close_scene(&scene);
}

static void the_default_action_may_be_a_target(void **unused)
{
    (void)unused;
    struct scene scene = rules_scene(NULL);
    scene.driver.request = "*";
    scene.default_target = 3;
    simulate(&scene);
    assert_int_equal(served(&scene, 1), 100);
    close_scene(&scene);
}

static void a_rule_never_reached_is_a_warning(void **unused)
{
    (void)unused;
    struct scene scene = rules_scene("GET /api/v1/orders");
    scene.rule[4] = (struct rule){"/api/v1/products*", NULL, 3};
    open_scene(&scene);
    struct check check = {scene.diag, scene.run->plan->places, "alb"};
    int before = diag_warnings(scene.diag);
    model_alb.check(scene.run->node[1].config, &check);
    assert_int_equal(diag_warnings(scene.diag), before + 1);
    assert_int_equal(diag_errors(scene.diag), 0);
    close_scene(&scene);
}

static void fewer_than_two_zones_is_a_warning(void **unused)
{
    (void)unused;
    struct scene scene = rules_scene("GET /api/v1/orders");
    open_scene(&scene);
    assert_int_equal(diag_warnings(scene.diag), 0);
    close_scene(&scene);
    scene.zones = 1;
    open_scene(&scene);
    assert_int_equal(diag_warnings(scene.diag), 1);
    close_scene(&scene);
}

/* ---- Routing ----------------------------------------------------------------------------------------- */

static void one_node_goes_strictly_round(void **unused)
{
    (void)unused;
    struct scene scene = plain_scene(1, 3, 30.0);
    simulate(&scene);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(tasks(&scene, 0)->served[i], 1000);
    }
    assert_int_equal(tasks(&scene, 0)->repeats, 0);
    close_scene(&scene);
}

/* Three nodes chosen by chance, each going round by itself: the shares are as even as with one, but the same
   target is met twice in a row about as often as chance has it, which is 2/9 when the nodes' turns are
   independent. */
static void round_robin_is_per_node(void **unused)
{
    (void)unused;
    struct scene scene = plain_scene(3, 3, 90.0);
    simulate(&scene);
    for (int i = 0; i < 3; i++) {
        assert_near((double)tasks(&scene, 0)->served[i], 3000.0, 3.0); /* one turn a node */
    }
    assert_in_range(tasks(&scene, 0)->repeats, 1600, 2400);
    close_scene(&scene);
}

static void rules_that_name_one_service_share_its_target_group(void **unused)
{
    (void)unused;
    struct scene scene = plain_scene(1, 3, 30.0);
    scene.rule[0] = (struct rule){"/x", NULL, 2};
    scene.rule[1] = (struct rule){"/a", NULL, 2};
    simulate(&scene);
    int64_t checks = 0;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(tasks(&scene, 0)->served[i], 1000);
        checks += tasks(&scene, 0)->checks[i];
    }
    assert_int_equal(checks, 9); /* and its targets are checked once: 3 in 30 s */
    close_scene(&scene);
}

/* A task that has hung fills up: no more is sent there as long as others have less in progress. */
static void least_outstanding_requests_avoids_the_slow(void **unused)
{
    (void)unused;
    struct target_group least = quick;
    least.algorithm = TARGET_LEAST_OUTSTANDING;
    struct scene scene = plain_scene(2, 3, 9.0);
    scene.tasks[0].group = &least;
    scene.tasks[0].deed[0] = (struct deed){0.005, 1, HANG};
    simulate(&scene);
    assert_in_range(tasks(&scene, 0)->served[1], 1, 2); /* one from each load balancer node */
    close_scene(&scene);
    scene.tasks[0].group = &quick; /* round robin goes on sending until it is found unhealthy */
    simulate(&scene);
    assert_near((double)tasks(&scene, 0)->served[1], 300.0, 2.0);
    close_scene(&scene);
}

static void requests_go_to_their_own_zone_without_cross_zone(void **unused)
{
    (void)unused;
    struct scene scene = plain_scene(3, 4, 90.0); /* zone a has two targets */
    scene.key[0] = "enable_cross_zone_load_balancing", scene.value[0] = "false";
    simulate(&scene);
    assert_share(tasks(&scene, 0)->served[0], 9000, 1.0 / 6);
    assert_share(tasks(&scene, 0)->served[3], 9000, 1.0 / 6);
    assert_share(tasks(&scene, 0)->served[1], 9000, 1.0 / 3);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(tasks(&scene, 0)->checks[i], 9); /* by the node of their zone alone */
    }
    close_scene(&scene);
}

static void an_empty_zone_answers_503_without_cross_zone(void **unused)
{
    (void)unused;
    struct scene scene = plain_scene(3, 2, 90.0);
    scene.key[0] = "enable_cross_zone_load_balancing", scene.value[0] = "false";
    simulate(&scene);
    assert_share((int64_t)output(&scene, "elb_503"), 9000, 1.0 / 3);
    close_scene(&scene);
}

/* All targets of a zone unhealthy: its node leaves DNS, and clients are gone after the TTL of 60 s, evenly.
   */
static void an_unhealthy_zone_leaves_dns_without_cross_zone(void **unused)
{
    (void)unused;
    struct scene scene = plain_scene(3, 3, 190.0);
    scene.key[0] = "enable_cross_zone_load_balancing", scene.value[0] = "false";
    scene.tasks[0].deed[0] = (struct deed){30.0, 1, SICKEN};
    scene.tasks[0].deed[1] = (struct deed){110.0, 1, COUNT}; /* found by 50 s, gone by 110 s */
    scene.tasks[0].deed[2] = (struct deed){170.0, 1, HEAL};
    simulate(&scene);
    double back = told(&scene, 1, HEALTH_HEALTHY);
    assert_in_range(back, 180, 190);
    assert_share(tasks(&scene, 0)->served[1], 100.0 * (190.0 - back), 1.0 / 3);
    close_scene(&scene);
}

static void a_service_without_parts_is_simply_called(void **unused)
{
    (void)unused;
    struct scene scene = plain_scene(2, 0, 10.0);
    scene.rule[0].target = 3;
    scene.tasks[1] = (struct tasks_config){.service = SERVICE(0.001)};
    simulate(&scene);
    assert_int_equal(served(&scene, 1), 1000);
    assert_int_equal(output(&scene, "target_2xx"), 1000);
    close_scene(&scene);
}

/* ---- Outcomes ---------------------------------------------------------------------------------------- */

static void answers_pass_through_and_are_counted_by_status(void **unused)
{
    (void)unused;
    static const struct {
        enum outcome outcome;
        const char *key;
    } row[] = {{OUTCOME_OK, "target_2xx"},        {OUTCOME_MISS, "target_2xx"},
               {OUTCOME_FORBIDDEN, "target_4xx"}, {OUTCOME_NOT_FOUND, "target_4xx"},
               {OUTCOME_THROTTLED, "target_4xx"}, {OUTCOME_FAILED, "target_5xx"},
               {OUTCOME_REJECTED, "target_5xx"},  {OUTCOME_TIMEOUT, "target_5xx"},
               {OUTCOME_RESET, "elb_502"}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct scene scene = plain_scene(2, 2, 1.0);
        scene.tasks[0].outcome = (int)row[i].outcome;
        simulate(&scene);
        assert_int_equal(driver(&scene)->ended[row[i].outcome], 100);
        assert_int_equal(output(&scene, row[i].key), 100);
        assert_int_equal(output(&scene, "requests"), 100);
        close_scene(&scene);
    }
}

static void no_answer_within_the_idle_timeout_is_504(void **unused)
{
    (void)unused;
    struct scene scene = plain_scene(2, 2, 10.0);
    scene.key[0] = "idle_timeout", scene.value[0] = "5s";
    scene.tasks[0].service = (struct dist)SERVICE(5.001);
    simulate(&scene);
    assert_int_equal(driver(&scene)->ended[OUTCOME_TIMEOUT], 500);
    assert_int_equal(output(&scene, "elb_504"), 500);
    assert_near(driver(&scene)->latency[OUTCOME_TIMEOUT], 5.0, 1e-9);
    close_scene(&scene);
    scene.tasks[0].service = (struct dist)SERVICE(4.999);
    simulate(&scene);
    assert_int_equal(output(&scene, "elb_504"), 0);
    assert_int_equal(output(&scene, "target_2xx"), 500);
    close_scene(&scene);
}

/* A client that gives up after 1 s; the target answers after 2 s. */
static void a_client_that_has_closed_is_460(void **unused)
{
    (void)unused;
    struct scene scene = plain_scene(2, 2, 10.0);
    scene.driver.patience = 1.0;
    scene.tasks[0].service = (struct dist)SERVICE(2.0);
    simulate(&scene);
    assert_int_equal(driver(&scene)->ended[OUTCOME_TIMEOUT], 900);
    assert_int_equal(output(&scene, "elb_460"), 800);
    assert_int_equal(output(&scene, "target_2xx"), 0);
    close_scene(&scene);
}

static void target_response_time_is_without_the_own_latency(void **unused)
{
    (void)unused;
    struct scene scene = plain_scene(2, 2, 10.0);
    scene.key[0] = "latency", scene.value[0] = "3ms";
    scene.tasks[0].service = (struct dist)SERVICE(0.02);
    simulate(&scene);
    assert_near(output(&scene, "target_response_time"), 0.02, 1e-9);
    assert_near(driver(&scene)->latency[OUTCOME_OK], 0.023, 1e-9);
    close_scene(&scene);
}

/* ---- The bill ---------------------------------------------------------------------------------------- */

/* `requests` a second for `seconds`, with one answer pending at most when it ends. */
static struct scene bill_scene(double requests, double seconds)
{
    struct scene scene = plain_scene(2, 2, seconds);
    scene.driver.every = 1.0 / requests;
    scene.driver.bytes_in = 1024;
    scene.driver.bytes_out = 3072;
    return scene;
}

/* 100 requests/s for two hours with 10 requests a connection of 60 s: 10 new connections/s are 0.4 LCU, 600
   active ones 0.2 LCU; 400 KiB/s are 1.3733 GB an hour. */
static void lcu_is_the_largest_of_four_dimensions_in_each_hour(void **unused)
{
    (void)unused;
    struct scene scene = bill_scene(100.0, 7200.0);
    simulate(&scene);
    double bytes = 100.0 * 4096.0 * 7200.0;
    assert_near(output(&scene, "processed_bytes"), bytes, 4096.0);
    assert_near(output(&scene, "lcu_new_connections"), 0.8, 1e-5);
    assert_near(output(&scene, "lcu_active_connections"), 0.4, 1e-5);
    assert_near(output(&scene, "lcu_processed_bytes"), bytes / 0x1p30, 1e-5);
    assert_near(output(&scene, "lcu_rule_evaluations"), 0.0, 0.0);
    assert_near(output(&scene, "lcu"), bytes / 0x1p30, 1e-5);
    close_scene(&scene);
}

static void each_dimension_may_bind(void **unused)
{
    (void)unused;
    struct scene scene = bill_scene(100.0, 3600.0);
    scene.driver.bytes_out = 0.0; /* 0.34 GB */
    simulate(&scene);
    assert_near(output(&scene, "lcu"), 0.4, 1e-5); /* new connections */
    close_scene(&scene);
    scene.key[0] = "connection_duration", scene.value[0] = "4min";
    simulate(&scene);
    assert_near(output(&scene, "lcu"), 0.8, 1e-5); /* 10/s x 240 s / 3,000 */
    close_scene(&scene);
}

/* The last of 16 rules: 6 beyond the free ones. 1,000 requests/s x 6 are 6 LCU. */
static void rule_evaluations_beyond_ten_are_billed(void **unused)
{
    (void)unused;
    struct scene scene = bill_scene(1000.0, 60.0);
    for (int i = 0; i < 15; i++) {
        scene.rule[i] = (struct rule){"/x", NULL, 2};
    }
    scene.rule[9] = (struct rule){"/tenth", NULL, 2};
    simulate(&scene); /* none matches: 15 are processed */
    assert_near(output(&scene, "lcu_rule_evaluations"), 5.0 / 60.0, 1e-4);
    close_scene(&scene);
    scene.driver.request = "GET /tenth";
    simulate(&scene);
    assert_near(output(&scene, "lcu_rule_evaluations"), 0.0, 0.0);
    close_scene(&scene);
}

/* Load in the first hour only: the second costs nothing. Bytes of failed requests do not come back. */
static void an_hour_is_billed_by_itself(void **unused)
{
    (void)unused;
    struct scene scene = bill_scene(100.0, 5400.0);
    scene.tasks[0].outcome = OUTCOME_FAILED;
    simulate(&scene);
    const struct meter *meter = NULL;
    for (int i = 0; i < scene.run->meter_count; i++) {
        meter = strcmp(scene.run->meter[i].sku, "LCUUsage") == 0 ? &scene.run->meter[i] : meter;
    }
    if (meter == NULL) {
        fail_msg("no meter of LCUUsage");
        return;
    }
    assert_string_equal(meter->service, "AWSELB");
    assert_near(meter->hourly[0], 0.4, 1e-5);
    assert_near(meter->hourly[1], 0.2, 1e-5);
    assert_near(output(&scene, "processed_bytes"), 100.0 * 5400.0 * 1024.0, 1024.0);
    close_scene(&scene);
}

static void the_lead_in_is_not_billed(void **unused)
{
    (void)unused;
    struct scene scene = bill_scene(100.0, 1800.0);
    scene.lead = 600.0;
    simulate(&scene);
    assert_near(output(&scene, "lcu_new_connections"), 0.2, 1e-5);
    assert_near(output(&scene, "requests"), 180000.0, 1.0);
    close_scene(&scene);
}

static void load_balancer_hours_are_billed(void **unused)
{
    (void)unused;
    struct scene scene = bill_scene(1.0, 7200.0);
    simulate(&scene);
    const struct meter *meter = &scene.run->meter[0];
    assert_string_equal(meter->sku, "LoadBalancerUsage");
    assert_near(meter->hourly[0] + meter->hourly[1], 2.0, 1e-5);
    close_scene(&scene);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(the_first_rule_that_matches_decides),
        cmocka_unit_test(what_no_rule_matches_gets_the_fixed_response),
        cmocka_unit_test(the_default_action_may_be_a_target),
        cmocka_unit_test(a_rule_never_reached_is_a_warning),
        cmocka_unit_test(fewer_than_two_zones_is_a_warning),
        cmocka_unit_test(one_node_goes_strictly_round),
        cmocka_unit_test(round_robin_is_per_node),
        cmocka_unit_test(rules_that_name_one_service_share_its_target_group),
        cmocka_unit_test(least_outstanding_requests_avoids_the_slow),
        cmocka_unit_test(requests_go_to_their_own_zone_without_cross_zone),
        cmocka_unit_test(an_empty_zone_answers_503_without_cross_zone),
        cmocka_unit_test(an_unhealthy_zone_leaves_dns_without_cross_zone),
        cmocka_unit_test(a_service_without_parts_is_simply_called),
        cmocka_unit_test(answers_pass_through_and_are_counted_by_status),
        cmocka_unit_test(no_answer_within_the_idle_timeout_is_504),
        cmocka_unit_test(a_client_that_has_closed_is_460),
        cmocka_unit_test(target_response_time_is_without_the_own_latency),
        cmocka_unit_test(lcu_is_the_largest_of_four_dimensions_in_each_hour),
        cmocka_unit_test(each_dimension_may_bind),
        cmocka_unit_test(rule_evaluations_beyond_ten_are_billed),
        cmocka_unit_test(an_hour_is_billed_by_itself),
        cmocka_unit_test(the_lead_in_is_not_billed),
        cmocka_unit_test(load_balancer_hours_are_billed),
    };
    return cmocka_run_group_tests_name("alb", all, NULL, NULL);
}
