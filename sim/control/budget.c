/* SPDX-License-Identifier: Apache-2.0 */
#include "budget.h"

#include <assert.h>

/* botocore, retries/standard.py and retries/quota.py, 2026. */
#define STANDARD_COST                                                                                        \
    {                                                                                                        \
        [BUDGET_TRANSIENT] = 5, [BUDGET_TIMEOUT] = 10, [BUDGET_THROTTLED] = 5                                \
    }
#define COST_2026                                                                                            \
    {                                                                                                        \
        [BUDGET_TRANSIENT] = 14, [BUDGET_TIMEOUT] = 14, [BUDGET_THROTTLED] = 5                               \
    }
#define STANDARD_BASE                                                                                        \
    {                                                                                                        \
        [BUDGET_TRANSIENT] = 1, [BUDGET_TIMEOUT] = 1, [BUDGET_THROTTLED] = 1                                 \
    }
#define BASE_2026                                                                                            \
    {                                                                                                        \
        [BUDGET_TRANSIENT] = 0.05, [BUDGET_TIMEOUT] = 0.05, [BUDGET_THROTTLED] = 1                           \
    }
#define BASE_DYNAMODB                                                                                        \
    {                                                                                                        \
        [BUDGET_TRANSIENT] = 0.025, [BUDGET_TIMEOUT] = 0.025, [BUDGET_THROTTLED] = 1                         \
    }

const struct budget_rule budget_standard = {500, STANDARD_COST, 1, 3, STANDARD_BASE, 20};
const struct budget_rule budget_2026 = {500, COST_2026, 1, 3, BASE_2026, 20};
const struct budget_rule budget_2026_dynamodb = {500, COST_2026, 1, 4, BASE_DYNAMODB, 20};

static const double RETRY_AFTER_MORE = 5; /* seconds */

void budget_open(struct budget *budget, const struct budget_rule *rule)
{
    *budget = (struct budget){.rule = *rule, .tokens = rule->capacity};
}

int64_t budget_take(struct budget *budget, enum budget_cause cause)
{
    int64_t cost = budget->rule.cost[cause];
    assert(cost > 0);
    if (cost > budget->tokens) return 0;
    budget->tokens -= cost;
    return cost;
}

void budget_succeed(struct budget *budget, int64_t cost)
{
    int64_t room = budget->rule.capacity - budget->tokens, back = cost > 0 ? cost : budget->rule.reward;
    budget->tokens += back < room ? back : room;
}

double budget_delay(const struct budget_rule *rule, enum budget_cause cause, int64_t retry, double draw)
{
    double most = rule->base[cause];
    for (int64_t i = 1; i < retry && most < rule->longest; i++) most *= 2;
    return draw * (most < rule->longest ? most : rule->longest);
}

double budget_retry_after(double delay, double after)
{
    if (after < delay) return delay;
    return after < delay + RETRY_AFTER_MORE ? after : delay + RETRY_AFTER_MORE;
}

/* Tokens gained by a call whose attempts fail with probability p: a first success earns the reward; a success
   after n retries gives the last one's cost back, so n - 1 are lost; a call that fails loses them all. */
static double gain(const struct budget_rule *rule, double cost, double p)
{
    double reached = 1, sum = (1 - p) * (double)rule->reward;
    for (int64_t retries = 1; retries < rule->attempts; retries++) {
        reached *= p;
        sum -= reached * (1 - p) * (double)(retries - 1) * cost;
    }
    return sum - reached * p * (double)(rule->attempts - 1) * cost;
}

double budget_drain(const struct budget_rule *rule, enum budget_cause cause)
{
    double low = 0, high = 1, cost = (double)rule->cost[cause];
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        *(gain(rule, cost, middle) > 0 ? &low : &high) = middle;
    }
    return (low + high) / 2;
}
