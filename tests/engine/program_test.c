/* SPDX-License-Identifier: Apache-2.0 */
#include "near.h"
#include "toy_program.h"

#include <stdio.h>
#include <string.h>

/* What steps do when nothing goes wrong. Nodes: 0 the caller, 1 the service, 2 and 3 callees. */

static const struct toy_caller_config one_request = {.count = 1};
static const struct toy_callee_config at_once = {0};
static const struct toy_callee_config two_seconds = {.service = TOY_SECONDS(2.0)};

static void an_empty_program_answers_at_once(void **unused)
{
    (void)unused;
    struct toy_service_config service = {.parts = 1};
    struct toy_world *world = toy_program_world(&one_request, &service, &at_once, &at_once);
    toy_execute(world, 10.0);
    toy_assert_ended(world, 0, 0.0, OUTCOME_OK);
    toy_at_peace(world);
    toy_close(world);
}

static void computes_share_the_vcpus_and_waits_share_nothing(void **unused)
{
    (void)unused;
    struct step steps[] = {TOY_STEP(STEP_COMPUTE, .work = TOY_SECONDS(2.0)),
                           TOY_STEP(STEP_WAIT, .work = TOY_SECONDS(1.0))};
    struct toy_service_config service = {.steps = TOY_ROWS(steps)};
    struct toy_caller_config three = {.count = 3};
    struct toy_world *world = toy_program_world(&three, &service, &at_once, &at_once);
    toy_execute(world, 10.0);
    for (int i = 0; i < 3; i++) {
        toy_assert_ended(world, i, 3 * 2.0 + 1.0, OUTCOME_OK);
    }
    toy_at_peace(world);
    toy_close(world);
}

static void a_call_takes_as_long_as_the_node_called(void **unused)
{
    (void)unused;
    struct step steps[] = {
        TOY_STEP(STEP_CALL, .node = {2}, .request = "GET /stock", .bytes_in = 10.0, .bytes_out = 300.0),
        TOY_STEP(STEP_CALL, .node = {3}, .request = "GET /price")};
    struct toy_service_config service = {.steps = TOY_ROWS(steps)};
    struct toy_world *world = toy_program_world(&one_request, &service, &two_seconds, &two_seconds);
    toy_execute(world, 10.0);
    toy_assert_ended(world, 0, 4.0, OUTCOME_OK);
    assert_near(toy_called(world, 3, 0)->at, 2.0, 1e-8);
    assert_string_equal(toy_called(world, 2, 0)->ask->request, "GET /stock");
    assert_near(world->run->node[2].bytes_in, 10.0, 0.0);
    assert_near(world->run->node[2].bytes_out, 300.0, 0.0);
    toy_at_peace(world);
    toy_close(world);
}

static void a_log_step_counts_its_bytes(void **unused)
{
    (void)unused;
    struct step steps[] = {TOY_STEP(STEP_LOG, .size = 500.0), TOY_STEP(STEP_LOG, .size = 24.0)};
    struct toy_service_config service = {.steps = TOY_ROWS(steps)};
    struct toy_caller_config three = {.count = 3};
    struct toy_world *world = toy_program_world(&three, &service, &at_once, &at_once);
    toy_execute(world, 10.0);
    assert_near(world->run->node[1].log_bytes, 3 * 524.0, 0.0);
    toy_close(world);
}

/* ---- Each step that calls out, as its callee sees it ------------------------------------------------- */

static const struct ask *asked_by(struct toy_world **asked, struct step *step)
{
    static struct toy_service_config service;
    service = (struct toy_service_config){.steps = {step, 1}};
    struct toy_world *world = *asked = toy_program_world(&one_request, &service, &at_once, &at_once);
    toy_execute(world, 1.0);
    assert_int_equal(toy_calls(world, 2), 1);
    toy_at_peace(world);
    return toy_called(world, 2, 0)->ask;
}

