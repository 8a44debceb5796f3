/* SPDX-License-Identifier: Apache-2.0 */
/* The load balancer nodes, one in each zone, and what DNS tells clients of them. */
#include "model.h"

/* Shared with alb.c. */
struct alb_zones;
struct alb_zones *alb_zones_open(struct node *self, int count, double dns_ttl);
void alb_zones_serve(struct alb_zones *zones, int at, bool serves);
void alb_zones_lose(struct alb_zones *zones, int at);
bool alb_zones_down(const struct alb_zones *zones, int at);
bool alb_zones_impaired(const struct alb_zones *zones);
int32_t alb_zones_choose(const struct alb_zones *zones, int32_t first, struct visit *visit);

struct zone {
    int64_t dropped; /* ns since which DNS does not name its node, INT64_MAX: it does */
    bool down;       /* the node is gone */
};

struct alb_zones {
    struct node *self;
    struct zone *zone;
    int count;
    int64_t dns_ttl; /* ns */
};

struct alb_zones *alb_zones_open(struct node *self, int count, double dns_ttl)
{
    struct alb_zones *zones = node_array(self, struct alb_zones, 1);
    *zones = (struct alb_zones){self, node_array(self, struct zone, count), count, calendar_ns(dns_ttl)};
    for (int i = 0; i < count; i++) {
        zones->zone[i].dropped = INT64_MAX;
    }
    return zones;
}

/* DNS names the node of a zone as long as it is there and serves. */
void alb_zones_serve(struct alb_zones *zones, int at, bool serves)
{
    struct zone *zone = &zones->zone[at];
    bool named = serves && !zone->down;
    if (named != (zone->dropped == INT64_MAX)) {
        zone->dropped = named ? INT64_MAX : zones->self->run->now;
    }
}

/* The node of a zone is gone, and DNS is told at once. */
void alb_zones_lose(struct alb_zones *zones, int at)
{
    zones->zone[at].down = true;
    alb_zones_serve(zones, at, false);
}

bool alb_zones_down(const struct alb_zones *zones, int at)
{
    return zones->zone[at].down;
}

static int named(const struct alb_zones *zones)
{
    int count = 0;
    for (int i = 0; i < zones->count; i++) {
        count += zones->zone[i].dropped == INT64_MAX;
    }
    return count;
}

/* True when DNS does not name all nodes. */
bool alb_zones_impaired(const struct alb_zones *zones)
{
    return named(zones) < zones->count;
}

/* The node that a client turns to who would have chosen `first`. Resolvers keep an address for the TTL: of
   the clients whose node DNS names no more, a share that grows linearly has asked again. When no node serves
   DNS names them all. */
int32_t alb_zones_choose(const struct alb_zones *zones, int32_t first, struct visit *visit)
{
    int64_t dropped = zones->zone[first].dropped, now = zones->self->run->now;
    int count = named(zones);
    if (dropped == INT64_MAX || count == 0 ||
        visit_uniform(visit) * (double)zones->dns_ttl > (double)(now - dropped)) {
        return first;
    }
    int32_t place = (int32_t)stream_below_n(&visit->stream, (uint32_t)count), at = 0;
    while (zones->zone[at].dropped != INT64_MAX || place-- > 0) {
        at++;
    }
    return at;
}
