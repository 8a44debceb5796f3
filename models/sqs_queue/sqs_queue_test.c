/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the facts about SQS, by exact scripts; and the queue as an M/M/1. */
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
    int count;
    const struct batch *batch;
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
    struct batch *batch = visit->load;
    for (int i = 0; ask->op == ASK_ACKNOWLEDGE && i < batch->count; i++) {
        batch->done[i] = i < MESSAGE_BATCH_MAX - (int)ask->batch; /* `batch` of ten are left */
    }
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
    if (state->ask[line].op == ASK_RECEIVE && visit->outcome == OUTCOME_OK) {
        seen->batch = visit->load;
        seen->count = seen->batch->count;
    }
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

enum { QUEUE = 1, DEAD = 2 };

#define SEND(bytes)                                                                                          \
    {                                                                                                        \
        .op = ASK_SEND, .bytes_in = (bytes)                                                                  \
    }
#define RECEIVE(most)                                                                                        \
    {                                                                                                        \
        .op = ASK_RECEIVE, .batch = (most)                                                                   \
    }
#define ACKNOWLEDGE_ALL                                                                                      \
    {                                                                                                        \
        .op = ASK_ACKNOWLEDGE                                                                                \
    }
#define ACKNOWLEDGE_BUT(left)                                                                                \
    {                                                                                                        \
        .op = ASK_ACKNOWLEDGE, .batch = (left)                                                               \
    }

extern const struct model model_sqs_queue;

/* The probe's script against a queue of the config and its dead-letter queue. */
static const struct seen *run_script(void **state, struct probe_config probe, void *queue, void *dead)
{
    const struct plan_node node[] = {{.name = "probe", .model = &model_probe, .config = &probe},
                                     {.name = "queue", .model = &model_sqs_queue, .config = queue},
                                     {.name = "dead", .model = &model_sqs_queue, .config = dead}};
    return execute(state, node, 3, 100.0, (struct run_options){.seed = 1});
}

#define SCRIPT(line_)                                                                                        \
    ((struct probe_config){.line = (line_), .count = (int)(sizeof(line_) / sizeof *(line_))})
#define RUN(queue, dead) run_script(state, SCRIPT(line), queue, dead)

/* A queue whose API calls take 20 ms exactly. */
static void *plain(void **state)
{
    return config_of(state, &model_sqs_queue, "latency", "20ms", NULL);
}

/* ---- Rows of the facts ------------------------------------------------------------------------------- */

static void visibility_timeout_counts_from_the_receive(void **state)
{
    const struct line line[] = {{.after = 0.0, .ask = SEND(100), .node = QUEUE, .last = true},
                                {.after = 1.0, .ask = RECEIVE(10), .node = QUEUE, .last = true},
                                {.after = 30.98, .ask = RECEIVE(10), .node = QUEUE, .last = true},
                                {.after = 31.01, .ask = RECEIVE(10), .node = QUEUE, .last = true}};
    const struct seen *seen = RUN(plain(state), plain(state));
    assert_int_equal(seen[1].count, 1);
    assert_int_equal(seen[2].count, 0); /* hidden from 1.02 to 31.02 */
    assert_int_equal(seen[3].count, 1);
    assert_near(output(state, QUEUE, "received"), 2, 0);
}

static void messages_received_too_often_move_to_the_dead_letter_queue(void **state)
{
    const struct line line[] = {{.after = 0.0, .ask = SEND(100), .node = QUEUE, .last = true},
                                {.after = 1.0, .ask = RECEIVE(1), .node = QUEUE, .last = true},
                                {.after = 3.0, .ask = RECEIVE(1), .node = QUEUE, .last = true},
                                {.after = 4.0, .ask = RECEIVE(1), .node = DEAD, .last = true},
                                {.after = 5.0, .ask = RECEIVE(1), .node = QUEUE, .last = true},
                                {.after = 6.0, .ask = RECEIVE(1), .node = DEAD}};
    void *queue = config_of(state, &model_sqs_queue, "latency", "20ms", "visibility_timeout", "1s",
                            "max_receive_count", "2", "dead_letter", "2", NULL);
    const struct seen *seen = RUN(queue, plain(state));
    assert_int_equal(seen[1].count, 1);
    assert_int_equal(seen[2].count, 1);
    assert_int_equal(seen[3].count, 0); /* it moves when it would be received a third time, not before */
    assert_int_equal(seen[4].count, 0);
    assert_int_equal(seen[5].count, 1);
    assert_near(output(state, QUEUE, "moved_to_dead_letter"), 1, 0);
    assert_near(output(state, DEAD, "arrived_from_source"), 1, 0);
    assert_near(output(state, DEAD, "sent"), 0, 0);
    assert_int_equal(seen[5].batch->message[0]->receives, 1);
}

