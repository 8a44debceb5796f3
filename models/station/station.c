/* SPDX-License-Identifier: Apache-2.0 */
/* The station of queueing theory: servers, a queue, a discipline. Three ways of serving:
   - first come first served, priority and random order are the engine's own station;
   - processor sharing is the engine's processor;
   - where requests are preempted, or each has a patience of its own, the queue is kept here: visits sleep, servers
     have timers, and those who may give up are in a heap. A visit put off its server goes back to the head of its
     queue with the service that it still needs (preemptive resume).
   Whichever it is, the counts and gauges of `queue` keep the statistics. */
#include "model.h"
#include "text.h"

#include <math.h>

enum discipline { FCFS, PS, PRIORITY, PREEMPTIVE, RANDOM };
enum phase { ARRIVED, WAITING, SERVING }; /* the last two asleep, in a queue kept here */
enum { PATIENCE = -1 /* tag of a timer; the others are servers */ };
enum {
    RANKS = STATION_PRIORITIES,
    SERVERS_MAX = 4096,         /* with timers of their own */
    IMPATIENT_MAX = 1024 * 1024 /* waiting with a patience of their own */
};

struct station_config {
    int64_t servers;
    struct dist service;
    int discipline;
    int64_t queue_limit;
    struct dist patience;
    struct words priorities;
    struct node_ref next;
};

struct server {
    struct timer timer;
    struct visit *visit;
    struct link link; /* among the idle, or among those that serve one rank */
};

struct impatient {
    int64_t until;
    struct visit *visit;
};

struct station_state {
    struct station queue;
    struct processor processor;
    struct node *next;
    struct lane *lane; /* a patience that all share */
    bool resolving;

    bool kept; /* the queue is kept here, by rank, 0 first */
    struct server *server;
    struct link idle, serving[RANKS], waiting[RANKS];
    struct impatient *impatient; /* a heap, the first to give up on top; visit->pc is its place + 1 */
    int32_t impatient_count;
    struct timer giving_up;
    int64_t preempted;

    struct tally residence;
    double mean_wait, utilisation;
    double marked_wait, marked_busy;
    int64_t marked_served;
};

#define SERVER_OF(link_) ((struct server *)(void *)((char *)(link_)-offsetof(struct server, link)))

static bool has_ranks(const struct station_config *config)
{
    return config->discipline == PRIORITY || config->discipline == PREEMPTIVE;
}

static bool own_patience(const struct station_config *config)
{
    return config->patience.kind != DIST_NONE && config->patience.kind != DIST_DETERMINISTIC;
}

static bool is_kept(const struct station_config *config)
{
    return config->discipline == PREEMPTIVE || (config->discipline != PS && own_patience(config));
}

static void check_ranks(const struct station_config *config, const struct check *check)
{
    if (has_ranks(config) && config->next.index >= 0) {
        check_error(check, &config->next,
                    "a station with priorities must be the last of its chain: remove next or the discipline");
    }
    if (config->priorities.count >= RANKS) {
        check_error(check, &config->priorities, "at most %d priorities; requests left out share the last one",
                    RANKS - 1);
    }
    if (has_ranks(config) && config->priorities.count == 0) {
        check_warning(check, &config->discipline,
                      "without priorities all requests are served alike; list them, the highest first");
    } else if (!has_ranks(config) && config->priorities.count > 0) {
        check_warning(check, &config->priorities,
                      "priorities has no effect; set discipline: priority or preemptive");
    }
}

static void check(const void *opaque, const struct check *check)
{
    const struct station_config *config = opaque;
    check_ranks(config, check);
    if (is_kept(config) && config->servers > SERVERS_MAX) {
        check_error(check, &config->servers,
                    "with preemption or a random patience a station has at most %d servers", SERVERS_MAX);
    }
    if (config->discipline == PS && config->patience.kind != DIST_NONE) {
        check_warning(check, &config->patience,
                      "patience has no effect with discipline: ps, where nobody waits");
    }
}

static void keep_queue(struct node *self)
{
    const struct station_config *config = self->config;
    struct station_state *state = self->state;
    state->kept = true;
    link_clear(&state->idle);
    for (int i = 0; i < RANKS; i++) {
        link_clear(&state->serving[i]);
        link_clear(&state->waiting[i]);
    }
    int count = config->servers < SERVERS_MAX ? (int)config->servers : SERVERS_MAX;
    state->server = node_array(self, struct server, count);
    for (int i = 0; i < count; i++) {
        node_timer(self, &state->server[i].timer, i);
        link_append(&state->idle, &state->server[i].link);
    }
    node_timer(self, &state->giving_up, PATIENCE);
    if (config->patience.kind != DIST_NONE) {
        state->impatient = node_array(self, struct impatient, IMPATIENT_MAX);
        state->queue.limit = config->queue_limit < IMPATIENT_MAX ? config->queue_limit : IMPATIENT_MAX;
    }
}

