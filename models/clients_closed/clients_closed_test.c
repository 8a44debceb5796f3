/* SPDX-License-Identifier: Apache-2.0 */
/* Users who think and wait, by hand; M/M/c//N and mean value analysis are in tests/theory. */
#include "bench.h"
#include "near.h"

extern const struct model model_clients_closed, model_station;

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static const double SIGMAS = 3.891; /* of a two-sided 99.99 % interval */

static struct bench *users(double horizon, const char *clients, const char *recorder)
{
    struct bench *bench = bench_open(horizon);
    int node = bench_node(bench, &model_clients_closed, "clients", clients);
    bench_row(bench, node, "sends", "to=server");
    bench_node(bench, &bench_recorder, "server", recorder);
    return bench;
}

static void done(struct run *run, struct bench *bench)
{
    run_close(run);
    bench_close(bench);
}

static void users_think_first_and_then_take_turns(void **state)
{
    (void)state;
    struct bench *bench = users(10.1, "users=2; think=2s", "latency=500ms");
    struct run *run = bench_run(bench, 1, 0);
    const struct bench_recorder_state *seen = bench_recorded(run, "server");
    assert_int_equal((int)seen->count, 8); /* two at 2.0, 4.5, 7.0 and 9.5 s */
    for (int i = 0; i < 8; i++) {
        assert_int_equal(seen->record[i].at, 2000000000LL + 2500000000LL * (i / 2));
        assert_int_equal(seen->record[i].client, i % 2);
    }
    assert_int_equal(bench_ended(run, "*", OUTCOME_OK), 8);
    assert_near(bench_latency(run, "*"), 0.5, 1e-9);
    done(run, bench);
}

static void nobody_has_two_requests_under_way(void **state)
{
    (void)state;
    struct bench *bench = bench_open(1000.0);
    int node = bench_node(bench, &model_clients_closed, "clients", "users=10; think=exponential(1s)");
    bench_row(bench, node, "sends", "to=queue");
    bench_node(bench, &model_station, "queue", "service=exponential(1s)");
    struct run *run = bench_run(bench, 1, 0);
    assert_true(run->node[1].inside.peak <= 10.0);
    double inside = bench_output(run, "queue", "busy") + bench_output(run, "queue", "queue_length");
    assert_near(bench_output(run, "clients", "thinking") + inside, 10.0, 1e-9);
    done(run, bench);
}

/* X = N / (R + Z), whatever the distributions: the interactive response time law. */
static void response_time_law_holds(void **state)
{
    (void)state;
    struct bench *bench = bench_open(20000.0);
    bench->lead = 1000.0;
    int node = bench_node(bench, &model_clients_closed, "clients", "users=25; think=lognormal(mean 5s cv 2)");
    bench_row(bench, node, "sends", "to=queue");
    bench_node(bench, &model_station, "queue", "service=uniform(0s 500ms)");
    struct run *run = bench_run(bench, 1, 0);
    double throughput = bench_output(run, "queue", "served") / 20000.0;
    assert_near_share(throughput, 25.0 / (bench_latency(run, "*") + 5.0), 0.02);
    done(run, bench);
}

static void shares_are_kept(void **state)
{
    (void)state;
    struct bench *bench = bench_open(1000.0);
    int node = bench_node(bench, &model_clients_closed, "clients", "users=20; think=1s");
    bench_row(bench, node, "sends", "to=server; request=GET /a; share=90%");
    bench_row(bench, node, "sends", "to=server; request=GET /b; share=10%");
    bench_node(bench, &bench_recorder, "server", "");
    struct run *run = bench_run(bench, 1, 0);
    double a = bench_ended(run, "GET /a", OUTCOME_OK), b = bench_ended(run, "GET /b", OUTCOME_OK);
    assert_near(a, 0.9 * (a + b), SIGMAS * sqrt(0.09 * (a + b)));
    done(run, bench);
}

