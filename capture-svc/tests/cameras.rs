//! capture-svc as a process with cameras that misbehave, one behaviour for each test: see `dev/v4l2-stand-in`.

use std::time::Duration;

use async_nats::jetstream::{self, kv};
use futures_util::StreamExt;
use testkit::{Cameras, NatsServer, Picture, Process, eventually};

/// Several times what anything here takes.
const SOON: Duration = Duration::from_secs(20);

/// A capture-svc with one camera, and somebody who watches it.
struct Watched {
    _nats: NatsServer,
    _cameras: Cameras,
    capture: Process,
    demand: kv::Store,
    frames: async_nats::Subscriber,
}

impl Watched {
    async fn with(behaviour: &str, settings: &[(&str, &str)]) -> Self {
        let nats = NatsServer::start().await;
        let cameras = Cameras::one(behaviour);
        let own = [&[("CAPTURE_LINGER", "0s")], settings].concat();
        let capture = Process::capture(&nats, &cameras.settings(&own)).await;
        let client = nats.client().await;
        let frames = client.subscribe("frames.>").await.expect("a subscription");
        let js = jetstream::new(client);
        let demand = eventually(SOON, || async { js.get_key_value("demand").await.ok() }).await;
        let watched = Self {
            _nats: nats,
            _cameras: cameras,
            capture,
            demand,
            frames,
        };
        watched.come().await;
        watched
    }

    async fn come(&self) {
        let put = self.demand.put("q80.gw", "1".into()).await;
        put.expect("a lease");
    }

    async fn leave_and_see_it_closed(&self) {
        self.demand.delete("q80.gw").await.expect("its own lease");
        eventually(SOON, || async { self.open().await < 0.5 }).await;
    }

    async fn open(&self) -> f64 {
        self.capture.metric("capture_camera_open", &[]).await
    }

    /// Waits for that many, of which it gives the last.
    async fn frames(&mut self, count: u32) -> Picture {
        let mut last = None;
        for _ in 0..count {
            let frame = tokio::time::timeout(SOON, self.frames.next()).await;
            let frame = frame.expect("a frame comes").expect("of a live connection");
            last = Some(Picture::read(&frame.payload).expect("a whole picture"));
        }
        last.expect("at least one")
    }

    async fn errors(&self) -> f64 {
        self.capture
            .metric("capture_camera_errors_total", &[])
            .await
    }

    /// No trace of a panic in the log.
    fn calm(&self) -> String {
        let log = self.capture.log();
        assert!(
            !log.contains("panicked") && !log.contains("backtrace"),
            "{log}"
        );
        log
    }
}

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

#[test]
fn a_camera_that_gives_strange_answers_is_listed_with_what_can_be_read_and_hides_no_other() {
    let cameras = Cameras::one("unknown-control-type");
    cameras.plug("video8", "broken-format-description");
    cameras.plug("video9", "broken-control-name");
    cameras.plug("video10", "well-behaved");
    let listed = cameras.run(&["list"], &[]);
    assert!(listed.success, "{}", listed.complained);
    assert_eq!(listed.complained, "");
    let text = format!("\n{}", listed.said);
    let said: Vec<&str> = text.split("\n/dev/").collect();
    assert_eq!(said.len(), 5, "{text}");
    for said in &said[1..] {
        for part in [
            "YUYV   320x240    30, 15 fps",
            "MJPEG  640x480    30, 15 fps",
            "brightness = 128  (",
            "exposure_dynamic_framerate = 0",
        ] {
            assert!(said.contains(part), "{part} in {}", listed.said);
        }
    }
    let menu = "power_line_frequency = 1  (0 to 2, default 1)  0=Disabled, 1=50 Hz, 2=60 Hz";
    assert!(
        said[1].contains(menu) && said[4].contains(menu),
        "{}",
        listed.said
    );
    assert!(said[1].contains("controls not read by us"), "{}", said[1]);
    assert!(said[3].contains("controls not read by us"), "{}", said[3]);
    assert!(!said[2].contains("not read") && !said[4].contains("not read"));
    let json = cameras.run(&["list", "--json"], &[]);
    let json: serde_json::Value = serde_json::from_str(&json.said).expect("JSON");
    assert_eq!(json.as_array().map(Vec::len), Some(4));
}

#[tokio::test]
async fn a_control_of_an_unknown_type_does_not_keep_others_from_being_set() {
    let settings = [("CAPTURE_CONTROLS", "brightness=200,power_line_frequency=2")];
    for behaviour in ["unknown-control-type", "broken-format-description"] {
        let mut watched = Watched::with(behaviour, &settings).await;
        watched.frames(3).await;
        let log = watched.calm();
        assert!(!log.contains("brightness"), "{log}");
        assert!(watched.errors().await < 0.5);
    }
}

#[tokio::test]
async fn an_unknown_colour_space_is_taken_for_the_usual_one() {
    let mut watched = Watched::with("unknown-colorspace", &[("CAPTURE_FORMAT", "yuyv")]).await;
    watched.frames(3).await;
    watched.calm();
    assert!(watched.errors().await < 0.5);
}

#[tokio::test]
async fn a_camera_that_cannot_be_stopped_is_closed_and_opened_again_without_a_panic() {
    let mut watched = Watched::with("streamoff-fails", &[]).await;
    for _ in 0..2 {
        watched.frames(3).await;
        watched.leave_and_see_it_closed().await;
        watched.come().await;
    }
    watched.frames(3).await;
    watched.calm();
    assert!(watched.errors().await < 0.5);
}

#[tokio::test]
async fn a_camera_that_grants_fewer_or_more_buffers_than_asked_for_is_shown() {
    for behaviour in ["few-buffers", "many-buffers"] {
        let mut watched = Watched::with(behaviour, &[]).await;
        watched.frames(10).await;
        watched.calm();
        assert!(watched.errors().await < 0.5);
    }
}
#[tokio::test]
async fn numbers_that_stand_still_or_begin_anew_are_no_lost_frames() {
    for behaviour in ["sequence-stands-still", "sequence-resets"] {
        let mut watched = Watched::with(behaviour, &[]).await;
        watched.frames(25).await;
        let lost = [("reason", "camera")];
        let lost = watched
            .capture
            .metric("capture_frames_dropped_total", &lost)
            .await;
        // A loaded machine may lose some of its own.
        assert!(lost < 300.0, "{behaviour}: {lost}");
    }
}
#[tokio::test]
async fn a_camera_that_tells_no_sizes_is_listed_and_shown() {
    let cameras = Cameras::one("no-frame-sizes");
    let listed = cameras.run(&["list"], &[]);
    assert!(
        listed.said.contains("YUYV   320x240    30 fps"),
        "{}",
        listed.said
    );
    let settings = [("CAPTURE_WIDTH", "640"), ("CAPTURE_HEIGHT", "480")];
    for source in ["/dev/video7", "auto"] {
        let settings = [&settings[..], &[("CAPTURE_SOURCE", source)]].concat();
        let mut watched = Watched::with("no-frame-sizes", &settings).await;
        let frame = watched.frames(3).await;
        assert_eq!((frame.width, frame.height), (640, 480));
        watched.calm();
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
