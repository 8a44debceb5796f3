/* SPDX-License-Identifier: Apache-2.0 */
#include "runfile_rows.h"

#include "arena.h"
#include "text.h"

#include <math.h>
#include <string.h>

/* ---- Money ---- */

static int64_t cents_of(struct json_reader *reader, const cJSON *object, const char *key)
{
    const char *text = json_get_text(reader, object, key);
    bool negative = text[0] == '-';
    int64_t cents = 0;
    if (!sheet_decimal(text + negative, 2, &cents)) {
        json_complain(reader, key, "is not an amount of money");
    }
    return negative ? -cents : cents;
}

static struct cost_money as_money(struct json_reader *reader, const cJSON *object)
{
    struct cost_money money = {.cents = cents_of(reader, object, "value")};
    money.known = json_get_text_or_null(reader, object, "low") != NULL;
    if (money.known) {
        money.low = cents_of(reader, object, "low");
        money.high = cents_of(reader, object, "high");
    }
    return money;
}

static enum sheet_confidence confidence_of(const char *name)
{
    int confidence = SHEET_SOURCED;
    while (confidence < SHEET_ASSUMED &&
           !text_equal(sheet_confidence_name((enum sheet_confidence)confidence), name)) {
        confidence++;
    }
    return (enum sheet_confidence)confidence;
}

static struct cost_line as_line(struct json_reader *reader, const cJSON *row)
{
    return (struct cost_line){.node = json_get_text(reader, row, "node"),
                              .service = json_get_text(reader, row, "service"),
                              .region = json_get_text(reader, row, "region"),
                              .sku = json_get_text(reader, row, "sku"),
                              .name = json_get_text_or_null(reader, row, "name"),
                              .description = json_get_text(reader, row, "description"),
                              .quantity = json_get_interval(reader, row, "quantity"),
                              .unit = json_get_text(reader, row, "unit"),
                              .unit_price = json_get_text(reader, row, "unit_price"),
                              .blended = json_get_flag(reader, row, "blended"),
                              .purchase = json_get_text(reader, row, "purchase"),
                              .monthly = as_money(reader, json_get_object(reader, row, "monthly")),
                              .basis = runfile_rows_basis(json_get_text(reader, row, "basis")),
                              .confidence = confidence_of(json_get_text(reader, row, "confidence"))};
}

static void read_lines(struct json_reader *reader, const cJSON *from, struct cost_bill *cost)
{
    const cJSON *row = runfile_rows_of(reader, from, "lines", RUNFILE_LIST(cost->line, cost->line_count));
    for (int i = 0; row != NULL; row = row->next, i++) {
        const char *back = json_enter(reader, "lines", i);
        cost->line[i] = as_line(reader, row);
        reader->path = back;
    }
}

void runfile_rows_cost(struct json_reader *reader, const cJSON *from, struct result_environment *into)
{
    struct cost_bill *cost = &into->cost;
    if (cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(from, "cost"))) {
        return;
    }
    const cJSON *object = json_get_object(reader, from, "cost"), *item = NULL;
    const char *back = json_enter(reader, "cost", -1);
    cost->currency = json_get_text(reader, object, "currency");
    cost->monthly = as_money(reader, json_get_object(reader, object, "monthly"));
    const cJSON *services = json_get_object(reader, object, "by_service");
    cost->by_service = arena_array(reader->arena, struct cost_service, cJSON_GetArraySize(services));
    cJSON_ArrayForEach(item, services)
    {
        cost->by_service[cost->service_count++] =
            (struct cost_service){runfile_rows_key(reader, item), as_money(reader, item)};
    }
    read_lines(reader, object, cost);
    reader->path = back;
}

/* ---- What other verbs work on ---- */

static void read_objectives(struct json_reader *reader, const cJSON *from, struct result_environment *into)
{
    const cJSON *row =
        runfile_rows_of(reader, from, "objectives", RUNFILE_LIST(into->objective, into->objective_count));
    for (int i = 0; row != NULL; row = row->next, i++) {
        const char *back = json_enter(reader, "objectives", i);
        into->objective[i] =
            (struct result_objective){.text = json_get_text(reader, row, "text"),
                                      .verdict = result_verdict_of(json_get_text(reader, row, "verdict")),
                                      .value = json_get_interval(reader, row, "value"),
                                      .unit = runfile_rows_unit(json_get_text(reader, row, "unit")),
                                      .note = json_get_text_or_null(reader, row, "note")};
        reader->path = back;
    }
}

