/* SPDX-License-Identifier: Apache-2.0 */
#include "near.h"
#include "toy_program.h"

#include <string.h>

/* Two fleets of six parts, two in each of three zones, and one visit that holds each part of the first fleet for 100 s:
   when and how it ends says what the fault struck. Part 5 does not run in the first fleet. */

enum { PARTS = 6, ZONES = 3, FLEET = 1, OTHER = 2 };

static void fleet_start(struct node *self)
{
    node_parts(self, PARTS, 0);
    for (int i = 0; i < PARTS; i++) {
        self->part[i]->zone = i % ZONES;
        if (self->index != FLEET || i != 5) {
            part_set_life(self->part[i], PART_RUNNING);
        }
    }
}

static void fleet_arrive(struct visit *visit)
{
    visit_hold(visit, 100.0);
}

static void fleet_resume(struct visit *visit)
{
    visit_reply(visit, OUTCOME_OK);
}

static const struct model fleet = {
    .name = "fleet", .start = fleet_start, .arrive = fleet_arrive, .resume = fleet_resume};

/* A fleet that knows how it fails by itself, and writes down what it is told. */
struct told {
    int count;
    struct fault fault;
    int64_t at;
};

static void fleet_fail(struct node *self, const struct fault *fault)
{
    struct told *told = self->state;
    told->count++;
    told->fault = *fault;
    told->at = self->run->now;
}

static const struct model failing = {.name = "failing",
                                     .state_size = sizeof(struct told),
                                     .start = fleet_start,
                                     .arrive = fleet_arrive,
                                     .resume = fleet_resume,
                                     .fail = fleet_fail};

/* At every whole second it notes what it knows of the recovery. */
static void monitor_start(struct node *self)
{
    node_timer(self, self->state, 0);
}

static void monitor_ready(struct node *self)
{
    node_wake_in(self, self->state, 1.0);
}

static void monitor_wake(struct node *self, int tag)
{
    int second = (int)(node_seconds(self) + 0.5);
    (void)tag;
    node_wake_in(self, self->state, 1.0);
    recovery_reached(&self->run->node[OTHER], RECOVERY_DETECTION);
    recovery_reached(&self->run->node[FLEET], second < 8 ? RECOVERY_DETECTION : RECOVERY_DECISION);
    recovery_lost(&self->run->node[OTHER], 1000.0, 1000);
    recovery_lost(&self->run->node[FLEET], second == 7 ? 9.0 : 2.5, 10);
}

static const struct model monitor = {.name = "monitor",
                                     .state_size = sizeof(struct timer),
                                     .start = monitor_start,
                                     .ready = monitor_ready,
                                     .wake = monitor_wake,
                                     .arrive = fleet_resume};

static struct toy_world *strike(const struct model *first, struct fault fault, uint64_t seed)
{
    static struct toy_world world;
    static struct fault struck;
    static const int part[] = {0, 1, 2, 3, 4, 5};
    static const char *const zones[ZONES] = {"a", "b", "c"};
    static const struct toy_caller_config caller = {.count = 5, .part = part};
    struck = fault;
    struck.at = INT64_C(5500000000);
    world = (struct toy_world){.node = {{.name = "caller", .model = &toy_caller, .config = &caller},
                                        {.name = "fleet", .model = first},
                                        {.name = "other", .model = &fleet},
                                        {.name = "monitor", .model = &monitor}},
                               .plan = {.zone = zones, .zone_count = ZONES},
                               .options = {.seed = seed, .fault = &struck}};
    toy_execute(&world, 10.0);
    assert_null(run_violation(world.run));
    return &world;
}

/* The parts of a node whose process is dead, as bits. */
static unsigned dead(const struct toy_world *world, int node)
{
    unsigned bits = 0;
    for (int i = 0; i < PARTS; i++) {
        const struct part *part = world->run->node[node].part[i];
        bits |= (unsigned)(part->life == PART_RUNNING && !part->alive) << i;
    }
    return bits;
}

static unsigned unreachable(const struct toy_world *world, int node)
{
    unsigned bits = 0;
    for (int i = 0; i < PARTS; i++) {
        const struct part *part = world->run->node[node].part[i];
        bits |= (unsigned)(part->life == PART_RUNNING && !part->reachable) << i;
    }
    return bits;
}

