/* SPDX-License-Identifier: Apache-2.0 */
#include "workshop.h"

#include <math.h>
#include <string.h>

#include "drill.h"
#include "judge.h"
#include "result.h"

static void open_drill(struct workshop *workshop, double down, double slow)
{
    static const char *const wanted[] = {"task_crash"};
    workshop_open(workshop);
    workshop->server.down = down;
    workshop->server.slow = slow;
    workshop->environment.plan.horizon = 3600.0;
    workshop->study.options.only_drills = true;
    workshop->study.options.no_drills = false;
    workshop->study.options.drill = wanted;
    workshop->study.options.drill_count = 1;
}

static void set_target(struct workshop *workshop, const char *component, double rto, double rpo)
{
    struct environment *environment = &workshop->environment;
    struct target *longer = arena_array(workshop->arena, struct target, environment->target_count + 1);
    const char **word = arena_array(workshop->arena, const char *, 1);
    for (int i = 0; i < environment->target_count; i++) {
        longer[i] = environment->target[i];
    }
    word[0] = component;
    longer[environment->target_count++] = (struct target){.components = {word, 1}, .rto = rto, .rpo = rpo};
    environment->target = longer;
}

/* The server refuses for 90 s and is slow until 128 s: the last slow answer comes within the 13th window. */
static void test_known_outage(void **state)
{
    struct workshop workshop;
    (void)state;
    open_drill(&workshop, 90.0, 128.0);
    const struct result_environment *environment = workshop_study(&workshop);
    assert_int_equal(environment->recovery_count, 1);
    const struct result_recovery *recovery = environment->recovery;
    assert_string_equal(recovery->drill, "task_crash");
    assert_string_equal(recovery->component, "orders");
    workshop_near(recovery->rto_s[RESULT_P50].value, 130.0, 0.0);
    workshop_near(recovery->rto_s[RESULT_MAX].value, 130.0, 0.0);
    workshop_near(recovery->rpo_s[RESULT_P95].value, 3.5, 0.0);
    static const double parts[RESULT_PARTS] = {20.0, 10.0, 40.0, 5.0, 15.0, 40.0};
    double sum = 0.0;
    for (int i = 0; i < RESULT_PARTS; i++) {
        workshop_near(recovery->parts_s[i].value, parts[i], 0.0);
        sum += recovery->parts_s[i].value;
    }
    workshop_near(sum, recovery->rto_s[RESULT_MEAN].value, 0.0);
    workshop_near(recovery->failed.value, 90.0 * 20.0, 100.0);
    assert_int_equal(recovery->verdict, VERDICT_NONE);
    for (int i = 0; i < recovery->strike_count; i++) {
        assert_true(0.0 <= recovery->strike[i].at_s && recovery->strike[i].at_s < 3600.0);
        assert_true(i == 0 || recovery->strike[i].at_s != recovery->strike[i - 1].at_s);
    }
    workshop_close(&workshop);
}

/* Stages that come after recovery, or are never noted, take no part of it. */
static void test_stages_beyond_recovery(void **state)
{
    struct workshop workshop;
    (void)state;
    open_drill(&workshop, 25.0, 25.0);
    const struct result_recovery *recovery = workshop_study(&workshop)->recovery;
    workshop_near(recovery->rto_s[RESULT_P50].value, 30.0, 0.0);
    workshop_near(recovery->parts_s[RECOVERY_DETECTION].value, 20.0, 0.0);
    workshop_near(recovery->parts_s[RECOVERY_DECISION].value, 10.0, 0.0);
    workshop_near(recovery->parts_s[RECOVERY_REPLACEMENT].value, 0.0, 0.0);
    workshop_near(recovery->parts_s[RESULT_DRAIN].value, 0.0, 0.0);
    workshop_close(&workshop);
}

static void test_never_broken(void **state)
{
    struct workshop workshop;
    (void)state;
    open_drill(&workshop, 0.0, 0.0);
    set_target(&workshop, "*", 0.0, 5.0);
    const struct result_recovery *recovery = workshop_study(&workshop)->recovery;
    workshop_near(recovery->rto_s[RESULT_MAX].value, 0.0, 0.0);
    assert_int_equal(recovery->verdict, VERDICT_MET);
    workshop_close(&workshop);
}

