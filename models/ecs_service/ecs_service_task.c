/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks of an ECS service: launched until there are as many as desired, brought into service, given up when they die or
   fail their health checks, stopped when there are too many. A task is a part of the node.

     QUEUED -> PROVISIONING -> PULLING -> STARTING -> SERVING -> DRAINING -> (gone)
     `-------- PART_PENDING --------'     `-- PART_RUNNING --'   PART_DRAINING

   Whatever happens to one asks the scheduler to look at all of them, at the same moment but in an event of its own, so
   that nobody who reports a change finds the tasks changed under his hands. */
#include "model.h"

struct ecs_tasks;
struct ecs_capacity;
struct ecs_requests;
struct ecs_workers;

/* For the other files of the model: the parts of the node hold ecs_task_size bytes each. */
extern const size_t ecs_task_size;
struct ecs_tasks *ecs_tasks_open(struct node *node, struct ecs_requests *requests,
                                 struct ecs_workers *workers);
void ecs_tasks_ready(struct ecs_tasks *tasks);
void ecs_tasks_tick(struct ecs_tasks *tasks);
void ecs_tasks_wake(struct ecs_tasks *tasks, int tag);
void ecs_tasks_notice(struct ecs_tasks *tasks, struct part *part);
void ecs_tasks_fail(struct ecs_tasks *tasks, const struct fault *fault);
void ecs_tasks_want(struct ecs_tasks *tasks, int64_t desired, const struct run_capacity_time *time);
int64_t ecs_tasks_desired(const struct ecs_tasks *tasks);
void ecs_tasks_exhaust(struct ecs_tasks *tasks, struct part *part);

/* In ecs_service.c. */
const void *ecs_service_setting(const void *config, const char *key);
void *ecs_service_result(const struct node *node, const char *key);

/* In ecs_service_capacity.c. */
struct ecs_capacity *ecs_capacity_open(struct node *node);
void ecs_capacity_ready(struct ecs_capacity *capacity);
bool ecs_capacity_take(struct ecs_capacity *capacity, struct part *part);
double ecs_capacity_wait(struct ecs_capacity *capacity, const struct part *part);
double ecs_capacity_provision(struct ecs_capacity *capacity, const struct part *part, struct stream *stream);
double ecs_capacity_pull(struct ecs_capacity *capacity, const struct part *part);
void ecs_capacity_pulled(struct ecs_capacity *capacity, const struct part *part);
void ecs_capacity_leave(struct ecs_capacity *capacity, const struct part *part);
void ecs_capacity_release(struct ecs_capacity *capacity, const struct part *part);
void ecs_capacity_died(struct ecs_capacity *capacity, const struct part *part);
void ecs_capacity_report(struct ecs_capacity *capacity, const struct part *part);
struct part *ecs_capacity_victim(struct ecs_capacity *capacity, bool (*may)(const struct part *part));
bool ecs_capacity_on_host(const struct ecs_capacity *capacity, const struct part *part, int host);
void ecs_capacity_close(struct ecs_capacity *capacity, int zone);
void ecs_capacity_recover(struct ecs_capacity *capacity, enum recovery_stage stage);

/* In ecs_service_request.c and ecs_service_worker.c. */
void ecs_requests_join(struct ecs_requests *requests, const struct part *part);
void ecs_requests_leave(struct ecs_requests *requests, const struct part *part);
void ecs_workers_begin(struct ecs_workers *workers, const struct part *part, uint64_t launch);

enum stage { NONE, QUEUED, PROVISIONING, PULLING, STARTING, SERVING, DRAINING, LOST };
enum { TAG_SCHEDULER = -2 };

static const double CPU_UNITS = 1024.0;
static const double LOOK_AGAIN = 1.0; /* seconds between looks at a task that finishes its last requests */

