/* SPDX-License-Identifier: Apache-2.0 */
/* Circles of calls that wait for one another, and what only looks like one. */
#include "toys.h"

#include <stdio.h>
#include <stdlib.h>

#define HEAD "headroom: 1\nnodes:\n"

static void takes(const char *yaml)
{
    struct scene scene = accepts(yaml);
    scene_close(&scene);
}

static void names_a_circle_of_two(void **state)
{
    (void)state;
    refuses(HEAD "  orders: {model: server, endpoints: {a: {request: GET /a, steps: [call: {node: users, "
                 "request: GET /b}]}}}\n"
                 "  users: {model: server, endpoints: {b: {request: GET /*, steps: [call: {node: orders, "
                 "request: GET /a}]}}}\n",
            "shop.yaml:3:81: error:",
            "these calls wait for one another in a circle: users -> orders -> users; publish or send one of "
            "them");
}

static void finds_a_node_that_calls_itself(void **state)
{
    (void)state;
    refuses(HEAD "  a: {model: server, endpoints: {x: {steps: [call: {node: a}]}}}\n",
            "shop.yaml:3:3: error:", "circle: a -> a");
    refuses(HEAD "  a: {model: server, next: a}\n", "shop.yaml:3:3: error:", "circle: a -> a");
}

static void finds_a_circle_by_way_of_next(void **state)
{
    (void)state;
    refuses(HEAD
            "  a: {model: server, next: b}\n  b: {model: server, next: c}\n  c: {model: server, next: a}\n",
            "shop.yaml:3:3: error:", "circle: a -> b -> c -> a");
}

static void finds_circles_inside_branches_and_misses(void **state)
{
    (void)state;
    refuses(HEAD "  a: {model: server, endpoints: {x: {steps: [parallel: [{steps: [{cache: {node: b, keys: "
                 "k, on_miss: [{query: "
                 "{node: a, work: 1ms}}]}}]}]]}}}\n  b: {model: server}\n",
            "shop.yaml:3:3: error:", "circle: a -> a");
}

/* One endpoint may call what another endpoint of the same node is called from. */
static void tells_endpoints_apart(void **state)
{
    (void)state;
    takes(HEAD "  orders:\n    model: server\n    endpoints:\n"
               "      create: {request: POST /orders, steps: [call: {node: users, request: GET /users}]}\n"
               "      count: {request: GET /orders, steps: [compute: 1ms]}\n"
               "  users:\n    model: server\n    endpoints:\n"
               "      get: {request: GET /users, steps: [call: {node: orders, request: GET /orders}]}\n");
}

static void does_not_count_what_is_asynchronous(void **state)
{
    (void)state;
    takes(HEAD "  a: {model: server, endpoints: {x: {steps: [publish: {node: b}, send: {node: b}]}}, "
               "consumes: [{queue: b, steps: [call: "
               "{node: b}]}]}\n"
               "  b: {model: server, peers: [a], endpoints: {y: {steps: [send: {node: a}]}}, consumes: "
               "[{queue: a, steps: [call: {node: a}]}]}\n");
}

/* A chain may be as long as the list of nodes. */
static void follows_long_chains(void **state)
{
    (void)state;
    int count = 5000;
    char *yaml = malloc(2000000), *out = yaml + sprintf(yaml, HEAD);
    for (int i = 0; i < count; i++)
        out += sprintf(out, "  n%d: {model: server, next: %s%d}\n", i, "n", i + 1 < count ? i + 1 : 0);
    refuses(yaml, "shop.yaml:3:3: error:", "these calls wait for one another in a circle: n0 -> n1 -> ");
    free(yaml);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_a_circle_of_two),
        cmocka_unit_test(finds_a_node_that_calls_itself),
        cmocka_unit_test(finds_a_circle_by_way_of_next),
        cmocka_unit_test(finds_circles_inside_branches_and_misses),
        cmocka_unit_test(tells_endpoints_apart),
        cmocka_unit_test(does_not_count_what_is_asynchronous),
        cmocka_unit_test(follows_long_chains),
    };
    return cmocka_run_group_tests(tests, toys_set_up, toys_tear_down);
}
