/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"
#include "diag.h"
#include "drill.h"
#include "interrupt.h"
#include "judge.h"
#include "model.h"
#include "peak.h"
#include "progress.h"
#include "report.h"
#include "runfile.h"
#include "scenario.h"
#include "sheet.h"
#include "study.h"
#include "text.h"
#include "verbs.h"

#include <errno.h>

enum { QUICK_REPLICATIONS = 2 };
static const double quick_horizon = 3600.0;

static struct scenario_options scenario_options(const struct options *options)
{
    return (struct scenario_options){.set = options->set.text,
                                     .set_count = options->set.count,
                                     .require = options->require.text,
                                     .require_count = options->require.count,
                                     .environment = options->environment.text,
                                     .environment_count = options->environment.count,
                                     .horizon = options->horizon,
                                     .from = options->from};
}

/* Loads the scenario; for --quick once more, now that its busiest hour is known. */
static const struct scenario *load(const struct options *options, const struct sheet *sheet,
                                   struct arena *arena, struct diag *diag)
{
    struct scenario_options how = scenario_options(options);
    const struct scenario *scenario = scenario_load(options->word[0], &how, sheet, arena, diag);
    if (scenario == NULL || !options->quick) {
        return scenario;
    }
    how.horizon = options->horizon > 0.0 ? options->horizon : quick_horizon;
    how.from = options->from >= 0.0 ? options->from : peak_hour(scenario);
    return scenario_load(options->word[0], &how, sheet, arena, diag);
}

static struct study_options study_options(const struct options *options)
{
    int replications = options->replications > 0 ? options->replications
                       : options->quick          ? QUICK_REPLICATIONS
                                                 : 0;
    return (struct study_options){.seed = options->seed,
                                  .replications = replications,
                                  .threads = options->threads,
                                  .precision = options->precision,
                                  .most_replications = options->most_replications,
                                  .no_drills = options->no_drills};
}

/* A report could not be written: a closed pipe ends the program quietly, anything else is a failure. */
static enum status write_failed(const struct report *report)
{
    if (*interrupt_flag() != 0) {
        return STATUS_INTERRUPTED;
    }
    return report->error == EPIPE ? STATUS_PIPE : STATUS_FAILED;
}

static enum status end_of(enum study_end end)
{
    return end == STUDY_DONE ? STATUS_DONE : end == STUDY_STOPPED ? STATUS_INTERRUPTED : STATUS_FAILED;
}

/* Simulates every environment, each reported as soon as it is done. */
static enum status simulate(struct study *study, struct result *result, struct report *report, bool quiet)
{
    int count = study->scenario->environment_count;
    if (!report_heading(report, result)) {
        return write_failed(report);
    }
    for (int i = 0; i < count; i++) {
        study->odometer->total += study_work(study, &study->scenario->environment[i]);
    }
    for (int i = 0; i < count; i++) {
        struct progress *progress =
            progress_begin(study->odometer, study->scenario->environment[i].name, quiet);
        enum study_end end = study_environment(study, result, i);
        progress_end(progress);
        if (end != STUDY_DONE) {
            return end_of(end);
        }
        if (!report_environment(report, result, i)) {
            return write_failed(report);
        }
    }
    return STATUS_DONE;
}

static enum status report_on(const struct options *options, struct study *study, struct report *report,
                             struct arena *arena)
{
    struct result *result = study_open(study, arena);
    enum status status = simulate(study, result, report, options->quiet);
    diag_print(study->diag, stderr);
    if (status != STATUS_DONE) {
        report_drop(report);
        return status;
    }
    if (!report_close(report, result)) {
        return write_failed(report);
    }
    bool gate = report->verdicts_only || options->require.count > 0;
    enum status verdict = gate ? (enum status)judge_status(result) : STATUS_DONE;
    return verdict == STATUS_DONE && !result->converged ? STATUS_UNDECIDED : verdict;
}

static bool speaks_of_recovery(const struct scenario *scenario)
{
    for (int i = 0; i < scenario->environment_count; i++) {
        const struct environment *environment = &scenario->environment[i];
        for (int j = 0; j < environment->objective_count; j++) {
            if (text_equal(environment->objective[j]->family, "recovery")) {
                return true;
            }
        }
    }
    return false;
}

