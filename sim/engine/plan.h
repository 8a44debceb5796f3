/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLAN_H
#define PLAN_H

/* A plan: one environment of a scenario, read, checked and ready to run; shared by all its runs, never written. */

#include "param.h"
#include "places.h"

struct model;

struct plan_node {
    const char *name;
    const struct model *model;
    const void *config;
    struct place place;
};

struct plan {
    const char *environment, *region;
    const struct plan_node *node;
    int node_count;
    const char *const *zone; /* names */
    int zone_count;
    double horizon;    /* seconds simulated */
    double from;       /* seconds into the clock at which the simulated time starts: `--from 19:00` */
    double clock;      /* seconds since local midnight of the scenario's `start` */
    const char *start; /* as written */
    const struct places *places;
};

#endif
