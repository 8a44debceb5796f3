/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RESTORATION_H
#define RESTORATION_H

/* Restoration: when clients were served again as before a fault, read off windows of 10 s.

   A window is good when its share of failed requests is below the bound (1 %, or the environment's own objective),
   no more than 1 % of its answers, by more than chance explains, took longer than twice the p99 of the five minutes
   before the fault, and at least a
   quarter of the requests expected from those five minutes ended in it: nobody waits for an answer that never comes.
   Restored is the first window after the fault that begins five good minutes. RTO runs from the fault to its
   beginning: 0 when nothing was ever worse.

   One failed or one slow request is chance, not an outage, so at least two are needed to spoil a window. Where traffic is
   so thin that a window holds fewer than 20 requests, each window is judged together with as many that follow it as
   it takes to expect 20; looking forward keeps an outage from lengthening what comes after it. Where five minutes do
   not hold 20 requests, nothing can be told from what clients see. */

#include "run.h"

#include <stdbool.h>

enum {
    RESTORATION_GOOD = 30, /* windows: five minutes */
    RESTORATION_LEAST = 20 /* requests for a verdict */
};

enum restoration_end {
    RESTORATION_OPEN,      /* not decided by the windows so far */
    RESTORATION_DONE,      /* restored: see `window` */
    RESTORATION_UNHEALTHY, /* not healthy before the fault */
    RESTORATION_THIN       /* too few requests to tell */
};

struct restoration {
    enum restoration_end end;
    int window; /* windows from the fault to the first good one of thirty */
    int seen;   /* windows from the fault that the verdict rests on */
};

/* The verdict on `windows`, of which the first RESTORATION_GOOD are before the fault and `count` in all are over.
   `bound` is of the share of failed requests. `load` is the load that clients offer in each window, in any unit, so that
   a quiet hour is not taken for an outage; NULL when it is constant. */
struct restoration restoration_of(const struct run_window *windows, int count, double bound,
                                  const double *load);

/* The middle in seconds of a latency bucket of struct run_window. */
double restoration_bucket(int bucket);

/* The bucket of the p99 of `count` windows taken together; -1 when nothing ended well. */
int restoration_p99(const struct run_window *windows, int count);

#endif
