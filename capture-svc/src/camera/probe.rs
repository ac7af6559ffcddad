//! `capture-svc probe`: what one source really delivers.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{Camera, CameraMetrics, CameraState, clock, source::CameraSettings};
use crate::encode::KernelRace;

/// How long [`probe`] waits for a picture: longer than the slowest camera's start.
const FIRST_PICTURE: Duration = Duration::from_secs(10);

/// Opens the source that `settings` name, watches it for `duration` and says what it really delivers.
///
/// # Errors
/// Words for a person when there is no picture.
pub async fn probe(
    settings: CameraSettings,
    duration: Duration,
    as_json: bool,
) -> Result<String, String> {
    let metrics = CameraMetrics::detached();
    let started = clock::now();
    let camera = Camera::start(settings, metrics.clone()).map_err(|cause| cause.to_string())?;
    let (mut frames, mut status) = (camera.frames(), camera.status());
    camera.set_wanted(true);
    let first = tokio::select! {
        frame = frames.next() => frame,
        failed = status.wait_for(|report| report.state == CameraState::Error) => {
            return Err(failed.map_or_else(|_| "the camera thread ended".into(), |report| report.detail.clone()));
        }
        () = tokio::time::sleep(FIRST_PICTURE) => return Err("no picture came".into()),
    };
    let first_after = started.elapsed();

    let mut times = vec![(first.captured_at_us, clock::wall_us())];
    let mut bytes = first.data.len();
    let until = clock::now() + duration;
    while let Ok(frame) = tokio::time::timeout(left(until), frames.next()).await {
        times.push((frame.captured_at_us, clock::wall_us()));
        bytes += frame.data.len();
    }
    let report = camera.status().borrow().clone();
    camera.stop();
    camera.stopped().await;
    if report.state == CameraState::Error {
        return Err(report.detail);
    }

    let seen = Measured::of(&times);
    let mean_kib = bytes as f64 / times.len() as f64 / 1024.0;
    let format = report.format.map_or("?", super::PixelFormat::as_str);
    let raced = KernelRace::get();
    let kernel = raced.fastest().as_str();
    if as_json {
        return Ok(json!({
            "source": report.source.as_str(), "detail": report.detail, "format": format,
            "width": first.width, "height": first.height, "frames": times.len(), "fps": seen.fps,
            "jitter_ms": seen.jitter_ms, "age_ms": seen.age_ms, "first_frame_ms": first_after.as_secs_f64() * 1000.0,
            "mean_kib": mean_kib, "lost_by_camera": metrics.dropped_camera.get(), "corrupt": metrics.dropped_corrupt.get(),
            "paced_out": metrics.dropped_pace.get(), "kernel": kernel, "kernels_us": raced.times().iter()
                .map(|(kernel, time)| (kernel.as_str(), time.as_secs_f64() * 1e6))
                .collect::<BTreeMap<_, _>>(),
        })
        .to_string());
    }
    Ok(format!(
        "{}\n    {format} {}x{}, range {:?}, {mean_kib:.0} KiB a frame\n    {} frames: {:.2} fps, interval varies by {:.1} ms, \
         {:.1} ms old on arrival; first frame after {:.0} ms\n    lost by the camera {}, damaged {}, above the target rate {}\n    encoder's kernel {kernel} ({raced} for a strip)\n",
        report.detail,
        first.width,
        first.height,
        first.range,
        times.len(),
        seen.fps,
        seen.jitter_ms,
        seen.age_ms,
        first_after.as_secs_f64() * 1000.0,
        metrics.dropped_camera.get(),
        metrics.dropped_corrupt.get(),
        metrics.dropped_pace.get(),
    ))
}

fn left(until: Instant) -> Duration {
    until.saturating_duration_since(clock::now())
}

/// What the times of frames say.
struct Measured {
    fps: f64,
    /// Standard deviation of the time from frame to frame.
    jitter_ms: f64,
    /// Mean of how old a frame was when it reached us.
    age_ms: f64,
}

impl Measured {
    /// From capture and arrival times, µs since the Unix epoch.
    fn of(times: &[(u64, u64)]) -> Self {
        let intervals: Vec<_> = times
            .windows(2)
            .map(|pair| pair[1].0.saturating_sub(pair[0].0) as f64 / 1000.0)
            .collect();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
        let interval = mean(&intervals);
        let squares: Vec<_> = intervals
            .iter()
            .map(|each| (each - interval).powi(2))
            .collect();
        let ages: Vec<_> = times
            .iter()
            .map(|(captured, arrived)| arrived.saturating_sub(*captured) as f64 / 1000.0)
            .collect();
        Self {
            fps: if interval > 0.0 {
                1000.0 / interval
            } else {
                0.0
            },
            jitter_ms: mean(&squares).sqrt(),
            age_ms: mean(&ages),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::camera::source::{FormatWish, SourceSpec};

    fn settings(source: SourceSpec) -> CameraSettings {
        CameraSettings {
            source,
            width: 320,
            height: 240,
            fps: 50.0,
            format: FormatWish::Auto,
            warmup: 0,
            controls: Vec::new(),
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

    #[tokio::test]
    async fn a_probe_says_what_the_source_delivers() {
        let text = probe(
            settings(SourceSpec::Pattern),
            Duration::from_millis(300),
            true,
        )
        .await
        .unwrap();
        let told: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (told["source"].as_str(), told["format"].as_str()),
            (Some("pattern"), Some("I420"))
        );
        let kernel = told["kernel"].as_str().unwrap();
        assert!(told["kernels_us"][kernel].as_f64() > Some(0.0), "{text}");
        assert!(
            (25.0..75.0).contains(&told["fps"].as_f64().unwrap()),
            "{text}"
        );
    }

    #[tokio::test]
    async fn a_probe_of_nothing_says_why() {
        let refused = probe(
            settings(SourceSpec::Index(99)),
            Duration::from_millis(300),
            false,
        )
        .await
        .unwrap_err();
        assert!(refused.contains("/dev/video99"), "{refused}");
    }
}
