/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOYS_H
#define TOYS_H

/* What the tests of scenarios share: a registry of two toy models with every type of parameter, so that no
   test depends on what a real model says; and a scene, which loads a scenario and keeps what was said.

   Each program runs in a folder of its own, so the files of a test have short names. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model.h"
#include "scenario.h"

struct toy_limits {
    int64_t least, most;
};

struct toy_policy {
    const char *name;
    double target_value, cooldown;
    int kind;
};

struct toy_endpoint {
    const char *name;
    const char *request;
    struct rows steps;
};

struct toy_consumer {
    struct node_ref queue;
    struct rows steps;
};

struct toy_server {
    int64_t servers;
    double timeout, share, level, size;
    int discipline;
    bool enabled;
    const char *label, *instance;
    struct words zones, statements;
    struct dist work, patience;
    struct node_ref next;
    struct node_refs peers;
    struct toy_limits limits;
    const struct retry *retry;
    struct rows policies, endpoints, consumes;
};

struct toy_send {
    struct node_ref to;
    const char *request;
    double share;
};

struct toy_client {
    double rate;
    const struct curve *profile;
    const struct trace *trace;
    struct rows sends;
};

/* What came of loading a scenario. */
struct scene {
    struct arena *arena;
    const struct scenario *scenario;
    const char *said; /* every complaint, a line each */
    int errors, warnings;
};

/* Loads text as the file "shop.yaml", or a file. `options` may be NULL. The caller closes the scene. */
struct scene scene_read(const char *yaml, const struct scenario_options *options);
struct scene scene_load(const char *file, const struct scenario_options *options);
void scene_close(struct scene *scene);

/* The config of a node of the first environment, or of the one named. */
const struct toy_server *scene_server(const struct scene *scene, const char *node);
const struct toy_client *scene_client(const struct scene *scene, const char *node);
const struct toy_server *scene_server_in(const struct scene *scene, const char *environment,
                                         const char *node);
const struct environment *scene_environment(const struct scene *scene, const char *name);

/* The assumption at this path of the first environment, or NULL. */
const struct assumption *scene_assumption(const struct scene *scene, const char *path);

/* Fails unless one line of what was said begins with `place` and holds `telling`. */
void scene_says(const struct scene *scene, const char *place, const char *telling);

/* Loads and fails unless the scenario is refused, saying so. */
void refuses(const char *yaml, const char *place, const char *telling);
void refuses_file(const char *file, const char *place, const char *telling);
void refuses_with(const char *yaml, const struct scenario_options *options, const char *place,
                  const char *telling);

/* Loads and fails unless nothing at all is said. */
struct scene accepts(const char *yaml);
struct scene accepts_with(const char *yaml, const struct scenario_options *options);

/* Options with one `--set`; NULL-safe. */
struct scenario_options set_option(const char *const *set);

void make_folder(const char *name);

/* Writes a file into the program's folder. */
void write_file(const char *name, const char *text);
void write_bytes(const char *name, const void *bytes, size_t size);

/* For cmocka_run_group_tests: makes the program's folder and goes there; removes it. */
int toys_set_up(void **state);
int toys_tear_down(void **state);

/* A scenario of one server called `desk`, whose parameters begin on line 5, indented by four. */
#define DESK "headroom: 1\nnodes:\n  desk:\n    model: server\n"

#endif
