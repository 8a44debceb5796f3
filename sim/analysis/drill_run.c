/* SPDX-License-Identifier: Apache-2.0 */
#include "drill.h"

#include "arena.h"
#include "crew.h"
#include "figure.h"
#include "model.h"
#include "month.h"
#include "recovery_rows.h"
#include "replicate.h"
#include "restoration.h"
#include "text.h"
#include "trial.h"

#include <math.h>
#include <stdlib.h>

enum { WINDOWS = (DRILL_BEFORE + DRILL_AFTER) / DRILL_WINDOW, LOOK_EVERY = 60 };

struct drilling {
    const struct study *study;
    struct result *result;
    struct result_environment *into;
    const struct environment *environment;
    const struct drill_ask *ask;
    int replications;
    double bound; /* of the share of failed requests */
};

/* What one job leaves. */
struct strike {
    struct arena *arena;
    const char *problem;
    enum restoration_end end;
    struct result_strike strike;
};

static const char *component_of(const struct drilling *drilling, const struct drill_ask *ask)
{
    return ask->node < 0 ? "*" : drilling->environment->plan.node[ask->node].name;
}

double drill_seconds(const struct study *study)
{
    double horizon = DRILL_BEFORE + DRILL_AFTER;
    return study_lead(&study->options, horizon) + horizon;
}

/* ---- One replication of one drill ---- */

/* Looks at the windows once a simulated minute, and ends the run when they have told. */
struct watch {
    struct run *run;
    struct timer timer;
    const struct study *study;
    int node; /* the component, -1 = everything */
    double bound;
    double load[WINDOWS];
    volatile int stop;
    struct restoration seen;
};

/* A node that works, but not for any client's request: a consumer of queues. */
static bool works_unseen(const struct run *run, int node)
{
    const struct node *at = node < 0 ? NULL : &run->node[node];
    return at != NULL && at->arrivals > 0 && at->requests == 0;
}

/* Where few requests make the clients' verdict impossible, the run goes on: writes may be lost all the same. */
static void look(struct timer *timer)
{
    struct watch *watch = timer->owner;
    struct run *run = watch->run;
    if (run->now <=
        run->origin) { /* the lead-in has shown which requests come by the component: those count */
        run->options.window_requests = watch->node < 0 ? 0 : run->node[watch->node].requests;
    }
    int64_t over = (run->now - run->origin) / calendar_ns(DRILL_WINDOW);
    over = over < run->window_count ? over : run->window_count;
    watch->seen = restoration_of(run->windows, (int)over, watch->bound, watch->load);
    if (run->now > run->origin && works_unseen(run, watch->node)) {
        watch->seen = (struct restoration){RESTORATION_THIN, 0, 0}; /* clients tell nothing of it */
    }
    bool told = watch->seen.end == RESTORATION_DONE || watch->seen.end == RESTORATION_UNHEALTHY;
    if (told || trial_stopped(watch->study)) {
        watch->stop = 1;
    } else {
        timer_set(&run->calendar, timer, run->now + calendar_ns(LOOK_EVERY));
    }
}

static void watch_windows(struct watch *watch, struct run *run)
{
    watch->run = run;
    watch->timer = timer_make(look, watch, 0);
    for (int i = 0; i < WINDOWS; i++) {
        watch->load[i] = month_load(run->plan, i * (double)DRILL_WINDOW, (i + 1) * (double)DRILL_WINDOW);
    }
    int64_t whole =
        run->origin % calendar_ns(LOOK_EVERY); /* so that it looks at whole minutes of the drill */
    timer_set(&run->calendar, &watch->timer, whole);
}

/* Splits the time to recover: each stage lasts from the one before it until it was reached, if that was before the recovery;
   what no stage explains is backlog, retries and reconnection. In ns, so that the parts add up exactly. */
static void split(struct result_strike *strike, const struct recovery *recovery, int64_t rto)
{
    int64_t explained = 0;
    for (int i = 0; i < RECOVERY_STAGES; i++) {
        int64_t until = recovery->reached[i] < 0 ? 0 : recovery->reached[i] - recovery->struck;
        until = until <= rto ? until : 0; /* reached after the recovery: it explains nothing */
        int64_t part = until > explained ? until - explained : 0;
        strike->part_s[i] = (double)part / 1e9;
        explained += part;
    }
    strike->part_s[RESULT_DRAIN] = (double)(rto - explained) / 1e9;
}

static void measure(struct strike *strike, const struct watch *watch)
{
    const struct run *run = watch->run;
    struct result_strike *numbers = &strike->strike;
    int first = DRILL_BEFORE / DRILL_WINDOW;
    strike->end = watch->seen.end;
    numbers->rpo_s = strike->end == RESTORATION_UNHEALTHY ? NAN : run->recovery.lost_seconds;
    numbers->rto_s = strike->end == RESTORATION_OPEN ? INFINITY : NAN;
    if (strike->end == RESTORATION_DONE) {
        int64_t rto = watch->seen.window * calendar_ns(DRILL_WINDOW);
        numbers->rto_s = (double)rto / 1e9;
        split(numbers, &run->recovery, rto);
    }
    for (int i = first; i < run->window_count && i < first + watch->seen.seen; i++) {
        numbers->failed += run->windows[i].failed;
    }
}

