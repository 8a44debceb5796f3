/* SPDX-License-Identifier: Apache-2.0 */
#include "near.h"
#include "toy_program.h"

#include <string.h>

/* ---- Life and health --------------------------------------------------------------------------------- */

enum { NOTICES = 16, SLOTS = 4 };

struct notice {
    const struct part *part;
    enum part_life life;
    enum part_health health;
};

struct board {
    int count;
    struct notice notice[NOTICES];
};

static void owner_start(struct node *self)
{
    node_parts(self, SLOTS, sizeof(int));
}

static void watcher_ready(struct node *self)
{
    struct node *owner = &self->run->node[0];
    node_watch(owner, self);
    node_watch(owner, self); /* once is enough */
}

static void notice(struct node *self, struct part *part)
{
    struct board *board = self->state;
    board->notice[board->count++] = (struct notice){part, part->life, part->health};
}

static void nobody_arrives(struct visit *visit)
{
    visit_reply(visit, OUTCOME_NOT_FOUND);
}

static const struct model owner = {.name = "owner",
                                   .state_size = sizeof(struct board),
                                   .start = owner_start,
                                   .notice = notice,
                                   .arrive = nobody_arrives};
static const struct model watcher = {.name = "watcher",
                                     .state_size = sizeof(struct board),
                                     .ready = watcher_ready,
                                     .notice = notice,
                                     .arrive = nobody_arrives};

/* An owner of four slots, watched by two. */
static struct run *watched(void)
{
    static const struct plan_node nodes[] = {{.name = "owner", .model = &owner},
                                             {.name = "first", .model = &watcher},
                                             {.name = "second", .model = &watcher}};
    static const struct plan plan = {.node = nodes, .node_count = 3, .horizon = 1.0};
    static const struct run_options options = {.seed = 1};
    return run_open(&plan, &options, NULL);
}

static const struct board *board(const struct run *run, int node)
{
    return run->node[node].state;
}

static void a_change_of_life_is_told_to_every_watcher_once(void **unused)
{
    (void)unused;
    static const enum part_life lives[] = {PART_PENDING, PART_RUNNING, PART_DRAINING, PART_ABSENT};
    struct run *run = watched();
    struct part *part = run->node[0].part[2];
    for (int i = 0; i < 4; i++) {
        part_set_life(part, lives[i]);
        part_set_life(part, lives[i]); /* no change */
    }
    for (int node = 1; node <= 2; node++) {
        assert_int_equal(board(run, node)->count, 4);
        for (int i = 0; i < 4; i++) {
            assert_ptr_equal(board(run, node)->notice[i].part, part);
            assert_int_equal(board(run, node)->notice[i].life, lives[i]);
        }
    }
    assert_int_equal(board(run, 0)->count, 0); /* the owner did it */
    run_close(run);
}

static void a_change_of_health_is_told_to_the_owner_too(void **unused)
{
    (void)unused;
    struct run *run = watched();
    struct part *part = run->node[0].part[0];
    part_set_life(part, PART_RUNNING);
    part_set_health(part, HEALTH_HEALTHY);
    part_set_health(part, HEALTH_HEALTHY);
    part_set_health(part, HEALTH_UNHEALTHY);
    assert_int_equal(board(run, 0)->count, 2);
    assert_int_equal(board(run, 0)->notice[0].health, HEALTH_HEALTHY);
    assert_int_equal(board(run, 0)->notice[1].health, HEALTH_UNHEALTHY);
    assert_int_equal(board(run, 1)->count, 3);
    assert_int_equal(board(run, 2)->count, 3);
    run_close(run);
}

static void a_part_that_runs_begins_alive_and_unchecked(void **unused)
{
    (void)unused;
    struct run *run = watched();
    struct part *part = run->node[0].part[0];
    part_set_life(part, PART_RUNNING);
    part_set_health(part, HEALTH_UNHEALTHY);
    part->reachable = part->alive = false;
    part_set_life(part, PART_ABSENT);
    part_set_life(part, PART_PENDING);
    assert_false(part->alive);
    part_set_life(part, PART_RUNNING);
    assert_true(part->alive);
    assert_true(part->reachable);
    assert_int_equal(part->health, HEALTH_INITIAL);
    run_close(run);
}

