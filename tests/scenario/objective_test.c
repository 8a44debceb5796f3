/* SPDX-License-Identifier: Apache-2.0 */
/* Objectives: their grammar, and that none passes by naming what is not there. */
#include "toys.h"

#include <math.h>
#include <stdio.h>

#include "arena.h"
#include "objective.h"
#include "text.h"

static struct objective *read_one(const char *text, struct arena *arena)
{
    struct diag *diag = diag_open(arena);
    struct objective *objective = objective_read(text, (struct place){"x", 1, 1}, arena, diag);
    assert_int_equal(diag_errors(diag), objective ? 0 : 1);
    return objective;
}

/* ---- The grammar ----------------------------------------------------------------------------------- */

static void reads_an_objective(void **state)
{
    (void)state;
    struct arena *arena = arena_open();
    const struct objective *objective =
        read_one("latency.p99{env=prod,  request = \"GET /a, b\"}  <  500ms", arena);
    assert_string_equal(objective->metric, "latency.p99");
    assert_string_equal(objective->family, "latency");
    assert_string_equal(objective->member, "p99");
    assert_int_equal(objective->scope_count, 2);
    assert_string_equal(objective_scope(objective, "env"), "prod");
    assert_string_equal(objective_scope(objective, "request"), "GET /a, b");
    assert_null(objective_scope(objective, "node"));
    assert_true(objective->bound == 0.5 && objective->unit == UNIT_SECOND);
    assert_int_equal(objective->operator_, OBJECTIVE_LESS);
    assert_string_equal(objective->text, "latency.p99{env=prod, request = \"GET /a, b\"} < 500ms");
    arena_close(arena);
}

static void reads_every_operator_and_unit(void **state)
{
    (void)state;
    struct arena *arena = arena_open();
    const struct objective *objective = read_one("cost.monthly>=12000 USD", arena);
    assert_true(objective->operator_ == OBJECTIVE_GREATER_EQUAL && objective->bound == 12000);
    objective = read_one("errors.rate{cause=timeout,status=504}<=0.1%", arena);
    assert_true(objective->operator_ == OBJECTIVE_LESS_EQUAL && objective->bound == 0.001);
    objective = read_one("requests.rate > 10/min", arena);
    assert_true(objective->operator_ == OBJECTIVE_GREATER && fabs(objective->bound - 1.0 / 6) < 1e-15);
    objective = read_one("recovery.rto.p95{component=orders} < 2min", arena);
    assert_string_equal(objective->family, "recovery");
    assert_string_equal(objective->member, "rto.p95");
    objective = read_one("scaling.events{node=a} < 5", arena);
    assert_true(objective->bound == 5 && objective->unit == UNIT_COUNT);
    assert_non_null(read_one("errors.timeout < 1%", arena));
    arena_close(arena);
}

static void knows_when_a_value_holds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool below, at, above;
    } cases[] = {{"latency.p50 < 1s", true, false, false},
                 {"latency.p50 <= 1s", true, true, false},
                 {"latency.p50 > 1s", false, false, true},
                 {"latency.p50 >= 1s", false, true, true}};
    struct arena *arena = arena_open();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct objective *objective = read_one(cases[i].text, arena);
        assert_int_equal(objective_holds(objective, 0.5), cases[i].below);
        assert_int_equal(objective_holds(objective, 1), cases[i].at);
        assert_int_equal(objective_holds(objective, 1.5), cases[i].above);
        assert_false(objective_holds(objective, (double)NAN));
    }
    arena_close(arena);
}

static void lists_metrics_with_unit_scope_and_help(void **state)
{
    (void)state;
    for (const struct objective_metric *metric = objective_metrics; metric->name; metric++) {
        assert_true(text_starts(metric->scopes, "env"));
        assert_true(metric->help[0] && text_matches("*.", metric->help));
    }
}

/* ---- What is refused ------------------------------------------------------------------------------- */

