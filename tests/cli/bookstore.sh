#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The bookstore: its bill follows its load, its fixed costs are those calculated by hand, its routes are where they lead.
. "$SOURCE/tests/cli/lib.bash"

cp "$SOURCE/scenarios/bookstore/"*.{yaml,csv} .
run() { # FILE OPTION...
    local file=$1
    shift
    expect 0 "$HEADROOM" run bookstore.yaml --quiet --env prod --from 20:00 --horizon 2min --replications 2 \
        --no-drills --format "json=$file" "$@"
}
run once.json --set shoppers.rate=100/s --set pages.rate=40/s --set stripe_webhooks.rate=0.13/s
run twice.json --set shoppers.rate=200/s --set pages.rate=80/s --set stripe_webhooks.rate=0.26/s

python3 - once.json twice.json <<'PYTHON' || fail "see above"
import json, sys
once, twice = (json.load(open(name))["environments"][0] for name in sys.argv[1:])
problems = []

# A simulated line moves with the load, in proportion where it counts requests or bytes: not tasks, which move when a
# policy says so, nor polls of a queue. A configured line stays.
capacity = ("Fargate", "LCUUsage", "CPUCredits", "Requests-Standard")
for a, b in zip(once["cost"]["lines"], twice["cost"]["lines"]):
    assert (a["node"], a["sku"]) == (b["node"], b["sku"])
    qa, qb = a["quantity"]["value"], b["quantity"]["value"]
    if a["basis"] == "configured" and qa != qb:
        problems.append(f"configured line moved: {a['node']} {a['sku']} {qa} -> {qb}")
    if a["basis"] == "simulated" and not a["sku"].startswith("Fargate") and qa > 0 and qa == qb:
        problems.append(f"simulated line stands still: {a['node']} {a['sku']} {qa}")
    if a["basis"] == "simulated" and not a["sku"].startswith(capacity) and qa > 100000 and not 1.8 < qb / qa < 2.2:
        problems.append(f"simulated line does not follow the load: {a['node']} {a['sku']} {qa} -> {qb}")

# Fixed costs by hand: facts/seed-catalog-2.md section 4, repeated in scenarios/bookstore/README.md.
hand = {("postgres", "InstanceUsage:db.r6g.xlarge"): "1254.87", ("proxy", "RDS:ProxyUsage"): "140.16",
        ("redis", "NodeUsage:cache.r7g.xlarge"): "1066.53", ("search_domain", "ESInstance:m6g.xlarge.search"): "626.34",
        ("search_domain", "ES:GP3-Storage"): "40.20", ("nat", "NatGateway-Hours"): "105.12",
        ("vpc_endpoints", "VpcEndpoint-Hours"): "72.27", ("alb", "LoadBalancerUsage"): "18.40",
        ("ipv4", "PublicIPv4:InUseAddress"): "21.90", ("waf", "WebACLV2"): "5.00", ("waf", "RuleV2"): "2.00",
        ("keys", "KMS-Keys"): "5.00"}
lines = {(line["node"], line["sku"]): line["monthly"]["value"] for line in once["cost"]["lines"]}
for key, amount in hand.items():
    if lines.get(key) != amount:
        problems.append(f"{key}: {lines.get(key)}, by hand {amount}")

# The total is the sum of its lines, to the cent.
cents = sum(round(float(line["monthly"]["value"]) * 100) for line in once["cost"]["lines"])
if cents != round(float(once["cost"]["monthly"]["value"]) * 100):
    problems.append("the total is not the sum of its lines")

# Visits of each service equal the requests that its routes bring, but for those in flight at the edges.
visits = {node["name"]: node["visits"] for node in once["nodes"]}
requests = {row["request"]: row["requests"] for row in once["latency"]}
routes = {"search": ["GET /api/v1/search"], "cdn": [r for r in requests if r.split()[-1].startswith("/api/")]}
for node, rows in routes.items():
    expected = sum(requests[row] for row in rows)
    if abs(visits[node] - expected) > 0.002 * expected + 200:
        problems.append(f"{node}: {visits[node]} visits, {expected} requests")
print("\n".join(problems), file=sys.stderr)
sys.exit(bool(problems))
PYTHON
finish
