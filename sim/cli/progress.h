/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROGRESS_H
#define PROGRESS_H

/* A progress bar with the time left, on stderr when that is a terminal. A thread of its own draws it, so the
   simulation is not slowed; nothing of it reaches a result. */

#include <stdbool.h>

struct odometer;
struct progress;

/* Begins drawing what `odometer` says, or does nothing when `quiet` or stderr is no terminal. The text goes before
   the bar and must outlive it. Ended by progress_end. */
struct progress *progress_begin(struct odometer *odometer, const char *text, bool quiet);

/* Wipes the bar and frees it. NULL is allowed. */
void progress_end(struct progress *progress);

#endif
