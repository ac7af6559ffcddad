//! The series of the contract.

use super::*;

#[test]
fn every_series_of_the_contract_is_there_from_the_start() {
    let metrics = Metrics::new().unwrap();
    let series = metrics.camera(&CameraId::default()).unwrap();
    let text = metrics.text();
    for series in [
        "capture_frames_captured_total{camera=\"default\"} 0",
        "capture_frames_dropped_total{camera=\"default\",reason=\"pace\"} 0",
        "capture_frames_dropped_total{camera=\"default\",reason=\"bus\"} 0",
        "capture_frames_published_total{camera=\"default\",quality=\"80\"} 0",
        "capture_published_bytes_total{camera=\"default\",quality=\"30\"} 0",
        "capture_encode_seconds_count{camera=\"default\"} 0",
        "capture_intervals_total{camera=\"default\",kind=\"fresh\"} 0",
        "capture_intervals_total{camera=\"default\",kind=\"held\"} 0",
        "capture_intervals_total{camera=\"default\",kind=\"refreshed\"} 0",
        "capture_changed_ratio{camera=\"default\"} 0",
        "capture_frame_bytes_count{camera=\"default\",quality=\"95\"} 0",
        "capture_publish_age_seconds_count{camera=\"default\"} 0",
        "capture_leases{camera=\"default\",quality=\"55\"} 0",
        "capture_camera_open{camera=\"default\"} 0",
        "capture_camera_opens_total{camera=\"default\"} 0",
        "capture_camera_errors_total{camera=\"default\",reason=\"unplugged\"} 0",
        "capture_active{camera=\"default\"} 0",
        "capture_camera_present{camera=\"default\"} 0",
        "capture_source_fps{camera=\"default\"} 0",
        "nats_connected 0",
        "nats_reconnects_total 0",
        "build_info{",
        "process_resident_memory_bytes",
    ] {
        assert!(text.contains(series), "{series} in\n{text}");
    }
    drop(series);
    assert!(
        !metrics.text().contains("capture_"),
        "they go with their camera"
    );
}
