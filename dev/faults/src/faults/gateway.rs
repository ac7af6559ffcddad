//! A gateway is killed, told to leave, frozen, or has a wrong clock.

use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use testkit::eventually;
use wire::{Rendition, Size};

use crate::fault::Fault;
use crate::figure::{Figure, GAP, OLDEST, Seen};
use crate::lease_keys::LeaseKeys;
use crate::plan::{Mode, RECOVERY_WITHIN};
use crate::setup::{builder, did, jetstream, mark, newcomer, watcher};

pub(super) fn faults(mode: Mode) -> Vec<Fault> {
    vec![
        Fault::new(
            "gateway-killed",
            "its demand off ≤ 5.2 s; others' gap ≤ 150 ms",
            move || killed(mode),
        ),
        Fault::new(
            "gateway-terminated",
            "keys gone ≤ 200 ms, viewers told 1012",
            move || terminated(mode),
        ),
        Fault::new(
            "gateway-frozen",
            "others' p99 frame age < 100 ms",
            move || frozen(mode),
        ),
        Fault::new(
            "gateway-clock-wrong",
            "frames flow; the age metric says so",
            move || wrong_clock(mode),
        ),
    ]
}

async fn killed(mode: Mode) -> Seen {
    let mut stack = builder(mode).gateways(2).start().await;
    let _victims = watcher(&stack, 0, 80).await;
    let other = watcher(&stack, 1, 40).await;
    let observer = stack.client().await;
    let mut frames = observer
        .subscribe("frames.q80")
        .await
        .expect("a subscription");
    frames.next().await.expect("a frame");
    let (mark, then) = (mark(&stack), Instant::now());
    stack.gateways[0].kill();
    // Its frames go on until the lease is over, then there are none for longer than any gap between two.
    let mut last = then;
    while let Ok(Some(_)) = tokio::time::timeout(Duration::from_secs(1), frames.next()).await {
        last = Instant::now();
        assert!(
            then.elapsed() < RECOVERY_WITHIN,
            "the dead gateway's quality is still published"
        );
    }
    Seen {
        figures: vec![
            Figure::within(GAP, other.gap_since(then), 150, 1000),
            Figure::time(OLDEST, other.oldest_since(then)),
            Figure::within("demand off", last - then, 5200, 11_000),
        ],
        capture: did(&stack, mark),
    }
}

async fn terminated(mode: Mode) -> Seen {
    let stack = builder(mode).gateways(2).start().await;
    let (one, two) = (watcher(&stack, 0, 80).await, watcher(&stack, 0, 60).await);
    let other = watcher(&stack, 1, 40).await;
    let leases = LeaseKeys::of(&jetstream(&stack).await).await;
    eventually(RECOVERY_WITHIN, || async { leases.now().len() == 3 }).await;
    let (mark, then) = (mark(&stack), Instant::now());
    stack.gateways[0].terminate();
    eventually(RECOVERY_WITHIN, || async { leases.now().len() == 1 }).await;
    let keys_gone = then.elapsed();
    let mut told = Duration::ZERO;
    for viewer in [&one, &two] {
        let (at, closed) = viewer.closed(RECOVERY_WITHIN).await;
        assert_eq!(closed.code, 1012, "{closed:?}");
        assert!(!closed.reason.is_empty(), "1012 without words");
        told = told.max(at - then);
    }
    Seen {
        figures: vec![
            Figure::within(GAP, other.gap_since(then), 150, 1000),
            Figure::time(OLDEST, other.oldest_since(then)),
            // A key that is not deleted lasts its lease, one that lingers a second.
            Figure::within("keys gone", keys_gone, 200, 900),
            Figure::within("viewers told", told, 200, 900),
        ],
        capture: did(&stack, mark),
    }
}

async fn frozen(mode: Mode) -> Seen {
    let stack = builder(mode).gateways(2).start().await;
    // With one quality it would take NATS many seconds to fill what it may hold back for a client.
    let mut victims = Vec::new();
    let full = Rendition::ladder().filter(|rendition| rendition.size() == Size::Full);
    for rendition in full {
        victims.push(watcher(&stack, 0, rendition.quality().get()).await);
    }
    let other = watcher(&stack, 1, 80).await;
    let (mark, then) = (mark(&stack), Instant::now());
    stack.gateways[0].pause();
    tokio::time::sleep(mode.lasts(30, 5)).await;
    let (p99, gap, oldest) = (
        other.p99_since(then),
        other.gap_since(then),
        other.oldest_since(then),
    );
    let resumed = Instant::now();
    stack.gateways[0].resume();
    // After half a minute its own viewers are strangers to it; they come again, as the page does.
    let back = newcomer(&stack.gateways[0], 80).await;
    let back = back.captured_after(resumed, RECOVERY_WITHIN).await;
    Seen {
        figures: vec![
            Figure::within(GAP, gap, 150, 1000),
            Figure::time(OLDEST, oldest),
            Figure::within("others' p99 age", p99, 100, 200),
            Figure::time("its own viewers back", back.at - resumed),
        ],
        capture: did(&stack, mark),
    }
}

/// An hour ahead and an hour behind, both at once.
async fn wrong_clock(mode: Mode) -> Seen {
    let stack = builder(mode).start().await;
    let library = faketime();
    let wrong = async |by: &str| {
        let settings = [
            ("LD_PRELOAD", library.as_str()),
            ("FAKETIME", by),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ];
        stack.start_gateway(&settings).await
    };
    let (ahead, behind) = (wrong("+1h").await, wrong("-1h").await);
    let right = watcher(&stack, 0, 80).await;
    let viewers = (
        newcomer(&ahead, 80).await.settled().await,
        newcomer(&behind, 80).await.settled().await,
    );
    let (mark, then) = (mark(&stack), Instant::now());
    tokio::time::sleep(mode.lasts(5, 2)).await;
    let gap = viewers.0.gap_since(then).max(viewers.1.gap_since(then));
    let age = ahead.histogram("gateway_frame_age_seconds").await;
    assert!(
        (3590.0..3610.0).contains(&(age.0 / age.1)),
        "a gateway an hour ahead says that {} frames are {} s old together",
        age.1,
        age.0
    );
    let (_, from_the_future) = behind.histogram("gateway_frame_age_seconds").await;
    for (gateway, seconds) in [(&ahead, "\"seconds\":3600"), (&behind, "\"seconds\":-3600")] {
        let log = gateway.log();
        let told = log.lines().filter(|line| line.contains("clock is ahead"));
        let told: Vec<&str> = told.collect();
        assert!(told.len() == 1 && told[0].contains(seconds), "{told:?}");
    }
    Seen {
        figures: vec![
            Figure::within(GAP, gap, 150, 1000),
            Figure::time(OLDEST, right.oldest_since(then)),
            Figure::time(
                "age said an hour ahead",
                Duration::from_secs_f64(age.0 / age.1),
            ),
            // Nobody knows the age of a picture from the future: none is better than 0.
            Figure::number("ages said an hour behind", from_the_future, "", 0.0),
        ],
        capture: did(&stack, mark),
    }
}

/// The library of Debian's package `faketime`, which the command of that name would preload.
fn faketime() -> String {
    let found = std::fs::read_dir("/usr/lib")
        .into_iter()
        .flatten()
        .flatten();
    let found = found
        .map(|entry| entry.path().join("faketime/libfaketime.so.1"))
        .find(|path| path.is_file());
    let found = found.expect("libfaketime is not here; this gets it: apt-get install -y faketime");
    found.display().to_string()
}
