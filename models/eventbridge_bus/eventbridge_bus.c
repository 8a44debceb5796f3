/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"
#include "text.h"

#include <math.h>
#include <string.h>

struct pattern {
    struct words source, detail_type;
};

struct rule {
    const char *name;
    struct pattern event_pattern;
    struct node_ref target, dead_letter;
    double maximum_event_age;
    int64_t maximum_retry_attempts;
    bool permitted, dead_letter_permitted;
};

struct eventbridge_bus_config {
    struct rows rules;
    struct dist latency, delivery;
    double put_events_rate, invocation_rate, retry_base, retry_cap;
};

/* One kind of event, as one publisher writes it, and where it goes: made when the publisher's ask is resolved. */
struct delivery {
    const struct rule *rule;
    struct ask target, dead_letter; /* `to` of the latter NULL: none */
};

struct event {
    int64_t chunks; /* billed */
    struct delivery *delivery;
    int deliveries;
};

/* An allowance of `rate` a second with a burst of one second, as the time at which it is next idle: the virtual
   scheduling form of a token bucket (ITU-T I.371, generic cell rate algorithm). */
struct allowance {
    int64_t interval, idle_at; /* ns */
};

struct eventbridge_bus_state {
    struct event *event;
    int events, room;
    struct allowance put, invoke;
    int64_t published, chunks, throttled, unmatched, delivered, failed_attempts, retries, delayed;
    int64_t dead_lettered, lost;
    struct gauge pending;
    struct tally delivery_time;
};

enum { CHUNK_BYTES = 64 << 10 };
enum phase { PUBLISHING, WAITING, DELIVERING, BURYING };

static const struct param pattern_params[] = {
    PARAM(pattern, source, UNIT_NONE, "", NULL, "Sources that match, any of them; none written matches all.",
          "definition"),
    PARAM(pattern, detail_type, UNIT_NONE, "", NULL,
          "Detail types that match, any of them; none written matches all.", "definition",
          .alias = "detail-type"),
    PARAM_END};

static const struct param rule_params[] = {
    PARAM(rule, name, UNIT_NONE, NULL, NULL, "Name of the rule.", "definition"),
    PARAM_GROUP_OF(rule, event_pattern, pattern_params, "Which events the rule takes."),
    PARAM(rule, target, UNIT_NONE, NULL, NULL, "The node that gets them.", "definition"),
    PARAM(rule, dead_letter, UNIT_NONE, "none", NULL, "The queue for events that could not be delivered.",
          "definition"),
    PARAM(rule, maximum_event_age, UNIT_SECOND, "24h", "60s to 24h",
          "How long delivery of an event is tried.", "EventBridge user guide, 2023-06, eb-rule-dlq.md"),
    PARAM(rule, maximum_retry_attempts, UNIT_COUNT, "185", "0 to 185",
          "How often a failed delivery is repeated.", "EventBridge user guide, 2023-06, eb-rule-dlq.md"),
    PARAM(rule, permitted, UNIT_NONE, "true", NULL,
          "Whether the target's policy lets the bus deliver; if not, every delivery fails without a retry.",
          "definition"),
    PARAM(
        rule, dead_letter_permitted, UNIT_NONE, "true", NULL,
        "Whether the dead-letter queue's policy lets the bus send; if not, what cannot be delivered is lost.",
        "definition"),
    PARAM_END};

static const struct param params[] = {
    PARAM_LIST_OF(eventbridge_bus_config, rules, rule, rule_params,
                  "Rules; an event goes to each that matches."),
    PARAM(eventbridge_bus_config, latency, UNIT_SECOND, "lognormal(p50 15ms, p99 80ms)", NULL,
          "Time of one PutEvents call; likely 5 to 30 ms in the middle.", "assumed"),
    PARAM(eventbridge_bus_config, delivery, UNIT_SECOND, "lognormal(p50 0.25s, p99 1s)", NULL,
          "Time from the call to the first delivery; 0.5 s was typical until 2023, AWS has since claimed a "
          "p99 of 129 ms.",
          "assumed"),
    PARAM(eventbridge_bus_config, put_events_rate, UNIT_RATE, "10000/s", "1/s to 1000000/s or none",
          "Quota of events put; more are throttled; 400/s to 10000/s by region.",
          "notes.paulswail.com, EventBridge quotas"),
    PARAM(eventbridge_bus_config, invocation_rate, UNIT_RATE, "18750/s", "1/s to 1000000/s or none",
          "Quota of deliveries; more are delayed, not dropped; 750/s to 18750/s by region.",
          "docs.aws.amazon.com eb-quota.html"),
    PARAM(eventbridge_bus_config, retry_base, UNIT_SECOND, "1s", "1ms to 1h",
          "Bound of the delay before the first retry; it doubles, and each delay is drawn evenly below its "
          "bound.",
          "assumed"),
    PARAM(eventbridge_bus_config, retry_cap, UNIT_SECOND, "15min", "1ms to 24h",
          "Bound that no delay exceeds; at 15 min, 185 retries fill 24 h.", "assumed"),
    PARAM_END};

