/* SPDX-License-Identifier: Apache-2.0 */
/* A caller by hand, who sends one request a second; what a server makes of it is written down there. */
#include "bench.h"
#include "caller.h"
#include "near.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static const int64_t SECOND = 1000000000, MILLISECOND = 1000000;
static const double SIGMAS = 3.891; /* of a two-sided 99.99 % interval */

/* ---- A metronome ----------------------------------------------------------------------------------- */

struct metronome_config {
    struct caller_config caller;
    int64_t requests; /* one a second, the first at 1 s */
    int64_t clients;  /* take turns; each has a quota */
    double rate;      /* expected, 0 = none */
    double spent;     /* tokens missing from the first quota at the beginning */
};

struct metronome_state {
    struct caller caller;
    struct timer timer;
    int64_t sent;
    double later; /* the next number of its own stream that the latest request to end would have drawn */
};

CALLER_FIRST(metronome);

static void metronome_check(const void *opaque, const struct check *check)
{
    const struct metronome_config *config = opaque;
    if (caller_check(&config->caller, check) == 0) check_error(check, &config->caller.sends, "nothing comes");
}

static void metronome_start(struct node *self)
{
    const struct metronome_config *config = self->config;
    struct metronome_state *state = self->state;
    caller_open(self, config->clients);
    if (config->rate > 0.0) caller_expect(self, config->rate);
    if (config->spent > 0.0) state->caller.spent[0] = config->spent;
    node_timer(self, &state->timer, 0);
}

static void metronome_ready(struct node *self)
{
    struct metronome_state *state = self->state;
    node_wake_in(self, &state->timer, 1.0);
}

static void metronome_wake(struct node *self, int tag)
{
    (void)tag;
    const struct metronome_config *config = self->config;
    struct metronome_state *state = self->state;
    struct visit *visit = visit_open(self, (uint64_t)state->sent);
    visit->client = (int32_t)(state->sent++ % config->clients);
    caller_choose(visit);
    if (state->sent < config->requests) node_wake_in(self, &state->timer, 1.0);
    caller_send(visit);
}

static void metronome_resume(struct visit *visit)
{
    struct metronome_state *state = visit->node->state;
    if (!caller_advance(visit)) return;
    state->later = visit_uniform(visit);
    visit_close(visit);
}

static const struct param metronome_params[] = {
    PARAM(metronome_config, requests, UNIT_COUNT, "1", NULL, "Requests.", "definition"),
    PARAM(metronome_config, clients, UNIT_COUNT, "1", NULL, "Clients.", "definition"),
    PARAM(metronome_config, rate, UNIT_COUNT, "0", NULL, "Rate.", "definition"),
    PARAM(metronome_config, spent, UNIT_COUNT, "0", NULL, "Tokens spent.", "definition"),
    CALLER_PARAMS("client", "client", caller_rate_send_params),
    PARAM_END};

static const struct model metronome = {.name = "metronome",
                                       .config_size = sizeof(struct metronome_config),
                                       .state_size = sizeof(struct metronome_state),
                                       .params = metronome_params,
                                       .is_client = true,
                                       .check = metronome_check,
                                       .start = metronome_start,
                                       .ready = metronome_ready,
                                       .resolve = caller_resolve,
                                       .arrive = caller_arrive,
                                       .resume = metronome_resume,
                                       .wake = metronome_wake};

/* With these sends, NULL at the end, to a recorder. */
static struct bench *beat(const char *clients, const char *recorder, const char *const *sends)
{
    struct bench *bench = bench_open(100.0);
    int node = bench_node(bench, &metronome, "clients", clients);
    for (; *sends != NULL; sends++) {
        bench_row(bench, node, "sends", arena_printf(bench->arena, "to=server; %s", *sends));
    }
    bench_node(bench, &bench_recorder, "server", recorder);
    return bench;
}

static const char *const one_send[] = {"", NULL};

static const struct caller *caller_of(const struct run *run)
{
    return run->node[0].state;
}

static void done(struct run *run, struct bench *bench)
{
    run_close(run);
    bench_close(bench);
}

/* ---- The mix --------------------------------------------------------------------------------------- */

