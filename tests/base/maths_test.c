/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <assert.h>
#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "maths.h"

enum { POINTS = 1000000 };

/* The oracle is the long double of the machine, which has 11 bits more than a double. */
static_assert(LDBL_MANT_DIG >= 64, "the oracle must be finer than a double");

/* The distance in units in the last place of the exact result. */
static double ulps(double got, long double exact)
{
    int exponent;
    frexp((double)exact, &exponent);
    return (double)(fabsl(got - exact) / ldexp(1, exponent - 53 < -1074 ? -1074 : exponent - 53));
}

/* The largest error of `ours` over random points of [low, high], held against `limit`. */
static void within(double (*ours)(double), long double (*exact)(long double), double low, double high,
                   double limit)
{
    uint64_t random = 1;
    double worst = 0, where = 0;
    for (int i = 0; i < POINTS; i++) {
        double x = testing_uniform(&random, low, high), error = ulps(ours(x), exact(x));
        if (error <= worst) continue;
        worst = error;
        where = x;
    }
    print_message("[%g, %g]: %.4f ulp at %.17g\n", low, high, worst, where);
    assert_true(worst <= limit);
}

static void exp_to_the_last_place(void **state)
{
    (void)state;
    within(maths_exp, expl, -708, 709.78, 0.57);
    within(maths_exp, expl, -1, 1, 0.57);
    within(maths_exp, expl, -745.1, -708, 0.8); /* denormal results are rounded twice */
    assert_true(maths_exp(0) == 1);
    assert_true(maths_exp(-INFINITY) == 0);
    assert_true(maths_exp(-746) == 0);
    assert_true(maths_exp(-745) == 0x1p-1074);
    assert_true(isinf(maths_exp(709.79)));
    assert_true(isinf(maths_exp(709.783)));
    assert_true(isinf(maths_exp(INFINITY)));
    assert_true(isnan(maths_exp(NAN)));
}

static double log_of_power(double x)
{
    return maths_log(ldexp(1 + fmod(fabs(x), 1), (int)x));
}

static long double log_of_power_exact(long double x)
{
    return logl(ldexpl(1 + fmodl(fabsl(x), 1), (int)x));
}

static void log_to_the_last_place(void **state)
{
    (void)state;
    within(maths_log, logl, 0, 1, 0.51);
    within(maths_log, logl, 0.5, 2, 0.51);
    within(maths_log, logl, 0.98, 1.02, 0.51);
    within(maths_log, logl, 1 - 1e-9, 1 + 1e-9, 0.51);
    within(log_of_power, log_of_power_exact, -1021, 1023, 0.51);
    assert_true(maths_log(1) == 0);
    assert_true(maths_log(0) == -INFINITY);
    assert_true(maths_log(-0.0) == -INFINITY);
    assert_true(maths_log(INFINITY) == INFINITY);
    assert_true(isnan(maths_log(-1)));
    assert_true(isnan(maths_log(-INFINITY)));
    assert_true(isnan(maths_log(NAN)));
    assert_true(ulps(maths_log(0x1p-1074), logl(0x1p-1074L)) < 0.51);
    assert_true(ulps(maths_log(0x1.fffffffffffffp-1023), logl(0x1.fffffffffffffp-1023L)) < 0.51);
    assert_true(ulps(maths_log(0x1.fffffffffffffp+1023), logl(0x1.fffffffffffffp+1023L)) < 0.51);
}

static void expm1_and_log1p(void **state)
{
    (void)state;
    within(maths_expm1, expm1l, -2, 2, 2.5);
    within(maths_expm1, expm1l, -1e-6, 1e-6, 2.5);
    within(maths_log1p, log1pl, -1, 10, 1.5);
    within(maths_log1p, log1pl, -1e-6, 1e-6, 1.5);
    assert_true(maths_expm1(0) == 0);
    assert_true(maths_expm1(-INFINITY) == -1);
    assert_true(maths_expm1(INFINITY) == INFINITY);
    assert_true(maths_expm1(1e-300) == 1e-300);
    assert_true(isnan(maths_expm1(NAN)));
    assert_true(maths_log1p(0) == 0);
    assert_true(maths_log1p(-1) == -INFINITY);
    assert_true(maths_log1p(INFINITY) == INFINITY);
    assert_true(maths_log1p(-1e-300) == -1e-300);
    assert_true(isnan(maths_log1p(-1.5)));
    assert_true(isnan(maths_log1p(NAN)));
}

