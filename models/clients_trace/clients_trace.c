/* SPDX-License-Identifier: Apache-2.0 */
/* Clients that send what was once recorded, when it was recorded, whatever becomes of it (an open workload).
   Second 0 of the trace is the simulated start; nobody comes in the lead-in, and nobody after the last
   request. */
#include "caller.h"
#include "text.h"

struct clients_trace_config {
    struct caller_config caller; /* never a retry: those that were made are in the recording */
    const struct trace *file;
    double speed;
};

struct clients_trace_state {
    struct caller caller; /* a kind for each name in the trace, or a single one */
    struct timer timer;
    int64_t next;
};

CALLER_FIRST(clients_trace);

static const struct caller_send *send_of(const struct clients_trace_config *config, int i)
{
    return (const struct caller_send *)config->caller.sends.row + i;
}

/* The send of a recorded request: the one that says the same, else the first whose pattern fits, -1 = none.
   One without a request has the pattern *. */
static int find_send(const struct clients_trace_config *config, const char *request)
{
    int fits = -1;
    for (int i = config->caller.sends.count - 1; i >= 0; i--) {
        const char *pattern = send_of(config, i)->request;
        if (text_equal(pattern, request)) {
            return i;
        }
        bool any = text_equal(pattern, "*") && fits >= 0;
        fits = text_matches(pattern, request) && !any ? i : fits;
    }
    return fits;
}

/* Names of requests in the trace; one that has none is asked for as its send says. */
static int name_count(const struct clients_trace_config *config)
{
    return config->file->request == NULL ? 1 : config->file->name_count;
}

static void check(const void *opaque, const struct check *check)
{
    const struct clients_trace_config *config = opaque;
    if (config->caller.sends.count == 0) {
        check_error(check, &config->caller.sends, "nothing is sent: add a row {to}");
        return;
    }
    if (config->file == NULL || config->file->request == NULL) {
        return;
    }
    int missing = 0;
    const char *first = NULL;
    for (int i = 0; i < config->file->name_count; i++) {
        if (find_send(config, config->file->names[i]) < 0) {
            first = missing++ == 0 ? config->file->names[i] : first;
        }
    }
    if (missing > 0) {
        check_error(check, &config->caller.sends,
                    "the trace holds %s%s that no send is for: add a send for it, or one without a request "
                    "for all others",
                    first, missing > 1 ? " and others" : "");
    }
}

static void start(struct node *self)
{
    const struct clients_trace_config *config = self->config;
    struct clients_trace_state *state = self->state;
    bool named = config->file->request != NULL;
    int count = name_count(config);
    caller_room(self, count);
    for (int i = 0; i < count; i++) {
        const struct caller_send *send =
            send_of(config, named ? find_send(config, config->file->names[i]) : 0);
        caller_prepare(self, i, send, named ? config->file->names[i] : send->request);
    }
    node_timer(self, &state->timer, 0);
}

/* Begins at the simulated start, when the lead-in has just been forgotten. */
static void schedule(struct node *self)
{
    const struct clients_trace_config *config = self->config;
    struct clients_trace_state *state = self->state;
    if (state->next == config->file->count) {
        return;
    }
    int64_t at = self->run->origin + calendar_ns(config->file->time[state->next] / config->speed);
    node_wake_in(self, &state->timer, (double)(at - self->run->now) * 1e-9);
}

static void wake(struct node *self, int tag)
{
    (void)tag;
    const struct clients_trace_config *config = self->config;
    const struct trace *trace = config->file;
    struct clients_trace_state *state = self->state;
    int64_t i = state->next++;
    struct visit *visit = visit_open(self, (uint64_t)i);
    visit->client = (int32_t)(i & INT32_MAX);
    visit->recorded = trace->demand == NULL ? 0.0F : (float)trace->demand[i];
    visit->pc = trace->request == NULL ? 0 : trace->request[i];
    schedule(self);
    caller_send(visit);
}

static const struct param send_params[] = {
    PARAM(caller_send, to, UNIT_NONE, NULL, NULL, "Node that the request is sent to.", "definition"),
    PARAM(
        caller_send, request, UNIT_NONE, "*", NULL,
        "Recorded requests that go there, `METHOD /path` with `*`; without it all that no other send is for.",
        "definition"),
    PARAM(caller_send, bytes_in, UNIT_BYTE, "0B", "0B to 1TiB", "Size of the request.", "definition"),
    PARAM(caller_send, bytes_out, UNIT_BYTE, "0B", "0B to 1TiB", "Size of the answer.", "definition"),
    PARAM_END};

static const struct param params[] = {
    PARAM(clients_trace_config, file, UNIT_NONE, NULL, NULL,
          "CSV file `time,request,demand`, plain or gzip; request and demand may be absent.", "definition"),
    PARAM(clients_trace_config, speed, UNIT_COUNT, "1", "0.001 to 1000",
          "How many times as fast as recorded the requests come.", "definition"),
    PARAM(caller_config, timeout, UNIT_SECOND, "none", "1ms to 1d or none",
          "Time after which a client gives a request up.", "definition"),
    PARAM_LIST_OF(caller_config, sends, caller_send, send_params, "Where the recorded requests go."),
    PARAM_END};

static const struct output outputs[] = {
    OUTPUT(caller, requests, OUTPUT_COUNT, UNIT_COUNT, "Requests made.", .series = true),
    OUTPUT(caller, timeouts, OUTPUT_COUNT, UNIT_COUNT, "Requests that ended with a timeout."), OUTPUT_END};

const struct model model_clients_trace = {
    .name = "clients_trace",
    .title = "Recorded clients",
    .about = "Requests at the times, of the kinds and with the demands of a recorded trace, sent whatever "
             "becomes of those before. The trace begins at the simulated start and is played once. Each "
             "request comes from an address of its own and is not repeated: retries are in the recording.",
    .config_size = sizeof(struct clients_trace_config),
    .state_size = sizeof(struct clients_trace_state),
    .params = params,
    .outputs = outputs,
    .is_client = true,
    .check = check,
    .start = start,
    .resolve = caller_resolve,
    .arrive = caller_arrive,
    .resume = caller_resume,
    .wake = wake,
    .mark = schedule};
