/* SPDX-License-Identifier: Apache-2.0 */
#include "longform.h"

#include "arena.h"
#include "json.h"
#include "quantity.h"

#include <math.h>
#include <string.h>

/* One line: where the number belongs, what it is. */
struct line {
    const char *section, *item, *metric, *unit;
};

struct sheet_out {
    FILE *out;
    const char *environment;
    struct arena *arena;
};

/* Quoted when it holds what would end a field, quotes doubled. */
static void print_field(FILE *out, const char *text)
{
    if (text == NULL) {
        return;
    }
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            fputc('"', out);
        }
        fputc(*text, out);
    }
    fputc('"', out);
}

static void print_number(FILE *out, double value)
{
    char text[40];
    fprintf(out, ",%s", isfinite(value) ? json_number_text(value, 17, text) : "");
}

static void print_labels(const struct sheet_out *sheet, const struct line *line)
{
    const char *const labels[] = {sheet->environment, line->section, line->item, line->metric};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        fputs(i > 0 ? "," : "", sheet->out);
        print_field(sheet->out, labels[i]);
    }
}

static void put(const struct sheet_out *sheet, struct line line, struct interval interval)
{
    print_labels(sheet, &line);
    print_number(sheet->out, interval.value);
    print_number(sheet->out, interval.low);
    print_number(sheet->out, interval.high);
    fputc(',', sheet->out);
    print_field(sheet->out, line.unit);
    fputs("\r\n", sheet->out);
}

static void put_count(const struct sheet_out *sheet, struct line line, int64_t count)
{
    line.unit = "count";
    put(sheet, line, interval_point((double)count));
}

static void put_money(const struct sheet_out *sheet, struct line line, const struct cost_money *money)
{
    line.unit = "USD";
    print_labels(sheet, &line);
    fprintf(sheet->out, ",%s", bill_money(sheet->arena, money->cents));
    fprintf(sheet->out, ",%s", money->known ? bill_money(sheet->arena, money->low) : "");
    fprintf(sheet->out, ",%s", money->known ? bill_money(sheet->arena, money->high) : "");
    fputs(",USD\r\n", sheet->out);
}

/* ---- Sections ---- */

static void put_latency(const struct sheet_out *sheet, const struct result_latency *latency)
{
    static const char section[] = "latency";
    const char *item = latency->request;
    put_count(sheet, (struct line){section, item, "requests", NULL}, latency->requests);
    put_count(sheet, (struct line){section, item, "failed", NULL}, latency->failed);
    put(sheet, (struct line){section, item, "mean", "ms"}, latency->mean_ms);
    put(sheet, (struct line){section, item, "p50", "ms"}, latency->p50_ms);
    put(sheet, (struct line){section, item, "p90", "ms"}, latency->p90_ms);
    put(sheet, (struct line){section, item, "p95", "ms"}, latency->p95_ms);
    put(sheet, (struct line){section, item, "p99", "ms"}, latency->p99_ms);
    put(sheet, (struct line){section, item, "p999", "ms"}, latency->p999_ms);
    put(sheet, (struct line){section, item, "max", "ms"}, latency->max_ms);
}

static void put_errors(const struct sheet_out *sheet, const struct result_errors *errors)
{
    put(sheet, (struct line){"errors", "all", "rate", "ratio"}, errors->rate);
    for (int i = 0; i < errors->cause_count; i++) {
        put(sheet, (struct line){"errors", errors->by_cause[i].name, "rate", "ratio"},
            errors->by_cause[i].share);
    }
    for (int i = 0; i < errors->status_count; i++) {
        put(sheet, (struct line){"errors", errors->by_status[i].name, "rate", "ratio"},
            errors->by_status[i].share);
    }
}

static void put_node(const struct sheet_out *sheet, const struct result_node *node)
{
    put_count(sheet, (struct line){"nodes", node->name, "visits", NULL}, node->visits);
    for (int i = 0; i < node->output_count; i++) {
        put(sheet, (struct line){"nodes", node->name, node->output[i].key, node->output[i].unit},
            node->output[i].value);
    }
}

