#!/bin/sh
# The secrets of deploy/keys.sh as objects in the namespace rero: deploy/k8s/keys.sh | kubectl apply -f -
# What is there already in deploy/secrets is used again.
set -eu
cd "$(dirname "$0")/.."
./keys.sh >&2
b64() { base64 <"$1" | tr -d '\n'; }
value() { sed -n "s/^$1=//p" .env; }
cat <<OBJECTS
apiVersion: v1
kind: ConfigMap
metadata: { name: nats-keys, namespace: rero }
data: { CAPTURE_NKEY: "$(value CAPTURE_NKEY)", GATEWAY_NKEY: "$(value GATEWAY_NKEY)" }
---
apiVersion: v1
kind: Secret
metadata: { name: capture-nkey, namespace: rero }
data: { capture.nkey: "$(b64 secrets/capture.nkey)" }
---
apiVersion: v1
kind: Secret
metadata: { name: gateway-keys, namespace: rero }
data: { gateway.nkey: "$(b64 secrets/gateway.nkey)", gateway.token: "$(b64 secrets/gateway.token)" }
OBJECTS
