/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DIST_FORM_H
#define DIST_FORM_H

/* The ways of writing each kind of distribution: which numbers it takes, and how they become its parameters,
   mean and scv. A kind has one row for each set of names that determines it. */

#include "dist.h"

enum { DIST_ARGUMENTS = 2 };

enum dist_sort {
    DIST_QUANTITY, /* in the unit of the quantity */
    DIST_FACTOR    /* a plain number or a percentage */
};

struct dist_argument {
    const char *name; /* NULL: the form takes no more */
    enum dist_sort sort;
    bool zero; /* may be 0 */
};

struct dist_form {
    const char *name;
    enum dist_kind kind;
    bool positional; /* the names may be left out, in this order */
    struct dist_argument argument[DIST_ARGUMENTS];
    const char *usage; /* an example, for complaints */

    /* Fills everything but kind, values and text from the numbers, all above 0 unless `zero`. Returns NULL,
       or a phrase when there is no such distribution. */
    const char *(*solve)(const double *number, struct dist *dist);
};

/* Ended by a row without a name; the rows of a kind stand together. */
extern const struct dist_form dist_forms[];

#endif
