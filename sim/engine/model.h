/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_H
#define MODEL_H

/* A model: two tables and a few functions behind one symbol, `const struct model model_<name>`. One table says what
   goes in, one what comes out, the functions what happens. Only `arrive` is required. This header brings everything a
   model may use. */

#include "ask.h"
#include "fault.h"
#include "gauge.h"
#include "host.h"
#include "lane.h"
#include "message.h"
#include "meter.h"
#include "node.h"
#include "outcome.h"
#include "param.h"
#include "part.h"
#include "places.h"
#include "processor.h"
#include "program.h"
#include "run.h"
#include "station.h"
#include "tally.h"
#include "visit.h"

enum output_type {
    OUTPUT_COUNT, /* int64_t: only ever grows; reported since the simulated start, summed over replications */
    OUTPUT_SUM,   /* double: the same for a real quantity */
    OUTPUT_MEAN,  /* struct gauge: reported as its time average */
    OUTPUT_PEAK,  /* struct gauge: its highest level since the simulated start */
    OUTPUT_VALUE, /* double: computed in `settle`; NAN = nothing to report */
    OUTPUT_TALLY  /* struct tally: p50 and p99 and mean are reported */
};

/* One row for each reported quantity, found in the state. With a SKU it is billed too: a count in units, a gauge by
   its integral in hours. A SKU may hold config fields in braces: `InstanceUsage:{instance_class}`. */
struct output {
    const char *key;
    size_t offset;
    enum output_type type;
    enum unit unit;
    const char *help;    /* one sentence */
    const char *service; /* of the SKU; NULL when unique */
    const char *sku;     /* NULL: reported, not billed */
    double factor;       /* SKU units per unit; 0 counts as 1 */
    bool fixed;          /* the billed quantity follows from the configuration alone, whatever the load */
    bool series;         /* a time series of it is kept */
};

/* OUTPUT(state, field, type, unit, help[, .service = ..., .sku = ..., .factor = ..., .series = true]) */
#define OUTPUT(state, field, type_, unit_, ...)                                                              \
    {                                                                                                        \
        .key = #field, .offset = offsetof(struct state, field), .type = (type_), .unit = (unit_),            \
        .help = __VA_ARGS__                                                                                  \
    }
#define OUTPUT_END                                                                                           \
    {                                                                                                        \
        .key = NULL                                                                                          \
    }

struct model {
    const char *name, *title;
    const char *about; /* what is modelled, what is not: a paragraph for `explain` */
    size_t config_size, state_size;
    const struct param *params;
    const struct output *outputs;
    bool is_client; /* it makes requests of its own accord */

    /* Rules across fields of one config; complains through `check`. */
    void (*check)(const void *config, const struct check *check);
    /* Time zero: takes everything it will ever need from the run. Nodes it names may not have started yet. */
    void (*start)(struct node *self);
    /* After every node has started: watches others, resolves its asks, sets its first timers. */
    void (*ready)(struct node *self);
    /* What an ask means here: a number that comes back in visit->ask->route; -1: nothing here answers it. Called
       for each ask once, after all nodes have started; may resolve further asks (a load balancer's to its target). */
    int (*resolve)(struct node *self, const struct ask *ask);
    void (*arrive)(struct visit *visit);
    /* A verb is over: a hold, a seize, a service, a call came back. */
    void (*resume)(struct visit *visit);
    /* A timer of its own. */
    void (*wake)(struct node *self, int tag);
    /* A part of a node it watches, or one of its own seen by a watcher, changed life or health. */
    void (*notice)(struct node *self, struct part *part);
    /* Something of it breaks. NULL: the engine crashes the parts concerned and no more. */
    void (*fail)(struct node *self, const struct fault *fault);
    /* Once, within the lead-in: bring slow state to where the load so far would have left it in the long run. */
    void (*warm)(struct node *self);
    /* The simulated start: forget statistics that the tables do not cover (levels and state stay). */
    void (*mark)(struct node *self);
    /* The horizon: compute OUTPUT_VALUE fields. */
    void (*settle)(struct node *self);
};

/* Every model of the build, by name, NULL at the end; written by the build. */
extern const struct model *const model_all[];

/* The smallest scenario that uses each model: its folder's .yaml; written by the build. */
struct model_example {
    const char *name, *text;
};
extern const struct model_example model_examples[];

/* The model of this name, or NULL. */
const struct model *model_find(const char *name);

#endif
