//! How frames come: buffers, numbers, times, sizes, and calls that take long.

use futures_util::StreamExt;
use testkit::{Cameras, eventually};

use crate::watched::{CAMERA_REACTION_MAX, Watched};

const MJPEG: [(&str, &str); 1] = [("CAPTURE_FORMAT", "mjpeg")];

#[tokio::test]
async fn a_camera_that_behaves_shows_frames_of_both_formats_and_sets_its_controls() {
    for format in ["yuyv", "mjpeg"] {
        let settings = [
            ("CAPTURE_FORMAT", format),
            ("CAPTURE_CONTROLS", "brightness=200"),
        ];
        let mut watched = Watched::with("well-behaved", &settings).await;
        watched.frames(5).await;
        watched.leave_and_see_it_closed().await;
        let log = watched.calm();
        assert!(!log.contains("brightness"), "{log}");
        assert!(watched.errors().await < 0.5);
    }
}

#[tokio::test]
async fn a_camera_that_grants_fewer_or_more_buffers_than_asked_for_is_shown() {
    for behaviour in ["few-buffers", "many-buffers", "single-buffer"] {
        let mut watched = Watched::with(behaviour, &[]).await;
        watched.frames(10).await;
        watched.calm();
        assert!(watched.errors().await < 0.5);
    }
}

#[tokio::test]
async fn the_first_frame_is_shown() {
    let mut watched = Watched::with("one-frame", &[]).await;
    watched.frames(1).await;
}

#[tokio::test]
async fn numbers_that_stand_still_or_begin_anew_are_no_lost_frames() {
    for behaviour in ["sequence-stands-still", "sequence-resets"] {
        let mut watched = Watched::with(behaviour, &[]).await;
        watched.frames(25).await;
        let lost = watched.dropped("camera").await;
        // A loaded machine may lose some of its own.
        assert!(lost < 300.0, "{behaviour}: {lost}");
    }
}
#[tokio::test]
async fn frames_whose_time_is_none_carry_that_of_their_receipt() {
    for (behaviour, clock) in [
        ("stuck-timestamp", "receipt"),
        ("zero-timestamp", "receipt"),
        ("old-timestamp", "receipt"),
        ("well-behaved", "driver"),
    ] {
        let mut watched = Watched::with(behaviour, &[]).await;
        let mut last = 0;
        for _ in 0..15 {
            let stamp = watched.frames(1).await.stamp.captured_at_us;
            assert!(stamp > last, "{behaviour}: {stamp} after {last}");
            last = stamp;
        }
        let log = watched.calm();
        let told = format!("\"clock\":\"{clock}\"");
        assert!(log.contains(&told), "{behaviour}: {log}");
        assert!(log.matches("time of capture").count() <= 2, "{log}");
        let sum = watched
            .capture
            .metric("capture_publish_age_seconds_sum", &[]);
        let count = watched
            .capture
            .metric("capture_publish_age_seconds_count", &[]);
        let age = sum.await / count.await;
        // Of a loaded machine; ten seconds and more are of a wrong time.
        assert!(age < 2.0, "{behaviour}: {age} s");
    }
}

#[test]
fn a_probe_says_by_which_clock_frames_are_captured() {
    for (behaviour, clock) in [("zero-timestamp", "receipt"), ("well-behaved", "driver")] {
        let cameras = Cameras::one(behaviour);
        let probed = cameras.run(&["probe", "--json"], &[]);
        let told: serde_json::Value = serde_json::from_str(&probed.said).expect("JSON");
        assert_eq!(told["clock"], clock, "{}", probed.said);
        let age = told["age_ms"].as_f64().expect("a number");
        assert!(age < 2000.0, "{age}");
    }
}

#[tokio::test]
async fn a_camera_whose_memory_is_slow_is_shown_with_fewer_frames() {
    let mut watched = Watched::with("slow-copy", &[("CAPTURE_FORMAT", "yuyv")]).await;
    watched.frames(10).await;
    watched.leave_and_see_it_closed().await;
    watched.calm();
    assert!(watched.errors().await < 0.5);
}

