/* SPDX-License-Identifier: Apache-2.0 */
/* Each kind of station and client against its closed form: one test for each row of oracles.csv, at a fixed seed, with
   99.99 % intervals from 20 independent replications. */
#include "bench.h"
#include "theory.h"

#include <math.h>

extern const struct model model_clients_open, model_clients_closed, model_station, model_delay,
    model_external_service;

enum { SETTING = 200 };

/* One text made in place: `WORDS("a=%g", a)`. Good until the end of the block. */
#define WORDS(...) words((char[SETTING]){0}, __VA_ARGS__)

static const char *words(char *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static const char *words(char *out, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    (void)vsnprintf(out, SETTING, format, values);
    va_end(values);
    return out;
}

static double get(const struct oracle *oracle, const char *key)
{
    return theory_number(oracle, key, 0);
}

/* Poisson arrivals that ask for nothing in particular at the node `queue`. */
static void clients(struct bench *bench, double rate, const char *settings)
{
    int node = bench_node(bench, &model_clients_open, "clients", WORDS("rate=%.17g/s;%s", rate, settings));
    bench_row(bench, node, "sends", "to=queue");
}

static void station(struct bench *bench, const char *settings)
{
    bench_node(bench, &model_station, "queue", settings);
}

/* ---- Setups: each builds what a row speaks of and returns the customers a second ------------------- */

static double many_servers(struct bench *bench, const struct oracle *oracle)
{
    clients(bench, get(oracle, "lambda"), "");
    station(bench,
            WORDS("servers=%g; service=exponential(%.17gs)", get(oracle, "c"), 1.0 / get(oracle, "mu")));
    return get(oracle, "lambda");
}

static double finite_room(struct bench *bench, const struct oracle *oracle)
{
    double room = get(oracle, "K") - get(oracle, "c");
    clients(bench, get(oracle, "lambda"), "");
    station(bench, WORDS("servers=%g; service=exponential(%.17gs); queue_limit=%g", get(oracle, "c"),
                         1.0 / get(oracle, "mu"), room));
    return get(oracle, "lambda");
}

static double erlang_loss(struct bench *bench, const struct oracle *oracle)
{
    clients(bench, get(oracle, "erlangs"), "");
    station(bench, WORDS("servers=%g; service=lognormal(mean 1s cv 2); queue_limit=0", get(oracle, "c")));
    return get(oracle, "erlangs");
}

/* The service that a model of the kind M/G/1 names. */
static const char *general(char *out, const struct oracle *oracle)
{
    double mean = get(oracle, "mean"), cv = sqrt(get(oracle, "scv"));
    const char *model = oracle->model;
    if (strncmp(model, "M/D/", 4) == 0) return words(out, "deterministic(%.17gs)", mean);
    if (strncmp(model, "M/LogN/", 7) == 0) return words(out, "lognormal(mean %.17gs cv %.17g)", mean, cv);
    if (strncmp(model, "M/H2/", 5) == 0)
        return words(out, "hyperexponential(mean %.17gs cv %.17g)", mean, cv);
    if (strncmp(model, "M/E4/", 5) == 0) return words(out, "erlang(4 %.17gs)", mean);
    if (strncmp(model, "M/Gamma/", 8) == 0) return words(out, "gamma(mean %.17gs cv %.17g)", mean, cv);
    if (strncmp(model, "M/U/", 4) == 0) return words(out, "uniform(0s %.17gs)", 2.0 * mean);
    return words(out, "pareto(alpha 3 min %.17gs)", 2.0 * mean / 3.0);
}

static double general_service(struct bench *bench, const struct oracle *oracle)
{
    char service[SETTING];
    double servers = get(oracle, "c");
    clients(bench, get(oracle, "lambda"), "");
    station(bench, WORDS("servers=%g; service=%s", isnan(servers) ? 1.0 : servers, general(service, oracle)));
    return get(oracle, "lambda");
}

static double constant_service(struct bench *bench, const struct oracle *oracle)
{
    clients(bench, get(oracle, "lambda"), "");
    station(bench, WORDS("servers=%g; service=%.17gs", get(oracle, "c"), get(oracle, "D")));
    return get(oracle, "lambda");
}

static double general_arrivals(struct bench *bench, const struct oracle *oracle)
{
    const char *gap = oracle->model[0] == 'D'   ? "deterministic(1s)"
                      : oracle->model[0] == 'E' ? "erlang(2 1s)"
                                                : "hyperexponential(mean 1s cv 2)";
    clients(bench, get(oracle, "lambda"), WORDS("interarrival=%s", gap));
    station(bench, WORDS("service=exponential(%.17gs)", 1.0 / get(oracle, "mu")));
    return get(oracle, "lambda");
}

static double impatient(struct bench *bench, const struct oracle *oracle)
{
    double timeout = get(oracle, "timeout");
    const char *patience =
        isnan(timeout) ? WORDS("exponential(%.17gs)", get(oracle, "patience")) : WORDS("%.17gs", timeout);
    clients(bench, get(oracle, "lambda"), "");
    station(bench, WORDS("servers=%g; service=exponential(%.17gs); patience=%s", get(oracle, "c"),
                         1.0 / get(oracle, "mu"), patience));
    return get(oracle, "lambda");
}

/* Classes are requests GET /0, GET /1, ..., the first is the most urgent. */
static double by_priority(struct bench *bench, const struct oracle *oracle)
{
    double sum = 0.0;
    int count = 0;
    while (theory_text(oracle, "lambdas", count) != NULL) {
        sum += theory_number(oracle, "lambdas", count++);
    }
    int node = bench_node(bench, &model_clients_open, "clients", WORDS("rate=%.17g/s", sum));
    for (int i = 0; i < count; i++) {
        double share = theory_number(oracle, "lambdas", i) / sum;
        bench_row(bench, node, "sends", WORDS("to=queue; request=GET /%d; share=%.17g", i, share));
    }
    bool preemptive = strstr(oracle->model, "nonpreemptive") == NULL;
    station(bench, WORDS("service=exponential(%.17gs); discipline=%s; priorities=GET /0|GET /1",
                         get(oracle, "means"), preemptive ? "preemptive" : "priority"));
    return sum;
}

static double sharing(struct bench *bench, const struct oracle *oracle)
{
    char service[SETTING];
    double mean = 1.0 / get(oracle, "mu"), servers = get(oracle, "c");
    const char *given = theory_text(oracle, "service", 0);
    if (given == NULL || given[0] == 'e') {
        words(service, "exponential(%.17gs)", mean);
    } else if (given[0] == 'd') {
        words(service, "%.17gs", mean);
    } else { /* lognormal, hyperexponential */
        words(service, "%s(mean %.17gs cv 2)", given, mean);
    }
    clients(bench, get(oracle, "lambda"), "");
    station(bench, WORDS("discipline=ps; servers=%g; service=%s", isnan(servers) ? 1.0 : servers, service));
    return get(oracle, "lambda");
}

/* Stations in a chain, the first of which is called `queue`, the others s1, s2, ... */
static void chain(struct bench *bench, const struct oracle *oracle, const char *key, bool rates)
{
    for (int i = 0; theory_text(oracle, key, i) != NULL; i++) {
        double number = theory_number(oracle, key, i);
        char *name = arena_printf(bench->arena, i == 0 ? "queue" : "s%d", i);
        bool last = theory_text(oracle, key, i + 1) == NULL;
        bench_node(bench, &model_station, name,
                   WORDS("service=exponential(%.17gs); next=%s", rates ? 1.0 / number : number,
                         last ? "none" : WORDS("s%d", i + 1)));
    }
}

static double tandem(struct bench *bench, const struct oracle *oracle)
{
    clients(bench, get(oracle, "lambda"), "");
    chain(bench, oracle, "mus", true);
    return get(oracle, "lambda");
}

static void users(struct bench *bench, const struct oracle *oracle)
{
    int node =
        bench_node(bench, &model_clients_closed, "clients",
                   WORDS("users=%g; think=exponential(%.17gs)", get(oracle, "users"), get(oracle, "think")));
    bench_row(bench, node, "sends", "to=queue");
}

static double finite_source(struct bench *bench, const struct oracle *oracle)
{
    users(bench, oracle);
    station(bench,
            WORDS("servers=%g; service=exponential(%.17gs)", get(oracle, "c"), 1.0 / get(oracle, "mu")));
    return fmin(get(oracle, "c") * get(oracle, "mu"), get(oracle, "users") / get(oracle, "think"));
}

static double closed_chain(struct bench *bench, const struct oracle *oracle)
{
    users(bench, oracle);
    chain(bench, oracle, "demands", false);
    return get(oracle, "users") / get(oracle, "think");
}

static double throttled(struct bench *bench, const struct oracle *oracle)
{
    clients(bench, get(oracle, "lambda"), "");
    bench_node(
        bench, &model_external_service, "queue",
        WORDS("latency=1ms; rate_limit=%.17g/s; burst_limit=%g", get(oracle, "rate"), get(oracle, "burst")));
    return get(oracle, "lambda");
}

static double unlimited(struct bench *bench, const struct oracle *oracle)
{
    clients(bench, get(oracle, "lambda"), "");
    bench_node(bench, &model_delay, "queue",
               WORDS("latency=lognormal(mean %.17gs cv 2)", get(oracle, "mean")));
    return get(oracle, "lambda");
}

static const struct setup {
    const char *model; /* beginning of its name */
    double (*build)(struct bench *, const struct oracle *);
} setups[] = {
    {"M/M/1-PS", sharing},       {"M/G/1-PS", sharing},        {"M/M/c-PS", sharing},
    {"M/M/c//N", finite_source}, {"M/M/c/K", finite_room},     {"M/M/c+", impatient},
    {"M/M/1", many_servers},     {"M/M/c", many_servers},      {"M/G/c/c", erlang_loss},
    {"M/G/inf", unlimited},      {"M/G/1 ", by_priority},      {"M/D/c", constant_service},
    {"D/M/1", general_arrivals}, {"E2/M/1", general_arrivals}, {"H2/M/1", general_arrivals},
    {"M/", general_service},     {"tandem", tandem},           {"closed product-form", closed_chain},
    {"token bucket", throttled}};

/* ---- Metrics --------------------------------------------------------------------------------------- */

static const struct request_record *record_of(const struct oracle *oracle, const struct run *run)
{
    double class = get(oracle, "class");
    return bench_request(run, isnan(class) ? "*" : WORDS("GET /%g", class));
}

static double ended_share(const struct request_record *record, enum outcome outcome)
{
    int64_t all = 0;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        all += record->ended[i];
    }
    return (double)record->ended[outcome] / (double)all;
}

