/* SPDX-License-Identifier: Apache-2.0 */
#include "peak.h"

#include "model.h"
#include "scenario.h"
#include "text.h"

#include <math.h>

static const struct curve *curve_of(const struct plan_node *node)
{
    for (const struct param *param = node->model->params; param->key != NULL; param++) {
        if (param->type == PARAM_CURVE) {
            return *(const struct curve *const *)(const void *)((const char *)node->config + param->offset);
        }
    }
    return NULL;
}

static double rate_of(const struct plan_node *node)
{
    const struct param *param = param_find(node->model->params, "rate");
    bool real = param != NULL && param->type == PARAM_REAL;
    return real ? *(const double *)(const void *)((const char *)node->config + param->offset) : 0.0;
}

static double time_of_peak(const struct curve *curve)
{
    int best = 0;
    for (int i = 1; i < curve->count; i++) {
        best = curve->factor[i] > curve->factor[best] ? i : best;
    }
    return curve->time[best];
}

double peak_hour(const struct scenario *scenario)
{
    const struct plan *plan = &scenario->environment[0].plan;
    double most = -1.0, at = 0.0;
    for (int i = 0; i < plan->node_count; i++) {
        const struct curve *curve = curve_of(&plan->node[i]);
        if (curve != NULL && rate_of(&plan->node[i]) > most) {
            most = rate_of(&plan->node[i]);
            at = fmod(time_of_peak(curve) - 1800.0 + curve->period, curve->period);
        }
    }
    return at;
}
