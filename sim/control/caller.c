/* SPDX-License-Identifier: Apache-2.0 */
#include "caller.h"

#include "maths.h"
#include "text.h"

#include <assert.h>
#include <math.h>

/* ---- Tables ---------------------------------------------------------------------------------------- */

static const struct param follow_params[] = {
    PARAM(caller_follow, request, UNIT_NONE, NULL, NULL,
          "Request of the send that is followed when it has ended well.", "definition"),
    PARAM(caller_follow, ratio, UNIT_RATIO, "1", "0 to 1000", "Requests that follow each one, on average.",
          "definition"),
    PARAM(caller_follow, delay, UNIT_SECOND, "none", NULL, "Time between its end and this request.",
          "definition"),
    PARAM_END};

#define SEND_ROWS(whole)                                                                                     \
    PARAM(caller_send, to, UNIT_NONE, NULL, NULL, "Node that the request is sent to.", "definition"),        \
        PARAM(caller_send, request, UNIT_NONE, "*", NULL, "What is asked for, `METHOD /path`.",              \
              "definition"),                                                                                 \
        PARAM(caller_send, share, UNIT_RATIO, "none", "0 to 1 or none",                                      \
              "Share of the " whole "; all shares add to 100 %, or are all left out and equal.",             \
              "definition"),                                                                                 \
        PARAM(caller_send, bytes_in, UNIT_BYTE, "0B", "0B to 1TiB", "Size of the request.", "definition"),   \
        PARAM(caller_send, bytes_out, UNIT_BYTE, "0B", "0B to 1TiB", "Size of the answer.", "definition")

const struct param caller_send_params[] = {SEND_ROWS("requests"), PARAM_END};

const struct param caller_rate_send_params[] = {
    SEND_ROWS("rate"),
    PARAM_OPTION_OF(caller_send, follow, follow_params,
                    "Makes this request follow another instead of having a share."),
    PARAM_END};

/* ---- Rules ----------------------------------------------------------------------------------------- */

static const struct caller_send *send_of(const struct caller_config *config, int i)
{
    return (const struct caller_send *)config->sends.row + i;
}

/* The send with this request, -1 = none. */
static int find_send(const struct caller_config *config, const char *request)
{
    for (int i = 0; i < config->sends.count; i++)
        if (text_equal(send_of(config, i)->request, request)) return i;
    return -1;
}

static int check_shares(const struct caller_config *config, const struct check *check)
{
    int free = 0, shared = 0;
    double sum = 0.0;
    for (int i = 0; i < config->sends.count; i++) {
        const struct caller_send *send = send_of(config, i);
        bool given = !isinf(send->share);
        if (send->follow != NULL && given) {
            check_error(check, &send->share,
                        "a send that follows another has no share: remove share or follow");
        } else if (send->follow == NULL) {
            free += !given;
            shared += given;
            sum += given ? send->share : 0.0;
        }
    }
    if (shared > 0 && free > 0)
        check_error(check, &config->sends, "%d of %d sends have no share: give all of them one, or none",
                    free, free + shared);
    else if (shared > 0 && fabs(sum - 1.0) > 1e-4 + 1e-12)
        check_error(check, &config->sends,
                    "shares add to %.6g%%: make it 100%%, or leave out all for equal ones", 100.0 * sum);
    return free + shared;
}

/* Whether the send follows, perhaps by way of others, one that comes of itself. */
static bool has_origin(const struct caller_config *config, int i)
{
    int hops = 0;
    while (i >= 0 && hops <= config->sends.count && send_of(config, i)->follow != NULL) {
        i = find_send(config, send_of(config, i)->follow->request);
        hops++;
    }
    return hops <= config->sends.count; /* else round and round */
}

static void check_follow(const struct caller_config *config, const struct check *check)
{
    for (int i = 0; i < config->sends.count; i++) {
        const struct caller_follow *follow = send_of(config, i)->follow;
        if (follow != NULL && find_send(config, follow->request) < 0)
            check_error(check, &follow->request,
                        "no send of these clients has the request %s: follow one that is sent",
                        follow->request);
        else if (!has_origin(config, i))
            check_error(check, &follow->request, "follows itself: follow a send that comes of itself");
    }
}

