/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRAME_H
#define FRAME_H

/* The frame of a scenario: what stands at its top level, around the nodes. */

#include "param.h"
#include "scenario.h"

/* What an environment may set for itself, bound from its tree. */
struct frame {
    const char *region;
    struct words zones;
    const char *start;
    double horizon;
};
extern const struct param frame_params[];

/* Tables of the rows of `targets` (struct target) and `drills` (struct frame_drill). */
extern const struct param frame_target_params[], frame_drill_params[];

struct frame_drill {
    const char *name, *fault;
    struct node_ref node;
};

/* What may stand at a top-level key. */
enum frame_sort {
    FRAME_UNKNOWN,
    FRAME_FIELD, /* a row of frame_params; an environment may have its own */
    FRAME_NODES,
    FRAME_FREE, /* tags: a map of texts */
    FRAME_LIST, /* objectives, targets, assumed: those of all files count */
    FRAME_DRILLS,
    FRAME_FILE, /* headroom, name, extends: said once by each file */
    FRAME_ENVIRONMENTS,
    FRAME_LATER /* not yet supported */
};

struct frame_key {
    const char *key;
    enum frame_sort sort;
    const char *help; /* one sentence */
};

/* Every top-level key, in the order in which people write them; NULL-terminated. */
extern const struct frame_key frame_keys[];

enum frame_sort frame_sort(const char *key);

/* The top-level key that `word` was meant for, or NULL. */
const char *frame_nearest(const char *word);

/* Reads the texts of the frame into the plan: the zones that a region has unless they are written, the clock.
   Complaints go to the places of the fields. */
void frame_plan(struct frame *frame, const struct check *check, struct arena *arena, struct plan *plan);

#endif