/* The unit of a row of the samples: fixed by its family, or that of the node's output. */
static enum unit unit_of(struct json_reader *reader, const struct result_environment *environment,
                         const char *name)
{
    static const struct {
        const char *start;
        enum unit unit;
    } families[] = {{"latency.", UNIT_SECOND},    {"requests.rate", UNIT_RATE},
                    {"errors.", UNIT_RATIO},      {"nodes.utilisation", UNIT_RATIO},
                    {"cost.", UNIT_USD},          {"recovery.r", UNIT_SECOND},
                    {"scaling.time", UNIT_SECOND}};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        if (text_starts(name, families[i].start)) {
            return families[i].unit;
        }
    }
    const char *at = text_starts(name, "nodes.") ? observation_scope(reader->arena, name, "node") : NULL;
    const struct result_node *node = at == NULL ? NULL : result_node_named(environment, at);
    const char *key = name + strlen("nodes.");
    for (int i = 0; node != NULL && i < node->output_count; i++) {
        size_t length = strlen(node->output[i].key);
        if (text_starts(key, node->output[i].key) && key[length] == '{') {
            return runfile_rows_unit(node->output[i].unit);
        }
    }
    return UNIT_COUNT;
}

static void read_sample(struct json_reader *reader, const cJSON *object, const cJSON *item,
                        struct result_environment *into)
{
    int count = 0;
    const double *values = json_get_numbers(reader, object, item->string, &count);
    enum unit unit = unit_of(reader, into, item->string);
    bool never = text_starts(item->string, "recovery.rto{");
    const char *component = never ? observation_scope(reader->arena, item->string, "component") : NULL;
    const char *drill = never ? observation_scope(reader->arena, item->string, "drill") : NULL;
    for (int i = 0; i < count; i++) {
        double value = values[i];
        for (int k = 0; never && k < into->recovery_count; k++) {
            const struct result_recovery *row = &into->recovery[k];
            bool here = text_equal(row->component, component) && text_equal(row->drill, drill);
            value = here && i < row->strike_count ? row->strike[i].rto_s : value;
        }
        observation_note(&into->samples, i, item->string, unit, value);
    }
}

static void read_samples(struct json_reader *reader, const cJSON *from, struct result_environment *into)
{
    const cJSON *object = json_get_object(reader, from, "samples"), *item = NULL;
    const char *back = json_enter(reader, "samples", -1);
    into->samples = observation_open(reader->arena);
    cJSON_ArrayForEach(item, object)
    {
        read_sample(reader, object, item, into);
    }
    reader->path = back;
}

static void read_usage(struct json_reader *reader, const cJSON *from, struct result_environment *into)
{
    const cJSON *row = runfile_rows_of(reader, from, "usage", RUNFILE_LIST(into->usage, into->usage_count));
    for (int i = 0; row != NULL; row = row->next, i++) {
        const char *back = json_enter(reader, "usage", i);
        struct result_usage *usage = &into->usage[i];
        *usage = (struct result_usage){.node = json_get_text(reader, row, "node"),
                                       .service = json_get_text_or_null(reader, row, "service"),
                                       .sku = json_get_text(reader, row, "sku"),
                                       .name = json_get_text_or_null(reader, row, "name"),
                                       .unit = json_get_text_or_null(reader, row, "unit"),
                                       .purchase = json_get_text_or_null(reader, row, "purchase"),
                                       .basis = runfile_rows_basis(json_get_text(reader, row, "basis")),
                                       .monthly = json_get_number(reader, row, "monthly")};
        usage->hourly = json_get_numbers(reader, row, "hourly", &usage->hours);
        bool fixed = !isnan(usage->monthly);
        usage->hourly = fixed ? NULL : usage->hourly;
        usage->monthly = fixed ? usage->monthly : 0.0;
        reader->path = back;
    }
}

static void read_series(struct json_reader *reader, const cJSON *from, struct result_environment *into)
{
    const cJSON *row =
        runfile_rows_of(reader, from, "series", RUNFILE_LIST(into->series, into->series_count));
    for (int i = 0; row != NULL; row = row->next, i++) {
        const char *back = json_enter(reader, "series", i);
        struct result_series *series = &into->series[i];
        series->node = json_get_text(reader, row, "node");
        series->metric = json_get_text(reader, row, "metric");
        series->unit = json_get_text(reader, row, "unit");
        series->step_s = json_get_number(reader, row, "step_s");
        series->value = json_get_numbers(reader, row, "values", &series->count);
        reader->path = back;
    }
}

static void read_assumptions(struct json_reader *reader, const cJSON *from, struct result_environment *into)
{
    struct assumption *assumptions = NULL;
    const cJSON *row =
        runfile_rows_of(reader, from, "assumptions", RUNFILE_LIST(assumptions, into->assumption_count));
    for (int i = 0; row != NULL; row = row->next, i++) {
        const char *back = json_enter(reader, "assumptions", i);
        assumptions[i] = (struct assumption){.path = json_get_text(reader, row, "path"),
                                             .value = json_get_text_or_null(reader, row, "value"),
                                             .low = json_get_text_or_null(reader, row, "low"),
                                             .high = json_get_text_or_null(reader, row, "high"),
                                             .source = json_get_text_or_null(reader, row, "source")};
        reader->path = back;
    }
    into->assumption = assumptions;
}

void runfile_rows_evidence(struct json_reader *reader, const cJSON *from, struct result_environment *into)
{
    read_objectives(reader, from, into);
    read_samples(reader, from, into);
    read_usage(reader, from, into);
    read_series(reader, from, into);
    read_assumptions(reader, from, into);
}
