/* SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#include "arena.h"
#include "diag.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 16 };
static const size_t most_bytes = (size_t)1 << 30;

/* ---- The file ---- */

struct bytes {
    char *text;
    size_t size, room;
};

static bool grow(struct bytes *bytes)
{
    if (bytes->room - bytes->size > CHUNK) {
        return true;
    }
    size_t room = bytes->room == 0 ? 4 * CHUNK : 2 * bytes->room;
    char *longer = room > 2 * most_bytes ? NULL : realloc(bytes->text, room);
    if (longer == NULL) {
        return false;
    }
    bytes->text = longer;
    bytes->room = room;
    return true;
}

/* NULL when all was read, else what went wrong. */
static const char *read_all(const char *file, struct bytes *bytes)
{
    FILE *in = fopen(file, "rb");
    if (in == NULL) {
        return strerror(errno);
    }
    const char *problem = NULL;
    size_t got = 1;
    while (got > 0 && problem == NULL) {
        if (!grow(bytes) || bytes->size > most_bytes) {
            problem = "too large: a run file has at most 1 GiB";
            break;
        }
        got = fread(bytes->text + bytes->size, 1, CHUNK, in);
        bytes->size += got;
    }
    if (ferror(in) && problem == NULL) {
        problem = strerror(errno);
    }
    fclose(in);
    return problem;
}

static struct place place_in(const char *file, const struct bytes *bytes, const char *at)
{
    struct place place = {file, 1, 1};
    for (const char *c = bytes->text; c < at; c++) {
        place.column = *c == '\n' ? 1 : place.column + ((*c & 0xc0) != 0x80);
        place.line += *c == '\n';
    }
    return place;
}

/* True when the text ends inside a string, an object or a list: then the rest is missing. */
static bool is_cut(const struct bytes *bytes)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < bytes->size; i++) {
        char c = bytes->text[i];
        if (quoted && c == '\\') {
            i++;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted) {
            depth += c == '{' || c == '[';
            depth -= c == '}' || c == ']';
        }
    }
    return quoted || depth > 0 || bytes->size == 0;
}

static void complain_of_json(struct json_reader *reader, const struct bytes *bytes, const char *at)
{
    const char *end = bytes->text + bytes->size;
    if (is_cut(bytes)) {
        diag_error(reader->diag, place_in(reader->file, bytes, end),
                   "the file ends in the middle of its JSON: it was cut short; write it again");
    } else {
        diag_error(reader->diag, place_in(reader->file, bytes, at == NULL ? end : at), "this is not JSON");
    }
}

cJSON *json_load(struct json_reader *reader)
{
    struct bytes bytes = {NULL, 0, 0};
    const char *problem = read_all(reader->file, &bytes), *end = NULL;
    cJSON *document = NULL;
    if (problem != NULL) {
        diag_error(reader->diag, (struct place){reader->file, 0, 0}, "cannot be read: %s", problem);
    } else {
        document = cJSON_ParseWithLengthOpts(bytes.text, bytes.size, &end, false);
    }
    if (problem == NULL && document == NULL) {
        complain_of_json(reader, &bytes, end);
    }
    free(bytes.text);
    reader->failed = document == NULL;
    return document;
}

/* ---- Its members ---- */

void json_complain(struct json_reader *reader, const char *key, const char *problem)
{
    if (reader->failed) {
        return;
    }
    reader->failed = true;
    bool top = reader->path[0] == '\0';
    diag_error(reader->diag, (struct place){reader->file, 0, 0}, "%s%s%s %s: not a complete %s file",
               reader->path, top ? "" : ".", key, problem, reader->format);
}

const char *json_enter(struct json_reader *reader, const char *key, int index)
{
    const char *before = reader->path, *dot = before[0] == '\0' ? "" : ".";
    reader->path = index < 0 ? arena_printf(reader->arena, "%s%s%s", before, dot, key)
                             : arena_printf(reader->arena, "%s%s%s[%d]", before, dot, key, index);
    return before;
}

