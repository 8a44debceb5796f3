/* SPDX-License-Identifier: Apache-2.0 */
/* What costs but does not queue: lines of the bill that follow the requests and bytes of other nodes, or
   stand as they are written. */
#include "model.h"
#include "text.h"

#include <math.h>

/* What one quantity is counted for, in the order of the words of `per`. */
enum per {
    PER_HOUR,
    PER_ZONE_HOUR,
    PER_MONTH,
    PER_REQUEST, /* from here on it follows other nodes */
    PER_MESSAGE,
    PER_BYTE, /* from here on the quantity is a ratio: SKU units or bytes for each byte or GiB-month */
    PER_BYTE_IN,
    PER_BYTE_OUT,
    PER_GIB_MONTH
};

/* What a SKU is priced by: things, or GB in three ways. */
enum measure { MEASURE_THING, MEASURE_GB, MEASURE_GB_TIME, MEASURE_GB_MONTH };

struct metered_item {
    const char *name, *service, *sku;
    int per; /* enum per */
    struct node_refs of;
    double quantity, retention;
};

struct metered_config {
    struct rows items; /* of struct metered_item */
};

static const struct param item_params[] = {
    PARAM(metered_item, name, UNIT_NONE, "none", NULL, "What is counted, for the bill and for paths.",
          "definition"),
    PARAM(metered_item, service, UNIT_NONE, "none", NULL,
          "AWS's code of the service, where several have a SKU of this name.", "definition"),
    PARAM(metered_item, sku, UNIT_NONE, NULL, NULL, "AWS's usage type without the region in front.",
          "definition"),
    PARAM(metered_item, per, UNIT_NONE, NULL,
          "hour|zone_hour|month|request|message|byte|byte_in|byte_out|GiB_month",
          "What the quantity is counted for: time, or what passes through other nodes or is stored there.",
          "definition"),
    PARAM(metered_item, of, UNIT_NONE, "none", NULL,
          "The nodes whose requests, messages, bytes or storage count.", "definition"),
    PARAM(metered_item, quantity, UNIT_METRIC, NULL, "0 or more",
          "How much for each: a size where the SKU is priced by the GB, else a number of its units; for "
          "bytes and "
          "GiB-months of other nodes how many of them count.",
          "definition"),
    PARAM(metered_item, retention, UNIT_SECOND, "none", "1h to 100000d or none",
          "How long what comes in is stored, where a flow fills a storage priced by the GB-month.",
          "definition"),
    PARAM_END};

static const struct param params[] = {
    PARAM_LIST_OF(metered_config, items, metered_item, item_params, "Lines of the bill."), PARAM_END};

static const double MONTH_HOURS = 730.0;

/* ---- SKUs -------------------------------------------------------------------------------------------- */

/* Usage types that are priced by the GB, by how AWS spells them; the test holds the whole catalogue against
   this. */
static const struct {
    const char *pattern;
    enum measure measure;
} by_the_gb[] = {{"*Bytes", MEASURE_GB},
                 {"*GB-Hours", MEASURE_GB_TIME},
                 {"*GB-Second*", MEASURE_GB_TIME},
                 {"*ByteHrs", MEASURE_GB_MONTH},
                 {"*-Storage", MEASURE_GB_MONTH},
                 {"*:StorageUsage", MEASURE_GB_MONTH},
                 {"*:BackupUsage", MEASURE_GB_MONTH},
                 {"*:SnapshotUsage", MEASURE_GB_MONTH},
                 {"*:VolumeUsage*", MEASURE_GB_MONTH}};

static enum measure measure_of(const char *sku)
{
    for (size_t i = 0; i < sizeof by_the_gb / sizeof *by_the_gb; i++) {
        if (text_matches(by_the_gb[i].pattern, sku)) {
            return by_the_gb[i].measure;
        }
    }
    return MEASURE_THING;
}

static bool follows(const struct metered_item *item)
{
    return item->per >= PER_REQUEST;
}

/* What comes in is stored: the bill grows with how long it is kept. */
static bool stores(const struct metered_item *item)
{
    return follows(item) && item->per != PER_GIB_MONTH && measure_of(item->sku) == MEASURE_GB_MONTH;
}

