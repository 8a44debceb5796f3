/* SPDX-License-Identifier: Apache-2.0 */
#include "sample.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "text.h"

enum { LIMIT = 1000000, LINE = 256 };

/* A file under reading. The values grow by doubling inside the arena. */
struct reader {
    FILE *file;
    const char *path;
    enum unit unit;
    struct arena *arena;
    const char **problem;
    double *values;
    int64_t count, room;
    int line;
    bool headed; /* a header was seen */
};

static bool refuse(const struct reader *reader, const char *phrase)
{
    *reader->problem = arena_printf(reader->arena, "%s %s", reader->path, phrase);
    return false;
}

static bool refuse_line(const struct reader *reader, const char *phrase)
{
    *reader->problem = arena_printf(reader->arena, "%s line %d %s", reader->path, reader->line, phrase);
    return false;
}

enum line { LINE_READ, LINE_END, LINE_BAD };

/* Reads one line without its end. Bad when it holds a NUL or is longer than any number. */
static enum line read_line(FILE *file, char line[LINE])
{
    int length = 0, c;
    while ((c = getc_unlocked(file)) != EOF && c != '\n') {
        if (c == '\0' || length == LINE - 1) return LINE_BAD;
        line[length++] = (char)c;
    }
    while (length && (line[length - 1] == ' ' || line[length - 1] == '\t' || line[length - 1] == '\r'))
        length--;
    line[length] = '\0';
    return c == EOF && length == 0 ? LINE_END : LINE_READ;
}

static bool add(struct reader *reader, double value)
{
    if (reader->count == LIMIT) return refuse(reader, "has more than 1000000 values: thin it out");
    if (reader->count == reader->room) {
        reader->room = reader->room ? 2 * reader->room : 1024;
        double *values = arena_array(reader->arena, double, reader->room);
        if (reader->count) memcpy(values, reader->values, (size_t)reader->count * sizeof *values);
        reader->values = values;
    }
    reader->values[reader->count++] = value;
    return true;
}

static bool looks_like_header(const char *text)
{
    return ('a' <= *text && *text <= 'z') || ('A' <= *text && *text <= 'Z') || *text == '"';
}

static bool take_line(struct reader *reader, const char *text)
{
    double value;
    const char *problem;
    if (reader->line == 1 && text_starts(text, "\xef\xbb\xbf")) text += 3; /* a byte order mark */
    text += strspn(text, " \t");
    if (!*text || *text == '#') return true;
    bool read = quantity_parse(text, reader->unit, &value, &problem) ||
                quantity_parse(text, UNIT_COUNT, &value, &problem);
    if (!read && reader->count == 0 && !reader->headed && looks_like_header(text)) {
        reader->headed = true;
        return true;
    }
    if (!read || isinf(value)) return refuse_line(reader, "is not a number: write one on each line");
    if (value < 0) return refuse_line(reader, "is negative: leave it out");
    return add(reader, value);
}

static bool take_lines(struct reader *reader)
{
    char text[LINE];
    for (reader->line = 1;; reader->line++) {
        switch (read_line(reader->file, text)) {
        case LINE_BAD: return refuse_line(reader, "is not text: write one number on each line");
        case LINE_END:
            if (!ferror(reader->file)) return true;
            return refuse(reader, arena_printf(reader->arena, "cannot be read: %s", strerror(errno)));
        case LINE_READ:
            if (!take_line(reader, text)) return false;
        }
    }
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Each gap between neighbours is uniform and has the weight 1/(n-1); its second moment about the mean is
   (d^2 + d e + e^2)/3 for ends at the distances d and e. */
static void find_moments(struct sample *sample)
{
    const double *x = sample->values;
    double gaps = (double)(sample->count - 1), sum = 0, squares = 0;
    for (int64_t i = 1; i < sample->count; i++) sum += x[i - 1] + (x[i] - x[i - 1]) / 2;
    sample->mean = sum / gaps;
    for (int64_t i = 1; i < sample->count; i++) {
        double d = x[i - 1] - sample->mean, e = x[i] - sample->mean;
        squares += (d * d + d * e + e * e) / 3;
    }
    sample->scv = sample->mean > 0 ? squares / gaps / (sample->mean * sample->mean) : 0;
}

bool sample_read(const char *path, enum unit unit, struct arena *arena, struct sample *sample,
                 const char **problem)
{
    struct reader reader = {.path = path, .unit = unit, .arena = arena, .problem = problem};
    reader.file = fopen(path, "r");
    if (!reader.file) return refuse(&reader, arena_printf(arena, "cannot be opened: %s", strerror(errno)));
    bool read = take_lines(&reader);
    fclose(reader.file);
    if (!read) return false;
    if (reader.count == 0) return refuse(&reader, "is empty: write one number on each line");
    if (reader.count < 2) return refuse(&reader, "has one value only: give at least 2, or write it in place");
    qsort(reader.values, (size_t)reader.count, sizeof *reader.values, ascending);
    *sample = (struct sample){.values = reader.values, .count = reader.count};
    find_moments(sample);
    return isfinite(sample->scv) || refuse(&reader, "has values too far apart");
}

double sample_quantile(const double *values, int64_t count, double p)
{
    assert(count >= 2);
    assert(0 <= p && p <= 1);
    double place = p * (double)(count - 1);
    int64_t below = (int64_t)place < count - 2 ? (int64_t)place : count - 2;
    return values[below] + (place - (double)below) * (values[below + 1] - values[below]);
}
