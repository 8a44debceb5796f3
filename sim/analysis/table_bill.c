/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"
#include "figure.h"
#include "table_rows.h"

#include <stdlib.h>
#include <string.h>

static const char *share_of(struct arena *arena, int64_t part, int64_t whole)
{
    return whole > 0 ? figure_share(arena, (double)part / (double)whole) : "-";
}

struct grid table_rows_services(const struct table_page *page, const struct result_environment *environment)
{
    struct arena *arena = page->arena;
    const struct cost_bill *cost = &environment->cost;
    struct grid grid = grid_open(
        arena, "Bill of a month in USD, list prices without tax; intervals without doubt about inputs",
        "<service|monthly|95 % interval|share");
    for (int i = 0; i < cost->service_count; i++) {
        const struct cost_service *service = &cost->by_service[i];
        const char *const cells[] = {service->service, figure_money(arena, service->monthly.cents),
                                     figure_money_range(arena, &service->monthly),
                                     share_of(arena, service->monthly.cents, cost->monthly.cents)};
        grid_row(&grid, cells);
    }
    if (cost->currency != NULL) {
        const char *const cells[] = {"total", figure_money(arena, cost->monthly.cents),
                                     figure_money_range(arena, &cost->monthly), ""};
        grid_row(&grid, cells);
    }
    return grid;
}

static int dearest_first(const void *left, const void *right)
{
    const struct cost_line *a = *(const struct cost_line *const *)left,
                           *b = *(const struct cost_line *const *)right;
    if (a->monthly.cents != b->monthly.cents) {
        return a->monthly.cents > b->monthly.cents ? -1 : 1;
    }
    return a < b ? -1 : 1; /* in the order of the bill */
}

static void add_line(struct grid *grid, const struct cost_line *line)
{
    struct arena *arena = grid->arena;
    const char *const cells[] = {line->node,
                                 line->sku,
                                 figure_count(arena, line->quantity.value),
                                 line->unit,
                                 arena_printf(arena, "%s%s", line->blended ? "~" : "", line->unit_price),
                                 figure_money(arena, line->monthly.cents),
                                 arena_printf(arena, "%s %c", line->basis == BILL_SIMULATED ? "sim" : "conf",
                                              sheet_confidence_name(line->confidence)[0])};
    grid_row(grid, cells);
}

/* Lines that come to nothing are counted, not shown. */
struct grid table_rows_lines(const struct table_page *page, const struct result_environment *environment)
{
    struct arena *arena = page->arena;
    const struct cost_bill *cost = &environment->cost;
    struct grid grid = grid_open(arena,
                                 "Bill by line, dearest first: sim(ulated), conf(igured); price s(ourced) "
                                 "d(erived) e(stim.) a(ssumed)",
                                 "<node|<SKU|quantity|<unit|unit price|monthly|<basis");
    const struct cost_line **order = arena_array(arena, const struct cost_line *, cost->line_count);
    int nothing = 0;
    for (int i = 0; i < cost->line_count; i++) {
        order[i] = &cost->line[i];
    }
    qsort(order, (size_t)cost->line_count, sizeof *order, dearest_first);
    for (int i = 0; i < cost->line_count; i++) {
        if (order[i]->monthly.cents != 0) {
            add_line(&grid, order[i]);
        } else {
            nothing++;
        }
    }
    if (nothing > 0 && grid.rows > 0) {
        const char *const cells[GRID_COLUMNS] = {
            arena_printf(arena, "%d more", nothing), "", "", "", "", "0.00"};
        grid_row(&grid, cells);
    }
    return grid;
}
