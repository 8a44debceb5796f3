/* SPDX-License-Identifier: Apache-2.0 */
/* How often, to whom and how often again clients send; arrival processes are in tests/theory. */
#include "bench.h"
#include "near.h"

extern const struct model model_clients_open, model_external_service, model_station;

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))
#define assert_seconds(actual, expected) assert_near(actual, expected, 2e-9)

/* Normal quantile of a two-sided 99.99 % interval. */
static const double SIGMAS = 3.891;

/* One request a second to a recorder, the first at 1 s, with more settings of both. */
static struct bench *metronome(double horizon, const char *clients, const char *recorder)
{
    struct bench *bench = bench_open(horizon);
    int node =
        bench_node(bench, &model_clients_open, "clients",
                   arena_printf(bench->arena, "rate=1/s; interarrival=deterministic(1s); %s", clients));
    bench_row(bench, node, "sends", "to=server; bytes_in=2KiB; bytes_out=3KiB");
    bench_node(bench, &bench_recorder, "server", recorder);
    return bench;
}

static void done(struct run *run, struct bench *bench)
{
    run_close(run);
    bench_close(bench);
}

static void a_request_carries_what_its_send_says(void **state)
{
    (void)state;
    struct bench *bench = metronome(10.5, "", "");
    struct run *run = bench_run(bench, 1, 0);
    const struct bench_recorder_state *seen = bench_recorded(run, "server");
    assert_int_equal((int)seen->count, 10);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(seen->record[i].at, (i + 1) * 1000000000LL);
        assert_int_equal(seen->record[i].intended, seen->record[i].at);
        assert_string_equal(seen->record[i].request, "*");
        assert_near(seen->record[i].bytes_in, 2048.0, 0.0);
        assert_near(seen->record[i].bytes_out, 3072.0, 0.0);
    }
    assert_near(bench_request(run, "*")->rate, 1.0, 0.0);
    done(run, bench);
}

/* 30,000 requests; a share p of them has a standard deviation of sqrt(n p (1 - p)). */
static void shares_are_kept(void **state)
{
    (void)state;
    const double share[] = {0.5, 0.3, 0.19, 0.01};
    struct bench *bench = bench_open(30.0);
    int node = bench_node(bench, &model_clients_open, "clients", "rate=1000/s");
    for (int i = 0; i < COUNT(share); i++) {
        bench_row(bench, node, "sends",
                  arena_printf(bench->arena, "to=server; request=GET /%d; share=%g", i, share[i]));
    }
    bench_node(bench, &bench_recorder, "server", "");
    struct run *run = bench_run(bench, 1, 0);
    double n = bench_output(run, "clients", "requests");
    for (int i = 0; i < COUNT(share); i++) {
        double seen = bench_ended(run, arena_printf(bench->arena, "GET /%d", i), OUTCOME_OK);
        assert_near(seen, n * share[i], SIGMAS * sqrt(n * share[i] * (1.0 - share[i])));
        assert_near(run->request[i].rate, 1000.0 * share[i], 1e-9);
    }
    done(run, bench);
}

static void absent_shares_are_equal(void **state)
{
    (void)state;
    struct bench *bench = bench_open(30.0);
    int node = bench_node(bench, &model_clients_open, "clients", "rate=1000/s");
    bench_row(bench, node, "sends", "to=server; request=GET /a");
    bench_row(bench, node, "sends", "to=server; request=GET /b");
    bench_node(bench, &bench_recorder, "server", "");
    struct run *run = bench_run(bench, 1, 0);
    double a = bench_ended(run, "GET /a", OUTCOME_OK), b = bench_ended(run, "GET /b", OUTCOME_OK);
    assert_near(a, (a + b) / 2.0, SIGMAS * sqrt((a + b) / 4.0));
    done(run, bench);
}

/* Chi-square with 9 degrees of freedom: 99.99 % below 33.7. */
static void addresses_are_drawn_evenly(void **state)
{
    (void)state;
    struct bench *bench = metronome(20000.5, "addresses=10", "");
    struct run *run = bench_run(bench, 1, 0);
    const struct bench_recorder_state *seen = bench_recorded(run, "server");
    double count[10] = {0}, chi_square = 0.0;
    for (int i = 0; i < 20000; i++) {
        count[seen->record[i].client]++;
    }
    for (int i = 0; i < 10; i++) {
        chi_square += (count[i] - 2000.0) * (count[i] - 2000.0) / 2000.0;
    }
    assert_true(chi_square < 33.7);
    done(run, bench);
}

