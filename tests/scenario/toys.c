/* SPDX-License-Identifier: Apache-2.0 */
#include "toys.h"

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "sheet.h"
#include "text.h"

/* ---- The toy models -------------------------------------------------------------------------------- */

static const struct param limits_params[] = {
    PARAM(toy_limits, least, UNIT_COUNT, "1", "0 to 100", "Least.", "assumed"),
    PARAM(toy_limits, most, UNIT_COUNT, "10", "0 to 100", "Most.", "a document, 2026",
          .alias = "MaxCapacity"),
    PARAM_END};

static const struct param policy_params[] = {
    PARAM(toy_policy, name, UNIT_NONE, "none", NULL, "Name.", "definition"),
    PARAM(toy_policy, target_value, UNIT_METRIC, NULL, "0 to 100000", "Target.", "definition",
          .alias = "TargetValue"),
    PARAM(toy_policy, cooldown, UNIT_SECOND, "300s", "0s to 1h", "Cooldown.", "a document, 2026"),
    PARAM(toy_policy, kind, UNIT_NONE, "track", "track|step", "Kind.", "definition"), PARAM_END};

static const struct param endpoint_params[] = {
    PARAM(toy_endpoint, request, UNIT_NONE, "*", NULL, "Request.", "definition"),
    PARAM_STEPS_OF(toy_endpoint, steps, step, step_variants, "Steps."), PARAM_END};

static const struct param consumer_params[] = {
    PARAM(toy_consumer, queue, UNIT_NONE, NULL, NULL, "Queue.", "definition"),
    PARAM_STEPS_OF(toy_consumer, steps, step, step_variants, "Steps."), PARAM_END};

static const struct param server_params[] = {
    PARAM(toy_server, servers, UNIT_COUNT, "1", "1 to 1000", "How many serve at once.", "a document, 2026"),
    PARAM(toy_server, timeout, UNIT_SECOND, "30s", "1s to 1h or none", "Gives up.", "a document, 2026",
          .alias = "TimeoutSeconds"),
    PARAM(toy_server, share, UNIT_RATIO, "100%", "0% to 100%", "A share.", "definition"),
    PARAM(toy_server, level, UNIT_METRIC, "70", NULL, "A level.", "definition"),
    PARAM(toy_server, size, UNIT_BYTE, "1KiB", "0B to 1GiB", "A size.", "definition"),
    PARAM(toy_server, discipline, UNIT_NONE, "fcfs", "fcfs|ps|random", "The order.", "definition"),
    PARAM(toy_server, enabled, UNIT_NONE, "true", NULL, "Whether it is on.", "definition"),
    PARAM(toy_server, label, UNIT_NONE, "none", NULL, "A label.", "definition"),
    PARAM(toy_server, instance, UNIT_NONE, "t3.large", NULL, "A size of machine.", "definition"),
    PARAM(toy_server, zones, UNIT_NONE, "a b", NULL, "Words.", "definition"),
    PARAM(toy_server, statements, UNIT_SECOND, "", NULL, "Distributions as words.", "definition"),
    PARAM(toy_server, work, UNIT_SECOND, "exponential(5ms)", NULL, "The work.", "definition"),
    PARAM(toy_server, patience, UNIT_SECOND, "none", NULL, "The patience.", "assumed"),
    PARAM(toy_server, next, UNIT_NONE, "none", NULL, "The next node.", "definition"),
    PARAM(toy_server, peers, UNIT_NONE, "", NULL, "Other nodes.", "definition"),
    PARAM_GROUP_OF(toy_server, limits, limits_params, "Limits."),
    PARAM_OPTION_OF(toy_server, retry, retry_params, "Retry."),
    PARAM_LIST_OF(toy_server, policies, toy_policy, policy_params, "Policies."),
    PARAM_MAP_OF(toy_server, endpoints, toy_endpoint, endpoint_params, "Endpoints."),
    PARAM_LIST_OF(toy_server, consumes, toy_consumer, consumer_params, "Queues."),
    PARAM_END};

struct server_state {
    struct gauge hours;
    struct tally residence;
    double load;
    int64_t served;
};

static const struct output server_outputs[] = {
    OUTPUT(server_state, hours, OUTPUT_MEAN, UNIT_COUNT, "Hours of machines.", .service = "AmazonEC2",
           .sku = "BoxUsage:{instance}"),
    OUTPUT(server_state, load, OUTPUT_VALUE, UNIT_RATIO, "Load."),
    OUTPUT(server_state, served, OUTPUT_COUNT, UNIT_COUNT, "Requests served."), OUTPUT_END};

