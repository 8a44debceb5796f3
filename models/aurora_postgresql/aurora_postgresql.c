/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"
#include "text.h"

#include <math.h>
#include <string.h>

/* The table of classes: aurora_postgresql_classes.c. */
double aurora_class_vcpus(const char *name);
double aurora_class_memory(const char *name);
int64_t aurora_class_connections(const char *name);

struct contention {
    double sigma, kappa;
};

struct aurora_postgresql_config {
    const char *engine_version, *instance_class, *storage_type, *preferred_backup_window;
    int64_t instances, max_connections, reserved_connections, iops;
    double shared_buffers, working_set, allocated_storage, yearly_growth, backtrack_window,
        backup_retention_period;
    struct contention contention;
    int read_from;
    struct dist statement, commit_latency, failover, recreate, restart;
    double pages, storage_latency, log_writes, detection, dns_share, refusal;
};

enum { FROM_WRITER, FROM_READERS };
enum { WAKE_FAILOVER = -1, WAKE_GROWTH = -2 }; /* others are indexes of parts that restart */
enum phase { SERVING, DETECTING, PROMOTING, POINTING };
enum step_of { REFUSED, COMPUTED, READ_PAGES, COMMITTED };

/* Part 0 is the writer, the others are readers: on promotion a reader's zone and part 0's change places. So whoever
   asks for part 0 goes past the endpoint's name, and sees in its life and `alive` whether there is a writer. */
struct instance {
    struct processor cpu;
    struct timer restart;
    int64_t connections;
};

struct aurora_postgresql_state {
    struct timer failover, growth;
    struct stream faults;
    enum phase phase;
    bool endpoint;                /* the cluster endpoint leads to a writer */
    bool promotes;                /* a reader takes over; else the instance is recreated */
    double ready_in, endpoint_in; /* seconds from detection to a new writer, and from that to the endpoint */
    double vcpus, miss_ratio;
    int64_t admitted; /* callers at once on an instance */
    int64_t statements, transactions, writes, rejected, unavailable, failovers;
    double io_requests;
    struct gauge connections, writer_cpu, reader_cpu, instances, storage;
    struct tally residence;
    double utilisation, marked_busy;
};

#define GUIDE "Aurora user guide, 2023-06, "

static const struct param contention_params[] = {
    PARAM(contention, sigma, UNIT_COUNT, "0.03", "0 to 1",
          "Share of work that cannot run in parallel, in the universal scalability law; likely 0.01 to 0.1.",
          "assumed"),
    PARAM(contention, kappa, UNIT_COUNT, "0.0001", "0 to 1",
          "Cost of each pair of statements keeping out of each other's way; likely 0.00001 to 0.001.",
          "assumed"),
    PARAM_END};

