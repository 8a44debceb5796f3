/* SPDX-License-Identifier: Apache-2.0 */
#include "layers.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "document.h"
#include "frame.h"
#include "text.h"

enum { ALL_VALUES = 1000000, MARKS = 1000, ENVIRONMENTS = 64 };

/* --- one file --------------------------------------------------------------------------------------- */

static bool check_version(struct layers *layers, const struct layer *layer)
{
    const struct tree *version = tree_get(layer->tree, "headroom");
    if (version && version->kind == TREE_SCALAR && text_equal(version->text, "1")) return true;
    if (!version)
        diag_error(layers->diag, layer->tree->place,
                   "headroom is missing: begin the file with `headroom: 1`");
    else
        diag_error(layers->diag, version->place, "headroom must be 1, the version of the language, not %.40s",
                   version->kind == TREE_SCALAR && *version->text ? version->text : tree_kind_name(version));
    return false;
}

/* The files that include one another in a circle have the same real path twice. */
static bool seen_before(struct layers *layers, const char *file)
{
    char *real = realpath(file, NULL);
    bool seen = false;
    for (int i = 0; i < layers->count && !seen; i++) {
        char *other = realpath(layers->layer[i].file, NULL);
        seen = text_equal(layers->layer[i].file, file) || (real && other && text_equal(real, other));
        free(other);
    }
    free(real);
    return seen;
}

static struct tree *read_extended(struct layers *layers, const char *file, struct place place)
{
    const char *problem;
    size_t size;
    if (seen_before(layers, file)) {
        diag_error(layers->diag, place, "%s extends itself, by way of %d file%s", file, layers->count,
                   layers->count == 1 ? "" : "s");
        return NULL;
    }
    if (layers->count == LAYERS) {
        diag_error(layers->diag, place, "more than %d files extend one another: merge some", LAYERS);
        return NULL;
    }
    const char *bytes = inputs_read(layers->inputs, file, DOCUMENT_BYTES, &size, &problem);
    if (bytes) return document_read(file, bytes, size, layers->arena, layers->diag);
    diag_error(layers->diag, place, "%s %s", file, problem);
    return NULL;
}

/* Reads the file that the last layer extends, if it does; false after a complaint. */
static bool read_next(struct layers *layers, bool *more)
{
    const struct layer *last = &layers->layer[layers->count - 1];
    const struct tree *extends = tree_get(last->tree, "extends");
    *more = !tree_null(extends);
    if (!*more) return true;
    if (extends->kind != TREE_SCALAR) {
        diag_error(layers->diag, extends->place, "extends names one file, not %s", tree_kind_name(extends));
        return false;
    }
    const char *file = inputs_beside(layers->inputs, last->file, extends->text);
    struct tree *tree = read_extended(layers, file, extends->place);
    if (!tree) return false;
    layers->layer[layers->count++] = (struct layer){file, tree};
    return check_version(layers, &layers->layer[layers->count - 1]);
}

/* Reads the chain of files that begins with `tree`, and turns it round, so that the base comes first. */
static bool read_chain(struct layers *layers, struct tree *tree)
{
    bool more = true;
    layers->layer[layers->count++] = (struct layer){layers->file, tree};
    if (!check_version(layers, &layers->layer[0])) return false;
    while (more)
        if (!read_next(layers, &more)) return false;
    for (int i = 0; i < layers->count / 2; i++) {
        struct layer swapped = layers->layer[i];
        layers->layer[i] = layers->layer[layers->count - 1 - i];
        layers->layer[layers->count - 1 - i] = swapped;
    }
    return true;
}

/* --- bodies ----------------------------------------------------------------------------------------- */

static void lay(struct layers *layers, struct tree *root, const struct tree_entry *entry)
{
    edit_lay(root, entry, shape_root, layers->arena, layers->diag);
}

static bool wants(struct layers *layers, const struct tree_entry *entry, enum tree_kind kind)
{
    if (entry->value->kind == kind || tree_null(entry->value)) return true;
    diag_error(layers->diag, entry->value->place, "%s must be %s, not %s", entry->key,
               kind == TREE_MAP ? "a map" : "a list", tree_kind_name(entry->value));
    return false;
}

