/* SPDX-License-Identifier: Apache-2.0 */
/* A replay is exact: times to the nanosecond, requests and demands as recorded. */
#include "bench.h"
#include "near.h"

extern const struct model model_clients_trace, model_station;

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static const double times[] = {0.0, 0.0, 0.123456789, 7.25, 3600.000000001};
static const double demands[] = {0.5, 0.0, 1.25, 0.001, 2.0};
static const int32_t requests[] = {0, 1, 2, 0, 1};
static const char *const names[] = {"GET /a", "GET /b/1", "POST /c"};
static const struct trace whole = {times, requests, demands, names, 5, 3};
static const struct trace bare = {times, NULL, NULL, NULL, 5, 0};

static struct bench *replay(const struct trace *trace, const char *clients, const char *const *sends,
                            int count)
{
    struct bench *bench = bench_open(4000.0);
    int node = bench_node(bench, &model_clients_trace, "clients", clients);
    for (int i = 0; i < count; i++) {
        bench_row(bench, node, "sends", sends[i]);
    }
    *(const struct trace **)bench_field(bench, node, "file") = trace;
    bench_node(bench, &bench_recorder, "one", "");
    bench_node(bench, &bench_recorder, "two", "");
    return bench;
}

static void done(struct run *run, struct bench *bench)
{
    run_close(run);
    bench_close(bench);
}

static void replay_is_exact_to_the_nanosecond(void **state)
{
    (void)state;
    const char *const sends[] = {"to=one; bytes_in=5B"};
    struct bench *bench = replay(&whole, "", sends, 1);
    struct run *run = bench_run(bench, 1, 0);
    const struct bench_recorder_state *seen = bench_recorded(run, "one");
    const int64_t at[] = {0, 0, 123456789, 7250000000, 3600000000001};
    assert_int_equal((int)seen->count, 5);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(seen->record[i].at, at[i]);
        assert_int_equal(seen->record[i].intended, at[i]);
        assert_string_equal(seen->record[i].request, names[requests[i]]);
        assert_near(seen->record[i].demand, demands[i], 1e-7 * demands[i]);
        assert_near(seen->record[i].bytes_in, 5.0, 0.0);
    }
    assert_near(bench_output(run, "clients", "requests"), 5.0, 0.0);
    done(run, bench);
}

static void nobody_comes_in_the_lead_in(void **state)
{
    (void)state;
    const char *const sends[] = {"to=one"};
    struct bench *bench = replay(&bare, "", sends, 1);
    bench->lead = 500.0;
    struct run *run = bench_run(bench, 1, 0);
    const struct bench_recorder_state *seen = bench_recorded(run, "one");
    assert_int_equal((int)seen->count, 5);
    assert_int_equal(seen->record[0].at, 0);                /* of the simulated start */
    assert_int_equal(bench_ended(run, "*", OUTCOME_OK), 5); /* those of second 0 too */
    assert_near(bench_output(run, "clients", "requests"), 5.0, 0.0);
    done(run, bench);
}

static void what_lies_beyond_the_horizon_is_not_sent(void **state)
{
    (void)state;
    const char *const sends[] = {"to=one"};
    struct bench *bench = replay(&bare, "", sends, 1);
    bench->horizon = 5.0;
    struct run *run = bench_run(bench, 1, 0);
    assert_int_equal((int)bench_recorded(run, "one")->count, 3);
    done(run, bench);
}

static void speed_shortens_the_time_between(void **state)
{
    (void)state;
    const char *const sends[] = {"to=one"};
    struct bench *bench = replay(&whole, "speed=2", sends, 1);
    struct run *run = bench_run(bench, 1, 0);
    const struct bench_recorder_state *seen = bench_recorded(run, "one");
    assert_int_equal(seen->record[3].at, 3625000000);
    assert_near(seen->record[3].demand, 0.001, 1e-10); /* the work is the same */
    done(run, bench);
}

