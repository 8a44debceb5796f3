/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The contents of the cache: elasticache_redis_keys.c. */
struct redis_keys;
struct redis_keys_count {
    int64_t hits, misses, evictions, expired, lost;
    struct gauge memory; /* bytes */
};
struct redis_keys *redis_keys_open(struct node *node, int spaces, int64_t count, double memory, int policy);
void redis_keys_space(struct redis_keys *keys, int64_t count, double zipf, double ttl, double bytes);
struct redis_keys_count *redis_keys_count(struct redis_keys *keys);
uint32_t redis_keys_draw(const struct redis_keys *keys, int space, struct stream *stream);
void redis_keys_fetch(const struct redis_keys *keys, int space, uint32_t key);
bool redis_keys_get(struct redis_keys *keys, int space, uint32_t key);
bool redis_keys_set(struct redis_keys *keys, int space, uint32_t key, bool populates);
bool redis_keys_delete(struct redis_keys *keys, int space, uint32_t key);
bool redis_keys_holds(struct redis_keys *keys, int space, uint32_t key);
int64_t redis_keys_lose(struct redis_keys *keys, double seconds);
void redis_keys_clear(struct redis_keys *keys);
void redis_keys_expire(struct redis_keys *keys);
void redis_keys_warm(struct redis_keys *keys);

/* Memory of a node type in bytes, 0 when unknown: elasticache_redis_nodes.c. */
double redis_node_memory(const char *type);

struct keyspace {
    const char *name;
    int64_t count;
    double zipf, ttl, size;
    const char *popularity;
};

struct elasticache_redis_config {
    const char *engine_version, *node_type, *snapshot_window;
    int engine, maxmemory_policy;
    int64_t num_cache_clusters, snapshot_retention_limit, connection_limit;
    bool automatic_failover_enabled, multi_az_enabled;
    double reserved_memory_percent, key_overhead, replication_lag, endpoint_update, refusal;
    struct rows keyspaces;
    struct dist service, network, detection, promotion, replacement;
};

enum engine { REDIS, VALKEY };
enum { WAKE_EXPIRY = -1, WAKE_FAILOVER = -2 }; /* others are indexes of parts being replaced */
enum failover { SERVING, DETECTING, PROMOTING, POINTING };
enum phase { ARRIVED, TRAVELLED, REFUSED, SERVED };
enum operation { GET, SET, DELETE, SET_IF_ABSENT, OPERATIONS };

struct elasticache_redis_state {
    struct station thread; /* one command at a time */
    struct redis_keys *keys;
    struct redis_keys_count *count;
    struct timer expiry, failover, *replacement;
    struct stream faults;
    enum failover phase;
    bool promotes; /* a replica takes over; else the node is replaced */
    int64_t commands, refused, errors, hits, misses, evictions, expired, failovers, writes_lost;
    struct gauge nodes, connections, memory_used;
    double hit_ratio;
    int64_t marked_hits, marked_misses;
};

/* ---- Tables ------------------------------------------------------------------------------------------ */

static const struct param keyspace_params[] = {
    PARAM(keyspace, name, UNIT_NONE, NULL, NULL, "Name of the keyspace, as `keys` of a step names it.",
          "definition"),
    PARAM(keyspace, count, UNIT_COUNT, NULL, "1 to 50000000", "How many different keys are asked for.",
          "definition"),
    PARAM(keyspace, zipf, UNIT_COUNT, "0", "0 to 3",
          "Exponent of Zipf's law for the popularity of keys; 0 is the same for all.", "definition"),
    PARAM(keyspace, popularity, UNIT_NONE, "none", NULL,
          "The same in words: `zipf 0.9` or `uniform`; instead of zipf.", "definition"),
    PARAM(keyspace, ttl, UNIT_SECOND, "none", "1s to 3650d or none",
          "Time to live, counted from the write; reading does not renew it.", "definition"),
    PARAM(keyspace, size, UNIT_BYTE, NULL, "1B to 512MiB", "Size of a value.", "definition"),
    PARAM_END};