static void check_server(const void *opaque, const struct check *check)
{
    const struct toy_server *config = opaque;
    if (config->limits.least > config->limits.most)
        check_error(check, &config->limits.least, "least is above most, which is %d",
                    (int)config->limits.most);
    if (config->share < 0.01) check_warning(check, &config->share, "hardly any");
}

static void start_server(struct node *self)
{
    const struct toy_server *config = self->config;
    for (int i = 0; i < config->endpoints.count; i++) {
        const struct toy_endpoint *endpoint = (const struct toy_endpoint *)config->endpoints.row + i;
        program_compile(self, &endpoint->steps, NULL, 0);
    }
}

/* Answers everything, but no request that an endpoint is not for where there are endpoints. */
static int resolve_server(struct node *self, const struct ask *ask)
{
    const struct toy_server *config = self->config;
    if (ask->op != ASK_REQUEST || config->endpoints.count == 0 || !ask->request) return 0;
    for (int i = 0; i < config->endpoints.count; i++) {
        const struct toy_endpoint *endpoint = (const struct toy_endpoint *)config->endpoints.row + i;
        if (text_matches(endpoint->request, ask->request)) return i;
    }
    return -1;
}

static void arrive(struct visit *visit)
{
    visit_reply(visit, OUTCOME_OK);
}

static const struct model server = {.name = "server",
                                    .title = "Toy server",
                                    .about = "A toy.",
                                    .config_size = sizeof(struct toy_server),
                                    .state_size = sizeof(struct server_state),
                                    .params = server_params,
                                    .outputs = server_outputs,
                                    .check = check_server,
                                    .start = start_server,
                                    .resolve = resolve_server,
                                    .arrive = arrive};

static const struct param send_params[] = {
    PARAM(toy_send, to, UNIT_NONE, NULL, NULL, "Where to.", "definition"),
    PARAM(toy_send, request, UNIT_NONE, "*", NULL, "What.", "definition"),
    PARAM(toy_send, share, UNIT_RATIO, "none", "0% to 100%", "How much.", "definition"), PARAM_END};

static const struct param client_params[] = {
    PARAM(toy_client, rate, UNIT_RATE, NULL, "0/s to 1000000/s", "Requests a second.", "definition"),
    PARAM(toy_client, profile, UNIT_NONE, "none", NULL, "Over the day.", "definition"),
    PARAM(toy_client, trace, UNIT_NONE, "none", NULL, "As recorded.", "definition"),
    PARAM_LIST_OF(toy_client, sends, toy_send, send_params, "What is sent."), PARAM_END};

static void start_client(struct node *self)
{
    const struct toy_client *config = self->config;
    struct ask *ask = node_array(self, struct ask, config->sends.count);
    for (int i = 0; i < config->sends.count; i++) {
        const struct toy_send *send = (const struct toy_send *)config->sends.row + i;
        ask[i] = (struct ask){.op = ASK_REQUEST,
                              .to = node_at(self, send->to),
                              .request = send->request,
                              .request_class = run_request(self->run, send->request),
                              .origin = &send->to};
        run_resolve(self->run, &ask[i]);
    }
}

static const struct model client = {.name = "client",
                                    .title = "Toy client",
                                    .about = "A toy.",
                                    .config_size = sizeof(struct toy_client),
                                    .state_size = 1,
                                    .params = client_params,
                                    .is_client = true,
                                    .start = start_client,
                                    .arrive = arrive};

const struct model *const model_all[] = {&client, &server, NULL};

/* ---- Scenes ---------------------------------------------------------------------------------------- */

/* Loaded once for all tests of a program: it is large, and never written. */
static struct arena *sheet_arena;
static const struct sheet *sheet;

static struct scene finish(struct arena *arena, struct diag *diag, const struct scenario *scenario)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    diag_print(diag, out);
    fclose(out);
    struct scene scene = {arena, scenario, arena_copy(arena, text, size), diag_errors(diag),
                          diag_warnings(diag)};
    free(text);
    return scene;
}

struct scene scene_read(const char *yaml, const struct scenario_options *options)
{
    struct arena *arena = arena_open();
    struct diag *diag = diag_open(arena);
    struct scenario_text text = {"shop.yaml", yaml, strlen(yaml)};
    return finish(arena, diag, scenario_read(&text, options, sheet, arena, diag));
}