static const struct param params[] = {
    PARAM(aurora_postgresql_config, engine_version, UNIT_NONE, "15.3", NULL,
          "Version of the engine; not simulated.", "definition"),
    PARAM(aurora_postgresql_config, instance_class, UNIT_NONE, NULL, NULL,
          "Class of each instance, which sets its vCPUs and memory.", "definition"),
    PARAM(aurora_postgresql_config, instances, UNIT_COUNT, "1", "1 to 16",
          "Instances: one writer, the others readers, over the zones in turn.",
          GUIDE "Aurora.Replication.md"),
    PARAM(aurora_postgresql_config, max_connections, UNIT_COUNT, "none", "6 to 262143 or none",
          "Connections an instance admits; none is the class's default, LEAST(memory/9531392, 5000).",
          GUIDE "AuroraPostgreSQL.Managing.md"),
    PARAM(aurora_postgresql_config, reserved_connections, UNIT_COUNT, "3", "0 to 100",
          "Of these, kept for AWS's own automation.", GUIDE "AuroraPostgreSQL.Managing.md"),
    PARAM(aurora_postgresql_config, read_from, UNIT_NONE, "writer", "writer|readers",
          "Where statements go that do not write: by the cluster or by the reader endpoint.", "definition"),
    PARAM_GROUP_OF(aurora_postgresql_config, contention, contention_params,
                   "How statements that run together slow each other down (Gunther 1993)."),
    PARAM(aurora_postgresql_config, statement, UNIT_SECOND, "exponential(1ms)", NULL,
          "CPU time of a request that a client sends directly; others bring their own.", "assumed"),
    PARAM(aurora_postgresql_config, commit_latency, UNIT_SECOND, "lognormal(p50 3ms, p99 10ms)", NULL,
          "Wait of a write for four of the six copies of its log; likely 1ms to 6ms.", "assumed"),
    PARAM(aurora_postgresql_config, shared_buffers, UNIT_RATIO, "75%", "1% to 90%",
          "Share of the memory for pages; Aurora keeps no other cache of them.", "assumed"),
    PARAM(aurora_postgresql_config, working_set, UNIT_BYTE, "0B", "0B to 128TiB",
          "Data that statements touch evenly; what the buffers do not hold is read.", "definition"),
    PARAM(aurora_postgresql_config, pages, UNIT_COUNT, "5", "0 to 1000000",
          "Pages that a statement touches; likely 3 to 50.", "assumed"),
    PARAM(aurora_postgresql_config, storage_latency, UNIT_SECOND, "1ms", "0s to 1s",
          "Time to read one page from storage; likely 0.5ms to 2ms.", "assumed"),
    PARAM(aurora_postgresql_config, log_writes, UNIT_COUNT, "2", "0 to 1000000",
          "I/O requests billed for a writing statement, one per 4 KiB; likely 1 to 10.", "assumed"),
    PARAM(aurora_postgresql_config, allocated_storage, UNIT_BYTE, "10GB", "0B to 128TiB",
          "Data stored at the start; Aurora allocates by itself and bills what is used.",
          GUIDE "Aurora.Overview.StorageReliability.md"),
    PARAM(aurora_postgresql_config, yearly_growth, UNIT_BYTE, "0B", "0B to 128TiB",
          "Growth of that in a year.", "definition"),
    PARAM(aurora_postgresql_config, storage_type, UNIT_NONE, "aurora", NULL,
          "Aurora Standard, which bills I/O; other types are not Aurora's.",
          GUIDE "Aurora.Overview.StorageReliability.md"),
    PARAM(aurora_postgresql_config, iops, UNIT_COUNT, "none", "0 to 256000 or none",
          "Accepted and ignored, as Aurora has no provisioned IOPS.", "definition"),
    PARAM(aurora_postgresql_config, backtrack_window, UNIT_SECOND, "0s", "0s to 72h",
          "Accepted and ignored, as only Aurora MySQL can backtrack.",
          GUIDE "AuroraMySQL.Managing.Backtrack.md"),
    PARAM(aurora_postgresql_config, backup_retention_period, UNIT_SECOND, "1d", "1d to 35d",
          "How long backups are kept; their storage is billed apart.", "definition"),
    PARAM(aurora_postgresql_config, preferred_backup_window, UNIT_NONE, "none", NULL,
          "When backups are taken, which costs nothing here.", "definition"),
    PARAM(aurora_postgresql_config, failover, UNIT_SECOND, "lognormal(p50 12.2s, p99 18.6s)", NULL,
          "Time without a writer when a reader takes over, as a client at the cluster endpoint sees it.",
          "zatoima.github.io, Aurora PostgreSQL failover, five measurements of 10 s to 16 s"),
    PARAM(aurora_postgresql_config, dns_share, UNIT_RATIO, "50%", "0% to 95%",
          "Part of that in which only the name leads elsewhere; RDS Proxy saves it, up to 66 %.", "assumed"),
    PARAM(aurora_postgresql_config, detection, UNIT_SECOND, "3s", "0s to 5min",
          "Part of that until the failure is noticed; likely 1s to 10s.", "assumed"),
    PARAM(aurora_postgresql_config, recreate, UNIT_SECOND, "lognormal(p50 5min, p99 10min)", NULL,
          "Time without a writer when the instance is recreated for want of a reader.",
          GUIDE "Concepts.AuroraHighAvailability.md"),
    PARAM(aurora_postgresql_config, restart, UNIT_SECOND, "lognormal(p50 2min, p99 8min)", NULL,
          "Time until an instance that failed is back, as a reader.", "assumed"),
    PARAM(aurora_postgresql_config, refusal, UNIT_SECOND, "1ms", "1us to 10s",
          "Time until a client learns that it gets no connection.", "assumed"),
    PARAM_END};

