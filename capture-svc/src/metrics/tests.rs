//! The series of the contract.

use super::*;

#[test]
fn every_series_of_the_contract_is_there_from_the_start() {
    let metrics = Metrics::new().unwrap();
    let text = metrics.text();
    for series in [
        "capture_frames_captured_total 0",
        "capture_frames_dropped_total{reason=\"pace\"} 0",
        "capture_frames_dropped_total{reason=\"bus\"} 0",
        "capture_frames_published_total{quality=\"80\"} 0",
        "capture_published_bytes_total{quality=\"30\"} 0",
        "capture_encode_seconds_count 0",
        "capture_intervals_total{kind=\"fresh\"} 0",
        "capture_intervals_total{kind=\"held\"} 0",
        "capture_intervals_total{kind=\"refreshed\"} 0",
        "capture_changed_ratio 0",
        "capture_frame_bytes_count{quality=\"95\"} 0",
        "capture_publish_age_seconds_count 0",
        "capture_leases{quality=\"55\"} 0",
        "capture_camera_open 0",
        "capture_camera_opens_total 0",
        "capture_camera_errors_total{reason=\"unplugged\"} 0",
        "capture_source_fps 0",
        "nats_connected 0",
        "nats_reconnects_total 0",
        "build_info{",
        "process_resident_memory_bytes",
    ] {
        assert!(text.contains(series), "{series} in\n{text}");
    }
}
