/* SPDX-License-Identifier: Apache-2.0 */
#include "month.h"

#include "arena.h"
#include "model.h"
#include "text.h"

#include <math.h>

#define DAY_SECONDS 86400.0

/* ---- Profiles ---- */

/* The integral of the curve from 0 to `to`, within one period. Between its last point and the end of the period the
   curve leads to its first point again. */
static double area_to(const struct curve *curve, double to)
{
    double area = 0.0;
    for (int i = 0; i < curve->count && curve->time[i] < to; i++) {
        bool last = i + 1 == curve->count;
        double begin = curve->time[i], end = last ? curve->period : curve->time[i + 1];
        double high = curve->factor[i], low = last ? curve->factor[0] : curve->factor[i + 1];
        double stop = to < end ? to : end;
        double share = end > begin ? (stop - begin) / (end - begin) : 0.0;
        double there = high + (low - high) * share;
        area += (high + there) / 2.0 * (stop - begin);
    }
    return area;
}

/* The integral from 0 to any moment, before 0 too. */
static double area_until(const struct curve *curve, double to)
{
    double periods = floor(to / curve->period);
    return periods * area_to(curve, curve->period) + area_to(curve, to - periods * curve->period);
}

double month_curve_mean(const struct curve *curve, double from, double to)
{
    return (area_until(curve, to) - area_until(curve, from)) / (to - from);
}

/* ---- Clients ---- */

enum { DEEPEST = 8 };

static const struct curve *find_curve(const struct param *params, const void *config, int depth);

/* The profile in a nested table: of a group, of an option if it is there, of the first row of a list. */
static const struct curve *nested_curve(const struct param *param, const void *field, int depth)
{
    if (depth >= DEEPEST || param->rows == NULL) {
        return NULL;
    }
    if (param->type == PARAM_GROUP) {
        return find_curve(param->rows, field, depth + 1);
    }
    if (param->type == PARAM_OPTION) {
        const void *option = *(void *const *)field;
        return option == NULL ? NULL : find_curve(param->rows, option, depth + 1);
    }
    const struct rows *rows = field;
    return rows->count == 0 ? NULL : find_curve(param->rows, rows->row, depth + 1);
}

static const struct curve *find_curve(const struct param *params, const void *config, int depth)
{
    const struct curve *found = NULL;
    for (const struct param *param = params; param != NULL && param->key != NULL && found == NULL; param++) {
        const void *field = (const char *)config + param->offset;
        if (param->type == PARAM_CURVE) {
            found = *(const struct curve *const *)field;
        } else if (param_nested(param)) {
            found = nested_curve(param, field, depth);
        }
    }
    return found;
}

static const struct curve *curve_of(const struct plan_node *node)
{
    bool client = node->model->is_client && node->model->params != NULL && node->config != NULL;
    const struct curve *curve = client ? find_curve(node->model->params, node->config, 0) : NULL;
    return curve != NULL && curve->count > 0 && curve->period > 0.0 ? curve : NULL;
}

static double rate_of(const struct plan_node *node)
{
    const struct param *param = node->model->params == NULL ? NULL : param_find(node->model->params, "rate");
    if (param == NULL || param->type != PARAM_REAL || node->config == NULL) {
        return 1.0;
    }
    double rate = *(const double *)(const void *)((const char *)node->config + param->offset);
    return isfinite(rate) && rate >= 0.0 ? rate : 1.0;
}

/* Mean load factor over a span; over a whole period of each profile when the span is empty. */
static double mean_load(const struct plan *plan, double from, double to)
{
    double load = 0.0, weight = 0.0, clock = plan->clock + plan->from;
    for (int i = 0; i < plan->node_count; i++) {
        if (!plan->node[i].model->is_client) {
            continue;
        }
        double rate = rate_of(&plan->node[i]), factor = 1.0;
        const struct curve *curve = curve_of(&plan->node[i]);
        if (curve != NULL) {
            factor = from < to ? month_curve_mean(curve, clock + from, clock + to)
                               : month_curve_mean(curve, 0.0, curve->period);
        }
        load += rate * factor;
        weight += rate;
    }
    return weight > 0.0 ? load / weight : 1.0;
}

double month_load(const struct plan *plan, double from, double to)
{
    return mean_load(plan, from, to);
}

/* ---- Months ---- */

static bool is_whole(double number)
{
    return fabs(number - rint(number)) < 1e-9 && rint(number) >= 1.0;
}

/* True when what was simulated repeats itself after the horizon: whole days, and whole periods of every profile. */
static bool is_whole_span(const struct plan *plan)
{
    bool whole = is_whole(plan->horizon / DAY_SECONDS);
    for (int i = 0; i < plan->node_count && whole; i++) {
        const struct curve *curve = curve_of(&plan->node[i]);
        whole = curve == NULL || is_whole(plan->horizon / curve->period);
    }
    return whole;
}

static const char *span_text(const struct plan *plan, struct arena *arena)
{
    char text[48];
    const char *span = quantity_format(plan->horizon, UNIT_SECOND, text, sizeof text);
    bool hours = is_whole(plan->horizon / 3600.0) && plan->horizon < DAY_SECONDS;
    return hours ? arena_printf(arena, "%.0f h", plan->horizon / 3600.0) : arena_printf(arena, "%s", span);
}

static const char *note_of(const struct plan *plan, double ratio, struct arena *arena)
{
    char ratio_text[48];
    quantity_format(rint(ratio * 1000.0) / 1000.0, UNIT_COUNT, ratio_text, sizeof ratio_text);
    return arena_printf(
        arena,
        "bill extrapolated from %s of the %s: levels by time alone, counts at %s times the simulated "
        "rate, which is the mean of the profiles",
        span_text(plan, arena), plan->horizon < DAY_SECONDS ? "day" : "profile", ratio_text);
}

struct month month_of(const struct plan *plan, struct arena *arena)
{
    double time = MONTH_HOURS * 3600.0 / plan->horizon;
    if (is_whole_span(plan)) {
        return (struct month){time, time, NULL};
    }
    double window = mean_load(plan, 0.0, plan->horizon), whole = mean_load(plan, 0.0, 0.0);
    double ratio = window > 0.0 ? whole / window : 1.0;
    return (struct month){time, time * ratio, note_of(plan, ratio, arena)};
}

double month_quantity(const struct month *month, const struct meter *meter, double total)
{
    switch (meter->kind) {
    case METER_MONTHLY: return meter->monthly;
    case METER_GAUGE: return total * month->time;
    case METER_COUNT:
    case METER_SUM: return total * month->load;
    }
    return 0.0;
}
