/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_H
#define BENCH_H

/* A workbench: a plan of a few nodes put together in a test, each model with the defaults of its own table and what
   the test sets, as a user would write it. No file is read. */

#include "model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BENCH_NODES = 16, BENCH_ROWS = 16, BENCH_NAMES = 64 };

/* A field that names a node, which may not be there yet. */
struct bench_name {
    struct node_ref *field;
    const char *name;
};

struct bench {
    struct arena *arena;
    struct plan_node node[BENCH_NODES];
    void *config[BENCH_NODES];
    int count;
    struct bench_name name[BENCH_NAMES];
    int name_count;
    double horizon, lead, clock; /* seconds */
    struct plan plan;
};

static inline struct bench *bench_open(double horizon)
{
    struct arena *arena = arena_open();
    struct bench *bench = arena_new(arena, struct bench);
    bench->arena = arena;
    bench->horizon = horizon;
    return bench;
}

static inline void bench_close(struct bench *bench)
{
    arena_close(bench->arena);
}

static inline void bench_words(struct bench *bench, struct words *words, char *text)
{
    const char **word = arena_array(bench->arena, const char *, BENCH_ROWS);
    char *rest = NULL;
    *words = (struct words){word, 0};
    if (strcmp(text, "none") == 0) {
        return;
    }
    for (char *one = strtok_r(text, "|", &rest); one != NULL; one = strtok_r(NULL, "|", &rest)) {
        word[words->count++] = one;
    }
}

/* Reads `text` into one field. */
static inline void bench_read(struct bench *bench, const struct param *param, void *field, const char *text)
{
    const char *problem = NULL;
    int ranges = 0;
    char *copy = arena_copy(bench->arena, text, strlen(text));
    if (param->type == PARAM_NODE) {
        ((struct node_ref *)field)->index = -1;
        bench->name[bench->name_count++] = (struct bench_name){field, copy};
        assert_true(bench->name_count < BENCH_NAMES);
    } else if (param->type == PARAM_WORDS) {
        bench_words(bench, field, copy);
    } else if (param->type == PARAM_DIST) {
        if (!dist_parse(copy, param->unit, ".", bench->arena, field, NULL, &ranges, &problem)) {
            fail_msg("%s: %s %s", param->key, text, problem);
        }
    } else if (!param_read(param, copy, bench->arena, field, &problem)) {
        fail_msg("%s: %s %s", param->key, text, problem);
    }
}

static inline void bench_defaults(struct bench *bench, const struct param *params, void *config)
{
    for (const struct param *param = params; param->key != NULL; param++) {
        bool file = param->type == PARAM_CURVE || param->type == PARAM_TRACE;
        if (param->type == PARAM_GROUP) {
            bench_defaults(bench, param->rows, param_field(param, config));
        } else if (!param_nested(param) && !file && param->initial != NULL) {
            bench_read(bench, param, param_field(param, config), param->initial);
        }
    }
}

static inline const struct param *bench_param(const struct param *params, const char *key)
{
    const struct param *param = param_find(params, key);
    if (param == NULL) {
        fail_msg("no parameter %s", key);
        abort();
    }
    return param;
}

/* The struct behind a key that holds one, made if need be. */
static inline void *bench_inside(struct bench *bench, const struct param *param, void *config)
{
    void *field = param_field(param, config);
    if (param->type == PARAM_GROUP) {
        return field;
    }
    assert_int_equal(param->type, PARAM_OPTION);
    void **option = field;
    if (*option == NULL) {
        *option = arena_alloc(bench->arena, param->row_size);
        bench_defaults(bench, param->rows, *option);
    }
    return *option;
}

/* Sets what `settings` says: "servers=2; service=exponential(10ms); retry.base=1s". */
static inline void bench_apply(struct bench *bench, const struct param *params, void *config,
                               const char *settings)
{
    char *copy = arena_copy(bench->arena, settings, strlen(settings)), *rest = NULL;
    for (char *one = strtok_r(copy, ";", &rest); one != NULL; one = strtok_r(NULL, ";", &rest)) {
        char *key = one + strspn(one, " "), *value = strchr(key, '='), *dot;
        if (*key == '\0') {
            continue;
        }
        if (value == NULL) {
            fail_msg("no = in %s", key);
            abort();
        }
        *value++ = '\0';
        const struct param *table = params;
        void *inside = config;
        while ((dot = strchr(key, '.')) != NULL) {
            *dot = '\0';
            const struct param *param = bench_param(table, key);
            inside = bench_inside(bench, param, inside);
            table = param->rows;
            key = dot + 1;
        }
        const struct param *param = bench_param(table, key);
        bench_read(bench, param, param_field(param, inside), value);
    }
}

