/* SPDX-License-Identifier: Apache-2.0 */
#include "placement.h"

#include <assert.h>

#include "arena.h"
#include "calendar.h"

#define STRATEGIES "amazon-ecs-developer-guide, task-placement-strategies, 2023"

const struct param placement_strategy_params[] = {
    PARAM(placement_strategy, type, UNIT_NONE, NULL, "spread|binpack|random",
          "Whether tasks are spread evenly over a field, packed where least of it is left, or placed by "
          "chance.",
          STRATEGIES),
    PARAM(placement_strategy, field, UNIT_NONE, "attribute:ecs.availability-zone",
          "attribute:ecs.availability-zone|instanceId|host|cpu|memory",
          "What to spread over (zone or instance), or what to pack (cpu or memory).", STRATEGIES),
    PARAM_END};

const struct param placement_constraint_params[] = {
    PARAM(placement_constraint, type, UNIT_NONE, NULL, "distinctInstance",
          "A rule that binds: distinctInstance allows one task of the service on an instance.",
          "amazon-ecs-developer-guide, task-placement-constraints, 2023"),
    PARAM_END};

static const struct placement_strategy by_zone = {PLACEMENT_SPREAD, PLACEMENT_ZONE};

/* The best of several, each as likely as its weight among equals. */
struct choice {
    int index; /* -1 = none yet */
    uint32_t weight;
};

/* ---- Hosts ----------------------------------------------------------------------------------------- */

void placement_open(struct placement *placement, struct arena *arena, int hosts, int zones)
{
    assert(zones > 0);
    *placement = (struct placement){.host_room = hosts, .zone_count = zones};
    placement->host = arena_array(arena, struct placement_host, hosts);
}

int placement_join(struct placement *placement, struct placement_size size, int zone)
{
    assert(0 <= zone && zone < placement->zone_count);
    int slot = 0;
    while (slot < placement->host_count && placement->host[slot].used) slot++;
    if (slot == placement->host_room) return -1;
    if (slot == placement->host_count) placement->host_count++;
    placement->host[slot] =
        (struct placement_host){.size = size, .free = size, .zone = zone, .used = true, .open = true};
    return slot;
}

void placement_leave(struct placement *placement, int host)
{
    assert(placement->host[host].used);
    assert(placement->host[host].tasks == 0);
    placement->host[host] = (struct placement_host){0};
    while (placement->host_count > 0 && !placement->host[placement->host_count - 1].used)
        placement->host_count--;
}

void placement_group_open(struct placement_group *group, struct arena *arena, struct placement *placement,
                          int zones, struct placement_size need)
{
    *group = (struct placement_group){.placement = placement, .need = need};
    group->zone_count = placement ? placement->zone_count : zones;
    group->in_zone = arena_array(arena, int32_t, group->zone_count);
    group->closed = arena_array(arena, bool, group->zone_count);
    group->on_host = placement ? arena_array(arena, int32_t, placement->host_room) : NULL;
}

/* ---- Comparing ------------------------------------------------------------------------------------- */

static bool has_room(struct placement_size room, struct placement_size need)
{
    return need.cpu <= room.cpu && need.memory <= room.memory && need.interfaces <= room.interfaces;
}

bool placement_fits(const struct placement_group *group, struct placement_size size)
{
    return has_room(size, group->need);
}

static int sign(double difference)
{
    return (difference > 0) - (difference < 0);
}

/* Negative when host a has less of what the strategy looks at than host b: tasks of the group, or room. */
static int compare_by(const struct placement_group *group, const struct placement_strategy *strategy, int a,
                      int b)
{
    const struct placement_host *host = group->placement->host;
    switch (strategy->field) {
    case PLACEMENT_ZONE: return sign((double)group->in_zone[host[a].zone] - group->in_zone[host[b].zone]);
    case PLACEMENT_CPU: return sign(host[a].free.cpu - host[b].free.cpu);
    case PLACEMENT_MEMORY: return sign(host[a].free.memory - host[b].free.memory);
    default: return sign((double)group->on_host[a] - group->on_host[b]);
    }
}

/* Least is best when placing. When stopping, most is: the zone or host with the most tasks, and the host on
   which most room is left (the same room comes back everywhere, so the order before and after is one). */
static int compare(const struct placement_group *group, int a, int b)
{
    bool unsaid = group->strategy_count == 0;
    const struct placement_strategy *strategy = unsaid ? &by_zone : group->strategy;
    int count = unsaid ? 1 : group->strategy_count;
    for (int i = 0; i < count && strategy[i].type != PLACEMENT_RANDOM; i++) {
        int order = compare_by(group, &strategy[i], a, b);
        if (order) return order;
    }
    return 0;
}

