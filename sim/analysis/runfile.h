/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RUNFILE_H
#define RUNFILE_H

/* A run file: a result as JSON, schema `headroom.run/1`, published as docs/reference/run-1.schema.json. The same result
   gives the same bytes: numbers are the shortest text that reads back as the same double, NAN and infinity are
   null, and nothing of the clock, the locale or the machine is in it. Reading a file back and writing it gives the same
   bytes again. */

#include "result.h"

#include <stdio.h>

struct diag;

#define RUNFILE_SCHEMA "headroom.run/1"

/* Writes the result, ended by a newline. False when the stream has failed (disk full, pipe closed). */
bool runfile_write(FILE *out, const struct result *result);

/* Reads a run file into `arena`. NULL after a complaint at `file`, with line and column where the file ends too
   early or is no JSON; a newer schema is refused by name. */
struct result *runfile_read(const char *file, struct arena *arena, struct diag *diag);

/* True when the beginning of the file looks like JSON rather than YAML: an opening brace. False too when it cannot be
   read, which whoever reads it then says. */
bool runfile_is(const char *file);

#endif
