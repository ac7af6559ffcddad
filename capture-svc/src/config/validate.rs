//! Judges the settings, all of them before the first complaint.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use super::{Config, ConfigErrors, Linger, LogFormat, NatsLogin, NatsSettings, Settings};
use crate::camera::{CameraSettings, FormatWish, SourceSpec};
use crate::encode::{EncoderKind, Sampling};

/// Collects problems and lets the judging go on.
#[derive(Default)]
struct Problems(Vec<String>);

impl Problems {
    /// The value, if `judged` is one.
    fn keep<T>(
        &mut self,
        name: &str,
        value: &str,
        judged: Result<T, impl std::fmt::Display>,
    ) -> Option<T> {
        judged
            .map_err(|wanted| self.0.push(format!("{name}={value:?}: {wanted}")))
            .ok()
    }

    fn number<T: Copy + FromStr + PartialOrd + std::fmt::Display>(
        &mut self,
        name: &str,
        value: &str,
        min: T,
        max: T,
    ) -> Option<T> {
        let number = value
            .parse()
            .ok()
            .filter(|number| (&min..=&max).contains(&number));
        self.keep(
            name,
            value,
            number.ok_or_else(|| format!("a number from {min} to {max} would do")),
        )
    }

    fn choice<T: Copy>(&mut self, name: &str, value: &str, choices: &[(&str, T)]) -> Option<T> {
        let found = choices
            .iter()
            .find(|(word, _)| *word == value)
            .map(|(_, choice)| *choice);
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        self.keep(
            name,
            value,
            found.ok_or_else(|| format!("one of {} would do", words.join(", "))),
        )
    }
}

impl Settings {
    /// Judges every setting.
    ///
    /// # Errors
    /// All that is wrong, at once.
    pub fn validate(&self) -> Result<Config, ConfigErrors> {
        let mut problems = Problems::default();
        let nats = self.nats(&mut problems);
        let camera = self.camera(&mut problems);
        let camera_id = self.camera_id.as_deref().unwrap_or_default();
        let camera_id = problems.keep("CAPTURE_CAMERA_ID", camera_id, camera_id.parse());
        let samplings = [("420", Sampling::S420), ("422", Sampling::S422)];
        let sampling = problems.choice("CAPTURE_SUBSAMPLING", &self.subsampling, &samplings);
        let encoder = problems.choice("CAPTURE_ENCODER", &self.encoder, &EncoderKind::CHOICES);
        let linger = problems.keep("CAPTURE_LINGER", &self.linger, linger(&self.linger));
        let replicas = [("1", 1), ("3", 3)];
        let replicas = problems.choice("CAPTURE_BUCKET_REPLICAS", &self.bucket_replicas, &replicas);
        let admin_listen = self
            .admin_listen
            .parse()
            .map_err(|_| "an address and port would do, 127.0.0.1:9101");
        let admin_listen = problems.keep("CAPTURE_ADMIN_LISTEN", &self.admin_listen, admin_listen);
        let formats = [
            ("auto", LogFormat::Auto),
            ("text", LogFormat::Text),
            ("json", LogFormat::Json),
        ];
        let log_format = problems.choice("LOG_FORMAT", &self.log_format, &formats);
        let log = tracing_subscriber::EnvFilter::try_new(&self.log).map(|_| self.log.clone());
        let log = problems.keep("RUST_LOG", &self.log, log);
        let build = || {
            Some(Config {
                nats: nats?,
                camera_id: camera_id?,
                camera: camera?,
                encoder: encoder?,
                sampling: sampling?,
                linger: linger?,
                bucket_replicas: replicas?,
                admin_listen: admin_listen?,
                log_format: log_format?,
                log: log?,
            })
        };
        let config = build();
        config
            .filter(|_| problems.0.is_empty())
            .ok_or(ConfigErrors(problems.0))
    }