int caller_check(const struct caller_config *config, const struct check *check)
{
    int origins = check_shares(config, check);
    check_follow(config, check);
    return origins;
}

/* ---- Before the first request ---------------------------------------------------------------------- */

void caller_room(struct node *self, int count)
{
    struct caller *caller = self->state;
    caller->count = count;
    caller->kind = node_array(self, struct caller_kind, count);
}

void caller_prepare(struct node *self, int kind, const struct caller_send *send, const char *request)
{
    const struct caller_config *config = self->config;
    struct caller *caller = self->state;
    assert(kind < caller->count);
    struct caller_kind *ready = &caller->kind[kind];
    *ready = (struct caller_kind){.followers = -1, .next = -1};
    ready->ask = (struct ask){.op = ASK_REQUEST,
                              .to = node_at(self, send->to),
                              .request = request,
                              .bytes_in = send->bytes_in,
                              .bytes_out = send->bytes_out,
                              .within = lane_of(self->run, config->timeout),
                              .request_class = run_request(self->run, send->request),
                              .origin = &send->to};
    run_resolve(self->run, &ready->ask);
}

/* Cumulative shares: as written, or equal ones that add to 1 when none is. */
static void share_out(struct caller *caller, const struct caller_config *config)
{
    bool written = false;
    double sum = 0.0;
    for (int i = 0; i < caller->count; i++) {
        const struct caller_send *send = send_of(config, i);
        if (send->follow == NULL) {
            written = !isinf(send->share);
            sum += written ? send->share : 1.0;
        }
        caller->kind[i].until = sum;
    }
    for (int i = 0; !written && i < caller->count; i++) caller->kind[i].until /= sum;
}

/* Adds the follower at the end of the list of the kind it follows. */
static void add_follower(struct caller *caller, int leader, int follower)
{
    int32_t *end = &caller->kind[leader].followers;
    while (*end >= 0) end = &caller->kind[*end].next;
    *end = follower;
}

void caller_open(struct node *self, int64_t quotas)
{
    const struct caller_config *config = self->config;
    struct caller *caller = self->state;
    assert(config->sends.count > 0);
    caller_room(self, config->sends.count);
    for (int i = 0; i < caller->count; i++) {
        const struct caller_send *send = send_of(config, i);
        caller_prepare(self, i, send, send->request);
    }
    share_out(caller, config);
    for (int i = 0; i < caller->count; i++) {
        const struct caller_follow *follow = send_of(config, i)->follow;
        if (follow != NULL) add_follower(caller, find_send(config, follow->request), i);
    }
    caller->quotas = quotas;
    if (config->retry != NULL && !isinf(config->retry->budget))
        caller->spent = node_array(self, double, quotas);
}

/* Those that follow kind `i` have their share of its rate. */
static void expect_kind(struct node *self, int i, double rate)
{
    const struct caller *caller = self->state;
    self->run->request[caller->kind[i].ask.request_class].rate += rate;
    for (int32_t j = caller->kind[i].followers; j >= 0; j = caller->kind[j].next)
        expect_kind(self, j, rate * send_of(self->config, j)->follow->ratio);
}

void caller_expect(struct node *self, double rate)
{
    struct caller *caller = self->state;
    double sum = caller->kind[caller->count - 1].until, before = 0.0;
    for (int i = 0; i < caller->count; i++) {
        double until = caller->kind[i].until /= sum;
        if (send_of(self->config, i)->follow == NULL) expect_kind(self, i, rate * (until - before));
        before = until;
    }
}

/* ---- A request ------------------------------------------------------------------------------------- */

static double *spent_by(const struct visit *visit)
{
    const struct caller *caller = visit->node->state;
    return &caller->spent[caller->quotas == 1 ? 0 : visit->client];
}