/* A scenario with this objective, at line 8, column 5. */
static void refuses_objective(const char *objective, const char *telling)
{
    char yaml[600];
    snprintf(
        yaml, sizeof yaml,
        "headroom: 1\nnodes:\n  people: {model: client, rate: 1/s, sends: [{to: desk, request: GET /x}]}\n"
        "  desk: {model: server}\nenvironments: {prod: {}, dev: {}}\n# the bar\nobjectives:\n  - %s\n",
        objective);
    refuses(yaml, "shop.yaml:8:5: error:", telling);
}

static void accepts_objective(const char *objective)
{
    char yaml[600];
    snprintf(
        yaml, sizeof yaml,
        "headroom: 1\nnodes:\n  people: {model: client, rate: 1/s, sends: [{to: desk, request: GET /x}]}\n"
        "  desk: {model: server}\nenvironments: {prod: {}, dev: {}}\n# the bar\nobjectives:\n  - %s\n",
        objective);
    struct scene scene = accepts(yaml);
    scene_close(&scene);
}

static void refuses_unknown_metrics(void **state)
{
    (void)state;
    refuses_objective("latency.p98 < 1s", "unknown metric: latency.p98; did you mean latency.p9");
    refuses_objective("speed < 1s", "unknown metric: speed; there are latency.mean latency.p50");
    refuses_objective("latency < 1s", "unknown metric: latency");
    refuses_objective("nodes. < 1", "unknown metric");
    refuses_objective("< 1s", "begins with a metric");
}

static void refuses_unknown_scopes(void **state)
{
    (void)state;
    refuses_objective("latency.p99{node=desk} < 1s", "latency.p99 has no scope node; it takes: env request");
    refuses_objective("errors.rate{en=prod} < 1%", "errors.rate has no scope en");
    refuses_objective("latency.p99{env=prod, env=dev} < 1s", "the scope env stands twice");
    refuses_objective("latency.p99{env} < 1s", "the scope env needs a value");
    refuses_objective("latency.p99{env=} < 1s", "the scope env has no value");
    refuses_objective("latency.p99{env=prod < 1s", "the { of its scopes is not closed");
    refuses_objective("latency.p99{env=\"prod} < 1s", "the quotes of a scope do not end");
    refuses_objective("latency.p99{=prod} < 1s", "a scope is name=\"value\"");
}

static void refuses_unknown_names(void **state)
{
    (void)state;
    refuses_objective("errors.rate{env=prd} < 1%", "unknown environment: prd; there are prod, dev");
    refuses_objective("latency.p99{request=\"GET /z\"} < 1s",
                      "unknown request: GET /z; did you mean GET /x?");
    refuses_objective("latency.p99{request=\"POST /order\"} < 1s",
                      "unknown request: POST /order; there are GET /x");
    refuses_objective("nodes.utilisation{node=dsk} < 1", "unknown node: dsk; did you mean desk?");
    refuses_objective("recovery.rto.p95{component=mail} < 1s",
                      "unknown component: mail; there are people, desk");
    refuses_objective("errors.timeot < 1%", "unknown cause: timeot; did you mean timeout?");
    refuses_objective("errors.miss < 1%", "unknown cause: miss");
    refuses_objective("errors.rate{cause=slow} < 1%", "unknown cause: slow; there are forbidden");
    refuses_objective("errors.rate{status=200} < 1%", "unknown status: 200; there are 403");
    refuses_objective("nodes.servd{node=desk} > 1", "unknown output of server: servd; did you mean served?");
    refuses_objective("nodes.servd > 1", "no node here has an output servd");
    refuses_objective("cost.monthly{service=AmazonEC3} < 1 USD",
                      "unknown service: AmazonEC3; did you mean AmazonEC2?");
}

static void refuses_bounds_of_another_unit(void **state)
{
    (void)state;
    refuses_objective("latency.p99 < 500", "the bound needs a unit: ns us ms s");
    refuses_objective("latency.p99 < 5%", "the bound");
    refuses_objective("errors.rate < 5s", "the bound has an unknown unit");
    refuses_objective("cost.monthly < 5", "the bound needs a unit: USD");
    refuses_objective("latency.p99 < none", "the bound must be a number");
    refuses_objective("latency.p99 <", "has no bound after its sign");
    refuses_objective("latency.p99 = 5s", "needs one of < <= > >=");
    refuses_objective("nodes.served{node=desk} > 5s", "the bound has an unknown unit");
    refuses_objective("nodes.load{node=desk} > soon", "the bound");
}

