/* SPDX-License-Identifier: Apache-2.0 */
#include "run_record.h"

#include "model.h"
#include "run.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { SAMPLES_MAX = 1440 };

/* A list that has room for one more of `size` bytes: the old one, or a copy twice as long. */
static void *room_for_one(struct run *run, void *list, int count, int *room, size_t size)
{
    if (count < *room) {
        return list;
    }
    *room = *room == 0 ? 16 : 2 * *room;
    void *longer = arena_items(run->arena, (size_t)*room, size);
    if (count > 0) {
        memcpy(longer, list, (size_t)count * size);
    }
    return longer;
}

static const void *field(const struct run_output *output)
{
    return (const char *)output->node->state + output->output->offset;
}

/* The output's source now; for a gauge its integral. */
static double reading(const struct run_output *output)
{
    const void *at = field(output);
    switch (output->output->type) {
    case OUTPUT_COUNT: return (double)*(const int64_t *)at;
    case OUTPUT_SUM: return *(const double *)at;
    case OUTPUT_MEAN:
    case OUTPUT_PEAK: return gauge_area(at, output->node->run->now);
    case OUTPUT_VALUE:
    case OUTPUT_TALLY: break;
    }
    return 0.0;
}

/* The text of one config field, as a SKU spells it. */
static const char *config_text(struct run *run, const struct node *node, const char *key)
{
    const struct param *param = param_find(node->model->params, key);
    return param == NULL ? key : param_write(param, (const char *)node->config + param->offset, run->arena);
}

/* `InstanceUsage:{instance_class}` with the config's values in place of the braces. */
static const char *fill_in(struct run *run, const struct node *node, const char *sku)
{
    const char *open = strchr(sku, '{');
    const char *close = open == NULL ? NULL : strchr(open, '}');
    if (close == NULL) {
        return sku;
    }
    const char *key = arena_copy(run->arena, open + 1, (size_t)(close - open - 1));
    const char *rest = fill_in(run, node, close + 1);
    return arena_printf(run->arena, "%.*s%s%s", (int)(open - sku), sku, config_text(run, node, key), rest);
}

static void add_meter(struct run *run, struct node *node, const struct output *output)
{
    assert(output->type != OUTPUT_VALUE &&
           output->type != OUTPUT_TALLY); /* neither grows from hour to hour */
    const void *at = (const char *)node->state + output->offset;
    struct meter meter = {.service = output->service,
                          .sku = fill_in(run, node, output->sku),
                          .name = output->key,
                          .basis = output->fixed ? BASIS_CONFIGURED : BASIS_SIMULATED,
                          .factor = output->factor};
    if (output->type == OUTPUT_COUNT) {
        meter.kind = METER_COUNT;
        meter.count = at;
    } else if (output->type == OUTPUT_SUM) {
        meter.kind = METER_SUM;
        meter.sum = at;
    } else {
        meter.kind = METER_GAUGE;
        meter.gauge = at;
    }
    meter_add(node, meter);
}

void run_record_outputs(struct run *run, struct node *node)
{
    for (const struct output *output = node->model->outputs; output != NULL && output->key != NULL;
         output++) {
        run->output =
            room_for_one(run, run->output, run->output_count, &run->output_room, sizeof *run->output);
        struct run_output *record = &run->output[run->output_count++];
        *record = (struct run_output){.node = node, .output = output};
        if (output->series) {
            record->series = arena_array(run->arena, double, run->samples);
        }
        if (output->sku != NULL) {
            add_meter(run, node, output);
        }
    }
}

static void mark_output(struct run_output *output)
{
    output->mark = output->last = reading(output);
    if (output->output->type == OUTPUT_PEAK) {
        struct gauge *gauge = (struct gauge *)((char *)output->node->state + output->output->offset);
        gauge->peak = gauge->level;
    } else if (output->output->type == OUTPUT_TALLY) {
        tally_clear((struct tally *)((char *)output->node->state + output->output->offset));
    }
}

/* The simulated start: what was counted in the lead-in is forgotten. */
static void mark(struct timer *timer)
{
    struct run *run = timer->owner;
    for (int i = 0; i < run->output_count; i++) {
        mark_output(&run->output[i]);
    }
    for (int i = 0; i < run->meter_count; i++) {
        run->meter[i].mark = meter_reading(&run->meter[i], run->now);
    }
    for (int i = 0; i < run->node_count; i++) {
        if (run->node[i].model->mark != NULL) {
            run->node[i].model->mark(&run->node[i]);
        }
    }
    run->scaling_count = run->capacity_count = 0;
}

void run_record_open(struct run *run)
{
    double horizon = run->plan->horizon;
    /* From an hour on as many points whatever the horizon, so that a day takes no more memory than an hour. */
    double step = horizon < 3600.0 ? 10.0 : ceil(horizon / SAMPLES_MAX);
    run->sample_step = step;
    run->samples = (int)ceil(horizon / step - 1e-9);
    run->marker = timer_make(mark, run, 0); /* before any node's timer, so that it comes first among equals */
    timer_set(&run->calendar, &run->marker, run->origin);
    if (run->options.window > 0.0) {
        run->window_count = (int)ceil(horizon / run->options.window);
        run->windows = arena_array(run->arena, struct run_window, run->window_count);
    }
}

static void sample(struct timer *timer)
{
    struct run *run = timer->owner;
    double length =
        (double)(run->now - run->origin) * 1e-9 - run->sampled * run->sample_step; /* the last: shorter */
    for (int i = 0; i < run->output_count; i++) {
        struct run_output *output = &run->output[i];
        if (output->series != NULL) {
            double now = reading(output);
            output->series[run->sampled] = (now - output->last) / length;
            output->last = now;
        }
    }
    run->sampled++;
    if (run->sampled < run->samples) {
        timer_set(&run->calendar, timer, run->origin + calendar_ns((run->sampled + 1) * run->sample_step));
    }
}

