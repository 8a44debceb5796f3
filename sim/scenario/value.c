/* SPDX-License-Identifier: Apache-2.0 */
#include "value.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "path.h"
#include "text.h"

enum { RANGES = 8 };

/* One value being read: what its parts share. */
struct reading {
    struct bind *bind;
    const struct param *param;
    const char *path;
    const char *of; /* "timeout of alb" */
    struct place place;
    const char *from;   /* the file that names in it are relative to */
    bool assumed;       /* by the author */
    const char *source; /* of the default, when it was not written; else NULL */
    bool failed;
};

/* --- complaints ------------------------------------------------------------------------------------- */

const char *value_wanted(const struct param *param, struct arena *arena)
{
    switch (param->type) {
    case PARAM_REAL:
    case PARAM_WHOLE: {
        const char *suffixes = quantity_suffixes(param->unit);
        return *suffixes ? arena_printf(arena, "a number with a unit: %s", suffixes) : "a number";
    }
    case PARAM_FLAG: return "true or false";
    case PARAM_CHOICE: return arena_printf(arena, "one of %s", param->range);
    case PARAM_TEXT: return "a text";
    case PARAM_WORDS: return "a list of texts, such as [a, b]";
    case PARAM_DIST: return "a quantity or a distribution, such as exponential(5ms)";
    case PARAM_NODE: return "the name of a node";
    case PARAM_NODES: return "a list of names of nodes, such as [a, b]";
    case PARAM_CURVE:
    case PARAM_TRACE: return "the name of a CSV file";
    case PARAM_GROUP:
    case PARAM_OPTION: return "a map, such as {key: value}";
    case PARAM_LIST: return "a list of maps, such as [{key: value}]";
    case PARAM_MAP: return "a map of maps, such as {name: {key: value}}";
    case PARAM_STEPS: return "a list of steps, such as [compute: 5ms]";
    }
    return "something else";
}

/* "timeout of alb", "horizon". */
static const char *words_of(struct arena *arena, const char *key, const char *path)
{
    return *path ? arena_printf(arena, "%s of %s", key, path) : key;
}

void value_complain_kind(struct bind *bind, const struct param *param, const struct tree *tree,
                         const char *path)
{
    bind_error(bind, tree->place, "%s must be %s, not %s", path, value_wanted(param, bind->arena),
               tree_kind_name(tree));
}

void value_complain_missing(struct bind *bind, const struct param *param, const struct bind_spot *spot)
{
    bind_error(bind, spot->place, "%s is missing: %s", words_of(bind->arena, param->key, spot->path),
               param->help);
}

static void complain(struct reading *reading, const char *problem)
{
    reading->failed = true;
    if (reading->source) { /* a default that its own row refuses: our mistake */
        fprintf(stderr, "headroom: the default of %s: %s\n", reading->of, problem);
        abort();
    }
    bind_error(reading->bind, reading->place, "%s %s", reading->of, problem);
}

/* --- assumptions ------------------------------------------------------------------------------------ */

static void assume(const struct reading *reading, const char *value, const char *low, const char *high)
{
    const char *source = reading->source && !reading->assumed ? reading->source : "author";
    bind_assume(reading->bind, (struct assumption){reading->path, value, low, high, source});
}

static bool is_assumed(const struct reading *reading)
{
    return reading->assumed || text_equal(reading->source, "assumed");
}

/* --- words and names -------------------------------------------------------------------------------- */

static void read_scalar(struct reading *reading, const char *text, void *field)
{
    const char *problem;
    if (!param_read(reading->param, text, reading->bind->arena, field, &problem))
        complain(reading, problem);
    else if (is_assumed(reading))
        assume(reading, text, NULL, NULL);
}

