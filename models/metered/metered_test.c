/* SPDX-License-Identifier: Apache-2.0 */
/* Each way of counting against arithmetic, and the whole catalogue against the rule that says what is a size.
   */
#include "model.h"
#include "near.h"
#include "text.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct model model_metered;

#define GIB 1073741824.0

/* ---- Nodes to follow --------------------------------------------------------------------------------- */

/* One that reports nothing, one that counts for itself: every other visit a request, three messages for each,
   and 10 GiB stored from half time on. */
struct counting_state {
    int64_t requests, messages;
    struct gauge storage;
    struct timer timer;
};

static const struct output counting_outputs[] = {
    OUTPUT(counting_state, requests, OUTPUT_COUNT, UNIT_COUNT, "Requests."),
    OUTPUT(counting_state, messages, OUTPUT_COUNT, UNIT_COUNT, "Messages."),
    OUTPUT(counting_state, storage, OUTPUT_MEAN, UNIT_BYTE, "Stored."), OUTPUT_END};

static void counting_start(struct node *self)
{
    struct counting_state *state = self->state;
    node_timer(self, &state->timer, 0);
    node_wake_in(self, &state->timer, self->run->plan->horizon / 2.0);
}

static void counting_wake(struct node *self, int tag)
{
    struct counting_state *state = self->state;
    gauge_set(&state->storage, self->run->now, 10.0 * GIB + tag);
}

static void counting_arrive(struct visit *visit)
{
    struct counting_state *state = visit->node->state;
    state->requests += visit->node->arrivals % 2 == 0;
    state->messages += 3;
    visit_reply(visit, OUTCOME_OK);
}

static void plain_arrive(struct visit *visit)
{
    visit_reply(visit, OUTCOME_OK);
}

static const struct model model_plain = {.name = "plain", .arrive = plain_arrive};
static const struct model model_counting = {.name = "counting",
                                            .state_size = sizeof(struct counting_state),
                                            .outputs = counting_outputs,
                                            .start = counting_start,
                                            .arrive = counting_arrive,
                                            .wake = counting_wake};

/* Asks both once a second, 1 KiB there and 4 KiB back. */
struct sender_state {
    struct ask ask[2];
    struct timer timer;
    uint64_t sent;
};

static void sender_start(struct node *self)
{
    struct sender_state *state = self->state;
    for (int i = 0; i < 2; i++) {
        state->ask[i] = (struct ask){
            .op = ASK_REQUEST, .to = &self->run->node[1 + i], .bytes_in = 1024.0, .bytes_out = 4096.0};
        run_resolve(self->run, &state->ask[i]);
    }
    node_timer(self, &state->timer, 0);
    node_wake_in(self, &state->timer, 1.0);
}

static void sender_wake(struct node *self, int tag)
{
    struct sender_state *state = self->state;
    (void)tag;
    node_wake_in(self, &state->timer, 1.0);
    visit_call(visit_open(self, state->sent++), &state->ask[0], -1);
}

static void sender_resume(struct visit *visit)
{
    struct sender_state *state = visit->node->state;
    if (visit->step++ == 0) {
        visit_call(visit, &state->ask[1], -1);
    } else {
        visit_close(visit);
    }
}

static const struct model model_sender = {.name = "sender",
                                          .is_client = true,
                                          .state_size = sizeof(struct sender_state),
                                          .start = sender_start,
                                          .arrive = plain_arrive,
                                          .resume = sender_resume,
                                          .wake = sender_wake};

/* ---- Scenes ------------------------------------------------------------------------------------------ */

enum { PLAIN = 1, COUNTING = 2, SECONDS = 7200 };

/* An item as a user would write it. */
struct item {
    const char *sku, *per, *quantity, *retention;
    int of; /* node, 0 = none */
};

struct scene {
    struct arena *arena;
    struct diag *diag;
    struct places *places;
    void *config;
    struct run *run;
};