/* The moment of a drill, in whole seconds of the horizon. */
static double moment_of(const struct drilling *drilling, const struct drill_ask *ask, int replication)
{
    char purpose[96];
    snprintf(purpose, sizeof purpose, "drill %s", ask->kind);
    struct stream stream =
        stream_open(drilling->study->options.seed, replication, component_of(drilling, ask), purpose);
    return floor(stream_uniform(&stream) * drilling->environment->plan.horizon);
}

static void simulate(const struct drilling *drilling, const struct trial *trial, struct strike *strike)
{
    struct watch *watch = arena_new(strike->arena, struct watch);
    struct trial watched = *trial;
    watched.stop = &watch->stop;
    watch->study = drilling->study;
    watch->bound = drilling->bound;
    watch->node = trial->fault->node;
    struct run *run = trial_open(&watched);
    watch_windows(watch, run);
    run_execute(run);
    strike->problem = trial_problem(&watched, run, strike->arena);
    if (strike->problem == NULL) {
        measure(strike, watch);
    }
    run_close(run);
}

static void *perform(void *context, int job, int thread)
{
    const struct drilling *drilling = context;
    const struct drill_ask *ask = &drilling->ask[job / drilling->replications];
    int replication = job % drilling->replications;
    struct arena *arena = arena_open();
    struct strike *strike = arena_new(arena, struct strike);
    strike->arena = arena;
    strike->strike.at_s = moment_of(drilling, ask, replication);
    struct plan plan = drilling->environment->plan;
    plan.from += strike->strike.at_s - DRILL_BEFORE;
    plan.horizon = DRILL_BEFORE + DRILL_AFTER;
    const struct fault fault = {.kind = drill_kind_named(ask->kind)->fault,
                                .node = ask->node,
                                .part = -1,
                                .zone = -1,
                                .at = calendar_ns(DRILL_BEFORE)};
    struct trial trial = {.study = drilling->study,
                          .plan = &plan,
                          .replication = replication,
                          .thread = thread,
                          .lead = study_lead(&drilling->study->options, plan.horizon),
                          .fault = &fault,
                          .window = DRILL_WINDOW};
    simulate(drilling, &trial, strike);
    odometer_over(drilling->study->odometer, thread, calendar_ns(drill_seconds(drilling->study)));
    return strike;
}

static void drop(void *result)
{
    arena_close(((struct strike *)result)->arena);
}

static bool take(void *context, int job, void *result)
{
    struct drilling *drilling = context;
    struct strike *strike = result;
    struct result_recovery *row = &drilling->into->recovery[job / drilling->replications];
    bool stopped = trial_stopped(drilling->study), sound = strike->problem == NULL;
    if (!stopped && sound) {
        row->strike[row->strike_count++] = strike->strike;
        row->unhealthy += strike->end == RESTORATION_UNHEALTHY;
        row->thin += strike->end == RESTORATION_THIN;
        row->unrestored += strike->end == RESTORATION_OPEN;
    } else if (!stopped) {
        trial_complain(drilling->study, strike->problem);
    }
    drop(strike);
    return !stopped && sound;
}

/* ---- All of them ---- */

/* 1 %, or the environment's own objective on errors. */
static double error_bound(const struct environment *environment)
{
    double bound = 0.01;
    bool own = false;
    for (int i = 0; i < environment->objective_count; i++) {
        const struct objective *objective = environment->objective[i];
        bool upper = objective->operator_ == OBJECTIVE_LESS || objective->operator_ == OBJECTIVE_LESS_EQUAL;
        bool plain =
            objective_scope(objective, "cause") == NULL && objective_scope(objective, "status") == NULL;
        if (upper && plain && text_equal(objective->metric, "errors.rate")) {
            bound = own ? fmin(bound, objective->bound) : objective->bound;
            own = true;
        }
    }
    return bound;
}

static void begin_row(const struct drilling *drilling, int at)
{
    const struct drill_ask *ask = &drilling->ask[at];
    drilling->into->recovery[at] = (struct result_recovery){
        .drill = drill_kind_named(ask->kind)->key,
        .component = component_of(drilling, ask),
        .strike = arena_array(drilling->result->arena, struct result_strike, drilling->replications)};
}

bool drill_environment(const struct study *study, struct result *result, struct result_environment *into,
                       const struct environment *environment)
{
    const struct study_options *options = &study->options;
    int count = 0, replications = options->replications > 0 ? options->replications : STUDY_REPLICATIONS;
    struct drilling drilling = {
        study, result, into, environment, NULL, replications, error_bound(environment)};
    drilling.ask = drill_list(environment, options->drill, options->drill_count, result->arena, &count);
    into->recovery = arena_array(result->arena, struct result_recovery, count);
    into->recovery_count = count;
    for (int i = 0; i < count; i++) {
        begin_row(&drilling, i);
    }
    struct crew_work work = {.count = count * replications,
                             .threads = replicate_threads(study),
                             .context = &drilling,
                             .perform = perform,
                             .take = take,
                             .drop = drop};
    if (!crew_run(&work)) {
        return false;
    }
    recovery_rows(result, into, environment);
    return true;
}
