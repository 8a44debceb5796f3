/* SPDX-License-Identifier: Apache-2.0 */
#include "record.h"

#include "arena.h"
#include "model.h"
#include "observation.h"
#include "result.h"
#include "run.h"

#include <math.h>
#include <string.h>

struct record *record_open(void)
{
    struct arena *arena = arena_open();
    struct record *record = arena_new(arena, struct record);
    record->arena = arena;
    return record;
}

void record_close(struct record *record)
{
    if (record != NULL) {
        arena_close(record->arena);
    }
}

static void note(struct record *record, const char *name, enum unit unit, double value)
{
    if (record->metric_count == record->metric_room) {
        int room = record->metric_room == 0 ? 128 : 2 * record->metric_room;
        struct record_metric *metrics = arena_array(record->arena, struct record_metric, room);
        if (record->metric_count > 0) {
            memcpy(metrics, record->metric, (size_t)record->metric_count * sizeof *metrics);
        }
        record->metric = metrics;
        record->metric_room = room;
    }
    record->metric[record->metric_count++] = (struct record_metric){name, unit, value};
}

static void note_of(struct record *record, const char *metric, const char *scope, const char *value,
                    double number)
{
    note(record, observation_name(record->arena, metric, scope, value), UNIT_COUNT, number);
}

/* ---- Requests ---- */

/* Whether a request that ended so counts as an error: the others have a status below 400. */
static bool is_error(enum outcome outcome)
{
    return outcome_status(outcome) >= 400;
}

struct ended {
    int64_t all, failed;
    int64_t by_outcome[OUTCOME_COUNT];
};

static void count_ended(const struct request_record *request, struct ended *ended)
{
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        ended->all += request->ended[i];
        ended->failed += is_error((enum outcome)i) ? request->ended[i] : 0;
        ended->by_outcome[i] += request->ended[i];
    }
}

static void note_latency(struct record *record, const char *request, const struct tally *tally)
{
    static const struct {
        const char *metric;
        double p;
    } quantiles[] = {{"latency.p50", 0.5},  {"latency.p90", 0.9},    {"latency.p95", 0.95},
                     {"latency.p99", 0.99}, {"latency.p999", 0.999}, {"latency.max", 1.0}};
    struct arena *arena = record->arena;
    note(record, observation_name(arena, "latency.mean", "request", request), UNIT_SECOND, tally_mean(tally));
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++) {
        note(record, observation_name(arena, quantiles[i].metric, "request", request), UNIT_SECOND,
             tally_quantile(tally, quantiles[i].p));
    }
}

static void note_ended(struct record *record, const char *request, const struct ended *ended, double horizon)
{
    note_of(record, "requests.ended", "request", request, (double)ended->all);
    note_of(record, "requests.failed", "request", request, (double)ended->failed);
    note(record, observation_name(record->arena, "requests.rate", "request", request), UNIT_RATE,
         (double)ended->all / horizon);
}

/* A share of nothing is nothing to report. */
static double share(int64_t part, int64_t all)
{
    return all == 0 ? NAN : (double)part / (double)all;
}

static void note_causes(struct record *record, const struct ended *ended)
{
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        if (is_error((enum outcome)i)) {
            const char *name = arena_printf(record->arena, "errors.%s", outcome_cause((enum outcome)i));
            note(record, name, UNIT_RATIO, share(ended->by_outcome[i], ended->all));
        }
    }
}

static void note_statuses(struct record *record, const struct ended *ended)
{
    for (int status = 400; status < 600; status++) {
        int64_t count = 0;
        bool known = false;
        for (int i = 0; i < OUTCOME_COUNT; i++) {
            bool here = outcome_status((enum outcome)i) == status;
            known = known || here;
            count += here ? ended->by_outcome[i] : 0;
        }
        if (known) {
            const char *text = arena_printf(record->arena, "%d", status);
            note(record, observation_name(record->arena, "errors.rate", "status", text), UNIT_RATIO,
                 share(count, ended->all));
        }
    }
}

/* Requests that clients have made since the simulated start. */
static int64_t made_by_clients(const struct run *run, const int64_t *arrived)
{
    int64_t made = 0;
    for (int i = 0; i < run->node_count; i++) {
        made += run->node[i].model->is_client ? run->node[i].arrivals - arrived[i] : 0;
    }
    return made;
}

static void take_requests(struct record *record, struct run *run, const int64_t *arrived)
{
    double horizon = run->plan->horizon;
    struct tally together = tally_open(run->arena);
    struct ended all = {0};
    for (int i = 0; i < run->request_count; i++) {
        tally_merge(&together, &run->request[i].latency);
        count_ended(&run->request[i], &all);
    }
    note_latency(record, NULL, &together);
    note_ended(record, NULL, &all, horizon);
    int64_t open = made_by_clients(run, arrived) - all.all;
    note(record, "requests.unfinished", UNIT_COUNT, open > 0 ? (double)open : 0.0);
    note(record, "errors.rate", UNIT_RATIO, share(all.failed, all.all));
    note_causes(record, &all);
    note_statuses(record, &all);
    for (int i = 0; i < run->request_count; i++) {
        const char *name = arena_copy(record->arena, run->request[i].name, strlen(run->request[i].name));
        struct ended ended = {0};
        count_ended(&run->request[i], &ended);
        note_latency(record, name, &run->request[i].latency);
        note_ended(record, name, &ended, horizon);
    }
}

/* ---- Nodes ---- */

