/* SPDX-License-Identifier: Apache-2.0 */
/* When open clients come: a non-homogeneous Poisson process by inversion of the cumulative profile, and any renewal
   process stretched over it. */
#include "bench.h"
#include "near.h"
#include "theory.h"

#include <gsl/gsl_cdf.h>

#include <math.h>

extern const struct model model_clients_open, model_station;

static const double SIGMAS = 3.891; /* of a two-sided 99.99 % interval */
static const double DAY = 86400.0, HOUR = 3600.0;

/* The day of a shop, by the hour, in per cent of its peak at 20:00. */
static const double shop[24] = {0.18, 0.12, 0.08, 0.06, 0.05, 0.07, 0.12, 0.22, 0.34, 0.45, 0.52, 0.56,
                                0.60, 0.60, 0.55, 0.53, 0.55, 0.62, 0.76, 0.92, 1.00, 0.88, 0.57, 0.34};

static struct curve *daily(struct bench *bench, const double *factor)
{
    double *time = arena_array(bench->arena, double, 24);
    for (int i = 0; i < 24; i++) {
        time[i] = i * HOUR;
    }
    struct curve *curve = arena_new(bench->arena, struct curve);
    *curve = (struct curve){time, factor, 24, DAY};
    return curve;
}

/* Clients over a curve that send to a recorder. */
static struct bench *over(double horizon, const char *clients)
{
    struct bench *bench = bench_open(horizon);
    int node = bench_node(bench, &model_clients_open, "clients", clients);
    bench_row(bench, node, "sends", "to=server");
    bench_node(bench, &bench_recorder, "server", "");
    return bench;
}

static void set_curve(struct bench *bench, const struct curve *curve)
{
    *(const struct curve **)bench_field(bench, 0, "profile") = curve;
}

static void done(struct run *run, struct bench *bench)
{
    run_close(run);
    bench_close(bench);
}

/* Two full days from 06:00 in each of 20 replications. The counts of an hour are Poisson: their sum has the mean of the
   profile's integral, and so has their variance (chi-square of 24 x 40 counts). */
static void counts_of_each_hour_follow_the_integral_of_the_profile(void **state)
{
    (void)state;
    double sum[24] = {0}, chi_square = 0.0;
    enum { COUNTS = 24 * 2 * THEORY_REPLICATIONS };
    for (int i = 0; i < THEORY_REPLICATIONS; i++) {
        struct bench *bench = over(2.0 * DAY, "rate=0.5/s");
        bench->clock = 6.0 * HOUR;
        bench->lead = 1000.0;
        set_curve(bench, daily(bench, shop));
        struct run *run = bench_run(bench, 1, i);
        const struct bench_recorder_state *seen = bench_recorded(run, "server");
        double count[48] = {0};
        for (int64_t j = 0; j < seen->count; j++) {
            if (seen->record[j].at >= 0) {
                count[seen->record[j].at / 3600000000000]++;
            }
        }
        for (int hour = 0; hour < 48; hour++) {
            int of_day = (hour + 6) % 24;
            double mean = 0.5 * HOUR * (shop[of_day] + shop[(of_day + 1) % 24]) / 2.0;
            sum[of_day] += count[hour];
            chi_square += (count[hour] - mean) * (count[hour] - mean) / mean;
        }
        done(run, bench);
    }
    for (int hour = 0; hour < 24; hour++) {
        double mean = 2.0 * THEORY_REPLICATIONS * 0.5 * HOUR * (shop[hour] + shop[(hour + 1) % 24]) / 2.0;
        print_message("%02d:00 %.0f arrivals, %.0f expected\n", hour, sum[hour], mean);
        assert_near(sum[hour], mean, SIGMAS * sqrt(mean));
    }
    assert_true(chi_square > gsl_cdf_chisq_Pinv(0.5e-4, COUNTS));
    assert_true(chi_square < gsl_cdf_chisq_Pinv(1.0 - 0.5e-4, COUNTS));
}

