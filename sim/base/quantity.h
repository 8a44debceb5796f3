/* SPDX-License-Identifier: Apache-2.0 */
#ifndef QUANTITY_H
#define QUANTITY_H

/* Numbers with units, as users write them: `30s`, `1.5GiB`, `1000/s`, `99.9%`, `12000 USD`.

   A value is kept in the base unit of its kind: seconds, bytes, per second, a ratio 0..1, US dollars. `m` is
   minutes. Bare numbers are accepted only where the kind says so. Parsing never depends on the locale. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum unit {
    UNIT_NONE,   /* not a number */
    UNIT_COUNT,  /* bare, may be fractional where the field is a double */
    UNIT_RATIO,  /* 0..1 or `70%` (0.7) */
    UNIT_SECOND, /* ns us ms s m min h d */
    UNIT_BYTE,   /* B KiB MiB GiB TiB kB MB GB TB */
    UNIT_RATE,   /* /s /min /h /day /year, kept per second */
    UNIT_CPU,    /* CPU units, 1024 to a vCPU, bare */
    UNIT_METRIC, /* the provider's own number: bare, `70%` read as 70, or a duration or size in base units */
    UNIT_USD     /* `12 USD` */
};

/* Reads all of `text` as a number of kind `unit`. `none` reads as infinity. On failure returns false and points
   *problem at a phrase such as "needs a unit: ns us ms s m min h d". */
bool quantity_parse(const char *text, enum unit unit, double *value, const char **problem);

/* Reads a number at the start of `text`; *end is left after it. For lists of numbers inside a distribution. */
bool quantity_parse_prefix(const char *text, enum unit unit, double *value, const char **end,
                           const char **problem);

/* Writes the shortest text that quantity_parse reads back as exactly `value`, in the unit people would take:
   500ms, 90s, 5min, 70%; infinity is `none`. `size` is at least 40. Returns `out`. */
char *quantity_format(double value, enum unit unit, char *out, size_t size);

/* Reads a range row such as "0s to 12h", "1 to 100000" or "0 or more" (no upper end); each may end in
   " or none". Aborts on a bad row: it is ours, not the user's. */
void quantity_range(const char *range, enum unit unit, double *low, double *high);

/* What a reader may write after the number, for complaints and help: "ns us ms s m min h d". Empty when bare. */
const char *quantity_suffixes(enum unit unit);

/* The name of the unit for tables and manuals: "seconds", "bytes", "per second", "ratio", "count". */
const char *quantity_unit_name(enum unit unit);

#endif
