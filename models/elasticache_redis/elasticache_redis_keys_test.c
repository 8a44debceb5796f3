/* SPDX-License-Identifier: Apache-2.0 */
/* The contents of the cache: popularity by Zipf's law; hit ratios against Che and the formulas of times to live. */
#include "elasticache_redis_scene.inc"

/* ---- Popularity -------------------------------------------------------------------------------------- */

/* assert_near for loops, where the macro nests too deeply. */
static void check_near(double actual, double expected, double tolerance)
{
    assert_near(actual, expected, tolerance);
}

static struct node *any_node(void **state)
{
    run_cache(state, SCRIPT(lazy), cache_of(state, "allkeys-lru", "count", "1", "size", "1B", NULL), 1.0,
              ONCE);
    return &((struct fixture *)*state)->run->node[REDIS];
}

/* Pearson's chi-square of a million draws over 1,000 keys: 999 degrees of freedom, so 999 +- 45 (one sigma). */
static void keys_are_drawn_by_zipf_s_law(void **state)
{
    struct node *node = any_node(state);
    const double exponents[] = {0.0, 0.5, 0.8, 1.0, 1.4, 3.0};
    enum { KEYS = 1000, DRAWS = 1000000 };
    for (int e = 0; e < 6; e++) {
        struct redis_keys *keys = redis_keys_open(node, 1, KEYS, 1e9, 0);
        redis_keys_space(keys, KEYS, exponents[e], 1.0, 1.0);
        double seen[KEYS] = {0.0}, total = 0.0, chi = 0.0;
        struct stream stream = stream_open(1, e, "zipf", "draws");
        for (int i = 0; i < DRAWS; i++) seen[redis_keys_draw(keys, 0, &stream)] += 1.0;
        for (int i = 0; i < KEYS; i++) total += pow(i + 1.0, -exponents[e]);
        for (int i = 0; i < KEYS; i++) {
            double expected = DRAWS * pow(i + 1.0, -exponents[e]) / total;
            chi += (seen[i] - expected) * (seen[i] - expected) / expected;
        }
        check_near(chi, 999.0,
                   exponents[e] < 3.0 ? 4 * 44.7 : 600.0); /* at 3 most keys expect less than one */
    }
}

static void the_tail_of_a_million_keys_is_reached(void **state)
{
    struct redis_keys *keys = redis_keys_open(any_node(state), 1, 1000000, 1e9, 0);
    redis_keys_space(keys, 1000000, 0.9, 1.0, 1.0);
    struct stream stream = stream_open(1, 0, "zipf", "draws");
    double seen = 0.0, total = 0.0, half = 0.0;
    for (int i = 0; i < 1000000; i++) {
        seen += redis_keys_draw(keys, 0, &stream) >= 500000;
        total += pow(i + 1.0, -0.9);
        half += i >= 500000 ? pow(i + 1.0, -0.9) : 0.0;
    }
    assert_near_share(seen, 1e6 * half / total, 0.02);
}

/* ---- Hit ratio --------------------------------------------------------------------------------------- */

static double hit_ratio(void **state, double rate, const void *cache, double horizon, double lead)
{
    const struct probe_config probe = {.line = lazy, .count = 2, .rate = rate};
    run_cache(state, probe, cache, horizon, (struct run_options){.seed = 1, .lead = lead});
    return output(state, REDIS, "hit_ratio");
}

/* Reads do not renew a time to live: h = lT/(1 + lT), facts section 4. Here l = 0.1/s and T = 10 s. */
static void time_to_live_alone_gives_the_ttl_formula(void **state)
{
    void *cache = cache_of(state, "allkeys-lru", "count", "1000", "size", "1B", "ttl", "10s", NULL);
    assert_near(hit_ratio(state, 100.0, cache, 4000.0, 100.0), 0.5, 0.004);
    assert_near(output(state, REDIS, "evictions"), 0, 0);
    assert_true(output(state, REDIS, "expired") > 150000.0);
}