static void each_request_goes_where_its_send_says(void **state)
{
    (void)state;
    const char *const sends[] = {"to=one", "to=two; request=GET /b/*", "to=two; request=GET /a"};
    struct bench *bench = replay(&whole, "", sends, COUNT(sends));
    struct run *run = bench_run(bench, 1, 0);
    assert_int_equal((int)bench_recorded(run, "one")->count, 1); /* POST /c, for which there is no other */
    assert_int_equal((int)bench_recorded(run, "two")->count, 4);
    assert_string_equal(bench_recorded(run, "two")->record[1].request, "GET /b/1");
    assert_int_equal(bench_ended(run, "*", OUTCOME_OK), 1);
    assert_int_equal(bench_ended(run, "GET /b/*", OUTCOME_OK), 2); /* results go by sends, which are few */
    assert_int_equal(bench_ended(run, "GET /a", OUTCOME_OK), 2);
    done(run, bench);
}

static void a_request_that_no_send_is_for_is_complained_about(void **state)
{
    (void)state;
    const char *const sends[] = {"to=two; request=GET /b/*", "to=two; request=GET /a"};
    struct bench *bench = replay(&whole, "", sends, COUNT(sends));
    assert_non_null(strstr(bench_complaints(bench), "the trace holds POST /c that no send is for"));
    bench_close(bench);
    bench = replay(&bare, "", sends, COUNT(sends));
    assert_string_equal(bench_complaints(bench), "");
    bench_close(bench);
    bench = replay(&bare, "", sends, 0);
    assert_non_null(strstr(bench_complaints(bench), "nothing is sent"));
    bench_close(bench);
}

/* Departures of a single server by Lindley's recursion: D(n) = max(A(n), D(n-1)) + S(n). */
static void a_station_serves_the_recorded_demands(void **state)
{
    (void)state;
    enum { N = 500 };
    double time[N], demand[N], departure = 0.0, sum = 0.0;
    struct stream stream = {42};
    for (int i = 0; i < N; i++) {
        /* cppcheck-suppress uninitvar */
        time[i] = (i == 0 ? 0.0 : time[i - 1]) + floor(stream_exponential(&stream) * 1024.0) / 1024.0;
        demand[i] = floor(stream_exponential(&stream) * 900.0) / 1024.0; /* exact in single precision */
        departure = fmax(time[i], departure) + demand[i];
        sum += departure - time[i];
    }
    const struct trace trace = {time, NULL, demand, NULL, N, 0};
    const char *const sends[] = {"to=queue"};
    struct bench *bench = replay(&trace, "", sends, 1);
    bench_node(bench, &model_station, "queue", "service=recorded");
    struct run *run = bench_run(bench, 1, 0);
    assert_int_equal(bench_ended(run, "*", OUTCOME_OK), N);
    assert_near_share(bench_latency(run, "*"), sum / N, 1e-9);
    done(run, bench);
}

static void a_request_is_given_up_after_the_timeout(void **state)
{
    (void)state;
    const char *const sends[] = {"to=one"};
    struct bench *bench = replay(&bare, "timeout=1s", sends, 1);
    bench_apply(bench, bench_recorder.params, bench->config[1], "latency=2s");
    struct run *run = bench_run(bench, 1, 0);
    assert_int_equal(bench_ended(run, "*", OUTCOME_TIMEOUT), 5);
    assert_near(bench_output(run, "clients", "timeouts"), 5.0, 0.0);
    assert_int_equal(bench_request(run, "*")->attempts, 5);
    done(run, bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replay_is_exact_to_the_nanosecond),
        cmocka_unit_test(nobody_comes_in_the_lead_in),
        cmocka_unit_test(what_lies_beyond_the_horizon_is_not_sent),
        cmocka_unit_test(speed_shortens_the_time_between),
        cmocka_unit_test(each_request_goes_where_its_send_says),
        cmocka_unit_test(a_request_that_no_send_is_for_is_complained_about),
        cmocka_unit_test(a_station_serves_the_recorded_demands),
        cmocka_unit_test(a_request_is_given_up_after_the_timeout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