static void without_addresses_every_request_has_its_own(void **state)
{
    (void)state;
    struct bench *bench = metronome(100.5, "", "");
    struct run *run = bench_run(bench, 1, 0);
    const struct bench_recorder_state *seen = bench_recorded(run, "server");
    for (int i = 1; i < 100; i++) {
        assert_int_equal(seen->record[i].client, seen->record[i - 1].client + 1);
    }
    done(run, bench);
}

static void client_gives_up_after_its_timeout_while_the_server_works_on(void **state)
{
    (void)state;
    struct bench *bench = metronome(3.7, "timeout=500ms", "latency=600ms");
    struct run *run = bench_run(bench, 1, 0);
    assert_int_equal(bench_ended(run, "*", OUTCOME_TIMEOUT), 3);
    assert_int_equal(bench_ended(run, "*", OUTCOME_OK), 0);
    assert_near(bench_output(run, "clients", "timeouts"), 3.0, 0.0);
    assert_int_equal(run->node[1].replies, 3); /* the last at 3.6 s */
    done(run, bench);
}

/* One request a second would mix attempts of several: one every ten seconds is enough. */
static void retries_wait_base_times_multiplier_to_the_cap(void **state)
{
    (void)state;
    struct bench *bench =
        metronome(1.5, "retry.max_attempts=5; retry.base=1s; retry.cap=3s; retry.jitter=none",
                  "fails=4; latency=100ms");
    bench->horizon = 15.0;
    bench_apply(bench, model_clients_open.params, bench->config[0], "rate=0.1/s");
    struct run *run = bench_run(bench, 1, 0);
    const struct bench_recorder_state *seen = bench_recorded(run, "server");
    const double after[] = {10.0, 11.1, 13.2};
    assert_int_equal((int)seen->count, COUNT(after));
    for (int i = 0; i < COUNT(after); i++) {
        assert_near((double)seen->record[i].at, after[i] * 1e9, 2.0);
        assert_int_equal(seen->record[i].attempt, i + 1);
        assert_int_equal(seen->record[i].intended, 10000000000LL);
    }
    done(run, bench);
    bench =
        metronome(25.0, "rate=0.1/s; retry.max_attempts=5; retry.base=1s; retry.cap=3s; retry.jitter=none",
                  "fails=4; latency=100ms");
    run = bench_run(bench, 1, 0);
    assert_int_equal(bench_ended(run, "*", OUTCOME_OK), 1);
    assert_seconds(bench_latency(run, "*"),
                   5 * 0.1 + 1.0 + 2.0 + 3.0 + 3.0); /* one request, from its first attempt */
    assert_int_equal(bench_request(run, "*")->attempts, 5);
    assert_int_equal(bench_request(run, "*")->retries, 4);
    done(run, bench);
}

/* The delay is uniform below its bound: mean a half, variance a twelfth. */
static void full_jitter_is_even(void **state)
{
    (void)state;
    enum { N = 20000 };
    struct bench *bench = metronome(N + 0.5, "retry.max_attempts=2; retry.base=400ms", "fails=1");
    struct run *run = bench_run(bench, 1, 0);
    const struct tally *latency = &bench_request(run, "*")->latency;
    assert_int_equal(latency->count, N);
    assert_near(tally_mean(latency), 0.2, SIGMAS * 0.4 / sqrt(12.0 * N));
    assert_near(tally_quantile(latency, 0.25), 0.1, 0.002 + SIGMAS * 0.4 * sqrt(0.25 * 0.75 / N));
    assert_true(latency->max < 400000000);
    done(run, bench);
}

static void attempts_of_one_request_bring_different_demands(void **state)
{
    (void)state;
    struct bench *bench = metronome(1.5, "retry.max_attempts=3; retry.base=10ms", "fails=2");
    struct run *run = bench_run(bench, 1, 0);
    const struct bench_record *seen = bench_recorded(run, "server")->record;
    assert_true(seen[0].draw != seen[1].draw && seen[1].draw != seen[2].draw && seen[0].draw != seen[2].draw);
    done(run, bench);
}

