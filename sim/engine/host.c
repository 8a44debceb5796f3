/* SPDX-License-Identifier: Apache-2.0 */
#include "host.h"

#include "node.h"
#include "run.h"

static void open_station(struct station *station, struct run *run, int64_t servers)
{
    station_open(station, run, servers, INT64_MAX, STATION_FCFS, (struct stream){0});
}

/* NOLINTNEXTLINE(readability-function-size): seven numbers of one part, read once, at its start */
struct host *host_open(struct node *node, double vcpus, struct gauge *busy, int64_t threads, int64_t loops,
                       const int64_t *pool_sizes, int pool_count)
{
    struct host *host = node_array(node, struct host, 1);
    processor_open(&host->cpu, node->run, vcpus, busy);
    open_station(&host->threads, node->run, threads);
    open_station(&host->loops, node->run, loops);
    host->pool_count = pool_count;
    host->pools = node_array(node, struct station, pool_count);
    for (int i = 0; i < pool_count; i++) {
        open_station(&host->pools[i], node->run, pool_sizes[i]);
    }
    return host;
}

void host_reset(struct host *host)
{
    processor_reset(&host->cpu);
    station_reset(&host->threads);
    station_reset(&host->loops);
    for (int i = 0; i < host->pool_count; i++) {
        station_reset(&host->pools[i]);
    }
}
