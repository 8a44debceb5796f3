/* SPDX-License-Identifier: Apache-2.0 */
#include "near.h"
#include "model.h"

#include <string.h>

/* Sleepers: visits that begin at given times, asleep until their lane wakes them, or the table of orders does. */

enum { SLEEPERS = 16 };

enum order { BEGIN, SIGNAL, END };

struct act {
    double at;
    enum order order;
    int sleeper;
    double seconds; /* of BEGIN: INFINITY = no deadline */
};

struct bed {
    struct visit *visit;
    double woken; /* seconds; -1 = never */
    enum outcome outcome;
};

struct dormitory_state {
    struct timer timer;
    int next, woken;
    struct bed bed[SLEEPERS];
    int order[SLEEPERS]; /* who woke when */
    bool again;          /* whoever is woken lies down once more, in the same lane */
};

static void lie_down(struct visit *visit, double seconds)
{
    visit_within(visit, lane_of(visit->node->run, seconds));
    visit_sleep(visit);
}

static void wait_for_next(struct node *self)
{
    const struct act *act = self->config;
    struct dormitory_state *state = self->state;
    if (act[state->next].order != END) {
        node_wake_in(self, &state->timer, act[state->next].at - node_seconds(self));
    }
}

static void start(struct node *self)
{
    struct dormitory_state *state = self->state;
    node_timer(self, &state->timer, 0);
    for (int i = 0; i < SLEEPERS; i++) {
        state->bed[i].woken = -1.0;
    }
}

static void wake(struct node *self, int tag)
{
    const struct act *act = self->config;
    struct dormitory_state *state = self->state;
    (void)tag;
    act += state->next++;
    wait_for_next(self);
    struct bed *bed = &state->bed[act->sleeper];
    if (act->order == SIGNAL) {
        visit_signal(bed->visit, OUTCOME_OK);
        return;
    }
    bed->visit = visit_open(self, (uint64_t)act->sleeper);
    bed->visit->client = act->sleeper;
    lie_down(bed->visit, act->seconds);
}

static void resume(struct visit *visit)
{
    struct dormitory_state *state = visit->node->state;
    struct bed *bed = &state->bed[visit->client];
    bed->woken = node_seconds(visit->node);
    bed->outcome = visit->outcome;
    state->order[state->woken++] = visit->client;
    if (state->again && visit->step++ == 0) {
        lie_down(visit, 1.0);
    } else {
        visit_close(visit);
    }
}

static void arrive(struct visit *visit)
{
    visit_reply(visit, OUTCOME_NOT_FOUND);
}

static const struct model dormitory = {.name = "dormitory",
                                       .state_size = sizeof(struct dormitory_state),
                                       .start = start,
                                       .ready = wait_for_next,
                                       .arrive = arrive,
                                       .resume = resume,
                                       .wake = wake};

static struct run *sleep_all(const struct act *acts, bool again)
{
    static struct plan_node node;
    static struct plan plan;
    node = (struct plan_node){.name = "dormitory", .model = &dormitory, .config = acts};
    plan = (struct plan){.node = &node, .node_count = 1, .horizon = 100.0};
    struct run_options options = {.seed = 1};
    struct run *run = run_open(&plan, &options, NULL);
    ((struct dormitory_state *)run->node[0].state)->again = again;
    run_execute(run);
    return run;
}

static const struct dormitory_state *beds(const struct run *run)
{
    return run->node[0].state;
}

static void assert_woken(const struct run *run, int sleeper, double at, enum outcome outcome)
{
    assert_near(beds(run)->bed[sleeper].woken, at, 1e-8);
    assert_int_equal(beds(run)->bed[sleeper].outcome, outcome);
}

static void assert_order(const struct run *run, const int *order, int count)
{
    assert_int_equal(beds(run)->woken, count);
    for (int i = 0; i < count; i++) {
        assert_int_equal(beds(run)->order[i], order[i]);
    }
}

static void one_duration_has_one_lane_and_no_end_has_none(void **unused)
{
    (void)unused;
    static const struct act acts[] = {{.order = END}};
    struct run *run = sleep_all(acts, false);
    struct lane *second = lane_of(run, 1.0);
    assert_ptr_equal(lane_of(run, 1.0), second);
    assert_ptr_equal(lane_of(run, 1.0 + 1e-10), second); /* the same to the nanosecond */
    assert_ptr_not_equal(lane_of(run, 1.0 + 1e-9), second);
    assert_null(lane_of(run, INFINITY));
    assert_int_equal(second->duration, 1000000000);
    run_close(run);
}

