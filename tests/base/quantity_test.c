/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quantity.h"

static void reads(const char *text, enum unit unit, double expected)
{
    double value = NAN;
    const char *problem = "";
    if (!quantity_parse(text, unit, &value, &problem)) print_error("%s: %s\n", text, problem);
    if (value != expected) print_error("%s: %.17g, not %.17g\n", text, value, expected);
    assert_true(value == expected);
}

static void refuses(const char *text, enum unit unit, const char *phrase)
{
    double value = 42;
    const char *problem = "accepted";
    if (quantity_parse(text, unit, &value, &problem)) print_error("%s was accepted\n", text);
    testing_holds(problem, phrase);
    assert_true(value == 42);
}

static void writes(double value, enum unit unit, const char *expected)
{
    char text[40];
    assert_string_equal(quantity_format(value, unit, text, sizeof text), expected);
}

static void durations(void **state)
{
    (void)state;
    reads("30s", UNIT_SECOND, 30);
    reads("0s", UNIT_SECOND, 0);
    reads("250ns", UNIT_SECOND, 250e-9);
    reads("7us", UNIT_SECOND, 7e-6);
    reads("0.7ms", UNIT_SECOND, 0.0007);
    reads("700us", UNIT_SECOND, 0.0007);
    reads(".5s", UNIT_SECOND, 0.5);
    reads("5m", UNIT_SECOND, 300);
    reads("5min", UNIT_SECOND, 300);
    reads("1.5h", UNIT_SECOND, 5400);
    reads("90d", UNIT_SECOND, 7776000);
    reads("1e3s", UNIT_SECOND, 1000);
    reads("2E-3ms", UNIT_SECOND, 2e-6);
    reads("none", UNIT_SECOND, (double)INFINITY);
}

static void sizes(void **state)
{
    (void)state;
    reads("1B", UNIT_BYTE, 1);
    reads("0.7KiB", UNIT_BYTE, 0.7 * 1024);
    reads("2048MiB", UNIT_BYTE, 2147483648.0);
    reads("1.5GiB", UNIT_BYTE, 1610612736.0);
    reads("1TiB", UNIT_BYTE, 0x1p40);
    reads("1kB", UNIT_BYTE, 1000);
    reads("1.1MB", UNIT_BYTE, 1100000);
    reads("100GB", UNIT_BYTE, 1e11);
    reads("2TB", UNIT_BYTE, 2e12);
}

static void rates(void **state)
{
    (void)state;
    reads("1000/s", UNIT_RATE, 1000);
    reads("1e3/s", UNIT_RATE, 1000);
    reads("600/min", UNIT_RATE, 10);
    reads("3600/h", UNIT_RATE, 1);
    reads("50000/day", UNIT_RATE, 50000.0 / 86400);
    reads("1/year", UNIT_RATE, 1.0 / 31536000);
}

static void bare_numbers(void **state)
{
    (void)state;
    reads("1000", UNIT_COUNT, 1000);
    reads("-1", UNIT_COUNT, -1);
    reads("+2", UNIT_COUNT, 2);
    reads("0.5", UNIT_COUNT, 0.5);
    reads("1024", UNIT_CPU, 1024);
    reads("0.7", UNIT_RATIO, 0.7);
    reads("70%", UNIT_RATIO, 0.7);
    reads("99.87%", UNIT_RATIO, 0.9987);
    reads("70", UNIT_METRIC, 70);
    reads("70%", UNIT_METRIC, 70);
    reads("-5", UNIT_METRIC, -5);
    reads("500ms", UNIT_METRIC, 0.5);
    reads("1KiB", UNIT_METRIC, 1024);
}

static void money(void **state)
{
    (void)state;
    reads("12000 USD", UNIT_USD, 12000);
    reads("12000USD", UNIT_USD, 12000);
    reads("0.0116 USD", UNIT_USD, 0.0116);
    refuses("12000", UNIT_USD, "needs a unit: USD");
    refuses("12 EUR", UNIT_USD, "unknown unit; use one of: USD");
    refuses("$12", UNIT_USD, "12000 USD");
    refuses("-1 USD", UNIT_USD, "negative");
}

static void refusals_say_the_way_out(void **state)
{
    (void)state;
    refuses("30", UNIT_SECOND, "needs a unit: ns us ms s m min h d");
    refuses("0", UNIT_SECOND, "needs a unit");
    refuses("5 m", UNIT_SECOND, "no space between");
    refuses("5 ", UNIT_SECOND, "needs a unit");
    refuses("5sec", UNIT_SECOND, "unknown unit; use one of: ns us ms s");
    refuses("5M", UNIT_SECOND, "unknown unit");
    refuses("5KB", UNIT_BYTE, "unknown unit; use one of: B KiB MiB GiB TiB kB");
    refuses("1000", UNIT_RATE, "needs a unit: /s /min /h /day /year");
    refuses("1000 /s", UNIT_RATE, "no space between");
    refuses("1000/m", UNIT_RATE, "unknown unit");
    refuses("-1s", UNIT_SECOND, "must not be negative");
    refuses("-0.1", UNIT_RATIO, "must not be negative");
    refuses("+1s", UNIT_SECOND, "sign");
    refuses("5%", UNIT_COUNT, "bare number such as 100");
    refuses("100k", UNIT_COUNT, "bare number such as 100");
    refuses("1024units", UNIT_CPU, "1024 to a vCPU");
    refuses("5s", UNIT_RATIO, "0.7 or 70%");
    refuses("5/s", UNIT_METRIC, "bare number");
}

