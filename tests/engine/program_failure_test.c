/* SPDX-License-Identifier: Apache-2.0 */
#include "near.h"
#include "toy_program.h"

#include "diag.h"

#include <stdio.h>
#include <string.h>

/* What steps do when something goes wrong: failures, retries, timeouts, full pools. Nodes: 0 the caller, 1 the service, 2 and 3 callees. */

static const struct toy_caller_config one_request = {.count = 1};
static const struct toy_callee_config at_once = {0};
static const struct toy_callee_config five_seconds = {.service = TOY_SECONDS(5.0)};

/* ---- Failures ---------------------------------------------------------------------------------------- */

static const enum outcome throttled[] = {OUTCOME_THROTTLED};
static const struct toy_callee_config throttling = {.script = throttled, .script_count = 1};

static void a_failed_step_ends_the_request_with_its_outcome(void **unused)
{
    (void)unused;
    struct step steps[] = {TOY_STEP(STEP_CALL, .node = {2}), TOY_STEP(STEP_CALL, .node = {3})};
    struct toy_service_config service = {.steps = TOY_ROWS(steps)};
    struct toy_world *world = toy_program_world(&one_request, &service, &throttling, &at_once);
    toy_execute(world, 1.0);
    toy_assert_ended(world, 0, 0.0, OUTCOME_THROTTLED);
    assert_int_equal(toy_calls(world, 3), 0);
    toy_at_peace(world);
    toy_close(world);
}

static void a_failure_that_is_ignored_goes_unnoticed(void **unused)
{
    (void)unused;
    struct step steps[] = {TOY_STEP(STEP_CALL, .node = {2}, .on_error = 1), TOY_STEP(STEP_CALL, .node = {3})};
    struct toy_service_config service = {.steps = TOY_ROWS(steps)};
    struct toy_world *world = toy_program_world(&one_request, &service, &throttling, &at_once);
    toy_execute(world, 1.0);
    toy_assert_ended(world, 0, 0.0, OUTCOME_OK);
    assert_int_equal(toy_calls(world, 3), 1);
    toy_at_peace(world);
    toy_close(world);
}

/* A cache that cannot be asked has no value either: the request fetches it elsewhere. */
static void an_ignored_failure_of_a_cache_is_a_miss(void **unused)
{
    (void)unused;
    struct step fetch[] = {TOY_STEP(STEP_CALL, .node = {3})};
    struct step steps[] = {
        TOY_STEP(STEP_CACHE, .node = {2}, .keys = "books", .on_error = 1, .on_miss = TOY_ROWS(fetch))};
    struct toy_service_config service = {.steps = TOY_ROWS(steps)};
    struct toy_world *world = toy_program_world(&one_request, &service, &throttling, &at_once);
    toy_execute(world, 1.0);
    toy_assert_ended(world, 0, 0.0, OUTCOME_OK);
    assert_int_equal(toy_calls(world, 3), 1);
    toy_close(world);
}

/* The second get times out, so nobody knows its key; the first one's must not be set in its place. */
static void a_key_that_was_not_learnt_is_not_an_earlier_one(void **unused)
{
    (void)unused;
    static const enum outcome script[] = {OUTCOME_MISS, OUTCOME_OK};
    struct toy_callee_config quick = {.script = script, .script_count = 2, .key = 42};
    struct step fetch[] = {TOY_STEP(STEP_WAIT, .work = TOY_SECONDS(1.0))};
    struct step steps[] = {
        TOY_STEP(STEP_CACHE, .node = {2}, .keys = "books", .on_miss = TOY_ROWS(fetch)),
        TOY_STEP(STEP_CACHE, .node = {3}, .keys = "pages", .on_error = 1, .on_miss = TOY_ROWS(fetch))};
    steps[1].timeout = 0.5;
    struct toy_service_config service = {.steps = TOY_ROWS(steps)};
    struct toy_world *world = toy_program_world(&one_request, &service, &quick, &five_seconds);
    toy_execute(world, 20.0);
    assert_int_equal(toy_called(world, 2, 1)->held, 42);
    for (int i = 0; i < toy_calls(world, 3); i++) {
        assert_int_equal(toy_called(world, 3, i)->held, 0);
    }
    toy_close(world);
}

