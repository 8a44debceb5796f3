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

/* |actual - expected| <= tolerance. */
#define assert_near(actual, expected, tolerance)                                                             \
    do {                                                                                                     \
        double near_a = (actual), near_e = (expected), near_t = (tolerance);                                 \
        if (!(fabs(near_a - near_e) <= near_t)) {                                                            \
            fail_msg("%s is %.12g, not %.12g within %.3g", #actual, near_a, near_e, near_t);                 \
        }                                                                                                    \
    } while (0)

/* Relative to the expected value. */
#define assert_near_share(actual, expected, share) assert_near(actual, expected, (share)*fabs(expected))

#endif
