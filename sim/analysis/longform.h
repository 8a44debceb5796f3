/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LONGFORM_H
#define LONGFORM_H

/* The long form: a result as CSV (RFC 4180), one number a line, for spreadsheets and data frames:
   environment,section,item,metric,value,low,high,unit. Fields that do not exist are empty. */

#include "result.h"

#include <stdio.h>

bool longform_heading(FILE *out);
bool longform_environment(FILE *out, const struct result_environment *environment);

/* Heading and every environment. */
bool longform_write(FILE *out, const struct result *result);

#endif
