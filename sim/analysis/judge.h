/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JUDGE_H
#define JUDGE_H

/* A judge: holds objectives against a result, just simulated or read from a file.

   An objective speaks of the rows of the samples that agree with its scopes. Unscoped latency, requests, errors and cost
   are of everything together; unscoped nodes, scaling and recovery are of each row, and the worst counts. A row holds
   when its whole 95 % interval does, is missed when the whole interval is on the other side, and is undecided in
   between; without an interval (one replication, or a quantile of few drills) the value alone decides. Not restored is a
   miss of every upper bound. What was not measured (no drills, no request ended well) is undecided, never met. */

#include "result.h"

struct diag;

/* The verdict on one objective in one environment. */
struct result_objective judge_objective(const struct result_environment *environment,
                                        const struct objective *objective, struct arena *arena);

/* Fills in environment->objective for those of `objectives` that speak of it: no env scope, or its name. */
void judge_environment(struct result *result, struct result_environment *environment,
                       struct objective *const *objectives, int count);

/* How many objectives of all environments have this verdict. */
int judge_count(const struct result *result, enum result_verdict verdict);

/* 0 when every objective is met (or there is none), 3 when one is missed, else 4: the exit status of the gate. */
int judge_status(const struct result *result);

/* Reads the objectives that a run file carries again, and `more` of them (from --require), and judges all anew.
   False after complaints: an unreadable one, or one that speaks of an environment, node or request not in the file. */
bool judge_again(struct result *result, struct objective *const *more, int count, struct diag *diag);

#endif
