/* SPDX-License-Identifier: Apache-2.0 */
#include "lane.h"

#include "run.h"
#include "visit_event.h"

#include <math.h>

/* The oldest deadline has passed: those due now give up, one by one, for each may link or unlink others. */
static void expire(struct timer *timer)
{
    struct lane *lane = timer->owner;
    struct run *run = lane->run;
    while (!link_empty(&lane->waiting)) {
        struct visit *visit = VISIT_OF_LANE(lane->waiting.next);
        if (visit->deadline > run->now) {
            timer_set(&run->calendar, timer, visit->deadline);
            return;
        }
        link_remove(&visit->lane);
        visit_event_expire(visit);
    }
}

struct lane *lane_of(struct run *run, double seconds)
{
    if (isinf(seconds)) {
        return NULL;
    }
    int64_t duration = calendar_ns(seconds);
    for (struct lane *lane = run->lanes; lane != NULL; lane = lane->next) {
        if (lane->duration == duration) {
            return lane;
        }
    }
    struct lane *lane = arena_new(run->arena, struct lane);
    lane->duration = duration;
    lane->run = run;
    lane->timer = timer_make(expire, lane, 0);
    link_clear(&lane->waiting);
    lane->next = run->lanes;
    run->lanes = lane;
    return lane;
}
