/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* maxmemory of each node type before the reserved share: ElastiCache user guide, engine specific parameters, "node-type
   specific parameters", read 2026-11. Neighbouring generations have the same. */
struct node_memory {
    const char *families, *size;
    double bytes;
};

static const struct node_memory node_memories[] = {
    {"t1", "micro", 142606336.0},
    {"t2", "micro", 581959680.0},
    {"t2", "small", 1665138688.0},
    {"t2", "medium", 3461349376.0},
    {"t3 t4g", "micro", 536870912.0},
    {"t3 t4g", "small", 1471026299.0},
    {"t3 t4g", "medium", 3317862236.0},
    {"m1", "small", 943718400.0},
    {"m1", "medium", 3093299200.0},
    {"m1", "large", 7025459200.0},
    {"m1", "xlarge", 14889779200.0},
    {"m2", "xlarge", 17091788800.0},
    {"m2", "2xlarge", 35022438400.0},
    {"m2", "4xlarge", 70883737600.0},
    {"m3", "medium", 2988441600.0},
    {"m3", "large", 6501171200.0},
    {"m3", "xlarge", 14260633600.0},
    {"m3", "2xlarge", 29989273600.0},
    {"c1", "xlarge", 6501171200.0},
    {"m4", "large", 6892593152.0},
    {"m4", "xlarge", 15328501760.0},
    {"m4", "2xlarge", 31889126359.0},
    {"m4", "4xlarge", 65257290629.0},
    {"m4", "10xlarge", 166047614239.0},
    {"m5 m6g m7g", "large", 6854542746.0},
    {"m5 m6g m7g", "xlarge", 13891921715.0},
    {"m5 m6g m7g", "2xlarge", 27966669210.0},
    {"m5 m6g m7g", "4xlarge", 56116178125.0},
    {"m6g m7g", "8xlarge", 111325552312.0},
    {"m5 m6g m7g", "12xlarge", 168715971994.0},
    {"m6g m7g", "16xlarge", 225000375228.0},
    {"m5", "24xlarge", 337500562842.0},
    {"m8g", "large", 7294178820.0},
    {"m8g", "xlarge", 15222495510.0},
    {"m8g", "2xlarge", 31866224640.0},
    {"m8g", "4xlarge", 65856864256.0},
    {"m8g", "8xlarge", 133838143488.0},
    {"m8g", "12xlarge", 201819422720.0},
    {"m8g", "16xlarge", 269800701952.0},
    {"r3", "large", 14470348800.0},
    {"r3", "xlarge", 30513561600.0},
    {"r3", "2xlarge", 62495129600.0},
    {"r3", "4xlarge", 126458265600.0},
    {"r3", "8xlarge", 254384537600.0},
    {"r4", "large", 13201781556.0},
    {"r4", "xlarge", 26898228839.0},
    {"r4", "2xlarge", 54197537997.0},
    {"r4", "4xlarge", 108858546586.0},
    {"r4", "8xlarge", 218255432090.0},
    {"r4", "16xlarge", 437021573120.0},
    {"r5 r6g r7g", "large", 14037181030.0},
    {"r5 r6g r6gd r7g", "xlarge", 28261849702.0},
    {"r5 r6g r6gd r7g", "2xlarge", 56711183565.0},
    {"r5 r6g r6gd r7g", "4xlarge", 113609865216.0},
    {"r6g r6gd r7g", "8xlarge", 225000375228.0},
    {"r5 r6g r6gd r7g", "12xlarge", 341206346547.0},
    {"r6g r6gd r7g", "16xlarge", 450000750456.0},
    {"r5", "24xlarge", 682485973811.0},
    {"r8g", "large", 15222495510.0},
    {"r8g", "xlarge", 31866224640.0},
    {"r8g", "2xlarge", 65856864256.0},
    {"r8g", "4xlarge", 133838143488.0},
    {"r8g", "8xlarge", 269800701952.0},
    {"r8g", "12xlarge", 405763260416.0},
    {"r8g", "16xlarge", 541725818880.0},
    {"c7gn", "large", 3317862236.0},
    {"c7gn", "xlarge", 6854542746.0},
    {"c7gn", "2xlarge", 13891921715.0},
    {"c7gn", "4xlarge", 27966669210.0},
    {"c7gn", "8xlarge", 56116178125.0},
    {"c7gn", "12xlarge", 84357985997.0},
    {"c7gn", "16xlarge", 113609865216.0},
};

static bool has_word(const char *words, const char *word, size_t length)
{
    for (const char *at = words; at != NULL; at = strchr(at, ' ')) {
        at += *at == ' ';
        if (strncmp(at, word, length) == 0 && (at[length] == ' ' || at[length] == '\0')) return true;
    }
    return false;
}

double redis_node_memory(const char *type);

/* Bytes of "cache.FAMILY.SIZE"; 0 for a type not in the table. */
double redis_node_memory(const char *type)
{
    char family[16], size[16];
    if (sscanf(type, "cache.%15[a-z0-9].%15[a-z0-9]", family, size) != 2) return 0.0;
    for (size_t i = 0; i < sizeof node_memories / sizeof *node_memories; i++) {
        const struct node_memory *memory = &node_memories[i];
        if (strcmp(size, memory->size) == 0 && has_word(memory->families, family, strlen(family))) {
            return memory->bytes;
        }
    }
    return 0.0;
}
