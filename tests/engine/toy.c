/* SPDX-License-Identifier: Apache-2.0 */
#include "toy.h"

struct source_state {
    struct timer timer;
    struct stream stream;
    struct ask ask;
    int64_t made;
    int request;
};

static struct node *following(struct node *self)
{
    return self->index + 1 < self->run->node_count ? &self->run->node[self->index + 1] : NULL;
}

static void source_start(struct node *self)
{
    const struct toy_source_config *config = self->config;
    struct source_state *state = self->state;
    node_timer(self, &state->timer, 0);
    state->stream = node_stream(self, "arrivals");
    state->ask.to = following(self);
    state->ask.request_class = -1;
    state->ask.within = config->within > 0.0 ? lane_of(self->run, config->within) : NULL;
    state->request = run_request(self->run, "*");
    run_resolve(self->run, &state->ask);
}

static void send_one(struct node *self)
{
    struct source_state *state = self->state;
    struct visit *visit = visit_open(self, (uint64_t)state->made++);
    visit->attempt = 1;
    visit_call(visit, &state->ask, -1);
}

static void source_ready(struct node *self)
{
    node_wake_in(self, &((struct source_state *)self->state)->timer, 0.0);
}

static void source_wake(struct node *self, int tag)
{
    const struct toy_source_config *config = self->config;
    struct source_state *state = self->state;
    (void)tag;
    if (state->made == 0) {
        for (int64_t i = 0; i < config->burst; i++) {
            send_one(self);
        }
    } else if (config->rate > 0.0) {
        send_one(self);
    }
    if (config->rate > 0.0 && (config->limit == 0 || state->made < config->limit)) {
        state->made += state->made == 0; /* index 0 stands for the burst */
        node_wake_in(self, &state->timer, stream_exponential(&state->stream) / config->rate);
    }
}

static void source_resume(struct visit *visit)
{
    const struct source_state *state = visit->node->state;
    run_ended(visit->node->run, state->request, visit, visit->outcome);
    visit_close(visit);
}

static void nobody_arrives(struct visit *visit)
{
    visit_reply(visit, OUTCOME_NOT_FOUND);
}

const struct model toy_source = {.name = "toy_source",
                                 .config_size = sizeof(struct toy_source_config),
                                 .state_size = sizeof(struct source_state),
                                 .is_client = true,
                                 .start = source_start,
                                 .ready = source_ready,
                                 .arrive = nobody_arrives,
                                 .resume = source_resume,
                                 .wake = source_wake};

static void server_start(struct node *self)
{
    const struct toy_server_config *config = self->config;
    struct toy_server_state *state = self->state;
    station_open(&state->station, self->run, config->servers, config->limit, config->discipline,
                 node_stream(self, "order"));
    state->patience = config->patience > 0.0 ? lane_of(self->run, config->patience) : NULL;
    state->next = config->next ? following(self) : NULL;
    state->order = node_array(self, int64_t, 64);
}

static void server_arrive(struct visit *visit)
{
    const struct toy_server_config *config = visit->node->config;
    struct toy_server_state *state = visit->node->state;
    visit->priority = (uint8_t)(visit->slot / 2 % 2); /* the toy's classes: every other arrival */
    visit_within(visit, state->patience);
    if (!visit_serve(visit, &state->station, visit_draw(visit, &config->service))) {
        visit_reply(visit, OUTCOME_REJECTED);
    }
}

static void server_resume(struct visit *visit)
{
    struct toy_server_state *state = visit->node->state;
    if (visit->outcome != OUTCOME_OK) {
        visit_reply(visit, visit->outcome);
        return;
    }
    if (state->served < 64) {
        state->order[state->served] = visit->slot;
    }
    state->served++;
    if (state->next != NULL) {
        visit_forward(visit, state->next);
    } else {
        visit_reply(visit, OUTCOME_OK);
    }
}

const struct model toy_server = {.name = "toy_server",
                                 .config_size = sizeof(struct toy_server_config),
                                 .state_size = sizeof(struct toy_server_state),
                                 .start = server_start,
                                 .arrive = server_arrive,
                                 .resume = server_resume};

static void cpu_start(struct node *self)
{
    const struct toy_cpu_config *config = self->config;
    struct processor *processor = self->state;
    processor_open(processor, self->run, config->vcpus, NULL);
    processor->sigma = config->sigma;
    processor->kappa = config->kappa;
}

static void cpu_arrive(struct visit *visit)
{
    const struct toy_cpu_config *config = visit->node->config;
    visit_compute(visit, visit->node->state, visit_draw(visit, &config->demand));
}

static void cpu_resume(struct visit *visit)
{
    visit_reply(visit, OUTCOME_OK);
}

const struct model toy_cpu = {.name = "toy_cpu",
                              .config_size = sizeof(struct toy_cpu_config),
                              .state_size = sizeof(struct processor),
                              .start = cpu_start,
                              .arrive = cpu_arrive,
                              .resume = cpu_resume};

/* The mutants hold each visit for a while, then do it wrong once in a hundred. */
static void hold_a_while(struct visit *visit)
{
    visit_hold(visit, 0.01);
}

static bool unlucky(const struct visit *visit)
{
    return visit->node->arrivals % 100 == 0;
}

/* Its slot is taken back behind the node's back: a lost visit. */
static void lose(struct visit *visit)
{
    if (!unlucky(visit)) {
        visit_reply(visit, OUTCOME_OK);
        return;
    }
    visit->live = 0;
}

/* The visit stays alive after its reply has been counted: an answer given twice. */
static void forget(struct visit *visit)
{
    if (unlucky(visit)) {
        visit->node->replies++;
    }
    visit_reply(visit, OUTCOME_OK);
}

static void step_clock(struct visit *visit)
{
    if (unlucky(visit)) {
        visit->node->run->now += 50000000;
    }
    visit_reply(visit, OUTCOME_OK);
}

const struct model toy_loser = {.name = "toy_loser", .arrive = hold_a_while, .resume = lose};
const struct model toy_forgetter = {.name = "toy_forgetter", .arrive = hold_a_while, .resume = forget};
const struct model toy_stepper = {.name = "toy_stepper", .arrive = hold_a_while, .resume = step_clock};

const struct model *const model_all[] = {&toy_source, &toy_server, &toy_cpu, NULL};

struct run *toy_run(const struct plan_node *nodes, int count, double horizon, uint64_t seed)
{
    struct plan plan = {.node = nodes, .node_count = count, .horizon = horizon};
    struct run_options options = {.seed = seed};
    struct run *run = run_open(&plan, &options, NULL);
    run_execute(run);
    run->plan = NULL; /* it was ours */
    return run;
}
