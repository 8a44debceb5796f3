/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CALENDAR_H
#define CALENDAR_H

/* The calendar: what happens next. Two heaps share one sequence of schedule order, by which ties break.

   - Entries of visits: a 4-ary heap of 16-byte keys (time, sequence and slot compared as one 128-bit integer). They
     cannot be moved. A pop leaves a hole at the root that the next push fills, which saves one sift for the
     usual event that schedules its own successor.
   - Timers: few (one a processor, a lane, a source, a controller), each with its place in a small binary heap, so
     that they can be moved and stopped.

   The order of scheduling has 40 bits: a run of 1.1e12 events is the longest.

   Time is int64 nanoseconds; calendar_ns converts seconds, rounding to nearest, for truncation biases short means. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 calendar_key;

struct timer {
    int64_t at;
    uint64_t sequence;
    void (*fire)(struct timer *timer);
    void *owner;
    int32_t position; /* in the heap of timers, -1 when stopped */
    int32_t tag;      /* the owner's own */
};

struct calendar {
    calendar_key *heap; /* children of i are 4i+1 .. 4i+4, aligned to a cache line */
    int32_t count, capacity;
    bool hole;
    uint64_t sequence;
    struct timer **timers;
    int32_t timer_count, timer_capacity;
    bool timer_hole; /* the first timer has been taken: the next one set fills its place */
    void *heap_block;
};

enum { CALENDAR_SLOT_BITS = 24 };

/* Durations beyond 126 years, infinity among them, are all alike: later than anything that is simulated. */
static inline int64_t calendar_ns(double seconds)
{
    return seconds < 4e9 ? (int64_t)(seconds * 1e9 + 0.5) : INT64_C(1) << 62; /* sums of two still fit */
}

void calendar_open(struct calendar *calendar);
void calendar_close(struct calendar *calendar);

/* Grows the heap of visits; kept apart so that push stays small. */
void calendar_grow(struct calendar *calendar);

/* Puts the timer at `at`, moving it if it was waiting. */
void timer_set(struct calendar *calendar, struct timer *timer, int64_t at);
void timer_stop(struct calendar *calendar, struct timer *timer);

/* Fills the place of the timer that was taken, if nobody has, with the last one. */
void calendar_mend_timers(struct calendar *calendar);

/* The first timer, or NULL. */
static inline struct timer *timer_first(struct calendar *calendar)
{
    if (calendar->timer_hole) {
        calendar_mend_timers(calendar);
    }
    return calendar->timer_count > 0 ? calendar->timers[0] : NULL;
}

/* Stops the first timer; leaves a hole that the next one set fills: most set themselves again. */
static inline void timer_take(struct calendar *calendar, struct timer *timer)
{
    timer->position = -1;
    calendar->timer_hole = true;
}

/* A timer that has never been set: `fire` runs with the timer when its time comes; `owner` and `tag` are the caller's. */
static inline struct timer timer_make(void (*fire)(struct timer *), void *owner, int32_t tag)
{
    return (struct timer){.fire = fire, .owner = owner, .position = -1, .tag = tag};
}

static inline bool timer_waits(const struct timer *timer)
{
    return timer->position >= 0;
}

static inline int64_t calendar_key_time(calendar_key key)
{
    return (int64_t)(uint64_t)(key >> 64);
}

static inline uint32_t calendar_key_slot(calendar_key key)
{
    return (uint32_t)key & ((1u << CALENDAR_SLOT_BITS) - 1);
}

static inline void calendar_sink(struct calendar *calendar, calendar_key key)
{
    calendar_key *heap = calendar->heap;
    uint32_t count = (uint32_t)calendar->count, i = 0;
    for (;;) {
        uint32_t child = 4 * i + 1;
        if (child + 4 > count) {
            break;
        }
        uint32_t least = child; /* a plain loop: the compiler turns it into conditional moves */
        calendar_key least_key = heap[child];
        for (uint32_t j = 1; j < 4; j++) {
            bool less = heap[child + j] < least_key;
            least_key = less ? heap[child + j] : least_key;
            least = less ? child + j : least;
        }
        if (key <= least_key) {
            heap[i] = key;
            return;
        }
        heap[i] = least_key;
        i = least;
    }
    for (uint32_t child = 4 * i + 1; child < count;) { /* a last, incomplete family */
        uint32_t least = child;
        for (uint32_t j = child + 1; j < count && j < child + 4; j++) {
            least = heap[j] < heap[least] ? j : least;
        }
        if (key <= heap[least]) {
            break;
        }
        heap[i] = heap[least];
        i = least;
        child = 4 * i + 1;
    }
    heap[i] = key;
}

static inline void calendar_push(struct calendar *calendar, int64_t at, uint32_t slot)
{
    calendar_key key =
        ((calendar_key)(uint64_t)at << 64) | (calendar->sequence++ << CALENDAR_SLOT_BITS) | slot;
    if (calendar->hole) {
        calendar->hole = false;
        calendar_sink(calendar, key);
        return;
    }
    if (__builtin_expect(calendar->count == calendar->capacity, 0)) {
        calendar_grow(calendar);
    }
    calendar_key *heap = calendar->heap;
    uint32_t i = (uint32_t)calendar->count++;
    while (i > 0) {
        uint32_t parent = (i - 1) / 4;
        if (heap[parent] <= key) {
            break;
        }
        heap[i] = heap[parent];
        i = parent;
    }
    heap[i] = key;
}

/* Fills the hole with the last entry, so that the root is the minimum again. */
static inline void calendar_mend(struct calendar *calendar)
{
    if (calendar->hole) {
        calendar->hole = false;
        calendar->count--;
        if (calendar->count > 0) {
            calendar_sink(calendar, calendar->heap[calendar->count]);
        }
    }
}

#endif
