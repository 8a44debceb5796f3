/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUDGET_H
#define BUDGET_H

/* The retry quota of an AWS SDK client: a bucket of tokens that retries take from and successes fill again,
   so that a client stops retrying when most calls fail. It never stands in the way of a first attempt, and
   belongs to one client object, so each task has its own. There is no refill by time.

   Sources: botocore, retries/standard.py and retries/quota.py, 2026; SDKs and Tools reference guide,
   feature-retry-behavior, 2026. */

#include <stdbool.h>
#include <stdint.h>

enum budget_cause { BUDGET_TRANSIENT, BUDGET_TIMEOUT, BUDGET_THROTTLED };

struct budget_rule {
    int64_t capacity; /* tokens to begin with, and at most */
    int64_t cost[3];  /* of a retry, by what it repeats: enum budget_cause */
    int64_t reward;   /* for a call that succeeds at its first attempt */
    int64_t attempts; /* of one call, the first included */
    double base[3];   /* seconds: the longest delay before the first retry, by cause; doubles with each */
    double longest;   /* seconds: the longest delay of all */
};

/* `standard` mode until 2026, and still the default; then with AWS_NEW_RETRIES_2026, whose DynamoDB clients
   try once more and sooner. */
extern const struct budget_rule budget_standard, budget_2026, budget_2026_dynamodb;

struct budget {
    struct budget_rule rule;
    int64_t tokens;
};

void budget_open(struct budget *budget, const struct budget_rule *rule);

/* Takes the tokens for one retry after a failure of this kind; returns the cost. 0: there are too few, the
   call fails with what it has. The caller keeps the cost of its latest retry until the call ends. */
int64_t budget_take(struct budget *budget, enum budget_cause cause);

/* A call succeeded: its latest retry's cost comes back, or the reward when `cost` is 0 (no retry). */
void budget_succeed(struct budget *budget, int64_t cost);

/* Seconds before retry number `retry` (1 = the first), full jitter; `draw` is uniform in [0, 1). */
double budget_delay(const struct budget_rule *rule, enum budget_cause cause, int64_t retry, double draw);

/* The delay when the answer said `x-amz-retry-after` (seconds): never shorter than `delay`, at most 5 s
   longer. */
double budget_retry_after(double delay, double after);

/* The share of failing attempts above which the quota runs dry, for calls whose attempts fail independently
   with `cause`. */
double budget_drain(const struct budget_rule *rule, enum budget_cause cause);

#endif
