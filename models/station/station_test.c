/* SPDX-License-Identifier: Apache-2.0 */
/* Small scripts whose outcome can be worked out by hand; the closed forms are in tests/theory. */
#include "bench.h"
#include "near.h"

extern const struct model model_station, model_delay, model_clients_trace, model_clients_open;

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))
#define SCRIPT(bench, line) bench_script(bench, &model_clients_trace, "queue", line, COUNT(line))

/* A script at a station that serves what was recorded, with more settings. */
static struct run *run_script(struct bench **bench, const struct bench_line *line, int count,
                              const char *settings)
{
    *bench = bench_open(100.0);
    bench_script(*bench, &model_clients_trace, "queue", line, count);
    bench_node(*bench, &model_station, "queue",
               arena_printf((*bench)->arena, "service=recorded; %s", settings));
    return bench_run(*bench, 1, 0);
}

static void done(struct run *run, struct bench *bench)
{
    run_close(run);
    bench_close(bench);
}

#define assert_seconds(actual, expected) assert_near(actual, expected, 2e-9)

static void first_come_is_first_served(void **state)
{
    (void)state;
    const struct bench_line line[] = {{"a", 0.0, 2.0}, {"b", 0.5, 1.0}, {"c", 1.0, 0.25}, {"d", 9.0, 0.5}};
    struct bench *bench;
    struct run *run = run_script(&bench, line, COUNT(line), "");
    assert_seconds(bench_latency(run, "a"), 2.0);
    assert_seconds(bench_latency(run, "b"), 2.5);
    assert_seconds(bench_latency(run, "c"), 2.25);
    assert_seconds(bench_latency(run, "d"), 0.5);
    assert_seconds(bench_output(run, "queue", "mean_wait"), (1.5 + 2.0) / 4.0);
    assert_near(bench_output(run, "queue", "utilisation"), 3.75 / 100.0, 1e-9);
    assert_near(bench_output(run, "queue", "queue_length"), 3.5 / 100.0, 1e-9);
    assert_near(bench_output(run, "queue", "served"), 4.0, 0.0);
    done(run, bench);
}

static void several_servers_share_one_queue(void **state)
{
    (void)state;
    const struct bench_line line[] = {{"a", 0.0, 4.0}, {"b", 0.0, 1.0}, {"c", 0.5, 1.0}, {"d", 0.6, 1.0}};
    struct bench *bench;
    struct run *run = run_script(&bench, line, COUNT(line), "servers=2");
    assert_seconds(bench_latency(run, "c"), 1.5);
    assert_seconds(bench_latency(run, "d"), 2.4);
    done(run, bench);
}

static void full_queue_refuses(void **state)
{
    (void)state;
    const struct bench_line line[] = {{"a", 0.0, 1.0}, {"b", 0.1, 1.0}, {"c", 0.2, 1.0}, {"d", 1.1, 1.0}};
    struct bench *bench;
    struct run *run = run_script(&bench, line, COUNT(line), "queue_limit=1");
    assert_int_equal(bench_ended(run, "b", OUTCOME_OK), 1);
    assert_int_equal(bench_ended(run, "c", OUTCOME_REJECTED), 1);
    assert_int_equal(bench_ended(run, "d", OUTCOME_OK), 1);
    assert_near(bench_output(run, "queue", "refused"), 1.0, 0.0);
    done(run, bench);
}

/* Whoever of the disciplines: the limit is one of those beyond the servers. */
static void queue_limit_holds_in_every_discipline(void **state)
{
    (void)state;
    const char *const settings[] = {"discipline=fcfs",     "discipline=ps",
                                    "discipline=priority", "discipline=preemptive",
                                    "discipline=random",   "patience=uniform(50s 60s)"};
    const struct bench_line line[] = {{"a", 0.0, 9.0}, {"b", 0.1, 9.0}, {"c", 0.2, 9.0}, {"d", 0.3, 9.0}};
    for (int i = 0; i < COUNT(settings); i++) {
        struct bench *bench = bench_open(100.0);
        SCRIPT(bench, line);
        bench_node(bench, &model_station, "queue",
                   arena_printf(bench->arena, "service=recorded; servers=2; queue_limit=1; %s", settings[i]));
        struct run *run = bench_run(bench, 1, 0);
        assert_int_equal(bench_ended(run, "c", OUTCOME_OK), 1);
        assert_int_equal(bench_ended(run, "d", OUTCOME_REJECTED), 1);
        done(run, bench);
    }
}

