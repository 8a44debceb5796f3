/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASK_H
#define ASK_H

/* What a caller wants of another node: made once before a run from a send, a rule or a step, pointed to by every
   visit that carries it, never changed while the run goes on. */

#include "dist.h"
#include "param.h"

struct node;
struct lane;
struct step;

enum ask_op {
    ASK_REQUEST, /* an HTTP request: `request` */
    ASK_GET,
    ASK_SET,
    ASK_DELETE,
    ASK_SET_IF_ABSENT, /* a cache or a table: `keys` */
    ASK_QUERY,         /* one statement: `work`, `writes` */
    ASK_TRANSACTION,   /* statements on one connection, `writes` */
    ASK_PUT,           /* one item of `bytes_in` to a table or bucket, `writes` if conditional */
    ASK_PUBLISH,       /* one event: `type`, `bytes_in` */
    ASK_SEND,          /* one message of `bytes_in` to a queue */
    ASK_RECEIVE,       /* up to `batch` messages, waiting up to the ask's timeout */
    ASK_ACKNOWLEDGE,   /* delete the messages in the visit's load */
    ASK_HEALTH         /* a health check of the part in the visit: `request` */
};

/* How a failed call is repeated: SDK and client rules, facts section 10. */
struct retry {
    int64_t max_attempts; /* first attempt included; 1 = none */
    double base, cap;     /* seconds: delay before retry n is at most base x multiplier^(n-1), at most cap */
    double multiplier;
    int jitter;                        /* RETRY_FULL draws uniformly below that; RETRY_NONE waits it out */
    double budget;                     /* tokens of the retry quota, infinite = none (botocore 500) */
    double cost, timeout_cost, refund; /* tokens a retry takes, after a timeout, and a success gives back */
};
enum retry_jitter { RETRY_FULL, RETRY_NONE };
extern const struct param retry_params[];

struct ask {
    enum ask_op op;
    struct node *to;
    const char *request;           /* "GET /api/v1/search"; also the name results go by */
    const char *keys;              /* keyspace of a cache */
    const char *type;              /* "bookstore.order/OrderCreated" of an event, or NULL */
    const struct dist *work;       /* of a query */
    const struct dist *statements; /* of a transaction */
    int statement_count;
    bool writes, condition;
    bool remembers; /* a get whose key the caller keeps, to set it if it is missed */
    bool populates; /* sets the key that the caller has missed */
    int depth;      /* of both: missed keys kept below this one, less than VISIT_MISSES */
    bool ignore;    /* on_error: ignore */
    double bytes_in, bytes_out;
    int64_t batch;
    struct lane *within;       /* gives the call up after this long; NULL = never */
    const struct retry *retry; /* NULL = none */
    int32_t route;             /* what `to` made of it in its resolve: endpoint, keyspace, rule ... */
    int32_t request_class;     /* index of the client's request in the results; -1 for inner asks */
    const char *pool;          /* name of the caller's connection pool, or NULL */
    const void *origin;        /* address of the config field it was made from, for complaints */
};

#endif
