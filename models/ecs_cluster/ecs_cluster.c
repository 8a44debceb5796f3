/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"
#include "placement.h"
#include "text.h"

#include <math.h>
#include <string.h>

enum { CPU_UNITS = 1024, SECONDS_OF_SAMPLE = 60 };

/* A month of the bill: 730 hours. */
static const double HOURS_OF_MONTH = 730.0;
static const double GIB = 1024.0 * 1024.0 * 1024.0;

struct provider {
    const char *name, *instance_type;
    int64_t min_size, max_size;
    int purchase, volume_type, allocation_strategy;
    double volume_size, reserved_memory;
    int64_t tasks_per_instance;
};

struct ecs_cluster_config {
    struct rows capacity_providers;
};

enum purchase { ON_DEMAND, SPOT };

/* What one host has used beyond its baseline. */
struct credits {
    double mark; /* reading of its CPU at the simulated start, vCPU-seconds */
    double
        spent; /* the most by which use has run ahead of the baseline, vCPU-seconds: surplus that is charged */
};

struct fleet { /* the hosts of one provider */
    struct gauge hosts;
    double surplus; /* vCPU-hours */
    double baseline;
    double vcpus; /* of one host */
    int first;    /* index of its first part */
};

struct ecs_cluster_state {
    struct placement *placement; /* one a provider, in the order of the config */
    struct fleet *fleet;
    struct credits *credits; /* one a host */
    struct timer sampler;
    int64_t marked; /* ns */
    struct gauge hosts, tasks, reserved_cpu, reserved_memory;
    double surplus_credits, cpu_seconds, utilisation;
};

struct instance {
    double vcpus, memory; /* GiB */
    int interfaces;
    double baseline; /* share of each vCPU that earned credits pay for; 1 = not burstable */
};

/* In ecs_cluster_instance.c. */
bool ecs_cluster_instance(const char *type, double *vcpus, double *memory, int *interfaces, double *baseline);

static bool find_instance(const char *type, struct instance *instance)
{
    return ecs_cluster_instance(type, &instance->vcpus, &instance->memory, &instance->interfaces,
                                &instance->baseline);
}

/* Tasks that one host takes, whatever their size: in awsvpc mode each needs a network interface, and the host keeps one. */
static int64_t slots(const struct provider *provider, const struct instance *instance)
{
    int64_t free = instance->interfaces - 1;
    return provider->tasks_per_instance < free ? provider->tasks_per_instance : free;
}

/* ---- Rules ------------------------------------------------------------------------------------------- */

static const struct provider *provider_of(const struct ecs_cluster_config *config, int i)
{
    return (const struct provider *)config->capacity_providers.row + i;
}

static void check_name(const struct ecs_cluster_config *config, int i, const struct check *check)
{
    const struct provider *provider = provider_of(config, i);
    if (text_starts(provider->name, "FARGATE")) {
        check_error(check, &provider->name,
                    "%s: AWS keeps this name for its own capacity provider; choose another", provider->name);
    }
    for (int j = 0; j < i; j++) {
        if (text_equal(provider_of(config, j)->name, provider->name)) {
            check_error(check, &provider->name, "two capacity providers are called %s: rename one",
                        provider->name);
        }
    }
}

static void check_hosts(const struct provider *provider, const struct check *check)
{
    struct instance instance;
    if (!find_instance(provider->instance_type, &instance)) {
        check_error(
            check, &provider->instance_type,
            "%s: not in the table of instance types; take one of t3 t3a t4g or m5 to m7, c5 to c7, r5 to r7",
            provider->instance_type == NULL ? "none" : provider->instance_type);
        return;
    }
    if (provider->tasks_per_instance != INT64_MAX && provider->tasks_per_instance > instance.interfaces - 1) {
        check_warning(
            check, &provider->tasks_per_instance,
            "a %s has %d network interfaces and needs one itself: %d tasks in awsvpc mode, not %lld",
            provider->instance_type, instance.interfaces, instance.interfaces - 1,
            (long long)provider->tasks_per_instance);
    }
    if (provider->min_size > provider->max_size) {
        check_error(check, &provider->min_size, "min_size %lld is above max_size %lld: raise max_size",
                    (long long)provider->min_size, (long long)provider->max_size);
    } else if (provider->max_size > provider->min_size && provider->max_size != INT64_MAX) {
        check_warning(check, &provider->max_size,
                      "managed scaling is not modelled: there are min_size = %lld hosts throughout",
                      (long long)provider->min_size);
    }
}

static void check(const void *opaque, const struct check *check)
{
    const struct ecs_cluster_config *config = opaque;
    for (int i = 0; i < config->capacity_providers.count; i++) {
        check_name(config, i, check);
        check_hosts(provider_of(config, i), check);
    }
}

/* ---- Starting ---------------------------------------------------------------------------------------- */

