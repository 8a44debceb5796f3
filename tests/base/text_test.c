/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

static void equality(void **state)
{
    (void)state;
    char copy[] = "alb";
    assert_true(text_equal("alb", copy));
    assert_false(text_equal("alb", "ALB"));
    assert_true(text_equal(NULL, NULL));
    assert_false(text_equal(NULL, ""));
    assert_false(text_equal("", NULL));
}

static void prefixes(void **state)
{
    (void)state;
    assert_true(text_starts("lognormal(", "lognormal"));
    assert_true(text_starts("x", ""));
    assert_false(text_starts("log", "lognormal"));
}

static void stars_match_any_run(void **state)
{
    (void)state;
    assert_true(text_matches("/api/v1/search*", "/api/v1/search"));
    assert_true(text_matches("/api/*/orders", "/api/v1/x/orders"));
    assert_true(text_matches("*", ""));
    assert_true(text_matches("a*b*c", "a-b-b-c"));
    assert_false(text_matches("/api/v1/search", "/api/v1/search2"));
    assert_false(text_matches("", "x"));
    assert_false(text_matches("a*b", "a-b-"));
}

/* The definition, in exponential time. */
static bool matches_by_definition(const char *pattern, const char *text)
{
    if (!*pattern) return !*text;
    if (*pattern != '*') return *pattern == *text && matches_by_definition(pattern + 1, text + 1);
    return matches_by_definition(pattern + 1, text) || (*text && matches_by_definition(pattern, text + 1));
}

static void random_text(uint64_t *random, const char *letters, char *out)
{
    size_t length = testing_bits(random) % 8;
    for (size_t i = 0; i < length; i++) out[i] = letters[testing_bits(random) % strlen(letters)];
    out[length] = '\0';
}

static void matching_agrees_with_its_definition(void **state)
{
    (void)state;
    uint64_t random = 7;
    int matched = 0;
    for (int i = 0; i < 100000; i++) {
        char pattern[8], text[8];
        random_text(&random, "ab**", pattern);
        random_text(&random, "ab", text);
        bool expected = matches_by_definition(pattern, text);
        assert_int_equal(text_matches(pattern, text), expected);
        matched += expected;
    }
    assert_in_range(matched, 10000, 90000);
}

static void many_stars_end_in_time(void **state)
{
    (void)state;
    char text[20001], pattern[] = "*a*a*a*a*a*a*a*a*a*a*b";
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_false(text_matches(pattern, text));
}

static void distances(void **state)
{
    (void)state;
    assert_int_equal(text_distance("", ""), 0);
    assert_int_equal(text_distance("abc", ""), 3);
    assert_int_equal(text_distance("idle_timout", "idle_timeout"), 1);
    assert_int_equal(text_distance("kitten", "sitting"), 3);
    assert_int_equal(text_distance("fcsf", "fcfs"), 1);
    assert_int_equal(text_distance("ca", "abc"), 3); /* aligned: no edit inside a swap */
    char longest[64], longer[65];
    memset(longest, 'x', 63);
    memset(longer, 'x', 64);
    longest[63] = longer[64] = '\0';
    assert_int_equal(text_distance(longest, ""), 63);
    assert_int_equal(text_distance(longer, longer), 1000);
}

static void distance_is_symmetric(void **state)
{
    (void)state;
    uint64_t random = 9;
    for (int i = 0; i < 20000; i++) {
        char a[8], b[8];
        random_text(&random, "abc", a);
        random_text(&random, "abc", b);
        int distance = text_distance(a, b);
        assert_int_equal(distance, text_distance(b, a));
        assert_int_equal(distance == 0, strcmp(a, b) == 0);
        assert_in_range(distance, 0, 7);
    }
}

static void nearest_within_a_slip(void **state)
{
    (void)state;
    static const char *const keys[] = {"idle_timeout", "desired_count", "cpu", "memory"};
    assert_ptr_equal(text_nearest("idle_timout", keys, 4), keys[0]);
    assert_ptr_equal(text_nearest("desiredCount", keys, 4), keys[1]);
    assert_ptr_equal(text_nearest("cpus", keys, 4), keys[2]);
    assert_ptr_equal(text_nearest("cup", keys, 4), keys[2]);
    assert_null(text_nearest("gpus", keys, 4));
    assert_null(text_nearest("throughput", keys, 4));
    assert_null(text_nearest("x", keys, 0));
}

static void hash_is_fixed_and_even(void **state)
{
    (void)state;
    assert_int_equal(text_hash(""), UINT64_C(0xefd01f60ba992926));
    assert_int_equal(text_hash("checkout.db"), UINT64_C(0xb488922eecee5722));
    int low[64] = {0}, high[64] = {0};
    for (int i = 0; i < 64000; i++) {
        char name[16];
        snprintf(name, sizeof name, "node%d", i);
        low[text_hash(name) & 63]++;
        high[text_hash(name) >> 58]++;
    }
    for (int i = 0; i < 64; i++) {
        assert_in_range(low[i], 840, 1160); /* 1000 expected, standard deviation 31 */
        assert_in_range(high[i], 840, 1160);
    }
}

/* FIPS 180-4, examples. */
static void sha256_of_known_bytes(void **state)
{
    (void)state;
    char hex[65];
    text_sha256("", 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    text_sha256("abc", 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equality),
        cmocka_unit_test(prefixes),
        cmocka_unit_test(stars_match_any_run),
        cmocka_unit_test(matching_agrees_with_its_definition),
        cmocka_unit_test(many_stars_end_in_time),
        cmocka_unit_test(distances),
        cmocka_unit_test(distance_is_symmetric),
        cmocka_unit_test(nearest_within_a_slip),
        cmocka_unit_test(hash_is_fixed_and_even),
        cmocka_unit_test(sha256_of_known_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