/* Of three sends. */
static void assert_shares(const char *clients, const char *const *sends, const double until[3])
{
    struct bench *bench = beat(clients, "", sends);
    struct run *run = bench_run(bench, 1, 0);
    assert_int_equal(caller_of(run)->count, 3);
    for (int i = 0; i < 3; i++) {
        assert_near(caller_of(run)->kind[i].until, until[i], 1e-15);
    }
    done(run, bench);
}

static void absent_shares_are_equal(void **state)
{
    (void)state;
    const char *const sends[] = {"request=GET /a", "request=GET /b", "request=GET /c", NULL};
    assert_shares("", sends, (const double[3]){1.0 / 3.0, 2.0 / 3.0, 1.0});
}

static void shares_are_taken_as_written_until_a_rate_is_expected(void **state)
{
    (void)state;
    const char *const sends[] = {"share=33.33%", "share=33.33%", "share=33.33%", NULL};
    assert_shares("", sends, (const double[3]){0.3333, 0.6666, 0.9999});
    assert_shares("rate=5", sends, (const double[3]){1.0 / 3.0, 2.0 / 3.0, 1.0});
}

static void a_send_that_follows_has_no_share_of_the_whole(void **state)
{
    (void)state;
    const char *const sends[] = {"request=GET /a", "request=GET /b; follow.request=GET /a", "request=GET /c",
                                 NULL};
    assert_shares("", sends, (const double[3]){0.5, 0.5, 1.0});
}

static void requests_are_sent_by_their_shares(void **state)
{
    (void)state;
    enum { N = 20000 };
    const double share[] = {0.7, 0.0, 0.3};
    struct bench *bench = beat("requests=20000", "",
                               (const char *const[]){"request=GET /0; share=70%", "request=GET /1; share=0",
                                                     "request=GET /2; share=30%", NULL});
    bench->horizon = N + 1.0;
    struct run *run = bench_run(bench, 1, 0);
    for (int i = 0; i < COUNT(share); i++) {
        double seen = bench_ended(run, arena_printf(bench->arena, "GET /%d", i), OUTCOME_OK);
        assert_near(seen, N * share[i], SIGMAS * sqrt(N * share[i] * (1.0 - share[i])));
    }
    assert_int_equal(caller_of(run)->requests, N);
    done(run, bench);
}

/* 6/s, of which a third has 2.5 followers each, of which one in ten has another. */
static void rates_are_expected_of_requests_and_of_those_that_follow(void **state)
{
    (void)state;
    struct bench *bench =
        beat("rate=6", "",
             (const char *const[]){"request=GET /a; share=66.66%", "request=GET /b; share=33.33%",
                                   "request=GET /c; follow.request=GET /b; follow.ratio=2.5",
                                   "request=GET /d; follow.request=GET /c; follow.ratio=10%", NULL});
    struct run *run = bench_run(bench, 1, 0);
    assert_near(bench_request(run, "GET /a")->rate, 4.0, 1e-12);
    assert_near(bench_request(run, "GET /b")->rate, 2.0, 1e-12);
    assert_near(bench_request(run, "GET /c")->rate, 5.0, 1e-12);
    assert_near(bench_request(run, "GET /d")->rate, 0.5, 1e-12);
    done(run, bench);
}

static void a_request_carries_what_its_send_says(void **state)
{
    (void)state;
    struct bench *bench = beat("clients=3; requests=3", "latency=100ms",
                               (const char *const[]){"request=GET /a; bytes_in=2KiB; bytes_out=3KiB", NULL});
    struct run *run = bench_run(bench, 1, 0);
    const struct bench_recorder_state *seen = bench_recorded(run, "server");
    assert_int_equal((int)seen->count, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(seen->record[i].at, (i + 1) * SECOND);
        assert_int_equal(seen->record[i].intended, (i + 1) * SECOND);
        assert_int_equal(seen->record[i].attempt, 1);
        assert_int_equal(seen->record[i].client, i);
        assert_string_equal(seen->record[i].request, "GET /a");
        assert_near(seen->record[i].bytes_in, 2048.0, 0.0);
        assert_near(seen->record[i].bytes_out, 3072.0, 0.0);
    }
    assert_near(bench_latency(run, "GET /a"), 0.1, 1e-6);
    done(run, bench);
}