struct task {
    enum stage stage;
    bool listed, in_service, exhausted;
    bool replaces; /* it was launched because another was given up */
    bool bad;      /* as the scheduler last saw it: unhealthy, and not in its grace period */
    struct timer timer;
    struct stream stream;                /* of its own way into service */
    uint64_t launch;                     /* number of the launch */
    int64_t started, answering, stop_by; /* ns */
    int64_t order;                       /* the scale-out it was launched for, 0 = none */
};

const size_t ecs_task_size = sizeof(struct task);

struct results {
    struct gauge *vcpus, *running, *desired, *pending, *unplaced;
    int64_t *launched, *stopped, *replaced, *crashed, *memory_kills;
};

struct ecs_tasks {
    struct node *node;
    struct ecs_capacity *capacity;
    struct ecs_requests *requests;
    struct ecs_workers *workers;
    const struct dist *startup;
    double vcpus, delay, stop_timeout, exit_detection, host_detection;
    int64_t grace; /* ns */
    int64_t desired, maximum_percent;
    struct timer scheduler;
    struct stream launches;
    uint64_t launch_count;
    int64_t owed;             /* tasks given up and not yet launched again */
    int64_t order, fulfilled; /* scale-outs ordered, and the last that brought a task into service */
    int64_t decided;          /* ns, of the last one */
    struct run_capacity_time time;
    struct results results;
};

static struct task *task_of(const struct part *part)
{
    /* cppcheck-suppress nullPointer */
    return part->state;
}

static int64_t now_of(const struct ecs_tasks *tasks)
{
    return node_now(tasks->node);
}

static bool launching(enum stage stage)
{
    return stage == QUEUED || stage == PROVISIONING || stage == PULLING;
}

static bool runs(enum stage stage)
{
    return stage == STARTING || stage == SERVING;
}

static void ask_scheduler(struct ecs_tasks *tasks)
{
    if (!timer_waits(&tasks->scheduler)) {
        node_wake_in(tasks->node, &tasks->scheduler, 0.0);
    }
}

/* A stage of the recovery is reached, as far as this task has to do with it. */
static void recover(struct ecs_tasks *tasks, const struct task *task, enum recovery_stage stage)
{
    if (task->replaces) {
        ecs_capacity_recover(tasks->capacity, stage);
    }
}

/* ---- Opening ----------------------------------------------------------------------------------------- */

static double real(const struct node *node, const char *key)
{
    return *(const double *)ecs_service_setting(node->config, key);
}

static int64_t whole(const struct node *node, const char *key)
{
    return *(const int64_t *)ecs_service_setting(node->config, key);
}

static void open_results(const struct node *node, struct results *results)
{
    *results = (struct results){.vcpus = ecs_service_result(node, "vcpus"),
                                .running = ecs_service_result(node, "running"),
                                .desired = ecs_service_result(node, "desired"),
                                .pending = ecs_service_result(node, "pending"),
                                .unplaced = ecs_service_result(node, "unplaced"),
                                .launched = ecs_service_result(node, "launched"),
                                .stopped = ecs_service_result(node, "stopped"),
                                .replaced = ecs_service_result(node, "replaced"),
                                .crashed = ecs_service_result(node, "crashed"),
                                .memory_kills = ecs_service_result(node, "memory_kills")};
}

struct ecs_tasks *ecs_tasks_open(struct node *node, struct ecs_requests *requests,
                                 struct ecs_workers *workers)
{
    struct ecs_tasks *tasks = node_array(node, struct ecs_tasks, 1);
    *tasks = (struct ecs_tasks){.node = node,
                                .requests = requests,
                                .workers = workers,
                                .startup = ecs_service_setting(node->config, "startup"),
                                .vcpus = real(node, "cpu") / CPU_UNITS,
                                .delay = real(node, "deregistration_delay"),
                                .stop_timeout = real(node, "stop_timeout"),
                                .exit_detection = real(node, "exit_detection"),
                                .host_detection = real(node, "host_detection"),
                                .grace = calendar_ns(real(node, "health_check_grace_period")),
                                .desired = whole(node, "desired_count"),
                                .maximum_percent = whole(node, "deployment_maximum_percent"),
                                .launches = node_stream(node, "launches")};
    open_results(node, &tasks->results);
    for (int i = 0; i < node->part_limit; i++) {
        node_timer(node, &task_of(node->part[i])->timer, i);
    }
    tasks->capacity = ecs_capacity_open(node);
    node_timer(node, &tasks->scheduler, TAG_SCHEDULER);
    return tasks;
}

