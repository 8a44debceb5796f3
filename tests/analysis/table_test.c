/* SPDX-License-Identifier: Apache-2.0 */
#include "workshop.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figure.h"
#include "grid.h"
#include "longform.h"
#include "runfile.h"
#include "table.h"

static bool print_text(FILE *out, const struct result *result)
{
    return table_heading(out, result, TABLE_TEXT) &&
           table_environment(out, &result->environment[0], TABLE_TEXT) &&
           table_closing(out, result, TABLE_TEXT);
}

static bool print_markdown(FILE *out, const struct result *result)
{
    return table_heading(out, result, TABLE_MARKDOWN) &&
           table_environment(out, &result->environment[0], TABLE_MARKDOWN) &&
           table_closing(out, result, TABLE_MARKDOWN);
}

static void study_all(struct workshop *workshop)
{
    workshop_open(workshop);
    workshop->server.scales = true;
    workshop->server.down = 90.0;
    workshop->server.slow = 128.0;
    workshop->study.options.no_drills = false;
    workshop_objective(workshop, "latency.p99{request=\"GET /page\"} < 200ms");
    workshop_objective(workshop, "recovery.rto.p95{component=orders} < 2min");
    workshop_objective(
        workshop, "recovery.rto.p95{component=orders, drill=a_drill_that_nobody_has_ever_heard_of} < 2min");
    workshop_study(workshop);
}

static void check_width(const char *text)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        if (length > TABLE_WIDTH) {
            fail_msg("%zu columns: %.*s", length, (int)length, text);
        }
        if (length > 0 && text[length - 1] == ' ') {
            fail_msg("a blank ends \"%.*s\"", (int)length, text);
        }
        text += length;
        text += *text == '\n';
    }
}

static void test_text(void **state)
{
    struct workshop workshop;
    (void)state;
    study_all(&workshop);
    const char *text = workshop_printed(&workshop, print_text);
    check_width(text);
    workshop_holds(text, "== test ==");
    workshop_holds(text,
                   "1 of 3 objectives missed, 1 undecided; 2 drills, none with a recovery target to hold");
    workshop_holds(text, "missed");
    workshop_holds(text, "No request failed.");
    workshop_holds(text, "10 min simulated");
    workshop_holds(text, "replications.\n");
    workshop_holds(text, "Note: bill extrapolated from 10min of the day");
    workshop_holds(text, "130 s");
    workshop_holds(text, "3 assumptions behind these numbers; the most uncertain:");
    workshop_holds(text, "orders.memory_use");
    assert_true(strstr(text, "orders.memory_use") < strstr(text, "orders.startup")); /* 16 times, 6 times */
    assert_true(strstr(text, "Objectives") < strstr(text, "Latency"));
    workshop_close(&workshop);
}

static void test_markdown(void **state)
{
    struct workshop workshop;
    (void)state;
    study_all(&workshop);
    const char *text = workshop_printed(&workshop, print_markdown);
    workshop_holds(text, "# shop\n");
    workshop_holds(text, "## test\n");
    workshop_holds(
        text, "### Objectives\n\n| verdict | value | 95 % interval | objective |\n|---|---:|---:|---|\n");
    workshop_close(&workshop);
}

/* What is printed of a saved run is what was printed of the run. */
static void test_saved(void **state)
{
    struct workshop workshop;
    (void)state;
    study_all(&workshop);
    const char *table = workshop_printed(&workshop, print_text);
    const char *csv = workshop_printed(&workshop, longform_write);
    const char *json = workshop_printed(&workshop, runfile_write);
    char name[] = "table_test.XXXXXX";
    int descriptor = mkstemp(name);
    FILE *out = fdopen(descriptor, "w");
    fputs(json, out);
    fclose(out);
    workshop.result = runfile_read(name, workshop.arena, workshop.diag);
    remove(name);
    assert_non_null(workshop.result);
    assert_string_equal(table, workshop_printed(&workshop, print_text));
    assert_string_equal(csv, workshop_printed(&workshop, longform_write));
    workshop_close(&workshop);
}

/* Without intervals, cost, drills, objectives there is still a report. */
static void test_bare(void **state)
{
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    workshop.study.options.replications = 1;
    workshop.study.options.no_cost = true;
    workshop.environment.assumption_count = 0;
    workshop_study(&workshop);
    const char *text = workshop_printed(&workshop, print_text);
    check_width(text);
    workshop_holds(text, "no objectives; no drills.");
    workshop_holds(text, ": no intervals.");
    assert_null(strstr(text, "Bill"));
    workshop_close(&workshop);
}

static void test_failed_write(void **state)
{
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    workshop_study(&workshop);
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL) {
        skip();
    }
    assert_false(table_environment(full, &workshop.result->environment[0], TABLE_TEXT));
    assert_false(longform_write(full, workshop.result));
    fclose(full);
    workshop_close(&workshop);
}

/* ---- CSV ---- */