static void slots_are_used_again_with_a_new_generation(void **unused)
{
    (void)unused;
    struct run *run = watched();
    struct node *node = &run->node[0];
    for (int i = 0; i < SLOTS; i++) {
        struct part *part = part_free_slot(node);
        assert_int_equal(part->generation, 0);
        assert_int_equal(part->index, i);
        part_set_life(part, PART_PENDING);
        assert_int_equal(part->generation, 1);
    }
    assert_null(part_free_slot(node));
    assert_int_equal(part_count(node, PART_PENDING), SLOTS);
    part_set_life(node->part[2], PART_RUNNING);
    assert_int_equal(node->part[2]->generation, 1);
    part_set_life(node->part[2], PART_ABSENT);
    assert_ptr_equal(part_free_slot(node), node->part[2]);
    part_set_life(node->part[2], PART_PENDING);
    assert_int_equal(node->part[2]->generation, 2);
    assert_int_equal(part_count(node, PART_RUNNING), 0);
    run_close(run);
}

static void a_slot_is_not_free_while_somebody_is_still_there(void **unused)
{
    (void)unused;
    struct run *run = watched();
    struct node *node = &run->node[0];
    struct visit *visit = visit_open(node, 1);
    visit_place(visit, 0);
    assert_int_equal(node->part[0]->outstanding, 1);
    assert_ptr_equal(part_free_slot(node), node->part[1]);
    visit_close(visit);
    assert_ptr_equal(part_free_slot(node), node->part[0]);
    run_close(run);
}

static void a_change_of_life_is_dated(void **unused)
{
    (void)unused;
    struct run *run = watched();
    run->now = 5;
    part_set_life(run->node[0].part[1], PART_PENDING);
    run->now = 9;
    part_set_life(run->node[0].part[1], PART_PENDING);
    assert_int_equal(run->node[0].part[1]->since, 5);
    run_close(run);
}

/* ---- A crash ----------------------------------------------------------------------------------------- */

/* What request i does is i modulo ROLES; each of them takes 10 s when it is alone. */
enum role { SEIZES, QUEUES, SERVED, WAITS, COMPUTES, COMPUTES_TOO, CALLS, SLEEPS, BRANCHES, HOLDS, ROLES };
enum { CRASH, WAKE_UP };

struct crew_state {
    struct timer crash, alarm;
    struct link sleeping;
    struct ask ask;
    struct program *program;
};

static struct step calling[] = {TOY_STEP(STEP_CALL, .node = {2})};
static struct step waiting[] = {TOY_STEP(STEP_WAIT, .work = TOY_SECONDS(10.0))};
static struct step computing[] = {TOY_STEP(STEP_COMPUTE, .work = TOY_SECONDS(0.5))};
static struct branch branches[] = {
    {.steps = TOY_ROWS(waiting)}, {.steps = TOY_ROWS(calling)}, {.steps = TOY_ROWS(computing)}};
static struct step branching[] = {TOY_STEP(STEP_PARALLEL, .branches = TOY_ROWS(branches))};
static const struct rows branching_program = TOY_ROWS(branching);

static void crew_start(struct node *self)
{
    static const int64_t one = 1;
    struct crew_state *state = self->state;
    node_parts(self, 2, 0);
    for (int i = 0; i < 2; i++) {
        self->part[i]->host = host_open(self, 1.0, NULL, 1, INT64_MAX, &one, 1);
        part_set_life(self->part[i], PART_RUNNING);
    }
    state->program = program_compile(self, &branching_program, NULL, 0);
    state->ask = (struct ask){.to = &self->run->node[2], .request_class = -1};
    run_resolve(self->run, &state->ask);
    link_clear(&state->sleeping);
    node_timer(self, &state->crash, CRASH);
    node_timer(self, &state->alarm, WAKE_UP);
}

static void crew_ready(struct node *self)
{
    struct crew_state *state = self->state;
    node_wake_in(self, &state->crash, 1.0);
    node_wake_in(self, &state->alarm, 30.0);
}

