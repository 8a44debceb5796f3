/* SPDX-License-Identifier: Apache-2.0 */
/* An ECS service: its tables, its rules, and how its parts hang together. Tasks live and die in ecs_service_task.c,
   requests are served in ecs_service_request.c, messages worked on in ecs_service_worker.c, and the desired count is moved
   in ecs_service_scaling.c. Those read the two tables here by key, so that the layouts of config and state are known to this
   file alone. */
#include "breaker.h"
#include "model.h"
#include "placement.h"
#include "scaler.h"
#include "target_group.h"
#include "text.h"

#include <assert.h>
#include <math.h>
#include <string.h>

struct ecs_tasks;
struct ecs_requests;
struct ecs_workers;
struct ecs_scaling;

/* In ecs_service_check.c. */
void ecs_service_check(const void *config, const struct check *check);

/* In ecs_service_task.c. */
extern const size_t ecs_task_size;
struct ecs_tasks *ecs_tasks_open(struct node *node, struct ecs_requests *requests,
                                 struct ecs_workers *workers);
void ecs_tasks_ready(struct ecs_tasks *tasks);
void ecs_tasks_tick(struct ecs_tasks *tasks);
void ecs_tasks_wake(struct ecs_tasks *tasks, int tag);
void ecs_tasks_notice(struct ecs_tasks *tasks, struct part *part);
void ecs_tasks_fail(struct ecs_tasks *tasks, const struct fault *fault);

/* In ecs_service_request.c. */
struct ecs_requests *ecs_requests_open(struct node *node);
void ecs_requests_ready(struct ecs_requests *requests, struct ecs_tasks *tasks,
                        struct tally *const *response);
double ecs_requests_inside(const struct ecs_requests *requests, double running);
int ecs_requests_resolve(const struct ecs_requests *requests, const struct ask *ask);
void ecs_requests_arrive(struct ecs_requests *requests, struct visit *visit);
void ecs_requests_resume(struct ecs_requests *requests, struct visit *visit);

/* In ecs_service_worker.c. */
struct ecs_workers *ecs_workers_open(struct node *node);
void ecs_workers_resume(struct ecs_workers *workers, struct visit *visit);

/* In ecs_service_scaling.c. */
struct ecs_scaling *ecs_scaling_open(struct node *node, struct ecs_tasks *tasks,
                                     struct ecs_requests *requests);
struct tally *const *ecs_scaling_response(const struct ecs_scaling *scaling);
void ecs_scaling_tick(struct ecs_scaling *scaling);

/* For all of them: what the tables below say about a key. The field of the config it stands for; one in a group is
   written `group.key`, and is NULL when the group is optional and absent. The same in a row of a list or a map. The field
   of the state that an output stands for. */
const void *ecs_service_setting(const void *config, const char *key);
const void *ecs_service_row(const void *config, const char *list, int row, const char *key);
void *ecs_service_result(const struct node *node, const char *key);

/* ---- What goes in, and what comes out ------------------------------------------------------------------ */

struct memory_use {
    double base, per_request; /* bytes */
};

struct health_check {
    const char *path;
    double interval, timeout;
    int64_t healthy_threshold, unhealthy_threshold;
    struct dist work;
};

struct stickiness {
    int type;
    double cookie_duration;
};

struct discovery {
    double dns_ttl;
};

struct capacity {
    const char *capacity_provider;
    int64_t base, weight;
};

struct endpoint {
    const char *name, *request;
    struct rows steps;
};

struct consumer {
    struct node_ref queue;
    int64_t workers, batch;
    double wait_time;
    struct rows steps;
};

struct ecs_service_config {
    struct node_ref cluster;
    double cpu, memory;
    struct memory_use memory_use;
    int64_t threads, queue_limit, event_loops;
    double image_size, pull_rate;
    struct dist provisioning, attachment, startup;
    int64_t desired_count, deployment_maximum_percent;
    struct rows capacity_provider_strategy, ordered_placement_strategy, placement_constraints;
    struct breaker_config deployment_circuit_breaker;
    struct health_check health_check;
    double health_check_grace_period;
    const struct stickiness *stickiness;
    double deregistration_delay, slow_start, stop_timeout;
    int load_balancing_algorithm_type;
    const struct discovery *service_discovery;
    double exit_detection, host_detection;
    const struct policy_scaling *scaling;
    struct rows pools, endpoints, consumes;
};