static void read_node(struct reading *reading, const char *text, struct node_ref *ref)
{
    struct bind *bind = reading->bind;
    ref->index = -1;
    if (text_equal(text, "none") || (reading->source && !*text)) {
        if (!reading->param->initial) complain(reading, "must be the name of a node, not none");
        return;
    }
    ref->index = index_find(bind->node, text);
    if (ref->index >= 0) return;
    const char *nearest = tree_nearest(bind->nodes, text);
    const char *way_out =
        nearest ? arena_printf(bind->arena, "did you mean %s?", nearest) : "add it under `nodes`";
    complain(reading, arena_printf(bind->arena, "names %.60s, and no node is called so; %s", text, way_out));
}

static void read_file(struct reading *reading, const char *text, void *field)
{
    struct bind *bind = reading->bind;
    const char *problem, *name;
    struct param row = *reading->param;
    row.type = PARAM_TEXT;
    if (!param_read(&row, text, bind->arena, &name, &problem)) complain(reading, problem);
    if (reading->failed || !name) return;
    const char *path = inputs_beside(bind->inputs, reading->from, name);
    const void *contents;
    if (reading->param->type == PARAM_CURVE)
        contents = *(const struct curve **)field = inputs_curve(bind->inputs, path, reading->place);
    else
        contents = *(const struct trace **)field = inputs_trace(bind->inputs, path, reading->place);
    reading->failed = !contents;
    bind->errors += reading->failed;
    if (is_assumed(reading)) assume(reading, text, NULL, NULL);
}

/* --- distributions ---------------------------------------------------------------------------------- */

/* The next number of a range as it is written; *at is left behind it. */
static const char *take_number(const struct reading *reading, const char **at)
{
    const char *start = *at + strspn(*at, " ,\t[");
    size_t length = strcspn(start, " ,\t]");
    *at = start + length;
    return arena_copy(reading->bind->arena, start, length);
}

/* The ranges stand in `text` in the same order, each in brackets. */
static void assume_ranges(const struct reading *reading, const char *text, const struct dist_range *range,
                          int count)
{
    for (int i = 0; i < count && (text = strchr(text, '[')); i++) {
        struct reading inside = *reading;
        inside.path = path_key(reading->bind->arena, reading->path, range[i].name);
        const char *low = take_number(reading, &text), *mid = take_number(reading, &text);
        assume(&inside, mid, low, take_number(reading, &text));
    }
}

/* A sample is an input of the scenario too. Its name is written as from the scenario's own folder, so that
   the text of the distribution means the same wherever it is read again. */
static const char *with_sample(struct reading *reading, const char *text)
{
    struct bind *bind = reading->bind;
    const char *open = strchr(text, '('), *close = strrchr(text, ')');
    if (!text_starts(text, "empirical") || !open || !close || close < open) return text;
    const char *name = open + 1 + strspn(open + 1, " ");
    size_t length = (size_t)(close - name);
    while (length > 0 && name[length - 1] == ' ') length--;
    const char *path = inputs_beside(bind->inputs, reading->from, arena_copy(bind->arena, name, length)),
               *problem;
    size_t size;
    /* What cannot be read, the distribution's own reader complains about. */
    inputs_read(bind->inputs, path, 64 << 20, &size, &problem);
    return arena_printf(bind->arena, "empirical(%s)", inputs_relative(bind->inputs, path));
}

static bool read_dist(struct reading *reading, const char *text, struct dist *dist)
{
    struct dist_range range[RANGES];
    int ranges = RANGES;
    const char *problem, *folder = inputs_folder(reading->bind->inputs, NULL);
    text = with_sample(reading, text);
    if (!dist_parse(text, reading->param->unit, folder, reading->bind->arena, dist, range, &ranges,
                    &problem)) {
        complain(reading, arena_printf(reading->bind->arena, "cannot be read: %s", problem));
        return false;
    }
    assert(ranges <= RANGES);
    assume_ranges(reading, text, range, ranges);
    if (ranges == 0 && is_assumed(reading)) assume(reading, text, NULL, NULL);
    return true;
}

/* --- one text --------------------------------------------------------------------------------------- */

