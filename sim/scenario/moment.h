/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOMENT_H
#define MOMENT_H

/* A moment of the calendar, as ISO 8601 writes it: `2026-03-02T19:00:05.25Z`. A blank may stand for the T,
   and seconds, their fraction and the offset may be left out. */

#include <stdbool.h>
#include <stdint.h>

struct moment {
    int64_t seconds; /* since 1970-01-01T00:00, in UTC if an offset was written, else in local time */
    double fraction; /* of a second */
    int day_seconds; /* since midnight, as written */
};

/* Reads a moment at the start of `text` and sets *end after it; false when none is there or it does not
   exist. */
bool moment_read(const char *text, struct moment *moment, const char **end);

#endif
