/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "alarm.h"
#include "arena.h"

#define SECOND INT64_C(1000000000)
#define MINUTE (60 * SECOND)

static const struct alarm_rule three_of_three = {50, ALARM_GREATER, 3, 3, MISSING_MISSING};

struct bench {
    struct arena *arena;
    struct metric metric;
    struct alarm alarm;
};

static void open_with(struct bench *bench, const struct alarm_rule *rule, double period)
{
    bench->arena = arena_open();
    metric_open(&bench->metric, bench->arena, 0, &(struct metric_timing){period, 0},
                rule->evaluation_periods + 2);
    alarm_open(&bench->alarm, rule, 0);
}

/* Puts a point for each character: 0 within, X beyond the threshold of 50, - missing. */
static void put(struct bench *bench, const char *points)
{
    for (const char *c = points; *c; c++) metric_put(&bench->metric, *c == '-' ? NAN : *c == 'X' ? 90 : 10);
}

static bool evaluate(struct bench *bench)
{
    return alarm_evaluate(&bench->alarm, &bench->metric, metric_begins(&bench->metric));
}

/* The state that follows OK when these are the latest points. */
static enum alarm_state after(const char *points, int m, enum alarm_missing missing, enum alarm_state before)
{
    struct bench bench;
    struct alarm_rule rule = {50, ALARM_GREATER, 3, m, missing};
    open_with(&bench, &rule, 60);
    bench.alarm.state = before;
    put(&bench, points);
    evaluate(&bench);
    arena_close(bench.arena);
    return bench.alarm.state;
}

struct row { /* of the tables in AlarmThatSendsEmail, 2023 and earlier: S = retains its state */
    const char *points, *states; /* states for missing, ignore, breaching, notBreaching */
};

static void check_row(const struct row *row, int m)
{
    static const enum alarm_missing order[] = {MISSING_MISSING, MISSING_IGNORE, MISSING_BREACHING,
                                               MISSING_NOT_BREACHING};
    for (int i = 0; i < 4; i++) {
        char state = row->states[i];
        enum alarm_state kept = after(row->points, m, order[i], ALARM_ALARM);
        enum alarm_state reached = after(row->points, m, order[i], ALARM_OK);
        enum alarm_state expected = state == 'A'   ? ALARM_ALARM
                                    : state == 'I' ? ALARM_INSUFFICIENT_DATA
                                                   : ALARM_OK;
        assert_int_equal(reached, expected);
        assert_int_equal(kept, state == 'S' ? ALARM_ALARM : expected);
    }
}

