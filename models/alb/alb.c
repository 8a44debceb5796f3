/* SPDX-License-Identifier: Apache-2.0 */
/* An Application Load Balancer: its tables, its rules, the way of a request, and the bill. Target groups are
   in alb_group.c and alb_groups.c, load balancer nodes in alb_zones.c, conditions in alb_rules.c. */
#include "model.h"

#include <math.h>

/* In alb_group.c. */
struct alb_group;
void alb_group_checked(struct visit *visit);
int32_t alb_group_choose(struct alb_group *group, int32_t balancer, struct visit *visit);

/* In alb_groups.c. */
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

/* In alb_zones.c. */
struct alb_zones;
struct alb_zones *alb_zones_open(struct node *self, int count, double dns_ttl);
void alb_zones_serve(struct alb_zones *zones, int at, bool serves);
void alb_zones_lose(struct alb_zones *zones, int at);
bool alb_zones_down(const struct alb_zones *zones, int at);
bool alb_zones_impaired(const struct alb_zones *zones);
int32_t alb_zones_choose(const struct alb_zones *zones, int32_t first, struct visit *visit);

/* In alb_rules.c. */
bool alb_rules_fit(const struct words *path, const struct words *method, const char *request);
bool alb_rules_shadow(const struct words *path, const struct words *method, const struct words *later);
enum outcome alb_rules_fixed(int64_t status);

/* For alb_group.c: a target of some group has changed. */
void alb_group_changed(struct node *self);

/* ---- What goes in, and what comes out ---------------------------------------------------------------- */

struct alb_rule {
    const char *name;
    struct words path, method;
    struct node_ref target;
};

struct alb_action {
    struct node_ref target;
    int64_t status_code;
};

struct alb_config {
    struct rows rules; /* of struct alb_rule */
    struct alb_action default_action;
    double idle_timeout, dns_ttl;
    bool enable_cross_zone_load_balancing;
    struct dist latency;
    double requests_per_connection, connection_duration;
};

/* What becomes of one kind of request. */
struct route {
    struct ask ask;             /* as the target gets it */
    struct alb_group *group;    /* NULL: its node takes care of itself, or nobody gets it */
    int64_t evaluations;        /* rules processed beyond the free ones */
    int64_t requests, answered; /* since the hour began */
    bool fixed;                 /* nobody gets it: the answer is `outcome` */
    uint8_t outcome;
};

struct alb_state {
    struct route *route;
    struct alb_zones *zones;
    int32_t balancers; /* load balancer nodes: one in each zone */
    bool impaired;     /* DNS does not name all of them */
    struct lane *idle;
    struct alb_groups *groups;
    int route_count, route_room, depth;
    int64_t *answers[OUTCOME_COUNT]; /* the counter for each outcome of a target */
    struct timer hour;
    int64_t requests, target_2xx, target_4xx, target_5xx, fixed_responses;
    int64_t elb_460, elb_502, elb_503, elb_504, zone_losses;
    struct tally target_response_time;
    struct gauge healthy_hosts, unhealthy_hosts, load_balancers;
    double processed_bytes, lcu;
    double lcu_new_connections, lcu_active_connections, lcu_processed_bytes, lcu_rule_evaluations;
};

#define GUIDE "ALB user guide, 2023-06, "

static const struct param rule_params[] = {
    PARAM(alb_rule, name, UNIT_NONE, "none", NULL, "A name by which the rule can be addressed.",
          "definition"),
    PARAM(alb_rule, path, UNIT_NONE, "/*", NULL,
          "Path patterns, any of which may match; * stands for any run of characters.",
          GUIDE "load-balancer-listeners.md", .alias = "paths"),
    PARAM(alb_rule, method, UNIT_NONE, "none", NULL, "HTTP methods, any of which may match; none means all.",
          GUIDE "load-balancer-listeners.md"),
    PARAM(alb_rule, target, UNIT_NONE, NULL, NULL, "The service whose target group gets the request.",
          "definition"),
    PARAM_END};

static const struct param action_params[] = {
    PARAM(alb_action, target, UNIT_NONE, "none", NULL,
          "The service that gets requests which no rule matches; none means a fixed response.", "definition"),
    PARAM(alb_action, status_code, UNIT_COUNT, "404", "200 to 599",
          "Status code of the fixed response when no target is given.", "assumed"),
    PARAM_END};