/* Of all stations of a chain the one that the row means: the second, the busiest. */
static double utilisation(const struct oracle *oracle, const struct run *run)
{
    return bench_output(run, theory_text(oracle, "demands", 0) == NULL ? "queue" : "s1", "utilisation");
}

static double mean_wait(const struct oracle *oracle, const struct run *run)
{
    if (theory_text(oracle, "class", 0) == NULL) {
        return bench_output(run, "queue", "mean_wait");
    }
    return tally_mean(&record_of(oracle, run)->latency) - get(oracle, "means");
}

/* The number behind the p of `sojourn_p95_s`, as a probability. */
static double quantile(const struct oracle *oracle, const struct run *run)
{
    double p = strtod(strstr(oracle->metric, "_p") + 2, NULL) / 100.0;
    double value = tally_quantile(&record_of(oracle, run)->latency, p);
    bool wait = strncmp(oracle->metric, "wait", 4) == 0; /* where the service is constant */
    return wait ? value - get(oracle, "D") : value;
}

static double measure(const struct oracle *oracle, const struct run *run)
{
    const char *metric = oracle->metric;
    const struct request_record *record = record_of(oracle, run);
    double horizon = run->plan->horizon;
    if (strstr(metric, "_p9") != NULL || strstr(metric, "_p5") != NULL) return quantile(oracle, run);
    if (strcmp(metric, "mean_wait_s") == 0) return mean_wait(oracle, run);
    if (strcmp(metric, "mean_wait_accepted_s") == 0) return mean_wait(oracle, run);
    if (strcmp(metric, "mean_wait_all_s") == 0) {
        return bench_output(run, "queue", "queue_length") / get(oracle, "lambda");
    }
    if (strcmp(metric, "mean_in_system") == 0) {
        return bench_output(run, "queue", "queue_length") + bench_output(run, "queue", "busy");
    }
    if (strcmp(metric, "utilisation") == 0) return utilisation(oracle, run);
    if (strcmp(metric, "throughput_per_s") == 0) return bench_output(run, "queue", "served") / horizon;
    if (strcmp(metric, "loss_prob") == 0) return ended_share(record, OUTCOME_REJECTED);
    if (strcmp(metric, "throttled_fraction") == 0) return ended_share(record, OUTCOME_THROTTLED);
    if (strcmp(metric, "prob_abandon") == 0) return ended_share(record, OUTCOME_TIMEOUT);
    if (strcmp(metric, "prob_timeout") == 0) return ended_share(record, OUTCOME_TIMEOUT);
    if (strcmp(metric, "mean_concurrency") == 0) return bench_output(run, "queue", "inside");
    assert_non_null(
        strstr("mean_sojourn_s mean_sojourn_accepted_s mean_response_s mean_end_to_end_s", metric));
    return tally_mean(&record->latency);
}

