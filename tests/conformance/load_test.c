/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"
#include "diag.h"
#include "model.h"
#include "near.h"
#include "scenario.h"
#include "sheet.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Every model's own scenario, at three loads: what must hold of any run of anything. */

enum { LOADS = 3, METERS_MAX = 64 };
static const double loads[LOADS] = {0.5, 1.0, 2.0};

struct outcome_of_load {
    int64_t events;
    double billed[METERS_MAX];
    int meters;
};

static const struct scenario *load_file(const char *file, const struct scenario_options *options,
                                        struct arena *arena)
{
    struct diag *diag = diag_open(arena);
    const struct scenario *scenario = scenario_load(file, options, sheet_load_default(arena), arena, diag);
    if (scenario == NULL) {
        diag_print(diag, stderr);
        fail_msg("%s does not load", file);
    }
    return scenario;
}

static const char *rate_of(const struct plan_node *node, struct arena *arena)
{
    const struct param *param = param_find(node->model->params, "rate");
    bool real = node->model->is_client && param != NULL && param->type == PARAM_REAL;
    return real ? param_write(param, (const char *)node->config + param->offset, arena) : NULL;
}

/* `--set CLIENT.rate=...` for every client that has a rate. */
static int scaled_rates(const struct scenario *scenario, double load, const char **set, int most,
                        struct arena *arena)
{
    int count = 0;
    const struct plan *plan = &scenario->environment[0].plan;
    for (int i = 0; i < plan->node_count && count < most; i++) {
        const char *rate = rate_of(&plan->node[i], arena), *problem;
        double value = 0.0;
        if (rate != NULL && quantity_parse(rate, UNIT_RATE, &value, &problem)) {
            set[count++] = arena_printf(arena, "%s.rate=%.9g/s", plan->node[i].name, value * load);
        }
    }
    return count;
}

static double total(const struct meter *meter, int hours)
{
    double sum = 0.0;
    for (int i = 0; i < hours; i++) {
        sum += meter->hourly[i];
    }
    return sum;
}

static void hold_utilisation(const char *file, const struct run *run)
{
    for (int i = 0; i < run->output_count; i++) {
        const struct run_output *output = &run->output[i];
        bool share = strcmp(output->output->key, "utilisation") == 0;
        if (share && !(isnan(output->value) || (output->value >= 0.0 && output->value <= 1.0 + 1e-9))) {
            fail_msg("%s: utilisation of %s is %g", file, output->node->name, output->value);
        }
    }
}

static struct outcome_of_load run_once(const char *file, const struct scenario *scenario)
{
    struct run_options options = {.seed = 1, .lead = 60.0};
    struct run *run = run_open(&scenario->environment[0].plan, &options, NULL);
    run_execute(run);
    const char *violation = run_violation(run);
    if (violation != NULL) {
        fail_msg("%s: %s", file, violation);
    }
    hold_utilisation(file, run);
    struct outcome_of_load seen = {.events = run->events};
    for (int i = 0; i < run->meter_count && i < METERS_MAX; i++) {
        seen.billed[seen.meters++] = total(&run->meter[i], run->hours);
    }
    run_close(run);
    return seen;
}

static void hold_growth(const char *file, const struct outcome_of_load *less,
                        const struct outcome_of_load *more)
{
    for (int i = 0; i < less->meters && i < more->meters; i++) {
        if (more->billed[i] < less->billed[i] * 0.98 - 1e-6) { /* 2 % for what chance does to small counts */
            fail_msg("%s: meter %d falls from %g to %g as the load doubles", file, i, less->billed[i],
                     more->billed[i]);
        }
    }
}

static void hold_file(const char *file)
{
    struct arena *arena = arena_open();
    struct outcome_of_load seen[LOADS];
    const struct scenario *base = load_file(file, &(struct scenario_options){.from = -1.0}, arena);
    for (int i = 0; i < LOADS; i++) {
        const char *set[16];
        struct scenario_options options = {.set = set, .from = -1.0};
        options.set_count = scaled_rates(base, loads[i], set, 16, arena);
        const struct scenario *scenario = load_file(file, &options, arena);
        seen[i] = run_once(file, scenario);
        assert_int_equal(run_once(file, scenario).events,
                         seen[i].events); /* the same seed, the same history */
        if (i > 0) {
            hold_growth(file, &seen[i - 1], &seen[i]);
        }
    }
    arena_close(arena);
}

static void every_model_conserves_visits_at_three_loads(void **unused)
{
    (void)unused;
    glob_t found;
    assert_int_equal(chdir(HEADROOM_SOURCE_DIR), 0);
    assert_int_equal(glob("models/*/*.yaml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        hold_file(found.gl_pathv[i]);
    }
    globfree(&found);
}

static void hold_dump(const char *file)
{
    struct arena *arena = arena_open();
    struct scenario_options options = {.from = -1.0};
    const struct scenario *scenario = load_file(file, &options, arena);
    for (int i = 0; i < scenario->environment_count; i++) {
        const char *dump = scenario_dump(scenario, &scenario->environment[i], arena);
        struct scenario_text text = {file, dump, strlen(dump)}; /* beside the files that it names */
        struct diag *diag = diag_open(arena);
        const struct scenario *again = scenario_read(&text, &options, sheet_load_default(arena), arena, diag);
        diag_print(diag, stderr);
        assert_non_null(again);
        assert_string_equal(dump, scenario_dump(again, &again->environment[0], arena));
    }
    arena_close(arena);
}

static void what_is_dumped_loads_to_the_same_dump(void **unused)
{
    (void)unused;
    glob_t found;
    assert_int_equal(chdir(HEADROOM_SOURCE_DIR), 0);
    assert_int_equal(glob("models/*/*.yaml", 0, NULL, &found), 0);
    assert_int_equal(glob("scenarios/*/*.yaml", GLOB_APPEND, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        hold_dump(found.gl_pathv[i]);
    }
    globfree(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_model_conserves_visits_at_three_loads),
        cmocka_unit_test(what_is_dumped_loads_to_the_same_dump),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