static const struct param params[] = {
    PARAM_LIST_OF(alb_config, rules, alb_rule, rule_params,
                  "Listener rules in the order of their priority; the first that matches decides."),
    PARAM_GROUP_OF(alb_config, default_action, action_params,
                   "What happens to a request that no rule matches."),
    PARAM(alb_config, idle_timeout, UNIT_SECOND, "60s", "1s to 4000s",
          "How long a target may take to answer before the load balancer gives up with 504.",
          GUIDE "application-load-balancers.md"),
    PARAM(alb_config, enable_cross_zone_load_balancing, UNIT_NONE, "true", NULL,
          "Whether a load balancer node sends requests to targets in other zones.",
          GUIDE "disable-cross-zone.md", .alias = "enable_cross_zone"),
    PARAM(alb_config, latency, UNIT_SECOND, "none", NULL,
          "Time that the load balancer itself adds to a request; typically one to a few milliseconds.",
          "assumed"),
    PARAM(alb_config, dns_ttl, UNIT_SECOND, "60s", "0s to 1h",
          "How long clients may go on using the address of a load balancer node that DNS names no more.",
          "ELB user guide, 2026-10, how-elastic-load-balancing-works.html"),
    PARAM(alb_config, requests_per_connection, UNIT_COUNT, "10", "1 to 1000000",
          "Requests that a client sends over one connection, on average: decides the new connections billed.",
          "assumed"),
    PARAM(alb_config, connection_duration, UNIT_SECOND, "60s", "0s to 7d",
          "How long a client's connection stays open, on average: decides the active connections billed.",
          "assumed"),
    PARAM_END};

static const struct output outputs[] = {
    OUTPUT(alb_state, requests, OUTPUT_COUNT, UNIT_COUNT, "Requests from clients: RequestCount.",
           .series = true),
    OUTPUT(alb_state, target_2xx, OUTPUT_COUNT, UNIT_COUNT,
           "Requests that a target answered well: HTTPCode_Target_2XX_Count."),
    OUTPUT(alb_state, target_4xx, OUTPUT_COUNT, UNIT_COUNT,
           "Requests that a target refused: HTTPCode_Target_4XX_Count."),
    OUTPUT(alb_state, target_5xx, OUTPUT_COUNT, UNIT_COUNT,
           "Requests that a target answered with an error: HTTPCode_Target_5XX_Count.", .series = true),
    OUTPUT(alb_state, fixed_responses, OUTPUT_COUNT, UNIT_COUNT,
           "Requests that no rule matched: HTTP_Fixed_Response_Count."),
    OUTPUT(alb_state, elb_460, OUTPUT_COUNT, UNIT_COUNT,
           "Requests whose client had closed when the answer came."),
    OUTPUT(alb_state, elb_502, OUTPUT_COUNT, UNIT_COUNT,
           "Requests whose target refused or broke the connection: HTTPCode_ELB_502_Count.", .series = true),
    OUTPUT(alb_state, elb_503, OUTPUT_COUNT, UNIT_COUNT,
           "Requests for which no target was registered: HTTPCode_ELB_503_Count.", .series = true),
    OUTPUT(alb_state, elb_504, OUTPUT_COUNT, UNIT_COUNT,
           "Requests whose target could not be reached or did not answer in time: HTTPCode_ELB_504_Count.",
           .series = true),
    OUTPUT(alb_state, zone_losses, OUTPUT_COUNT, UNIT_COUNT,
           "Requests to or in a load balancer node whose zone was gone."),
    OUTPUT(alb_state, target_response_time, OUTPUT_TALLY, UNIT_SECOND,
           "Time from sending a request to a target to its answer: TargetResponseTime."),
    OUTPUT(alb_state, healthy_hosts, OUTPUT_MEAN, UNIT_COUNT,
           "Targets that some load balancer node finds healthy, of all target groups.", .series = true),
    OUTPUT(alb_state, unhealthy_hosts, OUTPUT_MEAN, UNIT_COUNT,
           "Targets that every load balancer node finds unhealthy, of all target groups."),
    OUTPUT(alb_state, processed_bytes, OUTPUT_SUM, UNIT_BYTE,
           "Bytes of requests and of good answers: ProcessedBytes."),
    OUTPUT(alb_state, load_balancers, OUTPUT_MEAN, UNIT_COUNT, "Load balancers, billed by the hour.",
           .service = "AWSELB", .sku = "LoadBalancerUsage", .fixed = true),
    OUTPUT(alb_state, lcu, OUTPUT_SUM, UNIT_COUNT,
           "Capacity unit hours: in each hour the largest of the four dimensions.", .service = "AWSELB",
           .sku = "LCUUsage"),
    OUTPUT(alb_state, lcu_new_connections, OUTPUT_SUM, UNIT_COUNT,
           "Capacity unit hours if new connections alone counted."),
    OUTPUT(alb_state, lcu_active_connections, OUTPUT_SUM, UNIT_COUNT,
           "Capacity unit hours if active connections alone counted."),
    OUTPUT(alb_state, lcu_processed_bytes, OUTPUT_SUM, UNIT_COUNT,
           "Capacity unit hours if processed bytes alone counted."),
    OUTPUT(alb_state, lcu_rule_evaluations, OUTPUT_SUM, UNIT_COUNT,
           "Capacity unit hours if rule evaluations alone counted."),
    OUTPUT_END};

