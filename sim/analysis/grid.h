/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GRID_H
#define GRID_H

/* A grid: rows of text in columns, printed aligned for a terminal, never wider than asked for, or as Markdown. */

#include <stdbool.h>
#include <stdio.h>

struct arena;

enum { GRID_COLUMNS = 12 };

struct grid {
    struct arena *arena;
    const char *title; /* may be NULL */
    const char *head[GRID_COLUMNS];
    bool words[GRID_COLUMNS]; /* aligned to the left, and may be cut; numbers stand to the right */
    int columns;
    const char **cell; /* row by row */
    int rows, room;
};

/* A grid with the columns named in `heads`, separated by `|`; a name that begins with `<` is of a column of words. */
struct grid grid_open(struct arena *arena, const char *title, const char *heads);

/* Adds a row of `grid->columns` texts, kept not copied; NULL is empty. */
void grid_row(struct grid *grid, const char *const *cells);

/* Prints a blank line, title, heads and rows. Too wide a grid has its widest columns of words cut. Nothing is printed of a
   grid without rows. */
void grid_text(const struct grid *grid, FILE *out, int limit);
void grid_markdown(const struct grid *grid, FILE *out);

#endif
