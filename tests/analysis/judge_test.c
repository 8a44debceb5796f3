/* SPDX-License-Identifier: Apache-2.0 */
#include "workshop.h"

#include <math.h>
#include <string.h>

#include "judge.h"
#include "runfile.h"

/* An environment with rows of a known kind. */
struct bench {
    struct arena *arena;
    struct diag *diag;
    struct result_environment environment;
};

static void note(struct bench *bench, const char *name, enum unit unit, double first, double second)
{
    observation_note(&bench->environment.samples, 0, name, unit, first);
    observation_note(&bench->environment.samples, 1, name, unit, second);
}

static void open_bench(struct bench *bench)
{
    bench->arena = arena_open();
    bench->diag = diag_open(bench->arena);
    bench->environment =
        (struct result_environment){.name = "prod", .samples = observation_open(bench->arena)};
    note(bench, "latency.p99", UNIT_SECOND, 0.100, 0.102); /* 0.101 +- 0.0127 */
    note(bench, "latency.p99{request=\"GET /x\"}", UNIT_SECOND, 0.2, 0.2);
    note(bench, "errors.rate", UNIT_RATIO, 0.01, 0.01);
    note(bench, "errors.rate{status=\"504\"}", UNIT_RATIO, 0.004, 0.004);
    note(bench, "errors.timeout", UNIT_RATIO, 0.004, 0.004);
    note(bench, "nodes.utilisation{node=\"a\"}", UNIT_RATIO, 0.5, 0.5);
    note(bench, "nodes.utilisation{node=\"b\"}", UNIT_RATIO, 0.8, 0.8);
    note(bench, "nodes.utilisation{node=\"c\"}", UNIT_RATIO, NAN, NAN);
    note(bench, "nodes.backlog{node=\"a\"}", UNIT_COUNT, 7.0, 7.0);
    note(bench, "cost.monthly", UNIT_USD, 100.0, 100.0);
    note(bench, "cost.monthly{node=\"a\"}", UNIT_USD, 60.0, 60.0);
    note(bench, "cost.monthly{service=\"AmazonECS\"}", UNIT_USD, 30.0, 30.0);
    note(bench, "recovery.rto{component=\"a\", drill=\"task_crash\"}", UNIT_SECOND, 10.0, 30.0);
    note(bench, "recovery.rto{component=\"a\", drill=\"host_loss\"}", UNIT_SECOND, 50.0, INFINITY);
    note(bench, "recovery.rto.drain{component=\"a\", drill=\"task_crash\"}", UNIT_SECOND, 99.0, 99.0);
    note(bench, "recovery.rto{component=\"b\", drill=\"task_crash\"}", UNIT_SECOND, NAN, NAN);
}

static struct result_objective judged(struct bench *bench, const char *text)
{
    struct objective *objective = objective_read(text, (struct place){"x", 1, 1}, bench->arena, bench->diag);
    assert_non_null(objective);
    return judge_objective(&bench->environment, objective, bench->arena);
}

static void check(struct bench *bench, const char *text, enum result_verdict verdict, double value)
{
    struct result_objective objective = judged(bench, text);
    if (objective.verdict != verdict) {
        fail_msg("%s is %s, not %s", text, result_verdict_name(objective.verdict),
                 result_verdict_name(verdict));
    }
    bool same = objective.value.value == value || (isnan(value) && isnan(objective.value.value));
    if (!same) {
        fail_msg("%s: %.17g is not %.17g", text, objective.value.value, value);
    }
}

static void test_sides(void **state)
{
    struct bench bench;
    (void)state;
    open_bench(&bench);
    check(&bench, "latency.p99 < 120ms", VERDICT_MET, 0.101);
    check(&bench, "latency.p99 < 105ms", VERDICT_UNDECIDED, 0.101);
    check(&bench, "latency.p99 < 80ms", VERDICT_MISSED, 0.101);
    check(&bench, "latency.p99 > 80ms", VERDICT_MET, 0.101);
    check(&bench, "latency.p99 >= 120ms", VERDICT_MISSED, 0.101);
    check(&bench, "latency.p99{request=\"GET /x\"} < 0.2s", VERDICT_MISSED, 0.2);
    check(&bench, "latency.p99{request=\"GET /x\"} <= 0.2s", VERDICT_MET, 0.2);
    check(&bench, "latency.p99{request=all} < 120ms", VERDICT_MET, 0.101);
    arena_close(bench.arena);
}

static void test_rows(void **state)
{
    struct bench bench;
    (void)state;
    open_bench(&bench);
    check(&bench, "errors.rate < 2%", VERDICT_MET, 0.01);
    check(&bench, "errors.timeout < 0.1%", VERDICT_MISSED, 0.004);
    check(&bench, "errors.rate{cause=timeout} < 0.1%", VERDICT_MISSED, 0.004);
    check(&bench, "errors.rate{status=504} < 0.5%", VERDICT_MET, 0.004);
    check(&bench, "errors.rate{cause=timeout, status=504} < 0.5%", VERDICT_MET, 0.004);
    check(&bench, "errors.rate{cause=timeout, status=503} < 0.1%", VERDICT_MET, 0.0);
    check(&bench, "cost.monthly < 90 USD", VERDICT_MISSED, 100.0);
    check(&bench, "cost.monthly{service=AmazonECS} < 90 USD", VERDICT_MET, 30.0);
    check(&bench, "cost.monthly{node=a} < 90 USD", VERDICT_MET, 60.0);
    check(&bench, "nodes.utilisation{node=a} < 70%", VERDICT_MET, 0.5);
    arena_close(bench.arena);
}