/* The member, NULL after a complaint. */
static const cJSON *member(struct json_reader *reader, const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (item == NULL) {
        json_complain(reader, key, "is missing");
    }
    return item;
}

static double as_number(struct json_reader *reader, const cJSON *item, const char *key)
{
    if (item == NULL || cJSON_IsNull(item)) {
        return NAN;
    }
    if (!cJSON_IsNumber(item)) {
        json_complain(reader, key, "is not a number");
        return NAN;
    }
    return item->valuedouble;
}

double json_get_number(struct json_reader *reader, const cJSON *object, const char *key)
{
    return as_number(reader, member(reader, object, key), key);
}

int64_t json_get_whole(struct json_reader *reader, const cJSON *object, const char *key)
{
    double value = json_get_number(reader, object, key);
    if (!(fabs(value) <= 0x1p53) || value != rint(value)) {
        json_complain(reader, key, "is not a whole number");
        return 0;
    }
    return (int64_t)value;
}

bool json_get_flag(struct json_reader *reader, const cJSON *object, const char *key)
{
    const cJSON *item = member(reader, object, key);
    if (item != NULL && !cJSON_IsBool(item)) {
        json_complain(reader, key, "is neither true nor false");
    }
    return cJSON_IsTrue(item) != 0;
}

const char *json_get_text_or_null(struct json_reader *reader, const cJSON *object, const char *key)
{
    const cJSON *item = member(reader, object, key);
    if (item == NULL || cJSON_IsNull(item)) {
        return NULL;
    }
    if (!cJSON_IsString(item)) {
        json_complain(reader, key, "is not a text");
        return NULL;
    }
    return arena_copy(reader->arena, item->valuestring, strlen(item->valuestring));
}

const char *json_get_text(struct json_reader *reader, const cJSON *object, const char *key)
{
    const char *text = json_get_text_or_null(reader, object, key);
    if (text == NULL) {
        json_complain(reader, key, "is not a text");
    }
    return text == NULL ? "" : text;
}

struct interval json_as_interval(struct json_reader *reader, const cJSON *item)
{
    return (struct interval){json_get_number(reader, item, "value"), json_get_number(reader, item, "low"),
                             json_get_number(reader, item, "high")};
}

struct interval json_get_interval(struct json_reader *reader, const cJSON *object, const char *key)
{
    const cJSON *item = json_get_object(reader, object, key);
    return item == NULL ? interval_point(NAN) : json_as_interval(reader, item);
}

double *json_get_numbers(struct json_reader *reader, const cJSON *object, const char *key, int *count)
{
    const cJSON *item = member(reader, object, key), *each = NULL;
    *count = 0;
    if (item != NULL && !cJSON_IsArray(item)) {
        json_complain(reader, key, "is not a list");
        return NULL;
    }
    double *values = arena_array(reader->arena, double, item == NULL ? 0 : cJSON_GetArraySize(item));
    cJSON_ArrayForEach(each, item)
    {
        values[(*count)++] = as_number(reader, each, key);
    }
    return values;
}

const cJSON *json_get_object(struct json_reader *reader, const cJSON *object, const char *key)
{
    const cJSON *item = member(reader, object, key);
    if (item != NULL && !cJSON_IsObject(item)) {
        json_complain(reader, key, "is not an object");
        return NULL;
    }
    return item;
}

const cJSON *json_get_rows(struct json_reader *reader, const cJSON *object, const char *key, int *count)
{
    const cJSON *item = member(reader, object, key), *each = NULL;
    *count = 0;
    if (item != NULL && !cJSON_IsArray(item)) {
        json_complain(reader, key, "is not a list");
        return NULL;
    }
    cJSON_ArrayForEach(each, item)
    {
        if (!cJSON_IsObject(each)) {
            json_complain(reader, key, "holds something that is not an object");
            return NULL;
        }
        (*count)++;
    }
    return item;
}
