/* SPDX-License-Identifier: Apache-2.0 */
#include "subject.h"

#include <string.h>

#include "arena.h"
#include "model.h"
#include "sheet.h"
#include "text.h"

/* A check under way. */
struct reading {
    struct objective *objective;
    const struct run *run;
    const struct sheet *sheet;
    struct arena *arena;
    struct diag *diag;
};

static bool refuse(const struct reading *reading, const char *problem)
{
    diag_error(reading->diag, reading->objective->place, "objective \"%.80s\": %s", reading->objective->text,
               problem);
    return false;
}

/* `what NAME is not one of ...; did you mean ...?` */
static bool refuse_name(const struct reading *reading, const char *what, const char *name,
                        const char *const *names, size_t count)
{
    const char *nearest = text_nearest(name, names, count), *list = "";
    if (nearest)
        return refuse(reading, arena_printf(reading->arena, "unknown %s: %.60s; did you mean %s?", what, name,
                                            nearest));
    for (size_t i = 0; i < count && i < 20; i++)
        list = arena_printf(reading->arena, "%s%s %s", list, i ? "," : "", names[i]);
    const char *more = count > 20 ? ", ..." : "";
    return refuse(reading,
                  arena_printf(reading->arena, "unknown %s: %.60s; there are%s%s", what, name, list, more));
}

static int find_node(const struct reading *reading, const char *name)
{
    const struct plan *plan = reading->run->plan;
    for (int i = 0; i < plan->node_count; i++)
        if (text_equal(plan->node[i].name, name)) return i;
    return -1;
}

static bool check_node(const struct reading *reading, const char *scope)
{
    const char *name = objective_scope(reading->objective, scope);
    const struct plan *plan = reading->run->plan;
    if (!name || find_node(reading, name) >= 0) return true;
    const char **names = arena_array(reading->arena, const char *, plan->node_count);
    for (int i = 0; i < plan->node_count; i++) names[i] = plan->node[i].name;
    return refuse_name(reading, scope, name, names, (size_t)plan->node_count);
}

static bool check_request(const struct reading *reading)
{
    const char *name = objective_scope(reading->objective, "request");
    const struct run *run = reading->run;
    if (!name || text_equal(name, "all")) return true;
    const char **names = arena_array(reading->arena, const char *, run->request_count);
    for (int i = 0; i < run->request_count; i++) {
        names[i] = run->request[i].name;
        if (text_equal(names[i], name)) return true;
    }
    return refuse_name(reading, "request", name, names, (size_t)run->request_count);
}

/* --- errors ----------------------------------------------------------------------------------------- */

/* A miss is an answer, and not an error. */
static bool is_error(enum outcome outcome)
{
    return outcome != OUTCOME_OK && outcome != OUTCOME_MISS;
}

static bool check_cause(const struct reading *reading, const char *cause)
{
    const char *names[OUTCOME_COUNT];
    size_t count = 0;
    for (enum outcome outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
        if (!is_error(outcome)) continue;
        names[count++] = outcome_cause(outcome);
        if (text_equal(outcome_cause(outcome), cause)) return true;
    }
    return refuse_name(reading, "cause", cause, names, count);
}

static bool check_status(const struct reading *reading, const char *status)
{
    const char *list = "";
    for (enum outcome outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
        if (!is_error(outcome)) continue;
        const char *own = arena_printf(reading->arena, "%d", outcome_status(outcome));
        if (text_equal(own, status)) return true;
        list = arena_printf(reading->arena, "%s %s", list, own);
    }
    return refuse(reading, arena_printf(reading->arena, "unknown status: %.20s; there are%s", status, list));
}

static bool check_errors(const struct reading *reading)
{
    const struct objective *objective = reading->objective;
    const char *cause = objective_scope(objective, "cause"), *status = objective_scope(objective, "status");
    if (!text_equal(objective->member, "rate")) cause = objective->member;
    return (!cause || check_cause(reading, cause)) && (!status || check_status(reading, status));
}

/* --- outputs ---------------------------------------------------------------------------------------- */

static const struct output *output_of(const struct model *model, const char *key)
{
    const struct output *output = model->outputs;
    while (output && output->key && !text_equal(output->key, key)) output++;
    return output && output->key ? output : NULL;
}

static bool refuse_output(const struct reading *reading, const struct model *model)
{
    const char *names[64];
    size_t count = 0;
    for (const struct output *output = model->outputs; output && output->key && count < 64; output++)
        names[count++] = output->key;
    return refuse_name(reading, arena_printf(reading->arena, "output of %s", model->name),
                       reading->objective->member, names, count);
}

/* Reads the bound once more, in the output's own unit. */
static bool settle_unit(const struct reading *reading, const struct output *output)
{
    struct objective *objective = reading->objective;
    const char *bound = objective->text, *problem;
    for (const char *at = bound; (at = strpbrk(at, "<>")); at++) bound = at + 1;
    bound += strspn(bound, "= ");
    objective->unit = output->unit;
    if (quantity_parse(bound, output->unit, &objective->bound, &problem)) return true;
    return refuse(reading, arena_printf(reading->arena, "the bound %s (got %.40s)", problem, bound));
}

static bool check_output(const struct reading *reading)
{
    const struct plan *plan = reading->run->plan;
    const char *key = reading->objective->member, *node = objective_scope(reading->objective, "node");
    if (text_equal(key, "utilisation")) return true;
    if (node) {
        const struct model *model = plan->node[find_node(reading, node)].model;
        const struct output *output = output_of(model, key);
        return output ? settle_unit(reading, output) : refuse_output(reading, model);
    }
    for (int i = 0; i < plan->node_count; i++) {
        const struct output *output = output_of(plan->node[i].model, key);
        if (output) return settle_unit(reading, output);
    }
    return refuse(reading, arena_printf(reading->arena, "no node here has an output %.40s", key));
}

/* The service of a line of the bill; of a SKU that is its service's alone the sheet knows it. */
static const char *service_of(const struct reading *reading, const struct meter *meter)
{
    const struct sheet_price *price;
    if (meter->service || !reading->sheet) return meter->service;
    sheet_find(reading->sheet, reading->run->plan->region, NULL, meter->sku, &price);
    return price ? price->service : NULL;
}

static bool check_service(const struct reading *reading)
{
    const char *name = objective_scope(reading->objective, "service");
    const struct run *run = reading->run;
    const char **names = arena_array(reading->arena, const char *, run->meter_count);
    size_t count = 0;
    for (int i = 0; name && i < run->meter_count; i++) {
        const char *service = service_of(reading, &run->meter[i]);
        if (text_equal(service, name)) return true;
        size_t seen = 0;
        while (seen < count && !text_equal(names[seen], service)) seen++;
        if (service && seen == count) names[count++] = service;
    }
    return !name || refuse_name(reading, "service", name, names, count);
}

bool subject_check(struct objective *objective, const struct run *run, const struct sheet *sheet,
                   struct arena *arena, struct diag *diag)
{
    struct reading reading = {objective, run, sheet, arena, diag};
    if (!check_node(&reading, "node") || !check_node(&reading, "component")) return false;
    if (!check_request(&reading) || !check_service(&reading)) return false;
    if (text_equal(objective->family, "errors")) return check_errors(&reading);
    return !text_equal(objective->family, "nodes") || check_output(&reading);
}
