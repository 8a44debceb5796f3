/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

uint64_t testing_bits(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    return *state ^= *state << 17;
}

double testing_uniform(uint64_t *state, double low, double high)
{
    return low + (high - low) * ((double)(testing_bits(state) >> 11) * 0x1p-53);
}

void testing_near(double got, double want, double tolerance)
{
    if (fabs(got - want) <= tolerance * fabs(want)) return;
    print_error("%.17g is not within %g of %.17g\n", got, tolerance, want);
    fail();
}

void testing_holds(const char *text, const char *part)
{
    if (strstr(text, part)) return;
    print_error("\"%s\" does not hold \"%s\"\n", text, part);
    fail();
}

int testing_child(void (*work)(void *), void *data, char *errors, size_t size)
{
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        work(data);
        _exit(0);
    }
    close(ends[1]);
    ssize_t length = read(ends[0], errors, size - 1);
    errors[length > 0 ? length : 0] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

char *testing_folder(void)
{
    char *folder = strdup("/tmp/headroom-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    return folder;
}

void testing_clean(char *folder)
{
    char path[512];
    DIR *listing = opendir(folder);
    assert_non_null(listing);
    for (const struct dirent *entry; (entry = readdir(listing));) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        unlink(path);
    }
    closedir(listing);
    assert_int_equal(rmdir(folder), 0);
    free(folder);
}

void testing_write(const char *folder, const char *name, const void *bytes, size_t size)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}
