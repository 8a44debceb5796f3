/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a scenario: it is refused, or it loads, and what is then dumped of it loads to the same. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "diag.h"
#include "scenario.h"
#include "sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Loaded once: it is large, and never written. */
static const struct sheet *prices(void)
{
    static struct arena *arena;
    static const struct sheet *sheet;
    if (!arena) sheet = sheet_load_default(arena = arena_open());
    return sheet;
}

static const struct scenario *read_text(const char *text, size_t size, struct arena *arena, struct diag *diag)
{
    static const char *const set[] = {"*.timeout=5s"};
    struct scenario_options options = {.set = set, .set_count = size % 16 == 0, .from = -1};
    struct scenario_text source = {"fuzz.yaml", text, size};
    return scenario_read(&source, &options, prices(), arena, diag);
}

/* What differs between two dumps is a mistake of ours. */
static void check_dump(const struct scenario *scenario, const struct environment *environment,
                       struct arena *arena)
{
    struct diag *diag = diag_open(arena);
    const char *text = scenario_dump(scenario, environment, arena);
    struct scenario_text source = {"fuzz.yaml", text, strlen(text)};
    const struct scenario *again = scenario_read(&source, NULL, prices(), arena, diag);
    if (again && strcmp(text, scenario_dump(again, &again->environment[0], arena)) == 0) return;
    fputs(text, stderr);
    diag_print(diag, stderr);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena *arena = arena_open();
    struct diag *diag = diag_open(arena);
    const struct scenario *scenario = read_text((const char *)bytes, size, arena, diag);
    FILE *nowhere = fopen("/dev/null", "w");
    if (nowhere) {
        diag_print(diag, nowhere);
        fclose(nowhere);
    }
    if (scenario && scenario->environment_count > 0) check_dump(scenario, &scenario->environment[0], arena);
    arena_close(arena);
    return 0;
}
