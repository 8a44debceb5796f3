/* SPDX-License-Identifier: Apache-2.0 */
#include "curve.h"

#include <math.h>
#include <string.h>

#include "arena.h"
#include "csv.h"
#include "letters.h"
#include "text.h"

enum { LIMIT = 4 << 20, DAY = 86400, REGULAR = 6, BAD_LINES = 10 };

/* How the times of a file are written; all the same. */
enum style { UNKNOWN, CLOCK, SECONDS };

/* A reading under way. */
struct reader {
    struct diag *diag;
    struct place place; /* of the line being read */
    char *next;
    double *time, *factor;
    int *line;
    int count;
    enum style style;
};

static struct place at_column(const struct reader *reader, int column)
{
    return (struct place){reader->place.file, reader->place.line, column};
}

/* The next line without its end, or NULL. */
static char *take_line(struct reader *reader)
{
    char *line = reader->next;
    if (!*line) return NULL;
    reader->place.line++;
    size_t length = strcspn(line, "\r\n");
    char *end = line + length;
    reader->next = end + (end[0] == '\r' && end[1] == '\n' ? 2 : *end ? 1 : 0);
    *end = '\0';
    return line;
}

/* Reads h:mm; false when it is not of that form. */
static bool read_clock(const char *text, double *seconds)
{
    size_t digits = strspn(text, "0123456789");
    if (digits < 1 || digits > 4 || text[digits] != ':') return false;
    const char *minutes = text + digits + 1;
    if (strspn(minutes, "0123456789") != 2 || minutes[2] || minutes[0] > '5') return false;
    double hours = 0;
    for (size_t i = 0; i < digits; i++) hours = hours * 10 + (text[i] - '0');
    *seconds = hours * 3600 + (minutes[0] - '0') * 600 + (minutes[1] - '0') * 60;
    return true;
}

static bool read_time(struct reader *reader, const struct csv_field *field, double *time)
{
    const char *problem;
    enum style style = read_clock(field->text, time) ? CLOCK : SECONDS;
    struct place place = at_column(reader, field->column);
    if (style == SECONDS && (!quantity_parse(field->text, UNIT_COUNT, time, &problem) || !isfinite(*time))) {
        diag_error(reader->diag, place, "\"%.40s\" is not a time: write h:mm or seconds", field->text);
        return false;
    }
    if (reader->style != UNKNOWN && reader->style != style) {
        diag_error(reader->diag, place, "times as h:mm and in seconds do not mix: write all of them one way");
        return false;
    }
    reader->style = style;
    double last = reader->count ? reader->time[reader->count - 1] : -1;
    if (reader->count == 0 && *time != 0)
        diag_error(reader->diag, place, "a profile begins at time 0: the first point is at %.40s",
                   field->text);
    else if (*time == last)
        diag_error(reader->diag, place, "the time %.40s stands twice: keep one point", field->text);
    else if (*time < last)
        diag_error(reader->diag, place, "the time %.40s comes before the one above it: sort the points",
                   field->text);
    return reader->count == 0 ? *time == 0 : *time > last;
}

static bool read_factor(struct reader *reader, const struct csv_field *field, double *factor)
{
    const char *problem;
    struct place place = at_column(reader, field->column);
    if (!*field->text) {
        diag_error(reader->diag, place, "a gap: the factor is missing");
        return false;
    }
    if (!quantity_parse(field->text, UNIT_RATIO, factor, &problem)) {
        diag_error(reader->diag, place, "the factor %s (got %.40s)", problem, field->text);
        return false;
    }
    if (*factor <= 1) return true;
    diag_error(reader->diag, place, "the factor must be 0 to 1, the share of the peak, not %.40s",
               field->text);
    return false;
}

static bool read_header(struct reader *reader)
{
    static const char *const columns[] = {"time", "factor", NULL};
    struct csv_line line;
    int index[2];
    char *text = take_line(reader);
    if (!text || !csv_split(text, reader->place, &line, reader->diag)) return false;
    if (!csv_header(&line, columns, index, reader->diag)) return false;
    if (index[0] == 0 && index[1] == 1) return true;
    diag_error(reader->diag, at_column(reader, 1), "the first line must be `time,factor`");
    return false;
}

