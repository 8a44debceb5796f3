/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLACES_H
#define PLACES_H

/* Where each parameter was written, found again by the address of its field in the config struct. So a rule that
   compares two fields can complain at the right line without the config carrying positions. */

#include "diag.h"

struct places;

struct places *places_open(struct arena *arena);

/* Notes that the value at `field` stands at `place` and is addressed by `path` (kept, not copied). */
void places_note(struct places *places, const void *field, struct place place, const char *path);

/* The same for a value that was not written but is a default; `place` is where the struct around it stands. */
void places_note_default(struct places *places, const void *field, struct place place, const char *path);

/* True when the user wrote this field. */
bool places_written(const struct places *places, const void *field);

/* The place of a field. A default was never written: then the place noted for the struct that holds it, which
   the reader notes with its own address, or, failing that, `{NULL, 0, 0}`. */
struct place places_of(const struct places *places, const void *field);

/* The path of a field, such as `orders.scaling.min_capacity`, or NULL. */
const char *places_path(const struct places *places, const void *field);

/* What a rule across fields needs: where to complain and how to find the place. */
struct check {
    struct diag *diag;
    const struct places *places;
    const char *node; /* name of the node being checked */
};

void check_error(const struct check *check, const void *field, const char *message, ...)
    __attribute__((format(printf, 3, 4)));
void check_warning(const struct check *check, const void *field, const char *message, ...)
    __attribute__((format(printf, 3, 4)));

#endif
