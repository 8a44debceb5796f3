/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTERVAL_H
#define INTERVAL_H

/* An interval: what independent replications say of a quantity, as their mean and the 95 % confidence interval of the
   true mean by Student's t. One value for each replication, never more: observations within a replication are
   correlated.

   A replication that has nothing to say (NAN: no request ended well, the system was not healthy before the fault) is left
   out of both the mean and the degrees of freedom. With one value left there is no interval: low and high are NAN. With
   none, value is NAN too. An infinite value (never restored) makes the mean infinite and the interval unknown. In
   files NAN and infinity are `null`. */

#include <stdbool.h>

struct interval {
    double value, low, high;
};

struct interval interval_of(const double *values, int count);

/* The same for a quantity that cannot be negative (a duration, a count, a share, money): where no value is below 0, low
   is held at 0. Not for differences. */
struct interval interval_of_amount(const double *values, int count);

/* A value without an interval. */
struct interval interval_point(double value);

/* The ceil(p n)-th smallest of the values (p = 1 is the largest), NANs left out, infinity the largest of all. The
   interval is free of the distribution (Conover, Practical Nonparametric Statistics: order statistics and the
   binomial) and exists only where that many values can carry 95 %: 6 for a median. */
struct interval interval_of_quantile(const double *values, int count, double p);

/* The same interval in another unit. */
struct interval interval_times(struct interval interval, double factor);

/* Half the width; NAN when there is no interval. */
double interval_half(struct interval interval);

/* True when there are both ends. */
bool interval_known(struct interval interval);

/* The 0.975 quantile of Student's t with count - 1 degrees of freedom, to nine decimals, so that it is the same on every
   machine: GSL's last bits are those of the C library. `count` is at least 2. */
double interval_student(int count);

#endif