static void refuses_baselines_for_now(void **state)
{
    (void)state;
    refuses_objective("latency.p99 < baseline + 5%", "a bound from a baseline is not yet supported");
}

static void refuses_what_is_no_text(void **state)
{
    (void)state;
    refuses_objective("{latency.p99: 5}", "an objective is a text such as `latency.p99 < 500ms`, not a map");
    refuses("headroom: 1\nobjectives: errors.rate < 1%\n",
            "shop.yaml:2:13: error:", "objectives must be a list, not a single value");
}

static void reads_the_bound_of_an_output_in_its_own_unit(void **state)
{
    (void)state;
    accepts_objective("nodes.load{node=desk} < 70%");
    struct scene scene =
        accepts("headroom: 1\nnodes: {desk: {model: server}}\nobjectives: [\"nodes.load < 70%\"]\n");
    const struct objective *objective = scene_environment(&scene, NULL)->objective[0];
    assert_true(objective->bound == 0.7 && objective->unit == UNIT_RATIO);
    scene_close(&scene);
    accepts_objective("latency.p99{request=all} < 1s");
    accepts_objective("cost.monthly{service=AmazonEC2, node=desk} < 100 USD");
    accepts_objective("errors.rate{cause=timeout, status=504} < 1%");
    accepts_objective("nodes.utilisation{node=desk} < 80%");
}

/* ---- Which environment ----------------------------------------------------------------------------- */

static void gives_each_environment_its_own(void **state)
{
    (void)state;
    struct scene scene =
        accepts("headroom: 1\nnodes: {desk: {model: server}}\nenvironments: {a: {}, b: {nodes: {x: "
                "{model: server}}}}\nobjectives:\n  - errors.rate < 1%\n  - errors.rate{env=a} < 2%\n"
                "  - nodes.utilisation{env=b, node=x} < 2\n");
    assert_int_equal(scene_environment(&scene, "a")->objective_count, 2);
    assert_int_equal(scene_environment(&scene, "b")->objective_count, 2);
    assert_int_equal(scene_environment(&scene, "a")->objective[1]->place.line, 6);
    scene_close(&scene);
}

static void adds_what_the_command_line_requires(void **state)
{
    (void)state;
    const char *const require[] = {"errors.rate < 5%", "latency.p99 < 5"};
    struct scenario_options options = {.require = require, .require_count = 1, .from = -1};
    struct scene scene = accepts_with(DESK, &options);
    assert_int_equal(scene_environment(&scene, NULL)->objective_count, 1);
    assert_string_equal(scene_environment(&scene, NULL)->objective[0]->place.file, "--require");
    scene_close(&scene);
    options.require_count = 2;
    refuses_with(DESK, &options, "--require:2:1: error:", "needs a unit");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_an_objective),
        cmocka_unit_test(reads_every_operator_and_unit),
        cmocka_unit_test(knows_when_a_value_holds),
        cmocka_unit_test(lists_metrics_with_unit_scope_and_help),
        cmocka_unit_test(refuses_unknown_metrics),
        cmocka_unit_test(refuses_unknown_scopes),
        cmocka_unit_test(refuses_unknown_names),
        cmocka_unit_test(refuses_bounds_of_another_unit),
        cmocka_unit_test(refuses_baselines_for_now),
        cmocka_unit_test(refuses_what_is_no_text),
        cmocka_unit_test(reads_the_bound_of_an_output_in_its_own_unit),
        cmocka_unit_test(gives_each_environment_its_own),
        cmocka_unit_test(adds_what_the_command_line_requires),
    };
    return cmocka_run_group_tests(tests, toys_set_up, toys_tear_down);
}
