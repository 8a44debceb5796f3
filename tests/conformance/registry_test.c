/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"
#include "model.h"
#include "near.h"
#include "sheet.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

/* What holds for one model is held for all, by walking the registry. */

static struct arena *arena;

static int open_arena(void **unused)
{
    (void)unused;
    arena = arena_open();
    return 0;
}

static int close_arena(void **unused)
{
    (void)unused;
    arena_close(arena);
    return 0;
}

typedef void row_check(const struct model *model, const char *path, const struct param *param);

static void walk(const struct model *model, const char *prefix, const struct param *params, row_check *check,
                 int depth)
{
    for (const struct param *param = params; param != NULL && param->key != NULL; param++) {
        const char *path = arena_printf(arena, "%s.%s", prefix, param->key);
        check(model, path, param);
        if (depth == 0) {
            continue;
        }
        if (param->type == PARAM_STEPS) {
            for (const struct variant *variant = param->variants; variant->key != NULL; variant++) {
                walk(model, arena_printf(arena, "%s.%s", path, variant->key), variant->params, check,
                     depth > 1);
            }
        } else {
            walk(model, path, param->rows, check, depth - 1);
        }
    }
}

static void for_every_row(row_check *check)
{
    for (int i = 0; model_all[i] != NULL; i++) {
        walk(model_all[i], model_all[i]->name, model_all[i]->params, check, 4);
    }
}

static bool is_sentence(const char *text)
{
    size_t length = text == NULL ? 0 : strlen(text);
    return length > 2 && text[length - 1] == '.' && text[0] >= 'A' && text[0] <= 'Z';
}

static void help_and_source(const struct model *model, const char *path, const struct param *param)
{
    (void)model;
    if (!is_sentence(param->help)) {
        fail_msg("%s: the help is no sentence: %s", path, param->help);
    }
    if (param->source == NULL || param->source[0] == '\0') {
        fail_msg("%s has no source", path);
    }
}

static void every_parameter_has_a_sentence_of_help_and_a_source(void **unused)
{
    (void)unused;
    for_every_row(help_and_source);
}

static bool scalar(const struct param *param)
{
    return param->type == PARAM_REAL || param->type == PARAM_WHOLE || param->type == PARAM_FLAG ||
           param->type == PARAM_CHOICE;
}

static bool reads(const struct param *param, const char *text)
{
    union {
        double real;
        int64_t whole;
        bool flag;
        int choice;
    } field;
    const char *problem = NULL;
    return param_read(param, text, arena, &field, &problem);
}

static void default_reads(const struct model *model, const char *path, const struct param *param)
{
    (void)model;
    if (scalar(param) && param->initial != NULL && param->initial[0] != '\0' &&
        !reads(param, param->initial)) {
        fail_msg("%s: its default %s is outside its own range %s", path, param->initial, param->range);
    }
}

static void every_default_is_inside_its_range(void **unused)
{
    (void)unused;
    for_every_row(default_reads);
}

static const char *number(const struct param *param, double value)
{
    char out[64];
    const char *sign = value < 0.0 ? "-" : "";
    return arena_printf(arena, "%s%s", sign, quantity_format(fabs(value), param->unit, out, sizeof out));
}

/* Both ends of a range are in, a step beyond is out. */
static void range_holds(const struct model *model, const char *path, const struct param *param)
{
    (void)model;
    if ((param->type != PARAM_REAL && param->type != PARAM_WHOLE) || param->range == NULL) {
        return;
    }
    double low, high;
    quantity_range(param->range, param->unit, &low, &high);
    double step =
        param->type == PARAM_WHOLE ? 1.0 : fmax(1e-3 * (isinf(high) ? fabs(low) : high - low), 1e-6);
    if (!reads(param, number(param, low)) || (!isinf(high) && !reads(param, number(param, high)))) {
        fail_msg("%s refuses an end of its own range %s", path, param->range);
    }
    if (reads(param, number(param, low - step)) ||
        (!isinf(high) && reads(param, number(param, high + step)))) {
        fail_msg("%s accepts a value outside its range %s", path, param->range);
    }
}

