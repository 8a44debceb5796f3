/* SPDX-License-Identifier: Apache-2.0 */
/* What stands around the nodes: version, clock, zones, targets, drills, assumptions, prices. */
#include "toys.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arena.h"
#include "text.h"

/* ---- The top level --------------------------------------------------------------------------------- */

static void insists_on_the_version(void **state)
{
    (void)state;
    refuses("nodes: {desk: {model: server}}\n",
            "shop.yaml:1:1: error:", "headroom is missing: begin the file with `headroom: 1`");
    refuses("headroom: 2\n",
            "shop.yaml:1:11: error:", "headroom must be 1, the version of the language, not 2");
    refuses("headroom: [1]\n", "shop.yaml:1:11: error:", "headroom must be 1");
    refuses("headroom:\n",
            "shop.yaml:1:10: error:", "headroom must be 1, the version of the language, not nothing");
}

static void refuses_unknown_keys(void **state)
{
    (void)state;
    refuses("headroom: 1\nnods: {}\n", "shop.yaml:2:1: error:", "unknown key: nods; did you mean nodes?");
    refuses(DESK "desc: {}\n", "shop.yaml:5:1: error:", "unknown key: desc; did you mean desk?");
    refuses(DESK "something: {}\n",
            "shop.yaml:5:1: error:", "unknown key: something; nodes are listed under `nodes`");
}

static void refuses_keys_of_later_versions(void **state)
{
    (void)state;
    static const char *const keys[] = {"events",  "alarms", "standby", "commitments",
                                       "budgets", "growth", "units"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char yaml[200], says[80];
        snprintf(yaml, sizeof yaml, DESK "%s: []\n", keys[i]);
        snprintf(says, sizeof says, "%s is not yet supported", keys[i]);
        refuses(yaml, "shop.yaml:5:1: error:", says);
    }
}

static void needs_nodes(void **state)
{
    (void)state;
    refuses("headroom: 1\n", "shop.yaml:1:1: error:", "nodes is missing: list what is to be simulated");
    refuses("headroom: 1\nnodes: {}\n", "shop.yaml:2:8: error:", "nodes is missing");
    refuses("headroom: 1\nnodes: [a]\n", "shop.yaml:2:8: error:", "nodes must be a map, not a list");
}

static void limits_the_number_of_nodes(void **state)
{
    (void)state;
    char *yaml = malloc(400000), *out = yaml + sprintf(yaml, "headroom: 1\nnodes:\n");
    for (int i = 0; i < 5001; i++) out += sprintf(out, "  n%d: {model: server}\n", i);
    refuses(yaml, "shop.yaml:5003:3: error:", "more than 5000 nodes");
    free(yaml);
}

static void refuses_names_that_paths_cannot_say(void **state)
{
    (void)state;
    refuses("headroom: 1\nnodes:\n  a.b: {model: server}\n",
            "shop.yaml:3:3: error:", "a.b: the name of a node has letters, digits, _ and - only");
    refuses("headroom: 1\nnodes:\n  \"*\": {model: server}\n", "shop.yaml:3:3: error:", "letters, digits");
    refuses("headroom: 1\nnodes:\n  zones: {model: server}\n",
            "shop.yaml:3:3: error:", "zones is a word of the language: give the node another name");
    refuses("headroom: 1\nnodes:\n  alarms: {model: server}\n",
            "shop.yaml:3:3: error:", "is a word of the language");
    refuses("headroom: 1\nnodes:\n  none: {model: server}\n",
            "shop.yaml:3:3: error:", "is a word of the language");
}

static void tells_its_name_and_question(void **state)
{
    (void)state;
    struct scene scene = accepts("# Does it hold, or\n#   does it break?\n#\n# More.\nheadroom: 1\nname: "
                                 "mine\nnodes: {desk: {model: server}}\n");
    assert_string_equal(scene.scenario->name, "mine");
    assert_string_equal(scene.scenario->question, "Does it hold, or does it break?");
    assert_string_equal(scene.scenario->file, "shop.yaml");
    assert_int_equal(strlen(scene.scenario->sha256), 64);
    scene_close(&scene);
    scene = accepts(DESK);
    assert_string_equal(scene.scenario->name, "shop");
    assert_null(scene.scenario->question);
    scene_close(&scene);
    refuses("headroom: 1\nname: [a]\nnodes: {desk: {model: server}}\n",
            "shop.yaml:2:7: error:", "name must be a text, not a list");
}

