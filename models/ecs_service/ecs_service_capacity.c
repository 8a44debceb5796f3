/* SPDX-License-Identifier: Apache-2.0 */
/* Where the tasks of an ECS service run: capacity providers, the place that each task holds at one of them, and what it
   costs. A place belongs to a slot of the node, so it is named by the part. */
#include "model.h"
#include "placement.h"
#include "policy.h"
#include "text.h"

#include <math.h>

struct ecs_capacity;

/* For ecs_service_task.c. */
struct ecs_capacity *ecs_capacity_open(struct node *node);
void ecs_capacity_ready(struct ecs_capacity *capacity);
bool ecs_capacity_take(struct ecs_capacity *capacity, struct part *part);
double ecs_capacity_wait(struct ecs_capacity *capacity, const struct part *part);
double ecs_capacity_provision(struct ecs_capacity *capacity, const struct part *part, struct stream *stream);
double ecs_capacity_pull(struct ecs_capacity *capacity, const struct part *part);
void ecs_capacity_pulled(struct ecs_capacity *capacity, const struct part *part);
void ecs_capacity_leave(struct ecs_capacity *capacity, const struct part *part);
void ecs_capacity_release(struct ecs_capacity *capacity, const struct part *part);
void ecs_capacity_died(struct ecs_capacity *capacity, const struct part *part);
void ecs_capacity_report(struct ecs_capacity *capacity, const struct part *part);
struct part *ecs_capacity_victim(struct ecs_capacity *capacity, bool (*may)(const struct part *part));
bool ecs_capacity_on_host(const struct ecs_capacity *capacity, const struct part *part, int host);
void ecs_capacity_close(struct ecs_capacity *capacity, int zone);
void ecs_capacity_recover(struct ecs_capacity *capacity, enum recovery_stage stage);

/* In ecs_service.c. */
const void *ecs_service_setting(const void *config, const char *key);
const void *ecs_service_row(const void *config, const char *list, int row, const char *key);
void *ecs_service_result(const struct node *node, const char *key);

static const double CPU_UNITS = 1024.0, GIB = 1024.0 * 1024.0 * 1024.0;
static const char STRATEGY[] = "capacity_provider_strategy";

enum { ANY = -2 }; /* instead of a host: anywhere */

struct provider {
    bool fargate;
    int64_t base, weight;
    int32_t count; /* tasks there, without those that are stopping */
    struct placement_group group;
    struct placement_rate rate; /* of Fargate launches */
    struct gauge *vcpus, *gib;  /* billed; NULL on hosts */
    int first;                  /* part of the cluster that is its first host */
    bool *image;                /* by host: it has pulled the image */
};

struct berth {
    int32_t provider;
    struct placement_spot spot;
    bool held, counted, billed;
    double reported; /* CPU seconds that its host knows of */
};

struct ecs_capacity {
    struct node *node, *cluster; /* cluster: NULL without */
    struct provider *provider;
    int provider_count;
    struct berth *berth;        /* by part */
    struct placement_rate rate; /* of this service */
    struct placement_size need;
    const struct dist *provisioning, *attachment;
    double pull_seconds;
    struct stream placing, stopping;
};

static struct berth *berth_of(const struct ecs_capacity *capacity, const struct part *part)
{
    return &capacity->berth[part->index];
}

static struct provider *provider_of(const struct ecs_capacity *capacity, const struct part *part)
{
    return &capacity->provider[berth_of(capacity, part)->provider];
}

/* ---- Opening ----------------------------------------------------------------------------------------- */

static double real(const struct node *node, const char *key)
{
    return *(const double *)ecs_service_setting(node->config, key);
}

struct ecs_capacity *ecs_capacity_open(struct node *node)
{
    struct ecs_capacity *capacity = node_array(node, struct ecs_capacity, 1);
    *capacity = (struct ecs_capacity){
        .node = node,
        .berth = node_array(node, struct berth, node->part_limit),
        .rate = PLACEMENT_SERVICE_RATE,
        .need = {.cpu = real(node, "cpu"), .memory = real(node, "memory"), .interfaces = 1.0},
        .provisioning = ecs_service_setting(node->config, "provisioning"),
        .attachment = ecs_service_setting(node->config, "attachment"),
        .pull_seconds = real(node, "image_size") / real(node, "pull_rate"),
        .placing = node_stream(node, "placement"),
        .stopping = node_stream(node, "stopping")};
    return capacity;
}

