/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TABLE_ROWS_H
#define TABLE_ROWS_H

/* The grids of the report, one for each section: for table.c only. A grid without rows is a section with nothing to
   say. */

#include "grid.h"
#include "result.h"
#include "table.h"

struct table_page {
    FILE *out;
    enum table_form form;
    struct arena *arena; /* for texts */
};

struct grid table_rows_objectives(const struct table_page *page,
                                  const struct result_environment *environment);
struct grid table_rows_latency(const struct table_page *page, const struct result_environment *environment);
struct grid table_rows_errors(const struct table_page *page, const struct result_environment *environment);
struct grid table_rows_nodes(const struct table_page *page, const struct result_environment *environment);
struct grid table_rows_scaling(const struct table_page *page, const struct result_environment *environment);
struct grid table_rows_recovery(const struct table_page *page, const struct result_environment *environment);
struct grid table_rows_parts(const struct table_page *page, const struct result_environment *environment);
struct grid table_rows_services(const struct table_page *page, const struct result_environment *environment);
struct grid table_rows_lines(const struct table_page *page, const struct result_environment *environment);
struct grid table_rows_assumptions(const struct table_page *page,
                                   const struct result_environment *environment);
struct grid table_rows_environments(const struct table_page *page, const struct result *result);

#endif