struct ecs_service_state {
    struct ecs_tasks *tasks;
    struct ecs_requests *serving;
    struct ecs_workers *consuming;
    struct ecs_scaling *scaling; /* NULL without a scaling block */
    struct target_group target_group;
    struct timer tick;                                       /* every SCALER_TICK seconds */
    double busy_mark, vcpus_mark, running_mark, inside_mark; /* readings at the simulated start */
    struct gauge busy_vcpus, vcpus, running, desired, pending, unplaced;
    struct gauge fargate_vcpus, fargate_gib, spot_vcpus, spot_gib;
    int64_t launched, stopped, replaced, crashed, memory_kills;
    int64_t requests, failed, refused, messages, messages_failed;
    double utilisation, memory_utilisation, in_flight_peak, cpu_seconds;
    struct tally response;
};

enum { TAG_TICK = -1 /* timers of the tasks have other tags */, SLOTS_PER_TASK = 4, SPARE_SLOTS = 8 };

static const double CPU_UNITS = 1024.0;

#define ECS "ECS developer guide, 2023-06, "
#define ALB "Application Load Balancers user guide, 2023-06, "

static const struct param memory_use_params[] = {
    PARAM(memory_use, base, UNIT_BYTE, "0B", "0B to 1TiB", "What a task uses without any request.",
          "definition"),
    PARAM(memory_use, per_request, UNIT_BYTE, "0B", "0B to 64GiB",
          "What each request or message that is worked on adds; requests that wait for a thread add nothing.",
          "definition"),
    PARAM_END};

static const struct param health_check_params[] = {
    PARAM(health_check, path, UNIT_NONE, "/", NULL, "The path asked for.",
          ALB "target-group-health-checks.md"),
    PARAM(health_check, interval, UNIT_SECOND, "30s", "5s to 300s", "Time between two checks of a task.",
          ALB "target-group-health-checks.md"),
    PARAM(health_check, timeout, UNIT_SECOND, "5s", "2s to 120s", "Time after which a check has failed.",
          ALB "target-group-health-checks.md"),
    PARAM(health_check, healthy_threshold, UNIT_COUNT, "5", "2 to 10",
          "Checks passed in a row that make an unhealthy task healthy; a new one needs only one.",
          ALB "target-group-health-checks.md"),
    PARAM(health_check, unhealthy_threshold, UNIT_COUNT, "2", "2 to 10",
          "Checks failed in a row that make a task unhealthy.", ALB "target-group-health-checks.md"),
    PARAM(health_check, work, UNIT_SECOND, "1ms", NULL, "CPU time that the task needs to answer a check.",
          "assumed"),
    PARAM_END};

static const struct param stickiness_params[] = {
    PARAM(stickiness, type, UNIT_NONE, "lb_cookie", "lb_cookie|app_cookie",
          "Whose cookie ties a client to a task.", "Terraform aws_lb_target_group, 2026"),
    PARAM(stickiness, cookie_duration, UNIT_SECOND, "1d", "1s to 7d",
          "How long the cookie holds after a request.", ALB "load-balancer-target-groups.md"),
    PARAM_END};

static const struct param discovery_params[] = {
    PARAM(discovery, dns_ttl, UNIT_SECOND, NULL, "0s to 1d",
          "How long callers go on using addresses that they have looked up.", "definition"),
    PARAM_END};

static const struct param capacity_params[] = {
    PARAM(capacity, capacity_provider, UNIT_NONE, NULL, NULL,
          "FARGATE, FARGATE_SPOT or a capacity provider of the cluster.", "definition"),
    PARAM(capacity, base, UNIT_COUNT, "0", "0 to 100000", "Tasks that go there first.",
          "ECS API reference, CapacityProviderStrategyItem, 2026"),
    PARAM(capacity, weight, UNIT_COUNT, "0", "0 to 1000", "Its share of the tasks beyond all bases.",
          "ECS API reference, CapacityProviderStrategyItem, 2026"),
    PARAM_END};

