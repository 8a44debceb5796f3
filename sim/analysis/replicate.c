/* SPDX-License-Identifier: Apache-2.0 */
#include "replicate.h"

#include "arena.h"
#include "crew.h"
#include "judge.h"
#include "model.h"
#include "text.h"
#include "trial.h"

#include <math.h>

struct replicating {
    const struct study *study;
    struct gather *gather;
    double lead;
};

int replicate_threads(const struct study *study)
{
    int threads = study->options.threads > 0 ? study->options.threads : crew_processors();
    return threads < ODOMETER_THREADS ? threads : ODOMETER_THREADS;
}

int64_t replicate_ns(const struct study *study, const struct plan *plan)
{
    return calendar_ns(study_lead(&study->options, plan->horizon) + plan->horizon);
}

/* At the simulated start: how many visits had arrived where. The engine keeps that count from the beginning, for its
   own checks. */
struct arrivals {
    struct run *run;
    struct timer timer;
    int64_t *count;
};

static void count_arrivals(struct timer *timer)
{
    struct arrivals *arrivals = timer->owner;
    for (int i = 0; i < arrivals->run->node_count; i++) {
        arrivals->count[i] = arrivals->run->node[i].arrivals;
    }
}

static void watch_arrivals(struct arrivals *arrivals, struct run *run)
{
    arrivals->run = run;
    arrivals->count = arena_array(run->arena, int64_t, run->node_count);
    arrivals->timer = timer_make(count_arrivals, arrivals, 0);
    timer_set(&run->calendar, &arrivals->timer, run->origin);
}

static void *perform(void *context, int job, int thread)
{
    const struct replicating *replicating = context;
    const struct study *study = replicating->study;
    const struct plan *plan = &replicating->gather->from->plan;
    struct trial trial = {
        .study = study, .plan = plan, .replication = job, .thread = thread, .lead = replicating->lead};
    struct record *record = record_open();
    struct run *run = trial_open(&trial);
    struct arrivals arrivals;
    watch_arrivals(&arrivals, run);
    run_execute(run);
    record->problem = trial_problem(&trial, run, record->arena);
    if (record->problem == NULL && !run->stopped) {
        record_take(record, run, arrivals.count);
    }
    run_close(run);
    odometer_over(study->odometer, thread, replicate_ns(study, plan));
    return record;
}

static bool take(void *context, int job, void *result)
{
    (void)job;
    struct replicating *replicating = context;
    struct record *record = result;
    bool sound = record->problem == NULL;
    bool stopped = trial_stopped(replicating->study);
    if (!stopped && sound) {
        gather_take(replicating->gather, record);
    } else if (!stopped) {
        trial_complain(replicating->study, record->problem);
    }
    record_close(record);
    return !stopped && sound;
}

static void drop(void *result)
{
    record_close(result);
}

static bool simulate(struct replicating *replicating, int first, int count)
{
    struct crew_work work = {.first = first,
                             .count = count,
                             .threads = replicate_threads(replicating->study),
                             .context = replicating,
                             .perform = perform,
                             .take = take,
                             .drop = drop};
    return crew_run(&work);
}

/* ---- Precision ---- */

static bool is_precise(struct interval interval, double bound, double precision)
{
    double scale = interval.value != 0.0 ? fabs(interval.value) : fabs(bound);
    return interval_known(interval) && interval_half(interval) <= precision * scale;
}

static bool is_gated(const struct objective *objective)
{
    static const char *const families[] = {"latency", "errors", "requests", "nodes"};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        if (text_equal(objective->family, families[i])) {
            return true;
        }
    }
    return false;
}

bool replicate_precise(const struct result_environment *environment, const struct environment *from,
                       double precision)
{
    struct arena *scratch = arena_open();
    bool precise = true, gated = false;
    for (int i = 0; i < from->objective_count; i++) {
        const struct objective *objective = from->objective[i];
        if (is_gated(objective)) {
            struct result_objective judged = judge_objective(environment, objective, scratch);
            precise = precise && is_precise(judged.value, objective->bound, precision);
            gated = true;
        }
    }
    if (!gated) {
        precise = is_precise(observation_interval(&environment->samples, "latency.mean"), 0.0, precision) &&
                  is_precise(observation_interval(&environment->samples, "latency.p99"), 0.0, precision);
    }
    arena_close(scratch);
    return precise;
}

static int most(const struct study *study, int replications)
{
    int most = study->options.most_replications;
    return most > 0 ? most : 16 * replications;
}

static bool add_replications(struct replicating *replicating, int count)
{
    const struct study *study = replicating->study;
    struct gather *gather = replicating->gather;
    int limit = most(study, count);
    gather->into->converged = replicate_precise(gather->into, gather->from, study->options.precision);
    while (!gather->into->converged && count < limit) {
        int more = (count + 1) / 2;
        more = count + more > limit ? limit - count : more;
        if (study->odometer != NULL) {
            study->odometer->total += more * replicate_ns(study, &gather->from->plan);
        }
        if (!simulate(replicating, count, more)) {
            return false;
        }
        count += more;
        gather->into->converged = replicate_precise(gather->into, gather->from, study->options.precision);
    }
    return true;
}

bool replicate_environment(const struct study *study, struct gather *gather)
{
    int count = study->options.replications > 0 ? study->options.replications : STUDY_REPLICATIONS;
    bool adaptive = study->options.precision > 0.0;
    count = adaptive && count < STUDY_REPLICATIONS ? STUDY_REPLICATIONS : count;
    struct replicating replicating = {study, gather, study_lead(&study->options, gather->from->plan.horizon)};
    gather->into->converged = true;
    if (!simulate(&replicating, 0, count)) {
        return false;
    }
    return !adaptive || add_replications(&replicating, count);
}