static int total_hosts(const struct ecs_cluster_config *config)
{
    int64_t count = 0;
    for (int i = 0; i < config->capacity_providers.count; i++) {
        count += provider_of(config, i)->min_size;
    }
    return (int)count;
}

static const char *bill_name(struct node *self, const struct provider *provider, const char *what)
{
    return arena_printf(self->run->arena, "%s %s %s", self->name, provider->name, what);
}

static void open_meters(struct node *self, const struct provider *provider, struct fleet *fleet)
{
    static const char *const volumes[] = {"gp3", "gp2"};
    struct arena *arena = self->run->arena;
    bool spot = provider->purchase == SPOT;
    const char *sku = spot ? "SpotUsage" : "BoxUsage";
    meter_add(self, (struct meter){.service = "AmazonEC2",
                                   .sku = arena_printf(arena, "%s:%s", sku, provider->instance_type),
                                   .name = bill_name(self, provider, "hosts"),
                                   .purchase = spot ? "Spot" : "OnDemand",
                                   .kind = METER_GAUGE,
                                   .basis = BASIS_CONFIGURED,
                                   .gauge = &fleet->hosts});
    meter_add(self,
              (struct meter){.service = "AmazonEC2",
                             .sku = arena_printf(arena, "EBS:VolumeUsage.%s", volumes[provider->volume_type]),
                             .name = bill_name(self, provider, "volumes"),
                             .kind = METER_GAUGE,
                             .basis = BASIS_CONFIGURED,
                             .gauge = &fleet->hosts,
                             .factor = ceil(provider->volume_size / GIB) / HOURS_OF_MONTH});
    if (fleet->baseline < 1.0) {
        int family = (int)(strchr(provider->instance_type, '.') - provider->instance_type);
        meter_add(self, (struct meter){
                            .service = "AmazonEC2",
                            .sku = arena_printf(arena, "CPUCredits:%.*s", family, provider->instance_type),
                            .name = bill_name(self, provider, "surplus CPU credits"),
                            .kind = METER_SUM,
                            .sum = &fleet->surplus});
    }
}

/* Hosts stand in the zones in turn, and have stood there for long. */
static void open_host(struct node *self, int index, int zone, double vcpus)
{
    struct part *part = self->part[index];
    part->zone = zone;
    part->host = host_open(self, vcpus, NULL, INT64_MAX, INT64_MAX, NULL, 0);
    part_set_life(part, PART_RUNNING);
    part_set_health(part, HEALTH_HEALTHY);
}

static void open_fleet(struct node *self, int row, int first)
{
    struct ecs_cluster_state *state = self->state;
    const struct provider *provider = provider_of(self->config, row);
    struct placement *placement = &state->placement[row];
    struct fleet *fleet = &state->fleet[row];
    struct instance instance = {.vcpus = 1.0, .baseline = 1.0};
    int zones = self->run->plan->zone_count;
    find_instance(provider->instance_type, &instance);
    *fleet = (struct fleet){.baseline = instance.baseline, .vcpus = instance.vcpus, .first = first};
    struct placement_size size = {.cpu = instance.vcpus * CPU_UNITS,
                                  .memory = instance.memory * GIB - provider->reserved_memory,
                                  .interfaces = (double)slots(provider, &instance)};
    placement_open(placement, self->run->arena, (int)provider->min_size, zones);
    for (int i = 0; i < provider->min_size; i++) {
        placement_join(placement, size, i % zones);
        open_host(self, first + i, i % zones, instance.vcpus);
    }
    gauge_set(&fleet->hosts, node_now(self), (double)provider->min_size);
    self->vcpus += instance.vcpus * (double)provider->min_size;
    open_meters(self, provider, fleet);
}

static void start(struct node *self)
{
    const struct ecs_cluster_config *config = self->config;
    struct ecs_cluster_state *state = self->state;
    int rows = config->capacity_providers.count, hosts = total_hosts(config);
    node_parts(self, hosts, 0);
    state->placement = node_array(self, struct placement, rows);
    state->fleet = node_array(self, struct fleet, rows);
    state->credits = node_array(self, struct credits, hosts);
    for (int i = 0, first = 0; i < rows; i++) {
        open_fleet(self, i, first);
        first += (int)provider_of(config, i)->min_size;
    }
    self->shared = state->placement;
    gauge_set(&state->hosts, node_now(self), hosts);
    node_timer(self, &state->sampler, 0);
}

static void ready(struct node *self)
{
    struct ecs_cluster_state *state = self->state;
    node_wake_in(self, &state->sampler, 0.0);
}

/* ---- Levels, and what the bursts cost ------------------------------------------------------------------ */

/* vCPU-seconds used on a host so far: the services on it add theirs to its processor's own gauge. */
static double used(const struct node *self, int host)
{
    return gauge_area(&self->part[host]->host->cpu.own, node_now(self));
}

