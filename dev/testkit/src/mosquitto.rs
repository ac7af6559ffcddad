//! A real broker of MQTT for one test: Debian's mosquitto.

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;

use crate::child::{ChildProcess, Scratch, find_on_path};
use crate::eventually::eventually;

/// As a nats-server's.
const START_WITHIN: Duration = Duration::from_secs(20);

/// Ports that somebody else has taken between our looking and the broker's listening, in a row.
const STARTS_MAX: usize = 5;

/// A broker on a free port of 127.0.0.1 that keeps nothing over its end; gone on drop.
#[derive(Debug)]
pub struct Mosquitto {
    process: ChildProcess,
    port: u16,
    config: String,
    scratch: Scratch,
}

impl Mosquitto {
    /// One that lets everybody in.
    ///
    /// # Panics
    /// When there is no mosquitto, naming the command that gets one.
    pub async fn start() -> Self {
        Self::launch(Scratch::new("mosquitto"), "allow_anonymous true\n").await
    }

    /// One that lets in `user` with `password`, over TLS, and the certificate (PEM) that it shows: for 127.0.0.1, signed by
    /// itself.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub async fn start_secure(user: &str, password: &str) -> (Self, String) {
        let scratch = Scratch::new("mosquitto");
        let key = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a key");
        let path = |name: &str| scratch.path().join(name);
        let write = |name: &str, text: String| std::fs::write(path(name), text).expect("a file");
        write("cert.pem", key.cert.pem());
        write("key.pem", key.signing_key.serialize_pem());
        let made = Command::new("mosquitto_passwd")
            .args(["-b", "-c"])
            .arg(path("users"))
            .args([user, password])
            .status();
        assert!(
            made.expect("mosquitto_passwd comes with mosquitto")
                .success(),
            "mosquitto_passwd"
        );
        let own = scratch.path().display();
        let extra = format!(
            "allow_anonymous false\npassword_file {own}/users\ncertfile {own}/cert.pem\nkeyfile {own}/key.pem\n"
        );
        (Self::launch(scratch, &extra).await, key.cert.pem())
    }

    async fn launch(scratch: Scratch, config: &str) -> Self {
        for _ in 0..STARTS_MAX {
            let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
            let port = free.local_addr().expect("a bound port").port();
            drop(free);
            let mut broker = Self {
                process: spawn(&scratch, config, port),
                port,
                config: config.to_owned(),
                scratch: Scratch::new("mosquitto"),
            };
            if broker.listens().await {
                broker.scratch = scratch;
                return broker;
            }
        }
        panic!("mosquitto does not start: {}", log(&scratch));
    }

    /// Whether it does, before it has ended.
    async fn listens(&mut self) -> bool {
        eventually(START_WITHIN, || {
            let ended = self.process.exit_status().is_some();
            let listens = !ended && TcpStream::connect(("127.0.0.1", self.port)).is_ok();
            std::future::ready((ended || listens).then_some(listens))
        })
        .await
    }

    /// The port, the same after a [`restart`](Self::restart).
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `kill -9`; what it kept for others is lost.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again on the same port, after killing it if it still runs.
    ///
    /// # Panics
    /// When it does not come back.
    pub async fn restart(&mut self) {
        self.process.kill();
        self.process = spawn(&self.scratch, &self.config, self.port);
        assert!(self.listens().await, "{}", log(&self.scratch));
    }

    /// Freezes it (SIGSTOP): connections stay open and nothing moves.
    pub fn pause(&self) {
        self.process.pause();
    }

    /// Ends a [`pause`](Self::pause).
    pub fn resume(&self) {
        self.process.signal(Signal::CONT);
    }
}

fn spawn(scratch: &Scratch, config: &str, port: u16) -> ChildProcess {
    let path = scratch.path().join("mosquitto.conf");
    // Started by root it would become a user who may not read what a test has written.
    let text = format!(
        "user root\npersistence false\nlog_dest stdout\nlistener {port} 127.0.0.1\n{config}"
    );
    std::fs::write(&path, text).expect("the scratch directory takes a file");
    let mut command = Command::new(binary());
    command.arg("-c").arg(path);
    ChildProcess::spawn(&command, &scratch.path().join("log")).unwrap_or_else(|error| {
        panic!(
            "{} does not start: {error}",
            command.get_program().display()
        )
    })
}

fn log(scratch: &Scratch) -> String {
    std::fs::read_to_string(scratch.path().join("log")).unwrap_or_default()
}

/// `MOSQUITTO_BIN`, or the one on the PATH, or where Debian puts it, which is on root's alone.
fn binary() -> PathBuf {
    let own = std::env::var_os("MOSQUITTO_BIN").map(PathBuf::from);
    let debians = || Some(PathBuf::from("/usr/sbin/mosquitto")).filter(|path| path.is_file());
    own.or_else(|| find_on_path("mosquitto"))
        .or_else(debians)
        .unwrap_or_else(|| {
            panic!("these tests need mosquitto; get it with: cargo xtask tools mosquitto")
        })
}