static void keeps_tags(void **state)
{
    (void)state;
    struct scene scene = accepts(DESK "tags: {Project: shop, \"a.b\": 1.10}\n");
    assert_string_equal(scene.scenario->tag_names.word[1], "a.b");
    assert_string_equal(scene.scenario->tag_values.word[1], "1.10");
    scene_close(&scene);
    refuses(DESK "tags: {a: [b]}\n", "shop.yaml:5:11: error:", "the tag a must be a text, not a list");
    refuses(DESK "tags: [b]\n", "shop.yaml:5:7: error:", "tags must be a map");
}

/* ---- The clock ------------------------------------------------------------------------------------- */

static void reads_the_clock(void **state)
{
    (void)state;
    struct scene scene = accepts(DESK "start: 2026-03-02T07:30 Europe/Dublin\nhorizon: 90min\n");
    const struct plan *plan = &scene_environment(&scene, NULL)->plan;
    assert_true(plan->clock == 27000 && plan->horizon == 5400 && plan->from == 0);
    assert_string_equal(plan->start, "2026-03-02T07:30 Europe/Dublin");
    scene_close(&scene);
    scene = accepts(DESK "start: 2026-03-02T07:30:10\n");
    assert_true(scene_environment(&scene, NULL)->plan.clock == 27010);
    assert_true(scene_environment(&scene, NULL)->plan.horizon == 86400);
    scene_close(&scene);
}

static void refuses_a_start_that_is_none(void **state)
{
    (void)state;
    refuses(DESK "start: tomorrow\n", "shop.yaml:5:8: error:",
            "start must be a date, a time and a zone, such as 2026-03-02T00:00 Europe/Dublin");
    refuses(DESK "start: 2026-02-30T00:00 UTC\n", "shop.yaml:5:8: error:", "start must be a date");
    refuses(DESK "start: 2026-02-03\n", "shop.yaml:5:8: error:", "start must be a date");
    refuses(DESK "start: 2026-02-03T00:00 Europe/\n",
            "shop.yaml:5:8: error:", "\"Europe/\" is not the name of a time zone");
    refuses(DESK "start: 2026-02-03T00:00 1st\n", "shop.yaml:5:8: error:", "is not the name of a time zone");
    refuses(DESK "start: [2026]\n", "shop.yaml:5:8: error:", "start must be a text, not a list");
}

static void refuses_a_horizon_that_is_none(void **state)
{
    (void)state;
    refuses(DESK "horizon: 24\n", "shop.yaml:5:10: error:", "horizon needs a unit");
    refuses(DESK "horizon: 0s\n", "shop.yaml:5:10: error:", "horizon must be 1s to 366d, not 0s");
    refuses(DESK "horizon: none\n", "shop.yaml:5:10: error:", "horizon cannot be none");
}

static void lets_the_command_line_choose_the_time(void **state)
{
    (void)state;
    struct scenario_options options = {.horizon = 60, .from = 19 * 3600};
    struct scene scene = accepts_with(DESK "start: 2026-03-02T06:00 UTC\n", &options);
    assert_true(scene_environment(&scene, NULL)->plan.horizon == 60);
    assert_true(scene_environment(&scene, NULL)->plan.from == 13 * 3600);
    scene_close(&scene);
    options.from = 5 * 3600;
    scene = accepts_with(DESK "start: 2026-03-02T06:00 UTC\n", &options);
    assert_true(scene_environment(&scene, NULL)->plan.from == 23 * 3600);
    scene_close(&scene);
}

/* ---- Zones ----------------------------------------------------------------------------------------- */

static void takes_three_zones_of_the_region(void **state)
{
    (void)state;
    struct scene scene = accepts(DESK "region: eu-west-1\n");
    const struct plan *plan = &scene_environment(&scene, NULL)->plan;
    assert_int_equal(plan->zone_count, 3);
    assert_string_equal(plan->zone[1], "eu-west-1b");
    scene_close(&scene);
}

