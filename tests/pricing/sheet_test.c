/* SPDX-License-Identifier: Apache-2.0 */
/* The price sheet: that the catalogue is well formed and embedded byte for byte, and that every way of not
   finding a price is told apart. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "sheet.h"
#include "text.h"

static const char header[] = "region,service,sku,description,unit,tier_from,tier_to,price_usd,purchase,"
                             "effective_date,source,confidence";

struct state {
    struct arena *arena;
    const struct sheet *sheet;
};

static int set_up(void **where)
{
    struct state *state = calloc(1, sizeof *state);
    assert_non_null(state);
    state->arena = arena_open();
    state->sheet = sheet_load_default(state->arena);
    *where = state;
    return 0;
}

static int tear_down(void **where)
{
    struct state *state = *where;
    arena_close(state->arena);
    free(state);
    return 0;
}

/* Decimal text */

static void reads_decimals_exactly(void **where)
{
    (void)where;
    static const struct {
        const char *text;
        int64_t pico;
    } cases[] = {{"0", 0},
                 {"1", 1000000000000},
                 {"0.0000166667", 16666700},
                 {"0.000000000001", 1},
                 {"0.04048", 40480000000},
                 {"0.10", 100000000000},
                 {"007.5", 7500000000000},
                 {"9223372.036854775807", INT64_MAX}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value = -1;
        assert_true(sheet_decimal(cases[i].text, 12, &value));
        assert_int_equal(value, cases[i].pico);
    }
}

static void refuses_other_numbers(void **where)
{
    (void)where;
    static const char *const cases[] = {"",     ".5",  "5.",    "-1",  "+1",
                                        "1e-3", "1,5", " 1",    "1 ",  "0x1",
                                        "inf",  "nan", "1.2.3", "1_0", "0.0000000000001",
                                        "1.x",  "..",  "1..2",  "1.-", "9223372.036854775808"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value = 42;
        assert_false(sheet_decimal(cases[i], 12, &value));
        assert_int_equal(value, 42);
    }
}

