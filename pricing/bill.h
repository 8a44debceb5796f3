/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BILL_H
#define BILL_H

/* A bill: what one month of one environment costs, line by line. Models count in integers; here a count
   meets a price, once, in exact arithmetic.

   - A quantity is rounded to the nearest 1e-6 of its unit (halves to even) when it comes in; from there
     on all is exact: micro-units times pico-dollars, in 128 bits.
   - A tier applies to the sum of all lines of a SKU in a region. Lines fill the tiers in the order in
     which they are added, so the first takes the free allowance, and the exact amounts of a SKU's lines
     add up to what the tiers charge for their sum.
   - Each line is then rounded half-even to the cent, and the total of a bill is the sum of its rounded
     lines: what is printed adds up. It can differ from the unrounded sum by half a cent a line. */

#include <stdbool.h>
#include <stdint.h>

#include "sheet.h"

struct arena;

/* Whether a quantity came out of the simulation or stands in the scenario. */
enum bill_basis { BILL_SIMULATED, BILL_CONFIGURED };

/* One line. `price_pico` is the list price of a unit, or, when the line lies in several tiers, its mean
   over the line rounded half-even to 1e-12 USD, and then `blended` is true. `confidence` is the weakest
   of those tiers. */
struct bill_line {
    const char *node;
    const struct sheet_price *price; /* service, region, SKU, description, unit, purchase */
    int64_t quantity_micro;
    int64_t price_pico;
    bool blended;
    int64_t monthly_cents;
    enum bill_basis basis;
    enum sheet_confidence confidence;
};

struct bill;

/* The most of a unit that one bill can hold of one SKU. */
#define BILL_MOST 9e12

/* Opens an empty bill in `arena`, which must outlive it, over a sheet that must too. */
struct bill *bill_open(struct arena *arena, const struct sheet *sheet);

/* Adds a line: a month's `quantity`, in the SKU's unit, that `node` used. `price` is one of the bill's
   sheet; `node` must outlive the bill. NULL, and nothing added, when the quantity is negative, not a
   number, or takes the SKU over BILL_MOST. The line stays valid and in place for as long as the bill. */
const struct bill_line *bill_line(struct bill *bill, const struct sheet_price *price, const char *node,
                                  double quantity, enum bill_basis basis);

int bill_count(const struct bill *bill);

/* Line `at`, counted from 0 in the order in which they were added. */
const struct bill_line *bill_at(const struct bill *bill, int at);

/* The sum of the lines, in cents: of all of them, of those of one service code, of those of one node. */
int64_t bill_total(const struct bill *bill);
int64_t bill_of_service(const struct bill *bill, const char *service);
int64_t bill_of_node(const struct bill *bill, const char *node);

/* Cents as decimal text: 12345 is "123.45", -5 is "-0.05". */
const char *bill_money(struct arena *arena, int64_t cents);

/* The quantity and the unit price of a line as decimal text, as short as they are exact: "2190", "0.0252". */
const char *bill_quantity(struct arena *arena, const struct bill_line *line);
const char *bill_unit_price(struct arena *arena, const struct bill_line *line);

/* "simulated" or "configured". */
const char *bill_basis_name(enum bill_basis basis);

/* An amount in units of 1e-18 USD as cents, halves to even. */
__extension__ typedef __int128 bill_amount;
int64_t bill_cents(bill_amount amount);

/* What the first `quantity_micro` of a month cost, in units of 1e-18 USD, not rounded. */
bill_amount bill_charge(const struct sheet_price *price, int64_t quantity_micro);

#endif
