/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPLICATE_H
#define REPLICATE_H

/* Replications of one environment, on threads. Each is a run of its own: opened, simulated, checked, recorded and closed
   before its thread takes the next one, so that no more runs are alive than there are threads. Records are gathered in
   the order of the replications: the same bytes on 1 thread and on 64.

   With a precision asked for, replications are added, half as many again each time, until the half-width of every gated
   metric is within it: relative to its mean or to the objective's bound, whichever is larger, since 2 % of no errors
   is nothing. Gated are the metrics of the objectives on latency, errors, requests and nodes, or, without any,
   latency.mean and latency.p99. */

#include "gather.h"
#include "study.h"

#include <stdbool.h>

/* Simulates the environment into `gather`, which the caller opened and closes. False when a run failed or contradicted
   itself (which replication, seed and environment are in study->diag) or the study was stopped. */
bool replicate_environment(const struct study *study, struct gather *gather);

/* Simulated ns that one replication stands for in the odometer. */
int64_t replicate_ns(const struct study *study, const struct plan *plan);

/* Threads to work with. */
int replicate_threads(const struct study *study);

/* True when every gated metric is as precise as asked for. */
bool replicate_precise(const struct result_environment *environment, const struct environment *from,
                       double precision);

#endif
