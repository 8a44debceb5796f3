/* SPDX-License-Identifier: Apache-2.0 */
#include "workshop.h"

#include <math.h>
#include <string.h>

#include "crew.h"
#include "odometer.h"
#include "runfile.h"
#include "trial.h"

/* A study in four pairs of hands gives the same bytes as in one. */
static const char *bytes_of(int threads, uint64_t seed, struct workshop *workshop)
{
    workshop_open(workshop);
    workshop->study.options.threads = threads;
    workshop->study.options.seed = seed;
    workshop->study.options.replications = 6;
    workshop->study.options.no_drills = false;
    workshop->server.scales = true;
    workshop->server.down = 90.0;
    workshop->server.slow = 128.0;
    workshop_objective(workshop, "latency.p99 < 200ms");
    workshop_study(workshop);
    return workshop_printed(workshop, runfile_write);
}

static void test_threads_do_not_show(void **state)
{
    struct workshop one, many;
    (void)state;
    const char *alone = bytes_of(1, 1, &one);
    static const int threads[] = {2, 8};
    for (size_t i = 0; i < 2; i++) {
        const char *together = bytes_of(threads[i], 1, &many);
        assert_string_equal(alone, together);
        workshop_close(&many);
    }
    workshop_close(&one);
}

static void test_seeds_do(void **state)
{
    struct workshop one, other;
    (void)state;
    const char *first = bytes_of(1, 1, &one), *second = bytes_of(1, 2, &other);
    assert_string_not_equal(first, second);
    workshop_close(&one);
    workshop_close(&other);
}

/* What each mutant is caught with. */
static void check_mutant(int mutant, const char *problem)
{
    struct workshop workshop;
    workshop_open(&workshop);
    workshop.server.mutant = mutant;
    workshop.study.options.threads = 2;
    assert_int_equal(workshop_try(&workshop), STUDY_FAILED);
    const char *complaints = workshop_complaints(&workshop);
    workshop_holds(complaints, "shop.yaml: error: replication 0 of test with seed 1 contradicts itself: ");
    workshop_holds(complaints, problem);
    workshop_close(&workshop);
}

static void test_mutants_are_caught(void **state)
{
    (void)state;
    check_mutant(MUTANT_LOSES, "flow balance of orders");
    check_mutant(MUTANT_ANSWERS_TWICE, "flow balance of");
    check_mutant(MUTANT_STEPS_CLOCK, "the clock went backwards");
}

/* Who does not keep up is told when, and what to do. */
static void test_overflow(void **state)
{
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    workshop.environment.plan.clock = 86400.0 + 13.0 * 3600.0 + 20.0 * 60.0 + 5.0;
    struct trial trial = {.study = &workshop.study, .plan = &workshop.environment.plan};
    struct run *run = trial_open(&trial);
    assert_null(trial_problem(&trial, run, workshop.arena));
    run->full = true;
    const char *problem = trial_problem(&trial, run, workshop.arena);
    workshop_holds(
        problem, "more than 4,000,000 requests in flight at 13:20:05: test does not keep up with its load; ");
    run_close(run);
    workshop_close(&workshop);
}

static void test_stop(void **state)
{
    struct workshop workshop;
    volatile sig_atomic_t stop = 1;
    (void)state;
    workshop_open(&workshop);
    workshop.study.stop = &stop;
    assert_int_equal(workshop_try(&workshop), STUDY_STOPPED);
    assert_string_equal(workshop_complaints(&workshop), "");
    workshop_close(&workshop);
}

static void test_odometer_ends_at_one(void **state)
{
    static struct odometer odometer;
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    workshop.study.odometer = &odometer;
    workshop.study.options.no_drills = false;
    odometer.total = study_work(&workshop.study, &workshop.environment);
    workshop_near(odometer_share(&odometer), 0.0, 0.0);
    workshop_study(&workshop);
    workshop_near(odometer_share(&odometer), 1.0, 1e-12);
    workshop_close(&workshop);
}

