/* SPDX-License-Identifier: Apache-2.0 */
#include "schema.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "arena.h"
#include "frame.h"
#include "model.h"
#include "shape.h"
#include "text.h"

enum { VARIANTS = 16 };

/* A schema being made. Tables of steps hold themselves, so each is defined once and referred to by name. */
struct writer {
    struct arena *arena;
    cJSON *definitions;
    const struct variant *variants[VARIANTS];
    int count;
};

/* --- small pieces ----------------------------------------------------------------------------------- */

static cJSON *object_of(const char *type)
{
    cJSON *schema = cJSON_CreateObject();
    if (type) cJSON_AddStringToObject(schema, "type", type);
    return schema;
}

static cJSON *reference(struct writer *writer, const char *name)
{
    cJSON *schema = cJSON_CreateObject();
    cJSON_AddStringToObject(schema, "$ref", arena_printf(writer->arena, "#/$defs/%s", name));
    return schema;
}

static cJSON *any_of(cJSON *first, cJSON *second)
{
    cJSON *schema = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(schema, "anyOf");
    cJSON_AddItemToArray(list, first);
    cJSON_AddItemToArray(list, second);
    return schema;
}

static cJSON *array_of(cJSON *items)
{
    cJSON *schema = object_of("array");
    cJSON_AddItemToObject(schema, "items", items);
    return schema;
}

/* A text as YAML may read it: `15.3` is a number to an editor. */
static cJSON *scalar(void)
{
    cJSON *schema = cJSON_CreateObject(), *types = cJSON_AddArrayToObject(schema, "type");
    cJSON_AddItemToArray(types, cJSON_CreateString("string"));
    cJSON_AddItemToArray(types, cJSON_CreateString("number"));
    cJSON_AddItemToArray(types, cJSON_CreateString("boolean"));
    return schema;
}

static cJSON *choice(struct writer *writer, const char *words)
{
    cJSON *schema = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(schema, "enum");
    for (;;) {
        size_t length = strcspn(words, "|");
        cJSON_AddItemToArray(list, cJSON_CreateString(arena_copy(writer->arena, words, length)));
        if (!words[length]) return schema;
        words += length + 1;
    }
}

/* --- numbers ---------------------------------------------------------------------------------------- */

/* `^(none|[0-9.]+... ?(ns|us|ms))$` from "ns us ms". */
static const char *pattern_of(struct writer *writer, enum unit unit)
{
    const char *suffixes = quantity_suffixes(unit), *list = "";
    for (const char *at = suffixes; *at; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        list = arena_printf(writer->arena, "%s%s%.*s", list, *list ? "|" : "", (int)length, at);
        at += length;
    }
    return arena_printf(writer->arena, "^(none|[-+]?[0-9]*\\.?[0-9]+([eE][-+]?[0-9]+)? ?(%s)%s)$", list,
                        unit == UNIT_RATIO || unit == UNIT_METRIC ? "?" : "");
}

/* Where a unit must be written a bare number is none. */
static cJSON *number(struct writer *writer, enum unit unit)
{
    bool bare = unit == UNIT_COUNT || unit == UNIT_CPU, both = unit == UNIT_RATIO || unit == UNIT_METRIC;
    cJSON *text = object_of("string");
    cJSON_AddStringToObject(text, "pattern",
                            bare ? "^(none|[-+]?[0-9.]+([eE][-+]?[0-9]+)?)$" : pattern_of(writer, unit));
    return bare || both ? any_of(object_of("number"), text) : text;
}

static cJSON *uncertain(struct writer *writer, enum unit unit)
{
    static const char *const keys[] = {"low", "mid", "high"};
    cJSON *schema = object_of("object"), *required = cJSON_AddArrayToObject(schema, "required");
    cJSON *properties = cJSON_AddObjectToObject(schema, "properties");
    for (int i = 0; i < 3; i++) {
        cJSON_AddItemToArray(required, cJSON_CreateString(keys[i]));
        cJSON_AddItemToObject(properties, keys[i], number(writer, unit));
    }
    cJSON_AddBoolToObject(schema, "additionalProperties", false);
    return schema;
}

/* --- tables ----------------------------------------------------------------------------------------- */

static cJSON *table(struct writer *writer, const struct param *params);
static cJSON *value(struct writer *writer, const struct param *param);

static const char *steps_name(struct writer *writer, const struct variant *variants)
{
    for (int i = 0; i < writer->count; i++)
        if (writer->variants[i] == variants)
            return i ? arena_printf(writer->arena, "steps%d", i + 1) : "steps";
    return NULL;
}