static void pow_within(double least, double most, double exponent, double limit)
{
    uint64_t random = 2;
    double worst = 0;
    for (int i = 0; i < POINTS; i++) {
        double x = testing_uniform(&random, least, most);
        double y = testing_uniform(&random, -exponent, exponent) / fmax(fabs(log(x)), 1e-9);
        double error = ulps(maths_pow(x, y), powl(x, y));
        if (error > worst) worst = error;
    }
    print_message("x^y for x in [%g, %g], |y ln x| < %g: %.4f ulp\n", least, most, exponent, worst);
    assert_true(worst <= limit);
}

static void pow_to_the_last_place(void **state)
{
    (void)state;
    pow_within(1e-9, 10, 20, 0.6);
    pow_within(0.9, 1.1, 20, 0.6);
    pow_within(1e-9, 1e9, 708, 0.8);
    pow_within(0.95, 1.05, 708, 1.05);
}

static void pow_at_its_ends(void **state)
{
    (void)state;
    assert_true(maths_pow(3, 2) == 9);
    assert_true(maths_pow(2, -1074) == 0x1p-1074);
    assert_true(maths_pow(2, 1023) == 0x1p1023);
    assert_true(maths_pow(0x1p-1074, 1) == 0x1p-1074);
    assert_true(maths_pow(4, 0.5) == 2);
    assert_true(maths_pow(1, NAN) == 1);
    assert_true(maths_pow(NAN, 0) == 1);
    assert_true(maths_pow(2, 1e-300) == 1);
    assert_true(maths_pow(2, 1024) == INFINITY);
    assert_true(maths_pow(2, -1080) == 0);
    assert_true(maths_pow(2, INFINITY) == INFINITY);
    assert_true(maths_pow(0.5, INFINITY) == 0);
    assert_true(maths_pow(2, -INFINITY) == 0);
    assert_true(maths_pow(0.5, -INFINITY) == INFINITY);
    assert_true(maths_pow(0, 2) == 0);
    assert_true(maths_pow(0, -2) == INFINITY);
    assert_true(maths_pow(INFINITY, 2) == INFINITY);
    assert_true(maths_pow(INFINITY, -2) == 0);
    assert_true(isnan(maths_pow(-1, 2)));
    assert_true(isnan(maths_pow(NAN, 2)));
    assert_true(isnan(maths_pow(2, NAN)));
}

/* From the nearest quarter, so that the oracle too keeps its digits near 0. */
static long double cos2pi_exact(long double turns)
{
    const long double two_pi = 6.283185307179586476925286766559L;
    long double fraction = fabsl(turns) - floorl(fabsl(turns));
    int quarter = (int)(fraction * 4 + 0.5L);
    long double t = two_pi * (fraction - quarter * 0.25L);
    switch (quarter % 4) {
    case 0: return cosl(t);
    case 1: return -sinl(t);
    case 2: return -cosl(t);
    default: return sinl(t);
    }
}

static void cosine_of_turns(void **state)
{
    (void)state;
    within(maths_cos2pi, cos2pi_exact, 0, 1, 2);
    within(maths_cos2pi, cos2pi_exact, -1000, 1000, 2);
    within(maths_cos2pi, cos2pi_exact, 0.2499, 0.2501, 2);
    for (int quarter = -8; quarter <= 8; quarter++)
        assert_true(maths_cos2pi(quarter * 0.25) == (quarter % 2 ? 0 : quarter % 4 ? -1 : 1));
    assert_true(maths_cos2pi(0x1p51 + 0.5) == -1);
    assert_true(maths_cos2pi(0x1p60) == 1);
    assert_true(isnan(maths_cos2pi(INFINITY)));
    assert_true(isnan(maths_cos2pi(NAN)));
}