enum { ACCEPTED, ANSWERED, UNREACHED, STRANDED }; /* step of a request's visit: what it waits for */
enum { HOUR = -1 };                               /* tag of the timer; the others are of health checks */
enum { RULES_FREE = 10, RULES_MAX = 100, VALUES_MAX = 5, DEPTH_MAX = 8 };
static const double connect_timeout = 10.0; /* seconds: load-balancer-troubleshooting.md */

/* ---- Rules ------------------------------------------------------------------------------------------- */

static const struct alb_rule *rule_at(const struct alb_config *config, int i)
{
    return (const struct alb_rule *)config->rules.row + i;
}

static bool fits_rule(const struct alb_rule *rule, const char *request)
{
    return alb_rules_fit(&rule->path, &rule->method, request);
}

static void check_rule(const struct alb_config *config, int at, const struct check *check)
{
    const struct alb_rule *rule = rule_at(config, at);
    for (int i = 0; i < rule->path.count; i++) {
        if (rule->path.word[i][0] != '/' && rule->path.word[i][0] != '*') {
            check_error(check, &rule->path, "the path %s matches nothing: paths begin with /",
                        rule->path.word[i]);
        }
    }
    if (rule->path.count + rule->method.count > VALUES_MAX) {
        check_warning(check, &rule->path,
                      "AWS refuses more than %d values in the conditions of a rule: split it", VALUES_MAX);
    }
    for (int i = 0; i < at; i++) {
        if (alb_rules_shadow(&rule_at(config, i)->path, &rule_at(config, i)->method, &rule->path)) {
            check_warning(check, &rule->path,
                          "this rule is never reached, rule %d takes all its requests: move it up", i);
            return;
        }
    }
}

static void check(const void *opaque, const struct check *check)
{
    const struct alb_config *config = opaque;
    for (int i = 0; i < config->rules.count; i++) {
        check_rule(config, i, check);
    }
    if (config->rules.count > RULES_MAX) {
        check_warning(check, &config->rules, "AWS allows %d rules unless the quota is raised", RULES_MAX);
    }
    if (config->rules.count == 0 && config->default_action.target.index < 0) {
        check_warning(check, &config->rules, "no rule and no default target: every request ends with %d",
                      (int)config->default_action.status_code);
    }
}

/* Rules are processed in their order up to the one that fits; beyond the free ones each is an evaluation. */
static struct route find_route(struct node *self, const struct ask *ask)
{
    const struct alb_config *config = self->config;
    int i = 0;
    while (i < config->rules.count && !fits_rule(rule_at(config, i), ask->request)) {
        i++;
    }
    bool fits = i < config->rules.count;
    int processed = fits ? i + 1 : i;
    struct route route = {.ask = *ask,
                          .evaluations = processed > RULES_FREE ? processed - RULES_FREE : 0,
                          .outcome = (uint8_t)alb_rules_fixed(config->default_action.status_code)};
    route.ask.to = node_at(self, fits ? rule_at(config, i)->target : config->default_action.target);
    route.fixed = route.ask.to == NULL;
    return route;
}

