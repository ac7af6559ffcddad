//! What strangers and frozen machines do to a stack: somebody guesses at the token, and every gateway stops reading while
//! the largest pictures come.

use std::time::{Duration, Instant};

use testkit::{Said, Viewer, http};

use crate::docker::{ComposeStack, compose_as_set, containers, docker, inspect};
use crate::report::{Finding, Report};

/// Wrong tokens: more than the gateways of the stack take together from one address.
const GUESSES: usize = 60;

/// Gateways that stop reading. Before there was a soft limit, so many killed NATS within a second.
const FROZEN: usize = 12;

/// What each of them relays.
const QUALITIES: [u8; 4] = [80, 85, 90, 95];

/// Longer than `write_deadline`, at which NATS cuts who does not read.
const FROZEN_FOR: Duration = Duration::from_secs(6);

pub(crate) async fn play(stack: &ComposeStack, report: &mut Report) {
    let since = Instant::now();
    report.note("a token guessed at", since, &guessed(stack).await);
    let since = Instant::now();
    report.note("gateways frozen", since, &frozen(stack).await);
}

/// Who lies about where he is, is stopped all the same, and whoever is right is let in.
async fn guessed(stack: &ComposeStack) -> Finding {
    let ask = |token: String, from: String| async move {
        let headers = [
            ("Authorization", format!("Bearer {token}")),
            ("X-Forwarded-For", from),
        ];
        let headers = headers
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let answer = http::get(&stack.public, "/api/status", &headers).await;
        answer
            .map(|answer| answer.status)
            .map_err(|error| error.to_string())
    };
    let right = |number: usize| ask(stack.token.clone(), format!("198.51.100.{number}"));
    // To every gateway once.
    for number in 0..8 {
        let status = right(number).await?;
        if status != 200 {
            return Err(format!("the right token: {status}"));
        }
    }
    let mut refused = None;
    for number in 0..GUESSES {
        let status = ask(format!("wrong-{number:020}"), format!("203.0.113.{number}")).await?;
        match status {
            401 => {}
            429 => refused = refused.or(Some(number)),
            other => return Err(format!("a wrong token: {other}")),
        }
    }
    let refused = refused.ok_or(format!("{GUESSES} wrong tokens, and nobody was stopped"))?;
    let status = right(9).await?;
    if status != 200 {
        return Err(format!("the right token afterwards: {status}"));
    }
    Ok(format!(
        "429 from the {refused}th on; the right token is let in"
    ))
}

/// NATS keeps its life, and with it everybody's streams.
async fn frozen(stack: &ComposeStack) -> Finding {
    let gateways = FROZEN.to_string();
    let large = [
        ("GATEWAYS", gateways.as_str()),
        ("CAPTURE_WIDTH", "1920"),
        ("CAPTURE_HEIGHT", "1080"),
        // What waits is full before `write_deadline` all the same, and this machine gets there.
        ("CAPTURE_FPS", "12"),
        ("CAPTURE_SOURCE", "pattern"),
    ];
    compose_as_set(&large, &["up", "--detach", "--wait", "--no-build"])?;
    let before = alive()?;
    let mut viewers = Vec::new();
    // The front gives each newcomer to the gateway with the fewest: one of each quality to each.
    for quality in QUALITIES {
        for _ in 0..FROZEN {
            viewers.push(watching(stack, quality).await?);
        }
    }
    let all = containers("gateway")?;
    let ids: Vec<&str> = all.iter().map(String::as_str).collect();
    docker(&[&["pause"], ids.as_slice()].concat())?;
    let peak = peak_memory();
    docker(&[&["unpause"], ids.as_slice()].concat())?;
    let after = alive()?;
    drop(viewers);
    if before != after {
        return Err(format!("NATS was started anew: {before} became {after}"));
    }
    let thawed = Instant::now();
    while let Err(why) = watching(stack, 80).await {
        if thawed.elapsed() > Duration::from_secs(30) {
            return Err(format!("no picture afterwards: {why}"));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(format!(
        "{FROZEN} of them at {} qualities; NATS lives, at most {} of 512 MiB; a picture {:.1?} later",
        QUALITIES.len(),
        peak?,
        thawed.elapsed()
    ))
}

async fn watching(stack: &ComposeStack, quality: u8) -> Result<Viewer, String> {
    let request = Viewer::at(&stack.public, &format!("/websocket/{quality}")).token(&stack.token);
    let mut viewer = request
        .connect()
        .await
        .map_err(|refused| format!("a viewer of {quality}: {refused:?}"))?;
    match viewer.next(Duration::from_secs(20)).await {
        Some(Said::Frame(_)) => Ok(viewer),
        other => Err(format!("a viewer of {quality} got {other:?}")),
    }
}

/// Since when NATS runs, and how often docker had to start it.
fn alive() -> Result<String, String> {
    let ids = containers("nats")?;
    let seen = inspect(ids.first().ok_or("no NATS runs")?)?;
    Ok(format!(
        "{} {}",
        seen["State"]["StartedAt"], seen["RestartCount"]
    ))
}

/// The most that NATS had while nobody read, MiB as docker counts them.
fn peak_memory() -> Result<f64, String> {
    let ids = containers("nats")?;
    let id = ids.first().ok_or("no NATS runs")?;
    let began = Instant::now();
    let mut peak = 0.0_f64;
    while began.elapsed() < FROZEN_FOR {
        let said = docker(&["stats", "--no-stream", "--format", "{{.MemUsage}}", id])?;
        // `123.4MiB / 512MiB`
        let used = said.split_once("MiB /").map_or("", |(used, _)| used);
        peak = peak.max(used.trim().parse().unwrap_or_default());
    }
    Ok(peak)
}
