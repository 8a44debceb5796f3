/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions of listener rules. A request is "[METHOD ]/path". */
#include "outcome.h"
#include "param.h"
#include "text.h"

#include <string.h>

/* Shared with alb.c. */
bool alb_rules_fit(const struct words *path, const struct words *method, const char *request);
bool alb_rules_shadow(const struct words *path, const struct words *method, const struct words *later);
enum outcome alb_rules_fixed(int64_t status);

static bool path_fits(const struct words *patterns, const char *path)
{
    bool fits = patterns->count == 0;
    for (int i = 0; i < patterns->count; i++) {
        fits = fits || text_matches(patterns->word[i], path);
    }
    return fits;
}

static bool method_fits(const struct words *methods, const char *method, size_t length)
{
    bool fits = methods->count == 0;
    for (int i = 0; i < methods->count; i++) {
        const char *word = methods->word[i];
        fits = fits || (strlen(word) == length && strncmp(word, method, length) == 0);
    }
    return fits;
}

/* True when the conditions of a rule hold. A request that says nothing may be any path, with no method. */
bool alb_rules_fit(const struct words *path, const struct words *method, const char *request)
{
    const char *whole = request == NULL || text_equal(request, "*") ? "/*" : request;
    const char *space = strchr(whole, ' ');
    return path_fits(path, space == NULL ? whole : space + 1) &&
           method_fits(method, whole, space == NULL ? 0 : (size_t)(space - whole));
}

/* True when a rule with these conditions takes every request that the paths of a later one match. */
bool alb_rules_shadow(const struct words *path, const struct words *method, const struct words *later)
{
    bool all = method->count == 0 && later->count > 0;
    for (int i = 0; i < later->count; i++) {
        all = all && path_fits(path, later->word[i]);
    }
    return all;
}

/* What a client makes of a fixed response. */
enum outcome alb_rules_fixed(int64_t status)
{
    switch (status) {
    case 403: return OUTCOME_FORBIDDEN;
    case 429: return OUTCOME_THROTTLED;
    case 502: return OUTCOME_RESET;
    case 503: return OUTCOME_UNAVAILABLE;
    case 504: return OUTCOME_TIMEOUT;
    default: return status >= 500 ? OUTCOME_FAILED : status >= 400 ? OUTCOME_NOT_FOUND : OUTCOME_OK;
    }
}
