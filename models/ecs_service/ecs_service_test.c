/* SPDX-License-Identifier: Apache-2.0 */
/* Requests at the tasks of an ECS service, and the rules across its fields. */
#include "ecs_scene.inc"

/* A service that answers at once but for one step, and clients that call it by name. */
static int service_of(struct scene *scene, const char *settings, int kind, const char *seconds)
{
    int service = scene_add(scene, "service", &model_ecs_service, settings);
    scene_endpoint(scene, service, "GET /item", kind, seconds);
    return service;
}

/* ---- Threads and CPU --------------------------------------------------------------------------------- */

/* Two threads, a step of 3 s, requests at 1, 2, 3, 4 s: the third waits for the first, the fourth for the second. */
static void threads_bound_the_requests_at_once(void **state)
{
    (void)state;
    struct scene *scene = scene_open(60.0);
    int service = service_of(scene, "threads=2", STEP_WAIT, "3s");
    int clients = scene_driver(scene, (struct driver_config){service, "GET /item", 1.0, 1.0, 4.5, false});
    struct run *run = scene_run(scene);
    const double took[] = {3.0, 3.0, 4.0, 4.0};
    assert_int_equal(seen_by(run, clients)->count, 4);
    for (int i = 0; i < 4; i++) {
        assert_near(seen_by(run, clients)->seen[i].took, took[i], 1e-6);
    }
    scene_done(scene, run);
}

/* One thread busy, one may wait: the third is rejected at once. */
static void a_full_queue_refuses(void **state)
{
    (void)state;
    struct scene *scene = scene_open(60.0);
    int service = service_of(scene, "threads=1; queue_limit=1", STEP_WAIT, "10s");
    int clients = scene_driver(scene, (struct driver_config){service, "GET /item", 1.0, 1.0, 3.5, false});
    struct run *run = scene_run(scene);
    assert_int_equal(seen_by(run, clients)->ended[OUTCOME_REJECTED], 1);
    assert_near(seen_by(run, clients)->seen[0].took, 0.0, 1e-9);
    assert_near(output_of(run, service, "refused"), 1.0, 0.0);
    scene_done(scene, run);
}

/* M/M/1 with processor sharing: mean S/(1 - rho), whatever the number of threads. 0.7 vCPU asked of 1 by exponential
   steps of 10 ms; about 350,000 requests, whose mean has a standard deviation of 0.9 %. */
static void cpu_is_shared_by_all_requests_of_a_task(void **state)
{
    (void)state;
    struct scene *scene = scene_open(5000.0);
    int service = service_of(scene, "cpu=1024; memory=2GiB", STEP_COMPUTE, "exponential(10ms)");
    int clients =
        scene_driver(scene, (struct driver_config){service, "GET /item", 0.0, 0.010 / 0.7, 0.0, true});
    struct run *run = scene_run(scene);
    const struct driver_state *seen = seen_by(run, clients);
    assert_near_share(seen->sum / (double)seen->ended[OUTCOME_OK], 0.010 / (1.0 - 0.7), 0.03);
    assert_near(output_of(run, service, "utilisation"), 0.7, 0.01);
    assert_near_share(output_of(run, service, "cpu_seconds"), 3500.0, 0.01);
    scene_done(scene, run);
}

/* M/M/4: threads of a step that waits are four servers. rho 0.9, Erlang C 0.787753, mean wait 1.969383 S
   (facts, section 13); about 180,000 requests, within 6 %. */
static void threads_of_a_waiting_step_are_servers(void **state)
{
    (void)state;
    struct scene *scene = scene_open(50000.0);
    int service = service_of(scene, "threads=4", STEP_WAIT, "exponential(1s)");
    int clients =
        scene_driver(scene, (struct driver_config){service, "GET /item", 0.0, 1.0 / 3.6, 0.0, true});
    struct run *run = scene_run(scene);
    const struct driver_state *seen = seen_by(run, clients);
    assert_near_share(seen->sum / (double)seen->ended[OUTCOME_OK], 2.969383, 0.06);
    scene_done(scene, run);
}

/* A quarter of a vCPU takes four times as long, however few requests there are. */
static void a_fraction_of_a_vcpu_is_slower(void **state)
{
    (void)state;
    struct scene *scene = scene_open(60.0);
    int service = service_of(scene, "cpu=256", STEP_COMPUTE, "100ms");
    int clients = scene_driver(scene, (struct driver_config){service, "GET /item", 1.0, 5.0, 0.0, false});
    struct run *run = scene_run(scene);
    assert_near(seen_by(run, clients)->seen[0].took, 0.4, 1e-6);
    scene_done(scene, run);
}

