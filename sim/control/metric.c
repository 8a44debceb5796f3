/* SPDX-License-Identifier: Apache-2.0 */
#include "metric.h"

#include <assert.h>
#include <math.h>

#include "arena.h"
#include "calendar.h"

void metric_open(struct metric *metric, struct arena *arena, int64_t start,
                 const struct metric_timing *timing, int kept)
{
    assert(timing->period > 0);
    assert(timing->delay >= 0);
    *metric = (struct metric){.start = start};
    metric->period = calendar_ns(timing->period);
    metric->delay = calendar_ns(timing->delay);
    metric->room = kept + metric->delay / metric->period + 2;
    metric->value = arena_array(arena, double, metric->room);
}

int64_t metric_begins(const struct metric *metric)
{
    return metric->start + metric->count * metric->period;
}

int64_t metric_ends(const struct metric *metric)
{
    return metric_begins(metric) + metric->period;
}

bool metric_due(const struct metric *metric, int64_t now)
{
    return metric_ends(metric) <= now;
}

void metric_put(struct metric *metric, double value)
{
    metric->value[metric->count % metric->room] = value;
    metric->count++;
}

int64_t metric_visible(const struct metric *metric, int64_t now)
{
    int64_t since = now - metric->start - metric->delay;
    if (since < metric->period) return 0;
    int64_t published = since / metric->period;
    return published < metric->count ? published : metric->count;
}

struct metric_point metric_at(const struct metric *metric, int64_t i)
{
    int64_t start = metric->start + i * metric->period;
    struct metric_point point = {start, start + metric->period + metric->delay, NAN};
    bool kept = i >= 0 && i < metric->count && i >= metric->count - metric->room;
    if (kept) point.value = metric->value[i % metric->room];
    return point;
}

double metric_mean(const struct metric *metric, int64_t now, int count, int range)
{
    int64_t newest = metric_visible(metric, now) - 1;
    double sum = 0;
    int found = 0;
    for (int back = 0; back < range && found < count; back++) {
        double value = metric_at(metric, newest - back).value;
        if (isnan(value)) continue;
        sum += value;
        found++;
    }
    return found ? sum / found : NAN;
}
