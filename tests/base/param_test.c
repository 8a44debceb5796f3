/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <string.h>

#include "arena.h"
#include "param.h"

struct retry_config {
    int64_t attempts;
};

struct queue_config {
    double visibility_timeout, idle_timeout, share;
    int64_t max_receive_count, memory;
    bool fifo;
    int discipline;
    const char *description, *kms_key;
    struct words zones;
    struct dist service;
    struct node_ref dead_letter;
    struct node_refs targets;
    const struct curve *profile;
    const struct trace *recording;
    struct retry_config retry;
    struct retry_config *fallback;
    struct rows policies, pools, steps;
};

static const struct param retry_params[] = {
    PARAM(retry_config, attempts, UNIT_COUNT, "3", "1 to 10", "Attempts.", "assumed"),
    PARAM_END,
};

static const struct variant step_variants[] = {{.key = NULL}};

enum {
    VISIBILITY,
    IDLE,
    SHARE,
    RECEIVES,
    MEMORY,
    FIFO,
    DISCIPLINE,
    DESCRIPTION,
    KEY,
    ZONES,
    SERVICE,
    DEAD_LETTER,
    TARGETS,
    PROFILE,
    RECORDING,
    RETRY,
    FALLBACK,
    POLICIES,
    POOLS,
    STEPS
};

static const struct param params[] = {
    PARAM(queue_config, visibility_timeout, UNIT_SECOND, "30s", "0s to 12h", "Hidden for so long.",
          "SQS guide, 2023", .alias = "VisibilityTimeout"),
    PARAM(queue_config, idle_timeout, UNIT_SECOND, "none", "1s to 1h", "Closed after.", "assumed"),
    PARAM(queue_config, share, UNIT_RATIO, "100%", "0% to 100% or none", "Share.", "definition"),
    PARAM(queue_config, max_receive_count, UNIT_COUNT, "none", "1 to 1000", "Receives.", "SQS guide, 2023"),
    PARAM(queue_config, memory, UNIT_BYTE, "512MiB", "0B or more", "Memory.", "assumed"),
    PARAM(queue_config, fifo, UNIT_NONE, "false", NULL, "In order.", "SQS guide, 2023"),
    PARAM(queue_config, discipline, UNIT_NONE, "fcfs", "fcfs|ps|random", "Order of service.", "definition"),
    PARAM(queue_config, description, UNIT_NONE, "", NULL, "Free text.", "definition"),
    PARAM(queue_config, kms_key, UNIT_NONE, "none", NULL, "Key.", "definition"),
    PARAM(queue_config, zones, UNIT_NONE, "", NULL, "Zones.", "definition"),
    PARAM(queue_config, service, UNIT_SECOND, "exponential(5ms)", NULL, "Service time.", "assumed"),
    PARAM(queue_config, dead_letter, UNIT_NONE, "none", NULL, "Queue for failures.", "definition"),
    PARAM(queue_config, targets, UNIT_NONE, "", NULL, "Targets.", "definition"),
    PARAM(queue_config, profile, UNIT_NONE, "none", NULL, "Profile.", "definition"),
    PARAM(queue_config, recording, UNIT_NONE, "none", NULL, "Recording.", "definition"),
    PARAM_GROUP_OF(queue_config, retry, retry_params, "Retry."),
    PARAM_OPTION_OF(queue_config, fallback, retry_params, "Fallback."),
    PARAM_LIST_OF(queue_config, policies, retry_config, retry_params, "Policies."),
    PARAM_MAP_OF(queue_config, pools, retry_config, retry_params, "Pools."),
    PARAM_STEPS_OF(queue_config, steps, retry_config, step_variants, "Steps."),
    PARAM_END,
};

static int open_arena(void **state)
{
    *state = arena_open();
    return 0;
}

static int close_arena(void **state)
{
    arena_close(*state);
    return 0;
}