/* 400 of 512 MiB are taken and each request adds 10, so 11 fit. Ten threads hold that however many wait; twelve do not. */
static void requests_that_wait_for_a_thread_need_no_memory(void **state)
{
    (void)state;
    const char *const threads[] = {"10", "12"};
    for (int i = 0; i < 2; i++) {
        struct scene *scene = scene_open(60.0);
        int service = service_of(scene,
                                 arena_printf(scene->arena,
                                              "memory_use.base=400MiB; memory_use.per_request=10MiB; "
                                              "threads=%s",
                                              threads[i]),
                                 STEP_WAIT, "100s");
        scene_driver(scene, (struct driver_config){service, "GET /item", 1.0, 1.0, 30.5, false});
        struct run *run = scene_run(scene);
        assert_near(output_of(run, service, "memory_kills"), i == 0 ? 0.0 : 1.0, 0.0);
        if (i == 0) {
            double used = 59.0 * 10.0 - 45.0; /* request-seconds: one after the other until ten are there */
            assert_near(output_of(run, service, "memory_utilisation"), (400.0 + 10.0 * used / 60.0) / 512.0,
                        1e-6);
        }
        scene_done(scene, run);
    }
}

/* ---- Endpoints --------------------------------------------------------------------------------------- */

/* The exact spelling wins over a wildcard before it; else the first that matches. */
static void an_endpoint_is_found_exact_first_then_in_order(void **state)
{
    (void)state;
    struct scene *scene = scene_open(10.0);
    int service = scene_add(scene, "service", &model_ecs_service, "");
    const char *const request[] = {"GET /a/*", "GET /a/b", "POST /a/*", "/c"};
    const char *const seconds[] = {"1ms", "2ms", "3ms", "4ms"};
    for (int i = 0; i < 4; i++) {
        const char *row = arena_printf(scene->arena, "endpoints[%d].", i);
        scene_set(scene, service, row, arena_printf(scene->arena, "request=%s", request[i]));
        scene_steps(scene, service, arena_printf(scene->arena, "%ssteps", row),
                    step_of(scene, STEP_WAIT, seconds[i]), 1);
    }
    const char *const asked[] = {"GET /a/b", "GET /a/c", "POST /a/b", "DELETE /c", "*"};
    const double took[] = {0.002, 0.001, 0.003, 0.004, 0.001};
    for (int i = 0; i < 5; i++) {
        scene_driver(scene, (struct driver_config){service, asked[i], 1.0, 100.0, 0.0, false});
    }
    struct run *run = scene_run(scene);
    for (int i = 0; i < 5; i++) {
        assert_near(seen_by(run, 1 + i)->seen[0].took, took[i], 1e-9);
    }
    scene_done(scene, run);
}

static void a_request_that_no_endpoint_matches_is_complained_about(void **state)
{
    (void)state;
    struct scene *scene = scene_open(10.0);
    int service = service_of(scene, "", STEP_WAIT, "1ms");
    scene_driver(scene, (struct driver_config){service, "GET /other", 1.0, 1.0, 0.0, false});
    struct run_options options = {.seed = 1};
    struct run *run = run_open(&scene->plan, &options, scene->diag);
    assert_int_equal(diag_errors(scene->diag), 1);
    scene_done(scene, run);
}

/* ---- Names ------------------------------------------------------------------------------------------- */

/* Without names that live on, callers know at once: a task stopped at scale-in gets nothing more. Of three tasks one is
   crashed at 100 s; its third of the calls is refused until ECS has seen it 3 s later, and nobody else's. */
static void calls_by_name_go_to_any_task(void **state)
{
    (void)state;
    struct scene *scene = scene_open(300.0);
    int service = service_of(scene, "desired_count=3", STEP_WAIT, "1ms");
    int clients = scene_driver(scene, (struct driver_config){service, "GET /item", 1.0, 0.01, 0.0, false});
    struct fault fault = {.kind = FAULT_PART, .node = service, .zone = -1, .at = 100 * INT64_C(1000000000)};
    struct run *run = scene_run_with(scene, (struct run_options){.fault = &fault});
    const struct driver_state *seen = seen_by(run, clients);
    assert_near((double)seen->ended[OUTCOME_RESET], 100.0, 4.0 * sqrt(100.0 * 2.0 / 3.0));
    assert_near(output_of(run, service, "refused"), (double)seen->ended[OUTCOME_RESET], 0.0);
    scene_done(scene, run);
}

/* With a time to live of 60 s a share of the callers that falls linearly keeps the dead task's address: of three tasks'
   calls 3 s x 100/s / 3, and then (1/3 weight falling to 0) the integral of w/(2 + w) over 60 s, w from 1 to 0:
   60 (1 - 2 ln 1.5) s x 100/s. */