/* The visits at these parts ended at the moment of the fault, no other did. */
static void assert_struck(const struct toy_world *world, unsigned parts)
{
    assert_int_equal(dead(world, FLEET), parts);
    for (int i = 0; i < 5; i++) {
        bool struck = (parts >> i & 1) != 0;
        assert_near(toy_ended(world, i)->at, struck ? 5.5 : -1.0, 1e-9);
        assert_int_equal(toy_ended(world, i)->outcome, struck ? OUTCOME_RESET : OUTCOME_OK);
    }
}

static void a_part_that_dies_is_still_reachable(void **unused)
{
    (void)unused;
    struct toy_world *world =
        strike(&fleet, (struct fault){.kind = FAULT_PART, .node = FLEET, .part = 3, .zone = -1}, 1);
    assert_struck(world, 1u << 3);
    assert_int_equal(unreachable(world, FLEET), 0);
    assert_int_equal(dead(world, OTHER), 0);
    toy_close(world);
}

static void a_host_that_goes_cannot_be_reached(void **unused)
{
    (void)unused;
    struct toy_world *world =
        strike(&fleet, (struct fault){.kind = FAULT_HOST, .node = FLEET, .part = 4, .zone = -1}, 1);
    assert_struck(world, 1u << 4);
    assert_int_equal(unreachable(world, FLEET), 1u << 4);
    toy_close(world);
}

static void a_zone_takes_the_parts_of_one_node_in_it(void **unused)
{
    (void)unused;
    struct toy_world *world =
        strike(&fleet, (struct fault){.kind = FAULT_ZONE, .node = FLEET, .part = -1, .zone = 1}, 1);
    assert_struck(world, 1u << 1 | 1u << 4);
    assert_int_equal(unreachable(world, FLEET), 1u << 1 | 1u << 4);
    assert_int_equal(dead(world, OTHER), 0);
    toy_close(world);
}

static void a_zone_takes_the_parts_of_every_node_in_it(void **unused)
{
    (void)unused;
    struct toy_world *world =
        strike(&fleet, (struct fault){.kind = FAULT_ZONE, .node = -1, .part = -1, .zone = 2}, 1);
    assert_struck(world, 1u << 2); /* part 5 of the fleet does not run */
    assert_int_equal(dead(world, OTHER), 1u << 2 | 1u << 5);
    toy_close(world);
}

static void a_node_goes_with_all_its_parts(void **unused)
{
    (void)unused;
    struct toy_world *world =
        strike(&fleet, (struct fault){.kind = FAULT_NODE, .node = FLEET, .part = -1, .zone = -1}, 1);
    assert_struck(world, 0x1f);
    assert_int_equal(unreachable(world, FLEET), 0x1f);
    assert_int_equal(dead(world, OTHER), 0);
    toy_close(world);
}

/* Left to the engine, the part is one that runs, and the seed alone decides which. */
static void a_part_is_drawn_among_those_that_run(void **unused)
{
    (void)unused;
    unsigned seen = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct fault any = {.kind = FAULT_PART, .node = FLEET, .part = -1, .zone = -1};
        struct toy_world *world = strike(&fleet, any, seed);
        unsigned once = dead(world, FLEET);
        toy_close(world);
        world = strike(&fleet, any, seed);
        assert_int_equal(dead(world, FLEET), once);
        assert_true(once != 0 && (once & (once - 1)) == 0);
        toy_close(world);
        seen |= once;
    }
    assert_int_equal(seen, 0x1f);
}

static void a_zone_is_drawn_too(void **unused)
{
    (void)unused;
    unsigned seen = 0;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct toy_world *world =
            strike(&fleet, (struct fault){.kind = FAULT_ZONE, .node = -1, .part = -1, .zone = -1}, seed);
        int zone = world->run->fault.zone;
        assert_in_range(zone, 0, ZONES - 1);
        assert_int_equal(dead(world, OTHER), 1u << zone | 1u << (zone + ZONES));
        seen |= 1u << zone;
        toy_close(world);
    }
    assert_int_equal(seen, 0x7);
}

static void a_model_that_knows_how_it_fails_is_told_instead(void **unused)
{
    (void)unused;
    struct toy_world *world =
        strike(&failing, (struct fault){.kind = FAULT_PRIMARY, .node = FLEET, .part = -1, .zone = -1}, 1);
    const struct told *told = world->run->node[FLEET].state;
    assert_int_equal(told->count, 1);
    assert_int_equal(told->fault.kind, FAULT_PRIMARY);
    assert_in_range(told->fault.part, 0, 4);
    assert_int_equal(told->at, INT64_C(5500000000));
    assert_struck(world, 0);
    toy_close(world);
}

