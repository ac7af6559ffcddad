//! All NATS: the connection and its state, lease keys, frames, status.
//!
//! Does not decide anything: which keys to put is decided in `relay::leases`, which frames to show in
//! `relay::lateness`. Keys are written as plain requests to the bucket's subjects (`$KV.demand.<key>`), which is all a
//! gateway's NATS user may do; it needs no handle of the bucket that could go stale when capture makes a new one.
//! Source: ADR-8 of the NATS architecture (KV subjects, the `KV-Operation` header).

use std::sync::Arc;
use std::time::Duration;

use async_nats::{Client, ConnectOptions, Event, HeaderMap, Request, ServerError, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::{Select, select};
use tokio::sync::watch;
use wire::{CameraId, CameraStatus, LeaseKey, MemberId, StreamId, subject};

use crate::config::{NatsLogin, NatsSettings};
use crate::metrics::Metrics;

/// Frames that may wait for the fan-out: it is never busy for long, and more would only be old ones.
const FRAMES_WAITING: usize = 8;
/// A request that is not answered by then is tried again; the library's five seconds would be a whole lease.
const ANSWER: Duration = Duration::from_millis(700);
/// Connecting takes four round trips with TLS: a second and more to the other end of the world. Whether a server can be
/// reached at all, `dial` finds out sooner.
const CONNECT: Duration = Duration::from_secs(5);
/// Two or three of these unanswered, and the link counts as dead.
const PING: Duration = Duration::from_secs(1);

/// What the connection is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Link {
    /// Whether it stands.
    pub(crate) connected: bool,
    /// Counts connections: another number is another connection.
    pub(crate) generation: u64,
    /// What the server refuses us, in its words, since this connection was made.
    pub(crate) refused: Option<String>,
}

/// The bus cannot be used as configured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BusError {
    /// A credentials or key file cannot be read.
    #[error("cannot use {path}: {source}")]
    Login {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The options contradict each other or TLS cannot be set up.
    #[error("cannot set up the connection to NATS: {0}")]
    Connect(#[source] async_nats::ConnectError),
}

/// Why a key could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LeaseError {
    /// No answer in time, or nobody there who keeps the bucket.
    #[error("{0}")]
    Request(#[from] async_nats::client::RequestError),
    /// JetStream's own words.
    #[error("{0}")]
    Refused(String),
}

/// The connection to NATS; a clone is the same one.
#[derive(Clone, Debug)]
pub(crate) struct Bus {
    client: Client,
    gateway: MemberId,
    link: watch::Receiver<Link>,
}

/// One stream's frames as they come.
#[derive(Debug)]
pub(crate) struct FrameStream(Subscriber);

impl FrameStream {
    /// The next JPEG; `None` when the subscription has ended.
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        self.0.next().await.map(|message| message.payload)
    }
}

/// What captures say about their cameras.
#[derive(Debug)]
pub(crate) struct StatusStream(Select<Subscriber, Subscriber>);

impl StatusStream {
    /// The next status that can be read; `None` when the subscription has ended.
    pub(crate) async fn next(&mut self) -> Option<(CameraId, CameraStatus)> {
        loop {
            let message = self.0.next().await?;
            let camera = CameraId::of_status_subject(&message.subject);
            let status = serde_json::from_slice(&message.payload).ok();
            if let (Some(camera), Some(status)) = (camera, status) {
                return Some((camera, status));
            }
        }
    }
}

impl Bus {
    /// Begins to connect and goes on for ever; whether it stands, [`link`](Self::link) says.
    ///
    /// # Errors
    /// See [`BusError`]; a server that is away is none.
    pub(crate) async fn connect(
        settings: &NatsSettings,
        gateway: MemberId,
        metrics: Arc<Metrics>,
    ) -> Result<Self, BusError> {
        let (state, link) = watch::channel(Link::default());
        let mut options = ConnectOptions::new()
            .name(format!("gateway-svc {gateway}"))
            .custom_inbox_prefix("_INBOX_gateway")
            .subscription_capacity(FRAMES_WAITING)
            .client_capacity(128)
            .ping_interval(PING)
            .connection_timeout(CONNECT)
            .request_timeout(Some(ANSWER))
            .retry_on_initial_connect()
            .max_reconnects(None)
            .reconnect_delay_callback(reconnect_delay)
            .reconnect_to_server_callback(dial::first_to_answer)
            .event_callback(move |event| {
                note(&state, &metrics, &event);
                std::future::ready(())
            });
        let unusable = |path: &std::path::Path| {
            let path = path.display().to_string();
            move |source| BusError::Login { path, source }
        };
        options = match &settings.login {
            NatsLogin::Anonymous => options,
            NatsLogin::Creds(file) => options
                .credentials_file(file)
                .await
                .map_err(unusable(file))?,
            NatsLogin::Nkey(file) => {
                let seed = std::fs::read_to_string(file).map_err(unusable(file))?;
                options.nkey(seed.trim().to_owned())
            }
            NatsLogin::Password(user, password) => {
                options.user_and_password(user.clone(), password.clone())
            }
        };
        if let Some(file) = &settings.ca_file {
            options = options
                .require_tls(true)
                .add_root_certificates(file.clone());
        }
        let client = options.connect(&settings.servers[..]).await;
        let client = client.map_err(BusError::Connect)?;
        Ok(Self {
            client,
            gateway,
            link,
        })
    }

