/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENVIRONMENT_H
#define ENVIRONMENT_H

/* One environment: from its tree to its plan, with everything about it checked. */

#include "inputs.h"
#include "layers.h"
#include "scenario.h"

/* What all environments of a scenario share while they are made. */
struct environment_maker {
    struct inputs *inputs;
    const struct layers *layers;
    const struct scenario_options *options;
    const struct sheet *sheet; /* may be NULL: then prices are not looked for */
    struct arena *arena;
    struct diag *diag;
};

/* Makes the environment called `name` from its tree. Complaints say what is wrong with it. */
void environment_make(const struct environment_maker *maker, const char *name, const struct tree *root,
                      struct environment *environment);

#endif
