/* SPDX-License-Identifier: Apache-2.0 */
#ifndef METER_H
#define METER_H

/* A meter: one line of the bill, as a quantity of a SKU that grows while the run goes on. Outputs with a SKU have one
   by themselves; a model adds others in `start`. The engine reads each meter at every simulated hour. */

#include "gauge.h"

#include <stdint.h>

struct node;

enum meter_kind {
    METER_COUNT,  /* *count, scaled: requests, bytes */
    METER_SUM,    /* *sum, scaled: LCU-hours */
    METER_GAUGE,  /* the gauge's integral in hours, scaled: task hours, vCPU-hours, GB-hours */
    METER_MONTHLY /* a fixed quantity a month: keys, alarms, storage configured */
};

enum meter_basis { BASIS_SIMULATED, BASIS_CONFIGURED };

struct meter {
    struct node *node;
    const char *service;  /* "AmazonECS", or NULL when the SKU is unique in the sheet */
    const char *sku;      /* the usage type without its region prefix */
    const char *name;     /* what it counts, for the bill: "orders task vCPUs" */
    const char *purchase; /* "OnDemand", "Spot" */
    enum meter_kind kind;
    enum meter_basis basis;
    const int64_t *count;
    const double *sum;
    const struct gauge *gauge;
    double factor;  /* SKU units for one unit of the source; 1e-9-ish for bytes to GB (2^30) */
    double monthly; /* of METER_MONTHLY, in SKU units */
    /* kept by the engine */
    double mark;    /* reading at the simulated start */
    double *hourly; /* quantity in each simulated hour */
};

/* Adds a meter (copied) to the node's bill. In `start` only. A factor of 0 counts as 1. */
void meter_add(struct node *node, struct meter meter);

/* Reading now, in SKU units, since the beginning of the run. */
double meter_reading(const struct meter *meter, int64_t now);

#endif