/* ---- Into service ------------------------------------------------------------------------------------ */

/* More or fewer tasks that ECS takes to run, and whose vCPUs are there. */
static void count(struct ecs_tasks *tasks, double running, double alive)
{
    gauge_add(tasks->results.running, now_of(tasks), running);
    gauge_add(tasks->results.vcpus, now_of(tasks), alive * tasks->vcpus);
}

/* A place and a slot for one more task; NULL when there is no room. */
static struct part *place(struct ecs_tasks *tasks)
{
    struct part *part = part_free_slot(tasks->node);
    if (part == NULL || !ecs_capacity_take(tasks->capacity, part)) {
        return NULL;
    }
    struct task *task = task_of(part);
    uint64_t launch = tasks->launch_count++;
    *task = (struct task){.stage = QUEUED,
                          .timer = task->timer,
                          .stream = stream_below(tasks->launches.state, launch),
                          .launch = launch,
                          .order = tasks->order > tasks->fulfilled ? tasks->order : 0};
    part_set_life(part, PART_PENDING);
    gauge_add(tasks->results.pending, now_of(tasks), 1.0);
    return part;
}

static void launch(struct ecs_tasks *tasks, struct part *part, bool replaces)
{
    struct task *task = task_of(part);
    task->replaces = replaces;
    ++*tasks->results.launched;
    recover(tasks, task, RECOVERY_DECISION);
    node_wake_in(tasks->node, &task->timer, ecs_capacity_wait(tasks->capacity, part));
}

static void provision(struct ecs_tasks *tasks, struct part *part)
{
    struct task *task = task_of(part);
    task->stage = PROVISIONING;
    node_wake_in(tasks->node, &task->timer, ecs_capacity_provision(tasks->capacity, part, &task->stream));
}

static void pull(struct ecs_tasks *tasks, struct part *part)
{
    struct task *task = task_of(part);
    task->stage = PULLING;
    node_wake_in(tasks->node, &task->timer, ecs_capacity_pull(tasks->capacity, part));
}

/* The container runs: RUNNING to ECS, registered with the load balancer, but it does not answer yet. */
static void start_container(struct ecs_tasks *tasks, struct part *part)
{
    struct task *task = task_of(part);
    ecs_capacity_pulled(tasks->capacity, part);
    task->stage = STARTING;
    task->started = now_of(tasks);
    gauge_add(tasks->results.pending, now_of(tasks), -1.0);
    count(tasks, 1.0, 1.0);
    part_set_life(part, PART_RUNNING);
    part->alive = false;
    recover(tasks, task, RECOVERY_REPLACEMENT);
    node_wake_in(tasks->node, &task->timer, stream_draw(&task->stream, tasks->startup, 0.0));
}

/* It answers. Without a load balancer to check it, it is in service. */
static void begin_serving(struct ecs_tasks *tasks, struct part *part)
{
    struct task *task = task_of(part);
    task->stage = SERVING;
    task->answering = now_of(tasks);
    task->listed = true;
    part->alive = true;
    ecs_requests_join(tasks->requests, part);
    ecs_workers_begin(tasks->workers, part, task->launch);
    if (tasks->node->watcher_count == 0) {
        part_set_health(part, HEALTH_HEALTHY);
    }
}

