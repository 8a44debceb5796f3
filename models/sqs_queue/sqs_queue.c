/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"

#include <assert.h>
#include <math.h>

/* Where a message is. Deleted, expired and moved ones are in no list: their slot is free. */
enum whereabouts { READY, DELAYED, IN_FLIGHT };

struct item {
    struct message message; /* first: a consumer's pointer to the message is one to the item */
    struct link age;        /* among all messages of the queue, oldest first */
    enum whereabouts place;
};

/* What one receive handed over. It stays until everything in it is deleted, or its holder receives again. */
struct handed {
    struct batch batch; /* first, as above */
    uint32_t holder;    /* slot of the visit that received it */
    bool used;
    struct handed *next; /* free ones */
};

struct sqs_queue_config {
    double visibility_timeout, message_retention, delay, receive_wait_time, max_message_size;
    int64_t max_receive_count;
    struct node_ref dead_letter;
    struct dist latency;
    int64_t in_flight_limit, capacity;
};

enum { TIMER_VISIBILITY, TIMER_DELAY, TIMER_RETENTION };
enum { BATCHES = 1 << 16, REQUEST_BYTES = 64 << 10 };

struct sqs_queue_state {
    struct item *item;
    int64_t items; /* slots used so far; the pages behind them were never touched */
    struct link free, ready, hidden, flight, age;
    struct handed *handed;
    int handed_count;
    struct handed *free_handed;
    struct batch empty;
    struct link waiting; /* receivers in a long poll, first come first served */
    struct lane *wait;   /* the queue's own wait time; NULL = none */
    struct timer visibility, delay, retention;
    struct node *dead_letter;
    uint32_t receipts;
    int64_t sent, received, deleted, moved_to_dead_letter, arrived_from_source, expired, refused,
        empty_receives;
    int64_t requests;
    struct gauge visible, in_flight, delayed;
    struct tally time_in_queue;
    double age_of_oldest;
};

#define GUIDE "SQS developer guide, 2023-06, "

static const struct param params[] = {
    PARAM(sqs_queue_config, visibility_timeout, UNIT_SECOND, "30s", "0s to 12h",
          "How long a received message stays hidden from other consumers, counted from the receive.",
          GUIDE "sqs-visibility-timeout.md"),
    PARAM(sqs_queue_config, message_retention, UNIT_SECOND, "4d", "60s to 14d",
          "How long a message is kept; the clock of a message moved to a dead-letter queue runs on.",
          GUIDE "quotas-messages.html"),
    PARAM(sqs_queue_config, delay, UNIT_SECOND, "0s", "0s to 15min",
          "How long a new message stays hidden before it can be received.", GUIDE "quotas-messages.html"),
    PARAM(sqs_queue_config, receive_wait_time, UNIT_SECOND, "0s", "0s to 20s",
          "How long a receive without a wait time of its own waits for a message; 0s is a short poll.",
          GUIDE "sqs-short-and-long-polling.md"),
    PARAM(sqs_queue_config, max_message_size, UNIT_BYTE, "256KiB", "1KiB to 1MiB",
          "The largest message accepted; AWS has allowed 1 MiB since August 2025.",
          GUIDE "quotas-messages.html"),
    PARAM(sqs_queue_config, max_receive_count, UNIT_COUNT, "none", "1 to 1000 or none",
          "How often a message may be received before it is moved to the dead-letter queue.", "definition",
          .alias = "maxReceiveCount"),
    PARAM(sqs_queue_config, dead_letter, UNIT_NONE, "none", NULL,
          "The queue that takes messages received too often.", "definition"),
    PARAM(sqs_queue_config, latency, UNIT_SECOND, "lognormal(mean 20ms, cv 0.5)", NULL,
          "Time of one API call; about 20 ms is documented, the spread is assumed.",
          GUIDE "sqs-throughput-horizontal-scaling-and-batching.md"),
    PARAM(sqs_queue_config, in_flight_limit, UNIT_COUNT, "120000", "1 to 1000000",
          "Messages received and not yet deleted; at the limit a long poll finds nothing and a short one is "
          "refused.",
          GUIDE "sqs-visibility-timeout.md"),
    PARAM(sqs_queue_config, capacity, UNIT_COUNT, "1000000", "1 to 100000000",
          "Messages the simulation can hold at once, beyond which sends are refused; AWS has no such limit.",
          "assumed"),
    PARAM_END};