static void final_refusals_are_not_repeated(void **state)
{
    (void)state;
    for (int outcome = OUTCOME_FORBIDDEN; outcome < OUTCOME_COUNT; outcome++) {
        struct bench *bench = metronome(1.5, "retry.max_attempts=3; retry.base=1ms", "fails=9");
        bench_apply(bench, bench_recorder.params, bench->config[1],
                    arena_printf(bench->arena, "outcome=%d", outcome));
        struct run *run = bench_run(bench, 1, 0);
        bool final = outcome == OUTCOME_FORBIDDEN || outcome == OUTCOME_NOT_FOUND;
        assert_int_equal(bench_ended(run, "*", (enum outcome)outcome), 1);
        assert_int_equal(bench_request(run, "*")->attempts, final ? 1 : 3);
        done(run, bench);
    }
}

/* How many retries a quota of 500 tokens refuses, of 20,000 requests of which a share of the attempts fails. */
static double refused(double failing, const char *how)
{
    struct bench *bench = bench_open(20000.0);
    int node = bench_node(bench, &model_clients_open, "clients",
                          arena_printf(bench->arena, "rate=1/s; retry.base=1ms; retry.budget=500; %s", how));
    bench_row(bench, node, "sends", "to=server");
    bench_node(bench, &model_external_service, "server",
               arena_printf(bench->arena, "latency=exponential(1s); error_rate=%g", failing));
    struct run *run = bench_run(bench, 1, 0);
    double count = bench_output(run, "clients", "retries_refused");
    done(run, bench);
    return count;
}

/* Tokens drift by q - 5 p^2 q - 10 p^3 a request, where p = 1 - q is the share of attempts that fail: 0 at 32.1 %. */
static void quota_runs_dry_above_a_third_of_failures(void **state)
{
    (void)state;
    assert_near(refused(0.29, ""), 0.0, 0.0);
    assert_true(refused(0.35, "") > 100.0);
    assert_near(refused(0.35, "retry.cost=1"), 0.0, 0.0);
}

/* The same with 10 tokens after a timeout: 24.6 %. A latency above 1 s x ln(1 / p) is a timeout with probability p. */
static void quota_runs_dry_above_a_quarter_of_timeouts(void **state)
{
    (void)state;
    assert_near(refused(0.0, "timeout=1.514s"), 0.0, 0.0); /* 22 % */
    assert_true(refused(0.0, "timeout=1.273s") > 100.0);   /* 28 % */
}

static void quota_belongs_to_an_address(void **state)
{
    (void)state;
    struct bench *bench =
        metronome(1000.5, "addresses=50; retry.budget=5; retry.base=1ms; retry.max_attempts=2", "fails=9");
    struct run *run = bench_run(bench, 1, 0);
    assert_near(bench_output(run, "clients", "retries"), 50.0, 0.0); /* one each */
    assert_near(bench_output(run, "clients", "retries_refused"), 950.0, 0.0);
    done(run, bench);
}

static void followers_come_after_those_that_ended_well(void **state)
{
    (void)state;
    struct bench *bench = bench_open(1000.0);
    int node = bench_node(bench, &model_clients_open, "clients",
                          "rate=1/s; interarrival=deterministic(1s); addresses=7");
    bench_row(bench, node, "sends", "to=server; request=GET /page");
    bench_row(
        bench, node, "sends",
        "to=server; request=GET /image; follow.request=GET /page; follow.ratio=2.5; follow.delay=250ms");
    bench_row(bench, node, "sends",
              "to=server; request=GET /pixel; follow.request=GET /image; follow.ratio=10%");
    bench_node(bench, &bench_recorder, "server", "latency=100ms");
    struct run *run = bench_run(bench, 1, 0);
    const struct bench_record *seen = bench_recorded(run, "server")->record;
    assert_string_equal(seen[0].request, "GET /page");
    for (int i = 1; i < 3; i++) { /* two at least: 1 s, 100 ms for the answer, 250 ms */
        assert_string_equal(seen[i].request, "GET /image");
        assert_int_equal(seen[i].at, 1350000000);
        assert_int_equal(seen[i].intended, 1350000000);
        assert_int_equal(seen[i].client, seen[0].client);
    }
    double pages = bench_ended(run, "GET /page", OUTCOME_OK),
           images = bench_ended(run, "GET /image", OUTCOME_OK);
    double pixels = bench_ended(run, "GET /pixel", OUTCOME_OK);
    assert_near(images, 2.5 * pages, SIGMAS * sqrt(pages * 0.25));
    assert_near(pixels, 0.1 * images, SIGMAS * sqrt(images * 0.09));
    assert_near(bench_output(run, "clients", "requests"), pages + images + pixels,
                5.0); /* some are under way */
    assert_near(run->request[2].rate, 0.25, 1e-12);
    done(run, bench);
}

