/* SPDX-License-Identifier: Apache-2.0 */
#include "diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "text.h"

enum { SHOWN = 50, BUCKETS = 256 };

struct complaint {
    struct place place;
    bool warning;
    int sequence;
    const char *text;
    struct complaint *next; /* in its bucket */
};

struct diag {
    struct arena *arena;
    struct complaint *buckets[BUCKETS]; /* by hash of the text, to find the same one again */
    int errors, warnings;
};

struct diag *diag_open(struct arena *arena)
{
    struct diag *diag = arena_new(arena, struct diag);
    diag->arena = arena;
    return diag;
}

static const char *format_text(struct diag *diag, const char *format, va_list values)
    __attribute__((format(printf, 2, 0)));

/* Control characters that a user's text brought along would reach the terminal: they become `?`. */
static const char *format_text(struct diag *diag, const char *format, va_list values)
{
    char *text = arena_vprintf(diag->arena, format, values);
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f) *c = '?';
    return text;
}

static bool same(const struct complaint *a, const struct complaint *b)
{
    return a->warning == b->warning && a->place.line == b->place.line && a->place.column == b->place.column &&
           text_equal(a->place.file, b->place.file) && text_equal(a->text, b->text);
}

/* The caller's file name may be a passing one, so it is copied. */
static void keep(struct diag *diag, struct place place, bool warning, const char *text)
{
    struct complaint *complaint = arena_new(diag->arena, struct complaint);
    *complaint = (struct complaint){place, warning, diag->errors + diag->warnings, text, NULL};
    struct complaint **bucket = &diag->buckets[text_hash(text) % BUCKETS];
    for (const struct complaint *other = *bucket; other; other = other->next)
        if (same(complaint, other)) return;
    if (place.file) complaint->place.file = arena_copy(diag->arena, place.file, strlen(place.file));
    complaint->next = *bucket;
    *bucket = complaint;
    *(warning ? &diag->warnings : &diag->errors) += 1;
}

void diag_error(struct diag *diag, struct place place, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    keep(diag, place, false, format_text(diag, format, values));
    va_end(values);
}

void diag_warning(struct diag *diag, struct place place, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    keep(diag, place, true, format_text(diag, format, values));
    va_end(values);
}

int diag_errors(const struct diag *diag)
{
    return diag->errors;
}

int diag_warnings(const struct diag *diag)
{
    return diag->warnings;
}

static int by_place(const void *left, const void *right)
{
    const struct complaint *a = *(struct complaint *const *)left, *b = *(struct complaint *const *)right;
    int files = strcmp(a->place.file ? a->place.file : "", b->place.file ? b->place.file : "");
    if (files) return files;
    if (a->place.line != b->place.line) return a->place.line < b->place.line ? -1 : 1;
    if (a->place.column != b->place.column) return a->place.column < b->place.column ? -1 : 1;
    return a->sequence < b->sequence ? -1 : 1;
}

static struct complaint **sorted(struct diag *diag, int count)
{
    struct complaint **all = arena_array(diag->arena, struct complaint *, count), **next = all;
    for (int i = 0; i < BUCKETS; i++)
        for (struct complaint *complaint = diag->buckets[i]; complaint; complaint = complaint->next)
            *next++ = complaint;
    qsort(all, (size_t)count, sizeof *all, by_place);
    return all;
}

static void print(const struct complaint *complaint, FILE *out)
{
    struct place place = complaint->place;
    if (place.file) fprintf(out, "%s:", place.file);
    if (place.line > 0) fprintf(out, "%d:", place.line);
    if (place.line > 0 && place.column > 0) fprintf(out, "%d:", place.column);
    const char *gap = place.file || place.line > 0 ? " " : "";
    fprintf(out, "%s%s: %s\n", gap, complaint->warning ? "warning" : "error", complaint->text);
}

/* Errors have the first claim to the lines there are, so that a flood of warnings cannot hide one. */
void diag_print(struct diag *diag, FILE *out)
{
    int count = diag->errors + diag->warnings;
    int errors = diag->errors < SHOWN ? diag->errors : SHOWN, warnings = SHOWN - errors;
    struct complaint **all = sorted(diag, count);
    for (int i = 0; i < count; i++) {
        int *left = all[i]->warning ? &warnings : &errors;
        if (*left == 0) continue;
        *left -= 1;
        print(all[i], out);
    }
    int more = count - SHOWN;
    if (more > 0) fprintf(out, "%d more complaint%s not shown\n", more, more == 1 ? "" : "s");
}
