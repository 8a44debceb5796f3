/* SPDX-License-Identifier: Apache-2.0 */
/* Bills: exact arithmetic, tiers, rounding, and the unit costs of the bookstore worked out by hand. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "arena.h"
#include "bill.h"

static const char header[] = "region,service,sku,description,unit,tier_from,tier_to,price_usd,purchase,"
                             "effective_date,source,confidence";

/* A small sheet with the awkward cases; the shipped one for the hand figures. */
struct state {
    struct arena *arena;
    const struct sheet *shipped, *small;
};

static const char *const small_lines[] = {header,
                                          "r,S,cent,d,hour,0,,0.01,OnDemand,,x,sourced",
                                          "r,S,half,d,request,0,,0.005,OnDemand,,x,sourced",
                                          "r,S,dear,d,month,0,,1000000,OnDemand,,x,sourced",
                                          "r,S,pico,d,request,0,,0.000000000001,OnDemand,,x,derived",
                                          "r,S,steps,d,GB,0,100,0,OnDemand,,x,sourced",
                                          "r,S,steps,d,GB,100,1000,0.10,OnDemand,,x,derived",
                                          "r,S,steps,d,GB,1000,,0.03,OnDemand,,x,assumed",
                                          "r,T,third,d,hour,0,,0.333333333333,OnDemand,,x,estimated",
                                          NULL};

