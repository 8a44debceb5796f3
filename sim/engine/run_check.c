/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"
#include "run.h"

#include <math.h>

/* Requests still inside a node, and how long they have been there, counted from the pool of visits itself. */
struct in_flight {
    int64_t count;
    double age; /* seconds, summed */
};

static void count_in_flight(const struct run *run, struct in_flight *inside)
{
    for (uint32_t slot = 0; slot < run->visits_made; slot++) {
        const struct visit *visit = run_visit(run, slot);
        if (visit->live != 0 && (visit->flags & VISIT_BRANCH) == 0) {
            inside[visit->node->index].count++;
            inside[visit->node->index].age += (double)(run->now - visit->arrived) * 1e-9;
        }
    }
}

static const char *check_flow(struct run *run, const struct node *node, const struct in_flight *inside)
{
    if (node->arrivals == node->replies + inside->count) {
        return NULL;
    }
    return arena_printf(run->arena, "flow balance of %s: %lld arrivals, but %lld replies and %lld inside",
                        node->name, (long long)node->arrivals, (long long)node->replies,
                        (long long)inside->count);
}

/* Little's law over a whole run is an identity: the integral of the number inside is the sum of the times that each
   one spent there, those still inside included (Little 1961; Stidham 1974 for sample paths). Its sides come from
   a gauge and from stamps in the visits. */
static const char *check_little(struct run *run, const struct node *node, const struct in_flight *inside)
{
    double level_time = gauge_area(&node->inside, run->now), residence = node->residence_sum + inside->age;
    double tolerance = 1e-6 * (level_time + 1.0);
    if (fabs(level_time - residence) <= tolerance) {
        return NULL;
    }
    return arena_printf(run->arena,
                        "Little's law at %s: %.9g inside x seconds, but %.9g seconds of residence",
                        node->name, level_time, residence);
}

const char *run_violation(struct run *run)
{
    if (run->broken != NULL) {
        return run->broken;
    }
    struct in_flight *inside = arena_array(run->arena, struct in_flight, run->node_count);
    count_in_flight(run, inside);
    for (int i = 0; i < run->node_count; i++) {
        const struct node *node = &run->node[i];
        const char *problem = check_flow(run, node, &inside[i]);
        problem = problem != NULL ? problem : check_little(run, node, &inside[i]);
        if (problem != NULL) {
            return problem;
        }
    }
    return NULL;
}
