//! Which camera, and what it is able to do.

use testkit::Picture;

use crate::stage::Stage;

/// Two cameras of one name. Links are made by hand: the machine has no udev.
pub(crate) async fn named(stage: &mut Stage) -> String {
    stage.camera("plug 1").await;
    // Which number it gets depends on what else the machine has. A camera's first node gives the pictures.
    let find = "for node in /sys/class/video4linux/*; do grep -q Emulated $node/name && [ $(cat $node/index) = 0 ] \
                && basename $node; done | grep -v '^video0$'";
    stage.wait_for("the second camera's node", find).await;
    let second = stage.guest.sh(find).await.trim().to_owned();
    stage
        .guest
        .sh(&format!(
            "mkdir -p /dev/v4l/by-id && ln -sf ../../{second} /dev/v4l/by-id/usb-emulated"
        ))
        .await;
    for (source, node) in [
        (&*format!("/dev/{second}"), &*second),
        (second.trim_start_matches("video"), &second),
        ("/dev/v4l/by-id/usb-emulated", &second),
        ("name:EMULATED", "video0"),
        ("auto", "video0"),
    ] {
        opens(stage, source, node).await;
    }
    // What the link and the name mean is asked anew at each opening.
    stage
        .guest
        .sh("ln -sf ../../video0 /dev/v4l/by-id/usb-emulated")
        .await;
    opens(stage, "/dev/v4l/by-id/usb-emulated", "video0").await;
    stage.camera("unplug 0").await;
    stage
        .wait_for("the first camera is gone", "[ ! -e /dev/video0 ]")
        .await;
    opens(stage, "name:emulated", &second).await;
    "7 ways, two cameras of one name".into()
}

async fn opens(stage: &mut Stage, source: &str, node: &str) {
    stage.stop_capture().await;
    stage
        .start_capture(&format!(
            "CAPTURE_SOURCE={source} CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240"
        ))
        .await;
    let mut viewer = stage.viewer(60).await;
    let open = format!(
        "[ \"$(ls -l /proc/$(cat /tmp/capture.pid)/fd | grep -o 'video[0-9]*')\" = {node} ]"
    );
    stage
        .wait_for(&format!("CAPTURE_SOURCE={source} opens {node}"), &open)
        .await;
    stage.first_frame(&mut viewer).await;
}

pub(crate) async fn metadata_node(stage: &mut Stage) -> String {
    stage.start_capture("CAPTURE_SOURCE=/dev/video1").await;
    let _viewer = stage.viewer(60).await;
    stage.status_says("reason", "unsupported").await;
    let list = stage.guest.sh("capture-svc list").await;
    assert!(
        list.contains("/dev/video0") && !list.contains("/dev/video1"),
        "{list}"
    );
    let refused = stage.status().await["detail"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(refused.contains("no format"), "{refused}");
    refused
}

/// The kernel's test camera is left with a rate of no whole number of frames and in a format that nobody reads: opening it
/// must not depend on either.
pub(crate) async fn odd_formats(stage: &mut Stage) -> String {
    stage.load_vivid().await;
    let list = stage.guest.sh("capture-svc list").await;
    assert!(
        list.contains("vivid") && list.contains("not read by us"),
        "{list}"
    );
    let mut modes = Vec::new();
    for settings in [
        "CAPTURE_FPS=7.5",
        "CAPTURE_FPS=34",
        "CAPTURE_FPS=12.5 CAPTURE_WIDTH=1280 CAPTURE_HEIGHT=720",
    ] {
        stage.stop_capture().await;
        stage
            .start_capture(&format!(
                "CAPTURE_SOURCE=name:vivid CAPTURE_WIDTH=640 CAPTURE_HEIGHT=360 {settings}"
            ))
            .await;
        let mut viewer = stage.viewer(60).await;
        Picture::read(&stage.first_frame(&mut viewer).await).expect("a whole JPEG");
        let chosen = stage
            .guest
            .sh("grep -o 'mode=.* others' /tmp/capture.log | tail -n 1")
            .await;
        modes.push(
            chosen
                .trim()
                .trim_start_matches("mode=")
                .trim_end_matches(" others")
                .to_owned(),
        );
    }
    modes.join(", ")
}

pub(crate) async fn controls(stage: &mut Stage) -> String {
    stage
        .start_capture(
            "CAPTURE_CONTROLS=brightness=20,no_such=1,gamma=5 CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240",
        )
        .await;
    let mut viewer = stage.viewer(60).await;
    stage.first_frame(&mut viewer).await;
    let list = stage.guest.sh("capture-svc list").await;
    assert!(
        list.contains("brightness = 20  (-64 to 64, default 0)"),
        "{list}"
    );
    let detail = stage.status().await["detail"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(
        detail.contains("no_such") && detail.contains("brightness"),
        "{detail}"
    );
    detail
}
