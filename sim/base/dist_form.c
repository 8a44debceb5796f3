/* SPDX-License-Identifier: Apache-2.0 */
#include "dist_form.h"

#include <math.h>
#include <stddef.h>

#include "maths.h"

#define CONSTANT "; for a constant write deterministic(5ms)"

/* Outside these bounds a kind is a constant in all but name, or has no quantile that a double can hold. */
#define LEAST_CV 0.001
#define MOST_CV 100.0
#define MOST_STAGES 1000

static const char *deterministic(const double *number, struct dist *dist)
{
    dist->a = dist->mean = number[0];
    dist->scv = 0;
    return NULL;
}

static const char *uniform(const double *number, struct dist *dist)
{
    if (number[1] <= number[0]) return "high must be above low" CONSTANT;
    dist->a = number[0];
    dist->b = number[1] - number[0];
    dist->mean = number[0] + dist->b / 2;
    dist->scv = dist->b / dist->mean * (dist->b / dist->mean) / 12;
    return NULL;
}

static const char *exponential(const double *number, struct dist *dist)
{
    dist->a = dist->mean = number[0];
    dist->scv = 1;
    return NULL;
}

static const char *erlang(const double *number, struct dist *dist)
{
    double stages = number[0];
    if (stages > MOST_STAGES || stages != (double)(int)stages)
        return "stages must be a whole number from 1 to 1000; between them write gamma(mean 5ms cv 0.4)";
    dist->a = number[1] / stages;
    dist->b = stages;
    dist->mean = number[1];
    dist->scv = 1 / stages;
    return NULL;
}

static const char *refuse_cv(double cv)
{
    if (cv < LEAST_CV) return "cv must be at least 0.001" CONSTANT;
    if (cv > MOST_CV) return "cv must be at most 100; for a heavier tail write pareto(alpha 2.5 min 1ms)";
    return NULL;
}

static const char *gamma_from_shape(const double *number, struct dist *dist)
{
    const char *problem = refuse_cv(1 / maths_sqrt(number[0]));
    if (problem) return "shape must be from 0.0001 to 1000000" CONSTANT;
    dist->a = number[0];
    dist->b = number[1];
    dist->mean = dist->a * dist->b;
    dist->scv = 1 / dist->a;
    return NULL;
}

static const char *gamma_from_mean(const double *number, struct dist *dist)
{
    const char *problem = refuse_cv(number[1]);
    if (problem) return problem;
    dist->scv = number[1] * number[1];
    dist->mean = number[0];
    dist->a = 1 / dist->scv;
    dist->b = dist->mean * dist->scv;
    return NULL;
}

static const char *lognormal_from_sigma(const double *number, struct dist *dist)
{
    double variance = number[1] * number[1];
    dist->a = maths_log(number[0]);
    dist->b = number[1];
    dist->mean = number[0] * maths_exp(variance / 2);
    dist->scv = maths_expm1(variance);
    return NULL;
}

static const char *refuse_percentiles(double p50, double p99)
{
    return p99 > p50 ? NULL : "p99 must be above p50" CONSTANT;
}

static const char *lognormal_from_percentiles(const double *number, struct dist *dist)
{
    const char *problem = refuse_percentiles(number[0], number[1]);
    if (problem) return problem;
    double sigma = maths_log(number[1] / number[0]) / maths_normal_quantile(0.99);
    return lognormal_from_sigma((double[]){number[0], sigma}, dist);
}

static const char *lognormal_from_mean(const double *number, struct dist *dist)
{
    const char *problem = refuse_cv(number[1]);
    if (problem) return problem;
    double variance = maths_log1p(number[1] * number[1]);
    dist->a = maths_log(number[0]) - variance / 2;
    dist->b = maths_sqrt(variance);
    dist->mean = number[0];
    dist->scv = number[1] * number[1];
    return NULL;
}

/* E[X^n] = scale^n Gamma(1 + n/shape). */
static const char *weibull_from_shape(const double *number, struct dist *dist)
{
    dist->a = 1 / number[0];
    dist->b = number[1];
    double first = maths_lgamma(1 + dist->a), second = maths_lgamma(1 + 2 * dist->a);
    dist->mean = dist->b * maths_exp(first);
    dist->scv = maths_expm1(second - 2 * first);
    return NULL;
}

/* 1 - exp(-(x/scale)^shape) = p at two values of p, solved for shape and scale. */
static const char *weibull_from_percentiles(const double *number, struct dist *dist)
{
    const char *problem = refuse_percentiles(number[0], number[1]);
    if (problem) return problem;
    double ln2 = maths_log(2);
    double shape = maths_log(maths_log(100) / ln2) / maths_log(number[1] / number[0]);
    double scale = number[0] / maths_pow(ln2, 1 / shape);
    return weibull_from_shape((double[]){shape, scale}, dist);
}

