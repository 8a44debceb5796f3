/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the facts about RDS Proxy; the borrow queue as an M/M/c. */
#include "near.h"

#include <stdlib.h>
#include <string.h>

#include "model.h"

/* ---- A caller that follows a script ------------------------------------------------------------------ */

struct line {
    double after; /* seconds since the answer before, or since the start */
    struct ask ask;
    int node;      /* index of the node asked */
    double within; /* gives up after this long, 0 = never */
    bool last;     /* of its visit: the next line begins another */
    bool on_miss;  /* only if the line before missed */
};

struct seen {
    double at; /* seconds */
    int outcome, held;
};

struct probe_config {
    const struct line *line;
    int count;
    double rate; /* Poisson, of visits that follow the first script; 0 = each script once */
};

struct probe_state {
    struct ask *ask;
    struct seen *seen;
    struct timer next;
    struct stream arrivals;
    uint64_t opened;
    struct tally latency;
    int64_t ended[OUTCOME_COUNT];
};

static void probe_start(struct node *self)
{
    const struct probe_config *config = self->config;
    struct probe_state *state = self->state;
    state->ask = node_array(self, struct ask, config->count);
    state->seen = node_array(self, struct seen, config->count);
    state->latency = tally_open(self->run->arena);
    state->arrivals = node_stream(self, "arrivals");
    node_timer(self, &state->next, 0);
    for (int i = 0; i < config->count; i++) {
        const struct line *line = &config->line[i];
        state->ask[i] = line->ask;
        state->ask[i].to = &self->run->node[line->node];
        state->ask[i].within = line->within > 0.0 ? lane_of(self->run, line->within) : NULL;
        run_resolve(self->run, &state->ask[i]);
    }
}

static void probe_open(struct node *self, int line)
{
    const struct probe_config *config = self->config;
    struct probe_state *state = self->state;
    struct visit *visit = visit_open(self, state->opened++);
    visit->pc = line;
    visit_hold(visit, config->line[line].after);
}

static void probe_wake(struct node *self, int tag)
{
    const struct probe_config *config = self->config;
    struct probe_state *state = self->state;
    node_wake_in(self, &state->next, stream_exponential(&state->arrivals) / config->rate);
    probe_open(self, tag);
}

static void probe_ready(struct node *self)
{
    const struct probe_config *config = self->config;
    struct probe_state *state = self->state;
    if (config->rate > 0.0)
        node_wake_in(self, &state->next, stream_exponential(&state->arrivals) / config->rate);
    for (int i = 0; config->rate == 0.0 && i < config->count; i++) {
        if (i == 0 || config->line[i - 1].last) probe_open(self, i);
    }
}

static void probe_ask(struct visit *visit, struct ask *ask)
{
    visit->intended = visit->node->run->now;
    visit->step = 1;
    visit_call(visit, ask, -1);
}

static void probe_resume(struct visit *visit)
{
    const struct probe_config *config = visit->node->config;
    struct probe_state *state = visit->node->state;
    int line = visit->pc;
    if (visit->step == 0) {
        probe_ask(visit, &state->ask[line]);
        return;
    }
    int64_t now = visit->node->run->now;
    struct seen *seen = &state->seen[line];
    *seen = (struct seen){.at = (double)now * 1e-9, .outcome = visit->outcome, .held = visit->held};
    state->ended[visit->outcome]++;
    tally_add(&state->latency, now - visit->intended);
    bool last = config->line[line].last, missed = visit->outcome == OUTCOME_MISS;
    for (line++; !last && line < config->count && config->line[line].on_miss && !missed; line++) {
        last = config->line[line].last;
    }
    if (last || line == config->count) {
        visit_close(visit);
        return;
    }
    visit->step = 0;
    visit->pc = line;
    visit_hold(visit, config->line[line].after);
}

static const struct model model_probe = {.name = "probe",
                                         .config_size = sizeof(struct probe_config),
                                         .state_size = sizeof(struct probe_state),
                                         .start = probe_start,
                                         .ready = probe_ready,
                                         .resume = probe_resume,
                                         .wake = probe_wake};

/* ---- Plans by hand ----------------------------------------------------------------------------------- */

struct fixture {
    struct arena *arena;
    struct run *run;
};

static int set_up(void **state)
{
    struct arena *arena = arena_open();
    struct fixture *fixture = arena_new(arena, struct fixture);
    fixture->arena = arena;
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    run_close(fixture->run);
    arena_close(fixture->arena);
    return 0;
}

