/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COST_H
#define COST_H

/* Cost: the meters of an environment's replications, priced for a month.

   Each replication is a bill of its own; the bill that is shown is the one of the mean quantities, and the width of its
   intervals is Student's t over the bills of the replications. Shown lines are rounded to the cent and add up to the
   shown total. What a month's quantity is, when less than a month was simulated, is said in month.h. */

#include "bill.h"
#include "interval.h"

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct diag;
struct place;
struct result;
struct result_environment;
struct sheet;

/* Money a month: cents, and the ends of its interval in cents; `known` is false when there is no interval. */
struct cost_money {
    int64_t cents, low, high;
    bool known;
};

struct cost_line {
    const char *node, *service, *region, *sku;
    const char *description;  /* the book's */
    const char *name;         /* what the model meters: "task vCPUs" */
    struct interval quantity; /* a month, in `unit` */
    const char *unit;
    const char *unit_price; /* exact decimal text, USD */
    bool blended;           /* unit_price is the mean over several tiers */
    const char *purchase;
    struct cost_money monthly;
    enum bill_basis basis;
    enum sheet_confidence confidence;
};

struct cost_service {
    const char *service;
    struct cost_money monthly;
};

struct cost_bill {
    const char *currency; /* "USD"; NULL when nothing was priced */
    struct cost_money monthly;
    struct cost_service *by_service; /* dearest first, then by name */
    int service_count;
    struct cost_line *line; /* in the order of the plan: the first of a SKU takes its free allowance */
    int line_count;
};

/* One meter's month: what is to be priced. */
struct cost_meter {
    const char *node, *service, *sku, *name, *purchase;
    enum bill_basis basis;
    double *quantity; /* a month, of each replication */
};

struct cost_meters {
    const struct cost_meter *meter;
    int count;
};

/* Prices the meters into environment->cost and the rows cost.monthly of its samples. False after a complaint that names
   node, SKU and region: a SKU without a price, or a quantity no bill can hold; never a price of zero. The sheet must outlive the result. */
bool cost_price(struct result *result, struct result_environment *environment, const struct sheet *sheet,
                struct cost_meters meters, struct diag *diag);

#endif
