/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include "arena.h"
#include "quantity.h"
#include "text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads one option's value into `options`; a phrase on failure, NULL when all is well. */
typedef const char *option_reader(const char *value, struct options *options);

struct option {
    const char *name, *argument; /* argument NULL: a switch */
    option_reader *read;
    const char *help;
};

static const char *append(struct option_list *list, const char *value)
{
    if (list->count == OPTIONS_LIST) {
        return "is given too often; at most 64 times";
    }
    list->text[list->count++] = value;
    return NULL;
}

static const char *read_environment(const char *value, struct options *options)
{
    return append(&options->environment, value);
}

static const char *read_set(const char *value, struct options *options)
{
    return append(&options->set, value);
}

static const char *read_require(const char *value, struct options *options)
{
    return append(&options->require, value);
}

static bool read_whole(const char *value, uint64_t least, uint64_t most, uint64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoull(value, &end, 10);
    bool digits = value[0] >= '0' && value[0] <= '9';
    return digits && errno == 0 && *end == '\0' && *number >= least && *number <= most;
}

static const char *read_seed(const char *value, struct options *options)
{
    /* a run file is JSON, which holds no more exactly */
    bool read = read_whole(value, 0, UINT64_C(1) << 53, &options->seed);
    return read ? NULL : "takes a whole number up to 2^53, such as 1";
}

static const char *read_replications(const char *value, struct options *options)
{
    uint64_t number;
    if (!read_whole(value, 1, 10000, &number)) {
        return "takes a whole number from 1 to 10000";
    }
    options->replications = (int)number;
    return NULL;
}

static const char *read_threads(const char *value, struct options *options)
{
    uint64_t number;
    if (!read_whole(value, 1, 1024, &number)) {
        return "takes a whole number from 1 to 1024";
    }
    options->threads = (int)number;
    return NULL;
}

static const char *read_most(const char *value, struct options *options)
{
    uint64_t number;
    if (!read_whole(value, 4, 100000, &number)) {
        return "takes a whole number from 4 to 100000";
    }
    options->most_replications = (int)number;
    return NULL;
}

static const char *read_precision(const char *value, struct options *options)
{
    const char *problem;
    bool read = quantity_parse(value, UNIT_RATIO, &options->precision, &problem);
    bool sane = read && options->precision > 0.0 && options->precision < 1.0;
    return sane ? NULL : "takes a share between 0% and 100%, such as 2%";
}

static const char *read_horizon(const char *value, struct options *options)
{
    const char *problem;
    bool read = quantity_parse(value, UNIT_SECOND, &options->horizon, &problem);
    bool sane = read && options->horizon >= 1.0 && options->horizon <= 366 * 86400.0;
    return sane ? NULL : "takes a duration from 1s to 366d, such as 24h";
}

/* One or two digits at *text, which is left after them; -1 when there are none. */
static int read_digits(const char **text)
{
    int value = -1;
    for (int i = 0; i < 2 && **text >= '0' && **text <= '9'; i++) {
        value = 10 * (value < 0 ? 0 : value) + (*(*text)++ - '0');
    }
    return value;
}

static const char *read_from(const char *value, struct options *options)
{
    const char *at = value;
    int hour = read_digits(&at);
    const char *minutes = *at == ':' ? at + 1 : at;
    at = minutes;
    int minute = read_digits(&at);
    bool read = hour >= 0 && minutes > value && minutes[-1] == ':' && at == minutes + 2 && *at == '\0';
    if (!read || hour > 23 || minute > 59) {
        return "takes a time of day, such as 19:00";
    }
    options->from = 3600.0 * hour + 60.0 * minute;
    return NULL;
}

static const char *const format_names[FORMAT_COUNT] = {"table", "json", "csv", "markdown"};

const char *options_format_name(enum format format)
{
    return format_names[format];
}

static const char *read_format(const char *value, struct options *options)
{
    size_t length = strcspn(value, "=");
    for (int i = 0; i < FORMAT_COUNT; i++) {
        if (strlen(format_names[i]) != length || strncmp(value, format_names[i], length) != 0) {
            continue;
        }
        if (options->formats == FORMAT_COUNT) {
            return "is given too often";
        }
        const char *file = value[length] == '=' ? value + length + 1 : NULL;
        options->format[options->formats++] = (struct format_ask){(enum format)i, file};
        return NULL;
    }
    return "takes table, json, csv or markdown, and may name a file: json=run.json";
}

static const char *read_out(const char *value, struct options *options)
{
    options->out = value;
    return NULL;
}

static const char *read_quick(const char *value, struct options *options)
{
    (void)value;
    options->quick = true;
    return NULL;
}

static const char *read_no_drills(const char *value, struct options *options)
{
    (void)value;
    options->no_drills = true;
    return NULL;
}

static const char *read_quiet(const char *value, struct options *options)
{
    (void)value;
    options->quiet = true;
    return NULL;
}

static const char *read_help(const char *value, struct options *options)
{
    (void)value;
    options->help = true;
    return NULL;
}

static const char *read_version(const char *value, struct options *options)
{
    (void)value;
    options->version = true;
    return NULL;
}

