/* SPDX-License-Identifier: Apache-2.0 */
/* From what is written to the config of a model: each type of parameter, its default, and each way to get it
   wrong. */
#include "toys.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* ---- Defaults -------------------------------------------------------------------------------------- */

static void fills_every_field_with_its_default(void **state)
{
    (void)state;
    struct scene scene = accepts(DESK);
    const struct toy_server *desk = scene_server(&scene, "desk");
    assert_int_equal(desk->servers, 1);
    assert_true(desk->timeout == 30 && desk->share == 1 && desk->level == 70 && desk->size == 1024);
    assert_int_equal(desk->discipline, 0);
    assert_true(desk->enabled);
    assert_null(desk->label);
    assert_string_equal(desk->instance, "t3.large");
    assert_int_equal(desk->zones.count, 2);
    assert_string_equal(desk->zones.word[1], "b");
    assert_int_equal(desk->work.kind, DIST_EXPONENTIAL);
    assert_int_equal(desk->patience.kind, DIST_NONE);
    assert_int_equal(desk->next.index, -1);
    assert_int_equal(desk->peers.count, 0);
    assert_int_equal(desk->limits.least, 1);
    assert_int_equal(desk->limits.most, 10);
    assert_null(desk->retry);
    assert_int_equal(desk->policies.count + desk->endpoints.count + desk->consumes.count, 0);
    scene_close(&scene);
}

static void treats_null_as_not_written(void **state)
{
    (void)state;
    struct scene scene = accepts(
        DESK "    servers: null\n    timeout: ~\n    limits:\n    retry: none\n    label: \"null\"\n");
    const struct toy_server *desk = scene_server(&scene, "desk");
    assert_true(desk->servers == 1 && desk->timeout == 30 && desk->limits.most == 10);
    assert_null(desk->retry);
    assert_string_equal(desk->label, "null");
    scene_close(&scene);
}

/* ---- Each type ------------------------------------------------------------------------------------- */

static void reads_numbers_with_units(void **state)
{
    (void)state;
    struct scene scene =
        accepts(DESK "    servers: 1e2\n    timeout: 1.5min\n    share: 12.5%\n    level: 70%\n"
                     "    size: 2KiB\n");
    const struct toy_server *desk = scene_server(&scene, "desk");
    assert_int_equal(desk->servers, 100);
    assert_true(desk->timeout == 90 && desk->share == 0.125 && desk->level == 70 && desk->size == 2048);
    scene_close(&scene);
    scene = accepts(DESK "    timeout: none\n");
    assert_true(isinf(scene_server(&scene, "desk")->timeout));
    scene_close(&scene);
}

static void reads_words_flags_and_choices(void **state)
{
    (void)state;
    struct scene scene = accepts(
        DESK "    discipline: random\n    enabled: false\n    label: 15.30\n    zones: [x, \"y z\"]\n");
    const struct toy_server *desk = scene_server(&scene, "desk");
    assert_int_equal(desk->discipline, 2);
    assert_false(desk->enabled);
    assert_string_equal(desk->label, "15.30");
    assert_int_equal(desk->zones.count, 2);
    assert_string_equal(desk->zones.word[1], "y z");
    scene_close(&scene);
    scene = accepts(DESK "    zones: just one\n");
    assert_int_equal(scene_server(&scene, "desk")->zones.count, 1);
    assert_string_equal(scene_server(&scene, "desk")->zones.word[0], "just one");
    scene_close(&scene);
}

static void reads_references_to_nodes(void **state)
{
    (void)state;
    struct scene scene = accepts("headroom: 1\nnodes:\n  a: {model: server, next: c, peers: [c, b]}\n"
                                 "  b: {model: server, peers: a, next: none}\n  c: {model: server}\n");
    const struct toy_server *a = scene_server(&scene, "a"), *b = scene_server(&scene, "b");
    assert_int_equal(a->next.index, 2);
    assert_int_equal(a->peers.count, 2);
    assert_int_equal(a->peers.ref[0].index, 2);
    assert_int_equal(a->peers.ref[1].index, 1);
    assert_int_equal(b->peers.count, 1);
    assert_int_equal(b->next.index, -1);
    scene_close(&scene);
}

