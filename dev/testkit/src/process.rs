//! One of our services as a process of its own: what a kill, a signal and an exit code need.

use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use rustix::process::Signal;

use crate::child::{Owned, Scratch, without_settings};
use crate::{Host, NatsServer, binaries, eventually, http, metrics};

/// A service that takes longer than this to log `listening` is broken, however busy the machine.
const START_WITHIN: Duration = Duration::from_secs(20);

/// A running service; killed on drop, when its log is shown if the test has failed.
#[derive(Debug)]
pub struct Process {
    name: &'static str,
    child: Owned,
    settings: Vec<(String, String)>,
    /// What enters the namespace it runs in.
    enter: Vec<OsString>,
    public: Option<SocketAddr>,
    admin: Option<SocketAddr>,
    scratch: Scratch,
}

impl Process {
    /// Starts capture-svc on the test pattern and a free admin port. `settings` come on top.
    ///
    /// # Panics
    /// When it is not built or does not start, with its log.
    pub async fn capture(nats: &NatsServer, settings: &[(&str, &str)]) -> Self {
        let url = nats.url();
        let own = [
            ("NATS_URL", url.as_str()),
            ("CAPTURE_SOURCE", "pattern"),
            ("CAPTURE_ADMIN_LISTEN", "127.0.0.1:0"),
        ];
        Self::service("capture-svc", None, &[&own[..], settings].concat()).await
    }

    /// Starts gateway-svc on free ports. `settings` come on top.
    ///
    /// # Panics
    /// As [`capture`](Self::capture).
    pub async fn gateway(nats: &NatsServer, settings: &[(&str, &str)]) -> Self {
        let url = nats.url();
        let own = [
            ("NATS_URL", url.as_str()),
            ("GATEWAY_LISTEN", "127.0.0.1:0"),
            ("GATEWAY_ADMIN_LISTEN", "127.0.0.1:0"),
        ];
        Self::service("gateway-svc", None, &[&own[..], settings].concat()).await
    }

    /// As [`capture`](Self::capture), on another host; `settings` hold `NATS_URL`.
    ///
    /// # Panics
    /// As [`capture`](Self::capture).
    pub async fn capture_at(host: &Host, settings: &[(&str, &str)]) -> Self {
        let address = format!("{}:0", host.address());
        let own = [
            ("CAPTURE_SOURCE", "pattern"),
            ("CAPTURE_ADMIN_LISTEN", address.as_str()),
        ];
        Self::service("capture-svc", Some(host), &[&own[..], settings].concat()).await
    }

    /// As [`gateway`](Self::gateway), on another host, for anybody; `settings` hold `NATS_URL`.
    ///
    /// # Panics
    /// As [`capture`](Self::capture).
    pub async fn gateway_at(host: &Host, settings: &[(&str, &str)]) -> Self {
        let address = format!("{}:0", host.address());
        let own = [
            ("GATEWAY_LISTEN", address.as_str()),
            ("GATEWAY_ADMIN_LISTEN", address.as_str()),
            ("GATEWAY_ALLOW_ANONYMOUS", "true"),
        ];
        Self::service("gateway-svc", Some(host), &[&own[..], settings].concat()).await
    }

    async fn service(name: &'static str, host: Option<&Host>, settings: &[(&str, &str)]) -> Self {
        let settings: Vec<_> = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let scratch = Scratch::new(name);
        let enter = host.map_or_else(Vec::new, |host| {
            let enter = host.enter();
            let words = [enter.get_program()].into_iter().chain(enter.get_args());
            words.map(OsStr::to_owned).collect()
        });
        let child = spawn(name, &enter, &settings, &scratch);
        let mut service = Self {
            name,
            child,
            settings,
            enter,
            public: None,
            admin: None,
            scratch,
        };
        service.await_listening(0).await;
        service
    }

    async fn await_listening(&mut self, from: usize) {
        (self.public, self.admin) = eventually(START_WITHIN, || {
            let log = self.child.log();
            if let Some(status) = self.child.exit_status() {
                panic!("{} ended at start ({status}):\n{log}", self.name);
            }
            let found = log[from..].lines().find_map(listening);
            async move { found }
        })
        .await;
    }

    /// Where viewers connect.
    ///
    /// # Panics
    /// For capture, which has no viewers.
    #[must_use]
    pub fn public(&self) -> SocketAddr {
        self.public
            .unwrap_or_else(|| panic!("{} has no public port", self.name))
    }

    /// Where metrics and health are.
    ///
    /// # Panics
    /// When the service logged none.
    #[must_use]
    pub fn admin(&self) -> SocketAddr {
        self.admin
            .unwrap_or_else(|| panic!("{} has logged no admin port", self.name))
    }

