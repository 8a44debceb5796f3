/* SPDX-License-Identifier: Apache-2.0 */
/* Requests at the tasks of an ECS service: which task, a thread of it, the steps of the endpoint, the answer. */
#include "model.h"
#include "text.h"

#include <string.h>

struct ecs_requests;
struct ecs_tasks;

/* For the other files of the model. */
struct ecs_requests *ecs_requests_open(struct node *node);
void ecs_requests_ready(struct ecs_requests *requests, struct ecs_tasks *tasks,
                        struct tally *const *response);
double ecs_requests_inside(const struct ecs_requests *requests, double running);
int ecs_requests_resolve(const struct ecs_requests *requests, const struct ask *ask);
void ecs_requests_arrive(struct ecs_requests *requests, struct visit *visit);
void ecs_requests_resume(struct ecs_requests *requests, struct visit *visit);
void ecs_requests_join(struct ecs_requests *requests, const struct part *part);
void ecs_requests_leave(struct ecs_requests *requests, const struct part *part);

/* In ecs_service.c and ecs_service_task.c. */
const void *ecs_service_setting(const void *config, const char *key);
const void *ecs_service_row(const void *config, const char *list, int row, const char *key);
void *ecs_service_result(const struct node *node, const char *key);
void ecs_tasks_exhaust(struct ecs_tasks *tasks, struct part *part);

enum phase { WAITING, WORKING, UNREACHABLE };

/* How long a connection to a host that is gone takes to fail, unless the caller gives up first: the connect timeout of a
   load balancer. Application Load Balancers user guide, load-balancer-troubleshooting.md, 2023. */
static const double connect_timeout = 10.0;

struct endpoint {
    const char *request;
    const struct program *program;
};

/* A task whose address some callers still have. */
struct former {
    int64_t until; /* ns */
    int32_t part;
    uint32_t generation;
    bool reachable;
};

struct ecs_requests {
    struct node *node;
    struct ecs_tasks *tasks;
    const struct endpoint *endpoint; /* the last one answers health checks */
    int count;
    bool limited;    /* there are threads to wait for */
    int64_t room;    /* requests at once that a task has memory for, INT64_MAX = any number */
    int64_t workers; /* in each task */
    int32_t *here;   /* parts that the names lead to */
    int here_count;
    struct former *former; /* oldest first */
    int former_count;
    int64_t ttl; /* ns */
    int64_t *requests, *failed, *refused;
    struct tally *response;
    struct tally *const *period; /* those of the metrics, NULL at the end */
};

/* ---- Opening ----------------------------------------------------------------------------------------- */

static double real(const struct node *node, const char *key)
{
    return *(const double *)ecs_service_setting(node->config, key);
}

static const struct program *compile(struct node *node, const struct rows *steps)
{
    const struct rows *pools = ecs_service_setting(node->config, "pools");
    return program_compile(node, steps, pools->row, pools->count);
}

static void open_endpoints(struct ecs_requests *requests)
{
    struct node *node = requests->node;
    const struct rows *rows = ecs_service_setting(node->config, "endpoints");
    struct endpoint *endpoint = node_array(node, struct endpoint, rows->count + 1);
    for (int i = 0; i < rows->count; i++) {
        const char *const *request = ecs_service_row(node->config, "endpoints", i, "request");
        endpoint[i].request = *request;
        endpoint[i].program = compile(node, ecs_service_row(node->config, "endpoints", i, "steps"));
    }
    const struct dist *work = ecs_service_setting(node->config, "health_check.work");
    struct step *step = node_array(node, struct step, 1);
    *step = (struct step){.kind = STEP_COMPUTE, .work = *work};
    endpoint[rows->count].program = compile(node, &(struct rows){step, 1});
    requests->endpoint = endpoint;
    requests->count = rows->count;
}

static int64_t workers_per_task(const struct node *node)
{
    const struct rows *rows = ecs_service_setting(node->config, "consumes");
    int64_t sum = 0;
    for (int i = 0; i < rows->count; i++) {
        sum += *(const int64_t *)ecs_service_row(node->config, "consumes", i, "workers");
    }
    return sum;
}

/* What fits into a task besides what it needs anyway. Requests that wait for a thread are still in the socket and need next
   to nothing, so that no more count than there are threads. */
static int64_t memory_room(const struct node *node, int64_t threads)
{
    double each = real(node, "memory_use.per_request");
    double free = real(node, "memory") - real(node, "memory_use.base");
    int64_t room = each > 0.0 ? (int64_t)(free / each + 1e-9) : INT64_MAX;
    bool enough = room == INT64_MAX || (threads != INT64_MAX && threads + workers_per_task(node) <= room);
    return enough ? INT64_MAX : room;
}

