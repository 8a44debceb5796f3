/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ARENA_H
#define ARENA_H

/* An arena: memory with one lifetime. What is taken from it is zeroed, aligned to 16 bytes (to 64, a cache
   line, from 4096 bytes on), and freed all at once by arena_close; nothing is freed alone. Running out of
   memory ends the program with a message on stderr and status 1, so no caller tests for it. */

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* Opens an empty arena; the caller closes it. */
struct arena *arena_open(void);

/* Frees the arena and everything taken from it. NULL is allowed. */
void arena_close(struct arena *arena);

/* Zeroed memory of `size` bytes (0 gives a valid pointer). The arena owns it. */
void *arena_alloc(struct arena *arena, size_t size);

/* The same for `count` items of `size` bytes; a product that overflows counts as out of memory. */
void *arena_items(struct arena *arena, size_t count, size_t size);

#define arena_new(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define arena_array(arena, type, count) ((type *)arena_items((arena), (size_t)(count), sizeof(type)))

/* Copies `length` bytes of text and ends them with NUL. */
char *arena_copy(struct arena *arena, const char *text, size_t length);

/* Formats into the arena. */
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list values)
    __attribute__((format(printf, 2, 0)));

/* Bytes taken so far: a figure for tests of memory, not a limit. */
size_t arena_bytes(const struct arena *arena);

/* Ends the program as an arena does: for the few places that must call malloc or realloc themselves. */
_Noreturn void arena_exhausted(void);

#endif