static void start(struct node *self)
{
    const struct station_config *config = self->config;
    struct station_state *state = self->state;
    enum station_discipline order = config->discipline == RANDOM     ? STATION_RANDOM
                                    : config->discipline == PRIORITY ? STATION_PRIORITY
                                                                     : STATION_FCFS;
    station_open(&state->queue, self->run, config->servers, config->queue_limit, order,
                 node_stream(self, "order"));
    state->next = node_at(self, config->next);
    state->residence = tally_open(self->run->arena);
    if (config->discipline == PS) {
        processor_open(&state->processor, self->run, (double)config->servers, &state->queue.in_service);
    } else if (is_kept(config)) {
        keep_queue(self);
    } else if (config->patience.kind == DIST_DETERMINISTIC) {
        state->lane = lane_of(self->run, config->patience.a);
    }
}

/* The place in `priorities`, behind them all the others. */
static int rank_of(const struct station_config *config, const char *request)
{
    int rank = 0;
    while (rank < config->priorities.count &&
           (request == NULL || !text_matches(config->priorities.word[rank], request))) {
        rank++;
    }
    return rank;
}

/* Answers whatever it is asked. What goes on to the next node carries that node's route, so a chain hands over the
   route of its last one; a ring of stations answers nothing. */
static int resolve(struct node *self, const struct ask *ask)
{
    struct station_state *state = self->state;
    if (state->next == NULL) {
        return rank_of(self->config, ask->request);
    }
    if (state->resolving) {
        return -1;
    }
    const struct model *model = state->next->model;
    state->resolving = true;
    int route = model->resolve == NULL ? 0 : model->resolve(state->next, ask);
    state->resolving = false;
    return route;
}

/* ---- Patience: a heap of those who wait ------------------------------------------------------------ */

static void put(struct station_state *state, int32_t place, struct impatient entry)
{
    state->impatient[place] = entry;
    entry.visit->pc = place + 1;
}

/* From a free place up or down to where the entry belongs. */
static void sift(struct station_state *state, int32_t place, struct impatient entry)
{
    struct impatient *heap = state->impatient;
    for (; place > 0 && heap[(place - 1) / 2].until > entry.until; place = (place - 1) / 2) {
        put(state, place, heap[(place - 1) / 2]);
    }
    for (int32_t child = 2 * place + 1; child < state->impatient_count; child = 2 * place + 1) {
        if (child + 1 < state->impatient_count && heap[child + 1].until < heap[child].until) {
            child++;
        }
        if (heap[child].until >= entry.until) {
            break;
        }
        put(state, place, heap[child]);
        place = child;
    }
    put(state, place, entry);
}

static void set_giving_up(struct node *node)
{
    struct station_state *state = node->state;
    if (state->impatient_count == 0) {
        node_sleep(node, &state->giving_up);
    } else {
        int64_t left = state->impatient[0].until - node->run->now;
        node_wake_in(node, &state->giving_up, (double)left * 1e-9);
    }
}

static void lose_patience(struct visit *visit)
{
    const struct station_config *config = visit->node->config;
    struct station_state *state = visit->node->state;
    if (state->impatient == NULL) {
        return;
    }
    int64_t until = visit->node->run->now + calendar_ns(visit_draw(visit, &config->patience));
    sift(state, state->impatient_count++, (struct impatient){until, visit});
    if (visit->pc == 1) {
        set_giving_up(visit->node);
    }
}

/* The wait is over, one way or the other. */
static void calm(struct visit *visit)
{
    struct station_state *state = visit->node->state;
    int32_t place = visit->pc - 1;
    if (place < 0) {
        return;
    }
    visit->pc = 0;
    struct impatient last = state->impatient[--state->impatient_count];
    if (last.visit != visit) {
        sift(state, place, last);
    }
    if (place == 0) {
        set_giving_up(visit->node);
    }
}

/* ---- The queue kept here --------------------------------------------------------------------------- */

static void begin(struct visit *visit)
{
    struct node *node = visit->node;
    struct station_state *state = node->state;
    struct server *server = SERVER_OF(state->idle.next);
    link_remove(&server->link);
    link_append(&state->serving[visit->priority], &server->link);
    gauge_add(&state->queue.in_service, node->run->now, 1.0);
    server->visit = visit;
    node_wake_in(node, &server->timer, visit->demand);
    visit->step = SERVING;
    visit_sleep(visit);
}

/* Takes the visit off the server, which falls idle. */
static struct visit *end(struct station_state *state, struct server *server)
{
    link_remove(&server->link);
    link_append(&state->idle, &server->link);
    gauge_add(&state->queue.in_service, state->queue.run->now, -1.0);
    return server->visit;
}

