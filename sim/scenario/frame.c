/* SPDX-License-Identifier: Apache-2.0 */
#include "frame.h"

#include <string.h>

#include "arena.h"
#include "moment.h"
#include "text.h"

const struct param frame_params[] = {
    PARAM(frame, region, UNIT_NONE, "us-east-1", NULL, "The AWS region that everything is in.", "assumed"),
    PARAM(frame, zones, UNIT_NONE, "", NULL, "Availability zones; unless written, a, b and c of the region.",
          "assumed"),
    PARAM(
        frame, start, UNIT_NONE, "2026-01-05T00:00 UTC", NULL,
        "The simulated clock at the start: local date, time and zone; unless written, midnight of a Monday.",
        "definition"),
    PARAM(frame, horizon, UNIT_SECOND, "24h", "1s to 366d", "The time simulated; the bill covers the month.",
          "definition"),
    PARAM_END};

const struct param frame_target_params[] = {
    PARAM(target, components, UNIT_NONE, NULL, NULL,
          "The nodes that this holds for; \"*\" is all without one of their own.", "definition"),
    PARAM(target, rto, UNIT_SECOND, "none", "0s to 366d or none", "The longest time to recover.",
          "definition"),
    PARAM(target, rpo, UNIT_SECOND, "none", "0s to 366d or none",
          "The longest time of which writes may be lost.", "definition"),
    PARAM(target, source, UNIT_NONE, "none", NULL, "Where the target was set.", "definition"), PARAM_END};

const struct param frame_drill_params[] = {
    PARAM(frame_drill, name, UNIT_NONE, "none", NULL, "What results call the drill.", "definition"),
    PARAM(frame_drill, fault, UNIT_NONE, NULL, NULL, "What breaks, such as task_crash.", "definition"),
    PARAM(frame_drill, node, UNIT_NONE, "none", NULL, "The node that it breaks at.", "definition"),
    PARAM_END};

const struct frame_key frame_keys[] = {
    {"headroom", FRAME_FILE, "The version of this language: 1."},
    {"name", FRAME_FILE, "What results call the scenario."},
    {"extends", FRAME_FILE, "The file that this one changes."},
    {"region", FRAME_FIELD, NULL},
    {"zones", FRAME_FIELD, NULL},
    {"start", FRAME_FIELD, NULL},
    {"horizon", FRAME_FIELD, NULL},
    {"tags", FRAME_FREE, "Cost allocation tags, put on every line of the bill."},
    {"nodes", FRAME_NODES, "Everything that is simulated or billed, by name."},
    {"environments", FRAME_ENVIRONMENTS,
     "What each environment changes, by name; none is one called default."},
    {"targets", FRAME_LIST, "Recovery targets."},
    {"drills", FRAME_DRILLS, "What is broken to measure the recovery."},
    {"assumed", FRAME_LIST, "Paths of the author's own guesses, shown with every result."},
    {"objectives", FRAME_LIST, "What must hold, such as `latency.p99 < 500ms`."},
    {"events", FRAME_LATER, NULL},
    {"alarms", FRAME_LATER, NULL},
    {"standby", FRAME_LATER, NULL},
    {"commitments", FRAME_LATER, NULL},
    {"budgets", FRAME_LATER, NULL},
    {"growth", FRAME_LATER, NULL},
    {"units", FRAME_LATER, NULL},
    {NULL, FRAME_UNKNOWN, NULL}};

enum frame_sort frame_sort(const char *key)
{
    const struct frame_key *row = frame_keys;
    while (row->key && !text_equal(row->key, key)) row++;
    return row->sort;
}

const char *frame_nearest(const char *word)
{
    const char *keys[sizeof frame_keys / sizeof *frame_keys];
    size_t count = 0;
    for (const struct frame_key *row = frame_keys; row->key; row++)
        if (row->sort != FRAME_LATER) keys[count++] = row->key;
    return text_nearest(word, keys, count);
}

/* --- zones ------------------------------------------------------------------------------------------ */

static struct words usual_zones(const char *region, struct arena *arena)
{
    const char **word = arena_array(arena, const char *, 3);
    for (int i = 0; i < 3; i++) word[i] = arena_printf(arena, "%s%c", region, 'a' + i);
    return (struct words){word, 3};
}

/* AWS names a zone after its region, with a letter: eu-west-1a. */
static void check_zones(const struct frame *frame, const struct check *check)
{
    for (int i = 0; i < frame->zones.count; i++) {
        const char *zone = frame->zones.word[i];
        const char *const *others = frame->zones.word;
        for (int j = 0; j < i; j++)
            if (text_equal(others[j], zone))
                diag_error(check->diag, places_of(check->places, &frame->zones), "the zone %s stands twice",
                           zone);
        if (text_starts(zone, frame->region) && strlen(zone) == strlen(frame->region) + 1) continue;
        diag_warning(check->diag, places_of(check->places, &frame->zones),
                     "AWS has no zone %s in %s; its zones are named like %sa", zone, frame->region,
                     frame->region);
    }
}

/* --- the clock -------------------------------------------------------------------------------------- */

/* `Europe/Dublin`, `UTC`: letters, digits, _ + and - in parts between slashes. */
static bool zone_name(const char *text)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    for (;;) {
        if (!*text || !strchr(letters, *text)) return false;
        text += strspn(text, letters);
        text += strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-");
        if (!*text) return true;
        if (*text++ != '/') return false;
    }
}

static double read_clock(const struct frame *frame, const struct check *check)
{
    struct moment moment;
    const char *end;
    struct place place = places_of(check->places, &frame->start);
    if (!moment_read(frame->start, &moment, &end) || moment.fraction != 0) {
        diag_error(
            check->diag, place,
            "start must be a date, a time and a zone, such as 2026-03-02T00:00 Europe/Dublin, not %.60s",
            frame->start);
        return 0;
    }
    if (*end && (*end != ' ' || !zone_name(end + 1)))
        diag_error(check->diag, place,
                   "\"%.60s\" is not the name of a time zone, such as Europe/Dublin or UTC",
                   end + (*end == ' '));
    return moment.day_seconds;
}

void frame_plan(struct frame *frame, const struct check *check, struct arena *arena, struct plan *plan)
{
    if (frame->zones.count == 0)
        frame->zones = usual_zones(frame->region, arena);
    else
        check_zones(frame, check);
    plan->region = frame->region;
    plan->zone = frame->zones.word;
    plan->zone_count = frame->zones.count;
    plan->horizon = frame->horizon;
    plan->start = frame->start;
    plan->clock = read_clock(frame, check);
}
