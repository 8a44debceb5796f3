/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PATH_H
#define PATH_H

/* A path: `orders.scaling.policies[cpu-up].target_value`, the same wherever something in a scenario is named.
   It starts at a top-level key or a node. Rows of a list that have a name go by it, others by their number
   from 0; both may stand in brackets or after a dot. `*` stands for any run of characters. */

#include "tree.h"

struct path {
    const char *text;
    struct place place;
    const char *segment[TREE_DEPTH];
    int count;
};

/* Reads `text`, which was written at `place`; false after a complaint. */
bool path_read(const char *text, struct place place, struct path *path, struct arena *arena,
               struct diag *diag);

/* True for a segment with a `*`. */
bool path_wild(const char *segment);

/* True when a row of a list is meant by the segment: by its name, which may be NULL, or its number. */
bool path_means_row(const char *segment, const char *name, int number);

/* `path` and one more key, or row: by name, or by number when it has none. */
const char *path_key(struct arena *arena, const char *path, const char *key);
const char *path_row(struct arena *arena, const char *path, const char *name, int number);

#endif
