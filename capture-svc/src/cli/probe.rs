//! `capture-svc probe`: what one source really delivers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};
use serde_json::{Value, json};
use wire::{CameraId, CameraState, Quality, Rendition, RenditionSet, Size, Stamp};

use crate::camera::clock;
use crate::camera::{
    Camera, CameraReport, CameraSettings, CaptureClock, FrameReceiver, RawFrame, Verdict,
};
use crate::config::Config;
use crate::encode::{Encoder, KernelRace};
use crate::metrics::{CameraMetrics, Metrics};

/// How long [`probe`] waits for a picture: longer than the slowest camera's start.
const PROBE_FIRST_FRAME_TIMEOUT: Duration = Duration::from_secs(10);
/// At which quality frames are encoded, to find out whether they can be shown.
const PROBE_QUALITY: u8 = 80;
/// How long the source is watched after its first picture: long enough to see a camera's rate settle.
const PROBE_DURATION: Duration = Duration::from_secs(3);

/// Opens the source that `config` names, watches it for some seconds and says what it really delivers.
///
/// # Errors
/// Words for a person when there is no picture.
pub async fn probe(config: &Config, as_json: bool) -> anyhow::Result<String> {
    let one = config.only_camera().map_err(anyhow::Error::msg)?;
    let encoder = one.encoder.build(one.sampling, None);
    let findings = Findings::gather(one.camera.clone(), encoder, PROBE_DURATION).await?;
    Ok(if as_json {
        findings.json().to_string()
    } else {
        findings.text()
    })
}

/// What was seen of a source.
struct Findings {
    report: CameraReport,
    metrics: CameraMetrics,
    first: Arc<RawFrame>,
    first_after: Duration,
    /// Capture and arrival of each frame, µs since the Unix epoch.
    times: Vec<(u64, u64)>,
    /// By which clock the last frame was captured.
    clock: CaptureClock,
    bytes: usize,
}

impl Findings {
    async fn gather(
        settings: CameraSettings,
        encoder: Box<dyn Encoder>,
        duration: Duration,
    ) -> anyhow::Result<Self> {
        let metrics = Metrics::new()?.camera(&CameraId::default())?.camera;
        let started = clock::now();
        let camera = Camera::start(settings, metrics.clone())?;
        let mut frames = Decoded {
            frames: camera.frames(),
            encoder,
            metrics: metrics.clone(),
            jpeg: Vec::new(),
        };
        let mut status = camera.status();
        camera.set_wanted(true);
        let first = tokio::select! {
            frame = frames.next() => frame,
            failed = status.wait_for(|report| report.state == CameraState::Error) => {
                let report = failed.context("the camera thread ended")?;
                return Err(anyhow!(report.detail.clone()));
            }
            () = tokio::time::sleep(PROBE_FIRST_FRAME_TIMEOUT) => bail!("no picture came"),
        };
        let first_after = started.elapsed();
        let (first, arrived) = first;
        let mut times = vec![(first.captured_at_us, arrived)];
        let (mut bytes, mut by) = (first.data.len(), first.clock);
        let until = clock::now() + duration;
        while let Ok((frame, arrived)) = tokio::time::timeout(left(until), frames.next()).await {
            times.push((frame.captured_at_us, arrived));
            bytes += frame.data.len();
            by = frame.clock;
        }
        let report = camera.status().borrow().clone();
        camera.stop();
        camera.stopped().await;
        if report.state == CameraState::Error {
            bail!(report.detail);
        }
        Ok(Self {
            report,
            metrics,
            first,
            first_after,
            times,
            clock: by,
            bytes,
        })
    }

    fn format(&self) -> &'static str {
        self.report.format.unwrap_or("?")
    }

    fn mean_kib(&self) -> f64 {
        self.bytes as f64 / self.times.len() as f64 / 1024.0
    }

    fn json(&self) -> Value {
        let seen = Measured::of(&self.times);
        let raced = KernelRace::get();
        let times = raced.times().iter();
        let kernels_us: BTreeMap<_, _> = times
            .map(|(kernel, time)| (kernel.as_str(), time.as_secs_f64() * 1e6))
            .collect();
        json!({
            "source": self.report.source.as_str(), "detail": self.report.detail, "format": self.format(),
            "width": self.first.width, "height": self.first.height, "frames": self.times.len(), "fps": seen.fps,
            "jitter_ms": seen.jitter_ms, "age_ms": seen.age_ms, "clock": self.clock.as_str(),
            "first_frame_ms": self.first_after.as_secs_f64() * 1000.0, "mean_kib": self.mean_kib(),
            "lost_by_camera": self.metrics.dropped_camera.get(), "corrupt": self.metrics.dropped_corrupt.get(),
            "paced_out": self.metrics.dropped_pace.get(), "kernel": raced.fastest().as_str(), "kernels_us": kernels_us,
        })
    }

    fn text(&self) -> String {
        let seen = Measured::of(&self.times);
        let raced = KernelRace::get();
        format!(
            "{}\n    {} {}x{}, range {:?}, {:.0} KiB a frame\n    {} frames: {:.2} fps, interval varies by {:.1} ms, \
             {:.1} ms old on arrival (time of capture: {}); first frame after {:.0} ms\n    lost by the camera {}, damaged {}, above the target rate {}\n    encoder's kernel {} ({raced} for a strip)\n",
            self.report.detail,
            self.format(),
            self.first.width,
            self.first.height,
            self.first.range,
            self.mean_kib(),
            self.times.len(),
            seen.fps,
            seen.jitter_ms,
            seen.age_ms,
            self.clock.as_str(),
            self.first_after.as_secs_f64() * 1000.0,
            self.metrics.dropped_camera.get(),
            self.metrics.dropped_corrupt.get(),
            self.metrics.dropped_pace.get(),
            raced.fastest(),
        )
    }
}

/// The frames of a camera that can be shown: what looks whole is encoded, as the service does, since some damage shows
/// only then.
struct Decoded {
    frames: FrameReceiver,
    encoder: Box<dyn Encoder>,
    metrics: CameraMetrics,
    jpeg: Vec<u8>,
}

impl Decoded {
    /// The next one and when it arrived, µs since the Unix epoch.
    async fn next(&mut self) -> (Arc<RawFrame>, u64) {
        loop {
            let frame = self.frames.next().await;
            let arrived = clock::wall_us();
            let stamp = Stamp {
                run: 0,
                seq: frame.seq,
                captured_at_us: frame.captured_at_us,
            };
            let renditions = Quality::new(PROBE_QUALITY)
                .map(|quality| Rendition::serving(quality, Size::Full))
                .into_iter()
                .collect::<RenditionSet>();
            let jpegs = std::slice::from_mut(&mut self.jpeg);
            match self.encoder.encode_many(&frame, &stamp, renditions, jpegs) {
                Ok(_) => {
                    self.frames.judge(Verdict::Whole);
                    return (frame, arrived);
                }
                Err(error) => {
                    self.metrics.dropped_corrupt.inc();
                    self.frames.judge(error.verdict());
                }
            }
        }
    }
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
mod tests;