static int keep_route(struct node *self, const struct route *route)
{
    struct alb_state *state = self->state;
    if (state->route_count == state->route_room) {
        int room = state->route_room == 0 ? 16 : 2 * state->route_room;
        struct route *routes = node_array(self, struct route, room);
        for (int i = 0; i < state->route_count; i++) {
            routes[i] = state->route[i];
        }
        state->route = routes;
        state->route_room = room;
    }
    state->route[state->route_count] = *route;
    return state->route_count++;
}

static int resolve(struct node *self, const struct ask *ask)
{
    struct alb_state *state = self->state;
    bool answers = ask->op == ASK_REQUEST || ask->op == ASK_HEALTH;
    if (!answers || state->depth == DEPTH_MAX) { /* load balancers that send to each other in a circle */
        return -1;
    }
    struct route route = find_route(self, ask);
    if (!route.fixed) {
        route.group = alb_groups_of(state->groups, route.ask.to);
        route.ask.within = NULL;
        route.ask.retry = NULL;
        route.ask.pool = NULL;
        route.ask.request_class = -1;
        state->depth++;
        run_resolve(self->run, &route.ask);
        state->depth--;
    }
    return keep_route(self, &route);
}

/* ---- Start ------------------------------------------------------------------------------------------- */

static void open_counters(struct node *self)
{
    struct alb_state *state = self->state;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        int hundreds = outcome_status((enum outcome)i) / 100;
        state->answers[i] = hundreds == 2 ? &state->target_2xx : &state->target_5xx;
        state->answers[i] = hundreds == 4 ? &state->target_4xx : state->answers[i];
    }
    state->target_response_time = tally_open(self->run->arena);
    gauge_set(&state->load_balancers, self->run->now, 1.0);
}

static void start(struct node *self)
{
    struct alb_state *state = self->state;
    const struct alb_config *config = self->config;
    int zones = self->run->plan->zone_count;
    state->balancers = zones > 0 ? zones : 1;
    state->zones = alb_zones_open(self, state->balancers, config->dns_ttl);
    state->groups = alb_groups_open(self, config->rules.count + 1);
    for (int i = 0; i < config->rules.count; i++) {
        alb_groups_add(state->groups, node_at(self, rule_at(config, i)->target));
    }
    alb_groups_add(state->groups, node_at(self, config->default_action.target));
    state->idle = lane_of(self->run, config->idle_timeout);
    open_counters(self);
    node_timer(self, &state->hour, HOUR);
}

static void ready(struct node *self)
{
    struct alb_state *state = self->state;
    const struct alb_config *config = self->config;
    const struct check *check = &self->run->check;
    alb_groups_ready(state->groups, state->balancers, config->enable_cross_zone_load_balancing);
    timer_set(&self->run->calendar, &state->hour, self->run->origin + calendar_ns(3600.0));
    if (check->diag != NULL && self->run->plan->zone_count < 2) {
        check_warning(check, config, "AWS refuses an Application Load Balancer in fewer than two zones");
    }
    if (check->diag != NULL && !config->enable_cross_zone_load_balancing) {
        alb_groups_complain(state->groups, &config->enable_cross_zone_load_balancing);
    }
}

/* ---- Load balancer nodes ----------------------------------------------------------------------------- */

/* Without cross-zone load balancing DNS leaves out a load balancer node that has a target group with no
   healthy target: disable-cross-zone.md. */
void alb_group_changed(struct node *self)
{
    struct alb_state *state = self->state;
    const struct alb_config *config = self->config;
    gauge_set(&state->healthy_hosts, self->run->now, alb_groups_hosts(state->groups, HEALTH_HEALTHY));
    gauge_set(&state->unhealthy_hosts, self->run->now, alb_groups_hosts(state->groups, HEALTH_UNHEALTHY));
    for (int i = 0; i < state->balancers; i++) {
        bool serves = config->enable_cross_zone_load_balancing || alb_groups_serve(state->groups, i);
        alb_zones_serve(state->zones, i, serves);
    }
    state->impaired = alb_zones_impaired(state->zones);
}

