/* SPDX-License-Identifier: Apache-2.0 */
#include "figure.h"

#include "arena.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER = 64 };

/* Decimals that make three significant digits of a number of at least 1. */
static int decimals_of(double value)
{
    double size = fabs(value);
    return size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
}

/* The text without zeros at the end of its decimals. */
static char *trimmed(char *text)
{
    char *end = text + strlen(text);
    if (strchr(text, '.') == NULL) {
        return text;
    }
    while (end[-1] == '0') {
        *--end = '\0';
    }
    if (end[-1] == '.') {
        end[-1] = '\0';
    }
    return text;
}

static const char *with_unit(struct arena *arena, double value, const char *unit)
{
    char text[NUMBER];
    snprintf(text, sizeof text, "%.*f", decimals_of(value), value);
    return arena_printf(arena, "%s %s", trimmed(text), unit);
}

/* "4 min 10 s", "3 h 20 min". */
static const char *in_two(struct arena *arena, double units, const char *large, const char *small)
{
    int64_t whole = llround(units), rest = whole % 60;
    if (rest == 0) {
        return arena_printf(arena, "%lld %s", (long long)(whole / 60), large);
    }
    return arena_printf(arena, "%lld %s %lld %s", (long long)(whole / 60), large, (long long)rest, small);
}

/* What is not a number of any size: a dash or "never"; NULL for the others. */
static const char *no_number(double value)
{
    return isnan(value) ? "-" : isinf(value) ? "never" : NULL;
}

const char *figure_seconds(struct arena *arena, double seconds)
{
    if (no_number(seconds) != NULL) {
        return no_number(seconds);
    }
    if (seconds == 0.0) {
        return "0 s";
    }
    if (seconds < 0.9995e-3) {
        return with_unit(arena, seconds * 1e6, "us");
    }
    if (seconds < 0.9995) {
        return with_unit(arena, seconds * 1e3, "ms");
    }
    if (seconds < 599.5) {
        return with_unit(arena, seconds, "s");
    }
    if (seconds < 3599.5) {
        return in_two(arena, seconds, "min", "s");
    }
    return seconds < 48.0 * 3600.0 ? in_two(arena, seconds / 60.0, "h", "min")
                                   : with_unit(arena, seconds / 86400.0, "d");
}

/* Digits with a comma before every third from the end. */
static const char *grouped(struct arena *arena, const char *digits)
{
    size_t length = strlen(digits);
    char *text = arena_alloc(arena, length + length / 3 + 1), *out = text;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            *out++ = ',';
        }
        *out++ = digits[i];
    }
    return text;
}

const char *figure_count(struct arena *arena, double count)
{
    char text[NUMBER];
    double size = fabs(count);
    if (no_number(count) != NULL) {
        return no_number(count);
    }
    if (size >= 1e15) {
        return arena_printf(arena, "%.3g", count);
    }
    bool whole = size == rint(size) || size >= 99.95;
    if (!whole && size < 0.01) {
        return arena_printf(arena, "%.2g", count);
    }
    snprintf(text, sizeof text, "%.*f", whole ? 0 : decimals_of(size), size);
    return arena_printf(arena, "%s%s", count < 0.0 ? "-" : "", whole ? grouped(arena, text) : trimmed(text));
}

const char *figure_share(struct arena *arena, double share)
{
    char text[NUMBER];
    double percent = share * 100.0;
    if (no_number(share) != NULL) {
        return no_number(share);
    }
    if (percent != 0.0 && fabs(percent) < 0.0001) {
        return "<0.0001 %";
    }
    int decimals = decimals_of(percent);
    for (double size = fabs(percent); size > 0.0 && size < 0.9995 && decimals < 6; size *= 10.0) {
        decimals++;
    }
    snprintf(text, sizeof text, "%.*f", decimals, percent);
    return arena_printf(arena, "%s %%", trimmed(text));
}

const char *figure_money(struct arena *arena, int64_t cents)
{
    char digits[NUMBER];
    uint64_t size = cents < 0 ? 0 - (uint64_t)cents : (uint64_t)cents;
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)(size / 100));
    return arena_printf(arena, "%s%s.%02d", cents < 0 ? "-" : "", grouped(arena, digits), (int)(size % 100));
}

static const char *in_bytes(struct arena *arena, double bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    int at = 0;
    while (at < 4 && fabs(bytes) >= 1023.5) {
        bytes /= 1024.0;
        at++;
    }
    return with_unit(arena, bytes, units[at]);
}

const char *figure_of(struct arena *arena, double value, enum unit unit)
{
    if (no_number(value) != NULL) {
        return no_number(value);
    }
    switch (unit) {
    case UNIT_SECOND: return figure_seconds(arena, value);
    case UNIT_RATIO: return figure_share(arena, value);
    case UNIT_BYTE: return in_bytes(arena, value);
    case UNIT_RATE: return arena_printf(arena, "%s/s", figure_count(arena, value));
    case UNIT_USD: return arena_printf(arena, "%s USD", figure_money(arena, llround(value * 100.0)));
    case UNIT_NONE:
    case UNIT_COUNT:
    case UNIT_CPU:
    case UNIT_METRIC: break;
    }
    return figure_count(arena, value);
}

const char *figure_range(struct arena *arena, struct interval interval, enum unit unit)
{
    if (!interval_known(interval)) {
        return "-";
    }
    return arena_printf(arena, "%s to %s", figure_of(arena, interval.low, unit),
                        figure_of(arena, interval.high, unit));
}

const char *figure_money_range(struct arena *arena, const struct cost_money *money)
{
    if (!money->known) {
        return "-";
    }
    return arena_printf(arena, "%s to %s", figure_money(arena, money->low), figure_money(arena, money->high));
}