static double lgamma_of_exp(double x)
{
    return maths_lgamma(maths_exp(x));
}

static long double lgamma_of_exp_exact(long double x)
{
    return lgammal(maths_exp((double)x));
}

static void log_gamma(void **state)
{
    (void)state;
    within(maths_lgamma, lgammal, 0, 3, 8);
    within(maths_lgamma, lgammal, 3, 100, 3);
    within(lgamma_of_exp, lgamma_of_exp_exact, -30, 300, 8);
    for (double x = 0.01; x < 50; x += 0.037) testing_near(maths_lgamma(x), gsl_sf_lngamma(x), 1e-12);
    assert_true(maths_lgamma(1) == 0);
    assert_true(maths_lgamma(2) == 0);
    assert_true(maths_lgamma(0) == INFINITY);
    assert_true(maths_lgamma(INFINITY) == INFINITY);
    assert_true(isnan(maths_lgamma(-0.5)));
    assert_true(isnan(maths_lgamma(NAN)));
}

static void normal_quantile(void **state)
{
    (void)state;
    uint64_t random = 4;
    for (int i = 0; i < 100000; i++) {
        double p = testing_uniform(&random, 0, 1);
        testing_near(maths_normal_quantile(p), gsl_cdf_ugaussian_Pinv(p), 2e-15);
        double tail = exp(testing_uniform(&random, -700, -1));
        testing_near(maths_normal_quantile(tail), gsl_cdf_ugaussian_Pinv(tail), 2e-15);
    }
    testing_near(maths_normal_quantile(0.99), 2.3263478740408412, 5e-16);
    testing_near(maths_normal_quantile(0.975), 1.9599639845400543, 5e-16);
    testing_near(maths_normal_quantile(1e-20), -9.262340089798408, 5e-16);
    assert_true(maths_normal_quantile(0.5) == 0);
    assert_true(maths_normal_quantile(0) == -INFINITY);
    assert_true(maths_normal_quantile(1) == INFINITY);
    assert_true(isnan(maths_normal_quantile(-0.1)));
    assert_true(isnan(maths_normal_quantile(1.1)));
    assert_true(isnan(maths_normal_quantile(NAN)));
}

static uint64_t mix(uint64_t hash, double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (hash ^ bits) * UINT64_C(0x100000001b3);
}

/* The bits of many results, the same for every compiler, level of optimisation and machine. */
static void bits_are_fixed(void **state)
{
    (void)state;
    uint64_t random = 6, hash = UINT64_C(0xcbf29ce484222325);
    for (int i = 0; i < 100000; i++) {
        double p = testing_uniform(&random, 0, 1), x = testing_uniform(&random, -30, 30);
        hash = mix(hash, maths_exp(x));
        hash = mix(hash, maths_log(p));
        hash = mix(hash, maths_expm1(x));
        hash = mix(hash, maths_log1p(-p));
        hash = mix(hash, maths_pow(p, x));
        hash = mix(hash, maths_cos2pi(x));
        hash = mix(hash, maths_lgamma(30 + x));
        hash = mix(hash, maths_normal_quantile(p));
        hash = mix(hash, maths_sqrt(p));
    }
    assert_int_equal(hash, UINT64_C(0xabff1a90d1477a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exp_to_the_last_place),
        cmocka_unit_test(log_to_the_last_place),
        cmocka_unit_test(expm1_and_log1p),
        cmocka_unit_test(pow_to_the_last_place),
        cmocka_unit_test(pow_at_its_ends),
        cmocka_unit_test(cosine_of_turns),
        cmocka_unit_test(log_gamma),
        cmocka_unit_test(normal_quantile),
        cmocka_unit_test(bits_are_fixed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
