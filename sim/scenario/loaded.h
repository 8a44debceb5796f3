/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOADED_H
#define LOADED_H

/* What is kept of a scenario besides what its readers see: which file each profile came from. */

#include "inputs.h"
#include "scenario.h"

struct loaded {
    struct scenario scenario; /* first: a scenario is part of one of these */
    struct inputs *inputs;
};

#endif