static const struct option table[] = {
    {"--env", "NAME", read_environment, "only this environment; may be repeated"},
    {"--seed", "N", read_seed, "seed of all random numbers (1)"},
    {"--replications", "N", read_replications, "independent repetitions (4)"},
    {"--precision", "SHARE", read_precision, "add repetitions until objectives are this sure: 2%"},
    {"--max-replications", "N", read_most, "but no more than these; then status 4"},
    {"--threads", "N", read_threads, "threads to spread them over (all cores)"},
    {"--horizon", "DURATION", read_horizon, "simulate this long, such as 24h"},
    {"--from", "TIME", read_from, "start at this time of the day, such as 19:00"},
    {"--quick", NULL, read_quick, "one hour at the peak, 2 replications"},
    {"--set", "PATH=VALUE", read_set, "change a parameter: orders.cpu=2048; may be repeated"},
    {"--require", "OBJECTIVE", read_require, "one more objective; status 3 when it is missed"},
    {"--no-drills", NULL, read_no_drills, "break nothing: no recovery figures"},
    {"--format", "FORMAT[=FILE]", read_format, "table, json, csv, markdown; may be repeated"},
    {"--out", "FILE", read_out, "write the result there instead of stdout"},
    {"--quiet", NULL, read_quiet, "no progress on stderr"},
    {"--help", NULL, read_help, "help; after a verb, help on that verb"},
    {"--version", NULL, read_version, "versions of program, run file, price book and libraries"},
};

enum { OPTION_COUNT = sizeof table / sizeof *table };

void options_help(void)
{
    for (int i = 0; i < OPTION_COUNT; i++) {
        char left[40];
        const char *argument = table[i].argument == NULL ? "" : table[i].argument;
        snprintf(left, sizeof left, "%s %s", table[i].name, argument);
        printf("  %-26s %s\n", left, table[i].help);
    }
}

static const struct option *find(const char *name, size_t length)
{
    for (int i = 0; i < OPTION_COUNT; i++) {
        if (strlen(table[i].name) == length && strncmp(table[i].name, name, length) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

static bool complain_unknown(const char *name, struct arena *arena)
{
    const char *names[OPTION_COUNT];
    for (int i = 0; i < OPTION_COUNT; i++) {
        names[i] = table[i].name;
    }
    const char *word = arena_copy(arena, name, strcspn(name, "="));
    const char *nearest = text_nearest(word, names, OPTION_COUNT);
    fprintf(stderr, "headroom: unknown option %s", word);
    if (nearest != NULL) {
        fprintf(stderr, "; did you mean %s?", nearest);
    }
    fputs("\nTry: headroom --help\n", stderr);
    return false;
}

/* One option at argv[*index], its value perhaps in the next argument. */
static bool read_option(int argc, char **argv, int *index, struct arena *arena, struct options *options)
{
    const char *name = argv[*index];
    name = strcmp(name, "-h") == 0 ? "--help" : name;
    size_t length = strcspn(name, "=");
    const struct option *option = find(name, length);
    if (option == NULL) {
        return complain_unknown(name, arena);
    }
    const char *value = name[length] == '=' ? name + length + 1 : NULL;
    if (value == NULL && option->argument != NULL) {
        value = *index + 1 < argc ? argv[++*index] : NULL;
    }
    const char *problem = NULL;
    if (option->argument != NULL && value == NULL) {
        problem = "needs a value";
    } else if (option->argument == NULL && value != NULL) {
        problem = "takes no value";
    } else {
        problem = option->read(value, options);
    }
    if (problem != NULL) {
        fprintf(stderr, "headroom: %s %s\n", option->name, problem);
    }
    return problem == NULL;
}

static bool read_word(const char *word, struct options *options)
{
    if (options->verb == NULL) {
        options->verb = word;
        return true;
    }
    if (options->words == OPTIONS_WORDS) {
        fprintf(stderr, "headroom: too many arguments, from %s on\n", word);
        return false;
    }
    options->word[options->words++] = word;
    return true;
}

static bool complain_output(const char *what, const char *name)
{
    fprintf(stderr, "headroom: %s; give one a file: --format %s=FILE\n", what, name);
    return false;
}

/* Each result has a place of its own, and --out is the place of one. */
static bool check_outputs(const struct options *options)
{
    int plain = options->formats == 0;
    for (int i = 0; i < options->formats; i++) {
        plain += options->format[i].file == NULL;
        if (plain > 1) {
            return complain_output("two formats cannot share one output",
                                   format_names[options->format[i].format]);
        }
    }
    if (options->out != NULL && plain == 0) {
        fputs("headroom: --out is used by no format: each has a file of its own\n", stderr);
        return false;
    }
    return true;
}

bool options_read(int argc, char **argv, struct arena *arena, struct options *options)
{
    *options = (struct options){.seed = OPTIONS_SEED, .from = -1.0};
    bool only_words = false;
    for (int i = 1; i < argc; i++) {
        bool option = !only_words && argv[i][0] == '-' && argv[i][1] != '\0';
        if (option && strcmp(argv[i], "--") == 0) {
            only_words = true;
        } else if (option ? !read_option(argc, argv, &i, arena, options) : !read_word(argv[i], options)) {
            return false;
        }
    }
    return check_outputs(options);
}
