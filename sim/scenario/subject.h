/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUBJECT_H
#define SUBJECT_H

/* The subject of an objective: that the nodes, requests, causes and outputs it names are there, in the
   environment where it is to hold. */

#include "objective.h"
#include "run.h"

struct sheet;

/* Checks the names in `objective` against a run of the environment, opened and not executed, and gives the
   bound of an output its unit. `sheet` may be NULL: then services are not told apart. False after a
   complaint. */
bool subject_check(struct objective *objective, const struct run *run, const struct sheet *sheet,
                   struct arena *arena, struct diag *diag);

#endif
