/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts of a cluster: what they have, where they stand, what they cost, what becomes of them. How tasks are placed on them
   is tested with the service. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model.h"
#include "near.h"
#include "placement.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct model model_ecs_cluster;
bool ecs_cluster_instance(const char *type, double *vcpus, double *memory, int *interfaces, double *baseline);

#define AT(seconds) ((seconds)*INT64_C(1000000000))

/* ---- Scenes: one cluster, and somebody who uses its hosts ------------------------------------------------ */

enum { PROVIDERS = 4 };

struct burn { /* vCPUs used on each host from one moment to another, seconds */
    double from, until, vcpus;
};

struct burner_state {
    struct timer timer;
};

static void burner_ready(struct node *self)
{
    struct burner_state *state = self->state;
    node_timer(self, &state->timer, 0);
    node_wake_in(self, &state->timer, 10.0);
}

static void burner_wake(struct node *self, int tag)
{
    const struct burn *burn = self->config;
    struct burner_state *state = self->state;
    struct node *cluster = &self->run->node[0];
    bool on = node_seconds(self) > burn->from && node_seconds(self) <= burn->until;
    (void)tag;
    for (int i = 0; i < cluster->part_limit; i++) {
        cluster->part[i]->host->cpu.own.area += on ? 10.0 * burn->vcpus : 0.0;
    }
    node_wake_in(self, &state->timer, 10.0);
}

static void burner_arrive(struct visit *visit)
{
    visit_reply(visit, OUTCOME_OK);
}

static const struct model model_burner = {.name = "burner",
                                          .config_size = sizeof(struct burn),
                                          .state_size = sizeof(struct burner_state),
                                          .ready = burner_ready,
                                          .arrive = burner_arrive,
                                          .wake = burner_wake};

struct scene {
    struct arena *arena;
    struct diag *diag;
    struct plan plan;
    struct plan_node node[2];
    struct rows providers; /* the cluster's config: the list is all there is in it */
    struct burn burn;
};

static void put(struct scene *scene, const struct param *param, void *row, const char *text)
{
    const char *problem = NULL;
    if (!param_read(param, text, scene->arena, (char *)row + param->offset, &problem)) {
        fail_msg("%s = %s: %s", param->key, text, problem);
    }
}

/* `key=value; key=value` of one more capacity provider. */
static void add_provider(struct scene *scene, const char *settings)
{
    const struct param *list = param_find(model_ecs_cluster.params, "capacity_providers");
    void *row = (char *)scene->providers.row + (size_t)scene->providers.count++ * list->row_size;
    for (const struct param *param = list->rows; param->key != NULL; param++) {
        if (param->initial != NULL) {
            put(scene, param, row, param->initial);
        }
    }
    while (*settings != '\0') {
        size_t key = strcspn(settings, "="), length = strcspn(settings, ";");
        const struct param *param = param_find(list->rows, arena_copy(scene->arena, settings, key));
        assert_non_null(param);
        put(scene, param, row, arena_copy(scene->arena, settings + key + 1, length - key - 1));
        settings += length + (settings[length] == ';');
        settings += strspn(settings, " ");
    }
}

static struct scene *scene_open(double horizon, const char *provider)
{
    static const char *const zones[] = {"a", "b", "c"};
    struct arena *arena = arena_open();
    struct scene *scene = arena_new(arena, struct scene);
    const struct param *list = param_find(model_ecs_cluster.params, "capacity_providers");
    scene->arena = arena;
    scene->diag = diag_open(arena);
    scene->providers.row = arena_items(arena, PROVIDERS, list->row_size);
    scene->node[0] =
        (struct plan_node){.name = "cluster", .model = &model_ecs_cluster, .config = &scene->providers};
    scene->node[1] = (struct plan_node){.name = "burner", .model = &model_burner, .config = &scene->burn};
    scene->plan = (struct plan){.environment = "test",
                                .region = "eu-west-1",
                                .node = scene->node,
                                .node_count = 2,
                                .zone = zones,
                                .zone_count = 3,
                                .horizon = horizon,
                                .places = places_open(arena)};
    add_provider(scene, provider);
    return scene;
}

static struct run *scene_run(struct scene *scene, const struct fault *fault)
{
    struct run_options options = {.seed = 1, .fault = fault};
    struct run *run = run_open(&scene->plan, &options, scene->diag);
    assert_int_equal(diag_errors(scene->diag), 0);
    run_execute(run);
    assert_null(run_violation(run));
    return run;
}

static void scene_done(struct scene *scene, struct run *run)
{
    run_close(run);
    arena_close(scene->arena);
}

static double output_of(const struct run *run, const char *key)
{
    const struct run_output *output = run_output_of(run, &run->node[0], key);
    assert_non_null(output);
    return output->value;
}

/* Quantity of a SKU; NAN when no meter has it. */
static double billed(const struct run *run, const char *sku)
{
    double sum = NAN;
    for (int i = 0; i < run->meter_count; i++) {
        for (int hour = 0; hour < run->hours && text_equal(run->meter[i].sku, sku); hour++) {
            sum = (isnan(sum) ? 0.0 : sum) + run->meter[i].hourly[hour];
        }
    }
    return sum;
}