static void a_cache_step_asks_for_its_command_and_keyspace(void **unused)
{
    (void)unused;
    static const enum ask_op ops[] = {ASK_GET, ASK_SET, ASK_DELETE, ASK_SET_IF_ABSENT};
    struct toy_world *world;
    for (int i = 0; i < 4; i++) {
        struct step step = TOY_STEP(STEP_CACHE, .node = {2}, .op = i, .keys = "sessions");
        const struct ask *ask = asked_by(&world, &step);
        assert_int_equal(ask->op, ops[i]);
        assert_string_equal(ask->keys, "sessions");
        assert_false(ask->populates);
        toy_close(world);
    }
}

static void a_query_brings_its_work(void **unused)
{
    (void)unused;
    struct toy_world *world;
    struct step step = TOY_STEP(STEP_QUERY, .node = {2}, .work = TOY_SECONDS(0.004), .writes = true);
    const struct ask *ask = asked_by(&world, &step);
    assert_int_equal(ask->op, ASK_QUERY);
    assert_near(ask->work->a, 0.004, 0.0);
    assert_true(ask->writes);
    toy_close(world);
}

static void a_transaction_brings_its_statements_in_order(void **unused)
{
    (void)unused;
    static const char *const texts[] = {"3ms", "exponential(5ms)", "7ms"};
    struct toy_world *world;
    struct step step = TOY_STEP(STEP_TRANSACTION, .node = {2}, .statements = {texts, 3}, .writes = true);
    const struct ask *ask = asked_by(&world, &step);
    assert_int_equal(ask->op, ASK_TRANSACTION);
    assert_int_equal(ask->statement_count, 3);
    assert_near(ask->statements[0].mean, 0.003, 1e-12);
    assert_int_equal(ask->statements[1].kind, DIST_EXPONENTIAL);
    assert_near(ask->statements[1].mean, 0.005, 1e-12);
    assert_near(ask->statements[2].mean, 0.007, 1e-12);
    assert_true(ask->writes);
    toy_close(world);
}

static void a_get_reads_and_a_put_writes_its_size(void **unused)
{
    (void)unused;
    struct toy_world *world;
    struct step get = TOY_STEP(STEP_GET, .node = {2}, .keys = "books", .size = 700.0);
    const struct ask *ask = asked_by(&world, &get);
    assert_int_equal(ask->op, ASK_GET);
    assert_string_equal(ask->keys, "books");
    assert_near(ask->bytes_out, 700.0, 0.0);
    assert_near(ask->bytes_in, 0.0, 0.0);
    toy_close(world);
    struct step put = TOY_STEP(STEP_PUT, .node = {2}, .size = 900.0, .condition = true);
    ask = asked_by(&world, &put);
    assert_int_equal(ask->op, ASK_PUT);
    assert_near(ask->bytes_in, 900.0, 0.0);
    assert_true(ask->condition);
    toy_close(world);
}

static void events_and_messages_say_what_they_are(void **unused)
{
    (void)unused;
    struct toy_world *world;
    struct step publish =
        TOY_STEP(STEP_PUBLISH, .node = {2}, .source = "shop", .type = "Ordered", .size = 2048.0);
    const struct ask *ask = asked_by(&world, &publish);
    assert_int_equal(ask->op, ASK_PUBLISH);
    assert_string_equal(ask->type, "shop/Ordered");
    assert_near(ask->bytes_in, 2048.0, 0.0);
    toy_close(world);
    struct step send = TOY_STEP(STEP_SEND, .node = {2}, .size = 512.0);
    ask = asked_by(&world, &send);
    assert_int_equal(ask->op, ASK_SEND);
    assert_near(ask->bytes_in, 512.0, 0.0);
    toy_close(world);
}

/* ---- Caches: lazy loading ---------------------------------------------------------------------------- */

enum { KEY = 42 };

static struct toy_world *lazy_loading(const struct toy_callee_config *cache, struct rows on_miss)
{
    static struct step steps[1];
    static struct toy_service_config service;
    steps[0] = (struct step)TOY_STEP(STEP_CACHE, .node = {2}, .keys = "books", .on_miss = on_miss);
    service = (struct toy_service_config){.steps = TOY_ROWS(steps)};
    struct toy_world *world = toy_program_world(&one_request, &service, cache, &two_seconds);
    toy_execute(world, 10.0);
    return world;
}

