/* SPDX-License-Identifier: Apache-2.0 */
/* Of the yardstick: what this machine can do, measured beside the product. A measure, not a model of style. */
/* clang-format off */
#pragma once
#include <time.h>
#include <sys/resource.h>
static inline double now(void){struct timespec t;clock_gettime(CLOCK_MONOTONIC,&t);return t.tv_sec+1e-9*t.tv_nsec;}
static inline long peak_kb(void){struct rusage u;getrusage(RUSAGE_SELF,&u);return u.ru_maxrss;}