static void same_patience_for_all_ends_the_wait_only(void **state)
{
    (void)state;
    const struct bench_line line[] = {{"a", 0.0, 2.0}, {"b", 0.5, 1.0}, {"c", 1.5, 3.0}};
    struct bench *bench;
    struct run *run = run_script(&bench, line, COUNT(line), "patience=1s");
    assert_int_equal(bench_ended(run, "a", OUTCOME_OK), 1);
    assert_int_equal(bench_ended(run, "b", OUTCOME_TIMEOUT), 1); /* at 1.5 s */
    assert_seconds(bench_latency(run, "c"), 3.5);                /* waits half a second, is served three */
    assert_near(bench_output(run, "queue", "abandoned"), 1.0, 0.0);
    assert_near(bench_output(run, "queue", "queue_length"), (1.0 + 0.5) / 100.0, 1e-9);
    done(run, bench);
}

/* Patience between 1 s and 1.001 s, drawn for each: nearly the script above. */
static void patience_of_ones_own_ends_the_wait_only(void **state)
{
    (void)state;
    const struct bench_line line[] = {{"a", 0.0, 2.0}, {"b", 0.5, 1.0}, {"c", 1.5, 3.0}, {"d", 2.0, 1.0}};
    struct bench *bench;
    struct run *run = run_script(&bench, line, COUNT(line), "patience=uniform(1s 1.001s)");
    assert_int_equal(bench_ended(run, "b", OUTCOME_TIMEOUT), 1);
    assert_int_equal(bench_ended(run, "d", OUTCOME_TIMEOUT), 1);
    assert_seconds(bench_latency(run, "c"), 3.5);
    assert_near(bench_output(run, "queue", "queue_length"), (1.0 + 0.5 + 1.0) / 100.0, 2e-5);
    done(run, bench);
}

static void urgent_waits_before_others_but_does_not_interrupt(void **state)
{
    (void)state;
    const struct bench_line line[] = {
        {"low1", 0.0, 2.0}, {"low2", 0.5, 1.0}, {"high", 1.0, 1.0}, {"mid", 1.0, 1.0}};
    struct bench *bench;
    struct run *run = run_script(&bench, line, COUNT(line), "discipline=priority; priorities=high|mid");
    assert_seconds(bench_latency(run, "low1"), 2.0);
    assert_seconds(bench_latency(run, "high"), 2.0);
    assert_seconds(bench_latency(run, "mid"), 3.0);
    assert_seconds(bench_latency(run, "low2"), 4.5);
    done(run, bench);
}

static void urgent_takes_the_server_and_the_other_resumes(void **state)
{
    (void)state;
    const struct bench_line line[] = {
        {"low1", 0.0, 2.0}, {"low2", 0.5, 1.0}, {"mid", 1.0, 1.0}, {"high", 1.5, 1.0}};
    struct bench *bench;
    struct run *run = run_script(&bench, line, COUNT(line), "discipline=preemptive; priorities=high|mid");
    assert_seconds(bench_latency(run, "high"), 1.0); /* 1.5 to 2.5 */
    assert_seconds(bench_latency(run, "mid"), 2.0);  /* 1.0 to 1.5 and 2.5 to 3.0 */
    assert_seconds(bench_latency(run, "low1"), 4.0); /* 0.0 to 1.0 and 3.0 to 4.0 */
    assert_seconds(bench_latency(run, "low2"), 4.5); /* 4.0 to 5.0 */
    assert_near(bench_output(run, "queue", "preempted"), 2.0, 0.0);
    assert_seconds(bench_output(run, "queue", "mean_wait"), (0.0 + 1.0 + 2.0 + 3.5) / 4.0);
    assert_near(bench_output(run, "queue", "utilisation"), 5.0 / 100.0, 1e-9);
    done(run, bench);
}

/* Of two low ones the one that began last is put off, and comes before those that never began. */
static void of_several_the_latest_is_put_off(void **state)
{
    (void)state;
    const struct bench_line line[] = {
        {"low1", 0.0, 3.0}, {"low2", 0.5, 3.0}, {"low3", 0.6, 1.0}, {"high", 1.0, 1.0}, {"high2", 1.0, 0.5}};
    struct bench *bench;
    struct run *run =
        run_script(&bench, line, COUNT(line), "servers=2; discipline=preemptive; priorities=high*");
    assert_seconds(bench_latency(run, "high"), 1.0);
    assert_seconds(bench_latency(run, "high2"), 0.5);
    assert_seconds(bench_latency(run, "low1"), 3.5); /* 0.0 to 1.0 and, first in the queue, 1.5 to 3.5 */
    assert_seconds(bench_latency(run, "low2"), 4.0); /* 0.5 to 1.0 and 2.0 to 4.5 */
    assert_seconds(bench_latency(run, "low3"), 3.9); /* 3.5 to 4.5 */
    done(run, bench);
}