static struct step fetch[] = {TOY_STEP(STEP_QUERY, .node = {3})};

static void a_hit_skips_the_steps_of_a_miss(void **unused)
{
    (void)unused;
    struct toy_callee_config cache = {.key = KEY};
    struct toy_world *world = lazy_loading(&cache, (struct rows)TOY_ROWS(fetch));
    toy_assert_ended(world, 0, 0.0, OUTCOME_OK);
    assert_int_equal(toy_calls(world, 2), 1);
    assert_int_equal(toy_calls(world, 3), 0);
    toy_at_peace(world);
    toy_close(world);
}

static const enum outcome miss_then_ok[] = {OUTCOME_MISS, OUTCOME_OK};

/* Lazy loading takes three trips: get, fetch, set. */
static void a_miss_fetches_and_then_sets_the_key_that_was_missed(void **unused)
{
    (void)unused;
    struct toy_callee_config cache = {.script = miss_then_ok, .script_count = 2, .key = KEY};
    struct toy_world *world = lazy_loading(&cache, (struct rows)TOY_ROWS(fetch));
    toy_assert_ended(world, 0, 2.0, OUTCOME_OK);
    assert_int_equal(toy_calls(world, 2), 2);
    assert_int_equal(toy_calls(world, 3), 1);
    const struct toy_call *set = toy_called(world, 2, 1);
    assert_int_equal(set->ask->op, ASK_SET);
    assert_true(set->ask->populates);
    assert_int_equal(set->held, KEY);
    assert_near(set->at, 2.0, 1e-8);
    toy_at_peace(world);
    toy_close(world);
}

static void a_key_survives_what_is_read_elsewhere_to_fetch_it(void **unused)
{
    (void)unused;
    static struct step read_table[] = {TOY_STEP(STEP_GET, .node = {3}, .keys = "books")};
    struct toy_callee_config cache = {.script = miss_then_ok, .script_count = 2, .key = KEY};
    struct toy_world *world = lazy_loading(&cache, (struct rows)TOY_ROWS(read_table));
    assert_int_equal(toy_called(world, 2, 1)->held, KEY);
    toy_close(world);
}

static void a_cache_that_cannot_be_set_fails_nobody(void **unused)
{
    (void)unused;
    static const enum outcome miss_then_reset[] = {OUTCOME_MISS, OUTCOME_RESET};
    struct toy_callee_config cache = {.script = miss_then_reset, .script_count = 2, .key = KEY};
    struct toy_world *world = lazy_loading(&cache, (struct rows)TOY_ROWS(fetch));
    toy_assert_ended(world, 0, 2.0, OUTCOME_OK);
    toy_close(world);
}

static void a_fetch_that_fails_sets_nothing(void **unused)
{
    (void)unused;
    static const enum outcome failed[] = {OUTCOME_FAILED};
    struct toy_callee_config cache = {.script = miss_then_ok, .script_count = 2, .key = KEY};
    struct toy_callee_config database = {.script = failed, .script_count = 1};
    struct step steps[] = {
        TOY_STEP(STEP_CACHE, .node = {2}, .keys = "books", .on_miss = (struct rows)TOY_ROWS(fetch))};
    struct toy_service_config service = {.steps = TOY_ROWS(steps)};
    struct toy_world *world = toy_program_world(&one_request, &service, &cache, &database);
    toy_execute(world, 10.0);
    toy_assert_ended(world, 0, 0.0, OUTCOME_FAILED);
    assert_int_equal(toy_calls(world, 2), 1);
    toy_close(world);
}