static const struct param pool_params[] = {
    PARAM(program_pool, to, UNIT_NONE, "none", NULL, "The node its connections lead to.", "definition"),
    PARAM(program_pool, size, UNIT_COUNT, NULL, "1 to 100000", "Connections of each task.", "definition"),
    PARAM(program_pool, timeout, UNIT_SECOND, "none", "1ms to 1h", "How long a request waits for one.",
          "definition"),
    PARAM_END};

static const struct param endpoint_params[] = {
    PARAM(endpoint, request, UNIT_NONE, "*", NULL,
          "The requests it answers, `METHOD /path`, with * for anything.", "definition"),
    PARAM_STEPS_OF(endpoint, steps, step, step_variants, "What the task does for one."), PARAM_END};

static const struct param consumer_params[] = {
    PARAM(consumer, queue, UNIT_NONE, NULL, NULL, "The queue that messages are received from.", "definition"),
    PARAM(consumer, workers, UNIT_COUNT, "1", "1 to 10000", "Messages that a task works on at once.",
          "definition"),
    PARAM(consumer, batch, UNIT_COUNT, "1", "1 to 10", "Messages received at most with one call.",
          "SQS API reference, ReceiveMessage, 2026"),
    PARAM(consumer, wait_time, UNIT_SECOND, "0s", "0s to 20s",
          "How long a receive waits for a message; 0s leaves it to the queue.",
          "SQS developer guide, 2023-06, sqs-short-and-long-polling.md"),
    PARAM_STEPS_OF(consumer, steps, step, step_variants, "What a worker does for one message."),
    PARAM_END};

