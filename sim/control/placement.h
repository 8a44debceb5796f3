/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLACEMENT_H
#define PLACEMENT_H

/* Where tasks go. A placement is a set of hosts shared by several groups; a group is the tasks of one
   service, all of one size. Strategies are a list, applied in order, each choosing among what the one before
   left equal; at the end chance decides. Without any, tasks are spread over zones. Strategies are best
   effort, constraints bind. A group without hosts (Fargate) has room everywhere and spreads over its zones.

   Sources: amazon-ecs-developer-guide, task-placement-strategies and throttling, 2023. */

#include "param.h"
#include "stream.h"

struct arena;

/* In the order of the words of `type` and `field`. */
enum placement_type { PLACEMENT_SPREAD, PLACEMENT_BINPACK, PLACEMENT_RANDOM };
enum placement_field { PLACEMENT_ZONE, PLACEMENT_HOST, PLACEMENT_HOST_TOO, PLACEMENT_CPU, PLACEMENT_MEMORY };

/* A row of `ordered_placement_strategy`. */
struct placement_strategy {
    int type, field;
};
/* A row of `placement_constraints`. */
struct placement_constraint {
    int type; /* 0 = distinctInstance */
};
extern const struct param placement_strategy_params[], placement_constraint_params[];

struct placement_size {
    double cpu;        /* CPU units */
    double memory;     /* bytes */
    double interfaces; /* network interfaces (awsvpc mode: one a task) */
};

struct placement_host {
    struct placement_size size, free;
    int32_t zone;
    int32_t tasks; /* of all groups */
    bool used;     /* the slot holds a host */
    bool open;     /* takes new tasks; false while draining or unreachable */
};

struct placement {
    struct placement_host *host;
    int host_room, host_count; /* slots; highest slot in use + 1 */
    int zone_count;
};

struct placement_group {
    struct placement *placement; /* NULL: no hosts (Fargate) */
    struct placement_size need;
    const struct placement_strategy *strategy;
    int strategy_count;
    bool distinct; /* at most one task of the group on a host */
    int zone_count;
    int32_t *in_zone, *on_host;
    bool *closed; /* by zone: takes no new tasks */
};

/* Room for `hosts` hosts in `zones` zones, from the arena. */
void placement_open(struct placement *placement, struct arena *arena, int hosts, int zones);

/* Adds a host and returns its slot; -1 when all are in use. Slots are used again. */
int placement_join(struct placement *placement, struct placement_size size, int zone);

/* Removes a host; its tasks must have been released. */
void placement_leave(struct placement *placement, int host);

/* A group of tasks that need `need` each; `placement` NULL for Fargate, then `zones` counts. Set strategy,
   distinct and closed afterwards. */
void placement_group_open(struct placement_group *group, struct arena *arena, struct placement *placement,
                          int zones, struct placement_size need);

/* Where one more task goes: a host and its zone. False when it fits nowhere: it stays pending. */
struct placement_spot {
    int host; /* -1 without hosts */
    int zone;
};
bool placement_place(struct placement_group *group, struct stream *stream, struct placement_spot *spot);

/* Gives a task's room back. */
void placement_release(struct placement_group *group, struct placement_spot spot);

/* Where to stop a task when scaling in: keeps the zones balanced; binpack stops where most is left
   afterwards, else chance decides. False when the group has none. The caller stops a task there and releases
   it. */
bool placement_victim(const struct placement_group *group, struct stream *stream,
                      struct placement_spot *spot);

/* True when a task of this group would fit on an empty host of this size. */
bool placement_fits(const struct placement_group *group, struct placement_size size);

/* A token bucket for launches: when the next one may start. */
struct placement_rate {
    double burst, refill; /* tokens, tokens a second */
    double tokens;
    int64_t at; /* ns of the latest refill */
};
/* Fargate: 100 at once, 20 a second (throttling, 2023), On-Demand and Spot each; one ECS service: 500 tasks a
   minute (AWS Prescriptive Guidance). */
#define PLACEMENT_FARGATE_RATE ((struct placement_rate){.burst = 100, .refill = 20, .tokens = 100})
#define PLACEMENT_SERVICE_RATE ((struct placement_rate){.burst = 500, .refill = 500.0 / 60, .tokens = 500})

/* Takes a token and returns when (ns, `now` or later) the launch may start; launches are let through in the
   order in which they ask. `now` never goes back. */
int64_t placement_launch(struct placement_rate *rate, int64_t now);

#endif
