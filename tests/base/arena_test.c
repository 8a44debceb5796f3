/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <string.h>
#include <sys/resource.h>

#include "arena.h"

static void memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    static const char zeros[8192];
    uint64_t random = 1;
    struct arena *arena = arena_open();
    for (int i = 0; i < 2000; i++) {
        size_t size = testing_bits(&random) % sizeof zeros;
        char *memory = arena_alloc(arena, size);
        assert_int_equal((uintptr_t)memory % (size >= 4096 ? 64 : 16), 0);
        assert_memory_equal(memory, zeros, size);
        memset(memory, 0xff, size);
    }
    arena_close(arena);
}

static void memory_does_not_overlap(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    static unsigned *items[COUNT];
    struct arena *arena = arena_open();
    for (unsigned i = 0; i < COUNT; i++) {
        items[i] = arena_array(arena, unsigned, i % 70 + 1);
        for (unsigned j = 0; j <= i % 70; j++) items[i][j] = i;
    }
    for (unsigned i = 0; i < COUNT; i++)
        for (unsigned j = 0; j <= i % 70; j++) assert_int_equal(items[i][j], i);
    arena_close(arena);
}

static void nothing_is_something(void **state)
{
    (void)state;
    struct arena *arena = arena_open();
    assert_non_null(arena_alloc(arena, 0));
    assert_non_null(arena_array(arena, double, 0));
    arena_close(arena);
    arena_close(NULL);
}

static void texts_are_copied_and_formatted(void **state)
{
    (void)state;
    struct arena *arena = arena_open();
    assert_string_equal(arena_copy(arena, "orders.scaling", 6), "orders");
    assert_string_equal(arena_copy(arena, "", 0), "");
    assert_string_equal(arena_printf(arena, "%s-%d", "zone", 3), "zone-3");
    char *wide = arena_printf(arena, "%10000d", 7);
    assert_int_equal(strlen(wide), 10000);
    assert_int_equal(wide[9999], '7');
    arena_close(arena);
}

static void bytes_are_counted(void **state)
{
    (void)state;
    struct arena *arena = arena_open();
    assert_int_equal(arena_bytes(arena), 0);
    arena_alloc(arena, 1);
    assert_int_equal(arena_bytes(arena), 16);
    arena_alloc(arena, 100000);
    assert_int_equal(arena_bytes(arena), 16 + 100000);
    arena_close(arena);
}

static long resident_kib(void)
{
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

/* A quarter of it may be touched: AddressSanitizer keeps a shadow of an eighth. */
static void large_memory_stays_untouched(void **state)
{
    (void)state;
    struct arena *arena = arena_open();
    long before = resident_kib();
    arena_alloc(arena, (size_t)256 << 20);
    assert_true(resident_kib() - before < (64 << 10));
    arena_close(arena);
}

static void take_too_much(void *data)
{
    const size_t *count = data;
    arena_items(arena_open(), *count, 16);
}

static void running_out_ends_the_program(void **state)
{
    (void)state;
    char errors[256];
    for (size_t count = SIZE_MAX / 15; count >= SIZE_MAX / 32; count /= 2) {
        assert_int_equal(testing_child(take_too_much, &count, errors, sizeof errors), 1);
        assert_string_equal(errors, "headroom: out of memory\n");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned),
        cmocka_unit_test(memory_does_not_overlap),
        cmocka_unit_test(nothing_is_something),
        cmocka_unit_test(texts_are_copied_and_formatted),
        cmocka_unit_test(bytes_are_counted),
        cmocka_unit_test(large_memory_stays_untouched),
        cmocka_unit_test(running_out_ends_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