static enum status run_scenario(const struct options *options, struct arena *arena, bool gate)
{
    struct diag *diag = diag_open(arena);
    const struct sheet *sheet = sheet_load_default(arena);
    const struct scenario *scenario = load(options, sheet, arena, diag);
    diag_print(diag, stderr);
    if (scenario == NULL) {
        return STATUS_FAILED;
    }
    struct odometer *odometer = arena_new(arena, struct odometer);
    struct study study = {.scenario = scenario,
                          .sheet = sheet,
                          .diag = diag_open(arena),
                          .options = study_options(options),
                          .stop = interrupt_flag(),
                          .odometer = odometer};
    study.options.no_drills = options->no_drills || (gate && !speaks_of_recovery(scenario));
    struct report report;
    if (!report_open(&report, options, arena)) {
        return STATUS_FAILED;
    }
    report.verdicts_only = gate;
    return report_on(options, &study, &report, arena);
}

enum status verb_run(const struct options *options, struct arena *arena)
{
    return run_scenario(options, arena, false);
}

/* The objectives of --require, for a saved run. */
static struct objective **read_required(const struct options *options, struct arena *arena, struct diag *diag)
{
    struct objective **required = arena_array(arena, struct objective *, options->require.count + 1);
    for (int i = 0; i < options->require.count; i++) {
        struct place place = {"--require", i + 1, 1};
        required[i] = objective_read(options->require.text[i], place, arena, diag);
    }
    return required;
}

/* What a saved run cannot do any more is refused, so that no gate passes for want of it. */
static bool only_judges(const struct options *options)
{
    bool simulates = options->set.count > 0 || options->environment.count > 0 ||
                     options->seed != OPTIONS_SEED || options->replications > 0 || options->horizon > 0.0 ||
                     options->from >= 0.0 || options->quick || options->precision > 0.0;
    if (simulates) {
        fputs("headroom: a saved run is judged as it is: no --set, --env, --seed, --replications, "
              "--precision, --horizon, "
              "--from or --quick\n",
              stderr);
    }
    return !simulates;
}

static enum status check_saved(const struct options *options, struct arena *arena)
{
    if (!only_judges(options)) {
        return STATUS_USAGE;
    }
    struct diag *diag = diag_open(arena);
    struct result *result = runfile_read(options->word[0], arena, diag);
    struct objective **required = read_required(options, arena, diag);
    bool judged = result != NULL && diag_errors(diag) == 0 &&
                  judge_again(result, required, options->require.count, diag);
    diag_print(diag, stderr);
    struct report report;
    if (!judged || !report_open(&report, options, arena)) {
        return STATUS_FAILED;
    }
    report.verdicts_only = true;
    bool well = report_heading(&report, result);
    for (int i = 0; i < result->environment_count; i++) {
        well = report_environment(&report, result, i) && well;
    }
    return report_close(&report, result) && well ? (enum status)judge_status(result) : write_failed(&report);
}

enum status verb_check(const struct options *options, struct arena *arena)
{
    return runfile_is(options->word[0]) ? check_saved(options, arena) : run_scenario(options, arena, true);
}

enum status verb_validate(const struct options *options, struct arena *arena)
{
    struct diag *diag = diag_open(arena);
    const struct scenario *scenario = load(options, sheet_load_default(arena), arena, diag);
    for (int i = 0; scenario != NULL && i < scenario->environment_count; i++) {
        drill_check(&scenario->environment[i], diag);
    }
    diag_print(diag, stderr);
    if (scenario == NULL || diag_errors(diag) > 0) {
        return STATUS_FAILED;
    }
    printf("%s: valid; %d environment%s, %d nodes, %d warning%s\n", scenario->file,
           scenario->environment_count, scenario->environment_count == 1 ? "" : "s",
           scenario->environment[0].plan.node_count, diag_warnings(diag),
           diag_warnings(diag) == 1 ? "" : "s");
    return STATUS_DONE;
}