static void checks_the_names_of_zones(void **state)
{
    (void)state;
    refuses(DESK "zones: [us-east-1a, us-east-1a]\n",
            "shop.yaml:5:8: error:", "the zone us-east-1a stands twice");
    struct scene scene = scene_read(DESK "region: eu-west-1\nzones: [eu-west-2a]\n", NULL);
    scene_says(&scene, "shop.yaml:6:8: warning:", "AWS has no zone eu-west-2a in eu-west-1");
    assert_non_null(scene.scenario);
    scene_close(&scene);
}

/* ---- Targets and drills ---------------------------------------------------------------------------- */

static void reads_targets(void **state)
{
    (void)state;
    struct scene scene = accepts(DESK "targets:\n  - {components: [desk], rto: 2min, rpo: 0s, source: page "
                                      "3}\n  - {components: \"*\", rto: 1h}\n");
    const struct target *target = scene_environment(&scene, NULL)->target;
    assert_int_equal(scene_environment(&scene, NULL)->target_count, 2);
    assert_true(target[0].rto == 120 && target[0].rpo == 0 && isinf(target[1].rpo));
    assert_string_equal(target[0].source, "page 3");
    assert_string_equal(target[1].components.word[0], "*");
    assert_int_equal(target[1].place.line, 7);
    scene_close(&scene);
}

static void refuses_targets_of_nothing(void **state)
{
    (void)state;
    refuses(DESK "targets:\n  - {components: [dsk], rto: 2min}\n",
            "shop.yaml:6:18: error:", "no component is called dsk; did you mean desk?");
    refuses(DESK "targets:\n  - {components: [desk]}\n",
            "shop.yaml:6:5: error:", "a target without rto and rpo asks for nothing");
    refuses(DESK "targets:\n  - {rto: 2min}\n",
            "shop.yaml:6:5: error:", "components of targets[0] is missing");
    refuses(DESK "targets:\n  - {components: [desk], rt: 2min}\n",
            "shop.yaml:6:26: error:", "unknown parameter of targets[0]: rt; did you mean rto?");
    refuses(DESK "targets: {desk: 2min}\n", "shop.yaml:5:10: error:", "targets must be a list, not a map");
}

static void reads_drills(void **state)
{
    (void)state;
    struct scene scene =
        accepts(DESK "drills:\n  - {fault: task_crash, node: desk}\n  - {name: dark, fault: zone_loss}\n");
    const struct environment *environment = scene_environment(&scene, NULL);
    assert_int_equal(environment->drill_count, 2);
    assert_string_equal(environment->drill[0].name, "desk: task crash");
    assert_string_equal(environment->drill[0].kind, "task_crash");
    assert_int_equal(environment->drill[0].node, 0);
    assert_int_equal(environment->drill[0].place.line, 6);
    assert_string_equal(environment->drill[1].name, "dark");
    assert_int_equal(environment->drill[1].node, -1);
    scene_close(&scene);
    scene = accepts(DESK);
    assert_int_equal(scene_environment(&scene, NULL)->drill_count, 0);
    scene_close(&scene);
    refuses(DESK "drills: [{node: desk}]\n", "shop.yaml:5:10: error:", "fault of drills[0] is missing");
    refuses(DESK "drills: [{fault: x, node: dsk}]\n", "shop.yaml:5:27: error:", "did you mean desk?");
    refuses(DESK "drills: x\n", "shop.yaml:5:9: error:", "drills must be a list");
}

/* ---- Assumptions ----------------------------------------------------------------------------------- */

static void lists_defaults_without_a_document(void **state)
{
    (void)state;
    struct scene scene = accepts(DESK "    timeout: 7s\n");
    const struct assumption *least = scene_assumption(&scene, "desk.limits.least");
    assert_string_equal(least->value, "1");
    assert_string_equal(least->source, "assumed");
    assert_null(least->low);
    assert_non_null(scene_assumption(&scene, "desk.patience"));
    assert_null(scene_assumption(&scene, "desk.limits.most"));
    assert_null(scene_assumption(&scene, "desk.timeout"));
    assert_non_null(scene_assumption(&scene, "region"));
    scene_close(&scene);
    scene = accepts(DESK "    limits: {least: 1}\nregion: us-east-1\n");
    assert_null(scene_assumption(&scene, "desk.limits.least"));
    assert_null(scene_assumption(&scene, "region"));
    scene_close(&scene);
}