/* ---- Attempts -------------------------------------------------------------------------------------- */

static void an_attempt_is_given_up_after_the_timeout(void **state)
{
    (void)state;
    struct bench *bench = beat("timeout=500ms; retry.max_attempts=2; retry.base=1s; retry.jitter=none",
                               "latency=600ms", one_send);
    struct run *run = bench_run(bench, 1, 0);
    const struct bench_recorder_state *seen = bench_recorded(run, "server");
    assert_int_equal((int)seen->count, 2);
    assert_int_equal(seen->record[1].at, SECOND + 1500 * MILLISECOND);
    assert_int_equal(caller_of(run)->timeouts, 2);
    assert_int_equal(bench_ended(run, "*", OUTCOME_TIMEOUT), 1); /* one request */
    done(run, bench);
}

static void retries_wait_base_times_multiplier_to_the_cap(void **state)
{
    (void)state;
    struct bench *bench = beat("retry.max_attempts=5; retry.base=2s; retry.multiplier=3; retry.cap=7s; "
                               "retry.jitter=none",
                               "fails=4", one_send);
    struct run *run = bench_run(bench, 1, 0);
    const struct bench_record *seen = bench_recorded(run, "server")->record;
    const int64_t at[] = {1, 3, 9, 16, 23};
    for (int i = 0; i < COUNT(at); i++) {
        assert_int_equal(seen[i].at, at[i] * SECOND);
        assert_int_equal(seen[i].attempt, i + 1);
        assert_int_equal(seen[i].intended, SECOND);
    }
    assert_int_equal(caller_of(run)->requests, 1);
    assert_int_equal(caller_of(run)->retries, 4);
    assert_near(bench_latency(run, "*"), 22.0, 22.0 / 1024.0);
    done(run, bench);
}

/* Uniform below its bound: mean a half, variance a twelfth. */
static void jitter_is_drawn_evenly_below_the_bound(void **state)
{
    (void)state;
    enum { N = 10000 };
    struct bench *bench = beat("requests=10000; retry.max_attempts=2; retry.base=400ms", "fails=1", one_send);
    bench->horizon = N + 1.0;
    struct run *run = bench_run(bench, 1, 0);
    const struct tally *latency = &bench_request(run, "*")->latency;
    assert_int_equal(latency->count, N);
    assert_near(tally_mean(latency), 0.2, SIGMAS * 0.4 / sqrt(12.0 * N));
    assert_true(latency->max < 400 * MILLISECOND);
    done(run, bench);
}

static void every_retry_has_a_jitter_of_its_own(void **state)
{
    (void)state;
    struct bench *bench =
        beat("retry.max_attempts=4; retry.base=1s; retry.multiplier=1", "fails=3", one_send);
    struct run *run = bench_run(bench, 1, 0);
    const struct bench_record *seen = bench_recorded(run, "server")->record;
    int64_t wait[3];
    for (int i = 0; i < 3; i++) {
        wait[i] = seen[i + 1].at - seen[i].at;
        assert_true(wait[i] < SECOND);
    }
    assert_true(wait[0] != wait[1] && wait[1] != wait[2] && wait[0] != wait[2]);
    done(run, bench);
}

/* What a request draws after its end is the same, however often it was tried. */
static void a_retry_moves_nobody_elses_draws(void **state)
{
    (void)state;
    double draw[2];
    for (int fails = 0; fails < 2; fails++) {
        struct bench *bench = beat("retry.max_attempts=2", fails == 0 ? "" : "fails=1", one_send);
        struct run *run = bench_run(bench, 1, 0);
        draw[fails] = ((const struct metronome_state *)run->node[0].state)->later;
        done(run, bench);
    }
    assert_true(draw[0] > 0.0);
    assert_near(draw[0], draw[1], 0.0);
}