/* One key, whose value is the arguments or, for the first of them, just that. */
static cJSON *step(struct writer *writer, const struct variant *variants)
{
    cJSON *schema = object_of("object"), *properties = cJSON_AddObjectToObject(schema, "properties");
    for (const struct variant *variant = variants; variant->key; variant++) {
        cJSON *arguments = table(writer, variant->params);
        if (variant->params->key) arguments = any_of(arguments, value(writer, variant->params));
        cJSON_AddStringToObject(arguments, "description", variant->help);
        cJSON_AddItemToObject(properties, variant->key, arguments);
    }
    cJSON_AddBoolToObject(schema, "additionalProperties", false);
    cJSON_AddNumberToObject(schema, "minProperties", 1);
    cJSON_AddNumberToObject(schema, "maxProperties", 1);
    return schema;
}

static cJSON *steps(struct writer *writer, const struct variant *variants)
{
    const char *name = steps_name(writer, variants);
    if (!name && writer->count < VARIANTS) {
        writer->variants[writer->count++] = variants;
        name = steps_name(writer, variants);
        cJSON_AddItemToObject(writer->definitions, name, array_of(step(writer, variants)));
    }
    return name ? reference(writer, name) : object_of("array");
}

static bool has_steps(const struct param *params)
{
    for (; params->key; params++)
        if (params->type == PARAM_STEPS) return true;
    return false;
}

/* In a list of branches a row may be just its steps, or just one step. */
static cJSON *list(struct writer *writer, const struct param *param)
{
    cJSON *row = table(writer, param->rows);
    return array_of(has_steps(param->rows) ? any_of(row, any_of(object_of("array"), object_of("object")))
                                           : row);
}

static cJSON *map(struct writer *writer, const struct param *param)
{
    cJSON *schema = object_of("object");
    cJSON_AddItemToObject(schema, "additionalProperties", table(writer, shape_map_rows(param)));
    return schema;
}

/* The value of a row, without what its row says about it. */
static cJSON *value(struct writer *writer, const struct param *param)
{
    switch (param->type) {
    case PARAM_REAL:
    case PARAM_WHOLE: return any_of(number(writer, param->unit), uncertain(writer, param->unit));
    case PARAM_FLAG: return object_of("boolean");
    case PARAM_CHOICE: return choice(writer, param->range);
    case PARAM_TEXT: return scalar();
    case PARAM_WORDS: return any_of(scalar(), array_of(scalar()));
    case PARAM_DIST: return any_of(scalar(), uncertain(writer, param->unit));
    case PARAM_NODE:
    case PARAM_CURVE:
    case PARAM_TRACE: return object_of("string");
    case PARAM_NODES: return any_of(object_of("string"), array_of(object_of("string")));
    case PARAM_GROUP: return table(writer, param->rows);
    case PARAM_OPTION: return any_of(table(writer, param->rows), choice(writer, "none"));
    case PARAM_LIST: return list(writer, param);
    case PARAM_MAP: return map(writer, param);
    case PARAM_STEPS: return steps(writer, param->variants);
    }
    return cJSON_CreateObject();
}

/* Null stands for what is not written. */
static cJSON *property(struct writer *writer, const struct param *param)
{
    cJSON *schema = any_of(value(writer, param), object_of("null"));
    const char *help = param->help;
    if (param->range && param->type != PARAM_CHOICE)
        help = arena_printf(writer->arena, "%s Allowed: %s.", help, param->range);
    if (!text_equal(param->source, "definition"))
        help = arena_printf(writer->arena, "%s Source of the default: %s.", help, param->source);
    cJSON_AddStringToObject(schema, "description", help);
    if (param->initial && *param->initial) cJSON_AddStringToObject(schema, "default", param->initial);
    return schema;
}

static cJSON *table(struct writer *writer, const struct param *params)
{
    cJSON *schema = object_of("object"), *properties = cJSON_AddObjectToObject(schema, "properties");
    for (const struct param *param = params; param->key; param++) {
        cJSON_AddItemToObject(properties, param->key, property(writer, param));
        if (param->alias) cJSON_AddItemToObject(properties, param->alias, property(writer, param));
    }
    cJSON_AddBoolToObject(schema, "additionalProperties", false);
    return schema;
}

/* --- nodes ------------------------------------------------------------------------------------------ */

static cJSON *node_of(struct writer *writer, const struct model *model)
{
    cJSON *schema = table(writer, model->params);
    cJSON_AddStringToObject(schema, "title", model->title);
    if (model->about) cJSON_AddStringToObject(schema, "description", model->about);
    cJSON_AddItemToObject(cJSON_GetObjectItem(schema, "properties"), "model", object_of("string"));
    return schema;
}

/* `if` the model is this one, `then` its table holds. An overlay may leave the model out. */
static cJSON *node_rule(struct writer *writer, const struct model *model)
{
    cJSON *rule = cJSON_CreateObject(), *condition = cJSON_AddObjectToObject(rule, "if");
    cJSON *required = cJSON_AddArrayToObject(condition, "required");
    cJSON_AddItemToArray(required, cJSON_CreateString("model"));
    cJSON *properties = cJSON_AddObjectToObject(condition, "properties");
    cJSON *name = cJSON_AddObjectToObject(properties, "model");
    cJSON_AddStringToObject(name, "const", model->name);
    cJSON_AddItemToObject(rule, "then",
                          reference(writer, arena_printf(writer->arena, "model_%s", model->name)));
    return rule;
}