static void patience_ends_with_the_first_server(void **state)
{
    (void)state;
    const struct bench_line line[] = {{"low", 0.0, 2.0}, {"late", 0.2, 1.0}, {"high", 0.5, 5.0}};
    struct bench *bench;
    struct run *run =
        run_script(&bench, line, COUNT(line), "discipline=preemptive; priorities=high; patience=1s");
    assert_seconds(bench_latency(run, "low"), 7.0); /* put off for five seconds, and still there */
    assert_int_equal(bench_ended(run, "late", OUTCOME_TIMEOUT), 1);
    done(run, bench);
}

static void all_share_the_processor_equally(void **state)
{
    (void)state;
    const struct bench_line line[] = {{"a", 0.0, 1.0}, {"b", 0.5, 1.0}};
    struct bench *bench;
    struct run *run = run_script(&bench, line, COUNT(line), "discipline=ps");
    assert_seconds(bench_latency(run, "a"), 1.5); /* alone for 0.5, then half speed */
    assert_seconds(bench_latency(run, "b"), 1.5); /* half speed until 1.5, then alone */
    assert_true(isnan(bench_output(run, "queue", "mean_wait")));
    assert_near(bench_output(run, "queue", "utilisation"), 2.0 / 100.0, 1e-9);
    done(run, bench);
}

/* 9 wait while the first is served; each order of service is as likely, so the mean place of each is 5. */
static void random_order_favours_nobody(void **state)
{
    (void)state;
    double sum[9] = {0};
    enum { RUNS = 500 };
    for (int i = 0; i < RUNS; i++) {
        struct bench_line line[10] = {{"first", 0.0, 10.0}};
        static const char *const name[] = {"n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9"};
        for (int j = 0; j < 9; j++) {
            line[j + 1] = (struct bench_line){name[j], 1.0, 1.0};
        }
        struct bench *bench = bench_open(100.0);
        SCRIPT(bench, line);
        bench_node(bench, &model_station, "queue", "service=recorded; discipline=random");
        struct run *run = bench_run(bench, 1, i);
        for (int j = 0; j < 9; j++) {
            sum[j] += bench_latency(run, name[j]) - 9.0;
        }
        done(run, bench);
    }
    for (int j = 0; j < 9;
         j++) { /* standard deviation of a place: sqrt((81 - 1) / 12) = 2.58; 99.99 %: 3.89 of them */
        assert_near(sum[j] / RUNS, 5.0, 3.89 * 2.582 / sqrt(RUNS));
    }
}

/* The queue kept in the model draws as fairly: the second of two is first in half of the runs. */
static void random_order_favours_nobody_who_may_give_up(void **state)
{
    (void)state;
    enum { RUNS = 500 };
    const struct bench_line line[] = {{"first", 0.0, 10.0}, {"a", 1.0, 1.0}, {"b", 2.0, 1.0}};
    double first = 0.0;
    for (int i = 0; i < RUNS; i++) {
        struct bench *bench = bench_open(100.0);
        SCRIPT(bench, line);
        bench_node(bench, &model_station, "queue",
                   "service=recorded; discipline=random; patience=uniform(50s 60s)");
        struct run *run = bench_run(bench, 1, i);
        first += bench_latency(run, "b") < 9.5;
        done(run, bench);
    }
    assert_near(first / RUNS, 0.5, 3.89 * 0.5 / sqrt(RUNS));
}

static void served_requests_go_on_to_the_next(void **state)
{
    (void)state;
    const struct bench_line line[] = {
        {"low", 0.0, 1.0}, {"high", 0.1, 1.0}, {"low2", 0.2, 1.0}, {"high2", 0.3, 1.0}};
    struct bench *bench = bench_open(100.0);
    SCRIPT(bench, line);
    bench_node(bench, &model_station, "queue", "service=recorded; next=wire");
    bench_node(bench, &model_delay, "wire", "latency=10s; next=last");
    bench_node(bench, &model_station, "last", "service=2s; discipline=priority; priorities=high*");
    struct run *run = bench_run(bench, 1, 0);
    assert_seconds(bench_latency(run, "low"), 1.0 + 10.0 + 2.0); /* at the last station from 11 to 13 */
    assert_seconds(bench_latency(run, "high"), 15.0 - 0.1);      /* there at 12, served from 13 */
    assert_seconds(bench_latency(run, "high2"), 17.0 - 0.3);     /* there at 14, before low2, there at 13 */
    assert_seconds(bench_latency(run, "low2"), 19.0 - 0.2);
    done(run, bench);
}