/* M/M/infinity: the residence is the service time, exponential with mean 20 ms. */
static void test_numbers(void **state)
{
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    workshop.environment.plan.horizon = 3600.0;
    const struct result_environment *environment = workshop_study(&workshop);
    assert_int_equal(environment->latency_count, 3);
    const struct result_latency *all = &environment->latency[0];
    assert_string_equal(all->request, "all");
    assert_int_equal(all->requests, environment->latency[1].requests + environment->latency[2].requests);
    workshop_near((double)all->requests, 4 * 20 * 3600.0, 3.0 * sqrt(4 * 20 * 3600.0));
    assert_true(all->mean_ms.low < 20.0 && 20.0 < all->mean_ms.high);
    workshop_near(all->p50_ms.value, 20.0 * log(2.0), 0.3);
    workshop_near(all->p99_ms.value, 20.0 * log(100.0), 2.0);
    assert_string_equal(environment->latency[2].request, "POST /order");
    workshop_near((double)environment->latency[2].requests / (double)all->requests, 0.2, 1e-3);
    workshop_near(environment->errors.rate.value, 0.0, 0.0);

    const struct result_node *node = result_node_named(environment, "orders");
    workshop_near(node->utilisation.value, 20.0 * 0.02 / 2.0, 0.01);
    workshop_near((double)node->visits, (double)all->requests, 8.0); /* but for those around the edges */
    assert_int_equal(node->output_count, 7);
    assert_string_equal(node->output[5].key, "residence_p50");
    workshop_near(node->output[5].value.value * 1e3, all->p50_ms.value, 0.1);
    assert_string_equal(node->output[5].unit, "seconds");
    workshop_close(&workshop);
}

static void test_scaling(void **state)
{
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    workshop.server.scales = true;
    const struct result_environment *environment = workshop_study(&workshop);
    assert_int_equal(environment->scaling_count, 1);
    const struct result_scaling *scaling = environment->scaling;
    assert_string_equal(scaling->node, "orders");
    assert_int_equal(scaling->event_count, 2);
    workshop_near(scaling->event[0].at_s, 60.0, 1e-9);
    assert_int_equal(scaling->event[0].to, 3);
    assert_null(scaling->event[1].reason);
    workshop_near(scaling->events_per_day.value, 2.0 * 144.0, 1e-9);
    workshop_near(scaling->time_to_capacity_s[CAPACITY_TOTAL].value, 255.5, 1e-9);
    workshop_near(scaling->time_to_capacity_s[CAPACITY_WARM].value, 25.5, 1e-9);
    workshop_close(&workshop);
}

static void test_lead(void **state)
{
    struct study_options options = {0};
    (void)state;
    workshop_near(study_lead(&options, 3600.0), 900.0, 0.0);
    workshop_near(study_lead(&options, 86400.0), 1800.0, 0.0);
    options.lead = -1.0;
    workshop_near(study_lead(&options, 86400.0), 0.0, 0.0);
    options.lead = 5.0;
    workshop_near(study_lead(&options, 86400.0), 5.0, 0.0);
}

/* Replications are added until the interval is narrow enough, or there are too many. */
static void test_precision(void **state)
{
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    workshop.study.options.precision = 0.05;
    const struct result_environment *environment = workshop_study(&workshop);
    assert_true(environment->converged);
    assert_true(interval_half(environment->latency[0].p99_ms) <= 0.05 * environment->latency[0].p99_ms.value);
    workshop_close(&workshop);

    workshop_open(&workshop);
    workshop.study.options.precision = 1e-6;
    workshop.study.options.most_replications = 9;
    environment = workshop_study(&workshop);
    assert_int_equal(environment->replications, 9);
    assert_false(environment->converged);
    assert_false(workshop.result->converged);
    workshop_close(&workshop);
}

/* ---- The crew itself ---- */

struct counting {
    int taken, failing, dropped;
    int results[64];
};

static void *perform(void *context, int job, int thread)
{
    struct counting *counting = context;
    (void)thread;
    counting->results[job] = job;
    return &counting->results[job];
}

static bool take(void *context, int job, void *result)
{
    struct counting *counting = context;
    assert_int_equal(job, *(int *)result);
    assert_int_equal(job, counting->taken);
    counting->taken++;
    return job != counting->failing;
}

static void drop(void *result)
{
    *(int *)result = -1;
}

static void test_crew(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 8; threads *= 2) {
        struct counting counting = {.failing = -1};
        struct crew_work work = {.count = 50,
                                 .threads = threads,
                                 .context = &counting,
                                 .perform = perform,
                                 .take = take,
                                 .drop = drop};
        assert_true(crew_run(&work));
        assert_int_equal(counting.taken, 50);
        counting = (struct counting){.failing = 20};
        assert_false(crew_run(&work));
        assert_int_equal(counting.taken, 21);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_crew),
                                       cmocka_unit_test(test_lead),
                                       cmocka_unit_test(test_numbers),
                                       cmocka_unit_test(test_scaling),
                                       cmocka_unit_test(test_threads_do_not_show),
                                       cmocka_unit_test(test_seeds_do),
                                       cmocka_unit_test(test_mutants_are_caught),
                                       cmocka_unit_test(test_overflow),
                                       cmocka_unit_test(test_stop),
                                       cmocka_unit_test(test_odometer_ends_at_one),
                                       cmocka_unit_test(test_precision)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
