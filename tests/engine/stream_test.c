/* SPDX-License-Identifier: Apache-2.0 */
#include "near.h"
#include "stream.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_erf.h>

enum { DRAWS = 1000000 };

static double exponential_f(double x)
{
    return exp(-x);
}

static double normal_f(double x)
{
    return exp(-0.5 * x * x);
}

static void hold_table(const double *x, const double *f, const uint64_t *k, double (*density)(double),
                       double v)
{
    assert_near_share(x[0], v / density(x[1]), 1e-12);
    for (int i = 1; i < 256; i++) { /* equal areas */
        assert_near_share(x[i] * (density(x[i + 1]) - density(x[i])), v, i == 255 ? 1e-7 : 1e-9);
    }
    for (int i = 0; i < 256; i++) {
        assert_near(f[i], density(x[i]), 1e-14);
        assert_near((double)k[i], x[i + 1] / x[i] * 0x1.0p53, 4.0);
    }
    assert_near(x[256], 0.0, 0.0);
}

static void ziggurat_tables_hold_their_equations(void **unused)
{
    (void)unused;
    double re = ziggurat_exponential_x[1], rn = ziggurat_normal_x[1];
    hold_table(ziggurat_exponential_x, ziggurat_exponential_f, ziggurat_exponential_k, exponential_f,
               (re + 1.0) * exp(-re));
    double tail = sqrt(M_PI / 2.0) * gsl_sf_erfc(rn / M_SQRT2);
    hold_table(ziggurat_normal_x, ziggurat_normal_f, ziggurat_normal_k, normal_f,
               rn * exp(-0.5 * rn * rn) + tail);
}

/* Chi-square over 100 equal cells of the distribution function. */
static double chi_square(const int64_t cells[100], int64_t draws)
{
    double sum = 0.0, expected = (double)draws / 100.0;
    for (int i = 0; i < 100; i++) {
        double d = (double)cells[i] - expected;
        sum += d * d / expected;
    }
    return sum;
}

static int cell(double p)
{
    int i = (int)(p * 100.0);
    return i < 0 ? 0 : i > 99 ? 99 : i;
}

/* 99.999 % quantile of chi-square with 99 degrees of freedom: the seed is fixed, so this either holds or not. */
static double bound(void)
{
    return gsl_cdf_chisq_Pinv(0.99999, 99);
}

static void exponential_and_normal_follow_their_distribution(void **unused)
{
    (void)unused;
    struct stream stream = stream_open(1, 0, "node", "test");
    int64_t exponential[100] = {0}, normal[100] = {0};
    for (int i = 0; i < DRAWS; i++) {
        exponential[cell(1.0 - exp(-stream_exponential(&stream)))]++;
        normal[cell(gsl_cdf_ugaussian_P(stream_normal(&stream)))]++;
    }
    assert_true(chi_square(exponential, DRAWS) < bound());
    assert_true(chi_square(normal, DRAWS) < bound());
}

static void tails_follow_their_distribution(void **unused)
{
    (void)unused;
    struct stream stream = stream_open(2, 0, "node", "tail");
    int64_t beyond_e = 0, beyond_n = 0, draws = 20 * (int64_t)DRAWS;
    for (int64_t i = 0; i < draws; i++) {
        beyond_e += stream_exponential(&stream) > 9.0;
        beyond_n += fabs(stream_normal(&stream)) > 4.0;
    }
    double e = (double)draws * exp(-9.0), n = (double)draws * 2.0 * gsl_cdf_ugaussian_Q(4.0);
    assert_near((double)beyond_e, e, 4.5 * sqrt(e));
    assert_near((double)beyond_n, n, 4.5 * sqrt(n));
}

/* The first draws of neighbouring requests, as pairs: 100 x 100 cells must fill evenly. A raw or once-mixed index as state
   fails this by orders of magnitude. */
