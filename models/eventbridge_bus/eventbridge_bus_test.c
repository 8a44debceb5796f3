/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the facts about EventBridge, by exact scripts. */
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

/* ---- A target that fails when told to ---------------------------------------------------------------- */

struct target_config {
    double fails_until; /* seconds */
    int outcome;        /* of a failure */
};

enum { CALLS = 400 };

struct target_state {
    double at[CALLS];
    int calls;
};

static int target_resolve(struct node *self, const struct ask *ask)
{
    (void)self;
    return ask->op == ASK_SEND ? 0 : -1;
}

static void target_arrive(struct visit *visit)
{
    const struct target_config *config = visit->node->config;
    struct target_state *state = visit->node->state;
    double now = (double)visit->node->run->now * 1e-9;
    if (state->calls < CALLS) state->at[state->calls] = now;
    state->calls++;
    visit_reply(visit, now < config->fails_until ? (enum outcome)config->outcome : OUTCOME_OK);
}

static const struct model model_target = {.name = "target",
                                          .config_size = sizeof(struct target_config),
                                          .state_size = sizeof(struct target_state),
                                          .resolve = target_resolve,
                                          .arrive = target_arrive};

/* ---- Scripts: node 1 is the bus, 2 and 3 are targets, 4 the dead-letter queue --------------------------- */

extern const struct model model_eventbridge_bus;

enum { BUS = 1, FIRST, SECOND, DEAD, NODES };

#define PUBLISH(type_, bytes)                                                                                \
    {                                                                                                        \
        .op = ASK_PUBLISH, .type = (type_), .bytes_in = (bytes)                                              \
    }

/* One rule as a user would write it; `source` or `detail` NULL: not in the pattern. */
static void *rule_of(void **state, struct rows *rules, int index, const char *source, const char *detail, ...)
{
    struct arena *arena = ((struct fixture *)*state)->arena;
    const struct param *table = param_find(model_eventbridge_bus.params, "rules");
    if (rules->row == NULL) rules->row = arena_items(arena, 4, table->row_size);
    char *rule = (char *)rules->row + (size_t)index * table->row_size;
    rules->count = index + 1;
    set_defaults(arena, table->rows, rule);
    const struct param *pattern = param_find(table->rows, "event_pattern");
    const char *texts[] = {source, detail}, *keys[] = {"source", "detail-type"};
    for (int i = 0; i < 2; i++) {
        const char **word = arena_new(arena, const char *);
        *word = texts[i];
        struct words *words = param_field(param_find(pattern->rows, keys[i]), param_field(pattern, rule));
        *words = (struct words){.word = word, .count = texts[i] != NULL};
    }
    va_list pairs;
    va_start(pairs, detail);
    for (const char *key = va_arg(pairs, const char *); key != NULL; key = va_arg(pairs, const char *)) {
        set(arena, table->rows, rule, key, va_arg(pairs, const char *));
    }
    va_end(pairs);
    return rule;
}

/* A bus with exact latencies, and the list that its rules go in. */
static void *bus_of(void **state, struct rows **rules)
{
    void *config = config_of(state, &model_eventbridge_bus, "latency", "10ms", "delivery", "100ms", NULL);
    *rules = param_field(param_find(model_eventbridge_bus.params, "rules"), config);
    return config;
}

static const struct seen *run_bus(void **state, struct probe_config probe, const void *bus,
                                  struct target_config first, double horizon)
{
    const struct target_config works = {0};
    const struct plan_node node[] = {{.name = "probe", .model = &model_probe, .config = &probe},
                                     {.name = "bus", .model = &model_eventbridge_bus, .config = bus},
                                     {.name = "first", .model = &model_target, .config = &first},
                                     {.name = "second", .model = &model_target, .config = &works},
                                     {.name = "dead", .model = &model_target, .config = &works}};
    return execute(state, node, NODES, horizon, (struct run_options){.seed = 1});
}

static const struct target_state *target(void **state, int node)
{
    return ((struct fixture *)*state)->run->node[node].state;
}

static const struct line one_order[] = {{.ask = PUBLISH("shop.order/OrderCreated", 2048), .node = BUS}};
static const struct probe_config publishes_one = {.line = one_order, .count = 1};
static const struct target_config works = {0}, fails = {.fails_until = 1e9, .outcome = OUTCOME_UNAVAILABLE};

/* ---- Rows of the facts ------------------------------------------------------------------------------- */

