/* SPDX-License-Identifier: Apache-2.0 */
#include "gather.h"

#include "arena.h"
#include "model.h"
#include "rows.h"

#include <assert.h>
#include <math.h>
#include <string.h>

struct gather gather_open(struct result *result, struct result_environment *into,
                          const struct environment *from)
{
    struct gather gather = {.result = result, .into = into, .from = from};
    gather.month = month_of(&from->plan, result->arena);
    return gather;
}

static const char *kept(struct arena *arena, const char *text)
{
    return text == NULL ? NULL : arena_copy(arena, text, strlen(text));
}

/* ---- Usage ---- */

static void begin_usage(struct gather *gather, const struct record *record, int at)
{
    struct arena *arena = gather->result->arena;
    const struct record_meter *meter = &record->meter[at];
    bool fixed = meter->meter.kind == METER_MONTHLY;
    enum bill_basis basis = meter->meter.basis == BASIS_CONFIGURED ? BILL_CONFIGURED : BILL_SIMULATED;
    struct result_usage *usage = &gather->into->usage[at];
    *usage = (struct result_usage){.node = gather->from->plan.node[meter->node].name,
                                   .service = kept(arena, meter->meter.service),
                                   .sku = kept(arena, meter->meter.sku),
                                   .name = kept(arena, meter->meter.name),
                                   .purchase = kept(arena, meter->meter.purchase),
                                   .basis = basis,
                                   .hours = fixed ? 0 : record->hours,
                                   .monthly = fixed ? meter->meter.monthly : 0.0};
    usage->hourly = fixed ? NULL : arena_array(arena, double, record->hours);
    gather->meter[at] = (struct cost_meter){.node = usage->node,
                                            .service = usage->service,
                                            .sku = usage->sku,
                                            .name = usage->name,
                                            .purchase = usage->purchase,
                                            .basis = basis};
}

static void begin_meters(struct gather *gather, const struct record *record)
{
    gather->meter_count = gather->into->usage_count = record->meter_count;
    gather->meter = arena_array(gather->result->arena, struct cost_meter, record->meter_count);
    gather->into->usage = arena_array(gather->result->arena, struct result_usage, record->meter_count);
    for (int i = 0; i < record->meter_count; i++) {
        begin_usage(gather, record, i);
    }
}

static void make_room(struct gather *gather)
{
    if (gather->replications < gather->room) {
        return;
    }
    gather->room = gather->room == 0 ? 8 : 2 * gather->room;
    for (int i = 0; i < gather->meter_count; i++) {
        double *longer = arena_array(gather->result->arena, double, gather->room);
        if (gather->replications > 0) {
            memcpy(longer, gather->meter[i].quantity, (size_t)gather->replications * sizeof *longer);
        }
        gather->meter[i].quantity = longer;
    }
}

static void take_meters(struct gather *gather, const struct record *record)
{
    assert(record->meter_count ==
           gather->meter_count); /* meters are added in `start`, which the plan decides */
    make_room(gather);
    for (int i = 0; i < record->meter_count; i++) {
        const struct record_meter *meter = &record->meter[i];
        struct result_usage *usage = &gather->into->usage[i];
        gather->meter[i].quantity[gather->replications] =
            month_quantity(&gather->month, &meter->meter, meter->total);
        for (int hour = 0; hour < usage->hours; hour++) {
            usage->hourly[hour] += meter->hourly[hour];
        }
    }
}

/* ---- Series ---- */

static void begin_series(struct gather *gather, const struct record *record)
{
    struct arena *arena = gather->result->arena;
    gather->into->series_count = record->series_count;
    gather->into->series = arena_array(arena, struct result_series, record->series_count);
    for (int i = 0; i < record->series_count; i++) {
        const struct record_series *series = &record->series[i];
        gather->into->series[i] = (struct result_series){.node = gather->from->plan.node[series->node].name,
                                                         .metric = kept(arena, series->metric),
                                                         .unit = quantity_unit_name(series->unit),
                                                         .step_s = record->sample_step,
                                                         .value = arena_array(arena, double, record->samples),
                                                         .count = record->samples};
    }
}

static void take_series(struct gather *gather, const struct record *record)
{
    for (int i = 0; i < record->series_count; i++) {
        for (int k = 0; k < record->samples; k++) {
            gather->into->series[i].value[k] += record->series[i].value[k];
        }
    }
}

/* ---- Events ---- */

static struct result_scaling *scaling_of(struct gather *gather, int node)
{
    struct result_environment *into = gather->into;
    const char *name = gather->from->plan.node[node].name;
    for (int i = 0; i < into->scaling_count; i++) {
        if (strcmp(into->scaling[i].node, name) == 0) {
            return &into->scaling[i];
        }
    }
    return NULL;
}

/* One row for each node of the plan; those where nothing ever happens are dropped in the end. */
static void begin_scaling(struct gather *gather, const struct record *record)
{
    const struct plan *plan = &gather->from->plan;
    struct arena *arena = gather->result->arena;
    gather->into->scaling = arena_array(arena, struct result_scaling, plan->node_count);
    gather->into->scaling_count = plan->node_count;
    for (int i = 0; i < plan->node_count; i++) {
        int count = 0;
        for (int k = 0; k < record->event_count; k++) {
            count += record->event[k].node == i;
        }
        gather->into->scaling[i].node = plan->node[i].name;
        gather->into->scaling[i].event = arena_array(arena, struct result_event, count);
    }
}

static void take_events(struct gather *gather, const struct record *record)
{
    struct arena *arena = gather->result->arena;
    for (int i = 0; i < record->event_count; i++) {
        const struct record_event *event = &record->event[i];
        struct result_scaling *scaling = scaling_of(gather, event->node);
        scaling->event[scaling->event_count++] = (struct result_event){
            gather->replications,      event->at_s, event->from, event->to, kept(arena, event->policy),
            kept(arena, event->reason)};
    }
}

/* ---- All together ---- */

void gather_take(struct gather *gather, const struct record *record)
{
    if (gather->replications == 0) {
        begin_meters(gather, record);
        begin_series(gather, record);
        begin_scaling(gather, record);
        take_events(gather, record);
    }
    for (int i = 0; i < record->metric_count; i++) {
        const struct record_metric *metric = &record->metric[i];
        observation_note(&gather->into->samples, gather->replications, metric->name, metric->unit,
                         metric->value);
    }
    take_meters(gather, record);
    take_series(gather, record);
    gather->replications++;
}

void gather_close(struct gather *gather)
{
    struct result_environment *into = gather->into;
    into->replications = gather->replications;
    for (int i = 0; i < into->usage_count; i++) {
        for (int hour = 0; hour < into->usage[i].hours; hour++) {
            into->usage[i].hourly[hour] /= gather->replications;
        }
    }
    for (int i = 0; i < into->series_count; i++) {
        for (int k = 0; k < into->series[i].count; k++) {
            into->series[i].value[k] /= gather->replications;
        }
    }
    rows_fill(gather->result, into, &gather->from->plan);
}