/* A condition that does not hold, a key that is not there. */
static void a_miss_is_no_failure(void **unused)
{
    (void)unused;
    static const enum outcome missed[] = {OUTCOME_MISS};
    struct toy_callee_config table = {.script = missed, .script_count = 1};
    struct step steps[] = {TOY_STEP(STEP_PUT, .node = {2}, .condition = true),
                           TOY_STEP(STEP_CALL, .node = {3})};
    struct toy_service_config service = {.steps = TOY_ROWS(steps)};
    struct toy_world *world = toy_program_world(&one_request, &service, &table, &at_once);
    toy_execute(world, 1.0);
    toy_assert_ended(world, 0, 0.0, OUTCOME_OK);
    assert_int_equal(toy_calls(world, 3), 1);
    toy_close(world);
}

/* The branch that fails at 1 s decides, though another fails at 3 s, and the request waits for the last. */
static void a_parallel_step_fails_with_the_first_failure_when_all_have_ended(void **unused)
{
    (void)unused;
    static const enum outcome refused[] = {OUTCOME_REJECTED};
    struct toy_callee_config late = {.service = TOY_SECONDS(3.0), .script = refused, .script_count = 1};
    struct step slow[] = {TOY_STEP(STEP_WAIT, .work = TOY_SECONDS(4.0))};
    struct step fails_late[] = {TOY_STEP(STEP_CALL, .node = {3})};
    struct step fails_early[] = {TOY_STEP(STEP_WAIT, .work = TOY_SECONDS(1.0)),
                                 TOY_STEP(STEP_CALL, .node = {2})};
    struct branch branches[] = {
        {.steps = TOY_ROWS(slow)}, {.steps = TOY_ROWS(fails_late)}, {.steps = TOY_ROWS(fails_early)}};
    struct step steps[] = {TOY_STEP(STEP_PARALLEL, .branches = TOY_ROWS(branches)),
                           TOY_STEP(STEP_LOG, .size = 1.0)};
    struct toy_service_config service = {.steps = TOY_ROWS(steps)};
    struct toy_world *world = toy_program_world(&one_request, &service, &throttling, &late);
    toy_execute(world, 10.0);
    toy_assert_ended(world, 0, 4.0, OUTCOME_THROTTLED);
    assert_near(world->run->node[1].log_bytes, 0.0, 0.0);
    toy_at_peace(world);
    toy_close(world);
}

/* ---- Retries ----------------------------------------------------------------------------------------- */

static void retries_come_after_a_backoff_that_grows_up_to_its_cap(void **unused)
{
    (void)unused;
    static const struct retry retry = {.max_attempts = 5,
                                       .base = 1.0,
                                       .cap = 3.0,
                                       .multiplier = 2.0,
                                       .jitter = RETRY_NONE,
                                       .budget = INFINITY};
    static const double at[] = {0.0, 1.0, 3.0, 6.0, 9.0};
    struct step steps[] = {TOY_STEP(STEP_CALL, .node = {2}, .retry = &retry)};
    struct toy_service_config service = {.steps = TOY_ROWS(steps)};
    struct toy_world *world = toy_program_world(&one_request, &service, &throttling, &at_once);
    toy_execute(world, 20.0);
    assert_int_equal(toy_calls(world, 2), 5);
    for (int i = 0; i < 5; i++) {
        assert_near(toy_called(world, 2, i)->at, at[i], 1e-8);
    }
    toy_assert_ended(world, 0, 9.0, OUTCOME_THROTTLED);
    toy_at_peace(world);
    toy_close(world);
}