/* ---- Rules ------------------------------------------------------------------------------------------- */

static void check_of(const struct metered_item *item, const struct check *check)
{
    if (follows(item) && item->of.count == 0) {
        check_error(check, &item->of, "%s counts what other nodes do: name them in `of`", item->sku);
    } else if (!follows(item) && item->of.count > 0) {
        check_warning(check, &item->of, "%s is counted by time alone: `of` does nothing here", item->sku);
    }
}

static void check_retention(const struct metered_item *item, const struct check *check)
{
    bool given = isfinite(item->retention);
    if (stores(item) && !given) {
        check_error(check, &item->retention,
                    "%s is priced by the GB-month: say how long what comes in is kept, as `retention: 30d`",
                    item->sku);
    } else if (given && !stores(item)) {
        check_warning(check, &item->retention,
                      "%s is no storage that requests or bytes fill: `retention` does nothing here",
                      item->sku);
    }
}

static void check_per(const struct metered_item *item, const struct check *check)
{
    enum measure measure = measure_of(item->sku);
    if (item->per < PER_MONTH && measure == MEASURE_GB_MONTH) {
        check_error(check, &item->per, "%s is priced by the month, not by the hour: write `per: month`",
                    item->sku);
    }
}

/* A size is kept in bytes, and 12 where 12GB was meant would be nearly nothing. */
static void check_quantity(const struct metered_item *item, const struct check *check)
{
    bool sized = measure_of(item->sku) != MEASURE_THING,
         each = item->per == PER_REQUEST || item->per == PER_MESSAGE;
    double least = each ? 16.0 : 0x1p20;
    if (sized && item->per < PER_BYTE && item->quantity > 0.0 && item->quantity < least) {
        check_warning(check, &item->quantity,
                      "%s is priced by the GB, so this is %.4g bytes: write a size, as %s", item->sku,
                      item->quantity, each ? "1.5KiB" : "100GB");
    } else if (!sized && each && item->quantity >= 512.0) {
        check_warning(check, &item->quantity, "%s is not priced by the GB, so this is %.6g units for each %s",
                      item->sku, item->quantity, item->per == PER_REQUEST ? "request" : "message");
    }
}

static void check(const void *opaque, const struct check *check)
{
    const struct metered_config *config = opaque;
    const struct metered_item *item = config->items.row;
    for (int i = 0; i < config->items.count; i++) {
        check_of(&item[i], check);
        check_retention(&item[i], check);
        check_per(&item[i], check);
        check_quantity(&item[i], check);
    }
}

/* ---- Meters ------------------------------------------------------------------------------------------ */

/* An output of another node, by the first of these names that it has; NULL: it has none. */
static const void *output_of(const struct node *node, enum output_type type, const char *const *names)
{
    for (; *names != NULL; names++) {
        const struct output *output = node->model->outputs;
        for (; output != NULL && output->key != NULL; output++) {
            if (output->type == type && text_equal(output->key, *names)) {
                return (const char *)node->state + output->offset;
            }
        }
    }
    return NULL;
}

/* What a node reports as its requests leaves out health checks; where it reports none, its visits count. */
static const int64_t *requests_of(const struct node *node)
{
    static const char *const names[] = {"requests", NULL};
    const int64_t *count = output_of(node, OUTPUT_COUNT, names);
    return count != NULL ? count : &node->arrivals;
}

/* What a service has worked on, a queue was sent, a bus accepted. */
static const int64_t *messages_of(const struct node *node)
{
    static const char *const names[] = {"messages", "sent", "published", NULL};
    return output_of(node, OUTPUT_COUNT, names);
}

/* In bytes. */
static const struct gauge *storage_of(const struct node *node)
{
    static const char *const names[] = {"storage", "memory_used", NULL};
    return output_of(node, OUTPUT_MEAN, names);
}

