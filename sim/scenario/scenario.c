/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

#include <string.h>

#include "arena.h"
#include "document.h"
#include "environment.h"
#include "layers.h"
#include "loaded.h"
#include "text.h"

/* --- names ------------------------------------------------------------------------------------------ */

/* `scenarios/shop.yaml` is "shop" unless it says otherwise. */
static const char *stem(const char *file, struct arena *arena)
{
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
    const char *dot = strrchr(name, '.');
    return arena_copy(arena, name, dot && dot > name ? (size_t)(dot - name) : strlen(name));
}

/* The name that the last of the files gives itself. */
static const char *name_of(const struct layers *layers)
{
    for (int i = layers->count - 1; i >= 0; i--) {
        const struct tree *name = tree_get(layers->layer[i].tree, "name");
        if (tree_null(name)) continue;
        if (name->kind == TREE_SCALAR) return name->text;
        diag_error(layers->diag, name->place, "name must be a text, not %s", tree_kind_name(name));
    }
    return stem(layers->file, layers->arena);
}

static void take_tags(const struct layers *layers, struct scenario *scenario)
{
    const struct tree *tags = tree_get(layers->base, "tags");
    if (!tags || tags->kind != TREE_MAP) return;
    const char **names = arena_array(layers->arena, const char *, tags->count);
    const char **values = arena_array(layers->arena, const char *, tags->count);
    for (int i = 0; i < tags->count; i++) {
        const struct tree_entry *tag = &tags->entry[i];
        names[i] = tag->key;
        values[i] = tag->value->text;
        if (tag->value->kind != TREE_SCALAR)
            diag_error(layers->diag, tag->value->place, "the tag %s must be a text, not %s", tag->key,
                       tree_kind_name(tag->value));
    }
    scenario->tag_names = (struct words){names, tags->count};
    scenario->tag_values = (struct words){values, tags->count};
}

/* --- environments ----------------------------------------------------------------------------------- */

static bool wanted(const struct scenario_options *options, const char *name)
{
    for (int i = 0; i < options->environment_count; i++)
        if (text_equal(options->environment[i], name)) return true;
    return options->environment_count == 0;
}

static void check_wanted(const struct layers *layers, const struct scenario_options *options)
{
    for (int i = 0; i < options->environment_count; i++) {
        const char *name = options->environment[i], *list = "";
        if (layers_environment(layers, name) >= 0) continue;
        for (int j = 0; j < layers->environment_count; j++)
            list = arena_printf(layers->arena, "%s%s %s", list, j ? "," : "", layers->environment[j].key);
        diag_error(layers->diag, (struct place){"--env", i + 1, 1},
                   "no environment is called %s; there are%s", name, list);
    }
}

static void make_environments(const struct environment_maker *maker, struct layers *layers,
                              struct scenario *scenario)
{
    struct environment *environments =
        arena_array(maker->arena, struct environment, layers->environment_count);
    for (int i = 0; i < layers->environment_count; i++) {
        const char *name = layers->environment[i].key;
        if (!wanted(maker->options, name)) continue;
        const struct tree *root = layers_tree(layers, i);
        environment_make(maker, name, root, &environments[scenario->environment_count++]);
    }
    scenario->environment = environments;
}

/* --- the whole -------------------------------------------------------------------------------------- */

/* What was asked for when nobody asks: `from` is not 0, which is midnight. */
static const struct scenario_options no_options = {.from = -1};

static const struct scenario *read_scenario(struct inputs *inputs, const char *file, const char *bytes,
                                            size_t size, const struct environment_maker *maker)
{
    struct loaded *loaded = arena_new(maker->arena, struct loaded);
    struct scenario *scenario = &loaded->scenario;
    loaded->inputs = inputs;
    struct layers *layers = layers_read(inputs, file, bytes, size, maker->options);
    if (!layers) return NULL;
    struct environment_maker with_layers = *maker;
    with_layers.layers = layers;
    check_wanted(layers, maker->options);
    scenario->name = name_of(layers);
    scenario->file = inputs_shown(file);
    scenario->question = document_question(bytes, size, maker->arena);
    text_sha256(bytes, size, scenario->sha256);
    take_tags(layers, scenario);
    make_environments(&with_layers, layers, scenario);
    layers_report(layers);
    scenario->input = inputs_all(inputs, &scenario->input_count);
    return diag_errors(maker->diag) == 0 ? scenario : NULL;
}

static struct environment_maker maker_of(struct inputs *inputs, const struct scenario_options *options,
                                         const struct sheet *sheet)
{
    return (struct environment_maker){.inputs = inputs,
                                      .options = options ? options : &no_options,
                                      .sheet = sheet,
                                      .arena = inputs_arena(inputs),
                                      .diag = inputs_diag(inputs)};
}

const struct scenario *scenario_load(const char *file, const struct scenario_options *options,
                                     const struct sheet *sheet, struct arena *arena, struct diag *diag)
{
    struct inputs *inputs = inputs_open(file, arena, diag);
    struct environment_maker maker = maker_of(inputs, options, sheet);
    const char *problem;
    size_t size;
    const char *bytes = inputs_read(inputs, file, DOCUMENT_BYTES, &size, &problem);
    if (bytes) return read_scenario(inputs, file, bytes, size, &maker);
    diag_error(diag, (struct place){file, 0, 0}, "%s", problem);
    return NULL;
}

const struct scenario *scenario_read(const struct scenario_text *text, const struct scenario_options *options,
                                     const struct sheet *sheet, struct arena *arena, struct diag *diag)
{
    struct inputs *inputs = inputs_open(text->file, arena, diag);
    struct environment_maker maker = maker_of(inputs, options, sheet);
    char sha256[65];
    text_sha256(text->bytes, text->size, sha256);
    inputs_note(inputs, text->file, sha256);
    return read_scenario(inputs, text->file, text->bytes, text->size, &maker);
}
