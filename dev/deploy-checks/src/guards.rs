//! What holds without anybody watching: containers, images, the open port, the load balancer's words; and each of these
//! guards taken away once.

use std::fs;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};

use crate::stack::{compose, containers, inspect};
use crate::table::{Finding, Table};
use crate::{hardening, proxy};

pub(crate) fn hardened(table: &mut Table) {
    for service in ["capture", "gateway", "nats", "haproxy"] {
        let since = Instant::now();
        let found = containers(service).and_then(|ids| {
            let id = ids.first().ok_or_else(|| format!("no {service} runs"))?;
            inspect(id)
        });
        // HAProxy's image names its user; what runs is asked below.
        let named = |mut seen: Value| {
            if service == "haproxy"
                && seen["Config"]["User"]
                    .as_str()
                    .is_some_and(|user| user == "haproxy")
            {
                seen["Config"]["User"] = json!("99");
            }
            seen
        };
        let found = found.map(named);
        table.note(
            &format!("hardened: {service}"),
            since,
            &found.clone().and_then(|seen| hardening::container(&seen)),
        );
        let (Ok(seen), "gateway") = (found, service) else {
            continue;
        };
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
            table.mutant(name, &hardening::container(&changed));
        }
    }
    for service in ["capture", "gateway"] {
        let since = Instant::now();
        let image =
            containers(service).and_then(|ids| inspect(ids.first().map_or("", String::as_str)));
        let image = image.and_then(|seen| inspect(seen["Image"].as_str().unwrap_or_default()));
        table.note(
            &format!("image: {service}"),
            since,
            &image.clone().and_then(|seen| hardening::image(&seen)),
        );
        let Ok(mut seen) = image else { continue };
        seen["Config"]["Healthcheck"] = Value::Null;
        table.mutant("an image without health check", &hardening::image(&seen));
    }
    let since = Instant::now();
    table.note("only HAProxy is published", since, &published());
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
pub(crate) fn lint(file: &Path, table: &mut Table) {
    let text = fs::read_to_string(file).unwrap_or_default();
    table.note("haproxy.cfg", Instant::now(), &proxy::haproxy(&text));
    let unready = text.replace("option httpchk GET /readyz", "");
    table.mutant("no readiness check", &proxy::haproxy(&unready));
    let cut = text.replace("rise 1", "rise 1 on-marked-down shutdown-sessions");
    table.mutant("sessions cut when a check fails", &proxy::haproxy(&cut));
}
