/* SPDX-License-Identifier: Apache-2.0 */
/* What is no scenario at all: files that cannot be read, bytes that are no text, text that is no YAML, YAML
   that would take all memory. Each is refused at its place, with the way out. */
#include "toys.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "document.h"

/* ---- Files ----------------------------------------------------------------------------------------- */

static void refuses_a_missing_file(void **state)
{
    (void)state;
    refuses_file("nosuch.yaml", "nosuch.yaml: error:", "there is no such file");
    refuses_file("shop.yaml/x", "shop.yaml/x: error:", "cannot be read");
}

static void refuses_a_directory(void **state)
{
    (void)state;
    make_folder("folder");
    refuses_file("folder", "folder: error:", "is a directory: name a file in it");
}

/* The size is looked at before anything is read. */
static void refuses_a_file_of_100_mb(void **state)
{
    (void)state;
    int file = open("large.yaml", O_CREAT | O_WRONLY, 0600);
    assert_true(file >= 0);
    assert_int_equal(ftruncate(file, 100 << 20), 0);
    close(file);
    refuses_file("large.yaml", "large.yaml: error:", "is larger than 4 MiB");
}

static void refuses_a_device_without_an_end(void **state)
{
    (void)state;
    refuses_file("/dev/zero", "/dev/zero: error:", "is larger than 4 MiB");
}

static void refuses_bytes_beyond_the_limit(void **state)
{
    (void)state;
    char *text = malloc(DOCUMENT_BYTES + 2);
    memset(text, ' ', DOCUMENT_BYTES + 1);
    text[DOCUMENT_BYTES + 1] = '\0';
    refuses(text, "shop.yaml: error:", "is larger than 4 MiB");
    free(text);
}

static void refuses_an_empty_file(void **state)
{
    (void)state;
    write_file("empty.yaml", "");
    refuses_file("empty.yaml", "empty.yaml:1:1: error:", "begins with `headroom: 1`");
    refuses("# only a comment\n", "shop.yaml:1:1: error:", "is empty");
    refuses("\n\n---\n", "shop.yaml:1:1: error:", "is empty");
}

/* ---- Bytes ----------------------------------------------------------------------------------------- */

static void refuses_a_nul_byte(void **state)
{
    (void)state;
    static const char bytes[] = "headroom: 1\nname: a\0b\n";
    write_bytes("nul.yaml", bytes, sizeof bytes - 1);
    refuses_file("nul.yaml", "nul.yaml:2:8: error:", "holds a NUL byte");
}

static void refuses_utf_16(void **state)
{
    (void)state;
    static const char bytes[] = "h\0e\0a\0d\0";
    write_bytes("wide.yaml", bytes, sizeof bytes - 1);
    refuses_file("wide.yaml", "wide.yaml:1:2: error:", "UTF-16: save it as UTF-8");
}

static void refuses_bad_utf_8(void **state)
{
    (void)state;
    refuses("headroom: 1\nname: caf\xE9\n", "shop.yaml:2:10: error:", "is not UTF-8");
    refuses("name: \xC3", "shop.yaml:1:7: error:", "is not UTF-8");
    refuses("name: \xC0\xAF", "shop.yaml:1:7: error:", "is not UTF-8");
    refuses("name: \xED\xA0\x80", "shop.yaml:1:7: error:", "is not UTF-8");
    refuses("name: \xF4\x90\x80\x80", "shop.yaml:1:7: error:", "is not UTF-8");
    refuses("name: \xE2\x82z", "shop.yaml:1:7: error:", "is not UTF-8");
}

static void refuses_a_control_character(void **state)
{
    (void)state;
    refuses("headroom: 1\nname: a\x1B[31m\n", "shop.yaml:2:8: error:", "control character U+001B");
    refuses("name: \x7F", "shop.yaml:1:7: error:", "control character U+007F");
}

/* Columns count characters, as editors do. */
static void counts_columns_in_characters(void **state)
{
    (void)state;
    refuses("name: \xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\x01", "shop.yaml:1:10: error:", "U+0001");
    refuses(DESK "    label: \xC3\xA9\n    \"\xC3\xA9\": {a: 1, a: 2}\n",
            "shop.yaml:6:17: error:", "stands twice");
}