/* Takes the tokens of a retry, if there are enough. */
static bool pay(struct visit *visit, const struct retry *retry)
{
    struct caller *caller = visit->node->state;
    if (caller->spent == NULL) return true;
    bool timeout = visit->outcome == OUTCOME_TIMEOUT;
    double *spent = spent_by(visit), cost = timeout ? retry->timeout_cost : retry->cost;
    if (*spent + cost > retry->budget) {
        caller->retries_refused++;
        return false;
    }
    *spent += cost;
    visit->flags = (uint8_t)(timeout ? visit->flags | VISIT_LATE : visit->flags & ~VISIT_LATE);
    return true;
}

/* A success gives back what the latest retry took, or a little when there was none. */
static void refund(const struct visit *visit, const struct retry *retry)
{
    const struct caller *caller = visit->node->state;
    if (caller->spent == NULL) return;
    double latest = (visit->flags & VISIT_LATE) != 0 ? retry->timeout_cost : retry->cost;
    double *spent = spent_by(visit);
    *spent = fmax(*spent - (visit->attempt == 1 ? retry->refund : latest), 0.0);
}

static double backoff(const struct visit *visit, const struct retry *retry)
{
    double bound = fmin(retry->base * maths_pow(retry->multiplier, visit->attempt - 1.0), retry->cap);
    struct stream stream = stream_below(visit->name, ~(uint64_t)visit->attempt);
    return retry->jitter == RETRY_NONE ? bound : bound * stream_uniform(&stream);
}

/* A refusal that will not change is not asked for again. */
static bool is_repeated(struct visit *visit, const struct retry *retry)
{
    return retry != NULL && visit->attempt < retry->max_attempts && visit->outcome != OUTCOME_FORBIDDEN &&
           visit->outcome != OUTCOME_NOT_FOUND && pay(visit, retry);
}

/* Opens the requests that follow one of this kind: `ratio` of them on average, the whole part always. */
static void send_followers(struct visit *visit, const struct caller_kind *kind)
{
    const struct caller *caller = visit->node->state;
    for (int32_t i = kind->followers; i >= 0; i = caller->kind[i].next) {
        const struct caller_follow *follow = send_of(visit->node->config, i)->follow;
        int count = (int)(follow->ratio + visit_uniform(visit));
        for (; count > 0; count--) {
            struct visit *next = visit_open(visit->node, stream_bits(&visit->stream));
            next->pc = i;
            next->client = visit->client;
            next->step = CALLER_FOLLOWING;
            visit_hold(next, visit_draw(next, &follow->delay));
        }
    }
}

static void back_off(struct visit *visit, const struct retry *retry)
{
    struct caller *caller = visit->node->state;
    caller->retries++;
    visit->step = CALLER_BACKING_OFF;
    visit_hold(visit, backoff(visit, retry));
}

/* An attempt is over: true when its request is. */
static bool answered(struct visit *visit)
{
    const struct caller_config *config = visit->node->config;
    struct caller *caller = visit->node->state;
    const struct caller_kind *kind = &caller->kind[visit->pc];
    enum outcome outcome = visit->outcome <= OUTCOME_MISS ? OUTCOME_OK : visit->outcome;
    caller->timeouts += outcome == OUTCOME_TIMEOUT;
    if (outcome != OUTCOME_OK && is_repeated(visit, config->retry)) {
        back_off(visit, config->retry);
        return false;
    }
    run_ended(visit->node->run, kind->ask.request_class, visit, outcome);
    if (outcome == OUTCOME_OK) {
        refund(visit, config->retry);
        send_followers(visit, kind);
    }
    return true;
}

bool caller_advance(struct visit *visit)
{
    if (visit->step == CALLER_CALLING) return answered(visit);
    assert(visit->step < CALLER_OWN);
    if (visit->step == CALLER_FOLLOWING)
        caller_send(visit);
    else
        caller_attempt(visit);
    return false;
}

void caller_resume(struct visit *visit)
{
    if (caller_advance(visit)) visit_close(visit);
}

int caller_resolve(struct node *self, const struct ask *ask)
{
    (void)self, (void)ask;
    return -1;
}

void caller_arrive(struct visit *visit)
{
    visit_reply(visit, OUTCOME_NOT_FOUND);
}
