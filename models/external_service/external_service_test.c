/* SPDX-License-Identifier: Apache-2.0 */
/* Latency, errors and the rate limit; the token bucket's closed form is in tests/theory. */
#include "bench.h"
#include "near.h"

extern const struct model model_external_service, model_clients_open, model_clients_trace;

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static const double SIGMAS = 3.891; /* of a two-sided 99.99 % interval */

static void done(struct run *run, struct bench *bench)
{
    run_close(run);
    bench_close(bench);
}

/* `count` requests, one every `gap` seconds. */
static struct run *steady(struct bench **bench, int count, double gap, const char *settings)
{
    *bench = bench_open((count + 0.5) * gap);
    int node =
        bench_node(*bench, &model_clients_open, "clients",
                   arena_printf((*bench)->arena, "rate=%.17g/s; interarrival=deterministic(1s)", 1.0 / gap));
    bench_row(*bench, node, "sends", "to=stripe");
    bench_node(*bench, &model_external_service, "stripe", settings);
    return bench_run(*bench, 1, 0);
}

static void latency_does_not_depend_on_the_load(void **state)
{
    (void)state;
    struct bench *bench;
    struct run *run = steady(&bench, 1000, 0.001, "latency=100ms");
    assert_near(bench_latency(run, "*"), 0.1, 1e-9);
    assert_near(bench_output(run, "stripe", "answered"), 900.0, 1.0);
    done(run, bench);
}

static void errors_come_at_their_rate_and_take_as_long(void **state)
{
    (void)state;
    enum { N = 50000 };
    struct bench *bench;
    struct run *run = steady(&bench, N, 1.0, "latency=250ms; error_rate=2%");
    double failed = bench_output(run, "stripe", "failed");
    assert_near(failed, 0.02 * N, SIGMAS * sqrt(0.02 * 0.98 * N));
    assert_int_equal(bench_ended(run, "*", OUTCOME_FAILED), (int)failed);
    assert_int_equal(bench_ended(run, "*", OUTCOME_OK), N - (int)failed);
    assert_near(bench_output(run, "stripe", "inside"), 0.25 * N / (N + 0.5), 1e-5);
    done(run, bench);
}

/* The same requests have the same latencies whatever the rate of errors. */
static void errors_move_nobody_elses_latency(void **state)
{
    (void)state;
    double inside[2];
    for (int i = 0; i < 2; i++) {
        struct bench *bench;
        struct run *run =
            steady(&bench, 100, 1.0,
                   i == 0 ? "latency=exponential(100ms)" : "latency=exponential(100ms); error_rate=50%");
        inside[i] = bench_output(run, "stripe", "inside");
        done(run, bench);
    }
    assert_near(inside[0], inside[1], 1e-15);
}

/* Three tokens to begin with, one each second. */
static void rate_limit_is_a_token_bucket(void **state)
{
    (void)state;
    const struct bench_line line[] = {{"a", 0.0, 0}, {"b", 0.0, 0}, {"c", 0.0, 0}, {"d", 0.0, 0},
                                      {"e", 0.9, 0}, {"f", 1.0, 0}, {"g", 1.1, 0}, {"h", 9.0, 0},
                                      {"i", 9.0, 0}, {"j", 9.0, 0}, {"k", 9.0, 0}};
    const char *const throttled = "degk";
    struct bench *bench = bench_open(20.0);
    bench_script(bench, &model_clients_trace, "stripe", line, COUNT(line));
    bench_node(bench, &model_external_service, "stripe", "latency=5s; rate_limit=1/s; burst_limit=3");
    struct run *run = bench_run(bench, 1, 0);
    for (int i = 0; i < COUNT(line); i++) {
        bool refused = strchr(throttled, line[i].name[0]) != NULL;
        assert_int_equal(bench_ended(run, line[i].name, refused ? OUTCOME_THROTTLED : OUTCOME_OK), 1);
    }
    assert_near(bench_output(run, "stripe", "throttled"), 4.0, 0.0);
    done(run, bench);
}

static void steady_requests_at_the_limit_pass(void **state)
{
    (void)state;
    struct bench *bench;
    struct run *run = steady(&bench, 10000, 1.0 / 3.0, "latency=1ms; rate_limit=3/s; burst_limit=1");
    assert_near(bench_output(run, "stripe", "throttled"), 0.0, 0.0); /* rounding refuses nobody */
    done(run, bench);
    run = steady(&bench, 10000, 0.25, "latency=1ms; rate_limit=3/s; burst_limit=1");
    assert_near(bench_output(run, "stripe", "throttled"), 5000.0, 1.0); /* every other one comes too early */
    done(run, bench);
}

static void burst_is_a_second_of_the_limit_unless_given(void **state)
{
    (void)state;
    struct bench *bench;
    struct run *run = steady(&bench, 1000, 1e-6, "latency=1ms; rate_limit=100/s");
    assert_near(bench_output(run, "stripe", "throttled"), 900.0, 0.0);
    done(run, bench);
}

static void burst_without_rate_is_complained_about(void **state)
{
    (void)state;
    struct bench *bench = bench_open(1.0);
    bench_node(bench, &model_external_service, "stripe", "latency=1ms; burst=3");
    assert_non_null(strstr(bench_complaints(bench), "burst_limit has no effect without rate_limit"));
    bench_close(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(latency_does_not_depend_on_the_load),
        cmocka_unit_test(errors_come_at_their_rate_and_take_as_long),
        cmocka_unit_test(errors_move_nobody_elses_latency),
        cmocka_unit_test(rate_limit_is_a_token_bucket),
        cmocka_unit_test(steady_requests_at_the_limit_pass),
        cmocka_unit_test(burst_is_a_second_of_the_limit_unless_given),
        cmocka_unit_test(burst_without_rate_is_complained_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
