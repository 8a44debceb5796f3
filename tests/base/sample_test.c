/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arena.h"
#include "sample.h"

struct fixture {
    struct arena *arena;
    char *folder;
};

static int open_fixture(void **state)
{
    struct fixture *fixture = malloc(sizeof *fixture);
    *fixture = (struct fixture){arena_open(), testing_folder()};
    *state = fixture;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    arena_close(fixture->arena);
    testing_clean(fixture->folder);
    free(fixture);
    return 0;
}

static bool read_bytes(const struct fixture *fixture, const void *bytes, size_t size, struct sample *sample,
                       const char **problem)
{
    testing_write(fixture->folder, "sample.csv", bytes, size);
    const char *path = arena_printf(fixture->arena, "%s/sample.csv", fixture->folder);
    return sample_read(path, UNIT_SECOND, fixture->arena, sample, problem);
}

static struct sample accepts(const struct fixture *fixture, const char *text)
{
    struct sample sample = {.count = 0};
    const char *problem = "";
    if (!read_bytes(fixture, text, strlen(text), &sample, &problem)) fail_msg("%s", problem);
    return sample;
}

static void refuses_bytes(const struct fixture *fixture, const void *bytes, size_t size, const char *phrase)
{
    struct sample sample;
    const char *problem = "accepted";
    assert_false(read_bytes(fixture, bytes, size, &sample, &problem));
    testing_holds(problem, phrase);
}

static void refuses(const struct fixture *fixture, const char *text, const char *phrase)
{
    refuses_bytes(fixture, text, strlen(text), phrase);
}

static void values_are_sorted(void **state)
{
    struct sample sample = accepts(*state, "0.3\n100ms\n0.2\n");
    assert_int_equal(sample.count, 3);
    assert_true(sample.values[0] == 0.1 && sample.values[1] == 0.2 && sample.values[2] == 0.3);
}

static void files_as_people_make_them(void **state)
{
    assert_int_equal(accepts(*state, "latency\n1\n2").count, 2);
    assert_int_equal(accepts(*state, "\"latency (s)\"\r\n1s\r\n2s\r\n").count, 2);
    assert_int_equal(accepts(*state, "\xef\xbb\xbf"
                                     "1s\n2s\n")
                         .count,
                     2);
    assert_int_equal(accepts(*state, "# measured 2025-11-03\n\n 1s\t\n  \n2s\n\n").count, 2);
    assert_int_equal(accepts(*state, "# one\nseconds\n1e-3\n2e-3\n").count, 2);
}

static void what_is_wrong_is_said(void **state)
{
    refuses(*state, "", "sample.csv is empty");
    refuses(*state, "latency\n", "sample.csv is empty");
    refuses(*state, "5ms\n", "one value only");
    refuses(*state, "1s\nfast\n", "line 2 is not a number");
    refuses(*state, "a\nb\n1s\n2s\n", "line 2 is not a number");
    refuses(*state, "1s\n2,5\n", "line 2 is not a number");
    refuses(*state, "1s\nnone\n", "line 2 is not a number");
    refuses(*state, "1s\n\n-2\n", "line 3 is negative");
    refuses(*state, "1s\n2GB\n", "line 2 is not a number");
    refuses(*state, "0\n1e200\n", "too far apart");
    refuses_bytes(*state, "1s\n2\0s\n", 8, "line 2 is not text");
    char wide[1000];
    memset(wide, '1', sizeof wide);
    refuses_bytes(*state, wide, sizeof wide, "line 1 is not text");
}

static void files_that_cannot_be_read(void **state)
{
    const struct fixture *fixture = *state;
    struct sample sample;
    const char *problem = "";
    assert_false(sample_read("/no/such/file.csv", UNIT_SECOND, fixture->arena, &sample, &problem));
    testing_holds(problem, "/no/such/file.csv cannot be opened: No such file");
    assert_false(sample_read(fixture->folder, UNIT_SECOND, fixture->arena, &sample, &problem));
    testing_holds(problem, "cannot be read: Is a directory");
}

static void too_many_values(void **state)
{
    enum { LIMIT = 1000000 };
    char *text = malloc(2 * (LIMIT + 1) + 1);
    for (int i = 0; i <= LIMIT; i++) {
        text[2 * i] = i % 2 ? '1' : '3';
        text[2 * i + 1] = '\n';
    }
    struct sample sample = {.count = 0};
    const char *problem = "";
    assert_true(read_bytes(*state, text, 2 * LIMIT, &sample, &problem));
    assert_int_equal(sample.count, LIMIT);
    testing_near(sample.mean, 2, 1e-15);
    assert_false(read_bytes(*state, text, 2 * (LIMIT + 1), &sample, &problem));
    testing_holds(problem, "more than 1000000 values");
    free(text);
}

static void moments_are_those_of_the_line_between(void **state)
{
    struct sample two = accepts(*state, "1\n3\n"); /* uniform on 1 to 3 */
    assert_true(two.mean == 2);
    testing_near(two.scv, 4.0 / 12 / 4, 1e-15);
    struct sample three = accepts(*state, "0\n1\n3\n"); /* half on 0 to 1, half on 1 to 3 */
    testing_near(three.mean, 1.25, 1e-15);
    testing_near(three.scv, ((1.0 / 3 + 13.0 / 3) / 2 - 1.25 * 1.25) / (1.25 * 1.25), 1e-14);
    struct sample same = accepts(*state, "0.1\n0.1\n0.1\n");
    assert_true(same.mean == 0.1 && same.scv == 0);
    struct sample zero = accepts(*state, "0\n0\n");
    assert_true(zero.mean == 0 && zero.scv == 0);
}

static void quantiles_meet_the_order_statistics(void **state)
{
    (void)state;
    static const double values[] = {1, 2, 4, 8, 16};
    for (int i = 0; i < 5; i++) assert_true(sample_quantile(values, 5, i / 4.0) == values[i]);
    assert_true(sample_quantile(values, 5, 0.875) == 12);
    assert_true(sample_quantile(values, 5, 0.125) == 1.5);
}

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FILES(values_are_sorted),
        WITH_FILES(files_as_people_make_them),
        WITH_FILES(what_is_wrong_is_said),
        WITH_FILES(files_that_cannot_be_read),
        WITH_FILES(too_many_values),
        WITH_FILES(moments_are_those_of_the_line_between),
        cmocka_unit_test(quantiles_meet_the_order_statistics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