static void a_retry_that_succeeds_saves_the_request(void **unused)
{
    (void)unused;
    static const struct retry retry = {.max_attempts = 3,
                                       .base = 1.0,
                                       .cap = 20.0,
                                       .multiplier = 2.0,
                                       .jitter = RETRY_NONE,
                                       .budget = INFINITY};
    static const enum outcome twice[] = {OUTCOME_RESET, OUTCOME_TIMEOUT, OUTCOME_OK};
    struct toy_callee_config flaky = {.script = twice, .script_count = 3};
    struct step steps[] = {TOY_STEP(STEP_CALL, .node = {2}, .retry = &retry),
                           TOY_STEP(STEP_CALL, .node = {3})};
    struct toy_service_config service = {.steps = TOY_ROWS(steps)};
    struct toy_world *world = toy_program_world(&one_request, &service, &flaky, &at_once);
    toy_execute(world, 20.0);
    toy_assert_ended(world, 0, 3.0, OUTCOME_OK);
    assert_int_equal(toy_calls(world, 3), 1);
    toy_at_peace(world);
    toy_close(world);
}

static void a_refusal_that_will_not_change_is_not_asked_for_again(void **unused)
{
    (void)unused;
    static const enum outcome refusals[] = {OUTCOME_FORBIDDEN, OUTCOME_NOT_FOUND};
    static const struct retry retry = {.max_attempts = 3,
                                       .base = 1.0,
                                       .cap = 20.0,
                                       .multiplier = 2.0,
                                       .jitter = RETRY_NONE,
                                       .budget = INFINITY};
    for (int i = 0; i < 2; i++) {
        struct toy_callee_config refusing = {.script = &refusals[i], .script_count = 1};
        struct step steps[] = {TOY_STEP(STEP_CALL, .node = {2}, .retry = &retry)};
        struct toy_service_config service = {.steps = TOY_ROWS(steps)};
        struct toy_world *world = toy_program_world(&one_request, &service, &refusing, &at_once);
        toy_execute(world, 20.0);
        assert_int_equal(toy_calls(world, 2), 1);
        toy_assert_ended(world, 0, 0.0, refusals[i]);
        toy_close(world);
    }
}

/* Full jitter draws evenly below base x 2^(n-1), capped: the mean over many requests is half of the bound. */
static void full_jitter_draws_evenly_below_the_bound(void **unused)
{
    (void)unused;
    static const struct retry retry = {.max_attempts = 4,
                                       .base = 1.0,
                                       .cap = 3.0,
                                       .multiplier = 2.0,
                                       .jitter = RETRY_FULL,
                                       .budget = INFINITY};
    static const double bound = 1.0 + 2.0 + 3.0;
    struct toy_caller_config many = {.count = TOY_REQUESTS};
    struct step steps[] = {TOY_STEP(STEP_CALL, .node = {2}, .retry = &retry)};
    struct toy_service_config service = {.steps = TOY_ROWS(steps)};
    struct toy_world *world = toy_program_world(&many, &service, &throttling, &at_once);
    toy_execute(world, 20.0);
    assert_int_equal(toy_calls(world, 2), 4 * TOY_REQUESTS);
    double sum = 0.0;
    for (int i = 0; i < TOY_REQUESTS; i++) {
        assert_true(toy_ended(world, i)->at > 0.0);
        assert_true(toy_ended(world, i)->at < bound);
        assert_true(i == 0 || toy_ended(world, i)->at != toy_ended(world, i - 1)->at);
        sum += toy_ended(world, i)->at;
    }
    /* Each total has the variance (1 + 4 + 9)/12; four standard errors of the mean. */
    assert_near(sum / TOY_REQUESTS, bound / 2.0, 4.0 * sqrt(14.0 / 12.0 / TOY_REQUESTS));
    toy_at_peace(world);
    toy_close(world);
}

/* botocore's quota: a retry costs 5, after a timeout 10; a success at once gives 1 back, one after a retry what
   that retry took. */
static const struct retry quota = {.max_attempts = 10,
                                   .base = 0.0,
                                   .cap = 0.0,
                                   .multiplier = 2.0,
                                   .jitter = RETRY_NONE,
                                   .budget = 22.0,
                                   .cost = 5.0,
                                   .timeout_cost = 10.0,
                                   .refund = 1.0};