static const struct output outputs[] = {
    OUTPUT(sqs_queue_state, sent, OUTPUT_COUNT, UNIT_COUNT, "Messages accepted from senders."),
    OUTPUT(sqs_queue_state, received, OUTPUT_COUNT, UNIT_COUNT,
           "Messages handed to consumers, repeated ones counted each time."),
    OUTPUT(sqs_queue_state, deleted, OUTPUT_COUNT, UNIT_COUNT, "Messages deleted by consumers."),
    OUTPUT(sqs_queue_state, moved_to_dead_letter, OUTPUT_COUNT, UNIT_COUNT,
           "Messages moved to the dead-letter queue after too many receives."),
    OUTPUT(sqs_queue_state, arrived_from_source, OUTPUT_COUNT, UNIT_COUNT,
           "Messages moved here from queues whose dead-letter queue this is."),
    OUTPUT(sqs_queue_state, expired, OUTPUT_COUNT, UNIT_COUNT,
           "Messages lost because their retention was over."),
    OUTPUT(sqs_queue_state, refused, OUTPUT_COUNT, UNIT_COUNT,
           "Messages refused because the simulation's capacity was full: raise it."),
    OUTPUT(sqs_queue_state, empty_receives, OUTPUT_COUNT, UNIT_COUNT, "Receives that found no message."),
    OUTPUT(sqs_queue_state, requests, OUTPUT_COUNT, UNIT_COUNT,
           "Billed API requests, one per started 64 KiB.", .service = "AWSQueueService",
           .sku = "Requests-Standard"),
    OUTPUT(sqs_queue_state, visible, OUTPUT_MEAN, UNIT_COUNT,
           "Messages waiting to be received: ApproximateNumberOfMessagesVisible.", .series = true),
    OUTPUT(sqs_queue_state, in_flight, OUTPUT_MEAN, UNIT_COUNT,
           "Messages received and not yet deleted: ApproximateNumberOfMessagesNotVisible.", .series = true),
    OUTPUT(sqs_queue_state, delayed, OUTPUT_MEAN, UNIT_COUNT,
           "Messages still delayed: ApproximateNumberOfMessagesDelayed."),
    OUTPUT(sqs_queue_state, time_in_queue, OUTPUT_TALLY, UNIT_SECOND,
           "Time from the send to the delete, of deleted messages."),
    OUTPUT(sqs_queue_state, age_of_oldest, OUTPUT_VALUE, UNIT_SECOND,
           "Age of the oldest message at the horizon."),
    OUTPUT_END};

static void check(const void *config_, const struct check *check)
{
    const struct sqs_queue_config *config = config_;
    bool counted = config->max_receive_count != INT64_MAX, linked = config->dead_letter.index >= 0;
    if (linked && !counted) {
        check_error(check, &config->dead_letter, "dead_letter also needs max_receive_count");
    } else if (counted && !linked) {
        check_warning(check, &config->max_receive_count,
                      "without dead_letter max_receive_count does nothing: failed messages come back until "
                      "they expire");
    }
}

static void start(struct node *self)
{
    struct sqs_queue_state *state = self->state;
    const struct sqs_queue_config *config = self->config;
    state->item = node_array(self, struct item, config->capacity);
    state->handed = node_array(self, struct handed, BATCHES);
    struct link *list[] = {&state->free,   &state->ready, &state->hidden,
                           &state->flight, &state->age,   &state->waiting};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) link_clear(list[i]);
    state->wait = config->receive_wait_time > 0.0 ? lane_of(self->run, config->receive_wait_time) : NULL;
    state->time_in_queue = tally_open(self->run->arena);
    node_timer(self, &state->visibility, TIMER_VISIBILITY);
    node_timer(self, &state->delay, TIMER_DELAY);
    node_timer(self, &state->retention, TIMER_RETENTION);
}