    /// Its process id, for what `/proc` says of it; another one after a [`restart`](Self::restart).
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.pid()
    }

    /// SIGTERM.
    pub fn terminate(&self) {
        self.child.signal(Signal::TERM);
    }

    /// SIGSTOP: its connections stay open and nothing moves.
    pub fn pause(&self) {
        self.child.pause();
    }

    /// Ends a [`pause`](Self::pause).
    pub fn resume(&self) {
        self.child.signal(Signal::CONT);
    }

    /// `kill -9`
    pub fn kill(&mut self) {
        self.child.kill();
    }

    /// Starts it again with the same settings, on new ports, after killing it if it still runs.
    ///
    /// # Panics
    /// When it does not come back.
    pub async fn restart(&mut self) {
        self.child.kill();
        let logged = self.child.log().len();
        self.child = spawn(self.name, &self.enter, &self.settings, &self.scratch);
        self.await_listening(logged).await;
    }

    /// Waits for the end.
    ///
    /// # Panics
    /// When it still runs after that time.
    pub async fn exited(&mut self, within: Duration) -> ExitStatus {
        eventually(within, || {
            let status = self.child.exit_status();
            async move { status }
        })
        .await
    }

    /// Whether it still runs.
    #[must_use]
    pub fn is_running(&mut self) -> bool {
        self.child.exit_status().is_none()
    }

    /// User and system time that it has taken so far, in steps of 10 ms.
    ///
    /// # Panics
    /// When it has ended.
    #[must_use]
    pub fn cpu_time(&self) -> Duration {
        // After the name, which may hold anything: utime and stime are the 12th and 13th, in hundredths of a second.
        // Source: proc(5).
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.pid()))
            .expect("the service runs");
        let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
        let ticks = fields.split(' ').skip(11).take(2);
        Duration::from_millis(
            10 * ticks
                .filter_map(|field| field.parse::<u64>().ok())
                .sum::<u64>(),
        )
    }

    /// What it has logged, as JSON lines.
    #[must_use]
    pub fn log(&self) -> String {
        self.child.log()
    }

    /// The status of `GET /readyz` on the admin port, 0 when nobody answers.
    pub async fn ready(&self) -> u16 {
        http::get(self.admin(), "/readyz", &[])
            .await
            .map_or(0, |answer| answer.status)
    }

    /// The sum of the series of `name` that carry all of `labels`; NaN when there is none, so that a misspelt name never
    /// passes for zero.
    ///
    /// # Panics
    /// When `/metrics` does not answer.
    pub async fn metric(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let text = http::get(self.admin(), "/metrics", &[])
            .await
            .expect("a running service serves /metrics")
            .text();
        metrics::sum_of(&text, name, labels)
    }
}

impl Drop for Process {
    #[expect(
        clippy::print_stderr,
        reason = "the test runner captures it and shows it for a failed test alone"
    )]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("---- {} logged:\n{}", self.name, self.child.log());
        }
    }
}

fn spawn(
    name: &str,
    enter: &[OsString],
    settings: &[(String, String)],
    scratch: &Scratch,
) -> Owned {
    let binary = binaries::service(name);
    let mut command = match enter {
        [] => Command::new(&binary),
        [program, arguments @ ..] => {
            let mut command = Command::new(program);
            command.args(arguments).arg(&binary);
            command
        }
    };
    without_settings(&mut command);
    command.env("LOG_FORMAT", "json");
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    Owned::spawn(&command, &scratch.path().join("log"))
        .unwrap_or_else(|error| panic!("{} does not start: {error}", binary.display()))
}

/// The addresses of the one line that both services log at start: `{"fields":{"message":"listening","admin":"127.0.0.1:1"}}`.
fn listening(line: &str) -> Option<(Option<SocketAddr>, Option<SocketAddr>)> {
    let line: serde_json::Value = serde_json::from_str(line).ok()?;
    let fields = &line["fields"];
    let address = |name: &str| fields[name].as_str().and_then(|text| text.parse().ok());
    (fields["message"] == "listening").then(|| (address("public"), address("admin")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ports_are_read_from_the_line_listening() {
        let line = r#"{"level":"INFO","fields":{"message":"listening","public":"127.0.0.1:4","admin":"127.0.0.1:5"}}"#;
        let ports = ["127.0.0.1:4", "127.0.0.1:5"].map(|text| text.parse().ok());
        assert_eq!(listening(line), Some((ports[0], ports[1])));
        assert_eq!(listening(r#"{"fields":{"message":"connected"}}"#), None);
        assert_eq!(listening("no JSON"), None);
    }
}
