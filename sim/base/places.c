/* SPDX-License-Identifier: Apache-2.0 */
#include "places.h"

#include "arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

struct note {
    const void *field;
    struct place place;
    const char *path;
    bool written;
};

struct places {
    struct arena *arena;
    struct note *note;
    int count, room;
};

struct places *places_open(struct arena *arena)
{
    struct places *places = arena_new(arena, struct places);
    places->arena = arena;
    return places;
}

static void note(struct places *places, const void *field, struct place place, const char *path)
{
    if (places->count == places->room) {
        int room = places->room == 0 ? 256 : 2 * places->room;
        struct note *longer = arena_array(places->arena, struct note, room);
        if (places->count > 0) {
            memcpy(longer, places->note, (size_t)places->count * sizeof *longer);
        }
        places->note = longer;
        places->room = room;
    }
    places->note[places->count++] = (struct note){field, place, path, false};
}

void places_note(struct places *places, const void *field, struct place place, const char *path)
{
    note(places, field, place, path);
    places->note[places->count - 1].written = true;
}

void places_note_default(struct places *places, const void *field, struct place place, const char *path)
{
    note(places, field, place, path);
}

/* The last note of that very address, else of the nearest one below it: the struct that holds the field. Only
   complaints ask, so a scan will do. */
static const struct note *find(const struct places *places, const void *field)
{
    const struct note *best = NULL;
    for (int i = 0; places != NULL && i < places->count; i++) {
        const struct note *here = &places->note[i];
        bool below = (uintptr_t)here->field <= (uintptr_t)field;
        if (below && (best == NULL || (uintptr_t)here->field >= (uintptr_t)best->field)) {
            best = here;
        }
    }
    return best;
}

struct place places_of(const struct places *places, const void *field)
{
    const struct note *found = find(places, field);
    return found == NULL ? (struct place){NULL, 0, 0} : found->place;
}

bool places_written(const struct places *places, const void *field)
{
    const struct note *found = find(places, field);
    return found != NULL && found->field == field && found->written;
}

const char *places_path(const struct places *places, const void *field)
{
    const struct note *found = find(places, field);
    return found == NULL || found->field != field ? NULL : found->path;
}

void check_error(const struct check *check, const void *field, const char *message, ...)
{
    va_list arguments;
    va_start(arguments, message);
    diag_error(check->diag, places_of(check->places, field), "%s: %s", check->node,
               arena_vprintf(check->places->arena, message, arguments));
    va_end(arguments);
}

void check_warning(const struct check *check, const void *field, const char *message, ...)
{
    va_list arguments;
    va_start(arguments, message);
    diag_warning(check->diag, places_of(check->places, field), "%s: %s", check->node,
                 arena_vprintf(check->places->arena, message, arguments));
    va_end(arguments);
}
