/* SPDX-License-Identifier: Apache-2.0 */
/* What is laid over what: environments, `extends`, `--set`, and the paths in all of them. */
#include "toys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

/* A server with something of everything; environments begin on line 16. */
#define SHOP                                                                                                 \
    "headroom: 1\nregion: eu-west-1\nnodes:\n  people: {model: client, rate: 10/s, sends: [{to: desk, "      \
    "share: 60%},\n"                                                                                         \
    "    {to: desk, share: 40%}]}\n  desk:\n    model: server\n    servers: 2\n    limits: {most: 6}\n"      \
    "    policies:\n      - {name: up, target_value: 70}\n      - {name: down, target_value: 30}\n"          \
    "    endpoints:\n      get: {request: \"*\", steps: [compute: 1ms, {query: {node: desk2, work: "         \
    "2ms}}]}\n"                                                                                              \
    "  desk2: {model: server}\n"
#define DEV SHOP "environments:\n  prod: {}\n  dev:\n"

static const struct toy_policy *policies(const struct toy_server *desk)
{
    return desk->policies.row;
}

/* Loads SHOP with one line in the environment dev, and gives desk there. */
static struct scene with_dev(const char *line)
{
    char yaml[2000];
    snprintf(yaml, sizeof yaml, "%s    %s\n", DEV, line);
    return accepts(yaml);
}

static void refuses_dev(const char *line, const char *place, const char *telling)
{
    char yaml[2000];
    snprintf(yaml, sizeof yaml, "%s    %s\n", DEV, line);
    refuses(yaml, place, telling);
}

/* ---- Environments ---------------------------------------------------------------------------------- */

static void has_one_environment_called_default(void **state)
{
    (void)state;
    struct scene scene = accepts(SHOP);
    assert_int_equal(scene.scenario->environment_count, 1);
    assert_string_equal(scene.scenario->environment[0].name, "default");
    assert_string_equal(scene.scenario->environment[0].plan.environment, "default");
    scene_close(&scene);
}

static void keeps_environments_apart_and_in_order(void **state)
{
    (void)state;
    struct scene scene = accepts(
        SHOP "environments:\n  b: {desk.servers: 5}\n  a:\n  c: {desk.servers: 7, region: us-east-1}\n");
    assert_int_equal(scene.scenario->environment_count, 3);
    assert_string_equal(scene.scenario->environment[0].name, "b");
    assert_int_equal(scene_server_in(&scene, "a", "desk")->servers, 2);
    assert_int_equal(scene_server_in(&scene, "b", "desk")->servers, 5);
    assert_int_equal(scene_server_in(&scene, "c", "desk")->servers, 7);
    assert_string_equal(scene_environment(&scene, "a")->plan.region, "eu-west-1");
    assert_string_equal(scene_environment(&scene, "c")->plan.region, "us-east-1");
    assert_string_equal(scene_environment(&scene, "c")->plan.zone[2], "us-east-1c");
    scene_close(&scene);
}

static void takes_only_the_environments_asked_for(void **state)
{
    (void)state;
    const char *const names[] = {"dev"};
    struct scenario_options options = {.environment = names, .environment_count = 1, .from = -1};
    struct scene scene = accepts_with(DEV "    desk.servers: 9\n", &options);
    assert_int_equal(scene.scenario->environment_count, 1);
    assert_int_equal(scene_server(&scene, "desk")->servers, 9);
    scene_close(&scene);
}

static void refuses_an_environment_that_is_not_there(void **state)
{
    (void)state;
    const char *const names[] = {"dev", "prd"};
    struct scenario_options options = {.environment = names, .environment_count = 2, .from = -1};
    refuses_with(DEV "    desk.servers: 9\n", &options,
                 "--env:2:1: error:", "no environment is called prd; there are prod, dev");
}

