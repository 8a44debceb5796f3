/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPLAIN_H
#define EXPLAIN_H

/* What a model or one of its parameters means: all from the tables. */

#include <stdbool.h>

struct arena;

/* Prints a model, or with a dot a parameter: `sqs_queue`, `sqs_queue.visibility_timeout`,
   `ecs_service.scaling.policies.target_value`. False after a complaint on stderr. */
bool explain(const char *what, struct arena *arena);

/* The smallest scenario that uses the model. False after a complaint on stderr. */
bool explain_example(const char *name);

#endif
