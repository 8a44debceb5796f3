/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"

#include <math.h>
#include <string.h>

struct rds_proxy_config {
    struct node_ref target;
    double max_connections_percent, max_idle_connections_percent, idle_client_timeout,
        connection_borrow_timeout;
    int64_t reserved_connections;
    struct words session_pinning_filters;
    int engine_family;
    double pinned;
    struct dist overhead, connection_setup;
};

enum phase { BORROWING, CONNECTED, ANSWERED };
enum kind {
    SHARED,
    PINS,
    PINNED
}; /* of a visit, in `held`: the second becomes the third for those after it */
enum { WAKE_UNPIN, WAKE_IDLE };
enum { POSTGRESQL, MYSQL };

static const double idle_after = 300.0; /* seconds: when RDS Proxy calls a connection idle */

struct rds_proxy_state {
    struct node *target;
    struct station pool; /* connections that any session may borrow: the limit less the dedicated ones */
    struct lane *borrow;
    struct timer unpin, idle;
    struct ask **ask; /* what was asked of the proxy, as asked of the target */
    int asks, room;
    int64_t limit, idle_limit;
    int64_t open;                /* connections that exist */
    int64_t in_use, most_in_use; /* by transactions; the most since the last look for idle ones */
    int64_t dedicated;           /* to pinned sessions, at work or not */
    int64_t *rests_since;        /* ns: a ring of dedicated ones that rest, the longest first */
    int64_t rest_first, rest_count;
    bool down; /* the target has no writer */
    int64_t transactions, timeouts, cancelled, abandoned, opened, retried;
    struct gauge connections, pinned_connections, waiting, vcpus;
    struct tally borrow_wait;
    double utilisation, marked_busy;
};

#define GUIDE "Aurora user guide, 2023-06, rds-proxy-managing.md"

static const struct param params[] = {
    PARAM(rds_proxy_config, target, UNIT_NONE, NULL, NULL, "The database behind the proxy.", "definition"),
    PARAM(rds_proxy_config, engine_family, UNIT_NONE, "POSTGRESQL", "POSTGRESQL|MYSQL",
          "What the database speaks, which decides whether pinning filters are offered.", "definition"),
    PARAM(rds_proxy_config, max_connections_percent, UNIT_METRIC, "100", "1 to 100",
          "Connections the proxy may open, in percent of the target's max_connections.", GUIDE),
    PARAM(
        rds_proxy_config, max_idle_connections_percent, UNIT_METRIC, "none", "0 to 100 or none",
        "Idle connections it keeps, in percent of max_connections; none is half of max_connections_percent.",
        GUIDE),
    PARAM(rds_proxy_config, idle_client_timeout, UNIT_SECOND, "30min", "1s to 8h",
          "How long a session may idle before it ends; a pinned one gives its connection back then.", GUIDE),
    PARAM(rds_proxy_config, connection_borrow_timeout, UNIT_SECOND, "120s", "0s to 1h",
          "How long a transaction waits for a connection, be the pool full or a failover under way.", GUIDE),
    PARAM(rds_proxy_config, reserved_connections, UNIT_COUNT, "3", "0 to 1000",
          "Of its connections, those the proxy keeps for monitoring; their number is not documented.",
          "assumed"),
    PARAM(rds_proxy_config, session_pinning_filters, UNIT_NONE, "", NULL,
          "Statements that do not pin; say with `pinned` what is left.", "definition"),
    PARAM(rds_proxy_config, pinned, UNIT_RATIO, "0%", "0% to 100%",
          "Share of transactions that belong to sessions pinned to a connection.", "definition"),
    PARAM(rds_proxy_config, overhead, UNIT_SECOND, "lognormal(p50 1ms, p99 5ms)", NULL,
          "Time the proxy adds to a statement; 1 ms to 3 ms by a vendor of another pooler, likely 0.2ms to "
          "3ms.",
          "assumed"),
    PARAM(rds_proxy_config, connection_setup, UNIT_SECOND, "2.5ms", NULL,
          "Time to open a connection to the database, as transport, TLS and authentication take in a VPC.",
          "goldlapel benchmarks: 0.3 + 1.2 + 0.8 ms"),
    PARAM_END};

