//! One connection to NATS: how it is made, and what it says of itself.
//!
//! The library's defaults are made for messages that must not be lost; here they must not be old. So: short pings, so that
//! a cut link is noticed in seconds, not in minutes; a server that can be reached again is found at once
//! ([`crate::race`]); short request time-outs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_nats::connection::State;
use async_nats::{Client, ClientError, ConnectErrorKind, ConnectOptions, Event, ServerError};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::metrics::LinkMetrics;
use crate::race;
use crate::settings::{NatsLogin, NatsSettings};

/// Connecting takes four round trips with TLS: a second and more to the other end of the world. Whether a server can be
/// reached at all, [`race`] finds out sooner.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Each attempt waits this much longer than the one before: a server that restarts is found before anybody notices.
const RECONNECT_STEP: Duration = Duration::from_millis(20);
/// The longest wait between two attempts to connect.
const RECONNECT_MAX: Duration = Duration::from_millis(250);
/// A link that comes back within this time is not worth a word.
const FIRST_REMINDER: Duration = Duration::from_secs(10);
/// How often a person is told that it is still away.
const REMIND_EVERY: Duration = Duration::from_secs(60);

/// NATS cannot be used as configured.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The file of the login cannot be read or holds no login.
    #[error("the login file {} cannot be used", path.display())]
    Login {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The library would not even begin to connect.
    #[error("cannot set up the connection to NATS")]
    Connect(#[source] async_nats::ConnectError),
}

/// What a connection is for.
#[derive(Debug, Clone, Copy)]
pub struct LinkOptions<'a> {
    /// Its name on the server's side.
    pub name: &'a str,
    /// Under which the server sends answers; its permissions go by it.
    pub inbox_prefix: &'static str,
    /// Two or three of these unanswered, and the connection counts as dead.
    pub ping_interval: Duration,
    /// A request that is not answered by then has failed.
    pub request_timeout: Duration,
    /// Messages that may wait to be written.
    pub send_capacity: usize,
    /// Messages that may wait in each subscription.
    pub subscription_capacity: usize,
}

/// What a connection says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkState {
    /// Whether it stands.
    pub connected: bool,
    /// Counts the times it was made: another number means that whatever was watched may have a gap.
    pub generation: u64,
    /// The last thing the server refused since then, in its words.
    pub refused: Option<String>,
    /// Why the last attempt to make it failed, while it does not stand.
    pub unreachable: Option<Unreachable>,
}

/// Why a connection could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreachable {
    /// The server refuses the login; the words name the settings to look at.
    Login(&'static str),
    /// Anything else, in the library's words.
    Other(String),
}

impl std::fmt::Display for Unreachable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Login(settings) => write!(f, "the server refuses the login; {settings}"),
            Self::Other(words) => write!(f, "{words}; NATS_URL says where it should be"),
        }
    }
}

impl LinkState {
    /// Why nothing can be done over it, in words for a person; `None` while all is well.
    #[must_use]
    pub fn unready(&self) -> Option<String> {
        let refused = self.refused.as_ref();
        let refused = refused.map(|words| format!("NATS refuses: {words}"));
        refused.or_else(|| self.away())
    }

    /// That it does not stand, and why if that is known.
    fn away(&self) -> Option<String> {
        let why = || match &self.unreachable {
            Some(why) => format!("NATS is not connected: {why}"),
            None => "NATS is not connected".to_owned(),
        };
        (!self.connected).then(why)
    }
}

/// A connection to NATS that comes back by itself. A clone is the same one.
#[derive(Debug, Clone)]
pub struct Link {
    /// The library's client.
    pub client: Client,
    /// What it says of itself.
    pub state: watch::Receiver<LinkState>,
}

