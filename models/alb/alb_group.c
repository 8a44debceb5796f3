/* SPDX-License-Identifier: Apache-2.0 */
/* A target group as the load balancer nodes see it: each has its own opinion of every target's health, from
   checks of its own, and chooses among the healthy ones by itself. */
#include "model.h"
#include "target_group.h"

/* Shared with alb.c and alb_groups.c. */
struct alb_group;
void alb_group_changed(struct node *self);
struct alb_group *alb_group_new(struct node *self, struct node *service);
void alb_group_open(struct alb_group *group, int balancers, bool cross_zone, int tag);
int alb_group_timers(const struct alb_group *group);
bool alb_group_sticky(const struct alb_group *group);
void alb_group_notice(struct alb_group *group, struct part *part);
void alb_group_check(struct alb_group *group, int timer);
void alb_group_checked(struct visit *visit);
void alb_group_lose(struct alb_group *group, int balancer);
bool alb_group_serves(const struct alb_group *group, int balancer);
int alb_group_hosts(const struct alb_group *group, enum part_health health);
int32_t alb_group_choose(struct alb_group *group, int32_t balancer, struct visit *visit);

/* How one load balancer node sees one target. */
struct view {
    struct alb_group *group;
    struct side *side;
    struct part *part;
    struct timer timer; /* of its next health check */
    double phase;       /* seconds from registration to the first check */
    int64_t since;      /* ns of the registration */
    int64_t full_at;    /* ns at which its slow start is over */
    int64_t streak;     /* checks in a row that ended alike */
    bool passing;       /* how they ended */
    bool registered;
    bool joins;     /* was registered beside targets that took their full share */
    uint8_t health; /* enum part_health */
};

/* One load balancer node's share of the group. */
struct side {
    struct view *view;    /* by part */
    int32_t *outstanding; /* requests sent from here and not yet answered, by part */
    uint8_t *eligible;    /* by part: it is in `target` */
    int32_t *target;      /* parts that get requests */
    int32_t count, cursor;
    int32_t registered, healthy;
    int64_t ramp_until; /* ns until which somebody is in slow start */
    bool down;
};

/* What a client's cookie says. */
struct cookie {
    int32_t target; /* part + 1; 0 = none */
    uint32_t generation;
    int64_t expires;
};

struct alb_group {
    struct node *self, *service;
    int parts, balancers;
    bool cross_zone, least;
    struct side *side; /* one for each load balancer node */
    struct view *view; /* all of them, by node and part */
    struct target_group settings;
    int64_t cookie_ns, slow_ns;
    struct cookie *cookie; /* by client; NULL: no stickiness */
    struct lane *timeout;
    struct ask health;
    uint64_t checks;
};

enum { CHECKED, CHECK_LOST }; /* step of a check's visit */
enum { COOKIES = 1 << 20 };   /* clients told apart; memory is touched for those that come */

/* Defaults of the ALB user guide, 2023-06, target-group-health-checks.md. */
static const struct target_group defaults = {.path = "/",
                                             .interval = 30.0,
                                             .timeout = 5.0,
                                             .healthy_threshold = 5,
                                             .unhealthy_threshold = 2,
                                             .deregistration_delay = 300.0};

/* ---- Opening ----------------------------------------------------------------------------------------- */

/* Checks of a target by the load balancer nodes are spread over the interval. */
static void open_side(struct alb_group *group, int at, int tag)
{
    struct node *self = group->self;
    struct view *views = group->view + (ptrdiff_t)at * group->parts;
    group->side[at] = (struct side){.view = views,
                                    .outstanding = node_array(self, int32_t, group->parts),
                                    .eligible = node_array(self, uint8_t, group->parts),
                                    .target = node_array(self, int32_t, group->parts)};
    const char *purpose =
        arena_printf(self->run->arena, "health checks of %s from %d", group->service->name, at);
    struct stream stream = node_stream(self, purpose);
    for (int i = 0; i < group->parts; i++) {
        views[i] = (struct view){.group = group, .side = &group->side[at], .part = group->service->part[i]};
        views[i].phase = group->settings.interval * stream_uniform(&stream);
        node_timer(self, &views[i].timer, tag + at * group->parts + i);
    }
}