    fn nats(&self, problems: &mut Problems) -> Option<NatsSettings> {
        let server = |text: &str| {
            let server: async_nats::ServerAddr =
                text.parse().map_err(|error| format!("{error}"))?;
            if server.host().is_empty() {
                Err("it names no host".to_owned())
            } else {
                Ok(server)
            }
        };
        let servers: Result<Vec<_>, String> = self
            .nats_url
            .split(',')
            .map(str::trim)
            .map(server)
            .collect();
        let servers = servers.map_err(|error| format!("{error}; nats://host:4222,… would do"));
        let servers = problems.keep("NATS_URL", &self.nats_url, servers);
        let login = match (
            &self.nats_creds_file,
            &self.nats_nkey_file,
            &self.nats_user,
            &self.nats_password,
        ) {
            (None, None, None, None) => Some(NatsLogin::Anonymous),
            (Some(file), None, None, None) => {
                problems.file("NATS_CREDS_FILE", file).map(NatsLogin::Creds)
            }
            (None, Some(file), None, None) => {
                problems.file("NATS_NKEY_FILE", file).map(NatsLogin::Nkey)
            }
            (None, None, Some(user), Some(password)) => {
                Some(NatsLogin::Password(user.clone(), password.clone()))
            }
            (None, None, _, _) => {
                problems
                    .0
                    .push("NATS_USER and NATS_PASSWORD go together: set both or none".to_owned());
                None
            }
            _ => {
                let ways = "NATS_CREDS_FILE, NATS_NKEY_FILE and NATS_USER with NATS_PASSWORD contradict each other: set one";
                problems.0.push(ways.to_owned());
                None
            }
        };
        let ca_file = self
            .nats_ca_file
            .as_deref()
            .map(|file| problems.file("NATS_CA_FILE", file));
        Some(NatsSettings {
            servers: servers?,
            login: login?,
            ca_file: ca_file.flatten(),
        })
    }

    fn camera(&self, problems: &mut Problems) -> Option<CameraSettings> {
        let source = problems.keep(
            "CAPTURE_SOURCE",
            &self.source,
            self.source.parse::<SourceSpec>(),
        );
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
        let warmup = problems.number("CAPTURE_WARMUP", &self.warmup, 0, 1000);
        let controls = problems.keep("CAPTURE_CONTROLS", &self.controls, controls(&self.controls));
        Some(CameraSettings {
            source: source?,
            width: width?,
            height: height?,
            fps: fps?,
            format: format?,
            warmup: warmup?,
            controls: controls?,
        })
    }
}

impl Problems {
    /// The path, if it is a file that can be opened.
    fn file(&mut self, name: &str, value: &str) -> Option<PathBuf> {
        let opened = std::fs::File::open(value)
            .map_err(|error| format!("{error}; a file this user may read would do"));
        self.keep(name, value, opened.map(|_| PathBuf::from(value)))
    }
}

/// Reads `10s`, `500ms`, `2m`, `1h` or `never`.
fn linger(text: &str) -> Result<Linger, &'static str> {
    const WANTED: &str =
        "a time like 10s, 500ms or 2m would do, 0s for at once, never for always open";
    if text == "never" {
        return Ok(Linger::Never);
    }
    let unit = text.find(|c: char| !c.is_ascii_digit()).ok_or(WANTED)?;
    let number: u32 = text[..unit].parse().map_err(|_| WANTED)?;
    let unit = match &text[unit..] {
        "ms" => Duration::from_millis(1),
        "s" => Duration::from_secs(1),
        "m" => Duration::from_secs(60),
        "h" => Duration::from_secs(3600),
        _ => return Err(WANTED),
    };
    unit.checked_mul(number).map(Linger::For).ok_or(WANTED)
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
    use super::super::Cli;
    use super::*;
    use clap::Parser;

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
        assert_eq!(config.linger, Linger::For(Duration::from_secs(10)));
        assert_eq!(config.admin_listen.to_string(), "127.0.0.1:9101");
        assert!(config.camera_id.is_default());
    }

    #[test]
    fn every_problem_is_told_at_once_with_its_value_and_what_would_do() {
        let args = [
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
            "--warmup=-1",
            "--controls=gain",
            "--encoder=fast",
            "--bucket-replicas=2",
            "--admin-listen=9101",
            "--log-format=xml",
            "--log=a=b=c",
            "--source=name:",
        ];
        let ConfigErrors(problems) = settings(&args).validate().unwrap_err();
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
            "CAPTURE_WARMUP",
            "CAPTURE_CONTROLS",
            "CAPTURE_ENCODER",
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
        assert_eq!(problems.len(), 18, "{problems:#?}");
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
        assert_eq!(linger("500ms"), Ok(Linger::For(Duration::from_millis(500))));
        assert_eq!(linger("2m"), Ok(Linger::For(Duration::from_secs(120))));
        assert_eq!(linger("never"), Ok(Linger::Never));
        for bad in ["", "s", "-1s", "1.5s", "10", "10 s", "99999999999h"] {
            assert!(linger(bad).is_err(), "{bad}");
        }
        assert_eq!(
            controls(" gain=3, focus = -1 ,").unwrap(),
            [("gain".to_owned(), 3), ("focus".to_owned(), -1)]
        );
    }
}
