/* SPDX-License-Identifier: Apache-2.0 */
#include "policy.h"

#include <math.h>

#include "text.h"

enum { MOST_POLICIES = 50, MOST_STEPS = 20 }; /* application-auto-scaling-user-guide, quotas, 2023 */

static const double TICK = 10, DAY = 86400; /* seconds */

/* What the rules of one policy need. */
struct subject {
    const struct policy *policy;
    const struct policy_metric *metric; /* NULL: unknown */
    const struct check *check;
};

static bool tracks(const struct policy *policy)
{
    return policy->policy_type == POLICY_TARGET_TRACKING;
}

/* True when the user wrote this field. */
static bool written(const struct check *check, const void *field)
{
    return check->places && places_written(check->places, field);
}

/* ---- One policy ------------------------------------------------------------------------------------ */

static void check_metric(const struct subject *subject, uint32_t measurable)
{
    const struct policy *policy = subject->policy;
    const char *like = policy_metric_nearest(policy->metric, measurable);
    if (!subject->metric && like)
        check_error(subject->check, &policy->metric, "unknown metric of policy %s: %s; did you mean %s?",
                    policy->name, policy->metric, like);
    else if (!subject->metric)
        check_error(subject->check, &policy->metric, "unknown metric of policy %s: %s; `explain` lists them",
                    policy->name, policy->metric);
    else if (!(measurable & POLICY_CAN(subject->metric->measure)))
        check_error(subject->check, &policy->metric, "policy %s: %s is not measured here; use another metric",
                    policy->name, policy->metric);
}

static void check_statistic(const struct subject *subject)
{
    struct policy_statistic statistic;
    if (policy_statistic_of(subject->policy, &statistic)) return;
    check_error(subject->check, &subject->policy->statistic,
                "policy %s: %s is not a statistic; use Average, Sum, Minimum, Maximum, SampleCount or p99",
                subject->policy->name, subject->policy->statistic);
}

static void check_dimensions(const struct subject *subject)
{
    const struct policy *policy = subject->policy;
    if (!subject->metric) return;
    enum policy_measure measure = subject->metric->measure;
    bool queue = measure == POLICY_MESSAGES || measure == POLICY_MESSAGE_AGE || measure == POLICY_BACKLOG;
    if (!queue || policy->dimensions.QueueName.index >= 0) return;
    check_error(subject->check, &policy->dimensions,
                "policy %s: %s is of a queue; say which with `dimensions: {QueueName: NODE}`", policy->name,
                policy->metric);
}

/* amazon-cloudwatch-user-guide, AlarmThatSendsEmail, 2023: periods of 10 s, 30 s or whole minutes, at most a
   day in all. 20 s: aws/containers-roadmap#2113, 2026. */
static void check_periods(const struct subject *subject)
{
    const struct policy *policy = subject->policy;
    double period = policy->period;
    bool whole = fmod(period, TICK) <= 0;
    bool known = period < 60 ? whole && period <= 30 : fmod(period, 60) <= 0;
    if (!whole)
        check_error(subject->check, &policy->period, "policy %s: the period must be a multiple of 10 s",
                    policy->name);
    else if (!known)
        check_warning(subject->check, &policy->period,
                      "policy %s: AWS refuses this period; it takes 10 s, 20 s, 30 s or whole minutes",
                      policy->name);
    struct alarm_rule out, in;
    policy_alarms(policy, &out, &in);
    int longest =
        out.evaluation_periods > in.evaluation_periods ? out.evaluation_periods : in.evaluation_periods;
    if (longest * period > DAY)
        check_warning(subject->check, &policy->period,
                      "policy %s: AWS refuses an alarm over more than a day; use fewer or shorter periods",
                      policy->name);
}

static void check_datapoints(const struct subject *subject, const int64_t *datapoints, int64_t periods)
{
    if (*datapoints == INT64_MAX || *datapoints <= periods) return;
    check_error(subject->check, datapoints,
                "policy %s: more datapoints must be breaching than the %lld that are looked at",
                subject->policy->name, (long long)periods);
}

/* A field that belongs to the other type of policy does nothing. */
static void check_unused(const struct subject *subject, const void *field, const char *key)
{
    if (!written(subject->check, field)) return;
    check_warning(subject->check, field, "policy %s: %s has no effect on a policy of type %s",
                  subject->policy->name, key,
                  tracks(subject->policy) ? "TargetTrackingScaling" : "StepScaling");
}

