/* SPDX-License-Identifier: Apache-2.0 */
#include "drill.h"

#include "arena.h"
#include "diag.h"
#include "model.h"
#include "text.h"

#include <string.h>

const struct drill_kind drill_kinds[] = {
    {"task_crash", "task crash", FAULT_PART, "ecs_service", NULL, true,
     "The process of one task dies; requests in flight there are lost, and the service has to notice and "
     "replace it."},
    {"task_loss", "task loss", FAULT_HOST, "ecs_service", NULL, false,
     "One task is gone without a word, with its machine or network: the load balancer's checks have to find "
     "out."},
    {"host_loss", "host loss", FAULT_HOST, "ecs_cluster", "capacity_providers", true,
     "One container instance is gone with every task on it, and connecting to it takes the full timeout."},
    {"zone_loss", "zone loss", FAULT_ZONE, NULL, NULL, true,
     "Everything in one availability zone is gone, and stays gone."},
    {"writer_crash", "writer crash", FAULT_PRIMARY,
     "aurora_* rds_postgresql rds_mysql rds_instance rds_cluster", NULL, true,
     "The writer of a database dies; a reader is promoted, or the instance restarts."},
    {"cache_primary_loss", "cache primary loss", FAULT_PRIMARY, "elasticache_*", NULL, true,
     "The primary of a cache is gone; a replica is promoted, and writes it had not seen are lost."},
    {"consumer_outage", "consumer outage", FAULT_NODE, "ecs_service", "consumes", false,
     "Every consumer of a queue is gone at once; messages wait, and the backlog is worked off afterwards."},
    {"service_loss", "service loss", FAULT_NODE, "ecs_service", NULL, false,
     "Every task of a service dies at once."},
    {.key = NULL}};

const struct drill_kind *drill_kind_named(const char *key)
{
    for (const struct drill_kind *kind = drill_kinds; kind->key != NULL; kind++) {
        if (text_equal(kind->key, key)) {
            return kind;
        }
    }
    return NULL;
}

/* True when one of the words of `patterns` matches. */
static bool is_among(const char *patterns, const char *name)
{
    char word[64];
    while (*patterns != '\0') {
        size_t length = strcspn(patterns, " ");
        if (length < sizeof word) {
            memcpy(word, patterns, length);
            word[length] = '\0';
            if (text_matches(word, name)) {
                return true;
            }
        }
        patterns += length + strspn(patterns + length, " ");
    }
    return false;
}

/* True when the config has rows, or a group, under this key. */
static bool has_rows(const struct plan_node *node, const char *key)
{
    const struct param *params = node->model->params;
    const struct param *param = params == NULL || node->config == NULL ? NULL : param_find(params, key);
    if (param == NULL || !param_nested(param)) {
        return false;
    }
    const void *field = (const char *)node->config + param->offset;
    if (param->type == PARAM_OPTION) {
        return *(void *const *)field != NULL;
    }
    return param->type == PARAM_GROUP || ((const struct rows *)field)->count > 0;
}

bool drill_fits(const struct drill_kind *kind, const struct plan *plan, int node)
{
    if (kind->models == NULL || node < 0) {
        return kind->models == NULL && node < 0 && plan->zone_count > 0;
    }
    const struct plan_node *at = &plan->node[node];
    return is_among(kind->models, at->model->name) && (kind->param == NULL || has_rows(at, kind->param));
}

/* ---- The list ---- */

struct listing {
    const struct environment *environment;
    const char *const *wanted;
    int wanted_count;
    struct arena *arena;
    struct drill_ask *ask;
    int count;
};

static bool is_wanted(const struct listing *listing, const struct drill_ask *ask)
{
    for (int i = 0; i < listing->wanted_count; i++) {
        if (text_equal(listing->wanted[i], ask->kind) || text_equal(listing->wanted[i], ask->name)) {
            return true;
        }
    }
    return false;
}

static bool is_listed(const struct listing *listing, const struct drill_ask *ask)
{
    for (int i = 0; i < listing->count; i++) {
        if (text_equal(listing->ask[i].kind, ask->kind) && listing->ask[i].node == ask->node) {
            return true;
        }
    }
    return false;
}

