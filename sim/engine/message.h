/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MESSAGE_H
#define MESSAGE_H

/* A message: what queues keep and consumers work on. It belongs to its queue from send to delete; a consumer holds
   pointers only while the visit that received them lasts. */

#include "visit.h"

enum { MESSAGE_BATCH_MAX = 10 };

struct message {
    struct link link;         /* the queue's own lists */
    uint64_t id;              /* names the random stream of its processing */
    int64_t sent, first_sent; /* ns; first_sent survives a move to a dead-letter queue */
    int64_t visible_at;       /* ns, while in flight */
    int32_t receives;
    int32_t bytes;
    uint32_t receipt; /* changes with each receive: a stale receipt deletes nothing */
    bool in_flight;
};

/* What a receive hands over in visit->load; it lives in the receiving visit's queue until acknowledged or replaced by
   that visit's next receive. To acknowledge, `done[i]` says which messages to delete. */
struct batch {
    int count;
    struct message *message[MESSAGE_BATCH_MAX];
    uint32_t receipt[MESSAGE_BATCH_MAX];
    bool done[MESSAGE_BATCH_MAX];
};

#endif
