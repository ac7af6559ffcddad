//! compose.yaml on paper: what its containers may do, who is told before a container is killed, and that settings are ones
//! that the services know. The running stack is looked at by [`crate::guards`].

use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};

use crate::files::read;
use crate::known::KnownSettings;
use crate::objects::{Objects, items, pairs, seconds};
use crate::report::{Finding, Report};

/// Each guard taken away once: where, and what takes its place.
fn mutants() -> [(&'static str, &'static str, Value); 11] {
    [
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
            "no time to tell the viewers",
            "/services/gateway/stop_grace_period",
            json!("10s"),
        ),
        (
            "no health check",
            "/services/gateway/healthcheck/test",
            json!(["NONE"]),
        ),
        (
            "a setting that no service knows",
            "/services/capture/environment/CAPTURE_FPZ",
            json!("25"),
        ),
    ]
}

pub(crate) fn check(deploy: &Path, settings: &KnownSettings, report: &mut Report) {
    let since = Instant::now();
    let parsed = read(&deploy.join("compose.yaml")).and_then(|text| Objects::parse(&text));
    let compose = match parsed.map(|objects| objects.0.into_iter().next()) {
        Ok(Some(compose)) => compose,
        Ok(None) => return report.note("compose.yaml", since, &Err("it is empty".into())),
        Err(why) => return report.note("compose.yaml", since, &Err(why)),
    };
    report.note("compose.yaml", since, &judge(&compose, settings));
    for (name, at, value) in mutants() {
        let mut changed = compose.clone();
        let (parent, key) = at.rsplit_once('/').unwrap_or_default();
        if let Some(Value::Object(map)) = changed.pointer_mut(parent) {
            map.insert(key.to_owned(), value);
        }
        report.mutant(&format!("compose.yaml, {name}"), &judge(&changed, settings));
    }
}

/// PURE
fn judge(compose: &Value, settings: &KnownSettings) -> Finding {
    let mut found = Vec::new();
    let mut count = 0;
    for (name, service) in pairs(&compose["services"]) {
        count += 1;
        // Owns a fresh volume's root for a moment and has no network.
        if name != "nats-store" {
            found.extend(loose(service).map(|why| format!("{name}: {why}")));
        }
        // Docker Hub has an owner for every name, and ours it is not.
        if service["build"].is_object() && service["pull_policy"] != "${PULL_POLICY:-never}" {
            found.push(format!("{name}: its image would be pulled"));
        }
        found.extend(open(name, service).map(|why| format!("{name}: {why}")));
        let binary = format!("{name}-svc");
        if let Some(known) = settings.get(&binary) {
            for (variable, _) in pairs(&service["environment"]) {
                if !known.contains(variable) {
                    found.push(format!("{binary} does not know {variable}"));
                }
            }
            if service["healthcheck"]["test"][2] != "healthcheck" {
                found.push(format!("{name}: no health check by its own sub-command"));
            }
        }
    }
    let time = |value: &Value| value.as_str().and_then(seconds).unwrap_or_default();
    let gateway = &compose["services"]["gateway"];
    let (grace, drain) = (
        time(&gateway["stop_grace_period"]),
        time(&gateway["environment"]["GATEWAY_DRAIN"]),
    );
    if drain <= 0.0 || grace <= drain {
        found.push(format!(
            "gateway: killed after {grace} s, its viewers are told until {drain} s"
        ));
    }
    if found.is_empty() {
        Ok(format!("{count} services"))
    } else {
        Err(found.join("; "))
    }
}

/// What a container may do that it must not.
fn loose(service: &Value) -> Option<&'static str> {
    let has = |key: &str, wanted: &str| items(&service[key]).any(|item| item == wanted);
    // Images of ours name a user; where compose does, it is not root.
    let user = service["user"].as_str().unwrap_or("65532");
    if service["read_only"] != true {
        Some("its root can be written")
    } else if !has("cap_drop", "ALL") {
        Some("it keeps capabilities")
    } else if !has("security_opt", "no-new-privileges:true") {
        Some("it may gain privileges")
    } else if service["privileged"] == true || user.starts_with('0') {
        Some("it is root, or privileged")
    } else {
        None
    }
}

/// Only `HAProxy` is published, on this machine unless somebody sets it otherwise.
fn open(name: &str, service: &Value) -> Option<String> {
    let mut ports = items(&service["ports"]);
    let wrong = |port: &Value| {
        let port = port.as_str().unwrap_or_default();
        name != "haproxy" || !(port.contains(":-127.0.0.1:") || port.starts_with("127.0.0.1:"))
    };
    ports
        .find(|port| wrong(port))
        .map(|port| format!("{port} is open"))
}