static void accepts_a_byte_order_mark(void **state)
{
    (void)state;
    struct scene scene = accepts("\xEF\xBB\xBF" DESK "    servers: 3\n");
    assert_int_equal(scene_server(&scene, "desk")->servers, 3);
    scene_close(&scene);
    refuses("\xEF\xBB\xBFheadroom: 2\n", "shop.yaml:1:11: error:", "headroom must be 1");
    refuses("headroom: 1\n\xEF\xBB\xBFname: x\n", "shop.yaml:2:1: error:", "U+FEFF");
}

static void accepts_lines_that_end_in_cr_lf(void **state)
{
    (void)state;
    struct scene scene =
        accepts("headroom: 1\r\nnodes:\r\n  desk:\r\n    model: server\r\n    servers: 3\r\n");
    assert_int_equal(scene_server(&scene, "desk")->servers, 3);
    scene_close(&scene);
    refuses("headroom: 1\r\nnodes:\r\n  desk:\r\n    model: servr\r\n",
            "shop.yaml:4:12: error:", "did you mean server?");
}

/* ---- YAML ------------------------------------------------------------------------------------------ */

static void refuses_a_tab_in_the_indentation(void **state)
{
    (void)state;
    refuses("headroom: 1\nnodes:\n\tdesk: {model: server}\n",
            "shop.yaml:3:1: error:", "a tab in the indentation");
    refuses("headroom: 1\nnodes:\n  desk:\n  \tmodel: server\n",
            "shop.yaml:4:3: error:", "indent with spaces");
}

static void accepts_a_tab_elsewhere(void **state)
{
    (void)state;
    struct scene scene = accepts("headroom:\t1\t# here\nnodes: {\n\tdesk: {model: server}}\n");
    scene_close(&scene);
}

static void refuses_a_key_that_stands_twice(void **state)
{
    (void)state;
    refuses(DESK "    servers: 1\n    timeout: 2s\n    servers: 3\n",
            "shop.yaml:7:5: error:", "the key servers stands twice in this map, first at line 5");
    refuses("headroom: 1\nnodes: {a: {model: server}, b: {model: server}, a: {model: server}}\n",
            "shop.yaml:2:49: error:", "the key a stands twice");
}

static void refuses_a_second_document(void **state)
{
    (void)state;
    refuses("headroom: 1\n---\nheadroom: 1\n", "shop.yaml:2:1: error:", "a second document");
}

static void refuses_what_is_no_map(void **state)
{
    (void)state;
    refuses("- a\n- b\n", "shop.yaml:1:1: error:", "must be a map of keys such as `headroom: 1`, not a list");
    refuses("\njust words\n", "shop.yaml:2:1: error:", "not a single value");
}

static void passes_on_what_the_parser_says(void **state)
{
    (void)state;
    refuses("headroom: 1\nname: \"open\n", "shop.yaml:3:1: error:", "found unexpected end of stream");
    refuses("headroom: 1\nname: \"open\n", "shop.yaml:3:1: error:", "begins at line 2; close the quotes");
    refuses("headroom: 1\n name: x\n", "shop.yaml:2:6: error:", "quote a value that holds `: `");
    refuses("a:\n  - b\n c: d\n", "shop.yaml:3:2: error:", "not YAML: ");
    refuses("a: {b: 1\n", "shop.yaml:2:1: error:", "close the bracket");
    refuses("a: @b\n", "shop.yaml:1:4: error:", "quote a value that begins with @");
    refuses("a: b: c\n", "shop.yaml:1:5: error:", "quote a value that holds `: `");
    refuses("}", "shop.yaml:1:1: error:", "not YAML");
    refuses("a: !x!y z\n", "shop.yaml:1:4: error:", "remove the tag");
}

static void refuses_what_scenarios_have_no_use_for(void **state)
{
    (void)state;
    refuses("headroom: 1\nname: !Ref x\n", "shop.yaml:2:7: error:", "the tag !Ref means nothing here");
    refuses("headroom: 1\nnodes: !map {}\n", "shop.yaml:2:8: error:", "the tag !map means nothing here");
    refuses("a: &a {b: 1}\n<<: *a\n", "shop.yaml:2:1: error:", "merge keys are not supported");
    refuses("? [a, b]\n: c\n", "shop.yaml:1:3: error:", "a key must be a single word");
    refuses("headroom: 1\n\"\": c\n", "shop.yaml:2:1: error:", "a key is missing");
    refuses("a: \"b\\0c\"\n", "shop.yaml:1:4: error:", "holds a NUL character");
}

