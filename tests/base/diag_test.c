/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "diag.h"

static int open_diag(void **state)
{
    *state = arena_open();
    return 0;
}

static int close_diag(void **state)
{
    arena_close(*state);
    return 0;
}

static void prints(struct diag *diag, const char *expected)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    diag_print(diag, out);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void all_are_shown_in_order(void **state)
{
    struct diag *diag = diag_open(*state);
    diag_error(diag, (struct place){"shop.yaml", 14, 5}, "unknown parameter of %s: %s", "alb", "idle_timout");
    diag_warning(diag, (struct place){"shop.yaml", 14, 2}, "careful");
    diag_error(diag, (struct place){"shop.yaml", 3, 40}, "first");
    diag_error(diag, (struct place){"--set", 1, 1}, "other file");
    diag_error(diag, (struct place){"shop.yaml", 14, 5}, "again at the same place");
    assert_int_equal(diag_errors(diag), 4);
    assert_int_equal(diag_warnings(diag), 1);
    prints(diag, "--set:1:1: error: other file\n"
                 "shop.yaml:3:40: error: first\n"
                 "shop.yaml:14:2: warning: careful\n"
                 "shop.yaml:14:5: error: unknown parameter of alb: idle_timout\n"
                 "shop.yaml:14:5: error: again at the same place\n");
}

static void the_same_is_kept_once(void **state)
{
    struct diag *diag = diag_open(*state);
    char file[] = "a.yaml";
    for (int i = 0; i < 1000; i++) diag_error(diag, (struct place){file, 1, 1}, "once");
    diag_warning(diag, (struct place){file, 1, 1}, "once");
    diag_error(diag, (struct place){file, 2, 1}, "once");
    assert_int_equal(diag_errors(diag), 2);
    file[0] = 'b'; /* the name was copied */
    prints(diag, "a.yaml:1:1: error: once\na.yaml:1:1: warning: once\na.yaml:2:1: error: once\n");
}

static void unknown_places_are_left_out(void **state)
{
    struct diag *diag = diag_open(*state);
    diag_error(diag, (struct place){NULL, 0, 0}, "nowhere");
    diag_error(diag, (struct place){"a.yaml", 0, 0}, "in the file");
    diag_error(diag, (struct place){"a.yaml", 7, 0}, "in the line");
    prints(diag, "error: nowhere\na.yaml: error: in the file\na.yaml:7: error: in the line\n");
}

static void control_characters_do_not_reach_the_terminal(void **state)
{
    struct diag *diag = diag_open(*state);
    diag_error(diag, (struct place){"a.yaml", 1, 1}, "unknown key: %s", "\033[2J\nx\177");
    prints(diag, "a.yaml:1:1: error: unknown key: ?[2J?x?\n");
}

static int count_lines(struct diag *diag, const char *part)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    diag_print(diag, out);
    fclose(out);
    int count = 0;
    for (const char *line = text; (line = strstr(line, part)); line++) count++;
    free(text);
    return count;
}

static void at_most_fifty_and_errors_first(void **state)
{
    struct diag *diag = diag_open(*state);
    for (int i = 1; i <= 70; i++) diag_warning(diag, (struct place){"a.yaml", i, 1}, "warning %d", i);
    for (int i = 1; i <= 3; i++) diag_error(diag, (struct place){"z.yaml", i, 1}, "error %d", i);
    assert_int_equal(count_lines(diag, " error: "), 3);
    assert_int_equal(count_lines(diag, " warning: "), 47);
    assert_int_equal(count_lines(diag, "\n23 more complaints not shown\n"), 1);
    for (int i = 4; i <= 100; i++) diag_error(diag, (struct place){"z.yaml", i, 1}, "error %d", i);
    assert_int_equal(count_lines(diag, " error: "), 50);
    assert_int_equal(count_lines(diag, " warning: "), 0);
    assert_int_equal(count_lines(diag, "\n120 more complaints not shown\n"), 1);
}

static void nothing_to_say(void **state)
{
    prints(diag_open(*state), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_are_shown_in_order, open_diag, close_diag),
        cmocka_unit_test_setup_teardown(the_same_is_kept_once, open_diag, close_diag),
        cmocka_unit_test_setup_teardown(unknown_places_are_left_out, open_diag, close_diag),
        cmocka_unit_test_setup_teardown(control_characters_do_not_reach_the_terminal, open_diag, close_diag),
        cmocka_unit_test_setup_teardown(at_most_fifty_and_errors_first, open_diag, close_diag),
        cmocka_unit_test_setup_teardown(nothing_to_say, open_diag, close_diag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
