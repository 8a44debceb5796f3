/* SPDX-License-Identifier: Apache-2.0 */
#include "study.h"

#include "arena.h"
#include "calendar.h"
#include "cost.h"
#include "diag.h"
#include "drill.h"
#include "gather.h"
#include "judge.h"
#include "replicate.h"
#include "sheet.h"
#include "text.h"
#include "trial.h"

#include <math.h>

#ifndef HEADROOM_VERSION
#define HEADROOM_VERSION "0.0.0"
#endif

static int replications_of(const struct study *study)
{
    return study->options.replications > 0 ? study->options.replications : STUDY_REPLICATIONS;
}

double study_lead(const struct study_options *options, double horizon)
{
    if (options->lead != 0.0) {
        return options->lead > 0.0 ? options->lead : 0.0;
    }
    return fmin(horizon / 4.0, STUDY_LEAD_MAX);
}

struct result *study_open(const struct study *study, struct arena *arena)
{
    const struct scenario *scenario = study->scenario;
    struct result *result = arena_new(arena, struct result);
    *result = (struct result){.arena = arena,
                              .version = HEADROOM_VERSION,
                              .prices_sha256 = study->sheet == NULL ? NULL : study->sheet->hash,
                              .scenario_name = scenario->name,
                              .scenario_file = scenario->file,
                              .scenario_sha256 = scenario->sha256,
                              .question = scenario->question,
                              .input = scenario->input,
                              .input_count = scenario->input_count,
                              .seed = study->options.seed,
                              .replications = replications_of(study),
                              .converged = true,
                              .environment_count = scenario->environment_count};
    result->environment = arena_array(arena, struct result_environment, scenario->environment_count);
    for (int i = 0; i < scenario->environment_count; i++) {
        result->environment[i].name = scenario->environment[i].name;
        result->environment[i].converged = true;
    }
    return result;
}

/* ---- One environment ---- */

static void introduce(const struct study *study, struct result *result, struct result_environment *into,
                      const struct environment *from)
{
    const struct plan *plan = &from->plan;
    *into = (struct result_environment){.name = from->name,
                                        .region = plan->region,
                                        .horizon_s = plan->horizon,
                                        .from_s = plan->from,
                                        .lead_s = study_lead(&study->options, plan->horizon),
                                        .start = plan->start,
                                        .converged = true,
                                        .errors = {.rate = {NAN, NAN, NAN}},
                                        .assumption = from->assumption,
                                        .assumption_count = from->assumption_count};
    into->samples = observation_open(result->arena);
}

static bool simulate(const struct study *study, struct result *result, struct result_environment *into,
                     const struct environment *from)
{
    struct gather gather = gather_open(result, into, from);
    if (!replicate_environment(study, &gather)) {
        return false;
    }
    gather_close(&gather);
    if (study->options.no_cost || study->sheet == NULL) {
        return true;
    }
    if (gather.month.note != NULL) {
        result_note(result, into, gather.month.note);
    }
    return cost_price(result, into, study->sheet, (struct cost_meters){gather.meter, gather.meter_count},
                      study->diag);
}

/* One zone lost where there is only one is everything lost: no drill has to show it. */
static void note_single_zone(struct result *result, struct result_environment *into,
                             const struct environment *from)
{
    if (from->plan.zone_count == 1 && from->drill_count == 0) {
        result_note(result, into,
                    arena_printf(result->arena,
                                 "everything is in %s: losing that zone loses all of it, so no zone loss "
                                 "was drilled",
                                 from->plan.zone[0]));
    }
}

static bool drill(const struct study *study, struct result *result, struct result_environment *into,
                  const struct environment *from)
{
    if (study->options.no_drills) {
        return true;
    }
    if (study->options.drill_count == 0) {
        note_single_zone(result, into, from);
    }
    return drill_environment(study, result, into, from);
}

enum study_end study_environment(const struct study *study, struct result *result, int at)
{
    const struct environment *from = &study->scenario->environment[at];
    struct result_environment *into = &result->environment[at];
    int errors = diag_errors(study->diag);
    introduce(study, result, into, from);
    bool done = drill_check(from, study->diag);
    done = done && (study->options.only_drills || simulate(study, result, into, from));
    done = done && drill(study, result, into, from);
    if (!done) {
        return trial_stopped(study) && diag_errors(study->diag) == errors ? STUDY_STOPPED : STUDY_FAILED;
    }
    if (study->options.only_drills) {
        into->replications = replications_of(study);
    }
    judge_environment(result, into, from->objective, from->objective_count);
    result->converged = result->converged && into->converged;
    return STUDY_DONE;
}

/* ---- Before it ---- */

int64_t study_work(const struct study *study, const struct environment *environment)
{
    const struct study_options *options = &study->options;
    struct arena *scratch = arena_open();
    int drills = 0;
    if (!options->no_drills) {
        drill_list(environment, options->drill, options->drill_count, scratch, &drills);
    }
    arena_close(scratch);
    int replications = replications_of(study);
    bool more = options->precision > 0.0 && replications < STUDY_REPLICATIONS;
    int64_t main_work = (more ? STUDY_REPLICATIONS : replications) * replicate_ns(study, &environment->plan);
    int64_t drill_work = (int64_t)drills * replications * calendar_ns(drill_seconds(study));
    return (options->only_drills ? 0 : main_work) + drill_work;
}

static const char *kinds_text(struct arena *arena)
{
    const char *text = "";
    for (const struct drill_kind *kind = drill_kinds; kind->key != NULL; kind++) {
        text = arena_printf(arena, "%s %s", text, kind->key);
    }
    return text;
}

bool study_drill_known(const struct study *study, const char *name)
{
    const struct scenario *scenario = study->scenario;
    struct arena *scratch = arena_open();
    int count = 0;
    for (int i = 0; i < scenario->environment_count && count == 0; i++) {
        drill_list(&scenario->environment[i], &name, 1, scratch, &count);
    }
    const struct place place = {"--drill", 0, 0};
    if (count == 0 && drill_kind_named(name) != NULL) {
        diag_error(study->diag, place, "nothing in this scenario can have the drill %s", name);
    } else if (count == 0) {
        diag_error(study->diag, place,
                   "unknown drill: %s; there are%s, or one node's as in \"orders: task crash\"", name,
                   kinds_text(scratch));
    }
    arena_close(scratch);
    return count > 0;
}
