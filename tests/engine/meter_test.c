/* SPDX-License-Identifier: Apache-2.0 */
#include "near.h"
#include "toy_ledger.h"

#include <string.h>

enum { COUNT = 64 };

/* Of two and a half hours; the second is the busiest. */
static const struct toy_entry entries[] = {
    {-3000.0, TOY_COUNT, 500.0}, {-3000.0, TOY_SUM, 7.0},   {-3000.0, TOY_LEVEL, 4.0},
    {900.0, TOY_COUNT, 100.0},   {1800.0, TOY_SUM, 1.5},    {3590.0, TOY_COUNT, 20.0},
    {3610.0, TOY_COUNT, 3000.0}, {5400.0, TOY_LEVEL, 10.0}, {7000.0, TOY_SUM, 2.25},
    {7300.0, TOY_COUNT, 7.0},    {8999.0, TOY_SUM, 0.5}};
static const int entry_count = sizeof entries / sizeof *entries;

static struct run *two_and_a_half_hours(void)
{
    return toy_ledger_run(entries, entry_count, 9000.0, 3600.0);
}

static void assert_hours(const struct meter *meter, double first, double second, double third)
{
    assert_near(meter->hourly[0], first, 1e-9);
    assert_near(meter->hourly[1], second, 1e-9);
    assert_near(meter->hourly[2], third, 1e-9);
}

static void each_hour_has_its_own_count(void **unused)
{
    (void)unused;
    struct run *run = two_and_a_half_hours();
    assert_int_equal(run->hours, 3);
    assert_hours(toy_ledger_meter(run, "Events"), 0.120, 3.0, 0.007); /* by the thousand */
    run_close(run);
}

static void a_sum_is_taken_as_it_is(void **unused)
{
    (void)unused;
    struct run *run = two_and_a_half_hours();
    assert_hours(toy_ledger_meter(run, "Work:12xdb.r6g.large:hours"), 1.5, 2.25, 0.5);
    run_close(run);
}

/* 4 for the first hour and a half, 10 from then on, at 2 units an hour; the last hour is half an hour. */
static void a_gauge_counts_in_hours(void **unused)
{
    (void)unused;
    struct run *run = two_and_a_half_hours();
    assert_hours(toy_ledger_meter(run, "InstanceUsage:db.r6g.large"), 8.0, 14.0, 10.0);
    run_close(run);
}

static void the_hours_add_up_to_what_is_reported(void **unused)
{
    (void)unused;
    struct run *run = two_and_a_half_hours();
    static const struct {
        const char *sku, *output;
        double factor;
    } rows[] = {{"Events", "billed_events", 0.001},
                {"Work:12xdb.r6g.large:hours", "billed_work", 1.0},
                {"InstanceUsage:db.r6g.large", "billed_level", 2.0 * 2.5}};
    for (int i = 0; i < 3; i++) {
        const struct meter *meter = toy_ledger_meter(run, rows[i].sku);
        double sum = meter->hourly[0] + meter->hourly[1] + meter->hourly[2];
        assert_near(sum, toy_ledger_output(run, rows[i].output)->value * rows[i].factor, 1e-9);
    }
    run_close(run);
}

static void without_a_lead_in_nothing_is_forgotten(void **unused)
{
    (void)unused;
    static const struct toy_entry first[] = {{0.0, TOY_COUNT, 1000.0}, {0.0, TOY_LEVEL, 1.0}};
    struct run *run = toy_ledger_run(first, 2, 1800.0, 0.0);
    assert_int_equal(run->hours, 1);
    assert_near(toy_ledger_meter(run, "Events")->hourly[0], 1.0, 1e-12);
    assert_near(toy_ledger_meter(run, "InstanceUsage:db.r6g.large")->hourly[0], 2.0 * 0.5, 1e-12);
    run_close(run);
}

static void a_whole_number_of_hours_has_no_further_one(void **unused)
{
    (void)unused;
    static const struct toy_entry steady[] = {
        {1.0, TOY_COUNT, 1.0}, {3600.5, TOY_COUNT, 2.0}, {7199.0, TOY_COUNT, 3.0}};
    struct run *run = toy_ledger_run(steady, 3, 7200.0, 0.0);
    assert_int_equal(run->hours, 2);
    assert_near(toy_ledger_meter(run, "Events")->hourly[0], 0.001, 1e-12);
    assert_near(toy_ledger_meter(run, "Events")->hourly[1], 0.005, 1e-12);
    run_close(run);
}

static void a_monthly_quantity_does_not_depend_on_the_run(void **unused)
{
    (void)unused;
    struct run *run = two_and_a_half_hours();
    const struct meter *meter = toy_ledger_meter(run, "Keys");
    assert_near(meter->monthly, 3.0, 0.0);
    assert_int_equal(meter->basis, BASIS_CONFIGURED);
    assert_string_equal(meter->purchase, "Spot");
    assert_hours(meter, 0.0, 0.0, 0.0);
    run_close(run);
}

static void a_meter_knows_its_node_its_service_and_what_it_counts(void **unused)
{
    (void)unused;
    struct run *run = two_and_a_half_hours();
    const struct meter *meter = toy_ledger_meter(run, "Events");
    assert_ptr_equal(meter->node, &run->node[0]);
    assert_string_equal(meter->service, "AmazonToys");
    assert_string_equal(meter->name, "billed_events");
    assert_string_equal(meter->purchase, "OnDemand");
    assert_int_equal(meter->basis, BASIS_SIMULATED);
    assert_null(toy_ledger_meter(run, "InstanceUsage:db.r6g.large")->service);
    assert_int_equal(toy_ledger_meter(run, "Work:12xdb.r6g.large:hours")->basis, BASIS_CONFIGURED);
    run_close(run);
}

static void a_node_may_have_more_meters_than_there_was_room_for(void **unused)
{
    (void)unused;
    static const struct toy_ledger_config config = {.size = 1};
    static const struct plan_node node = {.name = "ledger", .model = &toy_ledger, .config = &config};
    static const struct plan plan = {.node = &node, .node_count = 1, .horizon = 10.0};
    static const struct run_options options = {.seed = 1};
    static const int64_t hundred = 100;
    struct run *run = run_open(&plan, &options, NULL);
    int before = run->meter_count;
    for (int i = 0; i < COUNT; i++) {
        meter_add(&run->node[0],
                  (struct meter){.sku = "More", .kind = METER_COUNT, .count = &hundred, .factor = i});
    }
    assert_int_equal(run->meter_count, before + COUNT);
    assert_near(meter_reading(&run->meter[before], 0), 100.0, 0.0); /* a factor of 0 counts as 1 */
    for (int i = 1; i < COUNT; i++) {
        assert_near(meter_reading(&run->meter[before + i], 0), 100.0 * i, 0.0);
    }
    run_close(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_hour_has_its_own_count),
        cmocka_unit_test(a_sum_is_taken_as_it_is),
        cmocka_unit_test(a_gauge_counts_in_hours),
        cmocka_unit_test(the_hours_add_up_to_what_is_reported),
        cmocka_unit_test(without_a_lead_in_nothing_is_forgotten),
        cmocka_unit_test(a_whole_number_of_hours_has_no_further_one),
        cmocka_unit_test(a_monthly_quantity_does_not_depend_on_the_run),
        cmocka_unit_test(a_meter_knows_its_node_its_service_and_what_it_counts),
        cmocka_unit_test(a_node_may_have_more_meters_than_there_was_room_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