static const struct output outputs[] = {
    OUTPUT(rds_proxy_state, transactions, OUTPUT_COUNT, UNIT_COUNT, "Transactions answered by the database."),
    OUTPUT(rds_proxy_state, timeouts, OUTPUT_COUNT, UNIT_COUNT,
           "Transactions that got no connection in time."),
    OUTPUT(rds_proxy_state, cancelled, OUTPUT_COUNT, UNIT_COUNT,
           "Transactions at work when the database failed."),
    OUTPUT(rds_proxy_state, abandoned, OUTPUT_COUNT, UNIT_COUNT,
           "Transactions whose client had gone when a connection came free."),
    OUTPUT(rds_proxy_state, retried, OUTPUT_COUNT, UNIT_COUNT,
           "Transactions queued again because the database refused the connection."),
    OUTPUT(rds_proxy_state, opened, OUTPUT_COUNT, UNIT_COUNT, "Connections opened to the database."),
    OUTPUT(rds_proxy_state, borrow_wait, OUTPUT_TALLY, UNIT_SECOND,
           "Wait for a connection: DatabaseConnectionsBorrowLatency."),
    OUTPUT(rds_proxy_state, waiting, OUTPUT_MEAN, UNIT_COUNT, "Transactions waiting for a connection.",
           .series = true),
    OUTPUT(rds_proxy_state, connections, OUTPUT_MEAN, UNIT_COUNT, "Connections borrowed or pinned.",
           .series = true),
    OUTPUT(rds_proxy_state, pinned_connections, OUTPUT_MEAN, UNIT_COUNT,
           "Connections that a session holds for itself: DatabaseConnectionsCurrentlySessionPinned.",
           .series = true),
    OUTPUT(rds_proxy_state, utilisation, OUTPUT_VALUE, UNIT_RATIO,
           "Share of the connections borrowed or pinned."),
    OUTPUT(rds_proxy_state, vcpus, OUTPUT_MEAN, UNIT_COUNT, "All vCPUs of the instances behind the proxy.",
           .service = "AmazonRDS", .sku = "RDS:ProxyUsage", .fixed = true),
    OUTPUT_END};

static void check(const void *config_, const struct check *check)
{
    const struct rds_proxy_config *config = config_;
    if (!isinf(config->max_idle_connections_percent) &&
        config->max_idle_connections_percent > config->max_connections_percent) {
        check_warning(check, &config->max_idle_connections_percent,
                      "AWS refuses max_idle_connections_percent above max_connections_percent; lower it");
    }
    if (config->engine_family == POSTGRESQL && config->session_pinning_filters.count > 0) {
        check_warning(
            check, &config->session_pinning_filters,
            "AWS offers no pinning filters for PostgreSQL, where SET pins the session; leave them out");
    }
    for (int i = 0; config->engine_family == MYSQL && i < config->session_pinning_filters.count; i++) {
        if (strcmp(config->session_pinning_filters.word[i], "EXCLUDE_VARIABLE_SETS") != 0) {
            check_warning(check, &config->session_pinning_filters,
                          "RDS Proxy knows one filter, EXCLUDE_VARIABLE_SETS; %s does nothing",
                          config->session_pinning_filters.word[i]);
        }
    }
}

/* ---- Start --------------------------------------------------------------------------------------------- */

static void start(struct node *self)
{
    struct rds_proxy_state *state = self->state;
    const struct rds_proxy_config *config = self->config;
    state->target = node_at(self, config->target);
    station_open(&state->pool, self->run, 1, INT64_MAX, STATION_FCFS, (struct stream){0});
    state->borrow = lane_of(self->run, config->connection_borrow_timeout);
    state->borrow_wait = tally_open(self->run->arena);
    node_timer(self, &state->unpin, WAKE_UNPIN);
    node_timer(self, &state->idle, WAKE_IDLE);
    if (state->target != NULL) node_watch(state->target, self);
}