static void addresses_live_on_for_the_time_to_live(void **state)
{
    (void)state;
    struct scene *scene = scene_open(160.0);
    int service =
        service_of(scene, "desired_count=3; startup=1h; service_discovery.dns_ttl=60s", STEP_WAIT, "1ms");
    int clients = scene_driver(scene, (struct driver_config){service, "GET /item", 1.0, 0.01, 0.0, false});
    struct fault fault = {.kind = FAULT_PART, .node = service, .zone = -1, .at = 90 * INT64_C(1000000000)};
    struct run *run = scene_run_with(scene, (struct run_options){.fault = &fault});
    double expected = 100.0 + 6000.0 * (1.0 - 2.0 * log(1.5));
    assert_near((double)seen_by(run, clients)->ended[OUTCOME_RESET], expected, 4.0 * sqrt(expected));
    scene_done(scene, run);
}

static void without_any_task_there_is_nobody_to_answer(void **state)
{
    (void)state;
    struct scene *scene = scene_open(10.0);
    int service = service_of(scene, "desired_count=0", STEP_WAIT, "1ms");
    int clients = scene_driver(scene, (struct driver_config){service, "GET /item", 1.0, 1.0, 0.0, false});
    struct run *run = scene_run(scene);
    assert_true(seen_by(run, clients)->ended[OUTCOME_UNAVAILABLE] > 5);
    assert_int_equal(seen_by(run, clients)->ended[OUTCOME_OK], 0);
    scene_done(scene, run);
}

/* ---- Messages ---------------------------------------------------------------------------------------- */

/* A queue with clients that send one message every so often, and a consumer of one step. */
static int consumer_of(struct scene *scene, const char *queue, const char *row, const char *seconds)
{
    scene_add(scene, "queue", &model_sqs_queue,
              arena_printf(scene->arena, "latency=1ms; capacity=100000; %s", queue));
    int service = scene_add(scene, "service", &model_ecs_service, "");
    scene_set(scene, service, "consumes[0].", arena_printf(scene->arena, "queue=queue; %s", row));
    scene_steps(scene, service, "consumes[0].steps", step_of(scene, STEP_WAIT, seconds), 1);
    return service;
}

/* Messages at 1, 3, 5 ... s, each 1 s of work: received, worked on, deleted: never two at once. */
static void a_worker_deletes_what_it_has_done(void **state)
{
    (void)state;
    struct scene *scene = scene_open(100.0);
    int service = consumer_of(scene, "", "wait_time=20s", "1s");
    scene_driver(scene, (struct driver_config){0, "*", 1.0, 2.0, 90.0, false});
    struct run *run = scene_run(scene);
    assert_near(output_of(run, service, "messages"), 45.0, 0.0);
    assert_near(output_of(run, 0, "deleted"), 45.0, 0.0);
    assert_near(output_of(run, 0, "received"), 45.0, 0.0);
    scene_done(scene, run);
}

/* A hundred messages of 1 s each and two API calls of 1 ms, on five workers: 20 rounds of 1.002 s from 10 s on. */
static void workers_share_the_messages(void **state)
{
    (void)state;
    const double horizon[] = {29.9, 30.5}, deleted[] = {95.0, 100.0};
    for (int i = 0; i < 2; i++) {
        struct scene *scene = scene_open(horizon[i]);
        int service = consumer_of(scene, "", "wait_time=20s; workers=5", "1s");
        scene_driver(scene, (struct driver_config){0, "*", 10.0, 0.0001, 10.00995, false});
        struct run *run = scene_run(scene);
        assert_near(output_of(run, 0, "sent"), 100.0, 0.0);
        assert_near(output_of(run, 0, "deleted"), deleted[i], 0.0);
        assert_near(output_of(run, service, "messages"), deleted[i], 0.0);
        scene_done(scene, run);
    }
}

/* What fails is left: it is received again after the visibility timeout of 30 s. The call that fails is to the queue
   itself, with a message that is too large. */
static void failed_messages_come_back(void **state)
{
    (void)state;
    struct scene *scene = scene_open(100.0);
    int service = consumer_of(scene, "", "wait_time=20s", "1s");
    struct step *send = step_of(scene, STEP_SEND, "0s");
    send->node.index = 0;
    send->size = 1024.0 * 1024.0;
    scene_steps(scene, service, "consumes[0].steps", send, 1);
    scene_driver(scene, (struct driver_config){0, "*", 5.0, 1000.0, 0.0, false});
    struct run *run = scene_run(scene);
    assert_near(output_of(run, service, "messages"), 4.0, 0.0); /* at 5, 35, 65 and 95 s */
    assert_near(output_of(run, service, "messages_failed"), 4.0, 0.0);
    assert_near(output_of(run, 0, "deleted"), 0.0, 0.0);
    scene_done(scene, run);
}

/* ---- Rules ------------------------------------------------------------------------------------------- */

