/* SPDX-License-Identifier: Apache-2.0 */
#include "policy.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "text.h"

#define TRACKING "application-auto-scaling-user-guide, target-tracking, 2023"
#define STEPPING "application-auto-scaling-user-guide, step-scaling-policies, 2023"
#define TERRAFORM "Terraform aws_appautoscaling_policy, 2026"
#define ALARMS "amazon-cloudwatch-user-guide, AlarmThatSendsEmail, 2023"

/* As index modulo 4: enum alarm_comparison. */
#define COMPARISONS                                                                                          \
    ">|>=|<|<=|GreaterThanThreshold|GreaterThanOrEqualToThreshold|LessThanThreshold|"                        \
    "LessThanOrEqualToThreshold"

const struct param policy_dimension_params[] = {
    PARAM(policy_dimensions, QueueName, UNIT_NONE, "none", NULL,
          "The queue that a metric of messages is about.", "definition"),
    PARAM(policy_dimensions, LoadBalancer, UNIT_NONE, "none", NULL,
          "The load balancer that counts requests or times answers; needed only where there are several.",
          "definition"),
    PARAM_END};

const struct param policy_step_params[] = {
    PARAM(policy_step, lower, UNIT_METRIC, "none", NULL,
          "Where the step begins, relative to the threshold; none is minus infinity.", STEPPING,
          .alias = "metric_interval_lower_bound"),
    PARAM(policy_step, upper, UNIT_METRIC, "none", NULL,
          "Where the step ends, relative to the threshold; none is infinity.", STEPPING,
          .alias = "metric_interval_upper_bound"),
    PARAM(policy_step, adjustment, UNIT_METRIC, NULL, NULL,
          "What the step adds (negative: removes), in the unit of the adjustment type.", "definition",
          .alias = "scaling_adjustment"),
    PARAM_END};

