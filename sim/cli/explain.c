/* SPDX-License-Identifier: Apache-2.0 */
#include "explain.h"

#include "arena.h"
#include "model.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

enum { MODELS_MAX = 256, WIDTH = 100 };

/* Prints `text` from column `indent` on, broken at spaces, and ends the line. */
static void print_wrapped(const char *text, int indent)
{
    int column = indent;
    for (const char *word = text; *word != '\0';) {
        int length = (int)strcspn(word, " ");
        if (column > indent && column + 1 + length > WIDTH) {
            printf("\n%*s", indent, "");
            column = indent;
        }
        column += printf("%s%.*s", column > indent ? " " : "", length, word);
        word += length;
        word += strspn(word, " ");
    }
    putchar('\n');
}

static const char *type_words(const struct param *param)
{
    switch (param->type) {
    case PARAM_REAL: return quantity_unit_name(param->unit);
    case PARAM_WHOLE: return "whole number";
    case PARAM_FLAG: return "true or false";
    case PARAM_CHOICE: return "one of";
    case PARAM_TEXT: return "text";
    case PARAM_WORDS: return "list of texts";
    case PARAM_DIST: return "distribution";
    case PARAM_NODE: return "name of a node";
    case PARAM_NODES: return "names of nodes";
    case PARAM_CURVE: return "file of a profile: time,factor";
    case PARAM_TRACE: return "file of recorded requests: time,request,demand";
    case PARAM_GROUP:
    case PARAM_OPTION: return "group";
    case PARAM_LIST: return "list";
    case PARAM_MAP: return "map of names";
    case PARAM_STEPS: return "list of steps";
    }
    return "";
}

static const char *initial_words(const struct param *param)
{
    if (param_nested(param)) {
        return "-";
    }
    if (param->initial == NULL) {
        return "required";
    }
    return param->initial[0] == '\0' ? "empty" : param->initial;
}

static void print_row(const struct param *param, int indent)
{
    char left[64];
    snprintf(left, sizeof left, "%*s%s", indent, "", param->key);
    printf("  %-30s %-14s ", left, initial_words(param));
    print_wrapped(param->help, 48);
}

static void print_table(const struct param *params, int indent)
{
    for (const struct param *param = params; param != NULL && param->key != NULL; param++) {
        print_row(param, indent);
        if (param_nested(param) && param->type != PARAM_STEPS && indent < 6) {
            print_table(param->rows, indent + 2);
        }
    }
}

static void print_steps(const struct variant *variants)
{
    for (const struct variant *variant = variants; variant->key != NULL; variant++) {
        printf("  %-20s ", variant->key);
        print_wrapped(variant->help, 23);
    }
}

static void print_field(const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        printf("  %-9s ", name);
        print_wrapped(text, 12);
    }
}

static void print_param(const char *path, const struct param *param)
{
    printf("%s\n", path);
    print_field("meaning", param->help);
    print_field("type", type_words(param));
    print_field("default", initial_words(param));
    print_field(param->type == PARAM_CHOICE ? "words" : "range", param->range);
    print_field("suffixes", quantity_suffixes(param->unit));
    print_field("alias", param->alias);
    print_field("source", param->source);
    if (param->type == PARAM_STEPS) {
        print_steps(param->variants);
    } else if (param_nested(param)) {
        print_table(param->rows, 0);
    }
}

static void print_outputs(const struct output *outputs)
{
    for (const struct output *output = outputs; output != NULL && output->key != NULL; output++) {
        printf("  %-30s %-14s ", output->key, quantity_unit_name(output->unit));
        print_wrapped(output->help, 48);
        if (output->sku != NULL) {
            printf("%48sbilled as %s%s%s\n", "", output->service == NULL ? "" : output->service,
                   output->service == NULL ? "" : " ", output->sku);
        }
    }
}

static void print_model(const struct model *model)
{
    printf("%s: %s\n\n", model->name, model->title);
    print_wrapped(model->about, 0);
    printf("\nparameter                        default        meaning\n");
    print_table(model->params, 0);
    if (model->outputs != NULL) {
        printf("\noutput                           unit           meaning\n");
        print_outputs(model->outputs);
    }
    printf("\nheadroom explain %s.PARAMETER tells range, unit and source; headroom example %s a scenario.\n",
           model->name, model->name);
}

static const char *nearest_model(const char *name)
{
    const char *names[MODELS_MAX];
    size_t count = 0;
    for (int i = 0; model_all[i] != NULL && count < MODELS_MAX; i++) {
        names[count++] = model_all[i]->name;
    }
    return text_nearest(name, names, count);
}

static bool complain_model(const char *name)
{
    const char *nearest = nearest_model(name);
    fprintf(stderr, "headroom: no model called %s", name);
    fprintf(stderr, nearest == NULL ? "; headroom list shows them\n" : "; did you mean %s?\n", nearest);
    return false;
}

static bool complain_param(const char *path, const struct param *params, const char *key)
{
    const char *nearest = param_nearest(params, key);
    fprintf(stderr, "headroom: %s: no parameter called %s", path, key);
    fprintf(stderr, nearest == NULL ? "; headroom explain shows them\n" : "; did you mean %s?\n", nearest);
    return false;
}

/* The table below a parameter whose next key is `key`: its rows, or the table of a kind of step. */
static const struct param *below(const struct param *param, const char **key, struct arena *arena)
{
    if (param->type != PARAM_STEPS) {
        return param->rows;
    }
    size_t length = strcspn(*key, ".");
    const char *kind = arena_copy(arena, *key, length);
    for (const struct variant *variant = param->variants; variant->key != NULL; variant++) {
        if (strcmp(variant->key, kind) == 0) {
            *key += length + ((*key)[length] == '.');
            return variant->params;
        }
    }
    return NULL;
}

static bool explain_path(const char *path, const struct model *model, const char *rest, struct arena *arena)
{
    const struct param *params = model->params, *param = NULL;
    while (*rest != '\0') {
        size_t length = strcspn(rest, ".");
        const char *key = arena_copy(arena, rest, length);
        param = params == NULL ? NULL : param_find(params, key);
        if (param == NULL) {
            return complain_param(path, params, key);
        }
        rest += length + (rest[length] == '.');
        params = *rest == '\0' ? NULL : below(param, &rest, arena);
    }
    if (param == NULL) {
        return complain_param(path, model->params, "");
    }
    print_param(path, param);
    return true;
}

bool explain(const char *what, struct arena *arena)
{
    size_t length = strcspn(what, ".");
    const char *name = arena_copy(arena, what, length);
    const struct model *model = model_find(name);
    if (model == NULL) {
        return complain_model(name);
    }
    if (what[length] == '\0') {
        print_model(model);
        return true;
    }
    return explain_path(what, model, what + length + 1, arena);
}

bool explain_example(const char *name)
{
    for (const struct model_example *example = model_examples; example->name != NULL; example++) {
        if (strcmp(example->name, name) == 0) {
            fputs(example->text, stdout);
            if (strstr(example->text, ".csv") != NULL) {
                fprintf(stderr, "headroom: it reads a CSV file, which stands beside it in models/%s/\n",
                        name);
            }
            return true;
        }
    }
    return complain_model(name);
}