/* What each file lists is added to what the files below it list. */
static void add_up(struct layers *layers, const struct tree_entry *entry)
{
    struct tree *list = tree_get(layers->base, entry->key);
    if (tree_null(entry->value) || !wants(layers, entry, TREE_LIST)) return;
    if (!list) {
        list = tree_collection(layers->arena, TREE_LIST, entry->value->place);
        tree_append(layers->arena, layers->base, tree_entry_of(entry->key, entry->place, list));
    }
    for (int i = 0; i < entry->value->count; i++) tree_append(layers->arena, list, entry->value->entry[i]);
}

static bool is_path(const char *key)
{
    return strpbrk(key, ".[") != NULL;
}

/* A path as a key: `orders.desired_count: 1`. */
static void edit_by_key(struct layers *layers, struct tree *root, const struct tree_entry *entry)
{
    struct path path;
    struct edit edit = {.path = &path, .value = entry->value, .arena = layers->arena, .diag = layers->diag};
    if (!path_read(entry->key, entry->place, &path, layers->arena, layers->diag)) return;
    edit_apply(&edit, root, 0);
    edit_report(&edit);
}

static void complain_key(struct layers *layers, const struct tree_entry *entry)
{
    const char *nearest = frame_nearest(entry->key);
    const char *node = tree_nearest(tree_get(layers->base, "nodes"), entry->key);
    if (!nearest) nearest = node;
    if (nearest)
        diag_error(layers->diag, entry->place, "unknown key: %s; did you mean %s?", entry->key, nearest);
    else
        diag_error(layers->diag, entry->place, "unknown key: %s; nodes are listed under `nodes`", entry->key);
}

static void lay_body_entry(struct layers *layers, const struct tree_entry *entry)
{
    const struct tree *nodes = tree_get(layers->base, "nodes");
    switch (frame_sort(entry->key)) {
    case FRAME_NODES:
        if (wants(layers, entry, TREE_MAP) && !tree_null(entry->value)) lay(layers, layers->base, entry);
        break;
    case FRAME_FREE:
        if (wants(layers, entry, TREE_MAP)) lay(layers, layers->base, entry);
        break;
    case FRAME_FIELD:
    case FRAME_DRILLS: lay(layers, layers->base, entry); break;
    case FRAME_LIST: add_up(layers, entry); break;
    case FRAME_LATER: diag_error(layers->diag, entry->place, "%s is not yet supported", entry->key); break;
    case FRAME_FILE:
    case FRAME_ENVIRONMENTS: break;
    case FRAME_UNKNOWN:
        if (is_path(entry->key) || tree_entry(nodes, entry->key))
            edit_by_key(layers, layers->base, entry);
        else
            complain_key(layers, entry);
        break;
    }
}

/* The nodes come first, so that a path may lead to one wherever it stands in the file. */
static void lay_body(struct layers *layers, const struct layer *layer)
{
    const struct tree_entry *nodes = tree_entry(layer->tree, "nodes");
    if (nodes) lay_body_entry(layers, nodes);
    for (int i = 0; i < layer->tree->count; i++)
        if (&layer->tree->entry[i] != nodes) lay_body_entry(layers, &layer->tree->entry[i]);
}

/* --- environments ----------------------------------------------------------------------------------- */

int layers_environment(const struct layers *layers, const char *name)
{
    for (int i = 0; i < layers->environment_count; i++)
        if (text_equal(layers->environment[i].key, name)) return i;
    return -1;
}

static void note_environment(struct layers *layers, const struct tree_entry *entry)
{
    if (strpbrk(entry->key, ".[]*")) {
        diag_error(layers->diag, entry->place, "%s: the name of an environment has no . [ ] or *",
                   entry->key);
        return;
    }
    if (!tree_null(entry->value) && entry->value->kind != TREE_MAP)
        diag_error(layers->diag, entry->value->place,
                   "the environment %s must be a map of what it changes, not %s", entry->key,
                   tree_kind_name(entry->value));
    else if (layers_environment(layers, entry->key) < 0)
        layers->environment[layers->environment_count++] = *entry;
}

