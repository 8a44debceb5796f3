/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "arena.h"
#include "placement.h"

#define SECOND INT64_C(1000000000)
#define GIB (1024.0 * 1024 * 1024)

static const struct placement_size small = {512, GIB, 1}, t3_2xlarge = {8192, 32 * GIB, 4};

struct stage {
    struct arena *arena;
    struct placement placement;
    struct placement_group group;
    struct stream stream;
};

/* `per_zone` hosts in each of three zones: host i is in zone i % 3. */
static void open_stage(struct stage *stage, int per_zone, struct placement_size need)
{
    stage->arena = arena_open();
    stage->stream = (struct stream){42};
    placement_open(&stage->placement, stage->arena, 30, 3);
    for (int i = 0; i < 3 * per_zone; i++)
        assert_int_equal(placement_join(&stage->placement, t3_2xlarge, i % 3), i);
    placement_group_open(&stage->group, stage->arena, &stage->placement, 0, need);
}

static void open_fargate(struct stage *stage, int zones)
{
    stage->arena = arena_open();
    stage->stream = (struct stream){42};
    placement_group_open(&stage->group, stage->arena, NULL, zones, small);
}

static int place(struct stage *stage, int count)
{
    struct placement_spot spot;
    int placed = 0;
    while (placed < count && placement_place(&stage->group, &stage->stream, &spot)) placed++;
    return placed;
}

static int stop(struct stage *stage)
{
    struct placement_spot spot;
    assert_true(placement_victim(&stage->group, &stage->stream, &spot));
    placement_release(&stage->group, spot);
    return spot.host;
}

static int spread_of(const int32_t *count, int n)
{
    int least = count[0], most = count[0];
    for (int i = 1; i < n; i++) {
        if (count[i] < least) least = count[i];
        if (count[i] > most) most = count[i];
    }
    return most - least;
}

static void tasks_are_spread_over_zones_by_default(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage, 2, small);
    for (int i = 0; i < 10; i++) {
        place(&stage, 1);
        assert_true(spread_of(stage.group.in_zone, 3) <= 1);
    }
    arena_close(stage.arena);
}

static void fargate_has_no_limits_but_spreads_over_zones(void **state)
{
    (void)state;
    struct stage stage;
    open_fargate(&stage, 3);
    assert_int_equal(place(&stage, 1000), 1000);
    assert_int_equal(spread_of(stage.group.in_zone, 3), 1);
    for (int i = 0; i < 500; i++) {
        assert_int_equal(stop(&stage), -1);
        assert_true(spread_of(stage.group.in_zone, 3) <= 1);
    }
    arena_close(stage.arena);
}

static void a_closed_zone_takes_no_tasks(void **state)
{
    (void)state;
    struct stage stage;
    open_fargate(&stage, 3);
    stage.group.closed[1] = true;
    place(&stage, 10);
    assert_int_equal(stage.group.in_zone[0], 5);
    assert_int_equal(stage.group.in_zone[1], 0);
    stage.group.closed[1] = false;
    place(&stage, 3);
    assert_int_equal(stage.group.in_zone[1], 3);
    stage.group.closed[0] = stage.group.closed[1] = stage.group.closed[2] = true;
    assert_int_equal(place(&stage, 1), 0);
    arena_close(stage.arena);
}

static void what_does_not_fit_stays_pending(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage, 1, (struct placement_size){4096, GIB, 1});
    assert_int_equal(place(&stage, 10), 6); /* two of half the CPUs on each of three hosts */
    assert_true(placement_join(&stage.placement, t3_2xlarge, 0) >= 0);
    assert_int_equal(place(&stage, 10), 2);
    arena_close(stage.arena);
}

static void memory_and_network_interfaces_limit_too(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage, 1, (struct placement_size){1, 16 * GIB, 0});
    assert_int_equal(place(&stage, 10), 6);
    arena_close(stage.arena);
    open_stage(&stage, 1, (struct placement_size){1, 1, 1});
    assert_int_equal(place(&stage, 100), 12);
    arena_close(stage.arena);
}

static void strategies_are_best_effort(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage, 1, (struct placement_size){4096, GIB, 1});
    stage.placement.host[1].open = stage.placement.host[2].open = false;
    assert_int_equal(place(&stage, 10), 2); /* both in the one zone with room */
    assert_int_equal(stage.group.in_zone[0], 2);
    arena_close(stage.arena);
}

