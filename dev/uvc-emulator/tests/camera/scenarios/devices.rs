//! Which camera, and what it is able to do.

use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::Picture;

use crate::rig::{OBSERVED_WITHIN, Rig};

/// Two cameras of one name. Links are made by hand: the machine has no udev.
pub(crate) async fn named(rig: &mut Rig) -> String {
    rig.camera("plug 1").await;
    // Which number it gets depends on what else the machine has. A camera's first node gives the pictures.
    let find = "for node in /sys/class/video4linux/*; do grep -q Emulated $node/name && [ $(cat $node/index) = 0 ] \
                && basename $node; done | grep -v '^video0$'";
    rig.wait_for("the second camera's node", find).await;
    let second = rig.guest.sh(find).await.trim().to_owned();
    rig.guest
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
        opens(rig, source, node).await;
    }
    // What the link and the name mean is asked anew at each opening.
    rig.guest
        .sh("ln -sf ../../video0 /dev/v4l/by-id/usb-emulated")
        .await;
    opens(rig, "/dev/v4l/by-id/usb-emulated", "video0").await;
    rig.camera("unplug 0").await;
    rig.wait_for("the first camera is gone", "[ ! -e /dev/video0 ]")
        .await;
    opens(rig, "name:emulated", &second).await;
    "7 ways, two cameras of one name".into()
}

async fn opens(rig: &mut Rig, source: &str, node: &str) {
    rig.stop_capture().await;
    rig.start_capture(&format!(
        "CAPTURE_SOURCE={source} CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240"
    ))
    .await;
    let mut viewer = rig.viewer(60).await;
    let open = format!(
        "[ \"$(ls -l /proc/$(cat /tmp/capture.pid)/fd | grep -o 'video[0-9]*')\" = {node} ]"
    );
    rig.wait_for(&format!("CAPTURE_SOURCE={source} opens {node}"), &open)
        .await;
    rig.first_frame(&mut viewer).await;
}

pub(crate) async fn metadata_node(rig: &mut Rig) -> String {
    rig.start_capture("CAPTURE_SOURCE=/dev/video1").await;
    let _viewer = rig.viewer(60).await;
    rig.status_says("reason", "unsupported").await;
    let list = rig.guest.sh("capture-svc list").await;
    assert!(
        list.contains("/dev/video0") && !list.contains("/dev/video1"),
        "{list}"
    );
    let refused = rig.detail().await;
    assert!(refused.contains("no format"), "{refused}");
    refused
}

/// The kernel's test camera is left in a format that nobody reads: opening it must not depend on what was there.
pub(crate) async fn odd_formats(rig: &mut Rig) -> String {
    rig.load_vivid().await;
    let list = rig.guest.sh("capture-svc list").await;
    assert!(
        list.contains("vivid") && list.contains("not read by us"),
        "{list}"
    );
    let find = "for node in /sys/class/video4linux/*; do grep -q vivid $node/name && echo /dev/$(basename $node); done";
    let node = rig.guest.sh(find).await.trim().to_owned();
    let mut modes = Vec::new();
    for settings in [
        "CAPTURE_FPS=7.5",
        "CAPTURE_FPS=34",
        "CAPTURE_FPS=12.5 CAPTURE_WIDTH=1280 CAPTURE_HEIGHT=720",
    ] {
        rig.stop_capture().await;
        // ARGB, with a channel that no camera has.
        rig.guest
            .sh(&format!("uvc-emulator leave {node} AR24"))
            .await;
        rig.start_capture(&format!(
            "CAPTURE_SOURCE=name:vivid CAPTURE_WIDTH=640 CAPTURE_HEIGHT=360 {settings}"
        ))
        .await;
        let mut viewer = rig.viewer(60).await;
        Picture::read(&rig.first_frame(&mut viewer).await).expect("a whole JPEG");
        modes.push(rig.chosen().await);
    }
    assert!(
        modes[2].ends_with("1280x720 @ 12.5"),
        "2/25 s from frame to frame: {modes:?}"
    );
    modes.join(", ")
}