static void reads_groups_options_lists_and_maps(void **state)
{
    (void)state;
    struct scene scene = accepts(
        DESK "    limits: {most: 4}\n    retry: {max_attempts: 5}\n    policies:\n"
             "      - {name: up, target_value: 60}\n      - {target_value: 70, cooldown: 1min, kind: step}\n"
             "    endpoints: {get: {request: GET /x}, put: {}}\n");
    const struct toy_server *desk = scene_server(&scene, "desk");
    assert_int_equal(desk->limits.least, 1);
    assert_int_equal(desk->limits.most, 4);
    assert_int_equal(desk->retry->max_attempts, 5);
    assert_true(desk->retry->base == 1);
    const struct toy_policy *policy = desk->policies.row;
    assert_int_equal(desk->policies.count, 2);
    assert_string_equal(policy[0].name, "up");
    assert_null(policy[1].name);
    assert_true(policy[0].cooldown == 300 && policy[1].cooldown == 60 && policy[1].kind == 1);
    const struct toy_endpoint *endpoint = desk->endpoints.row;
    assert_string_equal(endpoint[0].name, "get");
    assert_string_equal(endpoint[0].request, "GET /x");
    assert_string_equal(endpoint[1].name, "put");
    assert_string_equal(endpoint[1].request, "*");
    scene_close(&scene);
}

static void reads_steps_in_short_and_in_full(void **state)
{
    (void)state;
    struct scene scene = accepts(
        "headroom: 1\nnodes:\n  db: {model: server}\n  desk:\n    model: server\n    endpoints:\n      "
        "get:\n        steps:\n"
        "          - compute: exponential(5ms)\n          - log: 1KiB\n          - wait: {work: 2ms}\n"
        "          - wait: {low: 1ms, mid: 2ms, high: 3ms}\n"
        "          - cache: {node: db, keys: users, on_miss: [{query: {node: db, work: 3ms}}]}\n"
        "          - transaction: {node: db, statements: [\"gamma(mean 5ms, cv 2)\", exponential(1ms)], "
        "writes: true}\n");
    const struct toy_endpoint *endpoint = scene_server(&scene, "desk")->endpoints.row;
    const struct step *step = endpoint->steps.row;
    assert_int_equal(endpoint->steps.count, 6);
    assert_int_equal(step[0].kind, STEP_COMPUTE);
    assert_int_equal(step[0].work.kind, DIST_EXPONENTIAL);
    assert_true(step[1].size == 1024 && step[2].work.mean == 0.002 && step[3].work.mean == 0.002);
    const struct step *miss = step[4].on_miss.row;
    assert_int_equal(step[4].node.index, 0);
    assert_int_equal(miss->kind, STEP_QUERY);
    assert_int_equal(step[5].statements.count, 2);
    assert_true(step[5].writes);
    scene_close(&scene);
}

/* A branch may be a table, a list of steps, or one step. */
static void reads_branches_in_every_form(void **state)
{
    (void)state;
    struct scene scene =
        accepts(DESK "    endpoints:\n      get:\n        steps:\n          - parallel:\n"
                     "              - compute: 1ms\n              - [compute: 2ms, wait: 3ms]\n"
                     "              - {steps: [compute: 4ms]}\n"
                     "          - choose: [{share: 40%, steps: [wait: 5ms]}, {share: 60%, steps: []}]\n");
    const struct toy_endpoint *endpoint = scene_server(&scene, "desk")->endpoints.row;
    const struct step *step = endpoint->steps.row;
    const struct branch *branch = step[0].branches.row;
    assert_int_equal(step[0].branches.count, 3);
    assert_int_equal(branch[0].steps.count, 1);
    assert_int_equal(branch[1].steps.count, 2);
    assert_int_equal(branch[2].steps.count, 1);
    assert_true(((const struct step *)branch[2].steps.row)->work.mean == 0.004);
    branch = step[1].branches.row;
    assert_true(branch[0].share == 0.4 && branch[1].steps.count == 0);
    scene_close(&scene);
}

