/* SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

/* The tables of every kind of step. One row struct serves them all, so a field that several kinds share has its row
   in each of their tables, made by these macros. */

#define STEP_NODE(what) PARAM(step, node, UNIT_NONE, NULL, NULL, what, "definition")
#define STEP_FAILURE                                                                                         \
    PARAM(step, timeout, UNIT_SECOND, "none", "1ms to 1h", "Gives the call up after this long.",             \
          "definition"),                                                                                     \
        PARAM(step, on_error, UNIT_NONE, "fail", "fail|ignore",                                              \
              "What a failure of this step does to the request.", "definition"),                             \
        PARAM(step, pool, UNIT_NONE, "none", NULL,                                                           \
              "Connection pool of this service that the call takes from; no retry covers the wait for it.",  \
              "definition"),                                                                                 \
        PARAM_OPTION_OF(step, retry, retry_params,                                                           \
                        "How a failed call is repeated; no retry unless written.")

const struct param retry_params[] = {
    PARAM(retry, max_attempts, UNIT_COUNT, "3", "1 to 100", "Attempts in all, the first included.",
          "botocore retries/standard.py, commit 0719e795"),
    PARAM(retry, base, UNIT_SECOND, "1s", "0s to 1h", "Bound of the delay before the first retry.",
          "botocore retries/standard.py, commit 0719e795"),
    PARAM(retry, cap, UNIT_SECOND, "20s", "0s to 1h", "Bound that no delay exceeds.",
          "botocore retries/standard.py, commit 0719e795"),
    PARAM(retry, multiplier, UNIT_COUNT, "2", "1 to 10", "Growth of the bound from one retry to the next.",
          "botocore retries/standard.py, commit 0719e795"),
    PARAM(retry, jitter, UNIT_NONE, "full", "full|none",
          "Whether the delay is drawn evenly below its bound, or is the bound.",
          "botocore retries/standard.py, commit 0719e795"),
    PARAM(retry, budget, UNIT_COUNT, "none", "1 to 1000000",
          "Tokens of the retry quota; a retry that finds too few is not made.",
          "botocore retries/quota.py, commit 0719e795"),
    PARAM(retry, cost, UNIT_COUNT, "5", "0 to 1000", "Tokens that a retry takes from the quota.",
          "botocore retries/quota.py, commit 0719e795"),
    PARAM(retry, timeout_cost, UNIT_COUNT, "10", "0 to 1000", "Tokens that a retry after a timeout takes.",
          "botocore retries/quota.py, commit 0719e795"),
    PARAM(retry, refund, UNIT_COUNT, "1", "0 to 1000",
          "Tokens that a success at the first attempt gives back.",
          "botocore retries/quota.py, commit 0719e795"),
    PARAM_END};

static const struct param compute_params[] = {
    PARAM(step, work, UNIT_SECOND, NULL, NULL, "CPU time on one vCPU.", "definition"), PARAM_END};

static const struct param wait_params[] = {
    PARAM(step, work, UNIT_SECOND, NULL, NULL, "Time that passes without using anything.", "definition"),
    PARAM_END};

static const struct param call_params[] = {
    STEP_NODE("The node called."),
    PARAM(step, request, UNIT_NONE, "none", NULL, "The request made, `METHOD /path`.", "definition"),
    PARAM(step, bytes_in, UNIT_BYTE, "0B", "0B to 1TB", "Size of the request.", "definition"),
    PARAM(step, bytes_out, UNIT_BYTE, "0B", "0B to 1TB", "Size of the answer.", "definition"),
    STEP_FAILURE,
    PARAM_END};

static const struct param cache_params[] = {
    STEP_NODE("The cache."),
    PARAM(step, op, UNIT_NONE, "get", "get|set|delete|set_if_absent", "The command.", "definition"),
    PARAM(step, keys, UNIT_NONE, NULL, NULL, "The keyspace that the key is drawn from.", "definition"),
    PARAM_STEPS_OF(step, on_miss, step, step_variants,
                   "Steps for a key that is not there; the key is set after them."),
    STEP_FAILURE,
    PARAM_END};

