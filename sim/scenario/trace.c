/* SPDX-License-Identifier: Apache-2.0 */
#include "trace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "csv.h"
#include "letters.h"
#include "lines.h"
#include "moment.h"
#include "text.h"

enum { ROWS = 50000000, NAMES = 10000, BUCKETS = 4096, FIRST_ROOM = 4096 };
enum column { TIME, REQUEST, DEMAND, COLUMNS };

struct name {
    const char *text;
    int32_t index;
    struct name *next; /* in its bucket */
};

/* A reading under way. */
struct reader {
    struct arena *arena;
    struct diag *diag;
    struct place place; /* of the line being read */
    struct lines *lines;
    int column[COLUMNS], fields;
    double *time, *demand;
    int32_t *request;
    int64_t count, room;
    bool iso;
    int64_t first_second; /* of ISO times, kept whole so that the difference is exact */
    double first_rest, last;
    struct name *bucket[BUCKETS];
    const char *names[NAMES];
    int name_count;
};

static bool refuse(struct reader *reader, int column, const char *complaint, const char *text)
{
    struct place place = reader->place;
    place.column = column;
    if (text)
        diag_error(reader->diag, place, "\"%.40s\" %s", text, complaint);
    else
        diag_error(reader->diag, place, "%s", complaint);
    return false;
}

/* --- columns, which grow ---------------------------------------------------------------------------- */

static void *larger(void *items, int64_t room, size_t size)
{
    void *moved = realloc(items, (size_t)room * size);
    if (!moved) arena_exhausted();
    return moved;
}

static void make_room(struct reader *reader)
{
    if (reader->count < reader->room) return;
    reader->room = reader->room ? reader->room * 2 : FIRST_ROOM;
    reader->time = larger(reader->time, reader->room, sizeof *reader->time);
    if (reader->column[REQUEST] >= 0)
        reader->request = larger(reader->request, reader->room, sizeof *reader->request);
    if (reader->column[DEMAND] >= 0)
        reader->demand = larger(reader->demand, reader->room, sizeof *reader->demand);
}

/* A column moved into the arena, at its final size. */
static void *settle(struct reader *reader, void *items, size_t size)
{
    if (!items) return NULL;
    void *kept = arena_items(reader->arena, (size_t)reader->count, size);
    memcpy(kept, items, (size_t)reader->count * size);
    free(items);
    return kept;
}

/* --- fields ----------------------------------------------------------------------------------------- */

static bool read_iso(struct reader *reader, const char *text, double *time)
{
    struct moment moment;
    const char *end;
    if (!moment_read(text, &moment, &end) || *end) return false;
    if (reader->count == 0) {
        reader->iso = true;
        reader->first_second = moment.seconds;
        reader->first_rest = moment.fraction;
    }
    *time = (double)(moment.seconds - reader->first_second) + (moment.fraction - reader->first_rest);
    return reader->iso;
}

static bool read_seconds(struct reader *reader, const char *text, double *time)
{
    const char *problem;
    if (reader->iso || !quantity_parse(text, UNIT_COUNT, time, &problem) || !isfinite(*time)) return false;
    if (reader->count == 0) reader->first_rest = *time;
    *time -= reader->first_rest;
    return true;
}

static bool read_time(struct reader *reader, const struct csv_field *field, double *time)
{
    if (!read_seconds(reader, field->text, time) && !read_iso(reader, field->text, time))
        return refuse(reader, field->column,
                      reader->count
                          ? "is not a time like the ones above it"
                          : "is not a time: write seconds or ISO 8601, such as 2026-03-02T19:00:00Z",
                      field->text);
    if (*time < reader->last)
        return refuse(reader, field->column, "comes before the time above it: sort the requests",
                      field->text);
    reader->last = *time;
    return true;
}

static bool read_request(struct reader *reader, const struct csv_field *field, int32_t *index)
{
    struct name **bucket = &reader->bucket[text_hash(field->text) % BUCKETS];
    struct name *name = *bucket;
    while (name && !text_equal(name->text, field->text)) name = name->next;
    if (!name) {
        if (!*field->text) return refuse(reader, field->column, "the request is missing", NULL);
        if (reader->name_count == NAMES)
            return refuse(reader, field->column, "more than 10,000 different requests: group them with *",
                          NULL);
        name = arena_new(reader->arena, struct name);
        name->text = arena_copy(reader->arena, field->text, strlen(field->text));
        name->index = reader->name_count;
        name->next = *bucket;
        *bucket = name;
        reader->names[reader->name_count++] = name->text;
    }
    *index = name->index;
    return true;
}

