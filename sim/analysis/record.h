/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_H
#define RECORD_H

/* A record: what one replication leaves when its run is closed: numbers by name, hourly meters, series and changes of
   capacity, a few hundred KiB instead of a whole run. Two replications of a plan leave records of the same shape. */

#include "meter.h"
#include "quantity.h"

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct run;

struct record_metric {
    const char *name; /* as in observation.h */
    enum unit unit;
    double value;
};

struct record_meter {
    int node;           /* index in the plan */
    struct meter meter; /* its texts are copies; sources and hourly are gone */
    double total;       /* in the horizon, SKU units */
    double *hourly;
};

struct record_series {
    int node;
    const char *metric;
    enum unit unit;
    double *value;
};

struct record_event {
    int node;
    double at_s;
    int from, to;
    const char *policy, *reason;
};

struct record {
    struct arena *arena; /* its own: closing it frees everything */
    const char *problem; /* why there is nothing else in it, or NULL */
    struct record_metric *metric;
    int metric_count, metric_room;
    struct record_meter *meter;
    int meter_count, hours;
    struct record_series *series;
    int series_count, samples;
    double sample_step;
    struct record_event *event;
    int event_count;
};

/* An empty record, closed by record_close. */
struct record *record_open(void);
void record_close(struct record *record);

/* Takes from a run that has been executed. `arrived` is, for each node, how many visits had arrived at the simulated
   start. */
void record_take(struct record *record, struct run *run, const int64_t *arrived);

#endif
