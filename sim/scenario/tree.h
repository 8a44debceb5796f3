/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TREE_H
#define TREE_H

/* A tree: what a YAML document says, each value with the place where it was written. Aliases share the value
   they name, so a tree as read is never written; tree_copy gives one that may be edited. No tree is deeper
   than TREE_DEPTH, which is what bounds every recursion over it. */

#include "diag.h"

#include <stddef.h>
#include <stdint.h>

struct arena;

enum {
    TREE_DEPTH = 64,      /* values inside one another */
    TREE_VALUES = 100000, /* values of a document, aliases expanded */
    TREE_KEY = 200        /* characters of a key */
};

enum tree_kind { TREE_SCALAR, TREE_LIST, TREE_MAP };

struct tree;

/* One entry of a map, or of a list, where `key` is NULL. */
struct tree_entry {
    const char *key;
    struct place place; /* of the key; of a list entry, of its value */
    uint32_t hash;      /* of the key */
    struct tree *value;
};

struct tree {
    enum tree_kind kind;
    bool quoted;      /* a scalar in quotes or a block: never null */
    bool assumed;     /* the author's own guess, with all that is inside */
    int height;       /* 1 for a scalar */
    int weight;       /* values in it, itself included; as it was read */
    const char *text; /* of a scalar, else "" */
    struct place place;
    struct tree_entry *entry;
    int count, room;
};

struct tree *tree_scalar(struct arena *arena, const char *text, struct place place);
struct tree *tree_collection(struct arena *arena, enum tree_kind kind, struct place place);

/* Appends an entry; `key` (kept) is NULL in a list. A key that is there already is not looked for. */
void tree_append(struct arena *arena, struct tree *tree, struct tree_entry entry);

struct tree_entry tree_entry_of(const char *key, struct place place, struct tree *value);

/* The entry of a map with this key, or NULL; NULL for any tree that is not a map, and for NULL. */
struct tree_entry *tree_entry(const struct tree *tree, const char *key);

/* Its value, or NULL. */
struct tree *tree_get(const struct tree *tree, const char *key);

/* Replaces the value of the key or appends it. */
void tree_set(struct arena *arena, struct tree *map, struct tree_entry entry);

/* Removes the entry at `index`. */
void tree_remove(struct tree *tree, int index);

/* What a row of a list is called, its `name`; NULL when it has none. */
const char *tree_name(const struct tree *row);

/* True for NULL and for a plain `null`, `~` or nothing. */
bool tree_null(const struct tree *tree);

/* A copy of everything, aliases expanded, that shares only the texts. */
struct tree *tree_copy(struct arena *arena, const struct tree *tree);

/* How many values are in it now, itself included. */
int tree_weigh(const struct tree *tree);

/* "a map", "a list", "a value": what complaints call it. */
const char *tree_kind_name(const struct tree *tree);

/* The key of `map` that `word` may have been meant for, or NULL. */
const char *tree_nearest(const struct tree *map, const char *word);

#endif
