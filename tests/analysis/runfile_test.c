/* SPDX-License-Identifier: Apache-2.0 */
#include "workshop.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "json.h"
#include "judge.h"
#include "runfile.h"
#include "table.h"

/* A file of this test alone, removed by remove_file. */
static char *write_file(const char *text, size_t size)
{
    static char name[64];
    snprintf(name, sizeof name, "runfile_test.%ld.json", (long)getpid());
    FILE *out = fopen(name, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(text, 1, size, out), size);
    fclose(out);
    return name;
}

static bool print_table(FILE *out, const struct result *result)
{
    bool fine = table_heading(out, result, TABLE_TEXT);
    for (int i = 0; i < result->environment_count; i++) {
        fine = fine && table_environment(out, &result->environment[i], TABLE_TEXT);
    }
    return fine && table_closing(out, result, TABLE_TEXT);
}

/* Everything a run file can hold: scaling, drills that end in every way, objectives, a bill. */
static void study_all(struct workshop *workshop)
{
    workshop_open(workshop);
    workshop->server.scales = true;
    workshop->server.down = 1e6;
    workshop->server.slow = 1e6;
    workshop->study.options.no_drills = false;
    workshop->study.options.replications = 3;
    workshop_objective(workshop, "latency.p99{request=\"GET /page\"} < 200ms");
    workshop_objective(workshop, "recovery.rto.p95{component=orders} < 2min");
    workshop_objective(workshop, "nodes.utilisation < 50%");
    workshop_study(workshop);
}

static struct result *read_text(struct workshop *workshop, const char *text, size_t size)
{
    const char *name = write_file(text, size);
    struct result *result = runfile_read(name, workshop->arena, workshop->diag);
    remove(name);
    return result;
}

static void test_written_and_read_is_written_the_same(void **state)
{
    struct workshop workshop;
    (void)state;
    study_all(&workshop);
    const char *first = workshop_printed(&workshop, runfile_write);
    struct result *read = read_text(&workshop, first, strlen(first));
    assert_string_equal(workshop_complaints(&workshop), "");
    if (read == NULL) {
        return;
    }
    const struct result_environment *before = workshop.result->environment, *after = read->environment;
    assert_int_equal(after->recovery[0].unrestored, before->recovery[0].unrestored);
    assert_true(isinf(after->recovery[0].rto_s[RESULT_P95].value));
    assert_true(isinf(after->recovery[0].strike[0].rto_s));
    assert_int_equal(after->cost.monthly.cents, before->cost.monthly.cents);
    assert_int_equal(observation_find(&after->samples, "nodes.residence{node=\"orders\"}")->unit,
                     UNIT_SECOND);
    assert_int_equal(observation_find(&after->samples, "cost.monthly")->unit, UNIT_USD);
    workshop.result = read;
    assert_string_equal(first, workshop_printed(&workshop, runfile_write));
    workshop_close(&workshop);
}

/* Drills alone leave a file with nothing else in it; so does a result of which nothing was simulated yet. */
static void test_partial_results(void **state)
{
    struct workshop workshop;
    (void)state;
    workshop_open(&workshop);
    workshop.study.options.only_drills = true;
    workshop.study.options.no_drills = false;
    workshop.study.options.replications = 1;
    workshop_study(&workshop);
    const char *text = workshop_printed(&workshop, runfile_write);
    assert_non_null(read_text(&workshop, text, strlen(text)));
    workshop_close(&workshop);
}

/* Runs a line of Python with two arguments; its exit status, -1 when there is no Python. */
static int python(const char *code, const char *first, const char *second)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        execlp("python3", "python3", "-W", "ignore", "-c", code, first, second, (char *)NULL);
        _exit(77);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) != 77 ? WEXITSTATUS(status) : -1;
}

