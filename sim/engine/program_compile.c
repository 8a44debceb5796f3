/* SPDX-License-Identifier: Apache-2.0 */
#include "lane.h"
#include "model.h"
#include "program_code.h"
#include "run.h"
#include "text.h"

#include <assert.h>
#include <math.h>
#include <string.h>

struct compiler {
    struct node *node;
    const struct program_pool *pools;
    int pool_count;
    struct op *op;
    int count, room;
    int depth;     /* of on_miss steps around */
    double weight; /* probability of the branch being compiled */
    double cpu_mean;
};

static void complain(const struct compiler *compiler, const void *field, const char *message)
{
    const struct check *check = &compiler->node->run->check;
    assert(check->diag != NULL); /* a plan is opened with a diag once before it is run */
    check_error(check, field, "%s", message);
}

static struct arena *arena_of(const struct compiler *compiler)
{
    return compiler->node->run->arena;
}

/* Appends an op; the pointer holds until the next append. */
static struct op *emit(struct compiler *compiler, enum op_code code)
{
    if (compiler->count == compiler->room) {
        int room = compiler->room == 0 ? 16 : 2 * compiler->room;
        struct op *longer = arena_array(arena_of(compiler), struct op, room);
        if (compiler->count > 0) {
            memcpy(longer, compiler->op, (size_t)compiler->count * sizeof *longer);
        }
        compiler->op = longer;
        compiler->room = room;
    }
    struct op *op = &compiler->op[compiler->count++];
    *op = (struct op){.code = code, .jump = compiler->count, .pool = -1};
    return op;
}

static int pool_index(const struct compiler *compiler, const struct step *step)
{
    if (step->pool == NULL) {
        return -1;
    }
    for (int i = 0; i < compiler->pool_count; i++) {
        if (strcmp(compiler->pools[i].name, step->pool) == 0) {
            return i;
        }
    }
    complain(compiler, &step->pool,
             arena_printf(arena_of(compiler), "no pool called %s in this service", step->pool));
    return -1;
}

static void read_statements(const struct compiler *compiler, const struct step *step, struct ask *ask)
{
    struct arena *arena = arena_of(compiler);
    struct dist *statements = arena_array(arena, struct dist, step->statements.count);
    for (int i = 0; i < step->statements.count; i++) {
        const char *text = step->statements.word[i], *problem = NULL;
        struct dist_range ranges[8];
        int count = 8;
        if (text_starts(text, "empirical")) { /* only the reader of the scenario knows where its files lie */
            complain(compiler, &step->statements,
                     "a statement takes no file: give it a distribution by name");
        } else if (!dist_parse(text, UNIT_SECOND, "", arena, &statements[i], ranges, &count, &problem)) {
            complain(compiler, &step->statements, problem);
        }
    }
    ask->statements = statements;
    ask->statement_count = step->statements.count;
}

static enum ask_op cache_op(const struct step *step)
{
    static const enum ask_op ops[] = {ASK_GET, ASK_SET, ASK_DELETE, ASK_SET_IF_ABSENT};
    return ops[step->op];
}

static enum ask_op op_of(const struct step *step)
{
    switch (step->kind) {
    case STEP_CACHE: return cache_op(step);
    case STEP_QUERY: return ASK_QUERY;
    case STEP_TRANSACTION: return ASK_TRANSACTION;
    case STEP_GET: return ASK_GET;
    case STEP_PUT: return ASK_PUT;
    case STEP_PUBLISH: return ASK_PUBLISH;
    case STEP_SEND: return ASK_SEND;
    default: return ASK_REQUEST;
    }
}

/* "source/type" of an event, as rules match it. */
static const char *event_type(const struct compiler *compiler, const struct step *step)
{
    if (step->kind != STEP_PUBLISH) {
        return NULL;
    }
    return arena_printf(arena_of(compiler), "%s/%s", step->source == NULL ? "" : step->source,
                        step->type == NULL ? "" : step->type);
}

static struct ask ask_of(const struct compiler *compiler, const struct step *step)
{
    bool reads = step->kind == STEP_GET;
    struct ask ask = {.op = op_of(step),
                      .to = node_at(compiler->node, step->node),
                      .request = step->request,
                      .keys = step->keys,
                      .type = event_type(compiler, step),
                      .work = step->kind == STEP_QUERY ? &step->work : NULL,
                      .writes = step->writes,
                      .condition = step->condition,
                      .ignore = step->on_error == 1,
                      .bytes_in = reads ? step->bytes_in : step->bytes_in + step->size,
                      .bytes_out = reads ? step->size : step->bytes_out,
                      .within = lane_of(compiler->node->run, step->timeout),
                      .retry = step->retry,
                      .request_class = -1,
                      .pool = step->pool,
                      .origin = &step->node};
    if (step->kind == STEP_TRANSACTION) {
        read_statements(compiler, step, &ask);
    }
    return ask;
}

static void compile_steps(struct compiler *compiler, const struct rows *steps);

static void take_pool(struct compiler *compiler, int pool)
{
    if (pool >= 0) {
        struct op *take = emit(compiler, OP_POOL_TAKE);
        take->pool = pool;
        take->within = lane_of(compiler->node->run, compiler->pools[pool].timeout);
    }
}