static void long_polls_wake_on_arrival_first_come_first_served(void **state)
{
    const struct line line[] = {
        {.after = 1.0, .ask = RECEIVE(10), .node = QUEUE, .within = 20.0, .last = true},
        {.after = 2.0, .ask = RECEIVE(10), .node = QUEUE, .within = 20.0, .last = true},
        {.after = 5.0, .ask = SEND(1), .node = QUEUE, .last = true},
        {.after = 6.0, .ask = SEND(1), .node = QUEUE}};
    const struct seen *seen = RUN(plain(state), plain(state));
    assert_near(seen[0].at, 5.02, 1e-9);
    assert_near(seen[1].at, 6.02, 1e-9);
    assert_int_equal(seen[0].count + seen[1].count, 2);
}

static void a_long_poll_that_gave_up_takes_no_message(void **state)
{
    const struct line line[] = {
        {.after = 1.0, .ask = RECEIVE(10), .node = QUEUE, .within = 20.0, .last = true},
        {.after = 20.99, .ask = SEND(1), .node = QUEUE, .last = true},
        {.after = 30.0, .ask = RECEIVE(10), .node = QUEUE}};
    const struct seen *seen = RUN(plain(state), plain(state));
    assert_int_equal(seen[0].outcome, OUTCOME_TIMEOUT);
    assert_near(seen[0].at, 21.0, 1e-9);
    assert_int_equal(seen[2].count, 1);
    assert_near(output(state, QUEUE, "received"), 1, 0);
}

static void the_queue_s_own_wait_time_holds_for_receives_without_one(void **state)
{
    const struct line line[] = {{.after = 1.0, .ask = RECEIVE(10), .node = QUEUE, .last = true},
                                {.after = 1.0, .ask = RECEIVE(10), .node = DEAD, .last = true}};
    void *queue = config_of(state, &model_sqs_queue, "latency", "20ms", "receive_wait_time", "5s", NULL);
    const struct seen *seen = RUN(queue, plain(state));
    assert_int_equal(seen[0].outcome, OUTCOME_OK);
    assert_near(seen[0].at, 6.02, 1e-9); /* long poll */
    assert_near(seen[1].at, 1.02, 1e-9); /* short poll */
    assert_near(output(state, QUEUE, "empty_receives"), 1, 0);
}

static void in_flight_limit_refuses_short_polls_and_keeps_long_ones_waiting(void **state)
{
    const struct line line[] = {{.after = 0.0, .ask = SEND(1), .node = QUEUE},
                                {.after = 0.0, .ask = SEND(1), .node = QUEUE},
                                {.after = 0.0, .ask = SEND(1), .node = QUEUE},
                                {.after = 0.0, .ask = SEND(1), .node = QUEUE, .last = true},
                                {.after = 1.0, .ask = RECEIVE(10), .node = QUEUE},
                                {.after = 3.0, .ask = ACKNOWLEDGE_ALL, .node = QUEUE, .last = true},
                                {.after = 2.0, .ask = RECEIVE(10), .node = QUEUE, .last = true},
                                {.after = 2.0, .ask = RECEIVE(10), .node = QUEUE, .within = 10.0}};
    void *queue = config_of(state, &model_sqs_queue, "latency", "20ms", "in_flight_limit", "3", NULL);
    const struct seen *seen = RUN(queue, plain(state));
    assert_int_equal(seen[4].count, 3);
    assert_int_equal(seen[6].outcome, OUTCOME_THROTTLED);
    assert_int_equal(seen[7].outcome, OUTCOME_OK);
    assert_int_equal(seen[7].count, 1);
    assert_near(seen[7].at, 4.04, 1e-9); /* when the delete made room */
}

