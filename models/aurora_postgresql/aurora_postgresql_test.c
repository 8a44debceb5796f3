/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the facts about Aurora PostgreSQL; an instance as a processor-sharing queue. */
#include "near.h"

#include <stdlib.h>
#include <string.h>

#include "model.h"

/* ---- A caller that follows a script ------------------------------------------------------------------ */

struct line {
    double after; /* seconds since the answer before, or since the start */
    struct ask ask;
    int node;      /* index of the node asked */
    int address;   /* part + 1 that is asked past the node's name, 0 = none */
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
    const struct probe_config *config = visit->node->config;
    visit_call(visit, ask, config->line[visit->pc].address - 1);
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

/* ---- Clusters by hand -------------------------------------------------------------------------------- */

extern const struct model model_aurora_postgresql;
int64_t aurora_class_connections(const char *name);
double aurora_class_memory(const char *name);
double aurora_class_vcpus(const char *name);

enum { DATABASE = 1 };

static const struct dist ten_ms = {.kind = DIST_DETERMINISTIC, .a = 0.01, .mean = 0.01};
static const struct dist ten_s = {.kind = DIST_DETERMINISTIC, .a = 10.0, .mean = 10.0};
static const struct dist exponential = {.kind = DIST_EXPONENTIAL, .a = 0.02, .mean = 0.02};

#define QUERY(dist)                                                                                          \
    {                                                                                                        \
        .op = ASK_QUERY, .work = &(dist)                                                                     \
    }
#define WRITE(dist)                                                                                          \
    {                                                                                                        \
        .op = ASK_QUERY, .work = &(dist), .writes = true                                                     \
    }

#define CLUSTER(...)                                                                                         \
    config_of(state, &model_aurora_postgresql, "commit_latency", "4ms", "refusal", "1ms", __VA_ARGS__, NULL)

/* Without contention unless a test says so. */
static void *alone(void *config, double sigma, double kappa)
{
    const struct param *group = param_find(model_aurora_postgresql.params, "contention");
    *(double *)param_field(param_find(group->rows, "sigma"), param_field(group, config)) = sigma;
    *(double *)param_field(param_find(group->rows, "kappa"), param_field(group, config)) = kappa;
    return config;
}

static const struct seen *run_cluster(void **state, struct probe_config probe, const void *cluster,
                                      double horizon, struct run_options options)
{
    const struct plan_node node[] = {{.name = "probe", .model = &model_probe, .config = &probe},
                                     {.name = "db", .model = &model_aurora_postgresql, .config = cluster}};
    return execute(state, node, 2, horizon, options);
}

#define SCRIPT(line_)                                                                                        \
    ((struct probe_config){.line = (line_), .count = (int)(sizeof(line_) / sizeof *(line_))})
#define ONCE ((struct run_options){.seed = 1})

static const struct run *run_of(void **state)
{
    return ((struct fixture *)*state)->run;
}

static const struct probe_state *probe_of(void **state)
{
    return run_of(state)->node[0].state;
}

/* ---- An instance ------------------------------------------------------------------------------------- */

/* CPU is shared by all statements, not queued behind connections: facts section 12. Two vCPUs with exponential demand
   have as many inside as an M/M/2: at rho .8 Wq = 1.777778 S (facts section 13), so T = 2.777778 x 20 ms. */
static void an_instance_shares_its_vcpus_among_all_statements(void **state)
{
    const struct line line[] = {{.ask = QUERY(exponential), .node = DATABASE}};
    const struct probe_config probe = {.line = line, .count = 1, .rate = 80.0};
    run_cluster(state, probe, alone(CLUSTER("instance_class", "db.r6g.large"), 0.0, 0.0), 16000.0,
                (struct run_options){.seed = 1, .lead = 20.0});
    assert_near_share(tally_mean(&probe_of(state)->latency), 0.0555556, 0.02);
    assert_near(output(state, DATABASE, "utilisation"), 0.8, 0.006);
}

/* Processor sharing does not care about the spread of demand, only its mean (Kleinrock vol. 2, 4.4). */
static void processor_sharing_is_insensitive_to_the_spread_of_demand(void **state)
{
    struct dist wide = {0};
    int ranges = 0;
    const char *problem;
    assert_true(dist_parse("lognormal(mean 20ms, cv 2)", UNIT_SECOND, ".", ((struct fixture *)*state)->arena,
                           &wide, NULL, &ranges, &problem));
    const struct line line[] = {{.ask = QUERY(wide), .node = DATABASE}};
    const struct probe_config probe = {.line = line, .count = 1, .rate = 80.0};
    run_cluster(state, probe, alone(CLUSTER("instance_class", "db.r6g.large"), 0.0, 0.0), 8000.0,
                (struct run_options){.seed = 1, .lead = 20.0});
    assert_near_share(tally_mean(&probe_of(state)->latency), 0.0555556, 0.03);
}

/* 50 statements of 10 s on 96 vCPUs: each is slowed by 1 + s(n-1) + k n(n-1), Gunther's law, facts section 3.3. */
static void contention_follows_the_universal_scalability_law(void **state)
{
    struct line line[50];
    for (int i = 0; i < 50; i++) line[i] = (struct line){.ask = QUERY(ten_s), .node = DATABASE, .last = true};
    const struct seen *seen = run_cluster(
        state, SCRIPT(line), alone(CLUSTER("instance_class", "db.r5.24xlarge"), 0.03, 0.0001), 100.0, ONCE);
    for (int i = 0; i < 50; i++)
        check_near(seen[i].at, 10.0 * (1.0 + 0.03 * 49.0 + 0.0001 * 50.0 * 49.0), 1e-6);
}

static void connections_limit_admission_less_those_reserved(void **state)
{
    struct line line[10];
    for (int i = 0; i < 10; i++)
        line[i] = (struct line){.after = 1.0, .ask = QUERY(ten_ms), .node = DATABASE, .last = true};
    const struct seen *seen = run_cluster(
        state, SCRIPT(line), CLUSTER("instance_class", "db.r6g.large", "max_connections", "10"), 10.0, ONCE);
    for (int i = 0; i < 7; i++) assert_int_equal(seen[i].outcome, OUTCOME_OK);
    for (int i = 7; i < 10; i++) {
        assert_int_equal(seen[i].outcome, OUTCOME_REJECTED);
        check_near(seen[i].at, 1.001, 1e-9);
    }
    assert_near(output(state, DATABASE, "rejected"), 3, 0);
    assert_int_equal(run_of(state)->node[DATABASE].admits, 10);
}

static void max_connections_defaults_are_the_documented_ones(void **state)
{
    (void)state;
    const struct {
        const char *name;
        int connections;
        double vcpus, gib;
    } classes[] = {
        {"db.r6g.large", 1722, 2, 16},   {"db.r6g.xlarge", 3479, 4, 32}, {"db.r6g.2xlarge", 5000, 8, 64},
        {"db.r5.large", 1600, 2, 16},    {"db.r5.xlarge", 3300, 4, 32},  {"db.r5.24xlarge", 5000, 96, 768},
        {"db.r4.xlarge", 3200, 4, 30.5}, {"db.t4g.medium", 405, 2, 4},   {"db.t4g.large", 844, 2, 8},
        {"db.t3.medium", 420, 2, 4},     {"db.x2g.large", 3479, 2, 32},  {"db.x2g.xlarge", 5000, 4, 64}};
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        assert_int_equal(aurora_class_connections(classes[i].name), classes[i].connections);
        check_near(aurora_class_vcpus(classes[i].name), classes[i].vcpus, 0);
        check_near(aurora_class_memory(classes[i].name), classes[i].gib * 1073741824.0, 0);
    }
    assert_near(aurora_class_vcpus("db.t4g.small") + aurora_class_vcpus("cache.r6g.large"), 0, 0);
}