static void check_tracking(const struct subject *subject)
{
    const struct policy *policy = subject->policy;
    if (isinf(policy->target_value))
        check_error(subject->check, &policy->target_value, "policy %s: target tracking needs a target_value",
                    policy->name);
    else if (policy->target_value <= 0)
        check_error(subject->check, &policy->target_value, "policy %s: target_value must be above 0",
                    policy->name);
    check_datapoints(subject, &policy->out_datapoints, policy->out_periods);
    check_datapoints(subject, &policy->in_datapoints, policy->in_periods);
    check_unused(subject, &policy->comparison, "comparison");
    check_unused(subject, &policy->threshold, "threshold");
    check_unused(subject, &policy->evaluation_periods, "evaluation_periods");
    check_unused(subject, &policy->datapoints_to_alarm, "datapoints_to_alarm");
    check_unused(subject, &policy->cooldown, "cooldown");
    check_unused(subject, &policy->step_adjustments, "step_adjustments");
    bool whole_queue = subject->metric && (subject->metric->measure == POLICY_MESSAGES ||
                                           subject->metric->measure == POLICY_MESSAGE_AGE);
    if (whole_queue)
        check_warning(
            subject->check, &policy->metric,
            "policy %s: %s does not fall in proportion as capacity rises; track BacklogPerTask instead",
            policy->name, policy->metric);
}

/* ---- Steps ----------------------------------------------------------------------------------------- */

static double lower_of(const struct policy_step *step)
{
    return isinf(step->lower) ? -INFINITY : step->lower;
}

/* True when another step goes on where this one's upper bound is. */
static bool continued(const struct policy *policy, const struct policy_step *step)
{
    const struct policy_step *other = policy->step_adjustments.row;
    for (int i = 0; i < policy->step_adjustments.count; i++)
        if (lower_of(&other[i]) <= step->upper && step->upper < other[i].upper) return true;
    return false;
}

/* The same below its lower bound. */
static bool preceded(const struct policy *policy, const struct policy_step *step)
{
    const struct policy_step *other = policy->step_adjustments.row;
    for (int i = 0; i < policy->step_adjustments.count; i++)
        if (lower_of(&other[i]) < step->lower && step->lower <= other[i].upper) return true;
    return false;
}

static bool any_above(const struct policy *policy, double bound)
{
    const struct policy_step *step = policy->step_adjustments.row;
    for (int i = 0; i < policy->step_adjustments.count; i++)
        if (lower_of(&step[i]) > bound) return true;
    return false;
}

static bool any_below(const struct policy *policy, double bound)
{
    const struct policy_step *step = policy->step_adjustments.row;
    for (int i = 0; i < policy->step_adjustments.count; i++)
        if (step[i].upper < bound) return true;
    return false;
}

static void check_gaps(const struct subject *subject, const struct policy_step *step)
{
    const struct policy *policy = subject->policy;
    bool open_above = !isinf(step->upper) && !continued(policy, step);
    bool open_below = !isinf(step->lower) && !preceded(policy, step);
    if (open_above && any_above(policy, step->upper))
        check_warning(subject->check, &step->upper,
                      "policy %s: AWS refuses a gap between steps; nothing happens in it", policy->name);
    else if (open_above && step->upper > 0)
        check_warning(
            subject->check, &step->upper,
            "policy %s: AWS refuses steps that end above the threshold; leave the last upper bound out",
            policy->name);
    if (open_below && step->lower < 0 && !any_below(policy, step->lower))
        check_warning(
            subject->check, &step->lower,
            "policy %s: AWS refuses steps that end below the threshold; leave the first lower bound out",
            policy->name);
}

static void check_overlap(const struct subject *subject, const struct policy_step *a,
                          const struct policy_step *b)
{
    double low = fmax(lower_of(a), lower_of(b)), high = fmin(a->upper, b->upper);
    if (low < high)
        check_warning(subject->check, b,
                      "policy %s: AWS refuses steps that overlap; the first in the list applies",
                      subject->policy->name);
}

static void check_step(const struct subject *subject, const struct policy_step *step)
{
    const char *name = subject->policy->name;
    if (isinf(step->lower) && isinf(step->upper))
        check_warning(subject->check, step,
                      "policy %s: AWS refuses a step without bounds; give it a lower of 0", name);
    else if (lower_of(step) >= step->upper)
        check_error(subject->check, step, "policy %s: a step's lower bound must be below its upper bound",
                    name);
    else
        check_gaps(subject, step);
}

static void check_steps(const struct subject *subject)
{
    const struct policy *policy = subject->policy;
    const struct policy_step *step = policy->step_adjustments.row;
    int count = policy->step_adjustments.count;
    if (count == 0)
        check_error(subject->check, &policy->step_adjustments,
                    "policy %s: step scaling needs step_adjustments", policy->name);
    if (count > MOST_STEPS)
        check_warning(subject->check, &policy->step_adjustments, "policy %s: AWS refuses more than 20 steps",
                      policy->name);
    for (int i = 0; i < count; i++) {
        check_step(subject, &step[i]);
        for (int j = 0; j < i; j++) check_overlap(subject, &step[j], &step[i]);
    }
}

