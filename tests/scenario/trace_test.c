/* SPDX-License-Identifier: Apache-2.0 */
/* Traces: recorded requests, plain and packed, and files that would take all memory if they were believed. */
#include "toys.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "moment.h"

#define CLIENT "headroom: 1\nnodes:\n  people:\n    model: client\n    rate: 10/s\n    trace: log.csv\n"

static struct scene with(const char *csv)
{
    write_file("log.csv", csv);
    return accepts(CLIENT);
}

static void refuses_csv(const char *csv, const char *place, const char *telling)
{
    write_file("log.csv", csv);
    refuses(CLIENT, place, telling);
}

/* Packs `text` as `members` gzip files, one after the other. */
static void write_gzip(const char *name, const char *text, int members)
{
    remove(name);
    for (int i = 0; i < members; i++) {
        size_t length = strlen(text), from = length * (size_t)i / (size_t)members;
        size_t to = length * ((size_t)i + 1) / (size_t)members;
        gzFile file = gzopen(name, "ab");
        assert_non_null(file);
        assert_int_equal(gzwrite(file, text + from, (unsigned)(to - from)), (int)(to - from));
        gzclose(file);
    }
}

static void reads_times_requests_and_demands(void **state)
{
    (void)state;
    struct scene scene =
        with("time,request,demand\n10.5,GET /x,0.004\n10.5,POST /y,6ms\n12,\"GET /x\",1e-3\n");
    const struct trace *trace = scene_client(&scene, "people")->trace;
    assert_int_equal(trace->count, 3);
    assert_true(trace->time[0] == 0 && trace->time[1] == 0 && trace->time[2] == 1.5);
    assert_int_equal(trace->name_count, 2);
    assert_string_equal(trace->names[1], "POST /y");
    assert_true(trace->request[0] == 0 && trace->request[1] == 1 && trace->request[2] == 0);
    assert_true(trace->demand[0] == 0.004 && trace->demand[1] == 0.006 && trace->demand[2] == 0.001);
    scene_close(&scene);
}

static void needs_no_column_but_time(void **state)
{
    (void)state;
    struct scene scene = with("time\n1\n2\n");
    const struct trace *trace = scene_client(&scene, "people")->trace;
    assert_true(trace->count == 2 && trace->time[1] == 1 && !trace->request && !trace->demand);
    scene_close(&scene);
    scene = with("demand,time\n1ms,5\n");
    assert_true(scene_client(&scene, "people")->trace->demand[0] == 0.001);
    scene_close(&scene);
}

static void reads_iso_8601(void **state)
{
    (void)state;
    struct scene scene =
        with("time\n2023-11-16 18:17:03.9799600\n2023-11-16 18:17:04.0000000\n2023-11-17T00:00:00Z\n"
             "2023-11-17T01:30:00+01:00\n");
    const struct trace *trace = scene_client(&scene, "people")->trace;
    assert_true(fabs(trace->time[1] - 0.02004) < 1e-12);
    assert_true(fabs(trace->time[2] - 20576.02004) < 1e-9);
    assert_true(fabs(trace->time[3] - trace->time[2] - 1800) < 1e-9);
    scene_close(&scene);
}

static void knows_the_calendar(void **state)
{
    (void)state;
    struct moment moment;
    const char *end;
    assert_true(moment_read("1970-01-01T00:00", &moment, &end) && moment.seconds == 0 && !*end);
    assert_true(moment_read("2000-02-29T12:30:15.5Z x", &moment, &end) && moment.seconds == 951827415);
    assert_true(moment.fraction == 0.5 && moment.day_seconds == 45015 && *end == ' ');
    assert_true(moment_read("2026-03-02T19:00-0530", &moment, &end) && moment.seconds == 1772497800);
    assert_false(moment_read("2100-02-29T00:00", &moment, &end));
    assert_false(moment_read("2026-13-01T00:00", &moment, &end));
    assert_false(moment_read("2026-04-31T00:00", &moment, &end));
    assert_false(moment_read("2026-04-30T24:00", &moment, &end));
    assert_false(moment_read("2026-04-30T00:60", &moment, &end));
    assert_false(moment_read("2026-04-30", &moment, &end));
    assert_false(moment_read("2026-04-30T00:00+99:00", &moment, &end));
}

static void reads_gzip(void **state)
{
    (void)state;
    char *text = malloc(200000), *out = text + sprintf(text, "time,request\n");
    for (int i = 0; i < 9000; i++) out += sprintf(out, "%d.%d,GET /%d\n", i, i % 10, i * 7919 % 13);
    write_gzip("log.csv", text, 1);
    struct scene scene = accepts(CLIENT);
    assert_int_equal(scene_client(&scene, "people")->trace->count, 9000);
    assert_int_equal(scene_client(&scene, "people")->trace->name_count, 13);
    assert_true(scene_client(&scene, "people")->trace->time[8999] == 8999.9);
    scene_close(&scene);
    write_gzip("log.csv", text, 3);
    scene = accepts(CLIENT);
    assert_int_equal(scene_client(&scene, "people")->trace->count, 9000);
    scene_close(&scene);
    free(text);
}

static void notes_the_hash_of_the_file(void **state)
{
    (void)state;
    struct scene scene = with("time\n1\n");
    assert_int_equal(scene.scenario->input_count, 2);
    assert_string_equal(scene.scenario->input[1].file, "log.csv");
    assert_string_equal(scene.scenario->input[1].sha256,
                        "e3113aa45f0924aa7bcdba81378882faede7c54b4decfd20eff328403d09978b");
    scene_close(&scene);
}

