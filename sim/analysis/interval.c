/* SPDX-License-Identifier: Apache-2.0 */
#include "interval.h"

#include "arena.h"
#include "maths.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

/* Two passes: a one-pass sum of squares cancels where the mean is large beside the spread. */
struct moments {
    int count;
    double mean, squares; /* sum of squared distances from the mean */
};

/* Equal values have exactly that mean, which their sum divided by their number need not be. */
static double mean_of(const double *values, int count, int *numbers)
{
    double sum = 0.0, least = INFINITY, most = -INFINITY;
    *numbers = 0;
    for (int i = 0; i < count; i++) {
        if (!isnan(values[i])) {
            sum += values[i];
            least = fmin(least, values[i]);
            most = fmax(most, values[i]);
            (*numbers)++;
        }
    }
    if (*numbers == 0) {
        return NAN;
    }
    return least == most ? least : sum / *numbers;
}

static struct moments moments_of(const double *values, int count)
{
    struct moments moments = {0, 0.0, 0.0};
    moments.mean = mean_of(values, count, &moments.count);
    for (int i = 0; i < count && isfinite(moments.mean); i++) {
        double distance = isnan(values[i]) ? 0.0 : values[i] - moments.mean;
        moments.squares += distance * distance;
    }
    return moments;
}

double interval_student(int count)
{
    return rint(gsl_cdf_tdist_Pinv(0.975, count - 1) * 1e9) / 1e9;
}

struct interval interval_of(const double *values, int count)
{
    struct moments moments = moments_of(values, count);
    if (moments.count < 2 || !isfinite(moments.mean)) {
        return interval_point(moments.mean);
    }
    double error = maths_sqrt(moments.squares / (moments.count - 1) / moments.count);
    double half = interval_student(moments.count) * error;
    return (struct interval){moments.mean, moments.mean - half, moments.mean + half};
}

struct interval interval_of_amount(const double *values, int count)
{
    struct interval interval = interval_of(values, count);
    bool negative = false;
    for (int i = 0; i < count; i++) {
        negative = negative || values[i] < 0.0;
    }
    if (!negative && interval.low < 0.0) {
        interval.low = 0.0;
    }
    return interval;
}

struct interval interval_point(double value)
{
    return (struct interval){value, NAN, NAN};
}

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The values that are numbers, sorted; the caller frees them. */
static double *sorted(const double *values, int count, int *numbers)
{
    double *copy = malloc((size_t)(count > 0 ? count : 1) * sizeof *copy);
    if (copy == NULL) {
        arena_exhausted();
    }
    *numbers = 0;
    for (int i = 0; i < count; i++) {
        if (!isnan(values[i])) {
            copy[(*numbers)++] = values[i];
        }
    }
    qsort(copy, (size_t)*numbers, sizeof *copy, by_size);
    return copy;
}

/* The chance that fewer than `rank` of `count` values lie below the p-quantile, so that the rank-th smallest is above. */
static double chance_below(int rank, int count, double p)
{
    double chance = 0.0;
    for (int k = 0; k < rank; k++) {
        chance += gsl_ran_binomial_pdf((unsigned)k, p, (unsigned)count);
    }
    return chance;
}

/* The highest rank with at most 2.5 % below it and the lowest with at most 2.5 % above; 0 and count + 1 do not exist. */
static void ranks_around(int count, double p, int *low, int *high)
{
    *low = 0;
    while (*low < count && chance_below(*low + 1, count, p) <= 0.025) {
        (*low)++;
    }
    *high = count + 1;
    while (*high > 1 && 1.0 - chance_below(*high - 1, count, p) <= 0.025) {
        (*high)--;
    }
}

struct interval interval_of_quantile(const double *values, int count, double p)
{
    int numbers = 0, low = 0, high = 0;
    double *order = sorted(values, count, &numbers);
    struct interval interval = interval_point(NAN);
    if (numbers > 0) {
        int rank = (int)ceil(p * numbers - 1e-9);
        rank = rank < 1 ? 1 : rank;
        interval.value = order[rank - 1];
        ranks_around(numbers, p, &low, &high);
        if (p < 1.0 && low >= 1 && high <= numbers) {
            interval.low = order[low - 1];
            interval.high = order[high - 1];
        }
    }
    free(order);
    return interval;
}

struct interval interval_times(struct interval interval, double factor)
{
    return (struct interval){interval.value * factor, interval.low * factor, interval.high * factor};
}

double interval_half(struct interval interval)
{
    return (interval.high - interval.low) / 2.0;
}

bool interval_known(struct interval interval)
{
    return !isnan(interval.low) && !isnan(interval.high);
}