/* Where the alarm goes off at least one step must lie. */
static void check_reach(const struct subject *subject)
{
    const struct policy *policy = subject->policy;
    bool looks_up = policy->comparison % 4 <= ALARM_GREATER_OR_EQUAL;
    const struct policy_step *step = policy->step_adjustments.row;
    for (int i = 0; i < policy->step_adjustments.count; i++)
        if (looks_up ? step[i].upper > 0 : lower_of(&step[i]) < 0) return;
    if (policy->step_adjustments.count == 0) return;
    check_warning(subject->check, &policy->step_adjustments,
                  "policy %s never acts: its alarm goes off %s the threshold, its steps lie %s it",
                  policy->name, looks_up ? "above" : "below", looks_up ? "below" : "above");
}

static void check_stepping(const struct subject *subject)
{
    const struct policy *policy = subject->policy;
    if (isinf(policy->threshold))
        check_error(subject->check, &policy->threshold, "policy %s: step scaling needs a threshold",
                    policy->name);
    check_datapoints(subject, &policy->datapoints_to_alarm, policy->evaluation_periods);
    check_steps(subject);
    check_reach(subject);
    check_unused(subject, &policy->target_value, "target_value");
    check_unused(subject, &policy->scale_out_cooldown, "scale_out_cooldown");
    check_unused(subject, &policy->scale_in_cooldown, "scale_in_cooldown");
    check_unused(subject, &policy->disable_scale_in, "disable_scale_in");
    check_unused(subject, &policy->scale_in_margin, "scale_in_margin");
    check_unused(subject, &policy->out_periods, "out_periods");
    check_unused(subject, &policy->in_periods, "in_periods");
}

/* ---- Two policies ---------------------------------------------------------------------------------- */

static bool same_metric(const struct policy *a, const struct policy *b)
{
    const struct policy_metric *first = policy_metric_find(a->metric),
                               *second = policy_metric_find(b->metric);
    return first && second && first->measure == second->measure &&
           a->dimensions.QueueName.index == b->dimensions.QueueName.index &&
           a->dimensions.LoadBalancer.index == b->dimensions.LoadBalancer.index;
}

/* Where a policy adds or removes capacity: above (or below) this value of its metric. False when not. */
static bool scales(const struct policy *policy, bool out, double *value)
{
    const struct policy_step *step = policy->step_adjustments.row;
    bool looks_up = policy->comparison % 4 <= ALARM_GREATER_OR_EQUAL;
    *value = tracks(policy) ? policy->target_value : policy->threshold;
    if (tracks(policy)) return out;
    if (looks_up != out || policy->adjustment_type == POLICY_EXACT) return false;
    for (int i = 0; i < policy->step_adjustments.count; i++)
        if (out ? step[i].adjustment > 0 : step[i].adjustment < 0) return true;
    return false;
}

/* One adds where the other removes: capacity swings without end. */
static void check_flapping(const struct subject *in, const struct policy *out)
{
    double below, above;
    if (!same_metric(in->policy, out) || !scales(in->policy, false, &below) || !scales(out, true, &above))
        return;
    if (below < above) return;
    check_warning(in->check, &in->policy->threshold,
                  "policy %s removes capacity below %g where %s still adds it above %g: they take turns",
                  in->policy->name, below, out->name, above);
}

static void check_pair(const struct subject *later, const struct policy *earlier)
{
    const struct policy *policy = later->policy;
    if (text_equal(policy->name, earlier->name))
        check_error(later->check, &policy->name, "two scaling policies are called %s; give each its own name",
                    policy->name);
    else if (tracks(policy) && tracks(earlier) && same_metric(policy, earlier))
        check_warning(
            later->check, &policy->metric,
            "policy %s tracks the same metric as %s, which AWS refuses; modelled as written, the lower "
            "target decides",
            policy->name, earlier->name);
}

/* ---- All ------------------------------------------------------------------------------------------- */

static void check_policy(const struct subject *subject, uint32_t measurable)
{
    check_metric(subject, measurable);
    check_statistic(subject);
    check_dimensions(subject);
    check_periods(subject);
    if (tracks(subject->policy))
        check_tracking(subject);
    else
        check_stepping(subject);
}

void policy_check(const struct policy_scaling *scaling, const struct check *check, uint32_t measurable)
{
    const struct policy *policy = scaling->policies.row;
    int count = scaling->policies.count;
    if (scaling->max_capacity < scaling->min_capacity)
        check_error(check, &scaling->max_capacity, "max_capacity %lld is below min_capacity %lld",
                    (long long)scaling->max_capacity, (long long)scaling->min_capacity);
    if (count > MOST_POLICIES)
        check_warning(check, &scaling->policies, "AWS refuses more than 50 scaling policies for one target");
    for (int i = 0; i < count; i++) {
        struct subject subject = {&policy[i], policy_metric_find(policy[i].metric), check};
        check_policy(&subject, measurable);
        for (int j = 0; j < i; j++) check_pair(&subject, &policy[j]);
        for (int j = 0; j < count; j++) check_flapping(&subject, &policy[j]);
    }
}