static void ready(struct node *self)
{
    struct sqs_queue_state *state = self->state;
    const struct sqs_queue_config *config = self->config;
    struct node *other = node_at(self, config->dead_letter);
    bool fits = other != NULL && other->model == self->model && other != self;
    state->dead_letter = fits ? other : NULL;
    if (other != NULL && !fits && self->run->check.diag != NULL) {
        check_error(&self->run->check, &config->dead_letter, "dead_letter must name another sqs_queue");
    }
}

/* The operation an ask comes down to: a client's own request is a send. */
static enum ask_op operation(const struct ask *ask)
{
    return ask->op == ASK_REQUEST ? ASK_SEND : ask->op;
}

static int resolve(struct node *self, const struct ask *ask)
{
    (void)self;
    enum ask_op op = operation(ask);
    return op == ASK_SEND || op == ASK_RECEIVE || op == ASK_ACKNOWLEDGE ? 0 : -1;
}

/* Billed requests for a payload: one per started 64 KiB, at least one. */
static int64_t billed(double bytes)
{
    return bytes <= REQUEST_BYTES ? 1 : (int64_t)ceil(bytes / REQUEST_BYTES);
}

/* ---- Messages ---------------------------------------------------------------------------------------- */

static struct item *item_of(struct link *link)
{
    return (struct item *)(void *)link; /* the link is the message's first field, the message the item's */
}

static struct item *item_of_age(struct link *link)
{
    return (struct item *)(void *)((char *)link - offsetof(struct item, age));
}

static struct gauge *level(struct sqs_queue_state *state, enum whereabouts place)
{
    return place == READY ? &state->visible : place == IN_FLIGHT ? &state->in_flight : &state->delayed;
}

/* Takes the message out of the list it is in. */
static void take_out(struct node *self, struct item *item)
{
    gauge_add(level(self->state, item->place), self->run->now, -1.0);
    link_remove(&item->message.link);
}

static void put_in(struct node *self, struct item *item, enum whereabouts place)
{
    struct sqs_queue_state *state = self->state;
    struct link *list = place == READY ? &state->ready : place == IN_FLIGHT ? &state->flight : &state->hidden;
    item->place = place;
    item->message.in_flight = place == IN_FLIGHT;
    link_append(list, &item->message.link);
    gauge_add(level(state, place), self->run->now, 1.0);
}

/* Out of the queue for good. */
static void drop(struct node *self, struct item *item)
{
    struct sqs_queue_state *state = self->state;
    assert(item->age.prev != NULL);
    take_out(self, item);
    link_remove(&item->age);
    item->message.receipt = 0; /* whoever still holds it holds a stale receipt */
    item->message.in_flight = false;
    link_append(&state->free, &item->message.link);
}

static struct item *new_item(struct node *self)
{
    struct sqs_queue_state *state = self->state;
    const struct sqs_queue_config *config = self->config;
    if (!link_empty(&state->free)) {
        struct item *item = item_of(state->free.next);
        link_remove(&item->message.link);
        return item;
    }
    return state->items < config->capacity ? &state->item[state->items++] : NULL;
}

/* Equal timeouts expire in the order they began, so one timer for the head of the list is enough. */
static void arm(struct node *self, struct timer *timer, const struct link *list)
{
    if (!link_empty(list) && !timer_waits(timer)) {
        timer_set(&self->run->calendar, timer, item_of(list->next)->message.visible_at);
    }
}

static int64_t expiry(const struct node *self, const struct item *item)
{
    const struct sqs_queue_config *config = self->config;
    return item->message.first_sent + calendar_ns(config->message_retention);
}