static void streams_of_neighbouring_requests_are_unrelated(void **unused)
{
    (void)unused;
    static int32_t cells[10000];
    uint64_t node = stream_open(1, 0, "shoppers", "visits").state;
    double last = 0.0;
    for (uint64_t i = 0; i < 4 * (uint64_t)DRAWS; i++) {
        struct stream stream = stream_below(node, i);
        double u = stream_uniform(&stream);
        cells[100 * cell(last) + cell(u)]++;
        last = u;
    }
    double expected = 4.0 * DRAWS / 10000.0, sum = 0.0;
    for (int i = 0; i < 10000; i++) {
        sum += (cells[i] - expected) * (cells[i] - expected) / expected;
    }
    assert_true(sum < gsl_cdf_chisq_Pinv(0.99999, 9999));
    assert_true(sum > gsl_cdf_chisq_Pinv(0.00001, 9999));
}

static void streams_differ_by_seed_replication_node_and_purpose(void **unused)
{
    (void)unused;
    uint64_t base = stream_open(1, 0, "a", "x").state;
    assert_int_not_equal(base, stream_open(2, 0, "a", "x").state);
    assert_int_not_equal(base, stream_open(1, 1, "a", "x").state);
    assert_int_not_equal(base, stream_open(1, 0, "b", "x").state);
    assert_int_not_equal(base, stream_open(1, 0, "a", "y").state);
    assert_int_equal(base, stream_open(1, 0, "a", "x").state);
}

static void moments(const struct dist *dist, double *mean, double *scv)
{
    struct stream stream = stream_open(3, 0, "node", "moments");
    double sum = 0.0, squares = 0.0;
    for (int i = 0; i < DRAWS; i++) {
        double x = stream_draw(&stream, dist, 0.0);
        sum += x;
        squares += x * x;
    }
    *mean = sum / DRAWS;
    *scv = squares / DRAWS / (*mean * *mean) - 1.0;
}

static void every_distribution_has_its_moments(void **unused)
{
    (void)unused;
    static const struct dist dists[] = {
        {.kind = DIST_DETERMINISTIC, .a = 2.0, .mean = 2.0, .scv = 0.0},
        {.kind = DIST_UNIFORM, .a = 1.0, .b = 2.0, .mean = 2.0, .scv = 1.0 / 12.0},
        {.kind = DIST_EXPONENTIAL, .a = 2.0, .mean = 2.0, .scv = 1.0},
        {.kind = DIST_ERLANG, .a = 0.5, .b = 4.0, .mean = 2.0, .scv = 0.25},
        {.kind = DIST_GAMMA, .a = 0.25, .b = 8.0, .mean = 2.0, .scv = 4.0},
        {.kind = DIST_GAMMA, .a = 4.0, .b = 0.5, .mean = 2.0, .scv = 0.25},
        {.kind = DIST_LOGNORMAL, .a = 0.0, .b = 0.5, .mean = 1.1331484530668263, .scv = 0.2840254166877414},
        {.kind = DIST_WEIBULL, .a = 0.5, .b = 1.0, .mean = 0.8862269254527580, .scv = 0.2732395447351627},
        {.kind = DIST_PARETO, .a = 0.1, .b = 0.9, .mean = 1.0, .scv = 0.0125},
        {.kind = DIST_HYPEREXPONENTIAL,
         .a = 0.8872983346207417,
         .b = 0.5635083268962916,
         .c = 4.436491673103708,
         .mean = 1.0,
         .scv = 4.0},
    };
    for (size_t i = 0; i < sizeof dists / sizeof *dists; i++) {
        double mean, scv;
        moments(&dists[i], &mean, &scv);
        assert_near_share(mean, dists[i].mean, 0.008);
        assert_near(scv, dists[i].scv, 0.05 * (dists[i].scv + 0.02));
    }
}

static void a_recorded_demand_is_returned_as_it_is(void **unused)
{
    (void)unused;
    struct stream stream = {0};
    struct dist dist = {.kind = DIST_RECORDED, .a = 1.0};
    assert_near(stream_draw(&stream, &dist, 0.125), 0.125, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ziggurat_tables_hold_their_equations),
        cmocka_unit_test(exponential_and_normal_follow_their_distribution),
        cmocka_unit_test(tails_follow_their_distribution),
        cmocka_unit_test(streams_of_neighbouring_requests_are_unrelated),
        cmocka_unit_test(streams_differ_by_seed_replication_node_and_purpose),
        cmocka_unit_test(every_distribution_has_its_moments),
        cmocka_unit_test(a_recorded_demand_is_returned_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