static void join_queue(struct visit *visit, struct link *before)
{
    struct station_state *state = visit->node->state;
    link_append(before, &visit->queue);
    visit->queued = visit->node->run->now;
    visit->step = WAITING;
    state->queue.waiting++;
    gauge_add(&state->queue.in_queue, visit->node->run->now, 1.0);
}

/* The server of the visit that is least urgent, and among these began last; NULL if none is behind `rank`. */
static struct server *least_urgent(const struct station_state *state, int rank)
{
    for (int other = RANKS - 1; other > rank; other--) {
        if (!link_empty(&state->serving[other])) {
            return SERVER_OF(state->serving[other].prev);
        }
    }
    return NULL;
}

static void preempt(struct node *node, struct server *server)
{
    struct station_state *state = node->state;
    double left = (double)(server->timer.at - node->run->now) * 1e-9;
    node_sleep(node, &server->timer);
    struct visit *visit = end(state, server);
    visit->demand = left;
    state->preempted++;
    join_queue(visit, state->waiting[visit->priority].next);
}

static void arrive_kept(struct visit *visit)
{
    const struct station_config *config = visit->node->config;
    struct station_state *state = visit->node->state;
    if (link_empty(&state->idle) && state->queue.waiting >= state->queue.limit) {
        state->queue.refused++;
        visit_reply(visit, OUTCOME_REJECTED);
        return;
    }
    if (link_empty(&state->idle) && config->discipline == PREEMPTIVE) {
        struct server *server = least_urgent(state, visit->priority);
        if (server != NULL) {
            preempt(visit->node, server);
        }
    }
    if (!link_empty(&state->idle)) {
        begin(visit);
        return;
    }
    join_queue(visit, &state->waiting[visit->priority]);
    lose_patience(visit);
    visit_sleep(visit);
}

/* Who takes the server that has just fallen idle, or NULL. */
static struct visit *next_waiting(struct station_state *state, bool random)
{
    if (state->queue.waiting == 0) {
        return NULL;
    }
    int rank = 0;
    while (link_empty(&state->waiting[rank])) {
        rank++;
    }
    struct link *link = state->waiting[rank].next;
    uint32_t place = random ? stream_below_n(&state->queue.stream, (uint32_t)state->queue.waiting) : 0;
    while (place-- > 0) {
        link = link->next;
    }
    return VISIT_OF_QUEUE(link);
}

static void complete(struct node *self, struct server *server)
{
    const struct station_config *config = self->config;
    struct station_state *state = self->state;
    struct visit *visit = end(state, server);
    struct visit *next = next_waiting(state, config->discipline == RANDOM);
    if (next != NULL) {
        visit_signal(next, OUTCOME_OK);
    }
    visit_signal(visit, OUTCOME_OK);
}

/* It has been called to a server, or has waited long enough. */
static void resume_waiting(struct visit *visit)
{
    struct station_state *state = visit->node->state;
    int64_t now = visit->node->run->now;
    calm(visit);
    link_remove(&visit->queue);
    state->queue.waiting--;
    gauge_add(&state->queue.in_queue, now, -1.0);
    if (visit->outcome == OUTCOME_TIMEOUT) {
        state->queue.abandoned++;
        visit_reply(visit, OUTCOME_TIMEOUT);
        return;
    }
    state->queue.wait_sum += (double)(now - visit->queued) * 1e-9;
    begin(visit);
}

/* ---- Coming and going ------------------------------------------------------------------------------ */

static void arrive_shared(struct visit *visit)
{
    struct station_state *state = visit->node->state;
    if (state->processor.active - state->queue.servers >= state->queue.limit) {
        state->queue.refused++;
        visit_reply(visit, OUTCOME_REJECTED);
        return;
    }
    visit_compute(visit, &state->processor, visit->demand);
}

static void arrive(struct visit *visit)
{
    const struct station_config *config = visit->node->config;
    struct station_state *state = visit->node->state;
    if (has_ranks(config)) {
        visit->priority = (uint8_t)visit->ask->route;
    }
    visit->demand = visit_draw(visit, &config->service);
    if (config->discipline == PS) {
        arrive_shared(visit);
    } else if (state->kept) {
        arrive_kept(visit);
    } else {
        visit_within(visit, state->lane);
        if (!visit_serve(visit, &state->queue, visit->demand)) {
            visit_reply(visit, OUTCOME_REJECTED);
        }
    }
}

static void resume(struct visit *visit)
{
    const struct station_config *config = visit->node->config;
    struct station_state *state = visit->node->state;
    if (visit->step == WAITING) {
        resume_waiting(visit);
        return;
    }
    if (visit->outcome == OUTCOME_TIMEOUT) {
        visit_reply(visit, OUTCOME_TIMEOUT);
        return;
    }
    state->queue.served += config->discipline == PS || state->kept; /* else the engine has counted it */
    tally_add(&state->residence, visit->node->run->now - visit->arrived);
    if (state->next != NULL) {
        visit_forward(visit, state->next);
    } else {
        visit_reply(visit, OUTCOME_OK);
    }
}

