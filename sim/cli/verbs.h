/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERBS_H
#define VERBS_H

/* The verbs of the command line. Each returns the status the program ends with. */

#include "options.h"

struct arena;

enum status {
    STATUS_DONE = 0,
    STATUS_FAILED = 1,    /* the input or the run failed */
    STATUS_USAGE = 2,     /* wrong usage */
    STATUS_MISSED = 3,    /* an objective is missed */
    STATUS_UNDECIDED = 4, /* the precision asked for was not reached */
    STATUS_INTERRUPTED = 130,
    STATUS_PIPE = 141 /* whoever read stdout has gone: ends quietly */
};

struct verb {
    const char *name;  /* NULL ends the table */
    const char *words; /* as help shows them: "SCENARIO" */
    int least, most;   /* words */
    unsigned formats;  /* bit FORMAT_X set: it can write that; 0: it takes no --format */
    const char *help;
    const char *example; /* works when pasted */
    enum status (*run)(const struct options *options, struct arena *arena);
};

extern const struct verb verbs[];

/* The verbs that simulate, in simulate.c. */
enum status verb_run(const struct options *options, struct arena *arena);
enum status verb_check(const struct options *options, struct arena *arena);
enum status verb_validate(const struct options *options, struct arena *arena);

#endif
