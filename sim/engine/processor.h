/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROCESSOR_H
#define PROCESSOR_H

/* A processor: CPUs shared by everybody who computes there (processor sharing). Each visit runs at the rate
   min(1, capacity/active) / inflation, so one request never runs on more than one vCPU.

   Kept in virtual time: the clock V advances at that rate, a visit with demand D that begins at V finishes at V + D,
   and the order of finish never changes. So arrival, completion and a change of capacity cost O(log active): one
   timer, one heap of finish times, never a scan. V restarts at 0 whenever the processor falls idle, and is rebased
   when it never does (Kleinrock vol. 2, 1976, section 4.4, for the discipline). */

#include "calendar.h"
#include "gauge.h"
#include "visit.h"

struct processor_entry {
    double finish;     /* virtual time */
    uint64_t sequence; /* ties finish in order of arrival */
    struct visit *visit;
};

struct processor {
    struct run *run;
    double capacity; /* vCPUs */
    double virtual_time;
    int64_t since; /* ns at which virtual_time held */
    int32_t active, room;
    uint64_t sequence;
    struct processor_entry *heap;
    struct timer timer;
    struct gauge *busy; /* where busy vCPUs are integrated: shared by the parts of a node; may be NULL */
    struct gauge own;   /* busy vCPUs of this processor */
    double sigma,
        kappa; /* universal scalability law (Gunther 1993): speed of n together is n/(1+s(n-1)+k n(n-1)) */
    int64_t completed;
};

/* In `start` (or when a part is added) only. `capacity` in vCPUs, above 0. */
void processor_open(struct processor *processor, struct run *run, double capacity, struct gauge *busy);

/* Changes capacity at once; everybody inside goes on at the new rate. 0 stops the processor. */
void processor_resize(struct processor *processor, double capacity);

/* Forgets everybody inside, without resuming them. */
void processor_reset(struct processor *processor);

/* Takes one visit out (it was killed). O(active). */
void processor_leave(struct processor *processor, struct visit *visit);

#endif
