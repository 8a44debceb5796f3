/* SPDX-License-Identifier: Apache-2.0 */
#include "objective.h"

#include <math.h>
#include <string.h>

#include "arena.h"
#include "text.h"

#define LATENCY(member, what)                                                                                \
    {                                                                                                        \
        "latency." member, UNIT_SECOND, "env request", what " of the latency that clients saw."              \
    }
#define RECOVERY(member, what)                                                                               \
    {                                                                                                        \
        "recovery." member, UNIT_SECOND, "env component drill", what                                         \
    }

/* Names in capitals stand for many: a cause of errors, an output of a model. */
const struct objective_metric objective_metrics[] = {
    LATENCY("mean", "Mean"),
    LATENCY("p50", "Median"),
    LATENCY("p90", "90th percentile"),
    LATENCY("p95", "95th percentile"),
    LATENCY("p99", "99th percentile"),
    LATENCY("p999", "99.9th percentile"),
    LATENCY("max", "Maximum"),
    {"errors.rate", UNIT_RATIO, "env cause status", "Share of requests that did not end well."},
    {"errors.CAUSE", UNIT_RATIO, "env",
     "Share of requests that ended for this cause, such as errors.timeout."},
    {"nodes.utilisation", UNIT_RATIO, "env node", "Share of its capacity that a node used."},
    {"nodes.OUTPUT", UNIT_NONE, "env node", "An output of a node's model, in its own unit."},
    {"scaling.events", UNIT_COUNT, "env node", "Changes of capacity."},
    {"scaling.time_to_capacity", UNIT_SECOND, "env node",
     "Time from the load that called for it to capacity in service."},
    RECOVERY("rto.p50", "Median time to recover."),
    RECOVERY("rto.p95", "95th percentile of the time to recover."),
    RECOVERY("rto.max", "Longest time to recover."),
    RECOVERY("rpo.p50", "Median time of which writes were lost."),
    RECOVERY("rpo.p95", "95th percentile of the time of which writes were lost."),
    RECOVERY("rpo.max", "Longest time of which writes were lost."),
    {"cost.monthly", UNIT_USD, "env service node", "Cost of a month."},
    {"requests.rate", UNIT_RATE, "env request", "Requests that clients made."},
    {NULL, UNIT_NONE, NULL, NULL}};

/* A reading under way. */
struct reading {
    const char *next;
    struct objective *objective;
    struct arena *arena;
    struct diag *diag;
    const struct objective_metric *metric;
};

static void skip_blanks(struct reading *reading)
{
    reading->next += strspn(reading->next, " \t\n");
}

static const char *take(struct reading *reading, const char *letters)
{
    size_t length = strspn(reading->next, letters);
    const char *word = arena_copy(reading->arena, reading->next, length);
    reading->next += length;
    return word;
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

static bool refuse(const struct reading *reading, const char *problem)
{
    diag_error(reading->diag, reading->objective->place, "objective \"%.80s\": %s", reading->objective->text,
               problem);
    return false;
}

/* --- the metric ------------------------------------------------------------------------------------- */

/* The row of a metric; one that stands for many when no other has the name. */
static const struct objective_metric *find_metric(const char *name)
{
    const struct objective_metric *row = objective_metrics;
    while (row->name && !text_equal(row->name, name)) row++;
    if (row->name || strchr(name, '.') != strrchr(name, '.')) return row->name ? row : NULL;
    bool errors = text_starts(name, "errors."), nodes = text_starts(name, "nodes.");
    if (!errors && !nodes) return NULL;
    for (row = objective_metrics; row->name; row++)
        if (text_equal(row->name, errors ? "errors.CAUSE" : "nodes.OUTPUT")) return row;
    return NULL;
}

static bool refuse_metric(const struct reading *reading, const char *name)
{
    const char *nearest = NULL, *families = "";
    int closest = INT32_MAX;
    for (const struct objective_metric *row = objective_metrics; row->name; row++) {
        if (text_distance(name, row->name) >= closest || !text_nearest(name, &row->name, 1)) continue;
        closest = text_distance(name, row->name);
        nearest = row->name;
    }
    if (nearest)
        return refuse(reading,
                      arena_printf(reading->arena, "unknown metric: %.60s; did you mean %s?", name, nearest));
    for (const struct objective_metric *row = objective_metrics; row->name; row++)
        families = arena_printf(reading->arena, "%s %s", families, row->name);
    return refuse(reading,
                  arena_printf(reading->arena, "unknown metric: %.60s; there are%s", name, families));
}

static bool read_metric(struct reading *reading)
{
    struct objective *objective = reading->objective;
    objective->metric = take(reading, LETTERS ".");
    if (!*objective->metric) return refuse(reading, "begins with a metric, as in latency.p99 < 500ms");
    reading->metric = find_metric(objective->metric);
    if (!reading->metric) return refuse_metric(reading, objective->metric);
    const char *dot = strchr(objective->metric, '.');
    objective->family = arena_copy(reading->arena, objective->metric, (size_t)(dot - objective->metric));
    objective->member = dot + 1;
    objective->unit = reading->metric->unit;
    return *objective->member || refuse_metric(reading, objective->metric);
}

/* --- the scope -------------------------------------------------------------------------------------- */

/* True when `name` is one of the words of `scopes`. */
static bool has_word(const char *scopes, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = scopes; (at = strstr(at, name)); at++)
        if ((at == scopes || at[-1] == ' ') && (at[length] == ' ' || !at[length])) return true;
    return false;
}

