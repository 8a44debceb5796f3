/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAULT_EVENT_H
#define FAULT_EVENT_H

#include "calendar.h"

/* The moment of a drill's fault has come: for the run's own timer, whose owner is the run. */
void fault_event_strike(struct timer *timer);

#endif