/* A key that was missed is set after the steps that fetched it: lazy loading takes three trips. */
static void compile_populate(struct compiler *compiler, const struct ask *missed, int pool)
{
    take_pool(compiler, pool);
    struct op *op = emit(compiler, OP_ASK);
    op->ask = *missed;
    op->ask.op = ASK_SET;
    op->ask.remembers = false;
    op->ask.populates = true;
    op->ask.ignore = true; /* a cache that cannot be written does not fail the request */
    op->pool = pool;
}

static void compile_miss(struct compiler *compiler, const struct step *step, int index)
{
    struct ask ask = compiler->op[index].ask;
    if (compiler->depth == VISIT_MISSES) {
        complain(compiler, &step->on_miss, "on_miss within on_miss within on_miss: at most two caches deep");
        return;
    }
    ask.remembers = true;
    ask.depth = compiler->depth++;
    compiler->op[index].ask = ask;
    compile_steps(compiler, &step->on_miss);
    compile_populate(compiler, &ask, compiler->op[index].pool);
    compiler->depth--;
    compiler->op[index].jump = compiler->count; /* a hit goes on here */
}

static void compile_ask(struct compiler *compiler, const struct step *step)
{
    int pool = pool_index(compiler, step);
    struct ask ask = ask_of(compiler, step);
    take_pool(compiler, pool);
    struct op *op = emit(compiler, OP_ASK);
    op->ask = ask;
    op->pool = pool;
    int index = compiler->count - 1;
    if (step->kind == STEP_CACHE && step->on_miss.count > 0) {
        compile_miss(compiler, step, index);
    }
}

static void compile_compute(struct compiler *compiler, const struct step *step)
{
    emit(compiler, OP_LOOP_TAKE);
    emit(compiler, OP_COMPUTE)->work = &step->work;
    emit(compiler, OP_LOOP_GIVE);
    compiler->cpu_mean += compiler->weight * step->work.mean;
}

/* Each branch of a choice ends with a jump past the others; each branch of a parallel step with an END. */
static void compile_branches(struct compiler *compiler, const struct step *step)
{
    bool choice = step->kind == STEP_CHOOSE;
    const struct branch *branches = step->branches.row;
    int count = step->branches.count < PROGRAM_BRANCHES ? step->branches.count : PROGRAM_BRANCHES;
    if (count < step->branches.count) {
        complain(compiler, &step->branches, "at most 16 branches");
    }
    emit(compiler, choice ? OP_CHOOSE : OP_PARALLEL);
    int head = compiler->count - 1, last[PROGRAM_BRANCHES];
    int *begin = arena_array(arena_of(compiler), int, count);
    double *share = arena_array(arena_of(compiler), double, count), sum = 0.0, weight = compiler->weight;
    for (int i = 0; i < count; i++) {
        begin[i] = compiler->count;
        share[i] = sum += branches[i].share;
        compiler->weight = choice ? weight * branches[i].share : weight;
        compile_steps(compiler, &branches[i].steps);
        emit(compiler, choice ? OP_JUMP : OP_END);
        last[i] = compiler->count - 1;
    }
    compiler->weight = weight;
    if (choice && fabs(sum - 1.0) > 1e-4) {
        complain(compiler, &step->branches, "the shares of a choice must add up to 100%");
    }
    if (!choice) {
        emit(compiler, OP_JOIN);
    }
    for (int i = 0; choice && i < count; i++) {
        compiler->op[last[i]].jump = compiler->count;
    }
    compiler->op[head].branch = begin;
    compiler->op[head].share = share;
    compiler->op[head].count = count;
    compiler->op[head].jump = compiler->count;
}

static void compile_step(struct compiler *compiler, const struct step *step)
{
    switch ((enum step_kind)step->kind) {
    case STEP_COMPUTE: compile_compute(compiler, step); break;
    case STEP_WAIT: emit(compiler, OP_WAIT)->work = &step->work; break;
    case STEP_LOG: emit(compiler, OP_LOG)->bytes = step->size; break;
    case STEP_PARALLEL:
    case STEP_CHOOSE: compile_branches(compiler, step); break;
    case STEP_CALL:
    case STEP_CACHE:
    case STEP_QUERY:
    case STEP_TRANSACTION:
    case STEP_GET:
    case STEP_PUT:
    case STEP_PUBLISH:
    case STEP_SEND: compile_ask(compiler, step); break;
    }
}

static void compile_steps(struct compiler *compiler, const struct rows *steps)
{
    const struct step *step = steps->row;
    for (int i = 0; i < steps->count; i++) {
        compile_step(compiler, &step[i]);
    }
}

struct program *program_compile(struct node *node, const struct rows *steps, const struct program_pool *pools,
                                int pool_count)
{
    struct compiler compiler = {.node = node, .pools = pools, .pool_count = pool_count, .weight = 1.0};
    compile_steps(&compiler, steps);
    emit(&compiler, OP_END);
    struct program *program = node_array(node, struct program, 1);
    *program = (struct program){.op = compiler.op, .count = compiler.count, .cpu_mean = compiler.cpu_mean};
    program->tokens = node_array(node, double, compiler.count);
    for (int i = 0; i < compiler.count; i++) {
        struct op *op = &program->op[i];
        if (op->code == OP_ASK) {
            program->tokens[i] = op->ask.retry == NULL ? 0.0 : op->ask.retry->budget;
            run_resolve(node->run, &op->ask);
        }
    }
    return program;
}

double program_cpu_mean(const struct program *program)
{
    return program->cpu_mean;
}
