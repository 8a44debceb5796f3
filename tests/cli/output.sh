#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Full disks, readers that go away, few descriptors, little memory, interruption: nothing half-written, no crash.
. "$SOURCE/tests/cli/lib.bash"

scenario=$SOURCE/models/station/station.yaml
quick="--quiet --replications 2 --no-drills"

# shellcheck disable=SC2086
{
    expect 1 "$HEADROOM" run "$scenario" $quick --out /dev/full
    says err "cannot write"
    "$HEADROOM" run "$scenario" $quick >/dev/full 2>err
    [ $? -eq 1 ] || fail "a full stdout is not status 1"
    says err "cannot write"
    "$HEADROOM" list prices >/dev/full 2>err
    [ $? -eq 1 ] || fail "list on a full stdout is not status 1"

    "$HEADROOM" list prices 2>err | head -1 >/dev/null
    silent err
    "$HEADROOM" run "$scenario" $quick 2>err | true
    silent err

    expect 0 "$HEADROOM" run "$scenario" $quick --format json=run.json --format table
    says out "replications"
    [ -s run.json ] || fail "no run.json"
    cp run.json before.json
    expect 1 "$HEADROOM" run "$scenario" $quick --format json=missing/run.json
    says err "missing/run.json"
    expect 2 "$HEADROOM" run "$scenario" $quick --format json --format csv
    says err "two formats cannot share one output"
    expect 0 "$HEADROOM" run "$scenario" $quick --format csv --out run.csv
    says run.csv "environment,section,item,metric,value,low,high,unit"

    # A disk that fills up (a file size limit) leaves the old file as it was.
    (ulimit -f 1; trap '' XFSZ; exec "$HEADROOM" run "$scenario" $quick --format json=run.json) >out 2>err
    [ $? -eq 1 ] || fail "a file that cannot grow is not status 1"
    cmp -s run.json before.json || fail "a failed write has touched the old file"
    [ -z "$(ls ./*.part 2>/dev/null)" ] || fail "a half-written file is left"

    (ulimit -n 16; exec "$HEADROOM" run "$scenario" $quick) >out 2>err || fail "16 descriptors are not enough"
    if ! grep -q __asan_init "$HEADROOM"; then # the sanitizer itself needs more address space than any limit
        (ulimit -v 30000; exec "$HEADROOM" run "$scenario" $quick) >out 2>err
        [ $? -le 1 ] || fail "little memory is not reported"
        (ulimit -v 8000000; exec "$HEADROOM" run "$scenario" $quick) >out 2>err || fail "8 GB are not enough"
    fi

    # Interrupted in the middle: status 130, no file.
    for signal in INT TERM; do
        "$HEADROOM" run "$scenario" --quiet --horizon 300d --format json=long.json >out 2>err &
        pid=$!
        sleep 1
        kill -$signal $pid
        wait $pid
        [ $? -eq 130 ] || fail "SIG$signal does not end with status 130"
        [ -z "$(ls long.json* 2>/dev/null)" ] || fail "SIG$signal leaves a file"
    done
}
finish
