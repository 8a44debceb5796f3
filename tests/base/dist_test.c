/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "dist.h"

static int open_arena(void **state)
{
    *state = arena_open();
    return 0;
}

static int close_arena(void **state)
{
    arena_close(*state);
    return 0;
}

static struct dist reads(struct arena *arena, const char *text)
{
    struct dist dist;
    const char *problem = "";
    if (!dist_parse(text, UNIT_SECOND, ".", arena, &dist, NULL, NULL, &problem))
        fail_msg("%s: %s", text, problem);
    assert_string_equal(dist.text, text);
    return dist;
}

static void refuses(struct arena *arena, const char *text, const char *phrase)
{
    struct dist dist;
    const char *problem = "accepted";
    bool read = dist_parse(text, UNIT_SECOND, ".", arena, &dist, NULL, NULL, &problem);
    testing_holds(problem, phrase);
    assert_false(read);
}

static void has(struct arena *arena, const char *text, enum dist_kind kind, double mean, double scv)
{
    struct dist dist = reads(arena, text);
    assert_int_equal(dist.kind, kind);
    testing_near(dist.mean, mean, 1e-14);
    testing_near(dist.scv, scv, 1e-14);
}

/* --- reading ---------------------------------------------------------------------------------------- */

static void every_kind(void **state)
{
    has(*state, "none", DIST_NONE, 0, 0);
    has(*state, "5ms", DIST_DETERMINISTIC, 0.005, 0);
    has(*state, "0s", DIST_DETERMINISTIC, 0, 0);
    has(*state, "deterministic(5ms)", DIST_DETERMINISTIC, 0.005, 0);
    has(*state, "exponential(5ms)", DIST_EXPONENTIAL, 0.005, 1);
    has(*state, "uniform(1ms 9ms)", DIST_UNIFORM, 0.005, 64 / 12.0 / 25);
    has(*state, "erlang(4 5ms)", DIST_ERLANG, 0.005, 0.25);
    has(*state, "gamma(mean 5ms cv 2)", DIST_GAMMA, 0.005, 4);
    has(*state, "gamma(shape 2 scale 3ms)", DIST_GAMMA, 0.006, 0.5);
    has(*state, "lognormal(mean 12ms cv 0.8)", DIST_LOGNORMAL, 0.012, 0.64);
    has(*state, "lognormal(p50 6ms sigma 1)", DIST_LOGNORMAL, 0.006 * exp(0.5), exp(1) - 1);
    has(*state, "weibull(shape 0.5 scale 1ms)", DIST_WEIBULL, 0.002, 5);
    has(*state, "pareto(alpha 2.5 min 1ms)", DIST_PARETO, 0.0025 / 1.5, 1 / 1.25);
    has(*state, "hyperexponential(mean 5ms cv 2)", DIST_HYPEREXPONENTIAL, 0.005, 4);
    assert_true(isinf(reads(*state, "pareto(alpha 2 min 1ms)").scv));
    assert_int_equal(reads(*state, "recorded").kind, DIST_RECORDED);
    assert_true(isnan(reads(*state, "recorded").mean));
}

/* The figures of the project's own table of oracles, to the digits it gives. */
static void known_figures(void **state)
{
    struct dist lognormal = reads(*state, "lognormal(p50 20s p99 200s)");
    testing_near(lognormal.a, 2.995732, 1e-6);
    testing_near(lognormal.b, 0.989785, 1e-6);
    testing_near(lognormal.mean, 32.641, 2e-5);
    testing_near(lognormal.scv, 1.6636, 2e-5);
    struct dist weibull = reads(*state, "weibull(p50 20s p99 200s)");
    testing_near(1 / weibull.a, 0.822420, 1e-6);
    testing_near(weibull.b, 31.2301, 2e-6);
    testing_near(weibull.mean, 34.7115, 2e-6);
    testing_near(weibull.scv, 1.4972, 4e-5);
    struct dist hyperexponential = reads(*state, "hyperexponential(mean 1s cv 2)");
    testing_near(hyperexponential.a, 0.887298, 1e-6);
    testing_near(1 / hyperexponential.b, 1.774597, 1e-6);
    testing_near(1 / hyperexponential.c, 0.225403, 2e-6);
}

