/* SPDX-License-Identifier: Apache-2.0 */
#include "workshop.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Clients ---- */

struct clients_state {
    struct timer timer;
    struct stream stream;
    struct ask ask[2];
    int request[2];
    int64_t made;
};

static void clients_start(struct node *self)
{
    static const char *const names[] = {"GET /page", "POST /order"};
    struct clients_state *state = self->state;
    node_timer(self, &state->timer, 0);
    state->stream = node_stream(self, "arrivals");
    for (int i = 0; i < 2; i++) {
        state->ask[i].to = &self->run->node[WORKSHOP_SERVER];
        state->ask[i].request = names[i];
        state->request[i] = run_request(self->run, names[i]);
        state->ask[i].request_class = state->request[i];
        run_resolve(self->run, &state->ask[i]);
    }
}

static void wait_for_next(struct node *self)
{
    const struct workshop_clients_config *config = self->config;
    struct clients_state *state = self->state;
    node_wake_in(self, &state->timer, stream_exponential(&state->stream) / config->rate);
}

/* Linear between points, wrapping. */
static double factor_at(const struct curve *curve, double clock)
{
    double at = fmod(clock, curve->period);
    at += at < 0.0 ? curve->period : 0.0;
    int i = curve->count - 1;
    while (curve->time[i] > at) {
        i--;
    }
    bool last = i + 1 == curve->count;
    double end = last ? curve->period : curve->time[i + 1], next = curve->factor[last ? 0 : i + 1];
    return curve->factor[i] + (next - curve->factor[i]) * (at - curve->time[i]) / (end - curve->time[i]);
}

/* Every fifth request is an order. */
static void clients_wake(struct node *self, int tag)
{
    const struct workshop_clients_config *config = self->config;
    struct clients_state *state = self->state;
    (void)tag;
    double factor = config->profile == NULL ? 1.0 : factor_at(config->profile, run_clock(self->run));
    if (stream_uniform(&state->stream) < factor) {
        struct visit *visit = visit_open(self, (uint64_t)state->made);
        visit->attempt = 1;
        visit->step = state->made++ % 5 == 0;
        visit->intended = self->run->now;
        visit_call(visit, &state->ask[visit->step], -1);
    }
    wait_for_next(self);
}

static void clients_resume(struct visit *visit)
{
    const struct clients_state *state = visit->node->state;
    run_ended(visit->node->run, state->request[visit->step], visit, visit->outcome);
    visit_close(visit);
}

static void nobody_arrives(struct visit *visit)
{
    visit_reply(visit, OUTCOME_NOT_FOUND);
}

static const struct param clients_params[] = {
    PARAM(workshop_clients_config, rate, UNIT_RATE, "20/s", NULL, "Requests at the peak.", "definition"),
    PARAM(workshop_clients_config, profile, UNIT_NONE, "none", NULL, "Load over the day.", "definition"),
    PARAM_END};

const struct model workshop_clients = {.name = "workshop_clients",
                                       .config_size = sizeof(struct workshop_clients_config),
                                       .state_size = sizeof(struct clients_state),
                                       .params = clients_params,
                                       .is_client = true,
                                       .start = clients_start,
                                       .ready = wait_for_next,
                                       .arrive = nobody_arrives,
                                       .resume = clients_resume,
                                       .wake = clients_wake};

/* ---- Server ---- */

enum { TAG_SCALE = 100, TAG_DOWN = 200, TAG_SLOW = 201 };

struct server_state {
    struct station station;
    struct timer scale, stage[RECOVERY_STAGES], up, quick;
    struct gauge tasks;
    int64_t requests;
    double gigabytes, utilisation;
    struct tally residence;
    bool down, slow;
};

/* Seconds after the fault at which each stage is reached. */
static const double stage_at[RECOVERY_STAGES] = {20.0, 30.0, 70.0, 75.0, 90.0};

