/* SPDX-License-Identifier: Apache-2.0 */
#include "theory.h"

#include <gsl/gsl_cdf.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 256, LINE = 1024 };

static char *field(char **rest)
{
    char *start = strsep(rest, ",");
    assert_non_null(start);
    return strdup(start);
}

/* id,model,params,metric,value,customers,precision,"source": no comma before the source. */
static void read_row(char *line, struct oracle *row)
{
    char *rest = line;
    row->id = field(&rest);
    row->model = field(&rest);
    row->params = field(&rest);
    row->metric = field(&rest);
    char *value = field(&rest), *customers = field(&rest), *precision = field(&rest);
    row->value = strtod(value, NULL);
    row->customers = strtod(customers, NULL);
    row->precision = strtod(precision, NULL) / 100.0;
    free(value);
    free(customers);
    free(precision);
    (void)snprintf(row->name, sizeof row->name, "%s: %s %s: %s", row->id, row->model, row->params,
                   row->metric);
    assert_true(row->value > 0.0 && row->customers > 0.0 && row->precision > 0.0);
}

struct oracle *theory_read(const char *file, int *count)
{
    char line[LINE];
    FILE *stream = fopen(file, "r");
    struct oracle *row = calloc(ROWS, sizeof *row);
    if (stream == NULL || row == NULL || fgets(line, sizeof line, stream) == NULL) {
        perror(file);
        exit(EXIT_FAILURE);
    }
    for (*count = 0; fgets(line, sizeof line, stream) != NULL; ++*count) {
        assert_true(*count < ROWS);
        read_row(line, &row[*count]);
    }
    (void)fclose(stream);
    return row;
}

const char *theory_text(const struct oracle *oracle, const char *key, int index)
{
    static _Thread_local char value[64];
    size_t length = strlen(key);
    const char *at = oracle->params;
    while (at != NULL && !(strncmp(at, key, length) == 0 && at[length] == '=')) {
        at = strchr(at, ' ');
        at = at == NULL ? NULL : at + 1;
    }
    at = at == NULL ? NULL : at + length + 1;
    for (; at != NULL && index > 0; index--) {
        at += strcspn(at, "| ");
        at = *at == '|' ? at + 1 : NULL;
    }
    if (at == NULL) {
        return NULL;
    }
    (void)snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "| "), at);
    return value;
}

double theory_number(const struct oracle *oracle, const char *key, int index)
{
    const char *text = theory_text(oracle, key, index);
    return text == NULL ? NAN : strtod(text, NULL);
}

struct interval theory_interval(const double *sample, int count)
{
    double sum = 0.0, squares = 0.0;
    for (int i = 0; i < count; i++) {
        sum += sample[i];
    }
    double mean = sum / count;
    for (int i = 0; i < count; i++) {
        squares += (sample[i] - mean) * (sample[i] - mean);
    }
    double error = sqrt(squares / (count - 1) / count);
    return (struct interval){mean, gsl_cdf_tdist_Pinv(1.0 - 0.5e-4, count - 1) * error};
}

void theory_assert(const char *what, const double *sample, double value, double precision, double rounding)
{
    struct interval interval = theory_interval(sample, THEORY_REPLICATIONS);
    print_message("%s: %.6g +- %.2f %%, exactly %.6g\n", what, interval.mean, 100.0 * interval.half / value,
                  value);
    if (!(fabs(interval.mean - value) <= interval.half + rounding * value)) {
        fail_msg("%s: %.9g +- %.3g does not hold %.9g", what, interval.mean, interval.half, value);
    }
    if (interval.half > precision * value) {
        fail_msg("%s: %.9g +- %.3g says too little: at most %.3g was asked for", what, interval.mean,
                 interval.half, precision * value);
    }
}