#define REDIS_GUIDE "ElastiCache for Redis user guide, 2023-06, "

static const struct param params[] = {
    PARAM(elasticache_redis_config, engine, UNIT_NONE, "redis", "redis|valkey",
          "The engine, which decides the price: Valkey is 20 % cheaper.", "definition"),
    PARAM(elasticache_redis_config, engine_version, UNIT_NONE, "7.1", NULL,
          "Version of the engine; not simulated.", "definition"),
    PARAM(elasticache_redis_config, node_type, UNIT_NONE, NULL, NULL,
          "Type of each node, which sets its memory.", "definition"),
    PARAM(elasticache_redis_config, num_cache_clusters, UNIT_COUNT, "1", "1 to 6",
          "Nodes: one primary, the others replicas.", REDIS_GUIDE "Replication.md"),
    PARAM(elasticache_redis_config, automatic_failover_enabled, UNIT_NONE, "false", NULL,
          "Whether a replica takes over when the primary fails; else the primary is replaced.", "definition"),
    PARAM(elasticache_redis_config, multi_az_enabled, UNIT_NONE, "false", NULL,
          "Whether nodes are spread over the zones; else they are in the first.", "definition"),
    PARAM(elasticache_redis_config, maxmemory_policy, UNIT_NONE, "volatile-lru",
          "volatile-lru|allkeys-lru|volatile-lfu|allkeys-lfu|volatile-random|allkeys-random|volatile-ttl|"
          "noeviction",
          "Which keys make room when the memory is full.", REDIS_GUIDE "ParameterGroups.Redis.md"),
    PARAM(elasticache_redis_config, reserved_memory_percent, UNIT_METRIC, "25", "0 to 100",
          "Share of a node's memory, in percent, kept from data for backups and failover.",
          REDIS_GUIDE "ParameterGroups.Redis.md"),
    PARAM(elasticache_redis_config, snapshot_retention_limit, UNIT_COUNT, "0", "0 to 35",
          "Days that daily snapshots are kept; 0 = none; storage is billed apart.", "definition"),
    PARAM(elasticache_redis_config, snapshot_window, UNIT_NONE, "03:00-04:00", NULL,
          "When the daily snapshot begins, which bounds what is lost with the last node.", "definition"),
    PARAM_MAP_OF(elasticache_redis_config, keyspaces, keyspace, keyspace_params,
                 "Kinds of keys, with their number, popularity, time to live and size."),
    PARAM(elasticache_redis_config, key_overhead, UNIT_BYTE, "96B", "0B to 10KiB",
          "Memory that each key needs beside its value; likely 50 B to 150 B.", "assumed"),
    PARAM(elasticache_redis_config, service, UNIT_SECOND, "exponential(8us)", NULL,
          "Time of one command on the one command thread; likely 2.5us to 12us, less with I/O threads.",
          "assumed"),
    PARAM(elasticache_redis_config, network, UNIT_SECOND, "lognormal(p50 0.3ms, p99 1ms)", NULL,
          "Round trip between client and node.",
          "cachee.ai measurement of PING on cache.r7g.xlarge: mean 339 us"),
    PARAM(elasticache_redis_config, connection_limit, UNIT_COUNT, "65000", "1 to 65000",
          "Commands under way at once, each on a connection; more are refused.",
          REDIS_GUIDE "TroubleshootingConnections.md"),
    PARAM(elasticache_redis_config, replication_lag, UNIT_SECOND, "100ms", "0s to 10min",
          "How far replicas are behind: writes this young die with the primary; likely 1ms to 1s.",
          "assumed"),
    PARAM(elasticache_redis_config, detection, UNIT_SECOND, "uniform(10s, 30s)", NULL,
          "Time until a dead primary is noticed.", "assumed"),
    PARAM(elasticache_redis_config, promotion, UNIT_SECOND, "lognormal(p50 3s, p99 8s)", NULL,
          "Time to promote a replica; usually just a few seconds.", REDIS_GUIDE "AutoFailover.md"),
    PARAM(elasticache_redis_config, endpoint_update, UNIT_SECOND, "5s", "0s to 10min",
          "Time until clients reach the new primary through its name; likely 1s to 60s.", "assumed"),
    PARAM(elasticache_redis_config, replacement, UNIT_SECOND, "lognormal(p50 5min, p99 12min)", NULL,
          "Time to recreate and provision a failed node; likely 3min to 15min.", "assumed"),
    PARAM(elasticache_redis_config, refusal, UNIT_SECOND, "1ms", "1us to 10s",
          "Time until a client learns that nobody serves it; longer where packets vanish.", "assumed"),
    PARAM_END};