static void server_start(struct node *self)
{
    const struct workshop_server_config *config = self->config;
    struct server_state *state = self->state;
    station_open(&state->station, self->run, INT32_MAX, INT64_MAX, STATION_FCFS, node_stream(self, "order"));
    state->residence = tally_open(self->run->arena);
    node_timer(self, &state->scale, TAG_SCALE);
    node_timer(self, &state->up, TAG_DOWN);
    node_timer(self, &state->quick, TAG_SLOW);
    for (int i = 0; i < RECOVERY_STAGES; i++) {
        node_timer(self, &state->stage[i], i);
    }
    gauge_set(&state->tasks, 0, 2.0);
    meter_add(self, (struct meter){.service = "awskms",
                                   .sku = "KMS-Keys",
                                   .name = "keys",
                                   .kind = METER_MONTHLY,
                                   .basis = BASIS_CONFIGURED,
                                   .monthly = (double)config->keys});
}

static void server_ready(struct node *self)
{
    const struct workshop_server_config *config = self->config;
    if (config->scales) {
        node_wake_in(self, &((struct server_state *)self->state)->scale, self->run->options.lead + 60.0);
    }
}

static int server_resolve(struct node *self, const struct ask *ask)
{
    (void)self;
    (void)ask;
    return 0;
}

static void scale(struct node *self)
{
    struct server_state *state = self->state;
    run_scaled(self, 2, 3, "cpu-up", "alarm high");
    gauge_set(&state->tasks, node_now(self), 3.0);
    run_capacity(self, (struct run_capacity_time){NULL, 60.0, 120.0, 0.0, 30.0, 25.5, 20.0});
    run_scaled(self, 3, 2, "cpu-up", NULL);
    gauge_set(&state->tasks, node_now(self), 2.0);
}

static void server_wake(struct node *self, int tag)
{
    struct server_state *state = self->state;
    if (tag == TAG_SCALE) {
        scale(self);
    } else if (tag == TAG_DOWN) {
        state->down = false;
    } else if (tag == TAG_SLOW) {
        state->slow = false;
    } else {
        recovery_reached(self, (enum recovery_stage)tag);
    }
}

static void server_fail(struct node *self, const struct fault *fault)
{
    const struct workshop_server_config *config = self->config;
    struct server_state *state = self->state;
    (void)fault;
    recovery_lost(self, 3.5, 7);
    if (config->down <= 0.0) {
        return;
    }
    state->down = state->slow = true;
    for (int i = 0; i < RECOVERY_STAGES; i++) {
        node_wake_in(self, &state->stage[i], stage_at[i]);
    }
    node_wake_in(self, &state->up, config->down);
    node_wake_in(self, &state->quick, config->slow);
}

static void server_arrive(struct visit *visit)
{
    const struct workshop_server_config *config = visit->node->config;
    struct server_state *state = visit->node->state;
    state->requests++;
    state->gigabytes += 1e-3;
    if (state->down) {
        visit_reply(visit, OUTCOME_UNAVAILABLE);
        return;
    }
    struct dist service = {.kind = DIST_EXPONENTIAL, .a = config->service, .mean = config->service};
    visit_serve(visit, &state->station, visit_draw(visit, &service) + (state->slow ? 1.0 : 0.0));
}

static void server_resume(struct visit *visit)
{
    const struct workshop_server_config *config = visit->node->config;
    struct server_state *state = visit->node->state;
    struct run *run = visit->node->run;
    bool late = run->end - run->now < 2000000000;
    tally_add(&state->residence, run->now - visit->arrived);
    if (config->mutant == MUTANT_LOSES && late) {
        visit->live = 0; /* neither answered nor in flight */
        return;
    }
    if (config->mutant == MUTANT_STEPS_CLOCK && late) {
        run->now += 1000000000;
    }
    if (config->mutant == MUTANT_ANSWERS_TWICE && late) {
        visit->node
            ->replies++; /* what a second reply does to the books; a real one would also take the caller's */
    }
    visit_reply(visit, OUTCOME_OK);
}