static void resize(struct node *self)
{
    struct rds_proxy_state *state = self->state;
    station_resize(&state->pool, state->down ? 0 : state->limit - state->dedicated);
}

static void complain(struct node *self)
{
    const struct rds_proxy_config *config = self->config;
    if (self->run->check.diag != NULL) {
        check_error(&self->run->check, &config->target,
                    "target must be a database, which limits its connections");
    }
}

static void ready(struct node *self)
{
    struct rds_proxy_state *state = self->state;
    const struct rds_proxy_config *config = self->config;
    double most = state->target == NULL ? 0.0 : (double)state->target->admits;
    bool half = isinf(config->max_idle_connections_percent);
    double idle = half ? 0.5 * config->max_connections_percent : config->max_idle_connections_percent;
    if (most == 0.0) complain(self);
    state->limit = (int64_t)(most * config->max_connections_percent / 100.0) - config->reserved_connections;
    state->limit = state->limit < 1 ? 1 : state->limit;
    state->idle_limit = (int64_t)(most * idle / 100.0);
    state->rests_since = node_array(self, int64_t, state->limit);
    resize(self);
    gauge_set(&state->vcpus, self->run->now, state->target == NULL ? 0.0 : state->target->vcpus);
    node_wake_in(self, &state->idle, idle_after);
}

/* The proxy understands what its target does, and passes it on. */
static int resolve(struct node *self, const struct ask *ask)
{
    struct rds_proxy_state *state = self->state;
    if (state->target == NULL) return -1;
    if (state->asks == state->room) {
        state->room = state->room == 0 ? 8 : 2 * state->room;
        struct ask **longer = arena_array(self->run->arena, struct ask *, state->room);
        for (int i = 0; i < state->asks; i++) {
            longer[i] = state->ask[i];
        }
        state->ask = longer;
    }
    struct ask *inner = arena_new(self->run->arena, struct ask);
    *inner = *ask;
    inner->to = state->target;
    inner->within = NULL;
    inner->retry = NULL;
    run_resolve(self->run, inner);
    state->ask[state->asks] = inner;
    return state->asks++;
}

/* ---- Connections --------------------------------------------------------------------------------------- */

static void levels(struct node *self)
{
    struct rds_proxy_state *state = self->state;
    gauge_set(&state->connections, self->run->now, (double)(state->in_use + state->rest_count));
    gauge_set(&state->pinned_connections, self->run->now, (double)state->dedicated);
    gauge_set(&state->waiting, self->run->now, (double)state->pool.waiting);
}

static void connect(struct visit *visit);

/* With every connection pinned nothing is left to borrow: then what waits for a pinned session is looked for. */
static struct visit *waits_for_rest(const struct rds_proxy_state *state)
{
    if (state->limit > state->dedicated) return NULL;
    for (const struct link *link = state->pool.queue->next; link != state->pool.queue; link = link->next) {
        if (VISIT_OF_QUEUE(link)->held == PINS) return VISIT_OF_QUEUE(link);
    }
    return NULL;
}

/* A dedicated connection rests until its session works again. Sessions are a stack: an application opens another only
   when all it has are at work, so the fewest possible are pinned. */
static void rest(struct node *self)
{
    struct rds_proxy_state *state = self->state;
    const struct rds_proxy_config *config = self->config;
    int64_t now = self->run->now;
    struct visit *next = waits_for_rest(state);
    if (next != NULL) {
        station_leave(&state->pool, next);
        if (link_linked(&next->lane)) link_remove(&next->lane);
        next->held = PINNED;
        connect(next);
        return;
    }
    state->rests_since[(state->rest_first + state->rest_count++) % state->limit] = now;
    if (!timer_waits(&state->unpin)) node_wake_in(self, &state->unpin, config->idle_client_timeout);
}

static void end_session(struct node *self)
{
    struct rds_proxy_state *state = self->state;
    state->dedicated--;
    resize(self);
}

