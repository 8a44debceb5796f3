/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"
#include "interrupt.h"
#include "options.h"
#include "runfile.h"
#include "sheet.h"
#include "text.h"
#include "verbs.h"

#include <cJSON.h>
#include <errno.h>
#include <gsl/gsl_version.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

static void print_help(FILE *out)
{
    fputs("headroom: what an AWS architecture will do under load, and what it costs\n\n", out);
    for (const struct verb *verb = verbs; verb->name != NULL; verb++) {
        fprintf(out, "  headroom %-9s %-13s %s\n", verb->name,
                strlen(verb->words) > 18 ? "[LIST]" : verb->words, verb->help);
    }
}

static void print_help_whole(void)
{
    print_help(stdout);
    puts("\nOptions, the same in every verb:");
    options_help();
    puts("\nSTATUS  0 done, 1 the input or the run failed, 2 wrong usage, 3 an objective is missed, 4 "
         "undecided\n"
         "UNITS   ns us ms s m min h d, B KiB MiB GiB TiB kB MB GB TB, /s /min /h /day /year, %, USD (m is "
         "minutes)\n\n"
         "Try: headroom example station > queue.yaml && headroom run queue.yaml");
}

static void print_help_of(const struct verb *verb)
{
    printf("headroom %s %s [OPTION]...\n  %s\n\nOptions:\n", verb->name, verb->words, verb->help);
    options_help();
    printf("\nTry: %s\n", verb->example);
}

static void print_version(struct arena *arena)
{
    printf("headroom %s\nrun file %s\nprices %s\n", HEADROOM_VERSION, RUNFILE_SCHEMA,
           sheet_load_default(arena)->hash);
    printf("libraries: GSL %s, cJSON %s, libyaml %s\n", GSL_VERSION, cJSON_Version(),
           yaml_get_version_string());
}

static const struct verb *find(const char *name)
{
    for (const struct verb *verb = verbs; verb->name != NULL; verb++) {
        if (strcmp(verb->name, name) == 0) {
            return verb;
        }
    }
    return NULL;
}

static enum status complain_verb(const char *name)
{
    const char *names[16];
    size_t count = 0;
    for (const struct verb *verb = verbs; verb->name != NULL && count < 16; verb++) {
        names[count++] = verb->name;
    }
    const char *nearest = text_nearest(name, names, count);
    fprintf(stderr, "headroom: unknown verb %s", name);
    fprintf(stderr, nearest == NULL ? "\n" : "; did you mean %s?\n", nearest);
    fputs("Try: headroom --help\n", stderr);
    return STATUS_USAGE;
}

static bool fits(const struct verb *verb, const struct options *options)
{
    if (options->words < verb->least || options->words > verb->most) {
        fprintf(stderr, "headroom: usage: headroom %s %s\nTry: %s\n", verb->name, verb->words, verb->example);
        return false;
    }
    if (verb->formats == 0 && options->out != NULL) {
        fprintf(stderr, "headroom: %s writes to stdout; --out is for reports\n", verb->name);
        return false;
    }
    for (int i = 0; i < options->formats; i++) {
        enum format format = options->format[i].format;
        if ((verb->formats & 1u << format) == 0) {
            fprintf(stderr, "headroom: %s does not write %s\n", verb->name, options_format_name(format));
            return false;
        }
    }
    return true;
}

static enum status run_verb(const struct options *options, struct arena *arena)
{
    const struct verb *verb = find(options->verb);
    if (verb == NULL) {
        return complain_verb(options->verb);
    }
    if (options->help) {
        print_help_of(verb);
        return STATUS_DONE;
    }
    return fits(verb, options) ? verb->run(options, arena) : STATUS_USAGE;
}

static enum status run(const struct options *options, struct arena *arena)
{
    if (options->version) {
        print_version(arena);
        return STATUS_DONE;
    }
    if (options->verb != NULL && strcmp(options->verb, "help") != 0) {
        return run_verb(options, arena);
    }
    if (options->verb != NULL && options->words > 0) {
        const struct verb *verb = find(options->word[0]);
        if (verb == NULL) {
            return complain_verb(options->word[0]);
        }
        print_help_of(verb);
        return STATUS_DONE;
    }
    if (options->verb == NULL && !options->help) {
        print_help(stderr);
        fputs("\nTry: headroom --help\n", stderr);
        return STATUS_USAGE;
    }
    print_help_whole();
    return STATUS_DONE;
}

/* Whatever a verb printed has arrived, or the program fails. */
static enum status flush(enum status status)
{
    errno = 0;
    if (fflush(stdout) == 0 && ferror(stdout) == 0) {
        return status;
    }
    if (*interrupt_flag() != 0) {
        return STATUS_INTERRUPTED;
    }
    if (errno == EPIPE || status == STATUS_PIPE) {
        return STATUS_PIPE;
    }
    if (status != STATUS_FAILED) {
        fprintf(stderr, "headroom: cannot write the result: %s\n", strerror(errno == 0 ? EIO : errno));
    }
    return STATUS_FAILED;
}

int main(int argc, char **argv)
{
    interrupt_catch();
    struct arena *arena = arena_open();
    struct options options;
    enum status status = STATUS_USAGE;
    if (options_read(argc, argv, arena, &options)) {
        status = flush(run(&options, arena));
    }
    arena_close(arena);
    if (status == STATUS_PIPE) {
        interrupt_die_of_pipe();
    }
    return (int)status;
}