static bool read_point(struct reader *reader, char *text)
{
    struct csv_line line;
    if (!csv_split(text, reader->place, &line, reader->diag)) return false;
    if (line.count != 2) {
        diag_error(reader->diag, at_column(reader, line.count > 2 ? line.field[2].column : 1),
                   "a line holds a time and a factor, not %d field%s", line.count,
                   line.count == 1 ? "" : "s");
        return false;
    }
    double time, factor;
    bool fine = read_time(reader, &line.field[0], &time);
    if (!read_factor(reader, &line.field[1], &factor) || !fine) return false;
    reader->time[reader->count] = time;
    reader->factor[reader->count] = factor;
    reader->line[reader->count++] = reader->place.line;
    return true;
}

/* A blank line is one only when more follows. After a few bad lines the rest will be no better. */
static bool read_points(struct reader *reader)
{
    int blank = 0, bad = 0;
    for (char *line; bad < BAD_LINES && (line = take_line(reader));) {
        if (*line == '#') continue;
        if (csv_blank(line)) {
            if (!blank) blank = reader->place.line;
            continue;
        }
        if (blank) {
            diag_error(reader->diag, (struct place){reader->place.file, blank, 1},
                       "a gap: an empty line between the points; remove it or fill it");
            bad++;
        }
        blank = 0;
        bad += !read_point(reader, line);
    }
    return bad == 0;
}

/* Points on a regular grid but for a few are a recording from which some were lost; drawing a straight line
   there would hide it. Five in six at one spacing, and the others whole multiples of it, make a grid. */
static bool check_grid(const struct reader *reader)
{
    double least = INFINITY;
    int equal = 0, gap = 0;
    for (int i = 1; i < reader->count; i++) least = fmin(least, reader->time[i] - reader->time[i - 1]);
    for (int i = 1; i < reader->count; i++) {
        double spacing = (reader->time[i] - reader->time[i - 1]) / least;
        if (spacing != nearbyint(spacing)) return true;
        equal += spacing == 1;
        if (spacing > 1 && !gap) gap = i;
    }
    if (!gap || equal * REGULAR < (reader->count - 1) * (REGULAR - 1)) return true;
    diag_error(reader->diag, (struct place){reader->place.file, reader->line[gap], 1},
               "a gap: points are missing before this one, which all the others have %g s apart; add them",
               least);
    return false;
}

/* Sets the period and drops a last point that only closes the circle. */
static bool close_circle(const struct reader *reader, struct curve *curve)
{
    int last = curve->count - 1;
    double end = curve->time[last];
    if (reader->style == SECONDS) {
        curve->period = last ? end + (end - curve->time[last - 1]) : DAY;
        return true;
    }
    curve->period = end == 0 ? DAY : ceil(end / DAY) * DAY;
    if (end != curve->period) return true;
    curve->count = last;
    if (curve->factor[last] == curve->factor[0]) return true;
    diag_error(reader->diag, (struct place){reader->place.file, reader->line[last], 1},
               "the last point is the first one again, a period later, so it must have the same factor");
    return false;
}

static const struct curve *finish(const struct reader *reader, struct arena *arena)
{
    if (reader->count == 0) {
        diag_error(reader->diag, (struct place){reader->place.file, 1, 1},
                   "no points: write a line `time,factor` and below it points such as 0:00,0.2");
        return NULL;
    }
    struct curve *curve = arena_new(arena, struct curve);
    *curve = (struct curve){reader->time, reader->factor, reader->count, 0};
    if (!check_grid(reader) || !close_circle(reader, curve)) return NULL;
    for (int i = 0; i < curve->count; i++)
        if (curve->factor[i] > 0) return curve;
    diag_error(reader->diag, (struct place){reader->place.file, reader->line[0], 1}, "no factor is above 0");
    return NULL;
}

const struct curve *curve_read(struct inputs *inputs, const char *path, struct place place)
{
    struct arena *arena = inputs_arena(inputs);
    struct diag *diag = inputs_diag(inputs);
    const char *problem;
    size_t size;
    const char *bytes = inputs_read(inputs, path, LIMIT, &size, &problem);
    if (!bytes) {
        diag_error(diag, place, "the profile %s %s", path, problem);
        return NULL;
    }
    bytes = letters_begin(bytes, &size);
    struct reader reader = {.diag = diag, .place = {path, 0, 1}, .next = arena_copy(arena, bytes, size)};
    if (!letters_check(bytes, size, (struct place){path, 1, 1}, diag)) return NULL;
    size_t lines = 1;
    for (size_t i = 0; i < size; i++) lines += bytes[i] == '\n' || bytes[i] == '\r';
    reader.time = arena_array(arena, double, lines);
    reader.factor = arena_array(arena, double, lines);
    reader.line = arena_array(arena, int, lines);
    if (size > 0 && (!read_header(&reader) || !read_points(&reader))) return NULL;
    return finish(&reader, arena);
}
