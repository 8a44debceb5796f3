/* SPDX-License-Identifier: Apache-2.0 */
/* A fixed number of users, each of whom thinks, sends one request, waits for the answer and thinks again (a
   closed workload). A slow system slows its users down, so the load never exceeds what it can do. */
#include "caller.h"

enum phase { THINKING = CALLER_OWN };

struct clients_closed_config {
    struct caller_config caller;
    int64_t users;
    struct dist think;
};

struct clients_closed_state {
    struct caller caller;
    uint32_t *cycle; /* how often each user has begun to think */
    struct gauge thinking;
};

CALLER_FIRST(clients_closed);

static void check(const void *opaque, const struct check *check)
{
    const struct clients_closed_config *config = opaque;
    if (caller_check(&config->caller, check) == 0) {
        check_error(check, &config->caller.sends, "nothing is sent: add a row {to, request}");
    }
}

static void start(struct node *self)
{
    const struct clients_closed_config *config = self->config;
    struct clients_closed_state *state = self->state;
    caller_open(self, config->users);
    state->cycle = node_array(self, uint32_t, config->users);
}

/* The user's next cycle is a visit of its own, so that it brings the same draws however long the last one
   took. */
static void think(struct node *self, int32_t client)
{
    const struct clients_closed_config *config = self->config;
    struct clients_closed_state *state = self->state;
    uint64_t cycle = state->cycle[client]++;
    struct visit *visit = visit_open(self, cycle << 32 | (uint64_t)(uint32_t)client);
    visit->client = client;
    visit->step = THINKING;
    gauge_add(&state->thinking, self->run->now, 1.0);
    visit_hold(visit, visit_draw(visit, &config->think));
}

static void ready(struct node *self)
{
    const struct clients_closed_config *config = self->config;
    for (int32_t i = 0; i < (int32_t)config->users; i++) {
        think(self, i);
    }
}

static void resume(struct visit *visit)
{
    struct clients_closed_state *state = visit->node->state;
    if (visit->step == THINKING) {
        gauge_add(&state->thinking, visit->node->run->now, -1.0);
        caller_choose(visit);
        caller_send(visit);
    } else if (caller_advance(visit)) {
        think(visit->node, visit->client);
        visit_close(visit);
    }
}

static const struct param params[] = {
    PARAM(clients_closed_config, users, UNIT_COUNT, NULL, "1 to 1000000",
          "Users, each with at most one request under way and an address of its own.", "definition"),
    PARAM(clients_closed_config, think, UNIT_SECOND, NULL, NULL,
          "Time between the end of a user's request and the next; each user begins with it.", "definition"),
    CALLER_PARAMS("user", "user", caller_send_params), PARAM_END};

static const struct output outputs[] = {
    OUTPUT(caller, requests, OUTPUT_COUNT, UNIT_COUNT, "Requests made.", .series = true),
    OUTPUT(clients_closed_state, thinking, OUTPUT_MEAN, UNIT_COUNT, "Users who think.", .series = true),
    OUTPUT(caller, retries, OUTPUT_COUNT, UNIT_COUNT, "Attempts after the first."), CALLER_OUTPUTS,
    OUTPUT_END};

const struct model model_clients_closed = {
    .name = "clients_closed",
    .title = "Closed clients",
    .about = "A fixed number of users, each of whom thinks, sends a request, waits for its end and thinks "
             "again. They come less often to a slow system and so show less of an overload than open clients "
             "do: for users who come from outside use clients_open. Connections are not modelled.",
    .config_size = sizeof(struct clients_closed_config),
    .state_size = sizeof(struct clients_closed_state),
    .params = params,
    .outputs = outputs,
    .is_client = true,
    .check = check,
    .start = start,
    .ready = ready,
    .resolve = caller_resolve,
    .arrive = caller_arrive,
    .resume = resume};
