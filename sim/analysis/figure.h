/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIGURE_H
#define FIGURE_H

/* A figure: a number as people read it in a table, with three significant digits where more would be noise. A dash
   stands for what does not exist (NAN), "never" for infinity. All texts are in the arena. */

#include "cost.h"
#include "interval.h"
#include "quantity.h"

#include <stdint.h>

struct arena;

const char *figure_seconds(struct arena *arena,
                           double seconds); /* "850 us", "12.3 ms", "1.52 s", "12 min 10 s" */
const char *figure_count(struct arena *arena, double count);  /* "1,234,567", "12.3" */
const char *figure_share(struct arena *arena, double share);  /* "0.0123 %", "71.2 %" */
const char *figure_money(struct arena *arena, int64_t cents); /* "1,234.56" */

/* A value in its base unit, as its kind is usually shown. */
const char *figure_of(struct arena *arena, double value, enum unit unit);

/* Both ends of an interval, "480 ms to 512 ms"; a dash when unknown. */
const char *figure_range(struct arena *arena, struct interval interval, enum unit unit);
const char *figure_money_range(struct arena *arena, const struct cost_money *money);

#endif