/* Adds a node; returns its number. */
static inline int bench_node(struct bench *bench, const struct model *model, const char *name,
                             const char *settings)
{
    assert_true(bench->count < BENCH_NODES);
    void *config = arena_alloc(bench->arena, model->config_size);
    bench_defaults(bench, model->params, config);
    bench_apply(bench, model->params, config, settings);
    bench->config[bench->count] = config;
    bench->node[bench->count] = (struct plan_node){.name = name, .model = model, .config = config};
    return bench->count++;
}

/* Adds a row to a list of a node. */
static inline void bench_row(struct bench *bench, int node, const char *list, const char *settings)
{
    const struct param *param = bench_param(bench->node[node].model->params, list);
    struct rows *rows = param_field(param, bench->config[node]);
    if (rows->count == 0) {
        rows->row = arena_items(bench->arena, BENCH_ROWS, param->row_size);
    }
    assert_true(rows->count < BENCH_ROWS);
    void *row = (char *)rows->row + (size_t)rows->count++ * param->row_size;
    bench_defaults(bench, param->rows, row);
    bench_apply(bench, param->rows, row, settings);
}

/* The field of a node, for what no text can say: a curve, a trace. */
static inline void *bench_field(struct bench *bench, int node, const char *key)
{
    return param_field(bench_param(bench->node[node].model->params, key), bench->config[node]);
}

/* One recorded request. */
struct bench_line {
    const char *name;
    double time, demand; /* seconds */
};

/* Recorded clients that send these lines, in order of time, to a node; each name has its own results. */
static inline int bench_script(struct bench *bench, const struct model *clients_trace, const char *to,
                               const struct bench_line *line, int count)
{
    double *time = arena_array(bench->arena, double, count),
           *demand = arena_array(bench->arena, double, count);
    int32_t *request = arena_array(bench->arena, int32_t, count);
    const char **names = arena_array(bench->arena, const char *, count);
    int node = bench_node(bench, clients_trace, "script", "");
    int name_count = 0;
    for (int i = 0; i < count; i++) {
        int name = 0;
        while (name < name_count && strcmp(names[name], line[i].name) != 0) {
            name++;
        }
        if (name == name_count) {
            names[name_count++] = line[i].name;
            bench_row(bench, node, "sends",
                      arena_printf(bench->arena, "to=%s; request=%s", to, line[i].name));
        }
        time[i] = line[i].time;
        demand[i] = line[i].demand;
        request[i] = name;
    }
    struct trace *trace = arena_new(bench->arena, struct trace);
    *trace = (struct trace){time, request, demand, names, count, name_count};
    *(const struct trace **)bench_field(bench, node, "file") = trace;
    return node;
}

static inline void bench_link(struct bench *bench)
{
    for (int i = 0; i < bench->name_count; i++) {
        for (int j = 0; j < bench->count; j++) {
            if (strcmp(bench->name[i].name, bench->node[j].name) == 0) {
                bench->name[i].field->index = j;
            }
        }
    }
}

/* What the models' own rules say, as printed; "" when nothing. Kept in the bench. */
static inline const char *bench_complaints(struct bench *bench)
{
    struct diag *diag = diag_open(bench->arena);
    bench_link(bench);
    for (int i = 0; i < bench->count; i++) {
        struct check check = {diag, places_open(bench->arena), bench->node[i].name};
        if (bench->node[i].model->check != NULL) {
            bench->node[i].model->check(bench->node[i].config, &check);
        }
    }
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    diag_print(diag, stream);
    (void)fclose(stream);
    char *copy = arena_copy(bench->arena, text, size);
    free(text);
    return copy;
}

/* One replication from a lead-in to the horizon, checked for what the engine can check; run_close it. */
static inline struct run *bench_run(struct bench *bench, uint64_t seed, int replication)
{
    static const char *const zones[] = {"eu-west-1a"};
    bench_link(bench);
    bench->plan = (struct plan){.environment = "default",
                                .region = "eu-west-1",
                                .node = bench->node,
                                .node_count = bench->count,
                                .zone = zones,
                                .zone_count = 1,
                                .clock = bench->clock,
                                .horizon = bench->horizon};
    struct run_options options = {.seed = seed, .replication = replication, .lead = bench->lead};
    struct diag *diag = diag_open(bench->arena);
    struct run *run = run_open(&bench->plan, &options, diag);
    diag_print(diag, stderr);
    assert_int_equal(diag_errors(diag), 0);
    run_execute(run);
    const char *violation = run_violation(run);
    if (violation != NULL) {
        fail_msg("%s", violation);
    }
    return run;
}

