/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_H
#define TEXT_H

/* Small questions about text. Nothing here depends on the locale. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True when both are NULL or hold the same bytes. */
bool text_equal(const char *a, const char *b);

bool text_starts(const char *text, const char *prefix);

/* True when `text` matches `pattern`, in which each `*` stands for any run of characters. */
bool text_matches(const char *pattern, const char *text);

/* The number of single-character edits (insert, delete, replace, swap of neighbours) between two texts of at
   most 63 characters; longer texts count as far apart (1000). */
int text_distance(const char *a, const char *b);

/* The candidate nearest to `word`, or NULL when none is within a third of its length (at least 1, at most 3). */
const char *text_nearest(const char *word, const char *const *candidates, size_t count);

/* A 64-bit hash (FNV-1a, then mixed), the same on every machine; used to name random streams. */
uint64_t text_hash(const char *text);

/* Hex SHA-256 of `size` bytes into `hex`, 65 bytes with the NUL. */
void text_sha256(const void *bytes, size_t size, char hex[65]);

#endif