const struct param policy_params[] = {
    PARAM(policy, name, UNIT_NONE, NULL, NULL, "The name that the policy goes by in results.", "definition"),
    PARAM(
        policy, policy_type, UNIT_NONE, NULL, "TargetTrackingScaling|StepScaling",
        "Whether the policy keeps a metric at a target, or changes capacity by steps when an alarm goes off.",
        "definition"),
    PARAM(policy, metric, UNIT_NONE, NULL, NULL,
          "The metric that is watched, by its name in CloudWatch or Application Auto Scaling.", "definition",
          .alias = "metric_name"),
    PARAM(policy, statistic, UNIT_NONE, "none", NULL,
          "How a period becomes a point: Average, Sum, Minimum, Maximum, SampleCount or a percentile such as "
          "p99; none is what the metric usually goes by.",
          ALARMS, .alias = "extended_statistic"),
    PARAM_GROUP_OF(policy, dimensions, policy_dimension_params, "Which queue or load balancer is measured."),
    PARAM(policy, target_value, UNIT_METRIC, "none", NULL,
          "The value that target tracking keeps the metric at, in the metric's own unit.", "definition"),
    PARAM(policy, scale_out_cooldown, UNIT_SECOND, "300s", "0s to 1d",
          "How long only a larger scale-out may follow one.",
          "amazon-aurora-user-guide, Aurora.Integrating.AutoScaling, 2023; the same assumed for ECS"),
    PARAM(policy, scale_in_cooldown, UNIT_SECOND, "300s", "0s to 1d", "How long no scale-in may follow one.",
          "amazon-aurora-user-guide, Aurora.Integrating.AutoScaling, 2023; the same assumed for ECS"),
    PARAM(policy, disable_scale_in, UNIT_NONE, "false", NULL,
          "Whether target tracking never removes capacity.", TRACKING),
    PARAM(policy, out_periods, UNIT_COUNT, "3", "1 to 1440",
          "Points that the alarm above the target looks at.", "aws/containers-roadmap#1208, 2021"),
    PARAM(policy, out_datapoints, UNIT_COUNT, "none", "1 to 1440",
          "How many of these must be above the target; none is all of them.",
          "aws/containers-roadmap#1208, 2021"),
    PARAM(policy, in_periods, UNIT_COUNT, "15", "1 to 1440",
          "Points that the alarm below the target looks at.", "aws/containers-roadmap#1208, 2021"),
    PARAM(policy, in_datapoints, UNIT_COUNT, "none", "1 to 1440",
          "How many of these must be below the margin; none is all of them.",
          "aws/containers-roadmap#1208, 2021"),
    PARAM(policy, scale_in_margin, UNIT_RATIO, "10%", "0% to 100%",
          "How far below the target the metric must be before target tracking scales in.",
          TRACKING " (usually more than 10 % lower)"),
    PARAM(policy, comparison, UNIT_NONE, ">", COMPARISONS,
          "On which side of the threshold the alarm of a step policy goes off.", "assumed",
          .alias = "comparison_operator"),
    PARAM(policy, threshold, UNIT_METRIC, "none", NULL,
          "The value beyond which the alarm of a step policy goes off, in the metric's own unit.",
          "definition"),
    PARAM(policy, period, UNIT_SECOND, "60s", "10s to 1d",
          "How long a point of the metric covers; high-resolution metrics under target tracking have 20 s.",
          "amazon-ecs-developer-guide, service-auto-scaling, 2023"),
    PARAM(policy, evaluation_periods, UNIT_COUNT, "1", "1 to 1440",
          "Points that the alarm of a step policy looks at.", "assumed"),
    PARAM(policy, datapoints_to_alarm, UNIT_COUNT, "none", "1 to 1440",
          "How many of these must be beyond the threshold; none is all of them.", ALARMS),
    PARAM(policy, cooldown, UNIT_SECOND, "300s", "0s to 1d",
          "How long after a step only a larger scale-out and no scale-in may follow.",
          "Application Auto Scaling API, StepScalingPolicyConfiguration, 2026"),
    PARAM(policy, adjustment_type, UNIT_NONE, "ChangeInCapacity",
          "ChangeInCapacity|ExactCapacity|PercentChangeInCapacity",
          "Whether a step adds units, sets the capacity or adds per cent of it.", "assumed"),
    PARAM(policy, min_adjustment_magnitude, UNIT_COUNT, "0", "0 to 10000",
          "The fewest units that a percentage adds or removes.", STEPPING),
    PARAM_LIST_OF(policy, step_adjustments, policy_step, policy_step_params,
                  "What to do, by how far the metric is beyond the threshold."),
    PARAM(policy, treat_missing_data, UNIT_NONE, "missing", "missing|notBreaching|breaching|ignore",
          "What the alarm makes of points that are missing.", ALARMS),
    PARAM_END};

const struct param policy_scaling_params[] = {
    PARAM(policy_scaling, min_capacity, UNIT_COUNT, NULL, "0 to 5000", "The fewest units to scale in to.",
          "definition"),
    PARAM(policy_scaling, max_capacity, UNIT_COUNT, NULL, "0 to 5000", "The most units to scale out to.",
          "definition"),
    PARAM(policy_scaling, metric_delay, UNIT_SECOND, "150s", "0s to 1h",
          "From the end of a metric's period until alarms see its point.",
          "assumed: a step of load is then answered in 6 min, as measured (aws/containers-roadmap#2113, "
          "2026: 363 s)"),
    PARAM(policy_scaling, high_resolution_delay, UNIT_SECOND, "20s", "0s to 1h",
          "The same for metrics with a point every 20 s.",
          "assumed: a step of load is then answered in 81 s (aws/containers-roadmap#2113, 2026: 86 s)"),
    PARAM_LIST_OF(policy_scaling, policies, policy, policy_params,
                  "What changes the capacity between these bounds."),
    PARAM_END};

/* Names as in application-auto-scaling-user-guide, target-tracking, 2023 (predefined metrics), the service's
   metrics in CloudWatch, and containers-roadmap#2113, 2026 (high resolution). The backlog has no name at AWS:
   everybody publishes it as a metric of their own, as amazon-ec2-auto-scaling-user-guide, as-using-sqs-queue,
   2023 shows. */
