/* SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include "arena.h"
#include "model.h"
#include "text.h"

#include <math.h>

/* ---- Latency ---- */

static int64_t count_of(const struct result_environment *environment, struct arena *arena, const char *metric,
                        const char *request)
{
    return (int64_t)observation_sum(&environment->samples,
                                    observation_name(arena, metric, "request", request));
}

static struct result_latency latency_of(const struct result_environment *environment, struct arena *arena,
                                        const char *request)
{
    static const char *const metrics[] = {"latency.mean", "latency.p50",  "latency.p90", "latency.p95",
                                          "latency.p99",  "latency.p999", "latency.max"};
    struct interval ms[7];
    for (int i = 0; i < 7; i++) {
        const char *name = observation_name(arena, metrics[i], "request", request);
        ms[i] = interval_times(observation_interval(&environment->samples, name), 1e3);
    }
    return (struct result_latency){.request = request == NULL ? "all" : request,
                                   .requests = count_of(environment, arena, "requests.ended", request),
                                   .failed = count_of(environment, arena, "requests.failed", request),
                                   .mean_ms = ms[0],
                                   .p50_ms = ms[1],
                                   .p90_ms = ms[2],
                                   .p95_ms = ms[3],
                                   .p99_ms = ms[4],
                                   .p999_ms = ms[5],
                                   .max_ms = ms[6]};
}

/* The rows of the samples that begin with this text; kind by kind, in the order of noting. */
static int count_rows(const struct observations *samples, const char *start)
{
    int count = 0;
    for (int i = 0; i < samples->count; i++) {
        count += text_starts(samples->row[i].name, start);
    }
    return count;
}

static void fill_latency(struct arena *arena, struct result_environment *environment)
{
    static const char start[] = "requests.ended{";
    const struct observations *samples = &environment->samples;
    environment->latency = arena_array(arena, struct result_latency, 1 + count_rows(samples, start));
    environment->latency[environment->latency_count++] = latency_of(environment, arena, NULL);
    for (int i = 0; i < samples->count; i++) {
        if (text_starts(samples->row[i].name, start)) {
            const char *request = observation_scope(arena, samples->row[i].name, "request");
            environment->latency[environment->latency_count++] = latency_of(environment, arena, request);
        }
    }
}

/* ---- Errors ---- */

/* Rows whose name begins with `start`; their names are what follows it, or the value of `scope`. */
static struct result_share *shares_of(struct arena *arena, const struct observations *samples,
                                      const char *start, const char *scope, int *count)
{
    struct result_share *shares = arena_array(arena, struct result_share, count_rows(samples, start));
    *count = 0;
    for (int i = 0; i < samples->count; i++) {
        const struct observation *row = &samples->row[i];
        bool plain =
            text_equal(row->name, "errors.rate") || (scope == NULL && text_starts(row->name, "errors.rate{"));
        if (!text_starts(row->name, start) || plain) {
            continue;
        }
        const char *name =
            scope == NULL ? row->name + sizeof "errors." - 1 : observation_scope(arena, row->name, scope);
        shares[(*count)++] =
            (struct result_share){name, interval_of_amount(row->value, samples->replications)};
    }
    return shares;
}

static void fill_errors(struct arena *arena, struct result_environment *environment)
{
    const struct observations *samples = &environment->samples;
    struct result_errors *errors = &environment->errors;
    errors->rate = observation_interval(samples, "errors.rate");
    errors->by_cause = shares_of(arena, samples, "errors.", NULL, &errors->cause_count);
    errors->by_status = shares_of(arena, samples, "errors.rate{status=", "status", &errors->status_count);
}

/* ---- Nodes ---- */

static void add_output(struct arena *arena, const struct result_environment *environment,
                       struct result_node *node, const char *key)
{
    const char *metric = arena_printf(arena, "nodes.%s", key);
    const struct observation *row =
        observation_find(&environment->samples, observation_name(arena, metric, "node", node->name));
    if (row != NULL) {
        node->output[node->output_count++] =
            (struct result_output){key, quantity_unit_name(row->unit),
                                   interval_of_amount(row->value, environment->samples.replications)};
    }
}

