/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EDIT_H
#define EDIT_H

/* Edits of a scenario's tree: a value laid over what a path leads to, a map merged into another, a mark set.
   Maps merge, everything else is replaced whole, and null removes. */

#include "path.h"
#include "shape.h"

struct edit {
    const struct path *path;
    const struct tree *value; /* laid over; NULL: what the path leads to is marked as assumed instead */
    struct arena *arena;
    struct diag *diag;
    int matches;         /* how many places the path led to */
    const char *problem; /* where it led nowhere first, or NULL */
    int depth;           /* of the path, where the problem was */
};

/* Applies the edit to all that its path leads to from segment `first` on, below `root`, the tree of a
   scenario. What is wrong with the path is left in the edit for the caller to report when nothing matched
   anywhere. */
void edit_apply(struct edit *edit, struct tree *root, int first);

/* Reports an edit that matched nothing. */
void edit_report(const struct edit *edit);

/* Lays the map `over` (read only) over the map `base` (changed), both of this shape. */
void edit_merge(struct tree *base, const struct tree *over, struct shape shape, struct arena *arena,
                struct diag *diag);

/* Lays `entry` over the entry of `map` with the same key; `map` has this shape. */
void edit_lay(struct tree *map, const struct tree_entry *entry, struct shape shape, struct arena *arena,
              struct diag *diag);

#endif
