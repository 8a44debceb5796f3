/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VISIT_EVENT_H
#define VISIT_EVENT_H

/* What happens to visits by themselves: for the engine only, no model includes this. */

#include "node.h"
#include "run.h"
#include "visit.h"

/* The calendar entry of a visit has come up. */
void visit_event_fire(struct visit *visit);

/* Its deadline has passed (already unlinked from its lane). */
void visit_event_expire(struct visit *visit);

/* Hands the visit back to its node's model. */
void visit_event_resume(struct visit *visit);

/* Puts it in the calendar. */
static inline void visit_event_schedule(struct visit *visit, int64_t at)
{
    visit->flags |= VISIT_PENDING;
    calendar_push(&visit->node->run->calendar, at, visit->slot);
}

/* The service of a visit at its station is over. */
void visit_event_served(struct visit *visit);

static inline void visit_event_undeadline(struct visit *visit)
{
    if (link_linked(&visit->lane)) {
        link_remove(&visit->lane);
    }
}

#endif
