/* SPDX-License-Identifier: Apache-2.0 */
#include "calls.h"

#include <string.h>

#include "arena.h"
#include "model.h"
#include "text.h"

/* A stop is a request at a node: the same node is another stop for another request, since one endpoint may
   well be called from what another one calls. Beyond so many stops nothing is looked for: no hand has written
   that. */
enum { STOPS = 20000, FIRST_ROOM = 8, SHOWN = 10 };

enum colour { NEW, WAITING, DONE };

struct stop {
    int node;
    const char *request; /* NULL: any */
    enum colour colour;
    int *next; /* stops that it waits for */
    int count, room, followed;
    const void *from; /* the field that the first call to it is written in */
};

struct walk {
    const struct plan *plan;
    struct arena *arena;
    struct diag *diag;
    struct index *index;
    struct stop *stop;
    int count;
    int from;            /* the stop whose calls are being listed */
    const char *request; /* there */
};

/* --- stops ------------------------------------------------------------------------------------------ */

static int stop_at(struct walk *walk, int node, const char *request, const void *from)
{
    const char *key = arena_printf(walk->arena, "%d %s", node, request ? request : "");
    int stop = index_find(walk->index, key);
    if (stop >= 0 || walk->count == STOPS) return stop;
    stop = walk->count++;
    index_add(walk->index, key, stop);
    walk->stop[stop] = (struct stop){.node = node, .request = request, .from = from};
    return stop;
}

static void add_call(struct walk *walk, const struct node_ref *ref, const char *request)
{
    if (ref->index < 0) return;
    int to = stop_at(walk, ref->index, request, ref);
    struct stop *stop = &walk->stop[walk->from];
    if (to < 0) return;
    if (stop->count == stop->room) {
        int room = stop->room ? stop->room * 2 : FIRST_ROOM;
        int *next = arena_array(walk->arena, int, room);
        if (stop->count > 0) memcpy(next, stop->next, (size_t)stop->count * sizeof *next);
        stop->next = next;
        stop->room = room;
    }
    stop->next[stop->count++] = to;
}

/* --- what a table says about a request -------------------------------------------------------------- */

static const char *text_in(const struct param *params, const void *config, const char *key)
{
    const struct param *param = param_find(params, key);
    if (!param || param->type != PARAM_TEXT) return NULL;
    return *(const char *const *)(const void *)((const char *)config + param->offset);
}

static const char *path_of(const char *request)
{
    const char *slash = strchr(request, '/');
    return slash ? slash : request;
}

/* Either may hold stars. */
static bool may_be(const char *pattern, const char *request)
{
    return !pattern || !request || text_matches(pattern, request) || text_matches(request, pattern);
}

/* True when a row of a table (an endpoint, a rule) may be the one for the request. */
static bool row_serves(const struct param *params, const void *row, const char *request)
{
    if (!request) return true;
    const char *own = text_in(params, row, "request"), *path = text_in(params, row, "path");
    if (!path) path = text_in(params, row, "path_pattern");
    if (own && !may_be(own, request) && !may_be(own, path_of(request))) return false;
    return !path || may_be(path, path_of(request));
}

static bool has_steps(const struct param *params)
{
    for (; params->key; params++)
        if (params->type == PARAM_STEPS) return true;
    return false;
}

/* A row with steps and no request of its own is work that a request does not wait for: a consumer. */
static bool is_consumer(const struct param *params)
{
    return has_steps(params) && !param_find(params, "request") && param_find(params, "queue");
}

static bool is_call(const char *step)
{
    static const char *const calls[] = {"call", "query", "transaction", "cache", "get", "put"};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (text_equal(step, calls[i])) return true;
    return false;
}

static bool passes_on(const char *key)
{
    return text_equal(key, "target") || text_equal(key, "next") || text_equal(key, "to");
}

/* --- listing calls ---------------------------------------------------------------------------------- */

static void list_table(struct walk *walk, const struct param *params, const void *config);

static void list_steps(struct walk *walk, const struct param *param, const struct rows *steps)
{
    for (int i = 0; i < steps->count; i++) {
        const char *step = (const char *)steps->row + (size_t)i * param->row_size;
        const struct variant *variant = param->variants;
        while (variant->key && variant->kind != *(const int *)(const void *)step) variant++;
        if (!variant->key) continue;
        const struct param *node = param_find(variant->params, "node");
        if (node && is_call(variant->key))
            add_call(walk, (const struct node_ref *)(const void *)(step + node->offset),
                     text_equal(variant->key, "call") ? text_in(variant->params, step, "request") : NULL);
        list_table(walk, variant->params, step);
    }
}

