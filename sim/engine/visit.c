/* SPDX-License-Identifier: Apache-2.0 */
#include "visit.h"

#include "host.h"
#include "lane.h"
#include "model.h"
#include "run.h"
#include "visit_event.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Short enough for gcc to clear it in a few wide stores: beyond 80 bytes it is a `rep stos`, which takes longer to start
   than all the rest of a visit's opening. */
enum { ZEROED = offsetof(struct visit, request) - offsetof(struct visit, child) };
static_assert(ZEROED <= 80, "see above");

/* A fresh chunk of visits, threaded onto the free list so that low slots are used first. */
static void grow(struct run *run)
{
    if (run->chunk_count == run->chunk_room) {
        int32_t room = run->chunk_room == 0 ? 64 : 2 * run->chunk_room;
        struct visit **chunk = arena_array(run->arena, struct visit *, room);
        if (run->chunk_count > 0) {
            memcpy((void *)chunk, (const void *)run->chunk, (size_t)run->chunk_count * sizeof *chunk);
        }
        run->chunk = chunk;
        run->chunk_room = room;
    }
    struct visit *visits = arena_array(run->arena, struct visit, RUN_CHUNK);
    run->chunk[run->chunk_count++] = visits;
    for (int i = RUN_CHUNK - 1; i >= 0; i--) {
        visits[i].slot = run->visits_made + (uint32_t)i;
        visits[i].parent = run->free_visit;
        run->free_visit = &visits[i];
    }
    run->visits_made += RUN_CHUNK;
}

static inline struct visit *take(struct run *run)
{
    if (run->free_visit == NULL) {
        grow(run);
    }
    struct visit *visit = run->free_visit;
    run->free_visit = visit->parent;
    memset((char *)visit + offsetof(struct visit, child), 0, ZEROED);
    visit->live = 1;
    run->visits_live++;
    if (run->visits_live > run->visits_peak) {
        run->visits_peak = run->visits_live;
        run->full = run->full || run->visits_peak >= RUN_VISITS_MAX;
    }
    return visit;
}

static inline void give(struct run *run, struct visit *visit)
{
    visit->parent = run->free_visit;
    run->free_visit = visit;
}

static inline void enter(struct visit *visit, struct node *node)
{
    visit->node = node;
    visit->arrived = node->run->now;
    node->arrivals++;
    gauge_add(&node->inside, node->run->now, 1.0);
    if (visit->request >= 0) {
        node->requests |= UINT64_C(1) << (visit->request % RUN_CLASSES);
    }
    if (visit->ask != NULL) {
        node->bytes_in += visit->ask->bytes_in;
        node->bytes_out += visit->ask->bytes_out;
    }
    if (visit->part >= 0) {
        node->part[visit->part]->outstanding++;
    }
}

static inline void leave(struct visit *visit)
{
    struct node *node = visit->node;
    if (visit->part >= 0) {
        node->part[visit->part]->outstanding--;
    }
    if ((visit->flags & VISIT_BRANCH) != 0) {
        return;
    }
    node->replies++;
    node->residence_sum += (double)(node->run->now - visit->arrived) * 1e-9;
    gauge_add(&node->inside, node->run->now, -1.0);
}

/* Out of use; its slot waits for the calendar if that still names it. */
static inline void retire(struct visit *visit)
{
    struct run *run = visit->node->run;
    visit_event_undeadline(visit);
    leave(visit);
    visit->live = 0;
    run->visits_live--;
    if ((visit->flags & VISIT_PENDING) != 0) {
        visit->flags |= VISIT_DEAD;
    } else {
        give(run, visit);
    }
}

struct visit *visit_open(struct node *node, uint64_t index)
{
    struct visit *visit = take(node->run);
    visit->parent = NULL;
    visit->ask = NULL;
    visit->recorded = 0.0;
    visit->held = 0;
    visit->part = visit->request = -1;
    visit->name = stream_below(node->stream_name, index).state;
    visit->stream.state = visit->name;
    enter(visit, node);
    visit->intended = visit->arrived;
    return visit;
}

void visit_close(struct visit *visit)
{
    assert(visit->parent == NULL); /* a caller is owed a reply */
    retire(visit);
}