/* Requests at 0, 1, 2 ... s; `calls[i]` is how many the callee has seen when request i is over. */
static void assert_calls(const enum outcome *script, int script_count, const int *calls, int requests)
{
    static const double at[] = {0.0, 1.0, 2.0, 3.0, 4.0, 5.0};
    struct toy_caller_config caller = {.at = at, .count = requests};
    struct toy_callee_config callee = {.script = script, .script_count = script_count};
    struct step steps[] = {TOY_STEP(STEP_CALL, .node = {2}, .retry = &quota)};
    struct toy_service_config service = {.steps = TOY_ROWS(steps)};
    struct toy_world *world = toy_program_world(&caller, &service, &callee, &at_once);
    toy_execute(world, 10.0);
    for (int i = 0; i < requests; i++) {
        int seen = 0;
        while (seen < toy_calls(world, 2) && toy_called(world, 2, seen)->at <= at[i] + 0.5) {
            seen++;
        }
        assert_int_equal(seen, calls[i]);
    }
    toy_close(world);
}

static void retries_stop_when_the_quota_has_no_tokens(void **unused)
{
    (void)unused;
    static const int calls[] = {5, 6}; /* 22 tokens pay for four retries; the second request has none */
    assert_calls(throttled, 1, calls, 2);
}

static void a_retry_after_a_timeout_costs_more(void **unused)
{
    (void)unused;
    static const enum outcome timeouts[] = {OUTCOME_TIMEOUT};
    static const int calls[] = {3, 4};
    assert_calls(timeouts, 1, calls, 2);
}

static void a_success_at_once_gives_a_little_back(void **unused)
{
    (void)unused;
    /* 22 - 20 = 2 left; three successes make 5: one retry. */
    static const enum outcome script[] = {OUTCOME_RESET, OUTCOME_RESET, OUTCOME_RESET,
                                          OUTCOME_RESET, OUTCOME_RESET, OUTCOME_OK,
                                          OUTCOME_OK,    OUTCOME_OK,    OUTCOME_RESET};
    static const int calls[] = {5, 6, 7, 8, 10};
    assert_calls(script, 9, calls, 5);
}

static void a_success_after_a_retry_gives_back_what_the_retry_took(void **unused)
{
    (void)unused;
    /* 22 - 10 after a timeout + 10 back: four retries for the next request. */
    static const enum outcome script[] = {OUTCOME_TIMEOUT, OUTCOME_OK, OUTCOME_RESET};
    static const int calls[] = {2, 7};
    assert_calls(script, 3, calls, 2);
}

/* ---- Timeouts ---------------------------------------------------------------------------------------- */

static void a_timeout_gives_the_call_up_and_leaves_an_orphan_at_work(void **unused)
{
    (void)unused;
    struct step steps[] = {TOY_STEP(STEP_CALL, .node = {2})};
    steps[0].timeout = 2.0;
    struct toy_service_config service = {.steps = TOY_ROWS(steps)};
    struct toy_world *world = toy_program_world(&one_request, &service, &five_seconds, &at_once);
    toy_execute(world, 10.0);
    toy_assert_ended(world, 0, 2.0, OUTCOME_TIMEOUT);
    const struct node *callee = &world->run->node[2];
    assert_int_equal(callee->replies, 1);
    assert_near(callee->residence_sum, 5.0, 1e-8); /* it worked on, for nobody */
    toy_at_peace(world);
    toy_close(world);
}