static void writes_wait_for_the_storage_quorum_once_a_transaction(void **state)
{
    const struct dist statements[] = {ten_ms, ten_ms, ten_ms};
    const struct line line[] = {
        {.after = 0.5, .ask = QUERY(ten_ms), .node = DATABASE, .last = true},
        {.after = 1.0, .ask = WRITE(ten_ms), .node = DATABASE, .last = true},
        {.after = 2.0,
         .ask = {.op = ASK_TRANSACTION, .statements = statements, .statement_count = 3},
         .node = DATABASE,
         .last = true},
        {.after = 3.0,
         .ask = {.op = ASK_TRANSACTION, .statements = statements, .statement_count = 3, .writes = true},
         .node = DATABASE}};
    const struct seen *seen =
        run_cluster(state, SCRIPT(line), CLUSTER("instance_class", "db.r6g.large"), 10.0, ONCE);
    const double expected[] = {0.510, 1.014, 2.030, 3.034};
    for (int i = 0; i < 4; i++) check_near(seen[i].at, expected[i], 1e-9);
    assert_near(output(state, DATABASE, "statements"), 8, 0);
    assert_near(output(state, DATABASE, "transactions"), 4, 0);
    assert_near(output(state, DATABASE, "writes"), 2, 0);
}

/* Buffers of 75 % of 16 GiB hold half of 24 GiB: 5 pages a statement miss 2.5 times, at 1 ms each. */
static void pages_not_in_the_buffers_cost_time_and_io(void **state)
{
    const struct line line[] = {{.after = 1.0, .ask = QUERY(ten_ms), .node = DATABASE},
                                {.after = 1.0, .ask = WRITE(ten_ms), .node = DATABASE}};
    const struct seen *seen = run_cluster(
        state, SCRIPT(line), CLUSTER("instance_class", "db.r6g.large", "working_set", "24GiB"), 10.0, ONCE);
    assert_near(seen[0].at, 1.0125, 1e-9);
    assert_near(seen[1].at, 1.0125 + 1.0165, 1e-9);
    assert_near(output(state, DATABASE, "io_requests"), 2.5 + 2.5 + 2.0, 1e-9);
}

