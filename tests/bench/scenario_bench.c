/* SPDX-License-Identifier: Apache-2.0 */
/* Times the simulation of one environment of a scenario, as one replication on one core: from the first event to the last,
   without reading the scenario, opening the run or reporting. Prints one line of numbers for tests/bench/run.

   usage: scenario_bench SCENARIO [ENVIRONMENT HORIZON FROM]     seconds; with them, the lead-in of `headroom run` */
#include "arena.h"
#include "diag.h"
#include "model.h"
#include "scenario.h"
#include "study.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static double peak_mib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024.0;
}

/* Requests of clients that have come to their end, those of the lead-in included: its events are timed as well. */
static double requests_of(const struct run *run)
{
    double requests = 0.0;
    for (int i = 0; i < run->node_count; i++) {
        requests += run->node[i].model->is_client ? (double)run->node[i].replies : 0.0;
    }
    return requests;
}

static bool measure(const struct plan *plan, double lead)
{
    struct run_options options = {.seed = 1, .lead = lead};
    struct run *run = run_open(plan, &options, NULL);
    double began = now();
    run_execute(run);
    double seconds = now() - began, requests = requests_of(run);
    const char *violation = run_violation(run);
    if (violation != NULL) {
        fprintf(stderr, "scenario_bench: %s\n", violation);
    }
    printf(
        "%.2f ns_a_request %.2f ns_an_event %.3f events_a_request %.0f requests %.6f seconds %.1f peak_mib\n",
        seconds / requests * 1e9, seconds / (double)run->events * 1e9, (double)run->events / requests,
        requests, seconds, peak_mib());
    run_close(run);
    return violation == NULL;
}

int main(int count, char **word)
{
    if (count != 2 && count != 5) {
        fputs("usage: scenario_bench SCENARIO [ENVIRONMENT HORIZON FROM]\n", stderr);
        return 2;
    }
    const char *environment = count == 5 ? word[2] : NULL;
    struct scenario_options options = {.environment = &environment,
                                       .environment_count = count == 5,
                                       .horizon = count == 5 ? strtod(word[3], NULL) : 0.0,
                                       .from = count == 5 ? strtod(word[4], NULL) : -1.0};
    struct arena *arena = arena_open();
    struct diag *diag = diag_open(arena);
    const struct scenario *scenario = scenario_load(word[1], &options, NULL, arena, diag);
    if (scenario == NULL) {
        diag_print(diag, stderr);
        arena_close(arena);
        return 1;
    }
    const struct plan *plan = &scenario->environment[0].plan;
    double lead = count == 5 ? study_lead(&(struct study_options){.seed = 1}, plan->horizon) : 0.0;
    bool sound = measure(plan, lead);
    arena_close(arena);
    return sound ? 0 : 1;
}