/* Unlimited mode, from an empty balance: what is used beyond the baseline is borrowed, what is earned later pays it
   back, so the charge is the most by which use ever ran ahead. In the long run that is (use - baseline) where use is
   higher, and nothing where a quiet night pays for a busy day. */
static void charge(struct node *self, struct fleet *fleet, int host)
{
    struct ecs_cluster_state *state = self->state;
    struct credits *credits = &state->credits[host];
    double seconds = (double)(node_now(self) - state->marked) * 1e-9;
    double ahead = used(self, host) - credits->mark - fleet->baseline * fleet->vcpus * seconds;
    if (ahead > credits->spent) {
        fleet->surplus += (ahead - credits->spent) / 3600.0;
        state->surplus_credits += (ahead - credits->spent) / 3600.0;
        credits->spent = ahead;
    }
}

static void sample_levels(struct node *self)
{
    const struct ecs_cluster_config *config = self->config;
    struct ecs_cluster_state *state = self->state;
    double tasks = 0.0, cpu = 0.0, cpu_taken = 0.0, memory = 0.0, memory_taken = 0.0;
    for (int i = 0; i < config->capacity_providers.count; i++) {
        const struct placement *placement = &state->placement[i];
        for (int j = 0; j < placement->host_count; j++) {
            const struct placement_host *host = &placement->host[j];
            tasks += host->open ? host->tasks : 0;
            cpu += host->open ? host->size.cpu : 0.0;
            memory += host->open ? host->size.memory : 0.0;
            cpu_taken += host->open ? host->size.cpu - host->free.cpu : 0.0;
            memory_taken += host->open ? host->size.memory - host->free.memory : 0.0;
        }
    }
    gauge_set(&state->tasks, node_now(self), tasks);
    gauge_set(&state->reserved_cpu, node_now(self), cpu > 0.0 ? cpu_taken / cpu : 0.0);
    gauge_set(&state->reserved_memory, node_now(self), memory > 0.0 ? memory_taken / memory : 0.0);
}

static void sample(struct node *self)
{
    const struct ecs_cluster_config *config = self->config;
    struct ecs_cluster_state *state = self->state;
    sample_levels(self);
    state->cpu_seconds = 0.0;
    for (int i = 0; i < config->capacity_providers.count; i++) {
        struct fleet *fleet = &state->fleet[i];
        for (int host = fleet->first; host < fleet->first + provider_of(config, i)->min_size; host++) {
            state->cpu_seconds += used(self, host);
            if (fleet->baseline < 1.0) {
                charge(self, fleet, host);
            }
        }
    }
}

static void wake(struct node *self, int tag)
{
    (void)tag;
    struct ecs_cluster_state *state = self->state;
    sample(self);
    node_wake_in(self, &state->sampler, SECONDS_OF_SAMPLE);
}

static void mark(struct node *self)
{
    struct ecs_cluster_state *state = self->state;
    state->marked = node_now(self);
    for (int i = 0; i < self->part_limit; i++) {
        state->credits[i] = (struct credits){.mark = used(self, i)};
    }
}

static void settle(struct node *self)
{
    struct ecs_cluster_state *state = self->state;
    double seconds = (double)(node_now(self) - state->marked) * 1e-9, busy = 0.0;
    sample(self);
    for (int i = 0; i < self->part_limit; i++) {
        busy += used(self, i) - state->credits[i].mark;
    }
    state->utilisation = self->vcpus > 0.0 && seconds > 0.0 ? busy / (self->vcpus * seconds) : NAN;
}

/* ---- Faults ------------------------------------------------------------------------------------------ */

static int fleet_of(const struct node *self, int host)
{
    const struct ecs_cluster_config *config = self->config;
    const struct ecs_cluster_state *state = self->state;
    int row = 0;
    while (host >= state->fleet[row].first + provider_of(config, row)->min_size) {
        row++;
    }
    return row;
}

/* A host is gone for good: there is no group that would replace it. The services with tasks on it are told. */
static void lose(struct node *self, int index)
{
    struct ecs_cluster_state *state = self->state;
    struct part *part = self->part[index];
    if (part->life != PART_RUNNING) {
        return;
    }
    int row = fleet_of(self, index);
    state->placement[row].host[index - state->fleet[row].first].open = false;
    gauge_add(&state->fleet[row].hosts, node_now(self), -1.0);
    gauge_add(&state->hosts, node_now(self), -1.0);
    part->reachable = false;
    part_set_life(part, PART_ABSENT);
}

static void fail(struct node *self, const struct fault *fault)
{
    for (int i = 0; i < self->part_limit; i++) {
        bool struck = fault->kind == FAULT_NODE ||
                      (fault->kind == FAULT_ZONE && self->part[i]->zone == fault->zone) ||
                      (fault->kind != FAULT_ZONE && i == fault->part);
        if (struck) {
            lose(self, i);
        }
    }
}

