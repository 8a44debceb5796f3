/* SPDX-License-Identifier: Apache-2.0 */
#include "param.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "text.h"

const struct param *param_find(const struct param *params, const char *key)
{
    for (; params->key; params++)
        if (text_equal(params->key, key) || (params->alias && text_equal(params->alias, key))) return params;
    return NULL;
}

const char *param_nearest(const struct param *params, const char *key)
{
    const char *nearest = NULL;
    int closest = INT32_MAX;
    for (; params->key; params++) {
        const char *spellings[] = {params->key, params->alias ? params->alias : params->key};
        const char *like = text_nearest(key, spellings, 2);
        if (!like || text_distance(key, like) >= closest) continue;
        closest = text_distance(key, like);
        nearest = params->key;
    }
    return nearest;
}

void *param_field(const struct param *param, void *config)
{
    return (char *)config + param->offset;
}

bool param_nested(const struct param *param)
{
    switch (param->type) {
    case PARAM_GROUP:
    case PARAM_OPTION:
    case PARAM_LIST:
    case PARAM_MAP:
    case PARAM_STEPS: return true;
    default: return false;
    }
}

/* --- reading ---------------------------------------------------------------------------------------- */

/* A reading under way: what its parts share. */
struct reading {
    const struct param *param;
    const char *text;
    struct arena *arena;
    const char **problem;
};

static bool refuse(const struct reading *reading, const char *problem)
{
    *reading->problem = problem;
    return false;
}

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && text_equal(text + length - end_length, end);
}

/* `none` is a value where the row's default says so, or its range does: "1s to 1h or none". */
static bool takes_none(const struct param *param)
{
    if (text_equal(param->initial, "none")) return true;
    return param->type != PARAM_CHOICE && param->range && ends_in(param->range, " or none");
}

static bool refuse_none(const struct reading *reading)
{
    const struct param *param = reading->param;
    const char *range = param->range ? param->range : "given";
    return refuse(reading, arena_printf(reading->arena, "cannot be none here: must be %s", range));
}

/* Reads the number and holds it against the range. */
static bool read_number(const struct reading *reading, double *value)
{
    const struct param *param = reading->param;
    const char *problem;
    if (!quantity_parse(reading->text, param->unit, value, &problem))
        return refuse(reading, arena_printf(reading->arena, "%s (got %.60s)", problem, reading->text));
    if (isinf(*value)) return takes_none(param) || refuse_none(reading);
    if (!param->range) return true;
    double low, high;
    quantity_range(param->range, param->unit, &low, &high);
    if (low <= *value && *value <= high) return true;
    problem = arena_printf(reading->arena, "must be %s, not %.60s", param->range, reading->text);
    return refuse(reading, problem);
}

static bool read_real(const struct reading *reading, double *field)
{
    double value;
    if (!read_number(reading, &value)) return false;
    *field = value;
    return true;
}

/* Beyond 2^53 a double no longer holds every whole number. */
static bool read_whole(const struct reading *reading, int64_t *field)
{
    double value;
    if (!read_number(reading, &value)) return false;
    if (isfinite(value) && (fabs(value) > 0x1p53 || value != (double)(int64_t)value)) {
        const char *of = reading->param->unit == UNIT_COUNT ? "" : quantity_unit_name(reading->param->unit);
        return refuse(reading, arena_printf(reading->arena, "must be a whole number%s%s, not %.60s",
                                            *of ? " of " : "", of, reading->text));
    }
    *field = isinf(value) ? INT64_MAX : (int64_t)value;
    return true;
}

static bool read_flag(const struct reading *reading, bool *field)
{
    *field = text_equal(reading->text, "true");
    if (*field || text_equal(reading->text, "false")) return true;
    return refuse(reading, arena_printf(reading->arena, "must be true or false, not %.60s", reading->text));
}

enum { WORDS = 64 };

