//! Pictures that come, and come as they should.

use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use testkit::{Picture, barcode, eventually, read_stamp};
use tokio::time::timeout;

use crate::rig::{OBSERVED_WITHIN, Rig, drain};

pub(crate) async fn mjpeg(rig: &mut Rig) -> String {
    reach(rig, "CAPTURE_FORMAT=mjpeg", "MJPEG", (1280, 720)).await
}

pub(crate) async fn yuyv(rig: &mut Rig) -> String {
    reach(
        rig,
        "CAPTURE_FORMAT=yuyv CAPTURE_WIDTH=640 CAPTURE_HEIGHT=480",
        "YUYV",
        (640, 480),
    )
    .await
}

pub(crate) async fn nv12(rig: &mut Rig) -> String {
    reach(
        rig,
        "CAPTURE_FORMAT=nv12 CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240",
        "NV12",
        (320, 240),
    )
    .await
}

/// Frames reach a viewer, whole, stamped in order, and with the number in their pixels that the camera gave them.
async fn reach(rig: &mut Rig, settings: &str, format: &str, size: (usize, usize)) -> String {
    rig.start_capture(settings).await;
    let joined = Instant::now();
    let mut viewer = rig.viewer(80).await;
    let mut frames = vec![rig.first_frame(&mut viewer).await];
    let first = joined.elapsed();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(4) {
        frames.push(viewer.frame(OBSERVED_WITHIN).await);
    }
    let fps = (frames.len() - 1) as f64 / begun.elapsed().as_secs_f64();
    // Asked first: looking at the pictures takes longer than a gateway waits for a viewer who answers nothing.
    let status = rig.status().await;
    let taken = rig.metric("capture_source_fps", "").await;
    let mut last = 0;
    for frame in &frames {
        let stamp = read_stamp(frame).expect("a whole JPEG with one stamp");
        assert!(stamp.seq > last, "{} after {last}", stamp.seq);
        last = stamp.seq;
    }
    // Decoding takes longer than sending did.
    for frame in frames.iter().step_by(10) {
        let picture = Picture::read(frame).expect("a whole JPEG with one stamp");
        assert_eq!((picture.width, picture.height), size);
        assert!(
            barcode::read_jpeg(frame).is_some(),
            "the camera's own barcode is in the picture"
        );
    }
    assert_eq!(status["state"], "live", "{status}");
    assert_eq!(
        (&status["format"], &status["source"]),
        (&format.into(), &"webcam".into()),
        "{status}"
    );
    // Not the camera's 30: the machine is emulated, and how fast it encodes depends on what else the host does.
    assert!(
        fps > 0.2 && taken > 1.0,
        "{fps:.1} fps outside, {taken:.1} taken from the camera"
    );
    format!(
        "{fps:.1} fps outside, {taken:.1} taken from the camera, first frame after {} ms",
        first.as_millis()
    )
}

/// Small pictures: what is measured is the rate, and an emulated machine has to keep up with it.
const SMALL: &str = "CAPTURE_FORMAT=yuyv CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240";

pub(crate) async fn dim_light(rig: &mut Rig) -> String {
    rig.start_capture(SMALL).await;
    let mut viewer = rig.viewer(60).await;
    rig.first_frame(&mut viewer).await;
    eventually(OBSERVED_WITHIN, async || {
        rig.status().await["fps"]
            .as_f64()
            .is_some_and(|fps| fps > 13.0)
    })
    .await;
    rig.camera("pace 8").await;
    let slowed = Instant::now();
    eventually(OBSERVED_WITHIN, async || {
        rig.status().await["fps"]
            .as_f64()
            .is_some_and(|fps| (5.0..9.0).contains(&fps))
    })
    .await;
    let followed = slowed.elapsed();
    assert!(
        followed < Duration::from_secs(5),
        "the status follows after {followed:?}"
    );
    assert_eq!(rig.status().await["state"], "live");
    assert!(rig.metric("capture_camera_errors_total", "").await < 1.0);
    format!("the status says so {:.1} s later", followed.as_secs_f64())
}

