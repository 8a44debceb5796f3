/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CALLER_H
#define CALLER_H

/* A caller: clients outside the system, who send requests of their own accord. They send a mix of them, give
   attempts up, repeat those that failed within a quota, and send others that follow one which ended well.
   When they send is the model's to say: at a rate, after thinking, as recorded.

   The config of such a model begins with a struct caller_config and its state with a struct caller, both
   named `caller`, which CALLER_FIRST makes sure of. So rows of its tables can be written PARAM(caller_config,
   ...) and OUTPUT(caller, ...), and the functions below need no more than a node or a visit:

     start    caller_open, then caller_expect if there is a rate
     to send  visit = visit_open(...), visit->client = who, caller_choose(visit), caller_send(visit)
     resume   caller_resume

   A request is one visit at the caller's node, however many attempts it takes; visit->pc is its kind and
   visit->step its phase. Latency counts from the moment it was first sent.

   After any failure but 403 and 404 it is repeated, at most up to max_attempts. The delay before retry n is
   base x multiplier^(n-1), at most cap, drawn evenly below that with jitter, from a stream of its own: a
   retry moves nobody else's draws. A retry takes tokens from the quota, a success gives back what its latest
   retry took or the refund when there was none, and a retry that finds too few is not made: the rules of
   botocore (retries/standard.py and retries/quota.py, commit 0719e795). budget.h has them with the figures
   that AWS publishes, in whole tokens. Here the figures are the user's, fractions and 0 among them, and there
   may be a hundred million quotas, so each is a single number. */

#include "model.h"

/* `follow: {request: GET /page, ratio: 2.5, delay: 100ms}` */
struct caller_follow {
    const char *request;
    double ratio;
    struct dist delay;
};

/* A row of `sends`. */
struct caller_send {
    struct node_ref to;
    const char *request;
    double share; /* infinite = none written */
    double bytes_in, bytes_out;
    const struct caller_follow *follow;
};

/* Tables of struct caller_send: for those who share out what they send, and for those who send at a rate,
   which has `follow` as well. */
extern const struct param caller_send_params[], caller_rate_send_params[];

struct caller_config {
    double timeout;            /* seconds of an attempt, infinite = none */
    const struct retry *retry; /* NULL = none */
    struct rows sends;         /* of struct caller_send */
};

/* A kind of request, ready to go. */
struct caller_kind {
    struct ask ask;
    double until;      /* cumulative share */
    int32_t followers; /* the first kind that follows this one, -1 = none ... */
    int32_t next;      /* ... and the next that follows the same */
};

struct caller {
    struct caller_kind *kind;
    int count;
    int64_t quotas;
    double *spent; /* tokens missing from each quota; NULL = no quota */
    int64_t requests, retries, retries_refused, timeouts; /* outputs */
};

#define CALLER_FIRST(model)                                                                                  \
    _Static_assert(offsetof(struct model##_config, caller) == 0, "a caller's config begins with caller");    \
    _Static_assert(offsetof(struct model##_state, caller) == 0, "a caller's state begins with caller")

/* Rows of a model's tables. Params: a `who` gives attempts up and each `whose` has a quota, in words for the
   help; `table` is that of the sends. Outputs: what becomes of attempts. */
#define CALLER_PARAMS(who, whose, table)                                                                     \
    PARAM(caller_config, timeout, UNIT_SECOND, "none", "1ms to 1d or none",                                  \
          "Time after which a " who " gives an attempt up.", "definition"),                                  \
        PARAM_OPTION_OF(caller_config, retry, retry_params,                                                  \
                        "Repeats failed attempts; the quota of tokens, if any, is one for each " whose "."), \
        PARAM_LIST_OF(caller_config, sends, caller_send, table, "What is sent, and where to.")
#define CALLER_OUTPUTS                                                                                       \
    OUTPUT(caller, retries_refused, OUTPUT_COUNT, UNIT_COUNT,                                                \
           "Retries not made because the quota had too few tokens."),                                        \
        OUTPUT(caller, timeouts, OUTPUT_COUNT, UNIT_COUNT, "Attempts that ended with a timeout.")

/* visit->step. Requests that follow wait in CALLER_FOLLOWING; a model's own phases are from CALLER_OWN on. */
enum caller_phase { CALLER_CALLING, CALLER_BACKING_OFF, CALLER_FOLLOWING, CALLER_OWN };

/* Complains about shares and followers that contradict each other. Returns how many sends come of themselves,
   following no other; that there is none is the model's to complain about, in the words of its table. */
int caller_check(const struct caller_config *config, const struct check *check);

/* Prepares all sends, in `start`. Client i has quota i of `quotas`; if there is only one, all share it.
   Shares are taken as written, so the last send gets what they lack. */
void caller_open(struct node *self, int64_t quotas);

/* The same by hand, for kinds of requests that are not the sends: room for `count`, then each one. It is sent
   as `send` says but asks for `request`; results go by the send's. */
void caller_room(struct node *self, int count);
void caller_prepare(struct node *self, int kind, const struct caller_send *send, const char *request);

/* Requests that follow no other come at `rate` a second at the peak: makes their shares add to 1, and notes
   how often each kind is to be expected. In `start`, after caller_open. */
void caller_expect(struct node *self, double rate);

/* Draws what a visit asks for, by the shares. */
static inline void caller_choose(struct visit *visit)
{
    const struct caller *caller = visit->node->state;
    double u = visit_uniform(visit);
    int32_t kind = 0;
    while (kind < caller->count - 1 && u >= caller->kind[kind].until) kind++;
    visit->pc = kind;
}

/* The next attempt of a request. Time passes: nothing may come after it. */
static inline void caller_attempt(struct visit *visit)
{
    const struct caller *caller = visit->node->state;
    visit->attempt++;
    visit->step = CALLER_CALLING;
    visit_call(visit, &caller->kind[visit->pc].ask, -1);
}

/* The first attempt, intended for this moment. */
static inline void caller_send(struct visit *visit)
{
    struct caller *caller = visit->node->state;
    caller->requests++;
    visit->intended = visit->node->run->now;
    caller_attempt(visit);
}

/* A visit resumes in a phase of the caller's. True: its request has ended and is counted, and those that
   follow it are on their way; the visit is the model's to close. False: time passes. */
bool caller_advance(struct visit *visit);

/* `resume` of a model without phases of its own: closes the visit when its request has ended. */
void caller_resume(struct visit *visit);

/* Nobody calls a caller: `resolve` and `arrive` of any model. */
int caller_resolve(struct node *self, const struct ask *ask);
void caller_arrive(struct visit *visit);

#endif
