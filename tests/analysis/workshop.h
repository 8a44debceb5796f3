/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKSHOP_H
#define WORKSHOP_H

/* What the tests of this floor share: cmocka with what it wants included before it, two models whose answers are known,
   and a scenario made by hand around them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>

#include "arena.h"
#include "diag.h"
#include "model.h"
#include "scenario.h"
#include "sheet.h"
#include "study.h"

/* Poisson clients that follow a profile by thinning. */
struct workshop_clients_config {
    double rate;                 /* at the peak */
    const struct curve *profile; /* NULL = constant */
};

/* What a server does wrong, for the self-check to find. */
enum workshop_mutant { MUTANT_NONE, MUTANT_LOSES, MUTANT_ANSWERS_TWICE, MUTANT_STEPS_CLOCK };

/* One exponential server; struck by a fault it is down, then slow, for known times. */
struct workshop_server_config {
    double service; /* mean seconds; 0.02 unless set */
    int mutant;
    int64_t parts;     /* 0 = the fault strikes nothing but the clock */
    double down, slow; /* seconds after a fault: refuses until `down`, takes a second longer until `slow` */
    bool scales;       /* reports two changes of capacity and one scale-out */
    int64_t keys;      /* billed by the month */
    struct rows consumes; /* only whether there are any matters */
};

extern const struct model workshop_clients, workshop_server;

enum { WORKSHOP_CLIENTS, WORKSHOP_SERVER };

/* A scenario of one environment, "test": clients that send to one server. Members may be changed before it is studied. */
struct workshop {
    struct arena *arena;
    struct diag *diag;
    struct workshop_clients_config clients;
    struct workshop_server_config server;
    struct plan_node node[2];
    struct environment environment;
    struct scenario scenario;
    const struct sheet *sheet;
    struct study study;
    struct result *result;
};

/* Opens it: 20 requests a second for 10 minutes, four replications, one thread, no drills. */
void workshop_open(struct workshop *workshop);
void workshop_close(struct workshop *workshop);

/* Adds an objective, which must be a good one. */
void workshop_objective(struct workshop *workshop, const char *text);

/* Simulates; asserts that it was done, or returns how it ended. */
struct result_environment *workshop_study(struct workshop *workshop);
enum study_end workshop_try(struct workshop *workshop);

/* All complaints so far, as printed. */
const char *workshop_complaints(struct workshop *workshop);

/* What a function of the table kind prints, as text in the arena. */
const char *workshop_printed(struct workshop *workshop, bool (*print)(FILE *, const struct result *));

void workshop_near(double got, double want, double tolerance);
void workshop_holds(const char *text, const char *part);

#endif
