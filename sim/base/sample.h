/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SAMPLE_H
#define SAMPLE_H

/* A sample: measured values from a file, in order of size. What lies between two neighbours is taken to be
   evenly likely, so the quantile function is linear between order statistics, and mean and scv are those of
   that distribution. */

#include "quantity.h"

struct arena;

struct sample {
    const double *values;
    int64_t count; /* at least 2 */
    double mean, scv;
};

/* Reads a text file of one number per line, with a unit or plain in the base unit; blank lines, lines that
   start with `#` and one line of header are skipped. False with a phrase in *problem when the file cannot be
   read, a line is no number, or there are fewer than 2 or more than 1,000,000. Kept in `arena`. */
bool sample_read(const char *path, enum unit unit, struct arena *arena, struct sample *sample,
                 const char **problem);

/* The value at probability p, 0 <= p <= 1. */
double sample_quantile(const double *values, int64_t count, double p);

#endif
