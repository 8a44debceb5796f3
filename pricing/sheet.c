/* SPDX-License-Identifier: Apache-2.0 */
#include "sheet.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "text.h"

/* Written by the build from pricing/catalog (see embed.cmake); ends with a NULL region. */
extern const struct sheet_file sheet_catalog[];

static const char price_header[] = "region,service,sku,description,unit,tier_from,tier_to,price_usd,purchase,"
                                   "effective_date,source,confidence";
static const char gap_header[] = "service,sku,reason";

enum column {
    REGION,
    SERVICE,
    SKU,
    DESCRIPTION,
    UNIT,
    TIER_FROM,
    TIER_TO,
    PRICE,
    PURCHASE,
    DATE,
    SOURCE,
    CONFIDENCE,
    COLUMNS
};

static const char *const confidence_names[] = {"sourced", "derived", "estimated", "assumed"};
enum { CONFIDENCES = sizeof confidence_names / sizeof confidence_names[0] };

/* One line of a price file, before lines are gathered into prices. */
struct row {
    char *field[COLUMNS];
    struct sheet_tier tier;
    const char *place; /* "eu-west-1/AmazonEC2 line 7" */
};

/* What a load works on. `rows` and everything else that only the load needs is in `scratch`. */
struct loader {
    struct arena *arena, *scratch;
    const char *problem;
    struct row *rows;
    int row_count;
    struct sheet *sheet;
    struct sheet_price *prices;
    struct sheet_tier *tiers;
    struct sheet_gap *gaps;
};

const char *sheet_confidence_name(enum sheet_confidence confidence)
{
    assert((unsigned)confidence < CONFIDENCES);
    return confidence_names[confidence];
}

/* Decimal numbers */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Appends one digit; false when the result does not fit. */
static bool append_digit(int64_t *value, int digit)
{
    if (*value > (INT64_MAX - digit) / 10) return false;
    *value = *value * 10 + digit;
    return true;
}

bool sheet_decimal(const char *text, int places, int64_t *value)
{
    int64_t read = 0;
    if (!is_digit(*text)) return false;
    for (; is_digit(*text); text++)
        if (!append_digit(&read, *text - '0')) return false;
    if (*text == '.' && !is_digit(text[1])) return false;
    if (*text == '.') text++;
    for (; places > 0; places--)
        if (!append_digit(&read, is_digit(*text) ? *text++ - '0' : 0)) return false;
    if (*text) return false;
    *value = read;
    return true;
}

const char *sheet_decimal_text(struct arena *arena, int64_t value, int places, int least)
{
    assert(value >= 0);
    assert(0 <= least && least <= places && places <= 18);
    int64_t scale = 1;
    for (int i = 0; i < places; i++) scale *= 10;
    int64_t rest = value % scale;
    int shown = places;
    for (; shown > least && rest % 10 == 0; shown--) rest /= 10;
    if (shown == 0) return arena_printf(arena, "%lld", (long long)(value / scale));
    return arena_printf(arena, "%lld.%0*lld", (long long)(value / scale), shown, (long long)rest);
}

/* Reading lines (CSV as in RFC 4180, without newlines inside a field) */

/* Ends the field that starts at `text`, taking its quotes off in place. Returns where the next field starts,
   NULL after the last one. */
static char *end_field(char *text, char **field)
{
    *field = text;
    if (*text != '"') {
        char *comma = strchr(text, ',');
        if (comma) *comma++ = '\0';
        return comma;
    }
    char *out = text;
    for (text++; *text && !(text[0] == '"' && text[1] != '"'); *out++ = *text++)
        if (*text == '"') text++;
    if (*text == '"') text++;
    char *next = *text == ',' ? text + 1 : NULL;
    *out = '\0';
    return next;
}

/* True when `line` has exactly `count` fields; they stay in `line`. */
static bool split(char *line, char **fields, int count)
{
    for (int i = 0; i < count; i++) {
        if (!line) return false;
        line = end_field(line, &fields[i]);
    }
    return !line;
}