static const struct output outputs[] = {
    OUTPUT(aurora_postgresql_state, statements, OUTPUT_COUNT, UNIT_COUNT, "Statements executed."),
    OUTPUT(aurora_postgresql_state, transactions, OUTPUT_COUNT, UNIT_COUNT,
           "Transactions ended, single statements included."),
    OUTPUT(aurora_postgresql_state, writes, OUTPUT_COUNT, UNIT_COUNT, "Of these, those that wrote."),
    OUTPUT(aurora_postgresql_state, rejected, OUTPUT_COUNT, UNIT_COUNT,
           "Connections refused with `too many connections`."),
    OUTPUT(aurora_postgresql_state, unavailable, OUTPUT_COUNT, UNIT_COUNT,
           "Connections that found no instance to serve them."),
    OUTPUT(aurora_postgresql_state, failovers, OUTPUT_COUNT, UNIT_COUNT, "Writers that failed."),
    OUTPUT(aurora_postgresql_state, residence, OUTPUT_TALLY, UNIT_SECOND,
           "Time of a transaction in the database."),
    OUTPUT(aurora_postgresql_state, connections, OUTPUT_MEAN, UNIT_COUNT, "Connections at work.",
           .series = true),
    OUTPUT(aurora_postgresql_state, writer_cpu, OUTPUT_MEAN, UNIT_COUNT, "Busy vCPUs of the writer.",
           .series = true),
    OUTPUT(aurora_postgresql_state, reader_cpu, OUTPUT_MEAN, UNIT_COUNT, "Busy vCPUs of all readers.",
           .series = true),
    OUTPUT(aurora_postgresql_state, utilisation, OUTPUT_VALUE, UNIT_RATIO,
           "Share of the writer's vCPUs that is busy."),
    OUTPUT(aurora_postgresql_state, instances, OUTPUT_MEAN, UNIT_COUNT, "Instances.", .service = "AmazonRDS",
           .sku = "InstanceUsage:{instance_class}", .fixed = true),
    OUTPUT(aurora_postgresql_state, storage, OUTPUT_MEAN, UNIT_BYTE, "Data stored.", .service = "AmazonRDS",
           .sku = "Aurora:StorageUsage", .factor = 1.0 / 1073741824.0 / 730.0, .fixed = true),
    OUTPUT(aurora_postgresql_state, io_requests, OUTPUT_SUM, UNIT_COUNT, "I/O requests to storage.",
           .service = "AmazonRDS", .sku = "Aurora:StorageIOUsage"),
    OUTPUT_END};

/* ---- Rules across parameters --------------------------------------------------------------------------- */

static void check_storage(const struct aurora_postgresql_config *config, const struct check *check)
{
    if (text_equal(config->storage_type, "aurora-iopt1")) {
        check_error(
            check, &config->storage_type,
            "I/O-Optimized storage is not in the price book yet; leave storage_type out for Aurora Standard");
    } else if (config->storage_type != NULL && strcmp(config->storage_type, "aurora") != 0) {
        check_warning(
            check, &config->storage_type,
            "Aurora has no %s storage, so it is ignored; leave storage_type out, or use an RDS instance",
            config->storage_type);
    }
    if (config->iops != INT64_MAX) {
        check_warning(check, &config->iops,
                      "Aurora has no provisioned IOPS, so iops is ignored; leave it out");
    }
    if (config->backtrack_window > 0.0) {
        check_warning(
            check, &config->backtrack_window,
            "only Aurora MySQL can backtrack: AWS refuses it here, and it is ignored; leave it out");
    }
}

