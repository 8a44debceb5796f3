/* SPDX-License-Identifier: Apache-2.0 */
#include "near.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One short run of every model's own scenario and ten minutes of the bookstore, byte for byte. A difference is either a
   defect or a change to be reviewed: `./dev golden --update` accepts the present output. */

static char *read_all(FILE *in, size_t *size)
{
    size_t room = 1 << 16, used = 0, got;
    char *text = malloc(room);
    assert_non_null(text);
    while ((got = fread(text + used, 1, room - used - 1, in)) > 0) {
        used += got;
        if (room - used < 2) {
            room *= 2;
            text = realloc(text, room);
            assert_non_null(text);
        }
    }
    text[used] = '\0';
    *size = used;
    return text;
}

static char *output_of(const char *command, size_t *size)
{
    FILE *pipe = popen(command, "r"); /* NOLINT(cert-env33-c): the command is the test's own */
    assert_non_null(pipe);
    char *text = read_all(pipe, size);
    int status = pclose(pipe);
    if (status != 0) {
        fail_msg("status %d of: %s", status, command);
    }
    return text;
}

static void save(const char *file, const char *text, size_t size)
{
    FILE *out = fopen(file, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(text, 1, size, out), size);
    assert_int_equal(fclose(out), 0);
}

/* Says where the two part, for a byte offset tells nobody anything. */
static void show_difference(const char *file, const char *expected, const char *actual)
{
    int line = 1;
    while (*expected != '\0' && *expected == *actual) {
        line += *expected == '\n';
        expected++;
        actual++;
    }
    fail_msg(
        "%s:%d: the golden goes on with \"%.60s\", the run with \"%.60s\"; ./dev golden --update accepts it",
        file, line, expected, actual);
}

static void hold(const char *file, const char *command)
{
    size_t size, expected_size;
    char *actual = output_of(command, &size);
    if (getenv("HEADROOM_UPDATE_GOLDEN") != NULL) {
        save(file, actual, size);
    }
    FILE *in = fopen(file, "r");
    if (in == NULL) {
        fail_msg("%s is missing; ./dev golden --update makes it", file);
        abort();
    }
    char *expected = read_all(in, &expected_size);
    fclose(in);
    if (size != expected_size || memcmp(expected, actual, size) != 0) {
        show_difference(file, expected, actual);
    }
    free(expected);
    free(actual);
}

static void every_model_runs_as_it_did(void **unused)
{
    (void)unused;
    assert_int_equal(chdir(HEADROOM_SOURCE_DIR), 0);
    glob_t found;
    assert_int_equal(glob("models/*/*.yaml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char command[1024], file[512], name[256];
        assert_int_equal(sscanf(found.gl_pathv[i], "models/%255[^/]", name), 1);
        snprintf(file, sizeof file, "tests/golden/%s.csv", name);
        snprintf(command, sizeof command,
                 "%s run %s --quiet --format csv --replications 2 --threads 2 2>/dev/null", HEADROOM_BINARY,
                 found.gl_pathv[i]);
        hold(file, command);
    }
    globfree(&found);
}

static void ten_minutes_of_the_bookstore_run_as_they_did(void **unused)
{
    (void)unused;
    static const char *const formats[] = {"csv", "table"};
    assert_int_equal(chdir(HEADROOM_SOURCE_DIR), 0);
    for (int i = 0; i < 2; i++) {
        char command[1024], file[512];
        snprintf(file, sizeof file, "tests/golden/bookstore.%s", formats[i]);
        snprintf(
            command, sizeof command,
            "%s run scenarios/bookstore/bookstore.yaml --quiet --from 19:55 --horizon 10min --replications 2 "
            "--threads 2 --no-drills --set shoppers.rate=200/s --format %s 2>/dev/null",
            HEADROOM_BINARY, formats[i]);
        hold(file, command);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_model_runs_as_it_did),
        cmocka_unit_test(ten_minutes_of_the_bookstore_run_as_they_did),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