static void put_scaling(const struct sheet_out *sheet, const struct result_scaling *scaling)
{
    put(sheet, (struct line){"scaling", scaling->node, "events_per_day", "count"}, scaling->events_per_day);
    for (int i = 0; i < CAPACITY_PARTS; i++) {
        const char *metric = arena_printf(sheet->arena, "time_to_capacity.%s", result_capacity_names[i]);
        put(sheet, (struct line){"scaling", scaling->node, metric, "seconds"},
            scaling->time_to_capacity_s[i]);
    }
}

static void put_recovery(const struct sheet_out *sheet, const struct result_recovery *recovery)
{
    struct arena *arena = sheet->arena;
    const char *item = arena_printf(arena, "%s %s", recovery->component, recovery->drill);
    for (int i = 0; i < RESULT_QUANTILES; i++) {
        const char *name = result_quantile_names[i];
        put(sheet, (struct line){"recovery", item, arena_printf(arena, "rto.%s", name), "seconds"},
            recovery->rto_s[i]);
        put(sheet, (struct line){"recovery", item, arena_printf(arena, "rpo.%s", name), "seconds"},
            recovery->rpo_s[i]);
    }
    for (int i = 0; i < RESULT_PARTS; i++) {
        put(sheet,
            (struct line){"recovery", item, arena_printf(arena, "part.%s", result_part_name(i)), "seconds"},
            recovery->parts_s[i]);
    }
    put(sheet, (struct line){"recovery", item, "failed", "count"}, recovery->failed);
}

static void put_cost(const struct sheet_out *sheet, const struct cost_bill *cost)
{
    put_money(sheet, (struct line){"cost", "total", "monthly", NULL}, &cost->monthly);
    for (int i = 0; i < cost->service_count; i++) {
        put_money(sheet, (struct line){"cost", cost->by_service[i].service, "monthly", NULL},
                  &cost->by_service[i].monthly);
    }
    for (int i = 0; i < cost->line_count; i++) {
        const struct cost_line *line = &cost->line[i];
        const char *item = arena_printf(sheet->arena, "%s %s", line->node, line->sku);
        put(sheet, (struct line){"bill", item, "quantity", line->unit}, line->quantity);
        put_money(sheet, (struct line){"bill", item, "monthly", NULL}, &line->monthly);
    }
}

static void put_objective(const struct sheet_out *sheet, const struct result_objective *objective)
{
    put(sheet,
        (struct line){"objectives", objective->text, result_verdict_name(objective->verdict),
                      quantity_unit_name(objective->unit)},
        objective->value);
}

/* ---- All of it ---- */

bool longform_heading(FILE *out)
{
    fputs("environment,section,item,metric,value,low,high,unit\r\n", out);
    return fflush(out) == 0 && !ferror(out);
}

bool longform_environment(FILE *out, const struct result_environment *environment)
{
    struct sheet_out sheet = {out, environment->name, arena_open()};
    for (int i = 0; i < environment->objective_count; i++) {
        put_objective(&sheet, &environment->objective[i]);
    }
    for (int i = 0; i < environment->latency_count; i++) {
        put_latency(&sheet, &environment->latency[i]);
    }
    put_errors(&sheet, &environment->errors);
    for (int i = 0; i < environment->node_count; i++) {
        put_node(&sheet, &environment->node[i]);
    }
    for (int i = 0; i < environment->scaling_count; i++) {
        put_scaling(&sheet, &environment->scaling[i]);
    }
    for (int i = 0; i < environment->recovery_count; i++) {
        put_recovery(&sheet, &environment->recovery[i]);
    }
    if (environment->cost.currency != NULL) {
        put_cost(&sheet, &environment->cost);
    }
    arena_close(sheet.arena);
    return fflush(out) == 0 && !ferror(out);
}

bool longform_write(FILE *out, const struct result *result)
{
    bool fine = longform_heading(out);
    for (int i = 0; i < result->environment_count && fine; i++) {
        fine = longform_environment(out, &result->environment[i]);
    }
    return fine;
}
