/* SPDX-License-Identifier: Apache-2.0 */
#include "lines.h"

#include <errno.h>
#include <sha256.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "arena.h"

enum {
    CHUNK = 64 << 10,
    RATIO = 200,         /* text unpacks to 3 to 30 times its size; deflate reaches 1,032 on zeros */
    RATIO_FROM = 1 << 20 /* unpacked bytes before the ratio counts */
};
static const uint64_t unpacked_most = UINT64_C(1) << 30;

struct lines {
    int descriptor;
    bool started, gzip, ended;
    const char *problem;
    z_stream stream;
    bool member_ended;         /* of a gzip file, which may hold several, one after the other */
    uint64_t packed, unpacked; /* bytes read of the file, bytes of text */
    SHA2_CTX sha;
    size_t text_next, text_size, line_size;
    unsigned char raw[CHUNK];
    char text[CHUNK];
    char line[LINES_LONGEST + 1];
};

struct lines *lines_open(int descriptor, struct arena *arena)
{
    struct lines *lines = arena_new(arena, struct lines);
    lines->descriptor = descriptor;
    SHA256Init(&lines->sha);
    return lines;
}

const char *lines_problem(const struct lines *lines)
{
    return lines->problem;
}

void lines_close(struct lines *lines, char sha256[65])
{
    if (lines->gzip) inflateEnd(&lines->stream);
    SHA256End(&lines->sha, sha256);
}

static bool give_up(struct lines *lines, const char *problem)
{
    lines->problem = problem;
    lines->ended = true;
    return false;
}

/* The next bytes of the file into `raw`; how many. */
static size_t read_raw(struct lines *lines)
{
    ssize_t got;
    do {
        got = read(lines->descriptor, lines->raw, CHUNK);
    } while (got < 0 && errno == EINTR);
    if (got < 0) give_up(lines, "cannot be read to its end");
    if (got <= 0) return 0;
    SHA256Update(&lines->sha, lines->raw, (size_t)got);
    lines->packed += (uint64_t)got;
    return (size_t)got;
}

static void start(struct lines *lines)
{
    lines->started = true;
    size_t got = read_raw(lines);
    lines->stream.next_in = lines->raw;
    lines->stream.avail_in = (uInt)got;
    if (got < 2 || lines->raw[0] != 0x1F || lines->raw[1] != 0x8B) return;
    lines->gzip = true;
    if (inflateInit2(&lines->stream, MAX_WBITS + 16) != Z_OK) arena_exhausted();
}

/* More of the file, where none is left in hand. False at its end. */
static bool refill(struct lines *lines)
{
    if (lines->stream.avail_in > 0) return true;
    lines->stream.next_in = lines->raw;
    lines->stream.avail_in = (uInt)read_raw(lines);
    return lines->stream.avail_in > 0;
}

static bool unpack(struct lines *lines)
{
    lines->stream.next_out = (unsigned char *)lines->text;
    lines->stream.avail_out = CHUNK;
    while (lines->stream.avail_out == CHUNK) {
        if (!refill(lines)) {
            if (lines->problem || lines->member_ended) return false;
            return give_up(lines, "is cut short: the gzip data has no end");
        }
        if (lines->member_ended && inflateReset(&lines->stream) != Z_OK) arena_exhausted();
        int result = inflate(&lines->stream, Z_NO_FLUSH);
        if (result == Z_MEM_ERROR) arena_exhausted();
        if (result != Z_OK && result != Z_STREAM_END) return give_up(lines, "holds damaged gzip data");
        lines->member_ended = result == Z_STREAM_END;
    }
    lines->text_size = CHUNK - lines->stream.avail_out;
    return true;
}

static bool pass_on(struct lines *lines)
{
    if (!refill(lines)) return false;
    lines->text_size = lines->stream.avail_in;
    memcpy(lines->text, lines->stream.next_in, lines->text_size);
    lines->stream.avail_in = 0;
    return true;
}

/* The next text into `text`; false at the end. */
static bool read_text(struct lines *lines)
{
    if (!lines->started) start(lines);
    if (lines->ended) return false;
    lines->text_next = 0;
    if (!(lines->gzip ? unpack(lines) : pass_on(lines))) {
        lines->ended = true;
        return false;
    }
    lines->unpacked += lines->text_size;
    if (lines->unpacked > unpacked_most) return give_up(lines, "holds more than 1 GiB of text: split it");
    if (lines->unpacked > RATIO_FROM && lines->unpacked / RATIO > lines->packed - lines->stream.avail_in)
        return give_up(lines, "unpacks to more than 200 times its size, as no recording does");
    return true;
}

/* Moves text up to the end of the line into `line`; true when the line is complete. */
static bool collect(struct lines *lines)
{
    const char *from = lines->text + lines->text_next;
    size_t left = lines->text_size - lines->text_next;
    const char *end = memchr(from, '\n', left);
    size_t length = end ? (size_t)(end - from) : left;
    if (lines->line_size + length > LINES_LONGEST) return !give_up(lines, "has a line of more than 64 KiB");
    memcpy(lines->line + lines->line_size, from, length);
    lines->line_size += length;
    lines->text_next += length + (end ? 1 : 0);
    return end != NULL;
}

char *lines_next(struct lines *lines)
{
    lines->line_size = 0;
    bool any = false;
    for (;;) {
        if (lines->text_next == lines->text_size && !read_text(lines)) break;
        any = true;
        if (collect(lines)) break;
    }
    if (lines->problem || !any) return NULL;
    lines->line[lines->line_size] = '\0';
    if (strlen(lines->line) != lines->line_size) {
        give_up(lines, "holds a NUL byte, so it is not text");
        return NULL;
    }
    return lines->line;
}
