/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUTCOME_H
#define OUTCOME_H

/* How a visit ended, as its caller sees it: one table for the name of the cause in reports and the HTTP status. */

#define OUTCOMES(X)                                                                                          \
    X(OK, "ok", 200)                                                                                         \
    X(MISS, "miss", 200)               /* a cache holds no such key; a condition did not hold */             \
    X(FORBIDDEN, "forbidden", 403)     /* a firewall rule */                                                 \
    X(NOT_FOUND, "not_found", 404)     /* no rule or endpoint for the path */                                \
    X(THROTTLED, "throttled", 429)     /* over a rate or quota */                                            \
    X(FAILED, "failed", 500)           /* the callee or something it needs answered with an error */         \
    X(RESET, "reset", 502)             /* the connection broke: task gone, killed, drained too late */       \
    X(REJECTED, "rejected", 503)       /* a queue or pool was full */                                        \
    X(UNAVAILABLE, "unavailable", 503) /* nothing there to serve it */                                       \
    X(TIMEOUT, "timeout", 504)         /* no answer in time, or a wait given up */                           \
    X(ABANDONED, "abandoned", 460)     /* the client closed first: its own timeout */

enum outcome {
#define OUTCOME_ROW(name, cause, status) OUTCOME_##name,
    OUTCOMES(OUTCOME_ROW)
#undef OUTCOME_ROW
        OUTCOME_COUNT
};

/* The cause as reports name it, and the status code it maps to. */
const char *outcome_cause(enum outcome outcome);
int outcome_status(enum outcome outcome);

#endif
