/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LANE_H
#define LANE_H

/* A lane: deadlines of one duration. Equal durations expire in the order they began, so a lane is a list with one
   timer, and a deadline that is nearly always cancelled costs a link and an unlink instead of a heap entry
   (lazily cancelled timers: twice the time per request at 100,000/s, and fifty times the memory). */

#include "calendar.h"
#include "visit.h"

struct lane {
    int64_t duration; /* ns */
    struct link waiting;
    struct timer timer;
    struct run *run;
    struct lane *next; /* of the run's lanes */
};

/* The run's lane for `seconds`, made if need be: in `start`, `resolve` or `ready`. NULL for infinity. */
struct lane *lane_of(struct run *run, double seconds);

#endif