/* The first task of a scale-out that comes into service closes its account. */
static void note_capacity(struct ecs_tasks *tasks, const struct task *task)
{
    if (task->order <= tasks->fulfilled || task->order != tasks->order) {
        return;
    }
    tasks->fulfilled = task->order;
    struct run_capacity_time time = tasks->time;
    time.launch = (double)(task->started - tasks->decided) * 1e-9;
    time.warm = (double)(task->answering - task->started) * 1e-9;
    time.health = (double)(now_of(tasks) - task->answering) * 1e-9;
    run_capacity(tasks->node, time);
}

static void enter_service(struct ecs_tasks *tasks, struct task *task)
{
    if (!task->in_service) {
        task->in_service = true;
        recover(tasks, task, RECOVERY_WARM_UP);
        note_capacity(tasks, task);
    }
}

/* The simulated time begins with the desired count in service, for long. */
static void settle(struct ecs_tasks *tasks)
{
    for (int64_t i = 0; i < tasks->desired; i++) {
        struct part *part = place(tasks);
        if (part == NULL) {
            break;
        }
        ecs_capacity_pull(tasks->capacity, part);
        start_container(tasks, part);
        node_sleep(tasks->node, &task_of(part)->timer);
        begin_serving(tasks, part);
        part_set_health(part, HEALTH_HEALTHY);
    }
}

void ecs_tasks_ready(struct ecs_tasks *tasks)
{
    ecs_capacity_ready(tasks->capacity);
    settle(tasks);
    ask_scheduler(tasks);
}

/* ---- Out of service ---------------------------------------------------------------------------------- */

static void unlist(struct ecs_tasks *tasks, struct part *part)
{
    if (task_of(part)->listed) {
        task_of(part)->listed = false;
        ecs_requests_leave(tasks->requests, part);
    }
}

/* The task is gone; its slot is free. */
static void end(struct ecs_tasks *tasks, struct part *part)
{
    struct task *task = task_of(part);
    if (launching(task->stage)) {
        gauge_add(tasks->results.pending, now_of(tasks), -1.0);
    }
    unlist(tasks, part);
    ecs_capacity_release(tasks->capacity, part);
    node_sleep(tasks->node, &task->timer);
    task->stage = NONE;
    part_set_life(part, PART_ABSENT);
    ask_scheduler(tasks);
}

/* Requests still in it end with the connection. */
static void finish(struct ecs_tasks *tasks, struct part *part)
{
    count(tasks, 0.0, -1.0);
    part->alive = false;
    if (part->outstanding > 0) {
        part_crash(part, OUTCOME_RESET);
    }
    end(tasks, part);
}

/* With a load balancer the whole deregistration delay, else until it is idle or the stop timeout is over. */
static void drain(struct ecs_tasks *tasks, struct part *part)
{
    struct task *task = task_of(part);
    if (tasks->node->watcher_count > 0 || part->outstanding == 0 || now_of(tasks) >= task->stop_by) {
        finish(tasks, part);
    } else {
        node_wake_in(tasks->node, &task->timer, LOOK_AGAIN);
    }
}

static void stop(struct ecs_tasks *tasks, struct part *part)
{
    struct task *task = task_of(part);
    ++*tasks->results.stopped;
    if (!runs(task->stage)) {
        end(tasks, part);
        return;
    }
    bool watched = tasks->node->watcher_count > 0;
    task->stage = DRAINING;
    task->stop_by = now_of(tasks) + calendar_ns(tasks->stop_timeout);
    count(tasks, -1.0, 0.0);
    unlist(tasks, part);
    ecs_capacity_leave(tasks->capacity, part);
    node_wake_in(tasks->node, &task->timer, watched ? tasks->delay : 0.0);
    part_set_life(part, PART_DRAINING);
}

