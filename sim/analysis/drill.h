/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DRILL_H
#define DRILL_H

/* A drill: one thing breaks at a drawn moment, in a simulation of its own, and the clients are watched until they are
   served as before.

   Each replication of a drill draws its moment uniformly within the plan's horizon, from a stream named by drill and
   component, so that no drill moves another's. It simulates, after a lead-in, from 5 minutes before that moment to 45
   minutes after, and stops as soon as the question is answered. The requests that count are those that come by the
   component, as the lead-in shows; where none did, all of them. What "restored" means is in restoration.h. */

#include "fault.h"
#include "scenario.h"

#include <stdbool.h>

struct arena;
struct diag;
struct result;
struct result_environment;
struct study;

enum { DRILL_BEFORE = 5 * 60, DRILL_AFTER = 45 * 60, DRILL_WINDOW = 10 };

/* A row for each kind of drill: what breaks, and where it makes sense. `drills:` of a scenario and `--drill` name
   these keys. */
struct drill_kind {
    const char *key;   /* "task_crash"; NULL ends the table */
    const char *title; /* "task crash" */
    enum fault_kind fault;
    const char *models; /* names it fits, separated by spaces, `*` matches; NULL: the whole environment */
    const char *param;  /* and only nodes whose config has rows under this key; NULL: any */
    bool unasked;       /* part of every run that is not told otherwise */
    const char *help;   /* one sentence */
};
extern const struct drill_kind drill_kinds[];

/* The row of this key, or NULL. */
const struct drill_kind *drill_kind_named(const char *key);

/* True when the kind makes sense for node `node` of the plan, -1 for the environment as a whole. */
bool drill_fits(const struct drill_kind *kind, const struct plan *plan, int node);

/* The drills of an environment: those it asks for, or, if it asks for none, every unasked kind on every node it
   fits, but no zone loss where there is only one zone. With `wanted` all those, unasked or not, whose kind or name is
   among the `wanted_count` words. `*count` is set. */
const struct drill_ask *drill_list(const struct environment *environment, const char *const *wanted,
                                   int wanted_count, struct arena *arena, int *count);

/* Complains of the drills that an environment asks for by name: unknown kinds, kinds that do not fit their node, the same
   one twice. True when there is nothing to complain of. */
bool drill_check(const struct environment *environment, struct diag *diag);

/* Simulates the drills of an environment and fills in into->recovery and the rows recovery.* of its samples. False when a
   run failed (complaints are in study->diag) or was stopped. In drill_run.c. */
bool drill_environment(const struct study *study, struct result *result, struct result_environment *into,
                       const struct environment *environment);

/* Simulated seconds of one replication of a drill, lead-in included: an upper bound. */
double drill_seconds(const struct study *study);

#endif