/* Into the list of ages, which is sorted but for messages moved here: they keep the clock they came with. */
static void insert_by_age(struct node *self, struct item *item)
{
    struct sqs_queue_state *state = self->state;
    struct link *after = state->age.prev;
    while (after != &state->age && item_of_age(after)->message.first_sent > item->message.first_sent) {
        after = after->prev;
    }
    link_append(after->next, &item->age);
    if (state->age.next == &item->age) {
        timer_set(&self->run->calendar, &state->retention, expiry(self, item));
    }
}

/* A new message, hidden at first if the queue has a delay. False when there is no room. */
static bool add(struct node *self, uint64_t id, int32_t bytes, int64_t first_sent)
{
    struct sqs_queue_state *state = self->state;
    const struct sqs_queue_config *config = self->config;
    struct item *item = new_item(self);
    if (item == NULL) {
        state->refused++;
        return false;
    }
    int64_t now = self->run->now;
    item->message = (struct message){.id = id, .sent = now, .first_sent = first_sent, .bytes = bytes};
    insert_by_age(self, item);
    if (config->delay > 0.0) {
        item->message.visible_at = now + calendar_ns(config->delay);
        put_in(self, item, DELAYED);
        arm(self, &state->delay, &state->hidden);
    } else {
        put_in(self, item, READY);
    }
    return true;
}

/* ---- Receiving --------------------------------------------------------------------------------------- */

static void serve_waiting(struct node *self);

static void move_to_dead_letter(struct node *self, struct item *item)
{
    struct sqs_queue_state *state = self->state;
    struct sqs_queue_state *other = state->dead_letter->state;
    struct message message = item->message;
    drop(self, item);
    state->moved_to_dead_letter++;
    other->arrived_from_source += add(state->dead_letter, message.id, message.bytes, message.first_sent);
    serve_waiting(state->dead_letter);
}

/* The next message to hand over, or NULL. One received too often is moved instead of being received again. */
static struct item *next_ready(struct node *self)
{
    struct sqs_queue_state *state = self->state;
    const struct sqs_queue_config *config = self->config;
    while (!link_empty(&state->ready)) {
        struct item *item = item_of(state->ready.next);
        if (state->dead_letter == NULL || item->message.receives < config->max_receive_count) {
            return item;
        }
        move_to_dead_letter(self, item);
    }
    return NULL;
}

static bool held(const struct node *self, const struct handed *handed)
{
    const struct visit *visit = run_visit(self->run, handed->holder);
    return visit->live != 0 && visit->load == &handed->batch;
}

static void give_back(struct sqs_queue_state *state, struct handed *handed)
{
    handed->used = false;
    handed->next = state->free_handed;
    state->free_handed = handed;
}

/* Batches whose holders are gone or have received again are found only when they are needed. */
static void sweep(struct node *self)
{
    struct sqs_queue_state *state = self->state;
    for (int i = 0; i < state->handed_count; i++) {
        struct handed *handed = &state->handed[i];
        if (handed->used && !held(self, handed)) give_back(state, handed);
    }
}

static struct handed *new_handed(struct node *self, const struct visit *receiver)
{
    struct sqs_queue_state *state = self->state;
    if (state->free_handed == NULL && state->handed_count == BATCHES) {
        sweep(self);
    }
    struct handed *handed = state->free_handed;
    if (handed != NULL) {
        state->free_handed = handed->next;
    } else if (state->handed_count < BATCHES) {
        handed = &state->handed[state->handed_count++];
    } else {
        return NULL;
    }
    *handed = (struct handed){.holder = receiver->slot, .used = true};
    return handed;
}

static void hand_over(struct node *self, struct item *item, struct batch *batch)
{
    struct sqs_queue_state *state = self->state;
    const struct sqs_queue_config *config = self->config;
    struct message *message = &item->message;
    take_out(self, item);
    state->receipts += state->receipts == UINT32_MAX ? 2 : 1; /* never 0, which is stale */
    message->receipt = state->receipts;
    message->receives++;
    message->visible_at = self->run->now + calendar_ns(config->visibility_timeout);
    put_in(self, item, IN_FLIGHT);
    batch->message[batch->count] = message;
    batch->receipt[batch->count++] = message->receipt;
    state->received++;
}