/* The process is dead. ECS has to find out: soon when the host is there to tell, late when it is not. */
static void crash(struct ecs_tasks *tasks, struct part *part, bool reachable)
{
    struct task *task = task_of(part);
    if (task->stage == NONE || task->stage == LOST) {
        return;
    }
    part->reachable = reachable;
    if (task->stage == DRAINING) {
        finish(tasks, part);
        return;
    }
    bool ran = runs(task->stage);
    gauge_add(tasks->results.pending, now_of(tasks), ran ? 0.0 : -1.0);
    count(tasks, ran ? -1.0 : 0.0, ran ? -1.0 : 0.0);
    ++*tasks->results.crashed;
    ecs_capacity_died(tasks->capacity, part);
    task->stage = LOST;
    node_wake_in(tasks->node, &task->timer, reachable ? tasks->exit_detection : tasks->host_detection);
    if (ran) {
        part_crash(part, OUTCOME_RESET);
    }
}

/* It uses more memory than it has: killed, in an event of its own. */
void ecs_tasks_exhaust(struct ecs_tasks *tasks, struct part *part)
{
    struct task *task = task_of(part);
    if (task->stage == SERVING && !task->exhausted) {
        task->exhausted = true;
        node_wake_in(tasks->node, &task->timer, 0.0);
    }
}

/* ---- The scheduler ----------------------------------------------------------------------------------- */

/* As ECS sees them; those that are stopping are not its business any more. */
struct census {
    int64_t good; /* in service, or on their way there */
    int64_t healthy, bad;
};

static struct census count_tasks(struct ecs_tasks *tasks)
{
    struct census census = {0};
    for (int i = 0; i < tasks->node->part_limit; i++) {
        const struct part *part = tasks->node->part[i];
        struct task *task = task_of(part);
        if (task->stage == NONE || task->stage == DRAINING) {
            continue;
        }
        bool unhealthy = part->health == HEALTH_UNHEALTHY && part->life == PART_RUNNING;
        task->bad = unhealthy && now_of(tasks) >= task->started + tasks->grace;
        census.bad += task->bad;
        census.good += !task->bad;
        census.healthy += !task->bad && runs(task->stage) && part->health == HEALTH_HEALTHY;
    }
    return census;
}

/* An unhealthy task: the one that has been there longest. */
static void stop_bad(struct ecs_tasks *tasks, struct census *census)
{
    struct part *oldest = NULL;
    for (int i = 0; i < tasks->node->part_limit; i++) {
        struct part *part = tasks->node->part[i];
        const struct task *task = task_of(part);
        bool stopping = task->stage == NONE || task->stage == DRAINING;
        if (!stopping && task->bad && (oldest == NULL || task->launch < task_of(oldest)->launch)) {
            oldest = part;
        }
    }
    census->bad--;
    ++*tasks->results.replaced;
    stop(tasks, oldest);
}

static bool is_good(const struct part *part)
{
    return !task_of(part)->bad;
}

static void stop_good(struct ecs_tasks *tasks, struct census *census)
{
    struct part *part = ecs_capacity_victim(tasks->capacity, is_good);
    census->good--;
    if (part != NULL) {
        stop(tasks, part);
    }
}

static void start_missing(struct ecs_tasks *tasks, struct census *census)
{
    int64_t ceiling = tasks->desired * tasks->maximum_percent / 100; /* rounded down */
    while (census->good < tasks->desired && census->good + census->bad < ceiling) {
        struct part *part = place(tasks);
        if (part == NULL) {
            break;
        }
        launch(tasks, part, tasks->owed > 0 || census->bad > 0);
        tasks->owed -= tasks->owed > 0;
        census->good++;
    }
    if (census->good < tasks->desired && census->good + census->bad >= ceiling && census->bad > 0) {
        stop_bad(tasks, census);
    }
    int64_t missing = tasks->desired > census->good ? tasks->desired - census->good : 0;
    tasks->owed = tasks->owed < missing ? tasks->owed : missing;
    gauge_set(tasks->results.unplaced, now_of(tasks), (double)missing);
}

/* Amazon ECS developer guide, ecs_services, 2026: a task that becomes unhealthy gets its replacement first. It is
   stopped when that is healthy, or unhealthy too, or when the maximum per cent leaves no room for one. */
