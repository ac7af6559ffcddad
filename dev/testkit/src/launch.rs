//! How one of our services is started: which binary, inside what, with which settings and no others.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::binaries;
use crate::child::{ChildProcess, without_settings};
use crate::host::Host;

/// Names and values of settings, as a service reads them from its environment; of two of a name the later one counts.
pub type Settings<'a> = &'a [(&'a str, &'a str)];

/// Everything that a second start needs as well.
#[derive(Debug, Clone)]
pub(crate) struct Launch {
    /// `capture-svc` or `gateway-svc`.
    pub(crate) name: &'static str,
    /// Instead of the one that was built beside the test.
    pub(crate) binary: Option<PathBuf>,
    /// A program and its arguments that become the service: `nsenter …`, `taskset …`.
    pub(crate) wrapper: Vec<OsString>,
    pub(crate) settings: Vec<(String, String)>,
}

impl Launch {
    /// capture-svc on the test pattern, its admin port a free one of `address`.
    pub(crate) fn capture(address: impl std::fmt::Display) -> Self {
        let listen = format!("{address}:0");
        let own = [
            ("CAPTURE_SOURCE", "pattern"),
            ("CAPTURE_ADMIN_LISTEN", listen.as_str()),
        ];
        Self::of("capture-svc", &own)
    }

    /// gateway-svc on free ports of `address`.
    pub(crate) fn gateway(address: impl std::fmt::Display) -> Self {
        let listen = format!("{address}:0");
        let own = [
            ("GATEWAY_LISTEN", listen.as_str()),
            ("GATEWAY_ADMIN_LISTEN", listen.as_str()),
        ];
        Self::of("gateway-svc", &own)
    }

    fn of(name: &'static str, settings: Settings<'_>) -> Self {
        let launch = Self {
            name,
            binary: None,
            wrapper: Vec::new(),
            settings: Vec::new(),
        };
        launch.with(settings)
    }

    /// With these settings on top.
    pub(crate) fn with(mut self, settings: Settings<'_>) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        self.settings.extend(settings.iter().map(owned));
        self
    }

    /// In the network namespace of `host`.
    pub(crate) fn on(mut self, host: &Host) -> Self {
        let enter = host.enter();
        let words = [enter.get_program()].into_iter().chain(enter.get_args());
        self.wrapper = words.map(OsStr::to_owned).collect();
        self
    }

    /// Starts it, with its output appended to `log`.
    ///
    /// # Panics
    /// When the binary is not built or does not start.
    pub(crate) fn spawn(&self, log: &Path) -> ChildProcess {
        let built = || binaries::service(self.name);
        let binary = self.binary.clone().unwrap_or_else(built);
        let mut command = match &self.wrapper[..] {
            [] => Command::new(&binary),
            [program, arguments @ ..] => {
                let mut command = Command::new(program);
                command.args(arguments).arg(&binary);
                command
            }
        };
        without_settings(&mut command);
        command.env("LOG_FORMAT", "json");
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        ChildProcess::spawn(&command, log)
            .unwrap_or_else(|error| panic!("{} does not start: {error}", binary.display()))
    }
}