/* Unscoped nodes and drills: the worst counts, and one that says nothing is no pass. */
static void test_worst(void **state)
{
    struct bench bench;
    (void)state;
    open_bench(&bench);
    check(&bench, "nodes.utilisation < 70%", VERDICT_MISSED, 0.8);
    check(&bench, "nodes.utilisation > 60%", VERDICT_MISSED, 0.5);
    check(&bench, "nodes.utilisation < 90%", VERDICT_UNDECIDED, NAN);
    assert_string_equal(judged(&bench, "nodes.utilisation < 70%").note, "nodes.utilisation{node=\"b\"}");
    check(&bench, "recovery.rto.p95{component=a, drill=task_crash} < 40s", VERDICT_MET, 30.0);
    check(&bench, "recovery.rto.p50{component=a, drill=task_crash} < 5s", VERDICT_MISSED, 10.0);
    check(&bench, "recovery.rto.max{component=a} < 1h", VERDICT_MISSED, INFINITY);
    check(&bench, "recovery.rto.p50{component=a} < 1h", VERDICT_MET, 50.0);
    check(&bench, "recovery.rto.p50{component=b} < 1h", VERDICT_UNDECIDED, NAN);
    check(&bench, "recovery.rpo.p95 < 1h", VERDICT_UNDECIDED, NAN);
    assert_string_equal(judged(&bench, "recovery.rpo.p95 < 1h").note, "no drill of it was run");
    check(&bench, "scaling.events < 3", VERDICT_UNDECIDED, NAN); /* nothing was simulated */
    arena_close(bench.arena);
}

static void test_status(void **state)
{
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    workshop_study(&workshop);
    assert_int_equal(judge_status(workshop.result), 0);
    workshop_objective(&workshop, "latency.p50 < 1s");
    workshop_objective(&workshop, "latency.p50{env=elsewhere} < 1ns");
    const struct result_environment *environment = workshop_study(&workshop);
    assert_int_equal(environment->objective_count, 1);
    assert_int_equal(judge_status(workshop.result), 0);
    workshop_objective(&workshop, "recovery.rto.p95 < 1h"); /* no drill is run */
    workshop_study(&workshop);
    assert_int_equal(judge_status(workshop.result), 4);
    workshop_objective(&workshop, "errors.rate > 1%");
    workshop_study(&workshop);
    assert_int_equal(judge_status(workshop.result), 3);
    assert_int_equal(judge_count(workshop.result, VERDICT_MET), 1);
    workshop_close(&workshop);
}

/* ---- Judging a result again ---- */

static bool again(struct workshop *workshop, const char *text)
{
    struct objective *more[1];
    more[0] = objective_read(text, (struct place){"--require", 1, 1}, workshop->arena, workshop->diag);
    return more[0] != NULL && judge_again(workshop->result, more, 1, workshop->diag);
}

static void test_again(void **state)
{
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    workshop_objective(&workshop, "latency.p50 < 1s");
    const struct result_environment *environment = workshop_study(&workshop);
    assert_true(again(&workshop, "latency.p99{request=\"GET /page\"} < 1ms"));
    assert_int_equal(environment->objective_count, 2);
    assert_int_equal(environment->objective[0].verdict, VERDICT_MET);
    assert_int_equal(environment->objective[1].verdict, VERDICT_MISSED);
    assert_true(again(&workshop, "nodes.residence{node=orders} < 1s")); /* in the output's own unit */
    assert_int_equal(environment->objective[2].verdict, VERDICT_MET);
    assert_true(again(&workshop, "nodes.tasks < 3"));
    assert_int_equal(environment->objective_count, 4);
    assert_int_equal(environment->objective[3].verdict, VERDICT_MET);

    assert_false(again(&workshop, "latency.p99{env=staging} < 1ms"));
    assert_false(again(&workshop, "latency.p99{request=\"GET /other\"} < 1ms"));
    assert_false(again(&workshop, "nodes.utilisation{node=nobody} < 1"));
    assert_false(again(&workshop, "nodes.dreams < 1"));
    assert_false(again(&workshop, "nodes.tasks < 3s"));
    const char *text = workshop_complaints(&workshop);
    workshop_holds(text, "--require:1:1: error: objective \"latency.p99{env=staging} < 1ms\": there is no "
                         "environment staging");
    workshop_holds(text, "test has no request GET /other");
    workshop_holds(text, "test has no node nobody");
    workshop_holds(text, "no node here has such an output");
    workshop_close(&workshop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sides), cmocka_unit_test(test_rows),
                                       cmocka_unit_test(test_worst), cmocka_unit_test(test_status),
                                       cmocka_unit_test(test_again)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
