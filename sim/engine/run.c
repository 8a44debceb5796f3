/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include "fault_event.h"
#include "lane.h"
#include "model.h"
#include "run_record.h"
#include "visit_event.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHECK_EVERY = 1 << 16, STANDSTILL = 256 };

static void open_nodes(struct run *run)
{
    const struct plan *plan = run->plan;
    run->node_count = plan->node_count;
    run->node = arena_array(run->arena, struct node, plan->node_count);
    for (int i = 0; i < plan->node_count; i++) {
        struct node *node = &run->node[i];
        node->run = run;
        node->model = plan->node[i].model;
        node->config = plan->node[i].config;
        node->name = plan->node[i].name;
        node->index = i;
        node->state = arena_alloc(run->arena, node->model->state_size);
        node->stream_name = node_stream(node, "visits").state;
    }
}

/* What was asked, in a few words, for complaints. */
static const char *ask_words(const struct ask *ask)
{
    static const char *const verb[] = {[ASK_REQUEST] = "the request",
                                       [ASK_GET] = "get",
                                       [ASK_SET] = "set",
                                       [ASK_DELETE] = "delete",
                                       [ASK_SET_IF_ABSENT] = "set_if_absent",
                                       [ASK_QUERY] = "query",
                                       [ASK_TRANSACTION] = "transaction",
                                       [ASK_PUT] = "put",
                                       [ASK_PUBLISH] = "publish",
                                       [ASK_SEND] = "send",
                                       [ASK_RECEIVE] = "receive",
                                       [ASK_ACKNOWLEDGE] = "acknowledge",
                                       [ASK_HEALTH] = "a health check"};
    return verb[ask->op];
}

static void complain(struct run *run, const struct ask *ask)
{
    assert(run->check.diag != NULL); /* a plan is opened with a diag once before it is run */
    const struct node *to = ask->to;
    struct place place = places_of(run->check.places, ask->origin);
    const char *what = ask->request != NULL ? ask->request : ask->keys != NULL ? ask->keys : ask->type;
    diag_error(run->check.diag, place,
               "%s (%s) does not answer %s%s%s: give it an endpoint, rule or keyspace for it", to->name,
               to->model->name, ask_words(ask), what != NULL ? " " : "", what != NULL ? what : "");
}

static void resolve_now(struct run *run, struct ask *ask)
{
    const struct model *model = ask->to->model;
    run->check.node = ask->to->name;
    ask->route = model->resolve == NULL ? 0 : model->resolve(ask->to, ask);
    if (ask->route < 0) {
        complain(run, ask);
    }
}

static void remember(struct run *run, struct ask *ask)
{
    if (run->unresolved_count == run->unresolved_room) {
        int room = run->unresolved_room == 0 ? 64 : 2 * run->unresolved_room;
        struct ask **asks = arena_array(run->arena, struct ask *, room);
        for (int i = 0; i < run->unresolved_count; i++) {
            asks[i] = run->unresolved[i];
        }
        run->unresolved = asks;
        run->unresolved_room = room;
    }
    run->unresolved[run->unresolved_count++] = ask;
}

void run_resolve(struct run *run, struct ask *ask)
{
    if (run->started) {
        resolve_now(run, ask);
    } else {
        remember(run, ask);
    }
}

static void start_nodes(struct run *run)
{
    for (int i = 0; i < run->node_count; i++) {
        run->check.node = run->node[i].name;
        if (run->node[i].model->start != NULL) {
            run->node[i].model->start(&run->node[i]);
        }
        run_record_outputs(run, &run->node[i]);
    }
    run->started = true;
    for (int i = 0; i < run->unresolved_count; i++) {
        resolve_now(run, run->unresolved[i]);
    }
    for (int i = 0; i < run->node_count; i++) {
        run->check.node = run->node[i].name;
        if (run->node[i].model->ready != NULL) {
            run->node[i].model->ready(&run->node[i]);
        }
    }
}

static void warm(struct timer *timer)
{
    struct run *run = timer->owner;
    for (int i = 0; i < run->node_count; i++) {
        if (run->node[i].model->warm != NULL) {
            run->node[i].model->warm(&run->node[i]);
        }
    }
}

