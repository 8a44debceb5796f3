/* SPDX-License-Identifier: Apache-2.0 */
#include "part.h"

#include "model.h"
#include "run.h"

static void tell(struct node *node, struct part *part)
{
    if (node->model->notice != NULL) {
        node->model->notice(node, part);
    }
}

static void tell_watchers(struct part *part)
{
    for (int i = 0; i < part->node->watcher_count; i++) {
        tell(part->node->watcher[i], part);
    }
}

void part_set_life(struct part *part, enum part_life life)
{
    if (part->life == (uint8_t)life) {
        return;
    }
    if (part->life == PART_ABSENT) {
        part->generation++;
    }
    part->life = (uint8_t)life;
    part->since = part->node->run->now;
    if (life == PART_RUNNING) {
        part->health = HEALTH_INITIAL;
        part->alive = part->reachable = true;
    } else if (life == PART_ABSENT) {
        part->alive = false;
    }
    tell_watchers(part);
}

void part_set_health(struct part *part, enum part_health health)
{
    if (part->health == (uint8_t)health) {
        return;
    }
    part->health = (uint8_t)health;
    tell(part->node, part);
    tell_watchers(part);
}

struct part *part_free_slot(struct node *node)
{
    for (int i = 0; i < node->part_limit; i++) {
        if (node->part[i]->life == PART_ABSENT && node->part[i]->outstanding == 0) {
            return node->part[i];
        }
    }
    return NULL;
}

int part_count(const struct node *node, enum part_life life)
{
    int count = 0;
    for (int i = 0; i < node->part_limit; i++) {
        count += node->part[i]->life == (uint8_t)life;
    }
    return count;
}
