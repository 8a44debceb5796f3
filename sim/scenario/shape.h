/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHAPE_H
#define SHAPE_H

/* A shape: what the tables of the models say may stand at one place of a scenario's tree. With it, a tree can
   be respelled, edited by path and merged before anything of it is bound. */

#include "model.h"
#include "tree.h"

enum shape_kind {
    SHAPE_FREE,  /* no table speaks of it */
    SHAPE_LEAF,  /* one value: a number, a text, a distribution, words */
    SHAPE_ROOT,  /* the scenario itself */
    SHAPE_NODES, /* the map of nodes */
    SHAPE_NODE,  /* a node: its table and `model` */
    SHAPE_TABLE, /* a map whose keys are in `params` */
    SHAPE_LIST,  /* a list of such maps */
    SHAPE_MAP,   /* a map of such maps */
    SHAPE_STEPS, /* a list of steps */
    SHAPE_STEP   /* a map whose one key is in `variants` */
};

struct shape {
    enum shape_kind kind;
    const struct param *params;
    const struct variant *variants;
    const struct param *of; /* the row that the value belongs to, or NULL */
};

extern const struct shape shape_root;

/* The shape of the value of a row. */
struct shape shape_of(const struct param *param);

/* The table of a map's rows. Their name is the key and the first field of the struct, so a row of the table
   for it, which `explain` may want, is no parameter. */
const struct param *shape_map_rows(const struct param *param);

/* The shape of a row of a list, or of a map's value, of this shape. */
struct shape shape_row(struct shape shape);

/* The shape of the value at `key` of a map of this shape. `value` is that value, or the map that it changes:
   a node has the shape of its model, which is FREE when that is unknown. */
struct shape shape_at(struct shape shape, const char *key, const struct tree *value);

/* The table's own spelling of a key in a map of this shape; `key` itself when it has none. */
const char *shape_spelling(struct shape shape, const char *key);

/* True when the table has such a key, written or not. */
bool shape_knows(struct shape shape, const char *key);

/* The key that was meant by `key`, from the table or the keys that the tree has there; or NULL. */
const char *shape_nearest(struct shape shape, const struct tree *tree, const char *key);

/* True when a map laid over a map of this shape merges with it. */
bool shape_merges(struct shape shape);

/* The model that a node names, or NULL. */
const struct model *shape_model(const struct tree *node);

/* Respells `tree`, in place: aliases become the tables' own keys, a step or row in short form is written out.
   */
void shape_spell(struct shape shape, struct tree *tree, struct arena *arena, struct diag *diag);

#endif
