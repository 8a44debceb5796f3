/* SPDX-License-Identifier: Apache-2.0 */
#include "deployment.h"

/* amazon-ecs-developer-guide, service-throttle-logic, 2023: at most 15 minutes. The first is assumed. */
static const double FIRST_DELAY = 10, LONGEST_DELAY = 900;

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t positive(int64_t a)
{
    return a > 0 ? a : 0;
}

int64_t deployment_floor(int64_t desired, int64_t minimum_percent)
{
    return (desired * minimum_percent + 99) / 100;
}

int64_t deployment_ceiling(int64_t desired, int64_t maximum_percent)
{
    return desired * maximum_percent / 100;
}

void deployment_begin(struct deployment *deployment, const struct breaker_config *breaker, int64_t desired)
{
    deployment->state = DEPLOYMENT_IN_PROGRESS;
    deployment->rollback = breaker && breaker->enable && breaker->rollback;
    breaker_open(&deployment->breaker, breaker, desired);
}

bool deployment_active(const struct deployment *deployment)
{
    return deployment->state == DEPLOYMENT_IN_PROGRESS || deployment->state == DEPLOYMENT_ROLLING_BACK;
}

/* New tasks as far as the ceiling leaves room; old ones as far as enough others are in service. Old tasks
   that serve nobody may go at once. */
static struct deployment_work work(const struct deployment *deployment, const struct deployment_count *count)
{
    int64_t coming = count->new_healthy + count->new_other, going = count->old_healthy + count->old_other;
    int64_t room = deployment_ceiling(count->desired, deployment->maximum_percent) - coming - going;
    int64_t spare = count->old_healthy + count->new_healthy -
                    deployment_floor(count->desired, deployment->minimum_percent);
    return (struct deployment_work){
        .start = positive(least(count->desired - coming, room)),
        .stop = count->old_other + least(count->old_healthy, positive(spare)),
    };
}

struct deployment_work deployment_step(struct deployment *deployment, const struct deployment_count *count)
{
    if (!deployment_active(deployment)) return (struct deployment_work){0, 0};
    bool complete = count->new_healthy >= count->desired && count->old_healthy + count->old_other == 0;
    if (complete) deployment->state = DEPLOYMENT_COMPLETED;
    return work(deployment, count);
}

void deployment_trip(struct deployment *deployment)
{
    if (deployment->state != DEPLOYMENT_IN_PROGRESS) return;
    deployment->state = deployment->rollback ? DEPLOYMENT_ROLLING_BACK : DEPLOYMENT_FAILED;
}

double deployment_delay(int64_t failures)
{
    double delay = failures > 0 ? FIRST_DELAY : 0;
    for (int64_t i = 1; i < failures && delay < LONGEST_DELAY; i++) delay *= 2;
    return delay < LONGEST_DELAY ? delay : LONGEST_DELAY;
}