static const struct policy_metric metrics[] = {
    {"ECSServiceAverageCPUUtilization", POLICY_CPU, POLICY_AVERAGE, false, "CPU", " %"},
    {"ECSServiceAverageCPUUtilizationHighResolution", POLICY_CPU, POLICY_AVERAGE, true, "CPU", " %"},
    {"ASGAverageCPUUtilization", POLICY_CPU, POLICY_AVERAGE, false, "CPU", " %"},
    {"RDSReaderAverageCPUUtilization", POLICY_CPU, POLICY_AVERAGE, false, "CPU", " %"},
    {"CPUUtilization", POLICY_CPU, POLICY_AVERAGE, false, "CPU", " %"},
    {"ECSServiceAverageMemoryUtilization", POLICY_MEMORY, POLICY_AVERAGE, false, "memory", " %"},
    {"ECSServiceAverageMemoryUtilizationHighResolution", POLICY_MEMORY, POLICY_AVERAGE, true, "memory", " %"},
    {"MemoryUtilization", POLICY_MEMORY, POLICY_AVERAGE, false, "memory", " %"},
    {"ALBRequestCountPerTarget", POLICY_REQUESTS, POLICY_SUM, false, "requests per target", ""},
    {"RequestCountPerTarget", POLICY_REQUESTS, POLICY_SUM, false, "requests per target", ""},
    {"TargetResponseTime", POLICY_RESPONSE_TIME, POLICY_AVERAGE, false, "response time", "s"},
    {"ApproximateNumberOfMessagesVisible", POLICY_MESSAGES, POLICY_AVERAGE, false, "messages", ""},
    {"ApproximateAgeOfOldestMessage", POLICY_MESSAGE_AGE, POLICY_MAXIMUM, false, "age of oldest message",
     "s"},
    {"BacklogPerTask", POLICY_BACKLOG, POLICY_AVERAGE, false, "backlog per task", ""},
    {"BacklogPerInstance", POLICY_BACKLOG, POLICY_AVERAGE, false, "backlog per instance", ""},
    {"RDSReaderAverageDatabaseConnections", POLICY_CONNECTIONS, POLICY_AVERAGE, false, "connections", ""},
};
enum { METRICS = sizeof metrics / sizeof *metrics };

const struct policy_metric *policy_metric_find(const char *name)
{
    for (int i = 0; i < METRICS; i++)
        if (text_equal(metrics[i].name, name)) return &metrics[i];
    return NULL;
}

const char *policy_metric_nearest(const char *name, uint32_t measurable)
{
    const char *names[METRICS];
    size_t count = 0;
    for (int i = 0; i < METRICS; i++)
        if (measurable & POLICY_CAN(metrics[i].measure)) names[count++] = metrics[i].name;
    return text_nearest(name, names, count);
}

/* "p99", "p99.9", "p0.5": digits with at most one point, above 0 and at most 100. */
static bool read_percentile(const char *text, double *level)
{
    size_t length = strlen(text);
    if (length < 2 || length > 10 || text[0] != 'p') return false;
    double digits = 0, unit = 1;
    bool point = false;
    for (const char *c = text + 1; *c; c++) {
        if (*c == '.' && !point && c > text + 1 && c[1]) {
            point = true;
            continue;
        }
        if (*c < '0' || *c > '9') return false;
        digits = digits * 10 + (*c - '0');
        if (point) unit *= 10;
    }
    *level = digits / (unit * 100);
    return digits > 0 && *level <= 1;
}

bool policy_statistic_of(const struct policy *policy, struct policy_statistic *statistic)
{
    static const char *const words[] = {"Average", "Sum", "Minimum", "Maximum", "SampleCount"};
    const struct policy_metric *metric = policy_metric_find(policy->metric);
    *statistic = (struct policy_statistic){metric ? metric->statistic : POLICY_AVERAGE, 0};
    if (!policy->statistic) return true;
    for (int i = 0; i < POLICY_PERCENTILE; i++) {
        if (!text_equal(policy->statistic, words[i])) continue;
        statistic->kind = (enum policy_statistic_kind)i;
        return true;
    }
    statistic->kind = POLICY_PERCENTILE;
    return read_percentile(policy->statistic, &statistic->level);
}

