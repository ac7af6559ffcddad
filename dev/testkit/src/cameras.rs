//! Cameras for capture-svc where there is none: the V4L2 stand-in, loaded into the real program.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::binaries;
use crate::child::{Scratch, without_settings};

const PRELOAD: &str = "LD_PRELOAD";
const DEVICES: &str = "V4L2_STAND_IN";

/// A `/dev` of its own for one capture-svc, with the cameras that are plugged into it.
#[derive(Debug)]
pub struct Cameras {
    devices: Scratch,
    library: PathBuf,
}

/// What a command of capture-svc wrote before it ended.
#[derive(Debug)]
pub struct Output {
    /// Whether it ended with 0.
    pub success: bool,
    /// What is meant for whoever called it.
    pub said: String,
    /// Complaints and log.
    pub complained: String,
}

impl Cameras {
    /// With one camera, `/dev/video7`; `behaviour` names what is peculiar about it: see `dev/v4l2-stand-in`.
    ///
    /// # Panics
    /// When the stand-in is not built.
    #[must_use]
    pub fn one(behaviour: &str) -> Self {
        let cameras = Self {
            devices: Scratch::new("cameras"),
            library: binaries::v4l2_stand_in(),
        };
        cameras.plug("video7", behaviour);
        cameras
    }

    /// Plugs in another, or changes one.
    ///
    /// # Panics
    /// When the scratch directory cannot be written.
    pub fn plug(&self, node: &str, behaviour: &str) {
        std::fs::write(self.devices.path().join(node), behaviour).expect("a scratch file");
    }

    /// Takes one away.
    ///
    /// # Panics
    /// When there is none of that name.
    pub fn unplug(&self, node: &str) {
        std::fs::remove_file(self.devices.path().join(node)).expect("a camera that was plugged in");
    }

    /// What [`Process::capture`](crate::Process::capture) has to be given; `settings` come on top.
    ///
    /// # Panics
    /// When a path of this machine is no text.
    #[must_use]
    pub fn settings<'a>(&'a self, settings: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let text = |path: &'a Path| path.to_str().expect("a path that is text");
        let own = [
            (PRELOAD, text(&self.library)),
            (DEVICES, text(self.devices.path())),
            ("CAPTURE_SOURCE", "/dev/video7"),
            ("CAPTURE_WIDTH", "320"),
            ("CAPTURE_HEIGHT", "240"),
        ];
        [&own[..], settings].concat()
    }

    /// Lets any program see them.
    pub fn attach(&self, command: &mut Command) {
        command.env(PRELOAD, &self.library);
        command.env(DEVICES, self.devices.path());
    }

    /// Runs a command of capture-svc, such as `list`, to its end.
    ///
    /// # Panics
    /// When it does not run.
    #[must_use]
    pub fn run(&self, command: &[&str], settings: &[(&str, &str)]) -> Output {
        let mut capture = Command::new(binaries::service("capture-svc"));
        without_settings(&mut capture);
        let output = capture
            .args(command)
            .envs(self.settings(settings))
            .output()
            .expect("capture-svc runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Output {
            success: output.status.success(),
            said: text(&output.stdout),
            complained: text(&output.stderr),
        }
    }
}
