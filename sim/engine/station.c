/* SPDX-License-Identifier: Apache-2.0 */
#include "station.h"

#include "run.h"
#include "visit_event.h"

#include <assert.h>

/* NOLINTNEXTLINE(readability-function-size): what a station is, said once, at its start */
void station_open(struct station *station, struct run *run, int64_t servers, int64_t limit,
                  enum station_discipline discipline, struct stream stream)
{
    int queues = discipline == STATION_PRIORITY ? STATION_PRIORITIES : 1;
    *station = (struct station){.run = run,
                                .servers = servers > INT32_MAX ? INT32_MAX : (int32_t)servers,
                                .limit = limit,
                                .discipline = (int32_t)discipline,
                                .stream = stream,
                                .queue = arena_array(run->arena, struct link, queues)};
    for (int i = 0; i < queues; i++) {
        link_clear(&station->queue[i]);
    }
}

static struct link *random_link(struct station *station)
{
    uint32_t place = stream_below_n(&station->stream, (uint32_t)station->waiting);
    struct link *link = station->queue[0].next;
    while (place-- > 0) {
        link = link->next;
    }
    return link;
}

static struct link *first_link(const struct station *station)
{
    int queue = 0;
    while (link_empty(&station->queue[queue])) {
        queue++;
    }
    return station->queue[queue].next;
}

/* The next to be served, out of the queue; NULL when nobody waits or no server is to be filled. */
static inline struct visit *next(struct station *station)
{
    if (station->waiting == 0 || station->busy > station->servers) {
        return NULL;
    }
    bool random = station->discipline == STATION_RANDOM;
    struct visit *visit = VISIT_OF_QUEUE(random ? random_link(station) : first_link(station));
    int64_t now = station->run->now;
    link_remove(&visit->queue);
    station->waiting--;
    gauge_add(&station->in_queue, now, -1.0);
    station->wait_sum += (double)(now - visit->queued) * 1e-9;
    visit->outcome = OUTCOME_OK;
    visit_event_undeadline(visit);
    return visit;
}

/* A server begins with the visit: its service, or, for one that seizes, its own next step, at once but through the
   calendar, so that a release never runs another visit's code inside the releasing one's. */
static inline void begin(struct visit *visit)
{
    struct run *run = visit->node->run;
    if (visit->demand < 0.0) {
        visit->wait = WAIT_HOLD;
        visit_event_schedule(visit, run->now);
        return;
    }
    visit->wait = WAIT_SERVER;
    visit_event_schedule(visit, run->now + calendar_ns(visit->demand));
}

static void fall_idle(struct station *station)
{
    station->busy--;
    gauge_add(&station->in_service, station->run->now, -1.0);
}

static inline void pass_on(struct station *station)
{
    struct visit *visit = next(station);
    if (visit != NULL) {
        begin(visit);
    } else {
        fall_idle(station);
    }
}

static inline bool enqueue(struct station *station, struct visit *visit, double demand)
{
    if (station->waiting >= station->limit) {
        station->refused++;
        visit_event_undeadline(visit);
        return false;
    }
    int queue = station->discipline == STATION_PRIORITY ? visit->priority : 0;
    assert(queue < STATION_PRIORITIES);
    visit->demand = demand;
    visit->station = station;
    visit->wait = WAIT_QUEUE;
    visit->queued = station->run->now;
    link_append(&station->queue[queue], &visit->queue);
    station->waiting++;
    gauge_add(&station->in_queue, station->run->now, 1.0);
    return true;
}

static void take_server(struct station *station)
{
    station->busy++;
    gauge_add(&station->in_service, station->run->now, 1.0);
}

bool visit_seize(struct visit *visit, struct station *station)
{
    if (station->busy >= station->servers) {
        return enqueue(station, visit, -1.0);
    }
    take_server(station);
    visit->outcome = OUTCOME_OK;
    visit_event_resume(visit);
    return true;
}

bool visit_serve(struct visit *visit, struct station *station, double demand)
{
    assert(demand >= 0.0);
    if (station->busy >= station->servers) {
        return enqueue(station, visit, demand);
    }
    take_server(station);
    visit_event_undeadline(visit);
    visit->station = station;
    visit->demand = demand;
    visit->wait = WAIT_SERVER;
    visit->outcome = OUTCOME_OK;
    visit_event_schedule(visit, station->run->now + calendar_ns(demand));
    return true;
}

void visit_event_served(struct visit *visit)
{
    struct station *station = visit->station;
    station->served++;
    pass_on(station);
    visit->outcome = OUTCOME_OK;
    visit_event_resume(visit);
}

void visit_release(struct visit *visit, struct station *station)
{
    (void)visit; /* whose server it is does not matter: they are alike */
    assert(station->busy > 0);
    station->served++;
    pass_on(station);
}

void station_resize(struct station *station, int64_t servers)
{
    station->servers = servers > INT32_MAX ? INT32_MAX : (int32_t)servers;
    while (station->waiting > 0 && station->busy < station->servers) {
        take_server(station);
        begin(next(station));
    }
}

void station_leave(struct station *station, struct visit *visit)
{
    if (visit->wait == WAIT_SERVER) { /* killed in service */
        pass_on(station);
        return;
    }
    link_remove(&visit->queue);
    station->waiting--;
    gauge_add(&station->in_queue, station->run->now, -1.0);
}

void station_reset(struct station *station)
{
    int queues = station->discipline == STATION_PRIORITY ? STATION_PRIORITIES : 1;
    for (int i = 0; i < queues; i++) {
        while (!link_empty(&station->queue[i])) {
            link_remove(station->queue[i].next);
        }
    }
    station->waiting = station->busy = 0;
    gauge_set(&station->in_queue, station->run->now, 0.0);
    gauge_set(&station->in_service, station->run->now, 0.0);
}
