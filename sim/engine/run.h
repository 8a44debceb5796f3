/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RUN_H
#define RUN_H

/* A run: one replication of one environment. Everything that changes while it goes on is in here, so two runs fit in
   two threads. It begins with a lead-in, whose statistics are forgotten, so that the simulated start finds the
   system settled; then simulates plan->horizon. */

#include "arena.h"
#include "calendar.h"
#include "fault.h"
#include "meter.h"
#include "node.h"
#include "plan.h"
#include "tally.h"
#include "visit.h"

struct diag;

/* Results of one kind of client request. */
struct request_record {
    const char *name;
    struct tally latency;         /* of those that ended well: from intended first attempt to last answer */
    int64_t ended[OUTCOME_COUNT]; /* by how they ended: OUTCOME_OK ones are in the tally */
    int64_t attempts, retries;
    double rate; /* requests a second at the peak, as configured: for expectations */
};

/* In a drill: what clients saw in each window of 10 s. */
struct run_window {
    int64_t ok, failed;
    uint32_t latency[160]; /* counts in buckets a quarter octave wide from 100 us */
};

/* A change of capacity, for `scaling`. */
struct run_scaling {
    struct node *node;
    int64_t at; /* ns of the calendar */
    int32_t from, to;
    const char *policy, *reason;
};

struct run_capacity_time { /* one scale-out, from the load that called for it to the first task in service */
    struct node *node;
    double metric, alarm, cooldown, launch, warm, health;
};

/* One output of one node; its value is there after run_execute. */
struct run_output {
    struct node *node;
    const struct output *output;
    double mark;               /* reading at the simulated start */
    double value;              /* since then, in the output's unit; NAN: nothing to report */
    const struct tally *tally; /* of OUTPUT_TALLY */
    double *series;            /* samples, or NULL */
    double last;               /* reading at the last sample */
};

struct run_options {
    uint64_t seed;
    int replication;
    double lead;               /* seconds of lead-in */
    const struct fault *fault; /* of a drill, else NULL; its times are in ns from the simulated start */
    double window;             /* seconds a window of a drill, 0 = none */
    uint64_t window_requests;  /* classes of requests that the windows count, as in node->requests; 0 = all */
    const volatile int *stop;  /* set to non-zero by a signal: the run ends early; may be NULL */
    _Atomic(int64_t) *progress; /* simulated ns done, for a progress bar; may be NULL */
};

struct run {
    struct calendar calendar;
    int64_t now;          /* ns; 0 is the beginning of the lead-in */
    int64_t origin;       /* ns at which the simulated start lies */
    int64_t end;          /* ns of the horizon */
    struct visit **chunk; /* visits, RUN_CHUNK to a chunk */
    int32_t chunk_count, chunk_room;
    uint32_t visits_made;
    struct visit *free_visit; /* list through parent */
    int64_t visits_live, visits_peak;
    struct arena *arena;
    const struct plan *plan;
    struct run_options options;
    struct node *node;
    int node_count;
    struct lane *lanes;
    struct request_record *request;
    int request_count, request_room;
    struct meter *meter;
    int meter_count, meter_room;
    struct run_output *output;
    int output_count, output_room;
    int samples, sampled; /* points of each series, and how many are taken */
    double sample_step;   /* seconds */
    struct timer sampler, hour, marker, warmer, striker;
    int hours;
    struct run_window *windows;
    int window_count;
    struct run_scaling *scaling;
    int scaling_count, scaling_room;
    struct run_capacity_time *capacity;
    int capacity_count, capacity_room;
    struct recovery recovery;
    struct fault fault;
    struct ask **unresolved; /* asks waiting for every node to have started */
    int unresolved_count, unresolved_room;
    bool started;
    struct check check; /* where start-time complaints go; diag NULL in a plain run */
    int64_t events;
    const char *broken; /* first violation seen by the engine itself, or NULL */
    bool stopped;       /* by the signal */
    bool full;          /* more visits in flight than the calendar can name */
};

enum {
    RUN_CLASSES = 64, /* bits for classes of requests */
    RUN_CHUNK_BITS = 10,
    RUN_CHUNK = 1 << RUN_CHUNK_BITS,
    RUN_VISITS_MAX =
        4 * 1000 * 1000 /* in flight at once: a system that does not keep up, not one to wait for */
};

/* Builds a run of the plan: starts every node and resolves every ask. Complaints (an ask that nobody answers) go to
   `diag`, which may be NULL when the plan has been through it before. The caller closes it. */
struct run *run_open(const struct plan *plan, const struct run_options *options, struct diag *diag);

/* Simulates to the horizon, then settles every node. */
void run_execute(struct run *run);

void run_close(struct run *run);

/* Flow balance and Little's law at every node, from independent sources. NULL when all hold, else a sentence (in the
   run's arena) about the first that does not. */
const char *run_violation(struct run *run);

/* The index of the client request of this name, made if need be: in `start` only. */
int run_request(struct run *run, const char *name);

/* A client's request has ended: `visit` is its root, `outcome` how. Counted when it was intended after the simulated start. */
void run_ended(struct run *run, int request, const struct visit *visit, enum outcome outcome);

/* Has the ask's node say what it means there, and keeps that in ask->route: once every node has started, or at once
   if they have. Complains at the ask's origin when nothing there answers. */
void run_resolve(struct run *run, struct ask *ask);

/* Reports a change of capacity of `node`. Texts must outlive the run: literals, config or the run's arena. */
void run_scaled(struct node *node, int from, int to, const char *policy, const char *reason);
void run_capacity(struct node *node, struct run_capacity_time time);

static inline struct visit *run_visit(const struct run *run, uint32_t slot)
{
    return &run->chunk[slot >> RUN_CHUNK_BITS][slot & (RUN_CHUNK - 1)];
}

/* Seconds on the scenario's clock since the local midnight before its start: what a daily profile is read at. */
double run_clock(const struct run *run);

/* The output `key` of `node` after run_execute, NULL if the model has none. */
const struct run_output *run_output_of(const struct run *run, const struct node *node, const char *key);

#endif
