/* SPDX-License-Identifier: Apache-2.0 */
#include "judge.h"

#include "arena.h"
#include "diag.h"
#include "outcome.h"
#include "rows.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Which rows an objective speaks of ---- */

struct question {
    const struct result_environment *environment;
    const struct objective *objective;
    struct arena *arena;
    const char *metric; /* of the rows: "recovery.rto", "errors.timeout" */
    double quantile;    /* of the values of a row; NAN: their mean */
    bool any;           /* rows with further scopes count too, the worst of them */
};

static const char *own_scope(const struct question *question, const char *scope)
{
    const char *value = objective_scope(question->objective, scope);
    bool everything = text_equal(scope, "request") && text_equal(value, "all");
    return everything ? NULL : value;
}

/* `errors.rate{cause="timeout"}` is another spelling of `errors.timeout`. */
static const char *metric_of_errors(const struct question *question)
{
    const char *cause = own_scope(question, "cause");
    return cause == NULL ? question->objective->metric : arena_printf(question->arena, "errors.%s", cause);
}

/* `recovery.rto.p95` is a quantile of the rows recovery.rto. */
static void ask_recovery(struct question *question)
{
    static const double quantile[] = {[RESULT_P50] = 0.5, [RESULT_P95] = 0.95, [RESULT_MAX] = 1.0};
    const char *metric = question->objective->metric, *last = strrchr(metric, '.');
    question->metric = arena_copy(question->arena, metric, (size_t)(last - metric));
    for (int i = RESULT_P50; i <= RESULT_MAX; i++) {
        if (text_equal(last + 1, result_quantile_names[i])) {
            question->quantile = quantile[i];
        }
    }
}

static struct question question_of(const struct result_environment *environment,
                                   const struct objective *objective, struct arena *arena)
{
    struct question question = {environment, objective, arena, objective->metric, NAN, false};
    const char *family = objective->family;
    question.any =
        text_equal(family, "nodes") || text_equal(family, "scaling") || text_equal(family, "recovery");
    if (text_equal(family, "errors")) {
        question.metric = metric_of_errors(&question);
    } else if (text_equal(family, "recovery")) {
        ask_recovery(&question);
    }
    return question;
}

/* Scopes of rows; `env` is the environment itself, and a cause is part of the metric's name. */
static const char *const row_scopes[] = {"request", "status", "node", "service", "component", "drill"};

static bool agrees(const struct question *question, const struct observation *row)
{
    size_t length = strlen(question->metric);
    if (!text_starts(row->name, question->metric) ||
        (row->name[length] != '\0' && row->name[length] != '{')) {
        return false;
    }
    for (size_t i = 0; i < sizeof row_scopes / sizeof *row_scopes; i++) {
        const char *asked = own_scope(question, row_scopes[i]);
        bool by_cause = text_equal(row_scopes[i], "status") && own_scope(question, "cause") != NULL;
        const char *has = observation_scope(question->arena, row->name, row_scopes[i]);
        bool open = asked == NULL && question->any;
        if (!open && !by_cause && !text_equal(asked, has)) {
            return false;
        }
    }
    return true;
}

/* ---- The verdict on one row ---- */

static enum result_verdict verdict_on(const struct objective *objective, struct interval value)
{
    if (isnan(value.value)) {
        return VERDICT_UNDECIDED;
    }
    bool low = objective_holds(objective, interval_known(value) ? value.low : value.value);
    bool high = objective_holds(objective, interval_known(value) ? value.high : value.value);
    if (low != high) {
        return VERDICT_UNDECIDED;
    }
    return low ? VERDICT_MET : VERDICT_MISSED;
}

static struct interval value_of(const struct question *question, const struct observation *row)
{
    int count = question->environment->samples.replications;
    if (isnan(question->quantile)) {
        return interval_of_amount(row->value, count);
    }
    return interval_of_quantile(row->value, count, question->quantile);
}

/* A cause has one status: together with another one it never occurs. */
static bool contradicts(const struct question *question)
{
    const char *cause = own_scope(question, "cause"), *status = own_scope(question, "status");
    for (int i = 0; cause != NULL && status != NULL && i < OUTCOME_COUNT; i++) {
        if (text_equal(outcome_cause((enum outcome)i), cause)) {
            return outcome_status((enum outcome)i) != (int)strtol(status, NULL, 10);
        }
    }
    return false;
}

/* Missed is worse than undecided, undecided worse than met; among equals the value nearer to the wrong side. */
static bool is_worse(const struct objective *objective, const struct result_objective *a,
                     const struct result_objective *b)
{
    static const int rank[] = {[VERDICT_MET] = 0, [VERDICT_UNDECIDED] = 1, [VERDICT_MISSED] = 2};
    if (rank[a->verdict] != rank[b->verdict]) {
        return rank[a->verdict] > rank[b->verdict];
    }
    bool upper = objective->operator_ == OBJECTIVE_LESS || objective->operator_ == OBJECTIVE_LESS_EQUAL;
    return upper ? a->value.value > b->value.value : a->value.value < b->value.value;
}