static void constraints_bind(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage, 1, small);
    stage.group.distinct = true;
    assert_int_equal(place(&stage, 10), 3);
    arena_close(stage.arena);
}

static void binpack_fills_the_fullest_host_first(void **state)
{
    (void)state;
    const struct placement_strategy packed = {PLACEMENT_BINPACK, PLACEMENT_MEMORY};
    struct stage stage;
    open_stage(&stage, 2, (struct placement_size){512, GIB, 0});
    stage.group.strategy = &packed;
    stage.group.strategy_count = 1;
    place(&stage, 20);
    int used = 0;
    for (int i = 0; i < 6; i++) used += stage.group.on_host[i] > 0;
    assert_int_equal(used, 2); /* 16 tasks to a host, by CPU */
    arena_close(stage.arena);
}

static void binpack_stops_tasks_where_most_is_left_afterwards(void **state)
{
    (void)state;
    const struct placement_strategy packed = {PLACEMENT_BINPACK, PLACEMENT_CPU};
    struct stage stage;
    open_stage(&stage, 2, (struct placement_size){512, GIB, 0});
    stage.group.strategy = &packed;
    stage.group.strategy_count = 1;
    place(&stage, 20); /* 16 and 4 */
    for (int i = 0; i < 4; i++) assert_int_equal(stage.group.on_host[stop(&stage)], 3 - i);
    int used = 0;
    for (int i = 0; i < 6; i++) used += stage.group.on_host[i] > 0;
    assert_int_equal(used, 1);
    arena_close(stage.arena);
}

static void strategies_apply_in_order(void **state)
{
    (void)state;
    const struct placement_strategy both[] = {{PLACEMENT_SPREAD, PLACEMENT_ZONE},
                                              {PLACEMENT_BINPACK, PLACEMENT_MEMORY}};
    struct stage stage;
    open_stage(&stage, 3, (struct placement_size){512, GIB, 0});
    stage.group.strategy = both;
    stage.group.strategy_count = 2;
    place(&stage, 30);
    int used = 0;
    for (int i = 0; i < 9; i++) used += stage.group.on_host[i] > 0;
    assert_int_equal(used, 3); /* packed within each zone */
    assert_int_equal(spread_of(stage.group.in_zone, 3), 0);
    arena_close(stage.arena);
}

static void spread_over_instances_evens_them_out(void **state)
{
    (void)state;
    const struct placement_strategy even = {PLACEMENT_SPREAD, PLACEMENT_HOST};
    struct stage stage;
    open_stage(&stage, 2, (struct placement_size){512, GIB, 0});
    stage.group.strategy = &even;
    stage.group.strategy_count = 1;
    place(&stage, 18);
    for (int i = 0; i < 6; i++) assert_int_equal(stage.group.on_host[i], 3);
    arena_close(stage.arena);
}

static void scale_in_keeps_the_balance_of_zones(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage, 2, (struct placement_size){512, GIB, 0});
    place(&stage, 30);
    for (int i = 0; i < 29; i++) {
        stop(&stage);
        assert_true(spread_of(stage.group.in_zone, 3) <= 1);
    }
    arena_close(stage.arena);
}

static void scale_in_chooses_tasks_at_random_within_a_zone(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage, 2, small);
    int from[6] = {0};
    stage.placement.host[3].open = false;
    for (int i = 0; i < 3; i++) place(&stage, 1);
    struct placement_spot extra = {0, 0}; /* zone 0: two tasks on host 0, one on host 3 */
    stage.group.in_zone[0] = 3;
    stage.group.on_host[0] = 2;
    stage.group.on_host[3] = 1;
    for (int i = 0; i < 3000; i++) {
        assert_true(placement_victim(&stage.group, &stage.stream, &extra));
        assert_int_equal(extra.zone, 0);
        from[extra.host]++;
    }
    assert_true(from[0] > 1900 && from[0] < 2100); /* two thirds */
    assert_int_equal(from[0] + from[3], 3000);
    arena_close(stage.arena);
}