/* Splits "a|b|c"; returns how many words there are. */
static int split(const char *choices, struct arena *arena, const char *word[WORDS])
{
    int count = 0;
    for (;;) {
        size_t length = strcspn(choices, "|");
        assert(count < WORDS);
        word[count++] = arena_copy(arena, choices, length);
        if (!choices[length]) return count;
        choices += length + 1;
    }
}

static char lower(char c)
{
    return 'A' <= c && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_but_case(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) a++, b++;
    return *a == *b;
}

static const char *meant(const char *text, const char *const *word, int count)
{
    for (int i = 0; i < count; i++)
        if (same_but_case(text, word[i])) return word[i];
    return text_nearest(text, word, (size_t)count);
}

static bool refuse_choice(const struct reading *reading, const char *const *word, int count)
{
    const char *list = word[0], *nearest = meant(reading->text, word, count);
    for (int i = 1; i < count; i++)
        list = arena_printf(reading->arena, "%s%s%s", list, i == count - 1 ? " or " : ", ", word[i]);
    const char *problem = arena_printf(reading->arena, "must be %s, not %.60s", list, reading->text);
    if (nearest) problem = arena_printf(reading->arena, "%s; did you mean %s?", problem, nearest);
    return refuse(reading, problem);
}

static bool read_choice(const struct reading *reading, int *field)
{
    const char *word[WORDS];
    int count = split(reading->param->range, reading->arena, word);
    for (int i = 0; i < count; i++) {
        if (!text_equal(word[i], reading->text)) continue;
        *field = i;
        return true;
    }
    return refuse_choice(reading, word, count);
}

static bool read_text(const struct reading *reading, const char **field)
{
    if (!text_equal(reading->text, "none")) {
        *field = arena_copy(reading->arena, reading->text, strlen(reading->text));
        return true;
    }
    *field = NULL;
    return takes_none(reading->param) || refuse_none(reading);
}

bool param_read(const struct param *param, const char *text, struct arena *arena, void *field,
                const char **problem)
{
    struct reading reading = {param, text, arena, problem};
    switch (param->type) {
    case PARAM_REAL: return read_real(&reading, field);
    case PARAM_WHOLE: return read_whole(&reading, field);
    case PARAM_FLAG: return read_flag(&reading, field);
    case PARAM_CHOICE: return read_choice(&reading, field);
    case PARAM_TEXT: return read_text(&reading, field);
    default: abort(); /* the scenario reads the others, which need more than a text */
    }
}

/* --- writing ---------------------------------------------------------------------------------------- */

enum { ROOM = 64 };

static const char *write_real(double value, enum unit unit, struct arena *arena)
{
    return quantity_format(value, unit, arena_alloc(arena, ROOM), ROOM);
}

/* A bare whole number is written in full: as a double it might lose its last digits. */
static const char *write_whole(int64_t value, enum unit unit, struct arena *arena)
{
    if (value == INT64_MAX) return "none";
    if (!*quantity_suffixes(unit)) return arena_printf(arena, "%" PRId64, value);
    return write_real((double)value, unit, arena);
}

static const char *write_choice(const struct param *param, int chosen, struct arena *arena)
{
    const char *word[WORDS];
    int count = split(param->range, arena, word);
    assert(0 <= chosen && chosen < count);
    return chosen < count ? word[chosen] : "";
}

static const char *or_none(const char *text)
{
    return text ? text : "none";
}

const char *param_write(const struct param *param, const void *field, struct arena *arena)
{
    switch (param->type) {
    case PARAM_REAL: return write_real(*(const double *)field, param->unit, arena);
    case PARAM_WHOLE: return write_whole(*(const int64_t *)field, param->unit, arena);
    case PARAM_FLAG: return *(const bool *)field ? "true" : "false";
    case PARAM_CHOICE: return write_choice(param, *(const int *)field, arena);
    case PARAM_TEXT: return or_none(*(const char *const *)field);
    case PARAM_DIST: return or_none(((const struct dist *)field)->text);
    default: abort(); /* the scenario writes what holds names, files or rows */
    }
}
