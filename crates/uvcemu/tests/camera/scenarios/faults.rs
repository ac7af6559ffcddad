//! Everything that a camera does to those who rely on it.

use std::time::{Duration, Instant};

use testkit::{Picture, Said, Viewer};

use crate::stage::{LIMIT, Stage, drain, newer};

pub(crate) async fn unplug_and_replug(stage: &mut Stage) -> String {
    stage.start_capture("CAPTURE_FORMAT=mjpeg").await;
    let mut viewer = stage.viewer(80).await;
    stage.first_frame(&mut viewer).await;
    stage.camera("unplug").await;
    let noticed = stage.status_says("reason", "unplugged").await;
    assert!(
        noticed < Duration::from_secs(1),
        "noticed after {noticed:?}"
    );
    stage.errors("unplugged", 3).await;
    assert_eq!(
        stage.status().await["reason"],
        "unplugged",
        "not something else while it is tried again"
    );
    let seen = drain(&mut viewer).await;
    stage.camera("plug").await;
    stage.node("0").await;
    let back = newer(&mut viewer, seen).await;
    assert!(back < Duration::from_secs(3), "a picture after {back:?}");
    format!(
        "status after {} ms, picture {} ms after the node",
        noticed.as_millis(),
        back.as_millis()
    )
}

pub(crate) async fn stall(stage: &mut Stage) -> String {
    stage
        .start_capture("CAPTURE_FORMAT=yuyv CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240")
        .await;
    let mut viewer = stage.viewer(80).await;
    stage.first_frame(&mut viewer).await;
    stage.camera("stall").await;
    let noticed = stage.status_says("reason", "stalled").await;
    assert!(
        noticed < Duration::from_secs(3),
        "noticed after {noticed:?}"
    );
    stage.errors("stalled", 2).await;
    let seen = drain(&mut viewer).await;
    stage.camera("resume").await;
    let back = newer(&mut viewer, seen).await;
    assert!(back < Duration::from_secs(2), "a picture after {back:?}");
    format!(
        "status after {:.1} s, picture {} ms after its end",
        noticed.as_secs_f64(),
        back.as_millis()
    )
}