/* A zone takes its load balancer node with it, and the requests that are in it. */
static void lose_balancer(struct node *self, int at)
{
    struct alb_state *state = self->state;
    struct run *run = self->run;
    alb_zones_lose(state->zones, at);
    alb_groups_lose(state->groups, at);
    alb_group_changed(self);
    for (uint32_t slot = 0; slot < run->visits_made; slot++) {
        struct visit *visit = run_visit(run, slot);
        bool here = visit->live != 0 && visit->node == self && visit->ask != NULL && visit->pc == at + 1;
        if (here && visit->step != STRANDED) {
            state->zone_losses++;
            visit_kill(visit, OUTCOME_RESET);
        }
    }
}

static void fail(struct node *self, const struct fault *fault)
{
    const struct alb_state *state = self->state;
    for (int i = 0; i < state->balancers; i++) {
        bool struck = fault->kind == FAULT_NODE || (fault->kind == FAULT_ZONE && fault->zone == i);
        if (struck && !alb_zones_down(state->zones, i)) {
            lose_balancer(self, i);
        }
    }
}

static void notice(struct node *self, struct part *part)
{
    struct alb_state *state = self->state;
    alb_groups_notice(state->groups, part);
}

/* ---- A request --------------------------------------------------------------------------------------- */

/* A dead process refuses the connection, a dead host lets it lead nowhere. */
static void connect_in_vain(struct visit *visit, const struct part *part)
{
    struct alb_state *state = visit->node->state;
    if (part->reachable) {
        --*(int32_t *)visit->load;
        state->elb_502++;
        visit_reply(visit, OUTCOME_RESET);
    } else {
        visit->step = UNREACHED;
        visit_hold(visit, connect_timeout);
    }
}

/* To a target of the group, through one of the load balancer nodes. */
static void send_on(struct visit *visit, const struct route *route)
{
    struct alb_state *state = visit->node->state;
    int32_t balancer = (int32_t)stream_below_n(&visit->stream, (uint32_t)state->balancers);
    if (__builtin_expect(state->impaired, 0)) {
        balancer = alb_zones_choose(state->zones, balancer, visit);
    }
    visit->pc = balancer + 1; /* where it is, for when that is lost */
    if (__builtin_expect(state->impaired, 0) && alb_zones_down(state->zones, balancer)) {
        visit->step = STRANDED;
        visit_hold(visit, connect_timeout);
        return;
    }
    int32_t target = alb_group_choose(route->group, balancer, visit);
    if (__builtin_expect(target < 0, 0)) {
        state->elb_503++;
        visit_reply(visit, OUTCOME_UNAVAILABLE);
        return;
    }
    const struct part *part = route->ask.to->part[target];
    if (__builtin_expect(part->alive, 1)) {
        visit->step = ANSWERED;
        visit_call_within(visit, &route->ask, target, state->idle);
    } else {
        connect_in_vain(visit, part);
    }
}

static void dispatch(struct visit *visit, const struct route *route)
{
    struct alb_state *state = visit->node->state;
    if (__builtin_expect(route->fixed, 0)) {
        state->fixed_responses++;
        visit_reply(visit, (enum outcome)route->outcome);
    } else if (route->group == NULL) {
        visit->step = ANSWERED;
        visit_call_within(visit, &route->ask, -1, state->idle);
    } else {
        send_on(visit, route);
    }
}

static void arrive(struct visit *visit)
{
    struct alb_state *state = visit->node->state;
    const struct alb_config *config = visit->node->config;
    struct route *route = &state->route[visit->ask->route];
    state->requests++;
    route->requests++;
    if (config->latency.kind == DIST_NONE) {
        dispatch(visit, route);
    } else {
        visit->step = ACCEPTED;
        visit_hold(visit, visit_draw(visit, &config->latency));
    }
}

/* The target's answer goes to the client as it is. The deadline tells an idle timeout of ours from an answer,
   and when the call was made. */
