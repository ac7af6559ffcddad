//! Judges the settings, all of them before the first complaint.

use jpeg_ladder::Orientation;
use process::{ConfigErrors, Problems};
use wire::CameraId;

use super::{CameraConfig, CamerasFile, Config, Settings};
use crate::camera::{
    CameraSettings, ColorRange, ExecFormat, FormatWish, InputWish, SourceSpec, Standard, masked,
    shown,
};
use crate::encode::{EncoderKind, Hold, Sampling};

/// What else `CAPTURE_LINGER` may be.
const LINGER_HINT: &str = "0s for at once, never for always open";

impl Settings {
    /// Judges every setting.
    ///
    /// # Errors
    /// All that is wrong, at once.
    pub fn validate(&self) -> Result<Config, ConfigErrors> {
        let mut problems = Problems::default();
        let nats = self.nats.validate(&mut problems);
        let file = self.config.as_ref();
        let file = file.map(|path| CamerasFile::new(path, self));
        let cameras = self.cameras(file.as_ref(), &mut problems);
        let replicas = [("1", 1), ("3", 3)];
        let replicas = problems.choice("CAPTURE_BUCKET_REPLICAS", &self.bucket_replicas, &replicas);
        let admin_listen =
            problems.address("CAPTURE_ADMIN_LISTEN", &self.admin_listen, "127.0.0.1:9101");
        let allowed_hosts = problems.list("CAPTURE_ALLOWED_HOSTS", &self.allowed_hosts);
        let log = self.log.validate(&mut problems);
        let build = || {
            Some(Config {
                nats: nats?,
                cameras: cameras?,
                cameras_file: file,
                bucket_replicas: replicas?,
                admin_listen: admin_listen?,
                allowed_hosts: allowed_hosts?,
                log: log?,
            })
        };
        problems.settle(build())
    }

    /// Only what the process is asked, not its cameras: an admin port is found whatever is wrong with a file of cameras.
    pub fn forget_cameras(&mut self) {
        self.config = None;
    }

    /// The cameras of the file, or the one of the environment.
    fn cameras(
        &self,
        file: Option<&CamerasFile>,
        problems: &mut Problems,
    ) -> Option<Vec<CameraConfig>> {
        let name = self.camera_id.as_deref().unwrap_or_default();
        let id = problems.keep("CAPTURE_CAMERA_ID", name, name.parse::<CameraId>());
        let Some(file) = file else {
            return self.camera_config(id, problems).map(|camera| vec![camera]);
        };
        let mut cameras = match file.read() {
            Ok(cameras) => cameras,
            Err(ConfigErrors(found)) => {
                for problem in found {
                    problems.add(problem);
                }
                return None;
            }
        };
        if self.camera_id.is_some() {
            cameras.retain(|camera| Some(&camera.id) == id.as_ref());
            if cameras.is_empty() {
                problems.add(format!(
                    "CAPTURE_CAMERA_ID={name:?}: no such camera in CAPTURE_CONFIG"
                ));
                return None;
            }
        }
        Some(cameras)
    }

    /// What is set for the camera `id`.
    pub(super) fn camera_config(
        &self,
        id: Option<CameraId>,
        problems: &mut Problems,
    ) -> Option<CameraConfig> {
        let camera = self.camera(problems);
        let samplings = [("420", Sampling::S420), ("422", Sampling::S422)];
        let sampling = problems.choice("CAPTURE_SUBSAMPLING", &self.subsampling, &samplings);
        let encoder = problems.choice("CAPTURE_ENCODER", &self.encoder, &EncoderKind::CHOICES);
        let hold = problems.choice(
            "CAPTURE_HOLD",
            &self.hold,
            &[("auto", true), ("off", false)],
        );
        let refresh = problems.time("CAPTURE_HOLD_REFRESH", &self.hold_refresh);
        let settles = problems.choice(
            "CAPTURE_SETTLE",
            &self.settle,
            &[("on", true), ("off", false)],
        );
        if (settles, hold) == (Some(true), Some(false)) {
            problems.add(
                "CAPTURE_SETTLE=on takes CAPTURE_HOLD=auto: only what is held can settle"
                    .to_owned(),
            );
        }
        let events = self.events.validate(problems);
        let linger = problems.time_or_never("CAPTURE_LINGER", &self.linger, LINGER_HINT);
        Some(CameraConfig {
            id: id?,
            camera: camera?,
            encoder: encoder?,
            sampling: sampling?,
            hold: hold?.then_some(Hold {
                refresh: refresh?,
                settles: settles?,
            }),
            linger: linger?,
            events: events?,
        })
    }