/* Reads `text` into the field of the row `key`. */
static void set(struct arena *arena, const struct param *params, void *config, const char *key,
                const char *text)
{
    const struct param *param = param_find(params, key);
    assert_non_null(param);
    void *field = param_field(param, config);
    const char *problem = NULL;
    int ranges = 0;
    if (param->type == PARAM_NODE) {
        ((struct node_ref *)field)->index = strcmp(text, "none") == 0 ? -1 : (int)strtol(text, NULL, 10);
    } else if (param->type == PARAM_DIST) {
        assert_true(dist_parse(text, param->unit, ".", arena, field, NULL, &ranges, &problem));
    } else {
        assert_true(param_read(param, text, arena, field, &problem));
    }
}

static void set_defaults(struct arena *arena, const struct param *params, void *config)
{
    for (const struct param *param = params; param->key != NULL; param++) {
        if (param->type == PARAM_GROUP) {
            set_defaults(arena, param->rows, param_field(param, config));
        } else if (!param_nested(param) && param->type != PARAM_WORDS && param->initial != NULL) {
            set(arena, params, config, param->key, param->initial);
        }
    }
}

/* A config of `model` with its defaults but for key, value, key, value, ... NULL. */
static void *config_of(void **state, const struct model *model, ...)
{
    struct arena *arena = ((struct fixture *)*state)->arena;
    void *config = arena_alloc(arena, model->config_size);
    set_defaults(arena, model->params, config);
    va_list pairs;
    va_start(pairs, model);
    for (const char *key = va_arg(pairs, const char *); key != NULL; key = va_arg(pairs, const char *)) {
        set(arena, model->params, config, key, va_arg(pairs, const char *));
    }
    va_end(pairs);
    return config;
}

/* Runs the nodes, the first of which is the probe: what it saw, line by line. */
static const struct seen *execute(void **state, const struct plan_node *node, int count, double horizon,
                                  struct run_options options)
{
    static const char *const zones[] = {"eu-west-1a", "eu-west-1b", "eu-west-1c"};
    struct fixture *fixture = *state;
    struct plan *plan = arena_new(fixture->arena, struct plan);
    *plan =
        (struct plan){.node = node, .node_count = count, .zone = zones, .zone_count = 3, .horizon = horizon};
    fixture->run = run_open(plan, &options, NULL);
    run_execute(fixture->run);
    const char *violation = run_violation(fixture->run);
    assert_null(violation);
    return ((const struct probe_state *)fixture->run->node[0].state)->seen;
}

static const struct run_output *record(void **state, int node, const char *key)
{
    const struct run *run = ((struct fixture *)*state)->run;
    const struct run_output *output = run_output_of(run, &run->node[node], key);
    assert_non_null(output);
    return output;
}

#define output(state, node, key) (record(state, node, key)->value)

/* assert_near for loops, where the macro nests too deeply. */
static void check_near(double actual, double expected, double tolerance)
{
    assert_near(actual, expected, tolerance);
}

/* ---- A database for it: any number at work at once, and a writer that can go --------------------------- */

struct database_config {
    int64_t admits;
    double crash_at, up_at; /* seconds, 0 = never */
};

struct database_state {
    struct timer timer;
    int64_t calls;
};

static void database_start(struct node *self)
{
    const struct database_config *config = self->config;
    struct database_state *state = self->state;
    self->admits = config->admits;
    self->vcpus = 12.0;
    node_parts(self, 1, 0);
    part_set_life(self->part[0], PART_RUNNING);
    node_timer(self, &state->timer, 0);
    if (config->crash_at > 0.0) node_wake_in(self, &state->timer, config->crash_at);
}

static void database_wake(struct node *self, int tag)
{
    const struct database_config *config = self->config;
    struct database_state *state = self->state;
    (void)tag;
    if (self->part[0]->alive) {
        part_crash(self->part[0], OUTCOME_RESET);
        node_wake_in(self, &state->timer, config->up_at - config->crash_at);
        return;
    }
    part_set_life(self->part[0], PART_PENDING);
    part_set_life(self->part[0], PART_RUNNING);
}

static void database_arrive(struct visit *visit)
{
    struct database_state *state = visit->node->state;
    double work = 0.0;
    visit->outcome = visit->node->part[0]->alive ? OUTCOME_OK : OUTCOME_UNAVAILABLE;
    for (int i = 0; i < visit->ask->statement_count; i++)
        work += visit_draw(visit, &visit->ask->statements[i]);
    if (visit->ask->work != NULL) work = visit_draw(visit, visit->ask->work);
    if (visit->outcome != OUTCOME_OK) work = 0.001;
    state->calls += visit->outcome == OUTCOME_OK;
    visit_hold(visit, work);
}