static void check(const void *config_, const struct check *check)
{
    const struct aurora_postgresql_config *config = config_;
    if (aurora_class_vcpus(config->instance_class) == 0.0) {
        check_error(
            check, &config->instance_class,
            "Aurora PostgreSQL does not offer %s; the smallest classes are db.t4g.medium and db.t3.medium",
            config->instance_class == NULL ? "it" : config->instance_class);
    } else if (config->max_connections != INT64_MAX &&
               config->max_connections > aurora_class_connections(config->instance_class)) {
        check_warning(
            check, &config->max_connections,
            "max_connections is above the default of this class, %lld: more than its memory is made for",
            (long long)aurora_class_connections(config->instance_class));
    }
    if (config->max_connections != INT64_MAX && config->max_connections <= config->reserved_connections) {
        check_error(check, &config->max_connections, "max_connections must be above reserved_connections");
    }
    if (config->read_from == FROM_READERS && config->instances == 1) {
        check_warning(check, &config->read_from, "with one instance the reader endpoint leads to the writer");
    }
    check_storage(config, check);
}

/* ---- Start --------------------------------------------------------------------------------------------- */

static struct instance *instance(const struct node *self, int part)
{
    return self->part[part]->state;
}

static void open_instance(struct node *self, int part)
{
    struct aurora_postgresql_state *state = self->state;
    struct instance *it = instance(self, part);
    int zones = self->run->plan->zone_count;
    processor_open(&it->cpu, self->run, state->vcpus, part == 0 ? &state->writer_cpu : &state->reader_cpu);
    node_timer(self, &it->restart, part);
    self->part[part]->zone = zones > 0 ? part % zones : 0;
    part_set_life(self->part[part], PART_RUNNING);
}

static void grow(struct node *self)
{
    struct aurora_postgresql_state *state = self->state;
    const struct aurora_postgresql_config *config = self->config;
    double years = fmax(node_seconds(self), 0.0) / (365.0 * 86400.0);
    gauge_set(&state->storage, self->run->now, config->allocated_storage + years * config->yearly_growth);
    if (config->yearly_growth > 0.0) node_wake_in(self, &state->growth, 3600.0);
}

static void start(struct node *self)
{
    struct aurora_postgresql_state *state = self->state;
    const struct aurora_postgresql_config *config = self->config;
    bool given = config->max_connections != INT64_MAX;
    double buffers = config->shared_buffers * aurora_class_memory(config->instance_class);
    int64_t most = given ? config->max_connections : aurora_class_connections(config->instance_class);
    state->vcpus = aurora_class_vcpus(config->instance_class);
    state->admitted = most - config->reserved_connections;
    state->miss_ratio = config->working_set > buffers ? 1.0 - buffers / config->working_set : 0.0;
    state->residence = tally_open(self->run->arena);
    state->faults = node_stream(self, "faults");
    state->endpoint = true;
    self->admits = most;
    self->vcpus = state->vcpus * (double)config->instances;
    node_parts(self, (int)config->instances, sizeof(struct instance));
    for (int i = 0; i < self->part_limit; i++) open_instance(self, i);
    gauge_set(&state->instances, self->run->now, (double)config->instances);
    node_timer(self, &state->failover, WAKE_FAILOVER);
    node_timer(self, &state->growth, WAKE_GROWTH);
    grow(self);
}

/* ---- Statements ---------------------------------------------------------------------------------------- */

/* A client's own request reads when it is a GET; what an ask writes is the route. */
static int resolve(struct node *self, const struct ask *ask)
{
    (void)self;
    switch (ask->op) {
    case ASK_QUERY:
    case ASK_TRANSACTION: return ask->writes;
    case ASK_REQUEST:
        return ask->request != NULL && strchr(ask->request, ' ') != NULL &&
               !text_starts(ask->request, "GET ");
    default: return -1;
    }
}

