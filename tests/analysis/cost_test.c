/* SPDX-License-Identifier: Apache-2.0 */
#include "workshop.h"

#include <math.h>
#include <string.h>

#include "cost.h"
#include "month.h"
#include "result.h"

static const struct cost_line *line_of(const struct cost_bill *cost, const char *sku)
{
    for (int i = 0; i < cost->line_count; i++) {
        if (strcmp(cost->line[i].sku, sku) == 0) {
            return &cost->line[i];
        }
    }
    fail_msg("no line of %s", sku);
    return NULL;
}

/* Two tasks for 730 h at 0.04048 are 59.10 USD; three keys are 3 USD. Ten minutes at 20 requests a second are about
   52.56 million a month, of which one is free. */
static void test_bill(void **state)
{
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    const struct result_environment *environment = workshop_study(&workshop);
    const struct cost_bill *cost = &environment->cost;
    assert_int_equal(cost->line_count, 4);
    const struct cost_line *tasks = line_of(cost, "Fargate-vCPU-Hours:perCPU");
    assert_int_equal(tasks->monthly.cents, 5910);
    workshop_near(tasks->quantity.value, 1460.0, 1e-6);
    assert_string_equal(tasks->unit_price, "0.04048");
    assert_string_equal(tasks->unit, "vCPU-hour");
    assert_int_equal(tasks->basis, BILL_SIMULATED);
    assert_int_equal(line_of(cost, "KMS-Keys")->monthly.cents, 300);
    assert_int_equal(line_of(cost, "KMS-Keys")->basis, BILL_CONFIGURED);

    const struct cost_line *requests = line_of(cost, "Requests-Tier1");
    double sent = observation_interval(&environment->samples, "nodes.requests{node=\"orders\"}").value;
    workshop_near(requests->quantity.value, sent * 730.0 * 6.0, 1e-3);
    workshop_near((double)requests->monthly.cents, (requests->quantity.value - 1e6) * 0.4e-6 * 100.0, 1.0);
    assert_true(requests->blended);
    assert_true(requests->monthly.known);
    assert_true(requests->monthly.low < requests->monthly.cents);
    assert_int_equal(line_of(cost, "NatGateway-Bytes")->confidence, SHEET_ESTIMATED);
    workshop_holds(environment->note[0], "bill extrapolated from 10min of the day");
    workshop_close(&workshop);
}

/* What is shown adds up: lines to services, services to the total. */
static void test_sums(void **state)
{
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    const struct result_environment *environment = workshop_study(&workshop);
    const struct cost_bill *cost = &environment->cost;
    int64_t lines = 0, services = 0;
    for (int i = 0; i < cost->line_count; i++) {
        lines += cost->line[i].monthly.cents;
    }
    for (int i = 0; i < cost->service_count; i++) {
        services += cost->by_service[i].monthly.cents;
        assert_true(i == 0 || cost->by_service[i - 1].monthly.cents >= cost->by_service[i].monthly.cents);
    }
    assert_int_equal(lines, cost->monthly.cents);
    assert_int_equal(services, cost->monthly.cents);
    assert_int_equal(cost->service_count, 4);
    double total = observation_interval(&environment->samples, "cost.monthly").value;
    double node = observation_interval(&environment->samples, "cost.monthly{node=\"orders\"}").value;
    workshop_near(total, node, 1e-9);
    workshop_near(total * 100.0, (double)cost->monthly.cents, 3.0);
    workshop_close(&workshop);
}

static void test_usage(void **state)
{
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    workshop.environment.plan.horizon = 5400.0;
    const struct result_environment *environment = workshop_study(&workshop);
    assert_int_equal(environment->usage_count, 4);
    const struct result_usage *keys = &environment->usage[0];
    assert_string_equal(keys->sku, "KMS-Keys");
    assert_null(keys->hourly);
    workshop_near(keys->monthly, 3.0, 0.0);
    for (int i = 1; i < 4; i++) {
        const struct result_usage *usage = &environment->usage[i];
        assert_int_equal(usage->hours, 2);
        if (strcmp(usage->sku, "Fargate-vCPU-Hours:perCPU") == 0) {
            workshop_near(usage->hourly[0], 2.0, 1e-9);
            workshop_near(usage->hourly[1], 1.0, 1e-9); /* half an hour of it */
            assert_string_equal(usage->unit, "vCPU-hour");
        }
    }
    workshop_close(&workshop);
}

/* Counts follow the profile: the quiet half of the day brings the bill down to what the whole day costs. */
static void test_extrapolation(void **state)
{
    static const double time[] = {0.0, 43200.0}, factor[] = {1.0, 0.0};
    static const struct curve corner = {time, factor, 2, 86400.0};
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    workshop.clients.profile = &corner;
    workshop.environment.plan.horizon = 3600.0;
    const struct result_environment *environment = workshop_study(&workshop);
    const struct cost_line *requests = line_of(&environment->cost, "Requests-Tier1");
    double whole_month = 20.0 * 0.5 * 730.0 * 3600.0;
    workshop_near(requests->quantity.value / whole_month, 1.0, 0.02);
    assert_int_equal(line_of(&environment->cost, "Fargate-vCPU-Hours:perCPU")->monthly.cents, 5910);
    workshop_close(&workshop);
}

static void test_unknown_sku(void **state)
{
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    workshop.environment.plan.region = "us-east-1";
    assert_int_equal(workshop_try(&workshop), STUDY_FAILED);
    workshop_holds(workshop_complaints(&workshop), "shop.yaml: error: orders in test: ");
    workshop_holds(workshop_complaints(&workshop), "us-east-1");
    workshop_close(&workshop);
}

static void test_impossible_quantity(void **state)
{
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    workshop.server.keys = INT64_C(10000000000000);
    assert_int_equal(workshop_try(&workshop), STUDY_FAILED);
    workshop_holds(workshop_complaints(&workshop), "no bill can hold 1e+13 of KMS-Keys a month in eu-west-1");
    workshop_close(&workshop);
}

/* One replication has a bill without intervals; no_cost has none. */
static void test_single_and_none(void **state)
{
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    workshop.study.options.replications = 1;
    assert_false(workshop_study(&workshop)->cost.monthly.known);
    workshop.study.options.no_cost = true;
    assert_null(workshop_study(&workshop)->cost.currency);
    workshop_close(&workshop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bill),           cmocka_unit_test(test_sums),
        cmocka_unit_test(test_usage),          cmocka_unit_test(test_extrapolation),
        cmocka_unit_test(test_unknown_sku),    cmocka_unit_test(test_impossible_quantity),
        cmocka_unit_test(test_single_and_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
