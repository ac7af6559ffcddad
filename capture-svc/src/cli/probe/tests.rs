//! What a probe says of sources that need no device.

use super::*;
use crate::camera::SourceSpec;
use crate::encode::{EncoderKind, Sampling};

fn settings(source: SourceSpec) -> CameraSettings {
    CameraSettings {
        fps: 50.0,
        ..CameraSettings::of_a_test(source)
    }
}

#[test]
fn times_become_rate_jitter_and_age() {
    let steady = Measured::of(&[(0, 5_000), (20_000, 25_000), (40_000, 45_000)]);
    assert!(
        (steady.fps - 50.0).abs() < 0.01
            && steady.jitter_ms < 0.01
            && (steady.age_ms - 5.0).abs() < 0.01
    );
    assert!((Measured::of(&[(0, 0), (10_000, 0), (40_000, 0)]).jitter_ms - 10.0).abs() < 0.01);
}

async fn gathered(source: SourceSpec) -> anyhow::Result<Findings> {
    let encoder = EncoderKind::Ladder.build(Sampling::S420, None);
    Findings::gather(settings(source), encoder, Duration::from_millis(300)).await
}

#[tokio::test]
async fn a_probe_says_what_the_source_delivers() {
    let findings = gathered(SourceSpec::Pattern).await.unwrap();
    let told = findings.json();
    assert_eq!(
        (told["source"].as_str(), told["format"].as_str()),
        (Some("pattern"), Some("I420"))
    );
    assert_eq!(
        (told["width"].as_u64(), told["height"].as_u64()),
        (Some(320), Some(240))
    );
    assert_eq!(told["mean_kib"].as_f64(), Some(112.5), "{told}");
    let kernel = told["kernel"].as_str().unwrap();
    assert!(told["kernels_us"][kernel].as_f64() > Some(0.0), "{told}");
}

/// Rate and age from given times: how many frames a loaded machine gets to see says nothing about the probe.
#[tokio::test]
async fn the_rate_told_is_that_of_the_frames_seen() {
    let mut findings = gathered(SourceSpec::Pattern).await.unwrap();
    findings.times = vec![(0, 5_000), (20_000, 25_000), (40_000, 45_000)];
    let told = findings.json();
    assert_eq!(
        (told["frames"].as_u64(), told["fps"].as_f64()),
        (Some(3), Some(50.0))
    );
    assert!(findings.text().contains("3 frames: 50.00 fps"));
}

#[tokio::test]
async fn a_probe_of_nothing_says_why() {
    let refused = gathered(SourceSpec::Index(99)).await.err().unwrap();
    assert!(refused.to_string().contains("/dev/video99"), "{refused}");
}
