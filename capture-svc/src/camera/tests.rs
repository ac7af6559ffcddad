//! The camera as the rest of the service sees it, with sources that need no device.

use std::{sync::Arc, time::Duration};

use testkit::eventually;
use wire::{CameraState, Reason};

use super::{Camera, CameraReport, CameraSettings, RawFrame, SourceSpec, Verdict};
use crate::metrics::{CameraMetrics, CameraSeries};

/// Far more than anything here takes; a hang is a failure with a name.
const CAMERA_TEST_TIMEOUT: Duration = Duration::from_secs(20);

fn settings(source: SourceSpec) -> CameraSettings {
    CameraSettings::of_a_test(source)
}

fn start(source: SourceSpec) -> (Camera, CameraMetrics) {
    start_with(settings(source))
}

fn start_with(settings: CameraSettings) -> (Camera, CameraMetrics) {
    let metrics = CameraSeries::of_a_test().camera;
    (Camera::start(settings, metrics.clone()).unwrap(), metrics)
}

async fn report(camera: &Camera, wanted: impl FnMut(&CameraReport) -> bool) -> CameraReport {
    let mut status = camera.status();
    let report = tokio::time::timeout(CAMERA_TEST_TIMEOUT, status.wait_for(wanted)).await;
    report.expect("the report comes").unwrap().clone()
}

async fn frame(camera: &Camera) -> Arc<RawFrame> {
    tokio::time::timeout(CAMERA_TEST_TIMEOUT, camera.frames().next())
        .await
        .expect("a frame comes")
}

#[tokio::test]
async fn nothing_is_opened_until_frames_are_wanted() {
    let (camera, metrics) = start(SourceSpec::Pattern);
    assert_eq!(camera.status().borrow().state, CameraState::Idle);
    camera.set_wanted(true);
    frame(&camera).await;
    assert_eq!((metrics.opens.get(), metrics.open.get()), (1, 1));
}

#[tokio::test]
async fn frames_count_from_one_and_go_on_counting_after_the_camera_was_closed() {
    // One frame in ten seconds: nobody is so late as to miss the first.
    let (camera, metrics) = start_with(CameraSettings {
        fps: 0.1,
        ..settings(SourceSpec::Pattern)
    });
    camera.set_wanted(true);
    assert_eq!(frame(&camera).await.seq, 1);
    camera.set_wanted(false);
    report(&camera, |report| report.state == CameraState::Idle).await;
    assert_eq!(metrics.open.get(), 0);
    let counted = metrics.captured.get();
    camera.set_wanted(true);
    assert!(frame(&camera).await.seq > counted);
    assert_eq!(metrics.opens.get(), 2);
}

#[tokio::test]
async fn the_report_says_what_is_live_and_measures_its_rate() {
    let (camera, metrics) = start(SourceSpec::Pattern);
    camera.set_wanted(true);
    let live = report(&camera, |report| report.state == CameraState::Live).await;
    assert_eq!(
        (live.width, live.height, live.reason, metrics.opens.get()),
        (320, 240, None, 1)
    );
    assert_eq!(live.format, Some("I420"));
    // 100 are announced and never exceeded by much; how far a busy machine falls below says nothing about the camera.
    eventually(CAMERA_TEST_TIMEOUT, async || metrics.source_fps.get() > 0.0).await;
    let measured = metrics.source_fps.get();
    assert!(measured < 130.0, "{measured}");
}

#[tokio::test]
async fn a_missing_camera_is_an_error_with_words_and_is_tried_again() {
    let (camera, metrics) = start(SourceSpec::Path("/dev/video-none".into()));
    camera.set_wanted(true);
    let failed = report(&camera, |report| report.state == CameraState::Error).await;
    assert_eq!(failed.reason, Some(Reason::NotFound));
    assert!(
        failed.detail.contains("/dev/video-none"),
        "{}",
        failed.detail
    );
    let errors = metrics.errors.with_label_values(&["not_found"]);
    eventually(CAMERA_TEST_TIMEOUT, async || errors.get() >= 3).await;
    camera.set_wanted(false);
    report(&camera, |report| report.state == CameraState::Idle).await;
}

