/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VISIT_H
#define VISIT_H

/* A visit: one request's stay at one node. The client's request is a visit at the client node; each call it makes is
   a visit below it at the node called, and so on down. The pending event is in the visit: a calendar entry
   names a visit, nothing else.

   The verbs below are all that a model may do with a visit. Those that let time pass, or pass the visit on, must be the
   last thing a model's function does: the node's `resume` runs when they are over, and it may run (and end the
   visit) before they return. So a loop of a model's own must pass through visit_hold, if only for 0 seconds: one made
   of calls that are answered at once would never come back.

   visit_kill gives back no server that the visit has seized: who kills knows what it held. A visit that sleeps in a
   model's own list and gives up is still in that list when it resumes. visit_forward keeps ask and caller; the ask's
   `route` is what the first node made of it, so a model with a `next` resolves as that node does. */

#include "ask.h"
#include "outcome.h"
#include "stream.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct node;
struct part;
struct station;
struct processor;
struct run;

/* A link in a circular list with a sentinel; unlinked when next is NULL. */
struct link {
    struct link *next, *prev;
};

enum visit_wait {
    WAIT_NOTHING, /* running, or between events */
    WAIT_HOLD,    /* a calendar entry names it */
    WAIT_QUEUE,   /* in a station's queue */
    WAIT_SERVER,  /* served by a station */
    WAIT_CPU,     /* served by a processor */
    WAIT_CALL,    /* for a callee's reply */
    WAIT_SIGNAL   /* for visit_signal */
};

enum { VISIT_MISSES = 2 };

struct visit {
    struct node *node;
    struct visit *parent;  /* who called; NULL for a root or an orphan whose caller gave up */
    const struct ask *ask; /* what is wanted here; NULL for a root */
    int64_t arrived;       /* at this node, ns */
    uint64_t name;         /* of its random numbers, and of those of the visits below it */
    struct stream stream;  /* its own random numbers, drawn in order */
    uint32_t slot;         /* index in the pool: the calendar's name for it */
    int32_t part;          /* index of the part of the node, -1 = none chosen yet */

    /* From here to `missed` a new visit is zero. */
    struct visit *child; /* the last one called; while WAIT_CALL */
    void *load;          /* the model's own; that of an ASK_RECEIVE goes to the caller with the reply */
    struct link queue;   /* in a station's queue, or a model's own list */
    struct link lane;    /* among the deadlines of one duration */
    int32_t client;      /* number of the client (its address): stickiness, rate rules */
    int32_t pc;          /* next operation of the node's program */
    int32_t calls;       /* names the stream of the next call; grows by one with each */
    int16_t children;    /* outstanding branches of a parallel step */
    int16_t step;        /* the model's own: what has just happened */
    uint8_t outcome;     /* enum outcome, of what has just come back */
    uint8_t attempt;     /* of the call in progress, from 1 */
    uint8_t wait;        /* enum visit_wait */
    uint8_t flags;       /* VISIT_ below */
    uint8_t live;        /* in use: neither free nor dead */
    uint8_t priority;    /* queue of a priority station, 0 first */
    int32_t missed[VISIT_MISSES]; /* keys that its program has missed and will set, by depth of on_miss */

    /* What is set before it is read. */
    int16_t request; /* class of the client's request that it is part of, -1 = none */
    int32_t held; /* key + 1 of a cache, 0 = none: of a get the callee tells it, of a set that populates the
                         callee finds it; free in other nodes */
    double recorded;  /* demand that came with a trace, seconds */
    int64_t intended; /* of a root: the client's intended first attempt, ns */
    double demand;    /* of the service in progress; for a processor its virtual finish time */
    union {
        struct station *station;     /* waiting in or served by, while WAIT_QUEUE or WAIT_SERVER */
        struct processor *processor; /* while WAIT_CPU */
    };
    int64_t deadline; /* ns, while linked in a lane */
    int64_t queued;   /* ns, when it joined a station's queue */
};

