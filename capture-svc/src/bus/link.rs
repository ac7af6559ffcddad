//! One connection to NATS: how it is made, and what it says of itself.
//!
//! The library's defaults are made for messages that must not be lost; here they must not be old. So: pings every
//! 500 ms (a cut link is noticed in 1.5 s, not in minutes), a server that can be reached again is found at once (`dial`),
//! short request time-outs.

use std::sync::Arc;
use std::time::Duration;

use async_nats::connection::State;
use async_nats::{Client, ConnectOptions, Event, ServerError};
use tokio::sync::watch;

use super::error::BusError;
use crate::config::{NatsLogin, NatsSettings};
use crate::metrics::Metrics;

/// Half-open links show after two or three of these.
const PING: Duration = Duration::from_millis(500);
/// A KV answer that takes longer is as good as none.
const ANSWER: Duration = Duration::from_secs(1);
/// Connecting takes four round trips with TLS: a second and more to the other end of the world. Whether a server can be
/// reached at all, `dial` finds out sooner.
const CONNECT: Duration = Duration::from_secs(5);
/// The longest wait between two attempts to connect.
const RECONNECT_MAX: Duration = Duration::from_millis(250);
/// How often a person is told that it is away.
const REMIND: Duration = Duration::from_secs(10);

/// What a connection says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LinkState {
    /// Whether it stands.
    pub connected: bool,
    /// Counts the times it was made: another number means that whatever was watched may have a gap.
    pub generation: u64,
    /// The last thing the server refused since then, in its words.
    pub refused: Option<String>,
}

/// A connection to NATS that comes back by itself.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    /// The library's client.
    pub client: Client,
    /// What it says of itself.
    pub state: watch::Receiver<LinkState>,
}

impl Link {
    /// Begins to connect and returns at once; the connection may stand later.
    ///
    /// `role` names the connection on the server's side; `capacity`: how many messages may wait to be written.
    ///
    /// # Errors
    /// A file of the login cannot be read or is none.
    pub(crate) async fn open(
        nats: &NatsSettings,
        role: &str,
        capacity: usize,
        metrics: &Metrics,
    ) -> Result<Self, BusError> {
        let (tell, state) = watch::channel(LinkState::default());
        let (tell, metrics, name) = (Arc::new(tell), metrics.clone(), role.to_owned());
        let mut options = login(&nats.login)?
            .name(format!("capture-svc {role}"))
            // Permissions on the server go by this prefix.
            .custom_inbox_prefix("_INBOX_capture")
            .ping_interval(PING)
            .connection_timeout(CONNECT)
            .request_timeout(Some(ANSWER))
            .client_capacity(capacity)
            .retry_on_initial_connect()
            .reconnect_delay_callback(|attempt| {
                let delay =
                    Duration::from_millis(20 * attempt.saturating_sub(1) as u64).min(RECONNECT_MAX);
                delay.mul_f64(0.8 + 0.2 * fastrand::f64())
            })
            .reconnect_to_server_callback(dial::first_to_answer)
            .event_callback(move |event| {
                let (tell, metrics, name) = (Arc::clone(&tell), metrics.clone(), name.clone());
                async move { on_event(&event, &tell, &metrics, &name) }
            });
        if let Some(ca) = &nats.ca_file {
            options = options.require_tls(true).add_root_certificates(ca.clone());
        }
        let client = options
            .connect(&nats.servers[..])
            .await
            .map_err(BusError::Connect)?;
        Ok(Self { client, state })
    }

    /// Says once in a while that the connection is away; ends when the client does.
    pub(crate) async fn remind(mut state: watch::Receiver<LinkState>) {
        while state.wait_for(|state| !state.connected).await.is_ok() {
            if tokio::time::timeout(REMIND, state.wait_for(|state| state.connected))
                .await
                .is_err()
            {
                tracing::warn!("still waiting for NATS (NATS_URL)");
            }
        }
    }

    /// Whether the connection stands, in the client's own word, which is never late.
    #[must_use]
    pub(crate) fn is_connected(&self) -> bool {
        self.client.connection_state() == State::Connected
    }
}

fn login(login: &NatsLogin) -> Result<ConnectOptions, BusError> {
    let read = |path: &std::path::Path| {
        std::fs::read_to_string(path).map_err(|source| BusError::Login {
            path: path.to_owned(),
            source,
        })
    };
    let options = ConnectOptions::new();
    Ok(match login {
        NatsLogin::Anonymous => options,
        NatsLogin::Nkey(path) => options.nkey(read(path)?.trim().to_owned()),
        NatsLogin::Password(user, password) => {
            options.user_and_password(user.clone(), password.clone())
        }
        NatsLogin::Creds(path) => {
            let credentials = read(path)?;
            options
                .credentials(&credentials)
                .map_err(|source| BusError::Login {
                    path: path.clone(),
                    source,
                })?
        }
    })
}

fn on_event(event: &Event, tell: &watch::Sender<LinkState>, metrics: &Metrics, link: &str) {
    match event {
        Event::Connected => {
            tracing::info!(link, "NATS connected");
            metrics
                .nats_reconnects
                .inc_by(u64::from(tell.borrow().generation > 0));
            tell.send_modify(|state| {
                *state = LinkState {
                    connected: true,
                    generation: state.generation + 1,
                    refused: None,
                }
            });
        }
        Event::Disconnected | Event::Closed => {
            tracing::warn!(link, "NATS disconnected");
            tell.send_modify(|state| state.connected = false);
        }
        // Refused permissions come as events alone; the caller's publish was Ok.
        Event::ServerError(error) => {
            let words = match error {
                ServerError::AuthorizationViolation => {
                    "login refused: check NATS_NKEY_FILE, NATS_CREDS_FILE or NATS_USER".to_owned()
                }
                other => other.to_string(),
            };
            // The same refusal comes with every frame: one line is enough.
            if tell.borrow().refused.as_ref() != Some(&words) {
                tracing::error!(
                    link,
                    refused = words,
                    "NATS refuses something; see deploy/nats.conf for the permissions needed"
                );
                tell.send_modify(|state| state.refused = Some(words));
            }
        }
        other => tracing::debug!(link, event = %other, "NATS event"),
    }
}
