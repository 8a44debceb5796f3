/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TALLY_H
#define TALLY_H

/* A tally: the distribution of a duration, as counts in log-linear buckets (the layout of HdrHistogram, Tene
   2012: three significant digits), with count, sum and extremes. A plain value that merges by addition, in any
   grouping, to the same bytes. Buckets are 1/1024 wide relative to the duration, but never narrower than 100 ns,
   up to 7.6 hours; longer durations are counted in the last bucket but exact in sum and extremes. */

#include <stdint.h>

enum {
    TALLY_UNIT_NS = 100,  /* width of the finest buckets */
    TALLY_HALF_BITS = 10, /* 1024 buckets an octave */
    TALLY_OCTAVES = 27,   /* above the first 2048 units */
    TALLY_BUCKETS = (TALLY_OCTAVES + 2) << TALLY_HALF_BITS
};

__extension__ typedef __int128 tally_sum;

struct tally {
    int64_t count, min, max; /* ns; min and max are 0 when empty */
    tally_sum sum;           /* ns; exact, so that merging in any grouping gives the same */
    int64_t *bucket;         /* TALLY_BUCKETS of them, from an arena, zeroed */
};

static inline int tally_index(int64_t ns)
{
    uint64_t unit = (uint64_t)ns / TALLY_UNIT_NS;
    if (unit < (2u << TALLY_HALF_BITS)) {
        return (int)unit;
    }
    int shift = 63 - __builtin_clzll(unit) - TALLY_HALF_BITS;
    int index = (shift << TALLY_HALF_BITS) + (int)(unit >> shift);
    return index < TALLY_BUCKETS ? index : TALLY_BUCKETS - 1;
}

static inline void tally_add(struct tally *tally, int64_t ns)
{
    tally->min = tally->count == 0 || ns < tally->min ? ns : tally->min;
    tally->max = ns > tally->max ? ns : tally->max;
    tally->count++;
    tally->sum += ns;
    tally->bucket[tally_index(ns)]++;
}

struct arena;

/* An empty tally whose buckets live in `arena`. */
struct tally tally_open(struct arena *arena);

/* Forgets everything counted so far. */
void tally_clear(struct tally *tally);

/* Adds `other` into `tally`. */
void tally_merge(struct tally *tally, const struct tally *other);

/* The value in seconds below which a share `p` (0..1) of the durations lie: the middle of the bucket of the
   ceil(p n)-th smallest, held within min and max; NAN when empty. p = 1 is the exact maximum. */
double tally_quantile(const struct tally *tally, double p);

/* Mean in seconds, NAN when empty. */
double tally_mean(const struct tally *tally);

#endif