static const struct param params[] = {
    PARAM(ecs_service_config, cluster, UNIT_NONE, "none", NULL, "The cluster whose hosts tasks may run on.",
          "definition"),
    PARAM(ecs_service_config, cpu, UNIT_CPU, "256", "128 to 196608", "CPU units of a task, 1024 to a vCPU.",
          "AWS CDK, ApplicationLoadBalancedFargateService, 2023"),
    PARAM(ecs_service_config, memory, UNIT_BYTE, "512MiB", "4MiB to 1TiB",
          "Memory of a task; one that uses more is killed.",
          "AWS CDK, ApplicationLoadBalancedFargateService, 2023"),
    PARAM_GROUP_OF(ecs_service_config, memory_use, memory_use_params, "How much of it the task uses."),
    PARAM(ecs_service_config, threads, UNIT_COUNT, "none", "1 to 1000000 or none",
          "Requests that a task works on at once; others wait.", "definition"),
    PARAM(ecs_service_config, queue_limit, UNIT_COUNT, "none", "0 to 1000000 or none",
          "Requests that may wait for a thread of a task before it refuses more.", "definition"),
    PARAM(ecs_service_config, event_loops, UNIT_COUNT, "none", "1 to 1000 or none",
          "Requests of a task that compute at once; the other threads wait.", "definition"),
    PARAM(ecs_service_config, image_size, UNIT_BYTE, "250MiB", "0B to 100GiB", "Size of the container image.",
          "assumed"),
    PARAM(ecs_service_config, pull_rate, UNIT_BYTE, "12.1MB", "100kB to 10GB",
          "Bytes of image pulled and unpacked in a second.",
          "elasticscale.com, reduce-aws-fargate-pull-times-with-soci: 57 s for 413 MB, 23 s of it "
          "provisioning"),
    PARAM(ecs_service_config, provisioning, UNIT_SECOND, "lognormal(mean 23s cv 0.14)", NULL,
          "From placement to the beginning of the pull on Fargate.",
          "aws/containers-roadmap#2113, 2026: 386 s less 363 s; spread of the ten starts measured by "
          "elasticscale.com"),
    PARAM(ecs_service_config, attachment, UNIT_SECOND, "5s", NULL,
          "The same on a host of the cluster, which attaches a network interface.", "assumed"),
    PARAM(ecs_service_config, startup, UNIT_SECOND, "5s", NULL,
          "From the start of the container until it answers.", "assumed"),
    PARAM(ecs_service_config, desired_count, UNIT_COUNT, "1", "0 to 5000", "Tasks at the beginning.",
          "AWS CDK, FargateService, 2023"),
    PARAM(ecs_service_config, deployment_maximum_percent, UNIT_COUNT, "200", "100 to 1000",
          "The most tasks at once, in per cent of the desired count, while unhealthy ones are replaced.",
          ECS "deployment-type-ecs.md"),
    PARAM_LIST_OF(ecs_service_config, capacity_provider_strategy, capacity, capacity_params,
                  "Where tasks run: bases first, then by weight; FARGATE unless written."),
    PARAM_LIST_OF(ecs_service_config, ordered_placement_strategy, placement_strategy,
                  placement_strategy_params,
                  "How hosts are chosen: spread over zones unless written; without effect on Fargate."),
    PARAM_LIST_OF(ecs_service_config, placement_constraints, placement_constraint,
                  placement_constraint_params, "Rules that bind the choice of hosts."),
    PARAM_GROUP_OF(ecs_service_config, deployment_circuit_breaker, breaker_params,
                   "When a deployment is given up; no deployment is simulated yet, so it has no effect."),
    PARAM_GROUP_OF(ecs_service_config, health_check, health_check_params,
                   "How a load balancer checks the tasks."),
    PARAM(ecs_service_config, health_check_grace_period, UNIT_SECOND, "0s", "0s to 24855d",
          "How long after a task's start a failed check does not count.",
          ECS "service_definition_parameters.md", .alias = "healthCheckGracePeriodSeconds"),
    PARAM_OPTION_OF(ecs_service_config, stickiness, stickiness_params,
                    "Ties clients to tasks; off unless written."),
    PARAM(ecs_service_config, deregistration_delay, UNIT_SECOND, "300s", "0s to 3600s",
          "How long a task that is to stop may finish requests of the load balancer.",
          ALB "load-balancer-target-groups.md"),
    PARAM(ecs_service_config, slow_start, UNIT_SECOND, "0s", "0s to 900s",
          "How long a new task's share of the requests grows.", ALB "load-balancer-target-groups.md"),
    PARAM(ecs_service_config, stop_timeout, UNIT_SECOND, "30s", "0s to 1h",
          "From SIGTERM to SIGKILL, when a task has no load balancer to drain it.",
          ECS "task_definition_parameters.md"),
    PARAM(ecs_service_config, load_balancing_algorithm_type, UNIT_NONE, "round_robin",
          "round_robin|least_outstanding_requests", "How the load balancer chooses a task.",
          ALB "load-balancer-target-groups.md"),
    PARAM_OPTION_OF(ecs_service_config, service_discovery, discovery_params,
                    "Names of tasks in DNS; unless written, callers know at once which tasks are there."),
    PARAM(ecs_service_config, exit_detection, UNIT_SECOND, "3s", "0s to 10min",
          "From the exit of a container until ECS acts on it.", "assumed"),
    PARAM(ecs_service_config, host_detection, UNIT_SECOND, "60s", "0s to 1h",
          "From the loss of a task's host or zone until ECS acts on it, unless a health check sees it first.",
          "assumed"),
    PARAM_OPTION_OF(ecs_service_config, scaling, policy_scaling_params,
                    "Service auto scaling; the desired count stays unless written."),
    PARAM_MAP_OF(ecs_service_config, pools, program_pool, pool_params,
                 "Connection pools of each task, by name."),
    PARAM_MAP_OF(ecs_service_config, endpoints, endpoint, endpoint_params,
                 "What requests are answered, by name."),
    PARAM_LIST_OF(ecs_service_config, consumes, consumer, consumer_params,
                  "Queues whose messages the tasks work on."),
    PARAM_END};