/* Nobody calls a cluster. */
static int resolve(struct node *self, const struct ask *ask)
{
    (void)self;
    (void)ask;
    return -1;
}

static void arrive(struct visit *visit)
{
    visit_reply(visit, OUTCOME_NOT_FOUND);
}

/* ---- Tables ------------------------------------------------------------------------------------------ */

static const struct param provider_params[] = {
    PARAM(provider, name, UNIT_NONE, NULL, NULL, "The name that services ask for capacity by.", "definition"),
    PARAM(provider, instance_type, UNIT_NONE, NULL, NULL, "The EC2 instance type of every host.",
          "definition"),
    PARAM(provider, min_size, UNIT_COUNT, "1", "0 to 5000", "Hosts that stand there throughout.",
          "definition"),
    PARAM(provider, max_size, UNIT_COUNT, "none", "0 to 5000 or none",
          "Hosts there may be; more than min_size are not launched.", "definition"),
    PARAM(provider, purchase, UNIT_NONE, "on-demand", "on-demand|spot", "How the hosts are bought.",
          "definition"),
    PARAM(provider, volume_type, UNIT_NONE, "gp3", "gp3|gp2", "The type of each host's EBS volume.",
          "assumed"),
    PARAM(provider, volume_size, UNIT_BYTE, "30GiB", "1GiB to 64TiB",
          "The size of each host's EBS volume, billed in whole GiB.", "assumed"),
    PARAM(
        provider, allocation_strategy, UNIT_NONE, "lowest-price",
        "lowest-price|diversified|capacity-optimized|capacity-optimized-prioritized|price-capacity-optimized",
        "From which Spot pools hosts are taken; without effect here, as nothing interrupts them outside a "
        "drill.",
        "definition"),
    PARAM(provider, reserved_memory, UNIT_BYTE, "256MiB", "0B to 64GiB",
          "What the operating system and the ECS agent keep of a host's memory.", "assumed"),
    PARAM(provider, tasks_per_instance, UNIT_COUNT, "none", "1 to 1000 or none",
          "The most tasks placed on a host, besides the limits of CPU, memory and network interfaces.",
          "definition"),
    PARAM_END};

static const struct param params[] = {
    PARAM_LIST_OF(ecs_cluster_config, capacity_providers, provider, provider_params,
                  "Groups of hosts that services may name in their capacity provider strategy."),
    PARAM_END};

static const struct output outputs[] = {
    OUTPUT(ecs_cluster_state, utilisation, OUTPUT_VALUE, UNIT_RATIO,
           "Share of the hosts' vCPUs in use by tasks."),
    OUTPUT(ecs_cluster_state, hosts, OUTPUT_MEAN, UNIT_COUNT, "Hosts that stand.", .series = true),
    OUTPUT(ecs_cluster_state, tasks, OUTPUT_MEAN, UNIT_COUNT, "Tasks placed on hosts.", .series = true),
    OUTPUT(ecs_cluster_state, reserved_cpu, OUTPUT_MEAN, UNIT_RATIO,
           "Share of the hosts' CPU units reserved by tasks.", .series = true),
    OUTPUT(ecs_cluster_state, reserved_memory, OUTPUT_MEAN, UNIT_RATIO,
           "Share of the hosts' memory reserved by tasks."),
    OUTPUT(ecs_cluster_state, cpu_seconds, OUTPUT_SUM, UNIT_SECOND, "CPU time used by tasks on hosts."),
    OUTPUT(ecs_cluster_state, surplus_credits, OUTPUT_SUM, UNIT_COUNT,
           "CPU credits of burstable hosts used beyond those earned, in vCPU-hours."),
    OUTPUT_END};

const struct model model_ecs_cluster = {
    .name = "ecs_cluster",
    .title = "Amazon ECS cluster",
    .about = "EC2 hosts on which the tasks of several services are placed, by capacity provider: CPU units, "
             "memory and "
             "network interfaces of each host, zones in turn, hosts on demand or Spot with their volumes, "
             "and the surplus "
             "CPU credits of burstable types in unlimited mode. A lost host takes its tasks with it and is "
             "not replaced. "
             "Not modelled: managed scaling of hosts, Spot interruptions other than by a drill, bridge and "
             "host network "
             "modes, interface trunking, contention between tasks (each has its CPU units for itself).",
    .config_size = sizeof(struct ecs_cluster_config),
    .state_size = sizeof(struct ecs_cluster_state),
    .params = params,
    .outputs = outputs,
    .check = check,
    .start = start,
    .ready = ready,
    .resolve = resolve,
    .arrive = arrive,
    .wake = wake,
    .fail = fail,
    .mark = mark,
    .settle = settle,
};
