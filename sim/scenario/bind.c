/* SPDX-License-Identifier: Apache-2.0 */
#include "bind.h"

#include <string.h>

#include "arena.h"
#include "path.h"
#include "shape.h"
#include "text.h"
#include "value.h"

enum { FIRST_ROOM = 64 };

void bind_assume(struct bind *bind, struct assumption assumption)
{
    if (bind->assumption_count == bind->assumption_room) {
        int room = bind->assumption_room ? bind->assumption_room * 2 : FIRST_ROOM;
        struct assumption *longer = arena_array(bind->arena, struct assumption, room);
        if (bind->assumption_count > 0)
            memcpy(longer, bind->assumption, (size_t)bind->assumption_count * sizeof *longer);
        bind->assumption = longer;
        bind->assumption_room = room;
    }
    bind->assumption[bind->assumption_count++] = assumption;
}

void bind_note(struct bind *bind, const void *field, const struct tree *tree, struct bind_spot spot)
{
    if (tree_null(tree))
        places_note_default(bind->places, field, spot.place, spot.path);
    else
        places_note(bind->places, field, spot.place, spot.path);
}

/* --- rows ------------------------------------------------------------------------------------------- */

/* Rows that have a name are addressed by it, so it must be one row's alone. */
static void check_names(struct bind *bind, const struct tree *list, const char *path)
{
    struct index *names = index_open(bind->arena, list->count);
    for (int i = 0; i < list->count; i++) {
        const struct tree *row = list->entry[i].value;
        const char *name = tree_name(row);
        if (name && !index_add(names, name, i))
            bind_error(bind, tree_get(row, "name")->place, "%s has two rows called %s: rename one", path,
                       name);
    }
}

/* True for a map; an empty row is more likely forgotten than meant. */
static bool check_row(struct bind *bind, const struct tree *row, const char *path)
{
    if (row->kind == TREE_MAP) return true;
    if (tree_null(row))
        bind_error(bind, row->place, "%s is empty: write {} for the defaults, or leave it out", path);
    else
        bind_error(bind, row->place, "%s must be a map such as {key: value}, not %s", path,
                   tree_kind_name(row));
    return false;
}

struct rows bind_list(struct bind *bind, const struct tree *list, const struct param *params, size_t row_size,
                      struct bind_spot spot)
{
    char *rows = arena_items(bind->arena, (size_t)list->count, row_size);
    bool named = param_find(params, "name") != NULL;
    if (named) check_names(bind, list, spot.path);
    for (int i = 0; i < list->count; i++) {
        const struct tree *row = list->entry[i].value;
        const char *path = path_row(bind->arena, spot.path, named ? tree_name(row) : NULL, i);
        if (!check_row(bind, row, path)) continue;
        struct bind_spot inside = {path, row->place, spot.assumed || row->assumed};
        bind_table(bind, row, params, rows + (size_t)i * row_size, inside);
    }
    return (struct rows){rows, list->count};
}

/* The name of a row is its key; by convention it is the first field. */
static struct rows bind_map(struct bind *bind, const struct param *param, const struct tree *map,
                            struct bind_spot spot)
{
    char *rows = arena_items(bind->arena, (size_t)map->count, param->row_size);
    for (int i = 0; i < map->count; i++) {
        const struct tree_entry *entry = &map->entry[i];
        const char *path = path_key(bind->arena, spot.path, entry->key);
        char *row = rows + (size_t)i * param->row_size;
        *(const char **)(void *)row = entry->key;
        if (!check_row(bind, entry->value, path)) continue;
        struct bind_spot inside = {path, entry->place, spot.assumed || entry->value->assumed};
        bind_table(bind, entry->value, shape_map_rows(param), row, inside);
    }
    return (struct rows){rows, map->count};
}

/* --- steps ------------------------------------------------------------------------------------------ */

static void complain_variant(struct bind *bind, const struct variant *variants,
                             const struct tree_entry *entry)
{
    const char *list = "", *nearest = NULL;
    for (const struct variant *variant = variants; variant->key; variant++) {
        list = arena_printf(bind->arena, "%s %s", list, variant->key);
        if (!nearest) nearest = text_nearest(entry->key, &variant->key, 1);
    }
    if (nearest)
        bind_error(bind, entry->place, "unknown step: %s; did you mean %s?", entry->key, nearest);
    else
        bind_error(bind, entry->place, "unknown step: %s; a step is one of:%s", entry->key, list);
}

