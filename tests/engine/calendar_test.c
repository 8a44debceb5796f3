/* SPDX-License-Identifier: Apache-2.0 */
#include "calendar.h"
#include "near.h"
#include "stream.h"

#include <stdlib.h>

static uint32_t pop(struct calendar *calendar, int64_t *at)
{
    calendar_mend(calendar);
    calendar_key key = calendar->heap[0];
    calendar->hole = true;
    *at = calendar_key_time(key);
    return calendar_key_slot(key);
}

static void seconds_are_rounded_to_the_nearest_nanosecond(void **unused)
{
    (void)unused;
    assert_int_equal(calendar_ns(1.6e-9), 2);
    assert_int_equal(calendar_ns(1.4e-9), 1);
    assert_int_equal(calendar_ns(86400.0), INT64_C(86400000000000));
}

/* A draw from a distribution without a mean may be longer than a calendar reaches. */
static void what_lies_beyond_the_calendar_is_later_than_anything_in_it(void **unused)
{
    (void)unused;
    static const double eternities[] = {1e10, 1e30, INFINITY};
    for (int i = 0; i < 3; i++) {
        assert_true(calendar_ns(eternities[i]) > calendar_ns(3e9));
        assert_true(calendar_ns(eternities[i]) + calendar_ns(3e9) > 0);
    }
}

static void entries_come_out_in_order_of_time(void **unused)
{
    (void)unused;
    struct calendar calendar;
    struct stream stream = stream_open(1, 0, "n", "calendar");
    calendar_open(&calendar);
    for (uint32_t i = 0; i < 5000; i++) {
        calendar_push(&calendar, (int64_t)(stream_bits(&stream) >> 20), i);
    }
    int64_t last = -1, at;
    for (int i = 0; i < 20000; i++) { /* the hold model: each pop schedules another */
        pop(&calendar, &at);
        assert_true(at >= last);
        last = at;
        calendar_push(&calendar, at + (int64_t)(stream_bits(&stream) >> 20), (uint32_t)(i & 0xffff));
    }
    calendar_close(&calendar);
}

static void ties_break_by_schedule_order(void **unused)
{
    (void)unused;
    struct calendar calendar;
    calendar_open(&calendar);
    for (uint32_t i = 0; i < 1000; i++) {
        calendar_push(&calendar, 7, 999 - i);
    }
    int64_t at;
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(pop(&calendar, &at), 999 - i);
    }
    calendar_close(&calendar);
}

static void ring(struct timer *timer)
{
    (void)timer;
}

static struct timer *take(struct calendar *calendar)
{
    struct timer *timer = calendar->timers[0];
    timer_stop(calendar, timer);
    return timer;
}

static void timers_move_stop_and_come_out_in_order(void **unused)
{
    (void)unused;
    struct calendar calendar;
    struct stream stream = stream_open(1, 0, "n", "timers");
    struct timer timers[200];
    calendar_open(&calendar);
    for (int i = 0; i < 200; i++) {
        timers[i] = timer_make(ring, NULL, i);
        timer_set(&calendar, &timers[i], (int64_t)(stream_bits(&stream) >> 40));
    }
    for (int i = 0; i < 200; i += 2) {
        timer_set(&calendar, &timers[i], (int64_t)(stream_bits(&stream) >> 40));
    }
    for (int i = 0; i < 200; i += 5) {
        timer_stop(&calendar, &timers[i]);
        assert_false(timer_waits(&timers[i]));
    }
    assert_int_equal(calendar.timer_count, 160);
    int64_t last = -1;
    while (calendar.timer_count > 0) {
        const struct timer *timer = take(&calendar);
        assert_true(timer->at >= last);
        assert_true(timer->tag % 5 != 0);
        last = timer->at;
    }
    calendar_close(&calendar);
}

/* As the run does: the first is taken, and what it then does is drawn: set itself, move or stop others, set others. */
static void a_timer_that_was_taken_leaves_its_place_to_the_next_one_set(void **unused)
{
    (void)unused;
    struct calendar calendar;
    struct stream stream = stream_open(1, 0, "n", "taken");
    struct timer timers[50];
    calendar_open(&calendar);
    for (int i = 0; i < 50; i++) {
        timers[i] = timer_make(ring, NULL, i);
        timer_set(&calendar, &timers[i], (int64_t)(stream_bits(&stream) >> 54));
    }
    int64_t now = 0;
    for (int i = 0; i < 20000; i++) {
        struct timer *first = timer_first(&calendar), *other = &timers[stream_below_n(&stream, 50)];
        assert_true(first->at >= now);
        now = first->at;
        timer_take(&calendar, first);
        assert_false(timer_waits(first));
        uint32_t what = stream_below_n(&stream, 4);
        if (what == 0) {
            timer_stop(&calendar, other);
        } else {
            timer_set(&calendar, what == 1 ? first : other, now + (int64_t)(stream_bits(&stream) >> 54));
        }
        timer_set(&calendar, &timers[i % 50], now + (int64_t)(stream_bits(&stream) >> 54));
        int waiting = 0;
        for (int j = 0; j < 50; j++) {
            waiting += timer_waits(&timers[j]);
        }
        timer_first(&calendar);
        assert_int_equal(calendar.timer_count, waiting);
    }
    calendar_close(&calendar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seconds_are_rounded_to_the_nearest_nanosecond),
        cmocka_unit_test(what_lies_beyond_the_calendar_is_later_than_anything_in_it),
        cmocka_unit_test(entries_come_out_in_order_of_time),
        cmocka_unit_test(ties_break_by_schedule_order),
        cmocka_unit_test(a_timer_that_was_taken_leaves_its_place_to_the_next_one_set),
        cmocka_unit_test(timers_move_stop_and_come_out_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
