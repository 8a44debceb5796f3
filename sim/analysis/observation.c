/* SPDX-License-Identifier: Apache-2.0 */
#include "observation.h"

#include "arena.h"
#include "text.h"

#include <math.h>
#include <string.h>

struct observations observation_open(struct arena *arena)
{
    return (struct observations){.arena = arena};
}

static double *longer(struct arena *arena, const double *values, int count, int room)
{
    double *copy = arena_array(arena, double, room);
    for (int i = 0; i < count; i++) {
        copy[i] = values[i];
    }
    for (int i = count; i < room; i++) {
        copy[i] = NAN;
    }
    return copy;
}

/* Every row has room for as many replications as the longest. */
static void make_room(struct observations *table, int replications)
{
    if (replications > table->replication_room) {
        int room = replications > 2 * table->replication_room ? replications : 2 * table->replication_room;
        for (int i = 0; i < table->count; i++) {
            table->row[i].value = longer(table->arena, table->row[i].value, table->replications, room);
        }
        table->replication_room = room;
    }
    table->replications = replications > table->replications ? replications : table->replications;
}

static struct observation *add_row(struct observations *table, const char *name, enum unit unit)
{
    if (table->count == table->room) {
        int room = table->room == 0 ? 64 : 2 * table->room;
        struct observation *rows = arena_array(table->arena, struct observation, room);
        if (table->count > 0) {
            memcpy(rows, table->row, (size_t)table->count * sizeof *rows);
        }
        table->row = rows;
        table->room = room;
    }
    struct observation *row = &table->row[table->count++];
    row->name = arena_copy(table->arena, name, strlen(name));
    row->unit = unit;
    row->value = longer(table->arena, NULL, 0, table->replication_room);
    return row;
}

/* The search begins where the last one ended, since rows are noted and read in the same order over and over. */
static int place_of(const struct observations *table, const char *name)
{
    for (int i = 0; i < table->count; i++) {
        int at = (table->cursor + i) % table->count;
        if (strcmp(table->row[at].name, name) == 0) {
            return at;
        }
    }
    return -1;
}

void observation_note(struct observations *table, int replication, const char *name, enum unit unit,
                      double value)
{
    make_room(table, replication + 1);
    int at = place_of(table, name);
    struct observation *row = at < 0 ? add_row(table, name, unit) : &table->row[at];
    row->value[replication] = value;
    table->cursor = at < 0 ? 0 : (at + 1) % table->count;
}

const struct observation *observation_find(const struct observations *table, const char *name)
{
    int at = place_of(table, name);
    return at < 0 ? NULL : &table->row[at];
}

struct interval observation_interval(const struct observations *table, const char *name)
{
    const struct observation *row = observation_find(table, name);
    return row == NULL ? interval_point(NAN) : interval_of_amount(row->value, table->replications);
}

double observation_sum(const struct observations *table, const char *name)
{
    const struct observation *row = observation_find(table, name);
    double sum = 0.0;
    for (int i = 0; row != NULL && i < table->replications; i++) {
        sum += isnan(row->value[i]) ? 0.0 : row->value[i];
    }
    return sum;
}

/* `value` in quotes, with those in it and backslashes escaped. */
static const char *quoted(struct arena *arena, const char *value)
{
    char *text = arena_alloc(arena, 2 * strlen(value) + 3), *end = text;
    *end++ = '"';
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\') {
            *end++ = '\\';
        }
        *end++ = *value;
    }
    *end = '"';
    return text;
}

const char *observation_name(struct arena *arena, const char *metric, const char *scope, const char *value)
{
    if (value == NULL) {
        return metric;
    }
    return arena_printf(arena, "%s{%s=%s}", metric, scope, quoted(arena, value));
}

const char *observation_drill_name(struct arena *arena, const char *metric, const char *component,
                                   const char *drill)
{
    return arena_printf(arena, "%s{component=%s, drill=%s}", metric, quoted(arena, component),
                        quoted(arena, drill));
}

/* The text between the quotes at `text`, with what was escaped as it was. *end is after the closing quote. */
static const char *unquoted(struct arena *arena, const char *text, const char **end)
{
    char *value = arena_alloc(arena, strlen(text) + 1);
    int length = 0;
    for (text++; *text != '\0' && *text != '"'; text++) {
        if (*text == '\\' && text[1] != '\0') {
            text++;
        }
        value[length++] = *text;
    }
    *end = *text == '"' ? text + 1 : text;
    return value;
}

const char *observation_scope(struct arena *arena, const char *name, const char *scope)
{
    const char *at = strchr(name, '{');
    if (at == NULL) {
        return NULL;
    }
    while (*at != '\0' && *at != '}') {
        at += strspn(at, "{, ");
        size_t length = strcspn(at, "=");
        bool found = length == strlen(scope) && strncmp(at, scope, length) == 0;
        at += length;
        if (at[0] != '=' || at[1] != '"') {
            return NULL;
        }
        const char *value = unquoted(arena, at + 1, &at);
        if (found) {
            return value;
        }
    }
    return NULL;
}