static bool up(const struct part *part)
{
    return part->alive && part->life == PART_RUNNING;
}

/* A reader that is up, drawn evenly, as the reader endpoint's names are; the writer when there is none. */
static int draw_reader(struct visit *visit)
{
    const struct node *self = visit->node;
    int readers = 0, chosen = 0;
    for (int i = 1; i < self->part_limit; i++) readers += up(self->part[i]);
    int place = readers > 0 ? (int)stream_below_n(&visit->stream, (uint32_t)readers) : -1;
    for (int i = 1; place >= 0 && i < self->part_limit; i++) {
        if (up(self->part[i]) && place-- == 0) chosen = i;
    }
    return chosen;
}

/* Where the visit connects to; -1: nowhere. */
static int connect_to(struct visit *visit)
{
    const struct aurora_postgresql_state *state = visit->node->state;
    const struct aurora_postgresql_config *config = visit->node->config;
    if (visit->part >= 0)
        return up(visit->node->part[visit->part]) ? visit->part : -1; /* past the endpoints */
    bool reads = visit->ask->route == 0 && config->read_from == FROM_READERS;
    int part = reads ? draw_reader(visit) : 0;
    return part > 0 || (state->endpoint && up(visit->node->part[0])) ? part : -1;
}

static void refuse(struct visit *visit, enum outcome outcome)
{
    const struct aurora_postgresql_config *config = visit->node->config;
    visit->step = REFUSED;
    visit->outcome = (uint8_t)outcome;
    visit_hold(visit, config->refusal);
}

/* `n` statements together get done what n / (1 + s(n-1) + k n(n-1)) would alone (Gunther 1993), if there are vCPUs for
   that: whichever is scarcer binds, so statements that wait for a vCPU do not slow those that have one twice. */
static void contend(const struct node *self, struct processor *cpu, int32_t active)
{
    const struct aurora_postgresql_state *state = self->state;
    const struct contention *contention =
        &((const struct aurora_postgresql_config *)self->config)->contention;
    double n = active;
    double speed = n / (1.0 + contention->sigma * (n - 1.0) + contention->kappa * n * (n - 1.0));
    double capacity = active == 0 ? state->vcpus : fmin(speed, state->vcpus);
    if (capacity != cpu->capacity) processor_resize(cpu, capacity);
}

static int statement_count(const struct visit *visit)
{
    return visit->ask->op == ASK_TRANSACTION ? visit->ask->statement_count : 1;
}

static const struct dist *statement(const struct visit *visit)
{
    const struct aurora_postgresql_config *config = visit->node->config;
    switch (visit->ask->op) {
    case ASK_TRANSACTION: return &visit->ask->statements[visit->pc];
    case ASK_QUERY: return visit->ask->work;
    default: return &config->statement;
    }
}

static void finish(struct visit *visit)
{
    struct node *self = visit->node;
    struct aurora_postgresql_state *state = self->state;
    instance(self, visit->part)->connections--;
    gauge_add(&state->connections, self->run->now, -1.0);
    state->transactions++;
    state->writes += visit->ask->route;
    tally_add(&state->residence, self->run->now - visit->arrived);
    visit_reply(visit, OUTCOME_OK);
}

/* The next statement, or the end: a write waits for the storage to have it. */
static void go_on(struct visit *visit)
{
    struct aurora_postgresql_state *state = visit->node->state;
    const struct aurora_postgresql_config *config = visit->node->config;
    if (visit->pc < statement_count(visit)) {
        const struct dist *work = statement(visit);
        visit->pc++;
        visit->step = COMPUTED;
        state->statements++;
        struct processor *cpu = &instance(visit->node, visit->part)->cpu;
        double demand = visit_draw(visit, work);
        contend(visit->node, cpu, cpu->active + 1);
        visit_compute(visit, cpu, demand);
    } else if (visit->ask->route != 0) {
        visit->step = COMMITTED;
        visit_hold(visit, visit_draw(visit, &config->commit_latency));
    } else {
        finish(visit);
    }
}