/* The published schema, by an independent validator where there is one. */
static void test_schema(void **state)
{
    static const char probe[] =
        "import importlib.util, sys; sys.exit(importlib.util.find_spec('jsonschema') is None)";
    static const char code[] =
        "import json, sys, jsonschema\n"
        "schema, run = (json.load(open(name)) for name in sys.argv[1:])\n"
        "validator = getattr(jsonschema, 'Draft202012Validator', jsonschema.Draft7Validator)\n"
        "validator.check_schema(schema)\n"
        "validator(schema).validate(run)\n";
    struct workshop workshop;
    (void)state;
    if (python(probe, "", "") != 0) {
        skip();
    }
    study_all(&workshop);
    const char *text = workshop_printed(&workshop, runfile_write);
    const char *name = write_file(text, strlen(text));
    int status = python(code, HEADROOM_SOURCE_DIR "/docs/reference/run-1.schema.json", name);
    remove(name);
    assert_int_equal(status, 0);
    workshop_close(&workshop);
}

/* A file cut short anywhere is refused, with a place; nothing crashes. */
static void test_truncated(void **state)
{
    struct workshop workshop;
    (void)state;
    study_all(&workshop);
    const char *text = workshop_printed(&workshop, runfile_write);
    size_t size = strlen(text);
    for (size_t cut = 0; cut + 2 < size; cut += 1 + size / 97) {
        struct diag *diag = workshop.diag;
        workshop.diag = diag_open(workshop.arena);
        assert_null(read_text(&workshop, text, cut));
        workshop_holds(workshop_complaints(&workshop), "the file ends in the middle of its JSON");
        workshop.diag = diag;
    }
    assert_null(read_text(&workshop, text, 2000));
    workshop_holds(workshop_complaints(&workshop), ".json:");
    workshop_close(&workshop);
}

/* Whatever is changed, a file is read or refused, and what was read can be printed and judged. */
static void test_damaged(void **state)
{
    static const char letters[] = "{}[]\",:0987654321-eE.nutf \n";
    struct workshop workshop;
    struct stream stream = stream_open(1, 0, "test", "damage");
    (void)state;
    study_all(&workshop);
    const char *text = workshop_printed(&workshop, runfile_write);
    uint32_t size = (uint32_t)strlen(text);
    int read = 0;
    for (int i = 0; i < 400; i++) {
        char *damaged = arena_copy(workshop.arena, text, size);
        for (int k = 0; k < 1 + i % 3; k++) {
            damaged[stream_below_n(&stream, size)] = letters[stream_below_n(&stream, sizeof letters - 1)];
        }
        workshop.diag = diag_open(workshop.arena);
        workshop.result = read_text(&workshop, damaged, size);
        assert_true((workshop.result == NULL) == (diag_errors(workshop.diag) > 0));
        if (workshop.result != NULL) {
            read++;
            judge_again(workshop.result, NULL, 0, workshop.diag);
            workshop_printed(&workshop, print_table);
        }
    }
    assert_true(0 < read && read < 400);
    workshop_close(&workshop);
}

