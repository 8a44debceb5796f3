/* SPDX-License-Identifier: Apache-2.0 */
#include "meter.h"

#include "run.h"

#include <string.h>

static struct meter *new_meter(struct run *run)
{
    if (run->meter_count == run->meter_room) {
        run->meter_room = run->meter_room == 0 ? 32 : 2 * run->meter_room;
        struct meter *meters = arena_array(run->arena, struct meter, run->meter_room);
        if (run->meter_count > 0) {
            memcpy(meters, run->meter, (size_t)run->meter_count * sizeof *meters);
        }
        run->meter = meters;
    }
    return &run->meter[run->meter_count++];
}

void meter_add(struct node *node, struct meter meter)
{
    struct run *run = node->run;
    meter.node = node;
    meter.factor = meter.factor == 0.0 ? 1.0 : meter.factor;
    meter.purchase = meter.purchase == NULL ? "OnDemand" : meter.purchase;
    meter.hourly = arena_array(run->arena, double, run->hours);
    *new_meter(run) = meter;
}

double meter_reading(const struct meter *meter, int64_t now)
{
    switch (meter->kind) {
    case METER_COUNT: return (double)*meter->count * meter->factor;
    case METER_SUM: return *meter->sum * meter->factor;
    case METER_GAUGE: return gauge_area(meter->gauge, now) / 3600.0 * meter->factor;
    case METER_MONTHLY: return 0.0;
    }
    return 0.0;
}
