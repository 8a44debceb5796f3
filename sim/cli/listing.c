/* SPDX-License-Identifier: Apache-2.0 */
#include "listing.h"

#include "arena.h"
#include "drill.h"
#include "model.h"
#include "objective.h"
#include "sheet.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

/* The words after the name of the list. */
struct filter {
    const char *const *word;
    int count;
};

static void print_line(const char *line, const struct filter *filter)
{
    for (int i = 0; i < filter->count; i++) {
        if (strstr(line, filter->word[i]) == NULL) {
            return;
        }
    }
    puts(line);
}

static void list_models(const struct filter *filter, struct arena *arena)
{
    for (int i = 0; model_all[i] != NULL; i++) {
        print_line(arena_printf(arena, "%-20s %s", model_all[i]->name, model_all[i]->title), filter);
    }
}

static void list_prices(const struct filter *filter, struct arena *arena)
{
    const struct sheet *sheet = sheet_load_default(arena);
    for (int i = 0; i < sheet->count; i++) {
        const struct sheet_price *price = &sheet->prices[i];
        for (int j = 0; j < price->tier_count; j++) {
            const struct sheet_tier *tier = &price->tiers[j];
            print_line(arena_printf(arena, "%-10s %-16s %-36s %-10s %14s per %s, from %s, %s %s",
                                    price->region, price->service, price->sku, price->purchase,
                                    sheet_decimal_text(arena, tier->price_pico, 12, 2), price->unit,
                                    sheet_decimal_text(arena, tier->from_micro, 6, 0),
                                    sheet_confidence_name(tier->confidence), tier->effective_date),
                       filter);
        }
    }
}

static void list_drills(const struct filter *filter, struct arena *arena)
{
    for (const struct drill_kind *kind = drill_kinds; kind->key != NULL; kind++) {
        print_line(arena_printf(arena, "%-20s %s", kind->key, kind->help), filter);
    }
}

static void list_metrics(const struct filter *filter, struct arena *arena)
{
    for (const struct objective_metric *metric = objective_metrics; metric->name != NULL; metric++) {
        print_line(arena_printf(arena, "%-26s %-12s {%s}  %s", metric->name, quantity_unit_name(metric->unit),
                                metric->scopes, metric->help),
                   filter);
    }
}

static const struct {
    const char *name;
    void (*list)(const struct filter *filter, struct arena *arena);
} lists[] = {
    {"models", list_models}, {"prices", list_prices}, {"drills", list_drills}, {"metrics", list_metrics}};

enum { LISTS = sizeof lists / sizeof *lists };

bool listing(const char *const *words, int count, struct arena *arena)
{
    const char *name = count == 0 ? "models" : words[0];
    struct filter filter = {count == 0 ? NULL : words + 1, count == 0 ? 0 : count - 1};
    for (int i = 0; i < LISTS; i++) {
        if (text_equal(lists[i].name, name)) {
            lists[i].list(&filter, arena);
            return true;
        }
    }
    fprintf(stderr, "headroom: no list called %s; there are models, prices, drills and metrics\n", name);
    return false;
}