static void lets_an_environment_change_the_frame_only(void **state)
{
    (void)state;
    struct scene scene = with_dev("{zones: [eu-west-1b], horizon: 1h, start: 2026-03-02T06:00 UTC}");
    const struct plan *dev = &scene_environment(&scene, "dev")->plan;
    assert_true(dev->zone_count == 1 && dev->horizon == 3600 && dev->clock == 21600);
    assert_int_equal(scene_environment(&scene, "prod")->plan.zone_count, 3);
    scene_close(&scene);
    refuses_dev("objectives: []",
                "shop.yaml:19:5: error:", "objectives cannot differ from one environment to another");
    refuses_dev("name: x", "shop.yaml:19:5: error:", "name cannot differ");
    refuses_dev("desks: {}",
                "shop.yaml:19:5: error:", "no node or top-level key is called desks; did you mean desk?");
    refuses(SHOP "environments: [a]\n", "shop.yaml:16:15: error:", "environments must be a map, not a list");
    refuses(SHOP "environments: {a: 3}\n",
            "shop.yaml:16:19: error:", "the environment a must be a map of what it changes");
    refuses(SHOP "environments: {a.b: {}}\n",
            "shop.yaml:16:16: error:", "the name of an environment has no .");
}

static void limits_how_much_environments_add_up_to(void **state)
{
    (void)state;
    char *yaml = malloc(400000), *out = yaml + sprintf(yaml, "%s", DESK "environments:\n");
    for (int i = 0; i < 65; i++) out += sprintf(out, "  e%d: {}\n", i);
    refuses(yaml, "shop.yaml:70:3: error:", "more than 64 environments");
    out = yaml + sprintf(yaml, "%s", DESK "    zones: [");
    for (int i = 0; i < 20000; i++) out += sprintf(out, "x, ");
    out += sprintf(out, "]\nenvironments:\n");
    for (int i = 0; i < 60; i++) out += sprintf(out, "  e%d: {}\n", i);
    refuses(yaml, "shop.yaml:7:3: error:", "60 environments of this size are more than 1000000 values");
    free(yaml);
}

/* ---- Paths ----------------------------------------------------------------------------------------- */

static void sets_a_parameter_by_its_path(void **state)
{
    (void)state;
    struct scene scene = with_dev("{desk.servers: 4, desk.limits.most: 8, people.rate: 3/s}");
    const struct toy_server *desk = scene_server_in(&scene, "dev", "desk");
    assert_true(desk->servers == 4 && desk->limits.most == 8);
    assert_int_equal(scene_server_in(&scene, "prod", "desk")->servers, 2);
    scene_close(&scene);
}

static void addresses_a_row_by_its_name_or_number(void **state)
{
    (void)state;
    struct scene scene =
        with_dev("{\"desk.policies[up].target_value\": 60, \"desk.policies[1].cooldown\": 5s}");
    const struct toy_policy *policy = policies(scene_server_in(&scene, "dev", "desk"));
    assert_true(policy[0].target_value == 60 && policy[1].cooldown == 5);
    assert_true(policies(scene_server_in(&scene, "prod", "desk"))[0].target_value == 70);
    scene_close(&scene);
    scene = with_dev("desk.policies.down.target_value: 25");
    assert_true(policies(scene_server_in(&scene, "dev", "desk"))[1].target_value == 25);
    scene_close(&scene);
}

static void addresses_every_row_with_a_star(void **state)
{
    (void)state;
    struct scene scene = with_dev("people.sends.*.to: desk2");
    const struct toy_client *people = scene.scenario->environment[1].plan.node[0].config;
    const struct toy_send *send = people->sends.row;
    assert_true(send[0].to.index == 2 && send[1].to.index == 2);
    scene_close(&scene);
    scene = with_dev("desk.policies[*].cooldown: 1s");
    assert_true(policies(scene_server_in(&scene, "dev", "desk"))[1].cooldown == 1);
    scene_close(&scene);
}

/* Steps of other kinds are passed by. */
static void addresses_steps_of_one_kind_with_a_star(void **state)
{
    (void)state;
    struct scene scene = with_dev("desk.endpoints.*.steps.*.query.work: 9ms");
    const struct toy_endpoint *endpoint = scene_server_in(&scene, "dev", "desk")->endpoints.row;
    const struct step *step = endpoint->steps.row;
    assert_true(step[0].work.mean == 0.001 && step[1].work.mean == 0.009);
    scene_close(&scene);
    refuses_dev("\"desk.endpoints.get.steps[0].query.work\": 9ms",
                "shop.yaml:19:5: error:", "desk.endpoints.get.steps[0] is a compute, not a query");
}

