/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ALARM_H
#define ALARM_H

/* A CloudWatch alarm: M of the latest N visible points of a metric are beyond a threshold. Evaluated once a
   minute (with periods below a minute every 10 s); a scaling action fires when the alarm goes into ALARM and
   once a minute while it stays there.

   Missing points: the alarm looks at more points than N (5 for N = 3) and uses the latest N that exist; only
   when there are fewer does the rule for missing ones count, as few times as possible. With `missing` a
   single breaching point followed by silence alarms only once it is M periods old. Source:
   amazon-cloudwatch-user-guide, AlarmThatSendsEmail, 2023, tables under "How alarm state is evaluated when
   data is missing". How many more points are looked at for other N is not documented: N + 2 is assumed. */

#include "metric.h"

enum alarm_comparison { ALARM_GREATER, ALARM_GREATER_OR_EQUAL, ALARM_LESS, ALARM_LESS_OR_EQUAL };

enum alarm_state { ALARM_INSUFFICIENT_DATA, ALARM_OK, ALARM_ALARM };

/* In the order of the words `missing|notBreaching|breaching|ignore`. */
enum alarm_missing { MISSING_MISSING, MISSING_NOT_BREACHING, MISSING_BREACHING, MISSING_IGNORE };

enum { ALARM_EXTRA = 2 }; /* points looked at beyond N */

struct alarm_rule {
    double threshold;
    enum alarm_comparison comparison;
    int evaluation_periods;  /* N */
    int datapoints_to_alarm; /* M */
    enum alarm_missing missing;
};

struct alarm {
    struct alarm_rule rule;
    enum alarm_state state;
    int64_t phase;     /* ns: evaluations are at phase + k x cadence */
    int64_t evaluated; /* ns of the latest evaluation; -1 = none */
    int64_t since;     /* ns: when it came into its state */
    int64_t fired;     /* ns of the latest action in this ALARM; -1 = none */
    int64_t breached;  /* in ALARM, ns: the first period of the breach that led here began; else -1 */
    int64_t seen;      /* in ALARM, ns: when the point of that period was published; else -1 */
};

/* An alarm without data, to be evaluated at `phase` (ns) and every cadence after it. */
void alarm_open(struct alarm *alarm, const struct alarm_rule *rule, int64_t phase);

/* Evaluates when an evaluation is due by `now`, otherwise does nothing. True when its action fires. */
bool alarm_evaluate(struct alarm *alarm, const struct metric *metric, int64_t now);

/* True when `value` is beyond the threshold; a missing value is not. */
bool alarm_breaches(const struct alarm_rule *rule, double value);

#endif
