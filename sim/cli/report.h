/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_H
#define REPORT_H

/* The reports of one run, in every form that was asked for: opened before anything is simulated, so that a file that
   cannot be written is known at once; streamed where the form allows it; finished whole or not at all. */

#include "artifact.h"
#include "options.h"
#include "result.h"

struct report {
    struct artifact artifact[FORMAT_COUNT];
    enum format format[FORMAT_COUNT];
    int count;
    bool verdicts_only; /* of the table forms */
    int error;          /* errno of the first write that failed, 0 = none */
};

/* Opens what the options ask for; a table on stdout when they ask for nothing. False after a complaint. */
bool report_open(struct report *report, const struct options *options, struct arena *arena);

/* Before the first environment. */
bool report_heading(struct report *report, const struct result *result);

/* One environment is done: printed now where the form allows it. */
bool report_environment(struct report *report, const struct result *result, int at);

/* All are done: the rest is written and every file put in its place. */
bool report_close(struct report *report, const struct result *result);

/* Nothing is kept. */
void report_drop(struct report *report);

#endif
