//! `CAPTURE_CONFIG`: a file with one table for each camera that this process serves. What a table does not name is as the
//! environment and the command line say.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args as _;
use clap::builder::Resettable;
use process::{ConfigErrors, Problems};
use toml::{Table, Value};
use wire::CameraId;

use super::{camera::CameraConfig, cli::Settings};

/// Larger is no list of cameras.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Settings of the process and not of one camera, as flags: they have no place in a table.
const OF_THE_PROCESS: [&str; 13] = [
    "nats-url",
    "nats-creds-file",
    "nats-nkey-file",
    "nats-user",
    "nats-password",
    "nats-ca-file",
    "config",
    "camera-id",
    "bucket-replicas",
    "admin-listen",
    "allowed-hosts",
    "log-format",
    "log",
];

/// The file, and what holds where its tables are silent.
#[derive(Debug, Clone)]
pub(crate) struct CamerasFile {
    path: PathBuf,
    defaults: Settings,
}

impl CamerasFile {
    pub(super) fn new(path: &str, defaults: &Settings) -> Self {
        Self {
            path: path.into(),
            defaults: defaults.clone(),
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Every camera of the file as it is now, in the order of their names.
    ///
    /// # Errors
    /// All that is wrong with it, at once.
    pub(crate) fn read(&self) -> Result<Vec<CameraConfig>, ConfigErrors> {
        let mut problems = Problems::default();
        let cameras = self.text().and_then(|text| tables(&text));
        let path = self.path.display().to_string();
        let cameras = problems.keep("CAPTURE_CONFIG", &path, cameras);
        let judged: Vec<_> = cameras
            .iter()
            .flatten()
            .filter_map(|(name, table)| {
                let camera = camera(&self.defaults, name, table);
                let told = |ConfigErrors(found): ConfigErrors| {
                    for problem in found {
                        problems.add(format!("{path}, [camera.{name}]: {problem}"));
                    }
                };
                camera.map_err(told).ok()
            })
            .collect();
        problems.settle(cameras.map(|_| judged))
    }

    fn text(&self) -> Result<String, String> {
        let size = fs::metadata(&self.path)
            .map_err(|cause| cause.to_string())?
            .len();
        if size > FILE_BYTES_MAX {
            return Err(format!(
                "it has {size} bytes; a list of cameras has at most {FILE_BYTES_MAX}"
            ));
        }
        fs::read_to_string(&self.path).map_err(|cause| cause.to_string())
    }
}

/// The tables `[camera.<id>]` of a file, by their names.
fn tables(text: &str) -> Result<Vec<(String, Table)>, String> {
    let mut file: Table = text.parse().map_err(|error: toml::de::Error| {
        // Without the line itself, which may hold a password.
        let line = error
            .span()
            .map(|span| text[..span.start.min(text.len())].lines().count().max(1));
        let place = line.map_or_else(String::new, |line| format!("line {line}: "));
        format!("{place}{}", error.message())
    })?;
    let cameras = file.remove("camera");
    if let Some(other) = file.keys().next() {
        return Err(format!(
            "{other:?} is nothing here; a camera is a table [camera.<name>]"
        ));
    }
    let none = "it has no camera: each is a table [camera.<name>] with the settings as the flags are called";
    let cameras = match cameras {
        Some(Value::Table(cameras)) if !cameras.is_empty() => cameras,
        _ => return Err(none.into()),
    };
    cameras
        .into_iter()
        .map(|(name, table)| match table {
            Value::Table(table) => Ok((name, table)),
            _ => Err(format!(
                "camera.{name} is no table; a camera is [camera.{name}]"
            )),
        })
        .collect()
}

/// One camera, judged.
fn camera(defaults: &Settings, name: &str, table: &Table) -> Result<CameraConfig, ConfigErrors> {
    let mut problems = Problems::default();
    let id = problems.keep("its name", name, name.parse::<CameraId>());
    let flags: Vec<_> = table
        .iter()
        .filter_map(|(key, value)| {
            let flag = flag(key, value);
            flag.map_err(|words| problems.add(words)).ok()
        })
        .collect();
    let settings = with(defaults, &flags)
        .map_err(|words| problems.add(words))
        .ok();
    let camera = settings.and_then(|settings| settings.camera_config(id, &mut problems));
    problems.settle(camera)
}

/// `width = 1280` as `--width=1280`.
fn flag(key: &str, value: &Value) -> Result<String, String> {
    let flag = key.replace('_', "-");
    if OF_THE_PROCESS.contains(&flag.as_str()) {
        return Err(format!(
            "{key} is a setting of the process, not of one camera"
        ));
    }
    let value = match value {
        Value::String(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Boolean(truth) => truth.to_string(),
        _ => return Err(format!("{key} is neither text nor a number")),
    };
    Ok(format!("--{flag}={value}"))
}

/// `defaults` with what `flags` say on top.
fn with(defaults: &Settings, flags: &[String]) -> Result<Settings, String> {
    // Neither the environment nor the defaults again: they are in `defaults` already.
    let command =
        Settings::augment_args_for_update(clap::Command::new("camera").no_binary_name(true))
            .mut_args(|arg| arg.env(Resettable::Reset).default_value(Resettable::Reset));
    let matches = command.try_get_matches_from(flags).map_err(|error| {
        // Its first paragraph without `error: `; the rest is about command lines.
        let words = error.to_string();
        let words = words.strip_prefix("error: ").unwrap_or(&words);
        let tip = words
            .lines()
            .find_map(|line| line.trim().strip_prefix("tip: "));
        let first = words.lines().next().unwrap_or_default();
        tip.map_or_else(|| first.to_owned(), |tip| format!("{first}; {tip}"))
    })?;
    let mut settings = defaults.clone();
    clap::FromArgMatches::update_from_arg_matches(&mut settings, &matches)
        .map_err(|error| error.to_string())?;
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::Cli;
    use super::*;

    fn read(text: &str, args: &[&str]) -> Result<Vec<CameraConfig>, ConfigErrors> {
        let scratch = testkit::Scratch::new("cameras");
        let path = scratch.path().join("cameras.toml");
        std::fs::write(&path, text).unwrap();
        let defaults = Cli::try_parse_from(["capture-svc"].iter().chain(args))
            .unwrap()
            .settings;
        CamerasFile::new(path.to_str().unwrap(), &defaults).read()
    }

    #[test]
    fn a_table_has_what_it_names_and_for_the_rest_what_the_command_line_says() {
        let text = "[camera.yard]\nsource = 'pattern'\nwidth = 640\nlinger = '1s'\n[camera.door]\nexec_format = 'y4m'\nfps = 12.5\n";
        let cameras = read(text, &["--fps=20", "--height=480", "--source=exec:x"]).unwrap();
        let [door, yard] = &cameras[..] else {
            panic!("{cameras:?}")
        };
        assert_eq!((door.id.name(), yard.id.name()), ("door", "yard"));
        assert_eq!((yard.camera.width, yard.camera.height), (640, 480));
        assert_eq!(
            (door.camera.width, door.camera.fps, yard.camera.fps),
            (1280, 12.5, 20.0)
        );
        assert_eq!(yard.linger, Some(std::time::Duration::from_secs(1)));
        assert_eq!(format!("{:?}", door.camera.source), "Exec(exec:x …)");
    }

    #[test]
    fn all_that_is_wrong_with_a_file_is_told_at_once_with_its_camera() {
        let text = "[camera.yard]\nwidth = 0\nwdith = 640\n[camera.Door]\nfps = []\nadmin-listen = 'x'\n[camera.gate]\nsource = \"exec:x 'tulip\"\n";
        let told = read(text, &[]).unwrap_err().to_string();
        for words in [
            "[camera.yard]: unexpected argument '--wdith'",
            "'--width'",
            "[camera.Door]: its name=\"Door\"",
            "[camera.Door]: fps is neither",
            "[camera.Door]: admin-listen is a setting of the process",
            "[camera.gate]: CAPTURE_SOURCE",
        ] {
            assert!(told.contains(words), "{words} in {told}");
        }
    }

    #[test]
    fn a_file_that_is_none_says_why_and_repeats_no_line() {
        for (text, words) in [
            ("", "no camera"),
            ("camera = 3", "no camera"),
            ("[camera]", "no camera"),
            ("[door]\n", "\"door\" is nothing here"),
            ("[camera]\ndoor = 3", "is no table"),
            ("[camera.x]\nsource = \"exec:x tulip\n", "line 2"),
        ] {
            let told = read(text, &[]).unwrap_err().to_string();
            assert!(
                told.contains(words) && !told.contains("tulip"),
                "{words} in {told}"
            );
        }
        let none = CamerasFile::new(
            "/no/such/file",
            &Cli::try_parse_from(["x"]).unwrap().settings,
        );
        assert!(
            none.read()
                .unwrap_err()
                .to_string()
                .contains("CAPTURE_CONFIG=\"/no/such/file\"")
        );
    }
}
