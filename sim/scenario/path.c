/* SPDX-License-Identifier: Apache-2.0 */
#include "path.h"

#include <string.h>

#include "arena.h"
#include "text.h"

/* Takes the segment at *text and goes on behind it; NULL when it is malformed. */
static const char *take_segment(const char **text, bool first, struct arena *arena)
{
    const char *start = *text;
    bool bracket = *start == '[';
    if (bracket || (!first && *start == '.')) start++;
    if (first && bracket) return NULL;
    size_t length = strcspn(start, bracket ? "]" : ".[]");
    const char *end = start + length;
    if (length == 0 || (bracket && *end != ']') || (!bracket && *end == ']')) return NULL;
    *text = end + bracket;
    if (**text && **text != '.' && **text != '[') return NULL;
    return arena_copy(arena, start, length);
}

bool path_read(const char *text, struct place place, struct path *path, struct arena *arena,
               struct diag *diag)
{
    path->text = text;
    path->place = place;
    path->count = 0;
    for (const char *rest = text; *rest || path->count == 0;) {
        if (path->count == TREE_DEPTH) {
            diag_error(diag, place, "a path of more than %d parts", TREE_DEPTH);
            return false;
        }
        const char *segment = take_segment(&rest, path->count == 0, arena);
        if (!segment) {
            diag_error(diag, place,
                       "\"%.60s\" is not a path: write node.parameter or node.list[row].parameter", text);
            return false;
        }
        path->segment[path->count++] = segment;
    }
    return true;
}

bool path_wild(const char *segment)
{
    return strchr(segment, '*') != NULL;
}

static bool is_number(const char *segment, int number)
{
    int value = 0;
    size_t digits = strspn(segment, "0123456789");
    if (digits == 0 || digits > 6 || segment[digits]) return false;
    for (size_t i = 0; i < digits; i++) value = value * 10 + (segment[i] - '0');
    return value == number;
}

bool path_means_row(const char *segment, const char *name, int number)
{
    if (name && (path_wild(segment) ? text_matches(segment, name) : text_equal(segment, name))) return true;
    return is_number(segment, number) || text_equal(segment, "*");
}

const char *path_key(struct arena *arena, const char *path, const char *key)
{
    if (!*path) return key;
    return arena_printf(arena, strpbrk(key, ".[]") ? "%s[%s]" : "%s.%s", path, key);
}

const char *path_row(struct arena *arena, const char *path, const char *name, int number)
{
    return name ? arena_printf(arena, "%s[%s]", path, name) : arena_printf(arena, "%s[%d]", path, number);
}
