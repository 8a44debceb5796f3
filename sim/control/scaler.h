/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SCALER_H
#define SCALER_H

/* A scaler: all scaling policies of one scalable target in one run, with their metrics and alarms.
   Application Auto Scaling as documented in its user guide (2023) for target tracking and step scaling.

   The owner calls it every SCALER_TICK seconds from a timer of its own:

     for (int i = 0; i < scaler->metric_count; i++) {
         struct scaler_metric *m = &scaler->metric[i];
         if (metric_due(&m->points, now)) metric_put(&m->points, measure(m));
     }
     if (scaler_evaluate(scaler, now, &(struct scaler_target){.running = r, .desired = d}, &decision))
         set the desired count to decision.desired

   measure() switches on m->measure and computes the point over [metric_begins, metric_ends); it may keep its
   own mark (a reading at the period's beginning) in m->mark, m->count and m->own. NAN when there is nothing
   to report.

   What is modelled:
   - Target tracking starts from the running count, not the desired one, so launches that are stuck do not run
     away.
   - Any policy may scale out. All target tracking policies with scale-in enabled must want to scale in before
     one does; one without data does not want to. Step policies scale in whatever target tracking thinks,
     unless a policy is asking for more capacity at that moment. Of several capacities the largest wins, in
     both directions.
   - A scale-out cooldown lets only a larger scale-out through: what was added since the first action of the
     cooldown counts as part of it, so a step of +3 after one of +2 adds 1. A scale-in cooldown blocks scaling
     in; a scale-out during it happens at once and ends it. A cooldown is a policy's own length, measured from
     the latest change in that direction by any policy, and starts when the desired count is set (that AWS may
     wait until the new tasks run is not modelled).
   - Scaling in is off while a deployment is in progress and while units are warming up.
   - A desired count below the minimum is first raised to it, when scaling out; one above the maximum is first
     lowered, when scaling in. Otherwise a desired count outside the bounds stays where it is.
   - A target of nothing running whose metric shows demand scales out by one.
   - Alarms are evaluated at a moment within the minute drawn for each, since nothing aligns them with the
     metric. */

#include "policy.h"
#include "stream.h"

enum { SCALER_TICK = 10 }; /* seconds between calls; every period is a multiple of it */

struct scaler_metric {
    const struct policy_metric *metric;
    enum policy_measure measure;
    struct policy_statistic statistic;
    struct node_ref queue, balancer; /* dimensions; index -1 = none written */
    double period;                   /* seconds */
    struct metric points;
    struct metric capacity; /* running while each point was measured */
    double mark;            /* these three are the owner's */
    int64_t count;
    void *own;
};

struct scaler_rule { /* one policy */
    const struct policy *policy;
    struct scaler_metric *metric;
    struct alarm out, in;                /* rule.evaluation_periods 0 = none */
    bool out_fires, in_fires, evaluated; /* in this call */
    int64_t acted;                       /* ns of its latest change; -1 = none */
};

struct scaler {
    const struct policy_scaling *config;
    int64_t min, max;             /* scheduled actions move them */
    struct scaler_metric *metric; /* distinct ones: two policies on the same metric share it */
    int metric_count;
    struct scaler_rule *rule;
    int rule_count;
    int64_t out_at, in_at; /* ns of the latest change, -1 = none or over */
    int64_t base, added;   /* capacity at the beginning of the scale-out cooldown, and added since */
};

struct scaler_target {
    int64_t running; /* units in service: where scaling starts from */
    int64_t desired;
    int64_t warming; /* EC2 Auto Scaling's warm-up: part of desired, not yet of running nor of the metric */
    bool deploying;  /* a deployment is in progress */
};

struct scaler_decision {
    int64_t desired;    /* the new desired count */
    const char *policy; /* its name */
    char reason[128];   /* "CPU 84 % > 70 % for 3 min"; copy it to keep it */
    double value;       /* of the metric */
    bool limited;       /* min or max kept it from what the policy asked for */
    bool first;         /* first change since its alarm went off */
    /* Stamps in ns from which the time to capacity is split: metric = seen - breached, alarm = alarmed -
       seen, cooldown = now - alarmed. */
    int64_t breached; /* beginning of the first period in which the load was beyond the threshold */
    int64_t seen;     /* when the point of that period became visible */
    int64_t alarmed;  /* when the alarm went off */
};

/* A scaler that begins at `now`. The moments of the alarms' evaluations are drawn from `stream`; NULL puts
   them on the full minute. `config` must have passed policy_check and outlives the scaler; memory is the
   arena's. */
void scaler_open(struct scaler *scaler, const struct policy_scaling *config, int64_t now, struct arena *arena,
                 struct stream *stream);

/* Evaluates the alarms that are due. True when the desired count is to change to decision->desired. */
bool scaler_evaluate(struct scaler *scaler, int64_t now, const struct scaler_target *target,
                     struct scaler_decision *decision);

/* A scheduled action: new bounds, at once and whatever the cooldowns. Returns `desired` moved into them. */
int64_t scaler_bound(struct scaler *scaler, int64_t min, int64_t max, int64_t desired);

#endif