impl Link {
    /// Begins to connect and returns at once; the connection may stand later.
    ///
    /// # Errors
    /// See [`LinkError`]; a server that is away is none.
    pub async fn open(
        nats: &NatsSettings,
        options: LinkOptions<'_>,
        metrics: &LinkMetrics,
    ) -> Result<Self, LinkError> {
        let (state_tx, state) = watch::channel(LinkState::default());
        let events = Arc::new(Events {
            name: options.name.to_owned(),
            login: nats.login.named(),
            state: state_tx,
            metrics: metrics.clone(),
        });
        let mut connect = login(&nats.login)?
            .name(options.name)
            .custom_inbox_prefix(options.inbox_prefix)
            .ping_interval(options.ping_interval)
            .request_timeout(Some(options.request_timeout))
            .client_capacity(options.send_capacity)
            .subscription_capacity(options.subscription_capacity)
            .connection_timeout(CONNECT_TIMEOUT)
            .retry_on_initial_connect()
            .max_reconnects(None)
            .reconnect_delay_callback(|attempt| reconnect_delay(attempt, fastrand::f64()))
            .reconnect_to_server_callback(race::first_to_answer)
            .event_callback(move |event| {
                events.note(&event);
                std::future::ready(())
            });
        if let Some(file) = &nats.ca_file {
            connect = connect
                .require_tls(true)
                .add_root_certificates(file.clone());
        }
        let client = connect.connect(&nats.servers[..]).await;
        let client = client.map_err(LinkError::Connect)?;
        metrics.opened();
        Ok(Self { client, state })
    }

    /// Whether the connection stands, in the client's own word, which is never late.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.client.connection_state() == State::Connected
    }
}

/// Says once a minute that the connection is away and why: a login that is refused at once, anything else after ten
/// seconds. Ends when the client does.
pub async fn remind(mut state: watch::Receiver<LinkState>) {
    while state.wait_for(|state| !state.connected).await.is_ok() {
        let not_by_itself = |state: &LinkState| {
            state.connected || matches!(state.unreachable, Some(Unreachable::Login(_)))
        };
        let _ = timeout(FIRST_REMINDER, state.wait_for(not_by_itself)).await;
        loop {
            let Some(why) = state.borrow().away() else {
                break;
            };
            tracing::warn!(why, "waiting for NATS");
            let back = state.wait_for(|state| state.connected);
            if let Ok(Err(_)) = timeout(REMIND_EVERY, back).await {
                return;
            }
        }
    }
}

