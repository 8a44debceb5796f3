/* SPDX-License-Identifier: Apache-2.0 */
#include "runfile.h"

#include "arena.h"
#include "diag.h"
#include "json.h"
#include "runfile_rows.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- For every section ---- */

const cJSON *runfile_rows_of(struct json_reader *reader, const cJSON *from, const char *key,
                             struct runfile_list list)
{
    const cJSON *rows = json_get_rows(reader, from, key, list.count);
    void *room = arena_items(reader->arena, (size_t)*list.count, list.size);
    memcpy(list.into, &room, sizeof room); /* whatever pointer type it is */
    return rows == NULL ? NULL : rows->child;
}

const char *runfile_rows_key(struct json_reader *reader, const cJSON *item)
{
    return arena_copy(reader->arena, item->string, strlen(item->string));
}

enum bill_basis runfile_rows_basis(const char *name)
{
    return text_equal(name, bill_basis_name(BILL_CONFIGURED)) ? BILL_CONFIGURED : BILL_SIMULATED;
}

enum unit runfile_rows_unit(const char *name)
{
    for (int unit = UNIT_NONE; unit <= UNIT_USD; unit++) {
        if (text_equal(quantity_unit_name((enum unit)unit), name)) {
            return (enum unit)unit;
        }
    }
    return UNIT_NONE;
}

/* ---- Where it came from ---- */

static void read_inputs(struct json_reader *reader, const cJSON *document, struct result *result)
{
    struct input_file *inputs = NULL;
    const cJSON *row = runfile_rows_of(reader, document, "inputs", RUNFILE_LIST(inputs, result->input_count));
    for (int i = 0; row != NULL; row = row->next, i++) {
        const char *back = json_enter(reader, "inputs", i);
        const char *hash = json_get_text(reader, row, "sha256");
        inputs[i].file = json_get_text(reader, row, "file");
        if (strlen(hash) != 64) {
            json_complain(reader, "sha256", "is not a SHA-256");
        } else {
            memcpy(inputs[i].sha256, hash, 65);
        }
        reader->path = back;
    }
    result->input = inputs;
}

static void read_origin(struct json_reader *reader, const cJSON *document, struct result *result)
{
    result->version = json_get_text(reader, document, "version");
    const cJSON *scenario = json_get_object(reader, document, "scenario");
    const char *back = json_enter(reader, "scenario", -1);
    result->scenario_name = json_get_text_or_null(reader, scenario, "name");
    result->scenario_file = json_get_text_or_null(reader, scenario, "file");
    result->scenario_sha256 = json_get_text_or_null(reader, scenario, "sha256");
    result->question = json_get_text_or_null(reader, scenario, "question");
    reader->path = back;
    read_inputs(reader, document, result);
    result->prices_sha256 = json_get_text_or_null(reader, document, "prices_sha256");
    result->seed = (uint64_t)json_get_whole(reader, document, "seed");
    result->replications = (int)json_get_whole(reader, document, "replications");
    result->converged = json_get_flag(reader, document, "converged");
}

/* ---- Environments ---- */

static void read_notes(struct json_reader *reader, const cJSON *row, struct result_environment *into)
{
    const cJSON *notes = cJSON_GetObjectItemCaseSensitive(row, "notes"), *note = NULL;
    into->note = arena_array(reader->arena, const char *, cJSON_GetArraySize(notes));
    cJSON_ArrayForEach(note, notes)
    {
        if (cJSON_IsString(note)) {
            into->note[into->note_count++] =
                arena_copy(reader->arena, note->valuestring, strlen(note->valuestring));
        }
    }
}

static void read_environment(struct json_reader *reader, const cJSON *row, struct result_environment *into)
{
    into->name = json_get_text(reader, row, "name");
    into->region = json_get_text_or_null(reader, row, "region");
    into->start = json_get_text_or_null(reader, row, "start");
    into->from_s = json_get_number(reader, row, "from_s");
    into->horizon_s = json_get_number(reader, row, "horizon_s");
    into->lead_s = json_get_number(reader, row, "lead_s");
    into->replications = (int)json_get_whole(reader, row, "replications");
    into->converged = json_get_flag(reader, row, "converged");
    read_notes(reader, row, into);
    runfile_rows_measured(reader, row, into);
    runfile_rows_recovery(reader, row, into);
    runfile_rows_cost(reader, row, into);
    runfile_rows_evidence(reader, row, into);
}

static void read_environments(struct json_reader *reader, const cJSON *document, struct result *result)
{
    const cJSON *row = runfile_rows_of(reader, document, "environments",
                                       RUNFILE_LIST(result->environment, result->environment_count));
    for (int i = 0; row != NULL; row = row->next, i++) {
        const char *back = json_enter(reader, "environments", i);
        read_environment(reader, row, &result->environment[i]);
        reader->path = back;
    }
}

/* ---- The file ---- */

/* False after a complaint: not ours, or of a version this program does not know. */
static bool is_ours(struct json_reader *reader, const cJSON *document)
{
    static const char family[] = "headroom.run/";
    const cJSON *schema = cJSON_GetObjectItemCaseSensitive(document, "schema");
    const char *name = cJSON_IsString(schema) ? schema->valuestring : "";
    struct place place = {reader->file, 0, 0};
    if (text_equal(name, RUNFILE_SCHEMA)) {
        return true;
    }
    if (!text_starts(name, family)) {
        diag_error(reader->diag, place, "not a run file: its schema is %s%.60s%s, not %s",
                   name[0] == '\0' ? "missing" : "\"", name, name[0] == '\0' ? "" : "\"", RUNFILE_SCHEMA);
    } else if (strtol(name + sizeof family - 1, NULL, 10) > RESULT_SCHEMA) {
        diag_error(reader->diag, place,
                   "%.60s is newer than this program, which reads %s: use a newer headroom", name,
                   RUNFILE_SCHEMA);
    } else {
        diag_error(reader->diag, place, "unknown schema %.60s: this program reads %s", name, RUNFILE_SCHEMA);
    }
    return false;
}

static struct result *read_document(struct json_reader *reader, const cJSON *document)
{
    struct result *result = arena_new(reader->arena, struct result);
    result->arena = reader->arena;
    if (!is_ours(reader, document)) {
        return NULL;
    }
    read_origin(reader, document, result);
    read_environments(reader, document, result);
    return reader->failed ? NULL : result;
}

struct result *runfile_read(const char *file, struct arena *arena, struct diag *diag)
{
    struct json_reader reader = {
        .arena = arena, .diag = diag, .file = file, .format = RUNFILE_SCHEMA, .path = ""};
    cJSON *document = json_load(&reader);
    if (document == NULL) {
        return NULL;
    }
    struct result *result = read_document(&reader, document);
    cJSON_Delete(document);
    return result;
}

bool runfile_is(const char *file)
{
    FILE *in = fopen(file, "rb");
    int letter = in == NULL ? EOF : fgetc(in);
    while (letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r') {
        letter = fgetc(in);
    }
    if (in != NULL) {
        fclose(in);
    }
    return letter == '{';
}
