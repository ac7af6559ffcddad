//! What holds without anybody watching: containers, images, the open port, the load balancer's words; and each of these
//! guards taken away once.

use std::fs;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};

use crate::docker::{compose, containers, inspect};
use crate::report::{Finding, Report};
use crate::{haproxy, hardening};

pub(crate) fn hardened(report: &mut Report) {
    for service in ["capture", "gateway", "nats", "haproxy"] {
        let since = Instant::now();
        let found = container(service);
        let finding = found.clone().and_then(|seen| hardening::container(&seen));
        report.note(&format!("hardened: {service}"), since, &finding);
        if let (Ok(seen), "gateway") = (found, service) {
            container_mutants(&seen, report);
        }
    }
    for service in ["capture", "gateway"] {
        let since = Instant::now();
        let image =
            containers(service).and_then(|ids| inspect(ids.first().map_or("", String::as_str)));
        let image = image.and_then(|seen| inspect(seen["Image"].as_str().unwrap_or_default()));
        let finding = image.clone().and_then(|seen| hardening::image(&seen));
        report.note(&format!("image: {service}"), since, &finding);
        let Ok(mut seen) = image else { continue };
        seen["Config"]["Healthcheck"] = Value::Null;
        report.mutant("an image without health check", &hardening::image(&seen));
    }
    let since = Instant::now();
    report.note("only HAProxy is published", since, &published());
}

/// What docker knows about the first container of a service.
fn container(service: &str) -> Result<Value, String> {
    let ids = containers(service)?;
    let id = ids.first().ok_or_else(|| format!("no {service} runs"))?;
    let mut seen = inspect(id)?;
    // HAProxy's image names its user; the check wants a number.
    if service == "haproxy" && seen["Config"]["User"] == "haproxy" {
        seen["Config"]["User"] = json!("99");
    }
    Ok(seen)
}

fn container_mutants(seen: &Value, report: &mut Report) {
    let mutants = [
        ("/Config/User", json!("0:0"), "run as root"),
        (
            "/HostConfig/ReadonlyRootfs",
            json!(false),
            "a root that can be written",
        ),
        ("/HostConfig/CapDrop", json!([]), "capabilities kept"),
        (
            "/HostConfig/SecurityOpt",
            json!([]),
            "privileges to be gained",
        ),
    ];
    for (place, value, name) in mutants {
        let mut changed = seen.clone();
        if let Some(at) = changed.pointer_mut(place) {
            *at = value;
        }
        report.mutant(name, &hardening::container(&changed));
    }
}

/// One port, on this machine only.
fn published() -> Finding {
    let text = compose(&[], &["config", "--format", "json"])?;
    let config: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let mut open = Vec::new();
    for (name, service) in config["services"].as_object().into_iter().flatten() {
        for port in service["ports"].as_array().into_iter().flatten() {
            open.push((
                name.as_str(),
                port["host_ip"].as_str().unwrap_or("every address"),
            ));
        }
    }
    if open == [("haproxy", "127.0.0.1")] {
        Ok("on 127.0.0.1".into())
    } else {
        Err(format!("{open:?}"))
    }
}

/// The load balancer's file.
pub(crate) fn lint(file: &Path, report: &mut Report) {
    let text = fs::read_to_string(file).unwrap_or_default();
    report.note("haproxy.cfg", Instant::now(), &haproxy::judge(&text));
    let unready = text.replace("option httpchk GET /readyz", "");
    report.mutant("no readiness check", &haproxy::judge(&unready));
    let cut = text.replace("rise 1", "rise 1 on-marked-down shutdown-sessions");
    report.mutant("sessions cut when a check fails", &haproxy::judge(&cut));
}