/* Whether the load moves the number of tasks. */
static bool scales(const struct node *node)
{
    const struct policy_scaling *scaling =
        *(const struct policy_scaling *const *)ecs_service_setting(node->config, "scaling");
    return scaling != NULL && scaling->policies.count > 0;
}

static void add_meter(struct node *node, const char *sku, const char *what, const struct gauge *gauge,
                      bool spot)
{
    meter_add(node, (struct meter){.service = "AmazonECS",
                                   .sku = sku,
                                   .name = arena_printf(node->run->arena, "%s %s", node->name, what),
                                   .purchase = spot ? "Spot" : "OnDemand",
                                   .kind = METER_GAUGE,
                                   .basis = scales(node) ? BASIS_SIMULATED : BASIS_CONFIGURED,
                                   .gauge = gauge});
}

static void open_fargate(struct node *node, struct provider *provider, bool spot)
{
    provider->fargate = true;
    provider->rate = PLACEMENT_FARGATE_RATE;
    provider->vcpus = ecs_service_result(node, spot ? "spot_vcpus" : "fargate_vcpus");
    provider->gib = ecs_service_result(node, spot ? "spot_gib" : "fargate_gib");
    if (spot) {
        add_meter(node, "SpotUsage-Fargate-vCPU-Hours:perCPU", "task vCPUs on Spot", provider->vcpus, true);
        add_meter(node, "SpotUsage-Fargate-GB-Hours", "task memory on Spot", provider->gib, true);
    } else {
        add_meter(node, "Fargate-vCPU-Hours:perCPU", "task vCPUs", provider->vcpus, false);
        add_meter(node, "Fargate-GB-Hours", "task memory", provider->gib, false);
    }
}

/* Which of the cluster's placements, one for each of its capacity providers in their order, has this name; -1 = none.
   Read by key, as models know nothing of each other's layouts. */
static int find_provider(const struct node *cluster, const char *name)
{
    const struct param *list =
        cluster == NULL ? NULL : param_find(cluster->model->params, "capacity_providers");
    if (list == NULL || cluster->shared == NULL) {
        return -1;
    }
    const struct rows *rows = (const void *)((const char *)cluster->config + list->offset);
    const struct param *key = param_find(list->rows, "name");
    for (int i = 0; i < rows->count; i++) {
        const char *row = (const char *)rows->row + (size_t)i * list->row_size;
        if (text_equal(*(const char *const *)(const void *)(row + key->offset), name)) {
            return i;
        }
    }
    return -1;
}

static struct placement *open_hosts(struct ecs_capacity *capacity, struct provider *provider,
                                    const char *const *name)
{
    const struct check *check = &capacity->node->run->check;
    int index = find_provider(capacity->cluster, *name);
    if (index < 0) {
        if (check->diag != NULL) {
            check_error(check, name,
                        "the cluster has no capacity provider called %s: take one of its own, or FARGATE",
                        *name);
        }
        return NULL;
    }
    struct placement *placement = capacity->cluster->shared;
    for (int i = 0; i < index; i++) {
        provider->first += placement[i].host_count;
    }
    provider->image = node_array(capacity->node, bool, placement[index].host_room);
    return &placement[index];
}

static void open_provider(struct ecs_capacity *capacity, const char *const *name, int64_t base,
                          int64_t weight)
{
    struct node *node = capacity->node;
    struct provider *provider = &capacity->provider[capacity->provider_count++];
    const struct rows *strategy = ecs_service_setting(node->config, "ordered_placement_strategy");
    const struct rows *constraints = ecs_service_setting(node->config, "placement_constraints");
    struct placement *placement = NULL;
    *provider = (struct provider){.base = base, .weight = weight};
    if (text_equal(*name, "FARGATE") || text_equal(*name, "FARGATE_SPOT")) {
        open_fargate(node, provider, text_equal(*name, "FARGATE_SPOT"));
    } else {
        placement = open_hosts(capacity, provider, name);
    }
    placement_group_open(&provider->group, node->run->arena, placement, node->run->plan->zone_count,
                         capacity->need);
    provider->group.strategy = strategy->row;
    provider->group.strategy_count = strategy->count;
    provider->group.distinct = constraints->count > 0;
}

