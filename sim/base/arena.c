/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Under AddressSanitizer every request has a block of its own, so that a step over its end is seen. */
#if defined(__SANITIZE_ADDRESS__)
#define EACH_ALONE true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EACH_ALONE true
#endif
#endif
#ifndef EACH_ALONE
#define EACH_ALONE false
#endif

enum {
    ALIGNMENT = 16,
    LINE = 64,       /* of the cache: where large requests start */
    LARGE = 4096,    /* requests from here on have a block of their own */
    FIRST = 8 << 10, /* bytes of the first shared block; each next one is twice as large */
    LAST = 1 << 20   /* until this size */
};

/* The payload follows the header, whose size is a multiple of ALIGNMENT. */
struct block {
    struct block *next;
    size_t size, used, unused;
};
static_assert(sizeof(struct block) % ALIGNMENT == 0, "payloads must stay aligned");

struct arena {
    struct block *shared; /* the first of these is being filled */
    struct block *alone;  /* one large request each */
    size_t next_size;
    size_t taken;
};

_Noreturn void arena_exhausted(void)
{
    fputs("headroom: out of memory\n", stderr);
    exit(EXIT_FAILURE);
}

struct arena *arena_open(void)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (!arena) arena_exhausted();
    arena->next_size = FIRST;
    return arena;
}

static void close_blocks(struct block *block)
{
    while (block) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_close(struct arena *arena)
{
    if (!arena) return;
    close_blocks(arena->shared);
    close_blocks(arena->alone);
    free(arena);
}

/* From calloc and never used twice, so it is zero; large blocks stay untouched pages until written. */
static struct block *block_open(struct block **list, size_t size)
{
    struct block *block = calloc(1, sizeof *block + size);
    if (!block) arena_exhausted();
    block->size = size;
    block->next = *list;
    *list = block;
    return block;
}

static void *take_alone(struct arena *arena, size_t size)
{
    if (size < LARGE) return block_open(&arena->alone, size) + 1;
    char *payload = (char *)(block_open(&arena->alone, size + LINE) + 1);
    return payload + (LINE - (uintptr_t)payload % LINE) % LINE;
}

static void *take_shared(struct arena *arena, size_t size)
{
    if (!arena->shared || arena->shared->size - arena->shared->used < size) {
        block_open(&arena->shared, arena->next_size);
        if (arena->next_size < LAST) arena->next_size *= 2;
    }
    struct block *block = arena->shared;
    char *payload = (char *)(block + 1) + block->used;
    block->used += size;
    return payload;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > PTRDIFF_MAX / 2) arena_exhausted();
    size_t rounded = size ? (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT : ALIGNMENT;
    arena->taken += rounded;
    if (EACH_ALONE) return take_alone(arena, size);
    return rounded >= LARGE ? take_alone(arena, rounded) : take_shared(arena, rounded);
}

void *arena_items(struct arena *arena, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size) arena_exhausted();
    return arena_alloc(arena, count * size);
}

char *arena_copy(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    if (length) memcpy(copy, text, length);
    return copy;
}

char *arena_vprintf(struct arena *arena, const char *format, va_list values)
{
    assert(format);
    va_list again;
    va_copy(again, values);
    int length = vsnprintf(NULL, 0, format, values);
    if (length < 0) abort();
    char *text = arena_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    char *text = arena_vprintf(arena, format, values);
    va_end(values);
    return text;
}

size_t arena_bytes(const struct arena *arena)
{
    return arena->taken;
}
