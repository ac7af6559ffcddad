//! A real nats-server for one test.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;

use crate::binaries;
use crate::child::{ChildProcess, Scratch};
use crate::eventually::eventually;

/// Loading a machine with many tests at once can hold a start back; a server that takes longer than this is broken.
const START_WITHIN: Duration = Duration::from_secs(20);

/// A nats-server with JetStream on a free port of 127.0.0.1 and a store of its own; gone on drop.
#[derive(Debug)]
pub struct NatsServer {
    process: ChildProcess,
    port: u16,
    extra: String,
    scratch: Scratch,
}

impl NatsServer {
    /// Starts a server with its defaults.
    ///
    /// # Panics
    /// When there is no nats-server of at least 2.10, naming the command that gets one.
    pub async fn start() -> Self {
        Self::with_config("").await
    }

    /// Starts a server with `extra` lines in its configuration file: `max_payload: 64KB`, an `accounts { … }` block.
    /// `{scratch}` in it stands for the server's own directory.
    ///
    /// # Panics
    /// As [`start`](Self::start), and when the server refuses the configuration, with its own words.
    pub async fn with_config(extra: &str) -> Self {
        Self::launch(extra, -1).await
    }

    /// Starts `nodes` servers joined into one JetStream cluster, ready for a replicated bucket once a leader is elected
    /// (about a second: retry the first request).
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub async fn cluster(nodes: usize) -> Vec<Self> {
        Self::cluster_with_config(nodes, "").await
    }

    /// A [`cluster`](Self::cluster) each of whose servers, `n0`, `n1`, …, has `extra` in its configuration.
    ///
    /// # Panics
    /// As [`with_config`](Self::with_config).
    pub async fn cluster_with_config(nodes: usize, extra: &str) -> Vec<Self> {
        // Every node must know the others' ports beforehand. Held open together so that they differ; let go just before use.
        let held: Vec<_> = (0..nodes)
            .map(|_| std::net::TcpListener::bind("127.0.0.1:0").expect("a free port"))
            .collect();
        let ports: Vec<u16> = held
            .iter()
            .map(|listener| listener.local_addr().expect("a bound port").port())
            .collect();
        drop(held);
        let routes: Vec<String> = ports
            .iter()
            .map(|port| format!("\"nats://127.0.0.1:{port}\""))
            .collect();
        let mut servers = Vec::new();
        for (node, port) in ports.iter().enumerate() {
            let extra = format!(
                "server_name: n{node}\ncluster {{ name: testkit, listen: \"127.0.0.1:{port}\", routes: [{}] }}\n{extra}",
                routes.join(", ")
            );
            servers.push(Self::with_config(&extra).await);
        }
        servers
    }

    /// A server whose JetStream's domain is `hub`, and the address at which it takes leaf nodes. `extra` comes last;
    /// `{leafnodes}` in it stands for that address.
    ///
    /// # Panics
    /// As [`with_config`](Self::with_config).
    pub async fn hub(extra: &str) -> (Self, SocketAddr) {
        // It has to be known to others and to stay the same after a restart; let go just before use.
        let held = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = held.local_addr().expect("a bound port");
        drop(held);
        let extra = extra.replace("{leafnodes}", &address.to_string());
        let extra = format!(
            "server_name: hub\njetstream {{ domain: hub, store_dir: \"{{scratch}}/js\" }}\n\
             leafnodes {{ listen: \"{address}\", compression: off }}\n{extra}"
        );
        (Self::with_config(&extra).await, address)
    }

    /// A leaf node without JetStream of the hub at `address`. `remote`: more of the link's options, `account: VIDEO` for
    /// instance; `extra` comes last.
    ///
    /// # Panics
    /// As [`with_config`](Self::with_config).
    pub async fn leaf(address: SocketAddr, remote: &str, extra: &str) -> Self {
        let extra = format!(
            "server_name: leaf\njetstream: disabled\nleafnodes {{ reconnect: \"1s\", remotes: [\n\
             {{ url: \"nats-leaf://{address}\", compression: off\n{remote} }} ] }}\n{extra}"
        );
        Self::with_config(&extra).await
    }

    async fn launch(extra: &str, port: i32) -> Self {
        let scratch = Scratch::new("nats");
        let process = spawn(&scratch, extra, port);
        let mut server = Self {
            process,
            port: 0,
            extra: extra.to_owned(),
            scratch,
        };
        server.await_port().await;
        server
    }

    async fn await_port(&mut self) {
        let ports_file = self
            .scratch
            .path()
            .join(format!("nats-server_{}.ports", self.process.pid()));
        self.port = eventually(START_WITHIN, || {
            if let Some(status) = self.process.exit_status() {
                panic!(
                    "nats-server ended at start ({status}):\n{}",
                    self.process.log()
                );
            }
            let port = read_port(&ports_file);
            async move { port }
        })
        .await;
    }

    /// `nats://127.0.0.1:<port>`
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// The port, the same after a [`restart`](Self::restart).
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its process, for what the kernel knows about it.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// A client of its own, for what a test watches or plants on the bus.
    ///
    /// # Panics
    /// When the server does not let it in.
    pub async fn client(&self) -> async_nats::Client {
        async_nats::connect(self.url())
            .await
            .expect("a running nats-server takes a client")
    }

    /// `kill -9`; what was in memory is lost, the port stays this server's for [`restart`](Self::restart).
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts the server again on the same port and store, after killing it if it still runs.
    ///
    /// # Panics
    /// When it does not come back.
    pub async fn restart(&mut self) {
        self.process.kill();
        self.process = spawn(&self.scratch, &self.extra, i32::from(self.port));
        self.await_port().await;
    }

    /// As [`restart`](Self::restart), with other configuration than before.
    ///
    /// # Panics
    /// As [`restart`](Self::restart).
    pub async fn restart_with_config(&mut self, extra: &str) {
        extra.clone_into(&mut self.extra);
        self.restart().await;
    }

    /// Freezes the server (SIGSTOP): connections stay open and nothing moves, as with a half-open link.
    pub fn pause(&self) {
        self.process.pause();
    }

    /// Ends a [`pause`](Self::pause).
    pub fn resume(&self) {
        self.process.signal(Signal::CONT);
    }

    /// What the server has logged.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.log()
    }
}

fn spawn(scratch: &Scratch, extra: &str, port: i32) -> ChildProcess {
    let directory = scratch.path().display().to_string();
    let extra = extra.replace("{scratch}", &directory);
    let config = scratch.path().join("nats.conf");
    let text = format!(
        "host: 127.0.0.1\nport: {port}\nports_file_dir: \"{directory}\"\njetstream {{ store_dir: \"{directory}/js\" }}\n{extra}\n"
    );
    std::fs::write(&config, text).expect("the scratch directory takes a file");
    let mut command = Command::new(binaries::nats_server());
    command.arg("-c").arg(config);
    ChildProcess::spawn(&command, &scratch.path().join("nats.log")).unwrap_or_else(|error| {
        panic!(
            "{} does not start: {error}",
            command.get_program().display()
        )
    })
}

/// From the file that the server writes once it listens: `{"nats":["nats://127.0.0.1:4222"],…}`.
fn read_port(file: &Path) -> Option<u16> {
    let text = std::fs::read(file).ok()?;
    let ports: serde_json::Value = serde_json::from_slice(&text).ok()?;
    ports["nats"][0].as_str()?.rsplit_once(':')?.1.parse().ok()
}

#[cfg(test)]
mod tests;
