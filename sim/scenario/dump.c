/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a plan back as YAML, from the configs through the tables: what the models will see, every parameter
   spelled out. What was uncertain stays so, and what was assumed stays marked. */
#include "scenario.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "index.h"
#include "loaded.h"
#include "model.h"
#include "path.h"
#include "shape.h"
#include "text.h"

enum { FIRST_ROOM = 16 << 10, INDENT = 2 };

struct dump {
    const struct scenario *scenario;
    const struct environment *environment;
    struct inputs *inputs;
    struct arena *arena;
    struct index *uncertain; /* assumptions with ends, by path */
    char *text;
    size_t size, room;
    int depth;
};

/* --- text ------------------------------------------------------------------------------------------- */

static void add(struct dump *dump, const char *text)
{
    size_t length = strlen(text);
    if (dump->size + length + 1 > dump->room) {
        while (dump->size + length + 1 > dump->room) dump->room *= 2;
        char *larger = arena_alloc(dump->arena, dump->room);
        memcpy(larger, dump->text, dump->size);
        dump->text = larger;
    }
    memcpy(dump->text + dump->size, text, length + 1);
    dump->size += length;
}

/* True for a text that YAML reads as itself without quotes. */
static bool is_plain(const char *text)
{
    static const char *const others[] = {"null", "Null", "NULL"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (text_equal(text, others[i])) return false;
    size_t safe = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./%+-");
    return *text && !text[safe] && *text != '-' && *text != '%' && *text != '.' && *text != '+';
}

static void add_quoted(struct dump *dump, const char *text)
{
    add(dump, "\"");
    for (; *text; text++) {
        char letter[8] = {*text, '\0'};
        if (*text == '"' || *text == '\\') snprintf(letter, sizeof letter, "\\%c", *text);
        if ((unsigned char)*text < ' ') snprintf(letter, sizeof letter, "\\x%02X", (unsigned)*text);
        add(dump, letter);
    }
    add(dump, "\"");
}

static void add_scalar(struct dump *dump, const char *text)
{
    if (is_plain(text))
        add(dump, text);
    else
        add_quoted(dump, text);
}

static void add_indent(struct dump *dump)
{
    for (int i = 0; i < dump->depth * INDENT; i++) add(dump, " ");
}

/* `key:` on a line of its own, ready for a value. */
static void add_key(struct dump *dump, const char *key)
{
    add_indent(dump);
    add_scalar(dump, key);
    add(dump, ":");
}

static void add_pair(struct dump *dump, const char *key, const char *value)
{
    add_key(dump, key);
    add(dump, " ");
    add_scalar(dump, value);
    add(dump, "\n");
}

/* --- values ----------------------------------------------------------------------------------------- */

static const char *node_name(const struct dump *dump, const struct node_ref *ref)
{
    return ref->index < 0 ? "none" : dump->environment->plan.node[ref->index].name;
}

static const char *file_name(const struct dump *dump, const void *contents)
{
    const char *path = contents ? inputs_path_of(dump->inputs, contents) : NULL;
    return path ? inputs_relative(dump->inputs, path) : "none";
}

static void add_words(struct dump *dump, const struct words *words)
{
    add(dump, " [");
    for (int i = 0; i < words->count; i++) {
        add(dump, i ? ", " : "");
        add_quoted(dump, words->word[i]);
    }
    add(dump, "]\n");
}

static void add_nodes(struct dump *dump, const struct node_refs *refs)
{
    add(dump, " [");
    for (int i = 0; i < refs->count; i++) {
        add(dump, i ? ", " : "");
        add_scalar(dump, node_name(dump, &refs->ref[i]));
    }
    add(dump, "]\n");
}

static void add_uncertain(struct dump *dump, const struct assumption *number)
{
    add(dump, " {low: ");
    add_quoted(dump, number->low);
    add(dump, ", mid: ");
    add_quoted(dump, number->value);
    add(dump, ", high: ");
    add_quoted(dump, number->high);
    add(dump, "}\n");
}

static void add_line(struct dump *dump, const char *text)
{
    add(dump, " ");
    add_scalar(dump, text);
    add(dump, "\n");
}

static void add_value(struct dump *dump, const struct param *param, const void *field, const char *path)
{
    int uncertain = index_find(dump->uncertain, path);
    switch (param->type) {
    case PARAM_WORDS: add_words(dump, field); return;
    case PARAM_NODES: add_nodes(dump, field); return;
    case PARAM_NODE: add_line(dump, node_name(dump, field)); return;
    case PARAM_CURVE:
    case PARAM_TRACE: add_line(dump, file_name(dump, *(const void *const *)field)); return;
    default: break;
    }
    if (uncertain >= 0)
        add_uncertain(dump, &dump->environment->assumption[uncertain]);
    else
        add_line(dump, param_write(param, field, dump->arena));
}

/* --- tables ----------------------------------------------------------------------------------------- */

static void add_table(struct dump *dump, const struct param *params, const void *config, const char *path);

/* What is inside, one deeper; `{}` for a table without rows. */
static void add_inside(struct dump *dump, const struct param *params, const void *config, const char *path)
{
    size_t before = dump->size;
    add(dump, "\n");
    dump->depth++;
    add_table(dump, params, config, path);
    dump->depth--;
    if (dump->size > before + 1) return;
    dump->size = before;
    add(dump, " {}\n");
}

static const char *row_name(const struct param *params, const void *row)
{
    const struct param *name = param_find(params, "name");
    if (!name || name->type != PARAM_TEXT) return NULL;
    return *(const char *const *)(const void *)((const char *)row + name->offset);
}

static void add_list(struct dump *dump, const struct param *param, const struct rows *rows, const char *path)
{
    for (int i = 0; i < rows->count; i++) {
        const char *row = (const char *)rows->row + (size_t)i * param->row_size;
        add_indent(dump);
        add(dump, "-");
        add_inside(dump, param->rows, row, path_row(dump->arena, path, row_name(param->rows, row), i));
    }
}

static void add_map(struct dump *dump, const struct param *param, const struct rows *rows, const char *path)
{
    for (int i = 0; i < rows->count; i++) {
        const char *row = (const char *)rows->row + (size_t)i * param->row_size;
        const char *key = *(const char *const *)(const void *)row;
        add_indent(dump);
        add_quoted(dump, key);
        add(dump, ":");
        add_inside(dump, shape_map_rows(param), row, path_key(dump->arena, path, key));
    }
}

static void add_steps(struct dump *dump, const struct param *param, const struct rows *rows, const char *path)
{
    for (int i = 0; i < rows->count; i++) {
        const char *row = (const char *)rows->row + (size_t)i * param->row_size;
        const struct variant *variant = param->variants;
        while (variant->kind != *(const int *)(const void *)row) variant++;
        const char *inside = path_key(dump->arena, path_row(dump->arena, path, NULL, i), variant->key);
        add_indent(dump);
        add(dump, "-\n");
        dump->depth++;
        add_key(dump, variant->key);
        add_inside(dump, variant->params, row, inside);
        dump->depth--;
    }
}

/* True when there is nothing to write: an option that is off, rows that are none. */
static bool is_absent(const struct param *param, const void *field)
{
    if (param->type == PARAM_OPTION) return !*(void *const *)field;
    return param_nested(param) && param->type != PARAM_GROUP && ((const struct rows *)field)->count == 0;
}

static void add_nested(struct dump *dump, const struct param *param, const void *field, const char *path)
{
    if (param->type == PARAM_GROUP || param->type == PARAM_OPTION) {
        add_inside(dump, param->rows, param->type == PARAM_GROUP ? field : *(void *const *)field, path);
        return;
    }
    add(dump, "\n");
    dump->depth++;
    if (param->type == PARAM_LIST) add_list(dump, param, field, path);
    if (param->type == PARAM_MAP) add_map(dump, param, field, path);
    if (param->type == PARAM_STEPS) add_steps(dump, param, field, path);
    dump->depth--;
}

static void add_table(struct dump *dump, const struct param *params, const void *config, const char *path)
{
    for (const struct param *param = params; param->key; param++) {
        const void *field = (const char *)config + param->offset;
        const char *inside = path_key(dump->arena, path, param->key);
        if (is_absent(param, field)) continue;
        add_key(dump, param->key);
        if (param_nested(param))
            add_nested(dump, param, field, inside);
        else
            add_value(dump, param, field, inside);
    }
}

/* --- around the nodes ------------------------------------------------------------------------------- */

static void add_frame(struct dump *dump)
{
    const struct plan *plan = &dump->environment->plan;
    char horizon[64];
    add_pair(dump, "headroom", "1");
    add_pair(dump, "name", dump->scenario->name);
    add_pair(dump, "region", plan->region);
    add_key(dump, "zones");
    add_words(dump, &(struct words){plan->zone, plan->zone_count});
    add_pair(dump, "start", plan->start);
    int uncertain = index_find(dump->uncertain, "horizon");
    add_key(dump, "horizon");
    if (uncertain >= 0)
        add_uncertain(dump, &dump->environment->assumption[uncertain]);
    else
        add_line(dump, quantity_format(plan->horizon, UNIT_SECOND, horizon, sizeof horizon));
    const struct words *names = &dump->scenario->tag_names, *values = &dump->scenario->tag_values;
    if (names->count > 0) add(dump, "tags:\n");
    dump->depth++;
    for (int i = 0; i < names->count; i++) {
        add_indent(dump);
        add_quoted(dump, names->word[i]);
        add(dump, ": ");
        add_quoted(dump, values->word[i]);
        add(dump, "\n");
    }
    dump->depth--;
}

static void add_all_nodes(struct dump *dump)
{
    const struct plan *plan = &dump->environment->plan;
    add(dump, "nodes:\n");
    dump->depth++;
    for (int i = 0; i < plan->node_count; i++) {
        const struct plan_node *node = &plan->node[i];
        add_key(dump, node->name);
        add(dump, "\n");
        dump->depth++;
        add_pair(dump, "model", node->model->name);
        add_table(dump, node->model->params, node->config, node->name);
        dump->depth--;
    }
    dump->depth--;
}

static void add_targets(struct dump *dump)
{
    const struct environment *environment = dump->environment;
    char text[64];
    add(dump, environment->target_count > 0 ? "targets:\n" : "");
    for (int i = 0; i < environment->target_count; i++) {
        const struct target *target = &environment->target[i];
        add(dump, "  - components:");
        add_words(dump, &target->components);
        dump->depth = 2;
        add_pair(dump, "rto", quantity_format(target->rto, UNIT_SECOND, text, sizeof text));
        add_pair(dump, "rpo", quantity_format(target->rpo, UNIT_SECOND, text, sizeof text));
        add_pair(dump, "source", target->source ? target->source : "none");
        dump->depth = 0;
    }
}

static void add_drills(struct dump *dump)
{
    const struct environment *environment = dump->environment;
    add(dump, environment->drill_count > 0 ? "drills:\n" : "");
    for (int i = 0; i < environment->drill_count; i++) {
        const struct drill_ask *drill = &environment->drill[i];
        struct node_ref ref = {drill->node};
        add(dump, "  - name: ");
        add_quoted(dump, drill->name);
        add(dump, "\n");
        dump->depth = 2;
        add_pair(dump, "fault", drill->kind);
        add_pair(dump, "node", node_name(dump, &ref));
        dump->depth = 0;
    }
}

/* Ranges are written where they belong; the rest is marked. */
static void add_assumed(struct dump *dump)
{
    const struct environment *environment = dump->environment;
    bool any = false;
    for (int i = 0; i < environment->assumption_count; i++) {
        const struct assumption *assumption = &environment->assumption[i];
        if (assumption->low) continue;
        add(dump, any ? "" : "assumed:\n");
        any = true;
        add(dump, "  - ");
        add_quoted(dump, assumption->path);
        add(dump, "\n");
    }
}

static void add_objectives(struct dump *dump)
{
    const struct environment *environment = dump->environment;
    add(dump, environment->objective_count > 0 ? "objectives:\n" : "");
    for (int i = 0; i < environment->objective_count; i++) {
        add(dump, "  - ");
        add_quoted(dump, environment->objective[i]->text);
        add(dump, "\n");
    }
}

static void note_uncertain(struct dump *dump)
{
    const struct environment *environment = dump->environment;
    dump->uncertain = index_open(dump->arena, environment->assumption_count);
    for (int i = 0; i < environment->assumption_count; i++)
        if (environment->assumption[i].low) index_add(dump->uncertain, environment->assumption[i].path, i);
}

const char *scenario_dump(const struct scenario *scenario, const struct environment *environment,
                          struct arena *arena)
{
    const struct loaded *loaded = (const struct loaded *)(const void *)scenario;
    struct dump dump = {
        .scenario = scenario, .environment = environment, .inputs = loaded->inputs, .arena = arena};
    dump.room = FIRST_ROOM;
    dump.text = arena_alloc(arena, dump.room);
    note_uncertain(&dump);
    add_frame(&dump);
    add_all_nodes(&dump);
    add(&dump, "environments:\n");
    dump.depth++;
    add_key(&dump, environment->name);
    add(&dump, " {}\n");
    dump.depth--;
    add_targets(&dump);
    add_drills(&dump);
    add_assumed(&dump);
    add_objectives(&dump);
    return dump.text;
}
