/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROWS_H
#define ROWS_H

/* The rows of latency, errors, nodes and scaling, made from an environment's samples. */

#include "plan.h"
#include "result.h"

/* Fills them in. Of scaling it keeps the rows of nodes that ever changed capacity. */
void rows_fill(struct result *result, struct result_environment *environment, const struct plan *plan);

/* The share of all requests that had not ended at the horizon; more than ROWS_UNFINISHED of them is noted, and no upper
   bound on latency or errors counts as met then. */
#define ROWS_UNFINISHED 0.01
double rows_unfinished(const struct result_environment *environment);

#endif