/* Sessions that have idled too long end, and give back what they were pinned to. */
static void unpin(struct node *self)
{
    struct rds_proxy_state *state = self->state;
    const struct rds_proxy_config *config = self->config;
    int64_t timeout = calendar_ns(config->idle_client_timeout);
    while (state->rest_count > 0) {
        int64_t until = state->rests_since[state->rest_first] + timeout;
        if (until > self->run->now) {
            timer_set(&self->run->calendar, &state->unpin, until);
            break;
        }
        state->rest_first = (state->rest_first + 1) % state->limit;
        state->rest_count--;
        end_session(self);
    }
    levels(self);
}

/* Of the connections that nobody needed for five minutes, those beyond the idle limit are closed. */
static void close_idle(struct node *self)
{
    struct rds_proxy_state *state = self->state;
    int64_t unused = state->open - state->most_in_use - state->rest_count;
    if (unused > state->idle_limit) state->open -= unused - state->idle_limit;
    state->most_in_use = state->in_use;
    node_wake_in(self, &state->idle, idle_after);
}

static bool writer_up(const struct node *target)
{
    const struct part *writer = target->part_limit > 0 ? target->part[0] : NULL;
    return writer == NULL || (writer->alive && writer->life == PART_RUNNING);
}

/* The database has lost its writer: connections are gone, new transactions queue instead of failing. */
static void go_down(struct node *self)
{
    struct rds_proxy_state *state = self->state;
    if (state->down) return;
    state->down = true;
    state->open = 0;
    state->dedicated -= state->rest_count;
    state->rest_count = 0;
    resize(self);
}

/* Part 0 of a database is its writer. The proxy watches it, and needs no name to find it. */
static void notice(struct node *self, struct part *part)
{
    struct rds_proxy_state *state = self->state;
    if (part->node != state->target || part->index != 0) return;
    if (!writer_up(state->target)) {
        go_down(self);
    } else if (state->down) {
        state->down = false;
        resize(self);
    }
    levels(self);
}

/* ---- Transactions -------------------------------------------------------------------------------------- */

static int statement_count(const struct ask *ask)
{
    return ask->op == ASK_TRANSACTION ? ask->statement_count : 1;
}

/* Holding a connection, which may have to be opened first. */
static void connect(struct visit *visit)
{
    struct node *self = visit->node;
    struct rds_proxy_state *state = self->state;
    const struct rds_proxy_config *config = self->config;
    double delay = 0.0;
    state->in_use++;
    state->most_in_use = state->in_use > state->most_in_use ? state->in_use : state->most_in_use;
    if (state->in_use + state->rest_count > state->open) {
        state->open++;
        state->opened++;
        delay = visit_draw(visit, &config->connection_setup);
    }
    for (int i = 0; i < statement_count(visit->ask); i++) {
        delay += visit_draw(visit, &config->overhead);
    }
    tally_add(&state->borrow_wait, self->run->now - visit->arrived);
    levels(self);
    visit->step = CONNECTED;
    visit_hold(visit, delay);
}

static void borrow(struct visit *visit)
{
    struct rds_proxy_state *state = visit->node->state;
    visit->step = BORROWING;
    visit_within(visit, state->borrow);
    gauge_set(&state->waiting, visit->node->run->now, (double)state->pool.waiting + 1.0);
    visit_seize(visit, &state->pool);
}

static void arrive(struct visit *visit)
{
    struct rds_proxy_state *state = visit->node->state;
    const struct rds_proxy_config *config = visit->node->config;
    bool pins = config->pinned > 0.0 && visit_uniform(visit) < config->pinned;
    visit->held = pins ? PINS : SHARED;
    if (pins && state->rest_count > 0 && !state->down) {
        state->rest_count--;
        visit->held = PINNED;
        connect(visit);
        return;
    }
    borrow(visit);
}

