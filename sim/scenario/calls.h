/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CALLS_H
#define CALLS_H

/* Calls: who waits for whom. A request that can come back to where it already waits would never be answered,
   so such a circle is a complaint. Publishing, sending and consuming hold nobody up and do not count. */

#include "bind.h"
#include "plan.h"

/* Follows every request of the plan, whose configs are whole, through the tables of the models. */
void calls_check(const struct plan *plan, struct diag *diag);

#endif