/* ---- Hosts ------------------------------------------------------------------------------------------- */

static void instance_types_have_what_aws_says(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        double vcpus, memory, baseline;
        int interfaces;
    } types[] = {{"t3.large", 2, 8, 0.3, 3},      {"t3.xlarge", 4, 16, 0.4, 4},
                 {"t3.2xlarge", 8, 32, 0.4, 4},   {"t3a.small", 2, 2, 0.2, 2},
                 {"t4g.nano", 2, 0.5, 0.05, 2},   {"m6i.2xlarge", 8, 32, 1, 4},
                 {"c5.18xlarge", 72, 144, 1, 15}, {"r6g.medium", 1, 8, 1, 2}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        double vcpus, memory, baseline;
        int interfaces;
        assert_true(ecs_cluster_instance(types[i].type, &vcpus, &memory, &interfaces, &baseline));
        assert_near(vcpus, types[i].vcpus, 0.0);
        assert_near(memory, types[i].memory, 0.0);
        assert_near(baseline, types[i].baseline, 0.0);
        assert_int_equal(interfaces, types[i].interfaces);
    }
    double unused;
    int none;
    assert_false(ecs_cluster_instance("t3.huge", &unused, &unused, &none, &unused));
    assert_false(ecs_cluster_instance("x1.large", &unused, &unused, &none, &unused));
    assert_false(ecs_cluster_instance("large", &unused, &unused, &none, &unused));
}

static void hosts_stand_in_the_zones_in_turn(void **state)
{
    (void)state;
    struct scene *scene = scene_open(60.0, "name=hosts; instance_type=t3.large; min_size=5");
    struct run *run = scene_run(scene, NULL);
    const struct node *cluster = &run->node[0];
    const struct placement *placement = cluster->shared;
    assert_int_equal(cluster->part_limit, 5);
    assert_int_equal(placement->host_count, 5);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(cluster->part[i]->zone, i % 3);
        assert_int_equal(placement->host[i].zone, i % 3);
        assert_near(placement->host[i].size.cpu, 2048.0, 0.0);
        assert_near(placement->host[i].size.memory, (8192.0 - 256.0) * 1048576.0, 0.0);
        assert_near(placement->host[i].size.interfaces, 2.0, 0.0);
    }
    assert_near(cluster->vcpus, 10.0, 0.0);
    scene_done(scene, run);
}

/* A host keeps one of its network interfaces, and takes no more tasks than it is told to. */
static void slots_are_interfaces_less_one_or_fewer(void **state)
{
    (void)state;
    const char *const limit[] = {"2", "3", "4"};
    const double slots[] = {2.0, 3.0, 3.0};
    for (int i = 0; i < 3; i++) {
        struct scene *scene = scene_open(60.0, "name=few; instance_type=t3.2xlarge; min_size=0");
        add_provider(scene,
                     arena_printf(scene->arena, "name=hosts; instance_type=t3.2xlarge; tasks_per_instance=%s",
                                  limit[i]));
        struct run *run = scene_run(scene, NULL);
        const struct placement *placement = run->node[0].shared;
        assert_int_equal(placement[0].host_count, 0);
        assert_near(placement[1].host[0].size.interfaces, slots[i], 0.0);
        scene_done(scene, run);
    }
}

/* ---- The bill ---------------------------------------------------------------------------------------- */

/* Three hosts for two hours with 100 GiB each: 6 instance hours, and 300 GiB for 2 of 730 hours. */
static void hosts_and_their_volumes_are_billed(void **state)
{
    (void)state;
    struct scene *scene =
        scene_open(7200.0, "name=hosts; instance_type=t3.2xlarge; min_size=3; volume_size=100GiB");
    struct run *run = scene_run(scene, NULL);
    assert_near(billed(run, "BoxUsage:t3.2xlarge"), 6.0, 1e-9);
    assert_near(billed(run, "EBS:VolumeUsage.gp3"), 300.0 * 2.0 / 730.0, 1e-9);
    assert_near(billed(run, "CPUCredits:t3"), 0.0, 0.0);
    scene_done(scene, run);
}

static void spot_hosts_have_their_own_price(void **state)
{
    (void)state;
    struct scene *scene =
        scene_open(3600.0, "name=spot; instance_type=m5.large; min_size=2; purchase=spot; volume_type=gp2; "
                           "volume_size=100GB");
    struct run *run = scene_run(scene, NULL);
    assert_near(billed(run, "SpotUsage:m5.large"), 2.0, 1e-9);
    assert_near(billed(run, "EBS:VolumeUsage.gp2"), 2.0 * 94.0 / 730.0, 1e-9); /* whole GiB */
    assert_true(isnan(billed(run, "BoxUsage:m5.large")));
    assert_true(isnan(billed(run, "CPUCredits:m5")));
    scene_done(scene, run);
}

