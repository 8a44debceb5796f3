#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Whatever is wrong with a scenario: complaints with file, line and column, status 1, quickly, nothing lost.
. "$SOURCE/tests/cli/lib.bash"

base() {
    cat <<'YAML'
# Does the queue hold?
headroom: 1
name: bad
horizon: 1min
nodes:
  users:
    model: clients_open
    rate: 10/s
    timeout: 10s
    sends:
      - {to: queue, request: GET /a, share: 60%}
      - {to: queue, request: GET /b, share: 40%}
  queue:
    model: station
    servers: 1
    service: exponential(50ms)
YAML
}

# refused LINE:COLUMN TEXT: bad.yaml is refused there with that text, within the time.
refused() {
    local where=$1 text=$2
    expect 1 timeout 20 "$HEADROOM" validate bad.yaml
    silent out
    says err "bad.yaml:$where: error:" "$text"
}

base >bad.yaml
expect 0 "$HEADROOM" validate bad.yaml
says out "valid"

base | sed 's/timeout: 10s/timout: 10s/' >bad.yaml
refused 9:5 "unknown parameter of users: timout; did you mean timeout?"
base | sed 's/timeout: 10s/timeout: 10/' >bad.yaml
refused 9:14 "needs a unit"
base | sed 's/servers: 1/servers: -1/' >bad.yaml
refused 15:14 "must be"
base | sed 's/servers: 1/servers: {a: 1}/' >bad.yaml
refused 15:14 ""
base | sed 's/servers: 1/servers: many/' >bad.yaml
refused 15:14 ""
base | sed 's/model: station/model: statoin/' >bad.yaml
refused 14:12 "did you mean station?"
base | sed 's/to: queue, request: GET \/a/to: queu, request: GET \/a/' >bad.yaml
refused 11:14 "queu"
base | sed 's/share: 40%/share: 30%/' >bad.yaml
expect 1 "$HEADROOM" validate bad.yaml
says err "90%" "100%"
base | sed 's/exponential(50ms)/exponential(50ms/' >bad.yaml
expect 1 "$HEADROOM" validate bad.yaml
says err "bad.yaml:16:14: error:"
base | sed 's/headroom: 1/headroom: 2/' >bad.yaml
refused 2:11 ""
base | sed '/^headroom/d' >bad.yaml
expect 1 "$HEADROOM" validate bad.yaml
says err "headroom: 1"
{ base; echo "growth: {}"; } >bad.yaml
refused 17:1 "not yet supported"
{ base; echo "  queue: {model: delay, latency: 1s}"; } >bad.yaml
refused 17:3 "queue"
base | sed 's/^  users:/\tusers:/' >bad.yaml
expect 1 "$HEADROOM" validate bad.yaml
says err "bad.yaml:6:"
{ base; printf 'name: caf\xff\n'; } >bad.yaml
expect 1 "$HEADROOM" validate bad.yaml
says err "bad.yaml:17:"
{ base; printf 'x: a\0b\n'; } >bad.yaml
expect 1 "$HEADROOM" validate bad.yaml
says err "bad.yaml:17:"
base | sed 's/$/\r/' >bad.yaml
expect 0 "$HEADROOM" validate bad.yaml
{ printf '\xef\xbb\xbf'; base; } >bad.yaml
expect 0 "$HEADROOM" validate bad.yaml

# A cycle of calls that wait for each other.
cat >bad.yaml <<'YAML'
headroom: 1
name: round
nodes:
  users: {model: clients_open, rate: 1/s, sends: [{to: a}]}
  a: {model: delay, latency: 1ms, next: b}
  b: {model: delay, latency: 1ms, next: a}
YAML
expect 1 "$HEADROOM" validate bad.yaml
says err "bad.yaml:" "a -> b -> a"

# A profile with a gap, out of order, or out of range.
{ base | sed 's/    timeout: 10s/    profile: day.csv/'; } >bad.yaml
printf 'time,factor\n0:00,0.5\n12:00\n' >day.csv
expect 1 "$HEADROOM" validate bad.yaml
says err "day.csv:3"
printf 'time,factor\n0:00,0.5\n12:00,0.7\n11:00,0.7\n' >day.csv
expect 1 "$HEADROOM" validate bad.yaml
says err "day.csv:4"
printf 'time,factor\n0:00,0.5\n12:00,1.7\n' >day.csv
expect 1 "$HEADROOM" validate bad.yaml
says err "day.csv:3"
rm day.csv
expect 1 "$HEADROOM" validate bad.yaml
says err "bad.yaml:9:" "day.csv"

# Files that are no scenario at all.
expect 1 "$HEADROOM" validate nowhere.yaml
says err "nowhere.yaml:"
: >bad.yaml
expect 1 "$HEADROOM" validate bad.yaml
says err "bad.yaml:" "empty"
mkdir folder.yaml
expect 1 "$HEADROOM" validate folder.yaml
says err "folder.yaml:" "directory"
head -c 100000 /dev/urandom >bad.yaml
expect 1 "$HEADROOM" validate bad.yaml
says err "bad.yaml:"
truncate -s 100M bad.yaml
expect 1 timeout 5 "$HEADROOM" validate bad.yaml
says err "bad.yaml:" "4 MiB"
expect 1 timeout 5 "$HEADROOM" validate /dev/zero
says err "/dev/zero:"
{ for _ in $(seq 10000); do printf '['; done; } >bad.yaml
expect 1 timeout 5 "$HEADROOM" validate bad.yaml
says err "bad.yaml:1:" "64"
{
    echo 'a: &a [x, x, x, x, x, x, x, x, x]'
    last=a
    for name in b c d e f g h i j; do
        echo "$name: &$name [*$last, *$last, *$last, *$last, *$last, *$last, *$last, *$last, *$last]"
        last=$name
    done
} >bad.yaml
expect 1 timeout 5 "$HEADROOM" validate bad.yaml
says err "bad.yaml:" "100"

# A gzip bomb as trace.
base >bad.yaml
cat >bad.yaml <<'YAML'
headroom: 1
name: bomb
horizon: 1min
nodes:
  users: {model: clients_trace, file: bomb.csv.gz, sends: [{to: queue}]}
  queue: {model: station, servers: 1, service: recorded}
YAML
head -c 2000M /dev/zero | gzip -1 >bomb.csv.gz
expect 1 timeout 20 "$HEADROOM" validate bad.yaml
says err "bomb.csv.gz"

# All complaints at once, sorted; at most 50 of them.
base | sed 's/timeout: 10s/timout: 10s/; s/servers: 1/servers: -1/; s/model: station/model: station/' >bad.yaml
expect 1 "$HEADROOM" validate bad.yaml
[ "$(grep -c 'error:' err)" -ge 2 ] || fail "not every complaint at once"
{ base; for i in $(seq 80); do echo "junk$i: 1"; done; } >bad.yaml
expect 1 "$HEADROOM" validate bad.yaml
[ "$(grep -c 'error:' err)" -le 50 ] || fail "more than 50 complaints"

# --set and --require are files of that name.
base >bad.yaml
expect 1 "$HEADROOM" validate bad.yaml --set users.rat=5/s
says err "--set:1:" "rat"
expect 1 "$HEADROOM" validate bad.yaml --set nonsense
says err "--set:1:"
expect 1 "$HEADROOM" validate bad.yaml --env nowhere
says err "nowhere"
expect 1 "$HEADROOM" validate bad.yaml --require 'latency.p42 < 1s'
says err "--require:1:1: error:" "p42"
expect 1 "$HEADROOM" validate bad.yaml --require 'latency.p99{request="GET /nowhere"} < 1s'
says err "--require:1:"
finish
