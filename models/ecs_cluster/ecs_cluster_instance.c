/* SPDX-License-Identifier: Apache-2.0 */
/* What EC2 instance types have, by family and size. */
#include "text.h"

#include <stdio.h>
#include <string.h>

/* Shared with ecs_cluster.c. */
bool ecs_cluster_instance(const char *type, double *vcpus, double *memory, int *interfaces, double *baseline);

struct instance {
    double vcpus, memory; /* GiB */
    int interfaces;
    double baseline;
};

/* Burstable types: amazon-ec2-user-guide, burstable-credits-baseline-concepts.md, 2023; network interfaces from using-eni.md
   of the same guide, as aws/amazon-vpc-cni-k8s, vpc_ip_resource_limit.go, 2026 has them. */
static const struct {
    const char *size;
    struct instance instance;
} burstable[] = {
    {"nano", {2, 0.5, 2, 0.05}},   {"micro", {2, 1, 2, 0.10}}, {"small", {2, 2, 3, 0.20}},
    {"medium", {2, 4, 3, 0.20}},   {"large", {2, 8, 3, 0.30}}, {"xlarge", {4, 16, 4, 0.40}},
    {"2xlarge", {8, 32, 4, 0.40}},
};
static const char *const burstable_families[] = {"t3", "t3a", "t4g"};

/* The others: memory goes with vCPUs, vCPUs and network interfaces with the size. Same sources. */
static const struct {
    const char *family;
    double memory; /* GiB a vCPU */
} families[] = {
    {"m5", 4}, {"m5a", 4}, {"m6a", 4}, {"m6g", 4}, {"m6i", 4}, {"m7a", 4}, {"m7g", 4}, {"m7i", 4},
    {"c5", 2}, {"c5a", 2}, {"c6a", 2}, {"c6g", 2}, {"c6i", 2}, {"c7a", 2}, {"c7g", 2}, {"c7i", 2},
    {"r5", 8}, {"r5a", 8}, {"r6a", 8}, {"r6g", 8}, {"r6i", 8}, {"r7a", 8}, {"r7g", 8}, {"r7i", 8},
};
static const struct {
    const char *size;
    double vcpus;
    int interfaces;
} sizes[] = {
    {"medium", 1, 2},     {"large", 2, 3},      {"xlarge", 4, 4},     {"2xlarge", 8, 4},
    {"4xlarge", 16, 8},   {"8xlarge", 32, 8},   {"9xlarge", 36, 8},   {"12xlarge", 48, 8},
    {"16xlarge", 64, 15}, {"18xlarge", 72, 15}, {"24xlarge", 96, 15},
};

static bool find_burstable(const char *family, const char *size, struct instance *instance)
{
    bool known = false;
    for (size_t i = 0; i < sizeof burstable_families / sizeof *burstable_families; i++) {
        known = known || text_equal(burstable_families[i], family);
    }
    for (size_t i = 0; known && i < sizeof burstable / sizeof *burstable; i++) {
        if (text_equal(burstable[i].size, size)) {
            *instance = burstable[i].instance;
            instance->interfaces -= text_equal(family, "t3a") && text_equal(size, "small");
            return true;
        }
    }
    return false;
}

static bool find_other(const char *family, const char *size, struct instance *instance)
{
    double memory = 0.0;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        memory = text_equal(families[i].family, family) ? families[i].memory : memory;
    }
    for (size_t i = 0; memory > 0.0 && i < sizeof sizes / sizeof *sizes; i++) {
        if (text_equal(sizes[i].size, size)) {
            *instance = (struct instance){sizes[i].vcpus, sizes[i].vcpus * memory, sizes[i].interfaces, 1.0};
            return true;
        }
    }
    return false;
}

/* vCPUs, GiB of memory, network interfaces and the share of each vCPU that earned credits pay for (1: not burstable) of a
   type such as t3.large; false when it is not in the tables. */
bool ecs_cluster_instance(const char *type, double *vcpus, double *memory, int *interfaces, double *baseline)
{
    char family[16];
    struct instance instance;
    const char *dot = type == NULL ? NULL : strchr(type, '.');
    if (dot == NULL || dot - type >= (ptrdiff_t)sizeof family) {
        return false;
    }
    snprintf(family, sizeof family, "%.*s", (int)(dot - type), type);
    if (!find_burstable(family, dot + 1, &instance) && !find_other(family, dot + 1, &instance)) {
        return false;
    }
    *vcpus = instance.vcpus;
    *memory = instance.memory;
    *interfaces = instance.interfaces;
    *baseline = instance.baseline;
    return true;
}
