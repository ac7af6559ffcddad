#!/bin/sh
# Makes what the compose stack keeps secret: an nkey for each service, the viewers' token, Grafana's password. What is
# there already stays. Needs docker and the capture image; CAPTURE_SVC=target/release/capture-svc takes a binary instead.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
image="${CAPTURE_IMAGE:-rero/capture-svc:0.1.0}"

nkey() { # $1: service; prints the public key
    if [ -n "${CAPTURE_SVC:-}" ]; then
        "$CAPTURE_SVC" nkey "secrets/$1.nkey"
    else
        docker run --rm --pull never --network none --user "$(id -u):$(id -g)" --volume "$PWD/secrets:/secrets" "$image" nkey "/secrets/$1.nkey"
    fi
}
random() {
    [ -s "$1" ] || od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$1"
}

if [ -z "${CAPTURE_SVC:-}" ] && ! docker image inspect "$image" >/dev/null 2>&1; then
    docker build --target capture --tag "$image" --file Dockerfile ..
fi
capture="$(nkey capture)"
gateway="$(nkey gateway)"
random secrets/gateway.token
random secrets/grafana.password
# The services read them as a user of their own; on the host the folder keeps others out.
chmod 0700 secrets
chmod 0444 secrets/*

[ -e .env ] || cp .env.example .env
sed -i.old '/^CAPTURE_NKEY=/d; /^GATEWAY_NKEY=/d' .env
rm -f .env.old
printf 'CAPTURE_NKEY=%s\nGATEWAY_NKEY=%s\n' "$capture" "$gateway" >>.env
echo "keys are in deploy/secrets, settings in deploy/.env; the token that viewers are asked for:"
cat secrets/gateway.token
echo
