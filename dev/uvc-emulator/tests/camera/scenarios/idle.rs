//! What it costs when there is nothing to do, and what is left behind when there was much.

use std::time::{Duration, Instant};

use testkit::{Viewer, eventually};

use crate::rig::{OBSERVED_WITHIN, Rig, newer};

const SMALL: &str = "CAPTURE_FORMAT=yuyv CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240";

/// A line of shell that holds while no descriptor of capture-svc is on a video node.
const CLOSED: &str = "! ls -l /proc/$(cat /tmp/capture.pid)/fd | grep -q /dev/video";

/// A line of shell that holds while capture-svc knows of somebody who wants quality 60.
const DEMANDED: &str =
    "wget -q -O - http://127.0.0.1:9101/metrics | grep -q 'capture_leases{.*quality=\"60\"} 1'";

pub(crate) async fn off(rig: &mut Rig) -> String {
    // A viewer of the scenario before is gone when the gateway has noticed it.
    eventually(OBSERVED_WITHIN, async || {
        let leases = rig.stack.gateway().metric("gateway_leases", &[]).await;
        if leases > 0.0 {
            Err(format!("{leases} leases"))
        } else {
            Ok(())
        }
    })
    .await;
    rig.start_capture(SMALL).await;
    assert_eq!(rig.open_nodes().await, 0, "open although nobody watches");
    let mut viewer = rig.viewer(60).await;
    rig.first_frame(&mut viewer).await;
    assert_eq!(rig.open_nodes().await, 1);
    viewer.leave(OBSERVED_WITHIN).await;
    let closed = rig.wait_for("the node is closed", CLOSED).await;
    assert!(rig.metric("capture_camera_open{", "").await < 1.0);
    rig.status_says("state", "idle").await;
    let cpu = rig.cpu_percent(Duration::from_secs(5)).await;
    assert_eq!(rig.open_nodes().await, 0);
    format!(
        "closed {:.1} s after the last viewer left (1 s linger), then {cpu:.2} % of an emulated processor",
        closed.as_secs_f64()
    )
}

pub(crate) async fn privacy(rig: &mut Rig) -> String {
    rig.start_capture(SMALL).await;
    let mut viewer = rig.viewer(60).await;
    rig.first_frame(&mut viewer).await;
    // The switch and the look at /proc in one line: the way there and back costs more than what is measured.
    let line = "NATS_URL=nats://10.0.2.100:4222 capture-svc privacy on >/dev/null; cut -d' ' -f1 /proc/uptime; \
                while ls -l /proc/$(cat /tmp/capture.pid)/fd | grep -q /dev/video; do :; done; cut -d' ' -f1 /proc/uptime";
    let closed = rig.seconds(line).await;
    rig.status_says("reason", "privacy").await;
    assert!(closed < 0.6, "closed {closed:.2} s after the switch");
    // It survives the end of the service and of the bus, with somebody waiting all the time.
    rig.stop_capture().await;
    rig.stack.servers[0].restart().await;
    rig.start_capture(SMALL).await;
    rig.status_says("reason", "privacy").await;
    rig.wait_for("the demand is back", DEMANDED).await;
    assert_eq!(rig.open_nodes().await, 0, "open although it must not be");
    assert!(rig.metric("capture_camera_opens_total", "").await < 1.0);
    let switch = "NATS_URL=nats://10.0.2.100:4222 capture-svc privacy";
    let shown = rig.guest.sh(&format!("{switch} show 2>/dev/null")).await;
    assert_eq!(shown.trim(), "on");
    rig.guest.sh(&format!("{switch} off >/dev/null")).await;
    rig.first_frame(&mut viewer).await;
    format!(
        "closed {:.0} ms after the switch, whatever the demand, also after restarts; picture when it is off",
        closed * 1000.0
    )
}

/// Percent of a processor that may be taken with nothing to do, and while an absent camera is looked for. The build under
/// test is not optimised and its neighbours are busy: it is given twice that.
const AT_REST: f64 = 0.5;
const LOOKING: f64 = 1.0;