static void addresses_nodes_with_a_star(void **state)
{
    (void)state;
    struct scene scene = with_dev("\"*.limits.most\": 5");
    assert_int_equal(scene_server_in(&scene, "dev", "desk")->limits.most, 5);
    assert_int_equal(scene_server_in(&scene, "dev", "desk2")->limits.most, 5);
    scene_close(&scene);
}

static void sets_what_was_not_written_before(void **state)
{
    (void)state;
    struct scene scene =
        with_dev("{desk2.limits.least: 3, desk2.retry.max_attempts: 7, desk.policies.0.cooldown: 1s,"
                 " desk.timeout: 2s, desk.endpoints.put: {request: PUT /y}}");
    const struct toy_server *desk2 = scene_server_in(&scene, "dev", "desk2");
    assert_int_equal(desk2->limits.least, 3);
    assert_int_equal(desk2->retry->max_attempts, 7);
    assert_int_equal(scene_server_in(&scene, "dev", "desk")->endpoints.count, 2);
    assert_null(scene_server_in(&scene, "prod", "desk2")->retry);
    scene_close(&scene);
}

static void takes_aliases_in_paths_and_overlays(void **state)
{
    (void)state;
    struct scene scene = with_dev("{desk.TimeoutSeconds: 9s, desk: {limits: {MaxCapacity: 3}}}");
    const struct toy_server *desk = scene_server_in(&scene, "dev", "desk");
    assert_true(desk->timeout == 9 && desk->limits.most == 3);
    scene_close(&scene);
}

static void merges_maps_and_replaces_lists(void **state)
{
    (void)state;
    struct scene scene =
        with_dev("desk: {limits: {least: 3}, policies: [{name: only, target_value: 1}], timeout: 1s}");
    const struct toy_server *desk = scene_server_in(&scene, "dev", "desk");
    assert_true(desk->limits.least == 3 && desk->limits.most == 6 && desk->timeout == 1 &&
                desk->servers == 2);
    assert_int_equal(desk->policies.count, 1);
    scene_close(&scene);
    scene = with_dev("\"desk.policies[up]\": {cooldown: 2s}");
    assert_true(policies(scene_server_in(&scene, "dev", "desk"))[0].cooldown == 2);
    assert_true(policies(scene_server_in(&scene, "dev", "desk"))[0].target_value == 70);
    scene_close(&scene);
    scene = with_dev("nodes: {desk3: {model: server, next: desk}, desk: {servers: 8}}");
    assert_int_equal(scene_server_in(&scene, "dev", "desk3")->next.index, 1);
    assert_int_equal(scene_server_in(&scene, "dev", "desk")->servers, 8);
    assert_int_equal(scene_environment(&scene, "prod")->plan.node_count, 3);
    scene_close(&scene);
}

/* A number with ends is one value: a plain one takes its place, and the other way round. */
static void replaces_uncertain_numbers_whole(void **state)
{
    (void)state;
    struct scene scene =
        accepts(DESK "    timeout: {low: 1s, mid: 2s, high: 3s}\nenvironments:\n  a: {desk.timeout: 9s}\n"
                     "  b: {desk.timeout: {low: 4s, mid: 5s, high: 6s}}\n  c: {desk.timeout.mid: 1.5s}\n");
    assert_true(scene_server_in(&scene, "a", "desk")->timeout == 9);
    assert_int_equal(scene_environment(&scene, "a")->assumption_count, 4);
    assert_true(scene_server_in(&scene, "b", "desk")->timeout == 5);
    assert_true(scene_server_in(&scene, "c", "desk")->timeout == 1.5);
    scene_close(&scene);
}

static void removes_with_null(void **state)
{
    (void)state;
    struct scene scene =
        with_dev("{desk.servers: null, \"desk.policies[up]\": ~, desk.endpoints.get: null, desk.retry: null,"
                 " people: null}");
    const struct toy_server *desk = scene_server_in(&scene, "dev", "desk");
    assert_int_equal(desk->servers, 1);
    assert_int_equal(desk->policies.count, 1);
    assert_string_equal(policies(desk)[0].name, "down");
    assert_int_equal(desk->endpoints.count, 0);
    assert_int_equal(scene_environment(&scene, "dev")->plan.node_count, 2);
    scene_close(&scene);
    scene = with_dev("desk.policies.*: null");
    assert_int_equal(scene_server_in(&scene, "dev", "desk")->policies.count, 0);
    scene_close(&scene);
}