/* ---- The record of the recovery ---------------------------------------------------------------------- */

static void a_stage_is_recorded_once_and_only_of_the_struck_node(void **unused)
{
    (void)unused;
    struct toy_world *world =
        strike(&fleet, (struct fault){.kind = FAULT_PART, .node = FLEET, .part = 0, .zone = -1}, 1);
    const struct recovery *recovery = &world->run->recovery;
    assert_int_equal(recovery->struck, INT64_C(5500000000));
    assert_int_equal(recovery->reached[RECOVERY_DETECTION], INT64_C(6000000000)); /* not 1 s, not 7 s */
    assert_int_equal(recovery->reached[RECOVERY_DECISION], INT64_C(8000000000));
    assert_int_equal(recovery->reached[RECOVERY_REPLACEMENT], -1);
    toy_close(world);
}

static void losses_are_the_oldest_write_and_all_of_the_writes(void **unused)
{
    (void)unused;
    struct toy_world *world =
        strike(&fleet, (struct fault){.kind = FAULT_PART, .node = FLEET, .part = 0, .zone = -1}, 1);
    assert_near(world->run->recovery.lost_seconds, 9.0, 0.0);
    assert_int_equal(world->run->recovery.lost_writes, 5 * 10); /* at 6, 7, 8, 9 and 10 s */
    toy_close(world);
}

static void any_node_may_recover_from_a_lost_zone(void **unused)
{
    (void)unused;
    struct toy_world *world =
        strike(&fleet, (struct fault){.kind = FAULT_ZONE, .node = -1, .part = -1, .zone = 0}, 1);
    assert_near(world->run->recovery.lost_seconds, 1000.0, 0.0);
    assert_int_equal(world->run->recovery.reached[RECOVERY_DETECTION], INT64_C(6000000000));
    toy_close(world);
}

static void outside_drills_there_is_nothing_to_recover_from(void **unused)
{
    (void)unused;
    struct toy_world world = {
        .node = {{.name = "caller",
                  .model = &toy_caller,
                  .config = &(struct toy_caller_config){.count = 1, .part = (int[]){0}}},
                 {.name = "fleet", .model = &fleet},
                 {.name = "other", .model = &fleet},
                 {.name = "monitor", .model = &monitor}},
        .options = {.seed = 1}};
    toy_execute(&world, 10.0);
    assert_null(world.run->recovery.fault);
    assert_int_equal(world.run->recovery.struck, -1);
    assert_int_equal(world.run->recovery.reached[RECOVERY_DETECTION], -1);
    assert_int_equal(world.run->recovery.lost_writes, 0);
    toy_close(&world);
}

/* Times of a fault count from the simulated start. */
static void a_fault_strikes_after_the_lead_in(void **unused)
{
    (void)unused;
    static const struct fault fault = {
        .kind = FAULT_NODE, .node = OTHER, .part = -1, .zone = -1, .at = INT64_C(2000000000)};
    static const struct toy_caller_config nobody = {.count = 0};
    struct toy_world world = {.node = {{.name = "caller", .model = &toy_caller, .config = &nobody},
                                       {.name = "fleet", .model = &fleet},
                                       {.name = "other", .model = &fleet},
                                       {.name = "monitor", .model = &monitor}},
                              .options = {.seed = 1, .lead = 30.0, .fault = &fault}};
    toy_execute(&world, 10.0);
    assert_int_equal(world.run->recovery.struck, INT64_C(32000000000));
    assert_int_equal(dead(&world, OTHER), 0x3f);
    toy_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_part_that_dies_is_still_reachable),
        cmocka_unit_test(a_host_that_goes_cannot_be_reached),
        cmocka_unit_test(a_zone_takes_the_parts_of_one_node_in_it),
        cmocka_unit_test(a_zone_takes_the_parts_of_every_node_in_it),
        cmocka_unit_test(a_node_goes_with_all_its_parts),
        cmocka_unit_test(a_part_is_drawn_among_those_that_run),
        cmocka_unit_test(a_zone_is_drawn_too),
        cmocka_unit_test(a_model_that_knows_how_it_fails_is_told_instead),
        cmocka_unit_test(a_stage_is_recorded_once_and_only_of_the_struck_node),
        cmocka_unit_test(losses_are_the_oldest_write_and_all_of_the_writes),
        cmocka_unit_test(any_node_may_recover_from_a_lost_zone),
        cmocka_unit_test(outside_drills_there_is_nothing_to_recover_from),
        cmocka_unit_test(a_fault_strikes_after_the_lead_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
