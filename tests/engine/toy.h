/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOY_H
#define TOY_H

/* Toy models for tests of the engine: a source, a server, and some that break its rules. */

#include "model.h"

struct toy_source_config {
    double rate;   /* Poisson arrivals a second; 0 = the first `burst` only */
    int64_t burst; /* arrive together at time 0 */
    int64_t limit; /* stops after so many, 0 = never */
    double within; /* of each call, 0 = none */
};

struct toy_server_config {
    int64_t servers, limit;
    enum station_discipline discipline;
    struct dist service;
    bool next;       /* goes on to the following node of the plan */
    double patience; /* 0 = endless */
};

struct toy_server_state {
    struct station station;
    struct lane *patience;
    struct node *next;
    int64_t *order; /* slots in the order of service, for the first 64 */
    int64_t served;
};

struct toy_cpu_config {
    double vcpus, sigma, kappa;
    struct dist demand;
};

extern const struct model toy_source, toy_server, toy_cpu;

/* Lose a visit, answer it twice, step the clock: the mutants of the self-check. */
extern const struct model toy_loser, toy_stepper, toy_forgetter;

/* Opens, executes and returns a run of these nodes for `horizon` seconds. */
struct run *toy_run(const struct plan_node *nodes, int count, double horizon, uint64_t seed);

#endif