static void complains_about_references_left_dangling(void **state)
{
    (void)state;
    refuses_dev("desk: null",
                "shop.yaml:4:52: error:", "names desk, and no node is called so; did you mean desk2?");
}

static void complains_about_paths_that_lead_nowhere(void **state)
{
    (void)state;
    refuses_dev("dsk.servers: 1", "shop.yaml:19:5: error:",
                "dsk.servers leads nowhere: no node or top-level key is called dsk; did you mean desk?");
    refuses_dev("desk.servrs: 1",
                "shop.yaml:19:5: error:", "unknown parameter of desk: servrs; did you mean servers?");
    refuses_dev("desk.limits.mots: 1",
                "shop.yaml:19:5: error:", "unknown parameter of desk.limits: mots; did you mean most?");
    refuses_dev("desk.policies[upp].cooldown: 1s",
                "shop.yaml:19:5: error:", "desk.policies has no row upp; did you mean up?");
    refuses_dev("desk.policies[2].cooldown: 1s",
                "shop.yaml:19:5: error:", "its 2 rows go by their name, or by number from 0");
    refuses_dev("desk.policies[up].coldown: 1s", "shop.yaml:19:5: error:",
                "unknown parameter of desk.policies[up]: coldown; did you mean cooldown?");
    refuses_dev("desk.endpoints.gett.request: x",
                "shop.yaml:19:5: error:", "desk.endpoints: gett; did you mean get?");
    refuses_dev("desk.servers.x: 1",
                "shop.yaml:19:5: error:", "desk.servers is a single value: nothing is inside it");
    refuses_dev("desk2.policies.*.cooldown: 1s",
                "shop.yaml:19:5: error:", "policies of desk2 is not written, so nothing is in it");
    refuses_dev("desk.endpoints.*.steps.*.call.node: desk2", "shop.yaml:19:5: error:", "leads nowhere");
    refuses_dev("desk.endpoints.x*.request: y",
                "shop.yaml:19:5: error:", "desk.endpoints has nothing like x*");
}

static void refuses_malformed_paths(void **state)
{
    (void)state;
    refuses_dev("desk..servers: 1", "shop.yaml:19:5: error:", "\"desk..servers\" is not a path");
    refuses_dev("desk.: 1", "shop.yaml:19:5: error:", "is not a path");
    refuses_dev("\"desk.policies[up\": 1", "shop.yaml:19:5: error:", "is not a path");
    refuses_dev("\"desk.policies[]\": 1", "shop.yaml:19:5: error:", "is not a path");
    refuses_dev("\"desk.policies[up]x\": 1", "shop.yaml:19:5: error:", "is not a path");
    refuses_dev("\"desk]\": 1", "shop.yaml:19:5: error:", "is not a path");
    refuses_dev("a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a."
                "a.a.a.a.a.a."
                "a.a.a.a.a.a.a.a.a.a.a.a.a: 1",
                "shop.yaml:19:5: error:", "a path of more than 64 parts");
}

/* What is wrong with the value is said where the value is written. */
static void complains_at_the_overlay(void **state)
{
    (void)state;
    refuses_dev("desk.servers: 0", "shop.yaml:19:19: error:", "servers of desk must be 1 to 1000");
    refuses_dev("desk: {servrs: 1}", "shop.yaml:19:12: error:", "unknown parameter of desk: servrs");
}

static void takes_paths_at_the_top_level(void **state)
{
    (void)state;
    struct scene scene =
        accepts("headroom: 1\ndesk.servers: 5\ndesk: {timeout: 3s}\nnodes:\n  desk: {model: server}\n");
    assert_int_equal(scene_server(&scene, "desk")->servers, 5);
    assert_true(scene_server(&scene, "desk")->timeout == 3);
    scene_close(&scene);
}

/* ---- --set ----------------------------------------------------------------------------------------- */

