/* SPDX-License-Identifier: Apache-2.0 */
#include "cost.h"

#include "arena.h"
#include "diag.h"
#include "result.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A pricing under way. */
struct pricing {
    struct result *result;
    struct result_environment *into;
    const struct sheet *sheet;
    const struct cost_meter *meter;
    int count, replications;
    const struct sheet_price **price; /* of each meter */
    struct diag *diag;
    struct arena *scratch;
};

static void complain(const struct pricing *pricing, int at, const char *what)
{
    struct place place = {pricing->result->scenario_file, 0, 0};
    diag_error(pricing->diag, place, "%s in %s: %s", pricing->meter[at].node, pricing->into->name, what);
}

/* ---- Prices ---- */

static bool find_price(struct pricing *pricing, int at)
{
    const struct cost_meter *meter = &pricing->meter[at];
    const char *region = pricing->into->region;
    enum sheet_found found =
        sheet_find(pricing->sheet, region, meter->service, meter->sku, &pricing->price[at]);
    if (found == SHEET_FOUND) {
        return true;
    }
    complain(pricing, at,
             sheet_complaint(pricing->sheet, pricing->scratch, region, meter->service, meter->sku));
    return false;
}

static bool find_prices(struct pricing *pricing)
{
    bool all = true;
    pricing->price = arena_array(pricing->scratch, const struct sheet_price *, pricing->count);
    for (int i = 0; i < pricing->count; i++) {
        all = find_price(pricing, i) && all;
    }
    return all;
}

/* ---- Bills ---- */

/* A month of one replication; -1 is the mean of all. */
static double quantity_of(const struct pricing *pricing, int at, int replication)
{
    const double *quantity = pricing->meter[at].quantity;
    return replication >= 0 ? quantity[replication] : interval_of(quantity, pricing->replications).value;
}

static struct bill *bill_of(const struct pricing *pricing, int replication, struct arena *arena)
{
    struct bill *bill = bill_open(arena, pricing->sheet);
    for (int i = 0; i < pricing->count; i++) {
        const struct cost_meter *meter = &pricing->meter[i];
        double quantity = quantity_of(pricing, i, replication);
        if (bill_line(bill, pricing->price[i], meter->node, quantity, meter->basis) == NULL) {
            complain(pricing, i,
                     arena_printf(arena, "no bill can hold %g of %s a month in %s", quantity, meter->sku,
                                  pricing->into->region));
            return NULL;
        }
    }
    return bill;
}

/* Half the width of the interval of an amount that was `cents` in each replication. */
static struct cost_money money_of(int64_t shown, const double *cents, int replications)
{
    double half = interval_half(interval_of(cents, replications));
    if (isnan(half)) {
        return (struct cost_money){.cents = shown};
    }
    int64_t width = llround(half), low = shown - width;
    return (struct cost_money){shown, low < 0 && shown >= 0 ? 0 : low, shown + width, true};
}

/* ---- Lines ---- */

static struct cost_line line_of(const struct pricing *pricing, const struct bill_line *line, int at)
{
    struct arena *arena = pricing->result->arena;
    const struct sheet_price *price = line->price;
    return (struct cost_line){.node = line->node,
                              .service = price->service,
                              .region = price->region,
                              .sku = price->sku,
                              .description = price->description,
                              .name = pricing->meter[at].name,
                              .quantity =
                                  interval_of_amount(pricing->meter[at].quantity, pricing->replications),
                              .unit = price->unit,
                              .unit_price = bill_unit_price(arena, line),
                              .blended = line->blended,
                              .purchase = price->purchase,
                              .basis = line->basis,
                              .confidence = line->confidence};
}

static void fill_lines(const struct pricing *pricing, const struct bill *shown, struct bill *const *bills)
{
    struct cost_bill *cost = &pricing->into->cost;
    double *cents = arena_array(pricing->scratch, double, pricing->replications);
    cost->line_count = bill_count(shown);
    cost->line = arena_array(pricing->result->arena, struct cost_line, cost->line_count);
    for (int i = 0; i < cost->line_count; i++) {
        for (int r = 0; r < pricing->replications; r++) {
            cents[r] = (double)bill_at(bills[r], i)->monthly_cents;
        }
        cost->line[i] = line_of(pricing, bill_at(shown, i), i);
        cost->line[i].monthly = money_of(bill_at(shown, i)->monthly_cents, cents, pricing->replications);
    }
}

