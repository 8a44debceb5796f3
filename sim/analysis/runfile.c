/* SPDX-License-Identifier: Apache-2.0 */
#include "runfile.h"

#include "arena.h"
#include "json.h"

#include <math.h>
#include <stdlib.h>

/* ---- What was measured ---- */

static void add_latency(cJSON *into, const struct result_environment *environment)
{
    cJSON *rows = json_array(into, "latency");
    for (int i = 0; i < environment->latency_count; i++) {
        const struct result_latency *latency = &environment->latency[i];
        cJSON *row = json_row(rows);
        json_text(row, "request", latency->request);
        json_whole(row, "requests", latency->requests);
        json_whole(row, "failed", latency->failed);
        json_interval(row, "mean_ms", latency->mean_ms);
        json_interval(row, "p50_ms", latency->p50_ms);
        json_interval(row, "p90_ms", latency->p90_ms);
        json_interval(row, "p95_ms", latency->p95_ms);
        json_interval(row, "p99_ms", latency->p99_ms);
        json_interval(row, "p999_ms", latency->p999_ms);
        json_interval(row, "max_ms", latency->max_ms);
    }
}

static void add_shares(cJSON *into, const char *key, const struct result_share *shares, int count)
{
    cJSON *object = json_object(into, key);
    for (int i = 0; i < count; i++) {
        json_interval(object, shares[i].name, shares[i].share);
    }
}

static void add_errors(cJSON *into, const struct result_errors *errors)
{
    cJSON *object = json_object(into, "errors");
    json_interval(object, "rate", errors->rate);
    add_shares(object, "by_cause", errors->by_cause, errors->cause_count);
    add_shares(object, "by_status", errors->by_status, errors->status_count);
}

static void add_output(cJSON *into, const struct result_output *output)
{
    cJSON *object = json_object(into, output->key);
    json_number(object, "value", output->value.value);
    json_number(object, "low", output->value.low);
    json_number(object, "high", output->value.high);
    json_text(object, "unit", output->unit);
}

static void add_nodes(cJSON *into, const struct result_environment *environment)
{
    cJSON *rows = json_array(into, "nodes");
    for (int i = 0; i < environment->node_count; i++) {
        const struct result_node *node = &environment->node[i];
        cJSON *row = json_row(rows);
        json_text(row, "name", node->name);
        json_text(row, "model", node->model);
        json_whole(row, "visits", node->visits);
        json_interval(row, "utilisation", node->utilisation);
        cJSON *outputs = json_object(row, "outputs");
        for (int k = 0; k < node->output_count; k++) {
            add_output(outputs, &node->output[k]);
        }
    }
}

static void add_events(cJSON *into, const struct result_scaling *scaling)
{
    cJSON *rows = json_array(into, "events");
    for (int i = 0; i < scaling->event_count; i++) {
        const struct result_event *event = &scaling->event[i];
        cJSON *row = json_row(rows);
        json_whole(row, "replication", event->replication);
        json_number(row, "at_s", event->at_s);
        json_whole(row, "from", event->from);
        json_whole(row, "to", event->to);
        json_text(row, "policy", event->policy);
        json_text(row, "reason", event->reason);
    }
}

static void add_scaling(cJSON *into, const struct result_environment *environment)
{
    cJSON *rows = json_array(into, "scaling");
    for (int i = 0; i < environment->scaling_count; i++) {
        const struct result_scaling *scaling = &environment->scaling[i];
        cJSON *row = json_row(rows);
        json_text(row, "node", scaling->node);
        json_interval(row, "events_per_day", scaling->events_per_day);
        cJSON *times = json_object(row, "time_to_capacity_s");
        for (int part = 0; part < CAPACITY_PARTS; part++) {
            json_interval(times, result_capacity_names[part], scaling->time_to_capacity_s[part]);
        }
        add_events(row, scaling);
    }
}

/* ---- Recovery ---- */

static void add_quantiles(cJSON *into, const char *key, const struct interval quantiles[RESULT_QUANTILES])
{
    cJSON *object = json_object(into, key);
    for (int i = 0; i < RESULT_QUANTILES; i++) {
        json_interval(object, result_quantile_names[i], quantiles[i]);
    }
}

