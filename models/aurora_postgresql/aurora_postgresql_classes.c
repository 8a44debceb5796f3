/* SPDX-License-Identifier: Apache-2.0 */
/* Instance classes that Aurora PostgreSQL offers, with the figures that its performance and limits follow from. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

double aurora_class_vcpus(const char *name);
double aurora_class_memory(const char *name);
int64_t aurora_class_connections(const char *name);

/* Memory in GiB for each vCPU of a family: Aurora user guide, 2023-06, Concepts.DBInstanceClass.md, "Hardware
   specifications"; r7g and later as the families before them. */
struct family {
    const char *name;
    double memory_per_vcpu;
};

static const struct family families[] = {{"r3", 7.625}, {"r4", 7.625}, {"r5", 8.0},
                                         {"r6g", 8.0},  {"r6i", 8.0},  {"r7g", 8.0},
                                         {"r7i", 8.0},  {"r8g", 8.0},  {"x2g", 16.0}};

struct size {
    const char *name;
    double vcpus;
};

static const struct size sizes[] = {
    {"large", 2.0},     {"xlarge", 4.0},    {"2xlarge", 8.0},   {"4xlarge", 16.0},   {"8xlarge", 32.0},
    {"12xlarge", 48.0}, {"16xlarge", 64.0}, {"24xlarge", 96.0}, {"32xlarge", 128.0}, {"48xlarge", 192.0}};

/* Burstable classes, and defaults of max_connections that are not what others of the memory have. */
struct exception {
    const char *name;
    double vcpus, memory; /* 0 = as the family's */
    int64_t connections;
};

static const struct exception exceptions[] = {
    {"db.t3.medium", 2.0, 4.0, 420}, {"db.t3.large", 2.0, 8.0, 844},   {"db.t4g.medium", 2.0, 4.0, 405},
    {"db.t4g.large", 2.0, 8.0, 844}, {"db.r4.large", 0.0, 0.0, 1600},  {"db.r4.xlarge", 0.0, 0.0, 3200},
    {"db.r5.large", 0.0, 0.0, 1600}, {"db.r5.xlarge", 0.0, 0.0, 3300},
};

static const struct exception *exception_of(const char *name)
{
    for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++) {
        if (strcmp(exceptions[i].name, name) == 0) return &exceptions[i];
    }
    return NULL;
}

static bool split(const char *name, char family[16], char size[16])
{
    return name != NULL && sscanf(name, "db.%15[a-z0-9].%15[a-z0-9]", family, size) == 2;
}

/* vCPUs of a class; 0 for one that Aurora PostgreSQL does not offer. */
double aurora_class_vcpus(const char *name)
{
    char family[16], size[16];
    if (!split(name, family, size)) return 0.0;
    const struct exception *exception = exception_of(name);
    if (exception != NULL && exception->vcpus > 0.0) return exception->vcpus;
    double vcpus = 0.0;
    bool known = false;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        vcpus = strcmp(sizes[i].name, size) == 0 ? sizes[i].vcpus : vcpus;
    }
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        known = known || strcmp(families[i].name, family) == 0;
    }
    return known ? vcpus : 0.0;
}

/* Memory of a class in bytes. */
double aurora_class_memory(const char *name)
{
    char family[16], size[16];
    const double gib = 1073741824.0;
    if (!split(name, family, size)) return 0.0;
    const struct exception *exception = exception_of(name);
    if (exception != NULL && exception->memory > 0.0) return exception->memory * gib;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        if (strcmp(families[i].name, family) == 0)
            return families[i].memory_per_vcpu * aurora_class_vcpus(name) * gib;
    }
    return 0.0;
}

/* The default of max_connections, LEAST(DBInstanceClassMemory/9531392, 5000), as the user guide lists it: the memory that
   PostgreSQL counts is a little less than the machine's. Aurora user guide, 2023-06, AuroraPostgreSQL.Managing.md. */
int64_t aurora_class_connections(const char *name)
{
    const struct exception *exception = exception_of(name);
    if (exception != NULL) return exception->connections;
    double gib = aurora_class_memory(name) / 1073741824.0;
    return gib <= 16.0 ? 1722 : gib <= 32.0 ? 3479 : 5000;
}