static const struct output outputs[] = {
    OUTPUT(eventbridge_bus_state, published, OUTPUT_COUNT, UNIT_COUNT, "Events accepted."),
    OUTPUT(eventbridge_bus_state, chunks, OUTPUT_COUNT, UNIT_COUNT, "Billed events, one per started 64 KiB.",
           .service = "AWSEvents", .sku = "Event-64K-Chunks"),
    OUTPUT(eventbridge_bus_state, throttled, OUTPUT_COUNT, UNIT_COUNT,
           "Events refused over the PutEvents quota."),
    OUTPUT(eventbridge_bus_state, unmatched, OUTPUT_COUNT, UNIT_COUNT, "Events that no rule took."),
    OUTPUT(eventbridge_bus_state, delivered, OUTPUT_COUNT, UNIT_COUNT, "Deliveries that a target accepted."),
    OUTPUT(eventbridge_bus_state, failed_attempts, OUTPUT_COUNT, UNIT_COUNT,
           "Attempts at delivery that failed."),
    OUTPUT(eventbridge_bus_state, retries, OUTPUT_COUNT, UNIT_COUNT,
           "Attempts at delivery that were repetitions."),
    OUTPUT(eventbridge_bus_state, delayed, OUTPUT_COUNT, UNIT_COUNT,
           "Deliveries delayed by the invocation quota."),
    OUTPUT(eventbridge_bus_state, dead_lettered, OUTPUT_COUNT, UNIT_COUNT,
           "Events sent to a dead-letter queue instead of their target."),
    OUTPUT(eventbridge_bus_state, lost, OUTPUT_COUNT, UNIT_COUNT,
           "Events given up without a dead-letter queue."),
    OUTPUT(eventbridge_bus_state, pending, OUTPUT_MEAN, UNIT_COUNT, "Deliveries under way, retries included.",
           .series = true),
    OUTPUT(eventbridge_bus_state, delivery_time, OUTPUT_TALLY, UNIT_SECOND,
           "Time from the accepted event to its delivery."),
    OUTPUT_END};

static void check_rule(const struct rule *rule, const struct check *check)
{
    if (rule->event_pattern.source.count == 0 && rule->event_pattern.detail_type.count == 0) {
        check_warning(check, rule, "rule %s matches every event; give it an event_pattern", rule->name);
    }
    if (!rule->permitted) {
        check_warning(check, &rule->permitted,
                      "rule %s delivers nothing: AWS asks the target's policy, which does not let the bus in",
                      rule->name);
    }
}

static void check(const void *config_, const struct check *check)
{
    const struct eventbridge_bus_config *config = config_;
    const struct rule *rules = config->rules.row;
    for (int i = 0; i < config->rules.count; i++) {
        check_rule(&rules[i], check);
    }
    if (config->retry_cap < config->retry_base) {
        check_error(check, &config->retry_cap, "retry_cap must not be below retry_base");
    }
}

static struct allowance allow(double rate)
{
    return (struct allowance){.interval = isinf(rate) ? 0 : calendar_ns(1.0 / rate)};
}

static void start(struct node *self)
{
    struct eventbridge_bus_state *state = self->state;
    const struct eventbridge_bus_config *config = self->config;
    state->put = allow(config->put_events_rate);
    state->invoke = allow(config->invocation_rate);
    state->delivery_time = tally_open(self->run->arena);
}

/* ---- Which rules take an event ----------------------------------------------------------------------- */

/* `length` bytes of `text` are among the words; nothing said on either side matches. */
static bool among(const struct words *words, const char *text, size_t length)
{
    for (int i = 0; i < words->count; i++) {
        if (strlen(words->word[i]) == length && strncmp(words->word[i], text, length) == 0) {
            return true;
        }
    }
    return words->count == 0 || length == 0;
}

/* `type` is "source/detail type", either of which may be empty. */
static bool matches(const struct rule *rule, const char *type)
{
    const char *slash = strchr(type, '/');
    size_t source = slash == NULL ? 0 : (size_t)(slash - type);
    const char *detail = slash == NULL ? type : slash + 1;
    return among(&rule->event_pattern.source, type, source) &&
           among(&rule->event_pattern.detail_type, detail, strlen(detail));
}

