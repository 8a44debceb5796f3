/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON Schema of the language: whole, without loose ends, and speaking of every row of every table. */
#include "toys.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "arena.h"
#include "frame.h"
#include "schema.h"
#include "text.h"

struct scheme {
    struct arena *arena;
    cJSON *root;
};

static int open_schema(void **state)
{
    static struct scheme scheme;
    scheme.arena = arena_open();
    scheme.root = cJSON_Parse(schema_text(scheme.arena));
    *state = &scheme;
    return scheme.root ? 0 : -1;
}

static int close_schema(void **state)
{
    struct scheme *scheme = *state;
    cJSON_Delete(scheme->root);
    arena_close(scheme->arena);
    return 0;
}

/* The member at the end of a chain of names, which NULL ends. */
static const cJSON *at(const cJSON *json, const char *const *names)
{
    for (; *names; names++) {
        json = cJSON_GetObjectItemCaseSensitive(json, *names);
        if (!json) fail_msg("no member %s", *names);
    }
    return json;
}
#define AT(json, ...) at((json), (const char *const[]){__VA_ARGS__, NULL})

static void is_of_draft_2020_12(void **state)
{
    const struct scheme *scheme = *state;
    assert_string_equal(AT(scheme->root, "$schema")->valuestring,
                        "https://json-schema.org/draft/2020-12/schema");
    assert_string_equal(cJSON_GetArrayItem(AT(scheme->root, "required"), 0)->valuestring, "headroom");
    assert_true(AT(scheme->root, "properties", "headroom", "const")->valueint == 1);
}

static void has_every_top_level_key_of_today(void **state)
{
    const struct scheme *scheme = *state;
    const cJSON *properties = AT(scheme->root, "properties");
    for (const struct frame_key *row = frame_keys; row->key; row++)
        assert_int_equal(cJSON_HasObjectItem(properties, row->key), row->sort != FRAME_LATER);
}

static void has_every_parameter_of_every_model(void **state)
{
    const struct scheme *scheme = *state;
    for (int i = 0; model_all[i]; i++) {
        const char *name = arena_printf(scheme->arena, "model_%s", model_all[i]->name);
        const cJSON *properties = AT(scheme->root, "$defs", name, "properties");
        for (const struct param *param = model_all[i]->params; param->key; param++) {
            const char *help = AT(properties, param->key, "description")->valuestring;
            assert_true(text_starts(help, param->help));
            if (param->alias) assert_true(cJSON_HasObjectItem(properties, param->alias));
        }
    }
}

static void says_defaults_ranges_and_sources(void **state)
{
    const struct scheme *scheme = *state;
    const cJSON *timeout = AT(scheme->root, "$defs", "model_server", "properties", "timeout");
    assert_string_equal(AT(timeout, "default")->valuestring, "30s");
    assert_string_equal(AT(timeout, "description")->valuestring,
                        "Gives up. Allowed: 1s to 1h or none. Source of the default: a document, 2026.");
    const cJSON *number = cJSON_GetArrayItem(AT(cJSON_GetArrayItem(AT(timeout, "anyOf"), 0), "anyOf"), 0);
    assert_string_equal(AT(number, "pattern")->valuestring,
                        "^(none|[-+]?[0-9]*\\.?[0-9]+([eE][-+]?[0-9]+)? ?(ns|us|ms|s|m|min|h|d))$");
}

/* Collects nothing: fails at the first reference that leads nowhere. */
static void check_references(const cJSON *root, const cJSON *json)
{
    const char *reference = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "$ref"));
    if (reference) {
        assert_true(text_starts(reference, "#/$defs/"));
        AT(root, "$defs", reference + strlen("#/$defs/"));
    }
    for (const cJSON *child = json->child; child; child = child->next) check_references(root, child);
}

static void has_no_loose_references(void **state)
{
    const struct scheme *scheme = *state;
    check_references(scheme->root, scheme->root);
}

static void defines_steps_by_themselves(void **state)
{
    const struct scheme *scheme = *state;
    const cJSON *step = AT(scheme->root, "$defs", "steps", "items");
    for (const struct variant *variant = step_variants; variant->key; variant++)
        AT(step, "properties", variant->key);
    assert_true(AT(step, "maxProperties")->valueint == 1);
    const cJSON *cache = cJSON_GetArrayItem(AT(step, "properties", "cache", "anyOf"), 0);
    const cJSON *miss = cJSON_GetArrayItem(AT(cache, "properties", "on_miss", "anyOf"), 0);
    assert_string_equal(AT(miss, "$ref")->valuestring, "#/$defs/steps");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_of_draft_2020_12),
        cmocka_unit_test(has_every_top_level_key_of_today),
        cmocka_unit_test(has_every_parameter_of_every_model),
        cmocka_unit_test(says_defaults_ranges_and_sources),
        cmocka_unit_test(has_no_loose_references),
        cmocka_unit_test(defines_steps_by_themselves),
    };
    return cmocka_run_group_tests(tests, open_schema, close_schema);
}