enum {
    VISIT_PENDING = 1,  /* a calendar entry names it */
    VISIT_DEAD = 2,     /* killed while pending: freed when the entry comes up */
    VISIT_BRANCH = 4,   /* a branch of a parallel step: not counted as an arrival */
    VISIT_MODEL = 8,    /* free for the model */
    VISIT_BACKOFF = 16, /* its program waits before it repeats a call */
    VISIT_LATE = 32     /* the latest retry repeated a timeout */
};

/* Starts a root visit at `node` with the stream below (node, index); it is the model's to move. It counts as an
   arrival. */
struct visit *visit_open(struct node *node, uint64_t index);

/* Ends a root visit, without a reply to anyone. */
void visit_close(struct visit *visit);

/* Resumes after `seconds` (0 allowed). */
void visit_hold(struct visit *visit, double seconds);

/* Joins the queue of a station; resumes holding one server. False, and nothing done, when the queue is full. */
bool visit_seize(struct visit *visit, struct station *station);

/* Gives back a server seized. Somebody waiting may resume at once. */
void visit_release(struct visit *visit, struct station *station);

/* Seize, hold for `demand` seconds, release, resume: one verb, one event. False when the queue is full. */
bool visit_serve(struct visit *visit, struct station *station, double demand);

/* Needs `demand` seconds of one vCPU, shared with everybody else there; resumes when it has had them. */
void visit_compute(struct visit *visit, struct processor *processor, double demand);

/* Puts a visit that arrived without a part (-1) at one, chosen by its node. */
void visit_place(struct visit *visit, int part);

/* Calls another node: a new visit arrives at ask->to, at `part` of it (-1: the callee chooses); resumes with
   visit->outcome, and visit->load if the callee left one. Given up after ask->within with OUTCOME_TIMEOUT: the
   callee works on, for nobody. */
void visit_call(struct visit *visit, const struct ask *ask, int part);

/* The same, with a bound of `within` instead of the ask's own (NULL: none). */
void visit_call_within(struct visit *visit, const struct ask *ask, int part, struct lane *within);

/* Leaves this node and arrives at the next with the same ask and caller: no way back (a station's `next`). */
void visit_forward(struct visit *visit, struct node *to);

/* Ends the visit here; the caller resumes with `outcome`. */
void visit_reply(struct visit *visit, enum outcome outcome);

/* Sleeps until visit_signal, which resumes it with the outcome. For lists that a model keeps itself. */
void visit_sleep(struct visit *visit);
void visit_signal(struct visit *visit, enum outcome outcome);

/* Bounds the next wait (in a queue, for a call, asleep) to the lane's duration: resumes with OUTCOME_TIMEOUT if
   it passes, out of any queue. Cleared by itself when the visit resumes or its service begins. Call it before the
   verb. */
void visit_within(struct visit *visit, struct lane *lane);

/* One branch of a parallel step, at the same node and part, below `visit`. */
struct visit *visit_branch(struct visit *visit);

/* Ends a visit in the middle of whatever it does: its caller resumes with `outcome`, its own calls go on as
   orphans. */
void visit_kill(struct visit *visit, enum outcome outcome);

static inline double visit_draw(struct visit *visit, const struct dist *dist)
{
    return stream_draw(&visit->stream, dist, visit->recorded);
}

static inline double visit_uniform(struct visit *visit)
{
    return stream_uniform(&visit->stream);
}

/* The visit whose `queue` link this is, and whose `lane` link. */
#define VISIT_OF_QUEUE(link_) ((struct visit *)(void *)((char *)(link_)-offsetof(struct visit, queue)))
#define VISIT_OF_LANE(link_) ((struct visit *)(void *)((char *)(link_)-offsetof(struct visit, lane)))

static inline void link_clear(struct link *list)
{
    list->next = list->prev = list;
}

static inline bool link_empty(const struct link *list)
{
    return list->next == list;
}

static inline void link_append(struct link *list, struct link *item)
{
    item->prev = list->prev;
    item->next = list;
    list->prev->next = item;
    list->prev = item;
}

static inline void link_remove(struct link *item)
{
    assert(item->prev != NULL && item->next != NULL);
    item->prev->next = item->next;
    item->next->prev = item->prev;
    item->next = item->prev = NULL;
}

static inline bool link_linked(const struct link *item)
{
    return item->next != NULL;
}

#endif
