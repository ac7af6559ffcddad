//! What is done to the camera, and what must come of it.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use testkit::{Picture, barcode};

use crate::stage::{LIMIT, Stage};

type Scenario = for<'a> fn(&'a mut Stage) -> Pin<Box<dyn Future<Output = String> + Send + 'a>>;

/// Every scenario, in order.
pub(crate) const ALL: &[(&str, Scenario)] = &[
    ("1280x720 MJPEG reaches a viewer outside", |stage| {
        Box::pin(streams(stage, "CAPTURE_FORMAT=mjpeg", "MJPEG", (1280, 720)))
    }),
    ("640x480 YUYV reaches a viewer outside", |stage| {
        Box::pin(streams(
            stage,
            "CAPTURE_FORMAT=yuyv CAPTURE_WIDTH=640 CAPTURE_HEIGHT=480",
            "YUYV",
            (640, 480),
        ))
    }),
    ("unplug and replug", |stage| {
        Box::pin(unplug_and_replug(stage))
    }),
    ("off means off", |stage| Box::pin(off_means_off(stage))),
];

/// Frames reach a viewer, whole, stamped in order, and with the number in their pixels that the camera gave them.
async fn streams(
    stage: &mut Stage,
    settings: &str,
    format: &str,
    (width, height): (usize, usize),
) -> String {
    stage.start_capture(settings).await;
    let joined = Instant::now();
    let mut viewer = stage.viewer(80).await;
    let mut frames = vec![viewer.frame(LIMIT).await];
    let first = joined.elapsed();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(4) {
        frames.push(viewer.frame(LIMIT).await);
    }
    let fps = (frames.len() - 1) as f64 / begun.elapsed().as_secs_f64();
    let mut last = 0;
    for frame in &frames {
        let picture = Picture::read(frame).expect("a whole JPEG");
        assert_eq!((picture.width, picture.height), (width, height));
        let seq = testkit::read_stamp(frame).expect("a stamp").seq;
        assert!(seq > last, "{seq} after {last}");
        last = seq;
        assert!(
            barcode::read_jpeg(frame).is_some(),
            "the camera's own barcode is in the picture"
        );
    }
    let status = stage.status().await;
    assert_eq!(
        (
            status["state"].as_str(),
            status["format"].as_str(),
            status["source"].as_str()
        ),
        (Some("live"), Some(format), Some("webcam")),
        "{status}"
    );
    // Not the camera's 30: the machine is emulated, and how fast it encodes depends on what else the host does.
    let taken = stage.metric("capture_source_fps", "").await;
    assert!(
        fps > 0.5 && taken > 5.0,
        "{fps:.1} fps outside, {taken:.1} taken from the camera"
    );
    format!(
        "{fps:.1} fps outside, {taken:.1} taken from the camera, first frame after {} ms",
        first.as_millis()
    )
}

async fn unplug_and_replug(stage: &mut Stage) -> String {
    stage.start_capture("CAPTURE_FORMAT=mjpeg").await;
    let mut viewer = stage.viewer(80).await;
    viewer.frame(LIMIT).await;
    stage.camera("unplug").await;
    let noticed = stage.status_says("reason", "unplugged").await;
    assert!(
        noticed < Duration::from_secs(1),
        "noticed after {noticed:?}"
    );
    // Long enough for several attempts to open what is not there.
    stage.wait_for("it tries again", "[ $(wget -q -O - http://127.0.0.1:9101/metrics | grep 'errors_total{reason=\"unplugged\"}' | sed 's/.* //') -ge 3 ]").await;
    assert_eq!(stage.status().await["reason"], "unplugged");
    let seen = testkit::read_stamp(&drain(&mut viewer).await).map_or(0, |stamp| stamp.seq);
    stage.camera("plug").await;
    stage.node("0").await;
    let back = Instant::now();
    while testkit::read_stamp(&viewer.frame(LIMIT).await)
        .expect("a stamp")
        .seq
        <= seen
    {}
    let back = back.elapsed();
    assert!(back < Duration::from_secs(3), "a picture after {back:?}");
    format!(
        "status after {} ms, picture {} ms after the node",
        noticed.as_millis(),
        back.as_millis()
    )
}

/// The last frame that is on its way.
async fn drain(viewer: &mut testkit::Viewer) -> Vec<u8> {
    let mut last = Vec::new();
    while let Some(testkit::Said::Frame(frame)) = viewer.next(Duration::from_millis(300)).await {
        last = frame.to_vec();
    }
    last
}

async fn off_means_off(stage: &mut Stage) -> String {
    stage.start_capture("").await;
    assert_eq!(stage.open_nodes().await, 0, "open although nobody watches");
    let mut viewer = stage.viewer(60).await;
    viewer.frame(LIMIT).await;
    assert_eq!(stage.open_nodes().await, 1);
    viewer.leave(LIMIT).await;
    let closed = stage
        .wait_for(
            "the node is closed",
            "! ls -l /proc/$(cat /tmp/capture.pid)/fd | grep -q /dev/video",
        )
        .await;
    assert!((stage.metric("capture_camera_open ", "").await).abs() < f64::EPSILON);
    stage.status_says("state", "idle").await;
    format!(
        "no descriptor {:.1} s after the last viewer left (1 s linger)",
        closed.as_secs_f64()
    )
}
