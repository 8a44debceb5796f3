/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DIST_H
#define DIST_H

/* Distributions of a non-negative quantity, as a user writes them:

     deterministic(5ms)  exponential(5ms)  uniform(1ms 9ms)  erlang(4 5ms)  gamma(mean 5ms cv 2)
     lognormal(p50 6ms p99 30ms)  lognormal(mean 12ms cv 0.8)  weibull(p50 6ms p99 30ms)
     pareto(alpha 2.5 min 1ms)  hyperexponential(mean 5ms cv 2)  empirical(file.csv)  recorded  none
     gamma(shape 2 scale 3ms)  lognormal(p50 6ms sigma 0.7)  weibull(shape 0.8 scale 10ms)

   A bare quantity is deterministic. Commas and spaces both separate. Any number inside may be uncertain:
   `[4ms 6ms 11ms]` is low, mid and high, of which the mid is used and the range reported. Drawing is in the
   engine's stream.h, which owns random numbers. */

#include "quantity.h"

struct arena;

enum dist_kind {
    DIST_NONE,             /* nothing: always 0 */
    DIST_DETERMINISTIC,    /* a = value */
    DIST_UNIFORM,          /* a = low, b = width */
    DIST_EXPONENTIAL,      /* a = mean */
    DIST_ERLANG,           /* a = mean of one stage, b = number of stages */
    DIST_GAMMA,            /* a = shape, b = scale */
    DIST_LOGNORMAL,        /* a = mu, b = sigma */
    DIST_WEIBULL,          /* a = 1/shape, b = scale */
    DIST_PARETO,           /* a = 1/alpha, b = minimum */
    DIST_HYPEREXPONENTIAL, /* balanced means: a = p, b = mean of branch 1, c = mean of branch 2 */
    DIST_EMPIRICAL, /* a = factor (1 as read), values: sorted sample; linear between order statistics */
    DIST_RECORDED   /* a = factor (1 as read) on the demand that the request brought with it from a trace */
};

struct dist {
    enum dist_kind kind;
    double a, b, c;
    double mean, scv; /* mean, and squared coefficient of variation (infinite where the variance is; both NaN
                         for DIST_RECORDED, which only the trace knows) */
    const double *values;
    int64_t count;
    const char *text; /* as written */
};

/* A number inside that was given as a range: one for each, in order of appearance. */
struct dist_range {
    const char *name; /* "p50", "mean", ... */
    double low, mid, high;
};

/* Reads `text`; numbers are of kind `unit` (usually UNIT_SECOND). `folder` is where empirical files are looked
   for. Files, values and texts are kept in `arena`. At most `*ranges_count` ranges are stored, and it is set to
   how many there were. On failure returns false with a phrase in *problem (kept in the arena). */
bool dist_parse(const char *text, enum unit unit, const char *folder, struct arena *arena, struct dist *dist,
                struct dist_range *ranges, int *ranges_count, const char **problem);

/* The value at probability p, 0 < p < 1; used by tests and by analytic checks. */
double dist_quantile(const struct dist *dist, double p);

/* The distribution of a quantity `factor` times as large; `text` stays as written. */
struct dist dist_scaled(struct dist dist, double factor);

#endif
