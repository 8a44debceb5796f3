/* SPDX-License-Identifier: Apache-2.0 */
#include "bill.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "text.h"

struct bill {
    struct arena *arena;
    const struct sheet *sheet;
    struct bill_line **lines;
    int count, room;
    int64_t *used_micro; /* by index of price: what the lines so far have used */
};

/* Units of 1e-18 USD in a cent and in a dollar. */
static const int64_t cent = 10000000000000000;
static const int64_t dollar = 1000000000000000000;

/* A quotient rounded to the nearest whole number, halves to even. `below` is positive. */
static bill_amount divide(bill_amount above, bill_amount below)
{
    assert(below > 0);
    if (above < 0) return -divide(-above, below);
    bill_amount whole = above / below, rest = above % below;
    bool up = rest > below - rest || (rest == below - rest && whole % 2 == 1);
    return whole + up;
}

int64_t bill_cents(bill_amount amount)
{
    return (int64_t)divide(amount, cent);
}

/* The nearest count of 1e-6, halves to even. `quantity` is not above BILL_MOST, so that the count fits. */
static int64_t to_micro(double quantity)
{
    double scaled = quantity * 1e6;
    int64_t whole = (int64_t)scaled;
    double rest = scaled - (double)whole;
    bool up = rest > 0.5 || (rest == 0.5 && whole % 2 == 1);
    return whole + up;
}

bill_amount bill_charge(const struct sheet_price *price, int64_t quantity_micro)
{
    bill_amount sum = 0;
    for (int i = 0; i < price->tier_count && price->tiers[i].from_micro < quantity_micro; i++) {
        const struct sheet_tier *tier = &price->tiers[i];
        int64_t end = quantity_micro < tier->to_micro ? quantity_micro : tier->to_micro;
        sum += (bill_amount)(end - tier->from_micro) * tier->price_pico;
    }
    return sum;
}

/* The tier in which the micro-unit after the first `quantity_micro` lies. */
static int tier_after(const struct sheet_price *price, int64_t quantity_micro)
{
    int at = 0;
    while (price->tiers[at].to_micro <= quantity_micro) at++;
    assert(at < price->tier_count);
    return at;
}

/* Fills in what depends on the tiers between the usage before the line and after it. */
static void price_line(struct bill_line *line, int64_t before, bill_amount amount)
{
    const struct sheet_price *price = line->price;
    int first = tier_after(price, before);
    int last = line->quantity_micro ? tier_after(price, before + line->quantity_micro - 1) : first;
    for (int i = first; i <= last; i++)
        if (line->confidence < price->tiers[i].confidence) line->confidence = price->tiers[i].confidence;
    line->blended = first < last;
    line->price_pico =
        line->blended ? (int64_t)divide(amount, line->quantity_micro) : price->tiers[first].price_pico;
    line->monthly_cents = bill_cents(amount);
}

/* Makes room for one more line. The arena frees nothing alone, so the list grows by doubling. */
static void grow(struct bill *bill)
{
    if (bill->count < bill->room) return;
    int room = bill->room ? 2 * bill->room : 32;
    struct bill_line **lines = arena_array(bill->arena, struct bill_line *, room);
    if (bill->count) memcpy(lines, bill->lines, (size_t)bill->count * sizeof *lines);
    bill->lines = lines;
    bill->room = room;
}

struct bill *bill_open(struct arena *arena, const struct sheet *sheet)
{
    struct bill *bill = arena_new(arena, struct bill);
    bill->arena = arena;
    bill->sheet = sheet;
    bill->used_micro = arena_array(arena, int64_t, sheet->count);
    return bill;
}

const struct bill_line *bill_line(struct bill *bill, const struct sheet_price *price, const char *node,
                                  double quantity, enum bill_basis basis)
{
    assert(price == &bill->sheet->prices[price->index]);
    if (!(quantity >= 0 && quantity <= BILL_MOST)) return NULL;
    int64_t before = bill->used_micro[price->index], micro = to_micro(quantity);
    if (micro > to_micro(BILL_MOST) - before) return NULL;
    bill_amount amount = bill_charge(price, before + micro) - bill_charge(price, before);
    if (amount > (bill_amount)dollar * (int64_t)BILL_MOST) return NULL;
    struct bill_line *line = arena_new(bill->arena, struct bill_line);
    *line = (struct bill_line){.node = node, .price = price, .quantity_micro = micro, .basis = basis};
    price_line(line, before, amount);
    bill->used_micro[price->index] += micro;
    grow(bill);
    bill->lines[bill->count++] = line;
    return line;
}

int bill_count(const struct bill *bill)
{
    return bill->count;
}

const struct bill_line *bill_at(const struct bill *bill, int at)
{
    assert(0 <= at && at < bill->count);
    return bill->lines[at];
}

/* The sum of the lines of one service and one node; NULL means of every one. */
static int64_t sum(const struct bill *bill, const char *service, const char *node)
{
    int64_t cents = 0;
    for (int i = 0; i < bill->count; i++) {
        const struct bill_line *line = bill->lines[i];
        if (service && !text_equal(line->price->service, service)) continue;
        if (node && !text_equal(line->node, node)) continue;
        cents += line->monthly_cents;
    }
    return cents;
}

int64_t bill_total(const struct bill *bill)
{
    return sum(bill, NULL, NULL);
}

int64_t bill_of_service(const struct bill *bill, const char *service)
{
    return sum(bill, service, NULL);
}

int64_t bill_of_node(const struct bill *bill, const char *node)
{
    return sum(bill, NULL, node);
}

const char *bill_money(struct arena *arena, int64_t cents)
{
    int64_t size = cents < 0 ? -cents : cents;
    return arena_printf(arena, "%s%s", cents < 0 ? "-" : "", sheet_decimal_text(arena, size, 2, 2));
}

const char *bill_quantity(struct arena *arena, const struct bill_line *line)
{
    return sheet_decimal_text(arena, line->quantity_micro, 6, 0);
}

const char *bill_unit_price(struct arena *arena, const struct bill_line *line)
{
    return sheet_decimal_text(arena, line->price_pico, 12, 0);
}

const char *bill_basis_name(enum bill_basis basis)
{
    return basis == BILL_SIMULATED ? "simulated" : "configured";
}
