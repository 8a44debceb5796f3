/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include "arena.h"
#include "figure.h"
#include "grid.h"
#include "table_rows.h"
#include "text.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

/* A table under way: where to, in which form, and memory for its texts. */

static bool is_done(FILE *out)
{
    return fflush(out) == 0 && !ferror(out);
}

static void print_grid(const struct table_page *page, const struct grid *grid)
{
    if (page->form == TABLE_MARKDOWN) {
        grid_markdown(grid, page->out);
    } else {
        grid_text(grid, page->out, TABLE_WIDTH);
    }
}

/* ---- Words under and over tables ---- */

/* A paragraph, broken between words at TABLE_WIDTH; lines after the first are indented by two more. */
static void print_wrapped(FILE *out, const char *text)
{
    int indent = (int)strspn(text, " "), column = indent;
    fprintf(out, "%*s", indent, "");
    text += indent;
    while (*text != '\0') {
        int length = (int)strcspn(text, " ");
        bool first = column == indent;
        if (!first && column + 1 + length > TABLE_WIDTH) {
            fprintf(out, "\n%*s", indent + 2, "");
            column = indent + 2;
            first = true;
        }
        fprintf(out, "%s%.*s", first ? "" : " ", length, text);
        column += !first + length;
        text += length;
        text += *text == ' ';
    }
    fputc('\n', out);
}

__attribute__((format(printf, 2, 3))) static void say(const struct table_page *page, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    const char *text = arena_vprintf(page->arena, format, values);
    va_end(values);
    if (page->form == TABLE_MARKDOWN) {
        fprintf(page->out, "\n%s\n", text);
    } else {
        print_wrapped(page->out, text);
    }
}

/* ---- Heading ---- */

bool table_heading(FILE *out, const struct result *result, enum table_form form)
{
    struct table_page page = {out, form, arena_open()};
    const char *name = result->scenario_name == NULL ? result->scenario_file : result->scenario_name;
    fprintf(out, form == TABLE_MARKDOWN ? "# %s\n" : "%s\n", name == NULL ? "scenario" : name);
    if (result->question != NULL) {
        say(&page, "%s", result->question);
    }
    say(&page, "%s, seed %llu, headroom %s", result->scenario_file == NULL ? "-" : result->scenario_file,
        (unsigned long long)result->seed, result->version);
    arena_close(page.arena);
    return is_done(out);
}

/* ---- Verdicts ---- */

static int count_objectives(const struct result_environment *environment, enum result_verdict verdict)
{
    int count = 0;
    for (int i = 0; i < environment->objective_count; i++) {
        count += environment->objective[i].verdict == verdict;
    }
    return count;
}

static int count_drills(const struct result_environment *environment, enum result_verdict verdict)
{
    int count = 0;
    for (int i = 0; i < environment->recovery_count; i++) {
        count += environment->recovery[i].verdict == verdict;
    }
    return count;
}

static const char *objectives_text(const struct table_page *page,
                                   const struct result_environment *environment)
{
    int all = environment->objective_count;
    int missed = count_objectives(environment, VERDICT_MISSED),
        open = count_objectives(environment, VERDICT_UNDECIDED);
    if (all == 0) {
        return "no objectives";
    }
    if (missed + open == 0) {
        return arena_printf(page->arena, "%s", all == 1 ? "the objective is met" : "all objectives are met");
    }
    return arena_printf(page->arena, "%d of %d objectives missed%s", missed, all,
                        open > 0 ? arena_printf(page->arena, ", %d undecided", open) : "");
}

static const char *drills_text(const struct table_page *page, const struct result_environment *environment)
{
    int all = environment->recovery_count, breached = count_drills(environment, VERDICT_BREACHED);
    int met = count_drills(environment, VERDICT_MET);
    if (all == 0) {
        return "no drills";
    }
    if (breached > 0) {
        return arena_printf(page->arena, "%d of %d drills breach their recovery targets", breached, all);
    }
    return met > 0 ? arena_printf(page->arena, "%d of %d drills within their recovery targets", met, all)
                   : arena_printf(page->arena, "%d drills, none with a recovery target to hold", all);
}

static const char *begin_text(const struct table_page *page, const struct result_environment *environment)
{
    const char *start = environment->start == NULL ? "the start" : environment->start;
    if (environment->from_s == 0.0) {
        return start;
    }
    return arena_printf(page->arena, "%s plus %s", start, figure_seconds(page->arena, environment->from_s));
}