void ecs_capacity_ready(struct ecs_capacity *capacity)
{
    static const char *const unsaid = "FARGATE";
    struct node *node = capacity->node;
    const struct rows *rows = ecs_service_setting(node->config, STRATEGY);
    const struct node_ref *cluster = ecs_service_setting(node->config, "cluster");
    capacity->cluster = node_at(node, *cluster);
    capacity->provider = node_array(node, struct provider, rows->count + 1);
    for (int i = 0; i < rows->count; i++) {
        const int64_t *base = ecs_service_row(node->config, STRATEGY, i, "base");
        const int64_t *weight = ecs_service_row(node->config, STRATEGY, i, "weight");
        open_provider(capacity, ecs_service_row(node->config, STRATEGY, i, "capacity_provider"), *base,
                      *weight);
    }
    if (rows->count == 0) {
        open_provider(capacity, &unsaid, 0, 1);
    }
    if (capacity->cluster != NULL) {
        node_watch(capacity->cluster, node);
    }
}

/* ---- Which provider ---------------------------------------------------------------------------------- */

/* ECS API reference, CapacityProviderStrategyItem, 2026: bases are filled first, then tasks go by weight. */
static struct provider *next_provider(struct ecs_capacity *capacity)
{
    struct provider *best = NULL;
    double least = INFINITY;
    for (int i = 0; i < capacity->provider_count; i++) {
        struct provider *provider = &capacity->provider[i];
        double beyond = (double)(provider->count - provider->base);
        if (beyond < 0.0) {
            return provider;
        }
        double share = provider->weight == 0 ? INFINITY : beyond / (double)provider->weight;
        if (share < least) {
            best = provider;
            least = share;
        }
    }
    return best;
}

/* The other way round: the one that is furthest above its share, bases last. */
static struct provider *fullest_provider(struct ecs_capacity *capacity)
{
    struct provider *best = NULL;
    double most = -INFINITY;
    for (int i = 0; i < capacity->provider_count; i++) {
        struct provider *provider = &capacity->provider[i];
        double beyond = (double)(provider->count - provider->base);
        double share = beyond > 0.0 ? (beyond - 1.0) / fmax((double)provider->weight, 1e-6) : -1.0;
        if (provider->count > 0 && share > most) {
            best = provider;
            most = share;
        }
    }
    return best;
}

/* ---- A task's place ---------------------------------------------------------------------------------- */

/* A place for the task of this slot; false when nobody has room. */
bool ecs_capacity_take(struct ecs_capacity *capacity, struct part *part)
{
    struct provider *provider = next_provider(capacity);
    struct placement_spot spot;
    if (provider == NULL || !placement_place(&provider->group, &capacity->placing, &spot)) {
        return false;
    }
    *berth_of(capacity, part) =
        (struct berth){.provider = (int32_t)(provider - capacity->provider),
                       .spot = spot,
                       .held = true,
                       .counted = true,
                       .reported = gauge_area(&part->host->cpu.own, node_now(part->node))};
    provider->count++;
    part->zone = spot.zone;
    return true;
}

/* Seconds until its launch may begin. */
double ecs_capacity_wait(struct ecs_capacity *capacity, const struct part *part)
{
    struct provider *provider = provider_of(capacity, part);
    int64_t now = node_now(capacity->node), at = placement_launch(&capacity->rate, now);
    if (provider->fargate) {
        int64_t fargate = placement_launch(&provider->rate, now);
        at = fargate > at ? fargate : at;
    }
    return (double)(at - now) * 1e-9;
}

/* Seconds until its image is pulled. */
double ecs_capacity_provision(struct ecs_capacity *capacity, const struct part *part, struct stream *stream)
{
    bool fargate = provider_of(capacity, part)->fargate;
    return stream_draw(stream, fargate ? capacity->provisioning : capacity->attachment, 0.0);
}

static void bill(struct ecs_capacity *capacity, const struct part *part, double sign)
{
    const struct provider *provider = provider_of(capacity, part);
    int64_t now = node_now(capacity->node);
    if (provider->vcpus != NULL) {
        gauge_add(provider->vcpus, now, sign * capacity->need.cpu / CPU_UNITS);
        gauge_add(provider->gib, now, sign * capacity->need.memory / GIB);
    }
}

/* Seconds that the pull takes; Fargate bills from here on. A host keeps the image that it has pulled. */
double ecs_capacity_pull(struct ecs_capacity *capacity, const struct part *part)
{
    struct berth *berth = berth_of(capacity, part);
    const struct provider *provider = provider_of(capacity, part);
    berth->billed = true;
    bill(capacity, part, 1.0);
    return provider->image != NULL && provider->image[berth->spot.host] ? 0.0 : capacity->pull_seconds;
}

void ecs_capacity_pulled(struct ecs_capacity *capacity, const struct part *part)
{
    struct provider *provider = provider_of(capacity, part);
    if (provider->image != NULL) {
        provider->image[berth_of(capacity, part)->spot.host] = true;
    }
}

