/* SPDX-License-Identifier: Apache-2.0 */
#include "scaler.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "arena.h"
#include "calendar.h"

#define NS INT64_C(1000000000)

/* What one policy, or all that must agree, would do at this moment. */
struct bid {
    struct scaler_rule *rule;
    const struct alarm *alarm;
    int64_t base;     /* capacity it starts from */
    int64_t capacity; /* what it asks for */
    int64_t desired;  /* that within the bounds */
    double value;
};

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

static bool tracks(const struct scaler_rule *rule)
{
    return rule->policy->policy_type == POLICY_TARGET_TRACKING;
}

/* ---- Opening --------------------------------------------------------------------------------------- */

static bool same_metric(const struct scaler_metric *a, const struct scaler_metric *b)
{
    return a->measure == b->measure && a->statistic.kind == b->statistic.kind &&
           !(a->statistic.level < b->statistic.level) && !(a->statistic.level > b->statistic.level) &&
           a->queue.index == b->queue.index && a->balancer.index == b->balancer.index &&
           a->points.period == b->points.period && a->points.delay == b->points.delay;
}

/* Points that any policy may look back at: all share the longest memory, so that a metric can be shared. */
static int longest_look(const struct policy_scaling *config)
{
    const struct policy *policy = config->policies.row;
    int64_t longest = 1;
    for (int i = 0; i < config->policies.count; i++) {
        const int64_t looks[] = {policy[i].out_periods, policy[i].in_periods, policy[i].evaluation_periods};
        for (int j = 0; j < 3; j++)
            if (looks[j] > longest) longest = looks[j];
    }
    return (int)longest + ALARM_EXTRA;
}

static struct scaler_metric *metric_of(struct scaler *scaler, const struct policy *policy, int64_t now,
                                       struct arena *arena)
{
    struct metric_timing timing = policy_timing(scaler->config, policy);
    struct scaler_metric *metric = &scaler->metric[scaler->metric_count];
    *metric = (struct scaler_metric){.metric = policy_metric_find(policy->metric),
                                     .queue = policy->dimensions.QueueName,
                                     .balancer = policy->dimensions.LoadBalancer,
                                     .period = timing.period};
    assert(metric->metric);
    metric->measure = metric->metric->measure;
    policy_statistic_of(policy, &metric->statistic);
    metric_open(&metric->points, arena, now, &timing, longest_look(scaler->config));
    metric_open(&metric->capacity, arena, now, &timing, longest_look(scaler->config));
    for (struct scaler_metric *other = scaler->metric; other < metric; other++)
        if (same_metric(other, metric)) return other;
    scaler->metric_count++;
    return metric;
}

static int64_t drawn_phase(const struct metric *points, int64_t now, struct stream *stream)
{
    uint32_t ticks = points->period < 60 * NS ? 1 : 60 / SCALER_TICK;
    return now + (stream ? (int64_t)stream_below_n(stream, ticks) * SCALER_TICK * NS : 0);
}

static void open_rule(struct scaler *scaler, struct scaler_rule *rule, int64_t now, struct stream *stream)
{
    struct alarm_rule out, in;
    policy_alarms(rule->policy, &out, &in);
    alarm_open(&rule->out, &out, drawn_phase(&rule->metric->points, now, stream));
    alarm_open(&rule->in, &in, drawn_phase(&rule->metric->points, now, stream));
    rule->acted = -1;
    scaler->rule_count++;
}

void scaler_open(struct scaler *scaler, const struct policy_scaling *config, int64_t now, struct arena *arena,
                 struct stream *stream)
{
    const struct policy *policy = config->policies.row;
    int count = config->policies.count;
    *scaler = (struct scaler){.config = config, .min = config->min_capacity, .max = config->max_capacity};
    scaler->out_at = scaler->in_at = -1;
    scaler->metric = arena_array(arena, struct scaler_metric, count);
    scaler->rule = arena_array(arena, struct scaler_rule, count);
    for (int i = 0; i < count; i++) {
        scaler->rule[i].policy = &policy[i];
        scaler->rule[i].metric = metric_of(scaler, &policy[i], now, arena);
        open_rule(scaler, &scaler->rule[i], now, stream);
    }
}

