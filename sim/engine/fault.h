/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAULT_H
#define FAULT_H

/* A fault: something of a node breaks at a moment. And the record of how the run came back, from which RTO and RPO are
   made. */

#include <stdint.h>

struct node;
struct run;

/* What the engine does by itself, for a model without `fail`: it crashes the parts concerned, once. A part that comes up in a
   lost zone later is the model's to keep down; FAULT_PRIMARY crashes every part, for only a model knows its primary. */
enum fault_kind {
    FAULT_PART,    /* one part's process dies: a task crash */
    FAULT_HOST,    /* one part goes and cannot be reached: a host */
    FAULT_PRIMARY, /* the writer of a database, the primary of a cache */
    FAULT_ZONE,    /* every part in a zone */
    FAULT_NODE     /* everything of the node */
};

struct fault {
    enum fault_kind kind;
    int node;       /* index in the plan; -1 with FAULT_ZONE: every node */
    int part, zone; /* -1 = drawn by the engine */
    int64_t at;     /* ns */
};

/* Stages between fault and recovery, in order; a model notes each when it is reached, the first note after the
   fault counts. */
enum recovery_stage {
    RECOVERY_DETECTION,   /* somebody noticed: a failed health check, a lost connection */
    RECOVERY_DECISION,    /* somebody decided: replace, promote */
    RECOVERY_REPLACEMENT, /* the new task runs, the reader is the writer */
    RECOVERY_CONNECTION,  /* names and connections lead there: DNS, pool */
    RECOVERY_WARM_UP,     /* in service: first health check passed */
    RECOVERY_STAGES
};
extern const char *const recovery_stage_names[RECOVERY_STAGES];

struct recovery {
    const struct fault *fault;        /* NULL outside drills */
    int64_t struck;                   /* ns, -1 before */
    int64_t reached[RECOVERY_STAGES]; /* ns, -1 = not */
    double lost_seconds;              /* age of the newest durable write that survives: RPO */
    int64_t lost_writes;
};

/* Notes that `node` has reached a stage; ignored unless a fault has struck that node. */
void recovery_reached(struct node *node, enum recovery_stage stage);

/* Notes that writes of the last `seconds` at `node` are gone. */
void recovery_lost(struct node *node, double seconds, int64_t writes);

#endif