static void publisher_is_answered_before_the_delivery(void **state)
{
    struct rows *rules;
    void *bus = bus_of(state, &rules);
    rule_of(state, rules, 0, "shop.order", "OrderCreated", "name", "r", "target", "2", NULL);
    const struct seen *seen = run_bus(state, publishes_one, bus, works, 10.0);
    assert_int_equal(seen[0].outcome, OUTCOME_OK);
    assert_near(seen[0].at, 0.01, 1e-9);
    assert_int_equal(target(state, FIRST)->calls, 1);
    assert_near(target(state, FIRST)->at[0], 0.11, 1e-9);
    assert_near(output(state, BUS, "delivery_time"), 0.1, 1e-3);
}

static void rules_match_by_source_and_detail_type(void **state)
{
    const struct line line[] = {
        {.ask = PUBLISH("shop.order/OrderCreated", 1), .node = BUS},
        {.ask = PUBLISH("shop.order/OrderPaid", 1), .node = BUS},
        {.ask = PUBLISH("shop.stock/OrderCreated", 1), .node = BUS},
        {.ask = PUBLISH("/OrderCreated", 1), .node = BUS},
        {.ask = {.op = ASK_REQUEST, .request = "POST /shop.order/OrderPaid"}, .node = BUS}};
    struct rows *rules;
    void *bus = bus_of(state, &rules);
    rule_of(state, rules, 0, "shop.order", "OrderCreated", "name", "both", "target", "2", NULL);
    rule_of(state, rules, 1, "shop.order", NULL, "name", "source", "target", "3", NULL);
    run_bus(state, (struct probe_config){.line = line, .count = 5}, bus, works, 10.0);
    assert_int_equal(target(state, FIRST)->calls, 2);  /* an event without a source may come from any */
    assert_int_equal(target(state, SECOND)->calls, 4); /* every rule that matches gets its own copy */
    assert_near(output(state, BUS, "unmatched"), 1, 0);
    assert_near(output(state, BUS, "published"), 5, 0);
}

static void failed_deliveries_are_retried_with_backoff_and_then_buried(void **state)
{
    struct rows *rules;
    void *bus = bus_of(state, &rules);
    rule_of(state, rules, 0, NULL, "OrderCreated", "name", "r", "target", "2", "dead_letter", "4",
            "maximum_retry_attempts", "3", NULL);
    run_bus(state, publishes_one, bus, fails, 3600.0);
    const struct target_state *first = target(state, FIRST);
    assert_int_equal(first->calls, 4);
    for (int i = 1; i < 4; i++) {
        double bound = (double)(1 << (i - 1)); /* 1 s, 2 s, 4 s */
        assert_true(first->at[i] >= first->at[i - 1] && first->at[i] - first->at[i - 1] <= bound);
    }
    assert_int_equal(target(state, DEAD)->calls, 1);
    assert_near(output(state, BUS, "failed_attempts"), 4, 0);
    assert_near(output(state, BUS, "retries"), 3, 0);
    assert_near(output(state, BUS, "dead_lettered"), 1, 0);
    assert_near(output(state, BUS, "lost"), 0, 0);
}

static void without_a_dead_letter_queue_events_are_lost_and_counted(void **state)
{
    struct rows *rules;
    void *bus = bus_of(state, &rules);
    rule_of(state, rules, 0, NULL, "OrderCreated", "name", "r", "target", "2", "maximum_retry_attempts", "2",
            NULL);
    run_bus(state, publishes_one, bus, fails, 3600.0);
    assert_int_equal(target(state, FIRST)->calls, 3);
    assert_near(output(state, BUS, "lost"), 1, 0);
}

static void delivery_ends_at_the_greatest_age(void **state)
{
    struct rows *rules;
    void *bus = bus_of(state, &rules);
    rule_of(state, rules, 0, NULL, "OrderCreated", "name", "r", "target", "2", "dead_letter", "4",
            "maximum_event_age", "2min", NULL);
    run_bus(state, publishes_one, bus, fails, 3600.0);
    const struct target_state *first = target(state, FIRST);
    assert_true(first->calls > 4 && first->at[first->calls - 1] < 120.01);
    assert_near(target(state, DEAD)->at[0], 120.01, 1e-6); /* accepted at 0.01 */
}

static void defaults_are_185_retries_within_24_hours(void **state)
{
    struct rows *rules;
    void *bus = bus_of(state, &rules);
    rule_of(state, rules, 0, NULL, "OrderCreated", "name", "r", "target", "2", "dead_letter", "4", NULL);
    run_bus(state, publishes_one, bus, fails, 100000.0);
    const struct target_state *first = target(state, FIRST);
    assert_true(first->calls <= 186);
    assert_true(first->calls > 150); /* backoff is such that both limits mean something */
    assert_true(target(state, DEAD)->at[0] <= 86400.01 && target(state, DEAD)->at[0] > 0.7 * 86400.0);
}