static void spellings_agree(void **state)
{
    static const char *const same[] = {
        "lognormal(p50 6ms, p99 30ms)",     "lognormal(p99 30ms p50 6ms)",
        "lognormal( p50 6ms,p99 30ms )",    "lognormal (p50 0.006s ,, p99 0.03s)",
        " lognormal(p50 6ms p99 30000us) ", "lognormal(p50 [4ms 6ms 11ms], p99 30ms)"};
    struct dist first = reads(*state, same[0]);
    for (size_t i = 1; i < sizeof same / sizeof *same; i++) {
        struct dist dist = reads(*state, same[i]);
        assert_true(dist.kind == first.kind && dist.a == first.a && dist.b == first.b);
    }
    assert_true(reads(*state, "gamma(mean 5ms cv 200%)").a == reads(*state, "gamma(mean 5ms cv 2)").a);
    assert_true(reads(*state, "exponential(mean 5ms)").a == reads(*state, "exponential(5ms)").a);
    assert_true(reads(*state, "erlang(mean 5ms stages 4)").a == reads(*state, "erlang(4, 5ms)").a);
    assert_true(reads(*state, "uniform(0s 9ms)").a == 0);
}

static void other_units(void **state)
{
    struct dist dist;
    const char *problem = "";
    assert_true(dist_parse("uniform(1KiB 3KiB)", UNIT_BYTE, NULL, *state, &dist, NULL, NULL, &problem));
    assert_true(dist.mean == 2048);
    assert_true(dist_parse("gamma(mean 5 cv 2)", UNIT_COUNT, NULL, *state, &dist, NULL, NULL, &problem));
    assert_true(dist.mean == 5);
    assert_false(dist_parse("exponential(5ms)", UNIT_BYTE, NULL, *state, &dist, NULL, NULL, &problem));
    assert_false(dist_parse("exponential(-5)", UNIT_COUNT, NULL, *state, &dist, NULL, NULL, &problem));
    testing_holds(problem, "must not be negative");
}

static void ranges_are_reported(void **state)
{
    struct dist dist;
    struct dist_range ranges[2];
    int count = 2;
    const char *problem = "", *text = "lognormal(p50 [4ms 6ms 11ms], p99 [20ms, 30ms, 60ms])";
    assert_true(dist_parse(text, UNIT_SECOND, ".", *state, &dist, ranges, &count, &problem));
    assert_int_equal(count, 2);
    assert_string_equal(ranges[0].name, "p50");
    assert_true(ranges[0].low == 0.004 && ranges[0].mid == 0.006 && ranges[0].high == 0.011);
    assert_string_equal(ranges[1].name, "p99");
    assert_true(ranges[1].low == 0.02 && ranges[1].mid == 0.03 && ranges[1].high == 0.06);
    count = 1;
    ranges[1].low = -1;
    assert_true(dist_parse(text, UNIT_SECOND, ".", *state, &dist, ranges, &count, &problem));
    assert_int_equal(count, 2); /* there were two, room for one */
    assert_true(ranges[1].low == -1);
    count = 2;
    assert_true(dist_parse("[4ms 6ms 11ms]", UNIT_SECOND, ".", *state, &dist, ranges, &count, &problem));
    assert_int_equal(count, 1);
    assert_true(dist.kind == DIST_DETERMINISTIC && dist.a == 0.006);
    assert_true(dist_parse("5ms", UNIT_SECOND, ".", *state, &dist, ranges, &count, &problem));
    assert_int_equal(count, 0);
}

static void bad_ranges(void **state)
{
    refuses(*state, "exponential([6ms 4ms 11ms])", "mean must not fall within its range");
    refuses(*state, "exponential([4ms 12ms 11ms])", "mean must not fall within its range");
    refuses(*state, "exponential([4ms 6ms])", "needs low, likely and high");
    refuses(*state, "exponential([4ms 6ms 7ms 8ms])", "needs low, likely and high");
    refuses(*state, "exponential([])", "needs low, likely and high");
    refuses(*state, "exponential([0s 6ms 7ms])", "mean must be above 0");
}

