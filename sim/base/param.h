/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PARAM_H
#define PARAM_H

/* A table of parameters: one row for each field of a config struct. From the row come the YAML key, the parsing,
   the default, the check of the range, the help, `explain`, the manual, the JSON Schema, `--set`, sweep axes,
   the list of assumptions and the conformance tests. Nothing about a parameter is said anywhere else.

   The type comes from the C declaration of the field through _Generic, so the two cannot disagree. */

#include "dist.h"
#include "quantity.h"

enum param_type {
    PARAM_REAL,   /* double, in the row's unit; "none" is INFINITY */
    PARAM_WHOLE,  /* int64_t; "none" is INT64_MAX */
    PARAM_FLAG,   /* bool: true false */
    PARAM_CHOICE, /* int: index into the words of `range`, "fcfs|ps|random" */
    PARAM_TEXT,   /* const char *; "none" is NULL */
    PARAM_WORDS,  /* struct words: a list of texts (or one) */
    PARAM_DIST,   /* struct dist */
    PARAM_NODE,   /* struct node_ref: the name of another node; "none" is index -1 */
    PARAM_NODES,  /* struct node_refs: a list of names */
    PARAM_CURVE,  /* struct curve *: the file name of a profile; "none" is NULL */
    PARAM_TRACE,  /* struct trace *: the file name of recorded requests, plain or gzip */
    PARAM_GROUP,  /* an embedded struct with a table of its own */
    PARAM_OPTION, /* a pointer to such a struct, NULL when the key is absent */
    PARAM_LIST,   /* struct rows: a YAML list of maps; a row whose table has `name` can be addressed by it */
    PARAM_MAP,    /* struct rows: a YAML map of maps; the first field of a row is its name (const char *) */
    PARAM_STEPS   /* struct rows of struct step: a YAML list of one-key maps, see struct variant */
};

/* Another node, by its index in the environment's plan; -1 is none. */
struct node_ref {
    int index;
};

struct node_refs {
    const struct node_ref *ref;
    int count;
};

struct words {
    const char *const *word;
    int count;
};

/* Rows of a nested table, `count` structs of the table's row type one after the other. */
struct rows {
    void *row;
    int count;
};

/* A profile: factor (0..1) over time, linear between points, wrapping at `period` seconds. */
struct curve {
    const double *time, *factor;
    int count;
    double period;
};

/* Recorded requests, in order of time. `request` and `demand` are NULL when the file lacks the column. */
struct trace {
    const double *time;     /* seconds from the first */
    const int32_t *request; /* index into names */
    const double *demand;   /* seconds */
    const char *const *names;
    int64_t count;
    int name_count;
};

struct param {
    const char *key; /* YAML key: the field's name, which is Terraform's argument */
    size_t offset;
    enum param_type type;
    enum unit unit;
    const char *initial; /* as a user would write it; NULL: must be given */
    const char *range;   /* "1s to 4000s", "0 or more"; for a choice its words, "a|b|c"; NULL: no check */
    const char *help;    /* one sentence */
    const char *source;  /* document and date, "assumed", or "definition" for what is the user's to say */
    const struct param *rows; /* table of GROUP, OPTION, LIST, MAP */
    size_t row_size;
    const struct variant *variants; /* of STEPS */
    const char *alias;              /* another spelling (CloudFormation's, the console's), or NULL */
};

/* One kind of row in a PARAM_STEPS list: `compute: exponential(5ms)` or `call: {node: x, ...}`. All kinds share
   one row struct; `kind` is stored in its first field (int), the key's arguments bind to `params`. A scalar or a
   list in place of a map binds to the first of the params. */
struct variant {
    const char *key; /* NULL ends the table */
    int kind;
    const struct param *params;
    const char *help;
};

#define PARAM_TYPE_OF(lvalue)                                                                                \
    _Generic((lvalue), double : PARAM_REAL, int64_t : PARAM_WHOLE, bool : PARAM_FLAG, int : PARAM_CHOICE,    \
             const char * : PARAM_TEXT, struct words : PARAM_WORDS, struct dist : PARAM_DIST,                \
             struct node_ref : PARAM_NODE, struct node_refs : PARAM_NODES,                                   \
             const struct curve * : PARAM_CURVE, const struct trace * : PARAM_TRACE)
#define PARAM_FIELD(config, field) (((struct config *)0)->field)

/* PARAM(config, field, unit, initial, range, help, source[, .alias = "..."]) */
#define PARAM(config, field, unit_, initial_, range_, help_, ...)                                            \
    {                                                                                                        \
        .key = #field, .offset = offsetof(struct config, field),                                             \
        .type = PARAM_TYPE_OF(PARAM_FIELD(config, field)), .unit = (unit_), .initial = (initial_),           \
        .range = (range_), .help = (help_), .source = __VA_ARGS__                                            \
    }
#define PARAM_NESTED(config, field, type_, rows_, size_, help_)                                              \
    {                                                                                                        \
        .key = #field, .offset = offsetof(struct config, field), .type = (type_), .help = (help_),           \
        .initial = "", .source = "definition", .rows = (rows_), .row_size = (size_)                          \
    }
/* An embedded struct, always there, with its table's defaults. */
#define PARAM_GROUP_OF(config, field, table, help)                                                           \
    PARAM_NESTED(config, field, PARAM_GROUP, table, sizeof(PARAM_FIELD(config, field)), help)
/* A pointer to a struct, NULL unless written. */
#define PARAM_OPTION_OF(config, field, table, help)                                                          \
    PARAM_NESTED(config, field, PARAM_OPTION, table, sizeof(*PARAM_FIELD(config, field)), help)
/* Lists and maps of `struct row_type`. */
#define PARAM_LIST_OF(config, field, row_type, table, help)                                                  \
    PARAM_NESTED(config, field, PARAM_LIST, table, sizeof(struct row_type), help)
#define PARAM_MAP_OF(config, field, row_type, table, help)                                                   \
    PARAM_NESTED(config, field, PARAM_MAP, table, sizeof(struct row_type), help)
/* A list of steps; the row struct is the variants' own (struct step). */
#define PARAM_STEPS_OF(config, field, row_type, variants_, help_)                                            \
    {                                                                                                        \
        .key = #field, .offset = offsetof(struct config, field), .type = PARAM_STEPS, .help = (help_),       \
        .initial = "", .source = "definition", .row_size = sizeof(struct row_type), .variants = (variants_)  \
    }
#define PARAM_END                                                                                            \
    {                                                                                                        \
        .key = NULL                                                                                          \
    }

/* The row with this key or alias, or NULL. */
const struct param *param_find(const struct param *params, const char *key);

/* The key nearest to `key`, or NULL. */
const char *param_nearest(const struct param *params, const char *key);

/* The address of the row's field in `config`. */
void *param_field(const struct param *param, void *config);

/* True for types that hold a table of their own (GROUP, OPTION, LIST, MAP, STEPS). */
bool param_nested(const struct param *param);

/* Reads the value of a scalar row (REAL, WHOLE, FLAG, CHOICE, TEXT) from text into `field` and checks its
   range; on failure returns false with a sentence in *problem (kept in `arena`) that says the way out. */
bool param_read(const struct param *param, const char *text, struct arena *arena, void *field,
                const char **problem);

/* Writes the value of a scalar or DIST row as a user would. Kept in `arena`. */
const char *param_write(const struct param *param, const void *field, struct arena *arena);

#endif