static void refuses_a_very_long_key(void **state)
{
    (void)state;
    char text[300];
    memset(text, 'k', sizeof text);
    sprintf(text + 250, ": 1\n");
    refuses(text, "shop.yaml:1:1: error:", "a key of more than 200 characters");
}

/* ---- Half a distribution --------------------------------------------------------------------------- */

static void recognises_half_a_distribution_in_a_map(void **state)
{
    (void)state;
    refuses("headroom: 1\nnodes: {desk: {model: server, work: lognormal(p50 6ms, p99 30ms)}}\n",
            "shop.yaml:2:37: error:",
            "\"lognormal(p50 6ms\" was cut: inside { } or [ ] YAML ends a value at a comma or bracket, so "
            "quote it there");
}

static void recognises_half_a_distribution_in_a_list(void **state)
{
    (void)state;
    struct scene scene = scene_read(
        DESK "    statements: [exponential(1ms), gamma(mean 5ms, cv 2), uniform(1ms, 2ms)]\n", NULL);
    scene_says(&scene, "shop.yaml:5:36: error:", "\"gamma(mean 5ms\" was cut");
    scene_says(&scene, "shop.yaml:5:59: error:", "\"uniform(1ms\" was cut");
    assert_int_equal(scene.errors, 2);
    scene_close(&scene);
}

/* A bracket ends it too, and then nothing that follows can be parsed. */
static void recognises_half_a_distribution_at_a_bracket(void **state)
{
    (void)state;
    struct scene scene = scene_read(
        "headroom: 1\nnodes: {desk: {model: server, work: lognormal(p50 [4ms 6ms 11ms])}}\n", NULL);
    scene_says(&scene, "shop.yaml:2:37: error:", "\"lognormal(p50\" was cut");
    assert_int_equal(scene.errors, 1);
    scene_close(&scene);
}

static void takes_a_whole_distribution_outside_brackets(void **state)
{
    (void)state;
    struct scene scene = accepts(DESK "    work: lognormal(p50 [4ms 6ms 11ms], p99 30ms)\n");
    assert_int_equal(scene_server(&scene, "desk")->work.kind, DIST_LOGNORMAL);
    scene_close(&scene);
    scene =
        accepts("headroom: 1\nnodes: {desk: {model: server, work: \"gamma(mean 5ms, cv 2)\", label: f(x}}\n");
    scene_close(&scene);
}

/* ---- Anchors and limits ---------------------------------------------------------------------------- */

static void takes_aliases_by_reference(void **state)
{
    (void)state;
    struct scene scene =
        accepts("headroom: 1\nnodes:\n  a: &a {model: server, servers: 7, limits: &l {least: 2}}\n"
                "  b: *a\n  c: {model: server, limits: *l}\nenvironments:\n  x: {b.servers: 8}\n");
    assert_int_equal(scene_server(&scene, "a")->servers, 7);
    assert_int_equal(scene_server(&scene, "b")->servers, 8);
    assert_int_equal(scene_server(&scene, "c")->limits.least, 2);
    scene_close(&scene);
}

static void refuses_an_alias_bomb_at_once(void **state)
{
    (void)state;
    char text[2000], *out = text + sprintf(text, "a: &a [x,x,x,x,x,x,x,x,x]\n");
    for (int c = 'b'; c <= 'z'; c++)
        out += sprintf(out, "%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", c, c, c - 1, c - 1, c - 1,
                       c - 1, c - 1, c - 1, c - 1, c - 1, c - 1);
    clock_t before = clock();
    refuses(text,
            "shop.yaml:6:8: error:", "more than 100000 values, aliases counted as often as they are used");
    assert_true(clock() - before < CLOCKS_PER_SEC);
}

static void refuses_an_alias_inside_its_anchor(void **state)
{
    (void)state;
    refuses("a: &a\n  b: [1, *a]\n",
            "shop.yaml:2:10: error:", "the alias *a is inside the value it stands for");
    refuses("&a a: *b\n", "shop.yaml:1:7: error:", "no anchor &b stands before this alias");
}