static void settle_settings(struct alb_group *group)
{
    const struct target_group *shared = group->service->shared;
    group->settings = shared == NULL ? defaults : *shared;
    group->least = group->settings.algorithm == TARGET_LEAST_OUTSTANDING;
    group->slow_ns = calendar_ns(group->settings.slow_start);
    group->cookie_ns = calendar_ns(group->settings.cookie_duration);
    if (group->cookie_ns > 0 && group->cross_zone) {
        group->cookie = node_array(group->self, struct cookie, COOKIES);
    }
}

struct alb_group *alb_group_new(struct node *self, struct node *service)
{
    struct alb_group *group = node_array(self, struct alb_group, 1);
    group->self = self;
    group->service = service;
    return group;
}

static void open_checks(struct alb_group *group)
{
    struct run *run = group->self->run;
    group->timeout = lane_of(run, group->settings.timeout);
    group->health = (struct ask){.op = ASK_HEALTH,
                                 .to = group->service,
                                 .request = group->settings.path,
                                 .request_class = -1,
                                 .origin = group->self->config};
    run_resolve(run, &group->health);
}

int alb_group_timers(const struct alb_group *group)
{
    return group->balancers * group->parts;
}

bool alb_group_sticky(const struct alb_group *group)
{
    return group->settings.cookie_duration > 0.0;
}

/* ---- Who gets requests ------------------------------------------------------------------------------- */

/* Requests go to the healthy targets; when none is healthy, to all (fail-open). */
static void rebuild(struct side *side, int parts)
{
    side->registered = side->healthy = side->count = 0;
    for (int i = 0; i < parts; i++) {
        side->registered += side->view[i].registered;
        side->healthy += side->view[i].registered && side->view[i].health == HEALTH_HEALTHY;
    }
    for (int i = 0; i < parts; i++) {
        const struct view *view = &side->view[i];
        bool in = view->registered && (side->healthy == 0 || view->health == HEALTH_HEALTHY);
        side->eligible[i] = in;
        if (in) {
            side->target[side->count++] = i;
        }
    }
    side->cursor = side->cursor < side->count ? side->cursor : 0;
}

/* Tells the service: healthy when the first load balancer node says so, unhealthy when all do. */
static void publish(struct alb_group *group, struct part *part)
{
    int watching = 0, healthy = 0, unhealthy = 0;
    for (int i = 0; i < group->balancers; i++) {
        const struct view *view = &group->side[i].view[part->index];
        watching += view->registered;
        healthy += view->registered && view->health == HEALTH_HEALTHY;
        unhealthy += view->registered && view->health == HEALTH_UNHEALTHY;
    }
    if (healthy > 0) {
        part_set_health(part, HEALTH_HEALTHY);
    } else if (watching > 0 && unhealthy == watching) {
        part_set_health(part, HEALTH_UNHEALTHY);
    }
    alb_group_changed(group->self);
}

/* True when some other target takes its full share already. */
static bool beside_full_ones(const struct view *view, int64_t now)
{
    bool other = false;
    for (int i = 0; i < view->group->parts; i++) {
        const struct view *peer = &view->side->view[i];
        bool full = peer->registered && peer->health == HEALTH_HEALTHY && peer->full_at <= now;
        other = other || (peer != view && full);
    }
    return other;
}

/* A target that becomes healthy starts slowly, unless it was registered when none took a full share yet. */
static void begin_service(struct view *view, int64_t now)
{
    bool slow = view->health == HEALTH_INITIAL ? view->joins : beside_full_ones(view, now);
    view->full_at = slow ? now + view->group->slow_ns : now;
    if (view->full_at > view->side->ramp_until) {
        view->side->ramp_until = view->full_at;
    }
}

/* ---- Health checks ----------------------------------------------------------------------------------- */

