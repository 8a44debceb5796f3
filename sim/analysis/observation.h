/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OBSERVATION_H
#define OBSERVATION_H

/* Observations: each metric of an environment with its value in each replication: `samples` of the run file. Every
   interval in a result comes from one of these rows, objectives are judged on them and comparisons pair on them.

   A row goes by one canonical name, in the language of objectives, without the environment and without unit suffix:

     latency.mean p50 p90 p95 p99 p999 max            row "all"; and {request="GET /x"}         seconds
     requests.rate                                    row "all"; and {request="GET /x"}         per second
     requests.ended, requests.failed                  row "all"; and {request="GET /x"}         count
     errors.rate                                      all; and {status="503"}                   ratio
     errors.CAUSE                                     errors.timeout, errors.rejected, ...      ratio
     nodes.visits nodes.utilisation nodes.OUTPUT      {node="orders"}                           the output's unit
     nodes.OUTPUT_p50 nodes.OUTPUT_p99                of an output that is a distribution; nodes.OUTPUT is its mean
     scaling.events                                   {node="orders"}                           count in the horizon
     scaling.time_to_capacity                         {node="orders"}                           seconds
     scaling.time_to_capacity.PART                    metric alarm cooldown launch warm health  seconds
     cost.monthly                                     all; {service="AmazonECS"}; {node="alb"}  USD
     recovery.rto recovery.rpo                        {component="orders", drill="task_crash"}  seconds
     recovery.rto.PART                                detection decision ... warm_up drain      seconds
     recovery.failed                                  {component=..., drill=...}                count

   In rows of recovery NAN says "not healthy before the fault" and infinity "not restored within the drill". */

#include "interval.h"
#include "quantity.h"

struct arena;

struct observation {
    const char *name;
    enum unit unit;
    double *value; /* of each replication */
};

struct observations {
    struct arena *arena;
    struct observation *row;
    int count, room;
    int replications, replication_room;
    int cursor; /* where the last row was found: the next one asked for is usually the next one */
};

/* An empty table in `arena`, which must outlive it. */
struct observations observation_open(struct arena *arena);

/* Notes the value of a metric in a replication, from 0. Replications of a row that are never noted are NAN. The name is
   copied when the row is new. */
void observation_note(struct observations *table, int replication, const char *name, enum unit unit,
                      double value);

/* The row of this name, or NULL. */
const struct observation *observation_find(const struct observations *table, const char *name);

/* The interval of a row, of an amount; all NAN when there is no such row. */
struct interval observation_interval(const struct observations *table, const char *name);

/* The sum of a row over replications, NANs left out: for counts. 0 when there is no such row. */
double observation_sum(const struct observations *table, const char *name);

/* `metric`, or `metric{scope="value"}` when value is not NULL. In the arena. */
const char *observation_name(struct arena *arena, const char *metric, const char *scope, const char *value);

/* `metric{component="...", drill="..."}`. */
const char *observation_drill_name(struct arena *arena, const char *metric, const char *component,
                                   const char *drill);

/* The value that the canonical `name` has for `scope`, copied to the arena; NULL when it has none. */
const char *observation_scope(struct arena *arena, const char *name, const char *scope);

#endif
