/* SPDX-License-Identifier: Apache-2.0 */
/* The target groups of a load balancer, one for each service that its rules name. */
#include "model.h"

/* In alb_group.c. */
struct alb_group;
struct alb_group *alb_group_new(struct node *self, struct node *service);
void alb_group_open(struct alb_group *group, int balancers, bool cross_zone, int tag);
int alb_group_timers(const struct alb_group *group);
bool alb_group_sticky(const struct alb_group *group);
void alb_group_notice(struct alb_group *group, struct part *part);
void alb_group_check(struct alb_group *group, int timer);
void alb_group_lose(struct alb_group *group, int balancer);
bool alb_group_serves(const struct alb_group *group, int balancer);
int alb_group_hosts(const struct alb_group *group, enum part_health health);

/* Shared with alb.c. */
struct alb_groups;
struct alb_groups *alb_groups_open(struct node *self, int most);
void alb_groups_add(struct alb_groups *groups, struct node *service);
struct alb_group *alb_groups_of(const struct alb_groups *groups, const struct node *service);
void alb_groups_ready(struct alb_groups *groups, int balancers, bool cross_zone);
void alb_groups_complain(const struct alb_groups *groups, const void *cross_zone);
void alb_groups_notice(struct alb_groups *groups, struct part *part);
void alb_groups_wake(struct alb_groups *groups, int tag);
void alb_groups_lose(struct alb_groups *groups, int balancer);
bool alb_groups_serve(const struct alb_groups *groups, int balancer);
int alb_groups_hosts(const struct alb_groups *groups, enum part_health health);

struct member {
    struct node *service;
    struct alb_group *group;
    int tag;   /* of its first timer */
    bool open; /* in use from `ready` on, if the service has parts */
};

struct alb_groups {
    struct node *self;
    struct member *member;
    int count;
};

struct alb_groups *alb_groups_open(struct node *self, int most)
{
    struct alb_groups *groups = node_array(self, struct alb_groups, 1);
    *groups = (struct alb_groups){self, node_array(self, struct member, most), 0};
    return groups;
}

static struct member *find(const struct alb_groups *groups, const struct node *service)
{
    for (int i = 0; i < groups->count; i++) {
        if (groups->member[i].service == service) {
            return &groups->member[i];
        }
    }
    return NULL;
}

/* Rules that name the same service share its group. */
void alb_groups_add(struct alb_groups *groups, struct node *service)
{
    if (service != NULL && find(groups, service) == NULL) {
        struct alb_group *group = alb_group_new(groups->self, service);
        groups->member[groups->count++] = (struct member){.service = service, .group = group};
    }
}

/* The group of a service, once all nodes have started; NULL when the service has no parts and takes care of
   itself. */
struct alb_group *alb_groups_of(const struct alb_groups *groups, const struct node *service)
{
    return service->part_limit == 0 ? NULL : find(groups, service)->group;
}

void alb_groups_ready(struct alb_groups *groups, int balancers, bool cross_zone)
{
    int tag = 0;
    for (int i = 0; i < groups->count; i++) {
        struct member *member = &groups->member[i];
        if (member->service->part_limit > 0) {
            member->tag = tag;
            member->open = true;
            alb_group_open(member->group, balancers, cross_zone, tag);
            tag += alb_group_timers(member->group);
            node_watch(member->service, groups->self);
        }
    }
}

/* `cross_zone` is the field that turned cross-zone load balancing off. */
void alb_groups_complain(const struct alb_groups *groups, const void *cross_zone)
{
    for (int i = 0; i < groups->count; i++) {
        const struct member *member = &groups->member[i];
        if (member->open && alb_group_sticky(member->group)) {
            check_warning(
                &groups->self->run->check, cross_zone,
                "AWS supports no stickiness without cross-zone load balancing: that of %s is ignored",
                member->service->name);
        }
    }
}

void alb_groups_notice(struct alb_groups *groups, struct part *part)
{
    const struct member *member = find(groups, part->node);
    if (member != NULL && member->open) {
        alb_group_notice(member->group, part);
    }
}

void alb_groups_wake(struct alb_groups *groups, int tag)
{
    const struct member *member = groups->member;
    while (!member->open || tag >= member->tag + alb_group_timers(member->group)) {
        member++;
    }
    alb_group_check(member->group, tag - member->tag);
}

void alb_groups_lose(struct alb_groups *groups, int balancer)
{
    for (int i = 0; i < groups->count; i++) {
        if (groups->member[i].open) {
            alb_group_lose(groups->member[i].group, balancer);
        }
    }
}

/* False when the load balancer node has a group with targets of which none is healthy. */
bool alb_groups_serve(const struct alb_groups *groups, int balancer)
{
    bool serves = true;
    for (int i = 0; i < groups->count; i++) {
        const struct member *member = &groups->member[i];
        serves = serves && (!member->open || alb_group_serves(member->group, balancer));
    }
    return serves;
}

int alb_groups_hosts(const struct alb_groups *groups, enum part_health health)
{
    int hosts = 0;
    for (int i = 0; i < groups->count; i++) {
        hosts += groups->member[i].open ? alb_group_hosts(groups->member[i].group, health) : 0;
    }
    return hosts;
}