/* Reads a value for a row; returns the config that holds it. */
static struct queue_config accepts(struct arena *arena, int row, const char *text)
{
    struct queue_config config = {.share = -1};
    const char *problem = "";
    if (!param_read(&params[row], text, arena, param_field(&params[row], &config), &problem))
        fail_msg("%s %s", params[row].key, problem);
    return config;
}

static void refuses(struct arena *arena, int row, const char *text, const char *phrase)
{
    struct queue_config config = {.share = -1}, before = config;
    const char *problem = "accepted";
    bool read = param_read(&params[row], text, arena, param_field(&params[row], &config), &problem);
    testing_holds(problem, phrase);
    assert_false(read);
    if (params[row].type != PARAM_FLAG && params[row].type != PARAM_TEXT)
        assert_memory_equal(&config, &before, sizeof config);
}

static void types_come_from_the_fields(void **state)
{
    (void)state;
    static const enum param_type types[] = {PARAM_REAL,  PARAM_REAL,   PARAM_REAL,  PARAM_WHOLE, PARAM_WHOLE,
                                            PARAM_FLAG,  PARAM_CHOICE, PARAM_TEXT,  PARAM_TEXT,  PARAM_WORDS,
                                            PARAM_DIST,  PARAM_NODE,   PARAM_NODES, PARAM_CURVE, PARAM_TRACE,
                                            PARAM_GROUP, PARAM_OPTION, PARAM_LIST,  PARAM_MAP,   PARAM_STEPS};
    for (int i = 0; i <= STEPS; i++) {
        assert_int_equal(params[i].type, types[i]);
        assert_int_equal(param_nested(&params[i]), i >= RETRY);
    }
    struct queue_config config;
    assert_ptr_equal(param_field(&params[MEMORY], &config), &config.memory);
    assert_ptr_equal(param_field(&params[STEPS], &config), &config.steps);
}

static void rows_are_found_by_key_and_alias(void **state)
{
    (void)state;
    assert_ptr_equal(param_find(params, "fifo"), &params[FIFO]);
    assert_ptr_equal(param_find(params, "VisibilityTimeout"), &params[VISIBILITY]);
    assert_null(param_find(params, "Fifo"));
    assert_string_equal(param_nearest(params, "idle_timout"), "idle_timeout");
    assert_string_equal(param_nearest(params, "VisibilityTimeouts"), "visibility_timeout");
    assert_string_equal(param_nearest(params, "stpes"), "steps");
    assert_null(param_nearest(params, "throughput"));
}

static void reals(void **state)
{
    assert_true(accepts(*state, VISIBILITY, "12h").visibility_timeout == 43200);
    assert_true(accepts(*state, VISIBILITY, "0s").visibility_timeout == 0);
    assert_true(accepts(*state, SHARE, "99.87%").share == 0.9987);
    refuses(*state, VISIBILITY, "13h", "must be 0s to 12h, not 13h");
    refuses(*state, VISIBILITY, "30", "needs a unit: ns us ms s m min h d (got 30)");
    refuses(*state, VISIBILITY, "soon", "is not a number with a unit, such as 30s (got soon)");
    refuses(*state, VISIBILITY, "-1s", "must not be negative (got -1s)");
    refuses(*state, SHARE, "70", "must be 0% to 100% or none, not 70");
}

static void none_is_taken_where_it_may_be(void **state)
{
    assert_true(isinf(accepts(*state, IDLE, "none").idle_timeout));
    assert_true(isinf(accepts(*state, SHARE, "none").share));
    assert_true(accepts(*state, RECEIVES, "none").max_receive_count == INT64_MAX);
    assert_null(accepts(*state, KEY, "none").kms_key);
    refuses(*state, VISIBILITY, "none", "cannot be none here: must be 0s to 12h");
    refuses(*state, MEMORY, "none", "cannot be none here");
    refuses(*state, DESCRIPTION, "none", "cannot be none here: must be given");
}