static void server_mark(struct node *self)
{
    ((struct server_state *)self->state)->utilisation =
        gauge_area(&((struct server_state *)self->state)->station.in_service, node_now(self));
}

/* Of two servers' worth, whatever the station takes. */
static void server_settle(struct node *self)
{
    struct server_state *state = self->state;
    double busy = gauge_area(&state->station.in_service, node_now(self)) - state->utilisation;
    state->utilisation = busy / self->run->plan->horizon / 2.0;
}

static const struct param consume_params[] = {PARAM_END};
static const struct param server_params[] = {PARAM_LIST_OF(workshop_server_config, consumes,
                                                           workshop_server_config, consume_params,
                                                           "What it works on."),
                                             PARAM_END};

static const struct output server_outputs[] = {
    OUTPUT(server_state, utilisation, OUTPUT_VALUE, UNIT_RATIO, "Share of the servers' time spent serving."),
    OUTPUT(server_state, tasks, OUTPUT_MEAN, UNIT_COUNT, "Tasks.", .service = "AmazonECS",
           .sku = "Fargate-vCPU-Hours:perCPU", .series = true),
    OUTPUT(server_state, requests, OUTPUT_COUNT, UNIT_COUNT, "Requests.", .service = "AWSQueueService",
           .sku = "Requests-Tier1"),
    OUTPUT(server_state, gigabytes, OUTPUT_SUM, UNIT_COUNT, "Gigabytes.", .service = "AmazonEC2",
           .sku = "NatGateway-Bytes"),
    OUTPUT(server_state, residence, OUTPUT_TALLY, UNIT_SECOND, "Time here."),
    OUTPUT_END};

const struct model workshop_server = {.name = "ecs_service",
                                      .config_size = sizeof(struct workshop_server_config),
                                      .state_size = sizeof(struct server_state),
                                      .params = server_params,
                                      .outputs = server_outputs,
                                      .start = server_start,
                                      .ready = server_ready,
                                      .resolve = server_resolve,
                                      .arrive = server_arrive,
                                      .resume = server_resume,
                                      .wake = server_wake,
                                      .fail = server_fail,
                                      .mark = server_mark,
                                      .settle = server_settle};

/* ---- Prices ---- */

#define HEADER                                                                                               \
    "region,service,sku,description,unit,tier_from,tier_to,price_usd,purchase,effective_date,source,"        \
    "confidence"
#define ROW(service, sku, unit, from, to, price, confidence)                                                 \
    "eu-west-1," service "," sku ",\"A price, for tests\"," unit "," from "," to "," price                   \
    ",OnDemand,2026-01-01," confidence

static const char *const price_lines[] = {
    HEADER,
    ROW("AWSQueueService", "Requests-Tier1", "request", "0", "1000000", "0", "list,sourced"),
    ROW("AWSQueueService", "Requests-Tier1", "request", "1000000", "", "0.0000004", "list,sourced"),
    ROW("AmazonEC2", "NatGateway-Bytes", "GB", "0", "", "0.048", "estimate: guess,estimated"),
    ROW("AmazonECS", "Fargate-vCPU-Hours:perCPU", "vCPU-hour", "0", "", "0.04048", "list,sourced"),
    ROW("awskms", "KMS-Keys", "month", "0", "", "1", "list,sourced"),
    NULL};

static const struct sheet *load_prices(struct arena *arena)
{
    static const struct sheet_file files[] = {{"eu-west-1", "all", price_lines}};
    const char *problem = NULL;
    const struct sheet *sheet = sheet_load(arena, files, 1, &problem);
    if (sheet == NULL) {
        fail_msg("%s", problem);
    }
    return sheet;
}

/* ---- The scenario ---- */

