/* SPDX-License-Identifier: Apache-2.0 */
#include "inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "curve.h"
#include "text.h"
#include "trace.h"

enum { FIRST_READ = 64 << 10, MORE_FILES = 16 };

/* What a file was read into; NULL when it could not be, which has been said. */
struct reading {
    const char *path;
    const void *result;
    bool is_trace;
    struct reading *next;
};

struct inputs {
    struct arena *arena;
    struct diag *diag;
    const char *scenario;
    struct input_file *file;
    const char **path; /* of each file */
    int count, room;
    struct reading *readings;
};

struct inputs *inputs_open(const char *scenario, struct arena *arena, struct diag *diag)
{
    struct inputs *inputs = arena_new(arena, struct inputs);
    inputs->arena = arena;
    inputs->diag = diag;
    inputs->scenario = scenario;
    return inputs;
}

struct arena *inputs_arena(const struct inputs *inputs)
{
    return inputs->arena;
}

struct diag *inputs_diag(const struct inputs *inputs)
{
    return inputs->diag;
}

const struct input_file *inputs_all(const struct inputs *inputs, int *count)
{
    *count = inputs->count;
    return inputs->file;
}

/* --- names ------------------------------------------------------------------------------------------ */

const char *inputs_shown(const char *path)
{
    const char *slash = strrchr(path, '/');
    return *path == '/' && slash ? slash + 1 : path;
}

/* `--set` and `--require` are files only in name. */
const char *inputs_folder(const struct inputs *inputs, const char *from)
{
    if (!from || text_starts(from, "--")) from = inputs->scenario;
    const char *slash = strrchr(from, '/');
    if (!slash) return "";
    return arena_copy(inputs->arena, from, slash == from ? 1 : (size_t)(slash - from));
}

const char *inputs_beside(const struct inputs *inputs, const char *from, const char *name)
{
    const char *folder = inputs_folder(inputs, from);
    if (*name == '/' || !*folder) return name;
    return arena_printf(inputs->arena, text_equal(folder, "/") ? "%s%s" : "%s/%s", folder, name);
}

const char *inputs_relative(const struct inputs *inputs, const char *path)
{
    const char *slash = strrchr(inputs->scenario, '/');
    size_t length = slash ? (size_t)(slash + 1 - inputs->scenario) : 0;
    return strncmp(path, inputs->scenario, length) == 0 ? path + length : path;
}

/* --- bytes ------------------------------------------------------------------------------------------ */

static const char *phrase(const struct inputs *inputs, int error)
{
    switch (error) {
    case ENOENT: return "cannot be read: there is no such file";
    case ENOTDIR: return "cannot be read: a part of its path is not a directory";
    case EACCES: return "cannot be read: permission denied";
    case ELOOP: return "cannot be read: its symbolic links lead in a circle";
    case ENAMETOOLONG: return "cannot be read: its name is too long";
    case EISDIR: return "is a directory: name a file in it";
    default: return arena_printf(inputs->arena, "cannot be read: system error %d", error);
    }
}

int inputs_descriptor(const struct inputs *inputs, const char *path, const char **problem)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat status;
    if (file >= 0 && fstat(file, &status) == 0 && !S_ISDIR(status.st_mode)) return file;
    *problem = phrase(inputs, file < 0 ? errno : EISDIR);
    if (file >= 0) close(file);
    return -1;
}

void inputs_note(struct inputs *inputs, const char *path, const char sha256[65])
{
    for (int i = 0; i < inputs->count; i++)
        if (text_equal(inputs->path[i], path)) return;
    if (inputs->count == inputs->room) {
        int room = inputs->room + MORE_FILES;
        struct input_file *file = arena_array(inputs->arena, struct input_file, room);
        const char **paths = arena_array(inputs->arena, const char *, room);
        for (int i = 0; i < inputs->count; i++) {
            file[i] = inputs->file[i];
            paths[i] = inputs->path[i];
        }
        inputs->file = file;
        inputs->path = paths;
        inputs->room = room;
    }
    struct input_file *file = &inputs->file[inputs->count];
    file->file = inputs_shown(path);
    memcpy(file->sha256, sha256, sizeof file->sha256);
    inputs->path[inputs->count++] = path;
}

/* Reads on until the end or one byte beyond the limit: what has no end, such as /dev/zero, is stopped there.
   */
static ssize_t read_all(struct inputs *inputs, int file, size_t limit, char **bytes)
{
    size_t size = 0, room = FIRST_READ;
    *bytes = arena_alloc(inputs->arena, room);
    for (;;) {
        ssize_t got = read(file, *bytes + size, room - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -1;
        size += (size_t)got;
        if (got == 0 || size > limit) return (ssize_t)size;
        if (size < room) continue;
        char *larger = arena_alloc(inputs->arena, room *= 2);
        memcpy(larger, *bytes, size);
        *bytes = larger;
    }
}

const char *inputs_read(struct inputs *inputs, const char *path, size_t limit, size_t *size,
                        const char **problem)
{
    int file = inputs_descriptor(inputs, path, problem);
    if (file < 0) return NULL;
    struct stat status;
    bool fits = fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size <= (off_t)limit;
    char *bytes = NULL;
    ssize_t got = fits ? read_all(inputs, file, limit, &bytes) : (ssize_t)limit + 1;
    int error = errno;
    close(file);
    if (got < 0) *problem = phrase(inputs, error);
    if (got > (ssize_t)limit) *problem = arena_printf(inputs->arena, "is larger than %zu MiB", limit >> 20);
    if (!bytes || got < 0 || got > (ssize_t)limit) return NULL;
    char sha256[65];
    *size = (size_t)got;
    text_sha256(bytes, *size, sha256);
    inputs_note(inputs, path, sha256);
    return bytes;
}

/* --- profiles and traces ---------------------------------------------------------------------------- */

static struct reading *find(const struct inputs *inputs, const char *path, bool is_trace)
{
    struct reading *reading = inputs->readings;
    while (reading && (reading->is_trace != is_trace || !text_equal(reading->path, path)))
        reading = reading->next;
    return reading;
}

static const void *keep(struct inputs *inputs, const char *path, bool is_trace, const void *result)
{
    struct reading *reading = arena_new(inputs->arena, struct reading);
    *reading = (struct reading){path, result, is_trace, inputs->readings};
    inputs->readings = reading;
    return result;
}

const struct curve *inputs_curve(struct inputs *inputs, const char *path, struct place place)
{
    const struct reading *reading = find(inputs, path, false);
    return reading ? reading->result : keep(inputs, path, false, curve_read(inputs, path, place));
}

const struct trace *inputs_trace(struct inputs *inputs, const char *path, struct place place)
{
    const struct reading *reading = find(inputs, path, true);
    return reading ? reading->result : keep(inputs, path, true, trace_read(inputs, path, place));
}

const char *inputs_path_of(const struct inputs *inputs, const void *curve_or_trace)
{
    for (const struct reading *reading = inputs->readings; reading; reading = reading->next)
        if (reading->result && reading->result == curve_or_trace) return reading->path;
    return NULL;
}
