/* SPDX-License-Identifier: Apache-2.0 */
#include "environment.h"

#include <math.h>
#include <string.h>

#include "arena.h"
#include "bind.h"
#include "calls.h"
#include "frame.h"
#include "model.h"
#include "sheet.h"
#include "subject.h"
#include "text.h"

enum { DAY = 86400, NODES = 5000 };

/* An environment being made. */
struct making {
    const struct environment_maker *maker;
    struct environment *environment;
    const struct tree *root;
    struct bind bind;
    struct plan_node *node;
    bool *whole; /* of each node: its config is complete */
    int node_count;
};

/* --- nodes ------------------------------------------------------------------------------------------ */

static const char name_letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

static void check_name(struct making *making, const struct tree_entry *entry)
{
    struct bind *bind = &making->bind;
    if (entry->key[strspn(entry->key, name_letters)])
        bind_error(bind, entry->place, "%s: the name of a node has letters, digits, _ and - only",
                   entry->key);
    else if (text_equal(entry->key, "none") || frame_sort(entry->key) != FRAME_UNKNOWN)
        bind_error(bind, entry->place, "%s is a word of the language: give the node another name",
                   entry->key);
}

static const char *nearest_model(const char *name)
{
    const char *nearest = NULL;
    int closest = INT32_MAX;
    for (int i = 0; model_all[i]; i++) {
        if (text_distance(name, model_all[i]->name) >= closest || !text_nearest(name, &model_all[i]->name, 1))
            continue;
        closest = text_distance(name, model_all[i]->name);
        nearest = model_all[i]->name;
    }
    return nearest;
}

static const struct model *find_model(struct making *making, const struct tree_entry *entry)
{
    struct bind *bind = &making->bind;
    const struct tree *name = tree_get(entry->value, "model");
    if (entry->value->kind != TREE_MAP || tree_null(name) || name->kind != TREE_SCALAR) {
        bind_error(bind, name && !tree_null(name) ? name->place : entry->place,
                   "%s is not a node: write the name of its model, as in {model: station}", entry->key);
        return NULL;
    }
    const struct model *model = model_find(name->text);
    if (model) return model;
    const char *nearest = nearest_model(name->text);
    if (nearest)
        bind_error(bind, name->place, "unknown model of %s: %.60s; did you mean %s?", entry->key, name->text,
                   nearest);
    else
        bind_error(bind, name->place, "unknown model of %s: %.60s; `headroom list models` names them all",
                   entry->key, name->text);
    return NULL;
}

/* The parameters of a node: all its keys but `model`. */
static const struct tree *parameters(const struct tree *node, struct arena *arena)
{
    struct tree *map = tree_collection(arena, TREE_MAP, node->place);
    for (int i = 0; i < node->count; i++)
        if (!text_equal(node->entry[i].key, "model")) tree_append(arena, map, node->entry[i]);
    return map;
}

static void bind_node(struct making *making, const struct tree_entry *entry, int number)
{
    struct bind *bind = &making->bind;
    struct plan_node *node = &making->node[number];
    int errors = bind->errors;
    check_name(making, entry);
    *node = (struct plan_node){.name = entry->key, .place = entry->place, .model = find_model(making, entry)};
    if (!node->model) return;
    void *config = arena_alloc(bind->arena, node->model->config_size);
    node->config = config;
    struct bind_spot spot = {entry->key, entry->place, entry->value->assumed};
    bind_table(bind, parameters(entry->value, bind->arena), node->model->params, config, spot);
    making->whole[number] = bind->errors == errors;
}

static void bind_nodes(struct making *making)
{
    const struct tree *nodes = making->bind.nodes;
    if (!nodes || nodes->count == 0) {
        bind_error(&making->bind, nodes ? nodes->place : making->root->place,
                   "nodes is missing: list what is to be simulated, by name, under `nodes`");
        return;
    }
    if (nodes->count > NODES) {
        bind_error(&making->bind, nodes->entry[NODES].place, "more than %d nodes: simulate parts of it apart",
                   NODES);
        return;
    }
    making->node_count = nodes->count;
    making->node = arena_array(making->bind.arena, struct plan_node, nodes->count);
    making->whole = arena_array(making->bind.arena, bool, nodes->count);
    for (int i = 0; i < nodes->count; i++) bind_node(making, &nodes->entry[i], i);
}

static void open_bind(struct making *making)
{
    const struct environment_maker *maker = making->maker;
    const struct tree *nodes = tree_get(making->root, "nodes");
    struct bind *bind = &making->bind;
    *bind =
        (struct bind){.inputs = maker->inputs, .arena = maker->arena, .diag = maker->diag, .nodes = nodes};
    bind->places = places_open(maker->arena);
    bind->node = index_open(maker->arena, nodes ? nodes->count : 0);
    for (int i = 0; nodes && i < nodes->count; i++) index_add(bind->node, nodes->entry[i].key, i);
}

