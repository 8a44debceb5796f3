/* SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

#include "host.h"
#include "lane.h"
#include "maths.h"
#include "node.h"
#include "program_code.h"
#include "run.h"

#include <assert.h>
#include <math.h>

/* Which of a branch's ops a visit runs is all in visit->pc: the index of the next op. */

static struct host *host_of(const struct visit *visit)
{
    return visit->node->part[visit->part]->host;
}

static bool limited(const struct station *station)
{
    return station->servers != INT32_MAX;
}

/* Delay before attempt n + 1, from a stream of its own so that a retry moves nobody else's draws. */
static double backoff(const struct visit *visit, const struct retry *retry)
{
    double bound = retry->base;
    for (int i = 1; i < visit->attempt; i++) {
        bound *= retry->multiplier;
    }
    bound = fmin(bound, retry->cap);
    if (retry->jitter == RETRY_NONE) {
        return bound;
    }
    struct stream stream = stream_below(visit->name, ~(uint64_t)visit->calls);
    return bound * stream_uniform(&stream);
}

/* Takes the tokens of one retry from the quota, or refuses. */
static bool pay(struct visit *visit, double *tokens, const struct retry *retry)
{
    bool timeout = visit->outcome == OUTCOME_TIMEOUT;
    double cost = timeout ? retry->timeout_cost : retry->cost;
    if (isinf(retry->budget)) {
        return true;
    }
    if (*tokens < cost) {
        return false;
    }
    *tokens -= cost;
    visit->flags = (uint8_t)(timeout ? visit->flags | VISIT_LATE : visit->flags & ~VISIT_LATE);
    return true;
}

/* A success gives back what its retry took, or a little when it needed none. */
static void refund(const struct visit *visit, double *tokens, const struct retry *retry)
{
    if (retry != NULL && !isinf(retry->budget)) {
        double latest = (visit->flags & VISIT_LATE) != 0 ? retry->timeout_cost : retry->cost;
        *tokens = fmin(*tokens + (visit->attempt == 1 ? retry->refund : latest), retry->budget);
    }
}

/* A refusal that will not change is not asked for again. */
static bool passing(enum outcome outcome)
{
    return outcome != OUTCOME_FORBIDDEN && outcome != OUTCOME_NOT_FOUND;
}

/* What an op draws is named by its place, so that a miss, a retry or a choice moves no later demand. */
static double draw(const struct visit *visit, const struct op *op, int index)
{
    struct stream stream = stream_below(visit->name, PROGRAM_DRAWS + (uint64_t)(uint32_t)index);
    return stream_draw(&stream, op->work, visit->recorded);
}

static void give_pool(struct visit *visit, const struct op *op)
{
    if (op->pool >= 0 && visit->part >= 0) {
        visit_release(visit, &host_of(visit)->pools[op->pool]);
    }
}

enum verdict { GO_ON, FAIL, AGAIN };

/* What becomes of the request after the call of `op` has come back. */
static enum verdict judge(struct visit *visit, const struct program *program, const struct op *op)
{
    enum outcome outcome = visit->outcome;
    const struct retry *retry = op->ask.retry;
    double *tokens = &program->tokens[op - program->op];
    if (outcome <= OUTCOME_MISS) {
        refund(visit, tokens, retry);
        return GO_ON;
    }
    bool again = retry != NULL && passing(outcome) && visit->attempt < retry->max_attempts;
    if (again && pay(visit, tokens, retry)) {
        return AGAIN;
    }
    return op->ask.ignore ? GO_ON : FAIL;
}

static void call(struct visit *visit, const struct op *op, int index)
{
    visit->calls = index * 256 + visit->attempt;
    visit->pc = index + 1;
    if (op->ask.remembers) {
        visit->missed[op->ask.depth] = 0; /* no key is better than an earlier one */
    }
    visit_call(visit, &op->ask, -1);
}

/* Ends a branch of a parallel step, or hands the end of the request to the model. */
static bool end(struct visit *visit, enum outcome outcome)
{
    if ((visit->flags & VISIT_BRANCH) != 0) {
        visit_reply(visit, outcome);
        return false;
    }
    visit->outcome = (uint8_t)outcome;
    return true;
}

static void fork_branches(struct visit *visit, const struct program *program, const struct op *op)
{
    struct visit *branch[PROGRAM_BRANCHES];
    visit->pc = op->jump;
    visit->outcome = OUTCOME_OK;
    visit->calls = (int32_t)(op - program->op) * 256;
    for (int i = 0; i < op->count; i++) {
        branch[i] = visit_branch(visit);
        branch[i]->pc = op->branch[i];
    }
    for (int i = 0, count = op->count; i < count; i++) {
        program_run(branch[i], program); /* ends by itself: a branch never comes back true */
    }
}

