/* SPDX-License-Identifier: Apache-2.0 */
/* The rules across the fields of an ECS service. */
#include "model.h"
#include "policy.h"
#include "target_group.h"
#include "text.h"

#include <math.h>

/* In ecs_service.c. */
void ecs_service_check(const void *config, const struct check *check);
const void *ecs_service_setting(const void *config, const char *key);
const void *ecs_service_row(const void *config, const char *list, int row, const char *key);

/* In ecs_service_scaling.c. */
extern const uint32_t ecs_scaling_measurable;

static const double MIB = 1024.0 * 1024.0, GIB = 1024.0 * 1024.0 * 1024.0;

static double real(const void *config, const char *key)
{
    return *(const double *)ecs_service_setting(config, key);
}

static int64_t whole(const void *config, const char *key)
{
    return *(const int64_t *)ecs_service_setting(config, key);
}

static bool is_fargate(const char *provider)
{
    return text_equal(provider, "FARGATE") || text_equal(provider, "FARGATE_SPOT");
}

static int strategy_rows(const void *config)
{
    const struct rows *rows = ecs_service_setting(config, "capacity_provider_strategy");
    return rows->count;
}

static const char *const *provider_at(const void *config, int row)
{
    return ecs_service_row(config, "capacity_provider_strategy", row, "capacity_provider");
}

static void check_providers(const void *config, const struct check *check)
{
    const struct node_ref *cluster = ecs_service_setting(config, "cluster");
    int fargate = 0, count = strategy_rows(config);
    for (int i = 0; i < count; i++) {
        const char *const *name = provider_at(config, i);
        fargate += is_fargate(*name);
        if (!is_fargate(*name) && cluster->index < 0) {
            check_error(check, name,
                        "%s is neither FARGATE nor FARGATE_SPOT: name the cluster it belongs to in `cluster`",
                        *name);
        }
    }
    if (fargate > 0 && fargate < count) {
        check_warning(
            check, provider_at(config, 0),
            "AWS refuses a strategy that mixes Fargate with hosts of the cluster; modelled as written");
    }
}

static void check_shares(const void *config, const struct check *check)
{
    int bases = 0, count = strategy_rows(config);
    int64_t weights = 0;
    for (int i = 0; i < count; i++) {
        const int64_t *base = ecs_service_row(config, "capacity_provider_strategy", i, "base");
        const int64_t *weight = ecs_service_row(config, "capacity_provider_strategy", i, "weight");
        bases += *base > 0;
        weights += *weight;
    }
    if (count > 0 && weights == 0) {
        check_error(check, provider_at(config, 0),
                    "no capacity provider has a weight: give one a weight of 1");
    }
    if (bases > 1) {
        check_warning(check, provider_at(config, 0),
                      "AWS allows a base for one capacity provider only; here all are filled in order");
    }
}

/* amazon-ecs-developer-guide, task-cpu-memory-error, 2023: what Fargate offers, in GiB for each CPU size. */
static bool offered(double cpu, double gib)
{
    static const struct {
        double cpu, least, most;
    } offers[] = {{256, 0.5, 2}, {512, 1, 4},    {1024, 2, 8},    {2048, 4, 16},
                  {4096, 8, 30}, {8192, 16, 60}, {16384, 32, 120}};
    for (size_t i = 0; i < sizeof offers / sizeof *offers; i++) {
        if (fabs(cpu - offers[i].cpu) < 0.5) {
            return gib >= offers[i].least && gib <= offers[i].most;
        }
    }
    return false;
}

