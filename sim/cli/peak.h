/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEAK_H
#define PEAK_H

struct scenario;

/* Seconds into the profile at which the busiest hour begins: half an hour before the highest point of the profile of the
   client with the most to send; 0 without any profile. */
double peak_hour(const struct scenario *scenario);

#endif