static int choose(const struct visit *visit, const struct op *op, int index)
{
    struct stream stream = stream_below(visit->name, PROGRAM_DRAWS + (uint64_t)(uint32_t)index);
    double u = stream_uniform(&stream);
    int i = 0;
    while (i < op->count - 1 && u >= op->share[i]) {
        i++;
    }
    return op->branch[i];
}

/* One op that needs time: true when it was dealt with so. Others leave the pc at the next op. */
static bool begin_op(struct visit *visit, const struct program *program, const struct op *op, int index)
{
    visit->pc = index + 1;
    switch (op->code) {
    case OP_COMPUTE: visit_compute(visit, &host_of(visit)->cpu, draw(visit, op, index)); return true;
    case OP_WAIT: visit_hold(visit, draw(visit, op, index)); return true;
    case OP_ASK:
        visit->attempt = 1;
        call(visit, op, index);
        return true;
    case OP_PARALLEL:
        if (op->count > 0) {
            fork_branches(visit, program, op);
        }
        return op->count > 0;
    case OP_LOOP_TAKE:
        if (limited(&host_of(visit)->loops)) {
            visit_seize(visit, &host_of(visit)->loops);
            return true;
        }
        return false;
    case OP_POOL_TAKE:
        visit_within(visit, op->within);
        visit_seize(visit, &host_of(visit)->pools[op->pool]);
        return true;
    default: return false;
    }
}

static void quick_op(struct visit *visit, const struct op *op, int index)
{
    switch (op->code) {
    case OP_LOOP_GIVE:
        if (limited(&host_of(visit)->loops)) {
            visit_release(visit, &host_of(visit)->loops);
        }
        break;
    case OP_LOG: visit->node->log_bytes += op->bytes; break;
    case OP_CHOOSE: visit->pc = choose(visit, op, index); break;
    case OP_JUMP: visit->pc = op->jump; break;
    default: break;
    }
}

bool program_run(struct visit *visit, const struct program *program)
{
    for (;;) {
        int index = visit->pc;
        const struct op *op = &program->op[index];
        if (op->code == OP_END) {
            return end(visit, OUTCOME_OK);
        }
        if (begin_op(visit, program, op, index)) {
            return false;
        }
        quick_op(visit, op, index);
    }
}

bool program_begin(struct visit *visit, const struct program *program)
{
    visit->pc = 0;
    return program_run(visit, program);
}

/* A call came back, or the wait before its repetition is over. */
static bool after_ask(struct visit *visit, const struct program *program, const struct op *op, int index)
{
    if ((visit->flags & VISIT_BACKOFF) != 0) {
        visit->flags &= (uint8_t)~VISIT_BACKOFF;
        call(visit, op, index);
        return false;
    }
    switch (judge(visit, program, op)) {
    case AGAIN:
        visit->flags |= VISIT_BACKOFF;
        double delay = backoff(visit, op->ask.retry);
        visit->attempt++;
        visit_hold(visit, delay);
        return false;
    case FAIL: give_pool(visit, op); return end(visit, visit->outcome);
    case GO_ON: break;
    }
    give_pool(visit, op);
    visit->pc =
        visit->outcome == OUTCOME_OK ? op->jump : index + 1; /* an ignored failure brings no value: a miss */
    return program_run(visit, program);
}

/* No connection came free in time: the call that needed it is not made. */
static bool without_pool(struct visit *visit, const struct program *program, const struct op *ask)
{
    if (!ask->ask.ignore) {
        return end(visit, OUTCOME_TIMEOUT);
    }
    if (ask->ask.remembers) {
        visit->missed[ask->ask.depth] = 0;
    }
    visit->pc = (int32_t)(ask - program->op) + 1; /* as after a call that failed and is ignored */
    return program_run(visit, program);
}

bool program_resume(struct visit *visit, const struct program *program)
{
    int index = visit->pc - 1;
    const struct op *op = &program->op[index < 0 ? 0 : index];
    if (index >= 0 && op->code == OP_ASK) {
        return after_ask(visit, program, op, index);
    }
    if (index >= 0 && op->code == OP_POOL_TAKE && visit->outcome == OUTCOME_TIMEOUT) {
        return without_pool(visit, program, op + 1);
    }
    if (index >= 0 && op->code == OP_JOIN && visit->outcome > OUTCOME_MISS) {
        return end(visit, visit->outcome); /* a branch failed */
    }
    return program_run(visit, program);
}