static void halves_are_recognised(void **state)
{
    static const char *const halves[] = {
        "lognormal(p50 6ms", "p99 30ms)", "lognormal(p50 [4ms",           "11ms]",
        "uniform(1ms",       "9ms)",      "lognormal(p50 [4ms 6ms 11ms]", "["};
    for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
        refuses(*state, halves[i], halves[i]);
        refuses(*state, halves[i], "YAML ends it at a comma, so quote it there");
    }
}

static void nonsense_is_refused(void **state)
{
    refuses(*state, "lognormal(p50 30ms p99 6ms)",
            "p99 must be above p50; for a constant write deterministic");
    refuses(*state, "lognormal(p50 6ms p99 6ms)", "p99 must be above p50");
    refuses(*state, "weibull(p50 6ms p99 6ms)", "p99 must be above p50");
    refuses(*state, "lognormal(p50 0s p99 6ms)", "p50 must be above 0");
    refuses(*state, "lognormal(p50 -6ms p99 6ms)", "p50 must not be negative");
    refuses(*state, "lognormal(mean 12ms cv 0)", "cv must be above 0");
    refuses(*state, "lognormal(mean 12ms cv 0.0001)", "cv must be at least 0.001; for a constant");
    refuses(*state, "gamma(mean 12ms cv 1000)", "cv must be at most 100; for a heavier tail write pareto");
    refuses(*state, "gamma(shape 1e9 scale 3ms)", "shape must be from 0.0001 to 1000000");
    refuses(*state, "hyperexponential(mean 5ms cv 0.5)", "cv must be at least 1; below it write gamma");
    refuses(*state, "pareto(alpha 0 min 1ms)", "alpha must be above 0");
    refuses(*state, "pareto(alpha 1 min 1ms)", "alpha must be above 1");
    refuses(*state, "uniform(9ms 1ms)", "high must be above low");
    refuses(*state, "erlang(2.5 5ms)", "stages must be a whole number from 1 to 1000");
    refuses(*state, "erlang(1001 5ms)", "stages must be a whole number");
    refuses(*state, "exponential(0s)", "mean must be above 0");
    refuses(*state, "exponential(none)", "exponential does not take \"none\"");
    refuses(*state, "exponential(mean none)", "mean cannot be none");
    refuses(*state, "lognormal(p50 1ns sigma 60)", "no finite mean");
    refuses(*state, "-5ms", "must not be negative");
}

static void slips_have_a_way_out(void **state)
{
    refuses(*state, "lognorml(p50 6ms p99 30ms)", "unknown distribution: lognorml; did you mean lognormal?");
    refuses(*state, "zipf(0.9)", "use a quantity or one of: none recorded empirical deterministic uniform");
    refuses(*state, "exponential(5)", "mean needs a unit: ns us ms s m min h d (got 5)");
    refuses(*state, "exponential(5 ms)", "no space between the number and its unit");
    refuses(*state, "lognormal(6ms 30ms)",
            "needs names for its numbers: write lognormal(p50 6ms p99 30ms) or");
    refuses(*state, "lognormal(p50 6ms p95 30ms)",
            "lognormal does not take \"p95\": write lognormal(p50 6ms");
    refuses(*state, "lognormal(p50 6ms)", "lognormal needs other numbers: write");
    refuses(*state, "lognormal(p50 6ms p50 7ms)", "lognormal needs other numbers");
    refuses(*state, "lognormal(p50 6ms cv 2)", "lognormal needs other numbers");
    refuses(*state, "lognormal(p50 6ms p99 30ms cv 2)", "has a number too many");
    refuses(*state, "lognormal(p50=6ms)", "p50 is not a number with a unit, such as 30s (got =6ms)");
    refuses(*state, "exponential(5ms 6ms)", "has a number too many: write exponential(5ms)");
    refuses(*state, "uniform(1ms 2ms 3ms)", "has a number too many");
    refuses(*state, "exponential()", "needs other numbers");
    refuses(*state, "exponential", "needs its numbers in brackets: write exponential(5ms)");
    refuses(*state, "exponential(#)", "exponential cannot take \"#)\"");
    refuses(*state, "exponential(5ms) x", "ends in \"x\": leave that out");
    refuses(*state, "none of it", "ends in \"of it\"");
    refuses(*state, "5ms 6ms", "ends in \"6ms\"");
    refuses(*state, "", "write none, a quantity or a distribution");
    refuses(*state, "  ", "write none, a quantity or a distribution");
    refuses(*state, "30", "needs a unit");
    refuses(*state, "{low: 4ms}", "is not a number with a unit");
    refuses(*state, "empirical", "write empirical(file.csv)");
    refuses(*state, "empirical()", "write empirical(file.csv)");
    refuses(*state, "empirical(no such file.csv)", "./no such file.csv cannot be opened");
}

