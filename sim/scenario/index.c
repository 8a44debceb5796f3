/* SPDX-License-Identifier: Apache-2.0 */
#include "index.h"

#include <assert.h>
#include <stdint.h>

#include "arena.h"
#include "text.h"

struct slot {
    const char *text;
    int number;
};

/* Open addressing, never more than half full. */
struct index {
    struct slot *slot;
    uint64_t mask;
    int left;
};

struct index *index_open(struct arena *arena, int room)
{
    struct index *index = arena_new(arena, struct index);
    uint64_t slots = 4;
    while (slots < 2 * (uint64_t)room) slots *= 2;
    index->slot = arena_array(arena, struct slot, slots);
    index->mask = slots - 1;
    index->left = room;
    return index;
}

static struct slot *find(const struct index *index, const char *text)
{
    uint64_t at = text_hash(text) & index->mask;
    while (index->slot[at].text && !text_equal(index->slot[at].text, text)) at = (at + 1) & index->mask;
    return &index->slot[at];
}

bool index_add(struct index *index, const char *text, int number)
{
    struct slot *slot = find(index, text);
    if (slot->text) return false;
    assert(index->left > 0);
    index->left--;
    *slot = (struct slot){text, number};
    return true;
}

int index_find(const struct index *index, const char *text)
{
    const struct slot *slot = find(index, text);
    return slot->text ? slot->number : -1;
}