static void retention_ends_messages_and_its_clock_runs_on_in_the_dead_letter_queue(void **state)
{
    const struct line line[] = {{.after = 0.0, .ask = SEND(1), .node = QUEUE, .last = true},
                                {.after = 30.0, .ask = SEND(1), .node = QUEUE, .last = true},
                                {.after = 50.0, .ask = RECEIVE(1), .node = QUEUE, .last = true},
                                {.after = 52.0, .ask = RECEIVE(2), .node = QUEUE}};
    void *queue = config_of(state, &model_sqs_queue, "latency", "20ms", "visibility_timeout", "1s",
                            "max_receive_count", "1", "dead_letter", "2", "message_retention", "80s", NULL);
    void *dead = config_of(state, &model_sqs_queue, "message_retention", "60s", NULL);
    RUN(queue, dead);
    /* The first moved at 52.02 and expired at 60.02, 60 s after it was sent; the second was sent at 30.02. */
    assert_near(output(state, DEAD, "expired"), 1, 0);
    assert_near(output(state, QUEUE, "moved_to_dead_letter"), 1, 0);
    assert_near(output(state, QUEUE, "expired"), 0, 0);
    assert_near(output(state, QUEUE, "age_of_oldest"), 69.98, 1e-9);
}

static void delay_hides_new_messages(void **state)
{
    const struct line line[] = {{.after = 0.0, .ask = SEND(1), .node = QUEUE, .last = true},
                                {.after = 9.0, .ask = RECEIVE(1), .node = QUEUE, .last = true},
                                {.after = 9.5, .ask = RECEIVE(1), .node = QUEUE, .within = 5.0}};
    void *queue = config_of(state, &model_sqs_queue, "latency", "20ms", "delay", "10s", NULL);
    const struct seen *seen = RUN(queue, plain(state));
    assert_int_equal(seen[1].count, 0);
    assert_int_equal(seen[2].count, 1);
    assert_near(seen[2].at, 10.02, 1e-9);
    assert_near(output(state, QUEUE, "delayed"), 0.1, 1e-9);
}

static void a_stale_receipt_deletes_nothing(void **state)
{
    const struct line line[] = {{.after = 0.0, .ask = SEND(1), .node = QUEUE, .last = true},
                                {.after = 1.0, .ask = RECEIVE(1), .node = QUEUE},
                                {.after = 9.0, .ask = ACKNOWLEDGE_ALL, .node = QUEUE, .last = true},
                                {.after = 7.0, .ask = RECEIVE(1), .node = QUEUE},
                                {.after = 4.5, .ask = ACKNOWLEDGE_ALL, .node = QUEUE}};
    void *queue = config_of(state, &model_sqs_queue, "latency", "20ms", "visibility_timeout", "5s", NULL);
    RUN(queue, plain(state));
    /* Received at 1.02, again at 7.02; the first holder deletes at 10.04 in vain, the second at 11.54. */
    assert_near(output(state, QUEUE, "deleted"), 1, 0);
    assert_near(output(state, QUEUE, "time_in_queue"), 11.52, 1e-6);
}

static void what_a_consumer_does_not_delete_comes_back(void **state)
{
    const struct line line[] = {{.after = 0.0, .ask = SEND(1), .node = QUEUE},
                                {.after = 0.0, .ask = SEND(1), .node = QUEUE},
                                {.after = 0.0, .ask = SEND(1), .node = QUEUE, .last = true},
                                {.after = 1.0, .ask = RECEIVE(10), .node = QUEUE},
                                {.after = 1.0, .ask = ACKNOWLEDGE_BUT(8), .node = QUEUE},
                                {.after = 0.0, .ask = RECEIVE(10), .node = QUEUE, .within = 60.0}};
    const struct seen *seen = RUN(plain(state), plain(state));
    assert_int_equal(seen[3].count, 3);
    assert_near(output(state, QUEUE, "deleted"), 2, 0);
    assert_int_equal(seen[5].count, 1); /* a failed message costs a whole visibility timeout */
    assert_near(seen[5].at, 31.02, 1e-9);
}

static void a_receive_takes_at_most_ten(void **state)
{
    struct line line[14];
    for (int i = 0; i < 12; i++) line[i] = (struct line){.ask = SEND(1), .node = QUEUE, .last = i == 11};
    line[12] = line[13] = (struct line){.after = 10.0, .ask = RECEIVE(50), .node = QUEUE};
    const struct seen *seen = RUN(plain(state), plain(state));
    assert_int_equal(seen[12].count, 10);
    assert_int_equal(seen[13].count, 2);
}

