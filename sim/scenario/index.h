/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INDEX_H
#define INDEX_H

/* An index: numbers found by a text. It has room for as many texts as it was opened for. */

#include <stdbool.h>

struct arena;
struct index;

struct index *index_open(struct arena *arena, int room);

/* Adds a text (kept, not copied) with its number; false when it is there already. */
bool index_add(struct index *index, const char *text, int number);

/* The number of a text, or -1. */
int index_find(const struct index *index, const char *text);

#endif
