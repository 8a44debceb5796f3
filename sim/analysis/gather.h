/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GATHER_H
#define GATHER_H

/* Gathering: records of replications, one after the other, become the rows of an environment. Numbers go to the samples,
   hourly usage and series to running sums, so that a record can be closed once it is gathered. */

#include "cost.h"
#include "month.h"
#include "record.h"
#include "result.h"

struct gather {
    struct result *result;
    struct result_environment *into;
    const struct environment *from;
    struct month month;
    struct cost_meter *meter; /* with a quantity for each replication so far */
    int meter_count, room;    /* room: replications */
    int replications;
};

/* Fills in what is known before simulating. */
struct gather gather_open(struct result *result, struct result_environment *into,
                          const struct environment *from);

/* Gathers the record of the next replication. */
void gather_take(struct gather *gather, const struct record *record);

/* Makes means of sums, and rows of samples. */
void gather_close(struct gather *gather);

#endif
