/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DOCUMENT_H
#define DOCUMENT_H

/* A document: the bytes of a YAML file, read into a tree. What would be too deep or too large, aliases
   counted as often as they are used, is refused while the parser still reports it, before it is built. */

#include "tree.h"

enum { DOCUMENT_BYTES = 4 << 20 };

/* Reads the one map that the bytes of `file` hold. NULL after complaints. */
struct tree *document_read(const char *file, const char *bytes, size_t size, struct arena *arena,
                           struct diag *diag);

/* Reads a single value of any kind, which begins at `place`; no text at all is null. */
struct tree *document_value(struct place place, const char *text, struct arena *arena, struct diag *diag);

/* The first paragraph of the comment that opens a document, in one line; NULL when it opens with something
   else. */
const char *document_question(const char *bytes, size_t size, struct arena *arena);

#endif