/* ---- What a policy asks for ------------------------------------------------------------------------ */

/* Target tracking computes with the mean over the window of its upper alarm, step scaling with the newest
   point. Which points AWS takes is not documented beyond "most recent". */
static double current_value(const struct scaler_rule *rule, int64_t now)
{
    int count = tracks(rule) ? (int)rule->policy->out_periods : 1;
    return metric_mean(&rule->metric->points, now, count, rule->out.rule.evaluation_periods + ALARM_EXTRA);
}

/* The capacity asked for by a policy that starts from `base`; base itself when nothing. */
static int64_t ask(const struct scaler_rule *rule, int64_t base, double value)
{
    if (isnan(value)) return base;
    if (tracks(rule)) return policy_proportional(base, value, rule->policy->target_value);
    const struct policy_step *step = policy_step_at(rule->policy, value);
    return step ? base + policy_step_change(rule->policy, step, base) : base;
}

static bool cooling(int64_t at, double cooldown, int64_t now)
{
    return at >= 0 && now < at + calendar_ns(cooldown);
}

static bool cooling_out(const struct scaler *scaler, const struct scaler_rule *rule, int64_t now)
{
    const struct policy *policy = rule->policy;
    return cooling(scaler->out_at, tracks(rule) ? policy->scale_out_cooldown : policy->cooldown, now);
}

static bool cooling_in(const struct scaler *scaler, const struct scaler_rule *rule, int64_t now)
{
    const struct policy *policy = rule->policy;
    return cooling(scaler->in_at, tracks(rule) ? policy->scale_in_cooldown : policy->cooldown, now);
}

/* amazon-ecs-developer-guide, service-auto-scaling, 2023: the running count is the starting point; a desired
   count outside the bounds is first moved to them. A target tracking metric was measured on what runs, so its
   proportion holds for that alone, and the bounds apply to the result. */
/* How many ran while the points were measured: the proportion applied to what has been added since would run away. */
static int64_t measured_on(const struct scaler_rule *rule, int64_t now, int64_t running)
{
    int count = (int)rule->policy->out_periods;
    double mean =
        metric_mean(&rule->metric->capacity, now, count, rule->out.rule.evaluation_periods + ALARM_EXTRA);
    return isnan(mean) ? running : (int64_t)(mean + 0.5);
}

static int64_t start_of(const struct scaler *scaler, const struct scaler_rule *rule, int64_t now,
                        const struct scaler_target *target, bool out)
{
    if (tracks(rule)) return measured_on(rule, now, target->running);
    if (out && target->desired < scaler->min && target->running < scaler->min) return scaler->min;
    if (!out && target->desired > scaler->max && target->running > scaler->max) return scaler->max;
    return target->running;
}

/* ---- Out ------------------------------------------------------------------------------------------- */

/* The same page: where nothing runs and the metric shows demand, one point is enough, and the scale-out is
   the smallest possible. No cooldown stands in its way. */
static bool wakes(const struct scaler_rule *rule, const struct scaler_target *target, double newest)
{
    return tracks(rule) && rule->evaluated && target->running == 0 && target->desired == 0 && newest > 0;
}