/* Worked by hand: 11.2 vCPUs in use on three t3.2xlarge, whose credits pay for 9.6: 1.6 vCPU-hours of surplus an hour. */
static void use_beyond_the_baseline_is_charged(void **state)
{
    (void)state;
    struct scene *scene = scene_open(36000.0, "name=hosts; instance_type=t3.2xlarge; min_size=3");
    scene->burn = (struct burn){0.0, INFINITY, 11.2 / 3.0};
    struct run *run = scene_run(scene, NULL);
    assert_near(billed(run, "CPUCredits:t3"), 16.0, 0.01);
    assert_near(output_of(run, "surplus_credits"), 16.0, 0.01);
    assert_near(output_of(run, "utilisation"), 11.2 / 24.0, 1e-3);
    scene_done(scene, run);
}

/* Six hours at 5 vCPUs, six idle: 1.8 x 6 vCPU-hours are borrowed when the busy ones come first, nothing when they come
   after the credits were earned. */
static void a_quiet_night_pays_for_a_busy_day(void **state)
{
    (void)state;
    const struct burn burn[] = {{0.0, 21600.0, 5.0}, {21600.0, 43200.0, 5.0}};
    const double surplus[] = {10.8, 0.0};
    for (int i = 0; i < 2; i++) {
        struct scene *scene = scene_open(43200.0, "name=hosts; instance_type=t3.2xlarge; min_size=1");
        scene->burn = burn[i];
        struct run *run = scene_run(scene, NULL);
        assert_near(billed(run, "CPUCredits:t3"), surplus[i], 0.02);
        scene_done(scene, run);
    }
}

/* ---- Faults ------------------------------------------------------------------------------------------ */

static void a_lost_host_takes_no_tasks_and_does_not_come_back(void **state)
{
    (void)state;
    struct scene *scene = scene_open(3600.0, "name=hosts; instance_type=t3.large; min_size=3");
    struct fault fault = {.kind = FAULT_HOST, .node = 0, .part = 1, .zone = -1, .at = AT(1800)};
    struct run *run = scene_run(scene, &fault);
    const struct placement *placement = run->node[0].shared;
    assert_true(placement->host[0].open);
    assert_false(placement->host[1].open);
    assert_true(placement->host[2].open);
    assert_near(output_of(run, "hosts"), 2.5, 1e-9);
    assert_near(billed(run, "BoxUsage:t3.large"), 2.5, 1e-9);
    scene_done(scene, run);
}

static void a_lost_zone_takes_its_hosts(void **state)
{
    (void)state;
    struct scene *scene = scene_open(3600.0, "name=hosts; instance_type=t3.large; min_size=4");
    struct fault fault = {.kind = FAULT_ZONE, .node = -1, .part = -1, .zone = 0, .at = AT(1800)};
    struct run *run = scene_run(scene, &fault);
    assert_int_equal(part_count(&run->node[0], PART_RUNNING), 2);
    assert_int_equal(run->node[0].part[0]->life, PART_ABSENT);
    assert_int_equal(run->node[0].part[3]->life, PART_ABSENT);
    scene_done(scene, run);
}

/* ---- Rules ------------------------------------------------------------------------------------------- */

static void what_cannot_be_is_said(void **state)
{
    (void)state;
    struct scene *scene = scene_open(60.0, "name=a; instance_type=t3.huge");
    add_provider(scene, "name=a; instance_type=t3.2xlarge; min_size=3; max_size=2; tasks_per_instance=4");
    add_provider(scene, "name=FARGATE; instance_type=t3.large; min_size=1; max_size=2");
    struct check check = {scene->diag, scene->plan.places, "cluster"};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    model_ecs_cluster.check(&scene->providers, &check);
    diag_print(scene->diag, out);
    (void)fclose(out);
    const char *const words[] = {
        "t3.huge: not in the table of instance types",
        "two capacity providers are called a",
        "min_size 3 is above max_size 2",
        "AWS keeps this name for its own",
        "a t3.2xlarge has 4 network interfaces and needs one itself: 3 tasks in awsvpc mode, not 4",
        "managed scaling is not modelled: there are min_size = 1 hosts"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strstr(text, words[i]) == NULL) {
            fail_msg("\"%s\" is not in: %s", words[i], text);
        }
    }
    assert_int_equal(diag_errors(scene->diag), 4);
    assert_int_equal(diag_warnings(scene->diag), 2);
    free(text);
    arena_close(scene->arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instance_types_have_what_aws_says),
        cmocka_unit_test(hosts_stand_in_the_zones_in_turn),
        cmocka_unit_test(slots_are_interfaces_less_one_or_fewer),
        cmocka_unit_test(hosts_and_their_volumes_are_billed),
        cmocka_unit_test(spot_hosts_have_their_own_price),
        cmocka_unit_test(use_beyond_the_baseline_is_charged),
        cmocka_unit_test(a_quiet_night_pays_for_a_busy_day),
        cmocka_unit_test(a_lost_host_takes_no_tasks_and_does_not_come_back),
        cmocka_unit_test(a_lost_zone_takes_its_hosts),
        cmocka_unit_test(what_cannot_be_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