static void takes_aliases_for_keys(void **state)
{
    (void)state;
    struct scene scene = accepts(
        DESK "    TimeoutSeconds: 7s\n    limits: {MaxCapacity: 3}\n    policies: [{TargetValue: 9}]\n");
    const struct toy_server *desk = scene_server(&scene, "desk");
    assert_true(desk->timeout == 7 && desk->limits.most == 3);
    assert_true(((const struct toy_policy *)desk->policies.row)->target_value == 9);
    scene_close(&scene);
    refuses(DESK "    timeout: 1s\n    TimeoutSeconds: 7s\n", "shop.yaml:6:5: error:",
            "TimeoutSeconds is timeout by another name, which stands at line 5: keep one");
}

/* ---- Places ---------------------------------------------------------------------------------------- */

static void notes_the_place_and_path_of_every_field(void **state)
{
    (void)state;
    struct scene scene = accepts(DESK "    timeout: 7s\n    policies:\n      - {name: up, target_value: 60}\n"
                                      "    endpoints:\n      get: {steps: [compute: 1ms]}\n");
    const struct toy_server *desk = scene_server(&scene, "desk");
    const struct places *places = scene_environment(&scene, NULL)->plan.places;
    const struct toy_policy *policy = desk->policies.row;
    const struct toy_endpoint *endpoint = desk->endpoints.row;
    const struct step *step = endpoint->steps.row;
    assert_int_equal(places_of(places, &desk->timeout).line, 5);
    assert_int_equal(places_of(places, &desk->timeout).column, 14);
    assert_string_equal(places_path(places, &desk->timeout), "desk.timeout");
    assert_int_equal(places_of(places, &desk->size).line, 3);
    assert_true(places_written(places, &desk->timeout) && !places_written(places, &desk->size));
    assert_true(places_written(places, &desk->policies) && !places_written(places, &desk->consumes));
    assert_false(places_written(places, &desk->limits.least));
    assert_string_equal(places_path(places, &desk->limits.most), "desk.limits.most");
    assert_string_equal(places_path(places, &policy->target_value), "desk.policies[up].target_value");
    assert_int_equal(places_of(places, &policy->target_value).column, 34);
    assert_string_equal(places_path(places, &endpoint->request), "desk.endpoints.get.request");
    assert_string_equal(places_path(places, &step->work), "desk.endpoints.get.steps[0].compute.work");
    assert_int_equal(places_of(places, &step->work).line, 9);
    scene_close(&scene);
}

/* ---- Unknown and missing --------------------------------------------------------------------------- */

static void refuses_unknown_parameters(void **state)
{
    (void)state;
    refuses(DESK "    timout: 1s\n",
            "shop.yaml:5:5: error:", "unknown parameter of desk: timout; did you mean timeout?");
    refuses(DESK "    colour: red\n", "shop.yaml:5:5: error:", "unknown parameter of desk: colour");
    refuses(DESK "    limits: {leest: 1}\n",
            "shop.yaml:5:14: error:", "of desk.limits: leest; did you mean least?");
    refuses(DESK "    policies: [{name: up, target_value: 1, coldown: 1s}]\n", "shop.yaml:5:44: error:",
            "unknown parameter of desk.policies[up]: coldown; did you mean cooldown?");
    refuses(DESK "    endpoints: {get: {reqest: x}}\n",
            "shop.yaml:5:23: error:", "of desk.endpoints.get: reqest");
    refuses(DESK "    endpoints: {get: {name: x}}\n",
            "shop.yaml:5:23: error:", "unknown parameter of desk.endpoints.get: name");
    refuses(DESK "    endpoints: {get: {steps: [compute: {wrk: 1s}]}}\n",
            "shop.yaml:5:41: error:", "of desk.endpoints.get.steps[0].compute: wrk; did you mean work?");
}

