/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GAUGE_H
#define GAUGE_H

/* A gauge: a level over time (requests inside, servers busy, tasks running) and its time integral. Levels are
   real so that a gauge can hold vCPUs or GiB; integrals are in level x seconds. */

#include <stdint.h>

struct gauge {
    double level, area; /* area up to `since` */
    double peak;
    int64_t since; /* ns */
};

static inline void gauge_add(struct gauge *gauge, int64_t now, double change)
{
    gauge->area += gauge->level * (double)(now - gauge->since) * 1e-9;
    gauge->since = now;
    gauge->level += change;
    if (gauge->level > gauge->peak) {
        gauge->peak = gauge->level;
    }
}

static inline void gauge_set(struct gauge *gauge, int64_t now, double level)
{
    gauge_add(gauge, now, level - gauge->level);
    gauge->level = level; /* exactly, whatever rounding the difference had */
}

/* The integral from the beginning to `now`, in level x seconds. */
static inline double gauge_area(const struct gauge *gauge, int64_t now)
{
    return gauge->area + gauge->level * (double)(now - gauge->since) * 1e-9;
}

#endif
