/* SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include "odometer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BAR = 30, TICK_MS = 200 };

struct progress {
    struct odometer *odometer;
    const char *text;
    struct timespec began;
    pthread_t thread;
    atomic_bool over;
};

static double seconds_since(const struct timespec *began)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - began->tv_sec) + 1e-9 * (double)(now.tv_nsec - began->tv_nsec);
}

/* The time left, guessed from the pace so far; nothing until there is a pace to go by. */
static void format_left(char *out, size_t size, double share, double elapsed)
{
    out[0] = '\0';
    if (share > 0.01 && elapsed > 0.5) {
        int left = (int)(elapsed * (1.0 - share) / share + 0.5);
        snprintf(out, size, left < 60 ? "%2d s left" : "%2d min left", left < 60 ? left : (left + 30) / 60);
    }
}

static void draw(const struct progress *progress)
{
    double share = odometer_share(progress->odometer);
    int filled = (int)(share * BAR);
    char bar[BAR + 1], left[32];
    memset(bar, '.', BAR);
    memset(bar, '#', (size_t)(filled < 0 ? 0 : filled > BAR ? BAR : filled));
    bar[BAR] = '\0';
    format_left(left, sizeof left, share, seconds_since(&progress->began));
    fprintf(stderr, "\r%-24.24s [%s] %3.0f %%  %-12s", progress->text, bar, 100.0 * share, left);
    fflush(stderr);
}

static void *tick(void *argument)
{
    struct progress *progress = argument;
    const struct timespec pause = {0, TICK_MS * 1000000L};
    while (!atomic_load(&progress->over)) {
        draw(progress);
        nanosleep(&pause, NULL);
    }
    return NULL;
}

struct progress *progress_begin(struct odometer *odometer, const char *text, bool quiet)
{
    if (quiet || isatty(STDERR_FILENO) == 0) {
        return NULL;
    }
    struct progress *progress = calloc(1, sizeof *progress);
    if (progress == NULL) {
        return NULL; /* a bar is not worth failing for */
    }
    progress->odometer = odometer;
    progress->text = text;
    clock_gettime(CLOCK_MONOTONIC, &progress->began);
    if (pthread_create(&progress->thread, NULL, tick, progress) != 0) {
        free(progress);
        return NULL;
    }
    return progress;
}

void progress_end(struct progress *progress)
{
    if (progress == NULL) {
        return;
    }
    atomic_store(&progress->over, true);
    pthread_join(progress->thread, NULL);
    fprintf(stderr, "\r%80s\r", "");
    fflush(stderr);
    free(progress);
}