    /// The connection's state, for whoever wants to follow it.
    #[must_use]
    pub(crate) fn link(&self) -> watch::Receiver<Link> {
        self.link.clone()
    }

    /// Begins to receive a stream's frames. Whatever is published after a later [`put_lease`](Self::put_lease) comes.
    ///
    /// # Errors
    /// The connection does not even take the wish.
    pub(crate) async fn frames(
        &self,
        stream: &StreamId,
    ) -> Result<FrameStream, async_nats::SubscribeError> {
        let subject = stream.frames_subject();
        self.client.subscribe(subject).await.map(FrameStream)
    }

    /// Receives every camera's status.
    ///
    /// # Errors
    /// The connection does not even take the wish.
    pub(crate) async fn statuses(&self) -> Result<StatusStream, async_nats::SubscribeError> {
        let unnamed = self.client.subscribe("status").await?;
        let named = self.client.subscribe("status.*").await?;
        Ok(StatusStream(select(unnamed, named)))
    }

    /// Puts or renews the key.
    ///
    /// # Errors
    /// The key is not there, as far as can be told within 700 ms.
    pub(crate) async fn put_lease(&self, stream: &StreamId) -> Result<(), LeaseError> {
        self.write(stream, Request::new().payload("".into())).await
    }

    /// Deletes the key.
    ///
    /// # Errors
    /// The key may still be there, as far as can be told within 700 ms.
    pub(crate) async fn delete_lease(&self, stream: &StreamId) -> Result<(), LeaseError> {
        let mut headers = HeaderMap::new();
        headers.insert("KV-Operation", "DEL");
        self.write(stream, Request::new().headers(headers)).await
    }

    /// Sends what is still on its way out.
    pub(crate) async fn flush(&self) {
        // At the end of the process nobody is left to whom a failure would matter: keys end by themselves.
        let _ = tokio::time::timeout(ANSWER, self.client.flush()).await;
    }

    async fn write(&self, stream: &StreamId, request: Request) -> Result<(), LeaseError> {
        let key = LeaseKey::new(stream.clone(), self.gateway.clone());
        let subject = format!("$KV.{}.{key}", subject::DEMAND_BUCKET);
        let answer = self.client.send_request(subject, request).await?;
        let answer: serde_json::Value = serde_json::from_slice(&answer.payload).unwrap_or_default();
        match answer.get("error") {
            None => Ok(()),
            Some(error) => Err(LeaseError::Refused(
                error["description"]
                    .as_str()
                    .unwrap_or("unknown error")
                    .to_owned(),
            )),
        }
    }
}

/// At once, then 20 ms more each time: a server that restarts is found before anybody sees the picture stand.
fn reconnect_delay(attempt: usize) -> Duration {
    let wait = (attempt.saturating_sub(1) as u64 * 20).min(250);
    Duration::from_millis(wait + fastrand::u64(0..=wait / 5))
}

/// Notes an event and tells whoever has to act on it. Permission errors arrive as events only.
fn note(state: &watch::Sender<Link>, metrics: &Metrics, event: &Event) {
    match event {
        Event::Connected => {
            metrics.nats_connected.set(1);
            state.send_modify(|link| {
                if link.generation > 0 {
                    metrics.nats_reconnects.inc();
                }
                link.connected = true;
                link.generation += 1;
                link.refused = None;
            });
            tracing::info!("connected to NATS");
        }
        Event::Disconnected | Event::Closed => {
            metrics.nats_connected.set(0);
            let was = state.send_if_modified(|link| std::mem::take(&mut link.connected));
            if was {
                tracing::warn!("lost NATS; viewers keep their last picture until it is back");
            }
        }
        Event::ServerError(ServerError::Other(words)) => {
            tracing::error!(server = %words, "NATS refuses; check this user's permissions");
            state.send_modify(|link| link.refused = Some(words.clone()));
        }
        Event::ServerError(error) => tracing::error!(%error, "NATS refuses"),
        Event::LameDuckMode => tracing::info!("the NATS server is about to leave"),
        Event::SlowConsumer(_) => tracing::debug!("frames came faster than they were taken"),
        Event::ClientError(error) => tracing::debug!(%error, "connecting to NATS"),
        Event::Draining => {}
    }
}
