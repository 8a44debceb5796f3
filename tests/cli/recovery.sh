#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the time to recover depends on: the interval of the health check, the clients' retries, the load before the fault.
. "$SOURCE/tests/cli/lib.bash"

cat >loss.yaml <<'YAML'
# How long do clients feel the loss of one task of three?
headroom: 1
name: loss
region: eu-west-1
zones: [eu-west-1a, eu-west-1b, eu-west-1c]
horizon: 10min
nodes:
  users:
    model: clients_open
    rate: 60/s
    timeout: 5s
    sends: [{to: alb, request: GET /}]
  alb:
    model: alb
    rules: [{name: all, path: "/*", target: web}]
  web:
    model: ecs_service
    cpu: 1024
    memory: 2048MiB
    threads: 100
    image_size: 200MiB
    startup: 5s
    desired_count: 3
    capacity_provider_strategy: [{capacity_provider: FARGATE, weight: 1}]
    health_check: {path: /health, interval: 10s, timeout: 3s, healthy_threshold: 2, unhealthy_threshold: 2}
    endpoints:
      page: {request: GET /, steps: [{compute: exponential(20ms)}]}
drills:
  - {name: web task loss, fault: task_loss, node: web}
targets:
  - {components: [web], rto: 1min, rpo: 0s, source: this test}
YAML

run() { # FILE OPTION...
    local file=$1
    shift
    expect 0 "$HEADROOM" run loss.yaml --quiet --replications 6 --format "json=$file" "$@"
}
run base.json
run slow_check.json --set web.health_check.interval=30s
run busy.json --set users.rate=105/s
run busy_retry.json --set users.rate=105/s --set 'users.retry={max_attempts: 4, base: 100ms, cap: 1s}'

python3 - <<'PYTHON' || fail "see above"
import json, sys

def row(name):
    return json.load(open(name + ".json"))["environments"][0]["recovery"][0]

def rto(name):
    value = row(name)["rto_s"]["p50"]["value"]
    return float("inf") if value is None else value  # null: not restored while the drill lasted

base, problems = row("base"), []
if not rto("slow_check") > rto("base") + 20:
    problems.append(f"checks every 30 s instead of 10 s: RTO {rto('base')} -> {rto('slow_check')}")
if not rto("busy_retry") > rto("busy") + 10:  # they add to the load that two tasks cannot carry
    problems.append(f"clients that try again: RTO {rto('busy')} -> {rto('busy_retry')}")
if not rto("busy") > rto("base") + 10:
    problems.append(f"two tasks too few for the load: RTO {rto('base')} -> {rto('busy')}")
for name in ("base", "slow_check", "busy", "busy_retry"):
    mean = row(name)["rto_s"]["mean"]["value"]
    if mean is None:
        continue
    parts = sum(part["value"] for part in row(name)["parts_s"].values())
    if abs(parts - mean) > 1e-6:
        problems.append(f"{name}: the parts add up to {parts}, not {mean}")
if base["target"]["rto_s"] is None or base["verdict"] not in ("met", "breached"):
    problems.append("no verdict against the target")
print("\n".join(problems), file=sys.stderr)
print({name: rto(name) for name in ("base", "slow_check", "busy", "busy_retry")})
sys.exit(bool(problems))
PYTHON
finish
