/* SPDX-License-Identifier: Apache-2.0 */
#include "toy_ledger.h"

#include "near.h"

#include <string.h>

static void start(struct node *self)
{
    struct toy_ledger_state *state = self->state;
    node_timer(self, &state->timer, 0);
    state->durations = tally_open(self->run->arena);
    meter_add(self, (struct meter){.service = "AmazonToys",
                                   .sku = "Keys",
                                   .name = "keys",
                                   .purchase = "Spot",
                                   .kind = METER_MONTHLY,
                                   .basis = BASIS_CONFIGURED,
                                   .monthly = 3.0});
}

static void ready(struct node *self)
{
    const struct toy_ledger_config *config = self->config;
    struct toy_ledger_state *state = self->state;
    if (state->next < config->count) {
        node_wake_in(self, &state->timer, config->entry[state->next].at - node_seconds(self));
    }
}

static void enter(struct node *self, const struct toy_entry *entry)
{
    struct toy_ledger_state *state = self->state;
    switch (entry->account) {
    case TOY_COUNT:
        state->events += (int64_t)entry->amount;
        state->billed_events += (int64_t)entry->amount;
        break;
    case TOY_SUM:
        state->work += entry->amount;
        state->billed_work += entry->amount;
        break;
    case TOY_LEVEL:
        gauge_set(&state->level, self->run->now, entry->amount);
        gauge_set(&state->highest, self->run->now, entry->amount);
        gauge_set(&state->billed_level, self->run->now, entry->amount);
        break;
    case TOY_DURATION: tally_add(&state->durations, calendar_ns(entry->amount)); break;
    }
}

static void wake(struct node *self, int tag)
{
    const struct toy_ledger_config *config = self->config;
    struct toy_ledger_state *state = self->state;
    (void)tag;
    enter(self, &config->entry[state->next++]);
    ready(self);
}

static void settle(struct node *self)
{
    struct toy_ledger_state *state = self->state;
    state->double_work = 2.0 * state->work;
    state->nothing = NAN;
}

static void nobody_arrives(struct visit *visit)
{
    visit_reply(visit, OUTCOME_NOT_FOUND);
}

static const struct param params[] = {
    PARAM(toy_ledger_config, instance_class, UNIT_NONE, "none", NULL, "What runs.", "definition"),
    PARAM(toy_ledger_config, size, UNIT_COUNT, "1", "1 to 100", "How much of it.", "definition"), PARAM_END};

static const struct output outputs[] = {
    OUTPUT(toy_ledger_state, events, OUTPUT_COUNT, UNIT_COUNT, "Events.", .series = true),
    OUTPUT(toy_ledger_state, work, OUTPUT_SUM, UNIT_SECOND, "Work.", .series = true),
    OUTPUT(toy_ledger_state, level, OUTPUT_MEAN, UNIT_COUNT, "Level.", .series = true),
    OUTPUT(toy_ledger_state, highest, OUTPUT_PEAK, UNIT_COUNT, "Highest level."),
    OUTPUT(toy_ledger_state, double_work, OUTPUT_VALUE, UNIT_SECOND, "Twice the work."),
    OUTPUT(toy_ledger_state, nothing, OUTPUT_VALUE, UNIT_SECOND, "Nothing to report."),
    OUTPUT(toy_ledger_state, durations, OUTPUT_TALLY, UNIT_SECOND, "Durations."),
    OUTPUT(toy_ledger_state, billed_events, OUTPUT_COUNT, UNIT_COUNT, "Events, billed by the thousand.",
           .service = "AmazonToys", .sku = "Events", .factor = 0.001),
    OUTPUT(toy_ledger_state, billed_work, OUTPUT_SUM, UNIT_SECOND, "Work, billed.",
           .sku = "Work:{size}x{instance_class}:hours", .fixed = true),
    OUTPUT(toy_ledger_state, billed_level, OUTPUT_MEAN, UNIT_COUNT, "Level, billed by the hour.",
           .sku = "InstanceUsage:{instance_class}", .factor = 2.0),
    OUTPUT_END};

const struct model toy_ledger = {.name = "toy_ledger",
                                 .config_size = sizeof(struct toy_ledger_config),
                                 .state_size = sizeof(struct toy_ledger_state),
                                 .params = params,
                                 .outputs = outputs,
                                 .start = start,
                                 .ready = ready,
                                 .arrive = nobody_arrives,
                                 .wake = wake,
                                 .settle = settle};

struct run *toy_ledger_run(const struct toy_entry *entries, int count, double horizon, double lead)
{
    static struct toy_ledger_config config;
    static struct plan_node node;
    static struct plan plan;
    config = (struct toy_ledger_config){"db.r6g.large", 12, entries, count};
    node = (struct plan_node){.name = "ledger", .model = &toy_ledger, .config = &config};
    plan = (struct plan){.node = &node, .node_count = 1, .horizon = horizon};
    struct run_options options = {.seed = 1, .lead = lead};
    struct run *run = run_open(&plan, &options, NULL);
    run_execute(run);
    return run;
}

const struct run_output *toy_ledger_output(const struct run *run, const char *key)
{
    const struct run_output *output = run_output_of(run, &run->node[0], key);
    assert_non_null(output);
    return output;
}

const struct meter *toy_ledger_meter(const struct run *run, const char *sku)
{
    for (int i = 0; i < run->meter_count; i++) {
        if (strcmp(run->meter[i].sku, sku) == 0) {
            return &run->meter[i];
        }
    }
    fail_msg("no meter of %s", sku);
    return NULL;
}