/* Keeps the first problem. Returns false, so that a reader can end with it. */
static bool fault(struct loader *loader, const char *place, const char *what)
{
    if (!loader->problem) loader->problem = arena_printf(loader->arena, "%s: %s", place, what);
    return false;
}

static bool read_confidence(const char *text, enum sheet_confidence *confidence)
{
    for (int i = 0; i < CONFIDENCES; i++)
        if (text_equal(text, confidence_names[i])) {
            *confidence = (enum sheet_confidence)i;
            return true;
        }
    return false;
}

static bool read_tier(struct loader *loader, struct row *row)
{
    struct sheet_tier *tier = &row->tier;
    tier->to_micro = SHEET_NO_END;
    tier->effective_date = row->field[DATE];
    tier->source = row->field[SOURCE];
    if (!sheet_decimal(row->field[TIER_FROM], 6, &tier->from_micro))
        return fault(loader, row->place, "tier_from is not a number");
    if (*row->field[TIER_TO] && !sheet_decimal(row->field[TIER_TO], 6, &tier->to_micro))
        return fault(loader, row->place, "tier_to is neither a number nor blank");
    if (!sheet_decimal(row->field[PRICE], 12, &tier->price_pico))
        return fault(loader, row->place, "price_usd is not a decimal number with at most 12 places");
    if (!read_confidence(row->field[CONFIDENCE], &tier->confidence))
        return fault(loader, row->place, "confidence is none of sourced, derived, estimated, assumed");
    return true;
}

static bool read_price_line(struct loader *loader, const struct sheet_file *file, const char *place,
                            const char *line)
{
    struct row *row = &loader->rows[loader->row_count++];
    row->place = place;
    if (!split(arena_copy(loader->arena, line, strlen(line)), row->field, COLUMNS))
        return fault(loader, place, "not twelve fields");
    if (!text_equal(row->field[REGION], file->region))
        return fault(loader, place, "the region is not that of the file");
    if (!*row->field[SERVICE] || !*row->field[SKU] || !*row->field[UNIT])
        return fault(loader, place, "service, sku and unit must not be blank");
    return read_tier(loader, row);
}

static bool read_gap_line(struct loader *loader, const struct sheet_file *file, const char *place,
                          const char *line)
{
    char *field[3];
    if (!split(arena_copy(loader->arena, line, strlen(line)), field, 3))
        return fault(loader, place, "not three fields");
    loader->gaps[loader->sheet->gap_count++] =
        (struct sheet_gap){.region = arena_copy(loader->arena, file->region, strlen(file->region)),
                           .service = field[0],
                           .sku = field[1],
                           .reason = field[2]};
    return true;
}

static bool read_file(struct loader *loader, const struct sheet_file *file)
{
    bool lists_gaps = text_equal(file->name, "missing");
    if (!text_equal(file->lines[0], lists_gaps ? gap_header : price_header))
        return fault(loader, arena_printf(loader->scratch, "%s/%s", file->region, file->name),
                     "not the header of a price file");
    for (int i = 1; file->lines[i]; i++) {
        const char *place = arena_printf(loader->scratch, "%s/%s line %d", file->region, file->name, i + 1);
        bool ok = lists_gaps ? read_gap_line(loader, file, place, file->lines[i])
                             : read_price_line(loader, file, place, file->lines[i]);
        if (!ok) return false;
    }
    return true;
}

/* Gathering lines into prices */

/* The order of a sheet: region, then SKU, then service, so that one search finds every service of a SKU. */
static int compare_key(const char *const a[3], const char *const b[3])
{
    int order = 0;
    for (int i = 0; i < 3 && order == 0; i++) order = strcmp(a[i], b[i]);
    return order;
}

static int compare_rows(const void *first, const void *second)
{
    const struct row *a = first, *b = second;
    int order = compare_key((const char *const[]){a->field[REGION], a->field[SKU], a->field[SERVICE]},
                            (const char *const[]){b->field[REGION], b->field[SKU], b->field[SERVICE]});
    return order ? order
                 : (a->tier.from_micro > b->tier.from_micro) - (a->tier.from_micro < b->tier.from_micro);
}

