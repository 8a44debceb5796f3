/* SPDX-License-Identifier: Apache-2.0 */
#include "edit.h"

#include <assert.h>

#include "arena.h"
#include "frame.h"
#include "text.h"

enum { SUGGESTED_FROM = 1000 };

/* --- merging ---------------------------------------------------------------------------------------- */

static int index_of(const struct tree *map, const char *key)
{
    const struct tree_entry *entry = tree_entry(map, key);
    return entry ? (int)(entry - map->entry) : -1;
}

/* A copy of `value`, as the tables spell it. */
static struct tree *respelled(const struct tree *value, struct shape shape, struct arena *arena,
                              struct diag *diag)
{
    struct tree *copy = tree_copy(arena, value);
    shape_spell(shape, copy, arena, diag);
    return copy;
}

/* What decides the shape of the value at a key: an overlay of a node may leave out its model. */
static const struct tree *typed(const struct tree *over, const struct tree *base)
{
    return tree_get(over, "model") || !base ? over : base;
}

void edit_lay(struct tree *map, const struct tree_entry *entry, struct shape shape, struct arena *arena,
              struct diag *diag)
{
    const char *key = shape_spelling(shape, entry->key);
    int index = index_of(map, key);
    struct tree *old = index < 0 ? NULL : map->entry[index].value;
    struct shape inside = shape_at(shape, key, typed(entry->value, old));
    if (tree_null(entry->value)) {
        if (index >= 0) tree_remove(map, index);
        return;
    }
    bool maps = old && old->kind == TREE_MAP && entry->value->kind == TREE_MAP;
    if (maps && shape_merges(inside)) {
        edit_merge(old, entry->value, inside, arena, diag);
        return;
    }
    struct tree *copy = respelled(entry->value, inside, arena, diag);
    tree_set(arena, map, tree_entry_of(key, entry->place, copy));
}

/* The order matters for a model that replaces another: all keys are read with the one that counts in the end.
   */
void edit_merge(struct tree *base, const struct tree *over, struct shape shape, struct arena *arena,
                struct diag *diag)
{
    assert(base->kind == TREE_MAP && over->kind == TREE_MAP);
    for (int i = 0; i < over->count; i++) edit_lay(base, &over->entry[i], shape, arena, diag);
}

/* --- walking ---------------------------------------------------------------------------------------- */

/* A walk has come to `tree`, which `words` name; below it segment `next` of the path is looked for. */
struct spot {
    struct tree *tree;
    struct shape shape;
    const char *words;
    int next;
};

static void walk(struct edit *edit, const struct spot *spot);

static const char *words_of(const struct spot *spot)
{
    return *spot->words ? spot->words : "the scenario";
}

static bool is_last(const struct edit *edit, const struct spot *spot)
{
    return spot->next == edit->path->count - 1;
}

/* Keeps the complaint of the walk that came farthest. */
static void lead_nowhere(struct edit *edit, const struct spot *spot, const char *problem)
{
    if (edit->problem && edit->depth >= spot->next) return;
    edit->problem = problem;
    edit->depth = spot->next;
}

static void mark(struct edit *edit, struct tree *tree)
{
    tree->assumed = true;
    edit->matches++;
}

/* The path ends in the entry at `index`. */
static void reach(struct edit *edit, const struct spot *spot, int index)
{
    struct tree *tree = spot->tree;
    struct tree_entry *entry = &tree->entry[index];
    if (!edit->value) {
        mark(edit, entry->value);
        return;
    }
    edit->matches++;
    if (entry->key) {
        struct tree_entry over = tree_entry_of(entry->key, edit->path->place, (struct tree *)edit->value);
        edit_lay(tree, &over, spot->shape, edit->arena, edit->diag);
    } else if (tree_null(edit->value)) {
        tree_remove(tree, index);
    } else {
        struct shape row = shape_row(spot->shape);
        if (entry->value->kind == TREE_MAP && edit->value->kind == TREE_MAP && shape_merges(row))
            edit_merge(entry->value, edit->value, row, edit->arena, edit->diag);
        else
            entry->value = respelled(edit->value, row, edit->arena, edit->diag);
    }
}

/* Goes into the entry at `index`, or does what is to be done there. */
static void enter(struct edit *edit, const struct spot *spot, int index)
{
    if (is_last(edit, spot)) {
        reach(edit, spot, index);
        return;
    }
    const struct tree_entry *entry = &spot->tree->entry[index];
    struct spot inside = {.tree = entry->value, .next = spot->next + 1};
    if (entry->key) {
        inside.shape = shape_at(spot->shape, entry->key, entry->value);
        inside.words = path_key(edit->arena, spot->words, entry->key);
    } else {
        inside.shape = shape_row(spot->shape);
        inside.words = path_row(edit->arena, spot->words, tree_name(entry->value), index);
    }
    walk(edit, &inside);
}

static void complain_row(struct edit *edit, const struct spot *spot, const char *segment)
{
    const char *nearest = NULL, *words = words_of(spot);
    for (int i = 0; i < spot->tree->count && i < SUGGESTED_FROM && !nearest; i++) {
        const char *name = tree_name(spot->tree->entry[i].value);
        nearest = name ? text_nearest(segment, &name, 1) : NULL;
    }
    const char *problem = arena_printf(edit->arena, "%s has no row %s", words, segment);
    if (nearest)
        problem = arena_printf(edit->arena, "%s; did you mean %s?", problem, nearest);
    else
        problem = arena_printf(edit->arena, "%s: its %d row%s go by their name, or by number from 0", problem,
                               spot->tree->count, spot->tree->count == 1 ? "" : "s");
    lead_nowhere(edit, spot, problem);
}