static void test_never_restored(void **state)
{
    struct workshop workshop;
    (void)state;
    open_drill(&workshop, 1e6, 1e6);
    workshop_objective(&workshop, "recovery.rto.p95{component=orders} < 1h");
    const struct result_environment *environment = workshop_study(&workshop);
    const struct result_recovery *recovery = environment->recovery;
    assert_int_equal(recovery->unrestored, 4);
    assert_true(isinf(recovery->rto_s[RESULT_P50].value));
    assert_true(isnan(recovery->parts_s[RESULT_DRAIN].value));
    assert_int_equal(recovery->verdict, VERDICT_NONE); /* no target to breach */
    workshop_holds(recovery->note, "not restored within 45 min in 4 of 4 drills");
    assert_int_equal(environment->objective[0].verdict, VERDICT_MISSED);
    workshop_close(&workshop);
}

/* A target of the component's own beats the overall one, for RTO and RPO apart. */
static void test_targets(void **state)
{
    struct workshop workshop;
    (void)state;
    open_drill(&workshop, 90.0, 128.0);
    set_target(&workshop, "*", 60.0, 10.0);
    const struct result_recovery *recovery = workshop_study(&workshop)->recovery;
    assert_int_equal(recovery->verdict, VERDICT_BREACHED);
    workshop_near(recovery->target_rto_s, 60.0, 0.0);
    set_target(&workshop, "orders", 300.0, INFINITY);
    recovery = workshop_study(&workshop)->recovery;
    assert_int_equal(recovery->verdict, VERDICT_MET);
    workshop_near(recovery->target_rto_s, 300.0, 0.0);
    workshop_near(recovery->target_rpo_s, 10.0, 0.0);
    set_target(&workshop, "orders", INFINITY, 1.0);
    assert_int_equal(workshop_study(&workshop)->recovery->verdict, VERDICT_BREACHED);
    workshop_close(&workshop);
}

/* A system that fails its clients all the time has nothing to come back to. */
static void test_unhealthy(void **state)
{
    struct workshop workshop;
    (void)state;
    open_drill(&workshop, 90.0, 128.0);
    workshop_objective(&workshop, "errors.rate < 0%"); /* then nothing is ever good enough... */
    set_target(&workshop, "*", 60.0, INFINITY);
    workshop.clients.rate = 0.01;
    const struct result_recovery *recovery = workshop_study(&workshop)->recovery;
    assert_int_equal(recovery->thin, 4); /* ...but 3 requests in five minutes say nothing at all */
    assert_true(isnan(recovery->rto_s[RESULT_P50].value));
    workshop_near(recovery->rpo_s[RESULT_P50].value, 3.5, 0.0);
    assert_int_equal(recovery->verdict, VERDICT_NONE);
    workshop_close(&workshop);
}

/* A request a second, as in a development environment, is enough. */
static void test_low_traffic(void **state)
{
    struct workshop workshop;
    (void)state;
    open_drill(&workshop, 90.0, 128.0);
    workshop.clients.rate = 1.0;
    const struct result_recovery *recovery = workshop_study(&workshop)->recovery;
    assert_int_equal(recovery->unrestored + recovery->thin + recovery->unhealthy, 0);
    assert_true(recovery->rto_s[RESULT_P50].value >= 90.0 && recovery->rto_s[RESULT_P50].value <= 140.0);
    workshop_close(&workshop);
}

/* Drills move no other number, and no other drill. */
static void test_apart(void **state)
{
    struct workshop with, without;
    (void)state;
    workshop_open(&with);
    workshop_open(&without);
    with.study.options.no_drills = false;
    const struct result_environment *a = workshop_study(&with), *b = workshop_study(&without);
    assert_int_equal(a->latency[0].requests, b->latency[0].requests);
    assert_true(a->latency[0].p99_ms.value == b->latency[0].p99_ms.value);
    assert_int_equal(a->cost.monthly.cents, b->cost.monthly.cents);
    assert_int_equal(a->recovery_count, 2); /* a task crash and a zone loss */
    assert_int_equal(b->recovery_count, 0);
    workshop_close(&with);
    workshop_close(&without);
}