struct ecs_requests *ecs_requests_open(struct node *node)
{
    const int64_t *threads = ecs_service_setting(node->config, "threads");
    const double *ttl = ecs_service_setting(node->config, "service_discovery.dns_ttl");
    struct ecs_requests *requests = node_array(node, struct ecs_requests, 1);
    *requests = (struct ecs_requests){.node = node,
                                      .limited = *threads != INT64_MAX,
                                      .room = memory_room(node, *threads),
                                      .workers = workers_per_task(node),
                                      .here = node_array(node, int32_t, node->part_limit),
                                      .former = node_array(node, struct former, node->part_limit),
                                      .ttl = ttl == NULL ? 0 : calendar_ns(*ttl),
                                      .requests = ecs_service_result(node, "requests"),
                                      .failed = ecs_service_result(node, "failed"),
                                      .refused = ecs_service_result(node, "refused"),
                                      .response = ecs_service_result(node, "response")};
    open_endpoints(requests);
    return requests;
}

/* `response`: tallies that each answer goes into besides the service's own; NULL for none. */
void ecs_requests_ready(struct ecs_requests *requests, struct ecs_tasks *tasks, struct tally *const *response)
{
    static struct tally *const none[] = {NULL};
    requests->tasks = tasks;
    requests->period = response == NULL ? none : response;
}

/* Integral of the requests and workers that use memory in all tasks, `running` that of the tasks, both in seconds. */
double ecs_requests_inside(const struct ecs_requests *requests, double running)
{
    const struct node *node = requests->node;
    if (!requests->limited) {
        return gauge_area(&node->inside, node_now(node));
    }
    double sum = (double)requests->workers * running;
    for (int i = 0; i < node->part_limit; i++) {
        sum += gauge_area(&node->part[i]->host->threads.in_service, node_now(node));
    }
    return sum;
}

/* ---- Which endpoint ---------------------------------------------------------------------------------- */

static const char *path_of(const char *request)
{
    const char *space = strchr(request, ' ');
    return space == NULL ? request : space + 1;
}

/* A pattern or a request without a method stands for all of them. */
static bool answers(const char *pattern, const char *request)
{
    bool both = strchr(pattern, ' ') != NULL && strchr(request, ' ') != NULL;
    return both ? text_matches(pattern, request) : text_matches(path_of(pattern), path_of(request));
}

static int find_endpoint(const struct ecs_requests *requests, const char *request)
{
    for (int i = 0; i < requests->count; i++) {
        if (text_equal(requests->endpoint[i].request, request)) {
            return i;
        }
    }
    for (int i = 0; i < requests->count; i++) {
        if (answers(requests->endpoint[i].request, request)) {
            return i;
        }
    }
    return -1;
}

/* The endpoint written exactly so, else the first whose pattern matches. A request that says nothing is for the first. */
int ecs_requests_resolve(const struct ecs_requests *requests, const struct ask *ask)
{
    if (ask->op == ASK_HEALTH) {
        return requests->count;
    }
    if (ask->op != ASK_REQUEST || requests->count == 0) {
        return -1;
    }
    bool any = ask->request == NULL || text_equal(ask->request, "*");
    int found = find_endpoint(requests, any ? "*" : ask->request);
    return any && found < 0 ? 0 : found;
}

/* ---- Names ------------------------------------------------------------------------------------------- */

/* The task's address is given out. */
void ecs_requests_join(struct ecs_requests *requests, const struct part *part)
{
    requests->here[requests->here_count++] = part->index;
}

static void forget_oldest(struct ecs_requests *requests)
{
    requests->former_count--;
    memmove(requests->former, requests->former + 1,
            (size_t)requests->former_count * sizeof *requests->former);
}

/* It is not any more; who has it keeps it for up to the time to live. */
void ecs_requests_leave(struct ecs_requests *requests, const struct part *part)
{
    int i = 0;
    while (requests->here[i] != part->index) {
        i++;
    }
    requests->here_count--;
    memmove(requests->here + i, requests->here + i + 1,
            (size_t)(requests->here_count - i) * sizeof *requests->here);
    if (requests->ttl == 0) {
        return;
    }
    if (requests->former_count == requests->node->part_limit) {
        forget_oldest(requests);
    }
    requests->former[requests->former_count++] =
        (struct former){.until = node_now(requests->node) + requests->ttl,
                        .part = part->index,
                        .generation = part->generation,
                        .reachable = part->reachable};
}

