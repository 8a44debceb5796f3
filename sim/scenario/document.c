/* SPDX-License-Identifier: Apache-2.0 */
#include "document.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "arena.h"
#include "letters.h"
#include "text.h"

enum { ANCHORS = 1000 };

/* A value that has a name in the document. It is being built until `done`. */
struct anchor {
    const char *name;
    struct tree *tree;
    bool done;
};

/* A collection whose end has not come yet. */
struct open {
    struct tree *tree;
    const char *key; /* of a map: the key whose value comes next, or NULL */
    struct place key_place;
    bool flow;  /* inside { } or [ ] */
    int anchor; /* index, or -1 */
};

/* A reading under way. */
struct reader {
    yaml_parser_t parser;
    struct place origin; /* of the first byte */
    const char *bytes;
    size_t size;
    struct arena *arena;
    struct diag *diag;
    struct open open[TREE_DEPTH];
    int depth;
    int values;
    struct anchor *anchor;
    int anchor_count;
    struct tree *root;
    bool halved; /* the last scalar was cut at a comma */
    bool ended;
    int complaints;
};

/* Counted here, because the list of complaints keeps the same one only once. */
#define complain(reader, ...) ((reader)->complaints++, diag_error((reader)->diag, __VA_ARGS__))

static struct place place_at(const struct reader *reader, yaml_mark_t mark)
{
    struct place place = reader->origin;
    if (mark.line == 0) place.column += (int)mark.column;
    if (mark.line > 0) place.column = (int)mark.column + 1;
    place.line += (int)mark.line;
    return place;
}

/* --- what the parser itself refuses ----------------------------------------------------------------- */