static void requests_are_billed_per_call_and_started_64_KiB(void **state)
{
    const struct line line[] = {{.after = 0.0, .ask = SEND(1024), .node = QUEUE},      /* 1 */
                                {.after = 0.0, .ask = SEND(65536), .node = QUEUE},     /* 1 */
                                {.after = 0.0, .ask = SEND(65537), .node = QUEUE},     /* 2 */
                                {.after = 0.0, .ask = SEND(262144), .node = QUEUE},    /* 4 */
                                {.after = 1.0, .ask = RECEIVE(10), .node = QUEUE},     /* 385 KiB: 7 */
                                {.after = 0.0, .ask = ACKNOWLEDGE_ALL, .node = QUEUE}, /* 1 for all four */
                                {.after = 0.0, .ask = RECEIVE(10), .node = QUEUE}};    /* 1 for nothing */
    const struct seen *seen = RUN(plain(state), plain(state));
    assert_int_equal(seen[4].count, 4);
    assert_near(output(state, QUEUE, "requests"), 8 + 7 + 1 + 1, 0);
}

static void messages_over_the_maximum_size_are_refused(void **state)
{
    const struct line line[] = {{.after = 0.0, .ask = SEND(262145), .node = QUEUE},
                                {.after = 0.0, .ask = SEND(262144), .node = QUEUE}};
    const struct seen *seen = RUN(plain(state), plain(state));
    assert_int_equal(seen[0].outcome, OUTCOME_FAILED);
    assert_int_equal(seen[1].outcome, OUTCOME_OK);
    assert_near(output(state, QUEUE, "sent"), 1, 0);
}

static void one_thread_sends_fifty_a_second(void **state)
{
    struct line line[50];
    for (int i = 0; i < 50; i++) line[i] = (struct line){.ask = SEND(1), .node = QUEUE};
    const struct seen *seen = RUN(plain(state), plain(state));
    assert_near(seen[49].at, 1.0, 1e-9);
}

static void a_full_simulation_refuses_loudly(void **state)
{
    const struct line line[] = {{.after = 0.0, .ask = SEND(1), .node = QUEUE},
                                {.after = 0.0, .ask = SEND(1), .node = QUEUE},
                                {.after = 1.0, .ask = RECEIVE(1), .node = QUEUE},
                                {.after = 0.0, .ask = ACKNOWLEDGE_ALL, .node = QUEUE},
                                {.after = 0.0, .ask = SEND(1), .node = QUEUE}};
    void *queue = config_of(state, &model_sqs_queue, "capacity", "1", NULL);
    const struct seen *seen = RUN(queue, plain(state));
    assert_int_equal(seen[1].outcome, OUTCOME_REJECTED);
    assert_int_equal(seen[4].outcome, OUTCOME_OK);
    assert_near(output(state, QUEUE, "refused"), 1, 0);
}

static void the_visible_gauge_is_the_metric_that_scales(void **state)
{
    const struct line line[] = {{.after = 10.0, .ask = SEND(1), .node = QUEUE, .last = true},
                                {.after = 20.0, .ask = SEND(1), .node = QUEUE, .last = true},
                                {.after = 50.0, .ask = RECEIVE(10), .node = QUEUE}};
    void *queue = config_of(state, &model_sqs_queue, "latency", "0s", "visibility_timeout", "12h", NULL);
    RUN(queue, plain(state));
    assert_near(output(state, QUEUE, "visible"), 0.7, 1e-9); /* (40 + 30) / 100 */
    assert_near(output(state, QUEUE, "in_flight"), 1.0, 1e-9);
    assert_near(record(state, QUEUE, "visible")->series[3], 2.0, 1e-9);
}

/* ---- Theory ------------------------------------------------------------------------------------------ */

/* A consumer that takes one message at a time and works on it for an exponential time. */
struct worker_state {
    struct ask receive, acknowledge;
};

static const double worker_mean = 0.02;

static void worker_start(struct node *self)
{
    struct worker_state *state = self->state;
    struct node *queue = &self->run->node[QUEUE];
    state->receive =
        (struct ask){.op = ASK_RECEIVE, .to = queue, .batch = 1, .within = lane_of(self->run, 20.0)};
    state->acknowledge = (struct ask){.op = ASK_ACKNOWLEDGE, .to = queue};
    run_resolve(self->run, &state->receive);
    run_resolve(self->run, &state->acknowledge);
    visit_hold(visit_open(self, 0), 0.0);
}