static void a_timed_out_call_is_repeated_while_its_orphan_works(void **unused)
{
    (void)unused;
    static const struct retry retry = {.max_attempts = 3,
                                       .base = 0.5,
                                       .cap = 0.5,
                                       .multiplier = 1.0,
                                       .jitter = RETRY_NONE,
                                       .budget = INFINITY};
    struct step steps[] = {TOY_STEP(STEP_CALL, .node = {2}, .retry = &retry)};
    steps[0].timeout = 1.0;
    struct toy_service_config service = {.steps = TOY_ROWS(steps)};
    struct toy_world *world = toy_program_world(&one_request, &service, &five_seconds, &at_once);
    toy_execute(world, 20.0);
    assert_int_equal(toy_calls(world, 2), 3);
    assert_near(toy_called(world, 2, 2)->at, 3.0, 1e-8);
    toy_assert_ended(world, 0, 4.0, OUTCOME_TIMEOUT);
    assert_near(world->run->node[2].inside.peak, 3.0, 0.0); /* the work of all three attempts */
    toy_at_peace(world);
    toy_close(world);
}

/* ---- Pools ------------------------------------------------------------------------------------------- */

static struct program_pool one_connection[] = {{.name = "database", .size = 1, .timeout = 3.0}};

static void a_wait_for_a_connection_ends_with_a_timeout(void **unused)
{
    (void)unused;
    struct toy_caller_config three = {.count = 3};
    struct step steps[] = {TOY_STEP(STEP_QUERY, .node = {2}, .pool = "database")};
    struct toy_service_config service = {.steps = TOY_ROWS(steps), .pools = one_connection, .pool_count = 1};
    struct toy_world *world = toy_program_world(&three, &service, &five_seconds, &at_once);
    toy_execute(world, 20.0);
    toy_assert_ended(world, 0, 5.0, OUTCOME_OK);
    toy_assert_ended(world, 1, 3.0, OUTCOME_TIMEOUT);
    toy_assert_ended(world, 2, 3.0, OUTCOME_TIMEOUT);
    assert_int_equal(world->run->node[1].part[0]->host->pools[0].busy, 0);
    assert_int_equal(toy_calls(world, 2), 1);
    toy_at_peace(world);
    toy_close(world);
}

static void a_connection_that_is_not_there_may_be_ignored(void **unused)
{
    (void)unused;
    struct toy_caller_config two = {.count = 2};
    struct step steps[] = {TOY_STEP(STEP_QUERY, .node = {2}, .pool = "database", .on_error = 1),
                           TOY_STEP(STEP_CALL, .node = {3})};
    struct toy_service_config service = {.steps = TOY_ROWS(steps), .pools = one_connection, .pool_count = 1};
    struct toy_world *world = toy_program_world(&two, &service, &five_seconds, &at_once);
    toy_execute(world, 20.0);
    toy_assert_ended(world, 0, 5.0, OUTCOME_OK);
    toy_assert_ended(world, 1, 3.0, OUTCOME_OK);
    assert_int_equal(toy_calls(world, 2), 1);
    assert_int_equal(toy_calls(world, 3), 2);
    toy_at_peace(world);
    toy_close(world);
}

static void a_cache_without_a_connection_is_a_miss_when_that_is_ignored(void **unused)
{
    (void)unused;
    struct toy_caller_config two = {.count = 2};
    struct step fetch[] = {TOY_STEP(STEP_CALL, .node = {3})};
    struct step steps[] = {TOY_STEP(STEP_CACHE, .node = {2}, .keys = "books", .pool = "database",
                                    .on_error = 1, .on_miss = TOY_ROWS(fetch))};
    struct toy_service_config service = {.steps = TOY_ROWS(steps), .pools = one_connection, .pool_count = 1};
    struct toy_world *world = toy_program_world(&two, &service, &five_seconds, &at_once);
    toy_execute(world, 40.0);
    toy_assert_ended(world, 0, 5.0, OUTCOME_OK);
    assert_int_equal(toy_calls(world, 3), 1); /* by the second request, which had no answer from the cache */
    toy_close(world);
}