/// The camera's first thirty pictures are there and seen by nobody.
pub(crate) async fn warm_up(rig: &mut Rig) -> String {
    // Plugged in anew it counts from 0.
    rig.camera("unplug 0").await;
    rig.wait_for("it is unplugged", "[ ! -e /dev/video0 ]")
        .await;
    rig.camera("plug 0").await;
    rig.node("0").await;
    rig.start_capture(&format!("{SMALL} CAPTURE_WARMUP=30"))
        .await;
    let mut viewer = rig.viewer(60).await;
    let frame = rig.first_frame(&mut viewer).await;
    let (number, _) = barcode::read_jpeg(&frame).expect("a number");
    // Ours count from 1 and leave out those that were left out; a viewer who is late may miss the first.
    let seq = read_stamp(&frame).expect("a stamp").seq;
    assert!(
        number + 1 >= 30 + seq && seq < 300,
        "frame {seq} is the camera's picture {number}"
    );
    format!("frame {seq} is the camera's picture {}", number + 1)
}

/// The driver holds three frames besides the one in hand (`BUFFERS` of capture-svc's `camera/v4l2/stream.rs`), and then drops what comes.
const HELD_BY_THE_DRIVER: u64 = 3;

/// The whole service stands still, as on a machine that is short of time, until the driver has filled all its buffers;
/// what it sends then is the newest of them. Seen on the bus: a gateway would keep an old frame to itself.
pub(crate) async fn held_up(rig: &mut Rig) -> String {
    rig.start_capture(SMALL).await;
    let client = rig.stack.nats().client().await;
    let mut bus = client
        .subscribe("frames.q60")
        .await
        .expect("a subscription");
    client.flush().await.expect("NATS runs");
    let mut viewer = rig.viewer(60).await;
    let (mut steps, mut pauses) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        rig.first_frame(&mut viewer).await;
        // The camera pauses first, so that nothing is on its way when the service stops: what comes out afterwards was
        // in the driver, and nowhere else.
        rig.camera("stall").await;
        drain(&mut viewer).await;
        let mut last = None;
        while let Ok(message) = timeout(Duration::from_millis(100), bus.next()).await {
            last = message;
        }
        let line = "kill -STOP $(cat /tmp/capture.pid); echo resume > /tmp/camera; usleep 700000; \
                    kill -CONT $(cat /tmp/capture.pid)";
        rig.guest.sh(line).await;
        let next = timeout(OBSERVED_WITHIN, bus.next()).await.expect("a frame");
        let after_it = timeout(OBSERVED_WITHIN, bus.next()).await.expect("a frame");
        let [before, after, later] = [last, next, after_it]
            .map(|message| message.expect("a frame on the bus").payload)
            .map(|frame| {
                let (number, _) = barcode::read_jpeg(&frame).expect("a number");
                (number, read_stamp(&frame).expect("a stamp").captured_at_us)
            });
        steps.push(after.0 - before.0);
        // One that is newer than all that the driver had may have taken its place.
        if after.0 - before.0 < 2 * HELD_BY_THE_DRIVER {
            pauses.push((later.1 - after.1) / 1000);
        }
    }
    // It was captured while the service stood still, and its stamp says so: by the driver's clock, not by ours.
    assert!(
        !pauses.is_empty() && pauses.iter().all(|pause| *pause > 350),
        "ms from that frame to the one after it, by their stamps: {pauses:?}"
    );
    // Whoever takes the oldest buffer first sends the very next number.
    assert!(
        steps.iter().all(|step| *step >= HELD_BY_THE_DRIVER),
        "numbers from the last frame before to the first after: {steps:?}"
    );
    format!(
        "numbers from the last frame before to the first after: {steps:?}, stamped {pauses:?} ms before the next"
    )
}