static void list_environments(struct layers *layers)
{
    int room = 1;
    for (int i = 0; i < layers->count; i++) {
        const struct tree *environments = tree_get(layers->layer[i].tree, "environments");
        room += environments ? environments->count : 0;
    }
    layers->environment = arena_array(layers->arena, struct tree_entry, room);
    for (int i = 0; i < layers->count; i++) {
        const struct tree_entry *entry = tree_entry(layers->layer[i].tree, "environments");
        if (!entry || !wants(layers, entry, TREE_MAP)) continue;
        for (int j = 0; j < entry->value->count; j++) note_environment(layers, &entry->value->entry[j]);
    }
    if (layers->environment_count > 0) return;
    layers->environment[layers->environment_count++] =
        tree_entry_of("default", layers->base->place, layers->base);
}

/* Every environment has a tree of its own, so many large ones add up. */
static bool check_total(struct layers *layers)
{
    if (layers->environment_count > ENVIRONMENTS) {
        diag_error(layers->diag, layers->environment[ENVIRONMENTS].place,
                   "more than %d environments: split them", ENVIRONMENTS);
        return false;
    }
    if ((int64_t)tree_weigh(layers->base) * layers->environment_count <= ALL_VALUES) return true;
    diag_error(layers->diag, layers->environment[0].place,
               "%d environments of this size are more than %d values: split them", layers->environment_count,
               ALL_VALUES);
    return false;
}

static void lay_environment_entry(struct layers *layers, struct tree *root, const struct tree_entry *entry)
{
    enum frame_sort sort = frame_sort(entry->key);
    if (sort == FRAME_UNKNOWN)
        edit_by_key(layers, root, entry);
    else if (sort == FRAME_FIELD || (sort == FRAME_NODES && wants(layers, entry, TREE_MAP)))
        lay(layers, root, entry);
    else if (sort != FRAME_NODES)
        diag_error(layers->diag, entry->place,
                   "%s cannot differ from one environment to another: move it to the top level", entry->key);
}

static void lay_environment(struct layers *layers, struct tree *root, const char *name)
{
    for (int i = 0; i < layers->count; i++) {
        const struct tree *body = tree_get(tree_get(layers->layer[i].tree, "environments"), name);
        if (!body || body->kind != TREE_MAP) continue;
        for (int j = 0; j < body->count; j++) lay_environment_entry(layers, root, &body->entry[j]);
    }
}

/* --- edits from the command line and marks ---------------------------------------------------------- */

/* `environments.dev.orders.cpu` is `orders.cpu` in dev. */
static bool check_environment(struct layers *layers, const struct path *path)
{
    if (!text_equal(path->segment[0], "environments")) return true;
    if (path->count < 3) {
        diag_error(layers->diag, path->place,
                   "%s: name a parameter, as in environments.dev.orders.desired_count", path->text);
        return false;
    }
    for (int i = 0; i < layers->environment_count; i++)
        if (text_matches(path->segment[1], layers->environment[i].key)) return true;
    diag_error(layers->diag, path->place, "%s: no environment is called %s", path->text, path->segment[1]);
    return false;
}

/* Splits `PATH=VALUE` and reads both. */
static bool read_set(struct layers *layers, const char *text, int number, struct edit *edit,
                     struct path *path)
{
    struct place place = {"--set", number, 1};
    const char *equals = strchr(text, '=');
    if (!equals || equals == text) {
        diag_error(layers->diag, place, "write PATH=VALUE, such as --set orders.desired_count=4");
        return false;
    }
    const char *name = arena_copy(layers->arena, text, (size_t)(equals - text));
    if (!path_read(name, place, path, layers->arena, layers->diag) || !check_environment(layers, path))
        return false;
    place.column += (int)(equals + 1 - text);
    *edit = (struct edit){.path = path, .arena = layers->arena, .diag = layers->diag};
    edit->value = document_value(place, equals + 1, layers->arena, layers->diag);
    return edit->value != NULL;
}

