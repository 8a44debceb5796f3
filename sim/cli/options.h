/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OPTIONS_H
#define OPTIONS_H

/* The command line, read once: a verb, its arguments, and options that mean the same in every verb. */

#include <stdbool.h>
#include <stdint.h>

struct arena;

enum {
    OPTIONS_LIST = 64, /* of one repeatable option */
    OPTIONS_WORDS = 4, /* arguments after the verb */
    OPTIONS_SEED = 1
};

enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_CSV, FORMAT_MARKDOWN, FORMAT_COUNT };

/* One `--format FORMAT[=FILE]`. */
struct format_ask {
    enum format format;
    const char *file; /* NULL: stdout, or --out */
};

struct option_list {
    const char *text[OPTIONS_LIST];
    int count;
};

struct options {
    const char *verb; /* NULL: none given */
    const char *word[OPTIONS_WORDS];
    int words;
    struct option_list environment, set, require;
    struct format_ask format[FORMAT_COUNT];
    int formats;
    const char *out;
    uint64_t seed;
    int replications, threads; /* 0: the default */
    double precision;          /* 0.02 for 2%; 0: not asked for */
    int most_replications;     /* with precision; 0: the default */
    double horizon;            /* seconds; 0: as the scenario says */
    double from;               /* seconds since midnight; negative: as the scenario says */
    bool quick, no_drills, quiet, help, version;
};

/* Reads the arguments. On wrong usage says on stderr what was wrong and what would be right, and returns false: the
   caller ends with status 2. Texts point into argv or `arena`. */
bool options_read(int argc, char **argv, struct arena *arena, struct options *options);

/* Writes the list of options for help. */
void options_help(void);

/* The name of a format as written. */
const char *options_format_name(enum format format);

#endif
