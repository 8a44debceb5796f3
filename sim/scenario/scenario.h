/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SCENARIO_H
#define SCENARIO_H

/* A scenario: the user's YAML, read, overlaid, checked and bound to the tables of the models; one plan for
   each environment. Everything lives in the arena given to scenario_load. */

#include "diag.h"
#include "objective.h"
#include "plan.h"

struct arena;
struct sheet;

/* What the author guessed, or a default without a document behind it; low and high as written, NULL when not
   given. */
struct assumption {
    const char *path, *value, *low, *high, *source;
};

/* A recovery target. */
struct target {
    struct words components; /* node names; "*" is every component */
    double rto, rpo;         /* seconds, INFINITY when not set */
    const char *source;
    struct place place;
};

/* A drill to be run: one row of the table of faults (analysis/drill) on one node. */
struct drill_ask {
    const char *name; /* "orders: task crash" */
    const char *kind; /* key of the fault row */
    int node;         /* index in the plan, -1 for zones */
    struct place place;
};

struct environment {
    const char *name;
    struct plan plan;
    const struct target *target;
    int target_count;
    struct objective *const *objective; /* those that speak of this environment */
    int objective_count;
    const struct assumption *assumption;
    int assumption_count;
    const struct drill_ask *drill;
    int drill_count;
};

struct input_file {
    const char *file; /* as typed if relative, else its last part */
    char sha256[65];
};

struct scenario {
    const char *name, *file;        /* file: as typed if relative, else its last part */
    char sha256[65];                /* of the scenario file's bytes */
    const struct input_file *input; /* every file read, the scenario first, then in order of reading */
    int input_count;
    const char *question; /* the comment that opens the file, one line, or NULL */
    const struct environment
        *environment; /* in the order of the file; one called "default" if there are none */
    int environment_count;
    struct words tag_names, tag_values;
};

struct scenario_options {
    const char *const *set; /* "PATH=VALUE", in order; complaints name the file `--set` */
    int set_count;
    const char *const *require; /* objectives; complaints name the file `--require` */
    int require_count;
    const char *const *environment; /* only these; none = all */
    int environment_count;
    double horizon; /* seconds, overrides the file; 0 = as written */
    double from;    /* seconds on the clock, overrides; negative = as written */
};

/* Reads `file`. Complaints go to `diag`, all of them; NULL when there was an error. Every plan has been
   through run_open once, so asks that nobody answers are complaints too. `options` may be NULL: as written.
   `sheet` may be NULL: then no price is looked for. */
const struct scenario *scenario_load(const char *file, const struct scenario_options *options,
                                     const struct sheet *sheet, struct arena *arena, struct diag *diag);

/* A scenario in memory; `file` is what complaints call it, and where the files that it names are looked for.
   */
struct scenario_text {
    const char *file, *bytes;
    size_t size;
};

/* The same for a scenario in memory. */
const struct scenario *scenario_read(const struct scenario_text *text, const struct scenario_options *options,
                                     const struct sheet *sheet, struct arena *arena, struct diag *diag);

/* The plan of one environment as YAML that loads to the same plan: every parameter spelled out. */
const char *scenario_dump(const struct scenario *scenario, const struct environment *environment,
                          struct arena *arena);

#endif
