/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOY_LEDGER_H
#define TOY_LEDGER_H

/* A toy that does nothing but count: its entries say when what grows by how much, so that what a run records of it
   can be added up by hand. */

#include "model.h"

enum toy_account { TOY_COUNT, TOY_SUM, TOY_LEVEL, TOY_DURATION };

struct toy_entry {
    double at; /* seconds from the simulated start, negative in the lead-in; in order */
    enum toy_account account;
    double amount; /* added; TOY_LEVEL is set; TOY_DURATION is a duration in seconds */
};

struct toy_ledger_config {
    const char *instance_class;
    int64_t size;
    const struct toy_entry *entry;
    int count;
};

struct toy_ledger_state {
    struct timer timer;
    int next;
    int64_t events, billed_events;
    double work, billed_work;
    struct gauge level, highest, billed_level;
    double double_work, nothing; /* computed in settle */
    struct tally durations;
};

extern const struct model toy_ledger;

/* A run of one ledger; the entries' memory is the caller's. Close with run_close. */
struct run *toy_ledger_run(const struct toy_entry *entries, int count, double horizon, double lead);

/* The output `key` of the ledger; fails the test when there is none. */
const struct run_output *toy_ledger_output(const struct run *run, const char *key);

/* The meter of this SKU; fails the test when there is none. */
const struct meter *toy_ledger_meter(const struct run *run, const char *sku);

#endif
