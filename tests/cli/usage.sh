#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Help, versions, and what wrong usage is told.
. "$SOURCE/tests/cli/lib.bash"

expect 0 "$HEADROOM" --help
says out "headroom run" "--replications" "STATUS" "Try: headroom example station"
silent err
expect 0 "$HEADROOM" help run
says out "headroom run SCENARIO" "Try: headroom run"
expect 0 "$HEADROOM" run --help
says out "headroom run SCENARIO"
expect 0 "$HEADROOM" --version
says out "headroom 0." "run file headroom.run/1" "prices " "GSL" "cJSON" "libyaml"
[ "$(grep -cE '^prices [0-9a-f]{64}$' out)" -eq 1 ] || fail "no hash of the price book"

expect 2 "$HEADROOM"
says err "Try: headroom --help"
expect 2 "$HEADROOM" rnu x.yaml
says err "unknown verb rnu; did you mean run?"
silent out
expect 2 "$HEADROOM" run --replicatoins 3 x.yaml
says err "unknown option --replicatoins; did you mean --replications?"
expect 2 "$HEADROOM" run
says err "usage: headroom run SCENARIO"
expect 2 "$HEADROOM" run a.yaml b.yaml
says err "usage: headroom run SCENARIO"
expect 2 "$HEADROOM" run x.yaml --replications zero
says err "--replications takes a whole number from 1 to 10000"
expect 2 "$HEADROOM" run x.yaml --seed -1
says err "--seed takes a whole number"
expect 2 "$HEADROOM" run x.yaml --horizon 5
says err "--horizon takes a duration"
expect 2 "$HEADROOM" run x.yaml --from 25:00
says err "--from takes a time of day"
expect 2 "$HEADROOM" run x.yaml --format pdf
says err "--format takes table, json, csv or markdown"
expect 2 "$HEADROOM" run x.yaml --seed
says err "--seed needs a value"
expect 2 "$HEADROOM" run x.yaml --quiet=yes
says err "--quiet takes no value"
expect 2 "$HEADROOM" list models --format json
says err "list does not write json"

expect 0 "$HEADROOM" list
for model in alb aurora_postgresql clients_closed clients_open clients_trace delay ecs_cluster ecs_service \
    elasticache_redis eventbridge_bus external_service metered rds_proxy sqs_queue station; do
    grep -q "^$model " out || fail "list does not show $model"
done
expect 0 "$HEADROOM" list prices eu-west-1 NatGateway-Hours
says out "eu-west-1" "0.048" "hour" "sourced"
expect 0 "$HEADROOM" list metrics
says out "latency.p99" "errors.rate" "recovery.rto.p95" "cost.monthly"
expect 0 "$HEADROOM" list drills
says out "task_crash" "writer_crash"
expect 1 "$HEADROOM" list colours
says err "no list called colours"

expect 0 "$HEADROOM" explain sqs_queue.visibility_timeout
says out "seconds" "30s" "0s to 12h" "meaning" "source"
expect 0 "$HEADROOM" explain ecs_service
says out "desired_count" "endpoints"
expect 0 "$HEADROOM" explain ecs_service.scaling.policies.target_value
says out "meaning" "source"
expect 0 "$HEADROOM" explain ecs_service.endpoints.steps.cache.op
says out "get|set|delete|set_if_absent"
expect 1 "$HEADROOM" explain sqs_queu
says err "no model called sqs_queu; did you mean sqs_queue?"
expect 1 "$HEADROOM" explain sqs_queue.visibility
says err "no parameter called visibility"

# Each model's example runs as it is printed, in a folder with nothing beside it.
for model in $("$HEADROOM" list models | cut -d' ' -f1); do
    expect 0 "$HEADROOM" example "$model"
    mv out "$model.yaml"
    for file in "$SOURCE/models/$model"/*.csv "$SOURCE/models/$model"/*.gz; do
        [ -e "$file" ] && cp "$file" .
    done
    expect 0 "$HEADROOM" validate "$model.yaml"
done
finish
