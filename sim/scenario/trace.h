/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TRACE_H
#define TRACE_H

/* A trace: recorded requests, a CSV file with the columns `time,request,demand`, plain or gzip, of which only
   `time` must be there. Times are seconds or ISO 8601 and never fall; they are kept as seconds from the
   first. Demands are seconds or carry a unit. The file is streamed, so that what is read is all that is held;
   a file that is too long, or that unpacks to suspiciously much, is refused as soon as that shows. */

#include "inputs.h"

/* The trace at `path`; NULL after complaints. `place` is where it is named. */
const struct trace *trace_read(struct inputs *inputs, const char *path, struct place place);

#endif
