/* SPDX-License-Identifier: Apache-2.0 */
#include "table_rows.h"

#include "arena.h"
#include "figure.h"
#include "outcome.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LATENCY_ROWS = 20, ASSUMPTION_ROWS = 10 };

/* ---- Verdicts ---- */

/* The objective without the scope that says what the section says already: its environment. */
static const char *without_environment(struct arena *arena, const char *text, const char *name)
{
    const char *const forms[] = {arena_printf(arena, "{env=%s}", name), arena_printf(arena, "env=%s, ", name),
                                 arena_printf(arena, "env=%s,", name), arena_printf(arena, ", env=%s", name)};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const char *at = strstr(text, forms[i]);
        if (at != NULL) {
            return arena_printf(arena, "%.*s%s", (int)(at - text), text, at + strlen(forms[i]));
        }
    }
    return text;
}

struct grid table_rows_objectives(const struct table_page *page, const struct result_environment *environment)
{
    struct arena *arena = page->arena;
    struct grid grid = grid_open(arena, "Objectives", "<verdict|value|95 % interval|<objective");
    for (int i = 0; i < environment->objective_count; i++) {
        const struct result_objective *objective = &environment->objective[i];
        const char *const cells[] = {result_verdict_name(objective->verdict),
                                     figure_of(arena, objective->value.value, objective->unit),
                                     figure_range(arena, objective->value, objective->unit),
                                     without_environment(arena, objective->text, environment->name)};
        grid_row(&grid, cells);
    }
    return grid;
}

/* ---- Load ---- */

/* "all" first, then the slowest on top. */
static int slowest_first(const void *left, const void *right)
{
    const struct result_latency *a = *(const struct result_latency *const *)left;
    const struct result_latency *b = *(const struct result_latency *const *)right;
    double p99_a = isnan(a->p99_ms.value) ? -1.0 : a->p99_ms.value;
    double p99_b = isnan(b->p99_ms.value) ? -1.0 : b->p99_ms.value;
    if (p99_a != p99_b) {
        return p99_a > p99_b ? -1 : 1;
    }
    return strcmp(a->request, b->request);
}

static const char *milliseconds(struct arena *arena, struct interval ms)
{
    return figure_seconds(arena, ms.value / 1e3);
}

/* Requests of one replication: of the horizon, as a reader takes them. */
static void add_latency(struct grid *grid, const struct result_latency *latency, double replications)
{
    struct arena *arena = grid->arena;
    struct interval p99 = interval_times(latency->p99_ms, 1e-3);
    const char *const cells[] = {latency->request,
                                 figure_count(arena, (double)latency->requests / replications),
                                 milliseconds(arena, latency->p50_ms),
                                 milliseconds(arena, latency->p90_ms),
                                 milliseconds(arena, latency->p95_ms),
                                 milliseconds(arena, latency->p99_ms),
                                 figure_range(arena, p99, UNIT_SECOND),
                                 milliseconds(arena, latency->p999_ms)};
    grid_row(grid, cells);
}

struct grid table_rows_latency(const struct table_page *page, const struct result_environment *environment)
{
    struct arena *arena = page->arena;
    struct grid grid =
        grid_open(arena, "Latency that clients saw, of requests that ended well; slowest first",
                  "<request|requests|p50|p90|p95|p99|p99, 95 % interval|p99.9");
    int count = environment->latency_count, shown = count < LATENCY_ROWS ? count : LATENCY_ROWS;
    const struct result_latency **order = arena_array(arena, const struct result_latency *, count);
    for (int i = 0; i < count; i++) {
        order[i] = &environment->latency[i];
    }
    if (count > 1) {
        qsort(order + 1, (size_t)(count - 1), sizeof *order, slowest_first);
    }
    for (int i = 0; i < shown; i++) {
        add_latency(&grid, order[i], environment->replications);
    }
    if (shown < count) {
        const char *const more[GRID_COLUMNS] = {arena_printf(arena, "and %d faster ones", count - shown)};
        grid_row(&grid, more);
    }
    return grid;
}

static const char *status_of(struct arena *arena, const char *cause)
{
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        if (text_equal(outcome_cause((enum outcome)i), cause)) {
            return arena_printf(arena, "%d", outcome_status((enum outcome)i));
        }
    }
    return "";
}

