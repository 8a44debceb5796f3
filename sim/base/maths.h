/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MATHS_H
#define MATHS_H

/* Our own exp, log and friends, because results depend on their last bits and glibc's differ between machines
   with and without FMA. Built only from + - * / sqrt and integer operations, which IEEE 754 fixes. Exp, log
   and pow are accurate to 1 ulp, the others to a few (asserted in tests against long double and GSL). Outside
   its domain a function returns NaN, at the edge and on overflow infinity. */

#include <stdint.h>

double maths_exp(double x);
double maths_log(double x);
/* exp(x) - 1 and log(1 + x), exact to a few ulp near 0 too. */
double maths_expm1(double x);
double maths_log1p(double x);
/* x to the power y, for x > 0. */
double maths_pow(double x, double y);
double maths_sqrt(double x);       /* IEEE exact: the machine's own */
double maths_cos2pi(double turns); /* cos(2 pi turns); exact at quarters */

/* ln Gamma(x) for x > 0. */
double maths_lgamma(double x);

/* Quantile of the standard normal distribution, 0 < p < 1 (Wichura 1988, AS 241, PPND16). */
double maths_normal_quantile(double p);

#endif
