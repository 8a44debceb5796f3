/* SPDX-License-Identifier: Apache-2.0 */
/* Service auto scaling: what CloudWatch would measure of an ECS service, and the desired count that its policies make of
   it. */
#include "model.h"
#include "scaler.h"
#include "text.h"

#include <math.h>

struct ecs_scaling;
struct ecs_tasks;
struct ecs_requests;

/* For the other files of the model. */
struct ecs_scaling *ecs_scaling_open(struct node *node, struct ecs_tasks *tasks,
                                     struct ecs_requests *requests);
struct tally *const *ecs_scaling_response(const struct ecs_scaling *scaling);
void ecs_scaling_tick(struct ecs_scaling *scaling);
extern const uint32_t ecs_scaling_measurable;

/* In ecs_service.c, ecs_service_task.c and ecs_service_request.c. */
const void *ecs_service_setting(const void *config, const char *key);
const void *ecs_service_row(const void *config, const char *list, int row, const char *key);
void *ecs_service_result(const struct node *node, const char *key);
void ecs_tasks_want(struct ecs_tasks *tasks, int64_t desired, const struct run_capacity_time *time);
int64_t ecs_tasks_desired(const struct ecs_tasks *tasks);
double ecs_requests_inside(const struct ecs_requests *requests, double running);

const uint32_t ecs_scaling_measurable = POLICY_CAN(POLICY_CPU) | POLICY_CAN(POLICY_MEMORY) |
                                        POLICY_CAN(POLICY_REQUESTS) | POLICY_CAN(POLICY_RESPONSE_TIME) |
                                        POLICY_CAN(POLICY_MESSAGES) | POLICY_CAN(POLICY_BACKLOG);

static const double CPU_UNITS = 1024.0;

/* Integrals and counts that only grow; a metric is made of their growth over its period. */
struct readings {
    double busy, running, inside, visible;
    int64_t requests;
};

/* One metric's own. */
struct meter_of {
    struct readings mark; /* at the beginning of the period */
    const struct gauge *visible;
    struct tally response; /* of the period; buckets NULL when not measured */
};

struct ecs_scaling {
    struct node *node;
    struct ecs_tasks *tasks;
    const struct ecs_requests *serving;
    struct scaler scaler;
    struct tally **response; /* of the metrics that need them, NULL at the end */
    const struct gauge *busy, *running;
    const int64_t *requests;
    double vcpus, memory, base, per_request; /* of one task, and of one request */
};

static double real(const struct node *node, const char *key)
{
    return *(const double *)ecs_service_setting(node->config, key);
}

/* ---- Opening ----------------------------------------------------------------------------------------- */

/* The queue that a metric of messages is about: the one named, or else the only one consumed. */
static const struct node *queue_of(const struct node *node, const struct scaler_metric *metric)
{
    const struct rows *consumes = ecs_service_setting(node->config, "consumes");
    if (metric->queue.index >= 0) {
        return node_at(node, metric->queue);
    }
    if (consumes->count != 1) {
        return NULL;
    }
    const struct node_ref *queue = ecs_service_row(node->config, "consumes", 0, "queue");
    return node_at(node, *queue);
}

/* The gauge that a queue reports its visible messages with; NULL when it is no queue. Found by key, as models know nothing of
   each other's layouts. */
static const struct gauge *visible_of(const struct node *queue)
{
    const struct output *output = queue == NULL ? NULL : queue->model->outputs;
    while (output != NULL && output->key != NULL) {
        if (text_equal(output->key, "visible") && output->type == OUTPUT_MEAN) {
            return (const void *)((const char *)queue->state + output->offset);
        }
        output++;
    }
    return NULL;
}

static void complain(const struct ecs_scaling *scaling, const struct scaler_metric *metric)
{
    const struct check *check = &scaling->node->run->check;
    for (int i = 0; i < scaling->scaler.rule_count && check->diag != NULL; i++) {
        const struct policy *policy = scaling->scaler.rule[i].policy;
        if (scaling->scaler.rule[i].metric == metric) {
            check_error(check, &policy->metric, "%s needs a queue: name one in dimensions: {QueueName: ...}",
                        policy->metric);
        }
    }
}

static void open_metric(struct ecs_scaling *scaling, struct scaler_metric *metric, int *tallies)
{
    struct meter_of *meter = node_array(scaling->node, struct meter_of, 1);
    metric->own = meter;
    if (metric->measure == POLICY_RESPONSE_TIME) {
        meter->response = tally_open(scaling->node->run->arena);
        scaling->response[(*tallies)++] = &meter->response;
    } else if (metric->measure == POLICY_MESSAGES || metric->measure == POLICY_BACKLOG) {
        meter->visible = visible_of(queue_of(scaling->node, metric));
        if (meter->visible == NULL) {
            complain(scaling, metric);
        }
    }
}

struct ecs_scaling *ecs_scaling_open(struct node *node, struct ecs_tasks *tasks,
                                     struct ecs_requests *requests)
{
    const struct policy_scaling *const *config = ecs_service_setting(node->config, "scaling");
    struct ecs_scaling *scaling = node_array(node, struct ecs_scaling, 1);
    struct stream phases = node_stream(node, "alarms");
    int tallies = 0;
    *scaling = (struct ecs_scaling){.node = node,
                                    .tasks = tasks,
                                    .serving = requests,
                                    .busy = ecs_service_result(node, "busy_vcpus"),
                                    .running = ecs_service_result(node, "running"),
                                    .requests = ecs_service_result(node, "requests"),
                                    .vcpus = real(node, "cpu") / CPU_UNITS,
                                    .memory = real(node, "memory"),
                                    .base = real(node, "memory_use.base"),
                                    .per_request = real(node, "memory_use.per_request")};
    scaler_open(&scaling->scaler, *config, node_now(node), node->run->arena, &phases);
    scaling->response = node_array(node, struct tally *, scaling->scaler.metric_count + 1);
    for (int i = 0; i < scaling->scaler.metric_count; i++) {
        open_metric(scaling, &scaling->scaler.metric[i], &tallies);
    }
    return scaling;
}

