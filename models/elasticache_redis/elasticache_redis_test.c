/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the facts about ElastiCache: commands, the command thread, failure. */
#include "elasticache_redis_scene.inc"

/* ---- Commands ---------------------------------------------------------------------------------------- */

/* More of its parameters: key, value, ... NULL. */
static void also(void **state, void *config, ...)
{
    va_list pairs;
    va_start(pairs, config);
    set_pairs(((struct fixture *)*state)->arena, model_elasticache_redis.params, config, pairs);
    va_end(pairs);
}

static const struct probe_state *probe_of(void **state)
{
    return ((struct fixture *)*state)->run->node[0].state;
}

static void a_missed_key_is_the_one_that_is_set(void **state)
{
    const struct line line[] = {
        {.ask = ASK(ASK_GET), .node = REDIS},
        {.ask = POPULATE, .node = REDIS},
        {.ask = {.op = ASK_GET, .keys = "keys", .remembers = true, .populates = true}, .node = REDIS},
        {.ask = {.op = ASK_DELETE, .keys = "keys", .populates = true}, .node = REDIS},
        {.ask = {.op = ASK_GET, .keys = "keys", .remembers = true, .populates = true}, .node = REDIS}};
    void *cache = cache_of(state, "allkeys-lru", "count", "1000000", "size", "1KiB", NULL);
    const struct seen *seen = run_cache(state, SCRIPT(line), cache, 10.0, ONCE);
    assert_int_equal(seen[0].outcome, OUTCOME_MISS);
    assert_true(seen[0].held > 0);
    assert_int_equal(seen[2].outcome, OUTCOME_OK); /* `populates` hands the key over again */
    assert_int_equal(seen[2].held, seen[0].held);
    assert_int_equal(seen[4].outcome, OUTCOME_MISS);
}

static void set_if_absent_sets_once(void **state)
{
    const struct line line[] = {{.ask = ASK(ASK_SET_IF_ABSENT), .node = REDIS},
                                {.ask = ASK(ASK_SET_IF_ABSENT), .node = REDIS},
                                {.after = 60.0, .ask = ASK(ASK_SET_IF_ABSENT), .node = REDIS},
                                {.ask = {.op = ASK_REQUEST, .request = "GET /keys"}, .node = REDIS},
                                {.ask = {.op = ASK_REQUEST, .request = "DELETE /keys"}, .node = REDIS},
                                {.ask = {.op = ASK_REQUEST, .request = "GET /keys"}, .node = REDIS}};
    void *cache = cache_of(state, "allkeys-lru", "count", "1", "size", "1KiB", "ttl", "60s", NULL);
    const struct seen *seen = run_cache(state, SCRIPT(line), cache, 100.0, ONCE);
    const int expected[] = {OUTCOME_OK, OUTCOME_MISS, OUTCOME_OK, OUTCOME_OK, OUTCOME_OK, OUTCOME_MISS};
    for (int i = 0; i < 6; i++) assert_int_equal(seen[i].outcome, expected[i]);
}

/* The default policy evicts only keys with a time to live: without any, writes fail when memory is full. */
static void keys_without_a_time_to_live_fill_memory_for_good(void **state)
{
    const struct line line[] = {{.ask = ASK(ASK_SET), .node = REDIS}};
    const struct probe_config probe = {.line = line, .count = 1, .rate = 100.0};
    void *cache = cache_of(state, "volatile-lru", "count", "10000", "size", HOLDS_1000, NULL);
    run_cache(state, probe, cache, 100.0, ONCE);
    assert_near(output(state, REDIS, "errors"), 0.9 * (10000 - 1053), 250); /* 1,053 sets reach 1,000 keys */
    assert_near(output(state, REDIS, "evictions"), 0, 0);
    assert_int_equal(probe_of(state)->ended[OUTCOME_FAILED], (int64_t)output(state, REDIS, "errors"));
}

