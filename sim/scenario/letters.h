/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LETTERS_H
#define LETTERS_H

/* Letters: whether bytes are text at all, which is asked of every file before anybody parses it. */

#include "diag.h"

#include <stddef.h>

/* Bytes without the byte order mark, if they begin with one. */
const char *letters_begin(const char *bytes, size_t *size);

/* True when the bytes are UTF-8 without NUL and control characters; else complains about the first that is
   not, at its line and column. `place` is where the bytes begin. */
bool letters_check(const char *bytes, size_t size, struct place place, struct diag *diag);

#endif