static void make_environment(struct workshop *workshop)
{
    static const char *const zones[] = {"eu-west-1a", "eu-west-1b"};
    workshop->node[WORKSHOP_CLIENTS] =
        (struct plan_node){"shoppers", &workshop_clients, &workshop->clients, {0}};
    workshop->node[WORKSHOP_SERVER] = (struct plan_node){"orders", &workshop_server, &workshop->server, {0}};
    workshop->environment = (struct environment){.name = "test",
                                                 .plan = {.environment = "test",
                                                          .region = "eu-west-1",
                                                          .node = workshop->node,
                                                          .node_count = 2,
                                                          .zone = zones,
                                                          .zone_count = 2,
                                                          .horizon = 600.0,
                                                          .start = "2026-03-02T00:00 Europe/Dublin"}};
}

void workshop_open(struct workshop *workshop)
{
    static const struct input_file inputs[] = {
        {"shop.yaml", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}};
    static const struct assumption assumptions[] = {
        {"orders.startup", "20s", "10s", "60s", "assumed"},
        {"orders.memory_use", "1GiB", "512MiB", "8GiB", "assumed"},
        {"shoppers.addresses", "1000", NULL, NULL, "assumed"}};
    *workshop = (struct workshop){.clients = {.rate = 20.0}, .server = {.service = 0.02, .keys = 3}};
    workshop->arena = arena_open();
    workshop->diag = diag_open(workshop->arena);
    workshop->sheet = load_prices(workshop->arena);
    make_environment(workshop);
    workshop->environment.assumption = assumptions;
    workshop->environment.assumption_count = 3;
    workshop->scenario =
        (struct scenario){.name = "shop",
                          .file = "shop.yaml",
                          .sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                          .input = inputs,
                          .input_count = 1,
                          .question = "Does the \"shop\" hold, a | b?",
                          .environment = &workshop->environment,
                          .environment_count = 1};
    workshop->study = (struct study){.scenario = &workshop->scenario,
                                     .sheet = workshop->sheet,
                                     .diag = workshop->diag,
                                     .options = {.seed = 1, .threads = 1, .no_drills = true}};
}

void workshop_close(struct workshop *workshop)
{
    arena_close(workshop->arena);
}

void workshop_objective(struct workshop *workshop, const char *text)
{
    struct environment *environment = &workshop->environment;
    struct objective **longer =
        arena_array(workshop->arena, struct objective *, environment->objective_count + 1);
    for (int i = 0; i < environment->objective_count; i++) {
        longer[i] = environment->objective[i];
    }
    struct objective *objective =
        objective_read(text, (struct place){"shop.yaml", 9, 1}, workshop->arena, workshop->diag);
    assert_non_null(objective);
    longer[environment->objective_count++] = objective;
    environment->objective = longer;
}

enum study_end workshop_try(struct workshop *workshop)
{
    workshop->result = study_open(&workshop->study, workshop->arena);
    return study_environment(&workshop->study, workshop->result, 0);
}

struct result_environment *workshop_study(struct workshop *workshop)
{
    enum study_end end = workshop_try(workshop);
    if (end != STUDY_DONE) {
        fail_msg("%s", workshop_complaints(workshop));
    }
    return &workshop->result->environment[0];
}

/* ---- Texts ---- */

const char *workshop_complaints(struct workshop *workshop)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    diag_print(workshop->diag, out);
    fclose(out);
    const char *kept = arena_copy(workshop->arena, text, size);
    free(text);
    return kept;
}

const char *workshop_printed(struct workshop *workshop, bool (*print)(FILE *, const struct result *))
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_true(print(out, workshop->result));
    fclose(out);
    const char *kept = arena_copy(workshop->arena, text, size);
    free(text);
    return kept;
}

void workshop_near(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance)) {
        fail_msg("%.17g is not within %g of %.17g", got, tolerance, want);
    }
}

void workshop_holds(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("\"%s\" is not in:\n%s", part, text);
    }
}