/* One command thread is an M/M/1: here l = 800/s, mean 1 ms, so E[T] = 1/(1000 - 800) = 5 ms. */
static void the_command_thread_is_an_mm1(void **state)
{
    void *cache = cache_of(state, "allkeys-lru", "count", "10", "size", "1B", NULL);
    also(state, cache, "service", "exponential(1ms)", NULL);
    const struct line line[] = {{.ask = ASK(ASK_SET), .node = REDIS}};
    const struct probe_config probe = {.line = line, .count = 1, .rate = 800.0};
    run_cache(state, probe, cache, 1000.0, (struct run_options){.seed = 1, .lead = 10.0});
    assert_near_share(tally_mean(&probe_of(state)->latency), 0.005, 0.04);
    assert_near_share(tally_quantile(&probe_of(state)->latency, 0.99), 0.005 * log(100.0), 0.06);
    assert_near(output(state, REDIS, "utilisation"), 0.8, 0.005);
}

static void connections_are_limited(void **state)
{
    const struct line line[] = {{.ask = ASK(ASK_SET), .node = REDIS, .last = true},
                                {.ask = ASK(ASK_SET), .node = REDIS, .last = true},
                                {.ask = ASK(ASK_SET), .node = REDIS}};
    void *cache = cache_of(state, "allkeys-lru", "count", "10", "size", "1B", NULL);
    also(state, cache, "connection_limit", "2", NULL);
    const struct seen *seen = run_cache(state, SCRIPT(line), cache, 10.0, ONCE);
    assert_int_equal(seen[2].outcome, OUTCOME_REJECTED);
    assert_near(output(state, REDIS, "connections"), 2, 0);
}

static void nodes_are_billed_by_type_and_engine(void **state)
{
    void *cache = cache_of(state, "allkeys-lru", "count", "10", "size", "1B", NULL);
    also(state, cache, "num_cache_clusters", "3", "engine", "valkey", NULL);
    run_cache(state, SCRIPT(lazy), cache, 7200.0, ONCE);
    const struct meter *meter = ((struct fixture *)*state)->run->meter;
    assert_string_equal(meter->sku, "NodeUsage:cache.t3.micro:Valkey");
    assert_near(meter->hourly[1], 3.0, 1e-9);
    assert_near(redis_node_memory("cache.r7g.xlarge"), 28261849702.0, 0.0);
    assert_near(redis_node_memory("cache.r7g.tiny") + redis_node_memory("db.r6g.large"), 0.0, 0.0);
}

/* ---- Failure ----------------------------------------------------------------------------------------- */

/* A cache of 1,000 keys written at the start and read once a second; its primary dies at 100 s. */
static const struct seen *run_failure(void **state, const void *cache, enum fault_kind kind, int zone)
{
    static struct line line[401];
    line[0] = (struct line){.after = 0.0, .ask = ASK(ASK_SET), .node = REDIS, .last = true};
    for (int i = 1; i < 401; i++)
        line[i] = (struct line){.after = i, .ask = ASK(ASK_GET), .node = REDIS, .last = true};
    const struct fault fault = {
        .kind = kind, .node = kind == FAULT_ZONE ? -1 : REDIS, .part = -1, .zone = zone, .at = 100100000000};
    return run_cache(state, SCRIPT(line), cache, 500.0, (struct run_options){.seed = 1, .fault = &fault});
}

static void *replicated(void **state)
{
    void *cache = cache_of(state, "allkeys-lru", "count", "1", "size", "1KiB", NULL);
    also(state, cache, "num_cache_clusters", "3", "automatic_failover_enabled", "true", "multi_az_enabled",
         "true", "detection", "20s", "promotion", "3s", "endpoint_update", "5s", "replacement", "5min", NULL);
    return cache;
}

static double reached(void **state, enum recovery_stage stage)
{
    const struct recovery *recovery = &((struct fixture *)*state)->run->recovery;
    return (double)(recovery->reached[stage] - recovery->struck) * 1e-9;
}

static void a_replica_takes_over_after_detection_promotion_and_its_name(void **state)
{
    const struct seen *seen = run_failure(state, replicated(state), FAULT_PRIMARY, -1);
    assert_int_equal(seen[100].outcome, OUTCOME_OK);
    for (int i = 101; i <= 128; i++) assert_int_equal(seen[i].outcome, OUTCOME_UNAVAILABLE);
    for (int i = 129; i <= 400; i++) assert_int_equal(seen[i].outcome, OUTCOME_OK); /* the key survived */
    assert_near(reached(state, RECOVERY_DETECTION), 20.0, 1e-9);
    assert_near(reached(state, RECOVERY_REPLACEMENT), 23.0, 1e-9);
    assert_near(reached(state, RECOVERY_CONNECTION), 28.0, 1e-9);
    assert_near(((struct fixture *)*state)->run->recovery.lost_seconds, 0.1, 0.0);
    assert_near(output(state, REDIS, "failovers"), 1, 0);
}