/* One pass makes a new target healthy; the thresholds are for changes after that. */
static void judge(struct view *view, bool passed)
{
    struct alb_group *group = view->group;
    const struct target_group *settings = &group->settings;
    view->streak = passed == view->passing ? view->streak + 1 : 1;
    view->passing = passed;
    bool enough = passed ? view->health == HEALTH_INITIAL || view->streak >= settings->healthy_threshold
                         : view->streak >= settings->unhealthy_threshold;
    uint8_t health = passed ? HEALTH_HEALTHY : HEALTH_UNHEALTHY;
    if (!enough || view->health == health) {
        return;
    }
    if (passed) {
        begin_service(view, group->self->run->now);
    }
    view->health = health;
    rebuild(view->side, group->parts);
    publish(group, view->part);
}

/* A connection that is refused fails at once, one that leads nowhere after the timeout. */
void alb_group_check(struct alb_group *group, int timer)
{
    struct view *view = &group->view[timer];
    const struct part *part = view->part;
    node_wake_in(group->self, &view->timer, group->settings.interval);
    if (part->reachable && !part->alive) {
        judge(view, false);
        return;
    }
    struct visit *visit = visit_open(group->self, group->checks++);
    visit->load = view;
    if (part->reachable) {
        visit->step = CHECKED;
        visit_call_within(visit, &group->health, part->index, group->timeout);
    } else {
        visit->step = CHECK_LOST;
        visit_hold(visit, group->settings.timeout);
    }
}

/* A check is over; its result counts unless the slot has another occupant by now. */
void alb_group_checked(struct visit *visit)
{
    struct view *view = visit->load;
    bool passed = visit->step == CHECKED && visit->outcome == OUTCOME_OK;
    bool counts = view->registered && view->since <= visit->arrived;
    visit_close(visit);
    if (counts) {
        judge(view, passed);
    }
}

/* ---- Registration ------------------------------------------------------------------------------------ */

/* Before anything has happened targets are taken to be in service: the system has been running. */
static void register_view(struct view *view)
{
    struct node *self = view->group->self;
    bool settled = self->run->now == 0;
    view->joins = beside_full_ones(view, self->run->now);
    view->registered = true;
    view->since = view->full_at = self->run->now;
    view->health = settled ? HEALTH_HEALTHY : HEALTH_INITIAL;
    view->passing = settled;
    view->streak = 0;
    node_wake_in(self, &view->timer, view->phase);
}

/* True when the node's opinion of the part has begun or ended. */
static bool watch_part(struct alb_group *group, int balancer, const struct part *part)
{
    struct side *side = &group->side[balancer];
    struct view *view = &side->view[part->index];
    bool covered = group->cross_zone || part->zone == balancer;
    bool registered = part->life == PART_RUNNING && covered && !side->down;
    if (registered == view->registered) {
        return false;
    }
    if (registered) {
        register_view(view);
    } else {
        view->registered = false;
        node_sleep(group->self, &view->timer);
    }
    rebuild(side, group->parts);
    return true;
}

/* A part of the service has changed: running ones are registered, others are not. */
void alb_group_notice(struct alb_group *group, struct part *part)
{
    bool changed = false;
    for (int i = 0; i < group->balancers; i++) {
        changed = watch_part(group, i, part) || changed;
    }
    if (changed) {
        publish(group, part);
    }
}

/* In `ready`, once all nodes have started; its timers have tags from `tag` on. Each load balancer node begins
   its round somewhere else. */
void alb_group_open(struct alb_group *group, int balancers, bool cross_zone, int tag)
{
    struct node *self = group->self;
    group->parts = group->service->part_limit;
    group->balancers = balancers;
    group->cross_zone = cross_zone;
    group->side = node_array(self, struct side, balancers);
    group->view = node_array(self, struct view, balancers * group->parts);
    settle_settings(group);
    open_checks(group);
    for (int i = 0; i < balancers; i++) {
        open_side(group, i, tag);
    }
    for (int i = 0; i < group->parts; i++) {
        alb_group_notice(group, group->service->part[i]);
    }
    struct stream stream = node_stream(self, group->service->name);
    for (int i = 0; i < balancers; i++) {
        uint32_t count = (uint32_t)group->side[i].count;
        group->side[i].cursor = count == 0 ? 0 : (int32_t)stream_below_n(&stream, count);
    }
}