/* The kind of a step that is written as it should be, or NULL after a complaint. */
static const struct variant *variant_of(struct bind *bind, const struct variant *variants,
                                        const struct tree *row, const char *path)
{
    if (!check_row(bind, row, path)) return NULL;
    if (row->count == 0) {
        bind_error(bind, row->place, "%s is empty: a step is one key, such as `compute: 5ms`", path);
        return NULL;
    }
    if (row->count > 1) {
        const char *first = row->entry[0].key, *second = row->entry[1].key;
        bind_error(
            bind, row->entry[1].place,
            "%s: a step is one key, but %s stands beside %s: indent it to be in it, or begin a new `-`", path,
            second, first);
        return NULL;
    }
    const struct variant *variant = variants;
    while (variant->key && !text_equal(variant->key, row->entry[0].key)) variant++;
    if (variant->key) return variant;
    complain_variant(bind, variants, &row->entry[0]);
    return NULL;
}

static struct rows bind_steps(struct bind *bind, const struct param *param, const struct tree *list,
                              struct bind_spot spot)
{
    char *rows = arena_items(bind->arena, (size_t)list->count, param->row_size);
    for (int i = 0; i < list->count; i++) {
        const struct tree *row = list->entry[i].value;
        const char *path = path_row(bind->arena, spot.path, NULL, i);
        const struct variant *variant = variant_of(bind, param->variants, row, path);
        if (!variant) continue;
        const struct tree_entry *entry = &row->entry[0];
        bool assumed = spot.assumed || row->assumed || entry->value->assumed;
        struct bind_spot inside = {path_key(bind->arena, path, variant->key), entry->place, assumed};
        char *step = rows + (size_t)i * param->row_size;
        *(int *)(void *)step = variant->kind;
        bind_table(bind, entry->value, variant->params, step, inside);
    }
    return (struct rows){rows, list->count};
}

/* --- tables ----------------------------------------------------------------------------------------- */

/* True when the value of a row that holds a table is there and of the right kind. */
static bool check_nested(struct bind *bind, const struct param *param, const struct tree *tree,
                         const char *path)
{
    if (!tree || tree_null(tree)) return false;
    bool list = param->type == PARAM_LIST || param->type == PARAM_STEPS;
    if (tree->kind == (list ? TREE_LIST : TREE_MAP)) return true;
    if (param->type == PARAM_OPTION && tree->kind == TREE_SCALAR && text_equal(tree->text, "none"))
        return false;
    value_complain_kind(bind, param, tree, path);
    return false;
}

static void bind_nested(struct bind *bind, const struct param *param, const struct tree *tree, void *field,
                        struct bind_spot spot)
{
    bool there = check_nested(bind, param, tree, spot.path);
    switch (param->type) {
    case PARAM_GROUP: bind_table(bind, there ? tree : NULL, param->rows, field, spot); return;
    case PARAM_OPTION: {
        if (!there) return;
        void *config = *(void **)field = arena_alloc(bind->arena, param->row_size);
        bind_table(bind, tree, param->rows, config, spot);
        return;
    }
    case PARAM_LIST:
        if (there) *(struct rows *)field = bind_list(bind, tree, param->rows, param->row_size, spot);
        return;
    case PARAM_MAP:
        if (there) *(struct rows *)field = bind_map(bind, param, tree, spot);
        return;
    default:
        if (there) *(struct rows *)field = bind_steps(bind, param, tree, spot);
        return;
    }
}

static void bind_field(struct bind *bind, const struct param *param, const struct tree *tree, void *config,
                       const struct bind_spot *spot)
{
    void *field = param_field(param, config);
    if (!param_nested(param)) {
        value_bind(bind, param, tree, field, spot);
        return;
    }
    const char *path = path_key(bind->arena, spot->path, param->key);
    struct bind_spot inside = {path, tree ? tree->place : spot->place,
                               spot->assumed || (tree && tree->assumed)};
    bind_note(bind, field, tree, inside);
    bind_nested(bind, param, tree, field, inside);
    if (tree_null(tree) && !param->initial) value_complain_missing(bind, param, spot);
}

static void complain_unknown(struct bind *bind, const struct param *params, const struct tree_entry *entry,
                             const char *path)
{
    const char *nearest = param_nearest(params, entry->key);
    const char *of = *path ? arena_printf(bind->arena, " of %s", path) : "";
    if (nearest)
        bind_error(bind, entry->place, "unknown parameter%s: %s; did you mean %s?", of, entry->key, nearest);
    else
        bind_error(bind, entry->place, "unknown parameter%s: %s", of, entry->key);
}

void bind_table(struct bind *bind, const struct tree *map, const struct param *params, void *config,
                struct bind_spot spot)
{
    bind_note(bind, config, map, spot);
    for (int i = 0; map && i < map->count; i++)
        if (map->kind == TREE_MAP && !param_find(params, map->entry[i].key))
            complain_unknown(bind, params, &map->entry[i], spot.path);
    for (const struct param *param = params; param->key; param++)
        bind_field(bind, param, tree_get(map, param->key), config, &spot);
}
