/* SPDX-License-Identifier: Apache-2.0 */
#include "near.h"
#include "toy.h"

#include <string.h>

static const struct toy_source_config poisson = {.rate = 80.0};

static const struct toy_server_config ten_ms = {
    .servers = 1, .limit = INT64_MAX, .service = {.kind = DIST_EXPONENTIAL, .a = 0.01, .mean = 0.01}};

static struct run *single_queue(double horizon, uint64_t seed)
{
    struct plan_node nodes[] = {{.name = "source", .model = &toy_source, .config = &poisson},
                                {.name = "queue", .model = &toy_server, .config = &ten_ms}};
    return toy_run(nodes, 2, horizon, seed);
}

/* Sojourn in M/M/1 is exponential with mean 1/(mu - lambda) = 50 ms (Kleinrock vol. 1, 1975, section 3.2). */
static void a_single_queue_has_the_sojourn_of_mm1(void **unused)
{
    (void)unused;
    struct run *run = single_queue(20000.0, 1);
    const struct tally *latency = &run->request[0].latency;
    assert_near_share(tally_mean(latency), 0.05, 0.02);
    assert_near_share(tally_quantile(latency, 0.99), 0.05 * log(100.0), 0.04);
    assert_null(run_violation(run));
    run_close(run);
}

static void the_same_seed_gives_the_same_history(void **unused)
{
    (void)unused;
    struct run *a = single_queue(100.0, 7), *b = single_queue(100.0, 7), *c = single_queue(100.0, 8);
    assert_int_equal(a->events, b->events);
    assert_true(a->request[0].latency.sum == b->request[0].latency.sum);
    assert_true(a->request[0].latency.sum != c->request[0].latency.sum);
    run_close(a);
    run_close(b);
    run_close(c);
}

static const char *violation_with(const struct model *mutant)
{
    struct plan_node nodes[] = {{.name = "source", .model = &toy_source, .config = &poisson},
                                {.name = "mutant", .model = mutant}};
    struct run *run = toy_run(nodes, 2, 100.0, 1);
    static char said[200];
    const char *violation = run_violation(run);
    said[0] = '\0';
    if (violation != NULL) {
        strncpy(said, violation, sizeof said - 1);
    }
    run_close(run);
    return said;
}

static void a_lost_visit_is_caught(void **unused)
{
    (void)unused;
    assert_non_null(strstr(violation_with(&toy_loser), "flow balance of mutant"));
}

static void a_doubled_reply_is_caught(void **unused)
{
    (void)unused;
    assert_non_null(strstr(violation_with(&toy_forgetter), "flow balance of mutant"));
}

static void a_step_of_the_clock_is_caught(void **unused)
{
    (void)unused;
    assert_non_null(strstr(violation_with(&toy_stepper), "clock went backwards"));
}

static void statistics_of_the_lead_in_are_forgotten(void **unused)
{
    (void)unused;
    struct plan_node nodes[] = {{.name = "source", .model = &toy_source, .config = &poisson},
                                {.name = "queue", .model = &toy_server, .config = &ten_ms}};
    struct plan plan = {.node = nodes, .node_count = 2, .horizon = 100.0};
    struct run_options options = {.seed = 1, .lead = 900.0};
    struct run *run = run_open(&plan, &options, NULL);
    run_execute(run);
    assert_near((double)run->request[0].latency.count, 8000.0, 400.0);
    assert_true(run->node[1].arrivals > 75000);
    assert_null(run_violation(run));
    run_close(run);
}

static void a_run_told_to_stop_stops(void **unused)
{
    (void)unused;
    struct plan_node nodes[] = {{.name = "source", .model = &toy_source, .config = &poisson},
                                {.name = "queue", .model = &toy_server, .config = &ten_ms}};
    struct plan plan = {.node = nodes, .node_count = 2, .horizon = 1e9};
    volatile int stop = 1;
    struct run_options options = {.seed = 1, .stop = &stop};
    struct run *run = run_open(&plan, &options, NULL);
    run_execute(run);
    assert_true(run->stopped);
    run_close(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_single_queue_has_the_sojourn_of_mm1),
        cmocka_unit_test(the_same_seed_gives_the_same_history),
        cmocka_unit_test(a_lost_visit_is_caught),
        cmocka_unit_test(a_doubled_reply_is_caught),
        cmocka_unit_test(a_step_of_the_clock_is_caught),
        cmocka_unit_test(statistics_of_the_lead_in_are_forgotten),
        cmocka_unit_test(a_run_told_to_stop_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