/* I/O of the statement just computed: pages that the buffers did not hold, and its log. */
static void computed(struct visit *visit)
{
    struct aurora_postgresql_state *state = visit->node->state;
    const struct aurora_postgresql_config *config = visit->node->config;
    double missed = config->pages * state->miss_ratio;
    struct processor *cpu = &instance(visit->node, visit->part)->cpu;
    contend(visit->node, cpu, cpu->active);
    state->io_requests += missed + (visit->ask->route != 0 ? config->log_writes : 0.0);
    if (missed > 0.0) {
        visit->step = READ_PAGES;
        visit_hold(visit, missed * config->storage_latency);
    } else {
        go_on(visit);
    }
}

static void arrive(struct visit *visit)
{
    struct node *self = visit->node;
    struct aurora_postgresql_state *state = self->state;
    int part = connect_to(visit);
    if (part < 0) {
        state->unavailable++;
        refuse(visit, OUTCOME_UNAVAILABLE);
        return;
    }
    if (instance(self, part)->connections >= state->admitted) {
        state->rejected++;
        refuse(visit, OUTCOME_REJECTED);
        return;
    }
    if (visit->part < 0) visit_place(visit, part);
    instance(self, part)->connections++;
    gauge_add(&state->connections, self->run->now, 1.0);
    go_on(visit);
}

static void resume(struct visit *visit)
{
    switch ((enum step_of)visit->step) {
    case REFUSED: visit_reply(visit, (enum outcome)visit->outcome); break;
    case COMPUTED: computed(visit); break;
    case READ_PAGES: go_on(visit); break;
    case COMMITTED: finish(visit); break;
    }
}

/* ---- Failure ------------------------------------------------------------------------------------------- */

/* Whatever is at work on the instance breaks off. */
static void crash(struct node *self, int part)
{
    struct aurora_postgresql_state *state = self->state;
    gauge_add(&state->connections, self->run->now, -(double)instance(self, part)->connections);
    instance(self, part)->connections = 0;
    part_crash(self->part[part], OUTCOME_RESET);
    contend(self, &instance(self, part)->cpu, 0);
}

/* AWS prefers the larger instance of the lower tier; all are alike here, so the first that is up. */
static int next_writer(const struct node *self)
{
    for (int i = 1; i < self->part_limit; i++)
        if (up(self->part[i])) return i;
    return -1;
}

static void restart(struct node *self, int part)
{
    struct aurora_postgresql_state *state = self->state;
    const struct aurora_postgresql_config *config = self->config;
    part_set_life(self->part[part], PART_PENDING);
    node_wake_in(self, &instance(self, part)->restart, stream_draw(&state->faults, &config->restart, 0.0));
}

/* With a reader: detected, promoted, and then the endpoint follows. Without: recreated in the same zone, if that is
   there; otherwise somebody has to create one elsewhere by hand, which is not simulated. */
static void crash_writer(struct node *self, bool zone_gone)
{
    struct aurora_postgresql_state *state = self->state;
    const struct aurora_postgresql_config *config = self->config;
    if (state->phase != SERVING) return;
    state->phase = DETECTING;
    state->failovers++;
    state->endpoint = false;
    crash(self, 0);
    recovery_lost(self, 0.0, 0); /* storage is shared and synchronous */
    state->promotes = next_writer(self) > 0;
    if (!state->promotes && zone_gone) return;
    double total = stream_draw(&state->faults, state->promotes ? &config->failover : &config->recreate, 0.0);
    double named = state->promotes ? total * (1.0 - config->dns_share) : total;
    double detection = fmin(config->detection, named);
    state->ready_in = named - detection;
    state->endpoint_in = total - named;
    node_wake_in(self, &state->failover, detection);
}