static void deadlines_expire_in_the_order_they_began(void **unused)
{
    (void)unused;
    static const struct act acts[] = {{0.0, BEGIN, 2, 5.0},
                                      {1.0, BEGIN, 0, 5.0},
                                      {1.0, BEGIN, 3, 5.0},
                                      {4.0, BEGIN, 1, 5.0},
                                      {.order = END}};
    struct run *run = sleep_all(acts, false);
    assert_order(run, (const int[]){2, 0, 3, 1}, 4);
    assert_woken(run, 2, 5.0, OUTCOME_TIMEOUT);
    assert_woken(run, 0, 6.0, OUTCOME_TIMEOUT);
    assert_woken(run, 3, 6.0, OUTCOME_TIMEOUT);
    assert_woken(run, 1, 9.0, OUTCOME_TIMEOUT);
    run_close(run);
}

/* Cancelled at the head, in the middle, at the end, and all of them: the others expire when they should. */
static void a_deadline_is_cancelled_by_what_was_waited_for(void **unused)
{
    (void)unused;
    static const struct act acts[] = {{0.0, BEGIN, 0, 5.0},  {1.0, BEGIN, 1, 5.0},  {2.0, BEGIN, 2, 5.0},
                                      {3.0, BEGIN, 3, 5.0},  {3.5, SIGNAL, 0, 0},   {4.0, SIGNAL, 2, 0},
                                      {6.5, SIGNAL, 3, 0},   {20.0, BEGIN, 4, 5.0}, {24.0, SIGNAL, 4, 0},
                                      {24.5, BEGIN, 5, 5.0}, {.order = END}};
    struct run *run = sleep_all(acts, false);
    assert_woken(run, 0, 3.5, OUTCOME_OK);
    assert_woken(run, 1, 6.0, OUTCOME_TIMEOUT);
    assert_woken(run, 2, 4.0, OUTCOME_OK);
    assert_woken(run, 3, 6.5, OUTCOME_OK);
    assert_woken(run, 4, 24.0, OUTCOME_OK);
    assert_woken(run, 5, 29.5, OUTCOME_TIMEOUT);
    assert_int_equal(run->visits_live, 0);
    assert_true(link_empty(&run->lanes->waiting));
    run_close(run);
}

static void what_happens_at_the_deadline_itself_comes_in_schedule_order(void **unused)
{
    (void)unused;
    static const struct act acts[] = {{0.0, BEGIN, 0, 5.0}, {5.0, SIGNAL, 0, 0}, {.order = END}};
    struct run *run = sleep_all(acts, false);
    assert_int_equal(beds(run)->woken, 1); /* by one of the two, not by both */
    run_close(run);
}

static void an_expired_visit_may_wait_in_the_same_lane_again(void **unused)
{
    (void)unused;
    static const struct act acts[] = {
        {0.0, BEGIN, 0, 1.0}, {0.0, BEGIN, 1, 1.0}, {0.25, BEGIN, 2, 1.0}, {.order = END}};
    struct run *run = sleep_all(acts, true);
    assert_order(run, (const int[]){0, 1, 2, 0, 1, 2}, 6);
    assert_woken(run, 0, 2.0, OUTCOME_TIMEOUT);
    assert_woken(run, 1, 2.0, OUTCOME_TIMEOUT);
    assert_woken(run, 2, 2.25, OUTCOME_TIMEOUT);
    assert_int_equal(run->visits_live, 0);
    run_close(run);
}

static void lanes_do_not_mind_one_another(void **unused)
{
    (void)unused;
    static const struct act acts[] = {
        {0.0, BEGIN, 0, 10.0},     {1.0, BEGIN, 1, 2.0}, {2.0, BEGIN, 2, 10.0}, {2.5, BEGIN, 3, 0.25},
        {3.0, BEGIN, 4, INFINITY}, {5.0, SIGNAL, 0, 0},  {6.0, BEGIN, 5, 0.0},  {.order = END}};
    struct run *run = sleep_all(acts, false);
    assert_order(run, (const int[]){3, 1, 0, 5, 2}, 5);
    assert_woken(run, 3, 2.75, OUTCOME_TIMEOUT);
    assert_woken(run, 1, 3.0, OUTCOME_TIMEOUT);
    assert_woken(run, 5, 6.0, OUTCOME_TIMEOUT); /* no time at all is a time */
    assert_woken(run, 2, 12.0, OUTCOME_TIMEOUT);
    assert_int_equal(run->visits_live, 1); /* without an end */
    assert_null(run_violation(run));
    run_close(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_duration_has_one_lane_and_no_end_has_none),
        cmocka_unit_test(deadlines_expire_in_the_order_they_began),
        cmocka_unit_test(a_deadline_is_cancelled_by_what_was_waited_for),
        cmocka_unit_test(what_happens_at_the_deadline_itself_comes_in_schedule_order),
        cmocka_unit_test(an_expired_visit_may_wait_in_the_same_lane_again),
        cmocka_unit_test(lanes_do_not_mind_one_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