/* The second request never asks for its page, and must not set the page in the place of its book. */
static void a_key_that_was_never_asked_for_is_not_an_earlier_one(void **unused)
{
    (void)unused;
    static const enum outcome missed[] = {OUTCOME_MISS};
    struct toy_caller_config two = {.count = 2};
    struct toy_callee_config books = {.script = missed, .script_count = 1, .key = 42};
    struct step brief[] = {TOY_STEP(STEP_LOG, .size = 1.0)};
    struct step slow[] = {TOY_STEP(STEP_WAIT, .work = TOY_SECONDS(4.0))};
    struct step steps[] = {TOY_STEP(STEP_CACHE, .node = {2}, .keys = "books", .on_miss = TOY_ROWS(brief)),
                           TOY_STEP(STEP_CACHE, .node = {3}, .keys = "pages", .pool = "database",
                                    .on_error = 1, .on_miss = TOY_ROWS(slow))};
    struct toy_service_config service = {.steps = TOY_ROWS(steps), .pools = one_connection, .pool_count = 1};
    struct toy_world *world = toy_program_world(&two, &service, &books, &five_seconds);
    toy_execute(world, 40.0);
    assert_int_equal(toy_calls(world, 3), 2); /* a get by the first, a set by the second */
    assert_int_equal(toy_called(world, 3, 1)->ask->op, ASK_SET);
    assert_int_equal(toy_called(world, 3, 1)->held, 0);
    toy_close(world);
}

static void a_connection_is_given_back_after_a_failure(void **unused)
{
    (void)unused;
    static const double at[] = {0.0, 1.0, 2.0};
    struct toy_caller_config three = {.at = at, .count = 3};
    struct step steps[] = {TOY_STEP(STEP_QUERY, .node = {2}, .pool = "database")};
    struct toy_service_config service = {.steps = TOY_ROWS(steps), .pools = one_connection, .pool_count = 1};
    struct toy_world *world = toy_program_world(&three, &service, &throttling, &at_once);
    toy_execute(world, 20.0);
    for (int i = 0; i < 3; i++) {
        toy_assert_ended(world, i, at[i], OUTCOME_THROTTLED);
    }
    assert_int_equal(world->run->node[1].part[0]->host->pools[0].busy, 0);
    toy_close(world);
}

/* A request that ignored a timeout before it queues for a connection is not refused the connection it then gets. */
static void an_ignored_timeout_is_forgotten_by_the_time_a_connection_is_free(void **unused)
{
    (void)unused;
    struct toy_caller_config two = {.count = 2};
    struct step steps[] = {TOY_STEP(STEP_CALL, .node = {2}, .on_error = 1),
                           TOY_STEP(STEP_QUERY, .node = {3}, .pool = "database")};
    steps[0].timeout = 1.0;
    struct toy_callee_config two_seconds = {.service = TOY_SECONDS(2.0)};
    struct toy_service_config service = {.steps = TOY_ROWS(steps), .pools = one_connection, .pool_count = 1};
    struct toy_world *world = toy_program_world(&two, &service, &five_seconds, &two_seconds);
    toy_execute(world, 20.0);
    toy_assert_ended(world, 0, 3.0, OUTCOME_OK);
    toy_assert_ended(world, 1, 5.0, OUTCOME_OK);
    assert_int_equal(world->run->node[1].part[0]->host->pools[0].busy, 0);
    toy_at_peace(world);
    toy_close(world);
}

/* ---- Complaints -------------------------------------------------------------------------------------- */

/* What is printed when a service of these steps is opened. */
static void complaint(struct rows steps, char *text, size_t size)
{
    struct toy_service_config service = {.steps = steps, .pools = one_connection, .pool_count = 1};
    struct toy_world *world = toy_program_world(&one_request, &service, &at_once, &at_once);
    struct arena *arena = arena_open();
    world->plan =
        (struct plan){.node = world->node, .node_count = 4, .horizon = 1.0, .places = places_open(arena)};
    struct diag *diag = diag_open(arena);
    run_close(run_open(&world->plan, &world->options, diag));
    assert_int_equal(diag_errors(diag), 1);
    FILE *file = fmemopen(text, size, "w");
    diag_print(diag, file);
    fclose(file);
    arena_close(arena);
}