static void lists_what_the_author_assumed(void **state)
{
    (void)state;
    struct scene scene = accepts(
        DESK
        "    timeout: 7s\n    servers: 4\n    policies: [{name: up, target_value: 1}, {name: down, "
        "target_value: 2}]\n"
        "    endpoints: {get: {steps: [compute: 3ms, log: 1KiB]}}\nstart: 2026-03-02T00:00 UTC\n"
        "assumed: [desk.timeout, desk.policies.*.target_value, desk.endpoints.*.steps, start, desk.size]\n");
    const struct assumption *timeout = scene_assumption(&scene, "desk.timeout");
    assert_string_equal(timeout->value, "7s");
    assert_string_equal(timeout->source, "author");
    assert_string_equal(scene_assumption(&scene, "desk.policies[down].target_value")->value, "2");
    assert_string_equal(scene_assumption(&scene, "desk.endpoints.get.steps[0].compute.work")->value, "3ms");
    assert_string_equal(scene_assumption(&scene, "desk.endpoints.get.steps[1].log.size")->value, "1KiB");
    assert_string_equal(scene_assumption(&scene, "start")->source, "author");
    assert_string_equal(scene_assumption(&scene, "desk.size")->value, "1KiB");
    assert_null(scene_assumption(&scene, "desk.servers"));
    scene_close(&scene);
}

static void marks_a_whole_node(void **state)
{
    (void)state;
    struct scene scene =
        accepts(DESK "    timeout: 7s\n    zones: [x, y]\n    limits: {most: 3}\nassumed: [desk]\n");
    assert_non_null(scene_assumption(&scene, "desk.timeout"));
    assert_string_equal(scene_assumption(&scene, "desk.zones")->value, "x y");
    assert_non_null(scene_assumption(&scene, "desk.limits.most"));
    assert_null(scene_assumption(&scene, "desk.servers"));
    scene_close(&scene);
}

static void marks_in_one_environment(void **state)
{
    (void)state;
    struct scene scene =
        accepts(DESK "    timeout: 7s\nregion: us-east-1\nenvironments: {a: {}, b: {desk.timeout: 8s}}\n"
                     "assumed: [environments.b.desk.timeout]\n");
    assert_null(scene_assumption(&scene, "desk.timeout"));
    const struct environment *b = scene_environment(&scene, "b");
    bool found = false;
    for (int i = 0; i < b->assumption_count; i++)
        found = found || text_equal(b->assumption[i].path, "desk.timeout");
    assert_true(found);
    scene_close(&scene);
}

static void refuses_assumptions_about_nothing(void **state)
{
    (void)state;
    refuses(DESK "assumed:\n  - desk.timout\n", "shop.yaml:6:5: error:",
            "desk.timout leads nowhere: unknown parameter of desk: timout; did you mean timeout?");
    refuses(DESK "assumed:\n  - dsk\n", "shop.yaml:6:5: error:", "did you mean desk?");
    refuses(DESK "assumed:\n  - desk.retry\n", "shop.yaml:6:5: error:", "retry of desk is not written");
    refuses(DESK "assumed:\n  - desk.retry.base\n", "shop.yaml:6:5: error:", "retry of desk is not written");
    refuses(DESK "assumed:\n  - desk.policies.*.cooldown\n",
            "shop.yaml:6:5: error:", "policies of desk is not written");
    refuses(DESK "assumed:\n  - environments.dev.desk.timeout\n",
            "shop.yaml:6:5: error:", "no environment is called dev");
    refuses(DESK "assumed:\n  - [a]\n", "shop.yaml:6:5: error:", "assumed lists paths, not a list");
    refuses(DESK "assumed: desk\n", "shop.yaml:5:10: error:", "assumed must be a list");
}

/* ---- Across the plan ------------------------------------------------------------------------------- */

