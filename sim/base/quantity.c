/* SPDX-License-Identifier: Apache-2.0 */
#include "quantity.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* A number in a suffix is worth number * 10^exponent * times / over in the base unit. The power of ten stays
   apart to join the number's own: `0.7ms`, `700us` and `0.0007s` are then the same double. */
struct suffix {
    const char *text;
    enum unit unit;
    int exponent;
    double times, over;
};

/* Of equally good ones quantity_format takes the first, so each unit starts with its base. */
static const struct suffix suffixes[] = {
    {"", UNIT_COUNT, 0, 1, 1},        {"", UNIT_CPU, 0, 1, 1},
    {"", UNIT_METRIC, 0, 1, 1},       {"%", UNIT_METRIC, 0, 1, 1},
    {"", UNIT_RATIO, 0, 1, 1},        {"%", UNIT_RATIO, -2, 1, 1},
    {"s", UNIT_SECOND, 0, 1, 1},      {"ms", UNIT_SECOND, -3, 1, 1},
    {"us", UNIT_SECOND, -6, 1, 1},    {"ns", UNIT_SECOND, -9, 1, 1},
    {"min", UNIT_SECOND, 0, 60, 1},   {"m", UNIT_SECOND, 0, 60, 1},
    {"h", UNIT_SECOND, 0, 3600, 1},   {"d", UNIT_SECOND, 0, 86400, 1},
    {"B", UNIT_BYTE, 0, 1, 1},        {"KiB", UNIT_BYTE, 0, 0x1p10, 1},
    {"MiB", UNIT_BYTE, 0, 0x1p20, 1}, {"GiB", UNIT_BYTE, 0, 0x1p30, 1},
    {"TiB", UNIT_BYTE, 0, 0x1p40, 1}, {"kB", UNIT_BYTE, 3, 1, 1},
    {"MB", UNIT_BYTE, 6, 1, 1},       {"GB", UNIT_BYTE, 9, 1, 1},
    {"TB", UNIT_BYTE, 12, 1, 1},      {"/s", UNIT_RATE, 0, 1, 1},
    {"/min", UNIT_RATE, 0, 1, 60},    {"/h", UNIT_RATE, 0, 1, 3600},
    {"/day", UNIT_RATE, 0, 1, 86400}, {"/year", UNIT_RATE, 0, 1, 365 * 86400.0},
    {"USD", UNIT_USD, 0, 1, 1},
};
enum { SUFFIXES = sizeof suffixes / sizeof *suffixes };

/* What is said about a unit. Complaints are whole literals because no arena is at hand to format them in. */
struct wording {
    const char *name, *suffixes, *unreadable, *unitless, *unknown;
};

#define WITH_UNIT(name, suffixes, example)                                                                   \
    {                                                                                                        \
        name, suffixes, "is not a number with a unit, such as " example, "needs a unit: " suffixes,          \
            "has an unknown unit; use one of: " suffixes                                                     \
    }
#define BARE(name, suffixes, example, way_out)                                                               \
    {                                                                                                        \
        name, suffixes, "is not a number, such as " example, NULL, "has an unknown unit; " way_out           \
    }
#define SECONDS "ns us ms s m min h d"
#define BYTES "B KiB MiB GiB TiB kB MB GB TB"

static const struct wording wordings[] = {
    [UNIT_NONE] = {"", "", "is not a number", NULL, "is not a number"},
    [UNIT_COUNT] = BARE("count", "", "100", "write a bare number such as 100"),
    [UNIT_RATIO] = BARE("ratio", "%", "0.7 or 70%", "write a ratio such as 0.7 or 70%"),
    [UNIT_SECOND] = WITH_UNIT("seconds", SECONDS, "30s"),
    [UNIT_BYTE] = WITH_UNIT("bytes", BYTES, "512MiB"),
    [UNIT_RATE] = WITH_UNIT("per second", "/s /min /h /day /year", "1000/s"),
    [UNIT_CPU] = BARE("CPU units", "", "1024", "write CPU units as a bare number, 1024 to a vCPU"),
    [UNIT_METRIC] = BARE("the metric's own unit", "% " SECONDS " " BYTES, "70",
                         "write a bare number, or one of: % " SECONDS " " BYTES),
    [UNIT_USD] = WITH_UNIT("US dollars", "USD", "12000 USD"),
};