static void set(struct arena *arena, const struct param *params, void *row, const char *key, const char *text)
{
    const struct param *param = param_find(params, key);
    const char *problem = NULL;
    if (!param_read(param, text, arena, param_field(param, row), &problem)) {
        fail_msg("%s: %s: %s", key, text, problem);
    }
}

static void fill_in(struct scene *scene, const struct param *list, void *row, const struct item *item)
{
    const struct param *params = list->rows;
    set(scene->arena, params, row, "name", "none");
    set(scene->arena, params, row, "service", "none");
    set(scene->arena, params, row, "sku", item->sku);
    set(scene->arena, params, row, "per", item->per);
    set(scene->arena, params, row, "quantity", item->quantity);
    set(scene->arena, params, row, "retention", item->retention == NULL ? "none" : item->retention);
    struct node_ref *ref = arena_array(scene->arena, struct node_ref, 1);
    ref->index = item->of;
    *(struct node_refs *)param_field(param_find(params, "of"), row) = (struct node_refs){ref, item->of != 0};
}

static void *config_of(struct scene *scene, const struct item *item, int count)
{
    const struct param *list = param_find(model_metered.params, "items");
    void *config = arena_alloc(scene->arena, model_metered.config_size);
    struct rows *rows = param_field(list, config);
    *rows = (struct rows){arena_items(scene->arena, (size_t)count, list->row_size), count};
    for (int i = 0; i < count; i++) {
        fill_in(scene, list, (char *)rows->row + (size_t)i * list->row_size, &item[i]);
    }
    return config;
}

static struct scene open_items(const struct item *item, int count)
{
    struct scene scene = {.arena = arena_open()};
    scene.diag = diag_open(scene.arena);
    scene.places = places_open(scene.arena);
    scene.config = config_of(&scene, item, count);
    return scene;
}

/* Two hours, in three zones, after a lead-in that is not billed. */
static struct scene simulate(const struct item *item, int count)
{
    static const char *const zones[] = {"a", "b", "c"};
    struct scene scene = open_items(item, count);
    struct plan_node *nodes = arena_array(scene.arena, struct plan_node, 4);
    nodes[0] = (struct plan_node){.name = "sender", .model = &model_sender};
    nodes[PLAIN] = (struct plan_node){.name = "plain", .model = &model_plain};
    nodes[COUNTING] = (struct plan_node){.name = "counting", .model = &model_counting};
    nodes[3] = (struct plan_node){.name = "items", .model = &model_metered, .config = scene.config};
    struct plan *plan = arena_new(scene.arena, struct plan);
    *plan = (struct plan){.node = nodes,
                          .node_count = 4,
                          .zone = zones,
                          .zone_count = 3,
                          .horizon = SECONDS,
                          .places = scene.places};
    scene.run = run_open(plan, &(struct run_options){.seed = 1, .lead = 100.0}, scene.diag);
    run_execute(scene.run);
    return scene;
}

static void close_scene(struct scene *scene)
{
    run_close(scene->run);
    arena_close(scene->arena);
}

/* What one item comes to: a quantity a month if it stands, else over the two hours. */
static double quantity(struct item item, enum meter_basis basis)
{
    struct scene scene = simulate(&item, 1);
    double sum = 0.0;
    assert_int_equal(diag_errors(scene.diag), 0);
    for (int i = 0; i < scene.run->meter_count; i++) {
        const struct meter *meter = &scene.run->meter[i];
        assert_int_equal(meter->basis, basis);
        assert_string_equal(meter->sku, item.sku);
        sum += meter->kind == METER_MONTHLY ? meter->monthly : meter->hourly[0] + meter->hourly[1];
    }
    close_scene(&scene);
    return sum;
}

/* ---- Counting ---------------------------------------------------------------------------------------- */