static void fill_outputs(struct arena *arena, const struct result_environment *environment,
                         struct result_node *node, const struct output *outputs)
{
    int count = 0;
    for (const struct output *output = outputs; output != NULL && output->key != NULL; output++) {
        count += output->type == OUTPUT_TALLY ? 3 : 1;
    }
    node->output = arena_array(arena, struct result_output, count);
    for (const struct output *output = outputs; output != NULL && output->key != NULL; output++) {
        add_output(arena, environment, node, output->key);
        if (output->type == OUTPUT_TALLY) {
            add_output(arena, environment, node, arena_printf(arena, "%s_p50", output->key));
            add_output(arena, environment, node, arena_printf(arena, "%s_p99", output->key));
        }
    }
}

static void fill_nodes(struct arena *arena, struct result_environment *environment, const struct plan *plan)
{
    environment->node = arena_array(arena, struct result_node, plan->node_count);
    environment->node_count = plan->node_count;
    for (int i = 0; i < plan->node_count; i++) {
        struct result_node *node = &environment->node[i];
        const char *name = plan->node[i].name;
        *node = (struct result_node){.name = name, .model = plan->node[i].model->name};
        node->visits = (int64_t)observation_sum(&environment->samples,
                                                observation_name(arena, "nodes.visits", "node", name));
        node->utilisation = observation_interval(&environment->samples,
                                                 observation_name(arena, "nodes.utilisation", "node", name));
        fill_outputs(arena, environment, node, plan->node[i].model->outputs);
    }
}

/* ---- Scaling ---- */

static void fill_capacity(struct arena *arena, const struct result_environment *environment,
                          struct result_scaling *scaling)
{
    for (int i = 0; i < CAPACITY_PARTS; i++) {
        const char *metric = i == CAPACITY_TOTAL ? "scaling.time_to_capacity"
                                                 : arena_printf(arena, "scaling.time_to_capacity.%s",
                                                                result_capacity_names[i]);
        scaling->time_to_capacity_s[i] = observation_interval(
            &environment->samples, observation_name(arena, metric, "node", scaling->node));
    }
}

/* A replication in which the node's capacity never changed had no event: it counts as 0. */
static bool fill_scaling_row(struct arena *arena, struct result_environment *environment,
                             struct result_scaling *scaling)
{
    const struct observation *row = observation_find(
        &environment->samples, observation_name(arena, "scaling.events", "node", scaling->node));
    if (row == NULL) {
        return false;
    }
    for (int i = 0; i < environment->replications; i++) {
        row->value[i] = isnan(row->value[i]) ? 0.0 : row->value[i];
    }
    scaling->events_per_day = interval_times(interval_of_amount(row->value, environment->replications),
                                             86400.0 / environment->horizon_s);
    fill_capacity(arena, environment, scaling);
    return true;
}

static void fill_scaling(struct arena *arena, struct result_environment *environment)
{
    int kept = 0;
    for (int i = 0; i < environment->scaling_count; i++) {
        struct result_scaling scaling = environment->scaling[i];
        if (fill_scaling_row(arena, environment, &scaling)) {
            environment->scaling[kept++] = scaling;
        }
    }
    environment->scaling_count = kept;
}

double rows_unfinished(const struct result_environment *environment)
{
    double open = observation_sum(&environment->samples, "requests.unfinished");
    double ended = observation_sum(&environment->samples, "requests.ended");
    return open > 0.0 ? open / (open + ended) : 0.0;
}

/* An overloaded system answers late or never: what has not ended is in no latency and in no error. */
static void note_unfinished(struct result *result, struct result_environment *environment)
{
    double share = rows_unfinished(environment);
    if (share > ROWS_UNFINISHED) {
        result_note(
            result, environment,
            arena_printf(
                result->arena,
                "%.3g %% of the requests had not ended at the horizon and are in no figure: the system "
                "does not keep up",
                100.0 * share));
    }
}

void rows_fill(struct result *result, struct result_environment *environment, const struct plan *plan)
{
    fill_latency(result->arena, environment);
    fill_errors(result->arena, environment);
    fill_nodes(result->arena, environment, plan);
    fill_scaling(result->arena, environment);
    note_unfinished(result, environment);
}
