/* SPDX-License-Identifier: Apache-2.0 */
#include "grid.h"

#include "arena.h"

#include <assert.h>
#include <string.h>

enum { INDENT = 2, GAP = 2, NARROWEST = 8 };

struct grid grid_open(struct arena *arena, const char *title, const char *heads)
{
    struct grid grid = {.arena = arena, .title = title};
    while (*heads != '\0') {
        assert(grid.columns < GRID_COLUMNS);
        bool words = *heads == '<';
        size_t length = strcspn(heads + words, "|");
        grid.words[grid.columns] = words;
        grid.head[grid.columns++] = arena_copy(arena, heads + words, length);
        heads += (size_t)words + length;
        heads += *heads == '|';
    }
    return grid;
}

void grid_row(struct grid *grid, const char *const *cells)
{
    if (grid->rows == grid->room) {
        int room = grid->room == 0 ? 16 : 2 * grid->room;
        const char **longer = arena_array(grid->arena, const char *, room * grid->columns);
        if (grid->rows > 0) {
            memcpy(longer, grid->cell, (size_t)(grid->rows * grid->columns) * sizeof *longer);
        }
        grid->cell = longer;
        grid->room = room;
    }
    for (int i = 0; i < grid->columns; i++) {
        grid->cell[grid->rows * grid->columns + i] = cells[i] == NULL ? "" : cells[i];
    }
    grid->rows++;
}

/* Characters of UTF-8 text. */
static int width_of(const char *text)
{
    int width = 0;
    for (; *text != '\0'; text++) {
        width += ((unsigned char)*text & 0xc0) != 0x80;
    }
    return width;
}

static const char *cell_at(const struct grid *grid, int row, int column)
{
    return row < 0 ? grid->head[column] : grid->cell[row * grid->columns + column];
}

static int total_width(const struct grid *grid, const int *width)
{
    int total = INDENT + GAP * (grid->columns - 1);
    for (int i = 0; i < grid->columns; i++) {
        total += width[i];
    }
    return total;
}

/* The widest column of words that can be narrower still, -1 when there is none. */
static int widest(const struct grid *grid, const int *width)
{
    int found = -1;
    for (int i = 0; i < grid->columns; i++) {
        bool able = grid->words[i] && width[i] > NARROWEST;
        if (able && (found < 0 || width[i] > width[found])) {
            found = i;
        }
    }
    return found;
}

static void fit(const struct grid *grid, int *width, int limit)
{
    for (int i = 0; i < grid->columns; i++) {
        width[i] = 0;
        for (int row = -1; row < grid->rows; row++) {
            int here = width_of(cell_at(grid, row, i));
            width[i] = here > width[i] ? here : width[i];
        }
    }
    for (int at = widest(grid, width); total_width(grid, width) > limit && at >= 0;
         at = widest(grid, width)) {
        width[at]--;
    }
}

/* The first `count` characters. */
static void print_start(FILE *out, const char *text, int count)
{
    const char *end = text;
    while (*end != '\0' && count >= 0) {
        bool begins = ((unsigned char)*end & 0xc0) != 0x80;
        if (begins && count-- == 0) {
            break;
        }
        end++;
    }
    fwrite(text, 1, (size_t)(end - text), out);
}

/* Blanks are owed until something follows them, so that none ends a line. */
static void print_owed(FILE *out, int *owed, const char *text)
{
    if (*text != '\0') {
        fprintf(out, "%*s%s", *owed, "", text);
        *owed = 0;
    }
}

static void print_cell(FILE *out, const char *text, int width, bool words, int *owed)
{
    int length = width_of(text), blanks = width > length ? width - length : 0;
    if (length > width) {
        fprintf(out, "%*s", *owed, "");
        print_start(out, text, width - 2);
        fputs("..", out);
        *owed = 0;
        return;
    }
    *owed += words ? 0 : blanks;
    print_owed(out, owed, text);
    *owed += words ? blanks : 0;
}

void grid_text(const struct grid *grid, FILE *out, int limit)
{
    int width[GRID_COLUMNS];
    if (grid->rows == 0) {
        return;
    }
    fit(grid, width, limit);
    fprintf(out, "\n%s%s", grid->title == NULL ? "" : grid->title, grid->title == NULL ? "" : "\n");
    for (int row = -1; row < grid->rows; row++) {
        int owed = INDENT;
        for (int i = 0; i < grid->columns; i++) {
            print_cell(out, cell_at(grid, row, i), width[i], grid->words[i], &owed);
            owed += GAP;
        }
        fputc('\n', out);
    }
}

/* A bar inside a cell would end it. */
static void print_escaped(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        fputs(*text == '|' ? "\\|" : (char[]){*text, '\0'}, out);
    }
}

void grid_markdown(const struct grid *grid, FILE *out)
{
    if (grid->rows == 0) {
        return;
    }
    if (grid->title != NULL) {
        fprintf(out, "\n### %s\n", grid->title);
    }
    fputc('\n', out);
    for (int row = -1; row < grid->rows; row++) {
        for (int i = 0; i < grid->columns; i++) {
            fputs("| ", out);
            print_escaped(out, cell_at(grid, row, i));
            fputc(' ', out);
        }
        fputs("|\n", out);
        for (int i = 0; i < grid->columns && row < 0; i++) {
            fputs(grid->words[i] ? "|---" : "|---:", out);
        }
        fputs(row < 0 ? "|\n" : "", out);
    }
}
