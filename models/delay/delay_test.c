/* SPDX-License-Identifier: Apache-2.0 */
/* Time that passes, by hand; M/G/infinity is in tests/theory. */
#include "bench.h"
#include "near.h"

extern const struct model model_delay, model_station, model_clients_trace;

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static void done(struct run *run, struct bench *bench)
{
    run_close(run);
    bench_close(bench);
}

static void nobody_waits_for_anybody(void **state)
{
    (void)state;
    const struct bench_line line[] = {{"a", 0.0, 0.0}, {"b", 0.0, 0.0}, {"c", 0.5, 0.0}};
    struct bench *bench = bench_open(10.0);
    bench_script(bench, &model_clients_trace, "wire", line, COUNT(line));
    bench_node(bench, &model_delay, "wire", "latency=2s");
    struct run *run = bench_run(bench, 1, 0);
    assert_near(bench_latency(run, "a"), 2.0, 1e-9);
    assert_near(bench_latency(run, "b"), 2.0, 1e-9);
    assert_near(bench_latency(run, "c"), 2.0, 1e-9);
    assert_near(bench_output(run, "wire", "inside"), 6.0 / 10.0, 1e-9);
    assert_near(bench_output(run, "wire", "passed"), 3.0, 0.0);
    done(run, bench);
}

static void the_next_node_answers(void **state)
{
    (void)state;
    const struct bench_line line[] = {{"a", 0.0, 0.0}, {"b", 0.1, 0.0}};
    struct bench *bench = bench_open(10.0);
    bench_script(bench, &model_clients_trace, "wire", line, COUNT(line));
    bench_node(bench, &model_delay, "wire", "latency=1s; next=far");
    bench_node(bench, &model_delay, "far", "latency=500ms; next=queue");
    bench_node(bench, &model_station, "queue", "service=1s; queue_limit=0");
    struct run *run = bench_run(bench, 1, 0);
    assert_near(bench_latency(run, "a"), 2.5, 1e-9);
    assert_int_equal(bench_ended(run, "b", OUTCOME_REJECTED), 1);
    done(run, bench);
}

static void a_chain_hands_over_the_route_of_its_end(void **state)
{
    (void)state;
    struct bench *bench = bench_open(1.0);
    bench_node(bench, &model_delay, "one", "latency=1s; next=last");
    bench_node(bench, &model_station, "last", "service=1s; discipline=priority; priorities=GET /a|GET /b");
    bench_node(bench, &model_delay, "ring", "latency=1s; next=ring");
    struct run *run = bench_run(bench, 1, 0);
    struct ask ask = {.op = ASK_REQUEST, .request = "GET /b"};
    assert_int_equal(model_delay.resolve(&run->node[0], &ask), 1);
    assert_int_equal(model_delay.resolve(&run->node[2], &ask), -1);
    done(run, bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nobody_waits_for_anybody),
                                       cmocka_unit_test(the_next_node_answers),
                                       cmocka_unit_test(a_chain_hands_over_the_route_of_its_end)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