static void a_program_that_makes_no_sense_is_complained_about(void **unused)
{
    (void)unused;
    static const char *const nonsense[] = {"3ms", "often"};
    char text[400];
    struct step pool[] = {TOY_STEP(STEP_QUERY, .node = {2}, .pool = "databse")};
    complaint((struct rows)TOY_ROWS(pool), text, sizeof text);
    assert_non_null(strstr(text, "no pool called databse"));
    struct step statements[] = {TOY_STEP(STEP_TRANSACTION, .node = {2}, .statements = {nonsense, 2})};
    complaint((struct rows)TOY_ROWS(statements), text, sizeof text);
    assert_non_null(strstr(text, "often"));
    struct branch shares[] = {{.share = 0.6}, {.share = 0.3}};
    struct step choice[] = {TOY_STEP(STEP_CHOOSE, .branches = TOY_ROWS(shares))};
    complaint((struct rows)TOY_ROWS(choice), text, sizeof text);
    assert_non_null(strstr(text, "shares of a choice must add up to 100%"));
    struct step wait[] = {TOY_STEP(STEP_WAIT, .work = TOY_SECONDS(1.0))};
    struct step third[] = {TOY_STEP(STEP_CACHE, .node = {2}, .keys = "c", .on_miss = TOY_ROWS(wait))};
    struct step second[] = {TOY_STEP(STEP_CACHE, .node = {2}, .keys = "b", .on_miss = TOY_ROWS(third))};
    struct step first[] = {TOY_STEP(STEP_CACHE, .node = {2}, .keys = "a", .on_miss = TOY_ROWS(second))};
    complaint((struct rows)TOY_ROWS(first), text, sizeof text);
    assert_non_null(strstr(text, "at most two caches deep"));
    struct branch many[17] = {0};
    struct step wide[] = {TOY_STEP(STEP_PARALLEL, .branches = TOY_ROWS(many))};
    complaint((struct rows)TOY_ROWS(wide), text, sizeof text);
    assert_non_null(strstr(text, "at most 16 branches"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_step_ends_the_request_with_its_outcome),
        cmocka_unit_test(a_failure_that_is_ignored_goes_unnoticed),
        cmocka_unit_test(an_ignored_failure_of_a_cache_is_a_miss),
        cmocka_unit_test(a_key_that_was_not_learnt_is_not_an_earlier_one),
        cmocka_unit_test(a_miss_is_no_failure),
        cmocka_unit_test(a_parallel_step_fails_with_the_first_failure_when_all_have_ended),
        cmocka_unit_test(retries_come_after_a_backoff_that_grows_up_to_its_cap),
        cmocka_unit_test(a_retry_that_succeeds_saves_the_request),
        cmocka_unit_test(a_refusal_that_will_not_change_is_not_asked_for_again),
        cmocka_unit_test(full_jitter_draws_evenly_below_the_bound),
        cmocka_unit_test(retries_stop_when_the_quota_has_no_tokens),
        cmocka_unit_test(a_retry_after_a_timeout_costs_more),
        cmocka_unit_test(a_success_at_once_gives_a_little_back),
        cmocka_unit_test(a_success_after_a_retry_gives_back_what_the_retry_took),
        cmocka_unit_test(a_timeout_gives_the_call_up_and_leaves_an_orphan_at_work),
        cmocka_unit_test(a_timed_out_call_is_repeated_while_its_orphan_works),
        cmocka_unit_test(a_wait_for_a_connection_ends_with_a_timeout),
        cmocka_unit_test(a_connection_that_is_not_there_may_be_ignored),
        cmocka_unit_test(a_cache_without_a_connection_is_a_miss_when_that_is_ignored),
        cmocka_unit_test(a_key_that_was_never_asked_for_is_not_an_earlier_one),
        cmocka_unit_test(a_connection_is_given_back_after_a_failure),
        cmocka_unit_test(an_ignored_timeout_is_forgotten_by_the_time_a_connection_is_free),
        cmocka_unit_test(a_program_that_makes_no_sense_is_complained_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