static int set_up(void **where)
{
    struct state *state = calloc(1, sizeof *state);
    assert_non_null(state);
    state->arena = arena_open();
    state->shipped = sheet_load_default(state->arena);
    const char *problem;
    state->small = sheet_load(state->arena, &(struct sheet_file){"r", "S", small_lines}, 1, &problem);
    assert_non_null(state->small);
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

static const struct sheet_price *find(const struct sheet *sheet, const char *region, const char *service,
                                      const char *sku)
{
    const struct sheet_price *price;
    if (sheet_find(sheet, region, service, sku, &price) != SHEET_FOUND)
        fail_msg("%s %s %s has no price", region, service ? service : "any", sku);
    return price;
}

/* Adds a simulated line of the small sheet. */
static const struct bill_line *add(const struct state *state, struct bill *bill, const char *sku,
                                   const char *node, double quantity)
{
    const struct bill_line *line =
        bill_line(bill, find(state->small, "r", NULL, sku), node, quantity, BILL_SIMULATED);
    assert_non_null(line);
    return line;
}

/* Rounding */

static void rounds_half_to_even(void **where)
{
    (void)where;
    const bill_amount half = 5000000000000000; /* of a cent, in 1e-18 USD */
    static const struct {
        int halves, more;
        int64_t cents;
    } cases[] = {{0, 0, 0},  {1, 0, 0},   {1, 1, 1},   {1, -1, 0},  {2, 0, 1}, {3, 0, 2},
                 {5, 0, 2},  {5, -1, 2},  {5, 1, 3},   {7, 0, 4},   {9, 0, 4}, {2001, 0, 1000},
                 {-1, 0, 0}, {-3, 0, -2}, {-5, 0, -2}, {-5, -1, -3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(bill_cents(half * cases[i].halves + cases[i].more), cases[i].cents);
}

static void lines_round_half_to_even(void **where)
{
    struct state *state = *where;
    static const struct {
        double quantity;
        int64_t cents;
    } cases[] = {{0, 0}, {1, 0}, {2, 1}, {3, 2}, {4, 2}, {5, 2}, {7, 4}, {1.000001, 1}, {2.999999, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bill *bill = bill_open(state->arena, state->small);
        assert_int_equal(add(state, bill, "half", "n", cases[i].quantity)->monthly_cents, cases[i].cents);
    }
}

/* 0.0000005 lies half way between two counts of 1e-6, and is a double a little below that. */
static void quantities_round_at_the_door(void **where)
{
    struct state *state = *where;
    static const struct {
        double quantity;
        const char *text;
    } cases[] = {{0, "0"},
                 {1e-7, "0"},
                 {0.25e-6, "0"},
                 {0.75e-6, "0.000001"},
                 {2190, "2190"},
                 {0.1, "0.1"},
                 {2190.1, "2190.1"},
                 {1.0 / 3, "0.333333"},
                 {2.0 / 3, "0.666667"},
                 {1e12, "1000000000000"},
                 {8e12, "8000000000000"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bill *bill = bill_open(state->arena, state->small);
        const struct bill_line *line = add(state, bill, "pico", "n", cases[i].quantity);
        assert_string_equal(bill_quantity(state->arena, line), cases[i].text);
    }
}

static void keeps_every_pico_dollar(void **where)
{
    struct state *state = *where;
    const struct sheet_price *third = find(state->small, "r", "T", "third");
    assert_true(bill_charge(third, 1) == (bill_amount)333333333333);
    assert_true(bill_charge(third, 9000000000000000000) == (bill_amount)9000000000000000000 * 333333333333);
    struct bill *bill = bill_open(state->arena, state->small);
    assert_int_equal(add(state, bill, "pico", "n", 5e9)->monthly_cents, 0);
    assert_int_equal(add(state, bill, "pico", "n", 1.5e10)->monthly_cents, 2);
    assert_string_equal(bill_unit_price(state->arena, bill_at(bill, 0)), "0.000000000001");
}

static void refuses_impossible_quantities(void **where)
{
    struct state *state = *where;
    struct bill *bill = bill_open(state->arena, state->small);
    const struct sheet_price *pico = find(state->small, "r", NULL, "pico");
    const struct sheet_price *dear = find(state->small, "r", NULL, "dear");
    const double cases[] = {-1, -1e-9, NAN, INFINITY, -INFINITY, 9.1e12, 1e300};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_null(bill_line(bill, pico, "n", cases[i], BILL_SIMULATED));
    assert_null(bill_line(bill, dear, "n", 1e7, BILL_SIMULATED));
    assert_int_equal(bill_count(bill), 0);
    assert_int_equal(bill_total(bill), 0);
    assert_non_null(bill_line(bill, pico, "n", BILL_MOST, BILL_SIMULATED));
    assert_null(bill_line(bill, pico, "n", 1, BILL_SIMULATED));
    assert_non_null(bill_line(bill, pico, "n", 0, BILL_SIMULATED));
}

static void writes_money(void **where)
{
    struct state *state = *where;
    assert_string_equal(bill_money(state->arena, 0), "0.00");
    assert_string_equal(bill_money(state->arena, 5), "0.05");
    assert_string_equal(bill_money(state->arena, 12345), "123.45");
    assert_string_equal(bill_money(state->arena, 419650), "4196.50");
    assert_string_equal(bill_money(state->arena, -5), "-0.05");
    assert_string_equal(bill_money(state->arena, -12345), "-123.45");
}

/* Tiers */

static void charges_each_tier_its_own_price(void **where)
{
    struct state *state = *where;
    static const struct {
        double quantity;
        int64_t cents;
        const char *unit_price;
        bool blended;
        enum sheet_confidence confidence;
    } cases[] = {{0, 0, "0", false, SHEET_SOURCED},
                 {99.999999, 0, "0", false, SHEET_SOURCED},
                 {100, 0, "0", false, SHEET_SOURCED},
                 {100.000001, 0, "0.000000001", true, SHEET_DERIVED},
                 {101, 10, "0.000990099010", true, SHEET_DERIVED},
                 {200, 1000, "0.05", true, SHEET_DERIVED},
                 {1000, 9000, "0.09", true, SHEET_DERIVED},
                 {1000.000001, 9000, NULL, true, SHEET_ASSUMED},
                 {2000, 12000, "0.06", true, SHEET_ASSUMED}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bill *bill = bill_open(state->arena, state->small);
        const struct bill_line *line = add(state, bill, "steps", "n", cases[i].quantity);
        assert_int_equal(line->monthly_cents, cases[i].cents);
        assert_int_equal(line->blended, cases[i].blended);
        assert_int_equal(line->confidence, cases[i].confidence);
        int64_t pico = 0;
        if (!cases[i].unit_price) continue;
        assert_true(sheet_decimal(cases[i].unit_price, 12, &pico));
        assert_int_equal(line->price_pico, pico);
    }
}

/* Three nodes fill the tiers in the order of their lines; each pays what its own usage costs on top. */
static void nodes_share_a_tier(void **where)
{
    struct state *state = *where;
    struct bill *bill = bill_open(state->arena, state->small);
    const struct bill_line *first = add(state, bill, "steps", "a", 60);
    const struct bill_line *second = add(state, bill, "steps", "b", 60);
    const struct bill_line *third = add(state, bill, "steps", "c", 900);
    const struct bill_line *fourth = add(state, bill, "steps", "c", 10);
    assert_int_equal(first->monthly_cents, 0);
    assert_int_equal(second->monthly_cents, 200);
    assert_int_equal(third->monthly_cents, 8860);
    assert_int_equal(fourth->monthly_cents, 30);
    assert_false(fourth->blended);
    assert_string_equal(bill_unit_price(state->arena, fourth), "0.03");
    bill_amount all = bill_charge(find(state->small, "r", NULL, "steps"), 1030000000);
    assert_int_equal(bill_total(bill), bill_cents(all));
}

/* However a month's usage is cut into lines, their exact amounts add up to the charge for the sum. */
static void lines_add_up_to_the_charge(void **where)
{
    struct state *state = *where;
    const struct sheet_price *price = find(state->small, "r", NULL, "steps");
    struct bill *bill = bill_open(state->arena, state->small);
    int64_t used = 0;
    bill_amount sum = 0;
    for (int i = 0; i < 300; i++) {
        const struct bill_line *line = add(state, bill, "steps", "n", 7.000003 * (i % 13));
        bill_amount amount = bill_charge(price, used + line->quantity_micro) - bill_charge(price, used);
        assert_int_equal(line->monthly_cents, bill_cents(amount));
        used += line->quantity_micro;
        sum += amount;
    }
    assert_true(sum == bill_charge(price, used));
    assert_in_range(bill_total(bill), bill_cents(sum) - 150, bill_cents(sum) + 150);
}

static void total_is_the_sum_of_the_lines(void **where)
{
    struct state *state = *where;
    struct bill *bill = bill_open(state->arena, state->small);
    int64_t cents = 0;
    for (int i = 0; i < 100; i++) {
        cents += add(state, bill, "half", i % 2 ? "odd" : "even", 1 + i)->monthly_cents;
        cents += add(state, bill, "third", "third", i)->monthly_cents;
    }
    assert_int_equal(bill_count(bill), 200);
    int64_t again = 0;
    for (int i = 0; i < bill_count(bill); i++) again += bill_at(bill, i)->monthly_cents;
    assert_int_equal(again, cents);
    assert_int_equal(bill_total(bill), cents);
    assert_int_equal(bill_of_service(bill, "S") + bill_of_service(bill, "T"), cents);
    assert_int_equal(bill_of_node(bill, "odd") + bill_of_node(bill, "even") + bill_of_node(bill, "third"),
                     cents);
    assert_int_equal(bill_of_service(bill, "nobody"), 0);
}

static void a_line_carries_what_it_was_given(void **where)
{
    struct state *state = *where;
    struct bill *bill = bill_open(state->arena, state->shipped);
    const struct bill_line *line = bill_line(bill, find(state->shipped, "eu-west-1", "AWSELB", "LCUUsage"),
                                             "alb", 7884, BILL_CONFIGURED);
    assert_string_equal(line->node, "alb");
    assert_string_equal(line->price->sku, "LCUUsage");
    assert_string_equal(line->price->purchase, "OnDemand");
    assert_int_equal(line->confidence, SHEET_ASSUMED);
    assert_string_equal(bill_basis_name(line->basis), "configured");
    assert_string_equal(bill_basis_name(BILL_SIMULATED), "simulated");
    assert_string_equal(bill_quantity(state->arena, line), "7884");
    assert_string_equal(bill_unit_price(state->arena, line), "0.008");
    assert_string_equal(bill_money(state->arena, line->monthly_cents), "63.07");
}

/* The free million of SQS is one, whoever takes it. */
static void a_free_allowance_is_taken_once(void **where)
{
    struct state *state = *where;
    struct bill *bill = bill_open(state->arena, state->shipped);
    const struct sheet_price *sqs = find(state->shipped, "eu-west-1", NULL, "Requests-Standard");
    assert_int_equal(bill_line(bill, sqs, "orders", 600000, BILL_SIMULATED)->monthly_cents, 0);
    assert_int_equal(bill_line(bill, sqs, "mail", 8525000, BILL_SIMULATED)->monthly_cents, 325);
    const struct bill_line *rest = bill_line(bill, sqs, "mail", 1000000, BILL_SIMULATED);
    assert_int_equal(rest->monthly_cents, 40);
    assert_string_equal(bill_unit_price(state->arena, rest), "0.0000004");
}

/* Hand figures: the unit costs of the bookstore, each the unrounded sum of its parts rounded to the cent. */

#define MONTH 730.0 /* hours */
#define MILLION 1e6

struct use {
    const char *sku; /* "SERVICE SKU" */
    double quantity;
};

struct figure {
    const char *name, *region;
    struct use uses[6];
    double times;
    int64_t cents;
};

/* Tasks, as vCPU and GB. */
#define FARGATE(cpu, gb)                                                                                     \
    {                                                                                                        \
        {"AmazonECS Fargate-vCPU-Hours:perCPU", (cpu)*MONTH},                                                \
        {                                                                                                    \
            "AmazonECS Fargate-GB-Hours", (gb)*MONTH                                                         \
        }                                                                                                    \
    }
#define FARGATE_SPOT(cpu, gb)                                                                                \
    {                                                                                                        \
        {"AmazonECS SpotUsage-Fargate-vCPU-Hours:perCPU", (cpu)*MONTH},                                      \
        {                                                                                                    \
            "AmazonECS SpotUsage-Fargate-GB-Hours", (gb)*MONTH                                               \
        }                                                                                                    \
    }

static const struct figure figures[] = {
    {"O1 order task", "eu-west-1", FARGATE(1, 2), 1, 3604},
    {"O2 search task", "eu-west-1", FARGATE(2, 4), 1, 7208},
    {"O3 notifications task", "eu-west-1", FARGATE(0.5, 1), 1, 1802},
    {"O4 order task on Spot", "eu-west-1", FARGATE_SPOT(1, 2), 1, 1188},
    {"O4 search task on Spot", "eu-west-1", FARGATE_SPOT(2, 4), 1, 2375},
    {"O4 notifications task on Spot", "eu-west-1", FARGATE_SPOT(0.5, 1), 1, 594},
    {"O5 order task on ARM",
     "eu-west-1",
     {{"AmazonECS Fargate-ARM-vCPU-Hours:perCPU", MONTH}, {"AmazonECS Fargate-ARM-GB-Hours", 2 * MONTH}},
     1,
     2884},
    {"O6 three order and three search tasks", "eu-west-1", FARGATE(9, 18), 1, 32436},
    {"O8 all six at desired", "eu-west-1", FARGATE(16, 32), 1, 57664},
    {"O9 all six at max", "eu-west-1", FARGATE(60, 120), 1, 216241},
    {"O10 hosts",
     "eu-west-1",
     {{"AmazonEC2 BoxUsage:t3.2xlarge", 3 * MONTH}, {"AmazonEC2 EBS:VolumeUsage.gp3", 300}},
     1,
     82531},
    {"O11 t3.2xlarge", "eu-west-1", {{"AmazonEC2 BoxUsage:t3.2xlarge", MONTH}}, 1, 26630},
    {"O15 Aurora", "eu-west-1", {{"AmazonRDS InstanceUsage:db.r6g.xlarge", 3 * MONTH}}, 1, 125487},
    {"O16 Aurora storage", "eu-west-1", {{"AmazonRDS Aurora:StorageUsage", 100}}, 1, 1100},
    {"O16 Aurora storage after a year", "eu-west-1", {{"AmazonRDS Aurora:StorageUsage", 300}}, 1, 3300},
    {"O17 RDS Multi-AZ io1",
     "eu-west-1",
     {{"AmazonRDS Multi-AZUsage:db.r6g.xlarge:PostgreSQL", MONTH},
      {"AmazonRDS RDS:Multi-AZ-PIOPS", 3000},
      {"AmazonRDS RDS:Multi-AZ-PIOPS-Storage", 100}},
     1,
     142271},
    {"O18 RDS Proxy", "eu-west-1", {{"AmazonRDS RDS:ProxyUsage", 12 * MONTH}}, 1, 14016},
    {"O19 Redis", "eu-west-1", {{"AmazonElastiCache NodeUsage:cache.r7g.xlarge", 3 * MONTH}}, 1, 106653},
    {"O19 Valkey",
     "eu-west-1",
     {{"AmazonElastiCache NodeUsage:cache.r7g.xlarge:Valkey", 3 * MONTH}},
     1,
     85322},
    {"O20 OpenSearch", "eu-west-1", {{"AmazonES ESInstance:m6g.xlarge.search", 3 * MONTH}}, 1, 62634},
    {"O20 OpenSearch storage", "eu-west-1", {{"AmazonES ES:GP3-Storage", 300}}, 1, 4020},
    {"O21 NAT gateway", "eu-west-1", {{"AmazonEC2 NatGateway-Hours", MONTH}}, 1, 3504},
    {"O21 three NAT gateways", "eu-west-1", {{"AmazonEC2 NatGateway-Hours", 3 * MONTH}}, 1, 10512},
    {"O22 endpoints", "eu-west-1", {{"AmazonVPC VpcEndpoint-Hours", 9 * MONTH}}, 1, 7227},
    {"O22 endpoints in truth", "eu-west-1", {{"AmazonVPC VpcEndpoint-Hours", 15 * MONTH}}, 1, 12045},
    {"O24 NAT data for a year", "eu-west-1", {{"AmazonEC2 NatGateway-Bytes", 100}}, 12, 5760},
    {"O25 ALB hours", "eu-west-1", {{"AWSELB LoadBalancerUsage", MONTH}}, 1, 1840},
    {"O25 public addresses", "eu-west-1", {{"AmazonVPC PublicIPv4:InUseAddress", 6 * MONTH}}, 1, 2190},
    {"O26 WAF", "eu-west-1", {{"awswaf WebACLV2", 1}, {"awswaf RuleV2", 2}}, 1, 700},
    {"O26 KMS", "eu-west-1", {{"awskms KMS-Keys", 5}}, 1, 500},
    {"O26 secrets", "eu-west-1", {{"AWSSecretsManager Secrets", 6}}, 1, 240},
    {"O27 Spot hosts", "eu-west-1", {{"AmazonEC2 SpotUsage:t3.large", 2 * MONTH}}, 1, 6351},
    {"O27 on demand", "eu-west-1", {{"AmazonEC2 BoxUsage:t3.large", 2 * MONTH}}, 1, 13315},
    {"O28 two Fargate tasks", "eu-west-1", FARGATE(1, 2), 1, 3604},
    {"O28 two Fargate Spot tasks", "eu-west-1", FARGATE_SPOT(1, 2), 1, 1188},
    {"load: CloudFront requests",
     "eu-west-1",
     {{"AmazonCloudFront Requests-Tier2-HTTPS", 788.4 * MILLION}},
     1,
     93408},
    {"load: CloudFront data", "eu-west-1", {{"AmazonCloudFront DataTransfer-Out-Bytes", 7884}}, 1, 58310},
    {"load: WAF requests", "eu-west-1", {{"awswaf RequestV2-Tier1", 788.4 * MILLION}}, 1, 47304},
    {"load: logs", "eu-west-1", {{"AmazonCloudWatch DataProcessing-Bytes", 788.4}}, 1, 44939},
    {"load: Firehose", "eu-west-1", {{"AmazonKinesisFirehose BilledBytes", 788.4}}, 1, 2444},
    {"load: X-Ray", "eu-west-1", {{"AWSXRay XRay-TracesStored", 15.95 * 3600 * MONTH}}, 1, 20958},
    {"load: ALB LCU", "eu-west-1", {{"AWSELB LCUUsage", 10.8 * MONTH}}, 1, 6307},
    {"load: DynamoDB events", "eu-west-1", {{"AmazonDynamoDB WriteRequestUnits", 4 * 1520833}}, 1, 429},
    {"load: SQS", "eu-west-1", {{"AWSQueueService Requests-Standard", 9.125 * MILLION}}, 1, 325},
    {"load: EventBridge", "eu-west-1", {{"AWSEvents Event-64K-Chunks", 1.52 * MILLION}}, 1, 152},
    {"standby: Aurora", "eu-west-2", {{"AmazonRDS InstanceUsage:db.r6g.xlarge", MONTH}}, 1, 44457},
    {"standby: Redis", "eu-west-2", {{"AmazonElastiCache NodeUsage:cache.r7g.xlarge", MONTH}}, 1, 37376},
    {"standby: OpenSearch", "eu-west-2", {{"AmazonES ESInstance:m6g.xlarge.search", 2 * MONTH}}, 1, 43070},
    {"standby: ALB", "eu-west-2", {{"AWSELB LoadBalancerUsage", MONTH}}, 1, 1932},
    {"standby: NAT", "eu-west-2", {{"AmazonEC2 NatGateway-Hours", MONTH}}, 1, 3650},
    {"standby: Fargate", "eu-west-2", FARGATE(16, 32), 1, 66319},
    {"O40 prod", "us-east-1", FARGATE(3, 6), 1, 10812},
    {"O40 max", "us-east-1", FARGATE(20, 40), 1, 72080},
    {"O42 Serverless v2", "us-east-1", {{"AmazonRDS Aurora:ServerlessV2Usage", 3 * MONTH}}, 1, 26280},
    {"O42 Serverless v2", "eu-west-1", {{"AmazonRDS Aurora:ServerlessV2Usage", 3 * MONTH}}, 1, 30660},
    {"O45 table floor",
     "us-east-1",
     {{"AmazonDynamoDB WriteCapacityUnit-Hrs", 5 * MONTH},
      {"AmazonDynamoDB ReadCapacityUnit-Hrs", 5 * MONTH}},
     1,
     285},
    {"O47 NAT gateways", "us-east-1", {{"AmazonEC2 NatGateway-Hours", 3 * MONTH}}, 1, 9855},
    {"O48 endpoints", "us-east-1", {{"AmazonVPC VpcEndpoint-Hours", 9 * MONTH}}, 1, 6570},
    {"O76 secrets", "us-east-1", {{"AWSSecretsManager Secrets", 1000}}, 1, 40000}};

/* Splits "SERVICE SKU" and finds it. */
static const struct sheet_price *find_use(const struct state *state, const char *region, const char *text)
{
    int length = 0;
    while (text[length] != ' ') length++;
    const char *service = arena_printf(state->arena, "%.*s", length, text);
    return find(state->shipped, region, service, text + length + 1);
}

/* A bill has each part as a line of its own, so it may be off by half a cent a part. */
static void check_bill(const struct state *state, const struct figure *figure)
{
    struct bill *bill = bill_open(state->arena, state->shipped);
    for (int i = 0; i < 6 && figure->uses[i].sku; i++)
        assert_non_null(bill_line(bill, find_use(state, figure->region, figure->uses[i].sku), figure->name,
                                  figure->uses[i].quantity, BILL_CONFIGURED));
    double off = fabs((double)bill_total(bill) * figure->times - (double)figure->cents);
    assert_true(off <= 0.5 * figure->times * bill_count(bill) + 0.5);
}

static void agrees_with_the_hand_figures(void **where)
{
    struct state *state = *where;
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        const struct figure *figure = &figures[i];
        bill_amount amount = 0;
        for (int at = 0; at < 6 && figure->uses[at].sku; at++) {
            int64_t micro = (int64_t)llround(figure->uses[at].quantity * 1e6);
            amount += bill_charge(find_use(state, figure->region, figure->uses[at].sku), micro);
        }
        int64_t cents = bill_cents(amount * (int64_t)figure->times);
        if (cents != figure->cents)
            fail_msg("%s: %lld instead of %lld cents", figure->name, (long long)cents,
                     (long long)figure->cents);
        check_bill(state, figure);
    }
}

static double usd(const struct state *state, const char *sku)
{
    return (double)find_use(state, "eu-west-1", sku)->tiers[0].price_pico / 1e12;
}

/* O4, O23, O27: the shares and the break-even that follow from the prices. */
static void agrees_with_the_hand_ratios(void **where)
{
    struct state *state = *where;
    double spot = usd(state, "AmazonECS SpotUsage-Fargate-vCPU-Hours:perCPU") /
                  usd(state, "AmazonECS Fargate-vCPU-Hours:perCPU");
    assert_true(fabs(spot - 0.32956) < 0.000005);
    double endpoints = 9 * MONTH * usd(state, "AmazonVPC VpcEndpoint-Hours");
    double saving = usd(state, "AmazonEC2 NatGateway-Bytes") - usd(state, "AmazonVPC VpcEndpoint-Bytes");
    assert_int_equal(llround(endpoints / saving), 1902);
    double host = usd(state, "AmazonEC2 SpotUsage:t3.large") / usd(state, "AmazonEC2 BoxUsage:t3.large");
    assert_true(fabs(1 - host - 0.523) < 0.0005);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rounds_half_to_even),
                                       cmocka_unit_test(lines_round_half_to_even),
                                       cmocka_unit_test(quantities_round_at_the_door),
                                       cmocka_unit_test(keeps_every_pico_dollar),
                                       cmocka_unit_test(refuses_impossible_quantities),
                                       cmocka_unit_test(writes_money),
                                       cmocka_unit_test(charges_each_tier_its_own_price),
                                       cmocka_unit_test(nodes_share_a_tier),
                                       cmocka_unit_test(lines_add_up_to_the_charge),
                                       cmocka_unit_test(total_is_the_sum_of_the_lines),
                                       cmocka_unit_test(a_line_carries_what_it_was_given),
                                       cmocka_unit_test(a_free_allowance_is_taken_once),
                                       cmocka_unit_test(agrees_with_the_hand_figures),
                                       cmocka_unit_test(agrees_with_the_hand_ratios)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
