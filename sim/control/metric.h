/* SPDX-License-Identifier: Apache-2.0 */
#ifndef METRIC_H
#define METRIC_H

/* A metric as CloudWatch keeps it: one point a period, which nobody can see before it is published. Periods
   follow one another without gaps from `start`; the point of a period is put when the period is over and
   becomes visible `delay` later. What a point's value is (a mean, a sum, a percentile over the period) is the
   caller's to compute. A point may be missing.

   AWS services publish once a minute (amazon-ecs-developer-guide, service-auto-scaling, 2023), ECS CPU and
   memory also every 20 s (containers-roadmap#2113, 2026). How late points are
   visible is not documented. */

#include <stdbool.h>
#include <stdint.h>

struct arena;

struct metric_timing {
    double period, delay; /* seconds */
};

struct metric_point {
    int64_t start;   /* ns: when its period begins */
    int64_t visible; /* ns: when it is published */
    double value;    /* NAN = missing */
};

struct metric {
    int64_t start, period, delay; /* ns */
    int64_t count;                /* points put so far, missing ones included */
    int64_t room;                 /* latest points kept */
    double *value;                /* a ring: point i is at i % room; NAN = missing */
};

/* An empty metric whose first period begins at `start` (ns). Keeps the latest `kept` visible points and
   whatever is waiting to be published, in memory of the arena. */
void metric_open(struct metric *metric, struct arena *arena, int64_t start,
                 const struct metric_timing *timing, int kept);

/* True when the period of the next point is over: the caller computes it and calls metric_put. */
bool metric_due(const struct metric *metric, int64_t now);

/* The beginning of the period that the next point is for, and its end, in ns. */
int64_t metric_begins(const struct metric *metric);
int64_t metric_ends(const struct metric *metric);

/* The point of the next period; NAN = missing. */
void metric_put(struct metric *metric, double value);

/* How many points (missing ones included) have been published by `now`. */
int64_t metric_visible(const struct metric *metric, int64_t now);

/* Point number i, counted from 0. Before the first, or no longer kept: missing. */
struct metric_point metric_at(const struct metric *metric, int64_t i);

/* Mean of the latest `count` points that are visible and not missing; NAN when there is none. Looks back over
   at most `range` points. */
double metric_mean(const struct metric *metric, int64_t now, int count, int range);

#endif