static void refuses_what_must_be_written_and_is_not(void **state)
{
    (void)state;
    refuses("headroom: 1\nnodes:\n  people:\n    model: client\n",
            "shop.yaml:3:3: error:", "rate of people is missing: Requests a second.");
    refuses(DESK "    policies: [{name: up}]\n",
            "shop.yaml:5:16: error:", "target_value of desk.policies[up] is missing");
    refuses(DESK "    endpoints: {get: {steps: [compute: ]}}\n",
            "shop.yaml:5:31: error:", "work of desk.endpoints.get.steps[0].compute is missing: CPU time");
    refuses(DESK "    consumes: [{steps: []}]\n",
            "shop.yaml:5:16: error:", "queue of desk.consumes[0] is missing");
}

static void says_everything_at_once(void **state)
{
    (void)state;
    struct scene scene =
        scene_read(DESK "    timout: 1s\n    servers: 0\n    next: desc\n    work: expo(1s)\n", NULL);
    scene_says(&scene, "shop.yaml:5:5: error:", "unknown parameter");
    scene_says(&scene, "shop.yaml:6:14: error:", "servers of desk must be 1 to 1000");
    scene_says(&scene, "shop.yaml:7:11: error:", "did you mean desk?");
    scene_says(&scene, "shop.yaml:8:11: error:", "unknown distribution");
    assert_int_equal(scene.errors, 4);
    scene_close(&scene);
}

/* ---- Wrong values ---------------------------------------------------------------------------------- */

static void refuses_values_of_the_wrong_kind(void **state)
{
    (void)state;
    refuses(DESK "    servers: [1]\n", "shop.yaml:5:14: error:", "desk.servers must be a number, not a list");
    refuses(DESK "    label: {a: b}\n", "shop.yaml:5:12: error:", "desk.label must be a text, not a map");
    refuses(DESK "    limits: 3\n",
            "shop.yaml:5:13: error:", "desk.limits must be a map, such as {key: value}, not a single value");
    refuses(DESK "    policies: {a: b}\n", "shop.yaml:5:15: error:", "desk.policies must be a list of maps");
    refuses(DESK "    endpoints: [a]\n", "shop.yaml:5:16: error:", "desk.endpoints must be a map of maps");
    refuses(DESK "    endpoints: {a: {steps: 5ms}}\n", "shop.yaml:5:28: error:", "must be a list of steps");
    refuses(DESK "    next: [desk]\n",
            "shop.yaml:5:11: error:", "desk.next must be the name of a node, not a list");
    refuses(DESK "    zones: {a: b}\n", "shop.yaml:5:12: error:", "desk.zones must be a list of texts");
    refuses(DESK "    zones: [[a]]\n", "shop.yaml:5:13: error:", "item 0 is a list");
    refuses(DESK "    retry: 3\n", "shop.yaml:5:12: error:", "desk.retry must be a map");
    refuses(DESK "    policies: [a]\n",
            "shop.yaml:5:16: error:", "desk.policies[0] must be a map such as {key: value}");
    refuses(DESK "    policies: [~]\n",
            "shop.yaml:5:16: error:", "desk.policies[0] is empty: write {} for the defaults");
    refuses(DESK "    endpoints: {a: }\n", "shop.yaml:5:20: error:", "desk.endpoints.a is empty");
}

static void refuses_numbers_without_their_unit(void **state)
{
    (void)state;
    refuses(DESK "    timeout: 30\n",
            "shop.yaml:5:14: error:", "timeout of desk needs a unit: ns us ms s m min h d");
    refuses(DESK "    timeout: 30 s\n", "shop.yaml:5:14: error:", "timeout of desk");
    refuses(DESK "    size: 30s\n",
            "shop.yaml:5:11: error:", "size of desk has an unknown unit; use one of: B KiB");
    refuses(DESK "    servers: 3s\n", "shop.yaml:5:14: error:", "servers of desk has an unknown unit");
}