/* Meters hold readings at the end of each hour until the close turns them into quantities. */
static void read_meters(struct run *run, int hour)
{
    for (int i = 0; i < run->meter_count; i++) {
        struct meter *meter = &run->meter[i];
        meter->hourly[hour] = meter_reading(meter, run->now);
    }
}

static void strike_hour(struct timer *timer)
{
    struct run *run = timer->owner;
    int hour = timer->tag++;
    read_meters(run, hour);
    if (hour + 2 < run->hours) { /* the last reading is taken at the close */
        timer_set(&run->calendar, timer, run->origin + calendar_ns(3600.0 * (hour + 2)));
    }
}

void run_record_ready(struct run *run)
{
    run->sampler = timer_make(sample, run, 0);
    run->hour = timer_make(strike_hour, run, 0);
    timer_set(&run->calendar, &run->sampler, run->origin + calendar_ns(run->sample_step));
    if (run->hours > 1) {
        timer_set(&run->calendar, &run->hour, run->origin + calendar_ns(3600.0));
    }
}

static void close_meter(struct meter *meter, int hours)
{
    double before = meter->mark;
    for (int i = 0; i < hours; i++) {
        double reading_now = meter->hourly[i];
        meter->hourly[i] = reading_now - before;
        before = reading_now;
    }
}

static double value_of(const struct run_output *output)
{
    const void *at = field(output);
    double horizon = output->node->run->plan->horizon;
    switch (output->output->type) {
    case OUTPUT_COUNT:
    case OUTPUT_SUM: return reading(output) - output->mark;
    case OUTPUT_MEAN: return (reading(output) - output->mark) / horizon;
    case OUTPUT_PEAK: return ((const struct gauge *)at)->peak;
    case OUTPUT_VALUE: return *(const double *)at;
    case OUTPUT_TALLY: return tally_mean(at);
    }
    return NAN;
}

void run_record_close(struct run *run)
{
    if (run->hours > 0) {
        read_meters(run, run->hours - 1);
    }
    for (int i = 0; i < run->meter_count; i++) {
        close_meter(&run->meter[i], run->hours);
    }
    if (run->sampled < run->samples) { /* a last sample shorter than the step */
        sample(&run->sampler);
    }
    for (int i = 0; i < run->output_count; i++) {
        struct run_output *output = &run->output[i];
        output->value = value_of(output);
        output->tally = output->output->type == OUTPUT_TALLY ? field(output) : NULL;
    }
}

const struct run_output *run_output_of(const struct run *run, const struct node *node, const char *key)
{
    for (int i = 0; i < run->output_count; i++) {
        if (run->output[i].node == node && strcmp(run->output[i].output->key, key) == 0) {
            return &run->output[i];
        }
    }
    return NULL;
}

int run_request(struct run *run, const char *name)
{
    for (int i = 0; i < run->request_count; i++) {
        if (strcmp(run->request[i].name, name) == 0) {
            return i;
        }
    }
    run->request =
        room_for_one(run, run->request, run->request_count, &run->request_room, sizeof *run->request);
    run->request[run->request_count] =
        (struct request_record){.name = name, .latency = tally_open(run->arena)};
    return run->request_count++;
}

/* Buckets a quarter octave wide from 100 us: enough to compare a p99 with twice its level. */
static int window_bucket(int64_t ns)
{
    uint64_t unit = (uint64_t)ns / 25000 + 4;
    int octave = 63 - __builtin_clzll(unit);
    int bucket = 4 * (octave - 2) + (int)((unit >> (octave - 2)) & 3);
    return bucket < 160 ? bucket : 159;
}

static void record_window(struct run *run, int64_t latency, enum outcome outcome)
{
    int64_t width = calendar_ns(run->options.window);
    int64_t window = (run->now - run->origin) / width;
    if (window >= run->window_count) {
        return;
    }
    struct run_window *here = &run->windows[window];
    if (outcome == OUTCOME_OK) {
        here->ok++;
        here->latency[window_bucket(latency)]++;
    } else {
        here->failed++;
    }
}

void run_ended(struct run *run, int request, const struct visit *visit, enum outcome outcome)
{
    if (visit->intended < run->origin) {
        return;
    }
    struct request_record *record = &run->request[request];
    int64_t latency = run->now - visit->intended;
    record->ended[outcome]++;
    record->attempts += visit->attempt;
    record->retries += visit->attempt > 1 ? visit->attempt - 1 : 0;
    if (outcome == OUTCOME_OK) {
        tally_add(&record->latency, latency);
    }
    uint64_t watched = run->options.window_requests;
    if (run->windows != NULL && (watched == 0 || (watched >> (request % RUN_CLASSES) & 1) != 0)) {
        record_window(run, latency, outcome);
    }
}

void run_scaled(struct node *node, int from, int to, const char *policy, const char *reason)
{
    struct run *run = node->run;
    run->scaling =
        room_for_one(run, run->scaling, run->scaling_count, &run->scaling_room, sizeof *run->scaling);
    run->scaling[run->scaling_count++] = (struct run_scaling){node, run->now, from, to, policy, reason};
}

void run_capacity(struct node *node, struct run_capacity_time time)
{
    struct run *run = node->run;
    time.node = node;
    run->capacity =
        room_for_one(run, run->capacity, run->capacity_count, &run->capacity_room, sizeof *run->capacity);
    run->capacity[run->capacity_count++] = time;
}
