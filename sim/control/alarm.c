/* SPDX-License-Identifier: Apache-2.0 */
#include "alarm.h"

#include <assert.h>
#include <math.h>

#define NS INT64_C(1000000000)

static const int64_t REFIRE = 60 * NS;

/* What the points that an evaluation looks at amount to. */
struct findings {
    int real;       /* points that exist, N at most */
    int breaching;  /* of those */
    int age;        /* of the oldest breaching one, in periods: 1 = the newest point */
    int64_t oldest; /* its number; -1 = none */
};

void alarm_open(struct alarm *alarm, const struct alarm_rule *rule, int64_t phase)
{
    assert(rule->datapoints_to_alarm <= rule->evaluation_periods);
    *alarm = (struct alarm){.rule = *rule, .state = ALARM_INSUFFICIENT_DATA, .phase = phase, .since = phase};
    alarm->evaluated = alarm->fired = alarm->breached = alarm->seen = -1;
}

/* amazon-cloudwatch-user-guide, AlarmThatSendsEmail, 2023: alarms on 10 s or 30 s are evaluated every 10 s.
   For the 20 s of ECS the same is assumed: it agrees with the 86 s measured by AWS (containers-roadmap#2113,
   2026). */
static int64_t cadence_of(int64_t period)
{
    return period < 60 * NS ? 10 * NS : 60 * NS;
}

bool alarm_breaches(const struct alarm_rule *rule, double value)
{
    switch (rule->comparison) {
    case ALARM_GREATER: return value > rule->threshold;
    case ALARM_GREATER_OR_EQUAL: return value >= rule->threshold;
    case ALARM_LESS: return value < rule->threshold;
    case ALARM_LESS_OR_EQUAL: return value <= rule->threshold;
    }
    return false;
}

static struct findings look(const struct alarm_rule *rule, const struct metric *metric, int64_t now)
{
    struct findings found = {.oldest = -1};
    int64_t newest = metric_visible(metric, now) - 1;
    int range = rule->evaluation_periods + ALARM_EXTRA;
    for (int back = 0; back < range && found.real < rule->evaluation_periods; back++) {
        double value = metric_at(metric, newest - back).value;
        if (isnan(value)) continue;
        found.real++;
        if (!alarm_breaches(rule, value)) continue;
        found.breaching++;
        found.age = back + 1;
        found.oldest = newest - back;
    }
    return found;
}

/* Fewer points than N exist, and missing ones say nothing by themselves. When all that exist breach it is an
   alarm all the same once the oldest is M periods old; before that it is too early to tell ("premature
   transitions" in the source; that the state is then INSUFFICIENT_DATA stands in an earlier edition of it).
   */
static enum alarm_state judge_sparse(const struct alarm *alarm, const struct findings *found)
{
    const struct alarm_rule *rule = &alarm->rule;
    bool retain = rule->missing == MISSING_IGNORE;
    if (found->breaching >= rule->datapoints_to_alarm) return ALARM_ALARM;
    if (found->breaching < found->real) return ALARM_OK;
    if (retain) return alarm->state;
    bool old = found->real > 0 && found->age >= rule->datapoints_to_alarm;
    return old ? ALARM_ALARM : ALARM_INSUFFICIENT_DATA;
}

static enum alarm_state judge(const struct alarm *alarm, const struct findings *found)
{
    const struct alarm_rule *rule = &alarm->rule;
    int absent = rule->evaluation_periods - found->real, breaching = found->breaching;
    if (absent > 0 && (rule->missing == MISSING_MISSING || rule->missing == MISSING_IGNORE))
        return judge_sparse(alarm, found);
    if (rule->missing == MISSING_BREACHING) breaching += absent;
    return breaching >= rule->datapoints_to_alarm ? ALARM_ALARM : ALARM_OK;
}

static void enter(struct alarm *alarm, enum alarm_state state, const struct metric *metric,
                  const struct findings *found)
{
    bool known = state == ALARM_ALARM && found->oldest >= 0;
    struct metric_point first = metric_at(metric, found->oldest);
    alarm->state = state;
    alarm->since = alarm->evaluated;
    alarm->fired = -1;
    alarm->breached = known ? first.start : -1;
    alarm->seen = known ? first.visible : -1;
}

bool alarm_evaluate(struct alarm *alarm, const struct metric *metric, int64_t now)
{
    int64_t cadence = cadence_of(metric->period);
    if (now < alarm->phase) return false;
    int64_t slot = now - (now - alarm->phase) % cadence;
    if (slot <= alarm->evaluated) return false;
    alarm->evaluated = slot;
    struct findings found = look(&alarm->rule, metric, slot);
    enum alarm_state state = judge(alarm, &found);
    if (state != alarm->state) enter(alarm, state, metric, &found);
    if (state != ALARM_ALARM) return false;
    if (alarm->fired >= 0 && slot - alarm->fired < REFIRE) return false;
    alarm->fired = slot;
    return true;
}