static cJSON *nodes(struct writer *writer)
{
    cJSON *schema = object_of("object"), *node = cJSON_AddObjectToObject(schema, "additionalProperties");
    cJSON *properties = cJSON_AddObjectToObject(node, "properties"), *names = cJSON_CreateArray();
    cJSON *model = cJSON_AddObjectToObject(properties, "model"), *rules = cJSON_CreateArray();
    for (int i = 0; model_all[i]; i++) {
        const char *name = arena_printf(writer->arena, "model_%s", model_all[i]->name);
        cJSON_AddItemToArray(names, cJSON_CreateString(model_all[i]->name));
        cJSON_AddItemToArray(rules, node_rule(writer, model_all[i]));
        cJSON_AddItemToObject(writer->definitions, name, node_of(writer, model_all[i]));
    }
    cJSON_AddItemToObject(model, "enum", names);
    if (model_all[0])
        cJSON_AddItemToObject(node, "allOf", rules);
    else
        cJSON_Delete(rules);
    return schema;
}

/* --- the top level ---------------------------------------------------------------------------------- */

/* A key with a dot or a bracket is a path, and changes what it leads to. */
static void allow_paths(cJSON *schema)
{
    cJSON *patterns = cJSON_AddObjectToObject(schema, "patternProperties");
    cJSON_AddItemToObject(patterns, "^[^.\\[]+[.\\[]", cJSON_CreateObject());
}

/* A node may be changed by its name alone. */
static cJSON *environments(struct writer *writer)
{
    cJSON *schema = object_of("object"), *body = cJSON_CreateObject();
    cJSON *types = cJSON_AddArrayToObject(body, "type"),
          *properties = cJSON_AddObjectToObject(body, "properties");
    cJSON_AddItemToArray(types, cJSON_CreateString("object"));
    cJSON_AddItemToArray(types, cJSON_CreateString("null"));
    for (const struct param *param = frame_params; param->key; param++)
        cJSON_AddItemToObject(properties, param->key, property(writer, param));
    allow_paths(body);
    cJSON_AddItemToObject(schema, "additionalProperties", body);
    return schema;
}

static cJSON *lists(struct writer *writer, const char *key)
{
    if (text_equal(key, "targets")) return array_of(table(writer, frame_target_params));
    return array_of(object_of("string"));
}

static cJSON *file_key(const char *key)
{
    cJSON *schema = text_equal(key, "headroom") ? cJSON_CreateObject() : scalar();
    if (text_equal(key, "headroom")) cJSON_AddNumberToObject(schema, "const", 1);
    return schema;
}

static cJSON *top_key(struct writer *writer, const struct frame_key *row)
{
    cJSON *schema = NULL;
    switch (row->sort) {
    case FRAME_FIELD: return property(writer, param_find(frame_params, row->key));
    case FRAME_NODES: schema = nodes(writer); break;
    case FRAME_FREE:
        cJSON_AddItemToObject(schema = object_of("object"), "additionalProperties", scalar());
        break;
    case FRAME_LIST: schema = lists(writer, row->key); break;
    case FRAME_DRILLS: schema = array_of(table(writer, frame_drill_params)); break;
    case FRAME_FILE: schema = file_key(row->key); break;
    case FRAME_ENVIRONMENTS: schema = environments(writer); break;
    case FRAME_LATER:
    case FRAME_UNKNOWN: return NULL;
    }
    cJSON_AddStringToObject(schema, "description", row->help);
    return schema;
}

const char *schema_text(struct arena *arena)
{
    cJSON *schema = cJSON_CreateObject();
    struct writer writer = {.arena = arena, .definitions = cJSON_CreateObject()};
    cJSON_AddStringToObject(schema, "$schema", "https://json-schema.org/draft/2020-12/schema");
    cJSON_AddStringToObject(schema, "$id", "urn:headroom:scenario:1");
    cJSON_AddStringToObject(schema, "title", "Headroom scenario");
    cJSON_AddStringToObject(schema, "type", "object");
    cJSON_AddItemToArray(cJSON_AddArrayToObject(schema, "required"), cJSON_CreateString("headroom"));
    cJSON *properties = cJSON_AddObjectToObject(schema, "properties");
    for (const struct frame_key *row = frame_keys; row->key; row++) {
        cJSON *key = top_key(&writer, row);
        if (key) cJSON_AddItemToObject(properties, row->key, key);
    }
    allow_paths(schema);
    cJSON_AddBoolToObject(schema, "additionalProperties", false);
    cJSON_AddItemToObject(schema, "$defs", writer.definitions);
    char *printed = cJSON_Print(schema);
    if (!printed) arena_exhausted();
    const char *text = arena_printf(arena, "%s\n", printed);
    cJSON_free(printed);
    cJSON_Delete(schema);
    return text;
}