    fn camera(&self, problems: &mut Problems) -> Option<CameraSettings> {
        let source = problems.keep(
            "CAPTURE_SOURCE",
            // As it may be shown: it may hold a password.
            &masked(&shown(&self.source)),
            self.source.parse::<SourceSpec>(),
        );
        let http = self.http.validate(source.as_ref(), problems);
        // 8192: as far as the encoder goes; 1 to 240 frames: as far as UVC cameras go.
        let width = problems.number("CAPTURE_WIDTH", &self.width, 16, 8192);
        let height = problems.number("CAPTURE_HEIGHT", &self.height, 16, 8192);
        let fps = problems.number("CAPTURE_FPS", &self.fps, 1.0, 240.0);
        let formats = [
            ("auto", FormatWish::Auto),
            ("mjpeg", FormatWish::Mjpeg),
            ("yuyv", FormatWish::Yuyv),
            ("nv12", FormatWish::Nv12),
        ];
        let format = problems.choice("CAPTURE_FORMAT", &self.format, &formats);
        let exec_format = self.exec_format.parse::<ExecFormat>();
        let exec_format = problems.keep("CAPTURE_EXEC_FORMAT", &self.exec_format, exec_format);
        let turns = [
            ("0", Orientation::UPRIGHT),
            ("90", Orientation::QUARTER),
            ("180", Orientation::HALF),
            ("270", Orientation::THREE_QUARTERS),
        ];
        let rotate = problems.choice("CAPTURE_ROTATE", &self.rotate, &turns);
        let flips = [
            ("none", Orientation::UPRIGHT),
            ("horizontal", Orientation::MIRRORED),
            ("vertical", Orientation::FLIPPED),
        ];
        let flip = problems.choice("CAPTURE_FLIP", &self.flip, &flips);
        let ranges = [
            ("auto", None),
            ("full", Some(ColorRange::Full)),
            ("limited", Some(ColorRange::Limited)),
        ];
        let range = problems.choice("CAPTURE_RANGE", &self.range, &ranges);
        let input = self.input.as_deref().map(str::parse::<InputWish>);
        let named = self.input.as_deref().unwrap_or_default();
        let input = problems.keep("CAPTURE_INPUT", named, input.transpose());
        let standard = problems.choice("CAPTURE_STANDARD", &self.standard, &Standard::CHOICES);
        let warmup = problems.number("CAPTURE_WARMUP", &self.warmup, 0, 1000);
        let controls = problems.keep("CAPTURE_CONTROLS", &self.controls, controls(&self.controls));
        Some(CameraSettings {
            source: source?,
            width: width?,
            height: height?,
            fps: fps?,
            format: format?,
            exec_format: exec_format?,
            range: range?,
            input: input?,
            standard: standard?,
            warmup: warmup?,
            controls: controls?,
            orientation: rotate?.then(flip?),
            http: http?,
        })
    }
}

/// Reads `name=value,…`.
fn controls(text: &str) -> Result<Vec<(String, i64)>, String> {
    let pairs = text
        .split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty());
    let read = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        Some((name.trim().to_owned(), value.trim().parse().ok()?))
    };
    pairs
        .map(|pair| read(pair).ok_or_else(|| format!("{pair:?} is no name=whole number")))
        .collect()
}

#[cfg(test)]
mod tests;
