#!/bin/sh
# The secrets of deploy/keys.sh as objects: deploy/k8s/keys.sh | kubectl apply -f - . Their namespace is rero, or NAMESPACE.
# What is there already in deploy/secrets is used again. With --camera NAME also the Secret capture-NAME-nkey; NATS learns
# of its user, and of that of --consumer NAME, from deploy/secrets/nats-users.conf, which an overlay puts into the ConfigMap
# nats-config (behavior: merge).
# With --hub NAME, and ever after, the Secret nats-hub; sites are made as for compose.
set -eu
namespace="${NAMESPACE:-rero}"
cd "$(dirname "$0")/.."
./keys.sh "$@" >&2
b64() { base64 <"$1" | tr -d '\n'; }
value() { sed -n "s/^$1=//p" .env; }
cat <<OBJECTS
apiVersion: v1
kind: ConfigMap
metadata: { name: nats-keys, namespace: $namespace }
data: { CAPTURE_NKEY: "$(value CAPTURE_NKEY)", GATEWAY_NKEY: "$(value GATEWAY_NKEY)" }
---
apiVersion: v1
kind: Secret
metadata: { name: capture-nkey, namespace: $namespace }
data: { capture.nkey: "$(b64 secrets/capture.nkey)" }
---
apiVersion: v1
kind: Secret
metadata: { name: gateway-keys, namespace: $namespace }
data: { gateway.nkey: "$(b64 secrets/gateway.nkey)", gateway.token: "$(b64 secrets/gateway.token)" }
OBJECTS
if [ -e secrets/hub.pem ]; then
    cat <<OBJECT
---
apiVersion: v1
kind: Secret
metadata: { name: nats-hub, namespace: $namespace }
data: { hub.pem: "$(b64 secrets/hub.pem)", hub.key: "$(b64 secrets/hub.key)" }
OBJECT
fi
[ -e secrets/cameras ] || exit 0
while read -r name _; do
    # A seed that was taken to its host and deleted here stays there.
    [ -e "secrets/capture-$name.nkey" ] || continue
    cat <<OBJECT
---
apiVersion: v1
kind: Secret
metadata: { name: capture-$name-nkey, namespace: $namespace }
data: { capture.nkey: "$(b64 "secrets/capture-$name.nkey")" }
OBJECT
done <secrets/cameras