static void add_strikes(cJSON *into, const struct result_recovery *recovery)
{
    cJSON *rows = json_array(into, "strikes");
    for (int i = 0; i < recovery->strike_count; i++) {
        const struct result_strike *strike = &recovery->strike[i];
        cJSON *row = json_row(rows);
        json_whole(row, "replication", i);
        json_number(row, "at_s", strike->at_s);
        json_number(row, "rto_s", strike->rto_s);
        json_number(row, "rpo_s", strike->rpo_s);
        cJSON *parts = json_object(row, "parts_s");
        for (int part = 0; part < RESULT_PARTS; part++) {
            json_number(parts, result_part_name(part), strike->part_s[part]);
        }
        json_whole(row, "failed", strike->failed);
        if (isnan(strike->rto_s)) { /* nothing could be told */
            cJSON_AddNullToObject(row, "restored");
        } else {
            cJSON_AddBoolToObject(row, "restored", isfinite(strike->rto_s));
        }
    }
}

static void add_recovery_row(cJSON *rows, const struct result_recovery *recovery)
{
    cJSON *row = json_row(rows);
    json_text(row, "drill", recovery->drill);
    json_text(row, "component", recovery->component);
    add_quantiles(row, "rto_s", recovery->rto_s);
    add_quantiles(row, "rpo_s", recovery->rpo_s);
    cJSON *parts = json_object(row, "parts_s");
    for (int part = 0; part < RESULT_PARTS; part++) {
        json_interval(parts, result_part_name(part), recovery->parts_s[part]);
    }
    cJSON *target = json_object(row, "target");
    json_number(target, "rto_s", recovery->target_rto_s);
    json_number(target, "rpo_s", recovery->target_rpo_s);
    json_text(row, "verdict", result_verdict_name(recovery->verdict));
    json_interval(row, "failed", recovery->failed);
    json_whole(row, "unhealthy", recovery->unhealthy);
    json_whole(row, "thin", recovery->thin);
    json_whole(row, "unrestored", recovery->unrestored);
    json_text(row, "note", recovery->note);
    add_strikes(row, recovery);
}

static void add_recovery(cJSON *into, const struct result_environment *environment)
{
    cJSON *rows = json_array(into, "recovery");
    for (int i = 0; i < environment->recovery_count; i++) {
        add_recovery_row(rows, &environment->recovery[i]);
    }
}

/* ---- Money ---- */

static void add_money(cJSON *into, const char *key, const struct cost_money *money)
{
    struct arena *scratch = arena_open();
    cJSON *object = json_object(into, key);
    json_text(object, "value", bill_money(scratch, money->cents));
    json_text(object, "low", money->known ? bill_money(scratch, money->low) : NULL);
    json_text(object, "high", money->known ? bill_money(scratch, money->high) : NULL);
    arena_close(scratch);
}

static void add_line(cJSON *rows, const struct cost_line *line)
{
    cJSON *row = json_row(rows);
    json_text(row, "node", line->node);
    json_text(row, "service", line->service);
    json_text(row, "region", line->region);
    json_text(row, "sku", line->sku);
    json_text(row, "name", line->name);
    json_text(row, "description", line->description);
    json_interval(row, "quantity", line->quantity);
    json_text(row, "unit", line->unit);
    json_text(row, "unit_price", line->unit_price);
    cJSON_AddBoolToObject(row, "blended", line->blended);
    json_text(row, "purchase", line->purchase);
    add_money(row, "monthly", &line->monthly);
    json_text(row, "basis", bill_basis_name(line->basis));
    json_text(row, "confidence", sheet_confidence_name(line->confidence));
}

static void add_cost(cJSON *into, const struct cost_bill *cost)
{
    if (cost->currency == NULL) {
        json_text(into, "cost", NULL);
        return;
    }
    cJSON *object = json_object(into, "cost");
    json_text(object, "currency", cost->currency);
    add_money(object, "monthly", &cost->monthly);
    cJSON *services = json_object(object, "by_service");
    for (int i = 0; i < cost->service_count; i++) {
        add_money(services, cost->by_service[i].service, &cost->by_service[i].monthly);
    }
    cJSON *rows = json_array(object, "lines");
    for (int i = 0; i < cost->line_count; i++) {
        add_line(rows, &cost->line[i]);
    }
}

/* ---- What other verbs work on ---- */

static void add_objectives(cJSON *into, const struct result_environment *environment)
{
    cJSON *rows = json_array(into, "objectives");
    for (int i = 0; i < environment->objective_count; i++) {
        const struct result_objective *objective = &environment->objective[i];
        cJSON *row = json_row(rows);
        json_text(row, "text", objective->text);
        json_text(row, "verdict", result_verdict_name(objective->verdict));
        json_interval(row, "value", objective->value);
        json_text(row, "unit", quantity_unit_name(objective->unit));
        json_text(row, "note", objective->note);
    }
}