static const struct output outputs[] = {
    OUTPUT(elasticache_redis_state, commands, OUTPUT_COUNT, UNIT_COUNT, "Commands served."),
    OUTPUT(elasticache_redis_state, hits, OUTPUT_COUNT, UNIT_COUNT, "Gets that found their key."),
    OUTPUT(elasticache_redis_state, misses, OUTPUT_COUNT, UNIT_COUNT, "Gets that did not."),
    OUTPUT(elasticache_redis_state, hit_ratio, OUTPUT_VALUE, UNIT_RATIO, "Hits over gets."),
    OUTPUT(elasticache_redis_state, evictions, OUTPUT_COUNT, UNIT_COUNT, "Keys removed to make room."),
    OUTPUT(elasticache_redis_state, expired, OUTPUT_COUNT, UNIT_COUNT,
           "Keys removed because their time was over."),
    OUTPUT(elasticache_redis_state, errors, OUTPUT_COUNT, UNIT_COUNT,
           "Writes refused because memory was full and nothing could be evicted."),
    OUTPUT(elasticache_redis_state, refused, OUTPUT_COUNT, UNIT_COUNT,
           "Commands refused: no primary, or too many connections."),
    OUTPUT(elasticache_redis_state, failovers, OUTPUT_COUNT, UNIT_COUNT, "Primaries that failed."),
    OUTPUT(elasticache_redis_state, writes_lost, OUTPUT_COUNT, UNIT_COUNT,
           "Writes that died with a primary, of the last 4,096."),
    {.key = "utilisation",
     .offset = offsetof(struct elasticache_redis_state, thread.in_service),
     .type = OUTPUT_MEAN,
     .unit = UNIT_RATIO,
     .help = "Share of time that the command thread is busy: EngineCPUUtilization.",
     .series = true},
    OUTPUT(elasticache_redis_state, memory_used, OUTPUT_MEAN, UNIT_BYTE, "Memory taken by keys.",
           .series = true),
    OUTPUT(elasticache_redis_state, connections, OUTPUT_PEAK, UNIT_COUNT, "Most commands under way at once."),
    OUTPUT(elasticache_redis_state, nodes, OUTPUT_MEAN, UNIT_COUNT, "Nodes that are billed."),
    OUTPUT_END};

/* ---- Rules across parameters --------------------------------------------------------------------------- */

/* The exponent of a keyspace; NAN when its words say nothing. */
static double exponent_of(const struct keyspace *space)
{
    double exponent = space->zipf;
    if (space->popularity == NULL) return exponent;
    if (strcmp(space->popularity, "uniform") == 0) return 0.0;
    const char *problem;
    bool zipf = text_starts(space->popularity, "zipf ");
    return zipf && quantity_parse(space->popularity + 5, UNIT_COUNT, &exponent, &problem) ? exponent : NAN;
}

static void check_keyspaces(const struct elasticache_redis_config *config, const struct check *check)
{
    const struct keyspace *space = config->keyspaces.row;
    for (int i = 0; i < config->keyspaces.count; i++) {
        double exponent = exponent_of(&space[i]);
        if (!(exponent >= 0.0 && exponent <= 3.0)) {
            check_error(check, &space[i].popularity,
                        "popularity must be `uniform` or `zipf` and 0 to 3, as in zipf 0.9");
        }
    }
}