static void database_resume(struct visit *visit)
{
    visit_reply(visit, (enum outcome)visit->outcome);
}

static const struct model model_database = {.name = "database",
                                            .config_size = sizeof(struct database_config),
                                            .state_size = sizeof(struct database_state),
                                            .start = database_start,
                                            .arrive = database_arrive,
                                            .resume = database_resume,
                                            .wake = database_wake};

/* ---- Proxies by hand --------------------------------------------------------------------------------- */

extern const struct model model_rds_proxy;

enum { PROXY = 1, DATABASE = 2 };

static const struct dist ten_ms = {.kind = DIST_DETERMINISTIC, .a = 0.01, .mean = 0.01};
static const struct dist ten_s = {.kind = DIST_DETERMINISTIC, .a = 10.0, .mean = 10.0};
static const struct dist long_time = {.kind = DIST_DETERMINISTIC, .a = 200.0, .mean = 200.0};
static const struct dist exponential = {.kind = DIST_EXPONENTIAL, .a = 0.1, .mean = 0.1};

#define QUERY(dist)                                                                                          \
    {                                                                                                        \
        .op = ASK_QUERY, .work = &(dist)                                                                     \
    }
#define SCRIPT(line_)                                                                                        \
    ((struct probe_config){.line = (line_), .count = (int)(sizeof(line_) / sizeof *(line_))})
#define ONCE ((struct run_options){.seed = 1})

/* One without any delay of its own. */
#define PLAIN(...)                                                                                           \
    config_of(state, &model_rds_proxy, "target", "2", "overhead", "0s", "connection_setup", "0s",            \
              __VA_ARGS__, NULL)

static const struct seen *run_proxy(void **state, struct probe_config probe, const void *proxy,
                                    struct database_config database, double horizon)
{
    const struct plan_node node[] = {{.name = "probe", .model = &model_probe, .config = &probe},
                                     {.name = "proxy", .model = &model_rds_proxy, .config = proxy},
                                     {.name = "db", .model = &model_database, .config = &database}};
    return execute(state, node, 3, horizon,
                   (struct run_options){.seed = 1, .lead = probe.rate > 0.0 ? 10.0 : 0.0});
}

/* How many of `count` statements of 10 s begun together are at work in the first 10 s. */
static int64_t together(void **state, const void *proxy, int64_t admits, int count)
{
    static struct line line[1000];
    for (int i = 0; i < count; i++) {
        line[i] = (struct line){.after = 1.0, .ask = QUERY(ten_s), .node = PROXY, .last = true};
    }
    run_proxy(state, (struct probe_config){.line = line, .count = count}, proxy,
              (struct database_config){.admits = admits}, 10.0);
    return ((const struct database_state *)((struct fixture *)*state)->run->node[DATABASE].state)->calls;
}

/* ---- Rows of the facts ------------------------------------------------------------------------------- */

static void connections_are_a_share_of_the_target_s(void **state)
{
    const void *documented = PLAIN("max_connections_percent", "95", "reserved_connections", "0");
    assert_int_equal(together(state, documented, 1000, 1000), 950);
    run_close(((struct fixture *)*state)->run);
    assert_int_equal(together(state, PLAIN("max_connections_percent", "39"), 256, 200), 99 - 3);
    assert_near(output(state, PROXY, "utilisation"), 0.9, 1e-6); /* all of them for 9 of 10 s */
    assert_near(output(state, PROXY, "waiting"), 0.9 * 104.0, 1e-6);
}

static void a_borrow_gives_up_after_120_seconds(void **state)
{
    const struct line line[] = {{.after = 1.0, .ask = QUERY(long_time), .node = PROXY, .last = true},
                                {.after = 2.0, .ask = QUERY(ten_ms), .node = PROXY, .last = true},
                                {.after = 150.0, .ask = QUERY(ten_ms), .node = PROXY}};
    const struct seen *seen = run_proxy(state, SCRIPT(line), PLAIN("reserved_connections", "0"),
                                        (struct database_config){.admits = 1}, 300.0);
    assert_int_equal(seen[1].outcome, OUTCOME_TIMEOUT);
    assert_near(seen[1].at, 122.0, 1e-9);
    assert_int_equal(seen[2].outcome, OUTCOME_OK);
    assert_near(seen[2].at, 201.01, 1e-9);
    assert_near(output(state, PROXY, "timeouts"), 1, 0);
}

/* The borrow queue is the M/M/c of facts section 3.1: c = 10, rho = .9, mean 0.1 s; Wq = 0.668732 and its p99 = 4.2028
   mean service times (facts section 13). */