/* Makes `index` the choice when it is better (`order` negative), or by chance when it is as good. */
static void offer(struct choice *choice, int index, int order, uint32_t weight, struct stream *stream)
{
    if (choice->index >= 0 && order > 0) return;
    if (choice->index < 0 || order < 0) {
        *choice = (struct choice){index, weight};
        return;
    }
    choice->weight += weight;
    if (stream_below_n(stream, choice->weight) < weight) choice->index = index;
}

/* ---- Placing --------------------------------------------------------------------------------------- */

static bool takes(const struct placement_group *group, int i)
{
    const struct placement_host *host = &group->placement->host[i];
    if (!host->used || !host->open || group->closed[host->zone]) return false;
    if (group->distinct && group->on_host[i] > 0) return false;
    return has_room(host->free, group->need);
}

static int best_host(const struct placement_group *group, struct stream *stream)
{
    struct choice choice = {-1, 0};
    for (int i = 0; i < group->placement->host_count; i++)
        if (takes(group, i))
            offer(&choice, i, choice.index < 0 ? 0 : compare(group, i, choice.index), 1, stream);
    return choice.index;
}

static int best_zone(const struct placement_group *group, struct stream *stream)
{
    struct choice choice = {-1, 0};
    for (int i = 0; i < group->zone_count; i++) {
        if (group->closed[i]) continue;
        int order = choice.index < 0 ? 0 : group->in_zone[i] - group->in_zone[choice.index];
        offer(&choice, i, order, 1, stream);
    }
    return choice.index;
}

/* Takes (sign 1) or gives back (sign -1) a task's room. */
static void move(struct placement_group *group, struct placement_spot spot, int direction)
{
    group->in_zone[spot.zone] += direction;
    if (spot.host < 0) return;
    struct placement_host *host = &group->placement->host[spot.host];
    group->on_host[spot.host] += direction;
    host->tasks += direction;
    host->free.cpu -= direction * group->need.cpu;
    host->free.memory -= direction * group->need.memory;
    host->free.interfaces -= direction * group->need.interfaces;
}

bool placement_place(struct placement_group *group, struct stream *stream, struct placement_spot *spot)
{
    if (group->placement) {
        spot->host = best_host(group, stream);
        if (spot->host < 0) return false;
        spot->zone = group->placement->host[spot->host].zone;
    } else {
        spot->host = -1;
        spot->zone = best_zone(group, stream);
        if (spot->zone < 0) return false;
    }
    move(group, *spot, 1);
    return true;
}

void placement_release(struct placement_group *group, struct placement_spot spot)
{
    assert(group->in_zone[spot.zone] > 0);
    move(group, spot, -1);
}

/* ---- Stopping -------------------------------------------------------------------------------------- */

static int fullest_zone(const struct placement_group *group, struct stream *stream)
{
    struct choice choice = {-1, 0};
    for (int i = 0; i < group->zone_count; i++) {
        if (group->in_zone[i] == 0) continue;
        int order = choice.index < 0 ? 0 : group->in_zone[choice.index] - group->in_zone[i];
        offer(&choice, i, order, 1, stream);
    }
    return choice.index;
}

/* Among equals chance is over tasks, so a host weighs as much as it holds. */
static int victim_host(const struct placement_group *group, struct stream *stream)
{
    struct choice choice = {-1, 0};
    for (int i = 0; i < group->placement->host_count; i++) {
        if (group->on_host[i] == 0) continue;
        int order = choice.index < 0 ? 0 : compare(group, choice.index, i);
        offer(&choice, i, order, (uint32_t)group->on_host[i], stream);
    }
    return choice.index;
}

bool placement_victim(const struct placement_group *group, struct stream *stream, struct placement_spot *spot)
{
    if (!group->placement) {
        *spot = (struct placement_spot){-1, fullest_zone(group, stream)};
        return spot->zone >= 0;
    }
    spot->host = victim_host(group, stream);
    if (spot->host < 0) return false;
    spot->zone = group->placement->host[spot->host].zone;
    return true;
}

/* ---- Launch rate ----------------------------------------------------------------------------------- */

/* Tokens may be owed: the debt says how long the launch has to wait, so nothing is queued. */
int64_t placement_launch(struct placement_rate *rate, int64_t now)
{
    assert(rate->refill > 0);
    double gained = (double)(now - rate->at) * 1e-9 * rate->refill;
    double tokens = rate->tokens + gained;
    rate->tokens = (tokens < rate->burst ? tokens : rate->burst) - 1;
    rate->at = now;
    return rate->tokens >= 0 ? now : now + calendar_ns(-rate->tokens / rate->refill);
}