struct metric_timing policy_timing(const struct policy_scaling *scaling, const struct policy *policy)
{
    const struct policy_metric *metric = policy_metric_find(policy->metric);
    bool fine = metric && metric->high_resolution;
    bool tracking = policy->policy_type == POLICY_TARGET_TRACKING;
    return (struct metric_timing){.period = fine && tracking ? 20 : policy->period,
                                  .delay = fine ? scaling->high_resolution_delay : scaling->metric_delay};
}

/* M of N, where M may be left out. */
static void shape(struct alarm_rule *rule, int64_t periods, int64_t datapoints)
{
    rule->evaluation_periods = (int)periods;
    rule->datapoints_to_alarm = (int)(datapoints < periods ? datapoints : periods);
}

void policy_alarms(const struct policy *policy, struct alarm_rule *out, struct alarm_rule *in)
{
    enum alarm_missing missing = (enum alarm_missing)policy->treat_missing_data;
    *out = *in = (struct alarm_rule){.missing = missing};
    if (policy->policy_type == POLICY_STEP) {
        out->threshold = policy->threshold;
        out->comparison = (enum alarm_comparison)(policy->comparison % 4);
        shape(out, policy->evaluation_periods, policy->datapoints_to_alarm);
        return;
    }
    out->threshold = policy->target_value;
    out->comparison = ALARM_GREATER;
    shape(out, policy->out_periods, policy->out_datapoints);
    in->threshold = policy->target_value * (1 - policy->scale_in_margin);
    in->comparison = ALARM_LESS;
    if (!policy->disable_scale_in) shape(in, policy->in_periods, policy->in_datapoints);
}

/* Measured values carry rounding errors: what is whole but for those is not rounded up to the next. */
static const double SLACK = 1e-9;

/* No capacity is anywhere near this; it keeps a wild metric inside the integers. */
static const double MOST = 1e15;

static int64_t whole(double capacity)
{
    return (int64_t)fmax(-MOST, fmin(MOST, capacity));
}

int64_t policy_proportional(int64_t running, double value, double target)
{
    assert(target > 0);
    double wanted = (double)running * value / target;
    return whole(ceil(wanted - wanted * SLACK));
}

static bool within(const struct policy_step *step, double breach, bool upwards)
{
    double lower = isinf(step->lower) ? -INFINITY : step->lower, upper = step->upper;
    return upwards ? lower <= breach && breach < upper : lower < breach && breach <= upper;
}

const struct policy_step *policy_step_at(const struct policy *policy, double value)
{
    bool looks_up = policy->comparison % 4 <= ALARM_GREATER_OR_EQUAL;
    double breach = value - policy->threshold;
    bool upwards = breach > 0 || (breach >= 0 && looks_up);
    const struct policy_step *step = policy->step_adjustments.row;
    for (int i = 0; i < policy->step_adjustments.count; i++)
        if (within(&step[i], breach, upwards)) return &step[i];
    return NULL;
}

int64_t policy_percent_round(double change)
{
    if (change > 0 && change < 1) return 1;
    if (change < 0 && change > -1) return -1;
    return whole(change + change * SLACK);
}

int64_t policy_step_change(const struct policy *policy, const struct policy_step *step, int64_t capacity)
{
    if (policy->adjustment_type == POLICY_CHANGE) return whole(round(step->adjustment));
    if (policy->adjustment_type == POLICY_EXACT) return whole(round(step->adjustment)) - capacity;
    int64_t change = policy_percent_round((double)capacity * step->adjustment / 100);
    int64_t least = policy->min_adjustment_magnitude;
    if (step->adjustment > 0 && change < least) return least;
    if (step->adjustment < 0 && change > -least) return -least;
    return change;
}