static void ranges_include_their_ends_and_nothing_beyond(void **unused)
{
    (void)unused;
    for_every_row(range_holds);
}

/* NOLINTNEXTLINE(readability-function-size): cmocka's macros count as levels */
static void every_model_says_what_it_is(void **unused)
{
    (void)unused;
    for (int i = 0; model_all[i] != NULL; i++) {
        const struct model *model = model_all[i];
        assert_true(model->title != NULL && model->title[0] != '\0');
        assert_true(is_sentence(model->about));
        assert_non_null(model->arrive);
        assert_non_null(model->params);
        assert_ptr_equal(model_find(model->name), model);
        for (const struct output *row = model->outputs; row != NULL && row->key != NULL; row++) {
            if (!is_sentence(row->help)) {
                fail_msg("%s.%s: the help is no sentence: %s", model->name, row->key, row->help);
            }
        }
    }
}

static void every_model_has_an_example(void **unused)
{
    (void)unused;
    for (int i = 0; model_all[i] != NULL; i++) {
        assert_string_equal(model_examples[i].name, model_all[i]->name);
        assert_true(text_starts(model_examples[i].text, "#")); /* the question it asks */
    }
}

/* Every SKU without braces is priced, or listed as a gap, in every region of the book. */
/* NOLINTNEXTLINE(readability-function-size): cmocka's macros count as levels */
static void every_sku_is_priced_or_known_to_be_missing(void **unused)
{
    (void)unused;
    static const char *const regions[] = {"eu-west-1", "eu-west-2", "us-east-1"};
    const struct sheet *sheet = sheet_load_default(arena);
    for (int i = 0; model_all[i] != NULL; i++) {
        for (const struct output *row = model_all[i]->outputs; row != NULL && row->key != NULL; row++) {
            for (int r = 0; row->sku != NULL && strchr(row->sku, '{') == NULL && r < 3; r++) {
                const struct sheet_price *price;
                enum sheet_found found = sheet_find(sheet, regions[r], row->service, row->sku, &price);
                if (found != SHEET_FOUND && found != SHEET_GAP) {
                    fail_msg("%s.%s: %s", model_all[i]->name, row->key,
                             sheet_complaint(sheet, arena, regions[r], row->service, row->sku));
                }
            }
        }
    }
}

static int rows(const struct param *params)
{
    int count = 0;
    while (params[count].key != NULL) {
        count++;
    }
    return count;
}

static bool same_table(const struct param *a, const struct param *b)
{
    for (; a->key != NULL && b->key != NULL; a++, b++) {
        if (!text_equal(a->key, b->key) || !text_equal(a->initial, b->initial) || a->type != b->type) {
            return false;
        }
    }
    return a->key == b->key;
}

/* NOLINTNEXTLINE(readability-function-size): cmocka's macros count as levels */
static void no_two_models_have_the_same_table(void **unused)
{
    (void)unused;
    for (int i = 0; model_all[i] != NULL; i++) {
        for (int j = i + 1; model_all[j] != NULL; j++) {
            bool trivial = rows(model_all[i]->params) < 2;
            if (!trivial && same_table(model_all[i]->params, model_all[j]->params)) {
                fail_msg("%s and %s have the same parameters", model_all[i]->name, model_all[j]->name);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_model_says_what_it_is),
        cmocka_unit_test(every_model_has_an_example),
        cmocka_unit_test(every_parameter_has_a_sentence_of_help_and_a_source),
        cmocka_unit_test(every_default_is_inside_its_range),
        cmocka_unit_test(ranges_include_their_ends_and_nothing_beyond),
        cmocka_unit_test(every_sku_is_priced_or_known_to_be_missing),
        cmocka_unit_test(no_two_models_have_the_same_table),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