static bool read_demand(struct reader *reader, const struct csv_field *field, double *demand)
{
    const char *problem;
    bool read = quantity_parse(field->text, UNIT_COUNT, demand, &problem) ||
                quantity_parse(field->text, UNIT_SECOND, demand, &problem);
    if (read && isfinite(*demand) && *demand >= 0) return true;
    return refuse(reader, field->column, "is not a demand: write seconds, or a duration such as 5ms",
                  field->text);
}

/* --- lines ------------------------------------------------------------------------------------------ */

/* The next line with something on it. */
static char *take_line(struct reader *reader)
{
    for (char *line; (line = lines_next(reader->lines));) {
        size_t size = strlen(line);
        reader->place.line++;
        if (reader->place.line == 1) line = (char *)letters_begin(line, &size);
        if (!letters_check(line, size, reader->place, reader->diag)) return NULL;
        if (*line != '#' && !csv_blank(line)) return line;
    }
    return NULL;
}

static bool read_header(struct reader *reader)
{
    static const char *const columns[] = {"time", "request", "demand", NULL};
    struct csv_line line;
    char *text = take_line(reader);
    if (!text || !csv_split(text, reader->place, &line, reader->diag)) return false;
    reader->fields = line.count;
    return csv_header(&line, columns, reader->column, reader->diag);
}

static bool read_row(struct reader *reader, char *text)
{
    struct csv_line line;
    const struct csv_field *field = line.field;
    if (!csv_split(text, reader->place, &line, reader->diag)) return false;
    if (line.count != reader->fields)
        return refuse(reader, 1, "has more or fewer fields than the first line", text);
    if (reader->count == ROWS)
        return refuse(reader, 1, "more than 50 million requests: split the file", NULL);
    make_room(reader);
    int64_t row = reader->count;
    const int *column = reader->column;
    if (!read_time(reader, &field[column[TIME]], &reader->time[row])) return false;
    if (column[REQUEST] >= 0 && !read_request(reader, &field[column[REQUEST]], &reader->request[row]))
        return false;
    if (column[DEMAND] >= 0 && !read_demand(reader, &field[column[DEMAND]], &reader->demand[row]))
        return false;
    reader->count++;
    return true;
}

static bool read_rows(struct reader *reader)
{
    char *line;
    while ((line = take_line(reader)))
        if (!read_row(reader, line)) return false;
    return true;
}

static const struct trace *finish(struct reader *reader)
{
    struct trace *trace = arena_new(reader->arena, struct trace);
    trace->time = settle(reader, reader->time, sizeof *reader->time);
    trace->request = settle(reader, reader->request, sizeof *reader->request);
    trace->demand = settle(reader, reader->demand, sizeof *reader->demand);
    const char **names = arena_array(reader->arena, const char *, reader->name_count);
    memcpy(names, reader->names, (size_t)reader->name_count * sizeof *names);
    trace->names = names;
    trace->name_count = reader->name_count;
    trace->count = reader->count;
    return trace;
}

/* Reads from the descriptor; closes the lines. */
static const struct trace *read_trace(struct reader *reader, struct inputs *inputs, struct place place)
{
    int before = diag_errors(reader->diag);
    char sha256[65];
    const char *path = reader->place.file;
    bool read = read_header(reader) && read_rows(reader);
    const char *problem = lines_problem(reader->lines);
    if (problem)
        diag_error(reader->diag, place, "the trace %s %s", path, problem);
    else if (reader->count == 0 && diag_errors(reader->diag) == before)
        diag_error(reader->diag, (struct place){path, 1, 1},
                   "no requests: write a line `time,request,demand` and one for each request below it");
    lines_close(reader->lines, sha256);
    inputs_note(inputs, path, sha256);
    if (read && diag_errors(reader->diag) == before) return finish(reader);
    free(reader->time);
    free(reader->request);
    free(reader->demand);
    return NULL;
}

const struct trace *trace_read(struct inputs *inputs, const char *path, struct place place)
{
    const char *problem;
    int file = inputs_descriptor(inputs, path, &problem);
    if (file < 0) {
        diag_error(inputs_diag(inputs), place, "the trace %s %s", path, problem);
        return NULL;
    }
    struct reader *reader = arena_new(inputs_arena(inputs), struct reader);
    reader->arena = inputs_arena(inputs);
    reader->diag = inputs_diag(inputs);
    reader->place = (struct place){path, 0, 1};
    reader->lines = lines_open(file, reader->arena);
    const struct trace *trace = read_trace(reader, inputs, place);
    close(file);
    return trace;
}
