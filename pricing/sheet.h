/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHEET_H
#define SHEET_H

/* A price sheet: what one unit of each SKU costs in each region. The sheet that ships is the catalogue of
   pricing/catalog, embedded in the program; pricing/README.md says where its rows come from.

   A SKU is an AWS usage type without the region in front ("NatGateway-Hours"), under the AWS code of its
   service ("AmazonEC2"). Its price is a list of tiers that cover 0 to no end without a gap. Prices are
   exact: integers in units of 1e-12 USD (pico-dollars) for one unit of the SKU. Quantities are integers
   in units of 1e-6 (micro) of the SKU's unit, per month. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* How far a price may be believed, best first. */
enum sheet_confidence { SHEET_SOURCED, SHEET_DERIVED, SHEET_ESTIMATED, SHEET_ASSUMED };

/* The end of the last tier. */
#define SHEET_NO_END INT64_MAX

/* One tier: usage from `from_micro` up to but not including `to_micro` costs `price_pico` a unit. */
struct sheet_tier {
    int64_t from_micro, to_micro;
    int64_t price_pico;
    enum sheet_confidence confidence;
    const char *effective_date; /* "2026-09-11", a year, or "" when the source is not dated */
    const char *source;
};

/* The price of one SKU in one region. `index` is its place in the sheet's `prices`. */
struct sheet_price {
    const char *region, *service, *sku;
    const char *description;
    const char *unit;     /* one of the words listed in pricing/README.md: "hour", "GB", "request" ... */
    const char *purchase; /* "OnDemand" or "Spot" */
    const struct sheet_tier *tiers;
    int tier_count;
    int index;
};

/* A SKU that is known but has no price in this region. */
struct sheet_gap {
    const char *region, *service, *sku;
    const char *reason;
};

/* Sorted by region, SKU, service; read only. The arena given to the loader owns all of it. */
struct sheet {
    const struct sheet_price *prices;
    int count;
    const struct sheet_gap *gaps;
    int gap_count;
    char hash[65]; /* hex SHA-256 of every price row, in the order of the files, each ended by a newline */
};

/* One CSV file of a catalogue: its lines without newlines, header first, then NULL. A file named "missing"
   lists gaps under the header "service,sku,reason"; any other lists prices under the header that
   pricing/README.md gives. */
struct sheet_file {
    const char *region, *name;
    const char *const *lines;
};

/* The sheet that ships with the program. A fault in it is ours, so it aborts. */
const struct sheet *sheet_load_default(struct arena *arena);

/* A sheet made from `count` files, which must outlive the call only. NULL when a line is malformed, tiers
   leave a gap or a SKU stands twice; then *problem says which line and why, in a text of the arena. */
const struct sheet *sheet_load(struct arena *arena, const struct sheet_file *files, size_t count,
                               const char **problem);

/* What came of a search for a SKU. */
enum sheet_found {
    SHEET_FOUND,
    SHEET_AMBIGUOUS, /* no service was named and several have this SKU in the region */
    SHEET_GAP,       /* known, but listed as having no price in this region: never to be priced at zero */
    SHEET_NO_SKU,
    SHEET_NO_SERVICE,
    SHEET_NO_REGION
};

/* Finds a SKU; `service` may be NULL when only one service has it. *price is set when found, else to NULL. */
enum sheet_found sheet_find(const struct sheet *sheet, const char *region, const char *service,
                            const char *sku, const struct sheet_price **price);

/* What to tell the user when sheet_find does not find: what is wrong and the way out, in a text of the
   arena, such as "no SKU NatGateway-Hour of AmazonEC2 in eu-west-1; did you mean NatGateway-Hours?". It is
   empty when found. */
const char *sheet_complaint(const struct sheet *sheet, struct arena *arena, const char *region,
                            const char *service, const char *sku);

/* Reads plain decimal text ("0.0000166667", no sign, no exponent) exactly as an integer count of 10 to the
   minus `places`. False when it is not such a number, has more decimals than that, or does not fit. */
bool sheet_decimal(const char *text, int places, int64_t *value);

/* Writes a count of 10 to the minus `places` as decimal text, without needless zeros but with at least
   `least` decimals; the text is the arena's. sheet_decimal reads it back. `value` is not negative. */
const char *sheet_decimal_text(struct arena *arena, int64_t value, int places, int least);

/* "sourced", "derived", "estimated" or "assumed". */
const char *sheet_confidence_name(enum sheet_confidence confidence);

#endif