static void check_failover(const struct elasticache_redis_config *config, const struct check *check)
{
    if (config->automatic_failover_enabled && config->num_cache_clusters < 2) {
        check_warning(
            check, &config->automatic_failover_enabled,
            "AWS refuses automatic failover without a replica: set num_cache_clusters to 2 or more");
    }
    if (config->multi_az_enabled && !config->automatic_failover_enabled) {
        check_warning(check, &config->multi_az_enabled,
                      "AWS refuses Multi-AZ without automatic_failover_enabled: true");
    }
}

static void check_version(const struct elasticache_redis_config *config, const struct check *check)
{
    double version = config->engine_version == NULL ? 0.0 : strtod(config->engine_version, NULL);
    if (config->engine == REDIS && version >= 7.15) {
        check_warning(check, &config->engine_version,
                      "ElastiCache offers Redis OSS up to 7.1; %s is a version of Valkey: set engine: valkey",
                      config->engine_version);
    }
}

static void check(const void *config_, const struct check *check)
{
    const struct elasticache_redis_config *config = config_;
    if (config->node_type == NULL || redis_node_memory(config->node_type) == 0.0) {
        check_error(check, &config->node_type, "unknown node type; write it as in cache.r7g.xlarge");
    }
    check_keyspaces(config, check);
    check_failover(config, check);
    check_version(config, check);
}

/* ---- Start --------------------------------------------------------------------------------------------- */

static void open_keys(struct node *self)
{
    struct elasticache_redis_state *state = self->state;
    const struct elasticache_redis_config *config = self->config;
    const struct keyspace *space = config->keyspaces.row;
    double memory = redis_node_memory(config->node_type) * (1.0 - config->reserved_memory_percent / 100.0);
    int64_t keys = 0;
    for (int i = 0; i < config->keyspaces.count; i++) keys += space[i].count;
    state->keys = redis_keys_open(self, config->keyspaces.count, keys, memory, config->maxmemory_policy);
    state->count = redis_keys_count(state->keys);
    for (int i = 0; i < config->keyspaces.count; i++) {
        redis_keys_space(state->keys, space[i].count, exponent_of(&space[i]), space[i].ttl,
                         space[i].size + config->key_overhead);
    }
}

static void open_parts(struct node *self)
{
    struct elasticache_redis_state *state = self->state;
    const struct elasticache_redis_config *config = self->config;
    int nodes = (int)config->num_cache_clusters, zones = self->run->plan->zone_count;
    node_parts(self, nodes, 0);
    state->replacement = node_array(self, struct timer, nodes);
    for (int i = 0; i < nodes; i++) {
        self->part[i]->zone = config->multi_az_enabled && zones > 0 ? i % zones : 0;
        part_set_life(self->part[i], PART_RUNNING);
        node_timer(self, &state->replacement[i], i);
    }
    gauge_set(&state->nodes, self->run->now, nodes);
}

static void add_node_hours(struct node *self)
{
    struct elasticache_redis_state *state = self->state;
    const struct elasticache_redis_config *config = self->config;
    const char *ending = config->engine == VALKEY ? ":Valkey" : "";
    meter_add(self, (struct meter){
                        .service = "AmazonElastiCache",
                        .sku = arena_printf(self->run->arena, "NodeUsage:%s%s", config->node_type, ending),
                        .name = "nodes",
                        .kind = METER_GAUGE,
                        .basis = BASIS_CONFIGURED,
                        .gauge = &state->nodes});
}

static void start(struct node *self)
{
    struct elasticache_redis_state *state = self->state;
    const struct elasticache_redis_config *config = self->config;
    station_open(&state->thread, self->run, 1, INT64_MAX, STATION_FCFS, (struct stream){0});
    open_keys(self);
    open_parts(self);
    add_node_hours(self);
    state->faults = node_stream(self, "faults");
    self->admits = config->connection_limit;
    node_timer(self, &state->failover, WAKE_FAILOVER);
    node_timer(self, &state->expiry, WAKE_EXPIRY);
    node_wake_in(self, &state->expiry, 1.0);
}

/* ---- Commands ------------------------------------------------------------------------------------------ */

