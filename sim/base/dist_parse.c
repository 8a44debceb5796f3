/* SPDX-License-Identifier: Apache-2.0 */
#include "dist.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "arena.h"
#include "dist_form.h"
#include "sample.h"
#include "text.h"

enum { NAMES = 32 };
#define SEPARATORS " ,\t"

/* One number inside the brackets. */
struct given {
    const struct dist_argument *argument;
    double value;
};

/* A reading under way: what its parts share. */
struct reading {
    const char *next; /* what is still to be read */
    enum unit unit;
    const char *folder;
    struct arena *arena;
    struct dist *dist;
    const struct dist_form *forms; /* of the kind that was named, one after the other */
    struct given given[DIST_ARGUMENTS];
    int count;
    struct dist_range *ranges;
    int ranges_room, ranges_count;
    const char **problem;
};

static bool refuse(const struct reading *reading, const char *phrase)
{
    *reading->problem = phrase;
    return false;
}

static bool is_name(char c)
{
    return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') || c == '_';
}

static bool opens_name(char c)
{
    return is_name(c) && !('0' <= c && c <= '9');
}

static void skip_separators(struct reading *reading)
{
    reading->next += strspn(reading->next, SEPARATORS);
}

static const char *take_name(struct reading *reading)
{
    const char *start = reading->next;
    while (is_name(*reading->next)) reading->next++;
    return arena_copy(reading->arena, start, (size_t)(reading->next - start));
}

/* --- complaints about a form ------------------------------------------------------------------------ */

/* The next way of writing the same kind, or NULL. */
static const struct dist_form *next_form(const struct dist_form *form)
{
    return form[1].name && form[1].kind == form->kind ? form + 1 : NULL;
}

/* `gamma PHRASE: write gamma(mean 5ms cv 2) or gamma(shape 2 scale 3ms)` */
static bool refuse_usage(const struct reading *reading, const char *phrase)
{
    const struct dist_form *form = reading->forms;
    assert(form);
    const char *text = arena_printf(reading->arena, "%s %s: write %s", form->name, phrase, form->usage);
    while ((form = next_form(form))) text = arena_printf(reading->arena, "%s or %s", text, form->usage);
    return refuse(reading, text);
}

static bool refuse_rest(const struct reading *reading)
{
    return refuse_usage(reading, arena_printf(reading->arena, "cannot take \"%.40s\"", reading->next));
}

/* --- numbers ---------------------------------------------------------------------------------------- */

static bool refuse_number(const struct reading *reading, const struct dist_argument *argument,
                          const char *phrase)
{
    return refuse(reading, arena_printf(reading->arena, "%s %s", argument->name, phrase));
}

static bool read_number(struct reading *reading, const struct dist_argument *argument, double *value)
{
    enum unit unit = argument->sort == DIST_QUANTITY ? reading->unit : UNIT_RATIO;
    const char *start = reading->next, *problem;
    if (!quantity_parse_prefix(start, unit, value, &reading->next, &problem)) {
        int length = (int)strcspn(start, SEPARATORS "()[]");
        problem = arena_printf(reading->arena, "%s (got %.*s)", problem, length, start);
        return refuse_number(reading, argument, problem);
    }
    if (isinf(*value)) return refuse_number(reading, argument, "cannot be none");
    if (*value < 0) return refuse_number(reading, argument, "must not be negative");
    return *value > 0 || argument->zero || refuse_number(reading, argument, "must be above 0");
}

/* Reads `[low mid high]`, keeps it where there is room, and uses its mid. */
static bool read_range(struct reading *reading, const struct dist_argument *argument, double *value)
{
    const char *shape = "needs low, likely and high in a range, such as [4ms 6ms 11ms]";
    double number[3];
    reading->next++;
    for (int i = 0; i < 3; i++) {
        skip_separators(reading);
        if (*reading->next == ']') return refuse_number(reading, argument, shape);
        if (!read_number(reading, argument, &number[i])) return false;
    }
    skip_separators(reading);
    if (*reading->next++ != ']') return refuse_number(reading, argument, shape);
    if (number[0] > number[1] || number[1] > number[2])
        return refuse_number(reading, argument, "must not fall within its range: write [low likely high]");
    struct dist_range range = {argument->name, number[0], number[1], number[2]};
    if (reading->ranges_count++ < reading->ranges_room) reading->ranges[reading->ranges_count - 1] = range;
    *value = number[1];
    return true;
}

