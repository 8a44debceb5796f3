/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RUNFILE_ROWS_H
#define RUNFILE_ROWS_H

/* The sections of an environment in a run file, read back into a result: for runfile_read.c only. Each takes the
   environment's object and complains through the reader. */

#include "json.h"
#include "result.h"

void runfile_rows_measured(struct json_reader *reader, const cJSON *from, struct result_environment *into);
void runfile_rows_recovery(struct json_reader *reader, const cJSON *from, struct result_environment *into);
void runfile_rows_cost(struct json_reader *reader, const cJSON *from, struct result_environment *into);
/* Objectives, samples, usage, series, assumptions; after the sections above, which say what units samples have. */
void runfile_rows_evidence(struct json_reader *reader, const cJSON *from, struct result_environment *into);

/* Where the rows of a list go: a pointer to structs of `size`, and how many there are. */
struct runfile_list {
    void *into;
    size_t size;
    int *count;
};
#define RUNFILE_LIST(pointer, number) ((struct runfile_list){&(pointer), sizeof *(pointer), &(number)})

/* Makes room for as many structs as the list `key` has rows, and returns the first row; NULL when there is none. */
const cJSON *runfile_rows_of(struct json_reader *reader, const cJSON *from, const char *key,
                             struct runfile_list list);

/* The member's own name, in the arena. */
const char *runfile_rows_key(struct json_reader *reader, const cJSON *item);

/* The configured or simulated basis of this name. */
enum bill_basis runfile_rows_basis(const char *name);

/* The unit of this name, UNIT_NONE for an unknown one. */
enum unit runfile_rows_unit(const char *name);

#endif