static int operation_of(const struct ask *ask)
{
    switch (ask->op) {
    case ASK_GET: return GET;
    case ASK_SET: return SET;
    case ASK_DELETE: return DELETE;
    case ASK_SET_IF_ABSENT: return SET_IF_ABSENT;
    default: break;
    }
    bool deletes = ask->request != NULL && text_starts(ask->request, "DELETE ");
    bool writes =
        ask->request != NULL && (text_starts(ask->request, "PUT ") || text_starts(ask->request, "POST "));
    return deletes ? DELETE : writes ? SET : GET;
}

/* The keyspace: of a client's own request its path, `GET /sessions`; `*` is the first. */
static const char *keys_of(const struct ask *ask)
{
    if (ask->op != ASK_REQUEST) return ask->keys;
    const char *path = ask->request == NULL ? NULL : strchr(ask->request, '/');
    return path == NULL ? "*" : path + 1;
}

static int resolve(struct node *self, const struct ask *ask)
{
    const struct elasticache_redis_config *config = self->config;
    const struct keyspace *space = config->keyspaces.row;
    if (ask->op > ASK_SET_IF_ABSENT) return -1;
    const char *keys = keys_of(ask);
    for (int i = 0; keys != NULL && i < config->keyspaces.count; i++) {
        if (strcmp(keys, "*") == 0 || strcmp(keys, space[i].name) == 0)
            return i * OPERATIONS + operation_of(ask);
    }
    return -1;
}

/* Copies what the keys count into the outputs. */
static void count(struct node *self)
{
    struct elasticache_redis_state *state = self->state;
    state->hits = state->count->hits;
    state->misses = state->count->misses;
    state->evictions = state->count->evictions;
    state->expired = state->count->expired;
    if (state->memory_used.level != state->count->memory.level) {
        gauge_set(&state->memory_used, self->run->now, state->count->memory.level);
    }
}

/* On the key in `held`, plus 1: the one that the caller missed, or drawn here; a get hands it to the caller. */
static enum outcome command(struct visit *visit)
{
    struct elasticache_redis_state *state = visit->node->state;
    int space = visit->ask->route / OPERATIONS;
    uint32_t key = (uint32_t)visit->held - 1;
    switch ((enum operation)(visit->ask->route % OPERATIONS)) {
    case GET: return redis_keys_get(state->keys, space, key) ? OUTCOME_OK : OUTCOME_MISS;
    case DELETE: redis_keys_delete(state->keys, space, key); return OUTCOME_OK;
    case SET_IF_ABSENT:
        if (redis_keys_holds(state->keys, space, key)) return OUTCOME_MISS;
        break;
    default: break;
    }
    bool fits = redis_keys_set(state->keys, space, key, visit->ask->populates);
    state->errors += !fits;
    return fits ? OUTCOME_OK : OUTCOME_FAILED; /* "OOM command not allowed" */
}

static void finish(struct visit *visit, enum outcome outcome)
{
    struct elasticache_redis_state *state = visit->node->state;
    gauge_add(&state->connections, visit->node->run->now, -1.0);
    visit_reply(visit, outcome);
}

static void arrive(struct visit *visit)
{
    struct node *self = visit->node;
    struct elasticache_redis_state *state = self->state;
    const struct elasticache_redis_config *config = self->config;
    if (state->phase != SERVING || state->connections.level >= (double)config->connection_limit) {
        state->refused++;
        visit->step = REFUSED;
        visit->outcome = state->phase != SERVING ? OUTCOME_UNAVAILABLE : OUTCOME_REJECTED;
        visit_hold(visit, config->refusal);
        return;
    }
    gauge_add(&state->connections, self->run->now, 1.0);
    if (visit->part < 0) visit_place(visit, 0);
    visit->step = TRAVELLED;
    visit_hold(visit, visit_draw(visit, &config->network));
}