static void refuses_damaged_gzip(void **state)
{
    (void)state;
    write_gzip("log.csv", "time\n1\n2\n3\n", 1);
    assert_int_equal(truncate("log.csv", 20), 0);
    refuses(CLIENT, "shop.yaml:6:12: error:", "the trace log.csv is cut short");
    write_bytes("log.csv", "\x1F\x8B\x08\x00garbage that is no gzip", 28);
    refuses(CLIENT, "shop.yaml:6:12: error:", "the trace log.csv holds damaged gzip data");
}

/* 100 MB in 100 kB, of one line or of very many: neither is unpacked for long. */
static void refuses_a_gzip_bomb_within_a_second(void **state)
{
    (void)state;
    size_t size = 1 << 20;
    char *block = malloc(size);
    for (int kind = 0; kind < 2; kind++) {
        gzFile file = gzopen("log.csv", "wb9");
        gzputs(file, "time\n");
        for (size_t i = 0; i < size; i++) block[i] = (char)(kind ? "0\n"[i % 2] : '0');
        for (int i = 0; i < 100; i++) gzwrite(file, block, (unsigned)size);
        gzclose(file);
        clock_t before = clock();
        refuses(CLIENT, "shop.yaml:6:12: error:",
                kind ? "unpacks to more than 200 times its size" : "has a line of more than 64 KiB");
        assert_true(clock() - before < CLOCKS_PER_SEC);
    }
    free(block);
}

static void refuses_times_out_of_order(void **state)
{
    (void)state;
    refuses_csv("time\n5\n4\n",
                "log.csv:3:1: error:", "\"4\" comes before the time above it: sort the requests");
    refuses_csv("time\n2023-11-16T18:17:03Z\n5\n",
                "log.csv:3:1: error:", "is not a time like the ones above it");
    refuses_csv("time\n5\n2023-11-16T18:17:03Z\n",
                "log.csv:3:1: error:", "is not a time like the ones above it");
}

static void refuses_fields_it_cannot_read(void **state)
{
    (void)state;
    refuses_csv("time\nsoon\n", "log.csv:2:1: error:", "\"soon\" is not a time: write seconds or ISO 8601");
    refuses_csv("time\nnone\n", "log.csv:2:1: error:", "is not a time");
    refuses_csv("time,demand\n1,-2\n", "log.csv:2:3: error:", "\"-2\" is not a demand");
    refuses_csv("time,demand\n1,2GB\n",
                "log.csv:2:3: error:", "is not a demand: write seconds, or a duration");
    refuses_csv("time,demand\n1,none\n", "log.csv:2:3: error:", "is not a demand");
    refuses_csv("time,request\n1,\n", "log.csv:2:3: error:", "the request is missing");
    refuses_csv("time,request\n1\n", "log.csv:2:1: error:", "has more or fewer fields than the first line");
    refuses_csv("time\n1,2\n", "log.csv:2:1: error:", "has more or fewer fields");
    refuses_csv("time,requests\n1,2\n",
                "log.csv:1:6: error:", "unknown column: requests; did you mean request?");
    refuses_csv("request\nx\n", "log.csv:1:1: error:", "among them time");
    refuses_csv("time\n1\n\x01\n", "log.csv:3:1: error:", "U+0001");
}

static void refuses_an_empty_trace(void **state)
{
    (void)state;
    refuses_csv("", "log.csv:1:1: error:", "no requests: write a line `time,request,demand`");
    refuses_csv("time\n\n# nothing\n", "log.csv:1:1: error:", "no requests");
}

static void refuses_bytes_that_are_no_text(void **state)
{
    (void)state;
    write_bytes("log.csv", "time\n1\0\n", 8);
    refuses(CLIENT, "shop.yaml:6:12: error:", "the trace log.csv holds a NUL byte");
    refuses("headroom: 1\nnodes:\n  people:\n    model: client\n    rate: 1/s\n    trace: /dev/zero\n",
            "shop.yaml:6:12: error:", "has a line of more than 64 KiB");
    refuses("headroom: 1\nnodes:\n  people:\n    model: client\n    rate: 1/s\n    trace: nosuch.csv\n",
            "shop.yaml:6:12: error:", "the trace nosuch.csv cannot be read: there is no such file");
}

static void refuses_too_many_kinds_of_request(void **state)
{
    (void)state;
    char *text = malloc(400000), *out = text + sprintf(text, "time,request\n");
    for (int i = 0; i < 10001; i++) out += sprintf(out, "%d,r%d\n", i, i);
    refuses_csv(text, "log.csv:10002:7: error:", "more than 10,000 different requests");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_times_requests_and_demands),
        cmocka_unit_test(needs_no_column_but_time),
        cmocka_unit_test(reads_iso_8601),
        cmocka_unit_test(knows_the_calendar),
        cmocka_unit_test(reads_gzip),
        cmocka_unit_test(notes_the_hash_of_the_file),
        cmocka_unit_test(refuses_damaged_gzip),
        cmocka_unit_test(refuses_a_gzip_bomb_within_a_second),
        cmocka_unit_test(refuses_times_out_of_order),
        cmocka_unit_test(refuses_fields_it_cannot_read),
        cmocka_unit_test(refuses_an_empty_trace),
        cmocka_unit_test(refuses_bytes_that_are_no_text),
        cmocka_unit_test(refuses_too_many_kinds_of_request),
    };
    return cmocka_run_group_tests(tests, toys_set_up, toys_tear_down);
}
