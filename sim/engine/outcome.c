/* SPDX-License-Identifier: Apache-2.0 */
#include "outcome.h"

static const struct {
    const char *cause;
    int status;
} table[] = {
#define OUTCOME_ROW(name, cause, status) {cause, status},
    OUTCOMES(OUTCOME_ROW)
#undef OUTCOME_ROW
};

const char *outcome_cause(enum outcome outcome)
{
    return table[outcome].cause;
}

int outcome_status(enum outcome outcome)
{
    return table[outcome].status;
}