static bool same_sku(const struct row *a, const struct row *b)
{
    return text_equal(a->field[REGION], b->field[REGION]) && text_equal(a->field[SKU], b->field[SKU]) &&
           text_equal(a->field[SERVICE], b->field[SERVICE]);
}

/* Whether `row` may follow `before`, the tier below it, or be the first when that is NULL. */
static bool check_tier(struct loader *loader, const struct row *row, const struct row *before)
{
    if (row->tier.from_micro != (before ? before->tier.to_micro : 0))
        return fault(loader, row->place, "its tier does not start where the one before ends");
    if (row->tier.to_micro <= row->tier.from_micro)
        return fault(loader, row->place, "its tier ends before it starts");
    if (before && !(text_equal(row->field[UNIT], before->field[UNIT]) &&
                    text_equal(row->field[PURCHASE], before->field[PURCHASE])))
        return fault(loader, row->place, "its unit or purchase is not that of the tier before");
    return true;
}

/* Makes one price of the rows from `at` on that have the same SKU. Returns how many those are, 0 on a fault. */
static int gather_price(struct loader *loader, int at)
{
    const struct row *first = &loader->rows[at];
    int last = at;
    while (last + 1 < loader->row_count && same_sku(first, &loader->rows[last + 1])) last++;
    for (int i = at; i <= last; i++) {
        if (!check_tier(loader, &loader->rows[i], i > at ? &loader->rows[i - 1] : NULL)) return 0;
        loader->tiers[i] = loader->rows[i].tier;
    }
    if (loader->rows[last].tier.to_micro != SHEET_NO_END) {
        fault(loader, loader->rows[last].place, "the last tier must have no end");
        return 0;
    }
    loader->prices[loader->sheet->count] = (struct sheet_price){.region = first->field[REGION],
                                                                .service = first->field[SERVICE],
                                                                .sku = first->field[SKU],
                                                                .description = first->field[DESCRIPTION],
                                                                .unit = first->field[UNIT],
                                                                .purchase = first->field[PURCHASE],
                                                                .tiers = &loader->tiers[at],
                                                                .tier_count = last - at + 1,
                                                                .index = loader->sheet->count};
    loader->sheet->count++;
    return last - at + 1;
}

static bool gather(struct loader *loader)
{
    qsort(loader->rows, (size_t)loader->row_count, sizeof *loader->rows, compare_rows);
    for (int at = 0, taken; at < loader->row_count; at += taken) {
        taken = gather_price(loader, at);
        if (!taken) return false;
    }
    return true;
}

/* The loads */

static size_t count_lines(const struct sheet_file *files, size_t count, size_t *bytes)
{
    size_t lines = 0;
    *bytes = 0;
    for (size_t i = 0; i < count; i++)
        for (int at = 0; files[i].lines[at]; at++, lines++) *bytes += strlen(files[i].lines[at]) + 1;
    return lines;
}

static void hash_rows(struct loader *loader, const struct sheet_file *files, size_t count, size_t bytes)
{
    char *text = arena_alloc(loader->scratch, bytes);
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        for (int at = 1; files[i].lines[at] && !text_equal(files[i].name, "missing"); at++) {
            size_t length = strlen(files[i].lines[at]);
            memcpy(text + used, files[i].lines[at], length);
            text[used + length] = '\n';
            used += length + 1;
        }
    text_sha256(text, used, loader->sheet->hash);
}

static bool load(struct loader *loader, const struct sheet_file *files, size_t count)
{
    size_t bytes, lines = count_lines(files, count, &bytes);
    loader->rows = arena_array(loader->scratch, struct row, lines);
    loader->prices = arena_array(loader->arena, struct sheet_price, lines);
    loader->tiers = arena_array(loader->arena, struct sheet_tier, lines);
    loader->gaps = arena_array(loader->arena, struct sheet_gap, lines);
    loader->sheet = arena_new(loader->arena, struct sheet);
    loader->sheet->prices = loader->prices;
    loader->sheet->gaps = loader->gaps;
    for (size_t i = 0; i < count; i++)
        if (!read_file(loader, &files[i])) return false;
    hash_rows(loader, files, count, bytes);
    return gather(loader);
}

