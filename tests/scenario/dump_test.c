/* SPDX-License-Identifier: Apache-2.0 */
/* A plan written back as YAML is the same plan: loading what was dumped and dumping that changes nothing. */
#include "toys.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "text.h"

static const char *dump(const struct scene *scene, const char *environment)
{
    return scenario_dump(scene->scenario, scene_environment(scene, environment), scene->arena);
}

/* Dumps the environment, loads that, dumps it again; gives the scene of the second loading. */
static struct scene round_trip(const char *yaml, const char *environment)
{
    struct scene first = accepts(yaml);
    const char *text = dump(&first, environment);
    struct scene second = scene_read(text, NULL);
    if (*second.said) fail_msg("this was said:\n%s\nabout\n%s", second.said, text);
    assert_string_equal(dump(&second, NULL), text);
    scene_close(&first);
    return second;
}

static void writes_every_default_out(void **state)
{
    (void)state;
    struct scene scene = accepts(DESK);
    const char *text = dump(&scene, NULL);
    static const char *const lines[] = {"    servers: 1\n",
                                        "    timeout: 30s\n",
                                        "    discipline: fcfs\n",
                                        "    label: none\n",
                                        "    work: \"exponential(5ms)\"\n",
                                        "    zones: [\"a\", \"b\"]\n",
                                        "    next: none\n",
                                        "      most: 10\n",
                                        "horizon: 1d\n",
                                        "environments:\n  default: {}\n"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(text, lines[i])) fail_msg("no %s in\n%s", lines[i], text);
    assert_null(strstr(text, "retry"));
    scene_close(&scene);
}

static void dumps_what_loads_to_the_same(void **state)
{
    (void)state;
    write_file("day.csv", "time,factor\n0:00,0.5\n12:00,1\n");
    write_file("log.csv", "time\n1\n2\n");
    write_file("sample.csv", "1ms\n2ms\n5ms\n");
    struct scene scene = round_trip(
        "headroom: 1\nname: \"a: \\\"b\\\" \\\\ \\x07 \xC3\xA9\"\ntags: {Project: shop, \"x y\": "
        "\"null\"}\nregion: eu-west-1\n"
        "zones: [eu-west-1a]\nstart: 2026-03-02T07:30 Europe/Dublin\nhorizon: {low: 1h, mid: 90min, high: "
        "1d}\nnodes:\n"
        "  people: {model: client, rate: {low: 1/s, mid: 120/min, high: 3/s}, profile: day.csv, trace: "
        "log.csv,\n"
        "    sends: [{to: desk, request: GET /x, share: 33.3%}, {to: desk, share: 66.7%}]}\n"
        "  desk:\n    model: server\n    timeout: none\n    share: 0.1\n    level: 70%\n    size: 1.5MiB\n   "
        " enabled: false\n"
        "    label: \"\"\n    zones: []\n    statements: [exponential(1ms), \"gamma(mean [1ms 2ms 3ms], cv "
        "2)\"]\n"
        "    work: lognormal(p50 [4ms 6ms 11ms], p99 30ms)\n    patience: {low: 1s, mid: 2s, high: 3s}\n    "
        "next: other\n"
        "    peers: [other, people]\n    limits: {most: 3}\n    retry: {}\n"
        "    policies: [{name: up, target_value: 60}, {target_value: 1e-7, kind: step}]\n    consumes: "
        "[{queue: other, steps: []}]\n"
        "    endpoints:\n      get:\n        request: GET /x\n        steps:\n          - compute: 5ms\n     "
        "     - wait: none\n"
        "          - cache: {node: other, keys: k, on_miss: [{query: {node: other, work: "
        "empirical(sample.csv)}}]}\n"
        "          - parallel: [[compute: 1ms], {steps: [log: 1KiB]}]\n"
        "          - choose: [{share: 20%, steps: []}, {share: 80%, steps: [{call: {node: other, retry: "
        "{base: 2s}}}]}]\n"
        "      \"put it\": {}\n"
        "  other: {model: server}\n"
        "environments: {prod: {}, dev: {desk.servers: 7}}\n"
        "targets: [{components: [desk, other], rto: 2min, source: page 3}, {components: \"*\", rpo: 0s}]\n"
        "drills: [{fault: task_crash, node: desk}, {name: dark, fault: zone_loss}]\n"
        "assumed: [desk.timeout, desk.endpoints.*.steps, start, people.sends]\n"
        "objectives:\n  - latency.p99{env=dev, request=\"GET /x\"} < 500ms\n  - errors.rate < 1%\n",
        "dev");
    const struct toy_server *desk = scene_server(&scene, "desk");
    assert_int_equal(desk->servers, 7);
    assert_int_equal(desk->policies.count, 2);
    assert_non_null(desk->retry);
    assert_string_equal(scene.scenario->name, "a: \"b\" \\ \x07 \xC3\xA9");
    assert_string_equal(scene.scenario->environment[0].name, "dev");
    assert_int_equal(scene_environment(&scene, NULL)->objective_count, 2);
    assert_int_equal(scene_environment(&scene, NULL)->drill_count, 2);
    assert_string_equal(scene_assumption(&scene, "people.rate")->low, "1/s");
    assert_string_equal(scene_assumption(&scene, "desk.work.p50")->low, "4ms");
    assert_string_equal(scene_assumption(&scene, "horizon")->low, "1h");
    assert_non_null(scene_assumption(&scene, "desk.timeout"));
    assert_non_null(scene_assumption(&scene, "desk.limits.least"));
    assert_true(isinf(desk->timeout) && desk->share == 0.1 && desk->size == 1572864);
    scene_close(&scene);
}

/* Names of files are written as a scenario in the same folder would write them. */
static void dumps_the_names_of_files(void **state)
{
    (void)state;
    make_folder("low");
    make_folder("low/profiles");
    make_folder("top");
    write_file("low/profiles/day.csv", "time,factor\n0:00,1\n");
    write_file("low/sample.csv", "1ms\n2ms\n");
    write_file("low/base.yaml",
               "headroom: 1\nnodes:\n  people: {model: client, rate: 1/s, profile: profiles/day.csv}\n"
               "  desk: {model: server, work: empirical(sample.csv)}\n");
    write_file("top/over.yaml", "headroom: 1\nextends: ../low/base.yaml\n");
    struct scene scene = scene_load("top/over.yaml", NULL);
    assert_string_equal(scene.said, "");
    const char *text = dump(&scene, NULL);
    assert_non_null(strstr(text, "profile: \"../low/profiles/day.csv\"\n"));
    write_file("top/dumped.yaml", text);
    struct scene again = scene_load("top/dumped.yaml", NULL);
    assert_string_equal(again.said, "");
    assert_string_equal(strstr(dump(&again, NULL), "nodes:"), strstr(text, "nodes:"));
    scene_close(&again);
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_every_default_out),
        cmocka_unit_test(dumps_what_loads_to_the_same),
        cmocka_unit_test(dumps_the_names_of_files),
    };
    return cmocka_run_group_tests(tests, toys_set_up, toys_tear_down);
}