static void add(char *text, size_t size, const char *piece)
{
    size_t length = strlen(text);
    snprintf(text + length, size - length, "%s", piece);
}

static void any_text_is_survived(void **state)
{
    static const char *const pieces[] = {"lognormal", "(",    ")",         "[",     "]",  " ",
                                         ",",         "p50",  "5ms",       "-",     "cv", "1e9",
                                         ".",         "none", "empirical", "gamma", "2"};
    uint64_t random = 11;
    int accepted = 0;
    for (int i = 0; i < 20000; i++) {
        char text[256] = "";
        for (uint64_t left = testing_bits(&random) % 12; left > 0; left--)
            add(text, sizeof text, pieces[testing_bits(&random) % (sizeof pieces / sizeof *pieces)]);
        struct dist dist;
        const char *problem = NULL;
        bool read = dist_parse(text, UNIT_SECOND, "/nowhere", *state, &dist, NULL, NULL, &problem);
        accepted += read;
        assert_true(read || (problem && *problem));
        assert_true(!read || (dist.mean >= 0 && isfinite(dist.mean)));
    }
    assert_true(accepted > 0);
}

/* --- moments and quantiles -------------------------------------------------------------------------- */

static const double probabilities[] = {1e-9, 1e-4, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.9999, 1 - 1e-9};
enum { PROBABILITIES = sizeof probabilities / sizeof *probabilities };

/* The CDF of GSL is the oracle everywhere; its inverse gives up (NaN) in far tails of large shapes. */
static void gamma_agrees(struct arena *arena, const char *text, double shape, double scale)
{
    struct dist dist = reads(arena, text);
    for (int i = 0; i < PROBABILITIES; i++) {
        double p = probabilities[i], value = dist_quantile(&dist, p);
        double inverse =
            p < 0.5 ? gsl_cdf_gamma_Pinv(p, shape, scale) : gsl_cdf_gamma_Qinv(1 - p, shape, scale);
        if (p < 0.5)
            testing_near(gsl_cdf_gamma_P(value, shape, scale), p, 1e-9);
        else
            testing_near(gsl_cdf_gamma_Q(value, shape, scale), 1 - p, 1e-9);
        if (!isnan(inverse)) testing_near(value, inverse, 1e-8);
    }
}

static void gammas_agree_with_gsl(void **state)
{
    gamma_agrees(*state, "gamma(mean 5s cv 2)", 0.25, 20);
    gamma_agrees(*state, "gamma(mean 5s cv 0.5)", 4, 1.25);
    gamma_agrees(*state, "gamma(mean 1s cv 0.01)", 1e4, 1e-4);
    gamma_agrees(*state, "erlang(1 5s)", 1, 5);
    gamma_agrees(*state, "erlang(4 5s)", 4, 1.25);
    gamma_agrees(*state, "erlang(1000 5s)", 1000, 0.005);
}

