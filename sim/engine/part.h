/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PART_H
#define PART_H

/* A part of a node: a task of a service, an instance of a cluster, a node of a cache. The engine keeps its zone,
   life, health and number of visits outstanding, so that a load balancer can choose a task of another node
   without knowing what it is, and a fault can strike a zone. */

#include "outcome.h"

#include <stdbool.h>
#include <stdint.h>

struct node;
struct host;

enum part_life {
    PART_ABSENT,   /* the slot is free */
    PART_PENDING,  /* asked for: being placed, pulled, booted */
    PART_RUNNING,  /* started, and registered with whoever watches the node */
    PART_DRAINING, /* takes nothing new; ends when its last visit does, or when its delay is over */
};

enum part_health {
    HEALTH_INITIAL, /* registered, no check passed yet */
    HEALTH_HEALTHY,
    HEALTH_UNHEALTHY
};

struct part {
    struct node *node;
    int32_t index; /* in node->part[] */
    int32_t zone;  /* index into the plan's zones */
    uint8_t life, health;
    bool alive;     /* its process answers; false between a crash and its detection or replacement */
    bool reachable; /* false when host, zone or network is gone: connecting takes the full connect timeout */
    int32_t outstanding; /* visits now at this part */
    int64_t since;       /* ns of the last change of life */
    uint32_t generation; /* of the slot: changes when it is used again */
    struct host *host;   /* CPUs and threads, where programs run here; else NULL */
    void *state;         /* the model's own, node->part_size bytes, zeroed at start only */
};

/* Changes life; watchers are told when it has really changed. PART_RUNNING starts with HEALTH_INITIAL and alive. */
void part_set_life(struct part *part, enum part_life life);

/* Changes health as a watcher sees it; the node that owns the part, and other watchers, are told. */
void part_set_health(struct part *part, enum part_health health);

/* For an event of its own, not below a verb of a visit at that part. The process dies at once: every visit there ends with `outcome` (the callers see it), life stays as it is, so
   that somebody has to notice. */
void part_crash(struct part *part, enum outcome outcome);

/* A slot that is absent, or NULL when all are in use. */
struct part *part_free_slot(struct node *node);

/* How many parts of the node have this life. */
int part_count(const struct node *node, enum part_life life);

#endif
