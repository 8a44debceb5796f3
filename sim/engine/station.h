/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STATION_H
#define STATION_H

/* A station: `servers` identical servers and a queue in front. Disciplines: first come first served, one queue for
   each priority (class 0 first; without preemption), or random order. Processor sharing is in processor.h. */

#include "gauge.h"
#include "visit.h"

enum station_discipline { STATION_FCFS, STATION_RANDOM, STATION_PRIORITY };
enum { STATION_PRIORITIES = 8 };

struct station {
    struct run *run;
    int32_t servers, busy;
    int32_t discipline;
    int32_t waiting;
    int64_t limit;      /* of visits waiting, INT64_MAX = none */
    struct link *queue; /* one, or STATION_PRIORITIES of them; sentinels */
    struct gauge in_service, in_queue;
    struct stream stream; /* for random order */
    int64_t served, refused, abandoned;
    double wait_sum; /* seconds spent in the queue by those served */
};

/* A station of `servers` (INT32_MAX = as many as come) with memory from the run's arena. In `start` only. */
void station_open(struct station *station, struct run *run, int64_t servers, int64_t limit,
                  enum station_discipline discipline, struct stream stream);

/* Changes the number of servers: more start serving those who wait; fewer leave as they fall idle. */
void station_resize(struct station *station, int64_t servers);

/* Takes a waiting visit out of the queue; it does not resume. */
void station_leave(struct station *station, struct visit *visit);

/* Forgets every visit, waiting or served, without resuming any (their part has died). */
void station_reset(struct station *station);

#endif
