/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROGRAM_CODE_H
#define PROGRAM_CODE_H

/* The compiled form of steps: for program.c, which runs it, and program_compile.c, which makes it. */

#include "program.h"

enum op_code {
    OP_COMPUTE,
    OP_WAIT,
    OP_ASK,
    OP_LOG,
    OP_CHOOSE,
    OP_JUMP,
    OP_PARALLEL,
    OP_JOIN, /* after a parallel step: where its visit waits for the branches */
    OP_LOOP_TAKE,
    OP_LOOP_GIVE, /* an event loop around a compute, if the host has a limit */
    OP_POOL_TAKE, /* a connection before a call, given back after it */
    OP_END
};

enum { PROGRAM_BRANCHES = 16 };

/* Names of the streams of ops among those of a visit's calls, which count from 0. */
#define PROGRAM_DRAWS (UINT64_C(1) << 40)

struct op {
    enum op_code code;
    int jump;      /* after an ASK that did not miss; of a JUMP; of a PARALLEL past its branches */
    int pool;      /* of an ASK or POOL_TAKE: index, -1 = none */
    int count;     /* branches */
    int *branch;   /* where each begins */
    double *share; /* cumulative */
    double bytes;
    const struct dist *work;
    struct lane *within; /* of a POOL_TAKE */
    struct ask ask;
};

struct program {
    struct op *op;
    int count;
    double *tokens; /* retry quota of each op */
    double cpu_mean;
};

/* Runs ops from visit->pc on; same result as program_resume. */
bool program_run(struct visit *visit, const struct program *program);

#endif
