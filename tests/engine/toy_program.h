/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOY_PROGRAM_H
#define TOY_PROGRAM_H

/* Toys for tests of programs, parts and faults: a caller whose requests come at given times, a service that runs
   steps, and a callee that answers as it is told and writes down what it was asked. */

#include "model.h"

enum { TOY_REQUESTS = 64, TOY_NODES = 6 };

/* Request i comes at at[i]; without `at` all of them come at 0. */
struct toy_caller_config {
    const double *at;
    int count;
    const int *part; /* of the called node, for each request; NULL: it chooses */
    bool again;      /* calls once more, at once, when the answer is OUTCOME_RESET */
};

struct toy_end {
    double at; /* seconds; -1 = not ended */
    enum outcome outcome;
};

struct toy_caller_state {
    struct ask ask;
    struct timer timer;
    int request, next;
    struct toy_end end[TOY_REQUESTS]; /* of the first requests */
};

/* Parts that each have a host and run the same steps; a request without a part goes to the first. */
struct toy_service_config {
    struct rows steps;
    const struct program_pool *pools;
    int pool_count, parts;
    double vcpus;  /* of each part, 0 = 1 */
    int64_t loops; /* 0 = no limit */
};

struct toy_service_state {
    struct program *program;
};

/* Answers request i with script[i], the last of them from then on, after `service`; without a service at once. */
struct toy_callee_config {
    struct dist service;
    const enum outcome *script;
    int script_count;
    int32_t key; /* + 1: the key of a get, 0 = the callee knows no keys */
};

struct toy_call {
    double at; /* seconds */
    const struct ask *ask;
    int32_t held;
    double draw; /* the visit's first random number */
};

struct toy_callee_state {
    int count; /* of all calls, of which the first are written down */
    struct toy_call call[TOY_REQUESTS];
};

extern const struct model toy_caller, toy_service, toy_callee;

/* A plan under construction and its run; the nodes' configs are the test's. */
struct toy_world {
    struct plan_node node[TOY_NODES];
    struct plan plan;
    struct run_options options;
    struct run *run;
};

/* A world of a caller, a service that it calls and two callees, nodes 0 to 3; the one and only, emptied. */
struct toy_world *toy_program_world(const struct toy_caller_config *caller,
                                    const struct toy_service_config *service,
                                    const struct toy_callee_config *first,
                                    const struct toy_callee_config *second);

/* Nodes in order, the first a caller of the second; executes `horizon` seconds. Close with toy_close. */
void toy_execute(struct toy_world *world, double horizon);
void toy_close(struct toy_world *world);

/* How request i of the caller (node 0) ended; what the callee at `node` was asked i-th. */
const struct toy_end *toy_ended(const struct toy_world *world, int i);
const struct toy_call *toy_called(const struct toy_world *world, int node, int i);
int toy_calls(const struct toy_world *world, int node);

/* Request i of the caller ended then and so. */
void toy_assert_ended(const struct toy_world *world, int i, double at, enum outcome outcome);

/* Every request has ended, nobody is left inside, and the self-check holds. */
void toy_at_peace(const struct toy_world *world);

#define TOY_SECONDS(seconds)                                                                                 \
    {                                                                                                        \
        .kind = DIST_DETERMINISTIC, .a = (seconds), .mean = (seconds)                                        \
    }
#define TOY_EXPONENTIAL(seconds)                                                                             \
    {                                                                                                        \
        .kind = DIST_EXPONENTIAL, .a = (seconds), .mean = (seconds)                                          \
    }

/* A step with what the reader of a scenario fills in by default. */
#define TOY_STEP(kind_, ...)                                                                                 \
    {                                                                                                        \
        .kind = (kind_), .timeout = INFINITY, __VA_ARGS__                                                    \
    }

/* The rows of an array of steps or branches. */
#define TOY_ROWS(array)                                                                                      \
    {                                                                                                        \
        (array), (int)(sizeof(array) / sizeof *(array))                                                      \
    }

#endif