static void complains_about_asks_that_nobody_answers(void **state)
{
    (void)state;
    refuses(
        "headroom: 1\nnodes:\n  people: {model: client, rate: 1/s, sends: [{to: desk, request: GET /y}]}\n"
        "  desk: {model: server, endpoints: {x: {request: GET /x}}}\n",
        "shop.yaml:3:51: error:", "desk (server) does not answer the request GET /y");
}

static void complains_about_what_has_no_price(void **state)
{
    (void)state;
    refuses(DESK "    instance: t3.larg\n", "shop.yaml:5:15: error:",
            "desk: no SKU BoxUsage:t3.larg of AmazonEC2 in us-east-1; did you mean BoxUsage:t3.large?");
    refuses(DESK "    label: x\nregion: mars-1\nzones: [mars-1a]\n", "shop.yaml:3:3: error:", "desk: ");
}

/* Nothing that another file said keeps a scenario from being refused or taken on its own account. */
static void refuses_the_same_file_twice(void **state)
{
    (void)state;
    struct arena *arena = arena_open();
    struct diag *diag = diag_open(arena);
    struct scenario_text text = {"shop.yaml", DESK "    servers: 0\n", strlen(DESK "    servers: 0\n")};
    assert_null(scenario_read(&text, NULL, NULL, arena, diag));
    assert_null(scenario_read(&text, NULL, NULL, arena, diag));
    assert_int_equal(diag_errors(diag), 1);
    arena_close(arena);
}

static void reads_a_large_scenario_quickly(void **state)
{
    (void)state;
    char *yaml = calloc(1, 40000), *out = yaml;
    out += sprintf(out, "headroom: 1\nnodes:\n  db: {model: server}\n");
    for (int i = 0; i < 50; i++)
        out +=
            sprintf(out,
                    "  n%d: {model: server, servers: 3, work: \"lognormal(p50 [4ms 6ms 11ms], p99 30ms)\",\n"
                    "    endpoints: {get: {request: GET /%d, steps: [compute: 5ms, {query: {node: db, work: "
                    "2ms}}]}}}\n",
                    i, i);
    sprintf(out, "environments: {a: {n1.servers: 4}, b: {n2.servers: 5}, c: {}}\n");
    clock_t before = clock();
    struct scene scene = accepts(yaml);
    assert_true(clock() - before < CLOCKS_PER_SEC / 2); /* under sanitizers; without, a tenth of it */
    assert_int_equal(scene_environment(&scene, "c")->plan.node_count, 51);
    scene_close(&scene);
    free(yaml);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(insists_on_the_version),
        cmocka_unit_test(refuses_unknown_keys),
        cmocka_unit_test(refuses_keys_of_later_versions),
        cmocka_unit_test(needs_nodes),
        cmocka_unit_test(limits_the_number_of_nodes),
        cmocka_unit_test(refuses_names_that_paths_cannot_say),
        cmocka_unit_test(tells_its_name_and_question),
        cmocka_unit_test(keeps_tags),
        cmocka_unit_test(reads_the_clock),
        cmocka_unit_test(refuses_a_start_that_is_none),
        cmocka_unit_test(refuses_a_horizon_that_is_none),
        cmocka_unit_test(lets_the_command_line_choose_the_time),
        cmocka_unit_test(takes_three_zones_of_the_region),
        cmocka_unit_test(checks_the_names_of_zones),
        cmocka_unit_test(reads_targets),
        cmocka_unit_test(refuses_targets_of_nothing),
        cmocka_unit_test(reads_drills),
        cmocka_unit_test(lists_defaults_without_a_document),
        cmocka_unit_test(lists_what_the_author_assumed),
        cmocka_unit_test(marks_a_whole_node),
        cmocka_unit_test(marks_in_one_environment),
        cmocka_unit_test(refuses_assumptions_about_nothing),
        cmocka_unit_test(complains_about_asks_that_nobody_answers),
        cmocka_unit_test(complains_about_what_has_no_price),
        cmocka_unit_test(refuses_the_same_file_twice),
        cmocka_unit_test(reads_a_large_scenario_quickly),
    };
    return cmocka_run_group_tests(tests, toys_set_up, toys_tear_down);
}