const char *quantity_suffixes(enum unit unit)
{
    return wordings[unit].suffixes;
}

const char *quantity_unit_name(enum unit unit)
{
    return wordings[unit].name;
}

/* --- reading ---------------------------------------------------------------------------------------- */

enum { DIGITS = 100 };

/* A decimal as written: digits * 10^exponent. */
struct decimal {
    char digits[DIGITS + 1];
    int count, exponent;
    bool negative;
};

/* The <ctype.h> functions ask the locale. */
static bool is_digit(char c)
{
    return '0' <= c && c <= '9';
}

static bool is_letter(char c)
{
    return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z');
}

static bool opens_suffix(char c)
{
    return is_letter(c) || c == '%' || c == '/';
}

/* Digits go on into the buffer; those that do not fit are counted, which makes the number too long. */
static const char *scan_digits(const char *text, struct decimal *decimal)
{
    for (; is_digit(*text); text++, decimal->count++)
        if (decimal->count < DIGITS) decimal->digits[decimal->count] = *text;
    return text;
}

/* `e` or `E` opens an exponent only before a digit; elsewhere it would begin a unit. */
static const char *scan_exponent(const char *text, struct decimal *decimal)
{
    if (*text != 'e' && *text != 'E') return text;
    const char *digit = text + (text[1] == '+' || text[1] == '-' ? 2 : 1);
    if (!is_digit(*digit)) return text;
    int exponent = 0;
    for (; is_digit(*digit); digit++)
        if (exponent < 10000) exponent = exponent * 10 + (*digit - '0');
    decimal->exponent += text[1] == '-' ? -exponent : exponent;
    return digit;
}

/* Reads [+-]digits[.digits][e[+-]digits], or [+-].digits...; NULL when it is none. */
static const char *scan_decimal(const char *text, struct decimal *decimal)
{
    *decimal = (struct decimal){.negative = *text == '-'};
    if (*text == '-' || *text == '+') text++;
    text = scan_digits(text, decimal);
    if (*text == '.') {
        if (!is_digit(text[1])) return NULL;
        int whole = decimal->count;
        text = scan_digits(text + 1, decimal);
        decimal->exponent = whole - decimal->count;
    }
    return decimal->count ? scan_exponent(text, decimal) : NULL;
}

/* The double nearest to the decimal. Where both the digits and the power of ten are exact doubles, one IEEE
   operation rounds correctly (Clinger 1990). The rest goes to strtod, which rounds correctly in glibc, and
   without a decimal point, which is the one thing in it that the locale could change. */
static double decimal_value(const struct decimal *decimal, int shift)
{
    static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    int exponent = decimal->exponent + shift;
    uint64_t whole = 0;
    for (int i = 0; i < decimal->count && whole < UINT64_C(1) << 53; i++)
        whole = whole * 10 + (uint64_t)(decimal->digits[i] - '0');
    bool exact = whole < UINT64_C(1) << 53 && -22 <= exponent && exponent <= 22;
    if (exact) return exponent < 0 ? (double)whole / tens[-exponent] : (double)whole * tens[exponent];
    char text[DIGITS + 16];
    snprintf(text, sizeof text, "%.*se%d", decimal->count, decimal->digits, exponent);
    return strtod(text, NULL);
}

/* A metric takes the suffixes of durations and sizes too. */
static bool suffix_serves(const struct suffix *suffix, enum unit unit)
{
    if (suffix->unit == unit) return true;
    return unit == UNIT_METRIC && (suffix->unit == UNIT_SECOND || suffix->unit == UNIT_BYTE);
}