static void offer(struct listing *listing, const struct drill_kind *kind, int node)
{
    const struct plan *plan = &listing->environment->plan;
    if (!drill_fits(kind, plan, node)) {
        return;
    }
    struct drill_ask ask = {.kind = kind->key, .node = node};
    ask.name =
        node < 0 ? kind->title : arena_printf(listing->arena, "%s: %s", plan->node[node].name, kind->title);
    bool everything = kind->fault == FAULT_ZONE && plan->zone_count < 2;
    bool taken = listing->wanted_count > 0 ? is_wanted(listing, &ask) : kind->unasked && !everything;
    if (taken && !is_listed(listing, &ask)) {
        listing->ask[listing->count++] = ask;
    }
}

const struct drill_ask *drill_list(const struct environment *environment, const char *const *wanted,
                                   int wanted_count, struct arena *arena, int *count)
{
    int kinds = (int)(sizeof drill_kinds / sizeof *drill_kinds), nodes = environment->plan.node_count;
    struct listing listing = {environment, wanted, wanted_count, arena, NULL, 0};
    listing.ask = arena_array(arena, struct drill_ask, kinds * (nodes + 1) + environment->drill_count);
    for (int i = 0; i < environment->drill_count; i++) {
        if (wanted_count == 0 || is_wanted(&listing, &environment->drill[i])) {
            listing.ask[listing.count++] = environment->drill[i];
        }
    }
    bool told = environment->drill_count > 0 && wanted_count == 0;
    for (const struct drill_kind *kind = drill_kinds; kind->key != NULL && !told; kind++) {
        for (int node = -1; node < nodes; node++) {
            offer(&listing, kind, node);
        }
    }
    *count = listing.count;
    return listing.ask;
}

/* ---- What a scenario asks for ---- */

static void complain_of_kind(const struct drill_ask *ask, struct diag *diag)
{
    const char *keys[sizeof drill_kinds / sizeof *drill_kinds];
    size_t count = 0;
    for (const struct drill_kind *kind = drill_kinds; kind->key != NULL; kind++) {
        keys[count++] = kind->key;
    }
    const char *nearest = text_nearest(ask->kind, keys, count);
    if (nearest != NULL) {
        diag_error(diag, ask->place, "unknown fault: %.60s; did you mean %s?", ask->kind, nearest);
    } else {
        diag_error(diag, ask->place, "unknown fault: %.60s; `headroom list drills` shows those there are",
                   ask->kind);
    }
}

static bool check_ask(const struct environment *environment, const struct drill_ask *ask, struct diag *diag)
{
    const struct drill_kind *kind = drill_kind_named(ask->kind);
    if (kind == NULL) {
        complain_of_kind(ask, diag);
        return false;
    }
    if (drill_fits(kind, &environment->plan, ask->node)) {
        return true;
    }
    if (kind->models == NULL) {
        diag_error(diag, ask->place,
                   "%s strikes the whole environment, which needs zones: leave out its node", kind->key);
    } else if (ask->node < 0) {
        diag_error(diag, ask->place, "%s strikes one node: say which with `node:`; it fits %s", kind->key,
                   kind->models);
    } else {
        const struct plan_node *node = &environment->plan.node[ask->node];
        diag_error(diag, ask->place, "%s does not fit %s, which is %s: it fits %s%s%s", kind->key, node->name,
                   node->model->name, kind->models, kind->param == NULL ? "" : " with ",
                   kind->param == NULL ? "" : kind->param);
    }
    return false;
}

bool drill_check(const struct environment *environment, struct diag *diag)
{
    bool fine = true;
    for (int i = 0; i < environment->drill_count; i++) {
        const struct drill_ask *ask = &environment->drill[i];
        fine = check_ask(environment, ask, diag) && fine;
        for (int k = 0; k < i; k++) {
            if (environment->drill[k].node == ask->node &&
                text_equal(environment->drill[k].kind, ask->kind)) {
                diag_error(diag, ask->place, "the drill %s stands twice", ask->name);
                fine = false;
            }
        }
    }
    return fine;
}
