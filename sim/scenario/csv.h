/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CSV_H
#define CSV_H

/* CSV, one line at a time: fields between commas, blanks around them dropped, quotes doubled inside quotes.
   */

#include "diag.h"

enum { CSV_FIELDS = 16 };

struct csv_field {
    const char *text;
    int column; /* in characters, from 1 */
};

struct csv_line {
    struct csv_field field[CSV_FIELDS];
    int count;
    struct place place;
};

/* Splits `text`, which is overwritten, into the fields of `line`; false after a complaint at `place`. */
bool csv_split(char *text, struct place place, struct csv_line *line, struct diag *diag);

/* True for a line of blanks. */
bool csv_blank(const char *line);

/* Holds a header against the `columns` that are known: index[i] is the field of column i, or -1. The first
   column must be there. False after a complaint. */
bool csv_header(const struct csv_line *line, const char *const *columns, int *index, struct diag *diag);

#endif
