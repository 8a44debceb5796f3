/* SPDX-License-Identifier: Apache-2.0 */
#include "fault.h"

#include "fault_event.h"
#include "model.h"
#include "run.h"

#include <assert.h>

const char *const recovery_stage_names[RECOVERY_STAGES] = {"detection", "decision", "replacement",
                                                           "connection", "warm_up"};

static bool concerns(const struct run *run, const struct node *node)
{
    const struct recovery *recovery = &run->recovery;
    return recovery->struck >= 0 && (recovery->fault->node < 0 || recovery->fault->node == node->index);
}

void recovery_reached(struct node *node, enum recovery_stage stage)
{
    struct run *run = node->run;
    if (concerns(run, node) && run->recovery.reached[stage] < 0) {
        run->recovery.reached[stage] = run->now;
    }
}

void recovery_lost(struct node *node, double seconds, int64_t writes)
{
    struct recovery *recovery = &node->run->recovery;
    if (!concerns(node->run, node)) {
        return;
    }
    recovery->lost_seconds = seconds > recovery->lost_seconds ? seconds : recovery->lost_seconds;
    recovery->lost_writes += writes;
}

/* A running part, drawn evenly; -1 when there is none. */
static int draw_part(const struct node *node, struct stream *stream)
{
    int running = part_count(node, PART_RUNNING);
    if (running == 0) {
        return -1;
    }
    int place = (int)stream_below_n(stream, (uint32_t)running);
    for (int i = 0; i < node->part_limit; i++) {
        if (node->part[i]->life == PART_RUNNING && place-- == 0) {
            return i;
        }
    }
    return -1;
}

static void crash_parts(struct node *node, const struct fault *fault)
{
    for (int i = 0; i < node->part_limit; i++) {
        struct part *part = node->part[i];
        bool one = fault->kind == FAULT_PART || fault->kind == FAULT_HOST;
        bool struck = one ? i == fault->part : fault->kind != FAULT_ZONE || part->zone == fault->zone;
        if (struck && part->life != PART_ABSENT && part->alive) {
            part->reachable = fault->kind == FAULT_PART;
            part_crash(part, OUTCOME_RESET);
        }
    }
}

static void strike_node(struct node *node, const struct fault *fault)
{
    assert(node != NULL);
    if (node->model->fail != NULL) {
        node->model->fail(node, fault);
    } else {
        crash_parts(node, fault);
    }
}

void fault_event_strike(struct timer *timer)
{
    struct run *run = timer->owner;
    struct fault *fault = &run->fault;
    struct node *node = fault->node < 0 ? NULL : &run->node[fault->node];
    const char *name = node == NULL ? "every node" : node->name;
    struct stream stream = stream_open(run->options.seed, run->options.replication, name, "fault");
    run->recovery.struck = run->now;
    if (fault->zone < 0 && run->plan->zone_count > 0) {
        fault->zone = (int)stream_below_n(&stream, (uint32_t)run->plan->zone_count);
    }
    if (node != NULL) {
        fault->part = fault->part < 0 ? draw_part(node, &stream) : fault->part;
        strike_node(node, fault);
        return;
    }
    for (int i = 0; i < run->node_count; i++) {
        strike_node(&run->node[i], fault);
    }
}