static const struct param query_params[] = {
    STEP_NODE("The database, its proxy, or an index."),
    PARAM(step, work, UNIT_SECOND, NULL, NULL, "CPU time of the statement on one vCPU of the database.",
          "definition"),
    PARAM(step, writes, UNIT_NONE, "false", NULL, "Whether the statement writes.", "definition"),
    STEP_FAILURE, PARAM_END};

static const struct param transaction_params[] = {
    STEP_NODE("The database or its proxy."),
    PARAM(step, statements, UNIT_SECOND, NULL, NULL,
          "CPU time of each statement, one after the other on one connection.", "definition"),
    PARAM(step, writes, UNIT_NONE, "false", NULL, "Whether the transaction writes.", "definition"),
    STEP_FAILURE, PARAM_END};

static const struct param get_params[] = {
    STEP_NODE("The table or bucket."),
    PARAM(step, keys, UNIT_NONE, "none", NULL, "The keyspace that the key is drawn from.", "definition"),
    PARAM(step, size, UNIT_BYTE, "1KiB", "0B to 5TB", "Size of what is read.", "definition"), STEP_FAILURE,
    PARAM_END};

static const struct param put_params[] = {
    STEP_NODE("The table or bucket."),
    PARAM(step, size, UNIT_BYTE, "1KiB", "0B to 5TB", "Size of what is written.", "definition"),
    PARAM(step, condition, UNIT_NONE, "false", NULL, "Whether the write has a condition.", "definition"),
    PARAM(step, keys, UNIT_NONE, "none", NULL, "The keyspace that the key is drawn from.", "definition"),
    STEP_FAILURE,
    PARAM_END};

static const struct param publish_params[] = {
    STEP_NODE("The bus or topic."),
    PARAM(step, type, UNIT_NONE, "none", NULL, "Detail type of the event.", "definition"),
    PARAM(step, source, UNIT_NONE, "none", NULL, "Source of the event.", "definition"),
    PARAM(step, size, UNIT_BYTE, "1KiB", "1B to 1MiB", "Size of the event.", "definition"),
    STEP_FAILURE,
    PARAM_END};

static const struct param send_params[] = {
    STEP_NODE("The queue."),
    PARAM(step, size, UNIT_BYTE, "1KiB", "1B to 1MiB", "Size of the message.", "definition"), STEP_FAILURE,
    PARAM_END};

static const struct param log_params[] = {
    PARAM(step, size, UNIT_BYTE, NULL, "0B to 1GB", "Bytes written to the log.", "definition"), PARAM_END};

static const struct param branch_params[] = {
    PARAM(branch, share, UNIT_RATIO, "100%", "0% to 100%",
          "Share of the requests that take this branch of a choice.", "definition"),
    PARAM_STEPS_OF(branch, steps, step, step_variants, "The steps of the branch."), PARAM_END};

static const struct param parallel_params[] = {
    PARAM_LIST_OF(step, branches, branch, branch_params, "Branches that run at the same time."), PARAM_END};

static const struct param choose_params[] = {
    PARAM_LIST_OF(step, branches, branch, branch_params, "Branches of which one is taken."), PARAM_END};

const struct variant step_variants[] = {
    {"compute", STEP_COMPUTE, compute_params, "Uses a CPU of the task."},
    {"wait", STEP_WAIT, wait_params, "Lets time pass."},
    {"call", STEP_CALL, call_params, "Calls another node and waits for its answer."},
    {"cache", STEP_CACHE, cache_params, "One command to a cache."},
    {"query", STEP_QUERY, query_params, "One statement to a database or index."},
    {"transaction", STEP_TRANSACTION, transaction_params, "Several statements on one connection."},
    {"get", STEP_GET, get_params, "Reads one item of a table or object of a bucket."},
    {"put", STEP_PUT, put_params, "Writes one item to a table or object to a bucket."},
    {"publish", STEP_PUBLISH, publish_params,
     "Publishes one event; what follows from it does not hold the request."},
    {"send", STEP_SEND, send_params, "Sends one message to a queue."},
    {"log", STEP_LOG, log_params, "Writes to the log."},
    {"parallel", STEP_PARALLEL, parallel_params, "Does several things at once and waits for all."},
    {"choose", STEP_CHOOSE, choose_params, "Does one of several things."},
    {NULL, 0, NULL, NULL}};
