/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "explain.h"
#include "listing.h"

static enum status verb_list(const struct options *options, struct arena *arena)
{
    return listing(options->word, options->words, arena) ? STATUS_DONE : STATUS_FAILED;
}

static enum status verb_explain(const struct options *options, struct arena *arena)
{
    return explain(options->word[0], arena) ? STATUS_DONE : STATUS_FAILED;
}

static enum status verb_example(const struct options *options, struct arena *arena)
{
    (void)arena;
    return explain_example(options->word[0]) ? STATUS_DONE : STATUS_FAILED;
}

enum { REPORTS = 1 << FORMAT_TABLE | 1 << FORMAT_JSON | 1 << FORMAT_CSV | 1 << FORMAT_MARKDOWN };

const struct verb verbs[] = {
    {"run", "SCENARIO", 1, 1, REPORTS, "simulate; latency, errors, scaling, recovery, cost",
     "headroom run scenarios/bookstore/bookstore.yaml --env dev", verb_run},
    {"validate", "SCENARIO", 1, 1, 0, "every complaint and warning at once, nothing simulated",
     "headroom validate scenarios/bookstore/bookstore.yaml", verb_validate},
    {"check", "SCENARIO|RUN", 1, 1, REPORTS, "hold the objectives: status 3 when one is missed",
     "headroom check scenarios/bookstore/bookstore.yaml --env prod --quick", verb_check},
    {"list", "[models|prices|drills|metrics] [WORD]...", 0, OPTIONS_WORDS, 0,
     "what there is to name; each WORD filters the lines", "headroom list prices eu-west-1 t3.large",
     verb_list},
    {"explain", "MODEL[.PARAMETER]", 1, 1, 0, "meaning, unit, default, range, source",
     "headroom explain sqs_queue.visibility_timeout", verb_explain},
    {"example", "MODEL", 1, 1, 0, "the smallest scenario that uses it",
     "headroom example sqs_queue > queue.yaml && headroom run queue.yaml", verb_example},
    {0}};
