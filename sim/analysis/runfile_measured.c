/* SPDX-License-Identifier: Apache-2.0 */
#include "runfile_rows.h"

#include "arena.h"
#include "text.h"

#include <math.h>

/* ---- What was measured ---- */

static void read_latency(struct json_reader *reader, const cJSON *from, struct result_environment *into)
{
    const cJSON *row =
        runfile_rows_of(reader, from, "latency", RUNFILE_LIST(into->latency, into->latency_count));
    for (int i = 0; row != NULL; row = row->next, i++) {
        const char *back = json_enter(reader, "latency", i);
        into->latency[i] = (struct result_latency){.request = json_get_text(reader, row, "request"),
                                                   .requests = json_get_whole(reader, row, "requests"),
                                                   .failed = json_get_whole(reader, row, "failed"),
                                                   .mean_ms = json_get_interval(reader, row, "mean_ms"),
                                                   .p50_ms = json_get_interval(reader, row, "p50_ms"),
                                                   .p90_ms = json_get_interval(reader, row, "p90_ms"),
                                                   .p95_ms = json_get_interval(reader, row, "p95_ms"),
                                                   .p99_ms = json_get_interval(reader, row, "p99_ms"),
                                                   .p999_ms = json_get_interval(reader, row, "p999_ms"),
                                                   .max_ms = json_get_interval(reader, row, "max_ms")};
        reader->path = back;
    }
}

static struct result_share *read_shares(struct json_reader *reader, const cJSON *from, const char *key,
                                        int *count)
{
    const cJSON *object = json_get_object(reader, from, key), *item = NULL;
    struct result_share *shares = arena_array(reader->arena, struct result_share, cJSON_GetArraySize(object));
    *count = 0;
    cJSON_ArrayForEach(item, object)
    {
        shares[(*count)++] =
            (struct result_share){runfile_rows_key(reader, item), json_as_interval(reader, item)};
    }
    return shares;
}

static void read_errors(struct json_reader *reader, const cJSON *from, struct result_errors *errors)
{
    const cJSON *object = json_get_object(reader, from, "errors");
    const char *back = json_enter(reader, "errors", -1);
    errors->rate = json_get_interval(reader, object, "rate");
    errors->by_cause = read_shares(reader, object, "by_cause", &errors->cause_count);
    errors->by_status = read_shares(reader, object, "by_status", &errors->status_count);
    reader->path = back;
}

static void read_outputs(struct json_reader *reader, const cJSON *from, struct result_node *node)
{
    const cJSON *object = json_get_object(reader, from, "outputs"), *item = NULL;
    node->output = arena_array(reader->arena, struct result_output, cJSON_GetArraySize(object));
    cJSON_ArrayForEach(item, object)
    {
        node->output[node->output_count++] =
            (struct result_output){runfile_rows_key(reader, item), json_get_text(reader, item, "unit"),
                                   json_as_interval(reader, item)};
    }
}

static void read_nodes(struct json_reader *reader, const cJSON *from, struct result_environment *into)
{
    const cJSON *row = runfile_rows_of(reader, from, "nodes", RUNFILE_LIST(into->node, into->node_count));
    for (int i = 0; row != NULL; row = row->next, i++) {
        const char *back = json_enter(reader, "nodes", i);
        struct result_node *node = &into->node[i];
        node->name = json_get_text(reader, row, "name");
        node->model = json_get_text(reader, row, "model");
        node->visits = json_get_whole(reader, row, "visits");
        node->utilisation = json_get_interval(reader, row, "utilisation");
        read_outputs(reader, row, node);
        reader->path = back;
    }
}

static void read_events(struct json_reader *reader, const cJSON *from, struct result_scaling *into)
{
    const cJSON *row = runfile_rows_of(reader, from, "events", RUNFILE_LIST(into->event, into->event_count));
    for (int i = 0; row != NULL; row = row->next, i++) {
        into->event[i] = (struct result_event){.replication = (int)json_get_whole(reader, row, "replication"),
                                               .at_s = json_get_number(reader, row, "at_s"),
                                               .from = (int)json_get_whole(reader, row, "from"),
                                               .to = (int)json_get_whole(reader, row, "to"),
                                               .policy = json_get_text_or_null(reader, row, "policy"),
                                               .reason = json_get_text_or_null(reader, row, "reason")};
    }
}

