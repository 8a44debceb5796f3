/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles: how their CSV becomes a curve, and each way in which it is none. */
#include "toys.h"

#include <stdio.h>
#include <sys/stat.h>

#define CLIENT "headroom: 1\nnodes:\n  people: {model: client, rate: 10/s, profile: day.csv}\n"

/* Loads the profile; the scene holds it. */
static struct scene with(const char *csv)
{
    write_file("day.csv", csv);
    return accepts(CLIENT);
}

static void refuses_csv(const char *csv, const char *place, const char *telling)
{
    write_file("day.csv", csv);
    refuses(CLIENT, place, telling);
}

static void reads_a_day_by_the_hour(void **state)
{
    (void)state;
    struct scene scene = with("time,factor\n0:00,0.18\n1:00,12%\n22:00,1\n23:00,0.34\n");
    const struct curve *curve = scene_client(&scene, "people")->profile;
    assert_int_equal(curve->count, 4);
    assert_true(curve->time[1] == 3600 && curve->factor[1] == 0.12 && curve->factor[2] == 1);
    assert_true(curve->period == 86400);
    scene_close(&scene);
}

static void repeats_clock_times_after_whole_days(void **state)
{
    (void)state;
    struct scene scene = with("time,factor\n0:00,0.5\n167:59,1\n");
    assert_true(scene_client(&scene, "people")->profile->period == 7 * 86400);
    scene_close(&scene);
    scene = with("time,factor\n0:00,0.5\n");
    assert_true(scene_client(&scene, "people")->profile->period == 86400);
    scene_close(&scene);
}

static void drops_a_last_point_that_is_the_first_again(void **state)
{
    (void)state;
    struct scene scene = with("time,factor\n0:00,0.5\n12:00,1\n24:00,0.5\n");
    assert_int_equal(scene_client(&scene, "people")->profile->count, 2);
    assert_true(scene_client(&scene, "people")->profile->period == 86400);
    scene_close(&scene);
    refuses_csv("time,factor\n0:00,0.5\n12:00,1\n24:00,0.6\n",
                "day.csv:4:1: error:", "it must have the same factor");
}

static void repeats_seconds_after_one_more_spacing(void **state)
{
    (void)state;
    struct scene scene = with("time,factor\n0,0.5\n300,1\n600,0.7\n");
    const struct curve *curve = scene_client(&scene, "people")->profile;
    assert_true(curve->period == 900 && curve->time[2] == 600);
    scene_close(&scene);
    scene = with("time,factor\n0,1\n");
    assert_true(scene_client(&scene, "people")->profile->period == 86400);
    scene_close(&scene);
}

static void takes_what_spreadsheets_write(void **state)
{
    (void)state;
    struct scene scene =
        with("\xEF\xBB\xBF\"time\" , factor\r\n# from the log\r\n\"0:00\", 0.5 \r\n12:00,1\r\n\r\n\r\n");
    assert_int_equal(scene_client(&scene, "people")->profile->count, 2);
    scene_close(&scene);
}

static void reads_each_file_once(void **state)
{
    (void)state;
    write_file("day.csv", "time,factor\n0:00,0.5\n");
    struct scene scene =
        accepts("headroom: 1\nnodes:\n  a: {model: client, rate: 1/s, profile: day.csv}\n"
                "  b: {model: client, rate: 1/s, profile: day.csv}\nenvironments: {x: {}, y: {}}\n");
    assert_ptr_equal(scene_client(&scene, "a")->profile, scene_client(&scene, "b")->profile);
    assert_int_equal(scene.scenario->input_count, 2);
    assert_string_equal(scene.scenario->input[1].file, "day.csv");
    assert_string_equal(scene.scenario->input[1].sha256,
                        "8d08ae5461bc3c7d40ab36941beeb188b9016802128662425a80d6a15c3cbc9f");
    scene_close(&scene);
}

static void refuses_gaps(void **state)
{
    (void)state;
    refuses_csv("time,factor\n0:00,0.5\n1:00,\n2:00,1\n",
                "day.csv:3:6: error:", "a gap: the factor is missing");
    refuses_csv("time,factor\n0:00,0.5\n\n2:00,1\n", "day.csv:3:1: error:", "a gap: an empty line");
    refuses_csv(
        "time,factor\n0:00,0.5\n1:00,0.5\n2:00,0.5\n3:00,0.5\n4:00,0.5\n5:00,0.5\n7:00,0.5\n8:00,0.5\n",
        "day.csv:8:1: error:",
        "a gap: points are missing before this one, which all the others have 3600 s apart");
}

static void accepts_points_that_are_not_on_a_grid(void **state)
{
    (void)state;
    struct scene scene = with("time,factor\n0:00,0.5\n6:00,0.5\n7:30,1\n8:00,1\n12:00,0.7\n");
    scene_close(&scene);
    scene = with("time,factor\n0:00,1\n1:00,1\n2:00,1\n12:00,0.7\n");
    scene_close(&scene);
}

static void refuses_times_out_of_order(void **state)
{
    (void)state;
    refuses_csv("time,factor\n0:00,0.5\n2:00,1\n1:00,1\n",
                "day.csv:4:1: error:", "comes before the one above it: sort");
    refuses_csv("time,factor\n0:00,0.5\n1:00,1\n1:00,1\n",
                "day.csv:4:1: error:", "the time 1:00 stands twice");
    refuses_csv("time,factor\n1:00,0.5\n2:00,1\n", "day.csv:2:1: error:", "a profile begins at time 0");
    refuses_csv("time,factor\n-5,0.5\n", "day.csv:2:1: error:", "a profile begins at time 0");
}

