//! Pictures that come damaged, or without what a decoder needs.

use std::time::Duration;

use futures_util::StreamExt as _;
use testkit::Picture;
use tokio::time::timeout;

use crate::rig::{OBSERVED_WITHIN, Rig, newer};

const MJPEG: &str = "CAPTURE_FORMAT=mjpeg CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240";

pub(crate) async fn damaged(rig: &mut Rig) -> String {
    rig.start_capture(MJPEG).await;
    let mut viewer = rig.viewer(60).await;
    rig.first_frame(&mut viewer).await;
    // On the bus, where none is passed over because a viewer is slow.
    let client = rig.stack.nats().client().await;
    let published = client.subscribe("frames.q60").await;
    let mut published = published.expect("a subscription");
    client.flush().await.expect("NATS runs");
    // Twenty are too few to reopen the camera, and enough that some are looked at on any machine: one that comes late
    // passes over what is old, whole or not.
    rig.camera("short 20").await;
    let dropped = at_least("corrupt", 5);
    rig.wait_for("half pictures are dropped", &dropped).await;
    rig.camera("flag 5").await;
    let missed = at_least("camera", 5);
    rig.wait_for("pictures that the camera marks are counted", &missed)
        .await;
    viewer.leave(OBSERVED_WITHIN).await;
    let mut whole = 0;
    while let Ok(Some(frame)) = timeout(Duration::from_secs(2), published.next()).await {
        Picture::read(&frame.payload).expect("a whole JPEG");
        whole += 1;
    }
    assert!(whole > 10, "only {whole} pictures on the bus");
    assert!(rig.metric("capture_camera_errors_total", "").await < 1.0);
    format!("half pictures dropped, marked ones missed, {whole} whole ones on the bus and no other")
}

pub(crate) async fn damaged_in_a_row(rig: &mut Rig) -> String {
    rig.start_capture(MJPEG).await;
    let mut viewer = rig.viewer(60).await;
    rig.first_frame(&mut viewer).await;
    rig.camera("short 45").await;
    rig.errors("corrupt", 1).await;
    let seen = rig.taken().await;
    let back = newer(&mut viewer, seen).await;
    assert!(rig.metric("capture_camera_opens_total", "").await > 1.0);
    format!(
        "opened anew after 30, picture {} ms later",
        back.as_millis()
    )
}

/// Damage between a JPEG's beginning and its end shows only to who decodes it: frames that are made smaller, and those that
/// are passed through as the camera made them, at 85.
pub(crate) async fn spoilt_in_a_row(rig: &mut Rig) -> String {
    rig.start_capture(MJPEG).await;
    let mut dropped = Vec::new();
    for (quality, times) in [(60, 1), (95, 2)] {
        let before = rig.metric(CORRUPT.0, CORRUPT.1).await;
        let mut viewer = rig.viewer(quality).await;
        rig.first_frame(&mut viewer).await;
        rig.camera("spoil 1000000").await;
        rig.errors("corrupt", times).await;
        rig.camera("spoil 0").await;
        dropped.push(rig.metric(CORRUPT.0, CORRUPT.1).await - before);
        let seen = rig.taken().await;
        // At least one that is newer, and none that is damaged before it.
        for frame in 0..200 {
            let picture =
                Picture::read(&viewer.frame(OBSERVED_WITHIN).await).expect("a whole JPEG");
            if picture.stamp.seq > seen {
                break;
            }
            assert!(frame < 199, "no newer picture than {seen}");
        }
        viewer.leave(OBSERVED_WITHIN).await;
    }
    assert!(
        dropped.iter().all(|dropped| *dropped >= 30.0),
        "{dropped:?}"
    );
    assert!(rig.metric("capture_camera_opens_total", "").await > 2.0);
    format!("opened anew after {dropped:?} dropped, made smaller and passed through")
}

/// Many cameras leave the Huffman tables out, because all of them have the same. Nobody may have to know that: what is
/// published is complete, made smaller or passed through.
pub(crate) async fn without_tables(rig: &mut Rig) -> String {
    // Before the first frame, so that there is none that has them.
    rig.camera("bare 1000000").await;
    rig.start_capture(MJPEG).await;
    for quality in [60, 95] {
        let mut viewer = rig.viewer(quality).await;
        let frame = rig.first_frame(&mut viewer).await;
        Picture::read(&frame).expect("a whole JPEG");
        assert!(
            testkit::barcode::read_jpeg(&frame).is_some(),
            "the camera's own picture"
        );
        // Decoders know the usual tables by heart; a file that is saved should not rely on it.
        assert!(
            frame.windows(2).any(|bytes| bytes == [0xff, 0xc4]),
            "no Huffman tables at {quality}"
        );
        viewer.leave(OBSERVED_WITHIN).await;
    }
    assert!(rig.metric(CORRUPT.0, CORRUPT.1).await < 1.0);
    "whole pictures with tables, made smaller and passed through".into()
}

/// The series of frames that are damaged, and its label.
const CORRUPT: (&str, &str) = ("capture_frames_dropped_total", "corrupt");

/// A line of shell that holds when so many frames have been dropped for a reason.
fn at_least(reason: &str, number: u32) -> String {
    format!(
        "[ $(wget -q -O - http://127.0.0.1:9101/metrics | grep 'frames_dropped_total{{.*reason=\"{reason}\"}}' | sed 's/.* //') -ge {number} ]"
    )
}
