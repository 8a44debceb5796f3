/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CREW_H
#define CREW_H

/* A crew: threads that work through numbered jobs. Each takes the next number; results are taken over in the order of
   the numbers, by one thread at a time, whatever the number of threads. So everything that is merged in `take` is the
   same on 1 thread and on 64, and no more results than threads wait at any time. */

#include <stdbool.h>

struct crew_work {
    int first, count; /* jobs first .. first + count - 1 */
    int threads;      /* at least 1; no more are started than there are jobs */
    void *context;
    /* Does job `job`, on thread `thread` (from 0). Runs beside others. */
    void *(*perform)(void *context, int job, int thread);
    /* Takes over the result of a job, in order, one at a time. False ends the work: no further job begins. */
    bool (*take)(void *context, int job, void *result);
    /* Frees a result that is not taken because the work has ended. */
    void (*drop)(void *result);
};

/* True when every result was taken. Results are taken in order until the first that ends the work, so which one that
   is does not depend on the threads. */
bool crew_run(const struct crew_work *work);

/* How many processors there are: a default for `threads`. */
int crew_processors(void);

#endif