#[tokio::test]
async fn frames_that_nobody_takes_make_way_and_are_counted() {
    let (camera, metrics) = start(SourceSpec::Pattern);
    camera.set_wanted(true);
    eventually(CAMERA_TEST_TIMEOUT, async || metrics.dropped_busy.get() > 5).await;
    let newest = metrics.captured.get();
    assert!(
        frame(&camera).await.seq + 2 > newest,
        "the newest is what waits"
    );
}

#[tokio::test]
async fn thirty_frames_in_a_row_that_cannot_be_decoded_open_the_camera_anew_and_fewer_do_not() {
    let (camera, metrics) = start(SourceSpec::Pattern);
    camera.set_wanted(true);
    let mut frames = camera.frames();
    for verdict in [Verdict::Damaged, Verdict::Whole, Verdict::Damaged] {
        for _ in 0..29 {
            frames.judge(verdict);
        }
        // The camera's thread looks at every frame: after two more it has seen the count.
        for _ in 0..2 {
            tokio::time::timeout(CAMERA_TEST_TIMEOUT, frames.next())
                .await
                .unwrap();
        }
    }
    let corrupt = metrics.errors.with_label_values(&["corrupt"]);
    assert_eq!((corrupt.get(), metrics.opens.get()), (0, 1));
    frames.judge(Verdict::Damaged);
    eventually(CAMERA_TEST_TIMEOUT, async || metrics.opens.get() == 2).await;
    assert_eq!(corrupt.get(), 1);
    report(&camera, |report| report.state == CameraState::Live).await;
}

#[tokio::test]
async fn pictures_beyond_the_encoder_are_a_fault_with_words_and_nothing_is_live() {
    let scratch = testkit::Scratch::new("large");
    let path = scratch.path().join("large.y4m");
    let mut large = b"YUV4MPEG2 W8194 H2 F30:1 C420\nFRAME\n".to_vec();
    large.resize(large.len() + 8194 * 3, 128);
    std::fs::write(&path, large).unwrap();
    let (camera, metrics) = start(SourceSpec::File(path));
    camera.set_wanted(true);
    let seen = report(&camera, |report| report.reason.is_some()).await;
    assert_eq!(seen.reason, Some(Reason::File));
    for part in ["large.y4m", "8194x2", "8192x8192"] {
        assert!(seen.detail.contains(part), "{}", seen.detail);
    }
    assert!(!seen.detail.contains("CAPTURE_WIDTH"), "{}", seen.detail);
    eventually(CAMERA_TEST_TIMEOUT, async || {
        metrics.errors.with_label_values(&["file"]).get() >= 2
    })
    .await;
    assert_eq!(metrics.captured.get(), 0);
    // Each try opens the file to learn its size; what was told of it is told before it is closed again.
    eventually(CAMERA_TEST_TIMEOUT, async || metrics.open.get() == 0).await;
}

#[tokio::test]
async fn a_recording_without_a_picture_says_so_and_costs_nothing_when_nobody_wants_it() {
    let scratch = testkit::Scratch::new("endless");
    let path = scratch.path().join("endless.mjpeg");
    std::fs::File::create(&path)
        .and_then(|file| file.set_len(1 << 42))
        .unwrap();
    let (camera, metrics) = start(SourceSpec::File(path));
    camera.set_wanted(true);
    let seen = report(&camera, |report| report.reason.is_some()).await;
    assert_eq!(seen.reason, Some(Reason::File), "{}", seen.detail);
    assert!(seen.detail.contains("no whole JPEG"), "{}", seen.detail);
    // Idle is told when the thread that read the file has ended.
    camera.set_wanted(false);
    report(&camera, |report| report.state == CameraState::Idle).await;
    assert_eq!(metrics.open.get(), 0);
}

#[tokio::test]
async fn damage_in_a_recording_is_counted_and_does_not_begin_it_anew() {
    let whole = |shade: u8| {
        let mut bytes = Vec::new();
        jpeg_encoder::Encoder::new(&mut bytes, 80)
            .encode(&[shade; 64 * 48 * 3], 64, 48, jpeg_encoder::ColorType::Rgb)
            .unwrap();
        bytes
    };
    let cut = &whole(10)[..400];
    let scratch = testkit::Scratch::new("damaged");
    let path = scratch.path().join("damaged.mjpeg");
    std::fs::write(&path, [whole(10), cut.repeat(50), whole(240)].concat()).unwrap();
    let (camera, metrics) = start(SourceSpec::File(path));
    camera.set_wanted(true);
    eventually(CAMERA_TEST_TIMEOUT, async || {
        metrics.dropped_corrupt.get() >= 100
    })
    .await;
    assert_eq!(metrics.opens.get(), 1);
    assert_eq!(frame(&camera).await.data.len(), whole(240).len());
}

