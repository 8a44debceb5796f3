/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LISTING_H
#define LISTING_H

/* `headroom list`: what there is to name in a scenario or an objective. */

#include <stdbool.h>

struct arena;

/* Lists models (also without words), prices, drills or metrics; further words filter: each must be part of the line.
   False, after a complaint on stderr, when there is no such list. */
bool listing(const char *const *words, int count, struct arena *arena);

#endif