static void bid_out(const struct scaler *scaler, struct scaler_rule *rule, int64_t now,
                    const struct scaler_target *target, struct bid *best)
{
    double newest = metric_mean(&rule->metric->points, now, 1, 1);
    bool woken = wakes(rule, target, newest);
    if (!rule->out_fires && !woken) return;
    struct bid bid = {.rule = rule, .alarm = &rule->out, .value = woken ? newest : current_value(rule, now)};
    bool extends = !woken && cooling_out(scaler, rule, now); /* a scale-out whose cooldown is running */
    bid.base = extends ? scaler->base : start_of(scaler, rule, now, target, true);
    bid.capacity = woken ? 1 : ask(rule, bid.base, bid.value);
    if (bid.capacity <= bid.base) return;
    if (extends && bid.capacity - bid.base <= scaler->added) return;
    bid.desired = clamp(bid.capacity, scaler->min, scaler->max);
    if (bid.desired > target->desired && bid.desired > best->desired) *best = bid;
}

static void note_out(struct scaler *scaler, const struct bid *bid, int64_t now)
{
    scaler->base = bid->base;
    scaler->added = bid->desired - bid->base;
    scaler->out_at = now;
    scaler->in_at = -1;
}

/* ---- In -------------------------------------------------------------------------------------------- */

static bool asks_more(const struct scaler *scaler, const struct scaler_rule *rule, int64_t now,
                      const struct scaler_target *target)
{
    if (rule->out.state != ALARM_ALARM) return false;
    return ask(rule, start_of(scaler, rule, now, target, true), current_value(rule, now)) > target->desired;
}

static bool may_scale_in(const struct scaler *scaler, int64_t now, const struct scaler_target *target)
{
    if (target->deploying || target->warming > 0) return false;
    for (int i = 0; i < scaler->rule_count; i++)
        if (asks_more(scaler, &scaler->rule[i], now, target)) return false;
    return true;
}

static void consider_in(const struct scaler *scaler, struct bid *bid, const struct scaler_target *target,
                        struct bid *best)
{
    bid->desired = clamp(bid->capacity, scaler->min, scaler->max);
    if (bid->capacity >= bid->base || bid->desired >= target->desired) return;
    if (!best->rule || bid->desired > best->desired) *best = *bid;
}

/* All policies that may scale in have to want to. */
static void bid_tracking_in(const struct scaler *scaler, int64_t now, const struct scaler_target *target,
                            struct bid *best)
{
    struct bid most = {.capacity = INT64_MIN};
    bool fires = false;
    for (int i = 0; i < scaler->rule_count; i++) {
        struct scaler_rule *rule = &scaler->rule[i];
        if (!tracks(rule) || rule->policy->disable_scale_in) continue;
        if (rule->in.state != ALARM_ALARM || cooling_in(scaler, rule, now)) return;
        fires = fires || rule->in_fires;
        struct bid bid = {.rule = rule, .alarm = &rule->in, .value = current_value(rule, now)};
        bid.base = start_of(scaler, rule, now, target, false);
        bid.capacity = ask(rule, bid.base, bid.value);
        if (bid.capacity > most.capacity) most = bid;
    }
    if (fires) consider_in(scaler, &most, target, best);
}

static void bid_step_in(const struct scaler *scaler, struct scaler_rule *rule, int64_t now,
                        const struct scaler_target *target, struct bid *best)
{
    if (tracks(rule) || !rule->out_fires || cooling_in(scaler, rule, now)) return;
    struct bid bid = {.rule = rule, .alarm = &rule->out, .value = current_value(rule, now)};
    bid.base = start_of(scaler, rule, now, target, false);
    bid.capacity = ask(rule, bid.base, bid.value);
    consider_in(scaler, &bid, target, best);
}

/* ---- Deciding -------------------------------------------------------------------------------------- */

/* One decimal where it matters, whatever the locale. */
static void write_value(double value, const char *unit, char *out, size_t size)
{
    bool seconds = unit[0] == 's';
    bool thousandths = seconds && fabs(value) < 1;
    double shown = thousandths ? value * 1e3 : value;
    long long tenths = (long long)fmax(-1e15, fmin(1e15, round(shown * 10)));
    long long rest = tenths < 0 ? -tenths % 10 : tenths % 10;
    const char *after = thousandths ? " ms" : seconds ? " s" : unit;
    if (rest && tenths > -1000 && tenths < 1000)
        snprintf(out, size, "%s%lld.%lld%s", tenths < 0 ? "-" : "", llabs(tenths) / 10, rest, after);
    else
        snprintf(out, size, "%lld%s", (long long)round(shown), after);
}

