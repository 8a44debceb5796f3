/* SPDX-License-Identifier: Apache-2.0 */
/* Somebody else's service, seen from outside: it takes its time, fails now and then, and may limit the rate. */
#include "model.h"

#include <math.h>

/* ns by which two times of arrival, each rounded, may seem closer than they are. */
static const double ROUNDING = 1.0;

struct external_service_config {
    struct dist latency;
    double error_rate;
    double rate_limit, burst_limit;
};

struct external_service_state {
    double full; /* ns: when the bucket will be full again, if nobody comes */
    struct gauge inside;
    int64_t answered, failed, throttled;
};

static void check(const void *opaque, const struct check *check)
{
    const struct external_service_config *config = opaque;
    if (isinf(config->rate_limit) && !isinf(config->burst_limit)) {
        check_warning(check, &config->burst_limit, "burst_limit has no effect without rate_limit; add one");
    }
}

/* Always: it is a black box. */
static int resolve(struct node *self, const struct ask *ask)
{
    (void)self, (void)ask;
    return 0;
}

/* Takes a token of the bucket, which fills steadily. Kept as the time at which it will be full (the virtual scheduling
   algorithm of ITU-T I.371), so that tokens do not suffer from rounding. */
static bool take_token(struct node *node)
{
    const struct external_service_config *config = node->config;
    struct external_service_state *state = node->state;
    double spacing = 1e9 / config->rate_limit, now = (double)node->run->now;
    double room = isinf(config->burst_limit) ? fmax(config->rate_limit, 1.0) : config->burst_limit;
    double full = fmax(state->full, now);
    if (full - now > (room - 1.0) * spacing + ROUNDING) {
        return false;
    }
    state->full = full + spacing;
    return true;
}

static void arrive(struct visit *visit)
{
    const struct external_service_config *config = visit->node->config;
    struct external_service_state *state = visit->node->state;
    if (config->rate_limit < INFINITY && !take_token(visit->node)) {
        state->throttled++;
        visit_reply(visit, OUTCOME_THROTTLED);
        return;
    }
    gauge_add(&state->inside, visit->node->run->now, 1.0);
    visit_hold(visit, visit_draw(visit, &config->latency));
}

/* An error takes as long as an answer. Its draw comes after that of the latency, which so stays the same at any rate
   of errors. */
static void resume(struct visit *visit)
{
    const struct external_service_config *config = visit->node->config;
    struct external_service_state *state = visit->node->state;
    gauge_add(&state->inside, visit->node->run->now, -1.0);
    bool failed = config->error_rate > 0.0 && visit_uniform(visit) < config->error_rate;
    state->failed += failed;
    state->answered += !failed;
    visit_reply(visit, failed ? OUTCOME_FAILED : OUTCOME_OK);
}

static const struct param params[] = {
    PARAM(external_service_config, latency, UNIT_SECOND, NULL, NULL,
          "Time until it answers, well or with an error.", "definition"),
    PARAM(external_service_config, error_rate, UNIT_RATIO, "0%", "0 to 1",
          "Share of the requests that it answers with an error.", "definition"),
    PARAM(external_service_config, rate_limit, UNIT_RATE, "none", "0.001/s to 1000000000/s or none",
          "Requests a second that it lets in for long; others are throttled at once.", "definition",
          .alias = "requests_per_second"),
    PARAM(external_service_config, burst_limit, UNIT_COUNT, "none", "1 to 1000000000 or none",
          "Requests that it lets in at once after a pause; unless given, those of one second.", "definition",
          .alias = "burst"),
    PARAM_END};

static const struct output outputs[] = {
    OUTPUT(external_service_state, answered, OUTPUT_COUNT, UNIT_COUNT, "Requests answered well.",
           .series = true),
    OUTPUT(external_service_state, failed, OUTPUT_COUNT, UNIT_COUNT, "Requests answered with an error."),
    OUTPUT(external_service_state, throttled, OUTPUT_COUNT, UNIT_COUNT,
           "Requests refused by the rate limit."),
    OUTPUT(external_service_state, inside, OUTPUT_MEAN, UNIT_COUNT, "Requests under way.", .series = true),
    OUTPUT_END};

const struct model model_external_service = {
    .name = "external_service",
    .title = "External service",
    .about = "A service of somebody else, such as a payment provider: a latency that does not depend on our "
             "load, errors "
             "independent of one another, and perhaps a rate limit (token bucket, continuously filled), over "
             "which it "
             "answers 429 at once. It is neither sized nor billed, and has no outages of its own.",
    .config_size = sizeof(struct external_service_config),
    .state_size = sizeof(struct external_service_state),
    .params = params,
    .outputs = outputs,
    .check = check,
    .resolve = resolve,
    .arrive = arrive,
    .resume = resume};