/* The tallies that every answer is to be added to, NULL at the end. */
struct tally *const *ecs_scaling_response(const struct ecs_scaling *scaling)
{
    return scaling->response;
}

/* ---- Metrics ----------------------------------------------------------------------------------------- */

static struct readings read_now(const struct ecs_scaling *scaling, const struct meter_of *meter)
{
    int64_t now = node_now(scaling->node);
    double running = gauge_area(scaling->running, now);
    return (struct readings){.busy = gauge_area(scaling->busy, now),
                             .running = running,
                             .inside = ecs_requests_inside(scaling->serving, running),
                             .visible = meter->visible == NULL ? 0.0 : gauge_area(meter->visible, now),
                             .requests = *scaling->requests};
}

static double statistic_of(const struct tally *tally, const struct policy_statistic *statistic)
{
    if (tally->count == 0) {
        return NAN; /* nothing is published for a minute without requests */
    }
    switch (statistic->kind) {
    case POLICY_SUM: return (double)tally->sum * 1e-9;
    case POLICY_MINIMUM: return (double)tally->min * 1e-9;
    case POLICY_MAXIMUM: return (double)tally->max * 1e-9;
    case POLICY_SAMPLES: return (double)tally->count;
    case POLICY_PERCENTILE: return tally_quantile(tally, statistic->level);
    case POLICY_AVERAGE: break;
    }
    return tally_mean(tally);
}

/* `from` to `to` as the metric's value. Utilisation is of the tasks that ran meanwhile, in per cent of what they reserve. */
static double value_of(const struct ecs_scaling *scaling, const struct scaler_metric *metric,
                       const struct readings *from, const struct readings *to)
{
    const struct meter_of *meter = metric->own;
    double running = to->running - from->running; /* task-seconds */
    double used = running * scaling->base + (to->inside - from->inside) * scaling->per_request;
    double messages = (to->visible - from->visible) / metric->period;
    double tasks = running / metric->period;
    switch (metric->measure) {
    case POLICY_CPU:
        return running > 0.0 ? 100.0 * (to->busy - from->busy) / (running * scaling->vcpus) : NAN;
    case POLICY_MEMORY: return running > 0.0 ? 100.0 * used / (running * scaling->memory) : NAN;
    case POLICY_REQUESTS: return tasks > 0.0 ? (double)(to->requests - from->requests) / tasks : NAN;
    case POLICY_RESPONSE_TIME: return statistic_of(&meter->response, &metric->statistic);
    case POLICY_MESSAGES: return messages;
    case POLICY_BACKLOG: return tasks > 0.0 ? messages / tasks : messages;
    default: return NAN;
    }
}

static void put_point(struct ecs_scaling *scaling, struct scaler_metric *metric)
{
    struct meter_of *meter = metric->own;
    struct readings to = read_now(scaling, meter);
    metric_put(&metric->points, value_of(scaling, metric, &meter->mark, &to));
    metric_put(&metric->capacity, (to.running - meter->mark.running) / metric->period);
    meter->mark = to;
    if (meter->response.bucket != NULL) {
        tally_clear(&meter->response);
    }
}

/* ---- The decision ------------------------------------------------------------------------------------ */

static double seconds(int64_t from, int64_t to)
{
    return (double)(to - from) * 1e-9;
}

/* What a scale-out has taken until now; the tasks add what they take. */
static struct run_capacity_time time_so_far(const struct ecs_scaling *scaling,
                                            const struct scaler_decision *decision)
{
    return (struct run_capacity_time){.metric = seconds(decision->breached, decision->seen),
                                      .alarm = seconds(decision->seen, decision->alarmed),
                                      .cooldown = seconds(decision->alarmed, node_now(scaling->node))};
}

static void carry_out(struct ecs_scaling *scaling, const struct scaler_decision *decision)
{
    int64_t before = ecs_tasks_desired(scaling->tasks);
    bool out = decision->desired > before;
    struct run_capacity_time time = time_so_far(scaling, decision);
    run_scaled(scaling->node, (int)before, (int)decision->desired, decision->policy,
               arena_printf(scaling->node->run->arena, "%s", decision->reason));
    ecs_tasks_want(scaling->tasks, decision->desired, out && decision->first ? &time : NULL);
}

/* Every SCALER_TICK seconds. */
void ecs_scaling_tick(struct ecs_scaling *scaling)
{
    int64_t now = node_now(scaling->node);
    for (int i = 0; i < scaling->scaler.metric_count; i++) {
        if (metric_due(&scaling->scaler.metric[i].points, now)) {
            put_point(scaling, &scaling->scaler.metric[i]);
        }
    }
    struct scaler_target target = {.running = (int64_t)(scaling->running->level + 0.5),
                                   .desired = ecs_tasks_desired(scaling->tasks)};
    struct scaler_decision decision;
    if (scaler_evaluate(&scaling->scaler, now, &target, &decision)) {
        carry_out(scaling, &decision);
    }
}