static void the_borrow_queue_is_an_mmc(void **state)
{
    const struct line line[] = {{.ask = QUERY(exponential), .node = PROXY}};
    const struct probe_config probe = {.line = line, .count = 1, .rate = 90.0};
    run_proxy(state, probe, PLAIN("reserved_connections", "0"), (struct database_config){.admits = 10},
              20000.0);
    assert_near_share(output(state, PROXY, "borrow_wait"), 0.0668732, 0.04);
    assert_near_share(tally_quantile(record(state, PROXY, "borrow_wait")->tally, 0.99), 0.42028, 0.05);
    assert_near(output(state, PROXY, "utilisation"), 0.9, 0.005);
}

static void a_transaction_holds_one_connection_over_its_statements(void **state)
{
    const struct dist statements[] = {ten_ms, ten_ms, ten_ms};
    const struct ask transaction = {.op = ASK_TRANSACTION, .statements = statements, .statement_count = 3};
    const struct line line[] = {{.after = 1.0, .ask = transaction, .node = PROXY, .last = true},
                                {.after = 1.0, .ask = transaction, .node = PROXY}};
    const void *proxy = config_of(state, &model_rds_proxy, "target", "2", "overhead", "1ms",
                                  "reserved_connections", "0", NULL);
    const struct seen *seen =
        run_proxy(state, SCRIPT(line), proxy, (struct database_config){.admits = 1}, 10.0);
    assert_near(seen[0].at, 1.0 + 0.0025 + 0.003 + 0.03, 1e-9); /* opened, and 1 ms a statement */
    assert_near(seen[1].at, 1.0 + 0.0025 + 2 * 0.033, 1e-9);    /* the same connection, not opened again */
    assert_near(output(state, PROXY, "opened"), 1, 0);
}

/* A statement every second; the writer goes at 100.5 s with one at work, and is back 5 s later. */
static const struct seen *run_failover(void **state, double seconds)
{
    static struct line line[400];
    line[0] = (struct line){.after = 95.0, .ask = QUERY(ten_s), .node = PROXY, .last = true};
    for (int i = 1; i < 400; i++)
        line[i] = (struct line){.after = i, .ask = QUERY(ten_ms), .node = PROXY, .last = true};
    const struct database_config database = {.admits = 10, .crash_at = 100.5, .up_at = 100.5 + seconds};
    return run_proxy(state, SCRIPT(line), PLAIN("reserved_connections", "0"), database, 450.0);
}

static void in_a_failover_only_statements_at_work_fail(void **state)
{
    const struct seen *seen = run_failover(state, 5.0);
    assert_int_equal(seen[0].outcome, OUTCOME_RESET);
    assert_near(seen[0].at, 100.5, 1e-9);
    for (int i = 1; i < 400; i++) {
        assert_int_equal(seen[i].outcome, OUTCOME_OK);
        check_near(seen[i].at, i > 100 && i < 106 ? 105.51 : i + 0.01,
                   1e-9); /* queued until the writer is back */
    }
    assert_near(output(state, PROXY, "cancelled"), 1, 0);
}

static void a_failover_longer_than_the_borrow_timeout_fails_what_waits(void **state)
{
    const struct seen *seen = run_failover(state, 200.0);
    for (int i = 101; i <= 180; i++) {
        assert_int_equal(seen[i].outcome, OUTCOME_TIMEOUT);
        check_near(seen[i].at, i + 120.0, 0.002);
    }
    for (int i = 181; i < 400; i++) assert_int_equal(seen[i].outcome, OUTCOME_OK);
}

static void a_new_connection_refused_by_a_dying_writer_waits_for_the_next(void **state)
{
    const struct line line[] = {{.after = 11.0, .ask = QUERY(ten_ms), .node = PROXY}};
    const struct database_config database = {.admits = 10, .crash_at = 10.0, .up_at = 20.0};
    const struct seen *seen =
        run_proxy(state, SCRIPT(line), PLAIN("reserved_connections", "0"), database, 60.0);
    assert_int_equal(seen[0].outcome, OUTCOME_OK); /* nothing had told the proxy before it tried */
    assert_near(seen[0].at, 20.01, 1e-9);
    assert_near(output(state, PROXY, "retried"), 1, 0);
}