/* Text with one part replaced by another. */
static char *replaced(struct workshop *workshop, const char *text, const char *old, const char *new)
{
    const char *at = strstr(text, old);
    assert_non_null(at);
    return arena_printf(workshop->arena, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
}

static void check_refused(struct workshop *workshop, const char *old, const char *new, const char *complaint)
{
    const char *text = workshop_printed(workshop, runfile_write);
    const char *changed = replaced(workshop, text, old, new);
    struct diag *diag = workshop->diag;
    workshop->diag = diag_open(workshop->arena);
    assert_null(read_text(workshop, changed, strlen(changed)));
    workshop_holds(workshop_complaints(workshop), complaint);
    assert_int_equal(diag_errors(workshop->diag), 1);
    workshop->diag = diag;
}

static void test_refused(void **state)
{
    struct workshop workshop;
    (void)state;
    study_all(&workshop);
    check_refused(&workshop, "headroom.run/1", "headroom.run/2", "headroom.run/2 is newer than this program");
    check_refused(&workshop, "headroom.run/1", "headroom.run/0", "unknown schema headroom.run/0");
    check_refused(&workshop, "headroom.run/1", "openapi", "not a run file");
    check_refused(&workshop, "\"schema\"", "\"skema\"", "not a run file: its schema is missing");
    check_refused(&workshop, "\"p95_ms\"", "\"p96_ms\"",
                  "environments[0].latency[0].p95_ms is missing: not a complete headroom.run/1 file");
    check_refused(&workshop, "\"requests\":\t",
                  "\"requests\":\t0.5, \"_\": ", "environments[0].latency[0].requests is not a whole number");
    check_refused(&workshop, "\"currency\":\t\"USD\"", "\"currency\":\t7",
                  "environments[0].cost.currency is not a text");
    check_refused(&workshop, "\"environments\":\t[{", "\"environments\":\t[7, {",
                  "environments holds something that is not an object");
    check_refused(&workshop, "{", "{]", "this is not JSON");
    assert_null(runfile_read("no/such/file.json", workshop.arena, workshop.diag));
    workshop_holds(workshop_complaints(&workshop), "no/such/file.json: error: cannot be read: No such file");
    workshop_close(&workshop);
}

static void test_looks_like(void **state)
{
    (void)state;
    const char *name = write_file(" \n{}", 4);
    assert_true(runfile_is(name));
    name = write_file("# { a scenario\n", 15);
    assert_false(runfile_is(name));
    remove(name);
    assert_false(runfile_is(name));
}

static void test_failed_write(void **state)
{
    struct workshop workshop;
    (void)state;
    study_all(&workshop);
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL) {
        skip();
    }
    assert_false(runfile_write(full, workshop.result));
    fclose(full);
    workshop_close(&workshop);
}

static void check_number(double value, const char *text)
{
    char out[40];
    assert_string_equal(json_number_text(value, 17, out), text);
}

static void test_numbers(void **state)
{
    char out[40];
    uint64_t bits = 1;
    (void)state;
    check_number(0.1, "0.1");
    check_number(-0.0, "0");
    check_number(1.0 / 3.0, "0.3333333333333333");
    check_number(123456789012345680.0, "1.2345678901234568e+17");
    check_number(NAN, "null");
    check_number(INFINITY, "null");
    assert_string_equal(json_number_text(1.0 / 3.0, 6, out), "0.333333");
    for (int i = 0; i < 20000; i++) {
        double value;
        bits = bits * UINT64_C(6364136223846793005) + 1442695040888963407;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value)) {
            assert_true(strtod(json_number_text(value, 17, out), NULL) == value);
        }
    }
}

/* A comma for a decimal point must not get into the file. */
static void test_locale(void **state)
{
    struct workshop workshop;
    (void)state;
    study_all(&workshop);
    const char *plain = workshop_printed(&workshop, runfile_write);
    const char *locales[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"};
    bool found = false;
    for (size_t i = 0; i < sizeof locales / sizeof *locales && !found; i++) {
        found = setlocale(LC_ALL, locales[i]) != NULL;
    }
    const char *local = workshop_printed(&workshop, runfile_write);
    struct result *read = read_text(&workshop, local, strlen(local));
    setlocale(LC_ALL, "C");
    assert_string_equal(plain, local);
    assert_non_null(read);
    workshop_close(&workshop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_written_and_read_is_written_the_same),
                                       cmocka_unit_test(test_partial_results),
                                       cmocka_unit_test(test_schema),
                                       cmocka_unit_test(test_truncated),
                                       cmocka_unit_test(test_damaged),
                                       cmocka_unit_test(test_refused),
                                       cmocka_unit_test(test_looks_like),
                                       cmocka_unit_test(test_failed_write),
                                       cmocka_unit_test(test_numbers),
                                       cmocka_unit_test(test_locale)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