static void what_is_not_a_number(void **state)
{
    (void)state;
    static const char *const texts[] = {"",      " ",     "s",    "abc",  ".",   "-",        "+",    "5.",
                                        "5.s",   "e3",    "nan",  "inf",  "NaN", "infinity", "-inf", "0x10",
                                        "nones", "none1", "None", "1..2", "--1", " 5"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double value;
        const char *problem;
        if (quantity_parse(texts[i], UNIT_COUNT, &value, &problem)) fail_msg("\"%s\" was accepted", texts[i]);
        if (quantity_parse(texts[i], UNIT_SECOND, &value, &problem))
            fail_msg("\"%s\" was accepted", texts[i]);
    }
    refuses("nan", UNIT_SECOND, "is not a number with a unit, such as 30s");
    refuses("many", UNIT_COUNT, "is not a number, such as 100");
}

static void digits_are_not_grouped(void **state)
{
    (void)state;
    refuses("12_000", UNIT_COUNT, "must not group its digits: write 12000");
    refuses("12,000 USD", UNIT_USD, "must not group its digits");
    refuses("1'000s", UNIT_SECOND, "must not group its digits");
}

static void extremes(void **state)
{
    (void)state;
    char text[200] = "";
    reads("1e308", UNIT_COUNT, 1e308);
    refuses("1e309", UNIT_COUNT, "too large");
    refuses("1e99999999999999999999", UNIT_COUNT, "too large");
    refuses("1e300TiB", UNIT_BYTE, "too large");
    reads("1e-99999999999999999999", UNIT_COUNT, 0);
    reads("4.9406564584124654e-324", UNIT_COUNT, 0x1p-1074);
    reads("123456789012345678901234567890", UNIT_COUNT, 123456789012345678901234567890.0);
    memset(text, '1', 100);
    reads(text, UNIT_COUNT, strtod(text, NULL));
    text[100] = '1';
    refuses(text, UNIT_COUNT, "too many digits");
}

static void prefixes_leave_the_rest(void **state)
{
    (void)state;
    double value;
    const char *end, *problem, *text = "6ms, p99 30ms)";
    assert_true(quantity_parse_prefix(text, UNIT_SECOND, &value, &end, &problem));
    assert_true(value == 0.006);
    assert_string_equal(end, ", p99 30ms)");
    assert_true(quantity_parse_prefix("4 5ms)", UNIT_COUNT, &value, &end, &problem));
    assert_string_equal(end, " 5ms)");
    assert_true(quantity_parse_prefix("none]", UNIT_COUNT, &value, &end, &problem));
    assert_string_equal(end, "]");
    assert_false(quantity_parse_prefix("x", UNIT_COUNT, &value, &end, &problem));
}

static void ranges(void **state)
{
    (void)state;
    double low, high;
    quantity_range("0s to 12h", UNIT_SECOND, &low, &high);
    assert_true(low == 0 && high == 43200);
    quantity_range("1 to 100000", UNIT_COUNT, &low, &high);
    assert_true(low == 1 && high == 100000);
    quantity_range("-10 to 10", UNIT_COUNT, &low, &high);
    assert_true(low == -10 && high == 10);
    quantity_range("0 or more", UNIT_COUNT, &low, &high);
    assert_true(low == 0 && isinf(high));
    quantity_range("1s to 1h or none", UNIT_SECOND, &low, &high);
    assert_true(low == 1 && high == 3600);
    quantity_range("1 USD to 2 USD", UNIT_USD, &low, &high);
    assert_true(low == 1 && high == 2);
}

static void read_range(void *data)
{
    double low, high;
    quantity_range(data, UNIT_SECOND, &low, &high);
}

static void bad_ranges_abort(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "1s", "1s..2s", "2s to 1s", "1s to", "0 to 5s", "1s to 2s or so"};
    char errors[256];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[32];
        snprintf(text, sizeof text, "%s", bad[i]);
        assert_int_equal(testing_child(read_range, text, errors, sizeof errors), -1);
        testing_holds(errors, "bad range in a table");
    }
}