static void resume(struct visit *visit)
{
    struct elasticache_redis_state *state = visit->node->state;
    const struct elasticache_redis_config *config = visit->node->config;
    if (visit->step == REFUSED) {
        visit_reply(visit, (enum outcome)visit->outcome);
        return;
    }
    if (visit->step == TRAVELLED) {
        int space = visit->ask->route / OPERATIONS;
        if (visit->held == 0) visit->held = (int32_t)redis_keys_draw(state->keys, space, &visit->stream) + 1;
        redis_keys_fetch(state->keys, space, (uint32_t)visit->held - 1);
        visit->step = SERVED;
        visit_serve(visit, &state->thread, visit_draw(visit, &config->service));
        return;
    }
    state->commands++;
    enum outcome outcome = command(visit);
    count(visit->node);
    finish(visit, outcome);
}

/* ---- Failure ------------------------------------------------------------------------------------------- */

/* Part 0 is the primary: on promotion it moves to the replica's zone, and the replica's slot to the dead node's. */
static int best_replica(const struct node *self)
{
    for (int i = 1; i < self->part_limit; i++) {
        if (self->part[i]->alive && self->part[i]->life == PART_RUNNING) return i;
    }
    return -1;
}

static void replace(struct node *self, int part)
{
    struct elasticache_redis_state *state = self->state;
    const struct elasticache_redis_config *config = self->config;
    part_set_life(self->part[part], PART_PENDING);
    node_wake_in(self, &state->replacement[part], stream_draw(&state->faults, &config->replacement, 0.0));
}

/* Age of the newest snapshot, which is all that is left when every node has lost its memory. */
static double snapshot_age(const struct node *self)
{
    const struct elasticache_redis_config *config = self->config;
    if (config->snapshot_window == NULL || config->snapshot_retention_limit == 0) return INFINITY;
    char *colon;
    double hour = (double)strtol(config->snapshot_window, &colon, 10);
    double minute = *colon == ':' ? (double)strtol(colon + 1, NULL, 10) : 0.0;
    double since = fmod(run_clock(self->run) - 3600.0 * hour - 60.0 * minute, 86400.0);
    return since < 0.0 ? since + 86400.0 : since;
}

static void lose(struct node *self)
{
    struct elasticache_redis_state *state = self->state;
    const struct elasticache_redis_config *config = self->config;
    if (best_replica(self) >= 0) {
        int64_t writes = redis_keys_lose(state->keys, config->replication_lag);
        state->writes_lost += writes;
        recovery_lost(self, config->replication_lag, writes);
        return;
    }
    recovery_lost(self, snapshot_age(self), redis_keys_lose(state->keys, INFINITY));
    redis_keys_clear(state->keys);
}

static void crash_primary(struct node *self, bool zone_gone)
{
    struct elasticache_redis_state *state = self->state;
    const struct elasticache_redis_config *config = self->config;
    if (state->phase != SERVING) return;
    state->phase = DETECTING; /* before callers that come back at once */
    state->failovers++;
    gauge_set(&state->connections, self->run->now, 0.0);
    part_crash(self->part[0], OUTCOME_RESET);
    lose(self);
    count(self);
    state->promotes = config->automatic_failover_enabled && best_replica(self) >= 0;
    if (state->promotes || !zone_gone) { /* a node is replaced in its own zone */
        node_wake_in(self, &state->failover, stream_draw(&state->faults, &config->detection, 0.0));
    }
}

static void detected(struct node *self)
{
    struct elasticache_redis_state *state = self->state;
    const struct elasticache_redis_config *config = self->config;
    const struct dist *next = state->promotes ? &config->promotion : &config->replacement;
    recovery_reached(self, RECOVERY_DETECTION);
    recovery_reached(self, RECOVERY_DECISION);
    part_set_life(self->part[0], PART_PENDING);
    state->phase = PROMOTING;
    node_wake_in(self, &state->failover, stream_draw(&state->faults, next, 0.0));
}

