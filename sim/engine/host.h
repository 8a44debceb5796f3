/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOST_H
#define HOST_H

/* What a part needs to run programs: CPUs, threads in front of them, and connection pools. */

#include "processor.h"
#include "station.h"

struct host {
    struct processor cpu;
    struct station threads; /* requests at once */
    struct station loops;   /* of them on a CPU at once; servers == INT32_MAX when unlimited */
    struct station *pools;  /* in the order of the node's program pools */
    int pool_count;
};

/* Takes what the host of one part needs from the run's arena; in `start` only. `vcpus` above 0; INT64_MAX threads or
   loops = no limit. `pool_sizes` may be NULL with a count of 0. */
struct host *host_open(struct node *node, double vcpus, struct gauge *busy, int64_t threads, int64_t loops,
                       const int64_t *pool_sizes, int pool_count);

/* Empties it: the process died. Nobody is resumed. */
void host_reset(struct host *host);

#endif