static void a_failed_attempt_is_repeated_before_the_user_thinks(void **state)
{
    (void)state;
    struct bench *bench =
        users(6.5, "users=1; think=1s; retry.max_attempts=3; retry.base=1s; retry.jitter=none", "fails=2");
    struct run *run = bench_run(bench, 1, 0);
    const struct bench_recorder_state *seen = bench_recorded(run, "server");
    const double at[] = {1.0, 2.0, 4.0, 5.0, 6.0};
    assert_int_equal((int)seen->count, COUNT(at));
    for (int i = 0; i < COUNT(at); i++) {
        assert_near((double)seen->record[i].at, at[i] * 1e9, 2.0);
        assert_int_equal(seen->record[i].attempt, i % 3 + 1);
    }
    assert_int_equal(bench_ended(run, "*", OUTCOME_OK), 1);
    assert_near(bench_latency(run, "*"), 3.0, 1e-8);
    done(run, bench);
}

static void a_user_gives_up_after_the_timeout(void **state)
{
    (void)state;
    struct bench *bench = users(10.1, "users=1; think=1s; timeout=500ms", "latency=5s");
    struct run *run = bench_run(bench, 1, 0);
    assert_int_equal(bench_ended(run, "*", OUTCOME_TIMEOUT), 6); /* at 1.5, 3.0, ... 9.0 s */
    assert_near(bench_output(run, "clients", "timeouts"), 6.0, 0.0);
    done(run, bench);
}

static void quota_belongs_to_a_user(void **state)
{
    (void)state;
    struct bench *bench =
        users(100.5, "users=5; think=1s; retry.budget=10; retry.base=0s; retry.max_attempts=2", "fails=9");
    struct run *run = bench_run(bench, 1, 0);
    assert_near(bench_output(run, "clients", "retries"), 10.0, 0.0); /* two each */
    assert_near(bench_output(run, "clients", "retries_refused"), 490.0, 0.0);
    done(run, bench);
}

/* A user's k-th request brings the same demand to a fast system and to a slow one. */
static void cycles_bring_the_same_demands_to_any_system(void **state)
{
    (void)state;
    double draw[2][5];
    for (int i = 0; i < 2; i++) {
        struct bench *bench =
            users(100.0, "users=1; think=exponential(1s)", i == 0 ? "latency=1ms" : "latency=1s");
        struct run *run = bench_run(bench, 1, 0);
        for (int j = 0; j < 5; j++) {
            draw[i][j] = bench_recorded(run, "server")->record[j].draw;
        }
        done(run, bench);
    }
    for (int j = 0; j < 5; j++) {
        assert_near(draw[0][j], draw[1][j], 0.0);
    }
}

static void contradictions_are_complained_about(void **state)
{
    (void)state;
    static const char *const cases[][3] = {{"share=50%", "share=49%", "shares add to 99%: make it 100%"},
                                           {"share=50%", "", "1 of 2 sends have no share"},
                                           {NULL, NULL, "nothing is sent"}};
    for (int i = 0; i < COUNT(cases); i++) {
        struct bench *bench = bench_open(1.0);
        int node = bench_node(bench, &model_clients_closed, "clients", "users=1; think=1s");
        for (int j = 0; j < 2 && cases[i][j] != NULL; j++) {
            bench_row(bench, node, "sends", arena_printf(bench->arena, "to=server; %s", cases[i][j]));
        }
        assert_non_null(strstr(bench_complaints(bench), cases[i][2]));
        bench_close(bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(users_think_first_and_then_take_turns),
        cmocka_unit_test(nobody_has_two_requests_under_way),
        cmocka_unit_test(response_time_law_holds),
        cmocka_unit_test(shares_are_kept),
        cmocka_unit_test(a_failed_attempt_is_repeated_before_the_user_thinks),
        cmocka_unit_test(a_user_gives_up_after_the_timeout),
        cmocka_unit_test(quota_belongs_to_a_user),
        cmocka_unit_test(cycles_bring_the_same_demands_to_any_system),
        cmocka_unit_test(contradictions_are_complained_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
