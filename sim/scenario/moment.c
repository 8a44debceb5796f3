/* SPDX-License-Identifier: Apache-2.0 */
#include "moment.h"

#include <stddef.h>

static bool is_digit(char c)
{
    return '0' <= c && c <= '9';
}

/* Reads exactly `digits` digits. */
static bool take_number(const char **text, int digits, int *number)
{
    *number = 0;
    for (int i = 0; i < digits; i++, (*text)++) {
        if (!is_digit(**text)) return false;
        *number = *number * 10 + (**text - '0');
    }
    return true;
}

static bool take_character(const char **text, char c)
{
    if (**text != c) return false;
    (*text)++;
    return true;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar, counted in years that begin in March, so that
   the leap day is the last one of its year. */
static int64_t days_since_epoch(int year, int month, int day)
{
    int64_t march_year = month <= 2 ? year - 1 : year;
    int64_t era = march_year / 400, of_era = march_year % 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool take_date(const char **text, int64_t *days)
{
    int year, month, day;
    if (!take_number(text, 4, &year) || !take_character(text, '-')) return false;
    if (!take_number(text, 2, &month) || !take_character(text, '-') || !take_number(text, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > days_in(year, month)) return false;
    *days = days_since_epoch(year, month, day);
    return true;
}

static double take_fraction(const char **text)
{
    double fraction = 0, scale = 1;
    if (**text != '.' || !is_digit((*text)[1])) return 0;
    for ((*text)++; is_digit(**text); (*text)++) {
        if (scale > 1e12) continue;
        fraction = fraction * 10 + (**text - '0');
        scale *= 10;
    }
    return fraction / scale;
}

static bool take_time(const char **text, struct moment *moment)
{
    int hour, minute, second = 0;
    if (!take_number(text, 2, &hour) || !take_character(text, ':') || !take_number(text, 2, &minute))
        return false;
    if (take_character(text, ':') && !take_number(text, 2, &second)) return false;
    if (hour > 23 || minute > 59 || second > 59) return false;
    moment->fraction = take_fraction(text);
    moment->day_seconds = hour * 3600 + minute * 60 + second;
    return true;
}

/* Seconds to take off for `Z`, `+01:00` or `+0100`; none written is none. */
static bool take_offset(const char **text, int *offset)
{
    *offset = 0;
    if (take_character(text, 'Z')) return true;
    int sign = **text == '+' ? 1 : **text == '-' ? -1 : 0, hours, minutes;
    if (!sign) return true;
    (*text)++;
    if (!take_number(text, 2, &hours)) return false;
    take_character(text, ':');
    if (!take_number(text, 2, &minutes) || hours > 14 || minutes > 59) return false;
    *offset = sign * (hours * 3600 + minutes * 60);
    return true;
}

bool moment_read(const char *text, struct moment *moment, const char **end)
{
    int64_t days;
    int offset;
    if (!take_date(&text, &days)) return false;
    if (!take_character(&text, 'T') && !take_character(&text, ' ')) return false;
    if (!take_time(&text, moment) || !take_offset(&text, &offset)) return false;
    moment->seconds = days * 86400 + moment->day_seconds - offset;
    *end = text;
    return true;
}