#[tokio::test]
async fn a_recording_of_which_nothing_can_be_decoded_is_a_fault_and_not_the_cameras() {
    let lossless = Verdict::Unread(jpeg_ladder::JpegKind::Lossless);
    for (verdict, words) in [(Verdict::Damaged, "damaged"), (lossless, "lossless JPEG")] {
        let detail = fault_of_a_recording(verdict).await;
        assert!(
            detail.contains(words) && detail.contains("undecodable.mjpeg"),
            "{detail}"
        );
        assert!(!detail.contains("camera"), "{detail}");
    }
}

async fn fault_of_a_recording(verdict: Verdict) -> String {
    let scratch = testkit::Scratch::new("undecodable");
    let path = scratch.path().join("undecodable.mjpeg");
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 80)
        .encode(&[90; 64 * 48], 64, 48, jpeg_encoder::ColorType::Luma)
        .unwrap();
    std::fs::write(&path, bytes.repeat(3)).unwrap();
    let (camera, metrics) = start(SourceSpec::File(path));
    camera.set_wanted(true);
    let mut frames = camera.frames();
    let mut seen = camera.status();
    let failed = seen.wait_for(|report| report.reason == Some(Reason::File));
    let mut failed = std::pin::pin!(tokio::time::timeout(CAMERA_TEST_TIMEOUT, failed));
    let detail = loop {
        tokio::select! {
            report = &mut failed => break report.unwrap().unwrap().detail.clone(),
            _ = frames.next() => frames.judge(verdict),
        }
    };
    assert_eq!(metrics.errors.with_label_values(&["corrupt"]).get(), 0);
    detail
}

#[tokio::test]
async fn stopping_closes_the_source_and_ends_the_thread() {
    let (camera, metrics) = start(SourceSpec::Pattern);
    camera.set_wanted(true);
    frame(&camera).await;
    camera.stop();
    tokio::time::timeout(CAMERA_TEST_TIMEOUT, camera.stopped())
        .await
        .expect("it ends");
    assert_eq!(metrics.open.get(), 0);
}

#[tokio::test]
async fn the_size_reported_is_that_of_the_pictures_shown() {
    let sized = |width: u16, height: u16| {
        let mut bytes = Vec::new();
        let pixels = vec![90; usize::from(width) * usize::from(height)];
        jpeg_encoder::Encoder::new(&mut bytes, 80)
            .encode(&pixels, width, height, jpeg_encoder::ColorType::Luma)
            .unwrap();
        bytes
    };
    let scratch = testkit::Scratch::new("sizes");
    let path = scratch.path().join("sizes.mjpeg");
    std::fs::write(&path, [sized(64, 48), sized(32, 24).repeat(200)].concat()).unwrap();
    let (camera, _) = start(SourceSpec::File(path));
    camera.set_wanted(true);
    let size = |report: &CameraReport| (report.width, report.height);
    report(&camera, |report| report.state == CameraState::Live).await;
    report(&camera, |report| size(report) == (32, 24)).await;
    camera.set_wanted(false);
    let idle = report(&camera, |report| report.state == CameraState::Idle).await;
    assert!(
        (idle.nominal_fps - 100.0).abs() < 0.01,
        "{}",
        idle.nominal_fps
    );
}

#[tokio::test]
async fn a_camera_that_hangs_on_its_side_is_shown_and_reported_upright() {
    let (camera, _) = start_with(CameraSettings {
        orientation: jpeg_ladder::Orientation::QUARTER,
        ..settings(SourceSpec::Pattern)
    });
    camera.set_wanted(true);
    let shown = frame(&camera).await;
    assert_eq!((shown.width, shown.height), (240, 320));
    let told = report(&camera, |report| report.state == CameraState::Live).await;
    assert_eq!((told.width, told.height), (240, 320));
}
