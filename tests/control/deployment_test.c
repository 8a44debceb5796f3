/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "arena.h"
#include "defaults.h"
#include "deployment.h"

static struct breaker_config config_of(bool enable, bool rollback)
{
    struct arena *arena = arena_open();
    struct breaker_config config;
    defaults_apply(breaker_params, &config, arena);
    arena_close(arena);
    config.enable = enable;
    config.rollback = rollback;
    return config;
}

static void the_threshold_is_half_of_the_desired_count_between_3_and_200(void **state)
{
    (void)state;
    struct breaker_config config = config_of(true, false);
    const int64_t table[][2] = {{0, 3}, {1, 3}, {6, 3}, {7, 4}, {25, 13}, {400, 200}, {401, 200}, {800, 200}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(breaker_threshold(&config, table[i][0]), table[i][1]);
}

static void the_threshold_can_be_configured(void **state)
{
    (void)state;
    struct breaker_config config = config_of(true, false);
    config.threshold_configuration = (struct breaker_threshold_config){BREAKER_BOUNDED_PERCENT, 10};
    assert_int_equal(breaker_threshold(&config, 100), 10);
    assert_int_equal(breaker_threshold(&config, 5), 3);
    config.threshold_configuration.type = BREAKER_UNBOUNDED_PERCENT;
    assert_int_equal(breaker_threshold(&config, 5), 1);
    assert_int_equal(breaker_threshold(&config, 4000), 400);
    config.threshold_configuration = (struct breaker_threshold_config){BREAKER_COUNT, 7};
    assert_int_equal(breaker_threshold(&config, 4000), 7);
}

static void tasks_that_never_run_count_first_failed_health_checks_later(void **state)
{
    (void)state;
    struct breaker_config config = config_of(true, false);
    struct breaker breaker;
    breaker_open(&breaker, &config, 4);
    assert_false(breaker_check_failed(&breaker)); /* not yet in the second stage */
    assert_false(breaker_start_failed(&breaker));
    assert_false(breaker_start_failed(&breaker));
    breaker_running(&breaker);
    assert_false(breaker_start_failed(&breaker)); /* no longer counts */
    assert_int_equal(breaker.failures, 2);
    assert_true(breaker_check_failed(&breaker));
    assert_true(breaker.tripped);
    assert_false(breaker_check_failed(&breaker)); /* it trips once */
}

static void a_breaker_that_is_off_never_trips(void **state)
{
    (void)state;
    struct breaker_config config = config_of(false, false);
    struct breaker breaker;
    breaker_open(&breaker, &config, 4);
    for (int i = 0; i < 1000; i++) assert_false(breaker_start_failed(&breaker));
    breaker_open(&breaker, NULL, 4);
    for (int i = 0; i < 1000; i++) assert_false(breaker_start_failed(&breaker));
}

static void minimum_healthy_percent_is_rounded_up(void **state)
{
    (void)state;
    assert_int_equal(deployment_floor(3, 50), 2);
    assert_int_equal(deployment_floor(4, 50), 2);
    assert_int_equal(deployment_floor(3, 100), 3);
    assert_int_equal(deployment_floor(1, 1), 1);
    assert_int_equal(deployment_floor(5, 0), 0);
}

static void maximum_percent_is_rounded_down(void **state)
{
    (void)state;
    assert_int_equal(deployment_ceiling(3, 150), 4);
    assert_int_equal(deployment_ceiling(3, 200), 6);
    assert_int_equal(deployment_ceiling(1, 150), 1);
}

static struct deployment begin(int64_t minimum, int64_t maximum, const struct breaker_config *config)
{
    struct deployment deployment = {.minimum_percent = minimum, .maximum_percent = maximum};
    deployment_begin(&deployment, config, 4);
    return deployment;
}

static void with_100_and_200_per_cent_all_new_tasks_start_before_old_ones_stop(void **state)
{
    (void)state;
    struct deployment deployment = begin(100, 200, NULL);
    struct deployment_work work = deployment_step(&deployment, &(struct deployment_count){4, 4, 0, 0, 0});
    assert_int_equal(work.start, 4);
    assert_int_equal(work.stop, 0);
    work = deployment_step(&deployment, &(struct deployment_count){4, 4, 0, 1, 3});
    assert_int_equal(work.start, 0);
    assert_int_equal(work.stop, 1);
    work = deployment_step(&deployment, &(struct deployment_count){4, 3, 0, 4, 0});
    assert_int_equal(work.stop, 3);
    assert_true(deployment_active(&deployment));
    deployment_step(&deployment, &(struct deployment_count){4, 0, 0, 4, 0});
    assert_int_equal(deployment.state, DEPLOYMENT_COMPLETED);
    assert_false(deployment_active(&deployment));
}

static void with_50_and_100_per_cent_old_tasks_make_room_first(void **state)
{
    (void)state;
    struct deployment deployment = begin(50, 100, NULL);
    struct deployment_work work = deployment_step(&deployment, &(struct deployment_count){4, 4, 0, 0, 0});
    assert_int_equal(work.start, 0);
    assert_int_equal(work.stop, 2);
    work = deployment_step(&deployment, &(struct deployment_count){4, 2, 0, 0, 0});
    assert_int_equal(work.start, 2);
    assert_int_equal(work.stop, 0);
}

static void old_tasks_that_serve_nobody_go_at_once(void **state)
{
    (void)state;
    struct deployment deployment = begin(100, 200, NULL);
    struct deployment_work work = deployment_step(&deployment, &(struct deployment_count){4, 2, 2, 0, 0});
    assert_int_equal(work.start, 4);
    assert_int_equal(work.stop, 2);
}

static void a_tripped_breaker_fails_the_deployment_or_rolls_it_back(void **state)
{
    (void)state;
    struct breaker_config plain = config_of(true, false), back = config_of(true, true);
    struct deployment deployment = begin(100, 200, &plain);
    while (!breaker_start_failed(&deployment.breaker)) {
    }
    assert_int_equal(deployment.breaker.failures, 3);
    deployment_trip(&deployment);
    assert_int_equal(deployment.state, DEPLOYMENT_FAILED);
    assert_int_equal(deployment_step(&deployment, &(struct deployment_count){4, 4, 0, 0, 0}).start, 0);
    deployment = begin(100, 200, &back);
    deployment_trip(&deployment);
    assert_int_equal(deployment.state, DEPLOYMENT_ROLLING_BACK);
    assert_true(deployment_active(&deployment));
    assert_int_equal(deployment_step(&deployment, &(struct deployment_count){4, 0, 2, 3, 0}).start, 1);
}

static void launches_that_keep_failing_wait_up_to_15_minutes(void **state)
{
    (void)state;
    assert_true(deployment_delay(0) == 0);
    assert_true(deployment_delay(1) == 10);
    assert_true(deployment_delay(2) == 20);
    assert_true(deployment_delay(7) == 640);
    assert_true(deployment_delay(8) == 900);
    assert_true(deployment_delay(1000000) == 900);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_threshold_is_half_of_the_desired_count_between_3_and_200),
        cmocka_unit_test(the_threshold_can_be_configured),
        cmocka_unit_test(tasks_that_never_run_count_first_failed_health_checks_later),
        cmocka_unit_test(a_breaker_that_is_off_never_trips),
        cmocka_unit_test(minimum_healthy_percent_is_rounded_up),
        cmocka_unit_test(maximum_percent_is_rounded_down),
        cmocka_unit_test(with_100_and_200_per_cent_all_new_tasks_start_before_old_ones_stop),
        cmocka_unit_test(with_50_and_100_per_cent_old_tasks_make_room_first),
        cmocka_unit_test(old_tasks_that_serve_nobody_go_at_once),
        cmocka_unit_test(a_tripped_breaker_fails_the_deployment_or_rolls_it_back),
        cmocka_unit_test(launches_that_keep_failing_wait_up_to_15_minutes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
