/* SPDX-License-Identifier: Apache-2.0 */
#include "defaults.h"

#include <stdio.h>
#include <stdlib.h>

static void read(const struct param *param, void *field, struct arena *arena)
{
    const char *problem = NULL;
    if (param_read(param, param->initial, arena, field, &problem)) return;
    fprintf(stderr, "default of %s: %s\n", param->key, problem);
    abort();
}

void defaults_apply(const struct param *params, void *config, struct arena *arena)
{
    for (const struct param *param = params; param->key; param++) {
        void *field = param_field(param, config);
        switch (param->type) {
        case PARAM_GROUP: defaults_apply(param->rows, field, arena); break;
        case PARAM_NODE: *(struct node_ref *)field = (struct node_ref){-1}; break;
        case PARAM_REAL:
        case PARAM_WHOLE:
        case PARAM_FLAG:
        case PARAM_CHOICE:
        case PARAM_TEXT:
            if (param->initial) read(param, field, arena);
            break;
        default: break;
        }
    }
}
