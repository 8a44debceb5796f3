/* SPDX-License-Identifier: Apache-2.0 */
#include "scaler_world.h"

#include <math.h>
#include <string.h>

#include "arena.h"
#include "defaults.h"

static const char *const names[WORLD_POLICIES] = {"first", "second", "third", "fourth"};

void world_open(struct world *world, int policies)
{
    memset(world, 0, sizeof *world);
    world->arena = arena_open();
    defaults_apply(policy_scaling_params, &world->scaling, world->arena);
    world->scaling.min_capacity = 2;
    world->scaling.max_capacity = 100;
    world->scaling.metric_delay = world->scaling.high_resolution_delay = 0;
    world->scaling.policies = (struct rows){world->policy, policies};
    for (int i = 0; i < policies; i++) {
        defaults_apply(policy_params, &world->policy[i], world->arena);
        world->policy[i].name = names[i];
        world->value[i] = NAN;
    }
}

void world_close(struct world *world)
{
    arena_close(world->arena);
}

struct policy *world_track(struct world *world, int i, const char *metric, double target)
{
    struct policy *policy = &world->policy[i];
    policy->policy_type = POLICY_TARGET_TRACKING;
    policy->metric = metric;
    policy->target_value = target;
    return policy;
}

static struct policy *step(struct world *world, int i, const char *metric, double threshold)
{
    struct policy *policy = &world->policy[i];
    policy->policy_type = POLICY_STEP;
    policy->metric = metric;
    policy->threshold = threshold;
    policy->step_adjustments = (struct rows){&world->step[i], 1};
    return policy;
}

struct policy *world_step_above(struct world *world, int i, const char *metric, double threshold,
                                double adjustment)
{
    world->step[i] = (struct policy_step){0, INFINITY, adjustment};
    struct policy *policy = step(world, i, metric, threshold);
    policy->comparison = ALARM_GREATER;
    return policy;
}

struct policy *world_step_below(struct world *world, int i, const char *metric, double threshold,
                                double adjustment)
{
    world->step[i] = (struct policy_step){INFINITY, 0, adjustment};
    struct policy *policy = step(world, i, metric, threshold);
    policy->comparison = ALARM_LESS;
    return policy;
}

void world_start(struct world *world, int64_t running)
{
    world->target.running = world->target.desired = running;
    scaler_open(&world->scaler, &world->scaling, 0, world->arena, NULL);
}

static void measure(struct world *world)
{
    for (int i = 0; i < world->scaler.metric_count; i++) {
        struct metric *points = &world->scaler.metric[i].points;
        if (metric_due(points, world->now)) metric_put(points, world->value[i]);
    }
}

static bool tick(struct world *world)
{
    world->now += SCALER_TICK * WORLD_SECOND;
    measure(world);
    if (!scaler_evaluate(&world->scaler, world->now, &world->target, &world->decision)) return false;
    world->decisions++;
    world->changed = world->now;
    world->target.desired = world->decision.desired;
    if (!world->stuck) world->target.running = world->decision.desired;
    return true;
}

bool world_pass(struct world *world, double seconds)
{
    int before = world->decisions;
    for (int i = 0; i < (int)(seconds / SCALER_TICK); i++) tick(world);
    return world->decisions > before;
}

bool world_await(struct world *world, double seconds)
{
    for (int i = 0; i < (int)(seconds / SCALER_TICK); i++)
        if (tick(world)) return true;
    return false;
}
