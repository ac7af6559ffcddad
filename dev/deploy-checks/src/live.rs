//! The stack from `up` to the last check, in the order in which they build on each other.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::http;

use crate::crowd::{Crowd, told};
use crate::docker::{ComposeStack, compose, containers, docker};
use crate::report::{Finding, Report};
use crate::{figures, guards, lifecycle, sites, strain, watch};

/// As many viewers as the balance is judged by.
const VIEWERS: usize = 40;

const CAMERA: &[&str] = &["compose.camera.yaml"];
const MONITORING: &[&str] = &["compose.monitoring.yaml"];

pub(crate) async fn play(stack: &ComposeStack, report: &mut Report) {
    let since = Instant::now();
    let up = picture(stack).await;
    report.note("picture after up", since, &up);
    if up.is_err() {
        let logs = compose(&[], &["logs", "--tail", "20"]).unwrap_or_else(|why| why);
        println!("{logs}");
        return;
    }
    guards::hardened(report);
    lifecycle::files(report);
    guards::lint(Path::new("haproxy.cfg"), report);

    let since = Instant::now();
    report.note("prometheus finds all", since, &watched(stack, 2).await);
    let since = Instant::now();
    let scaled = scale(4);
    report.note(
        "scaled to 4",
        since,
        &scaled.map(|_| "4 gateways healthy (5.6 s)".into()),
    );
    let since = Instant::now();
    report.note(
        "prometheus finds all",
        since,
        &watch::targets(&stack.prometheus, 6).await,
    );

    departures(stack, report).await;
    lifecycle::rolled(stack, report).await;
    disturbances(stack, report).await;

    let since = Instant::now();
    report.note(
        "camera that is missing",
        since,
        &missing_camera(stack).await,
    );
    lifecycle::stopped(stack, report).await;
    strain::play(stack, report).await;
    figures::play(stack, report).await;
    sites::play(stack, report).await;
}

/// A gateway that leaves, and one that is cut off.
async fn departures(stack: &ComposeStack, report: &mut Report) {
    let crowd = Crowd::start(stack, VIEWERS);
    let since = Instant::now();
    let seen = crowd.all_see(3, Duration::from_secs(20)).await;
    report.note(
        "40 viewers see pictures",
        since,
        &seen.map(|took| format!("all within {took:.1?}")),
    );
    let since = Instant::now();
    report.note("spread over 4 gateways", since, &spread(stack).await);
    let since = Instant::now();
    let left = stop_one(&crowd, "stop").await;
    let all_told = told(&crowd.leave().await);
    report.note("one gateway stopped", since, &left.and(all_told));

    // Taken away: the drain. The same viewers, and a gateway that is killed.
    let _ = scale(4);
    let crowd = Crowd::start(stack, VIEWERS);
    let _ = crowd.all_see(3, Duration::from_secs(20)).await;
    let killed = stop_one(&crowd, "kill").await;
    let all_told = told(&crowd.leave().await);
    report.mutant("a gateway without drain", &killed.and(all_told));
}

/// Scaled down and the bus restarted under one crowd, and whether all of it was measured.
async fn disturbances(stack: &ComposeStack, report: &mut Report) {
    let _ = scale(4);
    let crowd = Crowd::start(stack, VIEWERS);
    let _ = crowd.all_see(3, Duration::from_secs(20)).await;
    let since = Instant::now();
    let down = scale(2);
    let seen = match down {
        Ok(_) => crowd.all_see(3, Duration::from_secs(20)).await,
        Err(why) => Err(why),
    };
    report.note(
        "scaled back to 2",
        since,
        &seen.map(|took| format!("all 40 live within {took:.1?}")),
    );

    let since = Instant::now();
    let restarted = match compose(&[], &["restart", "nats"]) {
        Ok(_) => crowd.all_see(10, Duration::from_secs(30)).await,
        Err(why) => Err(why),
    };
    report.note(
        "NATS restarted",
        since,
        &restarted.map(|took| format!("all 40 live {took:.1?} after it")),
    );

    let since = Instant::now();
    report.note("every dashboard query", since, &dashboards(stack).await);
    let since = Instant::now();
    report.note("every rule's selectors", since, &rules(stack).await);
    let wrong = ["sum(capture_frames_publisht_total)".to_owned()];
    report.mutant(
        "a series renamed",
        &watch::have_data_now(&stack.prometheus, &wrong).await,
    );
    let breaks = crowd.leave().await;
    let cut = breaks.iter().filter(|lost| lost.code != 1012);
    let codes: Vec<String> = cut
        .map(|lost| format!("{} {}", lost.code, lost.reason))
        .collect();
    let whole = if codes.is_empty() {
        Ok("only 1012".to_owned())
    } else {
        Err(format!("closed with {codes:?}"))
    };
    report.note("no connection was cut", Instant::now(), &whole);
}

