/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TRIAL_H
#define TRIAL_H

/* A trial: one run, opened, simulated and checked, beside whatever else other threads do. Complaints are sentences, not
   printed here, since only the thread that takes results in order may speak. */

#include "run.h"
#include "study.h"

struct trial {
    const struct study *study;
    const struct plan *plan;
    int replication, thread;
    double lead;
    const struct fault *fault; /* of a drill, or NULL */
    double window;             /* of a drill, or 0 */
    const volatile int *stop;  /* instead of the study's own, or NULL */
};

/* Opens the run of a trial; the caller executes and closes it. */
struct run *trial_open(const struct trial *trial);

/* After run_execute: why the run must not be used, as a sentence in `arena`; NULL when it is sound. A run that was told
   to stop is sound as far as it went. */
const char *trial_problem(const struct trial *trial, struct run *run, struct arena *arena);

/* True when the study has been told to stop. */
bool trial_stopped(const struct study *study);

/* Adds an error about the scenario's file as a whole. */
void trial_complain(const struct study *study, const char *sentence);

#endif
