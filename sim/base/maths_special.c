/* SPDX-License-Identifier: Apache-2.0 */
#include "maths.h"

#include <math.h>

/* Largest error in units in the last place, asserted in maths_test.c: cosine 2, ln Gamma 8 (3 above 3). */

/* c[0] + c[1] x + ... + c[7] x^7, with short chains of dependence (Estrin 1960). */
static inline double polynomial(const double c[8], double x)
{
    double x2 = x * x;
    double low = (c[0] + c[1] * x) + (c[2] + c[3] * x) * x2;
    double high = (c[4] + c[5] * x) + (c[6] + c[7] * x) * x2;
    return low + high * (x2 * x2);
}

/* --- cosine ----------------------------------------------------------------------------------------- */

/* Taylor series over |t| <= pi/4; the first terms left out are below 2^-58. */
static double cosine(double t)
{
    static const double series[] = {
        -1 / 2.0,       1 / 24.0,        -1 / 720.0,         1 / 40320.0,
        -1 / 3628800.0, 1 / 479001600.0, -1 / 87178291200.0, 1 / 20922789888000.0};
    double square = t * t;
    return 1 + square * polynomial(series, square);
}

static double sine(double t)
{
    static const double series[] = {
        -1 / 6.0,        1 / 120.0,        -1 / 5040.0,          1 / 362880.0,
        -1 / 39916800.0, 1 / 6227020800.0, -1 / 1307674368000.0, 1 / 355687428096000.0};
    double square = t * t;
    return t + t * (square * polynomial(series, square));
}

#define TWO_PI 6.283185307179586

/* The reduction to an eighth of a turn about the nearest quarter is exact. */
double maths_cos2pi(double turns)
{
    if (!isfinite(turns)) return (double)NAN;
    turns = fabs(turns);
    if (turns >= 0x1p53) return 1; /* whole turns all */
    double fraction = turns - (double)(int64_t)turns;
    int quarter = (int)(fraction * 4 + 0.5);
    double t = (fraction - quarter * 0.25) * TWO_PI;
    switch (quarter & 3) {
    case 0: return cosine(t);
    case 1: return -sine(t);
    case 2: return -cosine(t);
    default: return sine(t);
    }
}

/* --- ln Gamma --------------------------------------------------------------------------------------- */

/* ln Gamma(2 + z) for |z| <= 1/2: z (1 - gamma) + sum over n >= 2 of (-1)^n (zeta(n) - 1) z^n / n,
   Abramowitz and Stegun 6.1.33. It keeps its digits where ln Gamma crosses 0. */
static double log_gamma_near_2(double z)
{
    static const double series[] = {
        0.42278433509846713,     0.3224670334241132,     -0.0673523010531981,     0.020580808427784546,
        -0.007385551028673986,   0.0028905103307415234,  -0.001192753911703261,   0.0005096695247430425,
        -0.00022315475845357939, 9.945751278180853e-05,  -4.492623673813314e-05,  2.050721277567069e-05,
        -9.439488275268397e-06,  4.374866789907488e-06,  -2.039215753801366e-06,  9.55141213040742e-07,
        -4.492469198764566e-07,  2.1207184805554665e-07, -1.0043224823968099e-07, 4.7698101693639804e-08,
        -2.2711094608943164e-08, 1.0838659214896955e-08, -5.183475041970047e-09,  2.4836745438024785e-09,
        -1.1921401405860912e-09, 5.731367241678862e-10,  -2.7595228851242334e-10};
    double sum = 0;
    for (int i = (int)(sizeof series / sizeof *series) - 1; i >= 0; i--) sum = sum * z + series[i];
    return z * sum;
}

/* Stirling's series for x >= 10: Abramowitz and Stegun 6.1.40. */
static double log_gamma_stirling(double x)
{
    static const double half_log_two_pi = 0.9189385332046728;
    static const double series[] = {1 / 12.0,   -1 / 360.0,      1 / 1260.0, -1 / 1680.0,
                                    1 / 1188.0, -691 / 360360.0, 1 / 156.0,  -3617 / 122400.0};
    double inverse = 1 / x;
    double correction = inverse * polynomial(series, inverse * inverse);
    return (x - 0.5) * (maths_log(x) - 1) + (half_log_two_pi - 0.5 + correction);
}

/* Between: Gamma(x + 1) = x Gamma(x) brings x to within 1/2 of 2. */
double maths_lgamma(double x)
{
    if (!(x > 0)) return x == 0 ? (double)INFINITY : (double)NAN;
    if (x >= 10) return isinf(x) ? x : log_gamma_stirling(x);
    if (x < 0.5) return log_gamma_near_2(x) - maths_log1p(x) - maths_log(x);
    if (x < 1.5) return log_gamma_near_2(x - 1) - maths_log(x);
    double product = 1;
    for (; x > 2.5; x--) product *= x - 1;
    return log_gamma_near_2(x - 2) + maths_log(product);
}

/* --- the normal quantile ---------------------------------------------------------------------------- */

static double near_middle(double q)
{
    static const double a[] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                               1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                               3.3430575583588128105e4, 2.5090809287301226727e3};
    static const double b[] = {1.0000000000000000000e0, 4.2313330701600911252e1, 6.8718700749205790830e2,
                               5.3941960214247511077e3, 2.1213794301586595867e4, 3.9307895800092710610e4,
                               2.8729085735721942674e4, 5.2264952788528545610e3};
    double r = 0.180625 - q * q;
    return q * polynomial(a, r) / polynomial(b, r);
}

static double in_tail(double r)
{
    static const double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                               3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                               2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double d[] = {1.0000000000000000000e0,   2.05319162663775882187e0,
                               1.67638483018380384940e0,  6.89767334985100004550e-1,
                               1.48103976427480074590e-1, 1.51986665636164571966e-2,
                               5.47593808499534494600e-4, 1.05075007164441684324e-9};
    return polynomial(c, r) / polynomial(d, r);
}

static double in_far_tail(double r)
{
    static const double e[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                               1.78482653991729133580e0,  2.96560571828504891230e-1,
                               2.65321895265761230930e-2, 1.24266094738807843860e-3,
                               2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double f[] = {1.0000000000000000000e0,   5.99832206555887937690e-1,
                               1.36929880922735805310e-1, 1.48753612908506148525e-2,
                               7.86869131145613259100e-4, 1.84631831751005468180e-5,
                               1.42151175831644588870e-7, 2.04426310338993978564e-15};
    return polynomial(e, r) / polynomial(f, r);
}

/* Wichura (1988), algorithm AS 241, PPND16: relative error below 5e-16 as computed here. */
double maths_normal_quantile(double p)
{
    double q = p - 0.5;
    if (fabs(q) <= 0.425) return near_middle(q);
    double tail = q < 0 ? p : 1 - p;
    if (!(tail > 0)) return tail == 0 ? (q < 0 ? -(double)INFINITY : (double)INFINITY) : (double)NAN;
    double r = maths_sqrt(-maths_log(tail));
    double size = r <= 5 ? in_tail(r - 1.6) : in_far_tail(r - 5);
    return q < 0 ? -size : size;
}
