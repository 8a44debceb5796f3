/* SPDX-License-Identifier: Apache-2.0 */
#include "processor.h"

#include "run.h"
#include "visit_event.h"

#include <assert.h>
#include <string.h>

enum { FIRST_ROOM = 16 };

/* Above this virtual time the clock is set back, so that 1 ns stays far above the last bit of V + D. */
static const double rebase_at = 1e5;

/* How fast each visit runs: its share of the vCPUs, or what contention leaves of one, whichever is less. */
static double rate(const struct processor *processor)
{
    double n = (double)processor->active;
    double share = n <= processor->capacity ? 1.0 : processor->capacity / n;
    double inflation = 1.0 + processor->sigma * (n - 1.0) + processor->kappa * n * (n - 1.0);
    return share * inflation < 1.0 ? share : 1.0 / inflation;
}

static void advance(struct processor *processor)
{
    int64_t now = processor->run->now;
    if (processor->active > 0) {
        processor->virtual_time += (double)(now - processor->since) * 1e-9 * rate(processor);
    }
    processor->since = now;
}

static void level(struct processor *processor)
{
    double active = (double)processor->active; /* fmin and fmax would be calls */
    double busy = active < processor->capacity ? active : processor->capacity;
    double change = busy - processor->own.level;
    if (change == 0.0) {
        return;
    }
    int64_t now = processor->run->now;
    gauge_set(&processor->own, now, busy);
    if (processor->busy != NULL) {
        gauge_add(processor->busy, now, change);
    }
}

static bool before(const struct processor_entry *a, const struct processor_entry *b)
{
    return a->finish < b->finish || (a->finish == b->finish && a->sequence < b->sequence);
}

static void sink(struct processor *processor, struct processor_entry entry, int32_t i)
{
    struct processor_entry *heap = processor->heap;
    for (int32_t child = 2 * i + 1; child < processor->active; child = 2 * i + 1) {
        if (child + 1 < processor->active && before(&heap[child + 1], &heap[child])) {
            child++;
        }
        if (before(&entry, &heap[child])) {
            break;
        }
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = entry;
}

static void rise(struct processor *processor, struct processor_entry entry, int32_t i)
{
    struct processor_entry *heap = processor->heap;
    while (i > 0 && before(&entry, &heap[(i - 1) / 2])) {
        heap[i] = heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap[i] = entry;
}

static void take_out(struct processor *processor, int32_t i)
{
    struct processor_entry last = processor->heap[--processor->active];
    if (i == processor->active) {
        return;
    }
    if (i > 0 && before(&last, &processor->heap[(i - 1) / 2])) {
        rise(processor, last, i);
    } else {
        sink(processor, last, i);
    }
}

/* Sets the timer to the next finish; V restarts when nobody is left. */
static void arm(struct processor *processor)
{
    struct run *run = processor->run;
    if (processor->active == 0 || processor->capacity <= 0.0) {
        timer_stop(&run->calendar, &processor->timer);
        processor->virtual_time = processor->active == 0 ? 0.0 : processor->virtual_time;
        return;
    }
    double left = processor->heap[0].finish - processor->virtual_time;
    left = left > 0.0 ? left : 0.0;
    int64_t at = run->now + calendar_ns(left / rate(processor));
    if (at != processor->timer.at || !timer_waits(&processor->timer)) {
        timer_set(&run->calendar, &processor->timer, at);
    }
}

static void rebase(struct processor *processor)
{
    double base = processor->virtual_time;
    for (int32_t i = 0; i < processor->active; i++) {
        processor->heap[i].finish -= base; /* the same for all: the order stays */
    }
    processor->virtual_time = 0.0;
}

/* The timer was set for the first to finish, so that one is done, whatever rounding to ns did to the clock. */
static void finish(struct timer *timer)
{
    struct processor *processor = timer->owner;
    advance(processor);
    if (processor->virtual_time < processor->heap[0].finish) {
        processor->virtual_time = processor->heap[0].finish;
    }
    while (processor->active > 0 && processor->heap[0].finish <= processor->virtual_time) {
        struct visit *visit = processor->heap[0].visit;
        take_out(processor, 0);
        level(processor);
        processor->completed++;
        visit->outcome = OUTCOME_OK;
        visit_event_resume(visit); /* may come back and compute again: the loop reads the heap afresh */
    }
    if (processor->virtual_time > rebase_at) {
        rebase(processor);
    }
    arm(processor);
}

void processor_open(struct processor *processor, struct run *run, double capacity, struct gauge *busy)
{
    *processor = (struct processor){.run = run, .capacity = capacity, .busy = busy, .room = FIRST_ROOM};
    processor->heap = arena_array(run->arena, struct processor_entry, FIRST_ROOM);
    processor->timer = timer_make(finish, processor, 0);
}

static void grow(struct processor *processor)
{
    struct processor_entry *heap =
        arena_array(processor->run->arena, struct processor_entry, 2 * processor->room);
    memcpy(heap, processor->heap, (size_t)processor->active * sizeof *heap);
    processor->heap = heap;
    processor->room *= 2;
}

void visit_compute(struct visit *visit, struct processor *processor, double demand)
{
    assert(demand >= 0.0);
    assert(!link_linked(&visit->lane)); /* a service has no bound */
    if (processor->active == processor->room) {
        grow(processor);
    }
    advance(processor);
    double end = processor->virtual_time + demand;
    struct processor_entry entry = {end, processor->sequence++, visit};
    visit->wait = WAIT_CPU;
    visit->processor = processor;
    visit->demand = end;
    rise(processor, entry, processor->active++);
    level(processor);
    arm(processor);
}

void processor_resize(struct processor *processor, double capacity)
{
    advance(processor);
    processor->capacity = capacity;
    level(processor);
    arm(processor);
}

void processor_reset(struct processor *processor)
{
    processor->active = 0;
    processor->since = processor->run->now;
    level(processor);
    arm(processor);
}

void processor_leave(struct processor *processor, struct visit *visit)
{
    advance(processor);
    int32_t i = 0;
    while (i < processor->active && processor->heap[i].visit != visit) {
        i++;
    }
    assert(i < processor->active);
    take_out(processor, i);
    level(processor);
    arm(processor);
}