/* The suffix at `text`, which is set after it; NULL when it is none of the unit's. */
static const struct suffix *scan_suffix(const char **text, enum unit unit)
{
    const char *start = *text, *end;
    if (unit == UNIT_USD) start += strspn(start, " ");
    for (end = start; opens_suffix(*end); end++) continue;
    size_t length = (size_t)(end - start);
    for (int i = 0; i < SUFFIXES; i++) {
        const struct suffix *suffix = &suffixes[i];
        if (!suffix_serves(suffix, unit) || strlen(suffix->text) != length) continue;
        if (memcmp(suffix->text, start, length) != 0) continue;
        *text = end;
        return suffix;
    }
    return NULL;
}

static bool signed_unit(enum unit unit)
{
    return unit == UNIT_COUNT || unit == UNIT_METRIC;
}

static bool refuse(const char **problem, const char *phrase)
{
    *problem = phrase;
    return false;
}

static bool read_none(const char *text, double *value, const char **end)
{
    if (!text_starts(text, "none") || is_letter(text[4]) || is_digit(text[4]) || text[4] == '_') return false;
    *value = INFINITY;
    *end = text + 4;
    return true;
}

/* The complaint about what follows a number when it is no suffix of the unit. */
static const char *suffix_problem(const char *rest, enum unit unit)
{
    bool spaced = *rest == ' ' && opens_suffix(rest[1]);
    if (spaced && wordings[unit].unitless && unit != UNIT_USD)
        return "must have no space between the number and its unit";
    if (spaced || opens_suffix(*rest) || !wordings[unit].unitless) return wordings[unit].unknown;
    return wordings[unit].unitless;
}

bool quantity_parse_prefix(const char *text, enum unit unit, double *value, const char **end,
                           const char **problem)
{
    struct decimal decimal;
    if (read_none(text, value, end)) return true;
    const char *after = scan_decimal(text, &decimal);
    if (!after) return refuse(problem, wordings[unit].unreadable);
    if (decimal.count > DIGITS) return refuse(problem, "has too many digits");
    if (!signed_unit(unit) && decimal.negative) return refuse(problem, "must not be negative");
    if (!signed_unit(unit) && *text == '+') return refuse(problem, "must have no sign");
    const struct suffix *suffix = scan_suffix(&after, unit);
    if (!suffix) return refuse(problem, suffix_problem(after, unit));
    double size = decimal_value(&decimal, suffix->exponent) * suffix->times / suffix->over;
    if (isinf(size)) return refuse(problem, "is too large");
    *value = decimal.negative ? -size : size;
    *end = after;
    return true;
}

/* True for 1_000, 1,000 and 1'000. */
static bool grouped(const char *text)
{
    text += strspn(text, "0123456789");
    return (*text == '_' || *text == ',' || *text == '\'') && is_digit(text[1]);
}

bool quantity_parse(const char *text, enum unit unit, double *value, const char **problem)
{
    double number;
    const char *end;
    bool read = quantity_parse_prefix(text, unit, &number, &end, problem);
    if (read && !*end) {
        *value = number;
        return true;
    }
    if (grouped(text)) return refuse(problem, "must not group its digits: write 12000");
    return read ? refuse(problem, wordings[unit].unreadable) : false;
}

static _Noreturn void bad_range(const char *range)
{
    fprintf(stderr, "headroom: bad range in a table: %s\n", range);
    abort();
}

void quantity_range(const char *range, enum unit unit, double *low, double *high)
{
    const char *rest, *problem;
    if (!quantity_parse_prefix(range, unit, low, &rest, &problem)) bad_range(range);
    if (text_starts(rest, " or more")) {
        rest += strlen(" or more");
        *high = INFINITY;
    } else if (!text_starts(rest, " to ") ||
               !quantity_parse_prefix(rest + strlen(" to "), unit, high, &rest, &problem)) {
        bad_range(range);
    }
    if (*rest && !text_equal(rest, " or none")) bad_range(range);
    if (*low > *high) bad_range(range);
}

/* --- writing ---------------------------------------------------------------------------------------- */

