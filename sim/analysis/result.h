/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RESULT_H
#define RESULT_H

/* A result: what a run file holds, in memory. Fields are in the units of the file, whose names end with them; each
   simulated quantity is an interval over replications (see interval.h for what NAN means). Rows of intervals are made
   from `samples`, see observation.h, whose values are in base units. Everything lives in one arena. */

#include "cost.h"
#include "fault.h"
#include "interval.h"
#include "observation.h"
#include "scenario.h"

#include <stdbool.h>
#include <stdint.h>

enum { RESULT_SCHEMA = 1 };

/* One kind of request; the first row, "all", is of every request of a replication together. */
struct result_latency {
    const char *request;
    int64_t requests; /* ended, well or not, over all replications */
    int64_t failed;
    struct interval mean_ms, p50_ms, p90_ms, p95_ms, p99_ms, p999_ms, max_ms; /* of those that ended well */
};

/* A part of all requests that ended: by cause ("timeout") or by status ("504"). Those that never occur are listed too. */
struct result_share {
    const char *name;
    struct interval share;
};

struct result_errors {
    struct interval rate;
    struct result_share *by_cause, *by_status;
    int cause_count, status_count;
};

struct result_output {
    const char *key;       /* "queue_length"; of a distribution its mean, and key_p50, key_p99 */
    const char *unit;      /* as quantity_unit_name has it; durations are in seconds */
    struct interval value; /* counts: in one replication's horizon */
};

struct result_node {
    const char *name, *model;
    int64_t visits;              /* since the simulated start, over all replications */
    struct interval utilisation; /* the output of that key; NAN when the model has none */
    struct result_output *output;
    int output_count;
};

struct result_event {
    int replication;
    double at_s; /* since the simulated start */
    int from, to;
    const char *policy, *reason;
};

enum capacity_part {
    CAPACITY_METRIC,
    CAPACITY_ALARM,
    CAPACITY_COOLDOWN,
    CAPACITY_LAUNCH,
    CAPACITY_WARM,
    CAPACITY_HEALTH,
    CAPACITY_TOTAL,
    CAPACITY_PARTS
};
extern const char *const result_capacity_names[CAPACITY_PARTS];

struct result_scaling {
    const char *node;
    struct result_event *event; /* of replication 0, which is one history, not a mean of histories */
    int event_count;
    struct interval events_per_day; /* over all replications */
    struct interval
        time_to_capacity_s[CAPACITY_PARTS]; /* mean over scale-outs; the parts add up to the total */
};

enum { RESULT_P50, RESULT_P95, RESULT_MAX, RESULT_MEAN, RESULT_QUANTILES };
extern const char *const result_quantile_names[RESULT_QUANTILES];

/* Of RTO: the recovery stages, then what no stage explains: backlog drain and retries. */
enum { RESULT_DRAIN = RECOVERY_STAGES, RESULT_PARTS };
const char *result_part_name(int part);

enum result_verdict { VERDICT_NONE, VERDICT_MET, VERDICT_BREACHED, VERDICT_MISSED, VERDICT_UNDECIDED };
const char *result_verdict_name(enum result_verdict verdict);
/* The verdict of this name; VERDICT_NONE for an unknown one. */
enum result_verdict result_verdict_of(const char *name);

/* One replication of a drill. */
struct result_strike {
    double at_s;                 /* of the fault, since the simulated start */
    double rto_s, rpo_s;         /* NAN: cannot be told; rto_s INFINITY: not restored within the drill */
    double part_s[RESULT_PARTS]; /* adds up to rto_s; all 0 without a finite RTO */
    int64_t failed; /* requests, from the fault to the end of the five good minutes, or of the drill */
};

struct result_recovery {
    const char *drill;     /* key of a drill kind: "task_crash" */
    const char *component; /* node; "*" of a zone loss, which strikes every node */
    struct interval rto_s[RESULT_QUANTILES], rpo_s[RESULT_QUANTILES]; /* over replications */
    struct interval parts_s[RESULT_PARTS]; /* means; they add up to rto_s[RESULT_MEAN] */
    double target_rto_s, target_rpo_s;     /* INFINITY = none */
    enum result_verdict verdict;           /* VERDICT_MET, BREACHED or NONE */
    int unhealthy, thin,
        unrestored;               /* replications: not healthy before; too few requests to tell; not restored
                                        within the drill */
    struct interval failed;       /* requests in one drill */
    struct result_strike *strike; /* of each replication */
    int strike_count;
    const char *note; /* a sentence, or NULL */
};

struct result_objective {
    const char *text;
    enum result_verdict verdict; /* VERDICT_MET, MISSED or UNDECIDED */
    struct interval value;       /* in base units: seconds, ratio, USD */
    enum unit unit;
    const char *note; /* why it is undecided, or which row is the worst; or NULL */
};

struct result_usage {
    const char *node, *service, *sku, *unit, *name, *purchase;
    enum bill_basis basis;
    double *hourly; /* mean over replications, `hours` of them; NULL of a fixed quantity a month */
    int hours;
    double monthly; /* of a fixed quantity a month */
};

struct result_series {
    const char *node, *metric, *unit;
    double step_s;
    double *value; /* mean over replications */
    int count;
};

struct result_environment {
    const char *name, *region;
    double horizon_s, from_s, lead_s;
    const char *start; /* as written, or NULL */
    int replications;  /* simulated */
    bool converged;    /* false only when a precision was asked for and not reached */
    struct observations samples;
    struct result_latency *latency;
    int latency_count;
    struct result_errors errors;
    struct result_node *node;
    int node_count;
    struct result_scaling *scaling;
    int scaling_count;
    struct result_recovery *recovery;
    int recovery_count;
    struct cost_bill cost;
    struct result_objective *objective;
    int objective_count;
    struct result_usage *usage;
    int usage_count;
    struct result_series *series;
    int series_count;
    const struct assumption *assumption;
    int assumption_count;
    const char **note; /* sentences that belong beside the numbers: "bill extrapolated from 1 h of the day" */
    int note_count;
};

struct result {
    struct arena *arena;
    const char *version;       /* of the program that simulated */
    const char *prices_sha256; /* of the price book; NULL when nothing was priced */
    const char *scenario_name, *scenario_file, *scenario_sha256, *question; /* question may be NULL */
    const struct input_file *input;
    int input_count;
    uint64_t seed;
    int replications; /* asked for */
    bool converged;   /* of every environment */
    struct result_environment *environment;
    int environment_count;
};

/* The environment, node, latency row of this name, or NULL. */
const struct result_environment *result_environment_named(const struct result *result, const char *name);
const struct result_node *result_node_named(const struct result_environment *environment, const char *name);
const struct result_latency *result_latency_of(const struct result_environment *environment,
                                               const char *request);

/* Adds a note, once. The text is kept, not copied. */
void result_note(struct result *result, struct result_environment *environment, const char *note);

#endif