static void hours_are_730_a_month_in_each_zone(void **unused)
{
    (void)unused;
    assert_near(quantity((struct item){.sku = "NatGateway-Hours", .per = "zone_hour", .quantity = "1"},
                         BASIS_CONFIGURED),
                2190.0, 1e-9);
    assert_near(quantity((struct item){.sku = "XRay-TracesStored", .per = "hour", .quantity = "3600"},
                         BASIS_CONFIGURED),
                2628000.0, 1e-6);
    assert_near(quantity((struct item){.sku = "KMS-Keys", .per = "month", .quantity = "5"}, BASIS_CONFIGURED),
                5.0, 0.0);
}

static void a_size_is_billed_in_gb_of_1024_cubed(void **unused)
{
    (void)unused;
    assert_near(quantity((struct item){.sku = "TimedStorage-ByteHrs", .per = "month", .quantity = "12GiB"},
                         BASIS_CONFIGURED),
                12.0, 1e-12);
    assert_near(quantity((struct item){.sku = "Aurora:BackupUsage", .per = "month", .quantity = "12GB"},
                         BASIS_CONFIGURED),
                11.1758709, 1e-7);
}

/* 1.5 KiB of log for each of 7,200 requests. */
static void requests_are_visits_where_a_node_reports_none(void **unused)
{
    (void)unused;
    struct item item = {.sku = "DataProcessing-Bytes", .per = "request", .quantity = "1.5KiB", .of = PLAIN};
    assert_near(quantity(item, BASIS_SIMULATED), 7200.0 * 1536.0 / GIB, 1536.0 / GIB);
    item = (struct item){.sku = "XRay-TracesStored", .per = "request", .quantity = "0.05", .of = PLAIN};
    assert_near(quantity(item, BASIS_SIMULATED), 360.0, 0.05 + 1e-9);
}

static void what_a_node_reports_as_requests_comes_first(void **unused)
{
    (void)unused;
    struct item item = {.sku = "KMS-Requests", .per = "request", .quantity = "1", .of = COUNTING};
    assert_near(quantity(item, BASIS_SIMULATED), 3600.0, 1.0);
    item.per = "message";
    assert_near(quantity(item, BASIS_SIMULATED), 21600.0, 3.0);
}

static void bytes_count_in_each_direction(void **unused)
{
    (void)unused;
    struct item item = {.sku = "DataTransfer-Out-Bytes", .per = "byte_out", .quantity = "1", .of = PLAIN};
    assert_near(quantity(item, BASIS_SIMULATED), 7200.0 * 4096.0 / GIB, 4096.0 / GIB);
    item.per = "byte_in";
    assert_near(quantity(item, BASIS_SIMULATED), 7200.0 * 1024.0 / GIB, 1024.0 / GIB);
    item.per = "byte";
    item.quantity = "1.33";
    assert_near(quantity(item, BASIS_SIMULATED), 1.33 * 7200.0 * 5120.0 / GIB, 8192.0 / GIB);
}

/* What comes in within a month is stored 90 days: at every moment there are 90/30.417 months of it. */
static void a_flow_that_is_kept_is_stored_as_long_as_its_retention(void **unused)
{
    (void)unused;
    struct item item = {.sku = "TimedStorage-ByteHrs",
                        .per = "request",
                        .quantity = "0.25KiB",
                        .retention = "90d",
                        .of = PLAIN};
    assert_near(quantity(item, BASIS_SIMULATED), 7200.0 * 256.0 / GIB * (90.0 * 24.0 / 730.0), 800.0 / GIB);
}

/* 10 GiB for one hour: 10/730 GiB-months, of which twice as many are billed. */
static void gib_months_of_a_node_follow_what_it_stores(void **unused)
{
    (void)unused;
    struct item item = {
        .sku = "ElastiCache:BackupUsage", .per = "GiB_month", .quantity = "2", .of = COUNTING};
    struct scene scene = simulate(&item, 1);
    assert_int_equal(scene.run->meter[0].kind, METER_GAUGE);
    double hours = scene.run->meter[0].hourly[0] + scene.run->meter[0].hourly[1];
    assert_near(hours, 2.0 * 10.0 / 730.0 * (1.0 + 100.0 / 3600.0),
                1e-9); /* from half of 7,200 s after the beginning of the lead-in on */
    close_scene(&scene);
}