static void a_target_that_comes_back_gets_what_it_missed(void **state)
{
    struct rows *rules;
    void *bus = bus_of(state, &rules);
    rule_of(state, rules, 0, NULL, "OrderCreated", "name", "r", "target", "2", NULL);
    const struct target_config away = {.fails_until = 60.0, .outcome = OUTCOME_TIMEOUT};
    run_bus(state, publishes_one, bus, away, 3600.0);
    assert_near(output(state, BUS, "delivered"), 1, 0);
    assert_near(output(state, BUS, "pending"), output(state, BUS, "delivery_time") / 3600.0, 1e-3);
    assert_true(output(state, BUS, "delivery_time") > 59.0);
}

static void permission_errors_are_not_retried(void **state)
{
    struct rows *rules;
    void *bus = bus_of(state, &rules);
    rule_of(state, rules, 0, NULL, "OrderCreated", "name", "buried", "target", "2", "dead_letter", "4",
            "permitted", "false", NULL);
    rule_of(state, rules, 1, NULL, "OrderCreated", "name", "lost", "target", "3", "dead_letter", "4",
            "permitted", "false", "dead_letter_permitted", "false", NULL);
    run_bus(state, publishes_one, bus, works, 3600.0);
    assert_int_equal(target(state, FIRST)->calls + target(state, SECOND)->calls, 0);
    assert_near(target(state, DEAD)->at[0], 0.11, 1e-9);
    assert_near(output(state, BUS, "failed_attempts"), 2, 0);
    assert_near(output(state, BUS, "dead_lettered"), 1, 0);
    assert_near(output(state, BUS, "lost"), 1, 0);
}

static void events_are_billed_per_started_64_KiB(void **state)
{
    const struct line line[] = {{.ask = PUBLISH("a/b", 0), .node = BUS},
                                {.ask = PUBLISH("a/b", 65536), .node = BUS},
                                {.ask = PUBLISH("a/b", 65537), .node = BUS},
                                {.ask = PUBLISH("a/b", 262144), .node = BUS}};
    struct rows *rules;
    void *bus = bus_of(state, &rules);
    run_bus(state, (struct probe_config){.line = line, .count = 4}, bus, works, 10.0);
    assert_near(output(state, BUS, "chunks"), 1 + 1 + 2 + 4, 0);
}

/* 40 events/s against a quota of 10: after a burst of one second's worth, what comes above the rate is refused. */
static void puts_over_the_quota_are_throttled(void **state)
{
    struct rows *rules;
    void *bus = bus_of(state, &rules);
    set(((struct fixture *)*state)->arena, model_eventbridge_bus.params, bus, "put_events_rate", "10/s");
    run_bus(state, (struct probe_config){.line = one_order, .count = 1, .rate = 40.0}, bus, works, 1000.0);
    assert_near(output(state, BUS, "published"), 10010, 15);
    assert_near(output(state, BUS, "published") + output(state, BUS, "throttled"), 40000, 800);
}

/* The same above the invocation quota: nothing is dropped, deliveries leave at the quota's pace. */
static void deliveries_over_the_quota_are_delayed_not_dropped(void **state)
{
    struct rows *rules;
    void *bus = bus_of(state, &rules);
    rule_of(state, rules, 0, NULL, NULL, "name", "r", "target", "2", NULL);
    set(((struct fixture *)*state)->arena, model_eventbridge_bus.params, bus, "invocation_rate", "10/s");
    run_bus(state, (struct probe_config){.line = one_order, .count = 1, .rate = 20.0}, bus, works, 1000.0);
    assert_near(output(state, BUS, "delivered"), 10010, 15);
    assert_near(output(state, BUS, "lost") + output(state, BUS, "dead_lettered"), 0, 0);
    /* The backlog grows by 10 a second: its time average over 1,000 s is 5,000. */
    assert_near(output(state, BUS, "pending"), 5000, 250);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {TEST(publisher_is_answered_before_the_delivery),
                                       TEST(rules_match_by_source_and_detail_type),
                                       TEST(failed_deliveries_are_retried_with_backoff_and_then_buried),
                                       TEST(without_a_dead_letter_queue_events_are_lost_and_counted),
                                       TEST(delivery_ends_at_the_greatest_age),
                                       TEST(defaults_are_185_retries_within_24_hours),
                                       TEST(a_target_that_comes_back_gets_what_it_missed),
                                       TEST(permission_errors_are_not_retried),
                                       TEST(events_are_billed_per_started_64_KiB),
                                       TEST(puts_over_the_quota_are_throttled),
                                       TEST(deliveries_over_the_quota_are_delayed_not_dropped)};
    return cmocka_run_group_tests_name("eventbridge_bus", tests, NULL, NULL);
}
