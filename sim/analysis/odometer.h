/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ODOMETER_H
#define ODOMETER_H

/* An odometer: how much simulated time is done, summed over threads, for a progress bar. Written by the threads that
   simulate, read by any other at any time. Zeroed memory is an odometer at rest. */

#include <stdint.h>

enum { ODOMETER_THREADS = 256 };

struct odometer {
    _Atomic(int64_t) total;                     /* ns there are to do: set by the caller, see study_work */
    _Atomic(int64_t) done;                      /* ns of runs that are over */
    _Atomic(int64_t) running[ODOMETER_THREADS]; /* ns of the run going on in each thread */
};

/* The share done, 0 to 1; 0 while nothing is known of the total. */
double odometer_share(struct odometer *odometer);

/* The run of a thread is over and stood for `ns` of the total. Odometer may be NULL. */
void odometer_over(struct odometer *odometer, int thread, int64_t ns);

/* Where the run of a thread writes how far it is: for run_options.progress. NULL without an odometer. */
_Atomic(int64_t) *odometer_slot(struct odometer *odometer, int thread);

#endif