static void missing_data_is_treated_as_in_the_table_for_3_of_3(void **state)
{
    (void)state;
    const struct row rows[] = {{"0-X-X", "OOOO"}, {"----0", "OOOO"}, {"0----", "OOOO"}, {"-----", "ISAO"},
                               {"0XX-X", "AAAA"}, {"--X--", "ASAO"}, {"X----", "ASAO"}, {"----X", "ISAO"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) check_row(&rows[i], 3);
}

static void missing_data_is_treated_as_in_the_table_for_2_of_3(void **state)
{
    (void)state;
    const struct row rows[] = {
        {"0-X-X", "AAAA"}, {"00X0X", "AAAA"}, {"0-X--", "OOAO"}, {"----0", "OOAO"}, {"---X-", "ASAO"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) check_row(&rows[i], 2);
}

static void a_premature_alarm_is_avoided_until_the_breaching_point_is_m_periods_old(void **state)
{
    (void)state;
    assert_int_equal(after("----X", 3, MISSING_MISSING, ALARM_OK), ALARM_INSUFFICIENT_DATA);
    assert_int_equal(after("---X-", 3, MISSING_MISSING, ALARM_OK), ALARM_INSUFFICIENT_DATA);
    assert_int_equal(after("--X--", 3, MISSING_MISSING, ALARM_OK), ALARM_ALARM);
    assert_int_equal(after("---X0", 3, MISSING_MISSING, ALARM_OK), ALARM_OK);
    assert_int_equal(after("--X-0", 3, MISSING_MISSING, ALARM_OK), ALARM_OK);
}

static void ignored_missing_data_keeps_the_state(void **state)
{
    (void)state;
    assert_int_equal(after("-----", 3, MISSING_IGNORE, ALARM_ALARM), ALARM_ALARM);
    assert_int_equal(after("-----", 3, MISSING_IGNORE, ALARM_OK), ALARM_OK);
}

static void three_of_three_go_off_at_the_third_point(void **state)
{
    (void)state;
    struct bench bench;
    open_with(&bench, &three_of_three, 60);
    const enum alarm_state expected[] = {ALARM_OK,    ALARM_OK, ALARM_OK, ALARM_ALARM,
                                         ALARM_ALARM, ALARM_OK, ALARM_OK};
    const char *points = "0XXXX0X";
    for (int i = 0; points[i]; i++) {
        put(&bench, (char[]){points[i], 0});
        evaluate(&bench);
        assert_int_equal(bench.alarm.state, expected[i]);
    }
    arena_close(bench.arena);
}

static void a_burst_shorter_than_the_alarm_window_never_triggers(void **state)
{
    (void)state;
    struct bench bench;
    open_with(&bench, &three_of_three, 60);
    for (int i = 0; i < 100; i++) {
        put(&bench, (char[]){i % 3 ? 'X' : '0', 0}); /* two minutes in three */
        assert_false(evaluate(&bench));
    }
    arena_close(bench.arena);
}

static void an_alarm_is_evaluated_once_a_minute(void **state)
{
    (void)state;
    struct bench bench;
    open_with(&bench, &three_of_three, 60);
    put(&bench, "XXX");
    bench.alarm.phase = 20 * SECOND;
    assert_false(alarm_evaluate(&bench.alarm, &bench.metric, 190 * SECOND)); /* as of 140 s */
    assert_int_equal(bench.alarm.evaluated, 140 * SECOND);
    assert_true(alarm_evaluate(&bench.alarm, &bench.metric, 200 * SECOND));
    assert_int_equal(bench.alarm.evaluated, 200 * SECOND);
    assert_false(alarm_evaluate(&bench.alarm, &bench.metric, 210 * SECOND));
    assert_int_equal(bench.alarm.evaluated, 200 * SECOND);
    arena_close(bench.arena);
}

static void an_alarm_on_20_seconds_is_evaluated_every_10(void **state)
{
    (void)state;
    struct bench bench;
    open_with(&bench, &three_of_three, 20);
    put(&bench, "XXX");
    for (int64_t now = 10; now <= 50; now += 10) {
        assert_false(alarm_evaluate(&bench.alarm, &bench.metric, now * SECOND));
        assert_int_equal(bench.alarm.evaluated, now * SECOND);
    }
    assert_true(alarm_evaluate(&bench.alarm, &bench.metric, 60 * SECOND));
    arena_close(bench.arena);
}

static void a_scaling_action_fires_again_once_a_minute_while_in_alarm(void **state)
{
    (void)state;
    struct bench bench;
    open_with(&bench, &three_of_three, 20);
    int fired = 0;
    for (int64_t now = 10; now <= 300; now += 10) {
        if (metric_due(&bench.metric, now * SECOND)) put(&bench, "X");
        fired += alarm_evaluate(&bench.alarm, &bench.metric, now * SECOND);
    }
    assert_int_equal(fired, 5); /* at 60, 120, ... 300 s */
    arena_close(bench.arena);
}

static void an_alarm_remembers_when_the_load_began_to_breach(void **state)
{
    (void)state;
    struct bench bench;
    bench.arena = arena_open();
    metric_open(&bench.metric, bench.arena, 0, &(struct metric_timing){60, 150}, 5);
    alarm_open(&bench.alarm, &three_of_three, 0);
    put(&bench, "00XXXX");
    for (int64_t now = 0; now < 9 * MINUTE; now += 10 * SECOND)
        alarm_evaluate(&bench.alarm, &bench.metric, now);
    assert_int_equal(bench.alarm.state, ALARM_ALARM);
    assert_int_equal(bench.alarm.breached, 2 * MINUTE);
    assert_int_equal(bench.alarm.seen, 3 * MINUTE + 150 * SECOND);
    assert_int_equal(bench.alarm.since, 8 * MINUTE); /* the third is published at 7.5 min */
    arena_close(bench.arena);
}

static void comparisons_are_strict_or_not(void **state)
{
    (void)state;
    const bool expected[4][3] = {
        {false, false, true}, {false, true, true}, {true, false, false}, {true, true, false}};
    for (int i = 0; i < 4; i++) {
        struct alarm_rule rule = {50, (enum alarm_comparison)i, 1, 1, MISSING_MISSING};
        for (int j = 0; j < 3; j++) assert_int_equal(alarm_breaches(&rule, 49 + j), expected[i][j]);
        assert_false(alarm_breaches(&rule, NAN));
    }
}

static void a_new_alarm_has_insufficient_data(void **state)
{
    (void)state;
    struct bench bench;
    open_with(&bench, &three_of_three, 60);
    assert_int_equal(bench.alarm.state, ALARM_INSUFFICIENT_DATA);
    assert_false(alarm_evaluate(&bench.alarm, &bench.metric, 0));
    assert_int_equal(bench.alarm.state, ALARM_INSUFFICIENT_DATA);
    arena_close(bench.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(missing_data_is_treated_as_in_the_table_for_3_of_3),
        cmocka_unit_test(missing_data_is_treated_as_in_the_table_for_2_of_3),
        cmocka_unit_test(a_premature_alarm_is_avoided_until_the_breaching_point_is_m_periods_old),
        cmocka_unit_test(ignored_missing_data_keeps_the_state),
        cmocka_unit_test(three_of_three_go_off_at_the_third_point),
        cmocka_unit_test(a_burst_shorter_than_the_alarm_window_never_triggers),
        cmocka_unit_test(an_alarm_is_evaluated_once_a_minute),
        cmocka_unit_test(an_alarm_on_20_seconds_is_evaluated_every_10),
        cmocka_unit_test(a_scaling_action_fires_again_once_a_minute_while_in_alarm),
        cmocka_unit_test(an_alarm_remembers_when_the_load_began_to_breach),
        cmocka_unit_test(comparisons_are_strict_or_not),
        cmocka_unit_test(a_new_alarm_has_insufficient_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
