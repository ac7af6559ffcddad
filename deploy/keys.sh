#!/bin/sh
# Makes what the compose stack keeps secret: an nkey for each service, the viewers' token, Grafana's password. What is
# there already stays. Needs docker and the capture image (CAPTURE_IMAGE, here or in .env); CAPTURE_SVC=target/release/capture-svc
# takes a binary instead.
#
#   deploy/keys.sh --camera front-door
#
# makes a NATS user as well that may serve this camera only: secrets/capture-front-door.nkey is for its host. Delete that
# file and run this again for another key; delete the line in secrets/cameras and the host is locked out.
#
#   deploy/keys.sh --consumer dashboard
#
# makes a NATS user for a program of your own that takes frames from the bus: secrets/consumer-dashboard.nkey; its lease keys
# end in .dashboard. Another key, or none any more, as for cameras; the lines are in secrets/consumers.
#
#   deploy/keys.sh --hub NAME[,NAME…]
#   deploy/keys.sh --camera-site front-door
#   deploy/keys.sh --viewer-site paris [QUALITY]
#
# make this NATS a hub that other sites join (docs/scale.md): a certificate for the names or addresses under which they reach
# it (with openssl), and for each site a folder sites/NAME that becomes deploy/secrets there. QUALITY is the highest that
# may cross the line to it. Delete the line in secrets/sites and run this again, and the site is locked out.
#
#   deploy/keys.sh --rotate
#
# makes both services' keys and the token anew; what is in use goes on until the containers are made anew, too.
set -eu
cd "$(dirname "$0")"
umask 077
camera= consumer= rotate= hub= site= kind= best=95
case "$#:${1-}" in
0:) ;;
1:--rotate) rotate=yes ;;
2:--camera) camera="$2" ;;
2:--consumer) consumer="$2" ;;
2:--hub) hub="$2" ;;
2:--camera-site) kind=camera site="$2" ;;
2:--viewer-site) kind=viewers site="$2" ;;
3:--viewer-site) kind=viewers site="$2" best="$3" ;;
*) echo "usage: keys.sh [--camera NAME | --consumer NAME | --hub NAMES | --camera-site NAME | --viewer-site NAME [QUALITY] | --rotate]" >&2 && exit 64 ;;
esac
for name in "$camera" "$consumer" "$site"; do
    case "$name" in
    default | *[!a-z0-9-]*) echo "a name is 1 to 32 of a-z, 0-9 and '-': $name is none" >&2 && exit 64 ;;
    esac
done
case "$best" in
[3-8][05] | 9[05]) ;;
*) echo "a quality is one of 30, 35, … 95: $best is none" >&2 && exit 64 ;;
esac
if [ -n "$site" ] && [ ! -e secrets/hub-ca.pem ]; then
    echo "first keys.sh --hub NAME: the certificate for the name under which sites reach this one" >&2 && exit 64
fi
mkdir -p secrets
[ -e .env ] || cp .env.example .env
set_in_env() { # $1: name, $2: value
    grep -v "^$1=" .env >.env.new || true
    printf '%s=%s\n' "$1" "$2" >>.env.new
    cat .env.new >.env
    rm -f .env.new
}
image="${CAPTURE_IMAGE:-$(sed -n 's/^CAPTURE_IMAGE=//p' .env)}"
image="${image:-rero/capture-svc:0.1.0}"
# What is built from here says what it was built from.
revision="$(git -C .. rev-parse HEAD 2>/dev/null || echo unknown)"

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
    case "$image" in
    rero/*) docker build --target capture --tag "$image" --build-arg "REVISION=$revision" --file Dockerfile .. ;;
    *) docker pull "$image" ;;
    esac
fi
if [ -n "$rotate" ]; then
    rm -f secrets/capture.nkey secrets/gateway.nkey secrets/gateway.token
fi
capture="$(nkey capture)"
gateway="$(nkey gateway)"
list() { # $1: list, $2: name, $3: the name of its key; notes its public key
    public="$(nkey "$3")"
    touch "secrets/$1"
    others="$(grep -v "^$2 " "secrets/$1" || true)"
    chmod u+w "secrets/$1"
    printf '%s\n' "$others" "$2 $public" | sed '/^$/d' >"secrets/$1"
}
[ -z "$camera" ] || list cameras "$camera" "capture-$camera"
[ -z "$consumer" ] || list consumers "$consumer" "consumer-$consumer"
if [ -n "$hub$site" ] || [ -e secrets/sites ]; then
    . ./sites.sh
fi
[ -z "$hub" ] || certificate "$hub"
[ -z "$site" ] || join "$site" "$kind" "$best"
users=./nats-users.conf
if [ -e secrets/cameras ] || [ -e secrets/consumers ] || [ -e secrets/sites ]; then
    users=./secrets/nats-users.conf
    # Written in place: a container keeps the file that was mounted.
    [ ! -e "$users" ] || chmod u+w "$users"
    {
        sed '/# camera hosts/,$d' nats-users.conf
        [ ! -e secrets/cameras ] || while read -r name key; do
            sed "s/@CAMERA@/$name/g; s/@NKEY@/$key/g" nats-camera-user.conf
        done <secrets/cameras
        [ ! -e secrets/consumers ] || while read -r name key; do
            sed "s/@CONSUMER@/$name/g; s/@NKEY@/$key/g" nats-consumer-user.conf
        done <secrets/consumers
        [ ! -e secrets/sites ] || site_users
        sed '1,/# camera hosts/d' nats-users.conf
    } >"$users"
fi
random secrets/gateway.token
random secrets/grafana.password
# The services read them as a user of their own; on the host the folder keeps others out.
chmod 0700 secrets
chmod 0444 secrets/*

set_in_env CAPTURE_NKEY "$capture"
set_in_env GATEWAY_NKEY "$gateway"
set_in_env NATS_USERS "$users"
set_in_env REVISION "$revision"
# What the hub gave to this site.
[ ! -e secrets/site.env ] || while IFS='=' read -r name value; do
    set_in_env "$name" "$value"
done <secrets/site.env
echo "keys are in deploy/secrets, settings in deploy/.env; the token that viewers are asked for:"
cat secrets/gateway.token
echo