/* A cache behind a cache: each is set with the key that it has missed itself, the inner one first. */
static void nested_misses_remember_a_key_each(void **unused)
{
    (void)unused;
    struct step query[] = {TOY_STEP(STEP_WAIT, .work = TOY_SECONDS(1.0))};
    struct step inner[] = {
        TOY_STEP(STEP_CACHE, .node = {3}, .keys = "pages", .on_miss = (struct rows)TOY_ROWS(query))};
    struct step outer[] = {
        TOY_STEP(STEP_CACHE, .node = {2}, .keys = "books", .on_miss = (struct rows)TOY_ROWS(inner))};
    struct toy_service_config service = {.steps = TOY_ROWS(outer)};
    struct toy_callee_config far = {.script = miss_then_ok, .script_count = 2, .key = KEY};
    struct toy_callee_config near = {.script = miss_then_ok, .script_count = 2, .key = KEY + 1};
    struct toy_world *world = toy_program_world(&one_request, &service, &near, &far);
    toy_execute(world, 10.0);
    assert_int_equal(toy_called(world, 2, 1)->held, KEY + 1);
    assert_string_equal(toy_called(world, 2, 1)->ask->keys, "books");
    assert_int_equal(toy_called(world, 3, 1)->held, KEY);
    assert_string_equal(toy_called(world, 3, 1)->ask->keys, "pages");
    toy_assert_ended(world, 0, 1.0, OUTCOME_OK);
    toy_at_peace(world);
    toy_close(world);
}

/* ---- Branches ---------------------------------------------------------------------------------------- */

static struct step short_steps[] = {TOY_STEP(STEP_WAIT, .work = TOY_SECONDS(1.0))};
static struct step long_steps[] = {TOY_STEP(STEP_WAIT, .work = TOY_SECONDS(2.0)),
                                   TOY_STEP(STEP_CALL, .node = {2}),
                                   TOY_STEP(STEP_WAIT, .work = TOY_SECONDS(1.0))};

static void parallel_branches_join_after_the_slowest(void **unused)
{
    (void)unused;
    struct branch branches[] = {
        {.steps = TOY_ROWS(short_steps)}, {.steps = TOY_ROWS(long_steps)}, {.steps = TOY_ROWS(short_steps)}};
    struct step steps[] = {TOY_STEP(STEP_PARALLEL, .branches = TOY_ROWS(branches)),
                           TOY_STEP(STEP_WAIT, .work = TOY_SECONDS(0.5))};
    struct toy_service_config service = {.steps = TOY_ROWS(steps)};
    struct toy_world *world = toy_program_world(&one_request, &service, &two_seconds, &at_once);
    toy_execute(world, 10.0);
    toy_assert_ended(world, 0, 5.5, OUTCOME_OK);
    assert_int_equal(world->run->node[1].arrivals, 1); /* branches are no arrivals */
    assert_int_equal(world->run->node[1].part[0]->outstanding, 0);
    toy_at_peace(world);
    toy_close(world);
}

static void parallel_steps_nest(void **unused)
{
    (void)unused;
    struct branch inner[] = {{.steps = TOY_ROWS(short_steps)}, {.steps = TOY_ROWS(long_steps)}};
    struct step nested[] = {TOY_STEP(STEP_PARALLEL, .branches = TOY_ROWS(inner)),
                            TOY_STEP(STEP_WAIT, .work = TOY_SECONDS(1.0))};
    struct branch outer[] = {{.steps = TOY_ROWS(nested)}, {.steps = TOY_ROWS(nested)}};
    struct step steps[] = {TOY_STEP(STEP_PARALLEL, .branches = TOY_ROWS(outer))};
    struct toy_service_config service = {.steps = TOY_ROWS(steps)};
    struct toy_world *world = toy_program_world(&one_request, &service, &two_seconds, &at_once);
    toy_execute(world, 10.0);
    toy_assert_ended(world, 0, 6.0, OUTCOME_OK);
    assert_int_equal(toy_calls(world, 2), 2);
    toy_at_peace(world);
    toy_close(world);
}

static void a_parallel_step_of_nothing_takes_no_time(void **unused)
{
    (void)unused;
    struct branch empty[2] = {0};
    struct step steps[] = {TOY_STEP(STEP_PARALLEL, .branches = TOY_ROWS(empty)),
                           TOY_STEP(STEP_PARALLEL, .pool = NULL), TOY_STEP(STEP_LOG, .size = 1.0)};
    struct toy_service_config service = {.steps = TOY_ROWS(steps)};
    struct toy_world *world = toy_program_world(&one_request, &service, &at_once, &at_once);
    toy_execute(world, 10.0);
    toy_assert_ended(world, 0, 0.0, OUTCOME_OK);
    assert_near(world->run->node[1].log_bytes, 1.0, 0.0);
    toy_at_peace(world);
    toy_close(world);
}