#[tokio::test]
async fn a_camera_that_hangs_is_not_called_busy_by_our_own_retry_and_comes_back() {
    let watched = Watched::with("dequeue-hangs", &[]).await;
    let count = async |name: &str, reason: &str| {
        let labels = [("reason", reason)];
        let labels = if reason.is_empty() { &[] } else { &labels[..] };
        watched.come().await;
        watched.capture.metric(name, labels).await
    };
    let errors = "capture_camera_errors_total";
    eventually(CAMERA_REACTION_MAX, async || {
        count(errors, "stalled").await >= 2.0
    })
    .await;
    let captured = "capture_frames_captured_total";
    let before = count(captured, "").await;
    eventually(CAMERA_REACTION_MAX, async || {
        count(captured, "").await > before + 5.0
    })
    .await;
    assert!(count(errors, "busy").await < 0.5);
    watched.calm();
}

#[tokio::test]
async fn some_frames_of_another_size_are_dropped_and_counted() {
    let mut watched = Watched::with("size-flips", &MJPEG).await;
    for _ in 0..30 {
        let frame = watched.frames(1).await;
        assert_eq!((frame.width, frame.height), (320, 240));
    }
    assert!(watched.dropped("corrupt").await >= 3.0);
    assert!(watched.errors().await < 0.5);
}

#[tokio::test]
async fn a_size_that_the_camera_goes_over_to_is_shown_and_reported() {
    let mut watched = Watched::with("size-changes", &MJPEG).await;
    let client = watched.nats.client().await;
    let mut statuses = client.subscribe("status").await.expect("a subscription");
    let shown = async {
        loop {
            let frame = watched.frames(1).await;
            if (frame.width, frame.height) == (160, 120) {
                return;
            }
            assert_eq!((frame.width, frame.height), (320, 240));
        }
    };
    tokio::time::timeout(CAMERA_REACTION_MAX, shown)
        .await
        .expect("it is shown");
    let reported = async {
        while let Some(status) = statuses.next().await {
            let status: wire::CameraStatus =
                serde_json::from_slice(&status.payload).expect("a status");
            if (status.width, status.height) == (160, 120) {
                return;
            }
        }
    };
    tokio::time::timeout(CAMERA_REACTION_MAX, reported)
        .await
        .expect("it is reported");
    assert!(watched.dropped("corrupt").await >= 10.0);
    assert!(watched.errors().await < 0.5);
}

#[tokio::test]
async fn the_frame_behind_one_that_the_driver_marks_as_damaged_is_read_whole() {
    let mut watched = Watched::with("hidden-damage", &MJPEG).await;
    for _ in 0..40 {
        let frame = watched.frames(1).await;
        let shade = frame.rgb[0];
        assert!(frame.rgb.iter().all(|sample| *sample == shade));
    }
    // Of forty that were whole and some that were skipped.
    assert!(watched.dropped("corrupt").await >= 6.0);
    assert!(watched.errors().await < 0.5);
}

#[tokio::test]
async fn a_header_that_claims_to_be_huge_costs_no_memory() {
    let mut watched = Watched::with("huge-header", &MJPEG).await;
    for _ in 0..30 {
        let frame = watched.frames(1).await;
        assert_eq!((frame.width, frame.height), (320, 240));
    }
    assert!(watched.dropped("corrupt").await >= 3.0);
    let status = std::fs::read_to_string(format!("/proc/{}/status", watched.capture.pid()));
    let status = status.expect("a running process");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
    let peak_kb: u64 = peak.expect("in kB").trim().parse().expect("a number");
    assert!(peak_kb < 128 << 10, "{peak_kb} kB");
}

#[tokio::test]
async fn a_camera_that_hangs_on_its_side_is_shown_upright_in_both_formats() {
    for format in ["yuyv", "mjpeg"] {
        let settings = [("CAPTURE_FORMAT", format), ("CAPTURE_ROTATE", "90")];
        let mut watched = Watched::with("well-behaved", &settings).await;
        let frame = watched.frames(5).await;
        assert_eq!((frame.width, frame.height), (240, 320), "{format}");
        assert!(watched.dropped("corrupt").await < 0.5);
        watched.calm();
    }
}
