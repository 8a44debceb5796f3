/* SPDX-License-Identifier: Apache-2.0 */
#include "breaker.h"

#define THRESHOLD "Amazon ECS API, ThresholdConfiguration, 2026"

static const struct param threshold_params[] = {
    PARAM(
        breaker_threshold_config, type, UNIT_NONE, "BOUNDED_PERCENT",
        "BOUNDED_PERCENT|UNBOUNDED_PERCENT|COUNT",
        "Whether the value is per cent of the desired count (bounded: 3 to 200 tasks) or a number of tasks.",
        THRESHOLD),
    PARAM(breaker_threshold_config, value, UNIT_COUNT, "50", "1 to 100000",
          "How many failures end a deployment, in the unit of the type.", THRESHOLD),
    PARAM_END};

const struct param breaker_params[] = {
    PARAM(breaker_config, enable, UNIT_NONE, "false", NULL,
          "Whether a deployment whose tasks keep failing is given up.",
          "amazon-ecs-developer-guide, deployment-circuit-breaker, 2023"),
    PARAM(breaker_config, rollback, UNIT_NONE, "false", NULL,
          "Whether the last revision that worked is deployed again when that happens.",
          "amazon-ecs-developer-guide, deployment-circuit-breaker, 2023"),
    PARAM_GROUP_OF(breaker_config, threshold_configuration, threshold_params,
                   "How many failures that takes."),
    PARAM_END};

/* amazon-ecs-developer-guide, deployment-circuit-breaker, 2023 (rounded up, at most 200; at least 10 then)
   and Amazon ECS API, ServiceDeploymentCircuitBreaker, 2026 (at least 3). */
enum { LEAST = 3, MOST = 200 };

int64_t breaker_threshold(const struct breaker_config *config, int64_t desired)
{
    const struct breaker_threshold_config *threshold = &config->threshold_configuration;
    if (threshold->type == BREAKER_COUNT) return threshold->value;
    int64_t failures = (desired * threshold->value + 99) / 100;
    if (threshold->type == BREAKER_UNBOUNDED_PERCENT) return failures > 1 ? failures : 1;
    return failures < LEAST ? LEAST : failures > MOST ? MOST : failures;
}

void breaker_open(struct breaker *breaker, const struct breaker_config *config, int64_t desired)
{
    bool on = config && config->enable;
    *breaker = (struct breaker){.threshold = on ? breaker_threshold(config, desired) : INT64_MAX};
}

void breaker_running(struct breaker *breaker)
{
    breaker->running = true;
}

static bool count_failure(struct breaker *breaker)
{
    if (breaker->tripped) return false;
    breaker->failures++;
    breaker->tripped = breaker->failures >= breaker->threshold;
    return breaker->tripped;
}

bool breaker_start_failed(struct breaker *breaker)
{
    return !breaker->running && count_failure(breaker);
}

bool breaker_check_failed(struct breaker *breaker)
{
    return breaker->running && count_failure(breaker);
}