/* A send begins a request; the other rows are for the one that is followed. */
static void list_row(struct walk *walk, const struct param *params, const void *row)
{
    const char *before = walk->request;
    if (!before && !has_steps(params)) walk->request = text_in(params, row, "request");
    list_table(walk, params, row);
    walk->request = before;
}

static void list_rows(struct walk *walk, const struct param *param, const struct rows *rows)
{
    if (is_consumer(param->rows) || text_equal(param->key, "pools")) return;
    for (int i = 0; i < rows->count; i++) {
        const char *row = (const char *)rows->row + (size_t)i * param->row_size;
        if (row_serves(param->rows, row, walk->request)) list_row(walk, param->rows, row);
    }
}

/* What passes a request on passes on the same one. */
static void list_field(struct walk *walk, const struct param *param, const void *field)
{
    switch (param->type) {
    case PARAM_NODE:
        if (passes_on(param->key)) add_call(walk, field, walk->request);
        break;
    case PARAM_GROUP: list_table(walk, param->rows, field); break;
    case PARAM_OPTION:
        if (*(void *const *)field) list_table(walk, param->rows, *(void *const *)field);
        break;
    case PARAM_LIST:
    case PARAM_MAP: list_rows(walk, param, field); break;
    case PARAM_STEPS: list_steps(walk, param, field); break;
    default: break;
    }
}

static void list_table(struct walk *walk, const struct param *params, const void *config)
{
    for (; params->key; params++) list_field(walk, params, (const char *)config + params->offset);
}

/* --- following calls -------------------------------------------------------------------------------- */

static void list_stop(struct walk *walk, int stop)
{
    const struct plan_node *node = &walk->plan->node[walk->stop[stop].node];
    walk->from = stop;
    walk->request = walk->stop[stop].request;
    walk->stop[stop].colour = WAITING;
    list_table(walk, node->model->params, node->config);
}

/* `orders -> users -> orders`; `at` are the stops that wait, from the first one. Of a long circle a part will
   do. */
static void complain(struct walk *walk, const int *at, int depth, int again)
{
    int first = depth - 1;
    while (at[first] != again) first--;
    const char *names = "";
    for (int i = first; i < depth && i < first + SHOWN; i++)
        names = arena_printf(walk->arena, "%s%s -> ", names, walk->plan->node[walk->stop[at[i]].node].name);
    const struct stop *stop = &walk->stop[again];
    struct place place =
        stop->from ? places_of(walk->plan->places, stop->from) : walk->plan->node[stop->node].place;
    diag_error(walk->diag, place,
               "these calls wait for one another in a circle: %s%s%s; publish or send one of them", names,
               depth - first > SHOWN ? "... -> " : "", walk->plan->node[stop->node].name);
}

/* Depth first with a stack of its own: a chain may be as long as the list of nodes. */
static void follow(struct walk *walk, int *at, int start)
{
    int depth = 0;
    list_stop(walk, at[depth++] = start);
    while (depth > 0) {
        struct stop *stop = &walk->stop[at[depth - 1]];
        if (stop->followed == stop->count) {
            stop->colour = DONE;
            depth--;
            continue;
        }
        int next = stop->next[stop->followed++];
        if (walk->stop[next].colour == WAITING) complain(walk, at, depth, next);
        if (walk->stop[next].colour == NEW) list_stop(walk, at[depth++] = next);
    }
}

void calls_check(const struct plan *plan, struct diag *diag)
{
    struct arena *arena = arena_open();
    struct walk walk = {.plan = plan, .arena = arena, .diag = diag};
    walk.index = index_open(arena, STOPS);
    walk.stop = arena_array(arena, struct stop, STOPS);
    int *at = arena_array(arena, int, STOPS);
    for (int i = 0; i < plan->node_count; i++) {
        int stop = stop_at(&walk, i, NULL, NULL);
        if (stop >= 0 && walk.stop[stop].colour == NEW) follow(&walk, at, stop);
    }
    arena_close(arena);
}
