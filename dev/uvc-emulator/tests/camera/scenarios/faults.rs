//! Everything that a camera does to those who rely on it.

use std::time::Duration;

use crate::rig::{Rig, drain, newer};

pub(crate) async fn unplug_and_replug(rig: &mut Rig) -> String {
    rig.start_capture("CAPTURE_FORMAT=mjpeg").await;
    let mut viewer = rig.viewer(80).await;
    rig.first_frame(&mut viewer).await;
    rig.camera("unplug").await;
    let noticed = rig.status_says("reason", "unplugged").await;
    assert!(
        noticed < Duration::from_secs(1),
        "noticed after {noticed:?}"
    );
    rig.errors("unplugged", 3).await;
    assert_eq!(
        rig.status().await["reason"],
        "unplugged",
        "not something else while it is tried again"
    );
    let seen = drain(&mut viewer).await;
    rig.camera("plug").await;
    rig.node("0").await;
    let back = newer(&mut viewer, seen).await;
    assert!(back < Duration::from_secs(3), "a picture after {back:?}");
    format!(
        "status after {} ms, picture {} ms after the node",
        noticed.as_millis(),
        back.as_millis()
    )
}

pub(crate) async fn stall(rig: &mut Rig) -> String {
    rig.start_capture("CAPTURE_FORMAT=yuyv CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240")
        .await;
    let mut viewer = rig.viewer(80).await;
    rig.first_frame(&mut viewer).await;
    rig.camera("stall").await;
    let noticed = rig.status_says("reason", "stalled").await;
    assert!(
        noticed < Duration::from_secs(3),
        "noticed after {noticed:?}"
    );
    rig.errors("stalled", 2).await;
    let seen = drain(&mut viewer).await;
    rig.camera("resume").await;
    let back = newer(&mut viewer, seen).await;
    assert!(back < Duration::from_secs(2), "a picture after {back:?}");
    format!(
        "status after {:.1} s, picture {} ms after its end",
        noticed.as_secs_f64(),
        back.as_millis()
    )
}

/// The camera answers nothing at all: closing it holds a thread in the kernel. The service says so, and ends all the same;
/// the kernel keeps that one thread of it until the camera is gone.
pub(crate) async fn wedged(rig: &mut Rig) -> String {
    rig.start_capture("CAPTURE_FORMAT=yuyv CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240")
        .await;
    let mut viewer = rig.viewer(60).await;
    rig.first_frame(&mut viewer).await;
    rig.camera("mute").await;
    let told = rig.status_says("reason", "stalled").await;
    rig.wait_for(
        "it still answers",
        "wget -q -O /dev/null http://127.0.0.1:9101/healthz",
    )
    .await;
    rig.wait_for(
        "the driver is named",
        "grep -q 'does not answer' /tmp/capture.log",
    )
    .await;
    // In one line: the way there and back costs as much as what is measured.
    let line = "pid=$(cat /tmp/capture.pid); kill $pid; cut -d' ' -f1 /proc/uptime; i=0; \
                while [ $i -lt 3000 ] && kill -0 $pid 2>/dev/null && ! grep -q 'State:.Z' /proc/$pid/status; do usleep 10000; i=$((i+1)); done; \
                cut -d' ' -f1 /proc/uptime";
    let ended = rig.seconds(line).await;
    assert!(ended < 2.0, "ended {ended} s after SIGTERM");
    rig.camera("unplug").await;
    format!(
        "status after {:.1} s, ended {:.0} ms after SIGTERM",
        told.as_secs_f64(),
        ended * 1000.0
    )
}
