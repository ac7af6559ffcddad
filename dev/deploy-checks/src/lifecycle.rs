//! What an operator does to a stack that people watch: files and numbers set in `.env`, gateways rolled to another image,
//! the whole of it stopped; and what the viewers saw of it.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::crowd::{Crowd, told};
use crate::docker::{ComposeStack, answer, compose_as_set, containers};
use crate::report::{Finding, Report};

const VIEWERS: usize = 20;

/// Every order of what `.env` may name: no file undoes what another one says.
pub(crate) fn files(report: &mut Report) {
    let beside = [
        "compose.camera.yaml",
        "compose.second-camera.yaml",
        "compose.monitoring.yaml",
        "compose.alerts.yaml",
    ];
    let since = Instant::now();
    let mut finding = Ok("in each order".to_owned());
    for first in 0..beside.len() {
        let mut order = beside;
        order.rotate_left(first);
        finding = finding.and_then(|words| together(&order).map(|()| words));
    }
    report.note("files of .env together", since, &finding);
    let without = together(&beside[1..]);
    report.mutant("a camera that is set nowhere", &without);
}

fn together(files: &[&str]) -> Result<(), String> {
    let all = format!("compose.yaml:{}", files.join(":"));
    let variables = [
        ("COMPOSE_FILE", all.as_str()),
        ("GATEWAYS", "3"),
        ("SECOND_CAMERA_ID", "yard"),
    ];
    let text = compose_as_set(&variables, &["config", "--format", "json"])?;
    let config: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let at = |place: &str| config.pointer(&format!("/services/{place}"));
    for (place, wanted) in [
        ("capture/environment/CAPTURE_SOURCE", json!("/dev/video0")),
        (
            "capture-second/environment/CAPTURE_CAMERA_ID",
            json!("yard"),
        ),
        ("gateway/deploy/replicas", json!(3)),
    ] {
        if at(place) != Some(&wanted) {
            return Err(format!("{all}: {place} is {:?}", at(place)));
        }
    }
    for service in ["prometheus", "grafana", "alertmanager"] {
        if at(service).is_none() {
            return Err(format!("{all}: no {service}"));
        }
    }
    Ok(())
}

/// `roll.sh` under a crowd: every gateway is another one afterwards, and every viewer was told.
pub(crate) async fn rolled(stack: &ComposeStack, report: &mut Report) {
    let since = Instant::now();
    report.note("gateways rolled", since, &roll(stack).await);
}

async fn roll(stack: &ComposeStack) -> Finding {
    let crowd = Crowd::start(stack, VIEWERS);
    crowd.all_see(3, Duration::from_secs(20)).await?;
    let before = containers("gateway")?;
    answer(Command::new("./roll.sh"))?;
    let after = containers("gateway")?;
    crowd.all_see(3, Duration::from_secs(20)).await?;
    let words = told(&crowd.leave().await)?;
    if before.len() != after.len() || before.iter().any(|old| after.contains(old)) {
        return Err(format!("{before:?} became {after:?}"));
    }
    Ok(format!("{} of them, {words}", after.len()))
}

/// The whole stack stopped: the front outlives its gateways' goodbyes, and does not wait for anybody itself.
pub(crate) async fn stopped(stack: &ComposeStack, report: &mut Report) {
    let since = Instant::now();
    report.note("stack stopped", since, &stop(stack).await);
}

async fn stop(stack: &ComposeStack) -> Finding {
    // The picture again, without the camera that was missing.
    compose_as_set(&[], &["up", "--detach", "--wait", "--no-build"])?;
    let crowd = Crowd::start(stack, VIEWERS);
    crowd.all_see(3, Duration::from_secs(20)).await?;
    let stopping = Instant::now();
    compose_as_set(&[], &["stop", "gateway", "haproxy"])?;
    let took = stopping.elapsed();
    compose_as_set(&[], &["up", "--detach", "--wait", "--no-build"])?;
    crowd.all_see(3, Duration::from_secs(20)).await?;
    let breaks = crowd.leave().await;
    let untold = breaks.iter().filter(|lost| lost.code != 1012).count();
    if breaks.len() != VIEWERS || untold > 0 {
        return Err(format!(
            "{untold} of {} viewers were not told 1012",
            breaks.len()
        ));
    }
    if took > Duration::from_secs(8) {
        return Err(format!("it took {took:.1?}; at most 8 s"));
    }
    Ok(format!(
        "{VIEWERS} viewers told 1012, stopped in {took:.1?}"
    ))
}