static const struct output outputs[] = {
    OUTPUT(ecs_service_state, utilisation, OUTPUT_VALUE, UNIT_RATIO, "Share of the tasks' vCPUs in use."),
    OUTPUT(ecs_service_state, memory_utilisation, OUTPUT_VALUE, UNIT_RATIO,
           "Share of the tasks' memory in use."),
    OUTPUT(ecs_service_state, busy_vcpus, OUTPUT_MEAN, UNIT_COUNT, "Virtual CPUs in use.", .series = true),
    OUTPUT(ecs_service_state, vcpus, OUTPUT_MEAN, UNIT_COUNT,
           "Virtual CPUs of the tasks whose containers run.", .series = true),
    OUTPUT(ecs_service_state, running, OUTPUT_MEAN, UNIT_COUNT, "Tasks in state RUNNING.", .series = true),
    OUTPUT(ecs_service_state, desired, OUTPUT_MEAN, UNIT_COUNT, "The desired count.", .series = true),
    OUTPUT(ecs_service_state, pending, OUTPUT_MEAN, UNIT_COUNT,
           "Tasks placed whose containers do not run yet."),
    OUTPUT(ecs_service_state, unplaced, OUTPUT_MEAN, UNIT_COUNT, "Tasks wanted that no host has room for."),
    OUTPUT(ecs_service_state, fargate_vcpus, OUTPUT_MEAN, UNIT_COUNT, "Virtual CPUs billed as Fargate."),
    OUTPUT(ecs_service_state, fargate_gib, OUTPUT_MEAN, UNIT_COUNT, "Memory billed as Fargate, in GiB."),
    OUTPUT(ecs_service_state, spot_vcpus, OUTPUT_MEAN, UNIT_COUNT, "Virtual CPUs billed as Fargate Spot."),
    OUTPUT(ecs_service_state, spot_gib, OUTPUT_MEAN, UNIT_COUNT, "Memory billed as Fargate Spot, in GiB."),
    OUTPUT(ecs_service_state, launched, OUTPUT_COUNT, UNIT_COUNT, "Tasks launched."),
    OUTPUT(ecs_service_state, stopped, OUTPUT_COUNT, UNIT_COUNT, "Tasks stopped, unhealthy ones included."),
    OUTPUT(ecs_service_state, replaced, OUTPUT_COUNT, UNIT_COUNT, "Tasks given up as dead or unhealthy."),
    OUTPUT(ecs_service_state, crashed, OUTPUT_COUNT, UNIT_COUNT,
           "Tasks that died, of memory or with a fault."),
    OUTPUT(ecs_service_state, memory_kills, OUTPUT_COUNT, UNIT_COUNT,
           "Tasks killed for using more than their memory."),
    OUTPUT(ecs_service_state, cpu_seconds, OUTPUT_SUM, UNIT_SECOND, "CPU time used."),
    OUTPUT(ecs_service_state, requests, OUTPUT_COUNT, UNIT_COUNT,
           "Requests that came, health checks not counted.", .series = true),
    OUTPUT(ecs_service_state, failed, OUTPUT_COUNT, UNIT_COUNT, "Requests answered with an error."),
    OUTPUT(ecs_service_state, refused, OUTPUT_COUNT, UNIT_COUNT,
           "Requests that found no task, a dead one, or one with a full queue."),
    OUTPUT(ecs_service_state, messages, OUTPUT_COUNT, UNIT_COUNT, "Messages worked on.", .series = true),
    OUTPUT(ecs_service_state, messages_failed, OUTPUT_COUNT, UNIT_COUNT, "Messages whose work failed."),
    OUTPUT(ecs_service_state, in_flight_peak, OUTPUT_VALUE, UNIT_COUNT,
           "The most requests and workers inside at once, the lead-in included."),
    OUTPUT(ecs_service_state, response, OUTPUT_TALLY, UNIT_SECOND,
           "Time from arrival at a task to its answer."),
    OUTPUT_END};

static const struct param *find(const struct param *table, const char *key, size_t length)
{
    while (table->key != NULL && (strlen(table->key) != length || strncmp(table->key, key, length) != 0)) {
        table++;
    }
    assert(table->key != NULL);
    return table;
}

