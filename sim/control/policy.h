/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_H
#define POLICY_H

/* Scaling policies of one scalable target, as a user writes them (Terraform's aws_appautoscaling_target and
   aws_appautoscaling_policy with its alarm, flattened), the rules they must obey, and the arithmetic from a
   metric to a capacity. State and time are in scaler.h.

     scaling:
       min_capacity: 3
       max_capacity: 10
       policies:
         - {name: cpu, policy_type: TargetTrackingScaling, metric: ECSServiceAverageCPUUtilization,
            target_value: 70}

   A model embeds it with PARAM_OPTION_OF(config, scaling, policy_scaling_params, "...") for a field `const
   struct policy_scaling *scaling`, and calls policy_check with the metrics it can measure. */

#include "alarm.h"
#include "param.h"
#include "places.h"

enum policy_type { POLICY_TARGET_TRACKING, POLICY_STEP };

enum policy_adjustment { POLICY_CHANGE, POLICY_EXACT, POLICY_PERCENT };

/* What a metric measures, whatever CloudWatch calls it. Values are in the provider's own units. */
enum policy_measure {
    POLICY_CPU,           /* CPU used of CPU reserved, %, mean over the running tasks or instances */
    POLICY_MEMORY,        /* memory used of memory reserved, % */
    POLICY_REQUESTS,      /* requests in a period, for each target */
    POLICY_RESPONSE_TIME, /* seconds from request to answer as the load balancer sees it; see the statistic */
    POLICY_MESSAGES,      /* messages waiting in a queue, not those in flight */
    POLICY_MESSAGE_AGE,   /* seconds: age of the oldest message waiting */
    POLICY_BACKLOG,       /* messages waiting in a queue, for each running task */
    POLICY_CONNECTIONS,   /* database connections, mean over the readers */
    POLICY_MEASURES,
    POLICY_UNKNOWN = -1
};
#define POLICY_CAN(measure) (UINT32_C(1) << (measure))

/* How the observations of a period become its point. */
enum policy_statistic_kind {
    POLICY_AVERAGE,
    POLICY_SUM,
    POLICY_MINIMUM,
    POLICY_MAXIMUM,
    POLICY_SAMPLES,
    POLICY_PERCENTILE
};
struct policy_statistic {
    enum policy_statistic_kind kind;
    double level; /* of a percentile: 0.99 for p99 */
};

/* A metric name of CloudWatch or of Application Auto Scaling. */
struct policy_metric {
    const char *name;
    enum policy_measure measure;
    enum policy_statistic_kind statistic; /* when the policy names none */
    bool high_resolution;                 /* a point every 20 s */
    const char *label, *unit;             /* for reasons: "CPU", " %" */
};

struct policy_step {     /* one step of a step scaling policy; bounds are relative to the threshold */
    double lower, upper; /* INFINITY when not written: no bound on that side */
    double adjustment;   /* tasks, a capacity, or per cent */
};

struct policy_dimensions { /* spelled as CloudWatch does */
    struct node_ref QueueName, LoadBalancer;
};

struct policy {
    const char *name;
    int policy_type; /* enum policy_type */
    const char *metric, *statistic;
    struct policy_dimensions dimensions;
    /* target tracking */
    double target_value; /* INFINITY when not written */
    double scale_out_cooldown, scale_in_cooldown;
    bool disable_scale_in;
    int64_t out_periods, out_datapoints, in_periods, in_datapoints; /* datapoints INT64_MAX: all of them */
    double scale_in_margin;                                         /* ratio of the target */
    /* step scaling */
    int comparison;   /* modulo 4: enum alarm_comparison */
    double threshold; /* INFINITY when not written */
    double period;
    int64_t evaluation_periods, datapoints_to_alarm; /* the latter INT64_MAX: all of them */
    double cooldown;
    int adjustment_type; /* enum policy_adjustment */
    int64_t min_adjustment_magnitude;
    struct rows step_adjustments; /* of struct policy_step */
    /* both */
    int treat_missing_data; /* enum alarm_missing */
};

struct policy_scaling {
    int64_t min_capacity, max_capacity;
    double metric_delay;          /* seconds from the end of a period to the publishing of its point */
    double high_resolution_delay; /* the same for points every 20 s */
    struct rows policies;         /* of struct policy; may be none */
};

extern const struct param policy_scaling_params[], policy_params[], policy_step_params[],
    policy_dimension_params[];

/* Rules across the fields, complained about through `check`: bounds, metrics unknown or not in `measurable`
   (POLICY_CAN(...) | ...), steps with gaps or overlaps, and warnings for what AWS would refuse. */
void policy_check(const struct policy_scaling *scaling, const struct check *check, uint32_t measurable);

/* The known metric of this name, or NULL. */
const struct policy_metric *policy_metric_find(const char *name);

/* The known name nearest to `name` among those that are measurable, or NULL. */
const char *policy_metric_nearest(const char *name, uint32_t measurable);

/* The statistic of a policy: its own, or the metric's usual one. False when the text is not a statistic. */
bool policy_statistic_of(const struct policy *policy, struct policy_statistic *statistic);

/* When points of the policy's metric come: every 20 s and soon for a high-resolution metric under target
   tracking, else with the policy's period. */
struct metric_timing policy_timing(const struct policy_scaling *scaling, const struct policy *policy);

/* The alarms that a policy has. Target tracking: `out` above the target, `in` below it by the margin. Step
   scaling: its own is `out`, whichever way its steps go. One it does not have gets 0 evaluation periods. */
void policy_alarms(const struct policy *policy, struct alarm_rule *out, struct alarm_rule *in);

/* Target tracking: the capacity at which `running` units loaded to `value` would be at `target`, rounded up.
   So a scale-in never ends at a capacity that exceeds the target, and a scale-out at one that does not
   suffice. */
int64_t policy_proportional(int64_t running, double value, double target);

/* The row of step_adjustments that `value` falls into, or NULL. Above the threshold (or on it, for an alarm
   that looks upwards) the lower bound is inclusive and the upper exclusive; below it, the reverse. */
const struct policy_step *policy_step_at(const struct policy *policy, double value);

/* The change of capacity that `step` asks for at `capacity`: rounded and raised to the minimum magnitude. */
int64_t policy_step_change(const struct policy *policy, const struct policy_step *step, int64_t capacity);

/* A percentage of a capacity as a whole change: beyond 1 and -1 towards zero (12.7 is 12, -6.67 is -6),
   between them away from zero (0.67 is 1, -0.58 is -1). */
int64_t policy_percent_round(double change);

#endif
