/* SPDX-License-Identifier: Apache-2.0 */
#include "csv.h"

#include <string.h>

#include "text.h"

bool csv_blank(const char *line)
{
    return line[strspn(line, " \t\r")] == '\0';
}

/* A UTF-8 character is counted at its first byte. */
static int characters(const char *from, const char *to)
{
    int count = 0;
    for (; from < to; from++) count += ((unsigned char)*from & 0xC0) != 0x80;
    return count;
}

/* Takes the quoted field at `at`, undoubling its quotes; the character after it, or NULL when it never ends.
   */
static char *take_quoted(char *at, const char **text)
{
    char *out = at;
    *text = at;
    for (at++; *at; at++) {
        if (*at == '"' && at[1] != '"') {
            *out = '\0';
            return at + 1;
        }
        if (*at == '"') at++;
        *out++ = *at;
    }
    return NULL;
}

static char *take_plain(char *at, const char **text)
{
    *text = at;
    return at + strcspn(at, ",");
}

static void trim_end(const char *text, char *end)
{
    while (end > text && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r')) *--end = '\0';
}

/* Takes the field at `start` and ends it; where the next one begins, NULL after the last. */
static char *take_field(char *start, struct csv_line *line, struct diag *diag)
{
    struct csv_field *field = &line->field[line->count++];
    bool quoted = *start == '"';
    field->column = line->place.column;
    char *end = quoted ? take_quoted(start, &field->text) : take_plain(start, &field->text);
    if (end && quoted) end += strspn(end, " \t");
    if (!end || (*end && *end != ',')) {
        diag_error(diag, line->place, "the quotes of this field do not end before its comma");
        line->count = 0;
        return NULL;
    }
    line->place.column += characters(start, end) + 1;
    bool last = !*end;
    *end = '\0';
    if (!quoted) trim_end(field->text, end);
    return last ? NULL : end + 1;
}

bool csv_split(char *text, struct place place, struct csv_line *line, struct diag *diag)
{
    line->count = 0;
    line->place = (struct place){place.file, place.line, 1};
    trim_end(text, text + strlen(text));
    for (char *at = text; at;) {
        char *start = at + strspn(at, " \t");
        line->place.column += (int)(start - at);
        if (line->count == CSV_FIELDS) {
            diag_error(diag, line->place, "more than %d fields in a line", CSV_FIELDS);
            return false;
        }
        at = take_field(start, line, diag);
    }
    line->place.column = 1;
    return line->count > 0;
}

static int count_columns(const char *const *columns)
{
    int count = 0;
    while (columns[count]) count++;
    return count;
}

static int find_column(const char *const *columns, const char *name)
{
    for (int i = 0; columns[i]; i++)
        if (text_equal(columns[i], name)) return i;
    return -1;
}

bool csv_header(const struct csv_line *line, const char *const *columns, int *index, struct diag *diag)
{
    int known = count_columns(columns);
    struct place place = line->place;
    for (int i = 0; i < known; i++) index[i] = -1;
    for (int i = 0; i < line->count; i++) {
        const char *name = line->field[i].text;
        int column = find_column(columns, name);
        place.column = line->field[i].column;
        if (column < 0) {
            const char *nearest = text_nearest(name, columns, (size_t)known);
            diag_error(diag, place, "unknown column: %.40s; did you mean %s?", name,
                       nearest ? nearest : columns[0]);
            return false;
        }
        if (index[column] >= 0) {
            diag_error(diag, place, "the column %s stands twice", columns[column]);
            return false;
        }
        index[column] = i;
    }
    if (index[0] >= 0) return true;
    diag_error(diag, line->place, "the first line must name the columns, among them %s", columns[0]);
    return false;
}
