/* SPDX-License-Identifier: Apache-2.0 */
#include "near.h"
#include "toy.h"

static struct run *share(struct toy_source_config source, struct toy_cpu_config cpu, double horizon)
{
    static struct toy_source_config source_config;
    static struct toy_cpu_config cpu_config;
    source_config = source;
    cpu_config = cpu;
    struct plan_node nodes[] = {{.name = "source", .model = &toy_source, .config = &source_config},
                                {.name = "cpu", .model = &toy_cpu, .config = &cpu_config}};
    return toy_run(nodes, 2, horizon, 1);
}

static const struct dist one_second = {.kind = DIST_DETERMINISTIC, .a = 1.0, .mean = 1.0};

static void n_equal_demands_share_one_vcpu_and_end_together(void **unused)
{
    (void)unused;
    struct run *run = share((struct toy_source_config){.burst = 4},
                            (struct toy_cpu_config){.vcpus = 1.0, .demand = one_second}, 10.0);
    assert_near(tally_quantile(&run->request[0].latency, 0.01), 4.0, 0.01);
    assert_near(tally_quantile(&run->request[0].latency, 1.0), 4.0, 1e-8);
    run_close(run);
}

static void one_request_never_uses_more_than_one_vcpu(void **unused)
{
    (void)unused;
    struct run *run = share((struct toy_source_config){.burst = 2},
                            (struct toy_cpu_config){.vcpus = 4.0, .demand = one_second}, 10.0);
    assert_near(tally_quantile(&run->request[0].latency, 1.0), 1.0, 1e-8);
    const struct processor *processor = run->node[1].state;
    assert_near(gauge_area(&processor->own, run->now), 2.0, 1e-8);
    run_close(run);
}

static void contention_slows_everybody_as_the_universal_scalability_law_says(void **unused)
{
    (void)unused;
    struct toy_cpu_config cpu = {.vcpus = 8.0, .sigma = 0.1, .kappa = 0.01, .demand = one_second};
    struct run *run = share((struct toy_source_config){.burst = 4}, cpu, 10.0);
    assert_near(tally_quantile(&run->request[0].latency, 1.0), 1.0 + 0.1 * 3 + 0.01 * 12, 1e-8);
    run_close(run);
}

/* M/G/1 processor sharing: mean sojourn S/(1 - rho) whatever the distribution (Kleinrock vol. 2, 1976, section 4.4). */
static void mean_sojourn_is_insensitive_to_the_distribution(void **unused)
{
    (void)unused;
    static const struct dist demands[] = {{.kind = DIST_DETERMINISTIC, .a = 0.01, .mean = 0.01},
                                          {.kind = DIST_EXPONENTIAL, .a = 0.01, .mean = 0.01},
                                          {.kind = DIST_HYPEREXPONENTIAL,
                                           .a = 0.8872983346207417,
                                           .b = 0.005635083268962916,
                                           .c = 0.04436491673103708,
                                           .mean = 0.01}};
    for (int i = 0; i < 3; i++) {
        struct run *run = share((struct toy_source_config){.rate = 70.0},
                                (struct toy_cpu_config){.vcpus = 1.0, .demand = demands[i]}, 10000.0);
        assert_near_share(tally_mean(&run->request[0].latency), 0.01 / 0.3, 0.02);
        assert_null(run_violation(run));
        run_close(run);
    }
}

static void the_virtual_clock_is_rebased_when_never_idle(void **unused)
{
    (void)unused;
    struct toy_cpu_config cpu = {.vcpus = 1.0,
                                 .demand = {.kind = DIST_DETERMINISTIC, .a = 30000.0, .mean = 30000.0}};
    struct run *run = share((struct toy_source_config){.rate = 1.0 / 31000.0, .burst = 1}, cpu, 3e7);
    const struct processor *processor = run->node[1].state;
    assert_true(processor->virtual_time < 2e5);
    assert_true(run->request[0].latency.count > 500);
    assert_null(run_violation(run));
    run_close(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(n_equal_demands_share_one_vcpu_and_end_together),
        cmocka_unit_test(one_request_never_uses_more_than_one_vcpu),
        cmocka_unit_test(contention_slows_everybody_as_the_universal_scalability_law_says),
        cmocka_unit_test(mean_sojourn_is_insensitive_to_the_distribution),
        cmocka_unit_test(the_virtual_clock_is_rebased_when_never_idle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