static void readers_take_what_does_not_write_if_asked(void **state)
{
    const struct line line[] = {{.ask = QUERY(ten_ms), .node = DATABASE},
                                {.ask = WRITE(ten_ms), .node = DATABASE}};
    const struct probe_config probe = {.line = line, .count = 2, .rate = 20.0};
    void *cluster = CLUSTER("instance_class", "db.r6g.large", "instances", "3", "read_from", "readers");
    run_cluster(state, probe, alone(cluster, 0.0, 0.0), 1000.0, ONCE);
    assert_near(output(state, DATABASE, "writer_cpu"), 0.2, 0.01);
    assert_near(output(state, DATABASE, "reader_cpu"), 0.2, 0.01);
    run_close(((struct fixture *)*state)->run);
    cluster = CLUSTER("instance_class", "db.r6g.large", "instances", "3");
    run_cluster(state, probe, alone(cluster, 0.0, 0.0), 1000.0, ONCE);
    assert_near(output(state, DATABASE, "writer_cpu"), 0.4, 0.02); /* the cluster endpoint is the writer's */
    assert_near(output(state, DATABASE, "reader_cpu"), 0.0, 0.0);
}

static double billed(void **state, const char *sku, int hour)
{
    const struct run *run = run_of(state);
    for (int i = 0; i < run->meter_count; i++) {
        if (strcmp(run->meter[i].sku, sku) == 0) return run->meter[i].hourly[hour];
    }
    fail_msg("no meter %s", sku);
    return NAN;
}

