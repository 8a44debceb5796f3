/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DIAG_H
#define DIAG_H

/* Complaints about what a user wrote. Reading goes on after one, so that all are shown at once, sorted by file,
   line and column; at most 50 are printed. A complaint says what is wrong and the way out. */

#include <stdbool.h>
#include <stdio.h>

struct diag;
struct arena;

/* Where something was written. `file` as the user typed it; line and column from 1, or 0 when unknown. */
struct place {
    const char *file;
    int line, column;
};

/* Opens an empty list in `arena`, which must outlive it. */
struct diag *diag_open(struct arena *arena);

/* Adds an error or a warning; the text is formatted and kept. The same text at the same place is kept once. */
void diag_error(struct diag *diag, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void diag_warning(struct diag *diag, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

int diag_errors(const struct diag *diag);
int diag_warnings(const struct diag *diag);

/* Prints `FILE:LINE:COLUMN: error: message`, sorted, at most 50, then how many were left out. */
void diag_print(struct diag *diag, FILE *out);

#endif
