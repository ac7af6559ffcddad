//! What it costs when there is nothing to do, and what is left behind when there was much.

use std::time::{Duration, Instant};

use crate::stage::{LIMIT, Stage, drain, newer};

const SMALL: &str = "CAPTURE_FORMAT=yuyv CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240";

/// A line of shell that holds while no descriptor of capture-svc is on a video node.
const CLOSED: &str = "! ls -l /proc/$(cat /tmp/capture.pid)/fd | grep -q /dev/video";

pub(crate) async fn off(stage: &mut Stage) -> String {
    stage.start_capture(SMALL).await;
    assert_eq!(stage.open_nodes().await, 0, "open although nobody watches");
    let mut viewer = stage.viewer(60).await;
    stage.first_frame(&mut viewer).await;
    assert_eq!(stage.open_nodes().await, 1);
    viewer.leave(LIMIT).await;
    let closed = stage.wait_for("the node is closed", CLOSED).await;
    assert!(stage.metric("capture_camera_open ", "").await < 1.0);
    stage.status_says("state", "idle").await;
    let cpu = stage.cpu_percent(Duration::from_secs(10)).await;
    assert_eq!(stage.open_nodes().await, 0);
    format!(
        "closed {:.1} s after the last viewer left (1 s linger), then {cpu:.2} % of an emulated processor",
        closed.as_secs_f64()
    )
}

pub(crate) async fn privacy(stage: &mut Stage) -> String {
    stage.start_capture(SMALL).await;
    let mut viewer = stage.viewer(60).await;
    stage.first_frame(&mut viewer).await;
    // The switch and the look at /proc in one line: the way there and back costs more than what is measured.
    let line = "NATS_URL=nats://10.0.2.100:4222 capture-svc privacy on >/dev/null; cut -d' ' -f1 /proc/uptime; \
                while ls -l /proc/$(cat /tmp/capture.pid)/fd | grep -q /dev/video; do :; done; cut -d' ' -f1 /proc/uptime";
    let times = stage.guest.sh(line).await;
    let times: Vec<f64> = times
        .lines()
        .filter_map(|line| line.trim().parse().ok())
        .collect();
    let closed = times[1] - times[0];
    stage.status_says("reason", "privacy").await;
    let seen = drain(&mut viewer).await;
    assert!(closed < 0.6, "closed {closed:.2} s after the switch");
    stage
        .guest
        .sh("NATS_URL=nats://10.0.2.100:4222 capture-svc privacy off >/dev/null")
        .await;
    newer(&mut viewer, seen).await;
    format!(
        "closed {:.0} ms after the switch, whatever the demand; picture again when it is off",
        closed * 1000.0
    )
}

/// Looking for a camera that is not there must cost next to nothing. An emulated processor makes everything look dear, so
/// the measure is the same service at rest.
pub(crate) async fn absent(stage: &mut Stage) -> String {
    stage.start_capture(SMALL).await;
    let rest = stage.cpu_percent(Duration::from_secs(10)).await;
    let mut viewer = stage.viewer(60).await;
    stage.first_frame(&mut viewer).await;
    stage.camera("unplug").await;
    stage.status_says("reason", "unplugged").await;
    let looking = stage.cpu_percent(Duration::from_secs(10)).await;
    assert!(
        looking < 2.0 * rest + 5.0,
        "{looking:.2} % of an emulated processor, {rest:.2} % at rest"
    );
    format!("{looking:.2} % of an emulated processor while it is looked for, {rest:.2} % at rest")
}

pub(crate) async fn nothing_is_left(stage: &mut Stage) -> String {
    stage.start_capture(SMALL).await;
    let mut viewer = stage.viewer(60).await;
    stage.first_frame(&mut viewer).await;
    let before = stage.held().await;
    let started = Instant::now();
    for _ in 0..50 {
        stage.camera("unplug").await;
        stage
            .wait_for("it is unplugged", "[ ! -e /dev/video0 ]")
            .await;
        stage.status_says("reason", "unplugged").await;
        let seen = drain(&mut viewer).await;
        stage.camera("plug").await;
        newer(&mut viewer, seen).await;
    }
    let replugs = started.elapsed();
    for _ in 0..20 {
        viewer.leave(LIMIT).await;
        stage.wait_for("it is closed", CLOSED).await;
        let seen = stage.taken().await;
        viewer = stage.viewer(60).await;
        newer(&mut viewer, seen).await;
    }
    let after = stage.held().await;
    // The runtime's own pool breathes by a thread or two; what a round leaves behind comes seventy times.
    assert!(
        after.descriptors <= before.descriptors && after.threads <= before.threads + 4,
        "{before:?} then {after:?}"
    );
    // The allocator's own arenas settle during the first rounds.
    assert!(
        after.kib < before.kib + 8 * 1024,
        "{before:?} then {after:?}"
    );
    format!(
        "{before:?} then {after:?}; a replug takes {:.1} s",
        replugs.as_secs_f64() / 50.0
    )
}