/* ---- Which drills ---- */

static const char *list_text(struct workshop *workshop, const char *const *wanted, int wanted_count)
{
    int count = 0;
    const char *text = "";
    const struct drill_ask *ask =
        drill_list(&workshop->environment, wanted, wanted_count, workshop->arena, &count);
    for (int i = 0; i < count; i++) {
        text = arena_printf(workshop->arena, "%s%s;", text, ask[i].name);
    }
    return text;
}

static void test_list(void **state)
{
    static const char *const outage[] = {"consumer_outage"}, *const loss[] = {"service_loss", "zone_loss"},
                             *const name[] = {"orders: task crash"};
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    assert_string_equal(list_text(&workshop, NULL, 0), "orders: task crash;zone loss;");
    assert_string_equal(list_text(&workshop, outage, 1), "");
    workshop.server.consumes.count = 1;
    assert_string_equal(list_text(&workshop, outage, 1), "orders: consumer outage;");
    assert_string_equal(list_text(&workshop, NULL, 0), "orders: task crash;zone loss;");
    assert_string_equal(list_text(&workshop, name, 1), "orders: task crash;");
    workshop.environment.plan.zone_count = 1;
    assert_string_equal(list_text(&workshop, NULL, 0), "orders: task crash;");
    assert_string_equal(list_text(&workshop, loss, 2), "zone loss;orders: service loss;");
    const struct drill_ask own[] = {{"my drill", "service_loss", WORKSHOP_SERVER, {"shop.yaml", 3, 1}}};
    workshop.environment.drill = own;
    workshop.environment.drill_count = 1;
    assert_string_equal(list_text(&workshop, NULL, 0), "my drill;");
    workshop_close(&workshop);
}

static void test_complaints(void **state)
{
    const struct drill_ask asks[] = {{"a", "task_crsh", WORKSHOP_SERVER, {"shop.yaml", 1, 1}},
                                     {"b", "writer_crash", WORKSHOP_SERVER, {"shop.yaml", 2, 1}},
                                     {"c", "task_crash", -1, {"shop.yaml", 3, 1}},
                                     {"d", "zone_loss", WORKSHOP_SERVER, {"shop.yaml", 4, 1}},
                                     {"e", "task_crash", WORKSHOP_SERVER, {"shop.yaml", 5, 1}},
                                     {"f", "task_crash", WORKSHOP_SERVER, {"shop.yaml", 6, 1}}};
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    workshop.environment.drill = asks;
    workshop.environment.drill_count = 6;
    assert_false(drill_check(&workshop.environment, workshop.diag));
    const char *text = workshop_complaints(&workshop);
    workshop_holds(text, "shop.yaml:1:1: error: unknown fault: task_crsh; did you mean task_crash?");
    workshop_holds(
        text,
        "shop.yaml:2:1: error: writer_crash does not fit orders, which is ecs_service: it fits aurora_*");
    workshop_holds(text, "shop.yaml:3:1: error: task_crash strikes one node: say which");
    workshop_holds(text, "shop.yaml:4:1: error: zone_loss strikes the whole environment");
    workshop_holds(text, "shop.yaml:6:1: error: the drill f stands twice");
    assert_int_equal(diag_errors(workshop.diag), 5);
    assert_int_equal(workshop_try(&workshop), STUDY_FAILED);
    workshop.environment.drill_count = 0;
    assert_true(study_drill_known(&workshop.study, "zone_loss"));
    assert_false(study_drill_known(&workshop.study, "earthquake"));
    assert_false(study_drill_known(&workshop.study, "writer_crash"));
    workshop_close(&workshop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_outage), cmocka_unit_test(test_stages_beyond_recovery),
        cmocka_unit_test(test_never_broken), cmocka_unit_test(test_never_restored),
        cmocka_unit_test(test_targets),      cmocka_unit_test(test_unhealthy),
        cmocka_unit_test(test_low_traffic),  cmocka_unit_test(test_apart),
        cmocka_unit_test(test_list),         cmocka_unit_test(test_complaints)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