/* Che's approximation against Redis' way of evicting the worst of five sampled keys: facts section 13. */
static void memory_alone_gives_che_s_hit_ratio(void **state)
{
    void *cache = cache_of(state, "allkeys-lru", "count", "10000", "size", HOLDS_1000, "zipf", "0.8", NULL);
    assert_near(hit_ratio(state, 1000.0, cache, 400.0, 100.0), 0.43666, 0.02);
    run_close(((struct fixture *)*state)->run);
    cache =
        cache_of(state, "allkeys-lru", "count", "10000", "size", HOLDS_100, "popularity", "zipf 1.0", NULL);
    assert_near(hit_ratio(state, 100.0, cache, 2000.0, 100.0), 0.39053, 0.02);
}

static void less_memory_means_fewer_hits_and_more_evictions(void **state)
{
    void *cache =
        cache_of(state, "allkeys-random", "count", "10000", "size", HOLDS_1000, "zipf", "0.8", NULL);
    double random = hit_ratio(state, 1000.0, cache, 200.0, 100.0);
    run_close(((struct fixture *)*state)->run);
    cache = cache_of(state, "allkeys-lfu", "count", "10000", "size", HOLDS_1000, "zipf", "0.8", NULL);
    double lfu = hit_ratio(state, 1000.0, cache, 200.0, 100.0);
    assert_true(random < 0.43 && lfu > 0.48); /* the best 1,000 keys draw 0.559 */
    assert_true(output(state, REDIS, "memory_used") <= 402653184.0);
}

/* A quarter of an hour's ttl seen for a minute: cold it would miss nearly always, warmed it is where it belongs. */
static void a_warm_start_is_the_settled_state(void **state)
{
    void *cache = cache_of(state, "allkeys-lru", "count", "10000", "size", "1B", "ttl", "900s", NULL);
    assert_near(hit_ratio(state, 100.0, cache, 60.0, 120.0), 0.9, 0.012); /* lT = 9 */
    run_close(((struct fixture *)*state)->run);
    assert_true(hit_ratio(state, 100.0, cache, 60.0, 0.0) < 0.4);
}

static void a_warm_start_knows_what_eviction_leaves(void **state)
{
    void *cache = cache_of(state, "allkeys-lru", "count", "10000", "size", HOLDS_1000, "zipf", "0.8", NULL);
    assert_near(hit_ratio(state, 200.0, cache, 30.0, 60.0), 0.43666, 0.02); /* too short to fill by itself */
}

/* With sets (s) and deletes (d) of every key too: E[stay] = q/(s+d) / (1 - s q/(s+d)), q = 1 - e^-(s+d)T. */
static void writes_renew_and_deletes_end_a_time_to_live(void **state)
{
    const struct line line[] = {{.ask = ASK(ASK_GET), .node = REDIS},
                                {.ask = POPULATE, .node = REDIS, .on_miss = true},
                                {.ask = ASK(ASK_SET), .node = REDIS},
                                {.ask = ASK(ASK_DELETE), .node = REDIS}};
    const struct probe_config probe = {.line = line, .count = 4, .rate = 100.0};
    void *cache = cache_of(state, "allkeys-lru", "count", "1000", "size", "1B", "ttl", "10s", NULL);
    double q = 1.0 - exp(-2.0), stay = q / 0.2 / (1.0 - 0.5 * q), expected = stay / (stay + 1.0 / 0.2);
    run_cache(state, probe, cache, 4000.0, (struct run_options){.seed = 1, .lead = 100.0});
    assert_near(output(state, REDIS, "hit_ratio"), expected, 0.005);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {TEST(keys_are_drawn_by_zipf_s_law),
                                       TEST(the_tail_of_a_million_keys_is_reached),
                                       TEST(time_to_live_alone_gives_the_ttl_formula),
                                       TEST(memory_alone_gives_che_s_hit_ratio),
                                       TEST(less_memory_means_fewer_hits_and_more_evictions),
                                       TEST(a_warm_start_is_the_settled_state),
                                       TEST(a_warm_start_knows_what_eviction_leaves),
                                       TEST(writes_renew_and_deletes_end_a_time_to_live)};
    return cmocka_run_group_tests_name("elasticache_redis", tests, NULL, NULL);
}