static void borrowed(struct visit *visit)
{
    struct rds_proxy_state *state = visit->node->state;
    if (visit->outcome == OUTCOME_TIMEOUT) {
        state->timeouts++;
        levels(visit->node);
        visit_reply(visit, OUTCOME_TIMEOUT);
    } else if (visit->held == PINS && state->rest_count > 0) {
        state->rest_count--; /* a session that has pinned one before is free again */
        visit->held = PINNED;
        visit_release(visit, &state->pool);
        connect(visit);
    } else if (visit->parent == NULL) {
        state->abandoned++;
        visit_release(visit, &state->pool);
        levels(visit->node);
        visit_reply(visit, OUTCOME_ABANDONED);
    } else {
        connect(visit);
    }
}

/* The transaction lets go of its connection; a session that has pinned it keeps it. */
static void let_go(struct visit *visit, bool sound)
{
    struct node *self = visit->node;
    struct rds_proxy_state *state = self->state;
    state->in_use--;
    if (visit->held == PINNED && sound) {
        rest(self);
    } else if (visit->held == PINNED) {
        end_session(self);
    } else if (visit->held == PINS && sound) {
        state->dedicated++;
        resize(self);
        visit_release(visit, &state->pool); /* its server leaves the pool */
        rest(self);
    } else {
        visit_release(visit, &state->pool);
    }
    levels(self);
}

/* A refused connection has started nothing, so the transaction may wait for the next writer, once; one that was at work
   is cancelled. */
static void answered(struct visit *visit)
{
    struct node *self = visit->node;
    struct rds_proxy_state *state = self->state;
    enum outcome outcome = visit->outcome;
    bool up = writer_up(state->target);
    bool lost = !up && (outcome == OUTCOME_RESET || outcome == OUTCOME_UNAVAILABLE);
    if (lost) go_down(self);
    let_go(visit, !lost && !state->down);
    if (lost && outcome == OUTCOME_UNAVAILABLE && self->run->now - visit->arrived < state->borrow->duration) {
        state->retried++;
        visit->held = visit->held == SHARED ? SHARED : PINS;
        borrow(visit);
        return;
    }
    state->cancelled += outcome == OUTCOME_RESET;
    state->transactions += outcome <= OUTCOME_MISS;
    visit_reply(visit, outcome);
}

static void resume(struct visit *visit)
{
    struct rds_proxy_state *state = visit->node->state;
    switch ((enum phase)visit->step) {
    case BORROWING: borrowed(visit); break;
    case CONNECTED:
        visit->step = ANSWERED;
        visit_call(visit, state->ask[visit->ask->route], state->target->part_limit > 0 ? 0 : -1);
        break;
    case ANSWERED: answered(visit); break;
    }
}

static void wake(struct node *self, int tag)
{
    if (tag == WAKE_UNPIN) {
        unpin(self);
    } else {
        close_idle(self);
    }
}

static void mark(struct node *self)
{
    struct rds_proxy_state *state = self->state;
    state->marked_busy = gauge_area(&state->connections, self->run->now);
}

static void settle(struct node *self)
{
    struct rds_proxy_state *state = self->state;
    double busy = gauge_area(&state->connections, self->run->now) - state->marked_busy;
    state->utilisation = fmin(busy / ((double)state->limit * self->run->plan->horizon), 1.0); /* rounding */
}

const struct model model_rds_proxy = {
    .name = "rds_proxy",
    .title = "Amazon RDS Proxy",
    .about = "A pool of connections to a database, borrowed for a transaction, first come first served, with "
             "the borrow "
             "timeout; sessions that pin keep theirs; while the database fails over, transactions queue, "
             "only those at "
             "work are cancelled, and the new writer is found without its name. Not modelled: connections of "
             "clients to "
             "the proxy, read-only endpoints, the proxy's own failure.",
    .config_size = sizeof(struct rds_proxy_config),
    .state_size = sizeof(struct rds_proxy_state),
    .params = params,
    .outputs = outputs,
    .check = check,
    .start = start,
    .ready = ready,
    .resolve = resolve,
    .arrive = arrive,
    .resume = resume,
    .wake = wake,
    .notice = notice,
    .mark = mark,
    .settle = settle,
};
