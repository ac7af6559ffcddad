//! What a stack is made of, and in which order it is started.

use std::ffi::OsString;
use std::path::PathBuf;

use futures_util::future::join_all;

use super::running::Stack;
use crate::launch::{Launch, Settings};
use crate::logins::{Logins, SHIPPED_USERS, shipped_limits};
use crate::nats::NatsServer;

/// Options of a [`Stack`]; [`start`](Self::start) makes it.
#[derive(Debug)]
pub struct StackBuilder {
    nats: Nats,
    configuration: Vec<String>,
    logins: Option<Logins>,
    capture: Option<Launch>,
    gateways: usize,
    gateway: Launch,
    await_ready: bool,
}

#[derive(Debug)]
enum Nats {
    /// So many servers of our own; more than one are a cluster.
    Nodes(usize),
    Running(Vec<NatsServer>),
}

impl Stack {
    /// What may be had; without a further word one of each, as [`start`](Self::start) makes it.
    #[must_use]
    pub fn builder() -> StackBuilder {
        StackBuilder::new()
    }

    /// One nats-server, one capture-svc on the test pattern at 1280×720 and 34 fps, one gateway: all ready.
    ///
    /// # Panics
    /// As [`StackBuilder::start`].
    pub async fn start() -> Self {
        Self::builder().start().await
    }
}

impl StackBuilder {
    fn new() -> Self {
        Self {
            nats: Nats::Nodes(1),
            configuration: Vec::new(),
            logins: None,
            capture: Some(Launch::capture("127.0.0.1")),
            gateways: 1,
            gateway: Launch::gateway("127.0.0.1"),
            await_ready: true,
        }
    }

    /// Servers that run already, in place of one of its own.
    #[must_use]
    pub fn servers(mut self, servers: Vec<NatsServer>) -> Self {
        self.nats = Nats::Running(servers);
        self
    }

    /// A cluster of so many servers, `n0`, `n1`, ….
    #[must_use]
    pub fn nodes(mut self, nodes: usize) -> Self {
        self.nats = Nats::Nodes(nodes);
        self
    }

    /// Lines for the configuration of every server, after what other options bring.
    #[must_use]
    pub fn nats_config(mut self, lines: &str) -> Self {
        self.configuration.push(lines.to_owned());
        self
    }

    /// The limits of `deploy/nats.conf`.
    #[must_use]
    pub fn shipped_limits(mut self) -> Self {
        self.configuration.insert(0, shipped_limits());
        self
    }

    /// The users of `deploy/nats-users.conf`, who log in with nkeys over TLS.
    #[must_use]
    pub fn secured(mut self) -> Self {
        self.logins = Some(Logins::new(SHIPPED_USERS, true));
        self
    }

    /// These users, who log in with nkeys, without TLS.
    #[must_use]
    pub fn users(mut self, users: &str) -> Self {
        self.logins = Some(Logins::new(users, false));
        self
    }

    /// Settings of capture-svc: `CAPTURE_SOURCE` for another source than the test pattern. Further cameras are started
    /// with [`Stack::start_capture`].
    #[must_use]
    pub fn capture(mut self, settings: Settings<'_>) -> Self {
        self.capture = self.capture.map(|capture| capture.with(settings));
        self
    }

    /// No camera at all.
    #[must_use]
    pub fn without_capture(mut self) -> Self {
        self.capture = None;
        self
    }

    /// So many gateways.
    #[must_use]
    pub fn gateways(mut self, count: usize) -> Self {
        self.gateways = count;
        self
    }

    /// Settings of every gateway, also of those that are started later.
    #[must_use]
    pub fn gateway(mut self, settings: Settings<'_>) -> Self {
        self.gateway = self.gateway.with(settings);
        self
    }

    /// Another build of the gateway than the one beside the caller.
    #[must_use]
    pub fn gateway_binary(mut self, binary: PathBuf) -> Self {
        self.gateway.binary = Some(binary);
        self
    }

    /// A program and its arguments that become a gateway: `taskset -c 1`.
    #[must_use]
    pub fn gateway_wrapper(mut self, words: &[&str]) -> Self {
        self.gateway.wrapper = words.iter().map(OsString::from).collect();
        self
    }

    /// Only until everything listens, ready or not.
    #[must_use]
    pub fn without_waiting(mut self) -> Self {
        self.await_ready = false;
        self
    }

    /// Starts the servers, then all services at once, and waits until they are ready.
    ///
    /// # Panics
    /// When something is not on the machine or not built, with the command that gets it; when something does not start or
    /// is not ready, with its log.
    pub async fn start(self) -> Stack {
        let mut configuration = self.configuration;
        if let Some(logins) = &self.logins {
            configuration.push(logins.configuration.clone());
        }
        let configuration = configuration.join("\n");
        let servers = match self.nats {
            Nats::Running(servers) => servers,
            Nats::Nodes(1) => vec![NatsServer::with_config(&configuration).await],
            Nats::Nodes(nodes) => NatsServer::cluster_with_config(nodes, &configuration).await,
        };
        let mut stack = Stack {
            gateways: Vec::new(),
            captures: Vec::new(),
            servers,
            logins: self.logins,
            gateway: self.gateway,
        };
        let captures = self
            .capture
            .into_iter()
            .map(|capture| stack.process(capture));
        let gateways = (0..self.gateways).map(|_| stack.process(stack.gateway.clone()));
        let (captures, gateways) = tokio::join!(join_all(captures), join_all(gateways));
        (stack.captures, stack.gateways) = (captures, gateways);
        if self.await_ready {
            stack.await_ready().await;
        }
        stack
    }
}
