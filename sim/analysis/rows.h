/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROWS_H
#define ROWS_H

/* The rows of latency, errors, nodes and scaling, made from an environment's samples. */

#include "plan.h"
#include "result.h"

/* Fills them in. Of scaling it keeps the rows of nodes that ever changed capacity. */
void rows_fill(struct result *result, struct result_environment *environment, const struct plan *plan);

#endif