/* Evenly spaced arrivals over a ramp from 0 to 1 in an hour: the k-th comes when t^2 / 7200 = k. Down again likewise. */
static void inversion_is_exact_where_the_profile_is_linear(void **state)
{
    (void)state;
    static const double time[] = {0.0, 3600.0}, factor[] = {0.0, 1.0};
    static const struct curve ramp = {time, factor, 2, 7200.0};
    struct bench *bench = over(2.0 * HOUR - 1.0, "rate=1/s; interarrival=deterministic(9s)");
    set_curve(bench, &ramp);
    struct run *run = bench_run(bench, 1, 0);
    const struct bench_recorder_state *seen = bench_recorded(run, "server");
    assert_int_equal((int)seen->count, 3599);
    for (int k = 1; k <= 3599; k++) {
        double at = k <= 1800 ? sqrt(7200.0 * k) : 7200.0 - sqrt(7200.0 * (3600 - k));
        assert_near((double)seen->record[k - 1].at * 1e-9, at, 2e-9);
    }
    done(run, bench);
}

/* When the cumulative profile has reached `work`, where it is a triangle of one second each hour, from 0 to 1 and back, so of area 1/2. */
static double in_triangles(double work)
{
    double hours = floor(work / 0.5), rest = work - 0.5 * hours;
    return HOUR * hours + (rest <= 0.25 ? sqrt(rest) : 1.0 - sqrt(0.5 - rest));
}

/* Nobody comes where the factor is 0; the first point is after the full hour; the clock begins in between. */
static void profile_is_read_at_the_clock_and_wraps(void **state)
{
    (void)state;
    static const double time[] = {600.0, 600.5, 601.0}, factor[] = {0.0, 1.0, 0.0};
    static const struct curve triangle = {time, factor, 3, HOUR};
    static const double rate[] = {1.0 / 0.9137, 0.01 / 0.9137};
    for (int i = 0; i < 2; i++) {
        struct bench *bench = over(1000.0 * HOUR, "rate=1/s; interarrival=deterministic(1s)");
        bench_apply(bench, model_clients_open.params, bench->config[0],
                    arena_printf(bench->arena, "rate=%.17g/s", rate[i]));
        bench->clock = 13.0 * HOUR + 300.0;
        set_curve(bench, &triangle);
        struct run *run = bench_run(bench, 1, 0);
        const struct bench_recorder_state *seen = bench_recorded(run, "server");
        assert_int_equal((int)seen->count, (int)(500.0 * rate[i]));
        for (int k = 1; k <= seen->count; k++) {
            assert_near((double)seen->record[k - 1].at * 1e-9, 300.0 + in_triangles(k / rate[i]), 2e-6);
        }
        done(run, bench);
    }
}

static void flat_profile_changes_nothing(void **state)
{
    (void)state;
    static const double time[] = {0.0, 7.0}, factor[] = {1.0, 1.0};
    static const struct curve flat = {time, factor, 2, 13.0};
    struct bench *bench[2];
    struct run *run[2];
    for (int i = 0; i < 2; i++) {
        bench[i] = over(1000.0, "rate=10/s");
        set_curve(bench[i], i == 0 ? NULL : &flat);
        run[i] = bench_run(bench[i], 1, 0);
    }
    const struct bench_recorder_state *a = bench_recorded(run[0], "server"),
                                      *b = bench_recorded(run[1], "server");
    assert_int_equal((int)a->count, (int)b->count);
    for (int64_t i = 0; i < a->count; i++) {
        assert_near((double)a->record[i].at, (double)b->record[i].at, 2.0);
        assert_near(a->record[i].draw, b->record[i].draw, 0.0);
    }
    done(run[0], bench[0]);
    done(run[1], bench[1]);
}

