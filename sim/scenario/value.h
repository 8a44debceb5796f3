/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VALUE_H
#define VALUE_H

/* Values: the leaves of a table, such as a number, a word, a distribution or the name of a node. */

#include "bind.h"

/* Reads the value of a row that is no table into `field`, and notes its place. `tree` is NULL or null when it
   is not written; `spot` is the struct that holds it. */
void value_bind(struct bind *bind, const struct param *param, const struct tree *tree, void *field,
                const struct bind_spot *spot);

/* What a value of the row looks like, for complaints: "a duration such as 30s". */
const char *value_wanted(const struct param *param, struct arena *arena);

/* Complains that `key` of the struct is something else than the row wants. */
void value_complain_kind(struct bind *bind, const struct param *param, const struct tree *tree,
                         const char *path);

/* Complains that what must be written is not. */
void value_complain_missing(struct bind *bind, const struct param *param, const struct bind_spot *spot);

#endif
