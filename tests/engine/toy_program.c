/* SPDX-License-Identifier: Apache-2.0 */
#include "toy_program.h"

#include "near.h"

/* ---- The caller -------------------------------------------------------------------------------------- */

static void caller_start(struct node *self)
{
    struct toy_caller_state *state = self->state;
    node_timer(self, &state->timer, 0);
    state->ask = (struct ask){.to = &self->run->node[1], .request = "GET /", .request_class = -1};
    state->request = run_request(self->run, "GET /");
    for (int i = 0; i < TOY_REQUESTS; i++) {
        state->end[i].at = -1.0;
    }
    run_resolve(self->run, &state->ask);
}

static void wait_for_next(struct node *self)
{
    const struct toy_caller_config *config = self->config;
    struct toy_caller_state *state = self->state;
    if (state->next < config->count) {
        double at = config->at == NULL ? 0.0 : config->at[state->next];
        node_wake_in(self, &state->timer, at - node_seconds(self));
    }
}

static void call_once(struct visit *visit)
{
    const struct toy_caller_config *config = visit->node->config;
    struct toy_caller_state *state = visit->node->state;
    visit->attempt++;
    visit_call(visit, &state->ask, config->part == NULL ? -1 : config->part[visit->client]);
}

static void caller_wake(struct node *self, int tag)
{
    struct toy_caller_state *state = self->state;
    (void)tag;
    struct visit *visit = visit_open(self, (uint64_t)state->next);
    visit->client = state->next++;
    wait_for_next(self);
    call_once(visit);
}

static void caller_resume(struct visit *visit)
{
    const struct toy_caller_config *config = visit->node->config;
    struct toy_caller_state *state = visit->node->state;
    if (config->again && visit->outcome == OUTCOME_RESET) {
        call_once(visit);
        return;
    }
    if (visit->client < TOY_REQUESTS) {
        state->end[visit->client] = (struct toy_end){node_seconds(visit->node), visit->outcome};
    }
    run_ended(visit->node->run, state->request, visit, visit->outcome);
    visit_close(visit);
}

static void nobody_arrives(struct visit *visit)
{
    visit_reply(visit, OUTCOME_NOT_FOUND);
}

const struct model toy_caller = {.name = "toy_caller",
                                 .config_size = sizeof(struct toy_caller_config),
                                 .state_size = sizeof(struct toy_caller_state),
                                 .is_client = true,
                                 .start = caller_start,
                                 .ready = wait_for_next,
                                 .arrive = nobody_arrives,
                                 .resume = caller_resume,
                                 .wake = caller_wake};

/* ---- The service ------------------------------------------------------------------------------------- */

static void open_part(struct node *self, struct part *part)
{
    const struct toy_service_config *config = self->config;
    int64_t sizes[8] = {0};
    for (int i = 0; i < config->pool_count; i++) {
        sizes[i] = config->pools[i].size;
    }
    part->host = host_open(self, config->vcpus > 0.0 ? config->vcpus : 1.0, NULL, INT64_MAX,
                           config->loops > 0 ? config->loops : INT64_MAX, sizes, config->pool_count);
    part_set_life(part, PART_RUNNING);
}

static void service_start(struct node *self)
{
    const struct toy_service_config *config = self->config;
    struct toy_service_state *state = self->state;
    node_parts(self, config->parts > 0 ? config->parts : 1, 0);
    for (int i = 0; i < self->part_limit; i++) {
        open_part(self, self->part[i]);
    }
    state->program = program_compile(self, &config->steps, config->pools, config->pool_count);
}

static void service_arrive(struct visit *visit)
{
    const struct toy_service_state *state = visit->node->state;
    if (visit->part < 0) {
        visit_place(visit, 0);
    }
    if (program_begin(visit, state->program)) {
        visit_reply(visit, visit->outcome);
    }
}

static void service_resume(struct visit *visit)
{
    const struct toy_service_state *state = visit->node->state;
    if (program_resume(visit, state->program)) {
        visit_reply(visit, visit->outcome);
    }
}

const struct model toy_service = {.name = "toy_service",
                                  .config_size = sizeof(struct toy_service_config),
                                  .state_size = sizeof(struct toy_service_state),
                                  .start = service_start,
                                  .arrive = service_arrive,
                                  .resume = service_resume};

/* ---- The callee -------------------------------------------------------------------------------------- */

static void answer(struct visit *visit)
{
    const struct toy_callee_config *config = visit->node->config;
    int last = config->script_count - 1;
    enum outcome outcome = last < 0 ? OUTCOME_OK : config->script[visit->pc < last ? visit->pc : last];
    if (visit->ask->op == ASK_GET) {
        visit->held = config->key;
    }
    visit_reply(visit, outcome);
}

static void callee_arrive(struct visit *visit)
{
    const struct toy_callee_config *config = visit->node->config;
    struct toy_callee_state *state = visit->node->state;
    visit->pc = state->count;
    if (state->count < TOY_REQUESTS) {
        struct stream copy = visit->stream;
        state->call[state->count] =
            (struct toy_call){node_seconds(visit->node), visit->ask, visit->held, stream_uniform(&copy)};
    }
    state->count++;
    if (config->service.kind == DIST_NONE) {
        answer(visit);
    } else {
        visit_hold(visit, visit_draw(visit, &config->service));
    }
}

const struct model toy_callee = {.name = "toy_callee",
                                 .config_size = sizeof(struct toy_callee_config),
                                 .state_size = sizeof(struct toy_callee_state),
                                 .arrive = callee_arrive,
                                 .resume = answer};

/* ---- The world --------------------------------------------------------------------------------------- */

struct toy_world *toy_program_world(const struct toy_caller_config *caller,
                                    const struct toy_service_config *service,
                                    const struct toy_callee_config *first,
                                    const struct toy_callee_config *second)
{
    static struct toy_world world; /* in one place, for the run points into it */
    world = (struct toy_world){.node = {{.name = "caller", .model = &toy_caller, .config = caller},
                                        {.name = "service", .model = &toy_service, .config = service},
                                        {.name = "first", .model = &toy_callee, .config = first},
                                        {.name = "second", .model = &toy_callee, .config = second}},
                               .options = {.seed = 1}};
    return &world;
}

void toy_execute(struct toy_world *world, double horizon)
{
    world->plan.node = world->node;
    world->plan.horizon = horizon;
    while (world->plan.node_count < TOY_NODES && world->node[world->plan.node_count].model != NULL) {
        world->plan.node_count++;
    }
    world->run = run_open(&world->plan, &world->options, NULL);
    run_execute(world->run);
}

void toy_close(struct toy_world *world)
{
    run_close(world->run);
    world->run = NULL;
}

const struct toy_end *toy_ended(const struct toy_world *world, int i)
{
    const struct toy_caller_state *state = world->run->node[0].state;
    return &state->end[i];
}

const struct toy_call *toy_called(const struct toy_world *world, int node, int i)
{
    const struct toy_callee_state *state = world->run->node[node].state;
    assert_true(i < state->count);
    return &state->call[i];
}

int toy_calls(const struct toy_world *world, int node)
{
    return ((const struct toy_callee_state *)world->run->node[node].state)->count;
}

void toy_assert_ended(const struct toy_world *world, int i, double at, enum outcome outcome)
{
    assert_near(toy_ended(world, i)->at, at, 1e-8);
    assert_int_equal(toy_ended(world, i)->outcome, outcome);
}

void toy_at_peace(const struct toy_world *world)
{
    assert_int_equal(world->run->visits_live, 0);
    const char *violation = run_violation(world->run);
    if (violation != NULL) {
        fail_msg("%s", violation);
    }
}