/* The replica has become part 0; what was the primary is replaced in its own zone, if that is still there. */
static void promoted(struct node *self)
{
    struct elasticache_redis_state *state = self->state;
    const struct elasticache_redis_config *config = self->config;
    int replica = state->promotes ? best_replica(self) : -1;
    bool reachable = self->part[0]->reachable;
    if (replica >= 0) {
        int32_t zone = self->part[0]->zone;
        self->part[0]->zone = self->part[replica]->zone;
        self->part[replica]->zone = zone;
        self->part[replica]->alive = false;
        if (reachable) {
            replace(self, replica);
        } else {
            part_set_life(self->part[replica], PART_ABSENT);
        }
    }
    part_set_life(self->part[0], PART_RUNNING);
    recovery_reached(self, RECOVERY_REPLACEMENT);
    state->phase = POINTING; /* a replaced node keeps its endpoint */
    node_wake_in(self, &state->failover, replica >= 0 ? config->endpoint_update : 0.0);
}

static void pointed(struct node *self)
{
    struct elasticache_redis_state *state = self->state;
    state->phase = SERVING;
    recovery_reached(self, RECOVERY_CONNECTION);
    recovery_reached(self, RECOVERY_WARM_UP);
}

/* Which parts a fault takes: the primary of FAULT_PRIMARY, one part, those of a zone, all. */
static bool struck(const struct fault *fault, const struct part *part)
{
    switch (fault->kind) {
    case FAULT_PRIMARY: return part->index == 0;
    case FAULT_PART:
    case FAULT_HOST: return part->index == fault->part;
    case FAULT_ZONE: return part->zone == fault->zone;
    case FAULT_NODE: break;
    }
    return true;
}

static void fail(struct node *self, const struct fault *fault)
{
    bool primary = struck(fault, self->part[0]), zone = fault->kind == FAULT_ZONE;
    self->part[0]->reachable = self->part[0]->reachable && !(primary && zone);
    for (int i = 1; i < self->part_limit; i++) {
        if (struck(fault, self->part[i]) && self->part[i]->alive) {
            part_crash(self->part[i], OUTCOME_RESET);
            if (!zone) replace(self, i);
        }
    }
    if (primary) crash_primary(self, zone);
}

static void wake(struct node *self, int tag)
{
    struct elasticache_redis_state *state = self->state;
    if (tag == WAKE_EXPIRY) {
        redis_keys_expire(state->keys);
        count(self);
        node_wake_in(self, &state->expiry, 1.0);
    } else if (tag != WAKE_FAILOVER) {
        part_set_life(self->part[tag], PART_RUNNING);
    } else if (state->phase == DETECTING) {
        detected(self);
    } else if (state->phase == PROMOTING) {
        promoted(self);
    } else {
        pointed(self);
    }
}

static void warm(struct node *self)
{
    struct elasticache_redis_state *state = self->state;
    redis_keys_warm(state->keys);
    count(self);
}

static void mark(struct node *self)
{
    struct elasticache_redis_state *state = self->state;
    state->marked_hits = state->hits;
    state->marked_misses = state->misses;
}

static void settle(struct node *self)
{
    struct elasticache_redis_state *state = self->state;
    double hits = (double)(state->hits - state->marked_hits),
           misses = (double)(state->misses - state->marked_misses);
    state->hit_ratio = hits + misses > 0.0 ? hits / (hits + misses) : NAN;
}

const struct model model_elasticache_redis = {
    .name = "elasticache_redis",
    .title = "Amazon ElastiCache for Redis or Valkey, cluster mode disabled",
    .about =
        "One command thread behind a network round trip; the actual contents, key by key, from popularity, "
        "time to "
        "live, size and memory, so that hit ratio, eviction and cold caches follow; failover with detection, "
        "promotion, name update and what asynchronous replication loses. Not modelled: shards, reads from "
        "replicas, pipelining, large values on the wire, snapshots' cost in CPU and memory.",
    .config_size = sizeof(struct elasticache_redis_config),
    .state_size = sizeof(struct elasticache_redis_state),
    .params = params,
    .outputs = outputs,
    .check = check,
    .start = start,
    .resolve = resolve,
    .arrive = arrive,
    .resume = resume,
    .wake = wake,
    .fail = fail,
    .warm = warm,
    .mark = mark,
    .settle = settle,
};