static void read_text(struct reading *reading, const char *text, void *field)
{
    switch (reading->param->type) {
    case PARAM_DIST: read_dist(reading, text, field); break;
    case PARAM_NODE:
        read_node(reading, text, field);
        if (!reading->failed && is_assumed(reading)) assume(reading, text, NULL, NULL);
        break;
    case PARAM_CURVE:
    case PARAM_TRACE: read_file(reading, text, field); break;
    default: read_scalar(reading, text, field); break;
    }
}

/* --- uncertain numbers ------------------------------------------------------------------------------ */

/* The texts of `{low: 4ms, mid: 6ms, high: 11ms}`; false after a complaint. */
static bool take_three(struct reading *reading, const struct tree *map, const char *text[3])
{
    static const char *const keys[] = {"low", "mid", "high"};
    for (int i = 0; i < 3; i++) {
        const struct tree *number = tree_get(map, keys[i]);
        if (number && number->kind == TREE_SCALAR && !tree_null(number)) {
            text[i] = number->text;
            continue;
        }
        complain(reading,
                 arena_printf(reading->bind->arena,
                              "needs %s: an uncertain number is {low: .., mid: .., high: ..}", keys[i]));
        return false;
    }
    for (int i = 0; i < map->count; i++) {
        if (text_equal(map->entry[i].key, keys[0]) || text_equal(map->entry[i].key, keys[1]) ||
            text_equal(map->entry[i].key, keys[2]))
            continue;
        bind_error(reading->bind, map->entry[i].place,
                   "%s is an uncertain number: it takes low, mid and high, not %s", reading->path,
                   map->entry[i].key);
        return false;
    }
    return true;
}

static bool takes_uncertain(const struct param *param)
{
    return param->type == PARAM_REAL || param->type == PARAM_WHOLE || param->type == PARAM_DIST;
}

static bool rising(const struct reading *reading, const char *const text[3])
{
    double number[3];
    const char *problem;
    for (int i = 0; i < 3; i++)
        if (!quantity_parse(text[i], reading->param->unit, &number[i], &problem)) return false;
    return number[0] <= number[1] && number[1] <= number[2];
}

/* The mid is used, and read last; the ends are held against the same range. */
static void read_uncertain(struct reading *reading, const struct tree *map, void *field)
{
    const char *text[3], *problem;
    struct bind *bind = reading->bind;
    if (!take_three(reading, map, text)) return;
    if (reading->param->type == PARAM_DIST) {
        read_dist(reading, arena_printf(bind->arena, "[%s %s %s]", text[0], text[1], text[2]), field);
        return;
    }
    static const int order[] = {0, 2, 1};
    for (int i = 0; i < 3; i++) {
        if (param_read(reading->param, text[order[i]], bind->arena, field, &problem)) continue;
        complain(reading, problem);
        return;
    }
    if (!rising(reading, text)) {
        complain(reading, arena_printf(bind->arena, "needs low <= mid <= high, not %s, %s, %s", text[0],
                                       text[1], text[2]));
        return;
    }
    assume(reading, text[1], text[0], text[2]);
}

/* --- lists ------------------------------------------------------------------------------------------ */

/* The reading of one item of a list. */
static struct reading item_of(const struct reading *reading, const struct tree *list, int number)
{
    const struct tree *item = list->entry[number].value;
    struct arena *arena = reading->bind->arena;
    struct reading inside = *reading;
    inside.path = path_row(arena, reading->path, NULL, number);
    inside.place = item->place;
    inside.from = item->place.file;
    inside.assumed = reading->assumed || item->assumed;
    if (item->kind != TREE_SCALAR || tree_null(item))
        complain(&inside, arena_printf(arena, "must be %s: item %d is %s",
                                       value_wanted(reading->param, arena), number, tree_kind_name(item)));
    return inside;
}

/* Words with a unit are distributions, which the model will read. */
static struct words read_words(const struct reading *reading, const struct tree *list)
{
    const char **word = arena_array(reading->bind->arena, const char *, list->count);
    struct dist dist;
    for (int i = 0; i < list->count; i++) {
        struct reading item = item_of(reading, list, i);
        word[i] = list->entry[i].value->text;
        if (item.failed || reading->param->unit == UNIT_NONE) continue;
        if (read_dist(&item, word[i], &dist)) word[i] = dist.text;
    }
    return (struct words){word, list->count};
}