struct grid table_rows_errors(const struct table_page *page, const struct result_environment *environment)
{
    struct arena *arena = page->arena;
    const struct result_errors *errors = &environment->errors;
    struct grid grid =
        grid_open(arena, "Errors, as shares of all requests", "<cause|status|share|95 % interval");
    for (int i = 0; i < errors->cause_count; i++) {
        const struct result_share *share = &errors->by_cause[i];
        if (share->share.value > 0.0) {
            const char *const cells[] = {share->name, status_of(arena, share->name),
                                         figure_share(arena, share->share.value),
                                         figure_range(arena, share->share, UNIT_RATIO)};
            grid_row(&grid, cells);
        }
    }
    if (grid.rows > 0) {
        const char *const cells[] = {"all", "", figure_share(arena, errors->rate.value),
                                     figure_range(arena, errors->rate, UNIT_RATIO)};
        grid_row(&grid, cells);
    }
    return grid;
}

/* ---- Nodes ---- */

/* How many tasks or instances a node has on average, where its model says so: the first output whose key speaks of
   them and is no peak. */
static const char *tasks_of(struct arena *arena, const struct result_node *node)
{
    static const char *const keys[] = {"running", "hosts", "instances", "nodes", "tasks"};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        for (int i = 0; i < node->output_count; i++) {
            if (text_equal(node->output[i].key, keys[k])) {
                return figure_count(arena, node->output[i].value.value);
            }
        }
    }
    return "";
}

struct grid table_rows_nodes(const struct table_page *page, const struct result_environment *environment)
{
    struct arena *arena = page->arena;
    struct grid grid =
        grid_open(arena, "Nodes", "<node|<model|visits/s|utilisation|95 % interval|tasks, hosts");
    double seconds = environment->horizon_s * environment->replications;
    for (int i = 0; i < environment->node_count; i++) {
        const struct result_node *node = &environment->node[i];
        if (node->visits == 0 && isnan(node->utilisation.value)) {
            continue; /* it only costs, or nobody came: the run file has it */
        }
        const char *const cells[] = {node->name,
                                     node->model,
                                     figure_count(arena, (double)node->visits / seconds),
                                     figure_share(arena, node->utilisation.value),
                                     figure_range(arena, node->utilisation, UNIT_RATIO),
                                     tasks_of(arena, node)};
        grid_row(&grid, cells);
    }
    return grid;
}

struct grid table_rows_scaling(const struct table_page *page, const struct result_environment *environment)
{
    struct arena *arena = page->arena;
    struct grid grid =
        grid_open(arena, "Scaling: mean time from the load that calls for capacity to capacity in service",
                  "<node|events|total|metric|alarm|cooldown|launch|warm|health");
    for (int i = 0; i < environment->scaling_count; i++) {
        const struct result_scaling *scaling = &environment->scaling[i];
        const char *cells[3 + CAPACITY_TOTAL] = {
            scaling->node,
            figure_count(arena, scaling->events_per_day.value * environment->horizon_s / 86400.0),
            figure_seconds(arena, scaling->time_to_capacity_s[CAPACITY_TOTAL].value)};
        for (int part = 0; part < CAPACITY_TOTAL; part++) {
            cells[3 + part] = figure_seconds(arena, scaling->time_to_capacity_s[part].value);
        }
        grid_row(&grid, cells);
    }
    return grid;
}

/* ---- Recovery ---- */

static const char *target_text(struct arena *arena, double seconds)
{
    return isinf(seconds) ? "none" : figure_seconds(arena, seconds);
}

struct grid table_rows_recovery(const struct table_page *page, const struct result_environment *environment)
{
    struct arena *arena = page->arena;
    struct grid grid = grid_open(arena, "Recovery, drill by drill",
                                 "<drill|<component|<verdict|RTO p50|p95|max|target|RPO p95|target|failed");
    for (int i = 0; i < environment->recovery_count; i++) {
        const struct result_recovery *recovery = &environment->recovery[i];
        const char *const cells[] = {recovery->drill,
                                     text_equal(recovery->component, "*") ? "everything"
                                                                          : recovery->component,
                                     result_verdict_name(recovery->verdict),
                                     figure_seconds(arena, recovery->rto_s[RESULT_P50].value),
                                     figure_seconds(arena, recovery->rto_s[RESULT_P95].value),
                                     figure_seconds(arena, recovery->rto_s[RESULT_MAX].value),
                                     target_text(arena, recovery->target_rto_s),
                                     figure_seconds(arena, recovery->rpo_s[RESULT_P95].value),
                                     target_text(arena, recovery->target_rpo_s),
                                     figure_count(arena, recovery->failed.value)};
        grid_row(&grid, cells);
    }
    return grid;
}

