/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NODE_H
#define NODE_H

/* A node: a model with its config, in one run. */

#include "calendar.h"
#include "param.h"
#include "stream.h"
#include "gauge.h"
#include "part.h"

#include <stddef.h>

struct run;
struct model;
struct program;

struct node {
    struct run *run;
    const struct model *model;
    const void *config; /* shared by all runs: never written */
    void *state;        /* model->state_size bytes from the run's arena, zeroed */
    const char *name;
    int32_t index;        /* in the plan */
    uint64_t stream_name; /* hash of (seed, replication, name): visits' streams are below it */

    /* What a node tells others on its floor; set in `start`, read from `ready` on. */
    int64_t admits; /* callers it admits at once (max_connections), 0 = no limit */
    double vcpus;   /* of all its instances */
    void *shared;   /* typed by a header of the control floor: placement, target group */

    struct part **part;
    int32_t part_limit; /* slots */
    size_t part_size;

    int32_t watcher_count;
    struct node **watcher;

    /* For the self-check, from three sources and since the beginning of the run. */
    int64_t arrivals, replies;
    struct gauge inside;        /* visits here: L as a time integral */
    double residence_sum;       /* seconds, from stamps in the visits: W */
    double bytes_in, bytes_out; /* of the asks that arrived */
    uint64_t requests; /* a bit for each class of client request (modulo RUN_CLASSES) that has come here */
    double log_bytes;  /* written by `log` steps */
};

/* Gives the node `limit` slots for parts, each with `state_size` bytes of state. In `start` only. */
void node_parts(struct node *node, int limit, size_t state_size);

/* `watcher`'s model->notice runs whenever a part of `node` changes life or health. In `start` or `ready`. */
void node_watch(struct node *node, struct node *watcher);

/* A timer of the node: when it fires, model->wake(node, tag) runs. */
void node_timer(struct node *node, struct timer *timer, int tag);
void node_wake_in(struct node *node, struct timer *timer, double seconds);
void node_sleep(struct node *node, struct timer *timer);

/* Seconds since the simulated start (negative during the lead-in). */
double node_seconds(const struct node *node);

/* Now, in ns of the calendar. */
int64_t node_now(const struct node *node);

/* The stream (seed, replication, this node, purpose). In `start` only; keep it in the state. */
struct stream node_stream(const struct node *node, const char *purpose);

/* Memory for the run's lifetime. In `start`, `resolve` or `ready`: never once the run goes on. */
void *node_alloc(struct node *node, size_t count, size_t size);
#define node_array(node, type, count) ((type *)node_alloc((node), (size_t)(count), sizeof(type)))

/* The node that a config field refers to, or NULL for none. */
struct node *node_at(const struct node *node, struct node_ref ref);

#endif
