/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DEFAULTS_H
#define DEFAULTS_H

/* Configs as the reader would leave them when a user wrote nothing: every default of a table. */

#include "param.h"

struct arena;

/* Fills `config` with the defaults of `params`; rows without one, and lists, stay as they are. */
void defaults_apply(const struct param *params, void *config, struct arena *arena);

#endif