/* Drills from which nothing had to recover have no parts worth a row. */
struct grid table_rows_parts(const struct table_page *page, const struct result_environment *environment)
{
    struct arena *arena = page->arena;
    struct grid grid =
        grid_open(arena, "Where the time to recover goes: means of the drills that were restored",
                  "<drill|<component|RTO|detection|decision|replacement|connection|warm-up|drain");
    for (int i = 0; i < environment->recovery_count; i++) {
        const struct result_recovery *recovery = &environment->recovery[i];
        double total = 0.0;
        for (int part = 0; part < RESULT_PARTS; part++) {
            total += recovery->parts_s[part].value;
        }
        if (!(total > 0.0)) {
            continue;
        }
        const char *cells[3 + RESULT_PARTS] = {
            recovery->drill, text_equal(recovery->component, "*") ? "everything" : recovery->component,
            figure_seconds(arena, total)};
        for (int part = 0; part < RESULT_PARTS; part++) {
            cells[3 + part] = figure_seconds(arena, recovery->parts_s[part].value);
        }
        grid_row(&grid, cells);
    }
    return grid;
}

/* ---- Assumptions ---- */

/* The number at the start of a text, in whatever unit it reads; NAN when it does not. */
static double number_of(const char *text)
{
    static const enum unit units[] = {UNIT_SECOND, UNIT_BYTE, UNIT_RATE,  UNIT_RATIO,
                                      UNIT_COUNT,  UNIT_USD,  UNIT_METRIC};
    const char *problem;
    double value = NAN;
    for (size_t i = 0; text != NULL && i < sizeof units / sizeof *units; i++) {
        if (quantity_parse(text, units[i], &value, &problem)) {
            return value;
        }
    }
    return NAN;
}

/* How many times its low end the high end is; 0 when that is not known. */
static double spread_of(const struct assumption *assumption)
{
    double low = number_of(assumption->low), high = number_of(assumption->high);
    return low > 0.0 && high >= low ? high / low : 0.0;
}

static int widest_first(const void *left, const void *right)
{
    const struct assumption *a = *(const struct assumption *const *)left;
    const struct assumption *b = *(const struct assumption *const *)right;
    double spread_a = spread_of(a), spread_b = spread_of(b);
    if (spread_a != spread_b) {
        return spread_a > spread_b ? -1 : 1;
    }
    return strcmp(a->path, b->path);
}

struct grid table_rows_assumptions(const struct table_page *page,
                                   const struct result_environment *environment)
{
    struct arena *arena = page->arena;
    struct grid grid = grid_open(arena, NULL, "<path|<value|<range|<source");
    int count = environment->assumption_count;
    const struct assumption **order = arena_array(arena, const struct assumption *, count);
    for (int i = 0; i < count; i++) {
        order[i] = &environment->assumption[i];
    }
    qsort(order, (size_t)count, sizeof *order, widest_first);
    for (int i = 0; i < count && i < ASSUMPTION_ROWS && spread_of(order[i]) > 0.0; i++) {
        const char *const cells[] = {order[i]->path, order[i]->value,
                                     arena_printf(arena, "%s to %s", order[i]->low, order[i]->high),
                                     order[i]->source};
        grid_row(&grid, cells);
    }
    return grid;
}

/* ---- Environments side by side ---- */

struct grid table_rows_environments(const struct table_page *page, const struct result *result)
{
    struct arena *arena = page->arena;
    struct grid grid =
        grid_open(arena, "Environments",
                  "<environment|requests/s|p99|errors|missed|breached|USD a month|95 % interval");
    for (int i = 0; i < result->environment_count; i++) {
        const struct result_environment *environment = &result->environment[i];
        const struct cost_bill *cost = &environment->cost;
        int missed = 0, breached = 0;
        for (int k = 0; k < environment->objective_count; k++) {
            missed += environment->objective[k].verdict == VERDICT_MISSED;
        }
        for (int k = 0; k < environment->recovery_count; k++) {
            breached += environment->recovery[k].verdict == VERDICT_BREACHED;
        }
        const char *const cells[] = {
            environment->name,
            figure_count(arena, observation_interval(&environment->samples, "requests.rate").value),
            figure_seconds(arena, observation_interval(&environment->samples, "latency.p99").value),
            figure_share(arena, environment->errors.rate.value),
            figure_count(arena, missed),
            figure_count(arena, breached),
            cost->currency == NULL ? "-" : figure_money(arena, cost->monthly.cents),
            figure_money_range(arena, &cost->monthly)};
        grid_row(&grid, cells);
    }
    return grid;
}
