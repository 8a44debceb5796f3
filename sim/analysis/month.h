/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MONTH_H
#define MONTH_H

/* A month of 730 hours, and what a simulated span says about it.

   Where the span is whole days and whole periods of every profile, usage is taken to go on like that: it scales by
   time. Where it is less, levels (task hours, GB-hours) scale by time all the same, but counts and sums follow the load:
   they scale by time and by the mean load factor over a whole period, divided by that over the simulated window. */

#include "meter.h"
#include "plan.h"

struct arena;

#define MONTH_HOURS 730.0

struct month {
    double time;      /* months in a span: factor for levels */
    double load;      /* factor for counts and sums, `time` included */
    const char *note; /* a sentence when the bill is extrapolated, else NULL */
};

/* How the plan's span scales. The profiles are found in the configs of client nodes (PARAM_CURVE, at any depth of
   groups), each weighted by the config's `rate`, 1 if there is none; a client without a profile is a constant load. */
struct month month_of(const struct plan *plan, struct arena *arena);

/* A month's quantity of a meter that counted `total` in the span; METER_MONTHLY is what it says. */
double month_quantity(const struct month *month, const struct meter *meter, double total);

/* Mean load factor of the plan's clients between two moments, in seconds since the simulated start; 1 where no client
   has a profile. */
double month_load(const struct plan *plan, double from, double to);

/* The mean of a profile over the span from `from` to `to`, seconds on its own clock; exact for straight lines. */
double month_curve_mean(const struct curve *curve, double from, double to);

#endif