static void write_reason(const struct bid *bid, char *out, size_t size)
{
    static const char *const signs[] = {">", ">=", "<", "<="};
    const struct alarm_rule *rule = &bid->alarm->rule;
    const struct policy_metric *metric = bid->rule->metric->metric;
    int n = rule->evaluation_periods, m = rule->datapoints_to_alarm;
    double window = n * bid->rule->metric->period;
    char value[32], threshold[32], window_text[32];
    write_value(bid->value, metric->unit, value, sizeof value);
    write_value(rule->threshold, metric->unit, threshold, sizeof threshold);
    bool minutes = window >= 60 && fmod(window, 60) <= 0;
    snprintf(window_text, sizeof window_text, "%d %s", (int)(minutes ? window / 60 : window),
             minutes ? "min" : "s");
    if (bid->alarm->state != ALARM_ALARM)
        snprintf(out, size, "%s %s while nothing runs", metric->label, value);
    else if (m < n)
        snprintf(out, size, "%s %s %s %s in %d of %d points", metric->label, value, signs[rule->comparison],
                 threshold, m, n);
    else
        snprintf(out, size, "%s %s %s %s for %s", metric->label, value, signs[rule->comparison], threshold,
                 window_text);
}

static void decide(const struct bid *bid, int64_t now, struct scaler_decision *decision)
{
    const struct alarm *alarm = bid->alarm;
    *decision = (struct scaler_decision){.desired = bid->desired,
                                         .policy = bid->rule->policy->name,
                                         .value = bid->value,
                                         .limited = bid->desired != bid->capacity,
                                         .first = bid->rule->acted < alarm->since,
                                         .breached = alarm->breached,
                                         .seen = alarm->seen,
                                         .alarmed = alarm->since};
    /* Without a breach (missing points taken for one, nothing running) all is there at once. */
    if (alarm->state != ALARM_ALARM) decision->alarmed = now;
    if (alarm->breached < 0) decision->breached = decision->seen = decision->alarmed;
    write_reason(bid, decision->reason, sizeof decision->reason);
    bid->rule->acted = now;
}

static void evaluate(struct scaler_rule *rule, int64_t now)
{
    const struct metric *points = &rule->metric->points;
    int64_t before = rule->out.evaluated;
    rule->out_fires = alarm_evaluate(&rule->out, points, now);
    rule->in_fires = rule->in.rule.evaluation_periods > 0 && alarm_evaluate(&rule->in, points, now);
    rule->evaluated = rule->out.evaluated != before;
}

bool scaler_evaluate(struct scaler *scaler, int64_t now, const struct scaler_target *target,
                     struct scaler_decision *decision)
{
    struct bid best = {.desired = -1};
    for (int i = 0; i < scaler->rule_count; i++) evaluate(&scaler->rule[i], now);
    for (int i = 0; i < scaler->rule_count; i++) bid_out(scaler, &scaler->rule[i], now, target, &best);
    if (best.rule) {
        note_out(scaler, &best, now);
        decide(&best, now, decision);
        return true;
    }
    if (!may_scale_in(scaler, now, target)) return false;
    bid_tracking_in(scaler, now, target, &best);
    for (int i = 0; i < scaler->rule_count; i++) bid_step_in(scaler, &scaler->rule[i], now, target, &best);
    if (!best.rule) return false;
    scaler->in_at = now;
    decide(&best, now, decision);
    return true;
}

int64_t scaler_bound(struct scaler *scaler, int64_t min, int64_t max, int64_t desired)
{
    assert(min <= max);
    scaler->min = min;
    scaler->max = max;
    return clamp(desired, min, max);
}