static void refuses_an_empty_profile(void **state)
{
    (void)state;
    refuses_csv("", "day.csv:1:1: error:", "no points: write a line `time,factor`");
    refuses_csv("time,factor\n", "day.csv:1:1: error:", "no points");
    refuses_csv("time,factor\n0:00,0\n12:00,0\n", "day.csv:2:1: error:", "no factor is above 0");
}

static void refuses_what_is_no_number(void **state)
{
    (void)state;
    refuses_csv("time,factor\n0:00,half\n",
                "day.csv:2:6: error:", "the factor is not a number, such as 0.7 or 70% (got half)");
    refuses_csv("time,factor\n0:00,nan\n", "day.csv:2:6: error:", "the factor");
    refuses_csv("time,factor\nnoon,0.5\n",
                "day.csv:2:1: error:", "\"noon\" is not a time: write h:mm or seconds");
    refuses_csv("time,factor\n0:00,0.5\n1:60,0.5\n", "day.csv:3:1: error:", "\"1:60\" is not a time");
    refuses_csv("time,factor\n0:00,0.5\n3600,0.5\n",
                "day.csv:3:1: error:", "times as h:mm and in seconds do not mix");
    refuses_csv("time,factor\n0,0.5\nnone,0.5\n", "day.csv:3:1: error:", "is not a time");
}

static void refuses_factors_out_of_range(void **state)
{
    (void)state;
    refuses_csv("time,factor\n0:00,0.5\n1:00,1.01\n",
                "day.csv:3:6: error:", "the factor must be 0 to 1, the share of the peak, not 1.01");
    refuses_csv("time,factor\n0:00,-0.5\n", "day.csv:2:6: error:", "the factor must not be negative");
    refuses_csv("time,factor\n0:00,none\n", "day.csv:2:6: error:", "must be 0 to 1");
}

static void refuses_lines_of_another_shape(void **state)
{
    (void)state;
    refuses_csv("0:00,0.5\n", "day.csv:1:1: error:", "unknown column: 0:00; did you mean time?");
    refuses_csv("time,facto\n0:00,1\n", "day.csv:1:6: error:", "unknown column: facto; did you mean factor?");
    refuses_csv("time,time\n0:00,1\n", "day.csv:1:6: error:", "the column time stands twice");
    refuses_csv("factor,time\n", "day.csv:1:1: error:", "the first line must be `time,factor`");
    refuses_csv("factor\n", "day.csv:1:1: error:", "must name the columns, among them time");
    refuses_csv("time,factor\n0:00\n",
                "day.csv:2:1: error:", "a line holds a time and a factor, not 1 field");
    refuses_csv("time,factor\n0:00,1,2\n", "day.csv:2:8: error:", "not 3 fields");
    refuses_csv("time,factor\n\"0:00,1\n", "day.csv:2:1: error:", "the quotes of this field do not end");
    refuses_csv("time,factor\n0:00,1,,,,,,,,,,,,,,,,,\n", "day.csv:2:22: error:", "more than 16 fields");
}

static void refuses_bytes_that_are_no_text(void **state)
{
    (void)state;
    refuses_csv("time,factor\n0:00,\x01\n", "day.csv:2:6: error:", "U+0001");
    write_bytes("day.csv", "time,factor\n0:00,1\0", 19);
    refuses(CLIENT, "day.csv:2:7: error:", "holds a NUL byte");
}

static void says_no_more_than_ten_times_the_same(void **state)
{
    (void)state;
    char csv[2000], *out = csv + sprintf(csv, "time,factor\n0:00,1\n");
    for (int i = 0; i < 100; i++) out += sprintf(out, "x,1\n");
    write_file("day.csv", csv);
    struct scene scene = scene_read(CLIENT, NULL);
    assert_int_equal(scene.errors, 10);
    scene_close(&scene);
}

static void complains_where_a_missing_file_is_named(void **state)
{
    (void)state;
    refuses("headroom: 1\nnodes:\n  people:\n    model: client\n    rate: 1/s\n    profile: nosuch.csv\n",
            "shop.yaml:6:14: error:", "the profile nosuch.csv cannot be read: there is no such file");
    make_folder("folder.csv");
    refuses("headroom: 1\nnodes:\n  people:\n    model: client\n    rate: 1/s\n    profile: folder.csv\n",
            "shop.yaml:6:14: error:", "the profile folder.csv is a directory");
    refuses("headroom: 1\nnodes:\n  people:\n    model: client\n    rate: 1/s\n    profile: /dev/zero\n",
            "shop.yaml:6:14: error:", "the profile /dev/zero is larger than 4 MiB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_day_by_the_hour),
        cmocka_unit_test(repeats_clock_times_after_whole_days),
        cmocka_unit_test(drops_a_last_point_that_is_the_first_again),
        cmocka_unit_test(repeats_seconds_after_one_more_spacing),
        cmocka_unit_test(takes_what_spreadsheets_write),
        cmocka_unit_test(reads_each_file_once),
        cmocka_unit_test(refuses_gaps),
        cmocka_unit_test(accepts_points_that_are_not_on_a_grid),
        cmocka_unit_test(refuses_times_out_of_order),
        cmocka_unit_test(refuses_an_empty_profile),
        cmocka_unit_test(refuses_what_is_no_number),
        cmocka_unit_test(refuses_factors_out_of_range),
        cmocka_unit_test(refuses_lines_of_another_shape),
        cmocka_unit_test(refuses_bytes_that_are_no_text),
        cmocka_unit_test(says_no_more_than_ten_times_the_same),
        cmocka_unit_test(complains_where_a_missing_file_is_named),
    };
    return cmocka_run_group_tests(tests, toys_set_up, toys_tear_down);
}