static const char *complaints_about(struct scene *scene, const char *settings)
{
    return complaints(scene, scene_add(scene, "service", &model_ecs_service, settings));
}

static void what_aws_would_refuse_is_said(void **state)
{
    (void)state;
    struct scene *scene = scene_open(10.0);
    const char *text = complaints_about(
        scene, "cpu=1024; memory=1GiB; stop_timeout=3min; slow_start=30s; health_check.timeout=30s; "
               "load_balancing_algorithm_type=least_outstanding_requests");
    assert_says(text, "Fargate does not offer 1024 CPU units with 1 GiB");
    assert_says(text, "Fargate refuses a stop_timeout above 120s");
    assert_says(text, "AWS refuses slow_start with least_outstanding_requests");
    assert_says(text, "AWS refuses a timeout that is not shorter than the interval");
    assert_int_equal(diag_errors(scene->diag), 0);
    scene_close(scene);
}

static void a_start_longer_than_the_load_balancers_patience_is_said(void **state)
{
    (void)state;
    struct scene *scene = scene_open(10.0);
    int service = service_of(scene, "startup=22s; health_check.interval=10s", STEP_WAIT, "1ms");
    const char *text = complaints(scene, service);
    assert_says(text, "answers after 22 s but is unhealthy after 20 s");
    assert_int_equal(diag_warnings(scene->diag), 1);
    scene_close(scene);
    scene = scene_open(10.0);
    service = service_of(scene, "startup=22s; health_check.interval=10s; health_check_grace_period=60s",
                         STEP_WAIT, "1ms");
    (void)complaints(scene, service);
    assert_int_equal(diag_warnings(scene->diag), 0);
    scene_close(scene);
}

static void a_desired_count_outside_its_bounds_is_said(void **state)
{
    (void)state;
    struct scene *scene = scene_open(10.0);
    const char *text =
        complaints_about(scene, "desired_count=1; scaling.min_capacity=3; scaling.max_capacity=10");
    assert_says(text, "desired_count 1 is below min_capacity 3");
    scene_close(scene);
}

static void memory_that_cannot_be_is_refused(void **state)
{
    (void)state;
    struct scene *scene = scene_open(10.0);
    const char *text = complaints_about(scene, "memory_use.base=600MiB");
    assert_int_equal(diag_errors(scene->diag), 1);
    assert_says(text, "a task uses 600 MiB before its first request and has 512 MiB");
    text = complaints_about(scene, "memory_use.base=412MiB; memory_use.per_request=10MiB; threads=20");
    assert_says(text, "20 requests at once need more than the task's memory: it is killed at 11");
    scene_close(scene);
}

static void a_strategy_needs_a_weight_and_a_cluster(void **state)
{
    (void)state;
    struct scene *scene = scene_open(10.0);
    int service = scene_add(scene, "service", &model_ecs_service, "");
    scene_set(scene, service, "capacity_provider_strategy[0].", "capacity_provider=FARGATE; base=1");
    scene_set(scene, service, "capacity_provider_strategy[1].", "capacity_provider=hosts; base=1");
    const char *text = complaints(scene, service);
    assert_says(text, "no capacity provider has a weight");
    assert_says(text, "hosts is neither FARGATE nor FARGATE_SPOT");
    assert_says(text, "AWS allows a base for one capacity provider only");
    assert_says(text, "AWS refuses a strategy that mixes Fargate with hosts");
    scene_close(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_bound_the_requests_at_once),
        cmocka_unit_test(a_full_queue_refuses),
        cmocka_unit_test(cpu_is_shared_by_all_requests_of_a_task),
        cmocka_unit_test(threads_of_a_waiting_step_are_servers),
        cmocka_unit_test(a_fraction_of_a_vcpu_is_slower),
        cmocka_unit_test(requests_that_wait_for_a_thread_need_no_memory),
        cmocka_unit_test(an_endpoint_is_found_exact_first_then_in_order),
        cmocka_unit_test(a_request_that_no_endpoint_matches_is_complained_about),
        cmocka_unit_test(calls_by_name_go_to_any_task),
        cmocka_unit_test(addresses_live_on_for_the_time_to_live),
        cmocka_unit_test(without_any_task_there_is_nobody_to_answer),
        cmocka_unit_test(a_worker_deletes_what_it_has_done),
        cmocka_unit_test(workers_share_the_messages),
        cmocka_unit_test(failed_messages_come_back),
        cmocka_unit_test(what_aws_would_refuse_is_said),
        cmocka_unit_test(a_start_longer_than_the_load_balancers_patience_is_said),
        cmocka_unit_test(a_desired_count_outside_its_bounds_is_said),
        cmocka_unit_test(memory_that_cannot_be_is_refused),
        cmocka_unit_test(a_strategy_needs_a_weight_and_a_cluster),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
