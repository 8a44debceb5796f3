/* SPDX-License-Identifier: Apache-2.0 */
#include "crew.h"

#include "arena.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/* Results done but not yet taken wait in a ring: a thread far ahead of the slowest waits for it. */
struct crew {
    const struct crew_work *work;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    int next, taken, end; /* job to be begun; job to be taken; one past the last */
    bool over;            /* a result has ended the work */
    int room;
    void **waiting; /* of job j at j % room; NULL = not done */
};

struct member {
    struct crew *crew;
    int thread;
};

/* With the lock held: hands over every result whose turn it is. */
static void take_in_order(struct crew *crew)
{
    const struct crew_work *work = crew->work;
    while (!crew->over && crew->taken < crew->end && crew->waiting[crew->taken % crew->room] != NULL) {
        void **slot = &crew->waiting[crew->taken % crew->room];
        crew->over = !work->take(work->context, crew->taken, *slot);
        *slot = NULL;
        crew->taken++;
    }
    pthread_cond_broadcast(&crew->moved);
}

/* With the lock held: a job number, or -1 when there is none. */
static int begin(struct crew *crew)
{
    while (!crew->over && crew->next < crew->end && crew->next >= crew->taken + crew->room) {
        pthread_cond_wait(&crew->moved, &crew->lock);
    }
    return crew->over || crew->next >= crew->end ? -1 : crew->next++;
}

static void *labour(void *argument)
{
    const struct member *member = argument;
    struct crew *crew = member->crew;
    pthread_mutex_lock(&crew->lock);
    for (int job = begin(crew); job >= 0; job = begin(crew)) {
        pthread_mutex_unlock(&crew->lock);
        void *result = crew->work->perform(crew->work->context, job, member->thread);
        assert(result != NULL);
        pthread_mutex_lock(&crew->lock);
        crew->waiting[job % crew->room] = result;
        take_in_order(crew);
    }
    pthread_mutex_unlock(&crew->lock);
    return NULL;
}

/* The caller's own thread is member 0. Where the system has no more threads to give, those there are do the work. */
static void labour_together(struct crew *crew, int threads)
{
    pthread_t *thread = calloc((size_t)threads, sizeof *thread);
    struct member *member = calloc((size_t)threads, sizeof *member);
    if (thread == NULL || member == NULL) {
        arena_exhausted();
    }
    int started = 1;
    for (; started < threads; started++) {
        member[started] = (struct member){crew, started};
        if (pthread_create(&thread[started], NULL, labour, &member[started]) != 0) {
            break;
        }
    }
    member[0] = (struct member){crew, 0};
    labour(&member[0]);
    for (int i = 1; i < started; i++) {
        pthread_join(thread[i], NULL);
    }
    free(thread);
    free(member);
}

bool crew_run(const struct crew_work *work)
{
    assert(work->threads >= 1);
    int threads = work->threads < work->count ? work->threads : work->count;
    struct crew crew = {
        .work = work, .next = work->first, .taken = work->first, .end = work->first + work->count};
    if (work->count <= 0) {
        return true;
    }
    crew.room = 2 * threads;
    crew.waiting = calloc((size_t)crew.room, sizeof *crew.waiting);
    if (crew.waiting == NULL) {
        arena_exhausted();
    }
    pthread_mutex_init(&crew.lock, NULL);
    pthread_cond_init(&crew.moved, NULL);
    labour_together(&crew, threads);
    for (int i = 0; i < crew.room; i++) {
        if (crew.waiting[i] != NULL) {
            work->drop(crew.waiting[i]);
        }
    }
    pthread_cond_destroy(&crew.moved);
    pthread_mutex_destroy(&crew.lock);
    free(crew.waiting);
    return !crew.over;
}

int crew_processors(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return processors < 1 ? 1 : processors > 256 ? 256 : (int)processors;
}