static void groups_share_hosts_and_spread_by_themselves(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage, 1, (struct placement_size){4096, GIB, 1});
    struct placement_group other;
    placement_group_open(&other, stage.arena, &stage.placement, 0, (struct placement_size){4096, GIB, 1});
    assert_int_equal(place(&stage, 3), 3);
    struct placement_spot spot;
    for (int i = 0; i < 3; i++) assert_true(placement_place(&other, &stage.stream, &spot));
    assert_false(placement_place(&other, &stage.stream, &spot));
    for (int i = 0; i < 3; i++) assert_int_equal(stage.placement.host[i].tasks, 2);
    assert_int_equal(spread_of(other.in_zone, 3), 0);
    arena_close(stage.arena);
}

static void a_slot_is_used_again(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage, 1, small);
    placement_leave(&stage.placement, 1);
    place(&stage, 6);
    assert_int_equal(stage.group.in_zone[1], 0);
    assert_int_equal(placement_join(&stage.placement, t3_2xlarge, 1), 1);
    place(&stage, 3);
    assert_int_equal(stage.group.in_zone[1], 3);
    arena_close(stage.arena);
}

static void no_more_hosts_than_there_is_room_for(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage, 10, small);
    assert_int_equal(placement_join(&stage.placement, t3_2xlarge, 0), -1);
    assert_true(placement_fits(&stage.group, t3_2xlarge));
    assert_false(placement_fits(&stage.group, (struct placement_size){256, GIB, 1}));
    arena_close(stage.arena);
}

static void there_is_no_victim_without_tasks(void **state)
{
    (void)state;
    struct stage stage;
    struct placement_spot spot;
    open_stage(&stage, 1, small);
    assert_false(placement_victim(&stage.group, &stage.stream, &spot));
    arena_close(stage.arena);
    open_fargate(&stage, 3);
    assert_false(placement_victim(&stage.group, &stage.stream, &spot));
    arena_close(stage.arena);
}

static void fargate_launches_100_at_once_then_20_a_second(void **state)
{
    (void)state;
    struct placement_rate rate = PLACEMENT_FARGATE_RATE;
    int64_t now = 1000 * SECOND;
    for (int i = 0; i < 100; i++) assert_int_equal(placement_launch(&rate, now), now);
    for (int i = 1; i <= 200; i++) {
        int64_t at = placement_launch(&rate, now);
        assert_true(at >= now + i * SECOND / 20 - 2 && at <= now + i * SECOND / 20 + 2);
    }
    now += 1000 * SECOND; /* full again, not fuller */
    for (int i = 0; i < 100; i++) assert_int_equal(placement_launch(&rate, now), now);
    assert_true(placement_launch(&rate, now) > now);
}

static void one_service_launches_500_tasks_a_minute(void **state)
{
    (void)state;
    struct placement_rate rate = PLACEMENT_SERVICE_RATE;
    int64_t last = 0;
    for (int i = 0; i < 1000; i++) last = placement_launch(&rate, 0);
    assert_true(last >= 59 * SECOND && last <= 61 * SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_are_spread_over_zones_by_default),
        cmocka_unit_test(fargate_has_no_limits_but_spreads_over_zones),
        cmocka_unit_test(a_closed_zone_takes_no_tasks),
        cmocka_unit_test(what_does_not_fit_stays_pending),
        cmocka_unit_test(memory_and_network_interfaces_limit_too),
        cmocka_unit_test(strategies_are_best_effort),
        cmocka_unit_test(constraints_bind),
        cmocka_unit_test(binpack_fills_the_fullest_host_first),
        cmocka_unit_test(binpack_stops_tasks_where_most_is_left_afterwards),
        cmocka_unit_test(strategies_apply_in_order),
        cmocka_unit_test(spread_over_instances_evens_them_out),
        cmocka_unit_test(scale_in_keeps_the_balance_of_zones),
        cmocka_unit_test(scale_in_chooses_tasks_at_random_within_a_zone),
        cmocka_unit_test(groups_share_hosts_and_spread_by_themselves),
        cmocka_unit_test(a_slot_is_used_again),
        cmocka_unit_test(no_more_hosts_than_there_is_room_for),
        cmocka_unit_test(there_is_no_victim_without_tasks),
        cmocka_unit_test(fargate_launches_100_at_once_then_20_a_second),
        cmocka_unit_test(one_service_launches_500_tasks_a_minute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
