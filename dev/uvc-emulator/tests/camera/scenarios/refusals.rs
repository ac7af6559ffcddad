//! A camera that is there and may not be used.

use std::time::{Duration, Instant};

use testkit::{Said, Viewer};

use crate::rig::{OBSERVED_WITHIN, Rig};

/// Another capture-svc, for another camera id, has the device.
pub(crate) async fn busy(rig: &mut Rig) -> String {
    rig.start_capture("CAPTURE_CAMERA_ID=other CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240")
        .await;
    rig.guest.sh("mv /tmp/capture.pid /tmp/other.pid").await;
    let mut other = Viewer::at(rig.stack.gateway().public(), "/websocket/60")
        .query("camera", "other")
        .connect()
        .await
        .expect("a viewer");
    other.frame(OBSERVED_WITHIN).await;
    rig.start_capture("CAPTURE_ADMIN_LISTEN=127.0.0.1:9103 CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240")
        .await;
    let mut viewer = rig.viewer(60).await;
    rig.status_says("reason", "busy").await;
    let detail = rig.status().await["detail"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let pid = rig.guest.sh("cat /tmp/other.pid").await;
    let holder = format!("capture-svc (pid {})", pid.trim());
    assert!(detail.contains(&holder), "{detail}");
    assert!(
        matches!(other.next(OBSERVED_WITHIN).await, Some(Said::Frame(_))),
        "whoever has it keeps it"
    );
    rig.guest.sh("kill -9 $(cat /tmp/other.pid)").await;
    let freed = Instant::now();
    rig.first_frame(&mut viewer).await;
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

pub(crate) async fn permission(rig: &mut Rig) -> String {
    rig.guest.sh("mkdir -p /etc && echo 'nobody:x:65534:65534::/:/bin/sh' >/etc/passwd && chown 0:44 /dev/video0 && chmod 660 /dev/video0").await;
    // What it prints is written by root's shell; the service itself runs as nobody.
    rig.start_capture_as(
        "su nobody -s /bin/sh -c 'capture-svc & echo $! >&3; wait'",
        "CAPTURE_SOURCE=/dev/video0",
    )
    .await;
    let mut viewer = rig.viewer(60).await;
    rig.status_says("reason", "permission").await;
    let detail = rig.status().await["detail"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    for part in [
        "uid 65534 with groups 65534",
        "0660 of uid 0",
        "group 44",
        "Docker: --group-add 44",
        "compose: group_add: ['44']",
        "Kubernetes: securityContext.supplementalGroups: [44]",
    ] {
        assert!(detail.contains(part), "{part:?} in {detail:?}");
    }
    rig.guest.sh("chmod 666 /dev/video0").await;
    rig.first_frame(&mut viewer).await;
    "uid, groups, mode and the lines that mend it named; picture once it is mended".into()
}

/// As when other cameras have reserved the bus: the kernel answers the start of the stream with `ENOSPC`.
pub(crate) async fn usb_bandwidth(rig: &mut Rig) -> String {
    rig.start_capture_as(
        "uvc-emulator without-bandwidth /bin/capture-svc & echo $! >&3",
        "CAPTURE_FORMAT=yuyv CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240",
    )
    .await;
    let _viewer = rig.viewer(60).await;
    rig.status_says("reason", "usb_bandwidth").await;
    let started = Instant::now();
    let before = rig.metric("capture_camera_errors_total", "").await;
    let detail = rig.detail().await;
    for part in ["/dev/video0", "CAPTURE_FORMAT=mjpeg", "CAPTURE_WIDTH"] {
        assert!(detail.contains(part), "{part:?} in {detail:?}");
    }
    rig.errors("usb_bandwidth", before as u32 + 2).await;
    let waited = started.elapsed() / 2;
    assert!(
        waited > Duration::from_millis(100),
        "tried again every {waited:?}"
    );
    format!(
        "told in words, tried again, the last two after {:.1} s each",
        waited.as_secs_f64()
    )
}
