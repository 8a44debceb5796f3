/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OBJECTIVE_H
#define OBJECTIVE_H

/* An objective: `METRIC{scope="value", ...} OP VALUE`, such as
   `latency.p99{env=prod, request="GET /api/v1/search"} < 500ms`. Metric names are the run file's, without unit suffix:

     latency.mean p50 p90 p95 p99 p999 max   {env, request}        durations
     errors.rate                             {env, cause, status}  ratio
     errors.CAUSE                            {env}                 ratio
     nodes.utilisation                       {env, node}           ratio
     nodes.OUTPUT                            {env, node}           in the output's unit
     scaling.events scaling.time_to_capacity {env, node}           count, duration
     recovery.rto.p50 p95 max, recovery.rpo.p50 p95 max {env, component, drill}  durations
     cost.monthly                            {env, service, node}  USD
     requests.rate                           {env, request}        per second

   An unknown metric, scope, environment, node or request, or a value of the wrong unit, is a complaint: never a silent
   pass. The right side may be `baseline + 5%` in the grammar; until it is supported it is refused as such. */

#include "diag.h"
#include "quantity.h"

struct arena;

enum objective_operator { OBJECTIVE_LESS, OBJECTIVE_LESS_EQUAL, OBJECTIVE_GREATER, OBJECTIVE_GREATER_EQUAL };

enum { OBJECTIVE_SCOPES = 6 };

struct objective {
    const char *text;            /* as written, spaces folded */
    const char *metric;          /* "latency.p99" */
    const char *family, *member; /* "latency", "p99"; of recovery.rto.p95: "recovery", "rto.p95" */
    const char *scope[OBJECTIVE_SCOPES], *value[OBJECTIVE_SCOPES]; /* "request" = "GET /x" */
    int scope_count;
    enum objective_operator operator_;
    double bound; /* base units */
    enum unit unit;
    struct place place;
};

/* Reads one objective; NULL after a complaint. Names of environments, nodes and requests are checked later.
   */
struct objective *objective_read(const char *text, struct place place, struct arena *arena,
                                 struct diag *diag);

/* The value of a scope, or NULL. */
const char *objective_scope(const struct objective *objective, const char *name);

/* True when the whole interval of `value` holds it, false and *decided = false when the interval straddles
   the bound. */
bool objective_holds(const struct objective *objective, double value);

/* The metrics of the language with unit and help, for `list metrics` and for checking; NULL-terminated. */
struct objective_metric {
    const char *name; /* "latency.p99" */
    enum unit unit;
    const char *scopes; /* "env request" */
    const char *help;
};
extern const struct objective_metric objective_metrics[];

#endif