static const char *why_undecided(const struct question *question, int rows, struct interval value)
{
    if (rows == 0 && text_equal(question->objective->family, "recovery")) {
        return "no drill of it was run";
    }
    if (rows == 0) {
        return "nothing of the kind was measured";
    }
    if (isnan(value.value)) {
        return "there is no value: it never happened";
    }
    return "the interval straddles the bound: more replications would tell";
}

/* A node that never scaled has no row: that is none, not unknown. */
static bool never_scaled(const struct result_environment *environment, const struct objective *objective)
{
    return environment->latency_count > 0 && text_equal(objective->metric, "scaling.events");
}

/* Why a bound that seems held may not be: requests or drills of which nothing is known. NULL: no reason. */
static const char *doubt_about(const struct result_environment *environment,
                               const struct objective *objective)
{
    bool upper = objective->operator_ == OBJECTIVE_LESS || objective->operator_ == OBJECTIVE_LESS_EQUAL;
    bool of_requests = text_equal(objective->family, "latency") || text_equal(objective->family, "errors");
    if (upper && of_requests && rows_unfinished(environment) > ROWS_UNFINISHED) {
        return "too many requests had not ended at the horizon";
    }
    const char *component = objective_scope(objective, "component"),
               *drill = objective_scope(objective, "drill");
    for (int i = 0; text_equal(objective->family, "recovery") && i < environment->recovery_count; i++) {
        const struct result_recovery *row = &environment->recovery[i];
        bool meant = (component == NULL || text_equal(component, row->component)) &&
                     (drill == NULL || text_equal(drill, row->drill));
        if (meant && row->unhealthy + row->thin > 0) {
            return "some drills could not be told: see their notes";
        }
    }
    return NULL;
}

/* The bill's own total and interval, to the cent: the mean of the replications' bills would differ in the last. */
static struct interval bill_total_of(const struct cost_money *money)
{
    struct interval total = interval_point((double)money->cents / 100.0);
    if (money->known) {
        total.low = (double)money->low / 100.0;
        total.high = (double)money->high / 100.0;
    }
    return total;
}

struct result_objective judge_objective(const struct result_environment *environment,
                                        const struct objective *objective, struct arena *arena)
{
    struct question question = question_of(environment, objective, arena);
    struct result_objective worst = {.text = objective->text,
                                     .verdict = VERDICT_UNDECIDED,
                                     .value = interval_point(NAN),
                                     .unit = objective->unit};
    int rows = 0;
    for (int i = 0; i < environment->samples.count; i++) {
        const struct observation *row = &environment->samples.row[i];
        if (!agrees(&question, row)) {
            continue;
        }
        struct result_objective here = worst;
        here.value = contradicts(&question) ? interval_point(0.0) : value_of(&question, row);
        if (text_equal(row->name, "cost.monthly") && environment->cost.currency != NULL) {
            here.value = bill_total_of(&environment->cost.monthly);
        }
        here.verdict = verdict_on(objective, here.value);
        here.note = question.any ? row->name : NULL;
        worst = rows == 0 || is_worse(objective, &here, &worst) ? here : worst;
        rows++;
    }
    worst.note = rows > 1 ? worst.note : NULL;
    if (rows == 0 && never_scaled(environment, objective)) {
        worst.value = (struct interval){0.0, 0.0, 0.0};
        worst.verdict = verdict_on(objective, worst.value);
        return worst;
    }
    const char *doubt = worst.verdict == VERDICT_MET ? doubt_about(environment, objective) : NULL;
    if (doubt != NULL) {
        worst.verdict = VERDICT_UNDECIDED;
        worst.note = doubt;
        return worst;
    }
    if (worst.verdict == VERDICT_UNDECIDED) {
        worst.note = why_undecided(&question, rows, worst.value);
    }
    return worst;
}

/* ---- A whole result ---- */

static bool speaks_of(const struct objective *objective, const struct result_environment *environment)
{
    const char *name = objective_scope(objective, "env");
    return name == NULL || text_equal(name, environment->name);
}

void judge_environment(struct result *result, struct result_environment *environment,
                       struct objective *const *objectives, int count)
{
    environment->objective = arena_array(result->arena, struct result_objective, count);
    environment->objective_count = 0;
    for (int i = 0; i < count; i++) {
        if (speaks_of(objectives[i], environment)) {
            environment->objective[environment->objective_count++] =
                judge_objective(environment, objectives[i], result->arena);
        }
    }
}

int judge_count(const struct result *result, enum result_verdict verdict)
{
    int count = 0;
    for (int i = 0; i < result->environment_count; i++) {
        for (int k = 0; k < result->environment[i].objective_count; k++) {
            count += result->environment[i].objective[k].verdict == verdict;
        }
    }
    return count;
}

