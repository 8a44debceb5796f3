/* SPDX-License-Identifier: Apache-2.0 */
/* Workers of an ECS service: each receives messages, runs the steps for one after the other, deletes those that went well
   and receives again, until its task stops or dies. What fails becomes visible again in its queue. */
#include "model.h"

struct ecs_workers;

/* For the other files of the model. */
struct ecs_workers *ecs_workers_open(struct node *node);
void ecs_workers_begin(struct ecs_workers *workers, const struct part *part, uint64_t launch);
void ecs_workers_resume(struct ecs_workers *workers, struct visit *visit);

/* In ecs_service.c. */
const void *ecs_service_setting(const void *config, const char *key);
const void *ecs_service_row(const void *config, const char *list, int row, const char *key);
void *ecs_service_result(const struct node *node, const char *key);

enum phase { RECEIVING, WORKING, DELETING, PAUSING };
enum { LAUNCH_BITS = 16 };

/* After a receive that was refused: no document says how long clients wait, a second is common. */
static const double PAUSE = 1.0;

struct consumer {
    struct ask receive, delete;
    const struct program *program;
    uint64_t name; /* of the random numbers of its messages */
    int64_t count; /* workers in each task */
};

struct worker {
    const struct consumer *consumer;
    struct batch *batch;
    int next; /* message of the batch */
};

struct ecs_workers {
    struct node *node;
    struct consumer *consumer;
    int consumer_count;
    int64_t per_task;
    struct worker *worker; /* per_task for each part */
    int64_t *messages, *failed;
};

/* ---- Opening ----------------------------------------------------------------------------------------- */

static void open_consumer(struct node *node, int row, struct consumer *consumer)
{
    const char *list = "consumes";
    const struct rows *pools = ecs_service_setting(node->config, "pools");
    const struct node_ref *queue = ecs_service_row(node->config, list, row, "queue");
    const int64_t *batch = ecs_service_row(node->config, list, row, "batch");
    const int64_t *count = ecs_service_row(node->config, list, row, "workers");
    const double *wait = ecs_service_row(node->config, list, row, "wait_time");
    consumer->receive = (struct ask){.op = ASK_RECEIVE,
                                     .to = node_at(node, *queue),
                                     .batch = *batch,
                                     .within = *wait > 0.0 ? lane_of(node->run, *wait) : NULL,
                                     .request_class = -1,
                                     .origin = queue};
    consumer->delete = consumer->receive;
    consumer->delete.op = ASK_ACKNOWLEDGE;
    consumer->delete.within = NULL;
    consumer->program =
        program_compile(node, ecs_service_row(node->config, list, row, "steps"), pools->row, pools->count);
    consumer->name = stream_below(node->stream_name, ~(uint64_t)row).state;
    consumer->count = *count;
    run_resolve(node->run, &consumer->receive);
    run_resolve(node->run, &consumer->delete);
}

struct ecs_workers *ecs_workers_open(struct node *node)
{
    const struct rows *rows = ecs_service_setting(node->config, "consumes");
    struct ecs_workers *workers = node_array(node, struct ecs_workers, 1);
    *workers = (struct ecs_workers){.node = node,
                                    .consumer = node_array(node, struct consumer, rows->count),
                                    .consumer_count = rows->count,
                                    .messages = ecs_service_result(node, "messages"),
                                    .failed = ecs_service_result(node, "messages_failed")};
    for (int i = 0; i < rows->count; i++) {
        open_consumer(node, i, &workers->consumer[i]);
        workers->per_task += workers->consumer[i].count;
    }
    workers->worker = node_array(node, struct worker, workers->per_task * node->part_limit);
    return workers;
}

/* ---- The round --------------------------------------------------------------------------------------- */

/* Its number is its address too, as far as others tell callers apart. */
static struct worker *worker_of(const struct ecs_workers *workers, const struct visit *visit)
{
    return &workers->worker[visit->client];
}

static void receive(struct ecs_workers *workers, struct visit *visit)
{
    if (workers->node->part[visit->part]->life != PART_RUNNING) {
        visit_close(visit);
        return;
    }
    visit->step = RECEIVING;
    visit_call_within(visit, &worker_of(workers, visit)->consumer->receive, -1,
                      NULL); /* the queue minds the wait */
}

/* The workers of a task that has come up. `launch` counts the tasks, so that each worker has numbers of its own. */
void ecs_workers_begin(struct ecs_workers *workers, const struct part *part, uint64_t launch)
{
    int64_t number = part->index * workers->per_task;
    uint64_t index = launch << LAUNCH_BITS;
    for (int i = 0; i < workers->consumer_count; i++) {
        for (int64_t j = 0; j < workers->consumer[i].count; j++, number++) {
            struct visit *visit = visit_open(workers->node, index++);
            visit->client = (int32_t)number;
            workers->worker[number] = (struct worker){.consumer = &workers->consumer[i]};
            visit_place(visit, part->index);
            visit->step = PAUSING;
            visit_hold(visit, 0.0);
        }
    }
}

static void delete_done(struct ecs_workers *workers, struct visit *visit)
{
    const struct worker *worker = worker_of(workers, visit);
    bool any = false;
    for (int i = 0; i < worker->batch->count; i++) {
        any = any || worker->batch->done[i];
    }
    if (!any) {
        receive(workers, visit);
        return;
    }
    visit->step = DELETING;
    visit_call(visit, &worker->consumer->delete, -1);
}

static void work(struct ecs_workers *workers, struct visit *visit);

static void judge(struct ecs_workers *workers, struct visit *visit)
{
    struct worker *worker = worker_of(workers, visit);
    bool done = visit->outcome <= OUTCOME_MISS;
    worker->batch->done[worker->next++] = done;
    ++*workers->messages;
    *workers->failed += !done;
    work(workers, visit);
}

/* The next message, with the random numbers that belong to it: whoever works on it, whenever, it needs the same. Once the
   task is to stop, the rest is left. */
static void work(struct ecs_workers *workers, struct visit *visit)
{
    const struct worker *worker = worker_of(workers, visit);
    bool stops = workers->node->part[visit->part]->life != PART_RUNNING;
    if (worker->next == worker->batch->count || stops) {
        delete_done(workers, visit);
        return;
    }
    const struct message *message = worker->batch->message[worker->next];
    visit->name = stream_below(worker->consumer->name, message->id).state;
    visit->stream.state = visit->name;
    visit->outcome = OUTCOME_OK;
    visit->step = WORKING;
    if (program_begin(visit, worker->consumer->program)) {
        judge(workers, visit);
    }
}

static void take(struct ecs_workers *workers, struct visit *visit)
{
    struct worker *worker = worker_of(workers, visit);
    if (visit->outcome != OUTCOME_OK) {
        visit->step = PAUSING;
        visit_hold(visit, PAUSE);
        return;
    }
    worker->batch = visit->load;
    worker->next = 0;
    if (worker->batch->count == 0) {
        receive(workers, visit);
    } else {
        work(workers, visit);
    }
}

void ecs_workers_resume(struct ecs_workers *workers, struct visit *visit)
{
    switch ((enum phase)visit->step) {
    case RECEIVING: take(workers, visit); break;
    case WORKING:
        if (program_resume(visit, worker_of(workers, visit)->consumer->program)) {
            judge(workers, visit);
        }
        break;
    case DELETING: receive(workers, visit); break;
    case PAUSING: receive(workers, visit); break;
    }
}