static void schedule(struct ecs_tasks *tasks)
{
    struct census census = count_tasks(tasks);
    while (census.bad > 0 && census.healthy + census.bad > tasks->desired) {
        stop_bad(tasks, &census);
    }
    while (census.good > tasks->desired) {
        stop_good(tasks, &census);
    }
    start_missing(tasks, &census);
    gauge_set(tasks->results.desired, now_of(tasks), (double)tasks->desired);
}

int64_t ecs_tasks_desired(const struct ecs_tasks *tasks)
{
    return tasks->desired;
}

/* Sets the desired count. `time` holds what a scale-out took so far; NULL when its account is not to be kept. */
void ecs_tasks_want(struct ecs_tasks *tasks, int64_t desired, const struct run_capacity_time *time)
{
    tasks->desired = desired;
    if (time != NULL) {
        tasks->order++;
        tasks->time = *time;
        tasks->decided = now_of(tasks);
    }
    ask_scheduler(tasks);
}

/* ---- What happens to them ---------------------------------------------------------------------------- */

/* Places that could not be had before are asked for again, and grace periods end. */
void ecs_tasks_tick(struct ecs_tasks *tasks)
{
    for (int i = 0; i < tasks->node->part_limit; i++) {
        ecs_capacity_report(tasks->capacity, tasks->node->part[i]);
    }
    schedule(tasks);
}

void ecs_tasks_wake(struct ecs_tasks *tasks, int tag)
{
    if (tag == TAG_SCHEDULER) {
        schedule(tasks);
        return;
    }
    struct part *part = tasks->node->part[tag];
    switch (task_of(part)->stage) {
    case NONE: break;
    case QUEUED: provision(tasks, part); break;
    case PROVISIONING: pull(tasks, part); break;
    case PULLING: start_container(tasks, part); break;
    case STARTING: begin_serving(tasks, part); break;
    case SERVING: /* it has used up its memory */
        ++*tasks->results.memory_kills;
        crash(tasks, part, true);
        break;
    case DRAINING: drain(tasks, part); break;
    case LOST: /* somebody has missed it */
        ecs_capacity_recover(tasks->capacity, RECOVERY_DETECTION);
        ++*tasks->results.replaced;
        tasks->owed++;
        end(tasks, part);
        break;
    }
}

/* A host of the cluster is gone, or one of the tasks has changed. */
void ecs_tasks_notice(struct ecs_tasks *tasks, struct part *part)
{
    bool host = part->node != tasks->node;
    for (int i = 0; host && part->life == PART_ABSENT && i < tasks->node->part_limit; i++) {
        if (ecs_capacity_on_host(tasks->capacity, tasks->node->part[i], part->index)) {
            crash(tasks, tasks->node->part[i], false);
        }
    }
    if (!host && part->health == HEALTH_HEALTHY && task_of(part)->stage == SERVING) {
        enter_service(tasks, task_of(part));
    } else if (!host && part->health == HEALTH_UNHEALTHY) {
        ecs_capacity_recover(tasks->capacity, RECOVERY_DETECTION);
    }
    ask_scheduler(tasks);
}

static bool concerns(const struct fault *fault, const struct part *part)
{
    switch (fault->kind) {
    case FAULT_ZONE: return part->zone == fault->zone;
    case FAULT_NODE: return true;
    default: return part->index == fault->part;
    }
}

/* A zone that is lost takes no new tasks either. */
void ecs_tasks_fail(struct ecs_tasks *tasks, const struct fault *fault)
{
    bool gone = fault->kind == FAULT_ZONE || fault->kind == FAULT_HOST;
    if (fault->kind == FAULT_ZONE) {
        ecs_capacity_close(tasks->capacity, fault->zone);
    }
    for (int i = 0; i < tasks->node->part_limit; i++) {
        if (concerns(fault, tasks->node->part[i])) {
            crash(tasks, tasks->node->part[i], !gone);
        }
    }
}