/* ---- Sums ---- */

/* Notes an amount of each replication's bill as a row of the samples, and says how wide it is. */
static struct cost_money sum_of(const struct pricing *pricing, const struct bill *shown,
                                struct bill *const *bills, const char *service, const char *node)
{
    struct arena *scratch = pricing->scratch;
    const char *name = observation_name(scratch, "cost.monthly", service != NULL ? "service" : "node",
                                        service != NULL ? service : node);
    double *cents = arena_array(scratch, double, pricing->replications);
    int64_t of_mean = 0;
    for (int r = -1; r < pricing->replications; r++) {
        const struct bill *bill = r < 0 ? shown : bills[r];
        int64_t sum = service != NULL ? bill_of_service(bill, service)
                      : node != NULL  ? bill_of_node(bill, node)
                                      : bill_total(bill);
        if (r < 0) {
            of_mean = sum;
            continue;
        }
        cents[r] = (double)sum;
        observation_note(&pricing->into->samples, r, name, UNIT_USD, (double)sum / 100.0);
    }
    return money_of(of_mean, cents, pricing->replications);
}

static bool has_service(const struct cost_bill *cost, const char *service)
{
    for (int i = 0; i < cost->service_count; i++) {
        if (text_equal(cost->by_service[i].service, service)) {
            return true;
        }
    }
    return false;
}

static int dearest_first(const void *left, const void *right)
{
    const struct cost_service *a = left, *b = right;
    if (a->monthly.cents != b->monthly.cents) {
        return a->monthly.cents > b->monthly.cents ? -1 : 1;
    }
    return strcmp(a->service, b->service);
}

static void fill_sums(const struct pricing *pricing, const struct bill *shown, struct bill *const *bills)
{
    struct cost_bill *cost = &pricing->into->cost;
    cost->currency = "USD";
    cost->monthly = sum_of(pricing, shown, bills, NULL, NULL);
    cost->by_service = arena_array(pricing->result->arena, struct cost_service, cost->line_count);
    for (int i = 0; i < cost->line_count; i++) {
        const char *service = cost->line[i].service;
        if (!has_service(cost, service)) {
            cost->by_service[cost->service_count++] =
                (struct cost_service){service, sum_of(pricing, shown, bills, service, NULL)};
        }
    }
    qsort(cost->by_service, (size_t)cost->service_count, sizeof *cost->by_service, dearest_first);
    for (int i = 0; i < pricing->into->node_count; i++) {
        sum_of(pricing, shown, bills, NULL, pricing->into->node[i].name);
    }
}

/* What usage says of its SKU is the book's spelling from here on. */
static void name_usage(const struct pricing *pricing)
{
    for (int i = 0; i < pricing->count && i < pricing->into->usage_count; i++) {
        struct result_usage *usage = &pricing->into->usage[i];
        usage->service = pricing->price[i]->service;
        usage->unit = pricing->price[i]->unit;
        usage->purchase = pricing->price[i]->purchase;
    }
}

static bool price_all(struct pricing *pricing)
{
    if (!find_prices(pricing)) {
        return false;
    }
    struct bill **bills = arena_array(pricing->scratch, struct bill *, pricing->replications);
    struct bill *shown = bill_of(pricing, -1, pricing->scratch);
    for (int r = 0; r < pricing->replications && shown != NULL; r++) {
        bills[r] = bill_of(pricing, r, pricing->scratch);
        if (bills[r] == NULL) {
            return false;
        }
    }
    if (shown == NULL) {
        return false;
    }
    fill_lines(pricing, shown, bills);
    fill_sums(pricing, shown, bills);
    name_usage(pricing);
    return true;
}

bool cost_price(struct result *result, struct result_environment *environment, const struct sheet *sheet,
                struct cost_meters meters, struct diag *diag)
{
    struct pricing pricing = {.result = result,
                              .into = environment,
                              .sheet = sheet,
                              .meter = meters.meter,
                              .count = meters.count,
                              .replications = environment->replications,
                              .diag = diag,
                              .scratch = arena_open()};
    bool priced = price_all(&pricing);
    arena_close(pricing.scratch);
    return priced;
}