static void refusals_that_will_not_change_are_not_repeated(void **state)
{
    (void)state;
    for (int outcome = OUTCOME_MISS; outcome < OUTCOME_COUNT; outcome++) {
        struct bench *bench = beat("retry.max_attempts=3; retry.base=1ms", "fails=9", one_send);
        bench_apply(bench, bench_recorder.params, bench->config[1],
                    arena_printf(bench->arena, "outcome=%d", outcome));
        struct run *run = bench_run(bench, 1, 0);
        bool once = outcome == OUTCOME_MISS || outcome == OUTCOME_FORBIDDEN || outcome == OUTCOME_NOT_FOUND;
        assert_int_equal(bench_recorded(run, "server")->count, once ? 1 : 3);
        enum outcome end = outcome == OUTCOME_MISS ? OUTCOME_OK : (enum outcome)outcome;
        assert_int_equal(bench_ended(run, "*", end), 1); /* a miss is an answer */
        done(run, bench);
    }
}

static void without_retry_a_failure_is_the_end(void **state)
{
    (void)state;
    struct bench *bench = beat("requests=4", "fails=9", one_send);
    struct run *run = bench_run(bench, 1, 0);
    assert_int_equal(bench_ended(run, "*", OUTCOME_FAILED), 4);
    assert_int_equal(caller_of(run)->retries, 0);
    done(run, bench);
}

/* ---- The quota ------------------------------------------------------------------------------------- */

/* Tokens that are missing at the end; each of `retries` and `refused` is checked. */
static void assert_quota(const char *clients, const char *recorder, int retries, int refused, double spent)
{
    struct bench *bench = beat(clients, recorder, one_send);
    struct run *run = bench_run(bench, 1, 0);
    assert_int_equal(caller_of(run)->retries, retries);
    assert_int_equal(caller_of(run)->retries_refused, refused);
    assert_near(caller_of(run)->spent[0], spent, 1e-12);
    done(run, bench);
}

static void a_retry_takes_tokens_and_more_after_a_timeout(void **state)
{
    (void)state;
    assert_quota("retry.max_attempts=3; retry.budget=500", "fails=9", 2, 0, 10.0);
    assert_quota("timeout=1s; retry.max_attempts=3; retry.budget=500", "latency=2s", 2, 0, 20.0);
    assert_quota("retry.max_attempts=3; retry.budget=500; retry.cost=0.25", "fails=9", 2, 0, 0.5);
}

static void a_retry_that_finds_too_few_tokens_is_not_made(void **state)
{
    (void)state;
    assert_quota("retry.max_attempts=9; retry.budget=14", "fails=9", 2, 1, 10.0);
    assert_quota("retry.max_attempts=9; retry.budget=15", "fails=9", 3, 1, 15.0); /* to the last token */
}

static void a_first_attempt_needs_no_tokens(void **state)
{
    (void)state;
    assert_quota("requests=10; retry.max_attempts=2; retry.budget=5; retry.base=0s", "fails=9", 1, 9, 5.0);
}

/* Two retries cost 10, the success gives the last 5 back; after a timeout they cost 20 and it gives 10. */
static void a_success_gives_back_what_its_latest_retry_took(void **state)
{
    (void)state;
    assert_quota("retry.max_attempts=3; retry.budget=500", "fails=2", 2, 0, 5.0);
    assert_quota("retry.max_attempts=3; retry.budget=500; retry.timeout_cost=8", "fails=2; outcome=9", 2, 0,
                 8.0);
}

static void a_success_at_the_first_attempt_gives_the_refund_back(void **state)
{
    (void)state;
    assert_quota("spent=10; requests=2; retry.budget=500", "", 0, 0, 8.0);
    assert_quota("spent=10; requests=2; retry.budget=500; retry.refund=3", "", 0, 0, 4.0);
}

static void a_quota_is_never_more_than_full(void **state)
{
    (void)state;
    assert_quota("spent=10; requests=5; retry.budget=500; retry.refund=3", "", 0, 0, 0.0);
}

static void a_failure_gives_nothing_back(void **state)
{
    (void)state;
    assert_quota("spent=10; requests=5; retry.max_attempts=1; retry.budget=500", "fails=9", 0, 0, 10.0);
}