static void sets_in_every_environment_from_the_command_line(void **state)
{
    (void)state;
    const char *const set[] = {"desk.servers=7",
                               "desk.policies[up].target_value=40",
                               "environments.dev.desk.timeout=2s",
                               "desk.limits={least: 2}",
                               "horizon=2h",
                               "desk.work=lognormal(p50 6ms, p99 30ms)",
                               "desk2.timeout=9s",
                               "desk2.timeout="};
    struct scenario_options options = {.set = set, .set_count = 8, .from = -1};
    struct scene scene = accepts_with(DEV "    desk.servers: 3\n", &options);
    const struct toy_server *prod = scene_server_in(&scene, "prod", "desk"),
                            *dev = scene_server_in(&scene, "dev", "desk");
    assert_true(prod->servers == 7 && dev->servers == 7 && prod->timeout == 30 && dev->timeout == 2);
    assert_true(policies(dev)[0].target_value == 40 && dev->limits.least == 2 && dev->limits.most == 6);
    assert_int_equal(dev->work.kind, DIST_LOGNORMAL);
    assert_true(scene_environment(&scene, "dev")->plan.horizon == 7200);
    assert_true(scene_server_in(&scene, "dev", "desk2")->timeout == 30);
    scene_close(&scene);
}

static void refuses_set(const char *set, const char *place, const char *telling)
{
    struct scenario_options options = set_option(&set);
    refuses_with(DEV "    desk2: null\n    desk.endpoints: null\n", &options, place, telling);
}

static void complains_about_bad_sets(void **state)
{
    (void)state;
    refuses_set("desk.servers", "--set:1:1: error:", "write PATH=VALUE");
    refuses_set("=3", "--set:1:1: error:", "write PATH=VALUE");
    refuses_set("desk.servers=0", "--set:1:14: error:", "servers of desk must be 1 to 1000, not 0");
    refuses_set("desk.timeout=30", "--set:1:14: error:", "needs a unit");
    refuses_set("desk.servrs=3", "--set:1:1: error:", "did you mean servers?");
    refuses_set("dsk.servers=3", "--set:1:1: error:", "did you mean desk?");
    refuses_set("desk..servers=3", "--set:1:1: error:", "is not a path");
    refuses_set("desk.limits={least: [}", "--set:1:22: error:", "not YAML");
    refuses_set("environments.dve.desk.servers=3", "--set:1:1: error:", "no environment is called dve");
    refuses_set("environments.dev=3", "--set:1:1: error:", "name a parameter");
    refuses_set("desk.label=a\x01", "--set:1:13: error:", "control character");
    refuses_set("desk.next=dsek", "--set:1:11: error:", "did you mean desk?");
}

static void sets_where_the_path_leads_in_some_environments_only(void **state)
{
    (void)state;
    const char *set = "desk2.servers=3";
    struct scenario_options options = set_option(&set);
    struct scene scene = accepts_with(DEV "    desk2: null\n    desk.endpoints: null\n", &options);
    assert_int_equal(scene_server_in(&scene, "prod", "desk2")->servers, 3);
    scene_close(&scene);
}

static void names_sets_by_their_order(void **state)
{
    (void)state;
    const char *const set[] = {"desk.servers=3", "desk.servers=x"};
    struct scenario_options options = {.set = set, .set_count = 2, .from = -1};
    refuses_with(DESK, &options, "--set:2:14: error:", "servers of desk");
}

/* ---- extends --------------------------------------------------------------------------------------- */

