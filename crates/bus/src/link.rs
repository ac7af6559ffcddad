//! One connection to NATS: how it is made.
//!
//! The library's defaults are made for messages that must not be lost; here they must not be old. So: short pings, so that
//! a cut link is noticed in seconds, not in minutes; a server that can be reached again is found at once
//! ([`crate::race`]); short request time-outs.

use std::sync::Arc;
use std::time::Duration;

use async_nats::Client;
use async_nats::connection::State;
use tokio::sync::watch;

use crate::domain::JetStreamDomain;
use crate::events::Events;
use crate::login::LoginError;
use crate::metrics::LinkMetrics;
use crate::race;
use crate::settings::NatsSettings;
use crate::state::LinkState;

/// Connecting takes four round trips with TLS: a second and more to the other end of the world. Whether a server can be
/// reached at all, [`race`] finds out sooner.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Each attempt waits this much longer than the one before: a server that restarts is found before anybody notices.
const RECONNECT_STEP: Duration = Duration::from_millis(20);
/// The longest wait between two attempts to connect.
const RECONNECT_MAX: Duration = Duration::from_millis(250);
/// NATS cannot be used as configured.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The login cannot be used.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// The library would not even begin to connect.
    #[error("cannot set up the connection to NATS")]
    Connect(#[source] async_nats::ConnectError),
}

/// What a connection is for.
#[derive(Debug, Clone, Copy)]
pub struct LinkOptions<'a> {
    /// Its name on the server's side.
    pub name: &'a str,
    /// What the log calls it, to tell a process' links apart.
    pub role: &'a str,
    /// Under which the server sends answers; its permissions go by it.
    pub inbox_prefix: &'a str,
    /// Two or three of these unanswered, and the connection counts as dead.
    pub ping_interval: Duration,
    /// A request that is not answered by then has failed.
    pub request_timeout: Duration,
    /// Messages that may wait to be written.
    pub send_capacity: usize,
    /// Messages that may wait in each subscription.
    pub subscription_capacity: usize,
}

/// A connection to NATS that comes back by itself. A clone is the same one.
#[derive(Debug, Clone)]
pub struct Link {
    /// The library's client.
    pub client: Client,
    /// What it says of itself.
    pub state: watch::Receiver<LinkState>,
    /// Whose JetStream keeps the buckets.
    pub domain: JetStreamDomain,
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
            role: options.role.to_owned(),
            login: nats.login.named(),
            state: state_tx,
            metrics: metrics.clone(),
        });
        let mut connect = nats
            .login
            .options()?
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
        Ok(Self {
            client,
            state,
            domain: nats.domain.clone(),
        })
    }

    /// Whether the connection stands, in the client's own word, which is never late.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.client.connection_state() == State::Connected
    }
}

/// At once, then a little longer each time. `chance`: 0 to 1, so that many clients do not come at the same moment.
fn reconnect_delay(attempt: usize, chance: f64) -> Duration {
    let waits = u32::try_from(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
    let delay = RECONNECT_STEP.saturating_mul(waits).min(RECONNECT_MAX);
    delay.mul_f64(0.8 + 0.2 * chance)
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
}
