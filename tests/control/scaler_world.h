/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SCALER_WORLD_H
#define SCALER_WORLD_H

/* A scaler with a clock, and a service that does at once what it is told. */

#include "scaler.h"

struct arena;

enum { WORLD_POLICIES = 4 };
#define WORLD_SECOND INT64_C(1000000000)
#define WORLD_MINUTE (60 * WORLD_SECOND)

struct world {
    struct arena *arena;
    struct policy policy[WORLD_POLICIES];
    struct policy_scaling scaling;
    struct policy_step step[WORLD_POLICIES]; /* one for each policy, enough for most tests */
    struct scaler scaler;
    struct scaler_target target;
    struct scaler_decision decision; /* the latest */
    int decisions;
    double value[WORLD_POLICIES]; /* of each metric, until changed; NAN = missing */
    int64_t now, changed;         /* ns; of the latest decision */
    bool stuck;                   /* what is launched never runs */
};

/* `policies` policies with every default, 2 to 100 units, no delay of the metrics. Change them, then
   world_start. */
void world_open(struct world *world, int policies);
void world_close(struct world *world);

/* Policy i as target tracking on a metric, or as a step policy with one step of `adjustment` beyond a
   threshold. */
struct policy *world_track(struct world *world, int i, const char *metric, double target);
struct policy *world_step_above(struct world *world, int i, const char *metric, double threshold,
                                double adjustment);
struct policy *world_step_below(struct world *world, int i, const char *metric, double threshold,
                                double adjustment);

/* Opens the scaler at time 0 with this many units. */
void world_start(struct world *world, int64_t running);

/* Lets time pass; decisions are carried out. True when there was at least one. */
bool world_pass(struct world *world, double seconds);

/* The same until the first decision. False when there was none within `seconds`. */
bool world_await(struct world *world, double seconds);

#endif