void visit_place(struct visit *visit, int part)
{
    assert(visit->part < 0);
    visit->part = part;
    visit->node->part[part]->outstanding++;
}

void visit_event_resume(struct visit *visit)
{
    visit->wait = WAIT_NOTHING;
    visit_event_undeadline(visit);
    visit->node->model->resume(visit);
}

void visit_event_fire(struct visit *visit)
{
    if ((visit->flags & VISIT_DEAD) != 0) {
        give(visit->node->run, visit);
        return;
    }
    visit->flags &= (uint8_t)~VISIT_PENDING;
    if (visit->wait == WAIT_SERVER) {
        visit_event_served(visit);
    } else {
        visit_event_resume(visit);
    }
}

void visit_event_expire(struct visit *visit)
{
    if (visit->wait == WAIT_QUEUE) {
        visit->station->abandoned++;
        station_leave(visit->station, visit);
    } else if (visit->wait == WAIT_CALL && visit->child != NULL) {
        visit->child->parent = NULL; /* the callee works on, for nobody */
        visit->child = NULL;
    }
    visit->outcome = OUTCOME_TIMEOUT;
    visit_event_resume(visit);
}

void visit_hold(struct visit *visit, double seconds)
{
    assert(!link_linked(&visit->lane)); /* a hold has no bound */
    visit->wait = WAIT_HOLD;
    visit_event_schedule(visit, visit->node->run->now + calendar_ns(seconds));
}

void visit_within(struct visit *visit, struct lane *lane)
{
    if (lane == NULL) {
        return;
    }
    assert(!link_linked(&visit->lane)); /* one bound at a time */
    visit->deadline = visit->node->run->now + lane->duration;
    link_append(&lane->waiting, &visit->lane);
    if (!timer_waits(&lane->timer)) {
        timer_set(&lane->run->calendar, &lane->timer, visit->deadline);
    }
}

void visit_call(struct visit *visit, const struct ask *ask, int part)
{
    visit_call_within(visit, ask, part, ask->within);
}

void visit_call_within(struct visit *visit, const struct ask *ask, int part, struct lane *within)
{
    struct visit *child = take(visit->node->run);
    child->parent = visit;
    child->ask = ask;
    child->part = part;
    child->client = visit->client;
    child->request = (int16_t)(ask->request_class >= 0 ? ask->request_class : visit->request);
    child->recorded = visit->recorded;
    child->held = ask->populates ? visit->missed[ask->depth] : 0;
    child->load = ask->op == ASK_ACKNOWLEDGE ? visit->load : NULL;
    child->name = stream_below(visit->name, (uint64_t)(uint32_t)visit->calls++).state;
    child->stream.state = child->name;
    visit->child = child;
    visit->wait = WAIT_CALL;
    visit_within(visit, within);
    enter(child, ask->to);
    ask->to->model->arrive(child);
}

void visit_forward(struct visit *visit, struct node *to)
{
    assert(!link_linked(&visit->lane));
    leave(visit);
    visit->part = -1;
    visit->step = 0;
    visit->pc = visit->held = 0;
    visit->load = NULL;
    visit->priority = 0;
    visit->flags &= (uint8_t)~VISIT_MODEL;
    visit->name = stream_below(visit->name, UINT32_MAX).state;
    visit->stream.state = visit->name;
    enter(visit, to);
    to->model->arrive(visit);
}

/* A branch of a parallel step has ended: the last one wakes the visit that waits for them all. */
static void join(struct visit *parent, enum outcome outcome)
{
    if (outcome > OUTCOME_MISS && parent->outcome <= OUTCOME_MISS) {
        parent->outcome = (uint8_t)outcome; /* the first failure counts */
    }
    if (--parent->children == 0) {
        visit_event_resume(parent);
    }
}

void visit_reply(struct visit *visit, enum outcome outcome)
{
    struct visit *parent = visit->parent;
    bool branch = (visit->flags & VISIT_BRANCH) != 0;
    if (parent != NULL && !branch) {
        parent->child = NULL;
        parent->outcome = (uint8_t)outcome;
        if (visit->ask->op == ASK_RECEIVE) {
            parent->load = visit->load;
        } else if (visit->ask->remembers) {
            parent->missed[visit->ask->depth] = visit->held;
        }
    }
    retire(visit);
    if (parent == NULL) {
        return;
    }
    if (branch) {
        join(parent, outcome);
    } else {
        visit_event_resume(parent);
    }
}