static void a_zone_takes_its_primary_and_the_next_replica_serves(void **state)
{
    const struct seen *seen = run_failure(state, replicated(state), FAULT_ZONE, 0);
    assert_int_equal(seen[128].outcome, OUTCOME_UNAVAILABLE);
    assert_int_equal(seen[129].outcome, OUTCOME_OK);
    const struct node *node = &((struct fixture *)*state)->run->node[REDIS];
    assert_int_equal(node->part[0]->zone, 1);
    assert_int_equal(part_count(node, PART_RUNNING), 2);
}

static void a_zone_without_the_primary_disturbs_nobody(void **state)
{
    const struct seen *seen = run_failure(state, replicated(state), FAULT_ZONE, 2);
    for (int i = 1; i <= 400; i++) assert_int_equal(seen[i].outcome, OUTCOME_OK);
}

/* Asynchronous replication: what the last 100 ms wrote is gone, what was written before is not. */
static void writes_younger_than_the_replication_lag_are_lost(void **state)
{
    const struct line line[] = {{.after = 0.0, .ask = ASK(ASK_GET), .node = REDIS},
                                {.after = 100.05, .ask = POPULATE, .node = REDIS},
                                {.after = 50.0,
                                 .ask = {.op = ASK_GET, .keys = "keys", .remembers = true, .populates = true},
                                 .node = REDIS}};
    const struct fault fault = {
        .kind = FAULT_PRIMARY, .node = REDIS, .part = -1, .zone = -1, .at = 100100000000};
    run_cache(state, SCRIPT(line), replicated(state), 500.0,
              (struct run_options){.seed = 1, .fault = &fault});
    assert_int_equal(probe_of(state)->seen[1].outcome, OUTCOME_OK);
    assert_int_equal(probe_of(state)->seen[2].outcome, OUTCOME_MISS);
    assert_int_equal((int)((struct fixture *)*state)->run->recovery.lost_writes, 1);
}

static void without_a_replica_the_node_is_replaced_and_starts_cold(void **state)
{
    void *cache = replicated(state);
    also(state, cache, "num_cache_clusters", "1", "replacement", "200s", NULL);
    const struct seen *seen = run_failure(state, cache, FAULT_PRIMARY, -1);
    assert_int_equal(seen[320].outcome, OUTCOME_UNAVAILABLE);
    assert_int_equal(seen[321].outcome, OUTCOME_MISS);
    assert_true(isinf(((struct fixture *)*state)->run->recovery.lost_seconds));
}

static void the_last_snapshot_bounds_what_is_lost(void **state)
{
    void *cache = replicated(state);
    also(state, cache, "num_cache_clusters", "1", "snapshot_retention_limit", "5", "snapshot_window",
         "23:00-23:59", NULL);
    run_failure(state, cache, FAULT_NODE, -1);
    assert_near(((struct fixture *)*state)->run->recovery.lost_seconds, 3600.0 + 100.1, 1e-6);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {TEST(a_missed_key_is_the_one_that_is_set),
                                       TEST(set_if_absent_sets_once),
                                       TEST(keys_without_a_time_to_live_fill_memory_for_good),
                                       TEST(the_command_thread_is_an_mm1),
                                       TEST(connections_are_limited),
                                       TEST(nodes_are_billed_by_type_and_engine),
                                       TEST(a_replica_takes_over_after_detection_promotion_and_its_name),
                                       TEST(a_zone_takes_its_primary_and_the_next_replica_serves),
                                       TEST(a_zone_without_the_primary_disturbs_nobody),
                                       TEST(writes_younger_than_the_replication_lag_are_lost),
                                       TEST(without_a_replica_the_node_is_replaced_and_starts_cold),
                                       TEST(the_last_snapshot_bounds_what_is_lost)};
    return cmocka_run_group_tests_name("elasticache_redis", tests, NULL, NULL);
}
