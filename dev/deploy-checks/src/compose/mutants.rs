//! PURE: guards of the compose files taken away, one after another.

use serde_json::{Value, json};

/// Each once: where, and what takes its place.
pub(super) fn all() -> Vec<(&'static str, &'static str, Value)> {
    let privileges = [
        (
            "an image that a stranger may publish",
            "/services/gateway/pull_policy",
            json!("missing"),
        ),
        (
            "a root that can be written",
            "/services/capture/read_only",
            json!(false),
        ),
        ("capabilities kept", "/services/gateway/cap_drop", json!([])),
        (
            "privileges to be gained",
            "/services/haproxy/security_opt",
            json!([]),
        ),
        (
            "a privileged camera",
            "/services/capture/privileged",
            json!(true),
        ),
        ("NATS as root", "/services/nats/user", json!("0:0")),
        (
            "a gateway for everybody",
            "/services/gateway/ports",
            json!(["6732:6732"]),
        ),
        (
            "a door to the world",
            "/services/haproxy/ports",
            json!(["0.0.0.0:6732:6732"]),
        ),
        (
            "Grafana for the world",
            "/services/grafana/ports",
            json!(["3000:3000"]),
        ),
        (
            "Grafana's root that can be written",
            "/services/grafana/read_only",
            json!(false),
        ),
    ];
    let operation = [
        (
            "no time to tell the viewers",
            "/services/gateway/stop_grace_period",
            json!("10s"),
        ),
        (
            "a front that goes before its gateways",
            "/services/gateway/depends_on",
            json!({ "nats": {} }),
        ),
        (
            "a front that waits for its last viewer",
            "/services/haproxy/stop_signal",
            Value::Null,
        ),
        (
            "no health check",
            "/services/gateway/healthcheck/test",
            json!(["NONE"]),
        ),
        (
            "a Prometheus whose health nobody asks",
            "/services/prometheus/healthcheck",
            Value::Null,
        ),
        (
            "a setting that no service knows",
            "/services/capture/environment/CAPTURE_FPZ",
            json!("25"),
        ),
        (
            "images of no revision",
            "/services/capture/build/args",
            Value::Null,
        ),
        (
            "a log without end",
            "/services/prometheus/logging",
            Value::Null,
        ),
        (
            "memory without end",
            "/services/alertmanager/mem_limit",
            Value::Null,
        ),
        (
            "processes without end",
            "/services/capture/pids_limit",
            Value::Null,
        ),
        (
            "a NATS that its own limit kills",
            "/services/nats/environment/GOMEMLIMIT",
            Value::Null,
        ),
        (
            "a NATS too small for its gateways",
            "/services/nats/mem_limit",
            json!("256m"),
        ),
    ];
    privileges.into_iter().chain(operation).collect()
}
