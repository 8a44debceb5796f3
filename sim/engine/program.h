/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROGRAM_H
#define PROGRAM_H

/* Steps: what a service does for a request, written by the user, the same for tasks, instances, functions and
   consumers. Compiled in `start` to a flat array of operations; a visit carries an index into it. */

#include "ask.h"
#include "param.h"
#include "visit.h"

enum step_kind {
    STEP_COMPUTE,
    STEP_WAIT,
    STEP_CALL,
    STEP_CACHE,
    STEP_QUERY,
    STEP_TRANSACTION,
    STEP_GET,
    STEP_PUT,
    STEP_PUBLISH,
    STEP_SEND,
    STEP_LOG,
    STEP_PARALLEL,
    STEP_CHOOSE
};

/* One step as written: the row struct of every PARAM_STEPS table. Which fields are used depends on `kind`. */
struct step {
    int kind;                /* first: set by the reader */
    struct dist work;        /* compute, wait, query */
    struct node_ref node;    /* call, cache, query, transaction, get, put, publish, send */
    const char *request;     /* call */
    int op;                  /* cache: get|set|delete|set_if_absent */
    const char *keys;        /* cache, get, put */
    struct words statements; /* transaction: distributions as texts */
    bool writes, condition;
    double size;                /* put, publish, send, log: bytes */
    double bytes_in, bytes_out; /* call */
    const char *type, *source;  /* publish */
    double timeout;
    const struct retry *retry;
    int on_error; /* fail|ignore */
    const char *pool;
    struct rows on_miss;  /* of struct step */
    struct rows branches; /* parallel, choose: of struct branch */
};

struct branch {
    double share; /* of choose */
    struct rows steps;
};

/* The table of all kinds of steps, for PARAM_STEPS_OF. */
extern const struct variant step_variants[];

struct program;

/* A pool of connections, for a service's `pools`. */
struct program_pool {
    const char *name;
    struct node_ref to;
    int64_t size;
    double timeout;
};

/* Compiles the steps for `node`, resolving every call; in `start` only. Pools are the node's, may be none. */
struct program *program_compile(struct node *node, const struct rows *steps, const struct program_pool *pools,
                                int pool_count);

/* Runs the visit's program from its beginning. True: it is over already and visit->outcome says how (the visit
   is the caller's to answer). False: time passes, or the visit has been dealt with by a nested resume: hands off. */
bool program_begin(struct visit *visit, const struct program *program);

/* Goes on when the visit resumes; same result. */
bool program_resume(struct visit *visit, const struct program *program);

/* Mean CPU seconds of one pass in which every cache misses, calls to others not counted; for settled starts and
   analytic checks. */
double program_cpu_mean(const struct program *program);

#endif