static void instances_storage_and_io_are_billed(void **state)
{
    const struct line line[] = {{.after = 1.0, .ask = WRITE(ten_ms), .node = DATABASE}};
    void *cluster = CLUSTER("instance_class", "db.r6g.xlarge", "instances", "3", "allocated_storage",
                            "100GiB", "yearly_growth", "8760GiB");
    run_cluster(state, SCRIPT(line), cluster, 7200.0, ONCE);
    assert_near(billed(state, "InstanceUsage:db.r6g.xlarge", 0), 3.0, 1e-9);
    assert_near(billed(state, "Aurora:StorageUsage", 0) * 730.0, 100.0,
                1e-6); /* GB-months for an hour's share */
    assert_near(billed(state, "Aurora:StorageUsage", 1) * 730.0, 101.0, 1e-6);
    assert_near(billed(state, "Aurora:StorageIOUsage", 0), 2.0, 0);
    assert_near(run_of(state)->node[DATABASE].vcpus, 12.0, 0); /* what RDS Proxy bills by */
}

/* ---- Failure ----------------------------------------------------------------------------------------- */

/* A query a second by the cluster endpoint (lines 1 to 299) and one by the writer's address (300 on); 99.6 s in, the
   writer or its zone goes, while line 0 is at work. */
static const struct seen *run_failure(void **state, void *cluster, enum fault_kind kind, int zone)
{
    static struct line line[600];
    line[0] = (struct line){.after = 95.0, .ask = QUERY(ten_s), .node = DATABASE, .last = true};
    for (int i = 1; i < 600; i++) {
        double after = i < 300 ? i : i - 299.7;
        line[i] = (struct line){
            .after = after, .ask = QUERY(ten_ms), .node = DATABASE, .address = i >= 300, .last = true};
    }
    const struct fault fault = {.kind = kind,
                                .node = kind == FAULT_ZONE ? -1 : DATABASE,
                                .part = -1,
                                .zone = zone,
                                .at = 99600000000};
    return run_cluster(state, SCRIPT(line), cluster, 320.0, (struct run_options){.seed = 1, .fault = &fault});
}

#define FAILING(...)                                                                                         \
    CLUSTER("instance_class", "db.r6g.large", "failover", "20s", "dns_share", "60%", "detection", "3s",      \
            "recreate", "50s", "restart", "60s", __VA_ARGS__)

static double reached(void **state, enum recovery_stage stage)
{
    const struct recovery *recovery = &run_of(state)->recovery;
    return (double)(recovery->reached[stage] - recovery->struck) * 1e-9;
}

static void a_reader_takes_over_and_names_follow_later(void **state)
{
    const struct seen *seen = run_failure(state, FAILING("instances", "3"), FAULT_PRIMARY, -1);
    assert_int_equal(seen[0].outcome, OUTCOME_RESET); /* statements at work break off */
    assert_near(seen[0].at, 99.6, 1e-9);
    for (int i = 1; i < 300; i++)
        assert_int_equal(seen[i].outcome, i < 100 || i > 119 ? OUTCOME_OK : OUTCOME_UNAVAILABLE);
    for (int i = 300; i < 600; i++) { /* past the name: 8 s instead of 20 s */
        double at = i - 299.7;
        assert_int_equal(seen[i].outcome, at < 99.6 || at > 107.6 ? OUTCOME_OK : OUTCOME_UNAVAILABLE);
    }
    assert_near(reached(state, RECOVERY_DETECTION), 3.0, 1e-6);
    assert_near(reached(state, RECOVERY_REPLACEMENT), 8.0, 1e-6);
    assert_near(reached(state, RECOVERY_CONNECTION), 20.0, 1e-6);
    assert_near(run_of(state)->recovery.lost_seconds, 0.0, 0.0); /* storage is shared: no data loss */
}

