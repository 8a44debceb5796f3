/* SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#include "arena.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_TEXT = 40, EXACT = 17, SKETCH = 6 };

/* Whatever the locale puts between whole and fraction becomes a point. */
static void unlocalise(const char *text, char *out)
{
    bool point = false;
    for (; *text != '\0'; text++) {
        bool plain = strchr("0123456789+-e", *text) != NULL;
        if (plain || !point) {
            *out++ = plain ? *text : '.';
        }
        point = point || !plain;
    }
    *out = '\0';
}

char *json_number_text(double value, int digits, char *out)
{
    if (!isfinite(value)) {
        memcpy(out, "null", sizeof "null");
        return out;
    }
    char text[NUMBER_TEXT];
    for (int tried = digits < 15 ? digits : 15; tried <= digits; tried++) {
        snprintf(text, sizeof text, "%.*g", tried, value == 0.0 ? 0.0 : value); /* no -0 */
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    unlocalise(text, out);
    return out;
}

static cJSON *made(cJSON *item)
{
    if (item == NULL) {
        arena_exhausted();
    }
    return item;
}

static void add(cJSON *object, const char *key, cJSON *item)
{
    if (!cJSON_AddItemToObject(object, key, made(item))) {
        arena_exhausted();
    }
}

void json_number(cJSON *object, const char *key, double value)
{
    char text[NUMBER_TEXT];
    add(object, key, cJSON_CreateRaw(json_number_text(value, EXACT, text)));
}

void json_whole(cJSON *object, const char *key, int64_t value)
{
    char text[NUMBER_TEXT];
    snprintf(text, sizeof text, "%lld", (long long)value);
    add(object, key, cJSON_CreateRaw(text));
}

void json_text(cJSON *object, const char *key, const char *text)
{
    add(object, key, text == NULL ? cJSON_CreateNull() : cJSON_CreateString(text));
}

void json_interval(cJSON *object, const char *key, struct interval interval)
{
    char value[NUMBER_TEXT], low[NUMBER_TEXT], high[NUMBER_TEXT], text[4 * NUMBER_TEXT];
    snprintf(text, sizeof text, "{\"value\":%s,\"low\":%s,\"high\":%s}",
             json_number_text(interval.value, EXACT, value), json_number_text(interval.low, EXACT, low),
             json_number_text(interval.high, EXACT, high));
    add(object, key, cJSON_CreateRaw(text));
}

static char *allocated(size_t size)
{
    char *bytes = malloc(size);
    if (bytes == NULL) {
        arena_exhausted();
    }
    return bytes;
}

/* One raw item for the whole array: a tree node for each of a million numbers would be ten times their size. */
static void add_numbers(cJSON *object, const char *key, const double *values, int count, int digits)
{
    char *text = allocated((size_t)count * NUMBER_TEXT + 3), *end = text;
    *end++ = '[';
    for (int i = 0; i < count; i++) {
        if (i > 0) {
            *end++ = ',';
        }
        end += strlen(json_number_text(values[i], digits, end));
    }
    memcpy(end, "]", 2);
    add(object, key, cJSON_CreateRaw(text));
    free(text);
}

void json_numbers(cJSON *object, const char *key, const double *values, int count)
{
    add_numbers(object, key, values, count, EXACT);
}

void json_sketch(cJSON *object, const char *key, const double *values, int count)
{
    add_numbers(object, key, values, count, SKETCH);
}

char *json_print(const cJSON *document)
{
    char *text = cJSON_Print(document);
    if (text == NULL) {
        arena_exhausted();
    }
    return text;
}

cJSON *json_object(cJSON *object, const char *key)
{
    cJSON *item = made(cJSON_CreateObject());
    add(object, key, item);
    return item;
}

cJSON *json_array(cJSON *object, const char *key)
{
    cJSON *item = made(cJSON_CreateArray());
    add(object, key, item);
    return item;
}

cJSON *json_row(cJSON *array)
{
    cJSON *item = made(cJSON_CreateObject());
    cJSON_AddItemToArray(array, item);
    return item;
}

void json_string_row(cJSON *array, const char *text)
{
    cJSON_AddItemToArray(array, made(cJSON_CreateString(text)));
}
