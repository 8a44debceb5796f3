/* SPDX-License-Identifier: Apache-2.0 */
#include "calendar.h"

#include "arena.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 1024, LINE = 64 };

/* A block whose second entry begins a cache line, so that the children 4i+1 .. 4i+4 share one. */
static void *aligned_block(int32_t capacity, calendar_key **heap)
{
    size_t size = ((size_t)capacity + 8) * sizeof(calendar_key);
    void *block = aligned_alloc(LINE, (size + LINE - 1) / LINE * LINE);
    if (block == NULL) {
        arena_exhausted();
    }
    *heap = (calendar_key *)block + (LINE / sizeof(calendar_key) - 1);
    return block;
}

void calendar_open(struct calendar *calendar)
{
    *calendar = (struct calendar){.capacity = FIRST_CAPACITY};
    calendar->heap_block = aligned_block(FIRST_CAPACITY, &calendar->heap);
}

void calendar_close(struct calendar *calendar)
{
    free(calendar->heap_block);
    free((void *)calendar->timers);
    *calendar = (struct calendar){0};
}

void calendar_grow(struct calendar *calendar)
{
    calendar_key *heap;
    void *block = aligned_block(2 * calendar->capacity, &heap);
    memcpy(heap, calendar->heap, (size_t)calendar->count * sizeof *heap);
    free(calendar->heap_block);
    calendar->heap_block = block;
    calendar->heap = heap;
    calendar->capacity *= 2;
}

static bool earlier(const struct timer *a, const struct timer *b)
{
    return a->at < b->at || (a->at == b->at && a->sequence < b->sequence);
}

static void put(struct calendar *calendar, struct timer *timer, int32_t position)
{
    calendar->timers[position] = timer;
    timer->position = position;
}

static void rise(struct calendar *calendar, struct timer *timer, int32_t i)
{
    while (i > 0 && earlier(timer, calendar->timers[(i - 1) / 2])) {
        put(calendar, calendar->timers[(i - 1) / 2], i);
        i = (i - 1) / 2;
    }
    put(calendar, timer, i);
}

static void sink(struct calendar *calendar, struct timer *timer, int32_t i)
{
    for (int32_t child = 2 * i + 1; child < calendar->timer_count; child = 2 * i + 1) {
        if (child + 1 < calendar->timer_count &&
            earlier(calendar->timers[child + 1], calendar->timers[child])) {
            child++;
        }
        if (earlier(timer, calendar->timers[child])) {
            break;
        }
        put(calendar, calendar->timers[child], i);
        i = child;
    }
    put(calendar, timer, i);
}

static void settle(struct calendar *calendar, struct timer *timer, int32_t i)
{
    if (i > 0 && earlier(timer, calendar->timers[(i - 1) / 2])) {
        rise(calendar, timer, i);
    } else {
        sink(calendar, timer, i);
    }
}

static void reserve_timer(struct calendar *calendar)
{
    if (calendar->timer_count < calendar->timer_capacity) {
        return;
    }
    calendar->timer_capacity = calendar->timer_capacity == 0 ? 64 : 2 * calendar->timer_capacity;
    size_t size = (size_t)calendar->timer_capacity * sizeof(struct timer *);
    struct timer **timers = realloc((void *)calendar->timers, size);
    if (timers == NULL) {
        arena_exhausted();
    }
    calendar->timers = timers;
}

void calendar_mend_timers(struct calendar *calendar)
{
    if (!calendar->timer_hole) {
        return;
    }
    calendar->timer_hole = false;
    calendar->timer_count--;
    if (calendar->timer_count > 0) {
        sink(calendar, calendar->timers[calendar->timer_count], 0);
    }
}

static void date(struct calendar *calendar, struct timer *timer, int64_t at)
{
    timer->at = at;
    timer->sequence = calendar->sequence++;
}

static void move(struct calendar *calendar, struct timer *timer, int64_t at)
{
    calendar_mend_timers(calendar); /* first, while every key is as it was */
    date(calendar, timer, at);
    settle(calendar, timer, timer->position);
}

void timer_set(struct calendar *calendar, struct timer *timer, int64_t at)
{
    assert(timer->fire != NULL); /* made by timer_make or node_timer */
    if (timer_waits(timer)) {
        move(calendar, timer, at);
        return;
    }
    date(calendar, timer, at);
    if (calendar->timer_hole) {
        calendar->timer_hole = false;
        sink(calendar, timer, 0);
        return;
    }
    reserve_timer(calendar);
    rise(calendar, timer, calendar->timer_count++);
}

void timer_stop(struct calendar *calendar, struct timer *timer)
{
    assert(timer->fire != NULL);
    if (!timer_waits(timer)) {
        return;
    }
    calendar_mend_timers(calendar);
    int32_t i = timer->position;
    timer->position = -1;
    struct timer *last = calendar->timers[--calendar->timer_count];
    if (last != timer) {
        settle(calendar, last, i);
    }
}