/* Up to `most` messages for the receiver's caller, or NULL when there is nothing to have. */
static struct batch *fill(struct node *self, const struct visit *receiver, int64_t most)
{
    struct sqs_queue_state *state = self->state;
    const struct sqs_queue_config *config = self->config;
    struct batch *batch = NULL;
    most = most < 1 ? 1 : most > MESSAGE_BATCH_MAX ? MESSAGE_BATCH_MAX : most;
    double bytes = 0.0;
    while ((batch == NULL || batch->count < most) &&
           state->in_flight.level < (double)config->in_flight_limit) {
        struct item *item = next_ready(self);
        if (item == NULL) break;
        if (batch == NULL) {
            struct handed *handed = new_handed(self, receiver->parent);
            if (handed == NULL) break;
            batch = &handed->batch;
        }
        hand_over(self, item, batch);
        bytes += item->message.bytes;
    }
    state->requests += billed(bytes) - 1; /* the first was counted with the call */
    arm(self, &state->visibility, &state->flight);
    return batch;
}

/* Receivers in a long poll get what there is, in the order they came. One whose caller gave up gets nothing. */
static void serve_waiting(struct node *self)
{
    struct sqs_queue_state *state = self->state;
    while (!link_empty(&state->waiting) && !link_empty(&state->ready)) {
        struct visit *visit = VISIT_OF_QUEUE(state->waiting.next);
        struct batch *batch = visit->parent == NULL ? &state->empty : fill(self, visit, visit->ask->batch);
        if (batch == NULL) return;
        link_remove(&visit->queue);
        visit->load = batch;
        visit_signal(visit, OUTCOME_OK);
    }
}

static void answer_receive(struct visit *visit, struct batch *batch)
{
    struct sqs_queue_state *state = visit->node->state;
    state->empty_receives += batch->count == 0;
    visit->load = batch;
    visit_reply(visit, OUTCOME_OK);
}

/* A short poll at the in-flight limit is an error (OverLimit); a long one waits for nothing. */
static void receive(struct visit *visit)
{
    struct sqs_queue_state *state = visit->node->state;
    const struct sqs_queue_config *config = visit->node->config;
    state->requests++;
    struct batch *batch = visit->parent == NULL ? NULL : fill(visit->node, visit, visit->ask->batch);
    struct lane *wait = visit->ask->within != NULL ? visit->ask->within : state->wait;
    if (batch != NULL) {
        answer_receive(visit, batch);
    } else if (wait == NULL || visit->parent == NULL) {
        bool full = state->in_flight.level >= (double)config->in_flight_limit;
        visit->load = &state->empty;
        state->empty_receives++;
        visit_reply(visit, full ? OUTCOME_THROTTLED : OUTCOME_OK);
    } else {
        link_append(&state->waiting, &visit->queue);
        visit_within(visit, wait);
        visit_sleep(visit);
    }
}

/* ---- The API ----------------------------------------------------------------------------------------- */

static void send(struct visit *visit)
{
    struct node *self = visit->node;
    struct sqs_queue_state *state = self->state;
    const struct sqs_queue_config *config = self->config;
    double bytes = visit->ask->bytes_in;
    if (bytes > config->max_message_size) {
        visit_reply(visit, OUTCOME_FAILED);
        return;
    }
    state->requests += billed(bytes);
    bool added = add(self, visit->name, (int32_t)bytes, self->run->now);
    state->sent += added;
    visit_reply(visit, added ? OUTCOME_OK : OUTCOME_REJECTED);
    serve_waiting(self);
}

/* True when the batch still holds something that could be deleted. */
static bool delete_done(struct node *self, struct batch *batch)
{
    struct sqs_queue_state *state = self->state;
    bool left = false;
    for (int i = 0; i < batch->count; i++) {
        struct message *message = batch->message[i];
        if (batch->receipt[i] == 0 || message->receipt != batch->receipt[i]) {
            continue; /* deleted before, or somebody else has received it since */
        }
        if (!batch->done[i]) {
            left = true;
            continue;
        }
        tally_add(&state->time_in_queue, self->run->now - message->sent);
        drop(self, item_of(&message->link));
        state->deleted++;
        batch->receipt[i] = 0;
    }
    return left;
}

