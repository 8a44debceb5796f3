/* SPDX-License-Identifier: Apache-2.0 */
#include "tally.h"

#include "arena.h"

#include <math.h>
#include <string.h>

struct tally tally_open(struct arena *arena)
{
    return (struct tally){.bucket = arena_array(arena, int64_t, TALLY_BUCKETS)};
}

void tally_clear(struct tally *tally)
{
    int64_t *bucket = tally->bucket;
    if (tally->count > 0) { /* untouched pages stay untouched */
        memset(bucket, 0, TALLY_BUCKETS * sizeof *bucket);
    }
    *tally = (struct tally){.bucket = bucket};
}

void tally_merge(struct tally *tally, const struct tally *other)
{
    if (other->count == 0) {
        return;
    }
    tally->min = tally->count == 0 || other->min < tally->min ? other->min : tally->min;
    tally->max = other->max > tally->max ? other->max : tally->max;
    tally->count += other->count;
    tally->sum += other->sum;
    for (int i = 0; i < TALLY_BUCKETS; i++) {
        if (other->bucket[i] != 0) { /* writes only the pages that matter */
            tally->bucket[i] += other->bucket[i];
        }
    }
}

/* The middle of bucket `index`, in ns. */
static double middle(int index)
{
    int octave = index >> TALLY_HALF_BITS;
    if (octave < 2) {
        return ((double)index + 0.5) * TALLY_UNIT_NS;
    }
    int shift = octave - 1;
    double unit = (double)((index & ((1 << TALLY_HALF_BITS) - 1)) + (1 << TALLY_HALF_BITS)) + 0.5;
    return ldexp(unit, shift) * TALLY_UNIT_NS;
}

/* The bucket that holds the `rank`-th smallest, from 1. */
static int bucket_of_rank(const struct tally *tally, int64_t rank)
{
    int64_t seen = 0;
    for (int i = 0; i < TALLY_BUCKETS; i++) {
        seen += tally->bucket[i];
        if (seen >= rank) {
            return i;
        }
    }
    return TALLY_BUCKETS - 1;
}

double tally_quantile(const struct tally *tally, double p)
{
    if (tally->count == 0) {
        return NAN;
    }
    int64_t rank = (int64_t)ceil(p * (double)tally->count);
    rank = rank < 1 ? 1 : rank;
    if (rank >= tally->count) {
        return (double)tally->max * 1e-9;
    }
    double ns = middle(bucket_of_rank(tally, rank));
    return fmin(fmax(ns, (double)tally->min), (double)tally->max) * 1e-9;
}

double tally_mean(const struct tally *tally)
{
    return tally->count == 0 ? NAN : (double)tally->sum / (double)tally->count * 1e-9;
}
