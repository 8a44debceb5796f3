/* SPDX-License-Identifier: Apache-2.0 */
#include "near.h"
#include "toy_ledger.h"
#include "toy_program.h"

#include <string.h>

/* ---- Outputs ----------------------------------------------------------------------------------------- */

static const struct toy_entry entries[] = {
    {-50.0, TOY_COUNT, 1000.0},  {-50.0, TOY_SUM, 40.0},     {-50.0, TOY_LEVEL, 90.0},
    {-49.0, TOY_DURATION, 77.0}, {-40.0, TOY_LEVEL, 3.0},    {5.0, TOY_COUNT, 20.0},
    {8.0, TOY_SUM, 1.5},         {12.0, TOY_DURATION, 0.25}, {15.0, TOY_LEVEL, 8.0},
    {18.0, TOY_LEVEL, 1.0},      {19.0, TOY_DURATION, 0.5},  {21.0, TOY_COUNT, 5.0},
    {22.0, TOY_SUM, 2.5},        {23.0, TOY_LEVEL, 3.0}};

/* A hundred seconds of lead-in, then 25 s: two samples of 10 s and one of 5 s. */
static struct run *twenty_five_seconds(void)
{
    return toy_ledger_run(entries, sizeof entries / sizeof *entries, 25.0, 100.0);
}

static void counts_and_sums_begin_at_the_simulated_start(void **unused)
{
    (void)unused;
    struct run *run = twenty_five_seconds();
    assert_near(toy_ledger_output(run, "events")->value, 25.0, 0.0);
    assert_near(toy_ledger_output(run, "work")->value, 4.0, 1e-12);
    run_close(run);
}

static void a_mean_is_over_the_horizon_from_the_level_at_its_start(void **unused)
{
    (void)unused;
    struct run *run = twenty_five_seconds();
    double area = 3.0 * 15.0 + 8.0 * 3.0 + 1.0 * 5.0 + 3.0 * 2.0;
    assert_near(toy_ledger_output(run, "level")->value, area / 25.0, 1e-9);
    run_close(run);
}

static void a_peak_forgets_the_lead_in(void **unused)
{
    (void)unused;
    struct run *run = twenty_five_seconds();
    assert_near(toy_ledger_output(run, "highest")->value, 8.0, 0.0);
    run_close(run);
}

static void a_value_is_what_settle_has_computed(void **unused)
{
    (void)unused;
    struct run *run = twenty_five_seconds();
    assert_near(toy_ledger_output(run, "double_work")->value, 2.0 * 44.0, 1e-12);
    assert_true(isnan(toy_ledger_output(run, "nothing")->value));
    run_close(run);
}

static void a_tally_holds_what_happened_since_the_simulated_start(void **unused)
{
    (void)unused;
    struct run *run = twenty_five_seconds();
    const struct run_output *output = toy_ledger_output(run, "durations");
    assert_int_equal(output->tally->count, 2);
    assert_near(output->value, 0.375, 1e-9);
    assert_near(tally_quantile(output->tally, 1.0), 0.5, 1e-9);
    run_close(run);
}

static void an_output_that_the_model_does_not_have_is_not_there(void **unused)
{
    (void)unused;
    struct run *run = twenty_five_seconds();
    assert_null(run_output_of(run, &run->node[0], "luck"));
    assert_null(toy_ledger_output(run, "events")->tally);
    run_close(run);
}

static void without_a_lead_in_what_happens_at_once_counts(void **unused)
{
    (void)unused;
    static const struct toy_entry first[] = {{0.0, TOY_COUNT, 3.0}, {0.0, TOY_DURATION, 1.0}};
    struct run *run = toy_ledger_run(first, 2, 10.0, 0.0);
    assert_near(toy_ledger_output(run, "events")->value, 3.0, 0.0);
    assert_int_equal(toy_ledger_output(run, "durations")->tally->count, 1);
    run_close(run);
}

/* ---- Series ------------------------------------------------------------------------------------------ */

static void a_series_of_counts_and_sums_is_in_units_a_second(void **unused)
{
    (void)unused;
    struct run *run = twenty_five_seconds();
    assert_int_equal(run->samples, 3);
    assert_int_equal(run->sampled, 3);
    assert_near(run->sample_step, 10.0, 0.0);
    const double *events = toy_ledger_output(run, "events")->series;
    assert_near(events[0], 2.0, 1e-12);
    assert_near(events[1], 0.0, 1e-12);
    const double *work = toy_ledger_output(run, "work")->series;
    assert_near(work[0], 0.15, 1e-12);
    assert_near(work[1], 0.0, 1e-12);
    run_close(run);
}

static void a_series_of_a_gauge_is_its_mean_in_each_step(void **unused)
{
    (void)unused;
    struct run *run = twenty_five_seconds();
    const double *level = toy_ledger_output(run, "level")->series;
    assert_near(level[0], 3.0, 1e-9);
    assert_near(level[1], (5.0 * 3.0 + 3.0 * 8.0 + 2.0 * 1.0) / 10.0, 1e-9);
    run_close(run);
}