static void refuses_numbers_out_of_range(void **state)
{
    (void)state;
    refuses(DESK "    timeout: 61min\n",
            "shop.yaml:5:14: error:", "timeout of desk must be 1s to 1h or none, not 61min");
    refuses(DESK "    servers: 1001\n", "shop.yaml:5:14: error:", "must be 1 to 1000, not 1001");
    refuses(DESK "    servers: none\n", "shop.yaml:5:14: error:", "cannot be none");
    refuses(DESK "    servers: 1.5\n", "shop.yaml:5:14: error:", "must be a whole number");
    refuses(DESK "    share: 101%\n", "shop.yaml:5:12: error:", "must be 0% to 100%");
}

static void refuses_words_it_does_not_know(void **state)
{
    (void)state;
    refuses(DESK "    discipline: fifs\n",
            "shop.yaml:5:17: error:", "must be fcfs, ps or random, not fifs; did you mean fcfs?");
    refuses(DESK "    enabled: yes\n",
            "shop.yaml:5:14: error:", "enabled of desk must be true or false, not yes");
}

static void refuses_distributions_it_cannot_read(void **state)
{
    (void)state;
    refuses(DESK "    work: lognormal(p50 6ms)\n",
            "shop.yaml:5:11: error:", "work of desk cannot be read: lognormal");
    refuses(DESK "    statements: [exponential(1ms), 5]\n",
            "shop.yaml:5:36: error:", "statements of desk cannot be read");
    refuses(DESK "    work: \"lognormal(p50 6ms\"\n", "shop.yaml:5:11: error:", "is half of a value");
    refuses(DESK "    work: empirical(nosuch.csv)\n", "shop.yaml:5:11: error:", "nosuch.csv");
}

static void refuses_references_that_lead_nowhere(void **state)
{
    (void)state;
    refuses(DESK "    next: desc\n", "shop.yaml:5:11: error:",
            "next of desk names desc, and no node is called so; did you mean desk?");
    refuses(DESK "    next: elsewhere\n", "shop.yaml:5:11: error:", "add it under `nodes`");
    refuses(DESK "    peers: [desk, dsk]\n", "shop.yaml:5:19: error:", "peers of desk names dsk");
    refuses(DESK "    peers: [none, desk]\n", "shop.yaml:5:13: error:", "has no node called none");
    refuses(DESK "    consumes: [{queue: none}]\n",
            "shop.yaml:5:24: error:", "must be the name of a node, not none");
    refuses(DESK "    endpoints: {a: {steps: [call: {node: x}]}}\n",
            "shop.yaml:5:42: error:", "node of desk.endpoints.a.steps[0].call names x");
}

static void refuses_two_rows_of_one_name(void **state)
{
    (void)state;
    refuses(DESK "    policies:\n      - {name: up, target_value: 1}\n      - {name: up, target_value: 2}\n",
            "shop.yaml:7:16: error:", "desk.policies has two rows called up: rename one");
    struct scene scene =
        accepts(DESK "    policies: [{target_value: 1}, {name: none, target_value: 2}, {name: none, "
                     "target_value: 3}]\n");
    assert_int_equal(scene_server(&scene, "desk")->policies.count, 3);
    scene_close(&scene);
}

static void refuses_steps_it_does_not_know(void **state)
{
    (void)state;
    refuses(DESK "    endpoints: {a: {steps: [compte: 1ms]}}\n",
            "shop.yaml:5:29: error:", "unknown step: compte; did you mean compute?");
    refuses(DESK "    endpoints: {a: {steps: [shout: 1ms]}}\n", "shop.yaml:5:29: error:",
            "a step is one of: compute wait call cache query transaction get put publish send log parallel "
            "choose");
    refuses(DESK "    endpoints: {a: {steps: [{compute: 1ms, wait: 1ms}]}}\n",
            "shop.yaml:5:44: error:", "a step is one key, but wait stands beside compute");
    refuses(DESK "    endpoints: {a: {steps: [{}]}}\n",
            "shop.yaml:5:29: error:", "is empty: a step is one key");
    refuses(DESK "    endpoints: {a: {steps: [compute]}}\n",
            "shop.yaml:5:29: error:", "desk.endpoints.a.steps[0] must be a map such as {key: value}");
}