/* ---- One test a row -------------------------------------------------------------------------------- */

static struct oracle *oracles;
static int oracle_count;

static bool same_runs(const struct oracle *a, const struct oracle *b)
{
    bool same_class = strcmp(a->model, b->model) == 0 && strcmp(a->params, b->params) == 0;
    return same_class && a->customers == b->customers;
}

static double (*setup_of(const struct oracle *oracle))(struct bench *, const struct oracle *)
{
    size_t i = 0;
    while (strncmp(setups[i].model, oracle->model, strlen(setups[i].model)) != 0) {
        i++;
        assert_true(i < sizeof setups / sizeof *setups);
    }
    return setups[i].build;
}

/* Runs the replications for this row and for all others that they answer too. A tenth more than the horizon goes before
   it, for the system to settle. Each has its own seed: with the same one all would share an arrival process. */
static void sample(const struct oracle *oracle)
{
    uint64_t seed = 1 + (uint64_t)(oracle - oracles);
    struct bench *bench = bench_open(0.0);
    bench->horizon = oracle->customers / setup_of(oracle)(bench, oracle);
    bench->lead = bench->horizon / 10.0;
    for (int i = 0; i < THEORY_REPLICATIONS; i++) {
        struct run *run = bench_run(bench, seed, i);
        for (int j = 0; j < oracle_count; j++) {
            if (same_runs(&oracles[j], oracle)) {
                oracles[j].sample[i] = measure(&oracles[j], run);
                oracles[j].sampled = true;
            }
        }
        run_close(run);
    }
    bench_close(bench);
}

static void agrees(void **state)
{
    struct oracle *oracle = *state;
    if (!oracle->sampled) {
        sample(oracle);
    }
    theory_assert(oracle->id, oracle->sample, oracle->value, oracle->precision, 1.0 / 2048.0);
}

int main(void)
{
    oracles = theory_read(HEADROOM_SOURCE_DIR "/tests/theory/oracles.csv", &oracle_count);
    struct CMUnitTest *tests = calloc((size_t)oracle_count, sizeof *tests);
    for (int i = 0; tests != NULL && i < oracle_count; i++) {
        tests[i] = (struct CMUnitTest){oracles[i].name, agrees, NULL, NULL, &oracles[i]};
    }
    return _cmocka_run_group_tests("oracles", tests, (size_t)oracle_count, NULL, NULL);
}
