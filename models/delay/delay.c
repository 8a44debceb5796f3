/* SPDX-License-Identifier: Apache-2.0 */
/* Time that passes without a queue: a wire, a hop, somebody's thinking. M/G/infinity. */
#include "model.h"

struct delay_config {
    struct dist latency;
    struct node_ref next;
};

struct delay_state {
    struct node *next;
    bool resolving;
    struct gauge inside;
    int64_t passed;
};

static void start(struct node *self)
{
    const struct delay_config *config = self->config;
    struct delay_state *state = self->state;
    state->next = node_at(self, config->next);
}

/* Answers whatever it is asked; a chain hands over the route of its last node, a ring answers nothing. */
static int resolve(struct node *self, const struct ask *ask)
{
    struct delay_state *state = self->state;
    if (state->next == NULL || state->next->model->resolve == NULL) {
        return 0;
    }
    if (state->resolving) {
        return -1;
    }
    state->resolving = true;
    int route = state->next->model->resolve(state->next, ask);
    state->resolving = false;
    return route;
}

static void arrive(struct visit *visit)
{
    const struct delay_config *config = visit->node->config;
    struct delay_state *state = visit->node->state;
    gauge_add(&state->inside, visit->node->run->now, 1.0);
    visit_hold(visit, visit_draw(visit, &config->latency));
}

static void resume(struct visit *visit)
{
    struct delay_state *state = visit->node->state;
    gauge_add(&state->inside, visit->node->run->now, -1.0);
    state->passed++;
    if (state->next != NULL) {
        visit_forward(visit, state->next);
    } else {
        visit_reply(visit, OUTCOME_OK);
    }
}

static const struct param params[] = {
    PARAM(delay_config, latency, UNIT_SECOND, NULL, NULL,
          "Time that passes for each request, however many there are.", "definition"),
    PARAM(delay_config, next, UNIT_NONE, "none", NULL,
          "Node that a request goes on to afterwards; without one it is answered.", "definition"),
    PARAM_END};

static const struct output outputs[] = {
    OUTPUT(delay_state, inside, OUTPUT_MEAN, UNIT_COUNT, "Requests on their way.", .series = true),
    OUTPUT(delay_state, passed, OUTPUT_COUNT, UNIT_COUNT, "Requests that have passed."), OUTPUT_END};

const struct model model_delay = {.name = "delay",
                                  .title = "Delay",
                                  .about = "Time that passes for each request without a queue, as on a wire: "
                                           "unlimited servers. A request then goes "
                                           "on to the next node or is answered. The way back takes no time.",
                                  .config_size = sizeof(struct delay_config),
                                  .state_size = sizeof(struct delay_state),
                                  .params = params,
                                  .outputs = outputs,
                                  .start = start,
                                  .resolve = resolve,
                                  .arrive = arrive,
                                  .resume = resume};