static void each_client_has_a_quota(void **state)
{
    (void)state;
    struct bench *bench = beat("requests=30; clients=3; retry.max_attempts=2; retry.budget=10; retry.base=0s",
                               "fails=9", one_send);
    struct run *run = bench_run(bench, 1, 0);
    assert_int_equal(caller_of(run)->retries, 6);
    assert_int_equal(caller_of(run)->retries_refused, 24);
    for (int i = 0; i < 3; i++) {
        assert_near(caller_of(run)->spent[i], 10.0, 0.0);
    }
    done(run, bench);
}

static void without_a_budget_there_is_no_quota(void **state)
{
    (void)state;
    struct bench *bench = beat("requests=50; retry.max_attempts=3; retry.base=0s", "fails=9", one_send);
    struct run *run = bench_run(bench, 1, 0);
    assert_null(caller_of(run)->spent);
    assert_int_equal(caller_of(run)->retries, 100);
    done(run, bench);
}

/* ---- Those that follow ----------------------------------------------------------------------------- */

static void the_whole_part_of_the_ratio_always_follows(void **state)
{
    (void)state;
    enum { N = 2000 };
    struct bench *bench = beat("requests=2000; clients=7", "latency=100ms",
                               (const char *const[]){"request=GET /page",
                                                     "request=GET /image; follow.request=GET /page; "
                                                     "follow.ratio=2.25; follow.delay=250ms",
                                                     NULL});
    bench->horizon = N + 2.0;
    struct run *run = bench_run(bench, 1, 0);
    const struct bench_record *seen = bench_recorded(run, "server")->record;
    for (int i = 1; i < 3; i++) {
        assert_string_equal(seen[i].request, "GET /image");
        assert_int_equal(seen[i].at, SECOND + 350 * MILLISECOND);
        assert_int_equal(seen[i].intended, seen[i].at);
        assert_int_equal(seen[i].client, seen[0].client);
    }
    double images = bench_ended(run, "GET /image", OUTCOME_OK);
    assert_near(images, 2.25 * N, SIGMAS * sqrt(N * 0.25 * 0.75));
    assert_near((double)caller_of(run)->requests, N + images, 0.0);
    done(run, bench);
}

static void several_follow_in_the_order_of_the_sends(void **state)
{
    (void)state;
    struct bench *bench =
        beat("", "",
             (const char *const[]){"request=GET /b; follow.request=GET /a", "request=GET /a",
                                   "request=GET /c; follow.request=GET /a",
                                   "request=GET /d; follow.request=GET /c; follow.delay=1s", NULL});
    struct run *run = bench_run(bench, 1, 0);
    const struct bench_recorder_state *seen = bench_recorded(run, "server");
    const char *const order[] = {"GET /a", "GET /b", "GET /c", "GET /d"};
    assert_int_equal((int)seen->count, COUNT(order));
    for (int i = 0; i < COUNT(order); i++) {
        assert_string_equal(seen->record[i].request, order[i]);
    }
    done(run, bench);
}

static void nothing_follows_a_failure(void **state)
{
    (void)state;
    struct bench *bench =
        beat("requests=5", "fails=1",
             (const char *const[]){"request=GET /a", "request=GET /b; follow.request=GET /a", NULL});
    struct run *run = bench_run(bench, 1, 0);
    assert_int_equal(bench_ended(run, "GET /a", OUTCOME_FAILED), 5);
    assert_int_equal(caller_of(run)->requests, 5);
    done(run, bench);
}

/* ---- Complaints ------------------------------------------------------------------------------------ */

static void contradictions_are_complained_about(void **state)
{
    (void)state;
    static const struct {
        const char *send[3], *said;
    } cases[] = {
        {{"", "", NULL}, ""},
        {{"share=50%", "share=50%", NULL}, ""},
        {{"share=50%", "share=49.991%", NULL}, ""},
        {{"", "request=GET /b; follow.request=*", NULL}, ""},
        {{"share=50%", "share=49.98%", NULL}, "shares add to 99.98%: make it 100%"},
        {{"share=50%", "", NULL}, "1 of 2 sends have no share: give all of them one, or none"},
        {{"", "share=10%; follow.request=*", NULL}, "a send that follows another has no share"},
        {{"", "follow.request=GET /x", NULL}, "no send of these clients has the request GET /x"},
        {{"request=GET /a; follow.request=GET /b", "request=GET /b; follow.request=GET /a", NULL},
         "follows itself: follow a send that comes of itself"},
    };
    for (int i = 0; i < COUNT(cases); i++) {
        struct bench *bench = beat("", "", cases[i].send);
        const char *said = bench_complaints(bench);
        bool silent = cases[i].said[0] == '\0';
        if (strstr(said, cases[i].said) == NULL || (silent && said[0] != '\0')) fail_msg("%d: %s", i, said);
        bench_close(bench);
    }
}