/* From the last to the first, because what is reached may be removed. */
static void walk_list(struct edit *edit, const struct spot *spot)
{
    const char *segment = edit->path->segment[spot->next];
    bool any = false;
    for (int i = spot->tree->count - 1; i >= 0; i--) {
        if (!path_means_row(segment, tree_name(spot->tree->entry[i].value), i)) continue;
        any = true;
        enter(edit, spot, i);
    }
    if (!any) complain_row(edit, spot, segment);
}

static void walk_wild(struct edit *edit, const struct spot *spot, const char *segment)
{
    bool any = false;
    for (int i = spot->tree->count - 1; i >= 0; i--) {
        if (!text_matches(segment, spot->tree->entry[i].key)) continue;
        any = true;
        enter(edit, spot, i);
    }
    if (!any)
        lead_nowhere(edit, spot,
                     arena_printf(edit->arena, "%s has nothing like %s", words_of(spot), segment));
}

/* A value that nobody has written yet: null, until it is laid over. */
static int write_empty(struct edit *edit, const struct spot *spot, const char *key, enum tree_kind kind)
{
    struct place place = edit->path->place;
    struct tree *empty =
        kind == TREE_SCALAR ? tree_scalar(edit->arena, "", place) : tree_collection(edit->arena, kind, place);
    tree_append(edit->arena, spot->tree, tree_entry_of(key, place, empty));
    return spot->tree->count - 1;
}

/* True when the walk may go on through a key that is not written: a value may be set that was not, and a
   default may be assumed; but not what is inside a list or an option that is not there. */
static bool may_write(const struct edit *edit, const struct spot *spot, const char *key, enum tree_kind *kind)
{
    struct shape inside = shape_at(spot->shape, key, NULL);
    bool last = is_last(edit, spot);
    *kind = last ? TREE_SCALAR : TREE_MAP;
    if (!shape_knows(spot->shape, key)) {
        bool open = spot->shape.kind == SHAPE_MAP || spot->shape.kind == SHAPE_FREE;
        return last && edit->value && open;
    }
    bool option = inside.of && inside.of->type == PARAM_OPTION;
    if (last) return edit->value || inside.kind == SHAPE_LEAF;
    return inside.kind == SHAPE_TABLE && (edit->value || !option);
}

static void complain_key(struct edit *edit, const struct spot *spot, const char *key)
{
    const char *nearest = shape_nearest(spot->shape, spot->tree, key), *words = words_of(spot), *problem;
    bool table = spot->shape.kind == SHAPE_TABLE || spot->shape.kind == SHAPE_NODE;
    if (shape_knows(spot->shape, key))
        problem = arena_printf(edit->arena, "%s of %s is not written, so nothing is in it", key, words);
    else if (spot->shape.kind == SHAPE_STEP && spot->tree->count == 1)
        problem = arena_printf(edit->arena, "%s is a %s, not a %s", words, spot->tree->entry[0].key, key);
    else if (nearest)
        problem = arena_printf(edit->arena, "%s of %s: %s; did you mean %s?",
                               table ? "unknown parameter" : "no such key", words, key, nearest);
    else
        problem = arena_printf(edit->arena, "%s of %s: %s", table ? "unknown parameter" : "no such key",
                               words, key);
    lead_nowhere(edit, spot, problem);
}

static void walk_map(struct edit *edit, const struct spot *spot)
{
    const char *segment = edit->path->segment[spot->next];
    if (path_wild(segment)) {
        walk_wild(edit, spot, segment);
        return;
    }
    const char *key = shape_spelling(spot->shape, segment);
    int index = index_of(spot->tree, key);
    enum tree_kind kind;
    if (index < 0 && may_write(edit, spot, key, &kind)) index = write_empty(edit, spot, key, kind);
    if (index < 0)
        complain_key(edit, spot, segment);
    else
        enter(edit, spot, index);
}

static void walk(struct edit *edit, const struct spot *spot)
{
    switch (spot->tree->kind) {
    case TREE_MAP: walk_map(edit, spot); break;
    case TREE_LIST: walk_list(edit, spot); break;
    case TREE_SCALAR:
        lead_nowhere(edit, spot,
                     arena_printf(edit->arena, "%s is a single value: nothing is inside it", spot->words));
        break;
    }
}

/* A path starts at a node, or at a top-level key. */
void edit_apply(struct edit *edit, struct tree *root, int first)
{
    const char *segment = edit->path->segment[first];
    struct tree *nodes = tree_get(root, "nodes");
    struct spot spot = {.tree = root, .shape = shape_root, .words = "", .next = first};
    bool at_root = tree_entry(root, segment) || shape_knows(shape_root, segment);
    bool in_nodes = nodes && nodes->kind == TREE_MAP && (path_wild(segment) || tree_entry(nodes, segment));
    if (!at_root && !in_nodes) {
        const char *node = tree_nearest(nodes, segment), *nearest = node ? node : frame_nearest(segment);
        const char *way_out = nearest ? arena_printf(edit->arena, "; did you mean %s?", nearest) : "";
        lead_nowhere(edit, &spot,
                     arena_printf(edit->arena, "no node or top-level key is called %s%s", segment, way_out));
        return;
    }
    if (edit->value && edit->path->count - first + edit->value->height > TREE_DEPTH - 2) {
        lead_nowhere(edit, &spot, "the path and its value are nested too deep");
        return;
    }
    if (!at_root)
        spot = (struct spot){.tree = nodes, .shape = {.kind = SHAPE_NODES}, .words = "", .next = first};
    walk(edit, &spot);
}

void edit_report(const struct edit *edit)
{
    if (edit->matches > 0) return;
    diag_error(edit->diag, edit->path->place, "%s leads nowhere: %s", edit->path->text,
               edit->problem ? edit->problem : "nothing is there");
}