static void lays_a_file_over_the_one_it_extends(void **state)
{
    (void)state;
    write_file("base.yaml",
               "headroom: 1\nname: base\ntags: {a: x, b: y}\nnodes:\n  desk: {model: server, servers: 2, "
               "timeout: 2s}\n"
               "environments:\n  prod: {desk.servers: 3}\n  dev: {desk.servers: 4, desk.timeout: 4s}\n"
               "targets: [{components: [desk], rto: 1h}]\nassumed: [desk.servers]\nobjectives: "
               "[\"errors.rate < 1%\"]\n");
    write_file(
        "over.yaml",
        "headroom: 1\nname: over\nextends: base.yaml\ntags: {b: z}\ndesk.servers: 5\ndesk.label: mine\n"
        "environments:\n  dev: {desk.servers: 6}\n  test: {desk.timeout: 7s}\n"
        "targets: [{components: [\"*\"], rpo: 1h}]\nassumed: [desk.timeout]\nobjectives: [\"errors.rate < "
        "2%\"]\n");
    struct scene scene = scene_load("over.yaml", NULL);
    assert_string_equal(scene.said, "");
    assert_string_equal(scene.scenario->name, "over");
    assert_int_equal(scene.scenario->environment_count, 3);
    assert_int_equal(scene_server_in(&scene, "prod", "desk")->servers, 3);
    assert_int_equal(scene_server_in(&scene, "dev", "desk")->servers, 6);
    assert_true(scene_server_in(&scene, "dev", "desk")->timeout == 4);
    assert_int_equal(scene_server_in(&scene, "test", "desk")->servers, 5);
    assert_string_equal(scene_server_in(&scene, "prod", "desk")->label, "mine");
    const struct environment *prod = scene_environment(&scene, "prod");
    assert_int_equal(prod->target_count, 2);
    assert_int_equal(prod->objective_count, 2);
    assert_non_null(scene_assumption(&scene, "desk.servers"));
    assert_non_null(scene_assumption(&scene, "desk.timeout"));
    assert_int_equal(scene.scenario->tag_names.count, 2);
    assert_string_equal(scene.scenario->tag_values.word[1], "z");
    assert_int_equal(scene.scenario->input_count, 2);
    assert_string_equal(scene.scenario->input[0].file, "over.yaml");
    assert_string_equal(scene.scenario->input[1].file, "base.yaml");
    scene_close(&scene);
}

static void names_the_file_where_it_is_wrong(void **state)
{
    (void)state;
    write_file("base.yaml", DESK "    servers: 0\n");
    write_file("over.yaml", "headroom: 1\nextends: base.yaml\ndesk.timeout: 5\n");
    struct scene scene = scene_load("over.yaml", NULL);
    scene_says(&scene, "base.yaml:5:14: error:", "servers of desk");
    scene_says(&scene, "over.yaml:3:15: error:", "timeout of desk");
    scene_close(&scene);
    write_file("base.yaml", "headroom: 1\nnodes: [\n");
    refuses_file("over.yaml", "base.yaml:3:1: error:", "not YAML");
    write_file("base.yaml", "headroom: 3\n");
    refuses_file("over.yaml", "base.yaml:1:11: error:", "headroom must be 1");
}

static void refuses_files_that_extend_one_another_in_a_circle(void **state)
{
    (void)state;
    write_file("a.yaml", "headroom: 1\nextends: b.yaml\n");
    write_file("b.yaml", "headroom: 1\nextends: ./a.yaml\n");
    refuses_file("a.yaml", "b.yaml:2:10: error:", "extends itself, by way of 2 files");
    write_file("a.yaml", "headroom: 1\nextends: a.yaml\n");
    refuses_file("a.yaml", "a.yaml:2:10: error:", "a.yaml extends itself, by way of 1 file");
}

static void limits_the_chain_of_files(void **state)
{
    (void)state;
    for (int i = 0; i < 9; i++) {
        char name[32], text[80];
        snprintf(name, sizeof name, "c%d.yaml", i);
        snprintf(text, sizeof text, "headroom: 1\nextends: c%d.yaml\n", i + 1);
        write_file(name, text);
    }
    refuses_file("c0.yaml", "c7.yaml:2:10: error:", "more than 8 files extend one another");
    write_file("c7.yaml", DESK);
    struct scene scene = scene_load("c0.yaml", NULL);
    assert_non_null(scene.scenario);
    scene_close(&scene);
}

static void refuses_to_extend_what_is_not_there(void **state)
{
    (void)state;
    refuses("headroom: 1\nextends: nosuch.yaml\n",
            "shop.yaml:2:10: error:", "nosuch.yaml cannot be read: there is no such file");
    refuses("headroom: 1\nextends: [a]\n", "shop.yaml:2:10: error:", "extends names one file, not a list");
    refuses("headroom: 1\nextends: /\n", "shop.yaml:2:10: error:", "is a directory");
    refuses("headroom: 1\nextends: /dev/zero\n", "shop.yaml:2:10: error:", "is larger than 4 MiB");
}

