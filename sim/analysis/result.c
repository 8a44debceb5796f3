/* SPDX-License-Identifier: Apache-2.0 */
#include "result.h"

#include "arena.h"
#include "text.h"

const char *const result_capacity_names[CAPACITY_PARTS] = {"metric", "alarm",  "cooldown", "launch",
                                                           "warm",   "health", "total"};
const char *const result_quantile_names[RESULT_QUANTILES] = {"p50", "p95", "max", "mean"};

const char *result_part_name(int part)
{
    return part == RESULT_DRAIN ? "drain" : recovery_stage_names[part];
}

static const char *const verdict_names[] = {[VERDICT_NONE] = "none",
                                            [VERDICT_MET] = "met",
                                            [VERDICT_BREACHED] = "breached",
                                            [VERDICT_MISSED] = "missed",
                                            [VERDICT_UNDECIDED] = "undecided"};

const char *result_verdict_name(enum result_verdict verdict)
{
    return verdict_names[verdict];
}

enum result_verdict result_verdict_of(const char *name)
{
    for (int i = 0; i <= VERDICT_UNDECIDED; i++) {
        if (text_equal(verdict_names[i], name)) {
            return (enum result_verdict)i;
        }
    }
    return VERDICT_NONE;
}

const struct result_environment *result_environment_named(const struct result *result, const char *name)
{
    for (int i = 0; i < result->environment_count; i++) {
        if (text_equal(result->environment[i].name, name)) {
            return &result->environment[i];
        }
    }
    return NULL;
}

const struct result_node *result_node_named(const struct result_environment *environment, const char *name)
{
    for (int i = 0; i < environment->node_count; i++) {
        if (text_equal(environment->node[i].name, name)) {
            return &environment->node[i];
        }
    }
    return NULL;
}

const struct result_latency *result_latency_of(const struct result_environment *environment,
                                               const char *request)
{
    for (int i = 0; i < environment->latency_count; i++) {
        if (text_equal(environment->latency[i].request, request)) {
            return &environment->latency[i];
        }
    }
    return NULL;
}

void result_note(struct result *result, struct result_environment *environment, const char *note)
{
    const char **longer = arena_array(result->arena, const char *, environment->note_count + 1);
    for (int i = 0; i < environment->note_count; i++) {
        if (text_equal(environment->note[i], note)) {
            return;
        }
        longer[i] = environment->note[i];
    }
    longer[environment->note_count++] = note;
    environment->note = longer;
}