/// On a processor that is none of software, where a share of it means something.
pub(crate) async fn on_the_host(rig: &mut Rig) -> String {
    let settings = [
        ("CAPTURE_CAMERA_ID", "host"),
        ("CAPTURE_SOURCE", "name:no such camera"),
    ];
    let capture = rig.stack.start_capture(&settings).await;
    let share = async || {
        let (from, started) = (capture.cpu_time(), Instant::now());
        tokio::time::sleep(Duration::from_secs(10)).await;
        capture.cpu_time().saturating_sub(from).as_secs_f64() / started.elapsed().as_secs_f64()
            * 100.0
    };
    let rest = share().await;
    assert!(rest < 2.0 * AT_REST, "{rest:.2} % at rest");
    let _viewer = Viewer::at(rig.stack.gateway().public(), "/websocket/60")
        .query("camera", "host")
        .connect()
        .await
        .expect("a viewer");
    eventually(OBSERVED_WITHIN, async || {
        capture.metric("capture_camera_errors_total", &[]).await > 3.0
    })
    .await;
    let looking = share().await;
    assert!(
        looking < 2.0 * LOOKING,
        "{looking:.2} % while it is looked for"
    );
    format!("{rest:.2} % at rest, {looking:.2} % while it is looked for")
}

/// Looking for a camera that is not there must cost next to nothing. An emulated processor makes everything look dear, so
/// the measure is the same service at rest.
pub(crate) async fn absent(rig: &mut Rig) -> String {
    rig.start_capture(SMALL).await;
    let rest = rig.cpu_percent(Duration::from_secs(5)).await;
    let mut viewer = rig.viewer(60).await;
    rig.first_frame(&mut viewer).await;
    rig.camera("unplug").await;
    rig.status_says("reason", "unplugged").await;
    let looking = rig.cpu_percent(Duration::from_secs(5)).await;
    assert!(
        looking < 2.0 * rest + 5.0,
        "{looking:.2} % of an emulated processor, {rest:.2} % at rest"
    );
    format!("{looking:.2} % of an emulated processor while it is looked for, {rest:.2} % at rest")
}

pub(crate) async fn nothing_is_left(rig: &mut Rig) -> String {
    rig.start_capture(&format!("{SMALL} CAPTURE_LINGER=100ms"))
        .await;
    let mut viewer = rig.viewer(60).await;
    rig.first_frame(&mut viewer).await;
    // What settles does so in the first rounds of each kind: the allocator's arenas, the runtime's threads.
    let mut held = Vec::new();
    let started = Instant::now();
    for round in 0..50 {
        if round == 5 {
            held.push(rig.held().await);
        }
        rig.camera("unplug").await;
        rig.wait_for("it is unplugged", "[ ! -e /dev/video0 ]")
            .await;
        rig.status_says("reason", "unplugged").await;
        let seen = rig.taken().await;
        rig.camera("plug").await;
        newer(&mut viewer, seen).await;
    }
    let replug = started.elapsed() / 50;
    held.push(rig.held().await);
    for round in 0..20 {
        if round == 5 {
            held.push(rig.held().await);
        }
        viewer.leave(OBSERVED_WITHIN).await;
        rig.wait_for("it is closed", CLOSED).await;
        let seen = rig.taken().await;
        viewer = rig.viewer(60).await;
        newer(&mut viewer, seen).await;
    }
    held.push(rig.held().await);
    // The runtime's own pool breathes by a thread or two; what a round leaves behind comes many times.
    for pair in [&held[..2], &held[2..]] {
        let (before, after) = (pair[0], pair[1]);
        assert!(
            after.descriptors <= before.descriptors
                && after.threads <= before.threads + 2
                && after.kib < before.kib + 1024,
            "{held:?}"
        );
    }
    format!(
        "{held:?} after 5 and 50 replugs of {:.1} s each, 5 and 20 pauses",
        replug.as_secs_f64()
    )
}