static void headline(const struct table_page *page, const struct result_environment *environment)
{
    const struct cost_bill *cost = &environment->cost;
    const char *price = cost->currency == NULL
                            ? ""
                            : arena_printf(page->arena, "; %s %s a month",
                                           figure_money(page->arena, cost->monthly.cents), cost->currency);
    fprintf(page->out, page->form == TABLE_MARKDOWN ? "\n## %s\n" : "\n== %s ==\n", environment->name);
    say(page, "%s; %s%s.", objectives_text(page, environment), drills_text(page, environment), price);
    say(page, "%s, %s simulated from %s after %s of lead-in, %d replication%s%s.",
        environment->region == NULL ? "no region" : environment->region,
        figure_seconds(page->arena, environment->horizon_s), begin_text(page, environment),
        figure_seconds(page->arena, environment->lead_s), environment->replications,
        environment->replications == 1 ? ": no intervals" : "s",
        environment->converged ? "" : "; the precision asked for was not reached");
    for (int i = 0; i < environment->note_count; i++) {
        say(page, "Note: %s.", environment->note[i]);
    }
}

bool table_verdicts(FILE *out, const struct result_environment *environment, enum table_form form)
{
    struct table_page page = {out, form, arena_open()};
    headline(&page, environment);
    struct grid grid = table_rows_objectives(&page, environment);
    print_grid(&page, &grid);
    for (int i = 0; i < environment->objective_count; i++) {
        const struct result_objective *objective = &environment->objective[i];
        if (objective->note != NULL) {
            say(&page, "  %s: %s.", objective->text, objective->note);
        }
    }
    arena_close(page.arena);
    return is_done(out);
}

/* ---- Sections ---- */

static void print_load(const struct table_page *page, const struct result_environment *environment)
{
    struct grid latency = table_rows_latency(page, environment);
    struct grid errors = table_rows_errors(page, environment);
    struct grid nodes = table_rows_nodes(page, environment);
    struct grid scaling = table_rows_scaling(page, environment);
    print_grid(page, &latency);
    print_grid(page, &errors);
    if (errors.rows == 0 && environment->latency_count > 0) {
        fputs(page->form == TABLE_TEXT ? "\n" : "", page->out);
        say(page, environment->latency[0].requests > 0 ? "No request failed." : "No request ended.");
    }
    print_grid(page, &nodes);
    print_grid(page, &scaling);
}

bool table_recovery(FILE *out, const struct result_environment *environment, enum table_form form)
{
    struct table_page page = {out, form, arena_open()};
    struct grid drills = table_rows_recovery(&page, environment);
    struct grid parts = table_rows_parts(&page, environment);
    print_grid(&page, &drills);
    for (int i = 0; i < environment->recovery_count; i++) {
        const struct result_recovery *recovery = &environment->recovery[i];
        if (recovery->note != NULL) {
            say(&page, "  %s of %s: %s.", recovery->drill, recovery->component, recovery->note);
        }
    }
    print_grid(&page, &parts);
    arena_close(page.arena);
    return is_done(out);
}

bool table_bill(FILE *out, const struct result_environment *environment, enum table_form form)
{
    struct table_page page = {out, form, arena_open()};
    struct grid services = table_rows_services(&page, environment);
    struct grid lines = table_rows_lines(&page, environment);
    print_grid(&page, &services);
    print_grid(&page, &lines);
    arena_close(page.arena);
    return is_done(out);
}

static void print_assumptions(const struct table_page *page, const struct result_environment *environment)
{
    struct grid grid = table_rows_assumptions(page, environment);
    if (environment->assumption_count > 0) {
        fputs(page->form == TABLE_TEXT ? "\n" : "", page->out);
        say(page, "%d assumption%s behind these numbers%s", environment->assumption_count,
            environment->assumption_count == 1 ? "" : "s", grid.rows > 0 ? "; the most uncertain:" : ".");
    }
    print_grid(page, &grid);
}

bool table_environment(FILE *out, const struct result_environment *environment, enum table_form form)
{
    struct table_page page = {out, form, arena_open()};
    bool fine = table_verdicts(out, environment, form);
    print_load(&page, environment);
    fine = fine && table_recovery(out, environment, form);
    fine = fine && table_bill(out, environment, form);
    print_assumptions(&page, environment);
    arena_close(page.arena);
    return fine && is_done(out);
}

bool table_closing(FILE *out, const struct result *result, enum table_form form)
{
    struct table_page page = {out, form, arena_open()};
    if (result->environment_count > 1) {
        struct grid grid = table_rows_environments(&page, result);
        print_grid(&page, &grid);
    }
    arena_close(page.arena);
    return is_done(out);
}
