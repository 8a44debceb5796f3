/* SPDX-License-Identifier: Apache-2.0 */
#include "odometer.h"

#include <stddef.h>

double odometer_share(struct odometer *odometer)
{
    int64_t total = odometer->total, done = odometer->done;
    for (int i = 0; i < ODOMETER_THREADS; i++) {
        done += odometer->running[i];
    }
    if (total <= 0) {
        return 0.0;
    }
    return done < total ? (double)done / (double)total : 1.0;
}

void odometer_over(struct odometer *odometer, int thread, int64_t ns)
{
    if (odometer != NULL) {
        odometer->running[thread] = 0;
        odometer->done += ns;
    }
}

_Atomic(int64_t) *odometer_slot(struct odometer *odometer, int thread)
{
    return odometer == NULL ? NULL : &odometer->running[thread];
}
