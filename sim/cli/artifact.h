/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ARTIFACT_H
#define ARTIFACT_H

/* A file that is there whole or not at all: written aside, then renamed. Or stdout, whose errors count as much. */

#include <stdbool.h>
#include <stdio.h>

struct arena;

struct artifact {
    FILE *out;
    const char *file;  /* as the user typed it; NULL: stdout */
    const char *place; /* where a symbolic link leads */
    char *aside;       /* NULL: written in place, a device or a pipe */
    int error;         /* errno of the first failed write, 0 = none */
};

/* Opens for writing; complains on stderr and returns false when it cannot. Texts are kept in `arena`. */
bool artifact_open(struct artifact *artifact, const char *file, struct arena *arena);

/* Writes out what has been printed so far; false, and the error kept, when that fails. */
bool artifact_flush(struct artifact *artifact);

/* Finishes: flushes, and renames into place. Complains and returns false on any write error; then the file that was
   there before is untouched. A closed pipe is an error without a complaint. */
bool artifact_close(struct artifact *artifact);

/* Gives up: removes what was written aside, and complains if a write had failed. */
void artifact_drop(struct artifact *artifact);

#endif
