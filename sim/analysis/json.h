/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_H
#define JSON_H

/* JSON on top of cJSON: numbers as the shortest text that reads back exactly, in any locale, which cJSON's own are not;
   and reading that complains about a file by path instead of crashing on it. */

#include "interval.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

struct arena;
struct diag;

/* ---- Writing: every function adds a member to `object`. ---- */

/* NAN and infinity are null. */
void json_number(cJSON *object, const char *key, double value);
void json_whole(cJSON *object, const char *key, int64_t value);
/* NULL is null. */
void json_text(cJSON *object, const char *key, const char *text);
void json_interval(cJSON *object, const char *key, struct interval interval);
/* An array of numbers, exact, or with as many significant digits as a picture needs. */
void json_numbers(cJSON *object, const char *key, const double *values, int count);
void json_sketch(cJSON *object, const char *key, const double *values, int count);
/* New objects and arrays; never NULL: out of memory ends the program. */
cJSON *json_object(cJSON *object, const char *key);
cJSON *json_array(cJSON *object, const char *key);
cJSON *json_row(cJSON *array);
void json_string_row(cJSON *array, const char *text);

/* The shortest text of at most `digits` digits that reads back as `value`, or as near as they allow; "null" for NAN and
   infinity. `out` has at least 40 bytes. Returns it. */
char *json_number_text(double value, int digits, char *out);

/* The document as text, never NULL; the caller frees it. */
char *json_print(const cJSON *document);

/* ---- Reading ---- */

/* A reading under way: after the first complaint, which names the place in the document, everything reads as empty. */
struct json_reader {
    struct arena *arena;
    struct diag *diag;
    const char *file, *format; /* "run.json", "headroom.run/1" */
    const char *path;          /* of the object being read: "environments[0].latency[2]" */
    bool failed;
};

/* The file parsed, or NULL after a complaint with line and column. The caller deletes it. */
cJSON *json_load(struct json_reader *reader);

/* Members of `object`; missing or of the wrong kind is a complaint. Texts are copied to the arena. */
double json_get_number(struct json_reader *reader, const cJSON *object, const char *key); /* null is NAN */
int64_t json_get_whole(struct json_reader *reader, const cJSON *object, const char *key);
bool json_get_flag(struct json_reader *reader, const cJSON *object, const char *key);
const char *json_get_text(struct json_reader *reader, const cJSON *object, const char *key);
const char *json_get_text_or_null(struct json_reader *reader, const cJSON *object, const char *key);
struct interval json_get_interval(struct json_reader *reader, const cJSON *object, const char *key);
/* Numbers of an array; *count is set. */
double *json_get_numbers(struct json_reader *reader, const cJSON *object, const char *key, int *count);
const cJSON *json_get_object(struct json_reader *reader, const cJSON *object, const char *key);
/* An array of objects; *count is set. */
const cJSON *json_get_rows(struct json_reader *reader, const cJSON *object, const char *key, int *count);

/* An interval that is itself the item. */
struct interval json_as_interval(struct json_reader *reader, const cJSON *item);

/* Names the object about to be read, and gives the path to go back to. */
const char *json_enter(struct json_reader *reader, const char *key, int index);

/* Complains about a member. */
void json_complain(struct json_reader *reader, const char *key, const char *problem);

#endif
