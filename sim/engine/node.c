/* SPDX-License-Identifier: Apache-2.0 */
#include "node.h"

#include "model.h"
#include "run.h"

#include <assert.h>

void node_parts(struct node *node, int limit, size_t state_size)
{
    assert(node->part == NULL);
    struct arena *arena = node->run->arena;
    node->part = arena_array(arena, struct part *, limit);
    node->part_limit = limit;
    node->part_size = state_size;
    struct part *parts = arena_array(arena, struct part, limit);
    for (int i = 0; i < limit; i++) {
        parts[i].node = node;
        parts[i].index = i;
        parts[i].state = arena_alloc(arena, state_size);
        node->part[i] = &parts[i];
    }
}

void node_watch(struct node *node, struct node *watcher)
{
    for (int i = 0; i < node->watcher_count; i++) {
        if (node->watcher[i] == watcher) {
            return;
        }
    }
    struct node **list = arena_array(node->run->arena, struct node *, node->watcher_count + 1);
    for (int i = 0; i < node->watcher_count; i++) {
        list[i] = node->watcher[i];
    }
    list[node->watcher_count] = watcher;
    node->watcher = list;
    node->watcher_count++;
}

static void fire(struct timer *timer)
{
    struct node *node = timer->owner;
    node->model->wake(node, timer->tag);
}

void node_timer(struct node *node, struct timer *timer, int tag)
{
    *timer = timer_make(fire, node, tag);
}

void node_wake_in(struct node *node, struct timer *timer, double seconds)
{
    timer_set(&node->run->calendar, timer, node->run->now + calendar_ns(seconds));
}

void node_sleep(struct node *node, struct timer *timer)
{
    timer_stop(&node->run->calendar, timer);
}

double node_seconds(const struct node *node)
{
    return (double)(node->run->now - node->run->origin) * 1e-9;
}

int64_t node_now(const struct node *node)
{
    return node->run->now;
}

struct stream node_stream(const struct node *node, const char *purpose)
{
    return stream_open(node->run->options.seed, node->run->options.replication, node->name, purpose);
}

void *node_alloc(struct node *node, size_t count, size_t size)
{
    return arena_items(node->run->arena, count, size);
}

struct node *node_at(const struct node *node, struct node_ref ref)
{
    assert(ref.index < node->run->node_count);
    return ref.index < 0 ? NULL : &node->run->node[ref.index];
}
