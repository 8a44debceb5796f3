/* SPDX-License-Identifier: Apache-2.0 */
#include "dist.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "maths.h"
#include "sample.h"

/* --- the gamma distribution ------------------------------------------------------------------------- */

/* P(shape, x) and Q(shape, x) = 1 - P. Only the smaller is accurate to its own last digits. */
struct tails {
    double below, above;
};

/* x^shape e^-x / Gamma(shape). */
static double gamma_weight(double shape, double x)
{
    return maths_exp(shape * maths_log(x) - x - maths_lgamma(shape));
}

/* The power series of P, for x below shape + 1: Abramowitz and Stegun 6.5.29. */
static double gamma_series(double shape, double x)
{
    double term = 1 / shape, sum = term;
    for (double n = shape + 1; term > sum * 0x1p-56; n++) {
        term *= x / n;
        sum += term;
    }
    return sum * gamma_weight(shape, x);
}

/* The continued fraction of Q, for x above shape + 1: Abramowitz and Stegun 6.5.31 in its even form, worked out
   forwards by the method of Lentz (1976). */
static double gamma_fraction(double shape, double x)
{
    double b = x + 1 - shape, c = 0x1p1000, d = 1 / b, product = d, step = 0;
    for (double i = 1; fabs(step - 1) > 0x1p-50; i++) {
        double a = -i * (i - shape);
        b += 2;
        d = 1 / (a * d + b);
        c = b + a / c;
        step = c * d;
        product *= step;
    }
    return product * gamma_weight(shape, x);
}

static struct tails gamma_tails(double shape, double x)
{
    if (x <= 0) return (struct tails){0, 1};
    if (isinf(x)) return (struct tails){1, 0};
    if (x < shape + 1) {
        double below = gamma_series(shape, x);
        return (struct tails){below, 1 - below};
    }
    double above = gamma_fraction(shape, x);
    return (struct tails){1 - above, above};
}

/* --- quantiles -------------------------------------------------------------------------------------- */

static struct tails hyperexponential_tails(const struct dist *dist, double x)
{
    double p = dist->a, q = 1 - p, first = -x / dist->b, second = -x / dist->c;
    double below = -p * maths_expm1(first) - q * maths_expm1(second);
    return (struct tails){below, p * maths_exp(first) + q * maths_exp(second)};
}

static struct tails tails_at(const struct dist *dist, double x)
{
    switch (dist->kind) {
    case DIST_ERLANG: return gamma_tails(dist->b, x / dist->a);
    case DIST_GAMMA: return gamma_tails(dist->a, x / dist->b);
    case DIST_HYPEREXPONENTIAL: return hyperexponential_tails(dist, x);
    default: abort();
    }
}

/* True when the quantile of p lies above x, judged by the smaller tail, which is the exact one. */
static bool lies_above(const struct dist *dist, double p, double x)
{
    struct tails tails = tails_at(dist, x);
    return p < 0.5 ? tails.below < p : tails.above > 1 - p;
}

#define LEAST 0x1p-1000

/* Bisection between two bounds, one twice the other; 0 when the quantile is too small for a double. */
static double bisect(const struct dist *dist, double p)
{
    double high = dist->mean;
    while (lies_above(dist, p, high)) high *= 2;
    while (high > LEAST && !lies_above(dist, p, high / 2)) high /= 2;
    if (high <= LEAST) return 0;
    for (double low = high / 2;;) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) return middle;
        *(lies_above(dist, p, middle) ? &low : &high) = middle;
    }
}

double dist_quantile(const struct dist *dist, double p)
{
    assert(0 < p && p < 1);
    double survivors = -maths_log1p(-p); /* the quantile of exponential(1) */
    switch (dist->kind) {
    case DIST_NONE: return 0;
    case DIST_DETERMINISTIC: return dist->a;
    case DIST_UNIFORM: return dist->a + dist->b * p;
    case DIST_EXPONENTIAL: return dist->a * survivors;
    case DIST_LOGNORMAL: return maths_exp(dist->a + dist->b * maths_normal_quantile(p));
    case DIST_WEIBULL: return dist->b * maths_pow(survivors, dist->a);
    case DIST_PARETO: return dist->b * maths_exp(dist->a * survivors);
    case DIST_EMPIRICAL: return dist->a * sample_quantile(dist->values, dist->count, p);
    case DIST_RECORDED: return (double)NAN;
    case DIST_ERLANG:
    case DIST_GAMMA:
    case DIST_HYPEREXPONENTIAL: return bisect(dist, p);
    }
    abort();
}

/* --- scaling ---------------------------------------------------------------------------------------- */

struct dist dist_scaled(struct dist dist, double factor)
{
    assert(factor >= 0 && isfinite(factor));
    if (dist.kind == DIST_NONE) return dist;
    if (factor == 0) return (struct dist){.kind = DIST_DETERMINISTIC, .text = dist.text};
    dist.mean *= factor;
    switch (dist.kind) {
    case DIST_NONE: break;
    case DIST_LOGNORMAL: dist.a += maths_log(factor); break;
    case DIST_UNIFORM: dist.a *= factor, dist.b *= factor; break;
    case DIST_HYPEREXPONENTIAL: dist.b *= factor, dist.c *= factor; break;
    case DIST_GAMMA:
    case DIST_WEIBULL:
    case DIST_PARETO: dist.b *= factor; break;
    case DIST_DETERMINISTIC:
    case DIST_EXPONENTIAL:
    case DIST_ERLANG:
    case DIST_EMPIRICAL:
    case DIST_RECORDED: dist.a *= factor; break;
    }
    return dist;
}