const void *ecs_service_setting(const void *config, const char *key)
{
    const char *dot = strchr(key, '.');
    if (dot == NULL) {
        return (const char *)config + find(params, key, strlen(key))->offset;
    }
    const struct param *group = find(params, key, (size_t)(dot - key));
    const char *at = (const char *)config + group->offset;
    if (group->type == PARAM_OPTION) {
        at = *(const char *const *)(const void *)at;
    }
    return at == NULL ? NULL : at + find(group->rows, dot + 1, strlen(dot + 1))->offset;
}

const void *ecs_service_row(const void *config, const char *list, int row, const char *key)
{
    const struct param *param = find(params, list, strlen(list));
    const struct rows *rows = ecs_service_setting(config, list);
    assert(0 <= row && row < rows->count);
    return (const char *)rows->row + (size_t)row * param->row_size +
           find(param->rows, key, strlen(key))->offset;
}

void *ecs_service_result(const struct node *node, const char *key)
{
    const struct output *output = outputs;
    while (!text_equal(output->key, key)) {
        output++;
        assert(output->key != NULL);
    }
    return (char *)node->state + output->offset;
}

/* ---- Starting ---------------------------------------------------------------------------------------- */

static struct target_group target_group_of(const struct ecs_service_config *config)
{
    return (struct target_group){.path = config->health_check.path,
                                 .interval = config->health_check.interval,
                                 .timeout = config->health_check.timeout,
                                 .healthy_threshold = config->health_check.healthy_threshold,
                                 .unhealthy_threshold = config->health_check.unhealthy_threshold,
                                 .algorithm = config->load_balancing_algorithm_type,
                                 .cookie_duration =
                                     config->stickiness == NULL ? 0.0 : config->stickiness->cookie_duration,
                                 .slow_start = config->slow_start,
                                 .deregistration_delay = config->deregistration_delay,
                                 .checked = true};
}

/* Slots for the most tasks there can be, twice over while unhealthy ones are replaced, and as many that drain. */
static int slots(const struct ecs_service_config *config)
{
    int64_t most = config->desired_count;
    if (config->scaling != NULL && config->scaling->max_capacity > most) {
        most = config->scaling->max_capacity;
    }
    return (int)(SLOTS_PER_TASK * most + SPARE_SLOTS);
}

static void open_parts(struct node *self)
{
    const struct ecs_service_config *config = self->config;
    struct ecs_service_state *state = self->state;
    const struct program_pool *pool = config->pools.row;
    int64_t *sizes = node_array(self, int64_t, config->pools.count);
    for (int i = 0; i < config->pools.count; i++) {
        sizes[i] = pool[i].size;
    }
    node_parts(self, slots(config), ecs_task_size);
    for (int i = 0; i < self->part_limit; i++) {
        self->part[i]->host = host_open(self, config->cpu / CPU_UNITS, &state->busy_vcpus, config->threads,
                                        config->event_loops, sizes, config->pools.count);
        self->part[i]->host->threads.limit = config->queue_limit;
    }
}

static void start(struct node *self)
{
    const struct ecs_service_config *config = self->config;
    struct ecs_service_state *state = self->state;
    state->response = tally_open(self->run->arena);
    state->target_group = target_group_of(config);
    self->shared = &state->target_group;
    self->vcpus = config->cpu / CPU_UNITS * (double)config->desired_count;
    open_parts(self);
    state->serving = ecs_requests_open(self);
    state->consuming = ecs_workers_open(self);
    state->tasks = ecs_tasks_open(self, state->serving, state->consuming);
    node_timer(self, &state->tick, TAG_TICK);
}

static void ready(struct node *self)
{
    const struct ecs_service_config *config = self->config;
    struct ecs_service_state *state = self->state;
    ecs_tasks_ready(state->tasks);
    if (config->scaling != NULL) {
        state->scaling = ecs_scaling_open(self, state->tasks, state->serving);
    }
    ecs_requests_ready(state->serving, state->tasks,
                       state->scaling == NULL ? NULL : ecs_scaling_response(state->scaling));
    node_wake_in(self, &state->tick, SCALER_TICK);
}

