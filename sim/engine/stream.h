/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STREAM_H
#define STREAM_H

/* A stream of random numbers with a name. The state is one 64-bit word, a SplitMix64 counter (Steele, Lea and
   Flood 2014): eight bytes are little enough that every visit owns a stream, not only every request. So a cache
   miss, a retry or a change of policy consumes nobody else's draws, and request i brings the same demands to both
   sides of a comparison. Names are mixed twice before use; the pair test in stream_test.c shows that streams of
   neighbouring requests are unrelated. Exponential and normal draws are ziggurats of 256 layers (Marsaglia and Tsang
   2000) on constant tables. */

#include "dist.h"

#include <stdbool.h>
#include <stdint.h>

struct stream {
    uint64_t state;
};

#define STREAM_STEP UINT64_C(0x9e3779b97f4a7c15)

/* Stafford's variant 13 of the MurmurHash3 finaliser: a bijection of 64-bit words. */
static inline uint64_t stream_mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* The stream named `name` below the stream-name `parent`: both are any 64-bit words. */
static inline struct stream stream_below(uint64_t parent, uint64_t name)
{
    return (struct stream){stream_mix(stream_mix(parent + STREAM_STEP * (name + 1)) ^ (name << 32))};
}

/* The infrastructure stream (seed, replication, node, purpose). */
struct stream stream_open(uint64_t seed, int replication, const char *node, const char *purpose);

static inline uint64_t stream_bits(struct stream *stream)
{
    stream->state += STREAM_STEP;
    return stream_mix(stream->state);
}

/* Uniform in [0, 1), 53 bits. */
static inline double stream_uniform(struct stream *stream)
{
    return (double)(stream_bits(stream) >> 11) * 0x1.0p-53;
}

/* Uniform in 0 .. n-1, n below 2^32 (Lemire 2019, without rejection: bias below n/2^64). */
static inline uint32_t stream_below_n(struct stream *stream, uint32_t n)
{
    return (uint32_t)(((stream_bits(stream) >> 32) * (uint64_t)n) >> 32);
}

extern const double ziggurat_exponential_x[257], ziggurat_exponential_f[257];
extern const double ziggurat_normal_x[257], ziggurat_normal_f[257];
extern const uint64_t ziggurat_exponential_k[256], ziggurat_normal_k[256];

double stream_exponential_edge(struct stream *stream, uint64_t bits);
double stream_normal_edge(struct stream *stream, uint64_t bits);

/* Exponential with mean 1. The fast path is taken 98.9 % of the time. */
static inline double stream_exponential(struct stream *stream)
{
    uint64_t bits = stream_bits(stream), layer = bits & 255, m = bits >> 11;
    if (__builtin_expect(m < ziggurat_exponential_k[layer], 1)) {
        return (double)m * 0x1.0p-53 * ziggurat_exponential_x[layer];
    }
    return stream_exponential_edge(stream, bits);
}

/* Standard normal. */
double stream_normal(struct stream *stream);

/* One value of `dist`, in its unit. DIST_RECORDED gives `recorded`. */
double stream_draw_other(struct stream *stream, const struct dist *dist, double recorded);

static inline double stream_draw(struct stream *stream, const struct dist *dist, double recorded)
{
    if (dist->kind == DIST_EXPONENTIAL) {
        return dist->a * stream_exponential(stream);
    }
    return stream_draw_other(stream, dist, recorded);
}

#endif
