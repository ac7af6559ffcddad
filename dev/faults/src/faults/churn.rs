//! Many viewers that come, go and change quality at random.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use testkit::{Said, Stack, Viewer, eventually};
use tokio::task::JoinSet;
use wire::{Rendition, Stamp};

use crate::fault::Fault;
use crate::figure::{Figure, Seen};
use crate::lease_keys::LeaseKeys;
use crate::plan::{Mode, RECOVERY_WITHIN};
use crate::setup::{builder, did, jetstream, mark};

/// A small picture at a low rate: what is tried is the demand, not the bandwidth.
const SMALL: [(&str, &str); 3] = [
    ("CAPTURE_WIDTH", "320"),
    ("CAPTURE_HEIGHT", "240"),
    ("CAPTURE_FPS", "5"),
];
/// How long a viewer stays with a quality, at the most.
const STAYS_MS: u64 = 3000;

pub(super) fn faults(mode: Mode) -> Vec<Fault> {
    vec![Fault::new(
        if mode.quick {
            "churn-100"
        } else {
            "churn-1000"
        },
        "leases follow, no orphan consumer or key, NATS memory flat",
        move || churn(mode),
    )]
}

async fn churn(mode: Mode) -> Seen {
    let stack = builder(mode).capture(&SMALL).gateways(2).start().await;
    let context = jetstream(&stack).await;
    let consumers = async || {
        let stream = context.get_stream("KV_demand").await.expect("the bucket");
        stream.cached_info().state.consumer_count
    };
    let leases = LeaseKeys::of(&context).await;
    let before = consumers().await;
    let (mark, then) = (mark(&stack), Instant::now());
    let ends = then + mode.lasts(60, 10);
    let mut viewers = JoinSet::new();
    for number in 0..if mode.quick { 100 } else { 1000 } {
        let gateway = number % stack.gateways.len();
        let address = stack.gateways[gateway].public();
        viewers.spawn(async move { (gateway, wander(address, ends).await) });
    }
    // Everybody has come by now.
    tokio::time::sleep((ends - Instant::now()) / 3).await;
    let memory = resident_kb(stack.servers[0].pid());
    let (mut stay, mut wanted) = (Vec::new(), BTreeSet::new());
    while let Some(viewer) = viewers.join_next().await {
        let (gateway, (viewer, rendition)) = viewer.expect("no viewer breaks");
        wanted.insert((rendition, gateway));
        stay.push(read_on(viewer));
    }
    let settled = Instant::now();
    eventually(RECOVERY_WITHIN, || follows(&stack, &leases, &wanted)).await;
    let followed = settled.elapsed();
    let grown = resident_kb(stack.servers[0].pid()) - memory;
    for viewer in &stay {
        viewer.abort();
    }
    let left = Instant::now();
    eventually(RECOVERY_WITHIN, || async {
        let keys = leases.now();
        keys.is_empty().then_some(()).ok_or(keys)
    })
    .await;
    let orphans = consumers().await.saturating_sub(before);
    Seen {
        figures: vec![
            Figure::within("leases follow after", followed, 3000, 9000),
            Figure::within("last key gone after", left.elapsed(), 2000, 8000),
            Figure::number("orphan consumers", orphans as f64, "", 0.0),
            Figure::number("NATS grew by", grown / 1024.0, "MB", 16.0),
        ],
        capture: did(&stack, mark),
    }
}

/// Whether there is a key for each wanted quality of each gateway, and capture knows of just these.
async fn follows(
    stack: &Stack,
    leases: &LeaseKeys,
    wanted: &BTreeSet<(Rendition, usize)>,
) -> Result<(), String> {
    let keys = leases.now();
    if keys.len() != wanted.len() {
        return Err(format!(
            "{} keys for {} renditions",
            keys.len(),
            wanted.len()
        ));
    }
    for rendition in Rendition::ladder() {
        let quality = rendition.to_string();
        let labels = [("quality", quality.as_str())];
        let held = stack.capture().metric("capture_leases", &labels).await;
        let of_it = wanted
            .iter()
            .filter(|(wanted, _)| *wanted == rendition)
            .count();
        if (held - of_it as f64).abs() > f64::EPSILON {
            return Err(format!("{held} leases of {quality}, not {of_it}"));
        }
    }
    Ok(())
}

/// Until `ends` a viewer that changes its mind, and now and then leaves and comes back; where it ends up.
async fn wander(address: SocketAddr, ends: Instant) -> (Viewer, Rendition) {
    let mut rendition = any_rendition();
    let mut viewer = come(address, rendition).await;
    while Instant::now() < ends {
        let until = Instant::now() + Duration::from_millis(fastrand::u64(100..STAYS_MS));
        watch_until(&mut viewer, until.min(ends)).await;
        if Instant::now() >= ends {
            break;
        }
        rendition = any_rendition();
        if fastrand::u8(..10) == 0 {
            viewer.leave(RECOVERY_WITHIN).await;
            viewer = come(address, rendition).await;
        } else {
            let (quality, size) = (rendition.quality(), rendition.size());
            let switch = format!(r#"{{"type":"quality","quality":{quality},"size":"{size}"}}"#);
            viewer.send(&switch).await.expect("the gateway listens");
        }
    }
    (viewer, rendition)
}

async fn come(address: SocketAddr, rendition: Rendition) -> Viewer {
    let path = format!("/websocket/{}", rendition.quality());
    let request = Viewer::at(address, &path)
        .query("v", "2")
        .query("size", rendition.size().as_str());
    request.connect().await.expect("the gateway takes a viewer")
}

/// Reads and acknowledges, as the page does.
async fn watch_until(viewer: &mut Viewer, until: Instant) {
    while let Some(left) = until.checked_duration_since(Instant::now()) {
        match viewer.next(left).await {
            Some(Said::Frame(jpeg)) => {
                let stamp = Stamp::read(&jpeg).expect("a stamp");
                let ack = format!(r#"{{"type":"ack","seq":{}}}"#, stamp.seq);
                viewer.send(&ack).await.expect("the gateway listens");
            }
            Some(Said::Closed(closed)) => panic!("a viewer was sent away: {closed:?}"),
            Some(Said::Text(_)) | None => {}
        }
    }
}

/// Goes on watching until aborted.
fn read_on(mut viewer: Viewer) -> tokio::task::AbortHandle {
    let task = async move {
        loop {
            watch_until(&mut viewer, Instant::now() + RECOVERY_WITHIN).await;
        }
    };
    tokio::spawn(task).abort_handle()
}

fn any_rendition() -> Rendition {
    let all: Vec<Rendition> = Rendition::ladder().collect();
    all[fastrand::usize(..all.len())]
}

fn resident_kb(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a running server");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kb = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kb.expect("the kernel tells its size")
}