/* ---- While it runs ----------------------------------------------------------------------------------- */

static int resolve(struct node *self, const struct ask *ask)
{
    const struct ecs_service_state *state = self->state;
    return ecs_requests_resolve(state->serving, ask);
}

static void arrive(struct visit *visit)
{
    const struct ecs_service_state *state = visit->node->state;
    ecs_requests_arrive(state->serving, visit);
}

/* A visit that nobody asked for is a worker's. */
static void resume(struct visit *visit)
{
    const struct ecs_service_state *state = visit->node->state;
    if (visit->ask != NULL) {
        ecs_requests_resume(state->serving, visit);
    } else {
        ecs_workers_resume(state->consuming, visit);
    }
}

static void wake(struct node *self, int tag)
{
    struct ecs_service_state *state = self->state;
    if (tag != TAG_TICK) {
        ecs_tasks_wake(state->tasks, tag);
        return;
    }
    if (state->scaling != NULL) {
        ecs_scaling_tick(state->scaling);
    }
    ecs_tasks_tick(state->tasks);
    state->cpu_seconds = gauge_area(&state->busy_vcpus, node_now(self));
    node_wake_in(self, &state->tick, SCALER_TICK);
}

static void notice(struct node *self, struct part *part)
{
    struct ecs_service_state *state = self->state;
    ecs_tasks_notice(state->tasks, part);
}

static void fail(struct node *self, const struct fault *fault)
{
    struct ecs_service_state *state = self->state;
    ecs_tasks_fail(state->tasks, fault);
}

static void mark(struct node *self)
{
    struct ecs_service_state *state = self->state;
    state->busy_mark = gauge_area(&state->busy_vcpus, node_now(self));
    state->vcpus_mark = gauge_area(&state->vcpus, node_now(self));
    state->running_mark = gauge_area(&state->running, node_now(self));
    state->inside_mark = ecs_requests_inside(state->serving, state->running_mark);
}

static void settle(struct node *self)
{
    const struct ecs_service_config *config = self->config;
    struct ecs_service_state *state = self->state;
    int64_t now = node_now(self);
    double busy = gauge_area(&state->busy_vcpus, now) - state->busy_mark;
    double vcpus = gauge_area(&state->vcpus, now) - state->vcpus_mark;
    double running = gauge_area(&state->running, now);
    double inside = ecs_requests_inside(state->serving, running) - state->inside_mark;
    running -= state->running_mark;
    double memory = running * config->memory_use.base + inside * config->memory_use.per_request;
    state->utilisation = vcpus > 0.0 ? busy / vcpus : NAN;
    state->memory_utilisation = running > 0.0 ? memory / (running * config->memory) : NAN;
    state->in_flight_peak = self->inside.peak;
    state->cpu_seconds = gauge_area(&state->busy_vcpus, now);
}

const struct model model_ecs_service = {
    .name = "ecs_service",
    .title = "Amazon ECS service",
    .about =
        "Tasks on Fargate, Fargate Spot or hosts of a cluster, each with its CPUs (shared by all requests in "
        "it), "
        "threads, memory and connection pools; their way from placement through provisioning, image pull and "
        "start "
        "into service, and out again through draining; replacement of dead and unhealthy ones; service auto "
        "scaling on the metrics that CloudWatch would publish; consumers of queues. Requests run the steps "
        "of the "
        "endpoint that matches. Not modelled: deployments, Spot interruptions other than by a drill, the CPU "
        "that "
        "a starting task uses, container health checks, several containers in a task.",
    .config_size = sizeof(struct ecs_service_config),
    .state_size = sizeof(struct ecs_service_state),
    .params = params,
    .outputs = outputs,
    .check = ecs_service_check,
    .start = start,
    .ready = ready,
    .resolve = resolve,
    .arrive = arrive,
    .resume = resume,
    .wake = wake,
    .notice = notice,
    .fail = fail,
    .mark = mark,
    .settle = settle,
};
