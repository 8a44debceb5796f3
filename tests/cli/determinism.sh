#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The bytes of a run file depend on scenario, prices, seed and version alone, and hold to the published schema.
. "$SOURCE/tests/cli/lib.bash"

cp "$SOURCE/scenarios/bookstore/"*.{yaml,csv} .
run() { # NAME OPTION...
    local name=$1
    shift
    expect 0 "$HEADROOM" run bookstore.yaml --quiet --from 20:00 --horizon 3min --replications 3 --env dev \
        --format "json=$name" "$@"
}
run one.json --threads 1
run two.json --threads 2
run eight.json --threads 8
run again.json --threads 2
run other.json --threads 2 --seed 2
LC_ALL=de_DE.UTF-8 TZ=Asia/Tokyo run locale.json --threads 2
for same in two eight again locale; do
    cmp -s one.json "$same.json" || fail "$same.json differs from one.json"
done
cmp -s one.json other.json && fail "another seed gives the same run"
grep -q '/' <<<"$(python3 -c 'import json; print(json.load(open("one.json"))["scenario"]["file"])')" &&
    fail "a path of this machine is in the run file"

python=python3
"$python" -c 'import jsonschema' 2>/dev/null || python=/usr/bin/python3 # Debian's own has Debian's packages
if "$python" -c 'import jsonschema' 2>/dev/null; then
    "$python" - "$SOURCE/docs/reference/run-1.schema.json" one.json <<'PYTHON' || fail "the run file breaks its schema"
import json, sys
import jsonschema
schema, run = (json.load(open(name)) for name in sys.argv[1:])
jsonschema.Draft7Validator(schema).validate(run) if not hasattr(jsonschema, "Draft202012Validator") else \
    jsonschema.Draft202012Validator(schema).validate(run)
PYTHON
else
    fail "python3-jsonschema is not there"
fi

# A saved run is judged without simulating again.
expect 0 "$HEADROOM" check one.json --require 'latency.p99 < 1h'
expect 3 "$HEADROOM" check one.json --require 'latency.p99 < 1ms'
expect 1 "$HEADROOM" check one.json --require 'latency.p98 < 1ms'
says err "--require:1:1: error:"
head -c 2000 one.json >cut.json
expect 1 "$HEADROOM" check cut.json
says err "cut.json:"
sed 's|headroom.run/1|headroom.run/9|' one.json >newer.json
expect 1 "$HEADROOM" check newer.json
says err "headroom.run/9"
finish