static void each_node_has_a_line_of_its_own(void **unused)
{
    (void)unused;
    struct item items[] = {{.sku = "KMS-Requests", .per = "request", .quantity = "1", .of = PLAIN},
                           {.sku = "NatGateway-Hours", .per = "hour", .quantity = "1"}};
    struct scene scene = simulate(items, 2);
    assert_int_equal(scene.run->meter_count, 2);
    assert_string_equal(scene.run->meter[0].name, "KMS-Requests of plain");
    assert_string_equal(scene.run->meter[1].name, "NatGateway-Hours");
    assert_string_equal(scene.run->meter[0].node->name, "items");
    close_scene(&scene);
}

static void a_quantity_of_0_is_turned_off(void **unused)
{
    (void)unused;
    struct item item = {.sku = "DataTransfer-Out-Bytes", .per = "byte_out", .quantity = "0", .of = PLAIN};
    struct scene scene = simulate(&item, 1);
    assert_int_equal(scene.run->meter_count, 0);
    close_scene(&scene);
}

static void a_node_that_reports_no_messages_cannot_be_followed(void **unused)
{
    (void)unused;
    const char *const per[] = {"message", "GiB_month"};
    for (int i = 0; i < 2; i++) {
        struct item item = {.sku = "TimedStorage-ByteHrs", .per = per[i], .quantity = "1KiB", .of = PLAIN};
        struct scene scene = simulate(&item, 1);
        assert_int_equal(diag_errors(scene.diag), 1);
        assert_int_equal(scene.run->meter_count, 0);
        close_scene(&scene);
    }
}

/* ---- Rules ------------------------------------------------------------------------------------------- */

static void assert_complaints(struct item item, int errors, int warnings)
{
    struct scene scene = open_items(&item, 1);
    model_metered.check(scene.config, &(struct check){scene.diag, scene.places, "items"});
    if (diag_errors(scene.diag) != errors || diag_warnings(scene.diag) != warnings) {
        fail_msg("%s per %s: %d errors, %d warnings", item.sku, item.per, diag_errors(scene.diag),
                 diag_warnings(scene.diag));
    }
    arena_close(scene.arena);
}

static void what_follows_nobody_or_needs_nobody_is_complained_about(void **unused)
{
    (void)unused;
    assert_complaints((struct item){"KMS-Requests", "request", "1", NULL, 0}, 1, 0);
    assert_complaints((struct item){"KMS-Requests", "request", "1", NULL, PLAIN}, 0, 0);
    assert_complaints((struct item){"KMS-Keys", "month", "1", NULL, PLAIN}, 0, 1);
}

static void a_flow_into_storage_needs_a_retention(void **unused)
{
    (void)unused;
    assert_complaints((struct item){"TimedStorage-ByteHrs", "request", "1KiB", NULL, PLAIN}, 1, 0);
    assert_complaints((struct item){"TimedStorage-ByteHrs", "request", "1KiB", "30d", PLAIN}, 0, 0);
    assert_complaints((struct item){"TimedStorage-ByteHrs", "month", "1GiB", "30d", 0}, 0, 1);
    assert_complaints((struct item){"DataProcessing-Bytes", "request", "1KiB", "30d", PLAIN}, 0, 1);
}

static void storage_by_the_hour_is_refused(void **unused)
{
    (void)unused;
    assert_complaints((struct item){"EBS:VolumeUsage.gp3", "hour", "100GB", NULL, 0}, 1, 0);
    assert_complaints((struct item){"EBS:VolumeUsage.gp3", "month", "100GB", NULL, 0}, 0, 0);
    assert_complaints((struct item){"Fargate-GB-Hours", "hour", "2GiB", NULL, 0}, 0, 0);
}

