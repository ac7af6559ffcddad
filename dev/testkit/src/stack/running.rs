//! Everything of a stack, running.

use std::time::Duration;

use async_nats::{Client, ConnectOptions};

use crate::eventually::eventually;
use crate::host::Host;
use crate::launch::{Launch, Settings};
use crate::logins::Logins;
use crate::nats::NatsServer;
use crate::process::Process;
use crate::viewer::Viewer;

/// Services are ready within milliseconds; one that takes longer than this on a loaded machine is broken.
const READY_WITHIN: Duration = Duration::from_secs(20);
/// As long for a viewer's first frame, which may have to wait for a camera to open.
const FRAME_WITHIN: Duration = Duration::from_secs(20);

/// Everything running; ends with its value, the gateways first, as a person would stop them.
#[derive(Debug)]
pub struct Stack {
    /// In the order in which they were started.
    pub gateways: Vec<Process>,
    /// A capture-svc for each camera.
    pub captures: Vec<Process>,
    /// One, or a cluster.
    pub servers: Vec<NatsServer>,
    pub(super) logins: Option<Logins>,
    /// What every gateway is started with.
    pub(super) gateway: Launch,
}

impl Stack {
    /// The first gateway.
    #[must_use]
    pub fn gateway(&self) -> &Process {
        &self.gateways[0]
    }

    /// The first capture-svc.
    #[must_use]
    pub fn capture(&self) -> &Process {
        &self.captures[0]
    }

    /// The first nats-server.
    #[must_use]
    pub fn nats(&self) -> &NatsServer {
        &self.servers[0]
    }

    /// Every server's address, as `NATS_URL` takes it.
    #[must_use]
    pub fn url(&self) -> String {
        let urls: Vec<String> = self.servers.iter().map(NatsServer::url).collect();
        urls.join(",")
    }

    /// One more capture-svc, the caller's own; it is not waited for.
    ///
    /// # Panics
    /// When it does not start, with its log.
    pub async fn start_capture(&self, settings: Settings<'_>) -> Process {
        self.process(Launch::capture("127.0.0.1").with(settings))
            .await
    }

    /// One more gateway, the caller's own; it is not waited for.
    ///
    /// # Panics
    /// When it does not start, with its log.
    pub async fn start_gateway(&self, settings: Settings<'_>) -> Process {
        self.process(self.gateway.clone().with(settings)).await
    }

    /// As [`start_capture`](Self::start_capture), on another host; `settings` say where that finds NATS.
    ///
    /// # Panics
    /// When it does not start, with its log.
    pub async fn start_capture_on(&self, host: &Host, settings: Settings<'_>) -> Process {
        let launch = Launch::capture(host.address()).on(host);
        self.process(launch.with(settings)).await
    }

    /// As [`start_gateway`](Self::start_gateway), on another host and for anybody.
    ///
    /// # Panics
    /// When it does not start, with its log.
    pub async fn start_gateway_on(&self, host: &Host, settings: Settings<'_>) -> Process {
        let launch = Launch::gateway(host.address()).on(host);
        let launch = launch.with(&[("GATEWAY_ALLOW_ANONYMOUS", "true")]);
        self.process(launch.with(settings)).await
    }

    /// Starts it with what it takes to use our NATS; the launch's own settings win.
    pub(super) async fn process(&self, mut launch: Launch) -> Process {
        let mut settings = vec![("NATS_URL".to_owned(), self.url())];
        if let Some(logins) = &self.logins {
            let login = logins.settings(launch.name).into_iter();
            settings.extend(login.map(|(name, value)| (name.to_owned(), value)));
        }
        settings.append(&mut launch.settings);
        launch.settings = settings;
        Process::start(launch).await
    }

    /// Waits until every service of the stack says that it is ready.
    ///
    /// # Panics
    /// When one does not within twenty seconds.
    pub async fn await_ready(&self) {
        for service in self.captures.iter().chain(&self.gateways) {
            eventually(READY_WITHIN, || async { service.ready().await == 200 }).await;
        }
    }

    /// A viewer of the first gateway that has had its first frame.
    ///
    /// # Panics
    /// When the gateway does not take it, or no frame comes.
    pub async fn viewer(&self, quality: u8) -> Viewer {
        let viewer = Viewer::watch(self.gateway().public(), quality).await;
        let mut viewer = viewer.expect("the gateway takes a viewer");
        viewer.frame(FRAME_WITHIN).await;
        viewer
    }

    /// A client that may do everything, for what is measured or broken beside the services.
    ///
    /// # Panics
    /// When NATS does not let it in.
    pub async fn client(&self) -> Client {
        let options = self
            .logins
            .as_ref()
            .map_or_else(ConnectOptions::new, Logins::observer);
        let urls: Vec<String> = self.servers.iter().map(NatsServer::url).collect();
        let client = options.connect(urls).await;
        client.expect("a running NATS takes the observer")
    }
}