/// Another capture-svc, for another camera id, has the device.
pub(crate) async fn busy(stage: &mut Stage) -> String {
    stage
        .start_capture("CAPTURE_CAMERA_ID=other CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240")
        .await;
    stage.guest.sh("mv /tmp/capture.pid /tmp/other.pid").await;
    let mut other = Viewer::at(stage.gateway.public(), "/websocket/60")
        .query("camera", "other")
        .connect()
        .await
        .expect("a viewer");
    other.frame(LIMIT).await;
    stage
        .start_capture("CAPTURE_ADMIN_LISTEN=127.0.0.1:9103 CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240")
        .await;
    let mut viewer = stage.viewer(60).await;
    stage.status_says("reason", "busy").await;
    let detail = stage.status().await["detail"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let pid = stage.guest.sh("cat /tmp/other.pid").await;
    let holder = format!("capture-svc (pid {})", pid.trim());
    assert!(detail.contains(&holder), "{detail}");
    assert!(
        matches!(other.next(LIMIT).await, Some(Said::Frame(_))),
        "whoever has it keeps it"
    );
    stage.guest.sh("kill -9 $(cat /tmp/other.pid)").await;
    let freed = Instant::now();
    stage.first_frame(&mut viewer).await;
    let freed = freed.elapsed();
    assert!(
        freed < Duration::from_secs(8),
        "a picture {freed:?} after it was let go"
    );
    format!(
        "{detail}; picture {:.1} s after it was let go",
        freed.as_secs_f64()
    )
}

pub(crate) async fn permission(stage: &mut Stage) -> String {
    stage.guest.sh("mkdir -p /etc && echo 'nobody:x:65534:65534::/:/bin/sh' >/etc/passwd && chown 0:44 /dev/video0 && chmod 660 /dev/video0").await;
    // What it prints is written by root's shell; the service itself runs as nobody.
    stage
        .start_capture_as(
            "su nobody -s /bin/sh -c 'capture-svc & echo $! >&3; wait'",
            "CAPTURE_SOURCE=/dev/video0",
        )
        .await;
    let mut viewer = stage.viewer(60).await;
    stage.status_says("reason", "permission").await;
    let detail = stage.status().await["detail"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    for part in [
        "uid 65534",
        "0660",
        "group 44",
        "--group-add 44",
        "supplementalGroups: [44]",
    ] {
        assert!(detail.contains(part), "{part:?} in {detail:?}");
    }
    stage.guest.sh("chmod 666 /dev/video0").await;
    stage.first_frame(&mut viewer).await;
    "uid, groups and mode named; picture once it is mended".into()
}

pub(crate) async fn damaged(stage: &mut Stage) -> String {
    stage
        .start_capture("CAPTURE_FORMAT=mjpeg CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240")
        .await;
    let mut viewer = stage.viewer(60).await;
    stage.first_frame(&mut viewer).await;
    // Twenty are too few to reopen the camera, and enough that some are looked at on any machine: one that comes late
    // passes over what is old, whole or not.
    stage.camera("short 20").await;
    let dropped = at_least("capture_frames_dropped_total{reason=\"corrupt\"}", 5);
    stage.wait_for("half pictures are dropped", &dropped).await;
    stage.camera("flag 5").await;
    let missed = at_least("capture_frames_dropped_total{reason=\"camera\"}", 5);
    stage
        .wait_for("pictures that the camera marks are counted", &missed)
        .await;
    for _ in 0..10 {
        Picture::read(&viewer.frame(LIMIT).await).expect("a whole JPEG");
    }
    assert!(stage.metric("capture_camera_errors_total", "").await < 1.0);
    "half pictures dropped, marked ones missed, nothing damaged outside".into()
}

pub(crate) async fn damaged_in_a_row(stage: &mut Stage) -> String {
    stage
        .start_capture("CAPTURE_FORMAT=mjpeg CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240")
        .await;
    let mut viewer = stage.viewer(60).await;
    stage.first_frame(&mut viewer).await;
    stage.camera("short 45").await;
    stage.errors("corrupt", 1).await;
    let seen = stage.taken().await;
    let back = newer(&mut viewer, seen).await;
    assert!(stage.metric("capture_camera_opens_total", "").await > 1.0);
    format!(
        "opened anew after 30, picture {} ms later",
        back.as_millis()
    )
}

/// Damage between a JPEG's beginning and its end shows only to who decodes it: frames that are made smaller, and those that
/// are passed through as the camera made them, at 85.
pub(crate) async fn spoilt_in_a_row(stage: &mut Stage) -> String {
    stage
        .start_capture("CAPTURE_FORMAT=mjpeg CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240")
        .await;
    let mut dropped = Vec::new();
    for (quality, times) in [(60, 1), (95, 2)] {
        let before = stage.metric(CORRUPT.0, CORRUPT.1).await;
        let mut viewer = stage.viewer(quality).await;
        stage.first_frame(&mut viewer).await;
        stage.camera("spoil 1000000").await;
        stage.errors("corrupt", times).await;
        stage.camera("spoil 0").await;
        dropped.push(stage.metric(CORRUPT.0, CORRUPT.1).await - before);
        let seen = stage.taken().await;
        // At least one that is newer, and none that is damaged before it.
        for frame in 0..200 {
            let picture = Picture::read(&viewer.frame(LIMIT).await).expect("a whole JPEG");
            if picture.stamp.seq > seen {
                break;
            }
            assert!(frame < 199, "no newer picture than {seen}");
        }
        viewer.leave(LIMIT).await;
    }
    assert!(
        dropped.iter().all(|dropped| *dropped >= 30.0),
        "{dropped:?}"
    );
    assert!(stage.metric("capture_camera_opens_total", "").await > 2.0);
    format!("opened anew after {dropped:?} dropped, made smaller and passed through")
}

/// The camera answers nothing at all: closing it holds a thread in the kernel. The service says so, and ends all the same;
/// the kernel keeps that one thread of it until the camera is gone.
pub(crate) async fn wedged(stage: &mut Stage) -> String {
    stage
        .start_capture("CAPTURE_FORMAT=yuyv CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240")
        .await;
    let mut viewer = stage.viewer(60).await;
    stage.first_frame(&mut viewer).await;
    stage.camera("mute").await;
    let told = stage.status_says("reason", "stalled").await;
    stage
        .wait_for(
            "it still answers",
            "wget -q -O /dev/null http://127.0.0.1:9101/healthz",
        )
        .await;
    stage
        .wait_for(
            "the driver is named",
            "grep -q 'does not answer' /tmp/capture.log",
        )
        .await;
    let asked = Instant::now();
    stage.guest.sh("kill $(cat /tmp/capture.pid)").await;
    stage.wait_for("it has ended", "! kill -0 $(cat /tmp/capture.pid) 2>/dev/null || grep -q 'State:.Z' /proc/$(cat /tmp/capture.pid)/status").await;
    let ended = asked.elapsed();
    assert!(ended < Duration::from_secs(3), "ended after {ended:?}");
    stage.camera("unplug").await;
    format!(
        "status after {:.1} s, ended {} ms after SIGTERM",
        told.as_secs_f64(),
        ended.as_millis()
    )
}

/// The series of frames that are damaged, and its label.
const CORRUPT: (&str, &str) = ("capture_frames_dropped_total", "corrupt");

/// A line of shell that holds when a series has reached a number.
fn at_least(series: &str, number: u32) -> String {
    format!(
        "[ $(wget -q -O - http://127.0.0.1:9101/metrics | grep -F '{series}' | sed 's/.* //') -ge {number} ]"
    )
}