static void complain(struct node *self, const struct metered_item *item, const struct node *other)
{
    const struct check *check = &self->run->check;
    if (check->diag != NULL) {
        check_error(check, &item->of, "%s (%s) does not report its %s: %s cannot follow it", other->name,
                    other->model->name, item->per == PER_MESSAGE ? "messages" : "storage", item->sku);
    }
}

/* SKU units for one of what is counted, with GB of 2^30 bytes. */
static double factor_of(const struct metered_item *item)
{
    if (item->per == PER_GIB_MONTH) {
        return item->quantity / 0x1p30 / MONTH_HOURS; /* of a gauge in bytes, read in byte-hours */
    }
    double each = measure_of(item->sku) == MEASURE_THING ? item->quantity : item->quantity / 0x1p30;
    return stores(item) ? each * item->retention / (3600.0 * MONTH_HOURS) : each;
}

/* Bytes that came in and bytes that went out. */
static void follow_bytes(struct node *self, const struct metered_item *item, struct meter meter,
                         const struct node *other)
{
    const char *name = meter.name;
    meter.kind = METER_SUM;
    if (item->per != PER_BYTE_OUT) {
        meter.sum = &other->bytes_in;
        meter.name = arena_printf(self->run->arena, "%s, in", name);
        meter_add(self, meter);
    }
    if (item->per != PER_BYTE_IN) {
        meter.sum = &other->bytes_out;
        meter.name = arena_printf(self->run->arena, "%s, out", name);
        meter_add(self, meter);
    }
}

static void follow(struct node *self, const struct metered_item *item, struct meter meter,
                   const struct node *other)
{
    meter.factor = factor_of(item);
    meter.name = arena_printf(self->run->arena, "%s of %s", meter.name, other->name);
    if (item->per >= PER_BYTE && item->per != PER_GIB_MONTH) {
        follow_bytes(self, item, meter, other);
        return;
    }
    meter.kind = item->per == PER_GIB_MONTH ? METER_GAUGE : METER_COUNT;
    meter.gauge = item->per == PER_GIB_MONTH ? storage_of(other) : NULL;
    meter.count = item->per == PER_MESSAGE ? messages_of(other) : requests_of(other);
    if (meter.kind == METER_GAUGE ? meter.gauge == NULL : meter.count == NULL) {
        complain(self, item, other);
    } else {
        meter_add(self, meter);
    }
}

/* The same every month, whatever the load. */
static void stand(struct node *self, const struct metered_item *item, struct meter meter)
{
    int zones = self->run->plan->zone_count > 0 ? self->run->plan->zone_count : 1;
    meter.kind = METER_MONTHLY;
    meter.basis = BASIS_CONFIGURED;
    meter.monthly = factor_of(item) * (item->per == PER_MONTH ? 1.0 : MONTH_HOURS);
    meter.monthly *= item->per == PER_ZONE_HOUR ? zones : 1;
    meter_add(self, meter);
}

static void start(struct node *self)
{
    const struct metered_config *config = self->config;
    const struct metered_item *items = config->items.row;
    for (int i = 0; i < config->items.count; i++) {
        const struct metered_item *item = &items[i];
        struct meter meter = {.service = item->service, .sku = item->sku, .name = item->name};
        meter.name = meter.name == NULL ? item->sku : meter.name;
        if (item->quantity == 0.0) {
            continue; /* turned off, as an environment may */
        }
        if (!follows(item)) {
            stand(self, item, meter);
        }
        for (int j = 0; follows(item) && j < item->of.count; j++) {
            follow(self, item, meter, node_at(self, item->of.ref[j]));
        }
    }
}

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

const struct model model_metered = {
    .name = "metered",
    .title = "Metered items",
    .about =
        "What costs but does not queue: NAT gateways, addresses, logs, metrics, keys, images, data transfer. "
        "Each "
        "item is a SKU and a quantity for each hour, month, request, message or byte; those that follow "
        "other "
        "nodes are measured while these work, the others stand as written. No requests are answered here and "
        "nothing here takes time: that a NAT gateway may be full is not modelled.",
    .config_size = sizeof(struct metered_config),
    .params = params,
    .check = check,
    .start = start,
    .resolve = resolve,
    .arrive = arrive,
};
