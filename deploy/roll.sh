#!/bin/sh
# Replaces the gateways one after another by ones of the image and the settings that are here now. Before one leaves there
# is one more, and its viewers are told to come again, so that nobody is without a picture for longer than that takes.
set -eu
cd "$(dirname "$0")"
old="$(docker compose ps --quiet gateway)"
count="$(echo "$old" | wc -w)"
[ "$count" -gt 0 ] || { echo "no gateway runs; docker compose up -d --wait starts them" >&2 && exit 1; }
at() { # $1: how many there are then
    docker compose up --detach --wait --no-deps --no-recreate --no-build --scale "gateway=$1" gateway
}
for container in $old; do
    at "$((count + 1))"
    docker stop "$container" >/dev/null
    docker rm "$container" >/dev/null
done
at "$count"
echo "$count gateways replaced"