static void nothing_follows_a_failure(void **state)
{
    (void)state;
    struct bench *bench = metronome(100.0, "", "fails=1");
    bench_row(bench, 0, "sends", "to=server; request=GET /next; follow.request=*");
    struct run *run = bench_run(bench, 1, 0);
    assert_int_equal(bench_ended(run, "GET /next", OUTCOME_OK), 0);
    assert_near(bench_output(run, "clients", "requests"), 99.0, 1.0);
    done(run, bench);
}

static void nobody_comes_at_rate_zero(void **state)
{
    (void)state;
    struct bench *bench = metronome(100.0, "rate=0/s", "");
    struct run *run = bench_run(bench, 1, 0);
    assert_int_equal((int)bench_recorded(run, "server")->count, 0);
    done(run, bench);
}

static void contradictions_are_complained_about(void **state)
{
    (void)state;
    static const struct {
        const char *clients, *send[2], *complaint;
    } cases[] = {{"", {"share=50%", "share=49.98%"}, "shares add to 99.98%: make it 100%"},
                 {"", {"share=50%", "share=49.991%"}, ""},
                 {"", {"share=50%", ""}, "1 of 2 sends have no share"},
                 {"", {"", "follow.request=GET /a"}, "no send of these clients has the request GET /a"},
                 {"",
                  {"request=GET /a; follow.request=GET /b", "request=GET /b; follow.request=GET /a"},
                  "follows itself"},
                 {"", {"", "share=10%; follow.request=*"}, "a send that follows another has no share"},
                 {"", {NULL, NULL}, "nothing is sent"},
                 {"interarrival=0s", {"", ""}, "needs a mean above 0"},
                 {"interarrival=recorded", {"", ""}, "needs a mean above 0"}};
    for (int i = 0; i < COUNT(cases); i++) {
        struct bench *bench = bench_open(1.0);
        int node = bench_node(bench, &model_clients_open, "clients",
                              arena_printf(bench->arena, "rate=1/s; %s", cases[i].clients));
        for (int j = 0; j < 2 && cases[i].send[j] != NULL; j++) {
            bench_row(bench, node, "sends", arena_printf(bench->arena, "to=server; %s", cases[i].send[j]));
        }
        const char *complaints = bench_complaints(bench);
        bool silent = cases[i].complaint[0] == '\0';
        if (strstr(complaints, cases[i].complaint) == NULL || (silent && complaints[0] != '\0')) {
            fail_msg("case %d: %s", i, complaints);
        }
        bench_close(bench);
    }
}

static void profile_that_is_never_above_zero_is_complained_about(void **state)
{
    (void)state;
    static const double time[] = {0.0, 3600.0}, factor[] = {0.0, 0.0};
    static const struct curve curve = {time, factor, 2, 86400.0};
    struct bench *bench = metronome(1.0, "", "");
    *(const struct curve **)bench_field(bench, 0, "profile") = &curve;
    assert_non_null(strstr(bench_complaints(bench), "the profile is never above 0"));
    bench_close(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_carries_what_its_send_says),
        cmocka_unit_test(shares_are_kept),
        cmocka_unit_test(absent_shares_are_equal),
        cmocka_unit_test(addresses_are_drawn_evenly),
        cmocka_unit_test(without_addresses_every_request_has_its_own),
        cmocka_unit_test(client_gives_up_after_its_timeout_while_the_server_works_on),
        cmocka_unit_test(retries_wait_base_times_multiplier_to_the_cap),
        cmocka_unit_test(full_jitter_is_even),
        cmocka_unit_test(attempts_of_one_request_bring_different_demands),
        cmocka_unit_test(final_refusals_are_not_repeated),
        cmocka_unit_test(quota_runs_dry_above_a_third_of_failures),
        cmocka_unit_test(quota_runs_dry_above_a_quarter_of_timeouts),
        cmocka_unit_test(quota_belongs_to_an_address),
        cmocka_unit_test(followers_come_after_those_that_ended_well),
        cmocka_unit_test(nothing_follows_a_failure),
        cmocka_unit_test(nobody_comes_at_rate_zero),
        cmocka_unit_test(contradictions_are_complained_about),
        cmocka_unit_test(profile_that_is_never_above_zero_is_complained_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
