/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#include "maths.h"
#include "text.h"

struct stream stream_open(uint64_t seed, int replication, const char *node, const char *purpose)
{
    struct stream run = stream_below(stream_mix(seed), (uint64_t)replication);
    struct stream place = stream_below(run.state, text_hash(node));
    return stream_below(place.state, text_hash(purpose));
}

/* A layer's edge, or the tail beyond r, where the exponential starts again. */
double stream_exponential_edge(struct stream *stream, uint64_t bits)
{
    for (;;) {
        uint64_t layer = bits & 255, m = bits >> 11;
        double x = (double)m * 0x1.0p-53 * ziggurat_exponential_x[layer];
        if (m < ziggurat_exponential_k[layer]) {
            return x;
        }
        if (layer == 0) {
            return ziggurat_exponential_x[1] - maths_log(1.0 - stream_uniform(stream));
        }
        double low = ziggurat_exponential_f[layer], high = ziggurat_exponential_f[layer + 1];
        if (low + stream_uniform(stream) * (high - low) < maths_exp(-x)) {
            return x;
        }
        bits = stream_bits(stream);
    }
}

/* Beyond r (Marsaglia 1964). */
static double normal_tail(struct stream *stream)
{
    double r = ziggurat_normal_x[1], x, y;
    do {
        x = -maths_log(1.0 - stream_uniform(stream)) / r;
        y = -maths_log(1.0 - stream_uniform(stream));
    } while (y + y < x * x);
    return r + x;
}

double stream_normal_edge(struct stream *stream, uint64_t bits)
{
    for (;;) {
        uint64_t layer = bits & 255, m = bits >> 11;
        double sign = (bits & 256) != 0 ? -1.0 : 1.0;
        double x = (double)m * 0x1.0p-53 * ziggurat_normal_x[layer];
        if (m < ziggurat_normal_k[layer]) {
            return sign * x;
        }
        if (layer == 0) {
            return sign * normal_tail(stream);
        }
        double low = ziggurat_normal_f[layer], high = ziggurat_normal_f[layer + 1];
        if (low + stream_uniform(stream) * (high - low) < maths_exp(-0.5 * x * x)) {
            return sign * x;
        }
        bits = stream_bits(stream);
    }
}

double stream_normal(struct stream *stream)
{
    uint64_t bits = stream_bits(stream), layer = bits & 255, m = bits >> 11;
    if (__builtin_expect(m < ziggurat_normal_k[layer], 1)) {
        double x = (double)m * 0x1.0p-53 * ziggurat_normal_x[layer];
        return (bits & 256) != 0 ? -x : x;
    }
    return stream_normal_edge(stream, bits);
}

/* Gamma with shape at least 1 (Marsaglia and Tsang 2000, ACM TOMS 26(3)), scale 1. */
static double gamma_of_shape(struct stream *stream, double shape)
{
    double d = shape - 1.0 / 3.0, c = 1.0 / maths_sqrt(9.0 * d);
    for (;;) {
        double x = stream_normal(stream), v = 1.0 + c * x;
        if (v <= 0.0) {
            continue;
        }
        v = v * v * v;
        double u = 1.0 - stream_uniform(stream);
        if (maths_log(u) < 0.5 * x * x + d - d * v + d * maths_log(v)) {
            return d * v;
        }
    }
}

static double draw_gamma(struct stream *stream, double shape, double scale)
{
    if (shape >= 1.0) {
        return scale * gamma_of_shape(stream, shape);
    }
    double boost = maths_pow(1.0 - stream_uniform(stream), 1.0 / shape);
    return scale * boost * gamma_of_shape(stream, shape + 1.0);
}

static double draw_erlang(struct stream *stream, double mean, int stages)
{
    double sum = 0.0;
    for (int i = 0; i < stages; i++) {
        sum += stream_exponential(stream);
    }
    return mean * sum;
}

/* Linear between order statistics, so that a small sample does not repeat itself. */
static double draw_empirical(struct stream *stream, const struct dist *dist)
{
    double place = stream_uniform(stream) * (double)(dist->count - 1);
    int64_t i = (int64_t)place;
    double share = place - (double)i;
    return dist->a * (dist->values[i] + share * (dist->values[i + 1] - dist->values[i]));
}

double stream_draw_other(struct stream *stream, const struct dist *dist, double recorded)
{
    switch (dist->kind) {
    case DIST_NONE: return 0.0;
    case DIST_DETERMINISTIC: return dist->a;
    case DIST_UNIFORM: return dist->a + dist->b * stream_uniform(stream);
    case DIST_EXPONENTIAL: return dist->a * stream_exponential(stream);
    case DIST_ERLANG: return draw_erlang(stream, dist->a, (int)dist->b);
    case DIST_GAMMA: return draw_gamma(stream, dist->a, dist->b);
    case DIST_LOGNORMAL: return maths_exp(dist->a + dist->b * stream_normal(stream));
    case DIST_WEIBULL: return dist->b * maths_pow(stream_exponential(stream), dist->a);
    case DIST_PARETO: return dist->b * maths_exp(dist->a * stream_exponential(stream));
    case DIST_HYPEREXPONENTIAL:
        return (stream_uniform(stream) < dist->a ? dist->b : dist->c) * stream_exponential(stream);
    case DIST_EMPIRICAL: return draw_empirical(stream, dist);
    case DIST_RECORDED: return dist->a * recorded;
    }
    return 0.0;
}