/* The number of requests that take a branch is binomial: within four standard deviations. */
static void a_choice_follows_its_shares(void **unused)
{
    (void)unused;
    enum { COUNT = 20000 };
    struct step first[] = {TOY_STEP(STEP_SEND, .node = {2})}, second[] = {TOY_STEP(STEP_SEND, .node = {3})};
    struct branch branches[] = {{.share = 0.2, .steps = TOY_ROWS(first)},
                                {.share = 0.0, .steps = TOY_ROWS(first)},
                                {.share = 0.5, .steps = TOY_ROWS(second)},
                                {.share = 0.3}};
    struct step steps[] = {TOY_STEP(STEP_CHOOSE, .branches = TOY_ROWS(branches)),
                           TOY_STEP(STEP_LOG, .size = 1.0)};
    struct toy_service_config service = {.steps = TOY_ROWS(steps)};
    struct toy_caller_config many = {.count = COUNT};
    struct toy_world *world = toy_program_world(&many, &service, &at_once, &at_once);
    toy_execute(world, 1.0);
    assert_near(toy_calls(world, 2), 0.2 * COUNT, 4.0 * sqrt(COUNT * 0.2 * 0.8));
    assert_near(toy_calls(world, 3), 0.5 * COUNT, 4.0 * sqrt(COUNT * 0.5 * 0.5));
    assert_near(world->run->node[1].log_bytes, COUNT, 0.0); /* all go on after it */
    toy_at_peace(world);
    toy_close(world);
}

static void the_mean_cpu_time_weighs_choices_and_adds_branches(void **unused)
{
    (void)unused;
    struct step compute[] = {TOY_STEP(STEP_COMPUTE, .work = TOY_EXPONENTIAL(0.1))};
    struct branch choice[] = {{.share = 0.25, .steps = TOY_ROWS(compute)}, {.share = 0.75}};
    struct branch both[] = {{.steps = TOY_ROWS(compute)}, {.steps = TOY_ROWS(compute)}};
    struct step steps[] = {compute[0], TOY_STEP(STEP_CHOOSE, .branches = TOY_ROWS(choice)),
                           TOY_STEP(STEP_PARALLEL, .branches = TOY_ROWS(both)),
                           TOY_STEP(STEP_WAIT, .work = TOY_SECONDS(1.0))};
    struct toy_service_config service = {.steps = TOY_ROWS(steps)};
    struct toy_world *world = toy_program_world(&one_request, &service, &at_once, &at_once);
    toy_execute(world, 0.0);
    const struct toy_service_state *state = world->run->node[1].state;
    assert_near(program_cpu_mean(state->program), 0.1 + 0.025 + 0.2, 1e-12);
    toy_close(world);
}

/* ---- Hosts ------------------------------------------------------------------------------------------- */

static void event_loops_limit_who_computes_but_not_who_waits(void **unused)
{
    (void)unused;
    struct step steps[] = {TOY_STEP(STEP_COMPUTE, .work = TOY_SECONDS(1.0)),
                           TOY_STEP(STEP_WAIT, .work = TOY_SECONDS(1.0))};
    struct toy_caller_config three = {.count = 3};
    struct toy_service_config service = {.steps = TOY_ROWS(steps), .vcpus = 4.0, .loops = 1};
    struct toy_world *world = toy_program_world(&three, &service, &at_once, &at_once);
    toy_execute(world, 10.0);
    for (int i = 0; i < 3; i++) { /* one after the other on the loop, waiting together */
        toy_assert_ended(world, i, 1.0 + i + 1.0, OUTCOME_OK);
    }
    assert_int_equal(world->run->node[1].part[0]->host->loops.busy, 0);
    toy_at_peace(world);
    toy_close(world);
}