static struct node_refs read_nodes(const struct reading *reading, const struct tree *list)
{
    struct node_ref *ref = arena_array(reading->bind->arena, struct node_ref, list->count);
    for (int i = 0; i < list->count; i++) {
        struct reading item = item_of(reading, list, i);
        if (!item.failed) read_node(&item, list->entry[i].value->text, &ref[i]);
        if (!item.failed && ref[i].index < 0) complain(&item, "has no node called none");
    }
    return (struct node_refs){ref, list->count};
}

static const char *joined(const struct tree *list, struct arena *arena)
{
    const char *text = "";
    for (int i = 0; i < list->count && i < 100; i++)
        text = arena_printf(arena, "%s%s%s", text, i ? " " : "", list->entry[i].value->text);
    return text;
}

static void read_list(struct reading *reading, const struct tree *list, void *field)
{
    if (reading->param->type == PARAM_NODES)
        *(struct node_refs *)field = read_nodes(reading, list);
    else
        *(struct words *)field = read_words(reading, list);
    if (is_assumed(reading) && reading->param->unit == UNIT_NONE)
        assume(reading, joined(list, reading->bind->arena), NULL, NULL);
}

/* A single text may stand for a list of one; the default of a list is a text of words. */
static struct tree *as_list(const struct reading *reading, const char *text, const struct tree *written)
{
    struct arena *arena = reading->bind->arena;
    struct tree *list = tree_collection(arena, TREE_LIST, reading->place);
    while (!written && *(text += strspn(text, " ,"))) {
        size_t length = strcspn(text, " ,");
        struct tree *word = tree_scalar(arena, arena_copy(arena, text, length), reading->place);
        tree_append(arena, list, tree_entry_of(NULL, reading->place, word));
        text += length;
    }
    if (written && !text_equal(text, "none"))
        tree_append(arena, list, tree_entry_of(NULL, reading->place, (struct tree *)written));
    return list;
}

static bool takes_list(const struct param *param)
{
    return param->type == PARAM_WORDS || param->type == PARAM_NODES;
}

/* --- any value -------------------------------------------------------------------------------------- */

static void read_default(struct reading *reading, void *field)
{
    const char *initial = reading->param->initial;
    if (takes_list(reading->param))
        read_list(reading, as_list(reading, text_equal(initial, "none") ? "" : initial, NULL), field);
    else
        read_text(reading, initial, field);
}

static void read_written(struct reading *reading, const struct tree *tree, void *field)
{
    const struct param *param = reading->param;
    if (takes_list(param) && tree->kind != TREE_MAP)
        read_list(reading, tree->kind == TREE_LIST ? tree : as_list(reading, tree->text, tree), field);
    else if (tree->kind == TREE_SCALAR)
        read_text(reading, tree->text, field);
    else if (tree->kind == TREE_MAP && takes_uncertain(param))
        read_uncertain(reading, tree, field);
    else
        value_complain_kind(reading->bind, param, tree, reading->path);
}

void value_bind(struct bind *bind, const struct param *param, const struct tree *tree, void *field,
                const struct bind_spot *spot)
{
    struct reading reading = {.bind = bind, .param = param, .place = tree ? tree->place : spot->place};
    reading.path = path_key(bind->arena, spot->path, param->key);
    reading.of = words_of(bind->arena, param->key, spot->path);
    reading.from = reading.place.file;
    reading.assumed = tree && tree->assumed;
    bind_note(bind, field, tree, (struct bind_spot){reading.path, reading.place, false});
    if (param->type == PARAM_NODE) ((struct node_ref *)field)->index = -1;
    if (tree && !tree_null(tree)) {
        reading.assumed = reading.assumed || spot->assumed;
        read_written(&reading, tree, field);
    } else if (param->initial) {
        reading.source = param->source;
        read_default(&reading, field);
    } else {
        value_complain_missing(bind, param, spot);
    }
}
