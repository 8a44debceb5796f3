/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include "longform.h"
#include "runfile.h"
#include "table.h"

static bool add(struct report *report, enum format format, const char *file, struct arena *arena)
{
    if (!artifact_open(&report->artifact[report->count], file, arena)) {
        report_drop(report);
        return false;
    }
    report->format[report->count++] = format;
    return true;
}

bool report_open(struct report *report, const struct options *options, struct arena *arena)
{
    *report = (struct report){0};
    if (options->formats == 0) {
        return add(report, FORMAT_TABLE, options->out, arena);
    }
    for (int i = 0; i < options->formats; i++) {
        const struct format_ask *ask = &options->format[i];
        if (!add(report, ask->format, ask->file != NULL ? ask->file : options->out, arena)) {
            return false;
        }
    }
    return true;
}

/* What was printed has been written, to each of them; the first error is kept. */
static bool flush(struct report *report)
{
    for (int i = 0; i < report->count; i++) {
        if (!artifact_flush(&report->artifact[i]) && report->error == 0) {
            report->error = report->artifact[i].error;
        }
    }
    return report->error == 0;
}

static enum table_form form_of(enum format format)
{
    return format == FORMAT_MARKDOWN ? TABLE_MARKDOWN : TABLE_TEXT;
}

bool report_heading(struct report *report, const struct result *result)
{
    for (int i = 0; i < report->count; i++) {
        FILE *out = report->artifact[i].out;
        if (report->format[i] == FORMAT_CSV) {
            longform_heading(out);
        } else if (report->format[i] != FORMAT_JSON) {
            table_heading(out, result, form_of(report->format[i]));
        }
    }
    return flush(report);
}

static void print_environment(const struct report *report, int i,
                              const struct result_environment *environment)
{
    FILE *out = report->artifact[i].out;
    enum table_form form = form_of(report->format[i]);
    if (report->format[i] == FORMAT_CSV) {
        longform_environment(out, environment);
    } else if (report->format[i] != FORMAT_JSON && report->verdicts_only) {
        table_verdicts(out, environment, form);
    } else if (report->format[i] != FORMAT_JSON) {
        table_environment(out, environment, form);
    }
}

bool report_environment(struct report *report, const struct result *result, int at)
{
    for (int i = 0; i < report->count; i++) {
        print_environment(report, i, &result->environment[at]);
    }
    return flush(report);
}

static void finish(const struct report *report, int i, const struct result *result)
{
    FILE *out = report->artifact[i].out;
    if (report->format[i] == FORMAT_JSON) {
        runfile_write(out, result);
    } else if (report->format[i] != FORMAT_CSV && !report->verdicts_only) {
        table_closing(out, result, form_of(report->format[i]));
    }
}

bool report_close(struct report *report, const struct result *result)
{
    for (int i = 0; i < report->count; i++) {
        finish(report, i, result); /* the stream remembers a failure, and close reports it */
        if (!artifact_close(&report->artifact[i]) && report->error == 0) {
            report->error = report->artifact[i].error;
        }
    }
    report->count = 0;
    return report->error == 0;
}

void report_drop(struct report *report)
{
    for (int i = 0; i < report->count; i++) {
        artifact_drop(&report->artifact[i]);
    }
    report->count = 0;
}