static void the_failed_instance_comes_back_as_a_reader(void **state)
{
    run_failure(state, FAILING("instances", "2"), FAULT_PRIMARY, -1);
    const struct node *node = &run_of(state)->node[DATABASE];
    assert_int_equal(node->part[0]->zone, 1);
    assert_int_equal(node->part[1]->zone, 0);
    assert_int_equal(part_count(node, PART_RUNNING), 2);
    assert_near((double)node->part[1]->since * 1e-9, 99.6 + 8.0 + 60.0, 1e-6);
}

static void without_a_reader_the_instance_is_recreated(void **state)
{
    const struct seen *seen = run_failure(state, FAILING("instances", "1"), FAULT_PRIMARY, -1);
    for (int i = 1; i < 300; i++)
        assert_int_equal(seen[i].outcome, i < 100 || i > 149 ? OUTCOME_OK : OUTCOME_UNAVAILABLE);
    assert_near(reached(state, RECOVERY_CONNECTION), 50.0, 1e-6);
}

static void a_lone_instance_does_not_survive_its_zone(void **state)
{
    const struct seen *seen = run_failure(state, FAILING("instances", "1"), FAULT_ZONE, 0);
    for (int i = 100; i < 300; i++) assert_int_equal(seen[i].outcome, OUTCOME_UNAVAILABLE);
    assert_true(run_of(state)->recovery.reached[RECOVERY_CONNECTION] < 0);
}

static void a_zone_takes_its_writer_and_a_reader_elsewhere_takes_over(void **state)
{
    const struct seen *seen = run_failure(state, FAILING("instances", "3"), FAULT_ZONE, 0);
    assert_int_equal(seen[119].outcome, OUTCOME_UNAVAILABLE);
    assert_int_equal(seen[120].outcome, OUTCOME_OK);
    assert_int_equal(part_count(&run_of(state)->node[DATABASE], PART_RUNNING), 2); /* the zone stays away */
    run_close(((struct fixture *)*state)->run);
    seen = run_failure(state, FAILING("instances", "3"), FAULT_ZONE, 2);
    for (int i = 1; i < 300; i++) assert_int_equal(seen[i].outcome, OUTCOME_OK);
    assert_near(output(state, DATABASE, "failovers"), 0, 0);
}

/* Five measured outages, 10 s to 16 s, and the documented bound of 30 s. */
static void the_default_failover_is_as_measured(void **state)
{
    const void *cluster = CLUSTER("instance_class", "db.r6g.large");
    const struct dist *failover =
        param_field(param_find(model_aurora_postgresql.params, "failover"), (void *)cluster);
    assert_near(failover->mean, 12.4, 0.1);
    assert_true(dist_quantile(failover, 0.05) < 10.0 && dist_quantile(failover, 0.975) > 16.0);
    assert_true(dist_quantile(failover, 0.999) < 30.0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {TEST(an_instance_shares_its_vcpus_among_all_statements),
                                       TEST(processor_sharing_is_insensitive_to_the_spread_of_demand),
                                       TEST(contention_follows_the_universal_scalability_law),
                                       TEST(connections_limit_admission_less_those_reserved),
                                       TEST(max_connections_defaults_are_the_documented_ones),
                                       TEST(writes_wait_for_the_storage_quorum_once_a_transaction),
                                       TEST(pages_not_in_the_buffers_cost_time_and_io),
                                       TEST(readers_take_what_does_not_write_if_asked),
                                       TEST(instances_storage_and_io_are_billed),
                                       TEST(a_reader_takes_over_and_names_follow_later),
                                       TEST(the_failed_instance_comes_back_as_a_reader),
                                       TEST(without_a_reader_the_instance_is_recreated),
                                       TEST(a_lone_instance_does_not_survive_its_zone),
                                       TEST(a_zone_takes_its_writer_and_a_reader_elsewhere_takes_over),
                                       TEST(the_default_failover_is_as_measured)};
    return cmocka_run_group_tests_name("aurora_postgresql", tests, NULL, NULL);
}
