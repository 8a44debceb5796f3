/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INPUTS_H
#define INPUTS_H

/* Inputs: every file that a scenario is made of, read once, with its hash, in order of reading. */

#include "param.h"
#include "scenario.h"

struct inputs;

/* `scenario` is the file as typed; files named on the command line are looked for beside it. */
struct inputs *inputs_open(const char *scenario, struct arena *arena, struct diag *diag);

struct arena *inputs_arena(const struct inputs *inputs);
struct diag *inputs_diag(const struct inputs *inputs);

/* The path of `name` as written in the file `from`. */
const char *inputs_beside(const struct inputs *inputs, const char *from, const char *name);

/* The folder that the names in the file `from` start from; "" is the present one. */
const char *inputs_folder(const struct inputs *inputs, const char *from);

/* How a scenario in the same folder would name the file at `path`. */
const char *inputs_relative(const struct inputs *inputs, const char *path);

/* The bytes of the file at `path`, at most `limit`, in *size. NULL with a phrase in *problem that follows the
   name of the file: "cannot be read: there is no such file". */
const char *inputs_read(struct inputs *inputs, const char *path, size_t limit, size_t *size,
                        const char **problem);

/* Opens the file at `path`, which must not be a folder; a descriptor, or -1 with a phrase in *problem. */
int inputs_descriptor(const struct inputs *inputs, const char *path, const char **problem);

/* Notes a file that was read elsewhere. */
void inputs_note(struct inputs *inputs, const char *path, const char sha256[65]);

/* The profile or trace at `path`, read on the first call; NULL after a complaint, for which `place` names it.
   */
const struct curve *inputs_curve(struct inputs *inputs, const char *path, struct place place);
const struct trace *inputs_trace(struct inputs *inputs, const char *path, struct place place);

/* The path that a curve or trace was read from, or NULL. */
const char *inputs_path_of(const struct inputs *inputs, const void *curve_or_trace);

/* All files, in order of reading. */
const struct input_file *inputs_all(const struct inputs *inputs, int *count);

/* A path as the results show it: as typed if relative, else its last part. */
const char *inputs_shown(const char *path);

#endif