static bool read_value(struct reading *reading, const struct dist_argument *argument, double *value)
{
    skip_separators(reading);
    if (*reading->next == '[') return read_range(reading, argument, value);
    return read_number(reading, argument, value);
}

/* --- arguments -------------------------------------------------------------------------------------- */

static const struct dist_argument *argument_in(const struct dist_form *form, const char *name)
{
    for (int i = 0; i < DIST_ARGUMENTS; i++)
        if (text_equal(form->argument[i].name, name)) return &form->argument[i];
    return NULL;
}

static const struct dist_argument *argument_named(const struct reading *reading, const char *name)
{
    const struct dist_argument *argument = NULL;
    for (const struct dist_form *form = reading->forms; form && !argument; form = next_form(form))
        argument = argument_in(form, name);
    return argument;
}

/* The argument that the next number is for: by its name, else by its place. NULL with the complaint made. */
static const struct dist_argument *take_argument(struct reading *reading)
{
    const struct dist_argument *argument = NULL;
    if (opens_name(*reading->next)) {
        const char *name = take_name(reading);
        argument = argument_named(reading, name);
        if (!argument) refuse_usage(reading, arena_printf(reading->arena, "does not take \"%.40s\"", name));
    } else if (reading->forms->positional && reading->count < DIST_ARGUMENTS) {
        argument = &reading->forms->argument[reading->count];
        if (!argument->name) argument = NULL;
        if (!argument) refuse_usage(reading, "has a number too many");
    } else {
        refuse_usage(reading,
                     reading->forms->positional ? "has a number too many" : "needs names for its numbers");
    }
    return argument;
}

/* Reads up to and over the closing bracket. */
static bool read_arguments(struct reading *reading)
{
    for (skip_separators(reading); *reading->next != ')'; skip_separators(reading)) {
        const char next = *reading->next;
        if (!is_name(next) && next != '[' && next != '-' && next != '.') return refuse_rest(reading);
        const struct dist_argument *argument = take_argument(reading);
        if (!argument) return false;
        if (reading->count == DIST_ARGUMENTS) return refuse_usage(reading, "has a number too many");
        struct given *given = &reading->given[reading->count++];
        given->argument = argument;
        if (!read_value(reading, argument, &given->value)) return false;
    }
    reading->next++;
    return true;
}

/* Puts the given numbers in the order of the form; false when they are not exactly its own. */
static bool fits(const struct reading *reading, const struct dist_form *form, double number[DIST_ARGUMENTS])
{
    int found = 0;
    for (int i = 0; i < DIST_ARGUMENTS && form->argument[i].name; i++) {
        int before = found;
        for (int j = 0; j < reading->count && found == before; j++) {
            if (!text_equal(reading->given[j].argument->name, form->argument[i].name)) continue;
            number[i] = reading->given[j].value;
            found++;
        }
        if (found == before) return false;
    }
    return found == reading->count;
}

static bool solve(const struct reading *reading)
{
    double number[DIST_ARGUMENTS];
    const struct dist_form *form = reading->forms;
    while (form && !fits(reading, form, number)) form = next_form(form);
    if (!form) return refuse_usage(reading, "needs other numbers");
    reading->dist->kind = form->kind;
    const char *problem = form->solve(number, reading->dist);
    if (!problem && !isfinite(reading->dist->mean)) problem = "has no finite mean: bring its numbers closer";
    if (!problem) return true;
    return refuse(reading, arena_printf(reading->arena, "%s: %s", form->name, problem));
}

/* --- kinds ------------------------------------------------------------------------------------------ */

/* The name of the file is all between the brackets; the last one closes. */
static bool read_empirical(struct reading *reading)
{
    const char *name = reading->next + strspn(reading->next, " "), *end = strrchr(name, ')');
    while (end > name && end[-1] == ' ') end--;
    if (end == name) return refuse(reading, "empirical needs a file: write empirical(file.csv)");
    const char *path = arena_copy(reading->arena, name, (size_t)(end - name));
    if (reading->folder && *reading->folder && *path != '/')
        path = arena_printf(reading->arena, "%s/%s", reading->folder, path);
    struct sample sample;
    if (!sample_read(path, reading->unit, reading->arena, &sample, reading->problem)) return false;
    *reading->dist = (struct dist){.kind = DIST_EMPIRICAL,
                                   .a = 1,
                                   .mean = sample.mean,
                                   .scv = sample.scv,
                                   .values = sample.values,
                                   .count = sample.count};
    reading->next = strrchr(name, ')') + 1;
    return true;
}