/* Request i comes at the same time with the same demands, however the system fares and whoever else is there. */
static void arrivals_do_not_depend_on_what_becomes_of_them(void **state)
{
    (void)state;
    static const char *const servers[] = {"latency=1ms", "latency=30s", "fails=2"};
    struct bench_record first[3][500];
    for (int i = 0; i < 3; i++) {
        struct bench *bench = over(200.0, "rate=10/s; timeout=1s; retry.base=5s; addresses=100");
        bench_apply(bench, bench_recorder.params, bench->config[1], servers[i]);
        if (i == 1) {
            int other = bench_node(bench, &model_clients_open, "others", "rate=3/s");
            bench_row(bench, other, "sends", "to=queue");
            bench_node(bench, &model_station, "queue", "service=exponential(1s)");
        }
        struct run *run = bench_run(bench, 1, 0);
        const struct bench_recorder_state *seen = bench_recorded(run, "server");
        int count = 0;
        for (int64_t j = 0; count < 500; j++) {
            assert_true(j < seen->count);
            if (seen->record[j].attempt == 1) {
                first[i][count++] = seen->record[j];
            }
        }
        done(run, bench);
    }
    for (int j = 0; j < 500; j++) {
        for (int i = 1; i < 3; i++) {
            assert_int_equal(first[i][j].at, first[0][j].at);
            assert_int_equal(first[i][j].client, first[0][j].client);
            assert_near(first[i][j].draw, first[0][j].draw, 0.0);
        }
    }
}

/* The squared coefficient of variation of the gaps is that of the distribution, their mean that of the rate. */
static void only_the_shape_of_the_interarrival_counts(void **state)
{
    (void)state;
    static const struct {
        const char *gap;
        double scv;
    } cases[] = {{"exponential(7s)", 1.0},
                 {"erlang(4 1ms)", 0.25},
                 {"hyperexponential(mean 3s cv 2)", 4.0},
                 {"lognormal(mean 1h cv 1)", 1.0},
                 {"uniform(0s 2s)", 1.0 / 3.0}};
    for (int i = 0; i < 5; i++) {
        double rate[THEORY_REPLICATIONS], scv[THEORY_REPLICATIONS];
        for (int j = 0; j < THEORY_REPLICATIONS; j++) {
            struct bench *bench = bench_open(1000.0);
            int node = bench_node(bench, &model_clients_open, "clients",
                                  arena_printf(bench->arena, "rate=20/s; interarrival=%s", cases[i].gap));
            bench_row(bench, node, "sends", "to=server");
            bench_node(bench, &bench_recorder, "server", "");
            struct run *run = bench_run(bench, (uint64_t)i + 1, j);
            const struct bench_recorder_state *seen = bench_recorded(run, "server");
            double sum = 0.0, squares = 0.0, n = (double)(seen->count - 1);
            for (int64_t k = 1; k < seen->count; k++) {
                double gap = (double)(seen->record[k].at - seen->record[k - 1].at) * 1e-9;
                sum += gap;
                squares += gap * gap;
            }
            rate[j] = n / sum;
            scv[j] = (squares / n) / (sum / n * sum / n) - 1.0;
            done(run, bench);
        }
        theory_assert(cases[i].gap, rate, 20.0, 0.02, 1e-4);
        theory_assert(cases[i].gap, scv, cases[i].scv, 0.06, 1e-2);
    }
}

/* The lead-in has no clients of its own: those of 19:00 are in it, 1,000 s before. */
static void lead_in_comes_before_the_clock(void **state)
{
    (void)state;
    static const double time[] = {0.0, 3600.0}, factor[] = {1.0, 1.0};
    static const struct curve flat = {time, factor, 2, 7200.0};
    struct bench *bench = over(10.5, "rate=1/s; interarrival=deterministic(1s)");
    bench->lead = 100.0;
    bench->clock = 50.0; /* the lead-in begins before midnight */
    set_curve(bench, &flat);
    struct run *run = bench_run(bench, 1, 0);
    const struct bench_recorder_state *seen = bench_recorded(run, "server");
    assert_int_equal((int)seen->count, 110);
    assert_int_equal(seen->record[0].at, -99000000000);
    assert_int_equal(bench_ended(run, "*", OUTCOME_OK), 11); /* 0 to 10 s: the first at the start itself */
    done(run, bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_of_each_hour_follow_the_integral_of_the_profile),
        cmocka_unit_test(inversion_is_exact_where_the_profile_is_linear),
        cmocka_unit_test(profile_is_read_at_the_clock_and_wraps),
        cmocka_unit_test(flat_profile_changes_nothing),
        cmocka_unit_test(arrivals_do_not_depend_on_what_becomes_of_them),
        cmocka_unit_test(only_the_shape_of_the_interarrival_counts),
        cmocka_unit_test(lead_in_comes_before_the_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