static void open_clock(struct run *run)
{
    run->origin = calendar_ns(run->options.lead);
    run->end = run->origin + calendar_ns(run->plan->horizon);
    run->hours = (int)ceil(run->plan->horizon / 3600.0 - 1e-9);
    run->warmer = timer_make(warm, run, 0);
    if (run->origin > 0) {
        timer_set(&run->calendar, &run->warmer, run->origin / 2);
    }
    run->recovery.struck = -1;
    for (int i = 0; i < RECOVERY_STAGES; i++) {
        run->recovery.reached[i] = -1;
    }
}

static void open_fault(struct run *run)
{
    if (run->options.fault == NULL) {
        return;
    }
    run->fault = *run->options.fault;
    run->recovery.fault = &run->fault;
    run->striker = timer_make(fault_event_strike, run, 0);
    timer_set(&run->calendar, &run->striker, run->origin + run->fault.at);
}

struct run *run_open(const struct plan *plan, const struct run_options *options, struct diag *diag)
{
    struct arena *arena = arena_open();
    struct run *run = arena_new(arena, struct run);
    run->arena = arena;
    run->plan = plan;
    run->options = *options;
    run->check = (struct check){diag, plan->places, NULL};
    calendar_open(&run->calendar);
    open_clock(run);
    open_nodes(run);
    run_record_open(run);
    start_nodes(run);
    run_record_ready(run);
    open_fault(run);
    return run;
}

void run_close(struct run *run)
{
    if (run != NULL) {
        calendar_close(&run->calendar);
        arena_close(run->arena);
    }
}

/* Now and then: was the run told to stop, does time go on, how far is it? */
static bool goes_on(struct run *run, int64_t *last, int *still)
{
    if (run->options.progress != NULL) {
        *run->options.progress = run->now;
    }
    run->stopped = run->options.stop != NULL && *run->options.stop != 0;
    *still = run->now == *last ? *still + 1 : 0;
    *last = run->now;
    assert(run->calendar.sequence >> (64 - CALENDAR_SLOT_BITS) == 0); /* ties still break by schedule order */
    if (*still >= STANDSTILL) {
        run->broken = "simulated time stands still: requests follow each other without taking any time";
    }
    return !run->stopped && run->broken == NULL && !run->full;
}

static void advance_to(struct run *run, int64_t at)
{
    if (at < run->now && run->broken == NULL) {
        run->broken = "the clock went backwards";
    }
    run->now = at;
}

/* The next thing to happen, be it a visit's or a timer's; false at the horizon. */
static inline bool step(struct run *run)
{
    struct calendar *calendar = &run->calendar;
    calendar_mend(calendar);
    struct timer *timer = timer_first(calendar);
    if (calendar->count > 0) {
        calendar_key key = calendar->heap[0];
        calendar_key timer_key = timer == NULL ? ~(calendar_key)0
                                               : ((calendar_key)(uint64_t)timer->at << 64) |
                                                     (timer->sequence << CALENDAR_SLOT_BITS);
        if (key < timer_key) {
            if (calendar_key_time(key) > run->end) {
                return false;
            }
            calendar->hole = true;
            advance_to(run, calendar_key_time(key));
            visit_event_fire(run_visit(run, calendar_key_slot(key)));
            return true;
        }
    }
    if (timer == NULL || timer->at > run->end) {
        return false;
    }
    advance_to(run, timer->at);
    timer_take(calendar, timer);
    timer->fire(timer);
    return true;
}

void run_execute(struct run *run)
{
    int64_t last = -1;
    int still = 0;
    bool on = true;
    while (on) {
        int left = CHECK_EVERY;
        while (left > 0 && step(run)) {
            left--;
        }
        run->events += CHECK_EVERY - left;
        on = left == 0 && goes_on(run, &last, &still);
    }
    if (run->stopped || run->full || run->broken != NULL) {
        return;
    }
    advance_to(run, run->end);
    for (int i = 0; i < run->node_count; i++) {
        if (run->node[i].model->settle != NULL) {
            run->node[i].model->settle(&run->node[i]);
        }
    }
    run_record_close(run);
}

double run_clock(const struct run *run)
{
    return run->plan->clock + run->plan->from + (double)(run->now - run->origin) * 1e-9;
}