static void read_sets(struct layers *layers, const struct scenario_options *options)
{
    layers->set = arena_array(layers->arena, struct edit, options->set_count);
    struct path *path = arena_array(layers->arena, struct path, options->set_count);
    for (int i = 0; i < options->set_count; i++) {
        int next = layers->set_count;
        layers->set_count += read_set(layers, options->set[i], i + 1, &layers->set[next], &path[next]);
    }
}

static bool read_mark(struct layers *layers, const struct tree *row, struct edit *edit, struct path *path)
{
    *edit = (struct edit){.path = path, .arena = layers->arena, .diag = layers->diag};
    if (row->kind == TREE_SCALAR)
        return path_read(row->text, row->place, path, layers->arena, layers->diag) &&
               check_environment(layers, path);
    diag_error(layers->diag, row->place, "assumed lists paths, not %s", tree_kind_name(row));
    return false;
}

static void read_marks(struct layers *layers)
{
    const struct tree *assumed = tree_get(layers->base, "assumed");
    int count = assumed ? assumed->count : 0;
    if (count > MARKS) {
        diag_error(layers->diag, assumed->place, "more than %d paths: use * to group them", MARKS);
        return;
    }
    layers->mark = arena_array(layers->arena, struct edit, count);
    struct path *path = arena_array(layers->arena, struct path, count);
    for (int i = 0; i < count; i++) {
        int next = layers->mark_count;
        layers->mark_count += read_mark(layers, assumed->entry[i].value, &layers->mark[next], &path[next]);
    }
}

/* True when the edit speaks of this environment; *first is where the path within it begins. */
static bool speaks_of(const struct edit *edit, const char *environment, int *first)
{
    bool one = text_equal(edit->path->segment[0], "environments");
    *first = one ? 2 : 0;
    return !one || text_matches(edit->path->segment[1], environment);
}

static void apply(struct edit *edit, int count, struct tree *root, const char *environment)
{
    for (int i = 0; i < count; i++) {
        int first;
        if (speaks_of(&edit[i], environment, &first)) edit_apply(&edit[i], root, first);
    }
}

struct tree *layers_tree(struct layers *layers, int environment)
{
    const char *name = layers->environment[environment].key;
    struct tree *root = tree_copy(layers->arena, layers->base);
    lay_environment(layers, root, name);
    apply(layers->set, layers->set_count, root, name);
    apply(layers->mark, layers->mark_count, root, name);
    layers->made[environment] = true;
    return root;
}

/* Of an environment that was not asked for, nothing is known. */
static void report(const struct layers *layers, const struct edit *edit)
{
    bool asked = false;
    int first;
    for (int i = 0; i < layers->environment_count; i++)
        asked = asked || (layers->made[i] && speaks_of(edit, layers->environment[i].key, &first));
    if (asked) edit_report(edit);
}

/* An assumption of an extended file may be about what this one has removed. */
void layers_report(const struct layers *layers)
{
    for (int i = 0; i < layers->set_count; i++) report(layers, &layers->set[i]);
    for (int i = 0; i < layers->mark_count; i++)
        if (text_equal(layers->mark[i].path->place.file, layers->file)) report(layers, &layers->mark[i]);
}

struct layers *layers_read(struct inputs *inputs, const char *file, const char *bytes, size_t size,
                           const struct scenario_options *options)
{
    struct arena *arena = inputs_arena(inputs);
    struct diag *diag = inputs_diag(inputs);
    struct tree *tree = document_read(file, bytes, size, arena, diag);
    if (!tree) return NULL;
    struct layers *layers = arena_new(arena, struct layers);
    *layers = (struct layers){.inputs = inputs, .arena = arena, .diag = diag, .file = file};
    layers->base = tree_collection(arena, TREE_MAP, (struct place){file, 1, 1});
    if (!read_chain(layers, tree)) return NULL;
    for (int i = 0; i < layers->count; i++) lay_body(layers, &layers->layer[i]);
    list_environments(layers);
    layers->made = arena_array(arena, bool, layers->environment_count);
    read_sets(layers, options);
    read_marks(layers);
    return check_total(layers) ? layers : NULL;
}