static void detected(struct node *self)
{
    struct aurora_postgresql_state *state = self->state;
    recovery_reached(self, RECOVERY_DETECTION);
    recovery_reached(self, RECOVERY_DECISION);
    part_set_life(self->part[0], PART_PENDING);
    state->phase = PROMOTING;
    node_wake_in(self, &state->failover, state->ready_in);
}

/* The reader restarts as the writer, so its own sessions break; the old writer takes its slot, in its old zone. */
static void promote(struct node *self, int reader)
{
    bool reachable = self->part[0]->reachable;
    int32_t zone = self->part[0]->zone;
    crash(self, reader);
    self->part[0]->zone = self->part[reader]->zone;
    self->part[reader]->zone = zone;
    if (reachable) {
        restart(self, reader);
    } else {
        part_set_life(self->part[reader], PART_ABSENT);
    }
}

static void ready_again(struct node *self)
{
    struct aurora_postgresql_state *state = self->state;
    int reader = state->promotes ? next_writer(self) : -1;
    if (reader > 0) promote(self, reader);
    part_set_life(self->part[0], PART_RUNNING);
    recovery_reached(self, RECOVERY_REPLACEMENT);
    state->phase = POINTING;
    node_wake_in(self, &state->failover, state->endpoint_in);
}

static void pointed(struct node *self)
{
    struct aurora_postgresql_state *state = self->state;
    state->phase = SERVING;
    state->endpoint = true;
    recovery_reached(self, RECOVERY_CONNECTION);
    recovery_reached(self, RECOVERY_WARM_UP);
}

/* Which instances a fault takes. */
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
    bool writer = struck(fault, self->part[0]), zone = fault->kind == FAULT_ZONE;
    self->part[0]->reachable = self->part[0]->reachable && !(writer && zone);
    for (int i = 1; i < self->part_limit; i++) {
        if (struck(fault, self->part[i]) && self->part[i]->alive) {
            crash(self, i);
            if (!zone) restart(self, i);
        }
    }
    if (writer) crash_writer(self, zone);
}

static void wake(struct node *self, int tag)
{
    struct aurora_postgresql_state *state = self->state;
    if (tag == WAKE_GROWTH) {
        grow(self);
    } else if (tag != WAKE_FAILOVER) {
        part_set_life(self->part[tag], PART_RUNNING);
    } else if (state->phase == DETECTING) {
        detected(self);
    } else if (state->phase == PROMOTING) {
        ready_again(self);
    } else {
        pointed(self);
    }
}

static void mark(struct node *self)
{
    struct aurora_postgresql_state *state = self->state;
    state->marked_busy = gauge_area(&state->writer_cpu, self->run->now);
}

static void settle(struct node *self)
{
    struct aurora_postgresql_state *state = self->state;
    double busy = gauge_area(&state->writer_cpu, self->run->now) - state->marked_busy;
    state->utilisation = fmin(busy / (state->vcpus * self->run->plan->horizon), 1.0); /* rounding */
}

const struct model model_aurora_postgresql = {
    .name = "aurora_postgresql",
    .title = "Amazon Aurora PostgreSQL cluster",
    .about = "Each instance shares its vCPUs among all statements at work, slowed by contention (universal "
             "scalability "
             "law); connections limit admission only; writes wait for the storage quorum; pages missing from "
             "the buffers "
             "are read from storage and billed; failover with detection, promotion and DNS, or recreation "
             "without a "
             "reader. Not modelled: locks between transactions, connections that idle in callers' pools, CPU "
             "credits, "
             "replica lag, Serverless v2, I/O-Optimized.",
    .config_size = sizeof(struct aurora_postgresql_config),
    .state_size = sizeof(struct aurora_postgresql_state),
    .params = params,
    .outputs = outputs,
    .check = check,
    .start = start,
    .resolve = resolve,
    .arrive = arrive,
    .resume = resume,
    .wake = wake,
    .fail = fail,
    .mark = mark,
    .settle = settle,
};