/* The host's own gauge of busy vCPUs is fed with what the task has used since the last time. */
void ecs_capacity_report(struct ecs_capacity *capacity, const struct part *part)
{
    struct berth *berth = berth_of(capacity, part);
    if (berth->spot.host < 0 || !berth->held) {
        return;
    }
    int host = provider_of(capacity, part)->first + berth->spot.host;
    double used = gauge_area(&part->host->cpu.own, node_now(part->node));
    capacity->cluster->part[host]->host->cpu.own.area += used - berth->reported;
    berth->reported = used;
}

static void let_go(struct ecs_capacity *capacity, const struct part *part)
{
    struct berth *berth = berth_of(capacity, part);
    if (berth->held) {
        ecs_capacity_report(capacity, part);
        placement_release(&provider_of(capacity, part)->group, berth->spot);
        berth->held = false;
    }
}

/* It is stopping: on a host its room stays taken, on Fargate only the balance of the zones is concerned. */
void ecs_capacity_leave(struct ecs_capacity *capacity, const struct part *part)
{
    struct berth *berth = berth_of(capacity, part);
    provider_of(capacity, part)->count -= berth->counted;
    berth->counted = false;
    if (berth->spot.host < 0) {
        let_go(capacity, part);
    }
}

/* Its containers have ended: nothing more to pay. */
void ecs_capacity_died(struct ecs_capacity *capacity, const struct part *part)
{
    struct berth *berth = berth_of(capacity, part);
    if (berth->billed) {
        berth->billed = false;
        bill(capacity, part, -1.0);
    }
}

/* It is gone. */
void ecs_capacity_release(struct ecs_capacity *capacity, const struct part *part)
{
    ecs_capacity_leave(capacity, part);
    ecs_capacity_died(capacity, part);
    let_go(capacity, part);
}

/* ---- Which task to stop ------------------------------------------------------------------------------ */

/* One of the tasks at a spot, each as likely; NULL when there is none that may be stopped. */
static struct part *pick(struct ecs_capacity *capacity, int provider, struct placement_spot spot,
                         bool (*may)(const struct part *part))
{
    struct part *picked = NULL;
    uint32_t seen = 0;
    for (int i = 0; i < capacity->node->part_limit; i++) {
        const struct berth *berth = &capacity->berth[i];
        bool here = spot.host == ANY || (berth->spot.host == spot.host && berth->spot.zone == spot.zone);
        if (berth->counted && berth->provider == provider && here && may(capacity->node->part[i])) {
            seen++;
            picked = stream_below_n(&capacity->stopping, seen) == 0 ? capacity->node->part[i] : picked;
        }
    }
    return picked;
}

/* amazon-ecs-developer-guide, task-placement-strategies.md:21, 2023: zones stay balanced, within one chance decides. */
struct part *ecs_capacity_victim(struct ecs_capacity *capacity, bool (*may)(const struct part *part))
{
    struct provider *provider = fullest_provider(capacity);
    if (provider == NULL) {
        return NULL;
    }
    int index = (int)(provider - capacity->provider);
    struct placement_spot spot;
    struct part *part = NULL;
    if (placement_victim(&provider->group, &capacity->stopping, &spot)) {
        part = pick(capacity, index, spot, may);
    }
    if (part == NULL) { /* whatever is there is stopping already */
        part = pick(capacity, index, (struct placement_spot){.host = ANY}, may);
    }
    return part;
}

/* ---- Faults ------------------------------------------------------------------------------------------ */

/* True when the task of this slot is on that part of the cluster. */
bool ecs_capacity_on_host(const struct ecs_capacity *capacity, const struct part *part, int host)
{
    const struct berth *berth = berth_of(capacity, part);
    return berth->held && berth->spot.host >= 0 &&
           provider_of(capacity, part)->first + berth->spot.host == host;
}

/* The zone takes no new tasks. */
void ecs_capacity_close(struct ecs_capacity *capacity, int zone)
{
    for (int i = 0; i < capacity->provider_count; i++) {
        if (zone < capacity->provider[i].group.zone_count) {
            capacity->provider[i].group.closed[zone] = true;
        }
    }
}

/* Notes the stage for the service and, in case a host was struck, for its cluster. */
void ecs_capacity_recover(struct ecs_capacity *capacity, enum recovery_stage stage)
{
    recovery_reached(capacity->node, stage);
    if (capacity->cluster != NULL) {
        recovery_reached(capacity->cluster, stage);
    }
}
