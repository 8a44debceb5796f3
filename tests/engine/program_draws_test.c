/* SPDX-License-Identifier: Apache-2.0 */
#include "near.h"
#include "toy_program.h"

/* A retry or a miss moves nobody else's random numbers, nor the later ones of its own request: request i brings the same
   demands to both sides of a comparison. Nodes: 0 the caller, 1 the service, 2 and 3 callees. */

static const struct toy_caller_config one_request = {.count = 1};
static const struct toy_callee_config at_once = {0};

/* Requests that call 2, then compute, then call 3; what `first` does must not move a later demand. */
static struct toy_world *later_demands(const struct toy_callee_config *first, const struct retry *retry)
{
    static struct step fetched[] = {TOY_STEP(STEP_WAIT, .work = TOY_EXPONENTIAL(1.0)),
                                    TOY_STEP(STEP_CALL, .node = {2}, .on_error = 1)};
    static struct step steps[2];
    static struct toy_service_config service;
    static struct toy_caller_config caller = {.count = 8};
    steps[0] = (struct step)TOY_STEP(STEP_CACHE, .node = {2}, .keys = "books", .retry = retry,
                                     .on_miss = TOY_ROWS(fetched));
    steps[1] = (struct step)TOY_STEP(STEP_CALL, .node = {3});
    service = (struct toy_service_config){.steps = TOY_ROWS(steps)};
    struct toy_world *world = toy_program_world(&caller, &service, first, &at_once);
    toy_execute(world, 1000.0);
    toy_at_peace(world);
    return world;
}

/* The draws that callee 3 saw, in order of size: of whom they are does not depend on the order of arrival. */
static void sorted_draws(const struct toy_world *world, double *draws)
{
    assert_int_equal(toy_calls(world, 3), 8);
    for (int i = 0; i < 8; i++) {
        int place = i;
        double draw = toy_called(world, 3, i)->draw;
        for (; place > 0 && draws[place - 1] > draw; place--) {
            draws[place] = draws[place - 1];
        }
        draws[place] = draw;
    }
}

static void assert_same_demands(const struct toy_callee_config *first, const struct retry *retry)
{
    double plain[8], other[8];
    struct toy_world *world = later_demands(&at_once, NULL);
    sorted_draws(world, plain);
    toy_close(world);
    world = later_demands(first, retry);
    assert_true(toy_calls(world, 2) > 8); /* it was indeed different */
    sorted_draws(world, other);
    toy_close(world);
    for (int i = 0; i < 8; i++) {
        assert_near(other[i], plain[i], 0.0);
        assert_true(i == 0 || plain[i] != plain[i - 1]);
    }
}

static void a_retry_moves_no_later_demand(void **unused)
{
    (void)unused;
    static const struct retry retry = {.max_attempts = 10,
                                       .base = 0.1,
                                       .cap = 1.0,
                                       .multiplier = 2.0,
                                       .jitter = RETRY_FULL,
                                       .budget = INFINITY};
    static const enum outcome script[] = {OUTCOME_RESET, OUTCOME_OK, OUTCOME_RESET, OUTCOME_TIMEOUT,
                                          OUTCOME_OK};
    struct toy_callee_config flaky = {.script = script, .script_count = 5};
    assert_same_demands(&flaky, &retry);
}

static const enum outcome cold_script[] = {OUTCOME_MISS, OUTCOME_OK, OUTCOME_MISS, OUTCOME_MISS, OUTCOME_OK};
static const struct toy_callee_config cold = {.script = cold_script, .script_count = 5, .key = 7};

static void a_miss_moves_no_later_demand_of_a_callee(void **unused)
{
    (void)unused;
    assert_same_demands(&cold, NULL);
}

/* The seconds that one request computes after its cache step, found from when it is over. */
static double computed_after(const struct toy_callee_config *cache)
{
    struct step fetched[] = {TOY_STEP(STEP_WAIT, .work = TOY_EXPONENTIAL(1.0)),
                             TOY_STEP(STEP_CALL, .node = {3})};
    struct step steps[] = {TOY_STEP(STEP_CACHE, .node = {2}, .keys = "books", .on_miss = TOY_ROWS(fetched)),
                           TOY_STEP(STEP_COMPUTE, .work = TOY_EXPONENTIAL(1.0))};
    struct toy_service_config service = {.steps = TOY_ROWS(steps)};
    struct toy_world *world = toy_program_world(&one_request, &service, cache, &at_once);
    toy_execute(world, 1000.0);
    double waited = toy_calls(world, 3) == 0 ? 0.0 : toy_called(world, 3, 0)->at;
    double computed = toy_ended(world, 0)->at - waited;
    toy_close(world);
    return computed;
}

static void a_miss_moves_no_later_demand_of_the_same_request(void **unused)
{
    (void)unused;
    assert_near(computed_after(&cold), computed_after(&at_once), 1e-8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_retry_moves_no_later_demand),
        cmocka_unit_test(a_miss_moves_no_later_demand_of_a_callee),
        cmocka_unit_test(a_miss_moves_no_later_demand_of_the_same_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
