//! How old a picture is, step by step: captured, published, on the bus, in the socket, in the viewer, decoded.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use testkit::statistics::percentile;
use testkit::{Load, Viewer, now_us, read_stamp};
use tokio::task::JoinSet;
use zune_jpeg::JpegDecoder;

use crate::effort::Effort;
use crate::measured::MeasuredStack;
use crate::table::{MarkdownTable, mean};

/// Frames come all the time.
const FRAME_WITHIN: Duration = Duration::from_secs(60);

/// Ages and times of frames as a background task sees them.
type Seen = Arc<Mutex<Vec<f64>>>;

pub(crate) fn run(effort: Effort) -> anyhow::Result<()> {
    let mut table = MarkdownTable::new(
        "latency",
        "1280×720, quality 80, 34 fps, one gateway, everything on this machine. Shares are of the mean from capture to \
         decoded (zune-jpeg, one thread); p50 and p99 from capture until a viewer has the last byte.",
        &[
            "viewers",
            "encode and publish",
            "NATS",
            "gateway",
            "socket to viewer",
            "decode",
            "p50 ms to viewer",
            "p99 ms to viewer",
            "mean ms published",
            "mean ms in the socket",
            "mean ms decoded",
            "fps per viewer",
        ],
    );
    for viewers in effort.of(vec![1, 100, 500], vec![2]) {
        println!("latency: {viewers} viewers");
        measure(viewers, effort.of(10, 1), &mut table)?;
    }
    table.print();
    Ok(())
}

fn measure(viewers: usize, seconds: u64, table: &mut MarkdownTable) -> anyhow::Result<()> {
    let measured = MeasuredStack::start(1, &[])?;
    let mut load = Load::connect(&measured.addresses(), viewers)?;
    let (on_bus, decoding) = (Seen::default(), Seen::default());
    let mut watchers = JoinSet::new();
    watchers.spawn_on(
        subscribe(measured.stack.nats().url(), Arc::clone(&on_bus)),
        measured.runtime.handle(),
    );
    load.run(Duration::from_secs(2));
    let frames_for_decoder = measured
        .runtime
        .block_on(async { Viewer::watch(measured.addresses()[0], 80).await })
        .map_err(|refused| anyhow::anyhow!("the gateway refused a viewer: {refused:?}"))?;
    watchers.spawn_on(
        decode(frames_for_decoder, Arc::clone(&decoding)),
        measured.runtime.handle(),
    );
    let published = MeanOf::begin(
        |name| measured.capture_metric(name),
        "capture_publish_age_seconds",
    );
    let written = MeanOf::begin(
        |name| measured.gateway_metric(name),
        "gateway_frame_age_seconds",
    );
    // While metrics were read, nobody read the sockets: those frames are no measure.
    load.run(Duration::from_millis(500));
    load.forget();
    take(&on_bus);
    take(&decoding);
    let began = Instant::now();
    load.run(Duration::from_secs(seconds));
    let took = began.elapsed().as_secs_f64();
    // They must not see the gateway go.
    measured.runtime.block_on(watchers.shutdown());
    let published = published.end(|name| measured.capture_metric(name));
    let written = written.end(|name| measured.gateway_metric(name));
    let bus = mean(&take(&on_bus));
    let mut ages_ms = load.ages_ms();
    let received = mean(&ages_ms);
    let decoded = received + mean(&take(&decoding));
    anyhow::ensure!(decoded.is_finite(), "no frames came");
    let share = |from: f64, to: f64| format!("{:.0} %", (to - from).max(0.0) / decoded * 100.0);
    // Clocks are read at different moments of different threads: a step can come out a hair before the one it follows.
    let (bus, written) = (bus.max(published), written.max(bus));
    table.row(&[
        viewers.to_string(),
        share(0.0, published),
        share(published, bus),
        share(bus, written),
        share(written, received),
        share(received, decoded),
        format!("{:.1}", percentile(&mut ages_ms, 50)),
        format!("{:.1}", percentile(&mut ages_ms, 99)),
        format!("{published:.1}"),
        format!("{written:.1}"),
        format!("{decoded:.1}"),
        format!("{:.1}", ages_ms.len() as f64 / took / viewers as f64),
    ]);
    Ok(())
}

/// The mean of a histogram between two moments, in ms.
struct MeanOf {
    name: &'static str,
    sum: f64,
    count: f64,
}

impl MeanOf {
    fn begin(read: impl Fn(&str) -> f64, name: &'static str) -> Self {
        let (sum, count) = (format!("{name}_sum"), format!("{name}_count"));
        Self {
            name,
            sum: read(&sum),
            count: read(&count),
        }
    }

    fn end(self, read: impl Fn(&str) -> f64) -> f64 {
        let now = Self::begin(read, self.name);
        (now.sum - self.sum) / (now.count - self.count) * 1000.0
    }
}

/// What arrives from NATS, as a gateway would see it.
async fn subscribe(url: String, seen: Seen) {
    let client = async_nats::connect(url).await.expect("nats-server runs");
    let mut frames = client
        .subscribe("frames.q80")
        .await
        .expect("a connected client can subscribe");
    while let Some(message) = frames.next().await {
        if let Ok(stamp) = read_stamp(&message.payload) {
            let age_us = now_us() as f64 - stamp.captured_at_us as f64;
            push(&seen, age_us / 1000.0);
        }
    }
}

/// What a viewer pays for showing it.
async fn decode(mut viewer: Viewer, seen: Seen) {
    loop {
        let frame = viewer.frame(FRAME_WITHIN).await;
        let began = Instant::now();
        if JpegDecoder::new(zune_jpeg::zune_core::bytestream::ZCursor::new(&frame[..]))
            .decode()
            .is_ok()
        {
            push(&seen, began.elapsed().as_secs_f64() * 1000.0);
        }
    }
}

fn push(seen: &Seen, value: f64) {
    seen.lock().expect("nobody panics with it").push(value);
}

fn take(seen: &Seen) -> Vec<f64> {
    std::mem::take(&mut *seen.lock().expect("nobody panics with it"))
}