static void wholes(void **state)
{
    assert_true(accepts(*state, RECEIVES, "5").max_receive_count == 5);
    assert_true(accepts(*state, RECEIVES, "1e2").max_receive_count == 100);
    assert_true(accepts(*state, MEMORY, "2048MiB").memory == INT64_C(2147483648));
    assert_true(accepts(*state, MEMORY, "1.5KiB").memory == 1536);
    assert_true(accepts(*state, MEMORY, "9007199254740992B").memory == INT64_C(9007199254740992));
    refuses(*state, RECEIVES, "2.5", "must be a whole number, not 2.5");
    refuses(*state, RECEIVES, "0", "must be 1 to 1000, not 0");
    refuses(*state, MEMORY, "0.7KiB", "must be a whole number of bytes, not 0.7KiB");
    refuses(*state, MEMORY, "1e300B", "must be a whole number of bytes");
}

static void flags(void **state)
{
    assert_true(accepts(*state, FIFO, "true").fifo);
    assert_false(accepts(*state, FIFO, "false").fifo);
    refuses(*state, FIFO, "yes", "must be true or false, not yes");
}

static void choices(void **state)
{
    assert_int_equal(accepts(*state, DISCIPLINE, "fcfs").discipline, 0);
    assert_int_equal(accepts(*state, DISCIPLINE, "random").discipline, 2);
    refuses(*state, DISCIPLINE, "lifo", "must be fcfs, ps or random, not lifo");
    refuses(*state, DISCIPLINE, "fcsf", "did you mean fcfs?");
    refuses(*state, DISCIPLINE, "FCFS", "did you mean fcfs?");
    refuses(*state, DISCIPLINE, "PS", "did you mean ps?");
    refuses(*state, DISCIPLINE, "", "must be fcfs, ps or random");
}

static void texts_are_copied(void **state)
{
    char text[] = "orders";
    struct queue_config config = accepts(*state, DESCRIPTION, text);
    text[0] = 'x';
    assert_string_equal(config.description, "orders");
    assert_string_equal(accepts(*state, DESCRIPTION, "").description, "");
}

static void returns(struct arena *arena, int row, const char *text, const char *expected)
{
    struct queue_config config = accepts(arena, row, text);
    assert_string_equal(param_write(&params[row], param_field(&params[row], &config), arena), expected);
}

static void values_are_written_as_a_user_would(void **state)
{
    returns(*state, VISIBILITY, "300s", "5min");
    returns(*state, IDLE, "none", "none");
    returns(*state, SHARE, "0.5", "50%");
    returns(*state, RECEIVES, "1e3", "1000");
    returns(*state, RECEIVES, "none", "none");
    returns(*state, MEMORY, "2048MiB", "2GiB");
    returns(*state, FIFO, "true", "true");
    returns(*state, DISCIPLINE, "ps", "ps");
    returns(*state, DESCRIPTION, "orders", "orders");
    returns(*state, KEY, "none", "none");
    struct dist service = {.text = "lognormal(p50 6ms, p99 30ms)"}, nothing = {.kind = DIST_NONE};
    assert_string_equal(param_write(&params[SERVICE], &service, *state), "lognormal(p50 6ms, p99 30ms)");
    assert_string_equal(param_write(&params[SERVICE], &nothing, *state), "none");
}

static void defaults_read(void **state)
{
    for (int i = VISIBILITY; i <= KEY; i++) accepts(*state, i, params[i].initial);
}

#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, open_arena, close_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_come_from_the_fields),
        cmocka_unit_test(rows_are_found_by_key_and_alias),
        WITH_ARENA(reals),
        WITH_ARENA(none_is_taken_where_it_may_be),
        WITH_ARENA(wholes),
        WITH_ARENA(flags),
        WITH_ARENA(choices),
        WITH_ARENA(texts_are_copied),
        WITH_ARENA(values_are_written_as_a_user_would),
        WITH_ARENA(defaults_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