/* What the ask publishes: its type, or, of a client's request `POST /source/detail type`, what is in the path. */
static const char *type_of(const struct ask *ask)
{
    if (ask->op != ASK_REQUEST) {
        return ask->type == NULL ? "" : ask->type;
    }
    const char *path = ask->request == NULL ? NULL : strchr(ask->request, '/');
    return path == NULL ? "" : path + 1;
}

/* The ask that hands an event to `to`: the first kind that it answers, of message, event and request. */
static struct ask hand_to(struct node *self, struct node_ref ref, const struct ask *event, const void *origin)
{
    static const enum ask_op kinds[] = {ASK_SEND, ASK_PUBLISH, ASK_REQUEST};
    struct ask ask = {.op = ASK_SEND,
                      .to = node_at(self, ref),
                      .request = "POST /",
                      .type = type_of(event),
                      .bytes_in = event->bytes_in,
                      .request_class = -1,
                      .origin = origin};
    if (ask.to == NULL || ask.to->model->resolve == NULL) return ask;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        ask.op = kinds[i];
        if (ask.to->model->resolve(ask.to, &ask) >= 0) return ask;
    }
    ask.op = ASK_SEND;
    return ask;
}

static struct event *new_event(struct node *self)
{
    struct eventbridge_bus_state *state = self->state;
    if (state->events == state->room) {
        state->room = state->room == 0 ? 8 : 2 * state->room;
        struct event *longer = arena_array(self->run->arena, struct event, state->room);
        for (int i = 0; i < state->events; i++) {
            longer[i] = state->event[i];
        }
        state->event = longer;
    }
    return &state->event[state->events++];
}

static void add_delivery(struct node *self, struct event *event, const struct rule *rule,
                         const struct ask *ask)
{
    struct delivery *delivery = &event->delivery[event->deliveries++];
    delivery->rule = rule;
    delivery->target = hand_to(self, rule->target, ask, &rule->target);
    run_resolve(self->run, &delivery->target);
    if (rule->dead_letter.index >= 0) {
        delivery->dead_letter = hand_to(self, rule->dead_letter, ask, &rule->dead_letter);
        run_resolve(self->run, &delivery->dead_letter);
    }
}

static int resolve(struct node *self, const struct ask *ask)
{
    struct eventbridge_bus_state *state = self->state;
    const struct eventbridge_bus_config *config = self->config;
    const struct rule *rules = config->rules.row;
    if (ask->op != ASK_PUBLISH && ask->op != ASK_REQUEST) return -1;
    struct event event = {.chunks =
                              ask->bytes_in <= CHUNK_BYTES ? 1 : (int64_t)ceil(ask->bytes_in / CHUNK_BYTES)};
    event.delivery = arena_array(self->run->arena, struct delivery, config->rules.count);
    for (int i = 0; i < config->rules.count; i++) {
        if (matches(&rules[i], type_of(ask))) add_delivery(self, &event, &rules[i], ask);
    }
    *new_event(self) = event;
    return state->events - 1;
}

/* ---- Publishing -------------------------------------------------------------------------------------- */

/* Seconds until the allowance lets one more through: 0 while it has any left. It is taken. */
static double take(struct allowance *allowance, int64_t now)
{
    int64_t wait = allowance->idle_at - calendar_ns(1.0) - now;
    allowance->idle_at = (allowance->idle_at > now ? allowance->idle_at : now) + allowance->interval;
    return wait > 0 ? (double)wait * 1e-9 : 0.0;
}

static bool exhausted(const struct allowance *allowance, int64_t now)
{
    return allowance->idle_at - calendar_ns(1.0) > now;
}

/* Waits for the quota, then `seconds` more, then delivers. */
static void deliver_in(struct visit *visit, double seconds)
{
    struct eventbridge_bus_state *state = visit->node->state;
    double wait = take(&state->invoke, visit->node->run->now);
    state->delayed += wait > 0.0;
    visit->step = WAITING;
    visit_hold(visit, wait + seconds);
}

/* One visit of the bus's own for each rule that takes the event, with a stream named after the event. */
static void dispatch(struct node *self, const struct event *event, uint64_t name)
{
    struct eventbridge_bus_state *state = self->state;
    const struct eventbridge_bus_config *config = self->config;
    for (int i = 0; i < event->deliveries; i++) {
        struct visit *visit = visit_open(self, name + (uint64_t)i);
        visit->load = &event->delivery[i];
        gauge_add(&state->pending, self->run->now, 1.0);
        deliver_in(visit, visit_draw(visit, &config->delivery));
    }
}

