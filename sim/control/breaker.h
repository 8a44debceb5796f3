/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BREAKER_H
#define BREAKER_H

/* The deployment circuit breaker of ECS: counts tasks of a deployment that fail, and gives the deployment up
   at a threshold. Until a task has reached RUNNING those count that fail to; after that, those whose health
   checks fail. Sources: amazon-ecs-developer-guide, deployment-circuit-breaker, 2023; ECS API reference,
   ServiceDeploymentCircuitBreaker and ThresholdConfiguration, 2026. */

#include "param.h"

/* In the order of the words of `type`. */
enum breaker_type { BREAKER_BOUNDED_PERCENT, BREAKER_UNBOUNDED_PERCENT, BREAKER_COUNT };

struct breaker_threshold_config {
    int type;
    int64_t value;
};

/* `deployment_circuit_breaker: {enable: true, rollback: true}` */
struct breaker_config {
    bool enable, rollback;
    struct breaker_threshold_config threshold_configuration;
};
extern const struct param breaker_params[];

struct breaker {
    int64_t threshold; /* INT64_MAX: switched off */
    int64_t failures;
    bool running; /* a task has reached RUNNING: the second stage */
    bool tripped;
};

/* How many failures trip it: half of `desired`, rounded up, at least 3 and at most 200, unless configured
   otherwise. */
int64_t breaker_threshold(const struct breaker_config *config, int64_t desired);

/* A breaker for a new deployment. */
void breaker_open(struct breaker *breaker, const struct breaker_config *config, int64_t desired);

/* A task of the deployment reached RUNNING. */
void breaker_running(struct breaker *breaker);

/* A task of the deployment ended before RUNNING (counts in the first stage), or failed a health check (in the
   second). True when the breaker trips now. */
bool breaker_start_failed(struct breaker *breaker);
bool breaker_check_failed(struct breaker *breaker);

#endif