static void writes_decimals_that_read_back(void **where)
{
    struct state *state = *where;
    static const struct {
        int64_t value;
        int places, least;
        const char *text;
    } cases[] = {{0, 12, 0, "0"},
                 {16666700, 12, 0, "0.0000166667"},
                 {1, 12, 0, "0.000000000001"},
                 {1000000000000, 12, 0, "1"},
                 {1500000000000, 12, 0, "1.5"},
                 {12300, 2, 2, "123.00"},
                 {5, 2, 2, "0.05"},
                 {INT64_MAX, 18, 0, "9.223372036854775807"},
                 {730, 0, 0, "730"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *text = sheet_decimal_text(state->arena, cases[i].value, cases[i].places, cases[i].least);
        assert_string_equal(text, cases[i].text);
        int64_t value = -1;
        assert_true(sheet_decimal(text, cases[i].places, &value));
        assert_int_equal(value, cases[i].value);
    }
}

static void prices_survive_text(void **where)
{
    struct state *state = *where;
    for (int i = 0; i < state->sheet->count; i += 97) {
        int64_t pico = state->sheet->prices[i].tiers[0].price_pico, back = -1;
        assert_true(sheet_decimal(sheet_decimal_text(state->arena, pico, 12, 0), 12, &back));
        assert_int_equal(back, pico);
    }
}

/* The catalogue */

static bool among(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (text_equal(word, *words)) return true;
    return false;
}

static void speaks_the_vocabulary(void **where)
{
    struct state *state = *where;
    static const char *const units[] = {"hour", "vCPU-hour", "ACU-hour", "LCU-hour", "GB-hour", "GB-second",
                                        "GB",   "GB-month",  "month",    "request",  NULL};
    static const char *const purchases[] = {"OnDemand", "Spot", NULL};
    for (int i = 0; i < state->sheet->count; i++) {
        const struct sheet_price *price = &state->sheet->prices[i];
        assert_true(among(price->unit, units));
        assert_true(among(price->purchase, purchases));
        assert_true(*price->description);
        assert_int_equal(price->index, i);
    }
}

/* A price of zero may only be a free allowance below a paid tier: everything else would hide a cost. */
static void nothing_is_free_but_an_allowance(void **where)
{
    struct state *state = *where;
    for (int i = 0; i < state->sheet->count; i++) {
        const struct sheet_price *price = &state->sheet->prices[i];
        for (int at = 0; at < price->tier_count; at++) {
            const struct sheet_tier *tier = &price->tiers[at];
            assert_true(*tier->source);
            if (tier->price_pico > 0) continue;
            assert_int_equal(at, 0);
            assert_int_not_equal(tier->to_micro, SHEET_NO_END);
            assert_non_null(strstr(price->description, "free per account"));
        }
    }
}

static void is_sorted_and_unique(void **where)
{
    struct state *state = *where;
    for (int i = 1; i < state->sheet->count; i++) {
        const struct sheet_price *a = &state->sheet->prices[i - 1], *b = a + 1;
        int order = strcmp(a->region, b->region);
        if (order == 0) order = strcmp(a->sku, b->sku);
        if (order == 0) order = strcmp(a->service, b->service);
        assert_true(order < 0);
    }
}

static const char *const skus[][2] = {{"AmazonECS", "Fargate-vCPU-Hours:perCPU"},
                                      {"AmazonECS", "Fargate-GB-Hours"},
                                      {"AmazonECS", "Fargate-ARM-vCPU-Hours:perCPU"},
                                      {"AmazonECS", "Fargate-ARM-GB-Hours"},
                                      {"AmazonECS", "SpotUsage-Fargate-vCPU-Hours:perCPU"},
                                      {"AmazonECS", "SpotUsage-Fargate-GB-Hours"},
                                      {"AmazonECS", "Fargate-EphemeralStorage-GB-Hours"},
                                      {"AmazonEC2", "BoxUsage:t3.2xlarge"},
                                      {"AmazonEC2", "SpotUsage:t3.large"},
                                      {"AmazonEC2", "EBS:VolumeUsage.gp3"},
                                      {"AmazonEC2", "EBS:VolumeUsage.gp2"},
                                      {"AmazonEC2", "NatGateway-Hours"},
                                      {"AmazonEC2", "NatGateway-Bytes"},
                                      {"AmazonEC2", "CPUCredits:t3"},
                                      {"AWSDataTransfer", "DataTransfer-Regional-Bytes"},
                                      {"AWSDataTransfer", "DataTransfer-Out-Bytes"},
                                      {"AWSELB", "LoadBalancerUsage"},
                                      {"AWSELB", "LCUUsage"},
                                      {"AmazonVPC", "PublicIPv4:InUseAddress"},
                                      {"AmazonVPC", "VpcEndpoint-Hours"},
                                      {"AmazonVPC", "VpcEndpoint-Bytes"},
                                      {"AmazonRDS", "InstanceUsage:db.r6g.xlarge"},
                                      {"AmazonRDS", "InstanceUsage:db.r6g.xlarge:PostgreSQL"},
                                      {"AmazonRDS", "Aurora:StorageUsage"},
                                      {"AmazonRDS", "Aurora:StorageIOUsage"},
                                      {"AmazonRDS", "Aurora:BackupUsage"},
                                      {"AmazonRDS", "RDS:ProxyUsage"},
                                      {"AmazonElastiCache", "NodeUsage:cache.r7g.xlarge"},
                                      {"AmazonElastiCache", "ElastiCache:BackupUsage"},
                                      {"AWSQueueService", "Requests-Standard"},
                                      {"AWSEvents", "Event-64K-Chunks"},
                                      {"AmazonDynamoDB", "WriteRequestUnits"},
                                      {"AmazonDynamoDB", "ReadRequestUnits"},
                                      {"AmazonDynamoDB", "TimedStorage-ByteHrs"},
                                      {"AmazonES", "ESInstance:m6g.xlarge.search"},
                                      {"AmazonES", "ES:GP3-Storage"},
                                      {"AmazonCloudFront", "DataTransfer-Out-Bytes"},
                                      {"AmazonCloudFront", "Requests-Tier2-HTTPS"},
                                      {"awswaf", "WebACLV2"},
                                      {"awswaf", "RuleV2"},
                                      {"awswaf", "RequestV2-Tier1"},
                                      {"AmazonS3", "TimedStorage-ByteHrs"},
                                      {"AmazonS3", "Requests-Tier1"},
                                      {"AmazonS3", "Requests-Tier2"},
                                      {"AmazonCloudWatch", "DataProcessing-Bytes"},
                                      {"AmazonCloudWatch", "TimedStorage-ByteHrs"},
                                      {"AmazonCloudWatch", "CW:MetricMonitorUsage"},
                                      {"AmazonCloudWatch", "CW:AlarmMonitorUsage"},
                                      {"AWSXRay", "XRay-TracesStored"},
                                      {"AWSSecretsManager", "Secrets"},
                                      {"AWSSecretsManager", "APIRequests"},
                                      {"awskms", "KMS-Keys"},
                                      {"awskms", "KMS-Requests"},
                                      {"AmazonECR", "TimedStorage-ByteHrs"},
                                      {"AmazonKinesisFirehose", "BilledBytes"},
                                      {"AWSLambda", "Request"},
                                      {"AWSLambda", "Lambda-GB-Second"},
                                      {"AmazonSNS", "DeliveryAttempts-HTTP"},
                                      {"AmazonRoute53", "HostedZone"}};

/* Every SKU the models name, in each region: priced, or listed as missing there. */
static void prices_what_models_name(void **where)
{
    struct state *state = *where;
    static const char *const regions[] = {"eu-west-1", "eu-west-2", "us-east-1"};
    for (size_t r = 0; r < 3; r++)
        for (size_t i = 0; i < sizeof skus / sizeof skus[0]; i++) {
            const struct sheet_price *price;
            enum sheet_found found = sheet_find(state->sheet, regions[r], skus[i][0], skus[i][1], &price);
            if (found != SHEET_FOUND) fail_msg("%s %s %s", regions[r], skus[i][0], skus[i][1]);
        }
}

static const struct sheet_price *find(const struct sheet *sheet, const char *region, const char *service,
                                      const char *sku)
{
    const struct sheet_price *price;
    assert_int_equal(sheet_find(sheet, region, service, sku, &price), SHEET_FOUND);
    assert_non_null(price);
    return price;
}

/* No row gives this price: it is us-east-1's, and says so. */
static void a_borrowed_price_says_so(void **where)
{
    struct state *state = *where;
    const struct sheet_price *price = find(state->sheet, "eu-west-1", "AWSELB", "LCUUsage");
    assert_int_equal(price->tiers[0].price_pico, 8000000000);
    assert_int_equal(price->tiers[0].confidence, SHEET_ASSUMED);
    assert_non_null(strstr(price->tiers[0].source, "borrowed from us-east-1"));
}

/* The sum is taken anew from the files on disk, in the order of their paths. */
static void hash_is_that_of_the_files(void **where)
{
    struct state *state = *where;
    static char text[4 << 20];
    size_t used = 0;
    glob_t found;
    assert_int_equal(glob(HEADROOM_SOURCE_DIR "/pricing/catalog/*/*.csv", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        if (strstr(found.gl_pathv[i], "/missing.csv")) continue;
        FILE *file = fopen(found.gl_pathv[i], "r");
        assert_non_null(file);
        char line[1024];
        assert_non_null(fgets(line, sizeof line, file));
        line[strcspn(line, "\n")] = '\0';
        assert_string_equal(line, header);
        used += fread(text + used, 1, sizeof text - used, file);
        fclose(file);
    }
    globfree(&found);
    assert_in_range(used, 1000000, 2000000);
    char hash[65];
    text_sha256(text, used, hash);
    assert_string_equal(hash, state->sheet->hash);
}

static void loads_the_same_twice(void **where)
{
    struct state *state = *where;
    struct arena *arena = arena_open();
    const struct sheet *again = sheet_load_default(arena);
    assert_string_equal(again->hash, state->sheet->hash);
    assert_int_equal(again->count, state->sheet->count);
    arena_close(arena);
}

/* Searching */

static void finds_a_unique_sku_without_its_service(void **where)
{
    struct state *state = *where;
    const struct sheet_price *price = find(state->sheet, "eu-west-1", NULL, "NatGateway-Hours");
    assert_string_equal(price->service, "AmazonEC2");
    assert_string_equal(price->unit, "hour");
    assert_int_equal(price->tiers[0].price_pico, 48000000000);
}

static void tells_failures_apart(void **where)
{
    struct state *state = *where;
    static const struct {
        const char *region, *service, *sku;
        enum sheet_found found;
        const char *complaint;
    } cases[] = {
        {"eu-west-1", NULL, "TimedStorage-ByteHrs", SHEET_AMBIGUOUS,
         "TimedStorage-ByteHrs is a SKU of AmazonCloudWatch, AmazonDynamoDB, AmazonECR and AmazonS3; name "
         "the "
         "service"},
        {"eu-west-1", NULL, "DataTransfer-Out-Bytes", SHEET_AMBIGUOUS,
         "DataTransfer-Out-Bytes is a SKU of AWSDataTransfer and AmazonCloudFront; name the service"},
        {"eu-west-1", "AmazonEC2", "NatGateway-Hour", SHEET_NO_SKU,
         "no SKU NatGateway-Hour of AmazonEC2 in eu-west-1; did you mean NatGateway-Hours?"},
        {"eu-west-1", NULL, "EU-NatGateway-Hours", SHEET_NO_SKU,
         "no SKU EU-NatGateway-Hours in eu-west-1; did you mean NatGateway-Hours?"},
        {"eu-west-1", NULL, "nothing like it", SHEET_NO_SKU, "no SKU nothing like it in eu-west-1"},
        {"eu-west-1", "AmazonEC2", "LCUUsage", SHEET_NO_SKU,
         "AmazonEC2 has no SKU LCUUsage in eu-west-1; it is one of AWSELB"},
        {"eu-west-1", "AmazonEC3", "NatGateway-Hours", SHEET_NO_SERVICE,
         "no prices for service AmazonEC3 in eu-west-1; did you mean AmazonEC2?"},
        {"eu-wst-1", NULL, "NatGateway-Hours", SHEET_NO_REGION,
         "no prices for region eu-wst-1; did you mean eu-west-1?"},
        {"ap-southeast-2", NULL, "NatGateway-Hours", SHEET_NO_REGION,
         "no prices for region ap-southeast-2; there are prices for eu-west-1, eu-west-2 and us-east-1"},
        {"us-east-1", "AmazonRDS", "RDS:Multi-AZ-PIOPS", SHEET_GAP,
         "AmazonRDS RDS:Multi-AZ-PIOPS has no price in us-east-1: no price for this region in the source "
         "rows; it has one in eu-west-1"},
        {"us-east-1", NULL, "RDS:Multi-AZ-PIOPS", SHEET_GAP,
         "AmazonRDS RDS:Multi-AZ-PIOPS has no price in us-east-1: no price for this region in the source "
         "rows; it has one in eu-west-1"},
        {"eu-west-1", "awswaf", "RuleV2", SHEET_FOUND, ""}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct sheet_price *price;
        assert_int_equal(sheet_find(state->sheet, cases[i].region, cases[i].service, cases[i].sku, &price),
                         cases[i].found);
        assert_int_equal(price != NULL, cases[i].found == SHEET_FOUND);
        assert_string_equal(
            sheet_complaint(state->sheet, state->arena, cases[i].region, cases[i].service, cases[i].sku),
            cases[i].complaint);
    }
}

/* A gap is never a price, and a price never a gap. */
static void gaps_have_no_price(void **where)
{
    struct state *state = *where;
    assert_true(state->sheet->gap_count > 0);
    for (int i = 0; i < state->sheet->gap_count; i++) {
        const struct sheet_gap *gap = &state->sheet->gaps[i];
        const struct sheet_price *price;
        assert_int_equal(sheet_find(state->sheet, gap->region, gap->service, gap->sku, &price), SHEET_GAP);
        assert_true(*gap->reason);
    }
}

/* Loading other sheets */

static const struct sheet *load(struct arena *arena, const char *const *lines, const char **problem)
{
    struct sheet_file file = {"r1", "S", lines};
    return sheet_load(arena, &file, 1, problem);
}

static void reads_quotes_and_tiers_in_any_order(void **where)
{
    struct state *state = *where;
    const char *problem;
    const struct sheet *sheet =
        load(state->arena,
             (const char *const[]){header, "r1,S,b,\"say \"\"hi\"\", twice\",GB,10,,0.5,OnDemand,,x,assumed",
                                   "r1,S,a,plain,hour,0,,2,Spot,2026,\"a, b\",derived",
                                   "r1,S,b,\"say \"\"hi\"\", twice\",GB,0,10,0,OnDemand,,x,sourced", NULL},
             &problem);
    assert_non_null(sheet);
    assert_null(problem);
    assert_int_equal(sheet->count, 2);
    const struct sheet_price *price = find(sheet, "r1", "S", "b");
    assert_string_equal(price->description, "say \"hi\", twice");
    assert_int_equal(price->tier_count, 2);
    assert_int_equal(price->tiers[0].to_micro, 10000000);
    assert_int_equal(price->tiers[1].price_pico, 500000000000);
    assert_int_equal(price->tiers[1].to_micro, SHEET_NO_END);
    assert_string_equal(find(sheet, "r1", NULL, "a")->tiers[0].source, "a, b");
}

static void refuses_what_is_malformed(void **where)
{
    struct state *state = *where;
    static const struct {
        const char *lines[4];
        const char *problem;
    } cases[] = {
        {{"region,service", NULL}, "r1/S: not the header of a price file"},
        {{header, "r1,S,a", NULL}, "r1/S line 2: not twelve fields"},
        {{header, "r1,S,a,d,GB,0,,1,OnDemand,,x,sourced,more", NULL}, "r1/S line 2: not twelve fields"},
        {{header, "r2,S,a,d,GB,0,,1,OnDemand,,x,sourced", NULL},
         "r1/S line 2: the region is not that of the file"},
        {{header, "r1,S,a,d,,0,,1,OnDemand,,x,sourced", NULL},
         "r1/S line 2: service, sku and unit must not be blank"},
        {{header, "r1,S,a,d,GB,0,,1e-6,OnDemand,,x,sourced", NULL},
         "r1/S line 2: price_usd is not a decimal number with at most 12 places"},
        {{header, "r1,S,a,d,GB,zero,,1,OnDemand,,x,sourced", NULL}, "r1/S line 2: tier_from is not a number"},
        {{header, "r1,S,a,d,GB,0,ten,1,OnDemand,,x,sourced", NULL},
         "r1/S line 2: tier_to is neither a number nor blank"},
        {{header, "r1,S,a,d,GB,0,,1,OnDemand,,x,sure", NULL},
         "r1/S line 2: confidence is none of sourced, derived, estimated, assumed"},
        {{header, "r1,S,a,d,GB,0,10,1,OnDemand,,x,sourced", NULL},
         "r1/S line 2: the last tier must have no end"},
        {{header, "r1,S,a,d,GB,5,,1,OnDemand,,x,sourced", NULL},
         "r1/S line 2: its tier does not start where the one before ends"},
        {{header, "r1,S,a,d,GB,0,,1,OnDemand,,x,sourced", "r1,S,a,d,GB,0,,1,OnDemand,,x,sourced", NULL},
         "r1/S line 3: its tier does not start where the one before ends"},
        {{header, "r1,S,a,d,GB,0,0,1,OnDemand,,x,sourced", NULL},
         "r1/S line 2: its tier ends before it starts"},
        {{header, "r1,S,a,d,GB,0,10,1,OnDemand,,x,sourced", "r1,S,a,d,hour,10,,1,OnDemand,,x,sourced", NULL},
         "r1/S line 3: its unit or purchase is not that of the tier before"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *problem = NULL;
        assert_null(load(state->arena, cases[i].lines, &problem));
        assert_non_null(problem);
        assert_string_equal(problem, cases[i].problem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads_decimals_exactly),
                                       cmocka_unit_test(refuses_other_numbers),
                                       cmocka_unit_test(writes_decimals_that_read_back),
                                       cmocka_unit_test(prices_survive_text),
                                       cmocka_unit_test(speaks_the_vocabulary),
                                       cmocka_unit_test(nothing_is_free_but_an_allowance),
                                       cmocka_unit_test(is_sorted_and_unique),
                                       cmocka_unit_test(prices_what_models_name),
                                       cmocka_unit_test(a_borrowed_price_says_so),
                                       cmocka_unit_test(hash_is_that_of_the_files),
                                       cmocka_unit_test(loads_the_same_twice),
                                       cmocka_unit_test(finds_a_unique_sku_without_its_service),
                                       cmocka_unit_test(tells_failures_apart),
                                       cmocka_unit_test(gaps_have_no_price),
                                       cmocka_unit_test(reads_quotes_and_tiers_in_any_order),
                                       cmocka_unit_test(refuses_what_is_malformed)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