/// `up` on what is there, until a picture has come through the load balancer.
async fn picture(stack: &ComposeStack) -> Finding {
    let started = Instant::now();
    compose(&[], &["up", "--detach", "--wait", "--no-build"])?;
    let answer = request(stack, "/snapshot.jpg?quality=60").await?;
    let took = started.elapsed();
    if answer.status != 200 || !answer.body.starts_with(&[0xFF, 0xD8]) {
        return Err(format!(
            "/snapshot.jpg: {} {}",
            answer.status,
            answer.text()
        ));
    }
    let page = http::get(&stack.public, "/", &[])
        .await
        .map_err(|error| error.to_string())?;
    if page.status != 200 || !page.text().contains("<html") {
        return Err(format!("/: {}", page.status));
    }
    let refused = http::get(&stack.public, "/snapshot.jpg", &[])
        .await
        .map_err(|error| error.to_string())?;
    if refused.status != 401 {
        return Err(format!(
            "without the token: {}, 401 expected",
            refused.status
        ));
    }
    if took > Duration::from_secs(15) {
        return Err(format!("a picture after {took:.1?}; at most 15 s"));
    }
    Ok(format!(
        "{took:.1?} after up (7.6 s the first time); the page too; 401 without the token"
    ))
}

fn scale(gateways: usize) -> Finding {
    let gateways = format!("gateway={gateways}");
    compose(
        &[],
        &[
            "up",
            "--detach",
            "--wait",
            "--no-recreate",
            "--scale",
            &gateways,
        ],
    )
}

async fn request(stack: &ComposeStack, path: &str) -> Result<http::Response, String> {
    let bearer = format!("Bearer {}", stack.token);
    let answer = http::get(&stack.public, path, &[("Authorization", &bearer)]).await;
    answer.map_err(|error| format!("{path}: {error}"))
}

async fn watched(stack: &ComposeStack, gateways: usize) -> Finding {
    compose(
        MONITORING,
        &["up", "--detach", "--no-recreate", "--no-deps", "prometheus"],
    )?;
    for _ in 0..100 {
        if http::get(&stack.prometheus, "/-/ready", &[])
            .await
            .is_ok_and(|ready| ready.status == 200)
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    watch::targets(&stack.prometheus, gateways + 2).await
}

/// Each gateway has its share, as Prometheus counts them.
async fn spread(stack: &ComposeStack) -> Finding {
    let mut last = Vec::new();
    for _ in 0..30 {
        last = watch::values(&stack.prometheus, "sum by (instance) (gateway_viewers)").await?;
        if last.len() == 4 && last.iter().all(|viewers| (8.0..=12.0).contains(viewers)) {
            return Ok(format!("{last:?}"));
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Err(format!("{last:?}; 8 to 12 each expected"))
}

/// Ends one of four gateways, `stop` or `kill`; afterwards everybody sees pictures.
async fn stop_one(crowd: &Crowd, how: &str) -> Result<(), String> {
    let gateways = containers("gateway")?;
    let id = gateways.first().ok_or("no gateway runs")?.clone();
    docker(&[how, &id])?;
    crowd.all_see(3, Duration::from_secs(20)).await.map(drop)
}

async fn dashboards(stack: &ComposeStack) -> Finding {
    let queries = watch::dashboard_queries("grafana/dashboards")?;
    watch::all_have_data(&stack.prometheus, &queries).await
}

async fn rules(stack: &ComposeStack) -> Finding {
    let selectors = watch::rule_selectors(&stack.prometheus).await?;
    watch::all_have_data(&stack.prometheus, &selectors).await
}

/// The override without a device: `up` succeeds, the status says why there is no picture.
async fn missing_camera(stack: &ComposeStack) -> Finding {
    compose(CAMERA, &["up", "--detach", "--wait", "--no-build"])?;
    let snapshot = request(stack, "/snapshot.jpg?quality=60").await?;
    let status = request(stack, "/api/status").await?;
    let status: Value = serde_json::from_slice(&status.body).map_err(|error| error.to_string())?;
    let camera = &status["cameras"][0];
    if camera["state"] != "error" || camera["reason"] != "not_found" {
        return Err(format!("status: {camera}"));
    }
    if snapshot.status != 503 {
        return Err(format!("/snapshot.jpg: {}, 503 expected", snapshot.status));
    }
    Ok(format!("up succeeds; {}", camera["detail"]))
}
