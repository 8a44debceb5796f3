/* SPDX-License-Identifier: Apache-2.0 */
#include "maths.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "maths_tables.h"

/* Largest error in units in the last place, asserted in maths_test.c: exp 0.57 (0.8 where the result is
   denormal), log 0.51, pow 1.0, expm1 2.5, log1p 1.5. Each sum below is written in the order in which it is to
   be rounded. */

#define INFINITE ((double)INFINITY)

enum { FRACTION = 52, BIAS = 1023 };
#define SMALLEST_NORMAL (UINT64_C(1) << FRACTION)
#define INFINITE_BITS (UINT64_C(0x7ff) << FRACTION)

static inline uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double double_of(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* 2^exponent for a normal number. */
static inline double power_of_2(int64_t exponent)
{
    return double_of((uint64_t)(exponent + BIAS) << FRACTION);
}

/* A value as the sum of two doubles, the second below half of the last place of the first. */
struct parts {
    double high, low;
};

/* --- exp -------------------------------------------------------------------------------------------- */

#define ROUNDER 0x1.8p52 /* added and taken away again, it rounds to the nearest whole number */

/* exp(x + low) for |x| <= 745.2: with k the nearest multiple of ln2/32 and r the rest,
   2^(k/32) * (1 + r + r^2/2 + ...), where |r| < 0.011 and the first term left out is below 2^-57. */
static inline double exp_of_parts(double x, double low)
{
    double shifted = x * STEPS_PER_UNIT + ROUNDER, steps = shifted - ROUNDER;
    double r = ((x - steps * STEP_HIGH) - steps * STEP_LOW) + low;
    int64_t k = (int64_t)steps, i = k & (EXP_STEPS - 1), exponent = (k - i) >> 5;
    double r2 = r * r;
    double sum = r + exp_table[i].lack + r2 * (0.5 + r * (1 / 6.0));
    sum += r2 * r2 * (1 / 24.0 + r * (1 / 120.0) + r2 * (1 / 720.0));
    double power = exp_table[i].power;
    if (-960 <= exponent && exponent <= 1022) {
        double scale = power * power_of_2(exponent);
        return scale + scale * sum;
    }
    /* The result, or a step on the way, may overflow or be denormal: scale it twice. */
    double half = power_of_2(exponent / 2);
    return (power + power * sum) * half * power_of_2(exponent - exponent / 2);
}

#define EXP_MOST 709.79
#define EXP_LEAST (-745.2)

double maths_exp(double x)
{
    if (EXP_LEAST < x && x < EXP_MOST) return exp_of_parts(x, 0);
    if (x >= EXP_MOST) return INFINITE;
    return x <= EXP_LEAST ? 0 : x;
}

/* --- log -------------------------------------------------------------------------------------------- */

/* x as 2^exponent * z, and z as (1 + r) / reciprocal for an entry of the table. */
struct reduced {
    double r, r_lack;  /* |r| <= 1/64; r_lack is what rounding took from it */
    struct parts base; /* exponent * ln 2 - log(reciprocal); high is a multiple of 2^-42 and exact */
};

#define LOG_START UINT64_C(0x3fe6000000000000) /* 0.6875 */
#define HIGH_HALF ~UINT64_C(0x7ffffff)

/* The product z * reciprocal is exact in two pieces, since the reciprocal has 10 bits. */
static inline struct reduced reduce(uint64_t bits)
{
    uint64_t offset = bits - LOG_START;
    int64_t exponent = (int64_t)offset >> FRACTION;
    uint64_t z = bits - ((uint64_t)exponent << FRACTION);
    uint64_t i = offset >> (FRACTION - 6) & (LOG_STEPS - 1);
    double reciprocal = log_table[i].reciprocal, z_high = double_of(z & HIGH_HALF);
    double first = z_high * reciprocal - 1, second = (double_of(z) - z_high) * reciprocal;
    double r = first + second, k = (double)exponent;
    return (struct reduced){
        r, (first - r) + second, {k * LN2_HIGH + log_table[i].log, k * LN2_LOW + log_table[i].lack}};
}

/* (log(1 + r) - r + r^2/2) / r^3, by its series; the first term left out is below 2^-60 of log(1 + r). */
static inline double log_tail(double r, double r2)
{
    double low = 1 / 3.0 - r * (1 / 4.0) + r2 * (1 / 5.0 - r * (1 / 6.0));
    double high = 1 / 7.0 - r * (1 / 8.0) + r2 * (1 / 9.0 - r * (1 / 10.0));
    return low + r2 * r2 * high;
}

static inline double log_of_bits(uint64_t bits)
{
    struct reduced x = reduce(bits);
    double r2 = x.r * x.r, high = x.base.high + x.r;
    double low = ((x.base.high - high) + x.r) + (x.base.low + x.r_lack);
    return high + (low + (r2 * -0.5 + r2 * x.r * log_tail(x.r, r2)));
}

static inline bool normal(uint64_t bits)
{
    return bits - SMALLEST_NORMAL < INFINITE_BITS - SMALLEST_NORMAL;
}

/* The bits of a positive denormal as if its exponent could go on below the least. */
static uint64_t normalised(double x)
{
    return bits_of(x * 0x1p52) - (UINT64_C(52) << FRACTION);
}

static double log_of_special(double x)
{
    if (x == 0) return -INFINITE;
    if (x < 0) return (double)NAN;
    return isfinite(x) ? log_of_bits(normalised(x)) : x;
}

double maths_log(double x)
{
    uint64_t bits = bits_of(x);
    return normal(bits) ? log_of_bits(bits) : log_of_special(x);
}

/* --- near 0 ----------------------------------------------------------------------------------------- */

/* For small x: u = exp(x) is off by rounding, and so is log(u) from x; the ratio of u - 1 and log(u) is not
   (Higham 2002, Accuracy and Stability of Numerical Algorithms, section 1.14.1). */
double maths_expm1(double x)
{
    double u = maths_exp(x);
    if (!(fabs(x) < 1)) return u - 1;
    return u == 1 ? x : (u - 1) * (x / maths_log(u));
}

/* To log(1 + x rounded) is added what rounding took, to first order. */
double maths_log1p(double x)
{
    double u = 1 + x;
    if (!(0 < u && u < INFINITE)) return maths_log(u);
    double lost = x < 1 ? x - (u - 1) : 1 - (u - x);
    return maths_log(u) + lost / u;
}

/* --- pow -------------------------------------------------------------------------------------------- */

/* The 26 leading bits, whose square is exact. */
static inline double leading(double x)
{
    return double_of(bits_of(x) & HIGH_HALF);
}

/* log(x) to about 65 bits: as log_of_bits, but with r^2/2 exact too. */
static struct parts log_parts(uint64_t bits)
{
    struct reduced x = reduce(bits);
    double r2 = x.r * x.r, r_high = leading(x.r), square = r_high * r_high / 2;
    double first = x.base.high + x.r, high = first - square;
    double low = ((x.base.high - first) + x.r) + (x.base.low + x.r_lack * (1 - x.r));
    low += ((first - high) - square) - (x.r - r_high) * (x.r + r_high) / 2;
    low += r2 * x.r * log_tail(x.r, r2);
    double sum = high + low;
    return (struct parts){sum, (high - sum) + low};
}

/* The product to twice the digits, by halves that multiply exactly (Dekker 1971). */
static struct parts times(double y, struct parts x)
{
    double product = y * x.high, y_high = leading(y), x_high = leading(x.high);
    double y_low = y - y_high, x_low = x.high - x_high;
    double lack = ((y_high * x_high - product) + y_high * x_low + y_low * x_high) + y_low * x_low;
    return (struct parts){product, lack + y * x.low};
}

static double pow_special(double x, double y)
{
    if (x == 1 || y == 0) return 1;
    if (isnan(x) || isnan(y) || x < 0) return (double)NAN;
    if (isinf(y)) return (x > 1) == (y > 0) ? INFINITE : 0;
    return (x > 0) == (y > 0) ? INFINITE : 0; /* x is 0 or infinite */
}

double maths_pow(double x, double y)
{
    if (!(x > 0 && x < INFINITE) || x == 1 || !isfinite(y) || y == 0) return pow_special(x, y);
    uint64_t bits = bits_of(x);
    struct parts log_x = log_parts(normal(bits) ? bits : normalised(x));
    double size = y * log_x.high;
    if (size >= EXP_MOST) return INFINITE;
    if (size <= EXP_LEAST) return 0;
    if (fabs(size) < 0x1p-60) return 1;
    struct parts exponent = times(y, log_x);
    return exp_of_parts(exponent.high, exponent.low);
}

double maths_sqrt(double x)
{
    return sqrt(x);
}