static void station_answers_every_kind_of_ask_but_not_in_a_ring(void **state)
{
    (void)state;
    struct bench *bench = bench_open(1.0);
    bench_node(bench, &model_station, "one", "service=1ms; next=two");
    bench_node(bench, &model_station, "two", "service=1ms; next=one");
    bench_node(bench, &model_station, "three", "service=1ms");
    struct run *run = bench_run(bench, 1, 0);
    struct ask ask = {.op = ASK_QUERY};
    assert_int_equal(model_station.resolve(&run->node[0], &ask), -1);
    assert_int_equal(model_station.resolve(&run->node[2], &ask), 0);
    done(run, bench);
}

static void demands_do_not_depend_on_the_discipline(void **state)
{
    (void)state;
    const char *const settings[] = {"discipline=fcfs", "discipline=ps", "discipline=preemptive",
                                    "patience=uniform(500s 600s)"};
    double busy[COUNT(settings)];
    for (int i = 0; i < COUNT(settings); i++) {
        struct bench *bench = bench_open(100.0);
        struct bench_line line[] = {{"a", 0.0, 0.0}, {"b", 1.0, 0.0}, {"c", 1.0, 0.0}};
        SCRIPT(bench, line);
        bench_node(bench, &model_station, "queue",
                   arena_printf(bench->arena, "service=exponential(3s); %s", settings[i]));
        struct run *run = bench_run(bench, 1, 0);
        busy[i] = bench_output(run, "queue", "busy");
        done(run, bench);
        assert_near(busy[i], busy[0], 1e-9);
    }
}

static void contradictions_are_complained_about(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *complaint;
    } cases[] = {
        {"discipline=priority; priorities=a; next=queue", "a station with priorities must be the last"},
        {"discipline=preemptive; priorities=a; servers=5000", "with preemption or a random patience"},
        {"patience=exponential(1s); servers=none", "with preemption or a random patience"},
        {"discipline=priority", "without priorities all requests are served alike"},
        {"priorities=a", "priorities has no effect"},
        {"discipline=ps; patience=1s", "patience has no effect"},
        {"discipline=priority; priorities=1|2|3|4|5|6|7|8", "at most 7 priorities"},
        {"servers=none; patience=1s", ""}};
    for (int i = 0; i < COUNT(cases); i++) {
        struct bench *bench = bench_open(1.0);
        bench_node(bench, &model_station, "queue",
                   arena_printf(bench->arena, "service=1s; %s", cases[i].settings));
        const char *complaints = bench_complaints(bench);
        if (strstr(complaints, cases[i].complaint) == NULL ||
            (cases[i].complaint[0] == '\0' && complaints[0] != '\0')) {
            fail_msg("%s: %s", cases[i].settings, complaints);
        }
        bench_close(bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_come_is_first_served),
        cmocka_unit_test(several_servers_share_one_queue),
        cmocka_unit_test(full_queue_refuses),
        cmocka_unit_test(queue_limit_holds_in_every_discipline),
        cmocka_unit_test(same_patience_for_all_ends_the_wait_only),
        cmocka_unit_test(patience_of_ones_own_ends_the_wait_only),
        cmocka_unit_test(urgent_waits_before_others_but_does_not_interrupt),
        cmocka_unit_test(urgent_takes_the_server_and_the_other_resumes),
        cmocka_unit_test(of_several_the_latest_is_put_off),
        cmocka_unit_test(patience_ends_with_the_first_server),
        cmocka_unit_test(all_share_the_processor_equally),
        cmocka_unit_test(random_order_favours_nobody),
        cmocka_unit_test(random_order_favours_nobody_who_may_give_up),
        cmocka_unit_test(served_requests_go_on_to_the_next),
        cmocka_unit_test(station_answers_every_kind_of_ask_but_not_in_a_ring),
        cmocka_unit_test(demands_do_not_depend_on_the_discipline),
        cmocka_unit_test(contradictions_are_complained_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
