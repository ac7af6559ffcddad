//! `capture-svc list` and `capture-svc probe`: what cameras there are, what they can do, and what one really does.

use std::{
    fmt::Write,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{
    Camera, CameraMetrics, CameraState, clock,
    controls::{self, Setting},
    device::{self, Node},
    negotiate::{Offer, rate},
    source::CameraSettings,
};

/// How long [`probe`] waits for a picture: longer than the slowest camera's start.
const FIRST_PICTURE: Duration = Duration::from_secs(10);

/// Every camera of this machine with its formats and controls, for a person or (JSON) for a program.
#[must_use]
pub fn list(as_json: bool) -> String {
    let cameras: Vec<_> = device::nodes().into_iter().filter_map(Seen::new).collect();
    if as_json {
        return cameras
            .iter()
            .map(Seen::json)
            .collect::<Value>()
            .to_string();
    }
    if cameras.is_empty() {
        return "No camera found: there is no /dev/video* that offers pictures. In a container, is the device passed in?\n".into();
    }
    cameras.iter().map(Seen::text).collect()
}

/// One node that is a camera or could not be asked.
struct Seen {
    node: Node,
    links: Vec<String>,
    offers: Vec<Offer>,
    other: Vec<String>,
    controls: Vec<Setting>,
    refusal: Option<String>,
}

impl Seen {
    /// `None` for a node that is no camera, such as a metadata node.
    fn new(node: Node) -> Option<Self> {
        let mut seen = Self {
            links: links(&node.path),
            offers: Vec::new(),
            other: Vec::new(),
            controls: Vec::new(),
            refusal: None,
            node,
        };
        match device::open_node(&seen.node.path) {
            Ok(device) => {
                seen.offers = device::offers(&device, None);
                seen.other = device::not_understood(&device);
                if seen.offers.is_empty() && seen.other.is_empty() {
                    return None;
                }
                seen.controls = controls::list(&device);
            }
            Err(error) => seen.refusal = Some(error.to_string()),
        }
        Some(seen)
    }

    fn text(&self) -> String {
        let mut out = format!("{}  {}\n", self.node.path.display(), self.node.name);
        for link in &self.links {
            let _ = writeln!(out, "    {link}");
        }
        if let Some(refusal) = &self.refusal {
            let _ = writeln!(out, "    {refusal}");
        }
        for ((format, size), rates) in self.modes() {
            let _ = writeln!(out, "    {format:<6} {size:<10} {} fps", rates.join(", "));
        }
        if !self.other.is_empty() {
            let _ = writeln!(out, "    not read by us: {}", self.other.join(", "));
        }
        for control in &self.controls {
            let value = control
                .value
                .map_or_else(|| "?".into(), |value| value.to_string());
            let _ = write!(
                out,
                "    {} = {value}  ({} to {}, default {})",
                control.name, control.minimum, control.maximum, control.default
            );
            let _ = writeln!(
                out,
                "{}{}",
                if control.menu.is_empty() { "" } else { "  " },
                control.menu.join(", ")
            );
        }
        out
    }

    /// The rates of each format and size, in the driver's order.
    fn modes(&self) -> Vec<((&'static str, String), Vec<String>)> {
        let mut modes: Vec<((&'static str, String), Vec<String>)> = Vec::new();
        for offer in &self.offers {
            let mode = (
                offer.format.as_str(),
                format!("{}x{}", offer.width, offer.height),
            );
            let fps = rate(offer.interval.fps());
            match modes.iter_mut().find(|(known, _)| *known == mode) {
                Some((_, rates)) => rates.push(fps),
                None => modes.push((mode, vec![fps])),
            }
        }
        modes
    }

    fn json(&self) -> Value {
        let formats: Vec<_> = self
            .offers
            .iter()
            .map(|offer| {
                json!({
                    "format": offer.format.as_str(), "width": offer.width, "height": offer.height, "fps": offer.interval.fps(),
                })
            })
            .collect();
        let controls: Vec<_> = self
            .controls
            .iter()
            .map(|control| {
                json!({
                    "name": control.name, "value": control.value, "minimum": control.minimum, "maximum": control.maximum,
                    "default": control.default, "menu": control.menu,
                })
            })
            .collect();
        json!({
            "path": self.node.path, "name": self.node.name, "links": self.links, "driver": device::driver(&self.node.path),
            "formats": formats, "not_read": self.other, "controls": controls, "error": self.refusal,
        })
    }
}

/// The stable names of a node.
fn links(node: &Path) -> Vec<String> {
    let directories = ["/dev/v4l/by-id", "/dev/v4l/by-path"];
    let entries = directories
        .iter()
        .filter_map(|directory| fs::read_dir(directory).ok())
        .flatten()
        .flatten();
    let mut links: Vec<_> = entries
        .filter(|link| fs::canonicalize(link.path()).is_ok_and(|target| target == node))
        .map(|link| link.path().display().to_string())
        .collect();
    links.sort_unstable();
    links
}

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
    if as_json {
        return Ok(json!({
            "source": report.source.as_str(), "detail": report.detail, "format": format,
            "width": first.width, "height": first.height, "frames": times.len(), "fps": seen.fps,
            "jitter_ms": seen.jitter_ms, "age_ms": seen.age_ms, "first_frame_ms": first_after.as_secs_f64() * 1000.0,
            "mean_kib": mean_kib, "lost_by_camera": metrics.dropped_camera.get(), "corrupt": metrics.dropped_corrupt.get(),
            "paced_out": metrics.dropped_pace.get(),
        })
        .to_string());
    }
    Ok(format!(
        "{}\n    {format} {}x{}, range {:?}, {mean_kib:.0} KiB a frame\n    {} frames: {:.2} fps, interval varies by {:.1} ms, \
         {:.1} ms old on arrival; first frame after {:.0} ms\n    lost by the camera {}, damaged {}, above the target rate {}\n",
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

    #[test]
    fn the_list_is_json_for_a_program() {
        assert!(
            serde_json::from_str::<Value>(&list(true))
                .unwrap()
                .is_array()
        );
    }
}