static void wake(struct node *self, int tag)
{
    struct station_state *state = self->state;
    if (tag == PATIENCE) {
        visit_signal(state->impatient[0].visit, OUTCOME_TIMEOUT);
    } else {
        complete(self, &state->server[tag]);
    }
}

static void mark(struct node *self)
{
    struct station_state *state = self->state;
    state->marked_wait = state->queue.wait_sum;
    state->marked_served = state->queue.served;
    state->marked_busy = gauge_area(&state->queue.in_service, self->run->now);
}

static void settle(struct node *self)
{
    const struct station_config *config = self->config;
    struct station_state *state = self->state;
    double served = (double)(state->queue.served - state->marked_served);
    double wait = state->queue.wait_sum - state->marked_wait;
    double busy = gauge_area(&state->queue.in_service, self->run->now) - state->marked_busy;
    double time = node_seconds(self) * (double)config->servers;
    state->mean_wait = config->discipline != PS && served > 0.0 ? wait / served : NAN;
    state->utilisation = config->servers < INT64_MAX && time > 0.0 ? busy / time : NAN;
}

static const struct param params[] = {
    PARAM(station_config, servers, UNIT_COUNT, "1", "1 to 1000000 or none",
          "Identical servers; with ps the vCPUs that all share, each request at most one.", "definition"),
    PARAM(station_config, service, UNIT_SECOND, NULL, NULL,
          "Time that a request needs one server; `recorded` is the demand that a trace brings.",
          "definition"),
    PARAM(station_config, discipline, UNIT_NONE, "fcfs", "fcfs|ps|priority|preemptive|random",
          "Who is served next; with ps everybody at once, with preemptive the urgent at once.", "definition"),
    PARAM(station_config, queue_limit, UNIT_COUNT, "none", "0 to 1000000000 or none",
          "Requests that may be there beyond one a server before others are refused.", "definition"),
    PARAM(station_config, patience, UNIT_SECOND, "none", NULL,
          "Time that a request waits for its first server before it gives up.", "definition"),
    PARAM(station_config, priorities, UNIT_NONE, "none", NULL,
          "Requests by priority, the highest first; those left out come last.", "definition"),
    PARAM(station_config, next, UNIT_NONE, "none", NULL,
          "Node that a request goes on to when it is served; without one it is answered.", "definition"),
    PARAM_END};

#define ROW(key_, field_, type_, unit_, ...)                                                                 \
    {                                                                                                        \
        .key = (key_), .offset = offsetof(struct station_state, field_), .type = (type_), .unit = (unit_),   \
        .help = __VA_ARGS__                                                                                  \
    }

static const struct output outputs[] = {
    OUTPUT(station_state, utilisation, OUTPUT_VALUE, UNIT_RATIO, "Share of the servers' time spent serving."),
    ROW("busy", queue.in_service, OUTPUT_MEAN, UNIT_COUNT, "Servers busy.", .series = true),
    ROW("queue_length", queue.in_queue, OUTPUT_MEAN, UNIT_COUNT, "Requests waiting.", .series = true),
    OUTPUT(station_state, mean_wait, OUTPUT_VALUE, UNIT_SECOND, "Mean wait of the requests served."),
    OUTPUT(station_state, residence, OUTPUT_TALLY, UNIT_SECOND, "Time here of the requests served."),
    ROW("served", queue.served, OUTPUT_COUNT, UNIT_COUNT, "Requests served.", .series = true),
    ROW("refused", queue.refused, OUTPUT_COUNT, UNIT_COUNT, "Requests refused because the queue was full."),
    ROW("abandoned", queue.abandoned, OUTPUT_COUNT, UNIT_COUNT, "Requests that gave up waiting."),
    OUTPUT(station_state, preempted, OUTPUT_COUNT, UNIT_COUNT,
           "Times that a request was put off its server."),
    OUTPUT_END};

const struct model model_station = {
    .name = "station",
    .title = "Station",
    .about =
        "The station of queueing theory: identical servers with a queue in front, first come first served, "
        "in "
        "random order, by priority with or without preemption, or shared by all. Queues may be bounded and "
        "requests impatient; stations in a chain hand requests on. Servers never fail, and the service does "
        "not depend on the load.",
    .config_size = sizeof(struct station_config),
    .state_size = sizeof(struct station_state),
    .params = params,
    .outputs = outputs,
    .check = check,
    .start = start,
    .resolve = resolve,
    .arrive = arrive,
    .resume = resume,
    .wake = wake,
    .mark = mark,
    .settle = settle};
