//! What grows with viewers and gateways, and what does not.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use testkit::Load;
use testkit::statistics::{median, percentile};

use crate::effort::Effort;
use crate::measured::MeasuredStack;
use crate::table::MarkdownTable;

/// Each point is measured so often, with all others in between: a machine that slows down for a minute slows down a round
/// and not a row.
const ROUNDS: usize = 3;

/// One measured point, a second's worth.
#[derive(Clone, Copy)]
struct Point {
    capture: f64,
    nats: f64,
    gateways: f64,
    captured_bytes: f64,
    received: f64,
    sent: f64,
    sent_bytes: f64,
    p50_ms: f64,
}

pub(crate) fn run(effort: Effort) -> anyhow::Result<()> {
    let mut table = MarkdownTable::new(
        "scale",
        "1280×720, quality 80, 34 fps; viewers spread evenly; cores as the kernel charges them; medians of rounds. Against \
         one viewer: capture's cost over that with one gateway and one viewer.",
        &[
            "gateways",
            "viewers",
            "capture against one viewer",
            "capture cores",
            "NATS cores",
            "gateways cores",
            "µs per delivered frame",
            "capture MB/s",
            "NATS out MB/s",
            "gateways MB/s",
            "frames into gateways /s",
            "frames to viewers /s",
            "p50 ms",
        ],
    );
    let mut measured: BTreeMap<(usize, usize), Vec<Point>> = BTreeMap::new();
    let rounds = effort.of(ROUNDS, 1);
    for round in 1..=rounds {
        for gateways in effort.of(vec![1, 2, 3, 4], vec![1, 2]) {
            for viewers in effort.of(vec![1, 10, 100, 300, 1000], vec![1, 10]) {
                println!(
                    "scale: round {round} of {rounds}, {gateways} gateways, {viewers} viewers"
                );
                let point = measure(gateways, viewers, effort)?;
                measured.entry((gateways, viewers)).or_default().push(point);
            }
        }
    }
    let mut one = None;
    for ((gateways, viewers), points) in &measured {
        let point = median_of_each(points);
        let first = *one.get_or_insert(point.capture);
        let frame = point.captured_bytes / (point.received / *gateways.min(viewers) as f64);
        table.row(&[
            gateways.to_string(),
            viewers.to_string(),
            format!("{:.2}", point.capture / first),
            format!("{:.3}", point.capture),
            format!("{:.3}", point.nats),
            format!("{:.3}", point.gateways),
            format!("{:.1}", point.gateways / point.sent * 1e6),
            format!("{:.2}", point.captured_bytes / 1e6),
            format!("{:.2}", point.received * frame / 1e6),
            format!("{:.1}", point.sent_bytes / 1e6),
            format!("{:.0}", point.received),
            format!("{:.0}", point.sent),
            format!("{:.1}", point.p50_ms),
        ]);
    }
    table.print();
    Ok(())
}

/// Of each number by itself.
fn median_of_each(points: &[Point]) -> Point {
    let of = |number: fn(&Point) -> f64| {
        let mut numbers: Vec<f64> = points.iter().map(number).collect();
        median(&mut numbers)
    };
    Point {
        capture: of(|point| point.capture),
        nats: of(|point| point.nats),
        gateways: of(|point| point.gateways),
        captured_bytes: of(|point| point.captured_bytes),
        received: of(|point| point.received),
        sent: of(|point| point.sent),
        sent_bytes: of(|point| point.sent_bytes),
        p50_ms: of(|point| point.p50_ms),
    }
}

fn measure(gateways: usize, viewers: usize, effort: Effort) -> anyhow::Result<Point> {
    let measured = MeasuredStack::start(gateways, &[])?;
    let mut load = Load::connect(&measured.addresses(), viewers)?;
    load.run(effort.of(Duration::from_secs(1), Duration::from_millis(500)));
    let counters = || {
        [
            measured.capture_metric("capture_published_bytes_total"),
            measured.gateway_metric("gateway_frames_received_total"),
            measured.gateway_metric("gateway_sent_bytes_total"),
        ]
    };
    let counted = counters();
    load.forget();
    let (before, began) = (measured.snapshots()?, Instant::now());
    load.run(effort.of(Duration::from_secs(3), Duration::from_secs(1)));
    let (after, took) = (measured.snapshots()?, began.elapsed().as_secs_f64());
    let now = counters();
    let rate = |at: usize| (now[at] - counted[at]) / took;
    let cores: Vec<f64> = before
        .iter()
        .zip(&after)
        .map(|(one, two)| one.until(two).cores)
        .collect();
    anyhow::ensure!(load.frames() > 0, "no frames came");
    Ok(Point {
        capture: cores[0],
        nats: cores[1],
        gateways: cores[2..].iter().sum(),
        captured_bytes: rate(0),
        received: rate(1),
        sent: load.frames() as f64 / took,
        sent_bytes: rate(2),
        p50_ms: percentile(&mut load.ages_ms(), 50),
    })
}