static const char *pareto(const double *number, struct dist *dist)
{
    double alpha = number[0];
    if (alpha <= 1) return "alpha must be above 1: at 1 or below the mean is infinite";
    dist->a = 1 / alpha;
    dist->b = number[1];
    dist->mean = number[1] * (alpha / (alpha - 1));
    dist->scv = alpha > 2 ? 1 / (alpha * (alpha - 2)) : (double)INFINITY;
    return NULL;
}

/* Two branches that carry half of the mean each: p = (1 + s)/2 with s = sqrt((c^2 - 1)/(c^2 + 1)), of which
   1 - p is computed apart because it may be tiny. */
static const char *hyperexponential(const double *number, struct dist *dist)
{
    double scv = number[1] * number[1];
    if (scv < 1) return "cv must be at least 1; below it write gamma(mean 5ms cv 0.5)";
    if (refuse_cv(number[1])) return refuse_cv(number[1]);
    double root = maths_sqrt((scv - 1) / (scv + 1));
    double rare = 1 / ((scv + 1) * (1 + root));
    dist->a = 1 - rare;
    dist->b = number[0] / (2 * dist->a);
    dist->c = number[0] / (2 * rare);
    dist->mean = number[0];
    dist->scv = scv;
    return NULL;
}

#define QUANTITY(name)                                                                                       \
    {                                                                                                        \
        (name), DIST_QUANTITY, false                                                                         \
    }
#define QUANTITY_OR_ZERO(name)                                                                               \
    {                                                                                                        \
        (name), DIST_QUANTITY, true                                                                          \
    }
#define FACTOR(name)                                                                                         \
    {                                                                                                        \
        (name), DIST_FACTOR, false                                                                           \
    }
#define NOTHING                                                                                              \
    {                                                                                                        \
        NULL, DIST_FACTOR, false                                                                             \
    }
#define FORM(name_, kind_, positional_, first, second, usage_, solve_)                                       \
    {                                                                                                        \
        .name = (name_), .kind = DIST_##kind_, .positional = (positional_), .argument = {first, second},     \
        .usage = (usage_), .solve = (solve_)                                                                 \
    }
#define NAMED false
#define PLACED true

const struct dist_form dist_forms[] = {
    FORM("deterministic", DETERMINISTIC, PLACED, QUANTITY_OR_ZERO("value"), NOTHING, "deterministic(5ms)",
         deterministic),
    FORM("uniform", UNIFORM, PLACED, QUANTITY_OR_ZERO("low"), QUANTITY("high"), "uniform(1ms 9ms)", uniform),
    FORM("exponential", EXPONENTIAL, PLACED, QUANTITY("mean"), NOTHING, "exponential(5ms)", exponential),
    FORM("erlang", ERLANG, PLACED, FACTOR("stages"), QUANTITY("mean"), "erlang(4 5ms)", erlang),
    FORM("gamma", GAMMA, NAMED, QUANTITY("mean"), FACTOR("cv"), "gamma(mean 5ms cv 2)", gamma_from_mean),
    FORM("gamma", GAMMA, NAMED, FACTOR("shape"), QUANTITY("scale"), "gamma(shape 2 scale 3ms)",
         gamma_from_shape),
    FORM("lognormal", LOGNORMAL, NAMED, QUANTITY("p50"), QUANTITY("p99"), "lognormal(p50 6ms p99 30ms)",
         lognormal_from_percentiles),
    FORM("lognormal", LOGNORMAL, NAMED, QUANTITY("mean"), FACTOR("cv"), "lognormal(mean 12ms cv 0.8)",
         lognormal_from_mean),
    FORM("lognormal", LOGNORMAL, NAMED, QUANTITY("p50"), FACTOR("sigma"), "lognormal(p50 6ms sigma 0.7)",
         lognormal_from_sigma),
    FORM("weibull", WEIBULL, NAMED, QUANTITY("p50"), QUANTITY("p99"), "weibull(p50 6ms p99 30ms)",
         weibull_from_percentiles),
    FORM("weibull", WEIBULL, NAMED, FACTOR("shape"), QUANTITY("scale"), "weibull(shape 0.8 scale 10ms)",
         weibull_from_shape),
    FORM("pareto", PARETO, NAMED, FACTOR("alpha"), QUANTITY("min"), "pareto(alpha 2.5 min 1ms)", pareto),
    FORM("hyperexponential", HYPEREXPONENTIAL, NAMED, QUANTITY("mean"), FACTOR("cv"),
         "hyperexponential(mean 5ms cv 2)", hyperexponential),
    {.name = NULL},
};
