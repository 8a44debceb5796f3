/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECOVERY_ROWS_H
#define RECOVERY_ROWS_H

/* What the strikes of each drill come to: distributions, parts, verdicts against targets, and the rows recovery.* of
   the samples. */

#include "result.h"

/* Completes environment->recovery, whose rows hold their strikes and how many of them could not be told. */
void recovery_rows(struct result *result, struct result_environment *environment,
                   const struct environment *from);

#endif