static void a_size_without_its_unit_and_a_number_with_one_are_noticed(void **unused)
{
    (void)unused;
    assert_complaints((struct item){"TimedStorage-ByteHrs", "month", "12", NULL, 0}, 0, 1);
    assert_complaints((struct item){"DataProcessing-Bytes", "request", "1.2", NULL, PLAIN}, 0, 1);
    assert_complaints((struct item){"DataTransfer-Regional-Bytes", "byte", "1.33", NULL, PLAIN}, 0, 0);
    assert_complaints((struct item){"XRay-TracesStored", "request", "1KiB", NULL, PLAIN}, 0, 1);
}

/* ---- The catalogue ----------------------------------------------------------------------------------- */

/* Column `at` of a line of CSV, in which quoted fields hold no quotes. */
static void column(const char *line, int at, char *out, size_t size)
{
    bool quoted = false;
    size_t length = 0;
    for (; *line != '\0' && *line != '\n' && at >= 0; line++) {
        if (*line == '"') {
            quoted = !quoted;
        } else if (*line == ',' && !quoted) {
            at--;
        } else if (at == 0 && length + 1 < size) {
            out[length++] = *line;
        }
    }
    out[length] = '\0';
}

/* A SKU is taken to be priced by the GB exactly where the catalogue says so, and by the month likewise. */
static int hold_line(const char *line)
{
    char sku[128], unit[32];
    column(line, 2, sku, sizeof sku);
    column(line, 4, unit, sizeof unit);
    struct item items[] = {{.sku = sku, .per = "month", .quantity = "1GiB"},
                           {.sku = sku, .per = "hour", .quantity = "1GiB"}};
    struct scene scene = open_items(items, 2);
    struct node node = {.run = &(struct run){.arena = scene.arena, .plan = &(struct plan){.zone_count = 1}},
                        .config = scene.config};
    model_metered.start(&node);
    bool sized = node.run->meter[0].monthly == 1.0;
    model_metered.check(scene.config, &(struct check){scene.diag, scene.places, "items"});
    if (sized != text_starts(unit, "GB") || (diag_errors(scene.diag) == 1) != text_equal(unit, "GB-month")) {
        fail_msg("%s is priced by the %s", sku, unit);
    }
    arena_close(scene.arena);
    return sized;
}

static void sizes_are_those_of_the_catalogue(void **unused)
{
    (void)unused;
    glob_t found;
    int sized = 0, lines = 0;
    assert_int_equal(glob(HEADROOM_SOURCE_DIR "/pricing/catalog/*/[Aa]*.csv", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        FILE *file = fopen(found.gl_pathv[i], "r");
        char line[2048];
        assert_non_null(file);
        assert_non_null(fgets(line, sizeof line, file)); /* the header */
        while (fgets(line, sizeof line, file) != NULL) {
            sized += hold_line(line);
            lines++;
        }
        (void)fclose(file);
    }
    globfree(&found);
    assert_true(lines > 1000);
    assert_true(sized > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_are_730_a_month_in_each_zone),
        cmocka_unit_test(a_size_is_billed_in_gb_of_1024_cubed),
        cmocka_unit_test(requests_are_visits_where_a_node_reports_none),
        cmocka_unit_test(what_a_node_reports_as_requests_comes_first),
        cmocka_unit_test(bytes_count_in_each_direction),
        cmocka_unit_test(a_flow_that_is_kept_is_stored_as_long_as_its_retention),
        cmocka_unit_test(gib_months_of_a_node_follow_what_it_stores),
        cmocka_unit_test(each_node_has_a_line_of_its_own),
        cmocka_unit_test(a_quantity_of_0_is_turned_off),
        cmocka_unit_test(a_node_that_reports_no_messages_cannot_be_followed),
        cmocka_unit_test(what_follows_nobody_or_needs_nobody_is_complained_about),
        cmocka_unit_test(a_flow_into_storage_needs_a_retention),
        cmocka_unit_test(storage_by_the_hour_is_refused),
        cmocka_unit_test(a_size_without_its_unit_and_a_number_with_one_are_noticed),
        cmocka_unit_test(sizes_are_those_of_the_catalogue),
    };
    return cmocka_run_group_tests_name("metered", tests, NULL, NULL);
}