/* An output of a node after the run; NAN when it has nothing to report. */
static inline double bench_output(const struct run *run, const char *node, const char *key)
{
    for (int i = 0; i < run->node_count; i++) {
        if (strcmp(run->node[i].name, node) == 0) {
            const struct run_output *output = run_output_of(run, &run->node[i], key);
            assert_non_null(output);
            return output->value;
        }
    }
    fail_msg("no node %s", node);
    return 0.0;
}

/* The results of one request. */
static inline const struct request_record *bench_request(const struct run *run, const char *name)
{
    for (int i = 0; i < run->request_count; i++) {
        if (strcmp(run->request[i].name, name) == 0) {
            return &run->request[i];
        }
    }
    fail_msg("no request %s", name);
    return NULL;
}

/* How many requests of this name ended so. */
static inline int bench_ended(const struct run *run, const char *name, enum outcome outcome)
{
    return (int)bench_request(run, name)->ended[outcome];
}

/* Latency of the only request of this name, in seconds; NAN when it did not end well. */
static inline double bench_latency(const struct run *run, const char *name)
{
    return tally_mean(&bench_request(run, name)->latency);
}

/* ---- A node that writes down what arrives ---------------------------------------------------------- */

enum { BENCH_RECORDS = 1 << 17 };

struct bench_record {
    int64_t at, intended; /* ns from the simulated start */
    const char *request;
    int client, attempt;
    double demand, bytes_in, bytes_out, draw; /* draw: the first number of its own stream */
};

struct bench_recorder_config {
    struct dist latency;
    int64_t fails;   /* the first attempts of each request that end with ... */
    int64_t outcome; /* ... this, an enum outcome */
};

struct bench_recorder_state {
    struct bench_record *record;
    int64_t count;
};

static inline void bench_recorder_start(struct node *self)
{
    struct bench_recorder_state *state = self->state;
    state->record = node_array(self, struct bench_record, BENCH_RECORDS);
}

static inline void bench_recorder_arrive(struct visit *visit)
{
    const struct bench_recorder_config *config = visit->node->config;
    struct bench_recorder_state *state = visit->node->state;
    const struct run *run = visit->node->run;
    const struct visit *caller = visit->parent;
    if (state->count < BENCH_RECORDS) {
        state->record[state->count] = (struct bench_record){.at = run->now - run->origin,
                                                            .intended = caller->intended - run->origin,
                                                            .request = visit->ask->request,
                                                            .client = visit->client,
                                                            .attempt = caller->attempt,
                                                            .demand = (double)visit->recorded,
                                                            .bytes_in = visit->ask->bytes_in,
                                                            .bytes_out = visit->ask->bytes_out,
                                                            .draw = visit_uniform(visit)};
    }
    state->count++;
    visit->step = (int16_t)(caller->attempt <= config->fails ? config->outcome : OUTCOME_OK);
    visit_hold(visit, visit_draw(visit, &config->latency));
}

static inline void bench_recorder_resume(struct visit *visit)
{
    visit_reply(visit, (enum outcome)visit->step);
}

static const struct param bench_recorder_params[] = {
    PARAM(bench_recorder_config, latency, UNIT_SECOND, "0s", NULL, "Time until the answer.", "definition"),
    PARAM(bench_recorder_config, fails, UNIT_COUNT, "0", NULL, "Attempts that fail.", "definition"),
    PARAM(bench_recorder_config, outcome, UNIT_COUNT, "5", NULL, "How they fail.", "definition"), PARAM_END};

static const struct model bench_recorder = {.name = "recorder",
                                            .config_size = sizeof(struct bench_recorder_config),
                                            .state_size = sizeof(struct bench_recorder_state),
                                            .params = bench_recorder_params,
                                            .start = bench_recorder_start,
                                            .arrive = bench_recorder_arrive,
                                            .resume = bench_recorder_resume};

/* What arrived at a recorder; the run keeps it. */
static inline const struct bench_recorder_state *bench_recorded(const struct run *run, const char *node)
{
    for (int i = 0; i < run->node_count; i++) {
        if (strcmp(run->node[i].name, node) == 0) {
            return run->node[i].state;
        }
    }
    fail_msg("no node %s", node);
    return NULL;
}

#endif
