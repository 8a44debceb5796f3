/* SPDX-License-Identifier: Apache-2.0 */
#include "near.h"
#include "toy.h"

static const struct dist one_second = {.kind = DIST_DETERMINISTIC, .a = 1.0, .mean = 1.0};

/* `burst` visits arrive together at a server that takes 1 s each. */
static struct run *burst(int64_t count, struct toy_server_config server, double horizon)
{
    static struct toy_source_config source;
    static struct toy_server_config config;
    source = (struct toy_source_config){.burst = count};
    config = server;
    config.service = one_second;
    struct plan_node nodes[] = {{.name = "source", .model = &toy_source, .config = &source},
                                {.name = "server", .model = &toy_server, .config = &config}};
    return toy_run(nodes, 2, horizon, 1);
}

static const struct toy_server_state *server(const struct run *run)
{
    return run->node[1].state;
}

static void first_come_first_served(void **unused)
{
    (void)unused;
    struct run *run = burst(5, (struct toy_server_config){.servers = 1, .limit = INT64_MAX}, 10.0);
    assert_int_equal(server(run)->served, 5);
    for (int i = 1; i < 5; i++) {
        assert_true(server(run)->order[i] > server(run)->order[i - 1]);
    }
    assert_near(tally_quantile(&run->request[0].latency, 1.0), 5.0, 1e-9);
    assert_near(server(run)->station.wait_sum, 1.0 + 2.0 + 3.0 + 4.0, 1e-9);
    run_close(run);
}

static void several_servers_serve_at_once(void **unused)
{
    (void)unused;
    struct run *run = burst(6, (struct toy_server_config){.servers = 3, .limit = INT64_MAX}, 10.0);
    assert_near(tally_quantile(&run->request[0].latency, 1.0), 2.0, 1e-9);
    assert_near(gauge_area(&server(run)->station.in_service, run->now), 6.0, 1e-9);
    run_close(run);
}

static void a_full_queue_refuses(void **unused)
{
    (void)unused;
    struct run *run = burst(6, (struct toy_server_config){.servers = 1, .limit = 2}, 10.0);
    assert_int_equal(run->request[0].ended[OUTCOME_OK], 3);
    assert_int_equal(run->request[0].ended[OUTCOME_REJECTED], 3);
    assert_int_equal(server(run)->station.refused, 3);
    run_close(run);
}

static void patience_ends_a_wait_but_not_a_service(void **unused)
{
    (void)unused;
    struct toy_server_config config = {.servers = 1, .limit = INT64_MAX, .patience = 1.5};
    struct run *run = burst(4, config, 10.0);
    assert_int_equal(run->request[0].ended[OUTCOME_OK],
                     2); /* the second begins at 1 s and takes its whole second */
    assert_int_equal(run->request[0].ended[OUTCOME_TIMEOUT], 2);
    assert_int_equal(server(run)->station.abandoned, 2);
    assert_null(run_violation(run));
    run_close(run);
}

static void priority_classes_are_served_in_their_order(void **unused)
{
    (void)unused;
    struct toy_server_config config = {.servers = 1, .limit = INT64_MAX, .discipline = STATION_PRIORITY};
    struct run *run = burst(7, config, 10.0);
    const int64_t *order = server(run)->order;
    for (int i = 1; i < 4; i++) { /* after the one in service: class 0, then class 1 */
        assert_int_equal(order[i] / 2 % 2, 0);
        assert_int_equal(order[i + 3] / 2 % 2, 1);
    }
    run_close(run);
}

static void random_order_serves_everybody(void **unused)
{
    (void)unused;
    struct toy_server_config config = {.servers = 1, .limit = INT64_MAX, .discipline = STATION_RANDOM};
    struct run *run = burst(30, config, 40.0);
    int64_t sum = 0;
    bool shuffled = false;
    for (int i = 0; i < 30; i++) {
        sum += server(run)->order[i];
        shuffled = shuffled || (i > 0 && server(run)->order[i] < server(run)->order[i - 1]);
    }
    assert_true(shuffled);
    assert_int_equal(server(run)->served, 30);
    assert_true(sum > 0);
    run_close(run);
}

static void a_caller_that_gives_up_leaves_an_orphan_at_work(void **unused)
{
    (void)unused;
    struct toy_source_config source = {.burst = 1, .within = 0.25};
    struct toy_server_config config = {.servers = 1, .limit = INT64_MAX, .service = one_second};
    struct plan_node nodes[] = {{.name = "source", .model = &toy_source, .config = &source},
                                {.name = "server", .model = &toy_server, .config = &config}};
    struct run *run = toy_run(nodes, 2, 10.0, 1);
    assert_int_equal(run->request[0].ended[OUTCOME_TIMEOUT], 1);
    assert_int_equal(server(run)->served, 1); /* the server worked on a dead request */
    assert_int_equal(run->visits_live, 0);
    assert_null(run_violation(run));
    run_close(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_come_first_served),
        cmocka_unit_test(several_servers_serve_at_once),
        cmocka_unit_test(a_full_queue_refuses),
        cmocka_unit_test(patience_ends_a_wait_but_not_a_service),
        cmocka_unit_test(priority_classes_are_served_in_their_order),
        cmocka_unit_test(random_order_serves_everybody),
        cmocka_unit_test(a_caller_that_gives_up_leaves_an_orphan_at_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
