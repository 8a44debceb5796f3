/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TARGET_GROUP_H
#define TARGET_GROUP_H

/* What a load balancer must know of a service to route to it: written in the service, as a target group belongs to
   it, and published in its node->shared. */

#include <stdbool.h>
#include <stdint.h>

enum target_algorithm { TARGET_ROUND_ROBIN, TARGET_LEAST_OUTSTANDING };

struct target_group {
    const char *path;         /* of the health check */
    double interval, timeout; /* seconds */
    int64_t healthy_threshold, unhealthy_threshold;
    int algorithm;               /* enum target_algorithm */
    double cookie_duration;      /* stickiness in seconds, 0 = off */
    double slow_start;           /* seconds, 0 = off */
    double deregistration_delay; /* seconds */
    bool checked;                /* false: no health_check was written; AWS's defaults apply */
};

#endif