static void a_pool_lets_through_as_many_calls_as_it_has_connections(void **unused)
{
    (void)unused;
    struct program_pool pools[] = {{.name = "other", .size = 9, .timeout = INFINITY},
                                   {.name = "database", .size = 2, .timeout = INFINITY}};
    struct step steps[] = {TOY_STEP(STEP_QUERY, .node = {2}, .pool = "database"),
                           TOY_STEP(STEP_WAIT, .work = TOY_SECONDS(1.0))};
    struct toy_caller_config five = {.count = 5};
    struct toy_service_config service = {.steps = TOY_ROWS(steps), .pools = pools, .pool_count = 2};
    struct toy_world *world = toy_program_world(&five, &service, &two_seconds, &at_once);
    toy_execute(world, 20.0);
    for (int i = 0; i < 5; i++) {
        int round = i / 2 + 1;
        toy_assert_ended(world, i, 2.0 * round + 1.0, OUTCOME_OK);
    }
    const struct station *pool = &world->run->node[1].part[0]->host->pools[1];
    assert_near(pool->in_service.peak, 2.0, 0.0);
    assert_int_equal(pool->busy, 0);
    assert_int_equal(world->run->node[1].part[0]->host->pools[0].served, 0);
    toy_at_peace(world);
    toy_close(world);
}

static void a_cache_with_a_pool_is_read_and_set_through_it_but_not_held_in_between(void **unused)
{
    (void)unused;
    struct program_pool pools[] = {{.name = "redis", .size = 1, .timeout = INFINITY}};
    struct step steps[] = {TOY_STEP(STEP_CACHE, .node = {2}, .keys = "books", .pool = "redis",
                                    .on_miss = (struct rows)TOY_ROWS(fetch))};
    struct toy_service_config service = {.steps = TOY_ROWS(steps), .pools = pools, .pool_count = 1};
    struct toy_callee_config cache = {.script = miss_then_ok, .script_count = 2, .key = KEY};
    struct toy_world *world = toy_program_world(&one_request, &service, &cache, &two_seconds);
    toy_execute(world, 10.0);
    const struct station *pool = &world->run->node[1].part[0]->host->pools[0];
    toy_assert_ended(world, 0, 2.0, OUTCOME_OK);
    assert_int_equal(pool->served, 2);
    assert_near(gauge_area(&pool->in_service, world->run->now), 0.0, 1e-9);
    toy_close(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_program_answers_at_once),
        cmocka_unit_test(computes_share_the_vcpus_and_waits_share_nothing),
        cmocka_unit_test(a_call_takes_as_long_as_the_node_called),
        cmocka_unit_test(a_log_step_counts_its_bytes),
        cmocka_unit_test(a_cache_step_asks_for_its_command_and_keyspace),
        cmocka_unit_test(a_query_brings_its_work),
        cmocka_unit_test(a_transaction_brings_its_statements_in_order),
        cmocka_unit_test(a_get_reads_and_a_put_writes_its_size),
        cmocka_unit_test(events_and_messages_say_what_they_are),
        cmocka_unit_test(a_hit_skips_the_steps_of_a_miss),
        cmocka_unit_test(a_miss_fetches_and_then_sets_the_key_that_was_missed),
        cmocka_unit_test(a_key_survives_what_is_read_elsewhere_to_fetch_it),
        cmocka_unit_test(a_cache_that_cannot_be_set_fails_nobody),
        cmocka_unit_test(a_fetch_that_fails_sets_nothing),
        cmocka_unit_test(nested_misses_remember_a_key_each),
        cmocka_unit_test(parallel_branches_join_after_the_slowest),
        cmocka_unit_test(parallel_steps_nest),
        cmocka_unit_test(a_parallel_step_of_nothing_takes_no_time),
        cmocka_unit_test(a_choice_follows_its_shares),
        cmocka_unit_test(the_mean_cpu_time_weighs_choices_and_adds_branches),
        cmocka_unit_test(event_loops_limit_who_computes_but_not_who_waits),
        cmocka_unit_test(a_pool_lets_through_as_many_calls_as_it_has_connections),
        cmocka_unit_test(a_cache_with_a_pool_is_read_and_set_through_it_but_not_held_in_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