const struct sheet *sheet_load(struct arena *arena, const struct sheet_file *files, size_t count,
                               const char **problem)
{
    struct loader loader = {.arena = arena, .scratch = arena_open()};
    bool ok = load(&loader, files, count);
    arena_close(loader.scratch);
    *problem = loader.problem;
    return ok ? loader.sheet : NULL;
}

const struct sheet *sheet_load_default(struct arena *arena)
{
    size_t count = 0;
    while (sheet_catalog[count].region) count++;
    const char *problem;
    const struct sheet *sheet = sheet_load(arena, sheet_catalog, count, &problem);
    if (!sheet) {
        fprintf(stderr, "headroom: the price catalogue is broken: %s\n", problem);
        abort();
    }
    return sheet;
}

/* Searching */

/* The first price whose key is not below the one asked for. */
static int lower_bound(const struct sheet *sheet, const char *region, const char *sku, const char *service)
{
    int low = 0, high = sheet->count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        const struct sheet_price *price = &sheet->prices[middle];
        if (compare_key((const char *const[]){price->region, price->sku, price->service},
                        (const char *const[]){region, sku, service}) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Whether price `at` exists and is of this SKU, and of this service unless that is NULL. */
static bool is_price(const struct sheet *sheet, int at, const char *region, const char *service,
                     const char *sku)
{
    if (at >= sheet->count) return false;
    const struct sheet_price *price = &sheet->prices[at];
    return text_equal(price->region, region) && text_equal(price->sku, sku) &&
           (!service || text_equal(price->service, service));
}

static bool has_region(const struct sheet *sheet, const char *region)
{
    int at = lower_bound(sheet, region, "", "");
    return at < sheet->count && text_equal(sheet->prices[at].region, region);
}

static bool has_service(const struct sheet *sheet, const char *region, const char *service)
{
    for (int i = 0; i < sheet->count; i++)
        if (text_equal(sheet->prices[i].region, region) && text_equal(sheet->prices[i].service, service))
            return true;
    return false;
}

static const struct sheet_gap *find_gap(const struct sheet *sheet, const char *region, const char *service,
                                        const char *sku)
{
    for (int i = 0; i < sheet->gap_count; i++) {
        const struct sheet_gap *gap = &sheet->gaps[i];
        if (text_equal(gap->region, region) && text_equal(gap->sku, sku) &&
            (!service || text_equal(gap->service, service)))
            return gap;
    }
    return NULL;
}

enum sheet_found sheet_find(const struct sheet *sheet, const char *region, const char *service,
                            const char *sku, const struct sheet_price **price)
{
    *price = NULL;
    int at = lower_bound(sheet, region, sku, service ? service : "");
    if (is_price(sheet, at, region, service, sku)) {
        if (!service && is_price(sheet, at + 1, region, NULL, sku)) return SHEET_AMBIGUOUS;
        *price = &sheet->prices[at];
        return SHEET_FOUND;
    }
    if (find_gap(sheet, region, service, sku)) return SHEET_GAP;
    if (!has_region(sheet, region)) return SHEET_NO_REGION;
    if (service && !has_service(sheet, region, service)) return SHEET_NO_SERVICE;
    return SHEET_NO_SKU;
}

/* Complaints */

/* A list of different texts, in the order in which they came. */
struct names {
    const char **items;
    size_t count;
};

static void add_name(struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (text_equal(names->items[i], name)) return;
    names->items[names->count++] = name;
}

static const char *join(struct arena *arena, const struct names *names)
{
    const char *text = names->count ? names->items[0] : "";
    for (size_t i = 1; i < names->count; i++)
        text = arena_printf(arena, "%s%s%s", text, i + 1 == names->count ? " and " : ", ", names->items[i]);
    return text;
}

/* "; did you mean X?", or `otherwise` when nothing is near. */
static const char *hint(struct arena *arena, const struct names *names, const char *word,
                        const char *otherwise)
{
    const char *near = text_nearest(word, names->items, names->count);
    return near ? arena_printf(arena, "; did you mean %s?", near) : otherwise;
}

static const char *complain_region(const struct sheet *sheet, struct arena *arena, const char *region)
{
    struct names names = {.items = arena_array(arena, const char *, sheet->count)};
    for (int i = 0; i < sheet->count; i++) add_name(&names, sheet->prices[i].region);
    return arena_printf(
        arena, "no prices for region %s%s", region,
        hint(arena, &names, region, arena_printf(arena, "; there are prices for %s", join(arena, &names))));
}

static const char *complain_service(const struct sheet *sheet, struct arena *arena, const char *region,
                                    const char *service)
{
    struct names names = {.items = arena_array(arena, const char *, sheet->count)};
    for (int i = 0; i < sheet->count; i++)
        if (text_equal(sheet->prices[i].region, region)) add_name(&names, sheet->prices[i].service);
    return arena_printf(
        arena, "no prices for service %s in %s%s", service, region,
        hint(arena, &names, service, arena_printf(arena, "; there are prices for %s", join(arena, &names))));
}

static const char *complain_ambiguous(const struct sheet *sheet, struct arena *arena, const char *region,
                                      const char *sku)
{
    int at = lower_bound(sheet, region, sku, "");
    struct names names = {.items = arena_array(arena, const char *, sheet->count)};
    for (; is_price(sheet, at, region, NULL, sku); at++) add_name(&names, sheet->prices[at].service);
    return arena_printf(arena, "%s is a SKU of %s; name the service", sku, join(arena, &names));
}

static const char *complain_gap(const struct sheet *sheet, struct arena *arena, const struct sheet_gap *gap)
{
    struct names names = {.items = arena_array(arena, const char *, sheet->count)};
    for (int i = 0; i < sheet->count; i++)
        if (text_equal(sheet->prices[i].sku, gap->sku) && text_equal(sheet->prices[i].service, gap->service))
            add_name(&names, sheet->prices[i].region);
    return arena_printf(arena, "%s %s has no price in %s: %s%s%s", gap->service, gap->sku, gap->region,
                        gap->reason, names.count ? "; it has one in " : "", join(arena, &names));
}

static const char *complain_sku(const struct sheet *sheet, struct arena *arena, const char *region,
                                const char *service, const char *sku)
{
    struct names names = {.items = arena_array(arena, const char *, sheet->count)};
    for (int i = 0; i < sheet->count; i++) {
        const struct sheet_price *price = &sheet->prices[i];
        if (service && text_equal(price->region, region) && text_equal(price->sku, sku))
            return arena_printf(arena, "%s has no SKU %s in %s; it is one of %s", service, sku, region,
                                price->service);
        if (text_equal(price->region, region) && (!service || text_equal(price->service, service)))
            names.items[names.count++] = price->sku;
    }
    return arena_printf(arena, "no SKU %s%s%s in %s%s", sku, service ? " of " : "", service ? service : "",
                        region, hint(arena, &names, sku, ""));
}

const char *sheet_complaint(const struct sheet *sheet, struct arena *arena, const char *region,
                            const char *service, const char *sku)
{
    const struct sheet_price *price;
    switch (sheet_find(sheet, region, service, sku, &price)) {
    case SHEET_FOUND: return "";
    case SHEET_AMBIGUOUS: return complain_ambiguous(sheet, arena, region, sku);
    case SHEET_GAP: return complain_gap(sheet, arena, find_gap(sheet, region, service, sku));
    case SHEET_NO_SERVICE: return complain_service(sheet, arena, region, service);
    case SHEET_NO_REGION: return complain_region(sheet, arena, region);
    case SHEET_NO_SKU: break;
    }
    return complain_sku(sheet, arena, region, service, sku);
}