static void refuse(struct ecs_requests *requests, struct visit *visit, bool reachable)
{
    ++*requests->refused;
    if (reachable) {
        visit_reply(visit, OUTCOME_RESET);
    } else {
        visit->step = UNREACHABLE;
        visit_hold(visit, connect_timeout);
    }
}

/* Of callers that looked the name up before a task went, a share that falls linearly still has it. True: the visit has got
   a task; false: it has been answered. */
static bool choose_former(struct ecs_requests *requests, struct visit *visit, double u)
{
    int64_t now = node_now(requests->node);
    int i = 0;
    for (double left = u; i < requests->former_count - 1; i++) {
        left -= (double)(requests->former[i].until - now) / (double)requests->ttl;
        if (left < 0.0) {
            break;
        }
    }
    const struct former *former = &requests->former[i];
    const struct part *part = requests->node->part[former->part];
    if (part->alive && part->generation == former->generation) {
        visit_place(visit, former->part); /* it still finishes what it has begun */
        return true;
    }
    refuse(requests, visit, former->reachable);
    return false;
}

/* Somebody calls by name: the addresses there are, each as likely. */
static bool choose(struct ecs_requests *requests, struct visit *visit)
{
    int64_t now = node_now(requests->node);
    while (requests->former_count > 0 && requests->former[0].until <= now) {
        forget_oldest(requests);
    }
    double weight = (double)requests->here_count;
    for (int i = 0; i < requests->former_count; i++) {
        weight += (double)(requests->former[i].until - now) / (double)requests->ttl;
    }
    double u = visit_uniform(visit) * weight;
    if (u < (double)requests->here_count) {
        visit_place(visit, requests->here[(int)u]);
        return true;
    }
    if (requests->former_count > 0) {
        return choose_former(requests, visit, u - (double)requests->here_count);
    }
    ++*requests->refused;
    visit_reply(visit, OUTCOME_UNAVAILABLE);
    return false;
}

/* ---- A request --------------------------------------------------------------------------------------- */

static bool is_check(const struct ecs_requests *requests, const struct visit *visit)
{
    return visit->ask->route == requests->count;
}

static void finish(struct ecs_requests *requests, struct visit *visit)
{
    enum outcome outcome = visit->outcome > OUTCOME_MISS ? (enum outcome)visit->outcome : OUTCOME_OK;
    if (requests->limited) {
        visit_release(visit, &visit->node->part[visit->part]->host->threads);
    }
    if (!is_check(requests, visit)) {
        int64_t taken = node_now(visit->node) - visit->arrived;
        tally_add(requests->response, taken);
        for (struct tally *const *tally = requests->period; *tally != NULL; tally++) {
            tally_add(*tally, taken);
        }
        *requests->failed += outcome != OUTCOME_OK;
    }
    visit_reply(visit, outcome);
}

/* Requests and workers that use memory in a task. */
static int64_t at_work(const struct ecs_requests *requests, const struct part *part)
{
    return requests->limited ? part->host->threads.busy + requests->workers : part->outstanding;
}

static void work(struct ecs_requests *requests, struct visit *visit)
{
    struct part *part = visit->node->part[visit->part];
    if (__builtin_expect(requests->room != INT64_MAX && at_work(requests, part) > requests->room, 0)) {
        ecs_tasks_exhaust(requests->tasks, part);
    }
    visit->step = WORKING;
    if (program_begin(visit, requests->endpoint[visit->ask->route].program)) {
        finish(requests, visit);
    }
}

void ecs_requests_arrive(struct ecs_requests *requests, struct visit *visit)
{
    *requests->requests += !is_check(requests, visit);
    if (visit->part < 0 && !choose(requests, visit)) {
        return;
    }
    struct part *part = visit->node->part[visit->part];
    if (__builtin_expect(!part->alive, 0)) {
        refuse(requests, visit, part->reachable);
        return;
    }
    if (!requests->limited) {
        work(requests, visit);
    } else if (!visit_seize(visit, &part->host->threads)) {
        ++*requests->refused;
        visit_reply(visit, OUTCOME_REJECTED);
    }
}

void ecs_requests_resume(struct ecs_requests *requests, struct visit *visit)
{
    switch ((enum phase)visit->step) {
    case WAITING: work(requests, visit); break;
    case WORKING:
        if (program_resume(visit, requests->endpoint[visit->ask->route].program)) {
            finish(requests, visit);
        }
        break;
    case UNREACHABLE: visit_reply(visit, OUTCOME_TIMEOUT); break;
    }
}
