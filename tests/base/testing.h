/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTING_H
#define TESTING_H

/* What the tests of this floor share: cmocka with what it wants included before it, and numbers to try. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>

/* The next number of a xorshift sequence (Marsaglia 2003); `state` is not 0. */
uint64_t testing_bits(uint64_t *state);

/* The same, uniform on [low, high). */
double testing_uniform(uint64_t *state, double low, double high);

/* Asserts |got - want| <= tolerance * |want|. */
void testing_near(double got, double want, double tolerance);

/* Asserts that `text` holds `part`, showing both when it does not. */
void testing_holds(const char *text, const char *part);

/* Runs `work` in a child process; returns its exit status, or -1 when it was killed, with the first bytes of
   what it wrote to stderr in `errors`. */
int testing_child(void (*work)(void *), void *data, char *errors, size_t size);

/* A new empty folder that testing_clean removes with its files. */
char *testing_folder(void);
void testing_clean(char *folder);

/* Writes a file into the folder. */
void testing_write(const char *folder, const char *name, const void *bytes, size_t size);

#endif