static void publish(struct visit *visit)
{
    struct node *self = visit->node;
    struct eventbridge_bus_state *state = self->state;
    const struct event *event = &state->event[visit->ask->route];
    if (exhausted(&state->put, self->run->now)) {
        state->throttled++;
        visit_reply(visit, OUTCOME_THROTTLED);
        return;
    }
    take(&state->put, self->run->now);
    state->published++;
    state->chunks += event->chunks;
    state->unmatched += event->deliveries == 0;
    dispatch(self, event, visit->name);
    visit_reply(visit, OUTCOME_OK);
}

/* ---- Delivering -------------------------------------------------------------------------------------- */

static void close(struct visit *visit)
{
    struct eventbridge_bus_state *state = visit->node->state;
    gauge_add(&state->pending, visit->node->run->now, -1.0);
    visit_close(visit);
}

static void give_up(struct visit *visit)
{
    struct eventbridge_bus_state *state = visit->node->state;
    const struct delivery *delivery = visit->load;
    if (delivery->dead_letter.to != NULL && delivery->rule->dead_letter_permitted) {
        visit->step = BURYING;
        visit_call(visit, &delivery->dead_letter, -1);
        return;
    }
    state->lost++;
    close(visit);
}

static double age(const struct visit *visit)
{
    return (double)(visit->node->run->now - visit->arrived) * 1e-9;
}

static void deliver(struct visit *visit)
{
    struct eventbridge_bus_state *state = visit->node->state;
    const struct delivery *delivery = visit->load;
    if (!delivery->rule->permitted) {
        state->failed_attempts++; /* a permission error is not retried */
        give_up(visit);
        return;
    }
    if (visit->pc > 0 && age(visit) >= delivery->rule->maximum_event_age) {
        give_up(visit);
        return;
    }
    state->retries += visit->pc > 0;
    visit->step = DELIVERING;
    visit_call(visit, &delivery->target, -1);
}

/* Exponential backoff with full jitter, cut at the event's greatest age. */
static double backoff(struct visit *visit)
{
    const struct eventbridge_bus_config *config = visit->node->config;
    const struct delivery *delivery = visit->load;
    double bound = config->retry_base;
    for (int i = 0; i < visit->pc && bound < config->retry_cap; i++) {
        bound *= 2.0;
    }
    double left = delivery->rule->maximum_event_age - age(visit);
    return fmax(fmin(fmin(bound, config->retry_cap) * visit_uniform(visit), left), 0.0);
}

static void delivered(struct visit *visit)
{
    struct eventbridge_bus_state *state = visit->node->state;
    const struct delivery *delivery = visit->load;
    if (visit->outcome <= OUTCOME_MISS) {
        state->delivered++;
        tally_add(&state->delivery_time, visit->node->run->now - visit->arrived);
        close(visit);
        return;
    }
    state->failed_attempts++;
    if (visit->pc >= delivery->rule->maximum_retry_attempts) {
        give_up(visit);
        return;
    }
    double delay = backoff(visit);
    visit->pc++; /* retries so far */
    deliver_in(visit, delay);
}

static void buried(struct visit *visit)
{
    struct eventbridge_bus_state *state = visit->node->state;
    if (visit->outcome <= OUTCOME_MISS) {
        state->dead_lettered++;
    } else {
        state->lost++;
    }
    close(visit);
}

static void arrive(struct visit *visit)
{
    const struct eventbridge_bus_config *config = visit->node->config;
    visit->step = PUBLISHING;
    visit_hold(visit, visit_draw(visit, &config->latency));
}

static void resume(struct visit *visit)
{
    switch ((enum phase)visit->step) {
    case PUBLISHING: publish(visit); break;
    case WAITING: deliver(visit); break;
    case DELIVERING: delivered(visit); break;
    case BURYING: buried(visit); break;
    }
}

const struct model model_eventbridge_bus = {
    .name = "eventbridge_bus",
    .title = "Amazon EventBridge event bus",
    .about =
        "Rules by source and detail type; deliveries apart from the publisher, with retries, greatest age, "
        "dead-letter queue and permission; quotas that throttle puts and delay deliveries; billed 64 KiB "
        "chunks. "
        "Not modelled: other pattern forms (prefix, numeric, anything-but), archives, pipes, API "
        "destinations.",
    .config_size = sizeof(struct eventbridge_bus_config),
    .state_size = sizeof(struct eventbridge_bus_state),
    .params = params,
    .outputs = outputs,
    .check = check,
    .start = start,
    .resolve = resolve,
    .arrive = arrive,
    .resume = resume,
};
