/* SPDX-License-Identifier: Apache-2.0 */
#include "trial.h"

#include "arena.h"
#include "diag.h"
#include "figure.h"

#include <math.h>

struct run *trial_open(const struct trial *trial)
{
    const struct study *study = trial->study;
    struct run_options options = {.seed = study->options.seed,
                                  .replication = trial->replication,
                                  .lead = trial->lead,
                                  .fault = trial->fault,
                                  .window = trial->window,
                                  .stop = trial->stop != NULL ? trial->stop : study->stop,
                                  .progress = odometer_slot(study->odometer, trial->thread)};
    return run_open(trial->plan, &options, NULL);
}

/* The scenario's clock at this moment of the run, "13:20:05". */
static const char *clock_text(struct run *run, struct arena *arena)
{
    double day = fmod(run_clock(run), 86400.0);
    int seconds = (int)(day < 0.0 ? day + 86400.0 : day);
    return arena_printf(arena, "%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

const char *trial_problem(const struct trial *trial, struct run *run, struct arena *arena)
{
    const char *environment = trial->plan->environment;
    if (run->full) {
        return arena_printf(
            arena,
            "more than %s requests in flight at %s: %s does not keep up with its load; lower the rate, "
            "add capacity, or give the callers timeouts",
            figure_count(arena, (double)RUN_VISITS_MAX), clock_text(run, arena), environment);
    }
    const char *violation = run_violation(run);
    if (violation == NULL) {
        return NULL;
    }
    return arena_printf(
        arena, "replication %d of %s with seed %llu contradicts itself%s: %s; its numbers mean nothing",
        trial->replication, environment, (unsigned long long)trial->study->options.seed,
        trial->fault != NULL ? " in a drill" : "", violation);
}

bool trial_stopped(const struct study *study)
{
    return study->stop != NULL && *study->stop != 0;
}

void trial_complain(const struct study *study, const char *sentence)
{
    diag_error(study->diag, (struct place){study->scenario->file, 0, 0}, "%s", sentence);
}