static void assert_empty(const struct part *part)
{
    const struct host *host = part->host;
    assert_int_equal(part->outstanding, 0);
    assert_int_equal(host->cpu.active, 0);
    assert_near(host->cpu.own.level, 0.0, 0.0);
    assert_int_equal(host->threads.busy + host->threads.waiting, 0);
    assert_int_equal(host->pools[0].busy + host->pools[0].waiting, 0);
    assert_near(host->threads.in_queue.level + host->threads.in_service.level, 0.0, 0.0);
}

static void crew_wake(struct node *self, int tag)
{
    struct crew_state *state = self->state;
    if (tag == CRASH) {
        part_crash(self->part[0], OUTCOME_RESET);
        assert_false(self->part[0]->alive);
        assert_int_equal(self->part[0]->life, PART_RUNNING); /* somebody has to notice */
        const struct toy_caller_config *caller = self->run->node[0].config;
        if (!caller->again) {
            assert_empty(self->part[0]);
        }
        self->part[0]->alive = true;
        return;
    }
    while (!link_empty(&state->sleeping)) {
        struct visit *visit = VISIT_OF_QUEUE(state->sleeping.next);
        link_remove(&visit->queue);
        visit_signal(visit, OUTCOME_OK);
    }
}

static void crew_arrive(struct visit *visit)
{
    struct crew_state *state = visit->node->state;
    struct host *host = visit->node->part[visit->part]->host;
    switch ((enum role)(visit->client % ROLES)) {
    case SEIZES:
    case QUEUES: visit_seize(visit, &host->threads); break;
    case SERVED:
    case WAITS: visit_serve(visit, &host->pools[0], 10.0); break;
    case COMPUTES:
    case COMPUTES_TOO: visit_compute(visit, &host->cpu, 5.0); break;
    case CALLS: visit_call(visit, &state->ask, -1); break;
    case SLEEPS:
        link_append(&state->sleeping, &visit->queue);
        visit_sleep(visit);
        break;
    case BRANCHES:
        if (program_begin(visit, state->program)) {
            visit_reply(visit, visit->outcome);
        }
        break;
    case HOLDS: visit_hold(visit, 10.0); break;
    case ROLES: break;
    }
}

static void crew_resume(struct visit *visit)
{
    const struct crew_state *state = visit->node->state;
    struct host *host = visit->node->part[visit->part]->host;
    enum role role = (enum role)(visit->client % ROLES);
    if (role == BRANCHES) {
        if (program_resume(visit, state->program)) {
            visit_reply(visit, visit->outcome);
        }
    } else if (role <= QUEUES && visit->step++ == 0) {
        visit_hold(visit, 10.0); /* holding a thread */
    } else {
        if (role <= QUEUES) {
            visit_release(visit, &host->threads);
        }
        visit_reply(visit, OUTCOME_OK);
    }
}

static const struct model crew = {.name = "crew",
                                  .state_size = sizeof(struct crew_state),
                                  .start = crew_start,
                                  .ready = crew_ready,
                                  .arrive = crew_arrive,
                                  .resume = crew_resume,
                                  .wake = crew_wake};

/* Every role at part 0 and at part 1 from 0 s, and once more at part 0 from 2 s; part 0 crashes at 1 s. */
static void crash(struct toy_world *world, bool again, double horizon)
{
    static double at[3 * ROLES];
    static int part[3 * ROLES];
    static struct toy_caller_config caller;
    static const struct toy_callee_config ten_seconds = {.service = TOY_SECONDS(10.0)};
    for (int i = 0; i < 3 * ROLES; i++) {
        at[i] = i < 2 * ROLES ? 0.0 : 2.0;
        part[i] = i / ROLES == 1;
    }
    caller = (struct toy_caller_config){.at = at, .count = 3 * ROLES, .part = part, .again = again};
    *world = (struct toy_world){.node = {{.name = "caller", .model = &toy_caller, .config = &caller},
                                         {.name = "crew", .model = &crew},
                                         {.name = "callee", .model = &toy_callee, .config = &ten_seconds}},
                                .options = {.seed = 1}};
    toy_execute(world, horizon);
}