enum { TEXT = 64, LEAST_ROOM = 40 };

/* One way of writing a value: `digits` significant ones, the first worth 10^exponent. */
struct writing {
    char text[TEXT];
    int digits, exponent;
};

/* Lays `digits` out with the first one worth 10^exponent: plainly where that stays short, else as 1.5e20. */
static void lay_out(char *out, size_t size, bool negative, const char *digits, int exponent)
{
    int count = (int)strlen(digits);
    const char *sign = negative ? "-" : "";
    if (exponent < -6 || exponent > 17)
        snprintf(out, size, "%s%c%s%se%d", sign, digits[0], count > 1 ? "." : "", digits + 1, exponent);
    else if (exponent < 0)
        snprintf(out, size, "%s0.%.*s%s", sign, -exponent - 1, "00000", digits);
    else if (exponent + 1 >= count)
        snprintf(out, size, "%s%s%.*s", sign, digits, exponent + 1 - count, "00000000000000000");
    else
        snprintf(out, size, "%s%.*s.%s", sign, exponent + 1, digits, digits + exponent + 1);
}

/* The significant digits of |number| to `precision`, without trailing zeros; returns the exponent of the
   first. The character after it is the locale's decimal point, whatever it is. */
static int significant(double number, int precision, char digits[24])
{
    char text[48];
    snprintf(text, sizeof text, "%.*e", precision - 1, fabs(number));
    char *e = strchr(text, 'e');
    int count = 0;
    for (const char *c = text; c < e; c++)
        if (is_digit(*c)) digits[count++] = *c;
    while (count > 1 && digits[count - 1] == '0') count--;
    digits[count] = '\0';
    return (int)strtol(e + 1, NULL, 10);
}

/* Writes `value` in a suffix with as few digits as read back exactly; false when 17 do not. */
static bool write_in(double value, const struct suffix *suffix, enum unit unit, struct writing *writing)
{
    double number = value * suffix->over / suffix->times;
    if (isinf(number) || (number == 0 && value != 0)) return false;
    const char *gap = unit == UNIT_USD ? " " : "";
    for (int precision = 1; precision <= 17; precision++) {
        char digits[24], decimal[48];
        const char *problem;
        double back;
        writing->exponent = significant(number, precision, digits) - suffix->exponent;
        writing->digits = (int)strlen(digits);
        lay_out(decimal, sizeof decimal, value < 0, digits, writing->exponent);
        snprintf(writing->text, sizeof writing->text, "%s%s%s", decimal, gap, suffix->text);
        if (quantity_parse(writing->text, unit, &back, &problem) && back == value) return true;
    }
    return false;
}

/* People write numbers of at least 1, with few digits, in the largest unit that allows it. */
static bool more_natural(const struct writing *a, const struct writing *b)
{
    if ((a->exponent < 0) != (b->exponent < 0)) return a->exponent >= 0;
    if (a->digits != b->digits) return a->digits < b->digits;
    return abs(a->exponent) < abs(b->exponent);
}

/* Shares are written as percentages, larger factors bare; a metric is in nobody's unit but its own. */
static bool suffix_writes(const struct suffix *suffix, double value, enum unit unit)
{
    if (suffix->unit != unit) return false;
    if (unit == UNIT_METRIC) return !*suffix->text;
    return unit != UNIT_RATIO || (*suffix->text == '%') == (value <= 1);
}

char *quantity_format(double value, enum unit unit, char *out, size_t size)
{
    assert(!isnan(value));
    assert(size >= LEAST_ROOM);
    struct writing best = {.text = "none"}, other;
    bool found = false;
    for (int i = 0; i < SUFFIXES && isfinite(value); i++) {
        if (!suffix_writes(&suffixes[i], value, unit)) continue;
        if (!write_in(value, &suffixes[i], unit, &other)) continue;
        if (!found || more_natural(&other, &best)) best = other;
        found = true;
    }
    assert(found || isinf(value));
    snprintf(out, size, "%s", best.text);
    return out;
}
