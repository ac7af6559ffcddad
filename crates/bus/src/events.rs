//! The library's events as state, metrics and log lines.

use async_nats::{ClientError, Event, ServerError};
use tokio::sync::watch;

use crate::login;
use crate::metrics::LinkMetrics;
use crate::state::{LinkState, Unreachable};

/// Turns the library's events into state, metrics and log lines.
pub(crate) struct Events {
    pub(crate) role: String,
    /// The settings to look at when it is refused.
    pub(crate) login: &'static str,
    pub(crate) state: watch::Sender<LinkState>,
    pub(crate) metrics: LinkMetrics,
}

impl Events {
    pub(crate) fn note(&self, event: &Event) {
        match event {
            Event::Connected => self.connected(),
            Event::Disconnected | Event::Closed => self.disconnected(),
            // Refused permissions come as events alone; the caller's publish was Ok.
            Event::ServerError(ServerError::AuthorizationViolation) => {
                self.unreachable(Unreachable::Login(self.login));
            }
            Event::ServerError(error) => self.refused(&error.to_string()),
            Event::ClientError(ClientError::Other(words)) if login::is_refusal(words) => {
                self.unreachable(Unreachable::Login(self.login));
            }
            Event::ClientError(ClientError::Other(words)) => {
                self.unreachable(Unreachable::Other(words.clone()));
            }
            other => tracing::debug!(link = self.role, event = %other, "NATS event"),
        }
    }

    fn connected(&self) {
        tracing::info!(link = self.role, "NATS connected");
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
            tracing::warn!(link = self.role, "NATS disconnected");
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
                link = self.role,
                refused = words,
                "NATS refuses something; see deploy/nats.conf for the permissions needed"
            );
        }
    }

    /// Every attempt fails alike: [`remind`](crate::remind) says why, once a minute.
    fn unreachable(&self, why: Unreachable) {
        self.state.send_if_modified(|state| {
            let why = (!state.connected).then_some(why);
            let is_new = state.unreachable != why;
            state.unreachable = why;
            is_new
        });
    }
}
