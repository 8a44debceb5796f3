/* SPDX-License-Identifier: Apache-2.0 */
/* Clients that do not wait for one another: requests come at a rate, whatever becomes of those before (an
   open workload). Latency counts from the intended first attempt, so nothing is omitted when the system is
   slow. */
#include "caller.h"
#include "maths.h"

#include <math.h>

static const double NEVER = 1e9; /* seconds: thirty years, well inside the calendar */

struct clients_open_config {
    struct caller_config caller;
    double rate;
    const struct curve *profile;
    struct dist interarrival;
    int64_t addresses;
};

/* One stretch of the profile: linear from `from` to `to`. */
struct stretch {
    double length, from, to;
};

struct clients_open_state {
    struct caller caller;
    struct timer timer;
    struct stream arrivals;
    struct dist gap; /* in mean gaps */
    uint64_t index;
    double since,
        offset; /* seconds of the run: where the stretch began, how far into it the next arrival is */
    struct stretch *stretch;
    int stretch_count, here;
    double area, period; /* of the whole profile, in seconds at the full rate and in seconds */
};

CALLER_FIRST(clients_open);

static void check(const void *opaque, const struct check *check)
{
    const struct clients_open_config *config = opaque;
    if (caller_check(&config->caller, check) == 0) {
        check_error(check, &config->caller.sends,
                    "nothing is sent: add a row {to, request} that follows no other");
    }
    if (!(config->interarrival.mean > 0.0) || isinf(config->interarrival.mean)) {
        check_error(check, &config->interarrival, "needs a mean above 0, for it is stretched to the rate");
    }
    double most = config->profile == NULL ? 1.0 : 0.0;
    for (int i = 0; config->profile != NULL && i < config->profile->count; i++) {
        most = fmax(most, config->profile->factor[i]);
    }
    if (most <= 0.0) {
        check_error(check, &config->profile, "the profile is never above 0, so nobody comes");
    }
}

/* ---- Before the first arrival ---------------------------------------------------------------------- */

static void open_profile(struct node *self)
{
    const struct clients_open_config *config = self->config;
    const struct curve *curve = config->profile;
    struct clients_open_state *state = self->state;
    int count = state->stretch_count = curve->count;
    state->stretch = node_array(self, struct stretch, count);
    state->period = curve->period;
    double clock = fmod(run_clock(self->run), curve->period);
    clock += clock < curve->time[0] ? curve->period : 0.0;
    for (int i = 0; i < count; i++) {
        bool last = i == count - 1;
        double end = last ? curve->time[0] + curve->period : curve->time[i + 1];
        state->stretch[i] =
            (struct stretch){end - curve->time[i], curve->factor[i], curve->factor[last ? 0 : i + 1]};
        state->area += state->stretch[i].length * (state->stretch[i].from + state->stretch[i].to) / 2.0;
        if (clock >= curve->time[i]) {
            state->here = i;
        }
    }
    state->offset = clock - curve->time[state->here];
    state->since = -state->offset;
}

/* Clients without an address of their own share one quota. */
static void start(struct node *self)
{
    const struct clients_open_config *config = self->config;
    struct clients_open_state *state = self->state;
    caller_open(self, config->addresses == INT64_MAX ? 1 : config->addresses);
    caller_expect(self, config->rate);
    if (config->profile != NULL) {
        open_profile(self);
    }
    state->arrivals = node_stream(self, "arrivals");
    state->gap = dist_scaled(config->interarrival, 1.0 / config->interarrival.mean);
    node_timer(self, &state->timer, 0);
}

/* ---- Arrivals -------------------------------------------------------------------------------------- */

/* Moves on by `work` seconds at the full rate: the inverse of the cumulative profile, exact where it is
   linear. The equation slope/2 t^2 + level t = work, solved so that a slope near 0 loses no digits. */