static void check_fargate(const void *config, const struct check *check)
{
    bool used = strategy_rows(config) == 0;
    for (int i = 0; i < strategy_rows(config); i++) {
        used = used || is_fargate(*provider_at(config, i));
    }
    double cpu = real(config, "cpu"), gib = real(config, "memory") / GIB;
    if (used && !offered(cpu, gib)) {
        check_warning(
            check, ecs_service_setting(config, "cpu"),
            "Fargate does not offer %g CPU units with %g GiB of memory; modelled and billed as written", cpu,
            gib);
    }
    if (used && real(config, "stop_timeout") > 120.0) {
        check_warning(check, ecs_service_setting(config, "stop_timeout"),
                      "Fargate refuses a stop_timeout above 120s; modelled as written");
    }
}

static void check_memory(const void *config, const struct check *check)
{
    double base = real(config, "memory_use.base"), each = real(config, "memory_use.per_request");
    double memory = real(config, "memory");
    int64_t threads = whole(config, "threads");
    if (base > memory) {
        check_error(check, ecs_service_setting(config, "memory_use.base"),
                    "a task uses %g MiB before its first request and has %g MiB: raise memory", base / MIB,
                    memory / MIB);
    } else if (threads != INT64_MAX && base + each * (double)threads > memory) {
        check_warning(check, ecs_service_setting(config, "memory_use.per_request"),
                      "%lld requests at once need more than the task's memory: it is killed at %lld",
                      (long long)threads, (long long)((memory - base) / each) + 1);
    }
}

static void check_health(const void *config, const struct check *check)
{
    const struct dist *startup = ecs_service_setting(config, "startup");
    double interval = real(config, "health_check.interval");
    double grace = real(config, "health_check_grace_period");
    double patience = interval * (double)whole(config, "health_check.unhealthy_threshold");
    if (real(config, "health_check.timeout") >= interval) {
        check_warning(check, ecs_service_setting(config, "health_check.timeout"),
                      "AWS refuses a timeout that is not shorter than the interval; modelled as written");
    }
    const struct rows *endpoints = ecs_service_setting(config, "endpoints");
    if (endpoints->count > 0 && startup->mean > fmax(patience, grace)) {
        check_warning(
            check, ecs_service_setting(config, "health_check_grace_period"),
            "behind a load balancer a new task answers after %.0f s but is unhealthy after %.0f s, and ECS "
            "replaces it: set health_check_grace_period above the time it takes to start",
            startup->mean, patience);
    }
}

static void check_target_group(const void *config, const struct check *check)
{
    const int *algorithm = ecs_service_setting(config, "load_balancing_algorithm_type");
    double slow_start = real(config, "slow_start");
    if (slow_start > 0.0 && slow_start < 30.0) {
        check_warning(check, ecs_service_setting(config, "slow_start"),
                      "AWS refuses a slow start below 30s; modelled as written");
    }
    if (slow_start > 0.0 && *algorithm == TARGET_LEAST_OUTSTANDING) {
        check_warning(check, ecs_service_setting(config, "slow_start"),
                      "AWS refuses slow_start with least_outstanding_requests: choose round_robin");
    }
}

static void check_scaling(const void *config, const struct check *check)
{
    const struct policy_scaling *const *scaling = ecs_service_setting(config, "scaling");
    const int64_t *desired = ecs_service_setting(config, "desired_count");
    if (*scaling == NULL) {
        return;
    }
    policy_check(*scaling, check, ecs_scaling_measurable);
    if (*desired < (*scaling)->min_capacity) {
        check_warning(
            check, desired,
            "desired_count %lld is below min_capacity %lld: it stays there until a policy scales out",
            (long long)*desired, (long long)(*scaling)->min_capacity);
    } else if (*desired > (*scaling)->max_capacity) {
        check_warning(
            check, desired,
            "desired_count %lld is above max_capacity %lld: it stays there until a policy scales in",
            (long long)*desired, (long long)(*scaling)->max_capacity);
    }
}

void ecs_service_check(const void *config, const struct check *check)
{
    check_providers(config, check);
    check_shares(config, check);
    check_fargate(config, check);
    check_memory(config, check);
    check_health(config, check);
    check_target_group(config, check);
    check_scaling(config, check);
}
