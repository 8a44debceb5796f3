/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DEPLOYMENT_H
#define DEPLOYMENT_H

/* A rolling deployment of ECS: tasks of a new revision replace those of the old one, never fewer than the
   minimum healthy per cent in service, never more than the maximum per cent in all. Source:
   amazon-ecs-developer-guide, deployment-type-ecs and service_definition_parameters, 2023. */

#include "breaker.h"

enum deployment_state {
    DEPLOYMENT_NONE, /* steady */
    DEPLOYMENT_IN_PROGRESS,
    DEPLOYMENT_COMPLETED,   /* the new revision has all its tasks, the old none */
    DEPLOYMENT_FAILED,      /* the breaker tripped: nothing new is launched */
    DEPLOYMENT_ROLLING_BACK /* the breaker tripped: the old revision is being deployed again */
};

struct deployment {
    enum deployment_state state;
    int64_t minimum_percent, maximum_percent;
    bool rollback;
    struct breaker breaker;
};

/* Tasks of a service during a deployment. */
struct deployment_count {
    int64_t desired;
    int64_t old_healthy, old_other; /* of the revision that goes; other = not (yet) in service */
    int64_t new_healthy, new_other; /* of the revision that comes */
};

/* What to do now. */
struct deployment_work {
    int64_t start; /* tasks of the new revision */
    int64_t stop;  /* tasks of the old one, unhealthy ones first */
};

/* The fewest tasks in service: desired x per cent, rounded up. */
int64_t deployment_floor(int64_t desired, int64_t minimum_percent);

/* The most tasks at once: desired x per cent, rounded down. */
int64_t deployment_ceiling(int64_t desired, int64_t maximum_percent);

/* Begins a deployment; `breaker` may be NULL for none. minimum_percent and maximum_percent are the owner's to
   set beforehand. */
void deployment_begin(struct deployment *deployment, const struct breaker_config *breaker, int64_t desired);

/* Moves the state on and says what to start and stop. When rolling back, "new" is the revision that was old:
   the caller swaps the counts. */
struct deployment_work deployment_step(struct deployment *deployment, const struct deployment_count *count);

/* The breaker tripped (see breaker_start_failed and breaker_check_failed): fails, or rolls back when
   configured. */
void deployment_trip(struct deployment *deployment);

/* True while scaling in is switched off. */
bool deployment_active(const struct deployment *deployment);

/* Seconds before the next launch after `failures` launches in a row that never reached RUNNING: grows to at
   most 15 minutes (service-throttle-logic, 2023). The steps are not documented: doubling from 10 s is
   assumed. */
double deployment_delay(int64_t failures);

#endif
