/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BIND_H
#define BIND_H

/* Binding: a tree, read through the tables of a model into its config. Every field is filled, from what is
   written or from the default of its row, through the same readers; every one is noted in the places; and
   what is uncertain or assumed is listed. */

#include "index.h"
#include "inputs.h"
#include "param.h"
#include "places.h"
#include "tree.h"

struct bind {
    struct inputs *inputs;
    struct arena *arena;
    struct diag *diag;
    struct places *places;
    const struct tree *nodes; /* for suggestions */
    struct index *node;       /* index in the plan by name */
    struct assumption *assumption;
    int assumption_count, assumption_room;
    int errors; /* made while binding: what is bound since the last is whole */
};

/* A complaint about what is being bound. The list of complaints keeps the same one once, so it cannot be
   asked whether a config is whole. */
#define bind_error(bind, ...) ((bind)->errors++, diag_error((bind)->diag, __VA_ARGS__))

/* What is being bound: how complaints and paths name it, and where it stands. */
struct bind_spot {
    const char *path;
    struct place place;
    bool assumed; /* all in it is the author's own guess */
};

/* Fills `config`. `map` may be NULL or null: then every field has its default. */
void bind_table(struct bind *bind, const struct tree *map, const struct param *params, void *config,
                struct bind_spot spot);

/* Rows of `row_size` bytes, one for each map in a list. */
struct rows bind_list(struct bind *bind, const struct tree *list, const struct param *params, size_t row_size,
                      struct bind_spot spot);

/* Notes where a field stands, and whether it was written there or has its default. */
void bind_note(struct bind *bind, const void *field, const struct tree *tree, struct bind_spot spot);

/* Lists an assumption; `low` and `high` may be NULL. */
void bind_assume(struct bind *bind, struct assumption assumption);

#endif