/* Fields of one line, quotes taken off; how many there are. */
static int fields_of(char *line, char *field[16])
{
    int count = 0;
    while (count < 16) {
        char *out = field[count++] = line;
        bool quoted = *line == '"';
        line += quoted;
        while (*line != '\0' && (quoted || *line != ',')) {
            if (quoted && *line == '"' && *++line != '"') {
                break;
            }
            *out++ = *line++;
        }
        bool more = *line == ',';
        *out = '\0';
        if (!more) {
            return count;
        }
        line++;
    }
    return count;
}

static void test_longform(void **state)
{
    struct workshop workshop;
    (void)state;
    study_all(&workshop);
    const char *text = workshop_printed(&workshop, longform_write);
    workshop_holds(text, "environment,section,item,metric,value,low,high,unit\r\n");
    workshop_holds(text, "test,latency,GET /page,p99,");
    workshop_holds(text, "test,objectives,\"latency.p99{request=\"\"GET /page\"\"} < 200ms\",met,");
    workshop_holds(text, "test,bill,orders KMS-Keys,monthly,3.00,3.00,3.00,USD\r\n");
    char *copy = arena_copy(workshop.arena, text, strlen(text));
    for (char *line = copy; *line != '\0';) {
        char *field[16], *end = strstr(line, "\r\n");
        assert_non_null(end);
        *end = '\0';
        assert_int_equal(fields_of(line, field), 8);
        line = end + 2;
    }
    workshop_close(&workshop);
}

/* ---- Figures and grids ---- */

static void test_figures(void **state)
{
    struct arena *arena = arena_open();
    (void)state;
    assert_string_equal(figure_seconds(arena, 0.0), "0 s");
    assert_string_equal(figure_seconds(arena, 12.34e-6), "12.3 us");
    assert_string_equal(figure_seconds(arena, 0.0123456), "12.3 ms");
    assert_string_equal(figure_seconds(arena, 0.9999), "1 s");
    assert_string_equal(figure_seconds(arena, 1.5249), "1.52 s");
    assert_string_equal(figure_seconds(arena, 119.4), "119 s");
    assert_string_equal(figure_seconds(arena, 130.0), "130 s");
    assert_string_equal(figure_seconds(arena, 730.0), "12 min 10 s");
    assert_string_equal(figure_seconds(arena, 600.0), "10 min");
    assert_string_equal(figure_seconds(arena, 12000.0), "3 h 20 min");
    assert_string_equal(figure_seconds(arena, 86400.0), "24 h");
    assert_string_equal(figure_seconds(arena, 86400.0 * 7), "7 d");
    assert_string_equal(figure_seconds(arena, NAN), "-");
    assert_string_equal(figure_seconds(arena, INFINITY), "never");
    assert_string_equal(figure_count(arena, 1234567.0), "1,234,567");
    assert_string_equal(figure_count(arena, 999.0), "999");
    assert_string_equal(figure_count(arena, -1234.0), "-1,234");
    assert_string_equal(figure_count(arena, 12.345), "12.3");
    assert_string_equal(figure_count(arena, 1234.5), "1,234");
    assert_string_equal(figure_share(arena, 0.712), "71.2 %");
    assert_string_equal(figure_share(arena, 0.000123), "0.0123 %");
    assert_string_equal(figure_share(arena, 0.0), "0 %");
    assert_string_equal(figure_share(arena, 1e-9), "<0.0001 %");
    assert_string_equal(figure_share(arena, 1.0), "100 %");
    assert_string_equal(figure_money(arena, 123456), "1,234.56");
    assert_string_equal(figure_money(arena, -5), "-0.05");
    assert_string_equal(figure_of(arena, 1536.0, UNIT_BYTE), "1.5 KiB");
    assert_string_equal(figure_of(arena, 1000.0, UNIT_RATE), "1,000/s");
    assert_string_equal(figure_range(arena, (struct interval){1.0, 0.5, 1.5}, UNIT_SECOND),
                        "500 ms to 1.5 s");
    assert_string_equal(figure_range(arena, interval_point(1.0), UNIT_SECOND), "-");
    arena_close(arena);
}

static void test_grid_is_cut(void **state)
{
    struct arena *arena = arena_open();
    struct grid grid = grid_open(arena, "Title", "<name|number|<words");
    char *text = NULL;
    size_t size = 0;
    const char *const rows[][3] = {{"a very long name of a node that nobody can read", "1,234", "short"},
                                   {"\xc3\xa9t\xc3\xa9", "5", NULL}};
    (void)state;
    grid_row(&grid, rows[0]);
    grid_row(&grid, rows[1]);
    FILE *out = open_memstream(&text, &size);
    grid_text(&grid, out, 40);
    fclose(out);
    assert_string_equal(text, "\nTitle\n"
                              "  name                     number  words\n"
                              "  a very long name of a..   1,234  short\n"
                              "  \xc3\xa9t\xc3\xa9                           5\n");
    free(text);
    arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),    cmocka_unit_test(test_markdown),     cmocka_unit_test(test_saved),
        cmocka_unit_test(test_bare),    cmocka_unit_test(test_failed_write), cmocka_unit_test(test_longform),
        cmocka_unit_test(test_figures), cmocka_unit_test(test_grid_is_cut)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
