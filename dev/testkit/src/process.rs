//! One of our services as a process of its own: what a kill, a signal and an exit code need.

use std::net::SocketAddr;
use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::Signal;

use crate::child::{ChildProcess, Scratch};
use crate::eventually::eventually;
use crate::launch::{Launch, Settings};
use crate::nats::NatsServer;
use crate::{http, metrics};

/// A service that takes longer than this to log `listening` is broken, however busy the machine.
const START_WITHIN: Duration = Duration::from_secs(20);

/// A running service; killed on drop, when its log is shown if the test has failed.
#[derive(Debug)]
pub struct Process {
    launch: Launch,
    child: ChildProcess,
    public: Option<SocketAddr>,
    admin: Option<SocketAddr>,
    scratch: Scratch,
}

impl Process {
    /// Starts capture-svc on the test pattern and a free admin port. `settings` come on top.
    ///
    /// # Panics
    /// When it is not built or does not start, with its log.
    pub async fn capture(nats: &NatsServer, settings: Settings<'_>) -> Self {
        let launch = Launch::capture("127.0.0.1").with(&[("NATS_URL", &nats.url())]);
        Self::start(launch.with(settings)).await
    }

    /// Starts gateway-svc on free ports. `settings` come on top.
    ///
    /// # Panics
    /// As [`capture`](Self::capture).
    pub async fn gateway(nats: &NatsServer, settings: Settings<'_>) -> Self {
        let launch = Launch::gateway("127.0.0.1").with(&[("NATS_URL", &nats.url())]);
        Self::start(launch.with(settings)).await
    }

    /// Starts it and waits until it listens.
    pub(crate) async fn start(launch: Launch) -> Self {
        let scratch = Scratch::new(launch.name);
        let mut service = Self {
            child: launch.spawn(&scratch.path().join("log")),
            launch,
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
                panic!("{} ended at start ({status}):\n{log}", self.launch.name);
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
            .unwrap_or_else(|| panic!("{} has no public port", self.launch.name))
    }

    /// Where metrics and health are.
    ///
    /// # Panics
    /// When the service logged none.
    #[must_use]
    pub fn admin(&self) -> SocketAddr {
        self.admin
            .unwrap_or_else(|| panic!("{} has logged no admin port", self.launch.name))
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

    /// SIGHUP: what it read from files is to be read again.
    pub fn hang_up(&self) {
        self.child.signal(Signal::HUP);
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
        self.child = self.launch.spawn(&self.scratch.path().join("log"));
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
        metrics::sum_of(&self.metrics().await, name, labels)
    }

    /// Sum and count of a histogram, of one answer: between two of them more is observed.
    ///
    /// # Panics
    /// When `/metrics` does not answer.
    pub async fn histogram(&self, name: &str) -> (f64, f64) {
        let text = self.metrics().await;
        let of = |part: &str| metrics::sum_of(&text, &format!("{name}_{part}"), &[]);
        (of("sum"), of("count"))
    }

    async fn metrics(&self) -> String {
        let answer = http::get(self.admin(), "/metrics", &[]).await;
        answer.expect("a running service serves /metrics").text()
    }
}

impl Drop for Process {
    #[expect(
        clippy::print_stderr,
        reason = "the test runner captures it and shows it for a failed test alone"
    )]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("---- {} logged:\n{}", self.launch.name, self.child.log());
        }
    }
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
