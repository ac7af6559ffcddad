//! The stack as a hub, and two sites that join it: a camera's and one with viewers, each its own compose project on networks
//! of its own. What crosses the lines, and what is seen when one is cut.

mod line;
mod site;

use std::time::{Duration, Instant};

use testkit::http;

use crate::crowd::Crowd;
use crate::docker::ComposeStack;
use crate::report::{Finding, Report};
use line::Line;
use site::Site;

/// Viewers of the site's camera at each end: far more than copies on a line.
const VIEWERS: usize = 12;
/// How long the lines are counted.
const COUNTED_FOR: Duration = Duration::from_secs(3);
/// Longer than a status may be silent, so that the camera is called offline.
const CUT_FOR: Duration = Duration::from_secs(6);
/// A leaf tries once a second, and TLS and leases follow.
const BACK_WITHIN: Duration = Duration::from_secs(15);
/// What everybody watches.
const CAMERA: &str = "door";

pub(crate) async fn play(stack: &ComposeStack, report: &mut Report) {
    let since = Instant::now();
    let joined = joined(stack);
    let words = joined.as_ref().map(|_| "both up".to_owned());
    report.note("sites joined", since, &words.map_err(Clone::clone));
    let Ok((door, paris)) = joined else { return };
    let since = Instant::now();
    report.note(
        "a picture over both lines",
        since,
        &pictures(stack, &paris).await,
    );

    let here = Crowd::of_camera(stack, VIEWERS, CAMERA);
    let there = Crowd::of_camera(&paris.stack, VIEWERS, CAMERA);
    let since = Instant::now();
    report.note(
        "copies on the lines",
        since,
        &copies(&here, &there, &door, &paris).await,
    );
    let since = Instant::now();
    report.note(
        "the viewers' site cut off",
        since,
        &viewers_cut(&here, &there, &paris).await,
    );
    let since = Instant::now();
    report.note(
        "the camera's site cut off",
        since,
        &camera_cut(stack, &here, &there, &door).await,
    );
    let _ = (here.leave().await, there.leave().await);
    let blind = paris.without_domain().and(picture(&paris.stack).await);
    report.mutant("gateways that name no domain", &blind);
}

/// Makes this a hub, and both sites with what it gives them.
fn joined(stack: &ComposeStack) -> Result<(Site, Site), String> {
    site::make_hub()?;
    let door = Site::join("door", &["--camera-site", "door"], stack)?;
    let paris = Site::join("paris", &["--viewer-site", "paris", "60"], stack)?;
    site::up_hub()?;
    door.up()?;
    paris.up()?;
    Ok((door, paris))
}

async fn pictures(stack: &ComposeStack, paris: &Site) -> Finding {
    let since = Instant::now();
    picture(stack).await?;
    let near = since.elapsed();
    let since = Instant::now();
    picture(&paris.stack).await?;
    let far = since.elapsed();
    Ok(format!(
        "at the hub after {near:.1?}, at the other site after {far:.1?}"
    ))
}

/// One of the site's camera, through the load balancer of `stack`; a gateway that has just come may not know it yet.
async fn picture(stack: &ComposeStack) -> Finding {
    let token = format!("Bearer {}", stack.token);
    let headers = [("Authorization", token.as_str())];
    let path = format!("/snapshot.jpg?camera={CAMERA}&quality=60");
    let started = Instant::now();
    loop {
        let answer = http::get(&stack.public, &path, &headers).await;
        let answer = answer.map_err(|error| error.to_string())?;
        if answer.status == 200 {
            return Ok("200".into());
        }
        if started.elapsed() > BACK_WITHIN {
            return Err(format!("{path}: {} {}", answer.status, answer.text()));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// However many watch, each rendition crosses each line once.
async fn copies(here: &Crowd, there: &Crowd, door: &Site, paris: &Site) -> Finding {
    for crowd in [here, there] {
        crowd.all_see(3, BACK_WITHIN).await?;
    }
    let (from_door, to_paris) = (Line::of(door)?, Line::of(paris)?);
    tokio::time::sleep(COUNTED_FOR).await;
    let [up, _] = Line::of(door)?.rates_since(&from_door);
    let [_, down] = Line::of(paris)?.rates_since(&to_paris);
    let words = format!(
        "{up:.0} messages a second from the camera, {down:.0} to the viewers, for {VIEWERS} at each end"
    );
    // 34 frames of one rendition, a status, a canary, and answers to leases; two copies would be 68.
    if ![up, down].iter().all(|line| (15.0..55.0).contains(line)) {
        return Err(words);
    }
    Ok(words)
}

async fn viewers_cut(here: &Crowd, there: &Crowd, paris: &Site) -> Finding {
    paris.cut()?;
    tokio::time::sleep(CUT_FOR).await;
    let unaffected = here.all_see(10, Duration::from_secs(2)).await;
    let dark = there.all_see(1, Duration::from_millis(500)).await;
    paris.repair()?;
    let took = there.all_see(3, BACK_WITHIN).await?;
    let gap = unaffected?;
    if dark.is_ok() {
        return Err("pictures came although the line was cut".into());
    }
    Ok(format!(
        "the hub's {VIEWERS} saw ten pictures each in {gap:.1?} meanwhile; back after {took:.1?}"
    ))
}

async fn camera_cut(stack: &ComposeStack, here: &Crowd, there: &Crowd, door: &Site) -> Finding {
    door.cut()?;
    tokio::time::sleep(CUT_FOR).await;
    let said = status(stack).await;
    door.repair()?;
    let took = here.all_see(3, BACK_WITHIN).await?;
    let far = there.all_see(3, BACK_WITHIN).await?;
    let said = said?;
    if said != "offline" {
        return Err(format!("the camera was called {said:?} while it was away"));
    }
    Ok(format!(
        "offline meanwhile; back after {took:.1?} at the hub, {far:.1?} later at the other site"
    ))
}

/// What the hub says of the camera.
async fn status(stack: &ComposeStack) -> Result<String, String> {
    let token = format!("Bearer {}", stack.token);
    let headers = [("Authorization", token.as_str())];
    let answer = http::get(&stack.public, "/api/status", &headers).await;
    let text = answer.map_err(|error| error.to_string())?.text();
    let report: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))?;
    let cameras = report["cameras"].as_array().into_iter().flatten();
    let mut ours = cameras.filter(|camera| camera["camera"] == CAMERA);
    let state = ours.next().and_then(|camera| camera["state"].as_str());
    state
        .map(str::to_owned)
        .ok_or_else(|| format!("no {CAMERA} in {text}"))
}
