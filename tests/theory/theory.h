/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THEORY_H
#define THEORY_H

/* What the simulation is held against: exact results of queueing theory, read from oracles.csv, and intervals from
   independent replications. */

#include <stdbool.h>

enum { THEORY_REPLICATIONS = 20, THEORY_NAME = 160 };

/* One row of the table. Rows with the same model and parameters are answered by the same runs. */
struct oracle {
    char *id, *model, *params, *metric;
    double value;
    double customers; /* simulated in each replication */
    double precision; /* half width that the interval may have at most, relative to the value */
    char name[THEORY_NAME];
    bool sampled;
    double sample[THEORY_REPLICATIONS];
};

/* Reads the table; returns the rows, which the caller keeps until the end, and their number. */
struct oracle *theory_read(const char *file, int *count);

/* A parameter: `key=value` among the row's, split by blanks; of a list `a|b|c` the item `index`. NULL and NAN when it is
   not there. The text is only good until the next call. */
const char *theory_text(const struct oracle *oracle, const char *key, int index);
double theory_number(const struct oracle *oracle, const char *key, int index);

/* The 99.99 % interval of the mean, from Student's t. */
struct interval {
    double mean, half;
};
struct interval theory_interval(const double *sample, int count);

/* Fails unless the interval of the sample holds the value, widened by `rounding` of it for what buckets of histograms
   and nanoseconds round off, and is no wider than `precision` says. */
void theory_assert(const char *what, const double *sample, double value, double precision, double rounding);

#endif
