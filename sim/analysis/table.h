/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TABLE_H
#define TABLE_H

/* The report for people: the same numbers as the run file, verdicts first, at most TABLE_WIDTH columns. Each
   environment can be printed as soon as it is done. The same as Markdown for a design document. Every function is false
   when the stream has failed. */

#include "result.h"

#include <stdio.h>

enum { TABLE_WIDTH = 100 };

enum table_form { TABLE_TEXT, TABLE_MARKDOWN };

/* Which scenario, which seed, how many replications: before the first environment. */
bool table_heading(FILE *out, const struct result *result, enum table_form form);

/* One environment: verdicts, latency, errors, nodes, scaling, recovery, bill, assumptions. */
bool table_environment(FILE *out, const struct result_environment *environment, enum table_form form);

/* Single sections of it, for verbs that show no more. */
bool table_verdicts(FILE *out, const struct result_environment *environment, enum table_form form);
bool table_recovery(FILE *out, const struct result_environment *environment, enum table_form form);
bool table_bill(FILE *out, const struct result_environment *environment, enum table_form form);

/* After the last environment: what each costs a month, when there are several. */
bool table_closing(FILE *out, const struct result *result, enum table_form form);

#endif
