/* SPDX-License-Identifier: Apache-2.0 */
#include "restoration.h"

#include <math.h>

enum { BUCKETS = 160, BEFORE = RESTORATION_GOOD };

/* A bucket begins where the engine's window_bucket says: quarter octaves of (latency + 100 us). */
double restoration_bucket(int bucket)
{
    int octave = bucket / 4;
    double begin = ldexp(4.0 + bucket % 4, octave), end = ldexp(5.0 + bucket % 4, octave);
    return ((begin + end) / 2.0 - 4.0) * 25e-6;
}

static int64_t ended_in(const struct run_window *windows, int count)
{
    int64_t ended = 0;
    for (int i = 0; i < count; i++) {
        ended += windows[i].ok + windows[i].failed;
    }
    return ended;
}

static int64_t failed_in(const struct run_window *windows, int count)
{
    int64_t failed = 0;
    for (int i = 0; i < count; i++) {
        failed += windows[i].failed;
    }
    return failed;
}

/* How many answers fell into buckets from `first` on. */
static int64_t answers_from(const struct run_window *windows, int count, int first)
{
    int64_t answers = 0;
    for (int i = 0; i < count; i++) {
        for (int k = first; k < BUCKETS; k++) {
            answers += windows[i].latency[k];
        }
    }
    return answers;
}

int restoration_p99(const struct run_window *windows, int count)
{
    int64_t answers = answers_from(windows, count, 0);
    double allowed = (double)answers - ceil(0.99 * (double)answers); /* may lie above the p99 */
    int bucket = BUCKETS - 1;
    while (bucket >= 0 && (double)answers_from(windows, count, bucket) <= allowed) {
        bucket--;
    }
    return answers == 0 ? -1 : bucket;
}

/* What the five minutes before the fault were like. */
struct level {
    double bound;    /* of the share of failed requests */
    double expected; /* requests in a window, or for one unit of load where loads are known */
    int slow;        /* the first bucket beyond twice the p99 */
    const double *load;
};

static double load_of(const struct level *level, int first, int count)
{
    double load = 0.0;
    for (int i = first; i < first + count; i++) {
        load += level->load == NULL ? 1.0 : level->load[i];
    }
    return load;
}

static struct level level_of(const struct run_window *windows, double bound, const double *load)
{
    struct level level = {.bound = bound, .load = load};
    double offered = load_of(&level, 0, BEFORE);
    level.expected = offered > 0.0 ? (double)ended_in(windows, BEFORE) / offered : 0.0;
    double p99 = restoration_bucket(restoration_p99(windows, BEFORE));
    while (level.slow < BUCKETS && restoration_bucket(level.slow) < 2.0 * p99) {
        level.slow++;
    }
    return level;
}

static bool too_many(int64_t bad, int64_t all, double bound)
{
    return bad >= 2 && (double)bad >= bound * (double)all;
}

/* More slow answers than the one in a hundred that lies above any p99, and more than chance would bring once in the
   hundreds of windows of a drill: three standard deviations of a Poisson count. */
static bool too_slow(int64_t slow, int64_t answers)
{
    double usual = 0.01 * (double)answers;
    return slow >= 2 && (double)slow > usual + 3.0 * sqrt(usual);
}

static bool is_good(const struct run_window *windows, int first, int count, const struct level *level)
{
    const struct run_window *here = &windows[first];
    int64_t ended = ended_in(here, count), failed = failed_in(here, count);
    if ((double)ended < 0.25 * level->expected * load_of(level, first, count)) {
        return false;
    }
    return !too_many(failed, ended, level->bound) &&
           !too_slow(answers_from(here, count, level->slow), ended - failed);
}

struct restoration restoration_of(const struct run_window *windows, int count, double bound,
                                  const double *load)
{
    if (count < BEFORE) {
        return (struct restoration){RESTORATION_OPEN, 0, 0};
    }
    int64_t ended = ended_in(windows, BEFORE);
    if (ended < RESTORATION_LEAST) {
        return (struct restoration){RESTORATION_THIN, 0, 0};
    }
    if (too_many(failed_in(windows, BEFORE), ended, bound)) {
        return (struct restoration){RESTORATION_UNHEALTHY, 0, 0};
    }
    struct level level = level_of(windows, bound, load);
    int pool = (int)ceil((double)RESTORATION_LEAST * BEFORE / (double)ended), good = 0;
    for (int at = BEFORE; at + pool <= count; at++) {
        good = is_good(windows, at, pool, &level) ? good + 1 : 0;
        if (good == RESTORATION_GOOD) {
            int first = at - RESTORATION_GOOD + 1 - BEFORE;
            return (struct restoration){RESTORATION_DONE, first, at + pool - BEFORE};
        }
    }
    return (struct restoration){RESTORATION_OPEN, 0, count - BEFORE};
}
