/* SPDX-License-Identifier: Apache-2.0 */
#include "artifact.h"

#include "arena.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool complain(const char *file, int error)
{
    if (error != EPIPE) { /* a reader that goes away, such as head, is no failure to speak of */
        fprintf(stderr, "headroom: cannot write %s: %s\n", file == NULL ? "the result" : file,
                strerror(error));
    }
    return false;
}

/* Devices and pipes are written to in place: there is nothing to keep and no rename to make. */
static bool in_place(const char *file)
{
    struct stat status;
    bool there = stat(file, &status) == 0;
    return text_starts(file, "/dev/") || text_starts(file, "/proc/") || (there && !S_ISREG(status.st_mode));
}

/* Where a rename must go so that a symbolic link stays one. */
static const char *behind_links(const char *file, struct arena *arena)
{
    char *real = realpath(file, NULL);
    const char *place = real == NULL ? file : arena_copy(arena, real, strlen(real));
    free(real);
    return place;
}

/* mkstemp makes it for the owner alone; a file of the user's has the user's mask. */
static FILE *open_aside(struct artifact *artifact)
{
    int handle = mkstemp(artifact->aside);
    if (handle < 0) {
        return NULL;
    }
    mode_t mask = umask(0);
    umask(mask);
    fchmod(handle, 0666 & ~mask);
    return fdopen(handle, "w");
}

bool artifact_open(struct artifact *artifact, const char *file, struct arena *arena)
{
    *artifact = (struct artifact){.out = stdout, .file = file};
    if (file == NULL) {
        return true;
    }
    if (in_place(file)) {
        artifact->out = fopen(file, "w");
    } else {
        artifact->place = behind_links(file, arena);
        artifact->aside = arena_printf(arena, "%s.XXXXXX", artifact->place);
        artifact->out = open_aside(artifact);
    }
    return artifact->out != NULL || complain(file, errno);
}

bool artifact_flush(struct artifact *artifact)
{
    /* The write that failed may have been one of stdio's own, before this: then errno is still its. */
    bool failed = fflush(artifact->out) != 0 || ferror(artifact->out) != 0;
    if (failed && artifact->error == 0) {
        artifact->error = errno == 0 ? EIO : errno;
    }
    return artifact->error == 0;
}

static void note(struct artifact *artifact, bool failed)
{
    if (failed && artifact->error == 0) {
        artifact->error = errno;
    }
}

bool artifact_close(struct artifact *artifact)
{
    artifact_flush(artifact);
    if (artifact->file != NULL) {
        note(artifact, artifact->aside != NULL && fsync(fileno(artifact->out)) != 0);
        note(artifact, fclose(artifact->out) != 0);
    }
    if (artifact->aside != NULL) {
        note(artifact, artifact->error == 0 && rename(artifact->aside, artifact->place) != 0);
        if (artifact->error != 0) {
            unlink(artifact->aside);
        }
    }
    return artifact->error == 0 || complain(artifact->file, artifact->error);
}

void artifact_drop(struct artifact *artifact)
{
    if (!artifact_flush(artifact)) {
        complain(artifact->file, artifact->error);
    }
    if (artifact->file != NULL) {
        fclose(artifact->out);
    }
    if (artifact->aside != NULL) {
        unlink(artifact->aside);
    }
}