/* The way out of the parser's commonest complaints. */
static const char *way_out(const char *problem)
{
    static const char *const ways[][2] = {
        {"mapping values are not allowed", "quote a value that holds `: `, and check the indentation"},
        {"did not find expected key", "line the keys of a map up under one another"},
        {"did not find expected '-'", "line the `-` of a list up under one another"},
        {"did not find expected ',' or",
         "close the bracket, and quote a value that holds brackets or commas"},
        {"could not find expected ':'", "write `key: value`, with a space after the colon"},
        {"found unexpected end of stream", "close the quotes"},
        {"found character that cannot start", "quote a value that begins with @ % or `"},
        {"found undefined tag handle", "remove the tag"},
        {"did not find expected alphabetic", "quote a value that begins with * or &"},
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (strstr(problem, ways[i][0])) return ways[i][1];
    return "check indentation, quotes and brackets around it";
}

/* Where the line begins, counting lines from 0. */
static const char *line_start(const struct reader *reader, size_t line)
{
    const char *at = reader->bytes, *end = at + reader->size;
    for (; line > 0 && at < end; line--) {
        at += strcspn(at, "\r\n");
        at += at + 1 < end && at[0] == '\r' && at[1] == '\n' ? 2 : 1;
    }
    return at < end ? at : end;
}

/* A tab among the blanks that begin the line: the commonest cause of a strange complaint. */
static bool complain_tab(struct reader *reader, yaml_mark_t mark)
{
    const char *line = line_start(reader, mark.line);
    size_t spaces = strspn(line, " ");
    if (line[spaces] != '\t') return false;
    mark.column = spaces;
    complain(reader, place_at(reader, mark), "a tab in the indentation: indent with spaces");
    return true;
}

static void complain_parser(struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    if (parser->error == YAML_MEMORY_ERROR) arena_exhausted();
    if (reader->halved || complain_tab(reader, parser->problem_mark)) return;
    const char *problem = parser->problem ? parser->problem : "cannot be read";
    struct place place = place_at(reader, parser->problem_mark);
    if (!parser->context)
        complain(reader, place, "not YAML: %s; %s", problem, way_out(problem));
    else
        complain(reader, place, "not YAML: %s %s that begins at line %d; %s", problem, parser->context,
                 place_at(reader, parser->context_mark).line, way_out(problem));
}

/* --- anchors and limits ----------------------------------------------------------------------------- */

static bool stop(struct reader *reader)
{
    reader->ended = true;
    return false;
}

/* Counts values before they are built. */
static bool afford(struct reader *reader, struct place place, int values, int height)
{
    if (reader->depth + height > TREE_DEPTH) {
        complain(reader, place, "is nested more than %d deep: flatten it", TREE_DEPTH);
        return stop(reader);
    }
    if (values > TREE_VALUES - reader->values) {
        complain(reader, place, "more than %d values, aliases counted as often as they are used: split it",
                 TREE_VALUES);
        return stop(reader);
    }
    reader->values += values;
    return true;
}

static int find_anchor(const struct reader *reader, const char *name)
{
    for (int i = reader->anchor_count - 1; i >= 0; i--)
        if (text_equal(reader->anchor[i].name, name)) return i;
    return -1;
}

/* Notes the anchor of a value, if it has one; its index, or -1. */
static int note_anchor(struct reader *reader, const yaml_char_t *anchor, struct tree *tree)
{
    if (!anchor) return -1;
    if (reader->anchor_count == ANCHORS) {
        complain(reader, tree->place, "more than %d anchors: repeat the values instead", ANCHORS);
        stop(reader);
        return -1;
    }
    if (!reader->anchor) reader->anchor = arena_array(reader->arena, struct anchor, ANCHORS);
    const char *name = arena_copy(reader->arena, (const char *)anchor, strlen((const char *)anchor));
    reader->anchor[reader->anchor_count] = (struct anchor){name, tree, tree->kind == TREE_SCALAR};
    return reader->anchor_count++;
}

static void check_tag(struct reader *reader, const yaml_char_t *tag, struct place place)
{
    if (!tag || text_equal((const char *)tag, "!") || text_starts((const char *)tag, "tag:yaml.org,2002:str"))
        return;
    complain(reader, place, "the tag %s means nothing here: remove it", (const char *)tag);
}

/* --- building --------------------------------------------------------------------------------------- */

static struct open *innermost(struct reader *reader)
{
    return reader->depth ? &reader->open[reader->depth - 1] : NULL;
}

static bool wants_key(struct reader *reader)
{
    const struct open *open = innermost(reader);
    return open && open->tree->kind == TREE_MAP && !open->key;
}

static void add_value(struct reader *reader, struct tree *tree)
{
    struct open *open = innermost(reader);
    if (!open) {
        reader->root = tree;
        return;
    }
    struct place place = open->key ? open->key_place : tree->place;
    tree_append(reader->arena, open->tree, tree_entry_of(open->key, place, tree));
    open->key = NULL;
}

static bool add_key(struct reader *reader, const char *key, struct place place)
{
    if (!*key) {
        complain(reader, place, "a key is missing before the colon");
        return stop(reader);
    }
    if (strlen(key) > TREE_KEY) {
        complain(reader, place, "a key of more than %d characters: shorten it", TREE_KEY);
        return stop(reader);
    }
    if (text_equal(key, "<<")) {
        complain(reader, place, "merge keys are not supported: use `extends` or repeat the values");
        return stop(reader);
    }
    innermost(reader)->key = key;
    innermost(reader)->key_place = place;
    return true;
}

/* The byte at a mark, whose column counts characters. */
static const char *byte_at(const struct reader *reader, yaml_mark_t mark)
{
    const char *at = line_start(reader, mark.line), *end = reader->bytes + reader->size;
    for (size_t column = 0; at < end; at++) {
        if (((unsigned char)*at & 0xC0) == 0x80) continue;
        if (column++ == mark.column) break;
    }
    return at;
}

/* `{compute: lognormal(p50 6ms, p99 30ms)}` gives `lognormal(p50 6ms` and a stray key; a `[` ends it as well.
   */
static bool cut_short(const struct reader *reader, const struct tree *scalar, yaml_mark_t end)
{
    size_t name = strspn(scalar->text, "abcdefghijklmnopqrstuvwxyz_");
    if (name == 0 || scalar->text[name] != '(' || strchr(scalar->text, ')')) return false;
    const char *next = byte_at(reader, end);
    next += strspn(next, " ");
    return *next == ',' || *next == '[' || *next == '{';
}

static void check_half(struct reader *reader, const struct tree *scalar, yaml_mark_t end)
{
    const struct open *open = innermost(reader);
    reader->halved = open && open->flow && !scalar->quoted && cut_short(reader, scalar, end);
    if (!reader->halved) return;
    complain(reader, scalar->place,
             "\"%.60s\" was cut: inside { } or [ ] YAML ends a value at a comma or bracket, so quote it "
             "there, as in "
             "\"lognormal(p50 6ms, p99 30ms)\"",
             scalar->text);
}

static bool add_scalar(struct reader *reader, const yaml_event_t *event)
{
    struct place place = place_at(reader, event->start_mark);
    const char *value = (const char *)event->data.scalar.value;
    if (strlen(value) != event->data.scalar.length) {
        complain(reader, place, "holds a NUL character: remove \\0");
        return stop(reader);
    }
    check_tag(reader, event->data.scalar.tag, place);
    const char *text = arena_copy(reader->arena, value, event->data.scalar.length);
    struct tree *tree = tree_scalar(reader->arena, text, place);
    tree->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    note_anchor(reader, event->data.scalar.anchor, tree);
    if (wants_key(reader)) return add_key(reader, text, place);
    if (!afford(reader, place, 1, 1)) return false;
    check_half(reader, tree, event->end_mark);
    add_value(reader, tree);
    return true;
}

static bool add_alias(struct reader *reader, const yaml_event_t *event)
{
    struct place place = place_at(reader, event->start_mark);
    const char *name = (const char *)event->data.alias.anchor;
    int index = find_anchor(reader, name);
    if (index < 0) {
        complain(reader, place, "no anchor &%s stands before this alias", name);
        return stop(reader);
    }
    if (!reader->anchor[index].done) {
        complain(reader, place, "the alias *%s is inside the value it stands for: write that value out",
                 name);
        return stop(reader);
    }
    struct tree *tree = reader->anchor[index].tree;
    if (wants_key(reader) && tree->kind == TREE_SCALAR) return add_key(reader, tree->text, place);
    if (!afford(reader, place, tree->weight, tree->height)) return false;
    if (!wants_key(reader)) add_value(reader, tree);
    return true;
}

static bool open_collection(struct reader *reader, enum tree_kind kind, const yaml_event_t *event)
{
    struct place place = place_at(reader, event->start_mark);
    bool map = kind == TREE_MAP;
    if (wants_key(reader)) {
        complain(reader, place, "a key must be a single word: quote it if it begins with a bracket");
        return stop(reader);
    }
    if (!afford(reader, place, 1, 1)) return false;
    check_tag(reader, map ? event->data.mapping_start.tag : event->data.sequence_start.tag, place);
    bool flow = map ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
                    : event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    struct tree *tree = tree_collection(reader->arena, kind, place);
    const yaml_char_t *anchor = map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
    struct open open = {.tree = tree, .flow = flow, .anchor = note_anchor(reader, anchor, tree)};
    reader->open[reader->depth++] = open;
    return !reader->ended;
}

static int by_key(const void *left, const void *right)
{
    const struct tree_entry *a = *(struct tree_entry *const *)left, *b = *(struct tree_entry *const *)right;
    int order = strcmp(a->key, b->key);
    return order ? order : a < b ? -1 : a > b;
}

static void check_duplicates(struct reader *reader, struct tree *map)
{
    struct tree_entry **sorted = arena_array(reader->arena, struct tree_entry *, map->count);
    for (int i = 0; i < map->count; i++) sorted[i] = &map->entry[i];
    qsort(sorted, (size_t)map->count, sizeof *sorted, by_key);
    for (int i = 1; i < map->count; i++)
        if (text_equal(sorted[i]->key, sorted[i - 1]->key))
            complain(reader, sorted[i]->place,
                     "the key %s stands twice in this map, first at line %d: keep one", sorted[i]->key,
                     sorted[i - 1]->place.line);
}

static bool close_collection(struct reader *reader)
{
    assert(reader->depth > 0);
    const struct open *open = &reader->open[--reader->depth];
    if (open->anchor >= 0) reader->anchor[open->anchor].done = true;
    if (open->tree->kind == TREE_MAP && open->tree->count > 1) check_duplicates(reader, open->tree);
    add_value(reader, open->tree);
    return true;
}

static bool begin_document(struct reader *reader, const yaml_event_t *event)
{
    if (!reader->root) return true;
    complain(reader, place_at(reader, event->start_mark), "a second document begins: keep one to a file");
    return stop(reader);
}

static bool take(struct reader *reader, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT: return begin_document(reader, event);
    case YAML_SCALAR_EVENT: return add_scalar(reader, event);
    case YAML_ALIAS_EVENT: return add_alias(reader, event);
    case YAML_SEQUENCE_START_EVENT: return open_collection(reader, TREE_LIST, event);
    case YAML_MAPPING_START_EVENT: return open_collection(reader, TREE_MAP, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return close_collection(reader);
    case YAML_STREAM_END_EVENT: return stop(reader);
    default: return true;
    }
}

/* True when the whole was read, whatever was said about it. */
static bool read_events(struct reader *reader)
{
    yaml_event_t event;
    bool whole = false;
    while (!reader->ended) {
        if (!yaml_parser_parse(&reader->parser, &event)) {
            complain_parser(reader);
            return false;
        }
        take(reader, &event);
        whole = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    return whole;
}

static struct tree *parse(struct reader *reader)
{
    if (!yaml_parser_initialize(&reader->parser)) arena_exhausted();
    yaml_parser_set_input_string(&reader->parser, (const unsigned char *)reader->bytes, reader->size);
    yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
    bool whole = read_events(reader);
    yaml_parser_delete(&reader->parser);
    if (!whole || reader->complaints > 0) return NULL;
    return reader->root ? reader->root : tree_scalar(reader->arena, "", reader->origin);
}

struct tree *document_value(struct place place, const char *text, struct arena *arena, struct diag *diag)
{
    size_t size = strlen(text);
    if (!letters_check(text, size, place, diag)) return NULL;
    struct reader reader = {.origin = place, .bytes = text, .size = size, .arena = arena, .diag = diag};
    return parse(&reader);
}

struct tree *document_read(const char *file, const char *bytes, size_t size, struct arena *arena,
                           struct diag *diag)
{
    struct place place = {file, 1, 1};
    if (size > DOCUMENT_BYTES) {
        diag_error(diag, (struct place){file, 0, 0}, "is larger than %d MiB: no scenario is",
                   DOCUMENT_BYTES >> 20);
        return NULL;
    }
    bytes = letters_begin(bytes, &size);
    if (!letters_check(bytes, size, place, diag)) return NULL;
    /* With a NUL at its end, so that looking at a line never runs off it. */
    const char *ended = arena_copy(arena, bytes, size);
    struct reader reader = {.origin = place, .bytes = ended, .size = size, .arena = arena, .diag = diag};
    struct tree *tree = parse(&reader);
    if (!tree) return NULL;
    if (tree->kind == TREE_MAP) return tree;
    if (tree_null(tree))
        diag_error(diag, place, "is empty: a scenario begins with `headroom: 1`");
    else
        diag_error(diag, tree->place, "must be a map of keys such as `headroom: 1`, not %s",
                   tree_kind_name(tree));
    return NULL;
}

const char *document_question(const char *bytes, size_t size, struct arena *arena)
{
    const char *at = letters_begin(bytes, &size), *end = at + size;
    char *question = arena_alloc(arena, size + 1), *out = question;
    while (at < end && *at == '#') {
        const char *line_end = at;
        while (line_end < end && *line_end != '\n' && *line_end != '\r') line_end++;
        while (at < line_end && (*at == '#' || *at == ' ')) at++;
        if (at == line_end) break;
        if (out > question) *out++ = ' ';
        memcpy(out, at, (size_t)(line_end - at));
        out += line_end - at;
        at = line_end;
        if (at < end && *at == '\r') at++;
        if (at < end && *at == '\n') at++;
    }
    while (out > question && out[-1] == ' ') *--out = '\0';
    return *question ? question : NULL;
}
