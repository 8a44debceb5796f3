/* SPDX-License-Identifier: Apache-2.0 */
#include "recovery_rows.h"

#include "arena.h"
#include "text.h"

#include <math.h>

/* ---- Numbers ---- */

struct row {
    struct result *result;
    struct result_environment *into;
    struct result_recovery *recovery;
    double *value; /* scratch, one for each strike */
};

static void note(const struct row *row, const char *metric, enum unit unit)
{
    const struct result_recovery *recovery = row->recovery;
    const char *name =
        observation_drill_name(row->result->arena, metric, recovery->component, recovery->drill);
    for (int i = 0; i < recovery->strike_count; i++) {
        observation_note(&row->into->samples, i, name, unit, row->value[i]);
    }
}

static void fill_quantiles(const struct row *row, struct interval quantiles[RESULT_QUANTILES])
{
    int count = row->recovery->strike_count;
    quantiles[RESULT_P50] = interval_of_quantile(row->value, count, 0.5);
    quantiles[RESULT_P95] = interval_of_quantile(row->value, count, 0.95);
    quantiles[RESULT_MAX] = interval_of_quantile(row->value, count, 1.0);
    quantiles[RESULT_MEAN] = interval_of_amount(row->value, count);
}

static void fill_times(const struct row *row)
{
    struct result_recovery *recovery = row->recovery;
    for (int i = 0; i < recovery->strike_count; i++) {
        row->value[i] = recovery->strike[i].rto_s;
    }
    fill_quantiles(row, recovery->rto_s);
    note(row, "recovery.rto", UNIT_SECOND);
    for (int i = 0; i < recovery->strike_count; i++) {
        row->value[i] = recovery->strike[i].rpo_s;
    }
    fill_quantiles(row, recovery->rpo_s);
    note(row, "recovery.rpo", UNIT_SECOND);
}

/* Over the strikes that were restored: there the parts add up. */
static void fill_parts(const struct row *row)
{
    struct result_recovery *recovery = row->recovery;
    for (int part = 0; part < RESULT_PARTS; part++) {
        for (int i = 0; i < recovery->strike_count; i++) {
            const struct result_strike *strike = &recovery->strike[i];
            row->value[i] = isfinite(strike->rto_s) ? strike->part_s[part] : NAN;
        }
        recovery->parts_s[part] = interval_of_amount(row->value, recovery->strike_count);
        note(row, arena_printf(row->result->arena, "recovery.rto.%s", result_part_name(part)), UNIT_SECOND);
    }
}

static void fill_failed(const struct row *row)
{
    struct result_recovery *recovery = row->recovery;
    for (int i = 0; i < recovery->strike_count; i++) {
        row->value[i] = (double)recovery->strike[i].failed;
    }
    recovery->failed = interval_of_amount(row->value, recovery->strike_count);
    note(row, "recovery.failed", UNIT_COUNT);
}

/* ---- Targets ---- */

static bool names(const struct target *target, const char *component)
{
    for (int i = 0; i < target->components.count; i++) {
        if (text_equal(target->components.word[i], component)) {
            return true;
        }
    }
    return false;
}

/* The strictest of the targets that name the component. */
static void target_of(const struct environment *from, const char *component, double *rto, double *rpo)
{
    for (int i = 0; i < from->target_count; i++) {
        if (names(&from->target[i], component)) {
            *rto = fmin(*rto, from->target[i].rto);
            *rpo = fmin(*rpo, from->target[i].rpo);
        }
    }
}

/* A component's own target beats the overall one, for RTO and RPO apart. */
static void fill_targets(struct result_recovery *recovery, const struct environment *from)
{
    double rto = INFINITY, rpo = INFINITY;
    target_of(from, "*", &rto, &rpo);
    recovery->target_rto_s = recovery->target_rpo_s = INFINITY;
    target_of(from, recovery->component, &recovery->target_rto_s, &recovery->target_rpo_s);
    recovery->target_rto_s = isfinite(recovery->target_rto_s) ? recovery->target_rto_s : rto;
    recovery->target_rpo_s = isfinite(recovery->target_rpo_s) ? recovery->target_rpo_s : rpo;
}

static enum result_verdict against(double value, double target)
{
    if (isinf(target) || isnan(value)) {
        return VERDICT_NONE;
    }
    return value <= target ? VERDICT_MET : VERDICT_BREACHED;
}

/* Met only if each target that is set is known to be held. */
static enum result_verdict verdict_on(const struct result_recovery *recovery)
{
    enum result_verdict rto = against(recovery->rto_s[RESULT_P95].value, recovery->target_rto_s);
    enum result_verdict rpo = against(recovery->rpo_s[RESULT_P95].value, recovery->target_rpo_s);
    bool rto_open = rto == VERDICT_NONE && isfinite(recovery->target_rto_s);
    bool rpo_open = rpo == VERDICT_NONE && isfinite(recovery->target_rpo_s);
    bool late = recovery->unrestored > 0 && isfinite(recovery->target_rto_s);
    if (late || rto == VERDICT_BREACHED || rpo == VERDICT_BREACHED) {
        return VERDICT_BREACHED;
    }
    bool met = rto == VERDICT_MET || rpo == VERDICT_MET;
    bool told = recovery->unhealthy + recovery->thin == 0;
    return met && told && !rto_open && !rpo_open ? VERDICT_MET : VERDICT_NONE;
}

/* ---- Notes ---- */

static const char *joined(struct arena *arena, const char *text, const char *more)
{
    return text == NULL ? more : arena_printf(arena, "%s; %s", text, more);
}

static const char *note_on(struct arena *arena, const struct result_recovery *recovery)
{
    const char *text = NULL;
    int count = recovery->strike_count;
    if (recovery->unrestored > 0) {
        text =
            arena_printf(arena, "not restored within 45 min in %d of %d drills", recovery->unrestored, count);
    }
    if (recovery->unhealthy > 0) {
        text = joined(
            arena, text,
            arena_printf(arena, "not healthy before the fault in %d of %d", recovery->unhealthy, count));
    }
    if (recovery->thin > 0) {
        text = joined(arena, text,
                      arena_printf(arena,
                                   "fewer than 20 requests in the five minutes before the fault in "
                                   "%d of %d, which tell nothing",
                                   recovery->thin, count));
    }
    return text;
}

void recovery_rows(struct result *result, struct result_environment *environment,
                   const struct environment *from)
{
    for (int i = 0; i < environment->recovery_count; i++) {
        struct result_recovery *recovery = &environment->recovery[i];
        struct row row = {result, environment, recovery,
                          arena_array(result->arena, double, recovery->strike_count)};
        fill_times(&row);
        fill_parts(&row);
        fill_failed(&row);
        fill_targets(recovery, from);
        recovery->verdict = verdict_on(recovery);
        recovery->note = note_on(result->arena, recovery);
    }
}