static void add_samples(cJSON *into, const struct observations *samples)
{
    cJSON *object = json_object(into, "samples");
    for (int i = 0; i < samples->count; i++) {
        json_numbers(object, samples->row[i].name, samples->row[i].value, samples->replications);
    }
}

static void add_usage(cJSON *into, const struct result_environment *environment)
{
    cJSON *rows = json_array(into, "usage");
    for (int i = 0; i < environment->usage_count; i++) {
        const struct result_usage *usage = &environment->usage[i];
        cJSON *row = json_row(rows);
        json_text(row, "node", usage->node);
        json_text(row, "service", usage->service);
        json_text(row, "sku", usage->sku);
        json_text(row, "name", usage->name);
        json_text(row, "unit", usage->unit);
        json_text(row, "purchase", usage->purchase);
        json_text(row, "basis", bill_basis_name(usage->basis));
        json_number(row, "monthly", usage->hourly == NULL ? usage->monthly : NAN);
        json_numbers(row, "hourly", usage->hourly, usage->hours);
    }
}

static void add_series(cJSON *into, const struct result_environment *environment)
{
    cJSON *rows = json_array(into, "series");
    for (int i = 0; i < environment->series_count; i++) {
        const struct result_series *series = &environment->series[i];
        cJSON *row = json_row(rows);
        json_text(row, "node", series->node);
        json_text(row, "metric", series->metric);
        json_text(row, "unit", series->unit);
        json_number(row, "step_s", series->step_s);
        json_sketch(row, "values", series->value, series->count);
    }
}

static void add_assumptions(cJSON *into, const struct result_environment *environment)
{
    cJSON *rows = json_array(into, "assumptions");
    for (int i = 0; i < environment->assumption_count; i++) {
        const struct assumption *assumption = &environment->assumption[i];
        cJSON *row = json_row(rows);
        json_text(row, "path", assumption->path);
        json_text(row, "value", assumption->value);
        json_text(row, "low", assumption->low);
        json_text(row, "high", assumption->high);
        json_text(row, "source", assumption->source);
    }
}

/* ---- All of it ---- */

static void add_environment(cJSON *rows, const struct result_environment *environment)
{
    cJSON *row = json_row(rows);
    json_text(row, "name", environment->name);
    json_text(row, "region", environment->region);
    json_text(row, "start", environment->start);
    json_number(row, "from_s", environment->from_s);
    json_number(row, "horizon_s", environment->horizon_s);
    json_number(row, "lead_s", environment->lead_s);
    json_whole(row, "replications", environment->replications);
    cJSON_AddBoolToObject(row, "converged", environment->converged);
    cJSON *notes = json_array(row, "notes");
    for (int i = 0; i < environment->note_count; i++) {
        json_string_row(notes, environment->note[i]);
    }
    add_objectives(row, environment);
    add_latency(row, environment);
    add_errors(row, &environment->errors);
    add_nodes(row, environment);
    add_scaling(row, environment);
    add_recovery(row, environment);
    add_cost(row, &environment->cost);
    add_assumptions(row, environment);
    add_samples(row, &environment->samples);
    add_usage(row, environment);
    add_series(row, environment);
}

static void add_origin(cJSON *document, const struct result *result)
{
    json_text(document, "schema", RUNFILE_SCHEMA);
    json_text(document, "version", result->version);
    cJSON *scenario = json_object(document, "scenario");
    json_text(scenario, "name", result->scenario_name);
    json_text(scenario, "file", result->scenario_file);
    json_text(scenario, "sha256", result->scenario_sha256);
    json_text(scenario, "question", result->question);
    cJSON *inputs = json_array(document, "inputs");
    for (int i = 0; i < result->input_count; i++) {
        cJSON *input = json_row(inputs);
        json_text(input, "file", result->input[i].file);
        json_text(input, "sha256", result->input[i].sha256);
    }
    json_text(document, "prices_sha256", result->prices_sha256);
    json_whole(document, "seed", (int64_t)result->seed);
    json_whole(document, "replications", result->replications);
    cJSON_AddBoolToObject(document, "converged", result->converged);
}

bool runfile_write(FILE *out, const struct result *result)
{
    cJSON *document = cJSON_CreateObject();
    if (document == NULL) {
        arena_exhausted();
    }
    add_origin(document, result);
    cJSON *environments = json_array(document, "environments");
    for (int i = 0; i < result->environment_count; i++) {
        add_environment(environments, &result->environment[i]);
    }
    char *text = json_print(document);
    cJSON_Delete(document);
    bool written = fputs(text, out) >= 0 && fputc('\n', out) != EOF && fflush(out) == 0;
    free(text);
    return written;
}
