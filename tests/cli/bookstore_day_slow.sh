#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A whole day of prod: 50,000 orders, within 2 %.
. "$SOURCE/tests/cli/lib.bash"

cp "$SOURCE/scenarios/bookstore/"*.{yaml,csv} .
expect 0 "$HEADROOM" run bookstore.yaml --quiet --env prod --replications 1 --no-drills --format json=day.json
python3 - day.json <<'PYTHON' || fail "not 50,000 orders a day"
import json, sys
rows = json.load(open(sys.argv[1]))["environments"][0]["latency"]
orders = next(row["requests"] for row in rows if row["request"] == "POST /api/v1/orders")
print(orders, "orders,", rows[0]["requests"], "requests")
sys.exit(abs(orders - 50000) > 1000)
PYTHON
finish