static void a_pinned_session_keeps_its_connection_until_it_ends(void **state)
{
    const struct line line[] = {{.after = 1.0, .ask = QUERY(ten_s), .node = PROXY, .last = true},
                                {.after = 2.0, .ask = QUERY(ten_s), .node = PROXY, .last = true},
                                {.after = 20.0, .ask = QUERY(ten_s), .node = PROXY}};
    const void *proxy = PLAIN("reserved_connections", "0", "pinned", "100%", "idle_client_timeout", "60s");
    run_proxy(state, SCRIPT(line), proxy, (struct database_config){.admits = 10}, 100.0);
    /* From 11 s one and from 12 s two are pinned; the one used last works from 20 to 30 and idles till 90, the other
       till 71. */
    assert_near(output(state, PROXY, "opened"), 2, 0);
    assert_near(output(state, PROXY, "pinned_connections") * 100.0, 1.0 + 2.0 * 59.0 + 19.0, 1e-6);
    assert_near(output(state, PROXY, "connections") * 100.0, 1.0 + 2.0 * 69.0 + 19.0, 1e-6);
}

/* Half the sessions pinned: the others share what is left, and wait longer for it. */
static void pinning_shrinks_the_pool_for_everybody_else(void **state)
{
    const struct line line[] = {{.ask = QUERY(exponential), .node = PROXY}};
    const struct probe_config probe = {.line = line, .count = 1, .rate = 60.0};
    run_proxy(state, probe, PLAIN("reserved_connections", "0"), (struct database_config){.admits = 10},
              1000.0);
    double multiplexed = output(state, PROXY, "borrow_wait");
    run_close(((struct fixture *)*state)->run);
    run_proxy(state, probe, PLAIN("reserved_connections", "0", "pinned", "50%"),
              (struct database_config){.admits = 10}, 1000.0);
    assert_true(output(state, PROXY, "borrow_wait") > 5.0 * multiplexed);
    assert_near(output(state, PROXY, "pinned_connections"), 9.0,
                1.0); /* 3 at work on average, 9 at some time */
    assert_true(output(state, PROXY, "utilisation") <= 1.0);
}

static void idle_connections_beyond_their_limit_are_closed(void **state)
{
    struct line line[20];
    for (int i = 0; i < 20; i++)
        line[i] =
            (struct line){.after = i < 10 ? 1.0 : 700.0, .ask = QUERY(ten_ms), .node = PROXY, .last = true};
    const void *proxy = PLAIN("reserved_connections", "0", "max_idle_connections_percent", "10");
    run_proxy(state, SCRIPT(line), proxy, (struct database_config){.admits = 20}, 800.0);
    assert_near(output(state, PROXY, "opened"), 10 + 8, 0); /* two were kept */
}

static void transactions_whose_client_has_gone_are_dropped(void **state)
{
    const struct line line[] = {{.after = 1.0, .ask = QUERY(ten_s), .node = PROXY, .last = true},
                                {.after = 2.0, .ask = QUERY(ten_ms), .node = PROXY, .within = 1.0}};
    const struct seen *seen = run_proxy(state, SCRIPT(line), PLAIN("reserved_connections", "0"),
                                        (struct database_config){.admits = 1}, 30.0);
    assert_int_equal(seen[1].outcome, OUTCOME_TIMEOUT);
    assert_near(output(state, PROXY, "abandoned"), 1, 0);
    assert_near(output(state, PROXY, "transactions"), 1, 0);
}

static void every_vcpu_behind_the_proxy_is_billed(void **state)
{
    const struct line line[] = {{.after = 1.0, .ask = QUERY(ten_ms), .node = PROXY}};
    run_proxy(state, SCRIPT(line), PLAIN("reserved_connections", "0"), (struct database_config){.admits = 10},
              3600.0);
    const struct meter *meter = ((struct fixture *)*state)->run->meter;
    assert_string_equal(meter->sku, "RDS:ProxyUsage");
    assert_near(meter->hourly[0], 12.0, 1e-9);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {TEST(connections_are_a_share_of_the_target_s),
                                       TEST(a_borrow_gives_up_after_120_seconds),
                                       TEST(the_borrow_queue_is_an_mmc),
                                       TEST(a_transaction_holds_one_connection_over_its_statements),
                                       TEST(in_a_failover_only_statements_at_work_fail),
                                       TEST(a_failover_longer_than_the_borrow_timeout_fails_what_waits),
                                       TEST(a_new_connection_refused_by_a_dying_writer_waits_for_the_next),
                                       TEST(a_pinned_session_keeps_its_connection_until_it_ends),
                                       TEST(pinning_shrinks_the_pool_for_everybody_else),
                                       TEST(idle_connections_beyond_their_limit_are_closed),
                                       TEST(transactions_whose_client_has_gone_are_dropped),
                                       TEST(every_vcpu_behind_the_proxy_is_billed)};
    return cmocka_run_group_tests_name("rds_proxy", tests, NULL, NULL);
}
