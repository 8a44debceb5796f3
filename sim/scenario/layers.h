/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LAYERS_H
#define LAYERS_H

/* Layers: a scenario file and the files that it extends, laid over one another, and for each environment the
   tree that comes of it. The order is: the bodies of the files, the extended one first; then what each of
   them says for the environment; then `--set`; then the marks of `assumed`. */

#include "edit.h"
#include "inputs.h"

enum { LAYERS = 8 };

struct layer {
    const char *file;
    struct tree *tree;
};

struct layers {
    struct inputs *inputs;
    struct arena *arena;
    struct diag *diag;
    const char *file;           /* the scenario's own */
    struct layer layer[LAYERS]; /* the one extended by all others first */
    int count;
    struct tree *base;              /* the bodies, merged */
    struct tree_entry *environment; /* by name, each where it stands first; `value` is not used */
    int environment_count;
    bool *made;              /* whether the tree of an environment was made */
    struct edit *set, *mark; /* of `--set`, and of `assumed` */
    int set_count, mark_count;
};

/* Reads the bytes of `file` and what it extends, and merges the bodies. NULL after complaints that leave
   nothing to look at. */
struct layers *layers_read(struct inputs *inputs, const char *file, const char *bytes, size_t size,
                           const struct scenario_options *options);

/* The index of an environment, or -1. */
int layers_environment(const struct layers *layers, const char *name);

/* The tree of one environment. */
struct tree *layers_tree(struct layers *layers, int environment);

/* Reports each `--set` and each path of `assumed` that led nowhere in all trees made so far. */
void layers_report(const struct layers *layers);

#endif