static void sends_that_come_of_themselves_are_counted(void **state)
{
    (void)state;
    static const struct {
        const char *send[4];
        int origins;
    } cases[] = {
        {{NULL}, 0},
        {{"share=50%", "share=50%", NULL}, 2},
        {{"request=GET /a", "request=GET /b; follow.request=GET /a", "request=GET /c", NULL}, 2},
        {{"follow.request=*", NULL}, 0},
    };
    for (int i = 0; i < COUNT(cases); i++) {
        struct bench *bench = beat("", "", cases[i].send);
        struct check check = {diag_open(bench->arena), places_open(bench->arena), "clients"};
        assert_int_equal(caller_check(bench->config[0], &check), cases[i].origins);
        bench_close(bench);
    }
}

/* ---- Nobody calls a caller ------------------------------------------------------------------------- */

static void whoever_calls_a_caller_is_told_at_once(void **state)
{
    (void)state;
    struct bench *bench = bench_open(10.0);
    int node = bench_node(bench, &metronome, "clients", "");
    bench_row(bench, node, "sends", "to=clients");
    bench_link(bench);
    bench->plan = (struct plan){.node = bench->node, .node_count = bench->count, .horizon = 10.0};
    struct diag *diag = diag_open(bench->arena);
    struct run *run = run_open(&bench->plan, &(struct run_options){.seed = 1}, diag);
    assert_int_equal(diag_errors(diag), 1); /* nothing there answers it */
    run_execute(run);
    assert_int_equal(bench_ended(run, "*", OUTCOME_NOT_FOUND), 1);
    done(run, bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absent_shares_are_equal),
        cmocka_unit_test(shares_are_taken_as_written_until_a_rate_is_expected),
        cmocka_unit_test(a_send_that_follows_has_no_share_of_the_whole),
        cmocka_unit_test(requests_are_sent_by_their_shares),
        cmocka_unit_test(rates_are_expected_of_requests_and_of_those_that_follow),
        cmocka_unit_test(a_request_carries_what_its_send_says),
        cmocka_unit_test(an_attempt_is_given_up_after_the_timeout),
        cmocka_unit_test(retries_wait_base_times_multiplier_to_the_cap),
        cmocka_unit_test(jitter_is_drawn_evenly_below_the_bound),
        cmocka_unit_test(every_retry_has_a_jitter_of_its_own),
        cmocka_unit_test(a_retry_moves_nobody_elses_draws),
        cmocka_unit_test(refusals_that_will_not_change_are_not_repeated),
        cmocka_unit_test(without_retry_a_failure_is_the_end),
        cmocka_unit_test(a_retry_takes_tokens_and_more_after_a_timeout),
        cmocka_unit_test(a_retry_that_finds_too_few_tokens_is_not_made),
        cmocka_unit_test(a_first_attempt_needs_no_tokens),
        cmocka_unit_test(a_success_gives_back_what_its_latest_retry_took),
        cmocka_unit_test(a_success_at_the_first_attempt_gives_the_refund_back),
        cmocka_unit_test(a_quota_is_never_more_than_full),
        cmocka_unit_test(a_failure_gives_nothing_back),
        cmocka_unit_test(each_client_has_a_quota),
        cmocka_unit_test(without_a_budget_there_is_no_quota),
        cmocka_unit_test(the_whole_part_of_the_ratio_always_follows),
        cmocka_unit_test(several_follow_in_the_order_of_the_sends),
        cmocka_unit_test(nothing_follows_a_failure),
        cmocka_unit_test(contradictions_are_complained_about),
        cmocka_unit_test(sends_that_come_of_themselves_are_counted),
        cmocka_unit_test(whoever_calls_a_caller_is_told_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