struct scene scene_load(const char *file, const struct scenario_options *options)
{
    struct arena *arena = arena_open();
    struct diag *diag = diag_open(arena);
    return finish(arena, diag, scenario_load(file, options, NULL, arena, diag));
}

void scene_close(struct scene *scene)
{
    arena_close(scene->arena);
}

const struct environment *scene_environment(const struct scene *scene, const char *name)
{
    assert_non_null(scene->scenario);
    for (int i = 0; i < scene->scenario->environment_count; i++)
        if (!name || text_equal(scene->scenario->environment[i].name, name))
            return &scene->scenario->environment[i];
    fail_msg("no environment %s", name ? name : "");
    return NULL;
}

static const void *config_of(const struct scene *scene, const char *environment, const char *node)
{
    const struct plan *plan = &scene_environment(scene, environment)->plan;
    for (int i = 0; i < plan->node_count; i++)
        if (text_equal(plan->node[i].name, node)) return plan->node[i].config;
    fail_msg("no node %s", node);
    return NULL;
}

const struct toy_server *scene_server(const struct scene *scene, const char *node)
{
    return config_of(scene, NULL, node);
}

const struct toy_client *scene_client(const struct scene *scene, const char *node)
{
    return config_of(scene, NULL, node);
}

const struct toy_server *scene_server_in(const struct scene *scene, const char *environment, const char *node)
{
    return config_of(scene, environment, node);
}

const struct assumption *scene_assumption(const struct scene *scene, const char *path)
{
    const struct environment *environment = scene_environment(scene, NULL);
    for (int i = 0; i < environment->assumption_count; i++)
        if (text_equal(environment->assumption[i].path, path)) return &environment->assumption[i];
    return NULL;
}

void scene_says(const struct scene *scene, const char *place, const char *telling)
{
    for (const char *line = scene->said; *line;) {
        size_t length = strcspn(line, "\n");
        const char *found = strstr(line, telling);
        if (text_starts(line, place) && found && found < line + length) return;
        line += length + (line[length] == '\n');
    }
    fail_msg("expected \"%s ... %s\", but this was said:\n%s", place, telling, scene->said);
}

static void check_refused(struct scene scene, const char *place, const char *telling)
{
    scene_says(&scene, place, telling);
    assert_null(scene.scenario);
    assert_true(scene.errors > 0);
    scene_close(&scene);
}

void refuses(const char *yaml, const char *place, const char *telling)
{
    check_refused(scene_read(yaml, NULL), place, telling);
}

void refuses_file(const char *file, const char *place, const char *telling)
{
    check_refused(scene_load(file, NULL), place, telling);
}

void refuses_with(const char *yaml, const struct scenario_options *options, const char *place,
                  const char *telling)
{
    check_refused(scene_read(yaml, options), place, telling);
}

struct scene accepts_with(const char *yaml, const struct scenario_options *options)
{
    struct scene scene = scene_read(yaml, options);
    if (*scene.said) fail_msg("this was said:\n%s", scene.said);
    assert_non_null(scene.scenario);
    return scene;
}

struct scene accepts(const char *yaml)
{
    return accepts_with(yaml, NULL);
}

struct scenario_options set_option(const char *const *set)
{
    return (struct scenario_options){.set = set, .set_count = 1, .from = -1};
}

/* ---- Files ----------------------------------------------------------------------------------------- */

void write_bytes(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

void write_file(const char *name, const char *text)
{
    write_bytes(name, text, strlen(text));
}

void make_folder(const char *name)
{
    assert_int_equal(mkdir(name, 0700), 0);
}

int toys_set_up(void **state)
{
    static char folder[] = "/tmp/headroom-scenario-XXXXXX";
    sheet_arena = arena_open();
    sheet = sheet_load_default(sheet_arena);
    *state = mkdtemp(folder);
    return *state && chdir(*state) == 0 ? 0 : -1;
}

int toys_tear_down(void **state)
{
    char *folder[] = {*state, NULL};
    arena_close(sheet_arena);
    FTS *files = fts_open(folder, FTS_PHYSICAL | FTS_NOSTAT, NULL);
    for (FTSENT *file; files && (file = fts_read(files));)
        if (file->fts_info != FTS_D) remove(file->fts_accpath);
    return files ? fts_close(files) : -1;
}