/* ---- Models ---------------------------------------------------------------------------------------- */

static void refuses_models_it_does_not_know(void **state)
{
    (void)state;
    refuses("headroom: 1\nnodes:\n  a: {model: servers}\n",
            "shop.yaml:3:14: error:", "unknown model of a: servers; did you mean server?");
    refuses("headroom: 1\nnodes:\n  a: {model: database}\n",
            "shop.yaml:3:14: error:", "`headroom list models`");
    refuses("headroom: 1\nnodes:\n  a: {servers: 1}\n",
            "shop.yaml:3:3: error:", "write the name of its model");
    refuses("headroom: 1\nnodes:\n  a: server\n", "shop.yaml:3:3: error:", "a is not a node");
    refuses("headroom: 1\nnodes:\n  a:\n", "shop.yaml:3:3: error:", "a is not a node");
}

static void asks_the_model_about_rules_across_fields(void **state)
{
    (void)state;
    refuses(DESK "    limits: {least: 5, most: 4}\n",
            "shop.yaml:5:21: error:", "desk: least is above most, which is 4");
    struct scene scene = scene_read(DESK "    share: 0.5%\n", NULL);
    scene_says(&scene, "shop.yaml:5:12: warning:", "desk: hardly any");
    assert_non_null(scene.scenario);
    assert_int_equal(scene.warnings, 1);
    scene_close(&scene);
}

/* A model never sees a config that is not whole; the other nodes are asked all the same. */
static void asks_only_about_configs_that_are_whole(void **state)
{
    (void)state;
    struct scene scene =
        scene_read("headroom: 1\nnodes:\n  a: {model: server, limits: {least: 5, most: 4}, servers: 0}\n"
                   "  b: {model: server, limits: {least: 5, most: 4}}\n",
                   NULL);
    scene_says(&scene, "shop.yaml:3:60: error:", "servers of a");
    scene_says(&scene, "shop.yaml:4:38: error:", "b: least is above most");
    assert_int_equal(scene.errors, 2);
    scene_close(&scene);
}

/* ---- Uncertain numbers ----------------------------------------------------------------------------- */

static void uses_the_middle_of_an_uncertain_number(void **state)
{
    (void)state;
    struct scene scene =
        accepts(DESK "    timeout: {low: 2s, mid: 5s, high: 9s}\n    servers: {low: 1, mid: 2, high: 4}\n"
                     "    work: {low: 1ms, mid: 2ms, high: 3ms}\n");
    const struct toy_server *desk = scene_server(&scene, "desk");
    assert_true(desk->timeout == 5 && desk->servers == 2 && desk->work.mean == 0.002);
    const struct assumption *timeout = scene_assumption(&scene, "desk.timeout");
    assert_string_equal(timeout->value, "5s");
    assert_string_equal(timeout->low, "2s");
    assert_string_equal(timeout->high, "9s");
    assert_string_equal(timeout->source, "author");
    assert_non_null(scene_assumption(&scene, "desk.servers"));
    assert_string_equal(scene_assumption(&scene, "desk.work.value")->high, "3ms");
    scene_close(&scene);
}