static void closed_forms_agree_with_gsl(void **state)
{
    struct dist exponential = reads(*state, "exponential(5ms)"), uniform = reads(*state, "uniform(1ms 9ms)");
    struct dist lognormal = reads(*state, "lognormal(p50 6ms p99 30ms)");
    struct dist weibull = reads(*state, "weibull(p50 6ms p99 30ms)"),
                pareto = reads(*state, "pareto(alpha 2.5 min 1ms)");
    for (int i = 0; i < PROBABILITIES; i++) {
        double p = probabilities[i];
        testing_near(dist_quantile(&exponential, p), gsl_cdf_exponential_Pinv(p, 0.005), 1e-14);
        testing_near(dist_quantile(&uniform, p), gsl_cdf_flat_Pinv(p, 0.001, 0.009), 1e-14);
        testing_near(dist_quantile(&lognormal, p), gsl_cdf_lognormal_Pinv(p, lognormal.a, lognormal.b),
                     1e-13);
        testing_near(dist_quantile(&weibull, p), gsl_cdf_weibull_Pinv(p, weibull.b, 1 / weibull.a), 1e-13);
        testing_near(dist_quantile(&pareto, p), gsl_cdf_pareto_Qinv(1 - p, 2.5, 0.001), 1e-13);
    }
}

static void percentiles_return(void **state)
{
    static const char *const texts[] = {"lognormal(p50 6ms p99 30ms)", "weibull(p50 6ms p99 30ms)"};
    for (int i = 0; i < 2; i++) {
        struct dist dist = reads(*state, texts[i]);
        testing_near(dist_quantile(&dist, 0.5), 0.006, 1e-14);
        testing_near(dist_quantile(&dist, 0.99), 0.03, 1e-14);
    }
}

static void hyperexponential_inverts_its_tail(void **state)
{
    static const char *const texts[] = {"hyperexponential(mean 5ms cv 1)", "hyperexponential(mean 5ms cv 2)",
                                        "hyperexponential(mean 5ms cv 100)"};
    for (int i = 0; i < 3; i++) {
        struct dist dist = reads(*state, texts[i]);
        for (int j = 0; j < PROBABILITIES; j++) {
            double p = probabilities[j], x = dist_quantile(&dist, p);
            double tail = dist.a * exp(-x / dist.b) + (1 - dist.a) * exp(-x / dist.c);
            testing_near(tail, 1 - p, 1e-9);
        }
    }
}

static void small_quantiles_may_vanish(void **state)
{
    struct dist dist = reads(*state, "gamma(mean 5s cv 100)");
    assert_true(dist_quantile(&dist, 0.5) == 0); /* about 2^-10000 */
    assert_true(dist_quantile(&dist, 0.9999) > 0);
}

struct moment {
    const struct dist *dist;
    double centre;
    int power;
};

static double integrand(double p, void *data)
{
    const struct moment *moment = data;
    double value = dist_quantile(moment->dist, p) - moment->centre;
    return moment->power == 1 ? value : value * value;
}

static double integrate(const struct dist *dist, double centre, int power)
{
    struct moment moment = {dist, centre, power};
    gsl_function function = {integrand, &moment};
    gsl_integration_workspace *workspace = gsl_integration_workspace_alloc(1000);
    double low, high, error;
    gsl_integration_qags(&function, 0, 0.5, 1e-300, 1e-9, 1000, workspace, &low, &error);
    gsl_integration_qags(&function, 0.5, 1, 1e-300, 1e-9, 1000, workspace, &high, &error);
    gsl_integration_workspace_free(workspace);
    return low + high;
}

/* Mean and scv are integrals of the quantile function. */
static void moments_agree_with_quantiles(void **state)
{
    static const char *const texts[] = {"uniform(1s 9s)",
                                        "exponential(5s)",
                                        "erlang(4 5s)",
                                        "gamma(mean 5s cv 2)",
                                        "gamma(mean 5s cv 0.3)",
                                        "lognormal(p50 6s p99 30s)",
                                        "lognormal(mean 12s cv 0.8)",
                                        "lognormal(p50 2s sigma 0.5)",
                                        "weibull(p50 6s p99 30s)",
                                        "weibull(shape 3 scale 2s)",
                                        "pareto(alpha 5 min 1s)",
                                        "hyperexponential(mean 5s cv 3)"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct dist dist = reads(*state, texts[i]);
        testing_near(integrate(&dist, 0, 1), dist.mean, 1e-7);
        testing_near(integrate(&dist, dist.mean, 2), dist.scv * dist.mean * dist.mean, 1e-5);
    }
}

