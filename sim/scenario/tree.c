/* SPDX-License-Identifier: Apache-2.0 */
#include "tree.h"

#include <assert.h>
#include <string.h>

#include "arena.h"
#include "text.h"

enum { FIRST_ROOM = 4, SUGGESTED_FROM = 1000 };

struct tree *tree_scalar(struct arena *arena, const char *text, struct place place)
{
    struct tree *tree = arena_new(arena, struct tree);
    *tree = (struct tree){.kind = TREE_SCALAR, .height = 1, .weight = 1, .text = text, .place = place};
    return tree;
}

struct tree *tree_collection(struct arena *arena, enum tree_kind kind, struct place place)
{
    struct tree *tree = arena_new(arena, struct tree);
    *tree = (struct tree){.kind = kind, .height = 1, .weight = 1, .text = "", .place = place};
    return tree;
}

static void grow(struct arena *arena, struct tree *tree)
{
    int room = tree->room ? tree->room * 2 : FIRST_ROOM;
    struct tree_entry *entry = arena_array(arena, struct tree_entry, room);
    if (tree->count) memcpy(entry, tree->entry, (size_t)tree->count * sizeof *entry);
    tree->entry = entry;
    tree->room = room;
}

void tree_append(struct arena *arena, struct tree *tree, struct tree_entry entry)
{
    assert(tree->kind != TREE_SCALAR);
    assert((tree->kind == TREE_MAP) == (entry.key != NULL));
    if (tree->count == tree->room) grow(arena, tree);
    tree->entry[tree->count++] = entry;
    tree->weight += entry.value->weight;
    if (tree->height <= entry.value->height) tree->height = entry.value->height + 1;
}

struct tree_entry tree_entry_of(const char *key, struct place place, struct tree *value)
{
    return (struct tree_entry){key, place, key ? (uint32_t)text_hash(key) : 0, value};
}

struct tree_entry *tree_entry(const struct tree *tree, const char *key)
{
    if (!tree || tree->kind != TREE_MAP) return NULL;
    uint32_t hash = (uint32_t)text_hash(key);
    for (int i = 0; i < tree->count; i++)
        if (tree->entry[i].hash == hash && text_equal(tree->entry[i].key, key)) return &tree->entry[i];
    return NULL;
}

struct tree *tree_get(const struct tree *tree, const char *key)
{
    const struct tree_entry *entry = tree_entry(tree, key);
    return entry ? entry->value : NULL;
}

void tree_set(struct arena *arena, struct tree *map, struct tree_entry entry)
{
    struct tree_entry *old = tree_entry(map, entry.key);
    if (old)
        *old = entry;
    else
        tree_append(arena, map, entry);
}

void tree_remove(struct tree *tree, int index)
{
    assert(0 <= index && index < tree->count);
    size_t after = (size_t)(tree->count - index - 1);
    memmove(&tree->entry[index], &tree->entry[index + 1], after * sizeof *tree->entry);
    tree->count--;
}

const char *tree_name(const struct tree *row)
{
    const struct tree *name = tree_get(row, "name");
    if (!name || name->kind != TREE_SCALAR || tree_null(name) || text_equal(name->text, "none")) return NULL;
    return name->text;
}

bool tree_null(const struct tree *tree)
{
    static const char *const spellings[] = {"", "~", "null", "Null", "NULL"};
    if (!tree) return true;
    if (tree->kind != TREE_SCALAR || tree->quoted) return false;
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (text_equal(tree->text, spellings[i])) return true;
    return false;
}

struct tree *tree_copy(struct arena *arena, const struct tree *tree)
{
    struct tree *copy = arena_new(arena, struct tree);
    *copy = *tree;
    copy->room = tree->count;
    copy->entry = arena_array(arena, struct tree_entry, tree->count);
    for (int i = 0; i < tree->count; i++) {
        copy->entry[i] = tree->entry[i];
        copy->entry[i].value = tree_copy(arena, tree->entry[i].value);
    }
    return copy;
}

int tree_weigh(const struct tree *tree)
{
    int weight = 1;
    for (int i = 0; i < tree->count; i++) weight += tree_weigh(tree->entry[i].value);
    return weight;
}

const char *tree_kind_name(const struct tree *tree)
{
    if (tree_null(tree)) return "nothing";
    return tree->kind == TREE_MAP ? "a map" : tree->kind == TREE_LIST ? "a list" : "a single value";
}

/* Comparing with very many keys would take longer than the suggestion is worth. */
const char *tree_nearest(const struct tree *map, const char *word)
{
    const char *nearest = NULL;
    int closest = INT32_MAX;
    if (!map || map->kind != TREE_MAP || map->count > SUGGESTED_FROM) return NULL;
    for (int i = 0; i < map->count; i++) {
        const char *key = map->entry[i].key;
        if (text_distance(word, key) >= closest || !text_nearest(word, &key, 1)) continue;
        closest = text_distance(word, key);
        nearest = key;
    }
    return nearest;
}