static void note_output(struct record *record, const struct run_output *output)
{
    struct arena *arena = record->arena;
    const char *node = output->node->name, *key = output->output->key;
    enum unit unit = output->output->unit;
    note(record, observation_name(arena, arena_printf(arena, "nodes.%s", key), "node", node), unit,
         output->value);
    if (output->tally != NULL) {
        note(record, observation_name(arena, arena_printf(arena, "nodes.%s_p50", key), "node", node), unit,
             tally_quantile(output->tally, 0.5));
        note(record, observation_name(arena, arena_printf(arena, "nodes.%s_p99", key), "node", node), unit,
             tally_quantile(output->tally, 0.99));
    }
}

static void take_nodes(struct record *record, const struct run *run, const int64_t *arrived)
{
    for (int i = 0; i < run->node_count; i++) {
        const struct node *node = &run->node[i];
        note_of(record, "nodes.visits", "node", node->name, (double)(node->arrivals - arrived[i]));
        for (int k = 0; k < run->output_count; k++) {
            if (run->output[k].node == node) {
                note_output(record, &run->output[k]);
            }
        }
    }
}

static void take_series(struct record *record, const struct run *run)
{
    record->series = arena_array(record->arena, struct record_series, run->output_count);
    record->samples = run->samples;
    record->sample_step = run->sample_step;
    for (int i = 0; i < run->output_count; i++) {
        const struct run_output *output = &run->output[i];
        if (output->series == NULL) {
            continue;
        }
        double *values = arena_array(record->arena, double, run->samples);
        memcpy(values, output->series, (size_t)run->samples * sizeof *values);
        record->series[record->series_count++] =
            (struct record_series){output->node->index, output->output->key, output->output->unit, values};
    }
}

/* ---- Scaling ---- */

static const char *kept(struct arena *arena, const char *text)
{
    return text == NULL ? NULL : arena_copy(arena, text, strlen(text));
}

static void take_events(struct record *record, const struct run *run)
{
    record->event = arena_array(record->arena, struct record_event, run->scaling_count);
    record->event_count = run->scaling_count;
    for (int i = 0; i < run->scaling_count; i++) {
        const struct run_scaling *event = &run->scaling[i];
        record->event[i] = (struct record_event){
            event->node->index, (double)(event->at - run->origin) / 1e9, event->from,
            event->to,          kept(record->arena, event->policy),      kept(record->arena, event->reason)};
    }
}

/* Mean over the scale-outs of a node, part by part; false when there was none. */
static bool mean_capacity(const struct run *run, const struct node *node, double parts[CAPACITY_PARTS])
{
    int count = 0;
    for (int i = 0; i < CAPACITY_PARTS; i++) {
        parts[i] = 0.0;
    }
    for (int i = 0; i < run->capacity_count; i++) {
        const struct run_capacity_time *time = &run->capacity[i];
        const double seconds[] = {time->metric, time->alarm, time->cooldown,
                                  time->launch, time->warm,  time->health};
        for (int part = 0; time->node == node && part < CAPACITY_TOTAL; part++) {
            parts[part] += seconds[part];
        }
        count += time->node == node;
    }
    for (int part = 0; part < CAPACITY_TOTAL; part++) {
        parts[part] = count == 0 ? NAN : parts[part] / count;
        parts[CAPACITY_TOTAL] += parts[part];
    }
    return count > 0;
}

static void note_capacity(struct record *record, const char *node, const double parts[CAPACITY_PARTS])
{
    static const char metric[] = "scaling.time_to_capacity";
    struct arena *arena = record->arena;
    note(record, observation_name(arena, metric, "node", node), UNIT_SECOND, parts[CAPACITY_TOTAL]);
    for (int i = 0; i < CAPACITY_TOTAL; i++) {
        const char *part = arena_printf(arena, "%s.%s", metric, result_capacity_names[i]);
        note(record, observation_name(arena, part, "node", node), UNIT_SECOND, parts[i]);
    }
}

static void take_scaling(struct record *record, const struct run *run)
{
    take_events(record, run);
    for (int i = 0; i < run->node_count; i++) {
        const struct node *node = &run->node[i];
        double parts[CAPACITY_PARTS];
        bool scaled_out = mean_capacity(run, node, parts);
        int events = 0;
        for (int k = 0; k < run->scaling_count; k++) {
            events += run->scaling[k].node == node;
        }
        if (events > 0 || scaled_out) {
            note_of(record, "scaling.events", "node", node->name, events);
            note_capacity(record, node->name, parts);
        }
    }
}

/* ---- Meters ---- */

static void take_meter(struct record_meter *into, const struct meter *meter, struct record *record)
{
    *into = (struct record_meter){.node = meter->node->index, .meter = *meter};
    into->meter.service = kept(record->arena, meter->service);
    into->meter.sku = kept(record->arena, meter->sku);
    into->meter.name = kept(record->arena, meter->name);
    into->meter.purchase = kept(record->arena, meter->purchase);
    into->meter.node = NULL;
    into->meter.hourly = NULL;
    into->hourly = arena_array(record->arena, double, record->hours);
    for (int i = 0; i < record->hours; i++) {
        into->hourly[i] = meter->hourly[i];
        into->total += meter->hourly[i];
    }
}

static void take_meters(struct record *record, const struct run *run)
{
    record->hours = run->hours;
    record->meter = arena_array(record->arena, struct record_meter, run->meter_count);
    record->meter_count = run->meter_count;
    for (int i = 0; i < run->meter_count; i++) {
        take_meter(&record->meter[i], &run->meter[i], record);
    }
}

void record_take(struct record *record, struct run *run, const int64_t *arrived)
{
    take_requests(record, run, arrived);
    take_nodes(record, run, arrived);
    take_series(record, run);
    take_scaling(record, run);
    take_meters(record, run);
}