static void empirical_files(void **state)
{
    char *folder = testing_folder();
    testing_write(folder, "restart times.csv", "seconds\n4\n1\n2\n", 14);
    struct dist dist;
    const char *problem = "", *text = "empirical( restart times.csv )";
    if (!dist_parse(text, UNIT_SECOND, folder, *state, &dist, NULL, NULL, &problem)) fail_msg("%s", problem);
    assert_int_equal(dist.kind, DIST_EMPIRICAL);
    assert_int_equal(dist.count, 3);
    assert_true(dist_quantile(&dist, 0.5) == 2 && dist_quantile(&dist, 0.75) == 3);
    testing_near(dist.mean, 2.25, 1e-15);
    testing_near(integrate(&dist, dist.mean, 2), dist.scv * dist.mean * dist.mean, 1e-9);
    text = arena_printf(*state, "empirical(%s/restart times.csv)", folder);
    assert_true(dist_parse(text, UNIT_SECOND, "/elsewhere", *state, &dist, NULL, NULL, &problem));
    testing_clean(folder);
}

static void scaling(void **state)
{
    static const char *const texts[] = {"none",
                                        "5s",
                                        "uniform(1s 9s)",
                                        "exponential(5s)",
                                        "erlang(4 5s)",
                                        "gamma(mean 5s cv 2)",
                                        "lognormal(p50 6s p99 30s)",
                                        "weibull(p50 6s p99 30s)",
                                        "pareto(alpha 5 min 1s)",
                                        "hyperexponential(mean 5s cv 3)"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct dist dist = reads(*state, texts[i]), third = dist_scaled(dist, 0.3),
                    nothing = dist_scaled(dist, 0);
        testing_near(third.mean, 0.3 * dist.mean, 1e-15);
        assert_true(third.scv == dist.scv);
        for (int j = 0; j < PROBABILITIES; j++) {
            double p = probabilities[j];
            testing_near(dist_quantile(&third, p), 0.3 * dist_quantile(&dist, p), 1e-13);
            assert_true(dist_quantile(&nothing, p) == 0);
        }
        assert_true(nothing.mean == 0);
    }
    static const double values[] = {1, 2, 4};
    struct dist sample = {.kind = DIST_EMPIRICAL, .a = 1, .mean = 2.25, .values = values, .count = 3};
    sample = dist_scaled(sample, 10);
    assert_true(sample.mean == 22.5 && dist_quantile(&sample, 0.75) == 30);
    assert_true(dist_scaled(reads(*state, "recorded"), 2).a == 2);
}

#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, open_arena, close_arena)

int main(void)
{
    gsl_set_error_handler_off(); /* its doubts are its own: the tests compare what it returns */
    const struct CMUnitTest tests[] = {
        WITH_ARENA(every_kind),
        WITH_ARENA(known_figures),
        WITH_ARENA(spellings_agree),
        WITH_ARENA(other_units),
        WITH_ARENA(ranges_are_reported),
        WITH_ARENA(bad_ranges),
        WITH_ARENA(halves_are_recognised),
        WITH_ARENA(nonsense_is_refused),
        WITH_ARENA(slips_have_a_way_out),
        WITH_ARENA(any_text_is_survived),
        WITH_ARENA(gammas_agree_with_gsl),
        WITH_ARENA(closed_forms_agree_with_gsl),
        WITH_ARENA(percentiles_return),
        WITH_ARENA(hyperexponential_inverts_its_tail),
        WITH_ARENA(small_quantiles_may_vanish),
        WITH_ARENA(moments_agree_with_quantiles),
        WITH_ARENA(empirical_files),
        WITH_ARENA(scaling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
