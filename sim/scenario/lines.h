/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LINES_H
#define LINES_H

/* The lines of a file, one at a time, unpacked on the way when the file is gzip. Nothing but the present line
   is held. What unpacks to more than a GiB, or to far more than text ever does, ends the reading as soon as
   that shows. */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct lines;

enum { LINES_LONGEST = 64 << 10 };

/* Reads from `descriptor`, which stays the caller's to close. The arena owns the lines; the caller closes
   them. */
struct lines *lines_open(int descriptor, struct arena *arena);

/* The next line without its end, NUL-terminated, to be written in; valid until the next call. NULL at the end
   of the file or at a problem. */
char *lines_next(struct lines *lines);

/* What ended the reading too early: a phrase that follows the name of the file, or NULL. */
const char *lines_problem(const struct lines *lines);

/* Closes, and gives the hex SHA-256 of all bytes of the file read so far. */
void lines_close(struct lines *lines, char sha256[65]);

#endif