/// At once, then a little longer each time. `chance`: 0 to 1, so that many clients do not come at the same moment.
fn reconnect_delay(attempt: usize, chance: f64) -> Duration {
    let waits = u32::try_from(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
    let delay = RECONNECT_STEP.saturating_mul(waits).min(RECONNECT_MAX);
    delay.mul_f64(0.8 + 0.2 * chance)
}

fn login(login: &NatsLogin) -> Result<ConnectOptions, LinkError> {
    let unusable = |path: &Path| {
        let path = path.to_owned();
        move |source| LinkError::Login { path, source }
    };
    let read = |path: &Path| std::fs::read_to_string(path).map_err(unusable(path));
    let options = ConnectOptions::new();
    Ok(match login {
        NatsLogin::Anonymous => options,
        NatsLogin::Nkey(path) => options.nkey(read(path)?.trim().to_owned()),
        NatsLogin::Password(user, password) => {
            options.user_and_password(user.clone(), password.clone())
        }
        NatsLogin::Creds(path) => options.credentials(&read(path)?).map_err(unusable(path))?,
    })
}

/// Turns the library's events into state, metrics and log lines.
struct Events {
    name: String,
    /// The settings to look at when it is refused.
    login: &'static str,
    state: watch::Sender<LinkState>,
    metrics: LinkMetrics,
}

impl Events {
    fn note(&self, event: &Event) {
        match event {
            Event::Connected => self.connected(),
            Event::Disconnected | Event::Closed => self.disconnected(),
            // Refused permissions come as events alone; the caller's publish was Ok.
            Event::ServerError(ServerError::AuthorizationViolation) => {
                self.unreachable(Unreachable::Login(self.login));
            }
            Event::ServerError(error) => self.refused(&error.to_string()),
            Event::ClientError(ClientError::Other(words)) if is_login(words) => {
                self.unreachable(Unreachable::Login(self.login));
            }
            Event::ClientError(ClientError::Other(words)) => {
                self.unreachable(Unreachable::Other(words.clone()));
            }
            other => tracing::debug!(link = self.name, event = %other, "NATS event"),
        }
    }

    fn connected(&self) {
        tracing::info!(link = self.name, "NATS connected");
        self.state.send_modify(|state| {
            if !state.connected {
                self.metrics.connected(state.generation > 0);
            }
            *state = LinkState {
                connected: true,
                generation: state.generation + 1,
                refused: None,
                unreachable: None,
            };
        });
    }

    fn disconnected(&self) {
        let stood = self
            .state
            .send_if_modified(|state| std::mem::take(&mut state.connected));
        if stood {
            self.metrics.disconnected();
            tracing::warn!(link = self.name, "NATS disconnected");
        }
    }

    /// The same refusal comes with every message: one line is enough.
    fn refused(&self, words: &str) {
        let is_new = self.state.send_if_modified(|state| {
            let is_new = state.refused.as_deref() != Some(words);
            state.refused = Some(words.to_owned());
            is_new
        });
        if is_new {
            tracing::error!(
                link = self.name,
                refused = words,
                "NATS refuses something; see deploy/nats.conf for the permissions needed"
            );
        }
    }

    /// Every attempt fails alike: [`remind`] says why, once a minute.
    fn unreachable(&self, why: Unreachable) {
        self.state.send_if_modified(|state| {
            let why = (!state.connected).then_some(why);
            let is_new = state.unreachable != why;
            state.unreachable = why;
            is_new
        });
    }
}

/// Whether the library's words for a failed attempt mean the login; they begin with the kind's own.
fn is_login(words: &str) -> bool {
    [
        ConnectErrorKind::AuthorizationViolation,
        ConnectErrorKind::Authentication,
    ]
    .iter()
    .any(|kind| words.contains(&kind.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_come_at_once_and_then_slower_up_to_a_quarter_of_a_second() {
        assert_eq!(reconnect_delay(1, 1.0), Duration::ZERO);
        assert_eq!(reconnect_delay(2, 1.0), RECONNECT_STEP);
        assert_eq!(reconnect_delay(6, 1.0), 5 * RECONNECT_STEP);
        assert_eq!(reconnect_delay(6, 0.0), 4 * RECONNECT_STEP);
        assert_eq!(reconnect_delay(usize::MAX, 1.0), RECONNECT_MAX);
    }

    #[test]
    fn a_login_is_told_from_other_reasons_by_the_librarys_own_words() {
        for kind in [
            ConnectErrorKind::AuthorizationViolation,
            ConnectErrorKind::Authentication,
        ] {
            assert!(is_login(&async_nats::ConnectError::new(kind).to_string()));
        }
        for kind in [
            ConnectErrorKind::TimedOut,
            ConnectErrorKind::Io,
            ConnectErrorKind::Tls,
            ConnectErrorKind::Dns,
        ] {
            assert!(!is_login(&async_nats::ConnectError::new(kind).to_string()));
        }
    }

    #[test]
    fn what_keeps_a_link_from_being_ready_is_said_with_its_reason() {
        let mut state = LinkState::default();
        assert_eq!(state.unready().unwrap(), "NATS is not connected");
        state.unreachable = Some(Unreachable::Other("timed out".to_owned()));
        let told = state.unready().unwrap();
        assert!(
            told.contains("timed out") && told.contains("NATS_URL"),
            "{told}"
        );
        state.unreachable = Some(Unreachable::Login(NatsLogin::Nkey("seed".into()).named()));
        let told = state.unready().unwrap();
        assert!(
            told.contains("login") && told.contains("NATS_NKEY_FILE"),
            "{told}"
        );
        state = LinkState {
            connected: true,
            ..LinkState::default()
        };
        assert_eq!(state.unready(), None);
        state.refused = Some("Permissions Violation".to_owned());
        assert!(state.unready().unwrap().contains("Permissions Violation"));
        assert_eq!(state.away(), None, "it stands");
    }
}
