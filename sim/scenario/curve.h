/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CURVE_H
#define CURVE_H

/* A profile: a CSV file with the columns `time,factor`, linear between its points and wrapping at the end of
   its period.

   Times are h:mm or seconds and begin at 0. Times as h:mm repeat after the least number of whole days that
   holds them, so 0:00 to 23:00 is a day; a last point at exactly that end must repeat the first. Times in
   seconds repeat after the last one and one more spacing, which is how evenly spaced samples are meant.
   Factors are 0 to 1, or 0% to 100%. */

#include "inputs.h"

/* The profile at `path`; NULL after complaints. `place` is where it is named. */
const struct curve *curve_read(struct inputs *inputs, const char *path, struct place place);

#endif