static bool check_scope(const struct reading *reading, const char *name)
{
    const struct objective *objective = reading->objective;
    if (!*name) return refuse(reading, "a scope is name=\"value\", as in {env=prod}");
    if (!has_word(reading->metric->scopes, name))
        return refuse(reading, arena_printf(reading->arena, "%s has no scope %.40s; it takes: %s",
                                            objective->metric, name, reading->metric->scopes));
    if (objective_scope(objective, name))
        return refuse(reading, arena_printf(reading->arena, "the scope %s stands twice", name));
    return objective->scope_count < OBJECTIVE_SCOPES || refuse(reading, "has too many scopes");
}

/* A value in quotes, or up to the next comma or brace; NULL when its quotes never end. */
static const char *take_value(struct reading *reading)
{
    bool quoted = *reading->next == '"';
    const char *start = reading->next + quoted;
    size_t length = strcspn(start, quoted ? "\"" : ",}");
    if (quoted && start[length] != '"') return NULL;
    reading->next = start + length + quoted;
    while (!quoted && length > 0 && start[length - 1] == ' ') length--;
    return arena_copy(reading->arena, start, length);
}

static bool read_scope(struct reading *reading)
{
    struct objective *objective = reading->objective;
    skip_blanks(reading);
    const char *name = take(reading, LETTERS);
    if (!check_scope(reading, name)) return false;
    skip_blanks(reading);
    if (*reading->next++ != '=')
        return refuse(reading, arena_printf(reading->arena, "the scope %s needs a value, as in %s=\"...\"",
                                            name, name));
    skip_blanks(reading);
    const char *value = take_value(reading);
    if (!value) return refuse(reading, "the quotes of a scope do not end");
    if (!*value) return refuse(reading, arena_printf(reading->arena, "the scope %s has no value", name));
    objective->scope[objective->scope_count] = name;
    objective->value[objective->scope_count++] = value;
    skip_blanks(reading);
    return true;
}

static bool read_scopes(struct reading *reading)
{
    skip_blanks(reading);
    if (*reading->next != '{') return true;
    do {
        reading->next++;
        if (!read_scope(reading)) return false;
    } while (*reading->next == ',');
    if (*reading->next != '}') return refuse(reading, "the { of its scopes is not closed");
    reading->next++;
    return true;
}

/* --- the bound -------------------------------------------------------------------------------------- */

static bool read_operator(struct reading *reading)
{
    skip_blanks(reading);
    const char sign = *reading->next;
    if (sign != '<' && sign != '>') return refuse(reading, "needs one of < <= > >= after the metric");
    bool equal = reading->next[1] == '=';
    reading->next += equal ? 2 : 1;
    if (sign == '<')
        reading->objective->operator_ = equal ? OBJECTIVE_LESS_EQUAL : OBJECTIVE_LESS;
    else
        reading->objective->operator_ = equal ? OBJECTIVE_GREATER_EQUAL : OBJECTIVE_GREATER;
    return true;
}

/* The unit of an output is known only with the models: until then its bound may be in any. */
static bool read_bound(struct reading *reading)
{
    struct objective *objective = reading->objective;
    enum unit unit = objective->unit == UNIT_NONE ? UNIT_METRIC : objective->unit;
    const char *problem;
    skip_blanks(reading);
    if (text_starts(reading->next, "baseline"))
        return refuse(reading, "a bound from a baseline is not yet supported");
    if (!*reading->next) return refuse(reading, "has no bound after its sign");
    if (unit == UNIT_METRIC && strpbrk(reading->next, "/U")) return true;
    if (!quantity_parse(reading->next, unit, &objective->bound, &problem))
        return refuse(reading,
                      arena_printf(reading->arena, "the bound %s (got %.40s)", problem, reading->next));
    return isfinite(objective->bound) || refuse(reading, "the bound must be a number");
}

/* Runs of blanks outside quotes become one, so that the same objective has the same text. */
static const char *folded(const char *text, struct arena *arena)
{
    char *copy = arena_copy(arena, text, strlen(text)), *out = copy;
    bool quoted = false;
    for (const char *at = copy; *at; at++) {
        bool blank = !quoted && (*at == ' ' || *at == '\t' || *at == '\n');
        if (*at == '"') quoted = !quoted;
        if (blank && (out == copy || out[-1] == ' ')) continue;
        *out++ = blank ? ' ' : *at;
    }
    if (out > copy && out[-1] == ' ') out--;
    *out = '\0';
    return copy;
}

struct objective *objective_read(const char *text, struct place place, struct arena *arena, struct diag *diag)
{
    struct objective *objective = arena_new(arena, struct objective);
    objective->text = folded(text, arena);
    objective->place = place;
    struct reading reading = {.next = objective->text, .objective = objective, .arena = arena, .diag = diag};
    if (!read_metric(&reading) || !read_scopes(&reading)) return NULL;
    if (!read_operator(&reading) || !read_bound(&reading)) return NULL;
    return objective;
}

const char *objective_scope(const struct objective *objective, const char *name)
{
    for (int i = 0; i < objective->scope_count; i++)
        if (text_equal(objective->scope[i], name)) return objective->value[i];
    return NULL;
}

bool objective_holds(const struct objective *objective, double value)
{
    switch (objective->operator_) {
    case OBJECTIVE_LESS: return value < objective->bound;
    case OBJECTIVE_LESS_EQUAL: return value <= objective->bound;
    case OBJECTIVE_GREATER: return value > objective->bound;
    case OBJECTIVE_GREATER_EQUAL: return value >= objective->bound;
    }
    return false;
}