void visit_sleep(struct visit *visit)
{
    visit->wait = WAIT_SIGNAL;
}

void visit_signal(struct visit *visit, enum outcome outcome)
{
    assert(visit->wait == WAIT_SIGNAL);
    visit->outcome = (uint8_t)outcome;
    visit_event_resume(visit);
}

struct visit *visit_branch(struct visit *visit)
{
    struct visit *branch = take(visit->node->run);
    branch->parent = visit;
    branch->ask = visit->ask;
    branch->node = visit->node;
    branch->part = visit->part;
    branch->client = visit->client;
    branch->request = visit->request;
    branch->recorded = visit->recorded;
    branch->step = visit->step;
    branch->held = 0;
    branch->flags = VISIT_BRANCH;
    branch->arrived = visit->node->run->now;
    branch->name = stream_below(visit->name, (uint64_t)(uint32_t)visit->calls++).state;
    branch->stream.state = branch->name;
    if (branch->part >= 0) {
        branch->node->part[branch->part]->outstanding++;
    }
    visit->children++;
    visit->wait = WAIT_CALL;
    return branch;
}

/* Out of whatever it waits for; others there are not disturbed. */
static void detach(struct visit *visit)
{
    if (visit->wait == WAIT_QUEUE) {
        station_leave(visit->station, visit);
    } else if (visit->wait == WAIT_SERVER) {
        station_leave(visit->station, visit);
    } else if (visit->wait == WAIT_CPU) {
        processor_leave(visit->processor, visit);
    } else if (visit->child != NULL) {
        visit->child->parent = NULL;
    }
    if (link_linked(&visit->queue)) {
        link_remove(&visit->queue); /* of a model's own list */
    }
    visit->child = NULL;
    visit->wait = WAIT_NOTHING;
}

/* The branches of a visit end with it. Rare: a scan of all visits. */
static void kill_branches(struct visit *visit)
{
    struct run *run = visit->node->run;
    for (uint32_t slot = 0; visit->children > 0 && slot < run->visits_made; slot++) {
        struct visit *branch = run_visit(run, slot);
        if (branch->live != 0 && branch->parent == visit && (branch->flags & VISIT_BRANCH) != 0) {
            branch->parent = NULL;
            visit->children--;
            visit_kill(branch, OUTCOME_RESET);
        }
    }
}

void visit_kill(struct visit *visit, enum outcome outcome)
{
    detach(visit);
    kill_branches(visit);
    visit_reply(visit, outcome);
}

static bool at_part(const struct visit *visit, const struct part *part)
{
    return visit->live != 0 && visit->node == part->node && visit->part == part->index;
}

/* Takes everybody out of whatever they wait for, into a list: then nobody's end can start anybody else there, and
   callers that come back at once are not among them. */
static void gather(struct part *part, struct link *victims)
{
    struct run *run = part->node->run;
    for (uint32_t slot = 0; slot < run->visits_made; slot++) {
        struct visit *visit = run_visit(run, slot);
        if (at_part(visit, part)) {
            bool own = part->host != NULL && visit->wait == WAIT_CPU && visit->processor == &part->host->cpu;
            visit->wait = own ? WAIT_NOTHING : visit->wait; /* host_reset forgets them all at once */
            detach(visit);
            link_append(victims, &visit->queue);
            visit->children = 0;
            if ((visit->flags & VISIT_BRANCH) != 0) {
                visit->parent = NULL; /* it ends with the visit it is a branch of */
            }
        }
    }
}

void part_crash(struct part *part, enum outcome outcome)
{
    struct link victims;
    link_clear(&victims);
    part->alive = false;
    gather(part, &victims);
    if (part->host != NULL) {
        host_reset(part->host);
    }
    while (!link_empty(&victims)) {
        struct visit *visit = VISIT_OF_QUEUE(victims.next);
        link_remove(&visit->queue);
        visit_kill(visit, outcome);
    }
}