static void answer(struct visit *visit, struct route *route)
{
    struct alb_state *state = visit->node->state;
    int64_t now = visit->node->run->now;
    enum outcome outcome = visit->outcome;
    if (visit->parent == NULL) {
        state->elb_460++;
    } else if (outcome == OUTCOME_TIMEOUT && now >= visit->deadline) {
        state->elb_504++;
    } else if (outcome == OUTCOME_RESET) {
        state->elb_502++;
    } else {
        tally_add(&state->target_response_time, now - (visit->deadline - state->idle->duration));
        ++*state->answers[outcome];
        route->answered += outcome <= OUTCOME_MISS;
    }
    visit_reply(visit, outcome);
}

static void resume(struct visit *visit)
{
    struct alb_state *state = visit->node->state;
    if (visit->ask == NULL) { /* a root: a health check */
        alb_group_checked(visit);
        return;
    }
    struct route *route = &state->route[visit->ask->route];
    if (visit->load != NULL) {
        --*(int32_t *)visit->load;
    }
    switch (visit->step) {
    case ACCEPTED: dispatch(visit, route); break;
    case ANSWERED: answer(visit, route); break;
    case UNREACHED:
        state->elb_504++;
        visit_reply(visit, OUTCOME_TIMEOUT);
        break;
    case STRANDED:
        state->zone_losses++;
        visit_reply(visit, OUTCOME_TIMEOUT);
        break;
    }
}

/* ---- The bill ---------------------------------------------------------------------------------------- */

/* One LCU is 25 new connections a second, 3,000 active ones, 1 GB an hour or 1,000 rule evaluations a second,
   and each hour is billed by the largest of the four. */
static void close_hour(struct node *self)
{
    struct alb_state *state = self->state;
    const struct alb_config *config = self->config;
    double requests = 0.0, bytes = 0.0, evaluations = 0.0;
    for (int i = 0; i < state->route_count; i++) {
        struct route *route = &state->route[i];
        requests += (double)route->requests;
        bytes += (double)route->requests * route->ask.bytes_in;
        bytes += (double)route->answered * route->ask.bytes_out;
        evaluations += (double)route->requests * (double)route->evaluations;
        route->requests = route->answered = 0;
    }
    double connections = requests / config->requests_per_connection;
    double opened = connections / (25.0 * 3600.0);
    double open = connections * config->connection_duration / (3000.0 * 3600.0);
    double moved = bytes / 0x1p30;
    double evaluated = evaluations / (1000.0 * 3600.0);
    state->processed_bytes += bytes;
    state->lcu_new_connections += opened;
    state->lcu_active_connections += open;
    state->lcu_processed_bytes += moved;
    state->lcu_rule_evaluations += evaluated;
    state->lcu += fmax(fmax(opened, open), fmax(moved, evaluated));
}

static void wake(struct node *self, int tag)
{
    struct alb_state *state = self->state;
    if (tag == HOUR) {
        close_hour(self);
        timer_set(&self->run->calendar, &state->hour, self->run->now + calendar_ns(3600.0));
        return;
    }
    alb_groups_wake(state->groups, tag);
}

/* The lead-in is not billed. */
static void mark(struct node *self)
{
    struct alb_state *state = self->state;
    for (int i = 0; i < state->route_count; i++) {
        state->route[i].requests = state->route[i].answered = 0;
    }
}

const struct model model_alb = {
    .name = "alb",
    .title = "Application Load Balancer",
    .about =
        "Sends each request to a task of the service that the first matching rule names. One load balancer "
        "node in each zone chooses by itself, by turns or by requests in progress, among the targets that "
        "it finds healthy with checks of its own; slow start, stickiness, fail-open and the codes 502, "
        "503, 504 and 460 are as documented. Capacity units are billed by the largest of four dimensions "
        "in each hour. Not modelled: redirects, conditions on hosts, headers and query strings, weighted "
        "target groups, anomaly mitigation, scaling of the load balancer itself.",
    .config_size = sizeof(struct alb_config),
    .state_size = sizeof(struct alb_state),
    .params = params,
    .outputs = outputs,
    .check = check,
    .start = start,
    .ready = ready,
    .resolve = resolve,
    .arrive = arrive,
    .resume = resume,
    .wake = wake,
    .notice = notice,
    .fail = fail,
    .mark = mark,
    .settle = close_hour,
};
