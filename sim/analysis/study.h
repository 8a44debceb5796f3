/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STUDY_H
#define STUDY_H

/* A study: a scenario simulated, environment by environment, into a result: replications, cost, drills, objectives.
   This is what a verb that simulates calls:

       struct study study = {.scenario = scenario, .sheet = sheet, .diag = diag, .options = ...};
       struct result *result = study_open(&study, arena);
       for (int i = 0; i < scenario->environment_count; i++) {
           if (study_environment(&study, result, i) != STUDY_DONE) break;
           table_environment(stdout, result, &result->environment[i]);
       }
*/

#include "odometer.h"
#include "result.h"
#include "scenario.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct diag;
struct sheet;

enum { STUDY_REPLICATIONS = 4, STUDY_LEAD_MAX = 30 * 60 };

struct study_options {
    uint64_t seed;    /* up to 2^53, which JSON can hold exactly */
    int replications; /* 0 = STUDY_REPLICATIONS */
    int threads;      /* 0 = one for each processor */
    double
        lead; /* seconds of lead-in; 0 = a quarter of the horizon, at most STUDY_LEAD_MAX; negative = none */
    double precision;      /* 0.02 adds replications until every gated metric is that precise; 0 = no */
    int most_replications; /* with precision; 0 = 16 times `replications` */
    bool no_drills, no_cost;
    bool only_drills; /* nothing but drills: the environment has no latency, cost or usage */
    const char *const
        *drill; /* only these, by kind ("task_crash") or name ("orders: task crash"); none = see drill.h */
    int drill_count;
};

struct study {
    const struct scenario *scenario;
    const struct sheet *sheet; /* NULL only with no_cost */
    struct diag *diag;         /* where errors and warnings of the runs go */
    struct study_options options;
    const volatile sig_atomic_t *stop; /* set by a signal: ends with STUDY_STOPPED; may be NULL */
    struct odometer *odometer;         /* may be NULL */
};

enum study_end {
    STUDY_DONE,
    STUDY_FAILED, /* complaints are in diag: exit status 1 */
    STUDY_STOPPED /* the stop flag was seen: exit status 130; the environment holds nothing */
};

/* An empty result for the study, in `arena`, which must outlive it: what is known before simulating, and one environment
   for each of the scenario's, of which only `name` is filled in. */
struct result *study_open(const struct study *study, struct arena *arena);

/* Simulates environment `at` of the scenario and fills in result->environment[at]. */
enum study_end study_environment(const struct study *study, struct result *result, int at);

/* Simulated ns that an environment will take, replications and drills: its share of odometer.total. More when precision
   asks for more replications, which are added to the total as they come. */
int64_t study_work(const struct study *study, const struct environment *environment);

/* True when a drill of this name or kind can be asked for in `environment`; else complains, with the way out. Used by
   `--drill`. */
bool study_drill_known(const struct study *study, const char *drill);

/* Seconds of lead-in for a horizon under these options. */
double study_lead(const struct study_options *options, double horizon);

#endif