static void refuses_aliases_that_make_it_deep(void **state)
{
    (void)state;
    char text[1000] =
        "a: &a [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n"
        "b: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[*a]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n";
    refuses(text, "shop.yaml:2:34: error:", "nested more than 64 deep");
}

static void refuses_a_depth_of_10000(void **state)
{
    (void)state;
    char *text = calloc(1, 20100);
    sprintf(text, "a: ");
    memset(text + 3, '[', 10000);
    memset(text + 10003, ']', 10000);
    refuses(text, "shop.yaml:1:67: error:", "nested more than 64 deep: flatten it");
    for (int i = 0; i < 10000; i++) sprintf(text + 2 * i, "- ");
    refuses(text, "shop.yaml:1:129: error:", "nested more than 64 deep");
    free(text);
}

static void takes_a_depth_of_64(void **state)
{
    (void)state;
    char text[200] = "a: ";
    memset(text + 3, '[', 62);
    text[65] = 'x';
    memset(text + 66, ']', 62);
    refuses(text, "shop.yaml:1:1: error:", "headroom is missing");
    memset(text + 3, '[', 64);
    sprintf(text + 67, "x");
    refuses(text, "shop.yaml:1:67: error:", "nested more than 64 deep");
}

static void refuses_too_many_values(void **state)
{
    (void)state;
    char *text = calloc(1, 300100), *out = text + sprintf(text, "a: [");
    for (int i = 0; i < 100001; i++) out += sprintf(out, "x, ");
    refuses(text, "shop.yaml:1:299999: error:", "more than 100000 values");
    free(text);
}

static void refuses_too_many_anchors(void **state)
{
    (void)state;
    char *text = calloc(1, 20000), *out = text;
    for (int i = 0; i < 1001; i++) out += sprintf(out, "a%d: &b%d x\n", i, i);
    refuses(text, "shop.yaml:1001:8: error:", "more than 1000 anchors");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_a_missing_file),
        cmocka_unit_test(refuses_a_directory),
        cmocka_unit_test(refuses_a_file_of_100_mb),
        cmocka_unit_test(refuses_a_device_without_an_end),
        cmocka_unit_test(refuses_bytes_beyond_the_limit),
        cmocka_unit_test(refuses_an_empty_file),
        cmocka_unit_test(refuses_a_nul_byte),
        cmocka_unit_test(refuses_utf_16),
        cmocka_unit_test(refuses_bad_utf_8),
        cmocka_unit_test(refuses_a_control_character),
        cmocka_unit_test(counts_columns_in_characters),
        cmocka_unit_test(accepts_a_byte_order_mark),
        cmocka_unit_test(accepts_lines_that_end_in_cr_lf),
        cmocka_unit_test(refuses_a_tab_in_the_indentation),
        cmocka_unit_test(accepts_a_tab_elsewhere),
        cmocka_unit_test(refuses_a_key_that_stands_twice),
        cmocka_unit_test(refuses_a_second_document),
        cmocka_unit_test(refuses_what_is_no_map),
        cmocka_unit_test(passes_on_what_the_parser_says),
        cmocka_unit_test(refuses_what_scenarios_have_no_use_for),
        cmocka_unit_test(refuses_a_very_long_key),
        cmocka_unit_test(recognises_half_a_distribution_in_a_map),
        cmocka_unit_test(recognises_half_a_distribution_in_a_list),
        cmocka_unit_test(recognises_half_a_distribution_at_a_bracket),
        cmocka_unit_test(takes_a_whole_distribution_outside_brackets),
        cmocka_unit_test(takes_aliases_by_reference),
        cmocka_unit_test(refuses_an_alias_bomb_at_once),
        cmocka_unit_test(refuses_an_alias_inside_its_anchor),
        cmocka_unit_test(refuses_aliases_that_make_it_deep),
        cmocka_unit_test(refuses_a_depth_of_10000),
        cmocka_unit_test(takes_a_depth_of_64),
        cmocka_unit_test(refuses_too_many_values),
        cmocka_unit_test(refuses_too_many_anchors),
    };
    return cmocka_run_group_tests(tests, toys_set_up, toys_tear_down);
}