/* Names in a file are relative to that file, whatever extends it. */
static void finds_files_beside_the_one_that_names_them(void **state)
{
    (void)state;
    make_folder("low");
    make_folder("top");
    write_file("low/day.csv", "time,factor\n0:00,1\n");
    write_file("low/base.yaml",
               "headroom: 1\nnodes:\n  people: {model: client, rate: 1/s, profile: day.csv}\n");
    write_file("top/over.yaml", "headroom: 1\nextends: ../low/base.yaml\n");
    struct scene scene = scene_load("top/over.yaml", NULL);
    assert_string_equal(scene.said, "");
    assert_int_equal(scene_client(&scene, "people")->profile->count, 1);
    assert_int_equal(scene.scenario->input_count, 3);
    assert_string_equal(scene.scenario->input[2].file, "top/../low/day.csv");
    scene_close(&scene);
    char here[200], path[300];
    assert_non_null(getcwd(here, sizeof here));
    snprintf(path, sizeof path, "%s/top/over.yaml", here);
    scene = scene_load(path, NULL);
    assert_string_equal(scene.scenario->file, "over.yaml");
    assert_string_equal(scene.scenario->input[2].file, "day.csv");
    scene_close(&scene);
}

/* An assumption about what the overlay has removed is void, and no mistake of its author. */
static void forgets_assumptions_about_what_was_removed(void **state)
{
    (void)state;
    write_file("base.yaml", SHOP "assumed: [\"desk.policies[up].target_value\"]\n");
    write_file("over.yaml", "headroom: 1\nextends: base.yaml\ndesk.policies[up]: null\n");
    struct scene scene = scene_load("over.yaml", NULL);
    assert_string_equal(scene.said, "");
    assert_int_equal(scene_server(&scene, "desk")->policies.count, 1);
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_one_environment_called_default),
        cmocka_unit_test(keeps_environments_apart_and_in_order),
        cmocka_unit_test(takes_only_the_environments_asked_for),
        cmocka_unit_test(refuses_an_environment_that_is_not_there),
        cmocka_unit_test(lets_an_environment_change_the_frame_only),
        cmocka_unit_test(limits_how_much_environments_add_up_to),
        cmocka_unit_test(sets_a_parameter_by_its_path),
        cmocka_unit_test(addresses_a_row_by_its_name_or_number),
        cmocka_unit_test(addresses_every_row_with_a_star),
        cmocka_unit_test(addresses_steps_of_one_kind_with_a_star),
        cmocka_unit_test(addresses_nodes_with_a_star),
        cmocka_unit_test(sets_what_was_not_written_before),
        cmocka_unit_test(takes_aliases_in_paths_and_overlays),
        cmocka_unit_test(merges_maps_and_replaces_lists),
        cmocka_unit_test(replaces_uncertain_numbers_whole),
        cmocka_unit_test(removes_with_null),
        cmocka_unit_test(complains_about_references_left_dangling),
        cmocka_unit_test(complains_about_paths_that_lead_nowhere),
        cmocka_unit_test(refuses_malformed_paths),
        cmocka_unit_test(complains_at_the_overlay),
        cmocka_unit_test(takes_paths_at_the_top_level),
        cmocka_unit_test(sets_in_every_environment_from_the_command_line),
        cmocka_unit_test(complains_about_bad_sets),
        cmocka_unit_test(sets_where_the_path_leads_in_some_environments_only),
        cmocka_unit_test(names_sets_by_their_order),
        cmocka_unit_test(lays_a_file_over_the_one_it_extends),
        cmocka_unit_test(names_the_file_where_it_is_wrong),
        cmocka_unit_test(refuses_files_that_extend_one_another_in_a_circle),
        cmocka_unit_test(limits_the_chain_of_files),
        cmocka_unit_test(refuses_to_extend_what_is_not_there),
        cmocka_unit_test(finds_files_beside_the_one_that_names_them),
        cmocka_unit_test(forgets_assumptions_about_what_was_removed),
    };
    return cmocka_run_group_tests(tests, toys_set_up, toys_tear_down);
}
