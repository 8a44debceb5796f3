/* SPDX-License-Identifier: Apache-2.0 */
#include "shape.h"

#include "arena.h"
#include "frame.h"
#include "text.h"

const struct shape shape_root = {.kind = SHAPE_ROOT, .params = frame_params};

const struct param *shape_map_rows(const struct param *param)
{
    const struct param *first = param->rows;
    return first->key && first->type == PARAM_TEXT && first->offset == 0 ? first + 1 : first;
}

struct shape shape_of(const struct param *param)
{
    struct shape shape = {
        .kind = SHAPE_LEAF, .params = param->rows, .variants = param->variants, .of = param};
    switch (param->type) {
    case PARAM_GROUP:
    case PARAM_OPTION: shape.kind = SHAPE_TABLE; break;
    case PARAM_LIST: shape.kind = SHAPE_LIST; break;
    case PARAM_MAP:
        shape.kind = SHAPE_MAP;
        shape.params = shape_map_rows(param);
        break;
    case PARAM_STEPS: shape.kind = SHAPE_STEPS; break;
    default: break;
    }
    return shape;
}

struct shape shape_row(struct shape shape)
{
    switch (shape.kind) {
    case SHAPE_LIST:
    case SHAPE_MAP: return (struct shape){.kind = SHAPE_TABLE, .params = shape.params};
    case SHAPE_STEPS: return (struct shape){.kind = SHAPE_STEP, .variants = shape.variants};
    default: return (struct shape){.kind = SHAPE_FREE};
    }
}

const struct model *shape_model(const struct tree *node)
{
    const struct tree *name = tree_get(node, "model");
    return name && name->kind == TREE_SCALAR ? model_find(name->text) : NULL;
}

static struct shape shape_of_node(const struct tree *node)
{
    const struct model *model = shape_model(node);
    if (!model) return (struct shape){.kind = SHAPE_FREE};
    return (struct shape){.kind = SHAPE_NODE, .params = model->params};
}

static const struct variant *find_variant(const struct variant *variants, const char *key)
{
    while (variants->key && !text_equal(variants->key, key)) variants++;
    return variants->key ? variants : NULL;
}

static struct shape shape_in_table(struct shape shape, const char *key)
{
    if (shape.kind == SHAPE_NODE && text_equal(key, "model")) return (struct shape){.kind = SHAPE_LEAF};
    const struct param *param = param_find(shape.params, key);
    return param ? shape_of(param) : (struct shape){.kind = SHAPE_FREE};
}

static struct shape shape_of_step(struct shape shape, const char *key)
{
    const struct variant *variant = find_variant(shape.variants, key);
    if (!variant) return (struct shape){.kind = SHAPE_FREE};
    return (struct shape){.kind = SHAPE_TABLE, .params = variant->params};
}

struct shape shape_at(struct shape shape, const char *key, const struct tree *value)
{
    switch (shape.kind) {
    case SHAPE_ROOT:
        if (text_equal(key, "nodes")) return (struct shape){.kind = SHAPE_NODES};
        return shape_in_table(shape, key);
    case SHAPE_NODES: return shape_of_node(value);
    case SHAPE_NODE:
    case SHAPE_TABLE: return shape_in_table(shape, key);
    case SHAPE_STEP: return shape_of_step(shape, key);
    default: return shape_row(shape);
    }
}

const char *shape_spelling(struct shape shape, const char *key)
{
    if (shape.kind != SHAPE_NODE && shape.kind != SHAPE_TABLE) return key;
    const struct param *param = param_find(shape.params, key);
    return param ? param->key : key;
}

bool shape_knows(struct shape shape, const char *key)
{
    if (shape.kind != SHAPE_NODE && shape.kind != SHAPE_TABLE && shape.kind != SHAPE_ROOT) return false;
    return param_find(shape.params, key) != NULL;
}

static const char *nearest_variant(const struct variant *variants, const char *key)
{
    const char *nearest = NULL;
    for (const struct variant *variant = variants; variant->key && !nearest; variant++)
        nearest = text_nearest(key, &variant->key, 1);
    return nearest;
}

