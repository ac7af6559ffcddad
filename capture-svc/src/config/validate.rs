//! Judges the settings, all of them before the first complaint.

use jpeg_ladder::Orientation;
use process::{ConfigErrors, Problems};

use super::{Config, Settings};
use crate::camera::{
    CameraSettings, ColorRange, FormatWish, InputWish, SourceSpec, Standard, shown,
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
        let camera = self.camera(&mut problems);
        let camera_id = self.camera_id.as_deref().unwrap_or_default();
        let camera_id = problems.keep("CAPTURE_CAMERA_ID", camera_id, camera_id.parse());
        let samplings = [("420", Sampling::S420), ("422", Sampling::S422)];
        let sampling = problems.choice("CAPTURE_SUBSAMPLING", &self.subsampling, &samplings);
        let encoder = problems.choice("CAPTURE_ENCODER", &self.encoder, &EncoderKind::CHOICES);
        let hold = problems.choice(
            "CAPTURE_HOLD",
            &self.hold,
            &[("auto", true), ("off", false)],
        );
        let refresh = problems.time("CAPTURE_HOLD_REFRESH", &self.hold_refresh);
        let linger = problems.time_or_never("CAPTURE_LINGER", &self.linger, LINGER_HINT);
        let replicas = [("1", 1), ("3", 3)];
        let replicas = problems.choice("CAPTURE_BUCKET_REPLICAS", &self.bucket_replicas, &replicas);
        let admin_listen =
            problems.address("CAPTURE_ADMIN_LISTEN", &self.admin_listen, "127.0.0.1:9101");
        let allowed_hosts = problems.list("CAPTURE_ALLOWED_HOSTS", &self.allowed_hosts);
        let log = self.log.validate(&mut problems);
        let build = || {
            Some(Config {
                nats: nats?,
                camera_id: camera_id?,
                camera: camera?,
                encoder: encoder?,
                sampling: sampling?,
                hold: hold?.then_some(Hold { refresh: refresh? }),
                linger: linger?,
                bucket_replicas: replicas?,
                admin_listen: admin_listen?,
                allowed_hosts: allowed_hosts?,
                log: log?,
            })
        };
        problems.settle(build())
    }

    fn camera(&self, problems: &mut Problems) -> Option<CameraSettings> {
        let source = problems.keep(
            "CAPTURE_SOURCE",
            // As it may be shown: it may hold a password.
            &shown(&self.source),
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
mod tests {
    use std::time::Duration;

    use clap::Parser;

    use super::super::Cli;
    use super::*;

    fn settings(args: &[&str]) -> Settings {
        Cli::try_parse_from(["capture-svc"].iter().chain(args))
            .unwrap()
            .settings
    }

    #[test]
    fn the_defaults_are_the_contracts() {
        let config = settings(&[]).validate().unwrap();
        assert_eq!((config.camera.width, config.camera.height), (1280, 720));
        assert!((config.camera.fps - 34.0).abs() < f64::EPSILON);
        assert_eq!(config.linger, Some(Duration::from_secs(10)));
        assert_eq!(config.hold, None);
        assert_eq!(config.admin_listen.to_string(), "127.0.0.1:9101");
        assert!(config.camera_id.is_default());
    }

    /// Each flag with a value that it does not take.
    const WRONG: &[&str] = &[
        "--nats-url=nats://",
        "--nats-user=me",
        "--nats-ca-file=/no/such/ca.pem",
        "--camera-id=Door",
        "--width=0",
        "--height=x",
        "--fps=NaN",
        "--format=h264",
        "--subsampling=444",
        "--linger=10",
        "--range=wide",
        "--input=",
        "--standard=hdtv",
        "--warmup=-1",
        "--controls=gain",
        "--rotate=45",
        "--flip=both",
        "--encoder=fast",
        "--hold=on",
        "--hold-refresh=10",
        "--bucket-replicas=2",
        "--admin-listen=9101",
        "--log-format=xml",
        "--log=a=b=c",
        "--source=name:",
    ];

    #[test]
    fn every_problem_is_told_at_once_with_its_value_and_what_would_do() {
        let ConfigErrors(problems) = settings(WRONG).validate().unwrap_err();
        for name in [
            "NATS_URL",
            "NATS_USER",
            "NATS_CA_FILE",
            "CAPTURE_CAMERA_ID",
            "CAPTURE_WIDTH=\"0\"",
            "CAPTURE_HEIGHT",
            "CAPTURE_FPS",
            "CAPTURE_FORMAT",
            "CAPTURE_SUBSAMPLING",
            "CAPTURE_LINGER",
            "CAPTURE_RANGE",
            "CAPTURE_INPUT",
            "CAPTURE_STANDARD",
            "CAPTURE_WARMUP",
            "CAPTURE_CONTROLS",
            "CAPTURE_ROTATE",
            "CAPTURE_FLIP",
            "CAPTURE_ENCODER",
            "CAPTURE_HOLD=\"on\"",
            "CAPTURE_HOLD_REFRESH",
            "CAPTURE_BUCKET_REPLICAS",
            "CAPTURE_ADMIN_LISTEN",
            "LOG_FORMAT",
            "RUST_LOG",
            "CAPTURE_SOURCE",
        ] {
            assert!(
                problems.iter().any(|problem| problem.starts_with(name)),
                "{name} in {problems:#?}"
            );
        }
        assert_eq!(problems.len(), 25, "{problems:#?}");
    }

    #[test]
    fn what_is_held_is_refreshed_within_the_time_that_is_set() {
        let hold = |args: &[&str]| settings(args).validate().unwrap().hold;
        let within = |seconds| {
            Some(Hold {
                refresh: Duration::from_secs(seconds),
            })
        };
        assert_eq!(hold(&["--hold=auto"]), within(10));
        assert_eq!(hold(&["--hold=auto", "--hold-refresh=1m"]), within(60));
        assert_eq!(hold(&["--hold=off", "--hold-refresh=1m"]), None);
    }

    #[test]
    fn logins_that_contradict_each_other_are_refused() {
        let args = [
            "--nats-user=me",
            "--nats-password=secret",
            "--nats-nkey-file=/tmp",
        ];
        let ConfigErrors(problems) = settings(&args).validate().unwrap_err();
        assert!(problems[0].contains("contradict"), "{problems:?}");
        let good = settings(&["--nats-user=me", "--nats-password=secret"])
            .validate()
            .unwrap();
        assert!(!format!("{good:?}").contains("secret"));
    }

    #[test]
    fn times_and_controls_are_read_as_documented() {
        let linger = |text: &str| {
            let config = settings(&[&format!("--linger={text}")]).validate();
            config.map(|config| config.linger)
        };
        assert_eq!(linger("500ms"), Ok(Some(Duration::from_millis(500))));
        assert_eq!(linger("never"), Ok(None));
        assert!(linger("10").unwrap_err().to_string().contains("never"));
        assert_eq!(
            controls(" gain=3, focus = -1 ,").unwrap(),
            [("gain".to_owned(), 3), ("focus".to_owned(), -1)]
        );
    }
}