/* --- the frame -------------------------------------------------------------------------------------- */

/* `--from 19:00` is a time of the first day, or of the next one when the clock has passed it by. */
static double offset_of(double from, double clock)
{
    if (from < 0) return 0;
    return from >= clock ? from - clock : from - clock + DAY * ceil((clock - from) / DAY);
}

static void bind_frame(struct making *making)
{
    struct bind *bind = &making->bind;
    const struct scenario_options *options = making->maker->options;
    struct tree *map = tree_collection(bind->arena, TREE_MAP, making->root->place);
    for (int i = 0; i < making->root->count; i++)
        if (param_find(frame_params, making->root->entry[i].key))
            tree_append(bind->arena, map, making->root->entry[i]);
    struct frame *frame = arena_new(bind->arena, struct frame);
    struct bind_spot spot = {"", making->root->place, false};
    bind_table(bind, map, frame_params, frame, spot);
    struct plan *plan = &making->environment->plan;
    struct check check = {bind->diag, bind->places, ""};
    if (bind->errors > 0) return;
    frame_plan(frame, &check, bind->arena, plan);
    if (options->horizon > 0) plan->horizon = options->horizon;
    plan->from = offset_of(options->from, plan->clock);
}

/* --- targets and drills ----------------------------------------------------------------------------- */

/* The list at a top-level key, or NULL; what is no list was complained about when the files were laid
   together. */
static const struct tree *list_at(struct making *making, const char *key)
{
    const struct tree *list = tree_get(making->root, key);
    if (tree_null(list) || list->kind == TREE_LIST) return tree_null(list) ? NULL : list;
    bind_error(&making->bind, list->place, "%s must be a list, not %s", key, tree_kind_name(list));
    return NULL;
}

static void check_components(struct making *making, const struct target *target)
{
    struct bind *bind = &making->bind;
    for (int i = 0; i < target->components.count; i++) {
        const char *name = target->components.word[i];
        if (!name || text_equal(name, "*") || index_find(bind->node, name) >= 0) continue;
        const char *nearest = tree_nearest(bind->nodes, name);
        struct place place = places_of(bind->places, &target->components);
        if (nearest)
            bind_error(bind, place, "no component is called %s; did you mean %s?", name, nearest);
        else
            bind_error(bind, place, "no component is called %s: components are nodes", name);
    }
    if (isinf(target->rto) && isinf(target->rpo))
        bind_error(bind, target->place, "a target without rto and rpo asks for nothing: give one of them");
}

static void bind_targets(struct making *making)
{
    struct bind *bind = &making->bind;
    const struct tree *list = list_at(making, "targets");
    if (!list) return;
    int errors = bind->errors;
    struct bind_spot spot = {"targets", list->place, false};
    struct rows rows = bind_list(bind, list, frame_target_params, sizeof(struct target), spot);
    struct target *target = rows.row;
    for (int i = 0; i < rows.count; i++) {
        target[i].place = list->entry[i].value->place;
        if (bind->errors == errors) check_components(making, &target[i]);
    }
    making->environment->target = target;
    making->environment->target_count = rows.count;
}

/* "orders: task crash" */
static const char *drill_name(struct making *making, const struct frame_drill *drill)
{
    if (drill->name) return drill->name;
    char *kind = arena_copy(making->bind.arena, drill->fault, strlen(drill->fault));
    for (char *at = kind; *at; at++)
        if (*at == '_') *at = ' ';
    if (drill->node.index < 0) return kind;
    return arena_printf(making->bind.arena, "%s: %s", making->node[drill->node.index].name, kind);
}

static void bind_drills(struct making *making)
{
    struct bind *bind = &making->bind;
    const struct tree *list = list_at(making, "drills");
    if (!list) return;
    int errors = bind->errors;
    struct bind_spot spot = {"drills", list->place, false};
    struct rows rows = bind_list(bind, list, frame_drill_params, sizeof(struct frame_drill), spot);
    const struct frame_drill *drill = rows.row;
    struct drill_ask *ask = arena_array(bind->arena, struct drill_ask, rows.count);
    for (int i = 0; i < rows.count && bind->errors == errors; i++)
        ask[i] = (struct drill_ask){drill_name(making, &drill[i]), drill[i].fault, drill[i].node.index,
                                    list->entry[i].value->place};
    making->environment->drill = ask;
    making->environment->drill_count = rows.count;
}

/* --- what holds across nodes ------------------------------------------------------------------------ */

static void check_nodes(struct making *making)
{
    for (int i = 0; i < making->node_count; i++) {
        const struct plan_node *node = &making->node[i];
        struct check check = {making->bind.diag, making->bind.places, node->name};
        if (node->model && making->whole[i] && node->model->check) node->model->check(node->config, &check);
    }
}