/* When each role is over: those that need a server or the CPU share it with one other of their kind. The two that
   compute 5 s each share the vCPU with a branch that needs 0.5 s. */
static const double over[ROLES] = {
    [SEIZES] = 10.0,       [QUEUES] = 20.0, [SERVED] = 10.0, [WAITS] = 20.0,    [COMPUTES] = 10.5,
    [COMPUTES_TOO] = 10.5, [CALLS] = 10.0,  [SLEEPS] = 30.0, [BRANCHES] = 10.0, [HOLDS] = 10.0};

static void assert_over(const struct toy_world *world, int first, double begun)
{
    for (int role = 0; role < ROLES; role++) {
        double at = role == SLEEPS ? over[role] : begun + over[role];
        assert_near(toy_ended(world, first + role)->at, at, 1e-7);
        assert_int_equal(toy_ended(world, first + role)->outcome, OUTCOME_OK);
    }
}

static void a_crash_ends_every_visit_there_whatever_it_does(void **unused)
{
    (void)unused;
    struct toy_world world;
    crash(&world, false, 60.0);
    for (int role = 0; role < ROLES; role++) {
        assert_near(toy_ended(&world, role)->at, 1.0, 1e-9);
        assert_int_equal(toy_ended(&world, role)->outcome, OUTCOME_RESET);
    }
    toy_at_peace(&world);
    toy_close(&world);
}

static void a_crash_leaves_the_other_parts_alone(void **unused)
{
    (void)unused;
    struct toy_world world;
    crash(&world, false, 60.0);
    assert_over(&world, ROLES, 0.0);
    toy_close(&world);
}

static void a_part_serves_again_after_a_crash(void **unused)
{
    (void)unused;
    struct toy_world world;
    crash(&world, false, 60.0);
    assert_over(&world, 2 * ROLES, 2.0);
    assert_empty(world.run->node[1].part[0]);
    toy_close(&world);
}

static void what_a_crashed_part_had_called_works_on_for_nobody(void **unused)
{
    (void)unused;
    struct toy_world world;
    crash(&world, false, 60.0);
    assert_int_equal(toy_calls(&world, 2), 3 * 2); /* by the callers and by a branch each */
    assert_int_equal(world.run->node[2].replies, 3 * 2);
    assert_near(world.run->node[2].residence_sum, 6 * 10.0, 1e-7);
    toy_close(&world);
}

static void the_self_check_holds_at_any_moment_around_a_crash(void **unused)
{
    (void)unused;
    static const double horizons[] = {0.5, 1.0, 1.5, 5.0, 11.0};
    for (int i = 0; i < 5; i++) {
        struct toy_world world;
        crash(&world, false, horizons[i]);
        const char *violation = run_violation(world.run);
        if (violation != NULL) {
            fail_msg("at %g s: %s", horizons[i], violation);
        }
        toy_close(&world);
    }
}

/* Their slots may be taken while the crash still goes through the visits. */
static void callers_may_come_back_at_once(void **unused)
{
    (void)unused;
    struct toy_world world;
    crash(&world, true, 60.0);
    for (int role = 0; role < ROLES; role++) {
        assert_int_equal(toy_ended(&world, role)->outcome, OUTCOME_OK);
    }
    toy_at_peace(&world);
    toy_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_of_life_is_told_to_every_watcher_once),
        cmocka_unit_test(a_change_of_health_is_told_to_the_owner_too),
        cmocka_unit_test(a_part_that_runs_begins_alive_and_unchecked),
        cmocka_unit_test(slots_are_used_again_with_a_new_generation),
        cmocka_unit_test(a_slot_is_not_free_while_somebody_is_still_there),
        cmocka_unit_test(a_change_of_life_is_dated),
        cmocka_unit_test(a_crash_ends_every_visit_there_whatever_it_does),
        cmocka_unit_test(a_crash_leaves_the_other_parts_alone),
        cmocka_unit_test(a_part_serves_again_after_a_crash),
        cmocka_unit_test(what_a_crashed_part_had_called_works_on_for_nobody),
        cmocka_unit_test(the_self_check_holds_at_any_moment_around_a_crash),
        cmocka_unit_test(callers_may_come_back_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