static void a_last_sample_that_is_shorter_is_a_mean_over_its_own_length(void **unused)
{
    (void)unused;
    struct run *run = twenty_five_seconds();
    assert_near(toy_ledger_output(run, "events")->series[2], 5.0 / 5.0, 1e-12);
    assert_near(toy_ledger_output(run, "work")->series[2], 2.5 / 5.0, 1e-12);
    assert_near(toy_ledger_output(run, "level")->series[2], (3.0 * 1.0 + 2.0 * 3.0) / 5.0, 1e-9);
    run_close(run);
}

static void only_outputs_that_ask_for_it_have_a_series(void **unused)
{
    (void)unused;
    struct run *run = twenty_five_seconds();
    assert_null(toy_ledger_output(run, "highest")->series);
    assert_null(toy_ledger_output(run, "durations")->series);
    run_close(run);
}

/* Ten seconds up to an hour, then whole minutes so that there are at most 1,440. */
static void longer_horizons_are_sampled_more_coarsely(void **unused)
{
    (void)unused;
    static const struct {
        double horizon, step;
        int samples;
    } rows[] = {{3599.0, 10.0, 360},   {3600.0, 3.0, 1200},     {86400.0, 60.0, 1440},
                {86460.0, 61.0, 1418}, {604800.0, 420.0, 1440}, {0.5, 10.0, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct run *run = toy_ledger_run(NULL, 0, rows[i].horizon, 0.0);
        assert_near(run->sample_step, rows[i].step, 0.0);
        assert_int_equal(run->samples, rows[i].samples);
        assert_int_equal(run->sampled, rows[i].samples);
        run_close(run);
    }
}

/* ---- Requests, windows, scaling ---------------------------------------------------------------------- */

static const struct toy_callee_config one_second = {.service = TOY_SECONDS(1.0)};

/* Requests straight to a callee that takes 1 s and answers as in the script. */
static struct toy_world *requests(const struct toy_caller_config *caller,
                                  const struct toy_callee_config *callee, struct run_options options,
                                  double horizon)
{
    static struct toy_world world;
    world = (struct toy_world){.node = {{.name = "caller", .model = &toy_caller, .config = caller},
                                        {.name = "callee", .model = &toy_callee, .config = callee}},
                               .options = options};
    toy_execute(&world, horizon);
    return &world;
}

static void requests_are_counted_by_how_they_ended(void **unused)
{
    (void)unused;
    static const double at[] = {0.0, 1.0, 2.0, 3.0, 9.5};
    static const enum outcome script[] = {OUTCOME_OK, OUTCOME_THROTTLED, OUTCOME_OK, OUTCOME_RESET,
                                          OUTCOME_OK};
    static const struct toy_caller_config caller = {.at = at, .count = 5};
    static const struct toy_callee_config callee = {
        .service = TOY_SECONDS(1.0), .script = script, .script_count = 5};
    struct toy_world *world = requests(&caller, &callee, (struct run_options){.seed = 1}, 10.0);
    const struct request_record *record = &world->run->request[0];
    assert_string_equal(record->name, "GET /");
    assert_int_equal(record->ended[OUTCOME_OK], 2); /* the last has not ended at the horizon */
    assert_int_equal(record->ended[OUTCOME_THROTTLED], 1);
    assert_int_equal(record->ended[OUTCOME_RESET], 1);
    assert_int_equal(record->attempts, 4);
    assert_int_equal(record->retries, 0);
    assert_int_equal(record->latency.count, 2);
    assert_near(tally_mean(&record->latency), 1.0, 1e-9);
    toy_close(world);
}

/* A request belongs to where it was intended, not to where it ended. */
static void requests_of_the_lead_in_are_not_counted(void **unused)
{
    (void)unused;
    static const double at[] = {-5.0, -0.5, 0.0, 0.5};
    static const struct toy_caller_config caller = {.at = at, .count = 4};
    struct toy_world *world =
        requests(&caller, &one_second, (struct run_options){.seed = 1, .lead = 10.0}, 10.0);
    assert_int_equal(world->run->request[0].ended[OUTCOME_OK], 2);
    assert_int_equal(world->run->node[1].arrivals, 4);
    toy_close(world);
}

static void a_request_has_one_record_whoever_names_it(void **unused)
{
    (void)unused;
    static const struct toy_caller_config caller = {.count = 1};
    struct toy_world *world = requests(&caller, &one_second, (struct run_options){.seed = 1}, 10.0);
    struct run *run = world->run;
    int first = run_request(run, "GET /");
    assert_int_equal(first, 0);
    for (int i = 1; i < 40; i++) {
        assert_int_equal(run_request(run, arena_printf(run->arena, "GET /%d", i)), i);
    }
    assert_int_equal(run_request(run, "GET /"), 0);
    assert_int_equal(run_request(run, "GET /17"), 17);
    assert_int_equal(run->request[0].ended[OUTCOME_OK], 1); /* it moved with its contents */
    toy_close(world);
}

static void windows_count_what_ended_in_them(void **unused)
{
    (void)unused;
    static const double at[] = {0.0, 8.0, 9.5, 10.0, 19.5, 24.0};
    static const enum outcome script[] = {OUTCOME_OK, OUTCOME_OK, OUTCOME_RESET,
                                          OUTCOME_OK, OUTCOME_OK, OUTCOME_OK};
    static const struct toy_caller_config caller = {.at = at, .count = 6};
    static const struct toy_callee_config callee = {
        .service = TOY_SECONDS(1.0), .script = script, .script_count = 6};
    struct toy_world *world =
        requests(&caller, &callee, (struct run_options){.seed = 1, .window = 10.0}, 25.0);
    const struct run *run = world->run;
    assert_int_equal(run->window_count, 3);
    assert_int_equal(run->windows[0].ok, 2);
    assert_int_equal(run->windows[0].failed, 0);
    assert_int_equal(run->windows[1].ok, 1);
    assert_int_equal(run->windows[1].failed, 1);
    assert_int_equal(run->windows[2].ok, 2); /* at 20.5 and at 25 s, the horizon */
    toy_close(world);
}

static void windows_may_watch_some_requests_only(void **unused)
{
    (void)unused;
    static const struct toy_caller_config caller = {.count = 3};
    for (uint64_t watched = 0; watched <= 2; watched++) { /* all, those of class 0, those of class 1 */
        struct run_options options = {.seed = 1, .window = 10.0, .window_requests = watched};
        struct toy_world *world = requests(&caller, &one_second, options, 10.0);
        assert_int_equal(world->run->windows[0].ok, watched == 2 ? 0 : 3);
        toy_close(world);
    }
}

/* Four buckets an octave from 100 us: 1 s is 40,000 times 25 us, in the first quarter from 2^15 of them on. */
static void windows_keep_latencies_in_quarter_octaves(void **unused)
{
    (void)unused;
    static const double at[] = {0.0, 0.0, 0.0};
    static const struct toy_caller_config caller = {.at = at, .count = 3};
    struct toy_world *world =
        requests(&caller, &one_second, (struct run_options){.seed = 1, .window = 10.0}, 10.0);
    int full = -1, count = 0;
    for (int i = 0; i < 160; i++) {
        if (world->run->windows[0].latency[i] > 0) {
            full = i;
            count++;
        }
    }
    assert_int_equal(count, 1);
    assert_int_equal(world->run->windows[0].latency[full], 3);
    assert_int_equal(full, 4 * (15 - 2));
    toy_close(world);
}

static void changes_of_capacity_are_kept_in_order(void **unused)
{
    (void)unused;
    struct run *run = twenty_five_seconds();
    for (int i = 0; i < 40; i++) {
        run->now = i;
        run_scaled(&run->node[0], i, i + 1, "cpu", "high");
        run_capacity(&run->node[0], (struct run_capacity_time){.launch = i});
    }
    assert_int_equal(run->scaling_count, 40);
    assert_int_equal(run->capacity_count, 40);
    for (int i = 0; i < 40; i++) {
        assert_int_equal(run->scaling[i].at, i);
        assert_int_equal(run->scaling[i].to, i + 1);
        assert_near(run->capacity[i].launch, i, 0.0);
        assert_ptr_equal(run->capacity[i].node, &run->node[0]);
    }
    run_close(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_and_sums_begin_at_the_simulated_start),
        cmocka_unit_test(a_mean_is_over_the_horizon_from_the_level_at_its_start),
        cmocka_unit_test(a_peak_forgets_the_lead_in),
        cmocka_unit_test(a_value_is_what_settle_has_computed),
        cmocka_unit_test(a_tally_holds_what_happened_since_the_simulated_start),
        cmocka_unit_test(an_output_that_the_model_does_not_have_is_not_there),
        cmocka_unit_test(without_a_lead_in_what_happens_at_once_counts),
        cmocka_unit_test(a_series_of_counts_and_sums_is_in_units_a_second),
        cmocka_unit_test(a_series_of_a_gauge_is_its_mean_in_each_step),
        cmocka_unit_test(a_last_sample_that_is_shorter_is_a_mean_over_its_own_length),
        cmocka_unit_test(only_outputs_that_ask_for_it_have_a_series),
        cmocka_unit_test(longer_horizons_are_sampled_more_coarsely),
        cmocka_unit_test(requests_are_counted_by_how_they_ended),
        cmocka_unit_test(requests_of_the_lead_in_are_not_counted),
        cmocka_unit_test(a_request_has_one_record_whoever_names_it),
        cmocka_unit_test(windows_count_what_ended_in_them),
        cmocka_unit_test(windows_may_watch_some_requests_only),
        cmocka_unit_test(windows_keep_latencies_in_quarter_octaves),
        cmocka_unit_test(changes_of_capacity_are_kept_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
