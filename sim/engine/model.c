/* SPDX-License-Identifier: Apache-2.0 */
/* In a file of its own: only programs that look models up by name are linked with the list of them all. */
#include "model.h"

#include <string.h>

const struct model *model_find(const char *name)
{
    for (int i = 0; model_all[i] != NULL; i++) {
        if (strcmp(model_all[i]->name, name) == 0) {
            return model_all[i];
        }
    }
    return NULL;
}