static void natural_writing(void **state)
{
    (void)state;
    writes(0.5, UNIT_SECOND, "500ms");
    writes(90, UNIT_SECOND, "90s");
    writes(300, UNIT_SECOND, "5min");
    writes(86400, UNIT_SECOND, "1d");
    writes(43200, UNIT_SECOND, "12h");
    writes(0, UNIT_SECOND, "0s");
    writes(1e-9, UNIT_SECOND, "1ns");
    writes(0.0125, UNIT_SECOND, "12.5ms");
    writes((double)INFINITY, UNIT_SECOND, "none");
    writes(1048576, UNIT_BYTE, "1MiB");
    writes(1e6, UNIT_BYTE, "1MB");
    writes(1536, UNIT_BYTE, "1.5KiB");
    writes(0.7, UNIT_RATIO, "70%");
    writes(0.9987, UNIT_RATIO, "99.87%");
    writes(1, UNIT_RATIO, "100%");
    writes(2.5, UNIT_RATIO, "2.5");
    writes(1000, UNIT_RATE, "1000/s");
    writes(50000.0 / 86400, UNIT_RATE, "50000/day");
    writes(12000, UNIT_USD, "12000 USD");
    writes(-1, UNIT_COUNT, "-1");
    writes(1000000, UNIT_COUNT, "1000000");
    writes(1e22, UNIT_COUNT, "1e22");
    writes(1.5e-8, UNIT_COUNT, "1.5e-8");
    writes(70, UNIT_METRIC, "70");
    writes(0.25, UNIT_CPU, "0.25");
}

static void returns(double value, enum unit unit)
{
    char text[40];
    double back = NAN;
    const char *problem;
    quantity_format(value, unit, text, sizeof text);
    if (!quantity_parse(text, unit, &back, &problem) || back != value)
        fail_msg("%.17g was written as %s, which reads as %.17g", value, text, back);
}

/* Any double, by its bits. */
static double any_double(uint64_t *random)
{
    double value;
    do {
        uint64_t bits = testing_bits(random) & INT64_MAX;
        memcpy(&value, &bits, sizeof value);
    } while (!isfinite(value));
    return value;
}

static void writing_returns(void **state)
{
    (void)state;
    uint64_t random = 3;
    for (int i = 0; i < 400; i++) {
        for (enum unit unit = UNIT_COUNT; unit <= UNIT_USD; unit++) {
            returns(any_double(&random), unit);
            returns(exp(testing_uniform(&random, -25, 25)), unit);
            returns((double)(testing_bits(&random) % 100000) / 1000, unit);
        }
        returns(-any_double(&random), UNIT_METRIC);
    }
}

/* strtod of glibc rounds correctly, so it is the oracle for our own short way. */
static void reading_rounds_correctly(void **state)
{
    (void)state;
    uint64_t random = 5;
    for (int i = 0; i < 100000; i++) {
        char text[64];
        uint64_t whole = testing_bits(&random) >> testing_bits(&random) % 64;
        snprintf(text, sizeof text, "%llu.%llue%d", (unsigned long long)whole,
                 (unsigned long long)(testing_bits(&random) % 100000),
                 (int)(testing_bits(&random) % 60) - 30);
        reads(text, UNIT_COUNT, strtod(text, NULL));
    }
}

static void suffixes_are_all_read(void **state)
{
    (void)state;
    for (enum unit unit = UNIT_COUNT; unit <= UNIT_USD; unit++) {
        char all[128], text[64];
        snprintf(all, sizeof all, "%s", quantity_suffixes(unit));
        for (char *save, *word = strtok_r(all, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
            double value = 0;
            const char *problem;
            snprintf(text, sizeof text, "1%s", word);
            assert_true(quantity_parse(text, unit, &value, &problem));
            assert_true(value > 0);
        }
        assert_true(*quantity_unit_name(unit));
    }
    assert_string_equal(quantity_suffixes(UNIT_COUNT), "");
    assert_string_equal(quantity_unit_name(UNIT_RATE), "per second");
}

/* Where a locale with a decimal comma is installed. */
static void locale_makes_no_difference(void **state)
{
    static const char *const commas[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "ru_RU.UTF-8",
                                         "it_IT.UTF-8"};
    bool found = false;
    for (size_t i = 0; i < sizeof commas / sizeof *commas && !found; i++)
        found = setlocale(LC_ALL, commas[i]);
    if (!found) skip();
    reads("1.5s", UNIT_SECOND, 1.5);
    reads("1.2345678901234567890123s", UNIT_SECOND, 0x1.3c0ca428c59fbp+0);
    writes(0.0125, UNIT_SECOND, "12.5ms");
    writing_returns(state);
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations),
        cmocka_unit_test(sizes),
        cmocka_unit_test(rates),
        cmocka_unit_test(bare_numbers),
        cmocka_unit_test(money),
        cmocka_unit_test(refusals_say_the_way_out),
        cmocka_unit_test(what_is_not_a_number),
        cmocka_unit_test(digits_are_not_grouped),
        cmocka_unit_test(extremes),
        cmocka_unit_test(prefixes_leave_the_rest),
        cmocka_unit_test(ranges),
        cmocka_unit_test(bad_ranges_abort),
        cmocka_unit_test(natural_writing),
        cmocka_unit_test(writing_returns),
        cmocka_unit_test(reading_rounds_correctly),
        cmocka_unit_test(suffixes_are_all_read),
        cmocka_unit_test(locale_makes_no_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