int judge_status(const struct result *result)
{
    if (judge_count(result, VERDICT_MISSED) > 0) {
        return 3;
    }
    return judge_count(result, VERDICT_UNDECIDED) > 0 || !result->converged ? 4 : 0;
}

/* ---- A result read from a file ---- */

/* The bound of an output can be read only when its unit is known: from its row. */
static bool settle_unit(struct objective *objective, const struct result_environment *environment,
                        struct diag *diag)
{
    const struct observations *samples = &environment->samples;
    for (int i = 0; objective->unit == UNIT_NONE && i < samples->count; i++) {
        size_t length = strlen(objective->metric);
        if (text_starts(samples->row[i].name, objective->metric) && samples->row[i].name[length] == '{') {
            objective->unit = samples->row[i].unit;
        }
    }
    const char *bound = objective->text, *problem = "";
    for (const char *at = bound; (at = strpbrk(at, "<>")) != NULL; at++) {
        bound = at + 1;
    }
    bound += strspn(bound, "= ");
    if (objective->unit != UNIT_NONE && quantity_parse(bound, objective->unit, &objective->bound, &problem)) {
        return true;
    }
    diag_error(diag, objective->place, "objective \"%.80s\": %s", objective->text,
               objective->unit == UNIT_NONE ? "no node here has such an output" : problem);
    return false;
}

static bool has_scope_value(const struct result_environment *environment, const char *scope,
                            const char *value, struct arena *arena)
{
    for (int i = 0; i < environment->samples.count; i++) {
        const char *has = observation_scope(arena, environment->samples.row[i].name, scope);
        if (has != NULL && text_equal(has, value)) {
            return true;
        }
    }
    return false;
}

/* Names that the file does not know are complaints, never a silent pass. Components and drills are not asked after:
   without drills none is known. */
static bool knows_names(const struct objective *objective, const struct result_environment *environment,
                        struct arena *arena, struct diag *diag)
{
    static const char *const scopes[] = {"request", "node", "service"};
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++) {
        const char *value = objective_scope(objective, scopes[i]);
        bool all = text_equal(value, "all") && i == 0;
        if (value != NULL && !all && !has_scope_value(environment, scopes[i], value, arena)) {
            diag_error(diag, objective->place, "objective \"%.80s\": %s has no %s %.60s", objective->text,
                       environment->name, scopes[i], value);
            return false;
        }
    }
    return true;
}

static bool admit(const struct result *result, struct objective *objective, struct diag *diag)
{
    bool spoken = false, fine = true;
    for (int i = 0; i < result->environment_count; i++) {
        const struct result_environment *environment = &result->environment[i];
        if (speaks_of(objective, environment)) {
            spoken = true;
            fine = fine && knows_names(objective, environment, result->arena, diag);
            fine = fine &&
                   (!text_equal(objective->family, "nodes") || settle_unit(objective, environment, diag));
        }
    }
    if (!spoken) {
        diag_error(diag, objective->place, "objective \"%.80s\": there is no environment %.60s here",
                   objective->text, objective_scope(objective, "env"));
    }
    return spoken && fine;
}

/* The objectives that the file carries, each once, and those given beside it. */
struct held {
    struct objective **objective;
    int count;
};

static bool is_held(const struct held *held, const char *text)
{
    for (int i = 0; i < held->count; i++) {
        if (text_equal(held->objective[i]->text, text)) {
            return true;
        }
    }
    return false;
}

static void hold_saved(const struct result *result, struct held *held, struct diag *diag)
{
    for (int i = 0; i < result->environment_count; i++) {
        const struct result_environment *environment = &result->environment[i];
        for (int k = 0; k < environment->objective_count; k++) {
            const char *text = environment->objective[k].text;
            struct place place = {result->scenario_file, 0, 0};
            struct objective *objective =
                is_held(held, text) ? NULL : objective_read(text, place, result->arena, diag);
            if (objective != NULL) {
                held->objective[held->count++] = objective;
            }
        }
    }
}

bool judge_again(struct result *result, struct objective *const *more, int count, struct diag *diag)
{
    int before = diag_errors(diag), room = count;
    for (int i = 0; i < result->environment_count; i++) {
        room += result->environment[i].objective_count;
    }
    struct held held = {arena_array(result->arena, struct objective *, room), 0};
    hold_saved(result, &held, diag);
    for (int i = 0; i < count; i++) {
        held.objective[held.count++] = more[i];
    }
    for (int i = 0; i < held.count; i++) {
        admit(result, held.objective[i], diag);
    }
    for (int i = 0; i < result->environment_count && diag_errors(diag) == before; i++) {
        judge_environment(result, &result->environment[i], held.objective, held.count);
    }
    return diag_errors(diag) == before;
}