/// Times from frame to frame of 2/15, 2/25 and 1001/30000 s, which whole numbers of frames a second have not.
pub(crate) async fn fractional(rig: &mut Rig) -> String {
    let mut figures = Vec::new();
    for (settings, mode, fps) in [
        (
            "CAPTURE_FPS=7.5 CAPTURE_FORMAT=yuyv CAPTURE_WIDTH=640 CAPTURE_HEIGHT=480",
            "YUYV 640x480 @ 7.5",
            7.5,
        ),
        (
            "CAPTURE_FPS=12.5 CAPTURE_FORMAT=yuyv CAPTURE_WIDTH=640 CAPTURE_HEIGHT=480",
            "YUYV 640x480 @ 12.5",
            12.5,
        ),
        (
            "CAPTURE_FPS=29.97 CAPTURE_FORMAT=mjpeg CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240",
            "MJPEG 320x240 @ 29.97",
            29.97,
        ),
    ] {
        rig.stop_capture().await;
        rig.start_capture(settings).await;
        let mut viewer = rig.viewer(60).await;
        rig.first_frame(&mut viewer).await;
        assert_eq!(rig.chosen().await, mode);
        // What the driver keeps to, as measured: an emulated machine may be late, but not as late as the rate below.
        let started = Instant::now();
        let measured = loop {
            let measured = rig.metric("capture_source_fps", "").await;
            if (0.75..1.15).contains(&(measured / fps)) {
                break measured;
            }
            assert!(started.elapsed() < OBSERVED_WITHIN, "{mode}: {measured}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        figures.push(format!("{mode} measured {measured:.2}"));
    }
    figures.join(", ")
}

/// No camera has every size. What is taken instead is told, and what else there was is in the log.
pub(crate) async fn nearest(rig: &mut Rig) -> String {
    rig.start_capture("CAPTURE_WIDTH=1000 CAPTURE_HEIGHT=700 CAPTURE_FPS=20")
        .await;
    let mut viewer = rig.viewer(60).await;
    let picture = Picture::read(&rig.first_frame(&mut viewer).await).expect("a whole JPEG");
    rig.status_says("state", "live").await;
    let detail = rig.detail().await;
    let size = format!("{}x{}", picture.width, picture.height);
    assert!(
        detail.contains("1000x700") && detail.contains(&size),
        "{detail}"
    );
    let log = rig
        .guest
        .sh("grep -c 'mode chosen.*others=.*YUYV.*NV12' /tmp/capture.log")
        .await;
    assert_eq!(log.trim(), "1", "one line with the alternatives");
    detail
}

/// What `list` and `probe` say, in words and as JSON.
pub(crate) async fn told(rig: &mut Rig) -> String {
    told_by_list(rig).await;
    told_by_probe(rig).await
}

/// What `list` says, in words and as JSON.
async fn told_by_list(rig: &mut Rig) {
    let list = rig.guest.sh("capture-svc list").await;
    for part in [
        "/dev/video0  Emulated",
        "MJPEG  1280x720   30, 15, 5 fps",
        "YUYV   640x480    30, 15, 12.5, 7.5, 5 fps",
        "NV12   320x240    30 fps",
        "brightness = 0  (-64 to 64, default 0)",
    ] {
        assert!(list.contains(part), "{part:?} in {list}");
    }
    let list = rig.json("capture-svc list --json").await;
    let camera = &list[0];
    assert_eq!(camera["path"], "/dev/video0", "{list}");
    assert_eq!(camera["driver"], "uvcvideo", "{list}");
    let among = |key: &str, wanted: &[(&str, Value)]| {
        let all = camera[key].as_array().cloned().unwrap_or_default();
        let found = all
            .iter()
            .any(|each| wanted.iter().all(|(key, value)| each[*key] == *value));
        assert!(found, "{wanted:?} in {list}");
    };
    among(
        "formats",
        &[
            ("format", "MJPEG".into()),
            ("width", 1280.into()),
            ("height", 720.into()),
            ("fps", 30.0.into()),
        ],
    );
    among(
        "controls",
        &[
            ("name", "brightness".into()),
            ("minimum", (-64).into()),
            ("maximum", 64.into()),
            ("default", 0.into()),
        ],
    );
}

/// What `probe` says, in words and as JSON, of a camera that is there and of one that is not.
async fn told_by_probe(rig: &mut Rig) -> String {
    let settings = "CAPTURE_SOURCE=name:emulated CAPTURE_FORMAT=yuyv CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240 CAPTURE_FPS=15";
    let probe = rig
        .guest
        .sh(&format!("{settings} capture-svc probe 2>/dev/null"))
        .await;
    for part in [
        "Emulated",
        "YUYV 320x240, range Limited",
        "fps, interval varies by",
        "first frame after",
        "lost by the camera ",
    ] {
        assert!(probe.contains(part), "{part:?} in {probe}");
    }
    let probe = rig
        .json(&format!("{settings} capture-svc probe --json 2>/dev/null"))
        .await;
    let (fps, jitter) = (probe["fps"].as_f64(), probe["jitter_ms"].as_f64());
    assert!(fps.is_some_and(|fps| (5.0..16.0).contains(&fps)), "{probe}");
    assert!(jitter.is_some_and(|jitter| jitter < 500.0), "{probe}");
    assert_eq!(probe["width"], 320, "{probe}");

    rig.camera("unplug").await;
    rig.wait_for("it is unplugged", "[ ! -e /dev/video0 ]")
        .await;
    let (status, refused) = rig
        .guest
        .try_sh(&format!("{settings} capture-svc probe"))
        .await;
    assert!(
        status != 0 && refused.contains("no camera has \"emulated\""),
        "{refused}"
    );
    format!("{fps:?} fps, jitter {jitter:?} ms")
}

pub(crate) async fn controls(rig: &mut Rig) -> String {
    rig.start_capture(
        "CAPTURE_CONTROLS=brightness=20,no_such=1,gamma=5 CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240",
    )
    .await;
    let mut viewer = rig.viewer(60).await;
    rig.first_frame(&mut viewer).await;
    let list = rig.guest.sh("capture-svc list").await;
    assert!(
        list.contains("brightness = 20  (-64 to 64, default 0)"),
        "{list}"
    );
    let detail = rig.detail().await;
    assert!(
        detail.contains("no_such") && detail.contains("brightness"),
        "{detail}"
    );
    detail
}