/* The batch that a visit's load points to, if it is one of ours and still in use. */
static struct handed *handed_of(const struct sqs_queue_state *state, const void *load)
{
    const struct handed *handed = load;
    if (handed < state->handed || handed >= state->handed + state->handed_count || !handed->used) {
        return NULL;
    }
    return &state->handed[handed - state->handed];
}

static void acknowledge(struct visit *visit)
{
    struct sqs_queue_state *state = visit->node->state;
    struct handed *handed = handed_of(state, visit->load);
    state->requests++;
    if (handed != NULL && !delete_done(visit->node, &handed->batch)) {
        give_back(state, handed);
    }
    visit_reply(visit, OUTCOME_OK);
    serve_waiting(visit->node);
}

static void arrive(struct visit *visit)
{
    const struct sqs_queue_config *config = visit->node->config;
    visit_hold(visit, visit_draw(visit, &config->latency));
}

static void resume(struct visit *visit)
{
    struct sqs_queue_state *state = visit->node->state;
    enum ask_op op = operation(visit->ask);
    if (op == ASK_SEND) {
        send(visit);
    } else if (op == ASK_ACKNOWLEDGE) {
        acknowledge(visit);
    } else if (visit->step++ == 0) {
        receive(visit);
    } else if (visit->outcome == OUTCOME_TIMEOUT) {
        link_remove(&visit->queue);
        answer_receive(visit, &state->empty);
    } else {
        answer_receive(visit, visit->load);
    }
}

/* ---- Timers ------------------------------------------------------------------------------------------ */

/* Messages whose hidden time is over appear, at the end: a standard queue orders by best effort only. */
static void appear(struct node *self, struct timer *timer, struct link *list)
{
    while (!link_empty(list) && item_of(list->next)->message.visible_at <= self->run->now) {
        struct item *item = item_of(list->next);
        take_out(self, item);
        put_in(self, item, READY);
    }
    arm(self, timer, list);
}

static void expire(struct node *self)
{
    struct sqs_queue_state *state = self->state;
    while (!link_empty(&state->age)) {
        struct item *item = item_of_age(state->age.next);
        if (expiry(self, item) > self->run->now) {
            timer_set(&self->run->calendar, &state->retention, expiry(self, item));
            return;
        }
        drop(self, item);
        state->expired++;
    }
}

static void wake(struct node *self, int tag)
{
    struct sqs_queue_state *state = self->state;
    switch (tag) {
    case TIMER_VISIBILITY: appear(self, &state->visibility, &state->flight); break;
    case TIMER_DELAY: appear(self, &state->delay, &state->hidden); break;
    default: expire(self); break;
    }
    serve_waiting(self);
}

static void settle(struct node *self)
{
    struct sqs_queue_state *state = self->state;
    state->age_of_oldest = 0.0;
    if (!link_empty(&state->age)) {
        int64_t since = item_of_age(state->age.next)->message.first_sent;
        state->age_of_oldest = (double)(self->run->now - since) * 1e-9;
    }
}

const struct model model_sqs_queue = {
    .name = "sqs_queue",
    .title = "Amazon SQS standard queue",
    .about =
        "Messages with visibility timeout, receive count, dead-letter queue, delay and retention; long and "
        "short "
        "polls; the in-flight limit; billed requests. Throughput is unlimited, as AWS's is in practice. Not "
        "modelled: FIFO queues, the subset of servers that a short poll samples, duplicates other than by a "
        "visibility timeout that is too short.",
    .config_size = sizeof(struct sqs_queue_config),
    .state_size = sizeof(struct sqs_queue_state),
    .params = params,
    .outputs = outputs,
    .check = check,
    .start = start,
    .ready = ready,
    .resolve = resolve,
    .arrive = arrive,
    .resume = resume,
    .wake = wake,
    .settle = settle,
};