static void lists_the_ranges_inside_a_distribution(void **state)
{
    (void)state;
    struct scene scene = accepts(DESK "    work: lognormal(p50 [4ms 6ms 11ms], p99 30ms)\n"
                                      "    statements: [\"gamma(mean [1ms 2ms 3ms], cv [1 2 3])\"]\n");
    const struct assumption *p50 = scene_assumption(&scene, "desk.work.p50");
    assert_string_equal(p50->value, "6ms");
    assert_string_equal(p50->low, "4ms");
    assert_string_equal(p50->high, "11ms");
    assert_null(scene_assumption(&scene, "desk.work.p99"));
    assert_string_equal(scene_assumption(&scene, "desk.statements[0].mean")->low, "1ms");
    assert_string_equal(scene_assumption(&scene, "desk.statements[0].cv")->high, "3");
    scene_close(&scene);
}

static void refuses_uncertain_numbers_that_are_none(void **state)
{
    (void)state;
    refuses(DESK "    timeout: {low: 2s, mid: 5s}\n", "shop.yaml:5:14: error:", "timeout of desk needs high");
    refuses(DESK "    timeout: {low: 6s, mid: 5s, high: 9s}\n",
            "shop.yaml:5:14: error:", "needs low <= mid <= high, not 6s, 5s, 9s");
    refuses(DESK "    timeout: {low: 0s, mid: 5s, high: 9s}\n", "shop.yaml:5:14: error:", "must be 1s to 1h");
    refuses(DESK "    timeout: {low: 1s, mid: 5s, high: 2h}\n", "shop.yaml:5:14: error:", "must be 1s to 1h");
    refuses(DESK "    timeout: {low: 1s, mid: 5, high: 9s}\n", "shop.yaml:5:14: error:", "needs a unit");
    refuses(DESK "    timeout: {low: 1s, mid: 5s, high: 9s, top: 10s}\n",
            "shop.yaml:5:43: error:", "takes low, mid and high, not top");
    refuses(DESK "    enabled: {low: true, mid: true, high: true}\n",
            "shop.yaml:5:14: error:", "must be true or false, not a map");
    refuses(DESK "    work: {low: 3ms, mid: 2ms, high: 3ms}\n", "shop.yaml:5:11: error:", "work of desk");
    refuses(DESK "    policies: [{target_value: {low: 1, mid: [2], high: 3}}]\n",
            "shop.yaml:5:31: error:", "needs mid");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_every_field_with_its_default),
        cmocka_unit_test(treats_null_as_not_written),
        cmocka_unit_test(reads_numbers_with_units),
        cmocka_unit_test(reads_words_flags_and_choices),
        cmocka_unit_test(reads_references_to_nodes),
        cmocka_unit_test(reads_groups_options_lists_and_maps),
        cmocka_unit_test(reads_steps_in_short_and_in_full),
        cmocka_unit_test(reads_branches_in_every_form),
        cmocka_unit_test(takes_aliases_for_keys),
        cmocka_unit_test(notes_the_place_and_path_of_every_field),
        cmocka_unit_test(refuses_unknown_parameters),
        cmocka_unit_test(refuses_what_must_be_written_and_is_not),
        cmocka_unit_test(says_everything_at_once),
        cmocka_unit_test(refuses_values_of_the_wrong_kind),
        cmocka_unit_test(refuses_numbers_without_their_unit),
        cmocka_unit_test(refuses_numbers_out_of_range),
        cmocka_unit_test(refuses_words_it_does_not_know),
        cmocka_unit_test(refuses_distributions_it_cannot_read),
        cmocka_unit_test(refuses_references_that_lead_nowhere),
        cmocka_unit_test(refuses_two_rows_of_one_name),
        cmocka_unit_test(refuses_steps_it_does_not_know),
        cmocka_unit_test(refuses_models_it_does_not_know),
        cmocka_unit_test(asks_the_model_about_rules_across_fields),
        cmocka_unit_test(asks_only_about_configs_that_are_whole),
        cmocka_unit_test(uses_the_middle_of_an_uncertain_number),
        cmocka_unit_test(lists_the_ranges_inside_a_distribution),
        cmocka_unit_test(refuses_uncertain_numbers_that_are_none),
    };
    return cmocka_run_group_tests(tests, toys_set_up, toys_tear_down);
}