static void move_on(struct clients_open_state *state, double work)
{
    double periods = floor(work / state->area);
    work -= periods * state->area;
    state->since += periods * state->period;
    for (;;) {
        const struct stretch *here = &state->stretch[state->here];
        double slope = (here->to - here->from) / here->length;
        double level = here->from + slope * state->offset;
        double left = (level + here->to) / 2.0 * (here->length - state->offset);
        if (work <= left) {
            double root = maths_sqrt(fmax(level * level + 2.0 * slope * work, 0.0));
            state->offset += work > 0.0 ? 2.0 * work / (level + root) : 0.0;
            return;
        }
        work -= left;
        state->since += here->length;
        state->offset = 0.0;
        state->here = state->here + 1 < state->stretch_count ? state->here + 1 : 0;
    }
}

/* One draw an arrival, so that arrival i comes at the same time whatever became of those before. */
static void schedule(struct node *self)
{
    const struct clients_open_config *config = self->config;
    struct clients_open_state *state = self->state;
    double work = stream_draw(&state->arrivals, &state->gap, 1.0) / config->rate;
    if (state->stretch == NULL) {
        state->offset += work;
    } else {
        move_on(state, work);
    }
    double wait = state->since + state->offset - (double)self->run->now * 1e-9;
    if (wait < NEVER) {
        node_wake_in(self, &state->timer, wait);
    }
}

static void ready(struct node *self)
{
    const struct clients_open_config *config = self->config;
    if (config->rate > 0.0) {
        schedule(self);
    }
}

static void wake(struct node *self, int tag)
{
    (void)tag;
    const struct clients_open_config *config = self->config;
    struct clients_open_state *state = self->state;
    struct visit *visit = visit_open(self, state->index++);
    caller_choose(visit);
    double v = visit_uniform(visit);
    bool apart = config->addresses == INT64_MAX; /* each from an address of its own */
    visit->client = apart ? (int32_t)(state->index & INT32_MAX) : (int32_t)(v * (double)config->addresses);
    schedule(self);
    caller_send(visit);
}

static const struct param params[] = {
    PARAM(clients_open_config, rate, UNIT_RATE, NULL, "0/s to 100000000/s",
          "Requests a second where the profile is 1; those that follow others come on top.", "definition"),
    PARAM(clients_open_config, profile, UNIT_NONE, "none", NULL,
          "CSV file with the factor of the rate over the day; without one the rate is constant.",
          "definition"),
    PARAM(
        clients_open_config, interarrival, UNIT_SECOND, "exponential(1s)", NULL,
        "Distribution of the time between arrivals, of which only the shape counts: the rate sets its mean.",
        "definition"),
    PARAM(clients_open_config, addresses, UNIT_COUNT, "none", "1 to 100000000 or none",
          "Distinct client addresses; without it every request comes from another one.", "definition"),
    CALLER_PARAMS("client", "address", caller_rate_send_params),
    PARAM_END};

static const struct output outputs[] = {
    OUTPUT(caller, requests, OUTPUT_COUNT, UNIT_COUNT, "Requests made.", .series = true),
    OUTPUT(caller, retries, OUTPUT_COUNT, UNIT_COUNT, "Attempts after the first.", .series = true),
    CALLER_OUTPUTS, OUTPUT_END};

const struct model model_clients_open = {
    .name = "clients_open",
    .title = "Open clients",
    .about =
        "Clients that come at a rate and do not wait for one another: Poisson arrivals, or any renewal "
        "process, stretched over a profile of the day by inversion. Each request chooses one of the sends, "
        "waits up to the timeout and is repeated after a failure, if so wished, with backoff, jitter and "
        "a quota. Connections are not modelled, and the way to the first node takes no time: put a delay "
        "in between.",
    .config_size = sizeof(struct clients_open_config),
    .state_size = sizeof(struct clients_open_state),
    .params = params,
    .outputs = outputs,
    .is_client = true,
    .check = check,
    .start = start,
    .ready = ready,
    .resolve = caller_resolve,
    .arrive = caller_arrive,
    .resume = caller_resume,
    .wake = wake};