static void read_scaling(struct json_reader *reader, const cJSON *from, struct result_environment *into)
{
    const cJSON *row =
        runfile_rows_of(reader, from, "scaling", RUNFILE_LIST(into->scaling, into->scaling_count));
    for (int i = 0; row != NULL; row = row->next, i++) {
        const char *back = json_enter(reader, "scaling", i);
        struct result_scaling *scaling = &into->scaling[i];
        scaling->node = json_get_text(reader, row, "node");
        scaling->events_per_day = json_get_interval(reader, row, "events_per_day");
        const cJSON *times = json_get_object(reader, row, "time_to_capacity_s");
        for (int part = 0; part < CAPACITY_PARTS; part++) {
            scaling->time_to_capacity_s[part] = json_get_interval(reader, times, result_capacity_names[part]);
        }
        read_events(reader, row, scaling);
        reader->path = back;
    }
}

void runfile_rows_measured(struct json_reader *reader, const cJSON *from, struct result_environment *into)
{
    read_latency(reader, from, into);
    read_errors(reader, from, &into->errors);
    read_nodes(reader, from, into);
    read_scaling(reader, from, into);
}

/* ---- Recovery ---- */

/* `null` was "never" where drills were not restored: those are the largest values there are. */
static void read_quantiles(struct json_reader *reader, const cJSON *from, const char *key, bool never,
                           struct interval quantiles[RESULT_QUANTILES])
{
    const cJSON *object = json_get_object(reader, from, key);
    for (int i = 0; i < RESULT_QUANTILES; i++) {
        quantiles[i] = json_get_interval(reader, object, result_quantile_names[i]);
        if (never && isnan(quantiles[i].value)) {
            quantiles[i].value = INFINITY;
        }
    }
}

static void read_strikes(struct json_reader *reader, const cJSON *from, struct result_recovery *into)
{
    const cJSON *row =
        runfile_rows_of(reader, from, "strikes", RUNFILE_LIST(into->strike, into->strike_count));
    for (int i = 0; row != NULL; row = row->next, i++) {
        const char *back = json_enter(reader, "strikes", i);
        struct result_strike *strike = &into->strike[i];
        strike->at_s = json_get_number(reader, row, "at_s");
        strike->rto_s = cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(row, "restored"))
                            ? INFINITY
                            : json_get_number(reader, row, "rto_s");
        strike->rpo_s = json_get_number(reader, row, "rpo_s");
        const cJSON *parts = json_get_object(reader, row, "parts_s");
        for (int part = 0; part < RESULT_PARTS; part++) {
            strike->part_s[part] = json_get_number(reader, parts, result_part_name(part));
        }
        strike->failed = json_get_whole(reader, row, "failed");
        reader->path = back;
    }
}

static double target_of(struct json_reader *reader, const cJSON *target, const char *key)
{
    double value = json_get_number(reader, target, key);
    return isnan(value) ? INFINITY : value;
}

static void read_recovery_row(struct json_reader *reader, const cJSON *row, struct result_recovery *into)
{
    into->drill = json_get_text(reader, row, "drill");
    into->component = json_get_text(reader, row, "component");
    into->unhealthy = (int)json_get_whole(reader, row, "unhealthy");
    into->thin = (int)json_get_whole(reader, row, "thin");
    into->unrestored = (int)json_get_whole(reader, row, "unrestored");
    read_quantiles(reader, row, "rto_s", into->unrestored > 0, into->rto_s);
    read_quantiles(reader, row, "rpo_s", false, into->rpo_s);
    const cJSON *parts = json_get_object(reader, row, "parts_s");
    for (int part = 0; part < RESULT_PARTS; part++) {
        into->parts_s[part] = json_get_interval(reader, parts, result_part_name(part));
    }
    const cJSON *target = json_get_object(reader, row, "target");
    into->target_rto_s = target_of(reader, target, "rto_s");
    into->target_rpo_s = target_of(reader, target, "rpo_s");
    into->verdict = result_verdict_of(json_get_text(reader, row, "verdict"));
    into->failed = json_get_interval(reader, row, "failed");
    into->note = json_get_text_or_null(reader, row, "note");
    read_strikes(reader, row, into);
}

void runfile_rows_recovery(struct json_reader *reader, const cJSON *from, struct result_environment *into)
{
    const cJSON *row =
        runfile_rows_of(reader, from, "recovery", RUNFILE_LIST(into->recovery, into->recovery_count));
    for (int i = 0; row != NULL; row = row->next, i++) {
        const char *back = json_enter(reader, "recovery", i);
        read_recovery_row(reader, row, &into->recovery[i]);
        reader->path = back;
    }
}