/* A load balancer node is gone: its opinions count no more. */
void alb_group_lose(struct alb_group *group, int balancer)
{
    group->side[balancer].down = true;
    for (int i = 0; i < group->parts; i++) {
        alb_group_notice(group, group->service->part[i]);
    }
}

/* False when the load balancer node has targets and none of them is healthy. */
bool alb_group_serves(const struct alb_group *group, int balancer)
{
    const struct side *side = &group->side[balancer];
    return side->registered == 0 || side->healthy > 0;
}

/* How many running parts have this health. */
int alb_group_hosts(const struct alb_group *group, enum part_health health)
{
    int hosts = 0;
    for (int i = 0; i < group->parts; i++) {
        const struct part *part = group->service->part[i];
        hosts += part->life == PART_RUNNING && part->health == (uint8_t)health;
    }
    return hosts;
}

/* ---- Choosing ---------------------------------------------------------------------------------------- */

static int32_t next_target(struct side *side)
{
    int32_t target = side->target[side->cursor];
    side->cursor = side->cursor + 1 < side->count ? side->cursor + 1 : 0;
    return target;
}

/* Fewest requests in progress from this load balancer node; those that are equal take turns. */
static int32_t least_target(struct side *side)
{
    int32_t best = next_target(side), at = side->cursor;
    for (int32_t i = 1; i < side->count && side->outstanding[best] > 0; i++) {
        int32_t target = side->target[at];
        best = side->outstanding[target] < side->outstanding[best] ? target : best;
        at = at + 1 < side->count ? at + 1 : 0;
    }
    return best;
}

/* A target in slow start takes its turn with a probability that grows linearly. */
static int32_t slow_target(const struct alb_group *group, struct side *side, struct visit *visit)
{
    int64_t now = visit->node->run->now;
    int32_t target = next_target(side);
    for (int32_t i = 1; i < side->count; i++) {
        double left = (double)(side->view[target].full_at - now);
        if (left <= 0.0 || visit_uniform(visit) * (double)group->slow_ns >= left) {
            return target;
        }
        target = next_target(side);
    }
    return target;
}

static int32_t any_target(const struct alb_group *group, struct side *side, struct visit *visit)
{
    if (group->least) {
        return least_target(side);
    }
    return side->ramp_until > visit->node->run->now ? slow_target(group, side, visit) : next_target(side);
}

/* The cookie is renewed with every request; it moves for good when its target is not to be had. */
static int32_t sticky_target(const struct alb_group *group, struct side *side, struct visit *visit)
{
    struct cookie *cookie = &group->cookie[(uint32_t)visit->client & (COOKIES - 1)];
    int64_t now = visit->node->run->now;
    int32_t target = cookie->target - 1;
    if (target < 0 || now >= cookie->expires || !side->eligible[target] ||
        group->service->part[target]->generation != cookie->generation) {
        target = any_target(group, side, visit);
        cookie->target = target + 1;
        cookie->generation = group->service->part[target]->generation;
    }
    cookie->expires = now + group->cookie_ns;
    return target;
}

/* The part that gets the request from this load balancer node, counted as in progress there: *visit->load is
   to be counted down when the answer comes. -1 when no target is registered. */
int32_t alb_group_choose(struct alb_group *group, int32_t balancer, struct visit *visit)
{
    struct side *side = &group->side[balancer];
    if (side->count == 0) {
        return -1;
    }
    int32_t target =
        group->cookie == NULL ? any_target(group, side, visit) : sticky_target(group, side, visit);
    side->outstanding[target]++;
    visit->load = &side->outstanding[target];
    return target;
}