const char *shape_nearest(struct shape shape, const struct tree *tree, const char *key)
{
    const char *nearest = tree_nearest(tree, key);
    if (shape.kind == SHAPE_STEP) return nearest_variant(shape.variants, key);
    if (shape.kind != SHAPE_NODE && shape.kind != SHAPE_TABLE) return nearest;
    const char *known = param_nearest(shape.params, key);
    return known ? known : nearest;
}

bool shape_merges(struct shape shape)
{
    switch (shape.kind) {
    case SHAPE_FREE:
    case SHAPE_ROOT:
    case SHAPE_NODES:
    case SHAPE_NODE:
    case SHAPE_TABLE:
    case SHAPE_MAP: return true;
    default: return false;
    }
}

/* --- respelling ------------------------------------------------------------------------------------- */

/* `{low: 1ms, mid: 2ms, high: 3ms}`: a number for the first parameter, not arguments. */
static bool is_uncertain(const struct tree *tree)
{
    if (tree->kind != TREE_MAP || tree->count == 0) return false;
    for (int i = 0; i < tree->count; i++) {
        const char *key = tree->entry[i].key;
        if (!text_equal(key, "low") && !text_equal(key, "mid") && !text_equal(key, "high")) return false;
    }
    return true;
}

/* The value alone at `key` of a new map. */
static struct tree *wrap(const char *key, struct tree *value, struct arena *arena)
{
    struct tree *map = tree_collection(arena, TREE_MAP, value->place);
    tree_append(arena, map, tree_entry_of(key, value->place, value));
    return map;
}

/* `compute: exponential(5ms)` is `compute: {work: exponential(5ms)}`. */
static void write_out_step(struct shape shape, struct tree *step, struct arena *arena)
{
    if (step->kind != TREE_MAP || step->count != 1) return;
    struct tree_entry *entry = &step->entry[0];
    const struct variant *variant = find_variant(shape.variants, entry->key);
    if (!variant || !variant->params->key || tree_null(entry->value)) return;
    if (entry->value->kind != TREE_MAP || is_uncertain(entry->value))
        entry->value = wrap(variant->params->key, entry->value, arena);
}

static const struct param *steps_of(const struct param *params)
{
    while (params->key && params->type != PARAM_STEPS) params++;
    return params->key ? params : NULL;
}

/* In a list of branches, a list is the steps of one, and a step is a branch of its own. */
static void write_out_row(struct shape shape, struct tree_entry *row, struct arena *arena)
{
    const struct param *steps = shape.kind == SHAPE_LIST ? steps_of(shape.params) : NULL;
    struct tree *value = row->value;
    if (!steps) return;
    if (value->kind == TREE_LIST) row->value = wrap(steps->key, value, arena);
    if (value->kind != TREE_MAP || value->count != 1 || param_find(shape.params, value->entry[0].key)) return;
    if (!find_variant(steps->variants, value->entry[0].key)) return;
    struct tree *list = tree_collection(arena, TREE_LIST, value->place);
    tree_append(arena, list, tree_entry_of(NULL, value->place, value));
    row->value = wrap(steps->key, list, arena);
}

static void spell_key(struct shape shape, struct tree *map, int index, struct diag *diag)
{
    struct tree_entry *entry = &map->entry[index];
    const char *spelling = shape_spelling(shape, entry->key);
    if (spelling == entry->key || text_equal(spelling, entry->key)) return;
    const struct tree_entry *other = tree_entry(map, spelling);
    if (other)
        diag_error(diag, entry->place, "%s is %s by another name, which stands at line %d: keep one",
                   entry->key, spelling, other->place.line);
    *entry = tree_entry_of(spelling, entry->place, entry->value);
}

void shape_spell(struct shape shape, struct tree *tree, struct arena *arena, struct diag *diag)
{
    if (shape.kind == SHAPE_LEAF || shape.kind == SHAPE_FREE) return;
    if (shape.kind == SHAPE_STEP) write_out_step(shape, tree, arena);
    for (int i = 0; i < tree->count; i++) {
        if (tree->kind == TREE_MAP) spell_key(shape, tree, i, diag);
        if (tree->kind == TREE_LIST) write_out_row(shape, &tree->entry[i], arena);
        struct tree_entry *entry = &tree->entry[i];
        struct shape inside = entry->key ? shape_at(shape, entry->key, entry->value) : shape_row(shape);
        shape_spell(inside, entry->value, arena, diag);
    }
}