static void worker_resume(struct visit *visit)
{
    struct worker_state *state = visit->node->state;
    struct batch *batch = visit->load;
    switch (visit->step) {
    case 0:
        visit->step = 1;
        visit_call(visit, &state->receive, -1);
        break;
    case 1:
        visit->step = visit->outcome == OUTCOME_OK && batch->count > 0 ? 2 : 0;
        visit_hold(visit, visit->step == 0 ? 0.0 : worker_mean * stream_exponential(&visit->stream));
        break;
    default:
        visit->step = 0;
        batch->done[0] = true;
        visit_call(visit, &state->acknowledge, -1);
    }
}

static const struct model model_worker = {.name = "worker",
                                          .state_size = sizeof(struct worker_state),
                                          .start = worker_start,
                                          .resume = worker_resume};

/* One worker that polls without delay makes the queue an M/M/1: E[T] = 1/(mu - lambda) (Kleinrock vol. 1, 3.2),
   T exponential, so its p99 is ln 100 times the mean. */
static void one_worker_makes_it_an_mm1(void **state)
{
    const struct line line[] = {{.after = 0.0, .ask = SEND(1), .node = QUEUE}};
    struct probe_config probe = {.line = line, .count = 1, .rate = 40.0};
    void *queue = config_of(state, &model_sqs_queue, "latency", "0s", "visibility_timeout", "12h", NULL);
    const struct plan_node node[] = {{.name = "probe", .model = &model_probe, .config = &probe},
                                     {.name = "queue", .model = &model_sqs_queue, .config = queue},
                                     {.name = "worker", .model = &model_worker, .config = &probe}};
    execute(state, node, 3, 20000.0, (struct run_options){.seed = 7, .lead = 200.0});
    const struct run_output *time = record(state, QUEUE, "time_in_queue");
    assert_near(output(state, QUEUE, "deleted"), 800000, 4000);
    assert_near(time->value, 0.1, 0.003);
    assert_near(tally_quantile(time->tally, 0.99), 0.46052, 0.02);
    assert_near(output(state, QUEUE, "in_flight"), 0.8, 0.01); /* rho */
    assert_near(output(state, QUEUE, "visible"), 3.2, 0.15);   /* rho^2/(1 - rho) */
}

/* Consumers that never acknowledge: batches are found again, nothing is lost, every message ends up dead. */
static void consumers_that_die_lose_nothing(void **state)
{
    const struct line line[] = {{.after = 0.0, .ask = SEND(1), .node = QUEUE},
                                {.after = 0.0, .ask = RECEIVE(1), .node = QUEUE}};
    void *queue = config_of(state, &model_sqs_queue, "latency", "1ms", "visibility_timeout", "1s",
                            "max_receive_count", "1", "dead_letter", "2", NULL);
    run_script(state, (struct probe_config){.line = line, .count = 2, .rate = 2000.0}, queue, plain(state));
    double sent = output(state, QUEUE, "sent"), moved = output(state, QUEUE, "moved_to_dead_letter");
    assert_true(sent > 190000.0 && moved > 0.97 * sent); /* more receives than batches there are */
    assert_true(output(state, DEAD, "arrived_from_source") == moved);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(visibility_timeout_counts_from_the_receive),
        TEST(messages_received_too_often_move_to_the_dead_letter_queue),
        TEST(long_polls_wake_on_arrival_first_come_first_served),
        TEST(a_long_poll_that_gave_up_takes_no_message),
        TEST(the_queue_s_own_wait_time_holds_for_receives_without_one),
        TEST(in_flight_limit_refuses_short_polls_and_keeps_long_ones_waiting),
        TEST(retention_ends_messages_and_its_clock_runs_on_in_the_dead_letter_queue),
        TEST(delay_hides_new_messages),
        TEST(a_stale_receipt_deletes_nothing),
        TEST(what_a_consumer_does_not_delete_comes_back),
        TEST(a_receive_takes_at_most_ten),
        TEST(requests_are_billed_per_call_and_started_64_KiB),
        TEST(messages_over_the_maximum_size_are_refused),
        TEST(one_thread_sends_fifty_a_second),
        TEST(a_full_simulation_refuses_loudly),
        TEST(the_visible_gauge_is_the_metric_that_scales),
        TEST(one_worker_makes_it_an_mm1),
        TEST(consumers_that_die_lose_nothing)};
    return cmocka_run_group_tests_name("sqs_queue", tests, NULL, NULL);
}