static bool refuse_kind(const struct reading *reading, const char *name)
{
    const char *names[NAMES] = {"none", "recorded", "empirical"};
    size_t count = 3;
    for (const struct dist_form *form = dist_forms; form->name; form++)
        if (!text_equal(names[count - 1], form->name)) names[count++] = form->name;
    assert(count <= NAMES);
    const char *nearest = text_nearest(name, names, count);
    if (nearest)
        return refuse(reading, arena_printf(reading->arena, "unknown distribution: %.40s; did you mean %s?",
                                            name, nearest));
    const char *list = names[0];
    for (size_t i = 1; i < count; i++) list = arena_printf(reading->arena, "%s %s", list, names[i]);
    return refuse(reading,
                  arena_printf(reading->arena, "unknown distribution: %.40s; use a quantity or one of: %s",
                               name, list));
}

static bool read_word(struct reading *reading, enum dist_kind kind, double factor, double mean)
{
    *reading->dist = (struct dist){.kind = kind, .a = factor, .mean = mean, .scv = mean};
    return true;
}

static bool read_form(struct reading *reading, const char *name)
{
    reading->forms = dist_forms;
    while (reading->forms->name && !text_equal(reading->forms->name, name)) reading->forms++;
    if (!reading->forms->name) return refuse_kind(reading, name);
    if (*reading->next != '(') return refuse_usage(reading, "needs its numbers in brackets");
    reading->next++;
    return read_arguments(reading) && solve(reading);
}

static bool read_kind(struct reading *reading)
{
    const char *name = take_name(reading);
    reading->next += strspn(reading->next, " ");
    if (text_equal(name, "none")) return read_word(reading, DIST_NONE, 0, 0);
    if (text_equal(name, "recorded")) return read_word(reading, DIST_RECORDED, 1, (double)NAN);
    if (!text_equal(name, "empirical")) return read_form(reading, name);
    if (*reading->next != '(') return refuse(reading, "empirical needs a file: write empirical(file.csv)");
    reading->next++;
    return read_empirical(reading);
}

static bool read_bare(struct reading *reading)
{
    static const struct dist_argument value = {"value", DIST_QUANTITY, true};
    double number;
    if (!read_value(reading, &value, &number)) return false;
    *reading->dist = (struct dist){.kind = DIST_DETERMINISTIC, .a = number, .mean = number};
    return true;
}

/* How many brackets of a sort stay open; less than 0 when one closes what was never opened. */
static int open_brackets(const char *text, char opening, char closing)
{
    int depth = 0;
    for (; *text && depth >= 0; text++) depth += (*text == opening) - (*text == closing);
    return depth;
}

/* Half of a distribution: YAML ended the value at a comma. */
static bool refuse_half(const struct reading *reading, const char *text)
{
    return refuse(reading,
                  arena_printf(reading->arena,
                               "\"%.40s\" is half of a value: inside { } or [ ] YAML ends it at a comma, so "
                               "quote it there: \"lognormal(p50 6ms, p99 30ms)\"",
                               text));
}

// NOLINTNEXTLINE(readability-function-size): one reading, and where its parts go
bool dist_parse(const char *text, enum unit unit, const char *folder, struct arena *arena, struct dist *dist,
                struct dist_range *ranges, int *ranges_count, const char **problem)
{
    struct reading reading = {.next = text,
                              .unit = unit,
                              .folder = folder,
                              .arena = arena,
                              .dist = dist,
                              .ranges = ranges,
                              .ranges_room = ranges_count ? *ranges_count : 0,
                              .problem = problem};
    *dist = (struct dist){.kind = DIST_NONE};
    if (open_brackets(text, '(', ')') || open_brackets(text, '[', ']')) return refuse_half(&reading, text);
    reading.next += strspn(text, " ");
    if (!*reading.next) return refuse(&reading, "is empty: write none, a quantity or a distribution");
    if (!(opens_name(*reading.next) ? read_kind(&reading) : read_bare(&reading))) return false;
    reading.next += strspn(reading.next, " ");
    if (*reading.next)
        return refuse(&reading, arena_printf(arena, "ends in \"%.40s\": leave that out", reading.next));
    dist->text = arena_copy(arena, text, strlen(text));
    if (ranges_count) *ranges_count = reading.ranges_count;
    return true;
}
