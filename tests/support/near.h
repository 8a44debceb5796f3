/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NEAR_H
#define NEAR_H

/* cmocka's float comparison is for floats; these are for doubles, and say both sides when they fail. */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static inline void near_check(const char *what, double actual, double expected, double tolerance)
{
    if (!(fabs(actual - expected) <= tolerance)) {
        fail_msg("%s is %.12g, not %.12g within %.3g", what, actual, expected, tolerance);
    }
}

/* |actual - expected| <= tolerance. */
#define assert_near(actual, expected, tolerance) near_check(#actual, actual, expected, tolerance)

/* Relative to the expected value. */
#define assert_near_share(actual, expected, share) assert_near(actual, expected, (share)*fabs(expected))

#endif
