/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

#include <sha256.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 63, FAR = 1000 };

bool text_equal(const char *a, const char *b)
{
    if (!a || !b) return a == b;
    return strcmp(a, b) == 0;
}

bool text_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* On a mismatch only the last star needs to take one character more: an earlier one could gain nothing that
   the last cannot. So the time is at most pattern times text. */
bool text_matches(const char *pattern, const char *text)
{
    const char *star = NULL, *resume = NULL;
    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            resume = text;
        } else if (*pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*') pattern++;
    return *pattern == '\0';
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Row i of the table of optimal string alignment (Damerau 1964), of which the last three rows are kept:
   `above` is the row of one character of `a` less, `before` of two less. */
static void fill_row(const char *a, int i, const char *b, int length, int rows[3][LONGEST + 1])
{
    const int *before = rows[(i + 1) % 3], *above = rows[(i + 2) % 3];
    int *row = rows[i % 3];
    row[0] = i;
    for (int j = 1; j <= length; j++) {
        row[j] = above[j - 1] + (a[i - 1] != b[j - 1]);
        row[j] = least(row[j], least(above[j], row[j - 1]) + 1);
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            row[j] = least(row[j], before[j - 2] + 1);
    }
}

int text_distance(const char *a, const char *b)
{
    size_t a_length = strlen(a), b_length = strlen(b);
    if (a_length > LONGEST || b_length > LONGEST) return FAR;
    int rows[3][LONGEST + 1];
    for (int j = 0; j <= (int)b_length; j++) rows[0][j] = j;
    for (int i = 1; i <= (int)a_length; i++) fill_row(a, i, b, (int)b_length, rows);
    return rows[a_length % 3][b_length];
}

/* How many edits still look like a slip. */
static int slip(const char *word)
{
    size_t third = strlen(word) / 3;
    return third < 1 ? 1 : third > 3 ? 3 : (int)third;
}

const char *text_nearest(const char *word, const char *const *candidates, size_t count)
{
    const char *nearest = NULL;
    int closest = slip(word) + 1;
    for (size_t i = 0; i < count; i++) {
        int distance = text_distance(word, candidates[i]);
        if (distance >= closest) continue;
        closest = distance;
        nearest = candidates[i];
    }
    return nearest;
}

/* FNV-1a (Fowler, Noll and Vo), whose high bits are weak for short texts; then the finaliser of MurmurHash3
   (Appleby), in which each bit of the input reaches each bit of the result. */
uint64_t text_hash(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *text; text++) hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    hash = (hash ^ hash >> 33) * UINT64_C(0xff51afd7ed558ccd);
    hash = (hash ^ hash >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return hash ^ hash >> 33;
}

void text_sha256(const void *bytes, size_t size, char hex[65])
{
    if (!SHA256Data(bytes, size, hex)) abort();
}