/* The longest value in the tree that is part of the SKU, as `db.r6g.large` is of
   `InstanceUsage:db.r6g.large`: it is the one to change. */
static const struct tree *part_of_sku(const struct tree *tree, const char *sku, const struct tree *best)
{
    size_t length = best ? strlen(best->text) : 2;
    if (tree->kind == TREE_SCALAR && strlen(tree->text) > length && strstr(sku, tree->text)) best = tree;
    for (int i = 0; i < tree->count; i++) best = part_of_sku(tree->entry[i].value, sku, best);
    return best;
}

static void check_price(struct making *making, const struct meter *meter)
{
    const struct environment_maker *maker = making->maker;
    const char *region = making->environment->plan.region;
    const struct sheet_price *price;
    if (sheet_find(maker->sheet, region, meter->service, meter->sku, &price) == SHEET_FOUND) return;
    const struct tree *part = part_of_sku(tree_get(making->bind.nodes, meter->node->name), meter->sku, NULL);
    diag_error(maker->diag, part ? part->place : making->node[meter->node->index].place, "%s: %s",
               meter->node->name,
               sheet_complaint(maker->sheet, maker->arena, region, meter->service, meter->sku));
}

/* --- objectives ------------------------------------------------------------------------------------- */

static bool speaks_of(const struct making *making, const struct objective *objective)
{
    const struct layers *layers = making->maker->layers;
    const char *name = objective_scope(objective, "env"), *list = "";
    if (!name || text_equal(name, making->environment->name)) return true;
    if (layers_environment(layers, name) >= 0) return false;
    for (int i = 0; i < layers->environment_count; i++)
        list = arena_printf(making->bind.arena, "%s%s %s", list, i ? "," : "", layers->environment[i].key);
    diag_error(making->bind.diag, objective->place,
               "objective \"%.80s\": unknown environment: %s; there are%s", objective->text, name, list);
    return false;
}

static void add_objective(struct making *making, const struct run *run, const char *text, struct place place)
{
    struct environment *environment = making->environment;
    struct arena *arena = making->bind.arena;
    struct objective *objective = objective_read(text, place, arena, making->bind.diag);
    if (!objective || !speaks_of(making, objective)) return;
    if (run && !subject_check(objective, run, making->maker->sheet, arena, making->bind.diag)) return;
    ((struct objective **)environment->objective)[environment->objective_count++] = objective;
}

/* Those of the file, then those of `--require`. Without a run, only how they are written is checked. */
static void add_objectives(struct making *making, const struct run *run)
{
    const struct scenario_options *options = making->maker->options;
    const struct tree *list = list_at(making, "objectives");
    int count = list ? list->count : 0;
    making->environment->objective =
        arena_array(making->bind.arena, struct objective *, count + options->require_count);
    for (int i = 0; i < count; i++) {
        const struct tree *row = list->entry[i].value;
        if (row->kind == TREE_SCALAR && !tree_null(row))
            add_objective(making, run, row->text, row->place);
        else
            bind_error(&making->bind, row->place,
                       "an objective is a text such as `latency.p99 < 500ms`, not %s", tree_kind_name(row));
    }
    for (int i = 0; i < options->require_count; i++)
        add_objective(making, run, options->require[i], (struct place){"--require", i + 1, 1});
}

/* --- the whole -------------------------------------------------------------------------------------- */

static bool fine_so_far(const struct making *making)
{
    return diag_errors(making->bind.diag) == 0 && making->bind.errors == 0;
}

/* Starts every node once: what only then can be seen to be wrong is complained about there. */
static struct run *try_run(struct making *making)
{
    struct run_options options = {.seed = 1};
    struct run *run = run_open(&making->environment->plan, &options, making->bind.diag);
    for (int i = 0; making->maker->sheet && i < run->meter_count; i++) check_price(making, &run->meter[i]);
    return run;
}

static void set_plan(struct making *making)
{
    struct plan *plan = &making->environment->plan;
    plan->environment = making->environment->name;
    plan->node = making->node;
    plan->node_count = making->node_count;
    plan->places = making->bind.places;
}

void environment_make(const struct environment_maker *maker, const char *name, const struct tree *root,
                      struct environment *environment)
{
    struct making making = {.maker = maker, .environment = environment, .root = root};
    *environment = (struct environment){.name = name};
    open_bind(&making);
    bind_frame(&making);
    bind_nodes(&making);
    bind_targets(&making);
    bind_drills(&making);
    set_plan(&making);
    check_nodes(&making);
    if (fine_so_far(&making)) calls_check(&environment->plan, maker->diag);
    struct run *run = fine_so_far(&making) ? try_run(&making) : NULL;
    add_objectives(&making, run);
    if (run) run_close(run);
    environment->assumption = making.bind.assumption;
    environment->assumption_count = making.bind.assumption_count;
}
